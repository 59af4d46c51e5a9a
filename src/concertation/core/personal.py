"""Personal data met in a workbook (e-mail, telephone, contact columns) is noticed, masked by default, and reported without being repeated.

Telephone shapes are those of the four States: eight digits, in pairs or at a stretch, with +223, +226, +227 or +228 before them or not.
Bare digits count as a telephone only in running text or beside a word that says so; numbers standing alone (budgets, codes) are left.
"""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold

MASK = "[masqué]"
# Each repetition is bounded: without a bound, a cell of 200,000 letters is read again from each of them.
EMAIL = r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,9}"
PREFIXED_PHONE = r"(?:\+|\b00)\s?(?:22[0-9]|2[0-9]{2}|3[0-9]{1,2}|4[0-9]|1)(?:[\s.\-]?\d{2,3}){3,5}\b"
PAIRED_PHONE = r"\b(?:22[3678][\s.\-]?)?\d{2}([\s.\-/])\d{2}[\s.\-/]\d{2}[\s.\-/]\d{2}\b"
ANNOUNCED_PHONE = r"(?i)\b(?:t[eé]l(?:[eé]phone)?|phone|mobile|cell|whatsapp|contact|gsm)\b[\s.:°n]{0,20}\(?\+?\d[\d\s.\-()]{6,40}\d"
PERSONAL_TEXT = "|".join(f"(?:{shape})" for shape in (EMAIL, PREFIXED_PHONE, PAIRED_PHONE, ANNOUNCED_PHONE.removeprefix("(?i)")))
PERSONAL = f"(?i){PERSONAL_TEXT}"
WORTH_A_LOOK = r"@|\d{2}.?\d{2}"
SHAPES, WORTH = re.compile(PERSONAL), re.compile(WORTH_A_LOOK)
CONTACT_HEADING = re.compile(r"\b(contact|contacts|telephone|tel|phone|email|e mail|mail|courriel|point focal|focal point|repondant|numero de telephone)\b")


def personal_columns(headings: Mapping[str, str], tags: Mapping[str, str]) -> tuple[str, ...]:
    """Letters of the columns that hold contacts by their heading or their tag.

    >>> personal_columns({"A": "Organisation", "E": "Personne de contact"}, {"E": "#contact+email"})
    ('E',)
    """
    by_tag = {letter for letter, tag in tags.items() if tag.replace(" ", "").lower().startswith("#contact")}
    by_heading = {letter for letter, heading in headings.items() if CONTACT_HEADING.search(fold(heading))}
    return tuple(letter for letter in dict.fromkeys([*headings, *tags]) if letter in by_tag | by_heading)


def mask_text(written: str) -> str:
    """The text with e-mails and telephone numbers masked.

    >>> mask_text("Voir A. B., a.b@example.org ou +227 90 12 34 56")
    'Voir A. B., [masqué] ou [masqué]'
    >>> mask_text("budget 12 345 678, code BF490304, 43 000 jeunes")
    'budget 12 345 678, code BF490304, 43 000 jeunes'
    """
    return SHAPES.sub(MASK, written) if WORTH.search(written) else written


def mask(frame: pl.DataFrame, *, whole: Sequence[str] = (), sheet: str | None = None, letters: Mapping[str, str] | None = None) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """The frame with personal data masked: every filled cell of the columns in `whole`, and shapes met in any other text column.

    One problem personal-data-masked per column touched, with the number of cells in `detail["count"]` and the first row.
    `letters` names the spreadsheet letter of a column when the frame's own names are fields. The value is never repeated.
    """
    problems: list[Problem] = []
    for name in [name for name, kind in frame.schema.items() if kind == pl.Utf8]:
        masked = _whole(frame[name]) if name in whole else _shapes(frame[name])
        changed = (masked.ne_missing(frame[name])).arg_true()
        if not changed.len():
            continue
        frame = frame.with_columns(masked.alias(name))
        row = int(frame["row"][int(changed[0])]) if "row" in frame.columns else None
        cell = Cell(sheet, row, (letters or {}).get(name, name))
        problems.append(Problem("personal-data-masked", cell, "", {"count": str(changed.len()), "column": cell.column or ""}))
    return frame, tuple(problems)


def _whole(texts: pl.Series) -> pl.Series:
    return texts.to_frame("text").select(pl.when(pl.col("text").is_not_null()).then(pl.lit(MASK))).to_series().rename(texts.name)


def _shapes(texts: pl.Series) -> pl.Series:
    """Masks over the distinct values that may hold a shape."""
    distinct = texts.drop_nulls().unique()
    looked = distinct.filter(distinct.str.contains(WORTH_A_LOOK))
    found = looked.filter(looked.str.contains(PERSONAL))
    if not found.len():
        return texts
    return texts.replace(found, found.str.replace_all(PERSONAL, MASK))
