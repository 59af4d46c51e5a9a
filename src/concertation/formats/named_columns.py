"""A published table whose headings are known: its columns under our names, text trimmed, and what is wrong said by cell.

Used for files of one fixed layout (HAPI, HPC, UNHCR, DTM). Headings meet without case, accents or punctuation, so that an
upper-case heading or a trailing blank changes nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold
from concertation.core.written_values import read_people
from concertation.formats.headings import best_table
from concertation.formats.limits import LIMITS, Limits
from concertation.formats.sheets import Table
from concertation.formats.tabular import read_file


@dataclass(frozen=True, slots=True)
class NamedTable:
    """Column `row` and one text column per wanted name (null where the file has none); where each stands in the file."""

    frame: pl.DataFrame
    letters: Mapping[str, str]
    sheet: str | None
    problems: tuple[Problem, ...]

    def cell(self, row: int, name: str) -> Cell:
        """The place of one cell in the file."""
        return Cell(self.sheet, row, self.letters.get(name))


@dataclass(frozen=True, slots=True)
class WrittenFigures:
    """Figures as a file gives them, before placement (WRITTEN_FIGURE_SCHEMA, plus columns the reader names), and its problems."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


def read_named(path: Path, wanted: Mapping[str, str], *, needed: Collection[str], limits: Limits = LIMITS) -> NamedTable:
    """The table of a file under our names: `wanted` maps a name to its heading. Never raises.

    Yields the problems of `read_file`, table-not-found, required-column-missing (one per needed heading that is absent) and
    file-without-rows when no row stands below the headings.
    """
    reading = read_file(path, limits=limits)
    table = best_table(reading)
    if table is None:
        already = reading.problems or (Problem("table-not-found", Cell(), path.name),)
        return NamedTable(_empty(wanted), {}, None, already)
    letters = _letters(table, wanted)
    missing = tuple(Problem("required-column-missing", Cell(table.sheet, table.heading_row), wanted[name]) for name in needed if name not in letters)
    empty = () if table.frame.height else (Problem("file-without-rows", Cell(table.sheet), path.name),)
    frame = _empty(wanted) if missing else _renamed(table, wanted, letters)
    return NamedTable(frame, letters, table.sheet, (*reading.problems, *missing, *empty))


def read_people_columns(table: NamedTable, names: Collection[str]) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """The frame with these columns as whole people, and the problems of their cells (codes of `read_people`)."""
    frame, problems = table.frame, list[Problem]()
    for name in names:
        frame, flaws = read_column(table, frame, name, read_people)
        frame = frame.with_columns(pl.col(name).cast(pl.Int64))
        problems += flaws
    return frame, tuple(problems)


def read_column(
    table: NamedTable, frame: pl.DataFrame, name: str, read: Callable[[pl.Series], pl.DataFrame]
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """The frame with one text column read by one of the readers of `core/written_values`, and the problems of its cells."""
    distinct = frame[name].drop_nulls().unique(maintain_order=True)
    understood = read(distinct).select(pl.col("written").alias(name), pl.col("value").alias("_value"), pl.col("flaw").alias("_flaw"))
    joined = frame.join(understood, on=name, how="left", maintain_order="left")
    flawed = joined.filter(pl.col("_flaw").is_not_null()).select("row", name, "_flaw").sort("row")
    problems = tuple(Problem(flaw, table.cell(row, name), written) for row, written, flaw in flawed.iter_rows())
    return frame.with_columns(joined["_value"].alias(name)), problems


def without_figure(table: NamedTable, frame: pl.DataFrame, names: Collection[str]) -> tuple[Problem, ...]:
    """A line (row-without-figure) for each row none of whose columns `names` gave a number."""
    empty = frame.filter(pl.all_horizontal(pl.col(name).is_null() for name in names))["row"]
    return tuple(Problem("row-without-figure", table.cell(row, next(iter(names)))) for row in empty)


def hold_states(table: NamedTable, *, states: Collection[str] | None) -> tuple[NamedTable, tuple[Problem, ...]]:
    """Rows of the States held (all, when `states` is None); the others leave with a line each.

    Problems: state-unknown for what is not an ISO3 code, state-not-held for a code outside `states`.
    """
    known = pl.col("state").str.contains(r"^[A-Z]{3}$").fill_null(False)
    held = known if states is None else known & pl.col("state").is_in(list(states))
    code = pl.when(known).then(pl.lit("state-not-held")).otherwise(pl.lit("state-unknown"))
    refused = table.frame.filter(~held).select("row", "state", code.alias("code"))
    problems = tuple(Problem(code, table.cell(row, "state"), state or "") for row, state, code in refused.iter_rows())
    return NamedTable(table.frame.filter(held), table.letters, table.sheet, table.problems), problems


def _letters(table: Table, wanted: Mapping[str, str]) -> dict[str, str]:
    by_key = {fold(heading): letter for letter, heading in reversed(list(table.headings.items()))}
    return {name: by_key[fold(heading)] for name, heading in wanted.items() if fold(heading) in by_key}


def _renamed(table: Table, wanted: Mapping[str, str], letters: Mapping[str, str]) -> pl.DataFrame:
    trimmed = {
        name: pl.col(letters[name]).str.strip_chars() if letters.get(name) in table.frame.columns else pl.lit(None, pl.String) for name in wanted
    }
    return table.frame.select(pl.col("row").cast(pl.UInt32), **trimmed)


def _empty(wanted: Mapping[str, str]) -> pl.DataFrame:
    return pl.DataFrame(schema={"row": pl.UInt32, **dict.fromkeys(wanted, pl.String)})
