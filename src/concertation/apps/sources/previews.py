"""What an importer understood of a file, before anything is stored: the same values for the command line and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from concertation.core.problems import Problem


@dataclass(frozen=True, slots=True)
class Received:
    """A file to be understood: its bytes on disk, the name it came under, and what the sender said of it."""

    path: Path
    name: str
    state: str
    today: date
    kind: str = ""
    period_start: date | None = None
    period_end: date | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CountedProblem:
    """A problem, and in how many cells the same value has it; the cell is the first of them."""

    problem: Problem
    count: int = 1


@dataclass(frozen=True, slots=True)
class DoubtToSettle:
    """Something written that a person should settle, over all the rows where it stands; `state` when a file holds several States."""

    kind: str
    key: str
    written: Mapping[str, object]
    candidates: Sequence[Mapping[str, object]]
    count: int
    row: int | None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Comparable:
    """The rows of a stored import beside those of a preview, in the same columns: what names a row, its numbers, what totals go by."""

    before: pl.DataFrame
    after: pl.DataFrame
    known_by: Sequence[str]
    numbers: Sequence[str]
    by: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What was understood, what is doubtful and what is refused; `rows` is what accepting would store."""

    kind: str
    sheet: str
    rows: pl.DataFrame
    rows_read: int
    rows_identical: int = 0
    rows_refused: int = 0
    organisations: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[CountedProblem] = ()
    doubts: Sequence[DoubtToSettle] = ()
    columns: Sequence[Mapping[str, object]] = ()
    samples: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    period_start: date | None = None
    period_end: date | None = None
    notes: Mapping[str, object] = field(default_factory=dict)

    @property
    def rows_kept(self) -> int:
        """Rows that accepting would store."""
        return self.rows.height

    def summary(self) -> dict[str, object]:
        """Counts and first lines, as kept with the import and shown on its page."""
        return {
            "sheet": self.sheet, "rows_read": self.rows_read, "rows_kept": self.rows_kept,
            "rows_identical": self.rows_identical, "rows_refused": self.rows_refused,
            "organisations": dict(self.organisations), "places": dict(self.places),
            "samples": {name: [dict(line) for line in lines] for name, lines in self.samples.items()},
            **self.notes,
        }
