"""A file opened as a statement, and what was wrong with it, as it is kept: nobody's name, no label, no account."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from concertation.core.problems import Cell, Problem
from concertation.formats.opening import open_file
from concertation.formats.statements import ReadStatement, is_statement, read_statement

MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was read: none where it is no statement, and the problems."""

    statement: ReadStatement | None
    problems: tuple[Problem, ...]


def read(path: Path, *, today: date, currency: str, references: Collection[str]) -> Read:
    """Read a file as a statement; never raises on bad content."""
    opened = open_file(path)
    if opened.table is None or not is_statement(opened.table):
        return Read(None, (*opened.problems, Problem("file-not-a-statement", Cell())))
    found = read_statement(opened.table, today=today, currency=currency, references=references)
    return Read(found, (*opened.problems, *found.problems))


def as_kept(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Problems as they are kept beside a statement, at most two hundred."""
    return [{"code": each.code, "value": each.value, "detail": dict(each.detail), "sheet": each.cell.sheet, "row": each.cell.row, "column": each.cell.column} for each in problems[:MOST_KEPT]]


def told_again(kept: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Kept problems as problems."""
    return [Problem(each["code"], Cell(each["sheet"], each["row"], each["column"]), each["value"], each["detail"]) for each in kept]
