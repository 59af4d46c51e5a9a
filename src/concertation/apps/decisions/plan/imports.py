"""A file of the plan read into lines: every cell that cannot be meant is told with its place; nothing is guessed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concertation.apps.decisions.plan.columns import DAYS, HEADINGS, KIND_WORDS, LONGEST, NEEDED, NUMBERS, STATE_WORDS
from concertation.apps.ground.received import as_path
from concertation.core.plan import PlanLine
from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold
from concertation.formats.template_rows import TemplateRow, day, read_template, repeated, whole_number

TEXTS = tuple(key for key in HEADINGS if key not in (*DAYS, *NUMBERS, "kind", "state", "decisions"))


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A file of the plan: its rows as written, the lines they mean, what is wrong with them."""

    rows: tuple[TemplateRow, ...]
    lines: tuple[PlanLine, ...]
    problems: tuple[Problem, ...]

    def place(self, code: str) -> Cell:
        """Where the line of a code stands in the file."""
        return next((row.cells.get("code", Cell(row=row.number)) for row in self.rows if row.texts.get("code") == code), Cell())


def read_plan(path: Path) -> ReadPlan:
    """The lines of a file, and what is wrong with it."""
    read = read_template(path, HEADINGS, needed=NEEDED)
    told = lines_of(read.rows)
    return ReadPlan(read.rows, told.lines, (*read.problems, *told.problems))


def lines_of(rows: Sequence[TemplateRow]) -> ReadPlan:
    """Rows as lines, and what is wrong with their cells."""
    read = [line_of(row) for row in rows]
    problems = [*repeated(rows, "code"), *(problem for _line, told in read for problem in told)]
    return ReadPlan(tuple(rows), tuple(line for line, _told in read), tuple(problems))


def line_of(row: TemplateRow) -> tuple[PlanLine, list[Problem]]:
    """One row as a line, and what is wrong with its cells."""
    told: list[Problem] = []
    values: dict[str, Any] = {key: row.texts.get(key, "") for key in TEXTS}
    for keys, read in ((NUMBERS, whole_number), (DAYS, day)):
        for key in keys:
            values[key], wrong = read(row, key)
            told += wrong
    told += [Problem("template-text-too-long", row.cells.get(key, Cell()), values[key][:60], {"limit": str(most)}) for key, most in LONGEST.items() if len(values[key]) > most]
    if not values["code"]:
        told.append(Problem("plan-code-missing", row.cells.get("code", Cell(row=row.number))))
    kind, state = row.texts.get("kind", ""), row.texts.get("state", "")
    decisions = tuple(part.strip().upper() for part in row.texts.get("decisions", "").replace(";", "|").replace(",", "|").split("|") if part.strip())
    return PlanLine(**values, kind=KIND_WORDS.get(fold(kind), kind), state=STATE_WORDS.get(fold(state), state), decisions=decisions), told


def read_upload(name: str, chunks: Iterable[bytes]) -> ReadPlan:
    """The same, of a file received by a form."""
    with as_path(name, chunks) as path:
        return read_plan(path)
