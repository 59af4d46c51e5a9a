"""A file of tables, once read, is sheets of text: nothing is converted, nothing is guessed, and every row keeps the number a
spreadsheet shows for it, so that any figure can be followed back to its cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from concertation.core.problems import Problem

ROW = "row"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as written.

    `frame` has the column `row` (UInt32, the sheet's own row number from 1), then text columns named by the spreadsheet's letters.
    Empty and blank-only cells are null; outer blanks of other cells are kept.
    """

    name: str
    hidden: bool
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave: its kind by content (`xlsx`, `csv` ...), its sheets in order, and what was wrong with it.

    A file that could not be read has no sheet and at least one problem.
    """

    kind: str
    sheets: tuple[Sheet, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The table found in a sheet: headings and HXL tags by column letter, and the rows below them, all-empty rows left out."""

    sheet: str
    heading_row: int
    headings: Mapping[str, str]
    tags: Mapping[str, str]
    frame: pl.DataFrame


def letters(frame: pl.DataFrame) -> list[str]:
    """The spreadsheet letters of a sheet's frame, in order.

    >>> letters(pl.DataFrame({"row": [1], "A": ["x"], "B": ["y"]}))
    ['A', 'B']
    """
    return [name for name in frame.columns if name != ROW]


def blank_to_null(columns: list[str]) -> list[pl.Expr]:
    """Expressions that turn empty and blank-only text into null and leave every other text as written.

    >>> pl.DataFrame({"A": [" ", "", " x "]}).select(blank_to_null(["A"]))["A"].to_list()
    [None, None, ' x ']
    """
    return [pl.when(pl.col(name).str.strip_chars() == "").then(None).otherwise(pl.col(name)).alias(name) for name in columns]


def without_blanks(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with null for every empty or blank cell."""
    return frame.with_columns(blank_to_null(letters(frame)))


def tidy(frame: pl.DataFrame) -> pl.DataFrame:
    """The same sheet without its trailing empty rows and columns, whatever size it declared. Needs null for every empty cell.

    >>> tidy(pl.DataFrame({"row": [1, 2], "A": ["x", None], "B": [None, None]})).to_dicts()
    [{'row': 1, 'A': 'x'}]
    """
    named = letters(frame)
    filled = [frame.height - frame[name].null_count() > 0 for name in named]
    width = max((index + 1 for index, any_cell in enumerate(filled) if any_cell), default=0)
    kept = named[:width]
    if not kept:
        return frame.select(pl.col(ROW).cast(pl.UInt32)).clear()
    used = frame.select(pl.any_horizontal(pl.col(kept).is_not_null()).arg_true().max()).item()
    return frame.select(pl.col(ROW).cast(pl.UInt32), *kept).head(used + 1)
