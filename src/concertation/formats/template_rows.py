"""Rows of a file that follows one of the product's templates: headings in either language, or under their own key; never raises."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold
from concertation.formats.headings import best_table
from concertation.formats.limits import LIMITS, Limits
from concertation.formats.sheets import Table
from concertation.formats.tabular import read_file

DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S")
BLANKS = "\u202f\u00a0 "


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One row: its number in the file, its texts by key, and the cell each came from."""

    number: int
    texts: Mapping[str, str]
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class TemplateRows:
    """The rows of a file, and what is wrong with it."""

    rows: tuple[TemplateRow, ...]
    problems: tuple[Problem, ...]


def read_template(path: Path, headings: Mapping[str, Collection[str]], *, needed: Collection[str], limits: Limits = LIMITS) -> TemplateRows:
    """The rows of a file under our keys; `headings` gives each key's words in both languages.

    Yields the problems of `read_file`, table-not-found, required-column-missing, template-column-unknown for a heading nobody knows, and
    file-without-rows.
    """
    reading = read_file(path, limits=limits)
    table = best_table(reading)
    if table is None:
        return TemplateRows((), reading.problems or (Problem("table-not-found", Cell(), path.name),))
    known = {fold(words): key for key, told in headings.items() for words in (key, *told)}
    letters = {known[fold(heading)]: letter for letter, heading in reversed(list(table.headings.items())) if fold(heading) in known}
    problems = [*reading.problems]
    problems += [Problem("required-column-missing", Cell(table.sheet, table.heading_row), next(iter(headings[key]), key)) for key in needed if key not in letters]
    problems += [
        Problem("template-column-unknown", Cell(table.sheet, table.heading_row, letter), heading)
        for letter, heading in table.headings.items() if heading and fold(heading) not in known
    ]  # fmt: skip
    rows = rows_of(table, letters)
    return TemplateRows(rows, tuple(problems if rows else [*problems, Problem("file-without-rows", Cell(table.sheet), path.name)]))


def rows_of(table: Table, letters: Mapping[str, str]) -> tuple[TemplateRow, ...]:
    """The rows that hold anything under a known heading."""
    held = {key: letter for key, letter in letters.items() if letter in table.frame.columns}
    found = []
    for line in table.frame.to_dicts():
        texts = {key: (line[letter] or "").strip() for key, letter in held.items()}
        if any(texts.values()):
            number = int(line["row"])
            found.append(TemplateRow(number, texts, {key: Cell(table.sheet, number, letter) for key, letter in held.items()}))
    return tuple(found)


def whole_number(row: TemplateRow, key: str) -> tuple[int | None, tuple[Problem, ...]]:
    """A whole number of a row, blanks between its digits read; nothing where the cell is empty.

    >>> whole_number(TemplateRow(2, {"budget": "1 500 000"}, {}), "budget"), whole_number(TemplateRow(2, {"budget": "1,5"}, {"budget": Cell(row=2)}), "budget")[1][0].code
    ((1500000, ()), 'template-number-not-whole')
    """
    written = "".join(sign for sign in row.texts.get(key, "") if sign not in BLANKS)
    if not written:
        return None, ()
    plain = written.removesuffix(".0")
    if plain.removeprefix("-").isdecimal() and len(plain) <= 18:
        return int(plain), ()
    return None, (Problem("template-number-not-whole", row.cells.get(key, Cell()), row.texts[key]),)


def day(row: TemplateRow, key: str) -> tuple[date | None, tuple[Problem, ...]]:
    """A day of a row, written 2026-01-31 or 31/01/2026; nothing where the cell is empty.

    >>> day(TemplateRow(2, {"on": "31/01/2026"}, {}), "on"), day(TemplateRow(2, {"on": "janvier"}, {}), "on")[1][0].code
    ((datetime.date(2026, 1, 31), ()), 'template-day-unreadable')
    """
    written = row.texts.get(key, "")
    if not written:
        return None, ()
    for form in DAY_FORMS:
        try:
            return datetime.strptime(written, form).date(), ()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    return None, (Problem("template-day-unreadable", row.cells.get(key, Cell()), written),)


def repeated(rows: Sequence[TemplateRow], key: str) -> tuple[Problem, ...]:
    """A line for each row whose key another row already bears.

    >>> [each.value for each in repeated([TemplateRow(2, {"code": "O1"}, {}), TemplateRow(3, {"code": "O1"}, {})], "code")]
    ['O1']
    """
    seen: set[str] = set()
    told = []
    for row in rows:
        written = row.texts.get(key, "")
        if written in seen:
            told.append(Problem("template-row-twice", row.cells.get(key, Cell(row=row.number)), written))
        seen.add(written)
    return tuple(told)
