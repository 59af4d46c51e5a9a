"""Tables of activities for tests, small and synthetic, read with the vocabulary of the reference set."""

from collections.abc import Sequence
from datetime import date
from importlib.resources import files

import polars as pl

from concertation.core.activities import ActivityReading, read_activities
from concertation.core.presence import Vocabulary, propose_mapping
from concertation.core.problems import column_letter

TODAY = date(2026, 11, 23)


def reference(table: str) -> pl.DataFrame:
    """A table of the reference set, every column as text."""
    return pl.read_csv(files("concertation").joinpath("reference", f"{table}.csv").read_bytes(), infer_schema=False)


def vocabulary() -> Vocabulary:
    """The presence vocabulary of the reference set."""
    return Vocabulary.of(fields=reference("presence_fields"), words=reference("presence_words"), sector_names=reference("sector_names"))


def table(*rows: Sequence[str | None], first_row: int = 2) -> pl.DataFrame:
    """A table as a reader of files gives it: `row`, then text columns by letter."""
    letters = [column_letter(place) for place in range(len(rows[0]))]
    numbered = [[first_row + place, *row] for place, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema={"row": pl.UInt32, **dict.fromkeys(letters, pl.Utf8)}, orient="row")


def read(headings: Sequence[str], *rows: Sequence[str | None], state: str = "NER") -> ActivityReading:
    """Read rows under headings, as the import does."""
    words = vocabulary()
    mapping = propose_mapping({column_letter(place): heading for place, heading in enumerate(headings)}, {}, words)
    return read_activities(table(*rows), mapping, words, state=state, today=TODAY, sheet="MATRICE")


def told(reading: ActivityReading) -> dict[str, tuple[str, str, int]]:
    """The problems met: code -> (cell, value, count); the last one of each code."""
    return {each.problem.code: (str(each.problem.cell), each.problem.value, each.count) for each in reading.problems}
