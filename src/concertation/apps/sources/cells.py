"""One row of a raw file as it was written, beside its headings; personal data is masked, as everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from concertation.apps.sources.sheet_pictures import masked, sheet_read
from concertation.formats.opening import Opened, open_file
from concertation.formats.sheets import ROW, letters

KEPT_OPEN = 2


@dataclass(frozen=True, slots=True)
class WrittenCell:
    """One cell: its column, the heading above it, its text as written (None when empty)."""

    letter: str
    heading: str
    text: str | None


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One row of a sheet, as a spreadsheet numbers it."""

    sheet: str
    number: int
    cells: Sequence[WrittenCell]


@lru_cache(maxsize=KEPT_OPEN)
def _opened(path: Path) -> Opened:
    """The file, read under limits; raw files never change, so the last ones read stay open."""
    return open_file(path)


def row_kept(picture: Mapping[str, Any], *, sheet: str, row: int) -> WrittenRow:
    """What the picture of an import keeps of a row whose file was erased: cut and masked as shown there; no cell where it keeps none."""
    same = [line for line in picture.get("lines", ()) if not sheet or picture["sheet"] == sheet]
    line = next((line for line in same if line["row"] == row), None)
    above = next((line for line in reversed(same) if line["heading"]), None)
    headings = above["cells"] if above else [""] * len(picture.get("letters", ()))
    cells = zip(picture["letters"], headings, line["cells"], strict=True) if line else ()
    return WrittenRow(sheet or str(picture.get("sheet", "")), row, [WrittenCell(letter, heading, text or None) for letter, heading, text in cells if heading or text])


def row_as_written(path: Path, *, sheet: str, row: int) -> WrittenRow | None:
    """The row of that number; None when the file has no such sheet or row."""
    opened = _opened(path)
    sheets = opened.reading.sheets if opened.reading else ()
    found = next((each for each in sheets if each.name == sheet), None) if sheet else sheet_read(opened)
    if found is None:
        return None
    lines = masked(found.frame.filter(pl.col(ROW) == row), opened.table).to_dicts()
    headings = opened.table.headings if opened.table and opened.table.sheet == found.name else {}
    named = [letter for letter in letters(found.frame) if lines and (lines[0][letter] is not None or headings.get(letter))]
    return WrittenRow(found.name, row, [WrittenCell(letter, headings.get(letter, ""), lines[0][letter]) for letter in named]) if lines else None
