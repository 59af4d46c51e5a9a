"""The child that reads a text table nobody has vouched for and leaves its one sheet as Arrow files.

The bytes stay on the disk and are read in parts, written in UTF-8 first where they are not, so that 256 MB fit in the limit of
memory however the table is made; how it is read is told in `delimited` and `irregular`.
"""

import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import polars as pl

from concertation.core.problems import Problem
from concertation.formats.bounding import plain, serve
from concertation.formats.decoding import recode, stands_as_utf_8_on_disk
from concertation.formats.delimited import beginning_of, regular_parts
from concertation.formats.irregular import SHEET, Shape, careful_parts
from concertation.formats.limits import Limits
from concertation.formats.sheets import ROW, letters
from concertation.formats.strange_cells import may_hide, strange_cells, summed

RECODED = "recoded.csv"


def read(path: Path, folder: Path, limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Read the table of a file, as UTF-8; what was assumed of its encoding is said first."""
    if stands_as_utf_8_on_disk(path):
        return read_utf_8(path, folder, limits, [])
    return read_utf_8(folder / RECODED, folder, limits, recode(path, folder / RECODED))


def read_utf_8(path: Path, folder: Path, limits: Limits, problems: list[Problem]) -> dict[str, Any]:
    """Read a table of UTF-8 text without a mark: the quick way where it is regular throughout, else the careful one."""
    if path.stat().st_size == 0:
        return report((), [*problems, Problem("file-without-rows")])
    with path.open("rb") as source, mmap(source.fileno(), 0, access=ACCESS_READ) as content:
        start = beginning_of(content)
        if isinstance(start, Problem):
            return report((), [*problems, start])
        shape = Shape()
        left = leave(regular_parts(content, *start), folder) or leave(careful_parts(content, *start, shape), folder)
    sheet, strange = left or ({"files": [], "width": 0, "height": 0}, [])
    return report((sheet,), [*problems, *shape.problems(limits), *strange])


def leave(parts: Iterable[tuple[bytes, pl.DataFrame | None]], folder: Path) -> tuple[dict[str, Any], list[Problem]] | None:
    """Leave the parts of a table as Arrow files; gives back the sheet and its strange cells, nothing where a part has no frame."""
    files: list[str] = []
    strange: list[list[Problem]] = []
    width = height = 0
    for piece, part in parts:
        if part is None:
            return None
        files.append(f"{len(files)}.arrow")
        part.write_ipc(folder / files[-1])
        width, height = max(width, filled_width(part)), last_filled_row(part) or height
        strange.append(strange_cells(SHEET, part, hiding=may_hide(piece)))
    return {"files": files, "width": width, "height": height}, summed(chain.from_iterable(strange))


def report(sheets: Iterable[Mapping[str, Any]], problems: Iterable[Problem]) -> dict[str, Any]:
    """What the parent reads."""
    return {"kind": "csv", "sheets": [{"name": SHEET, "hidden": False, **sheet} for sheet in sheets], "problems": [plain(problem) for problem in problems]}


def filled_width(part: pl.DataFrame) -> int:
    """How many columns there are up to the last that holds anything."""
    return max((place for place, name in enumerate(letters(part), 1) if part[name].null_count() < part.height), default=0)


def last_filled_row(part: pl.DataFrame) -> int | None:
    """The number of the last row that holds anything; mostly the last one of all."""
    if not letters(part) or part.height == 0:
        return None
    filled = pl.any_horizontal(pl.col(letters(part)).is_not_null())
    if part.tail(1).select(filled).item():
        return int(part[ROW][-1])
    last: int | None = part.filter(filled)[ROW].max()  # type: ignore[assignment]
    return last


if __name__ == "__main__":
    sys.exit(serve(read, sys.argv[1:]))
