"""A file of lessons, or of an outside taxonomy of themes, read into what commands store; every cell that cannot be meant is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concertation.apps.lessons.columns import CHOICES, DAYS, DEFAULTS, FALSE, FRENCH, HEADINGS, LONGEST, NEEDED, TRUE
from concertation.apps.lessons.commands import wrong_with
from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold
from concertation.formats import reference_set
from concertation.formats.table_package import as_csv, is_package, read_package
from concertation.formats.template_rows import TemplateRow, day, read_template, repeated

THEME_HEADINGS = {"number": ("Component number",), "letter": ("Component letter",), "name": ("Component name",), "more": ("Epidemics Description", "Urban Description", "Climate & Environmental Description")}
TEXTS = tuple(key for key in HEADINGS if key not in (*DAYS, "consent"))


@dataclass(frozen=True, slots=True)
class ReadLessons:
    """A file of lessons: rows as written, lessons as words, what is wrong."""

    rows: tuple[TemplateRow, ...]
    lessons: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]


def read_lessons(path: Path) -> ReadLessons:
    """The lessons of a file, and what is wrong with it."""
    if is_package(path):
        content, problems = read_package(path)
        if problems:
            return ReadLessons((), (), problems)
        with as_csv(content) as table:
            return read_lessons(table)
    read = read_template(path, HEADINGS, needed=NEEDED)
    told = lessons_of(read.rows)
    return ReadLessons(read.rows, told.lessons, (*read.problems, *told.problems))


def lessons_of(rows: Sequence[TemplateRow]) -> ReadLessons:
    """Rows as words of lessons, and what is wrong with each."""
    read = [words_of(row) for row in rows]
    return ReadLessons(tuple(rows), tuple(words for words, _told in read), tuple(problem for _words, told in read for problem in told))


def words_of(row: TemplateRow) -> tuple[dict[str, Any], list[Problem]]:
    """One row as the words of a lesson."""
    told: list[Problem] = []
    words: dict[str, Any] = {key: row.texts.get(key, "") for key in TEXTS}
    for key, known in CHOICES.items():
        written = fold(words[key])
        words[key] = FRENCH.get(written, words[key].lower()) or DEFAULTS.get(key, "")
        if words[key] and words[key] not in known:
            told.append(Problem("lesson-word-unknown", row.cells.get(key, Cell(row=row.number)), row.texts.get(key, "")))
    for key in DAYS:
        words[key], wrong = day(row, key)
        told += wrong
    words["consent"], wrong = consent_of(row)
    told += wrong
    if words["sector"] and words["sector"].upper() not in set(reference_set.read("sectors")["sector"]):
        told.append(Problem("lesson-word-unknown", row.cells.get("sector", Cell(row=row.number)), words["sector"]))
    words["sector"] = words["sector"].upper()
    told += [Problem("template-text-too-long", row.cells.get(key, Cell()), words[key][:60], {"limit": str(most)}) for key, most in LONGEST.items() if len(words[key]) > most]
    if not told:
        told += [Problem(code, Cell(next(iter(row.cells.values()), Cell()).sheet, row.number), words["title_fr"] or words["title_en"]) for code in wrong_with(words)]
    return words, told


def consent_of(row: TemplateRow) -> tuple[bool, tuple[Problem, ...]]:
    """Whether sharing was consented to; what is neither yes nor no is told."""
    written = fold(row.texts.get("consent", ""))
    if written in TRUE:
        return True, ()
    return False, () if written in FALSE else (Problem("lesson-word-unknown", row.cells.get("consent", Cell(row=row.number)), row.texts["consent"]),)


def read_themes(path: Path) -> tuple[tuple[tuple[str, str], ...], tuple[Problem, ...]]:
    """The components of a taxonomy of preparedness: (code, name) in order, and what is wrong with the file."""
    read = read_template(path, THEME_HEADINGS, needed=("number", "name"))
    rows = [TemplateRow(row.number, {**row.texts, "code": f"{row.texts.get('number', '')}{row.texts.get('letter', '')}".strip().lower()}, row.cells) for row in read.rows]
    unnamed = [Problem("theme-without-name", Cell(row=row.number), row.texts["code"]) for row in rows if not row.texts.get("name") or not row.texts["code"] or len(row.texts["code"]) > 12]
    notes = [problem for problem in read.problems if problem.code != "template-column-unknown"]
    return tuple((row.texts["code"], row.texts["name"][:200]) for row in rows if row.texts.get("name")), (*notes, *unnamed, *repeated(rows, "code"))
