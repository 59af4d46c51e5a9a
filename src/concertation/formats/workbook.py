"""A file of tables, workbook or text, is opened by a bounded child; what it leaves is read back as plain text tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from concertation.core.problems import Problem
from concertation.formats.bounding import Left, read_in_child
from concertation.formats.delimited import joined
from concertation.formats.limits import Limits
from concertation.formats.sheets import ROW, Reading, Sheet

WORKBOOKS, TEXT = "bounded_workbook", "bounded_text"


def read_sheets(path: Path, *, by: str, limits: Limits) -> Reading:
    """Read a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods) or a text table in a bounded child; never raises on a bad file."""
    with read_in_child(by, path, limits) as left:
        return reading_left(left)


def reading_left(left: Left) -> Reading:
    """The reading the child left in its folder."""
    if left.stopped:
        unreadable = left.stopped.code == "reading-failed"
        return Reading("unknown", (), (Problem("workbook-unreadable") if unreadable else left.stopped,))
    sheets = tuple(sheet_left(sheet, left.folder) for sheet in left.report["sheets"])
    problems = left.problems
    if sheets and all(sheet.frame.height == 0 for sheet in sheets) and all(problem.code != "file-without-rows" for problem in problems):
        problems += (Problem("file-without-rows"),)
    return Reading(left.report["kind"], sheets, problems)


def sheet_left(left: Mapping[str, Any], folder: Path) -> Sheet:
    """One sheet from its Arrow files; one left in parts is cut where its last filled column and row are."""
    frame = joined([pl.read_ipc((folder / file).read_bytes()) for file in left["files"]])
    if "width" not in left:
        return Sheet(left["name"], left["hidden"], frame)
    kept = left["width"]
    return Sheet(left["name"], left["hidden"], frame[:, : kept + 1].head(left["height"]) if kept else frame.select(ROW).clear())
