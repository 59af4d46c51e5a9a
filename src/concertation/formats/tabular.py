"""The one door to files of tables: any file in, sheets of text and problems out. The kind is decided by content, never by name."""

from pathlib import Path

from concertation.core.problems import Problem
from concertation.formats.headings import best_table, find_table
from concertation.formats.sheets import LARGE_LIMITS, LIMITS, Limits, Reading, Sheet, Table
from concertation.formats.signature import kind_of_bytes
from concertation.formats.workbook import read_workbook
from concertation.formats.zipped import MEGABYTE

__all__ = ["LARGE_LIMITS", "LIMITS", "Limits", "Reading", "Sheet", "Table", "best_table", "find_table", "read_file"]

BEGINNING = 8_192


def read_file(path: Path, *, limits: Limits = LIMITS) -> Reading:
    """Read a workbook as text; never raises on bad content, and refuses with a problem what it cannot read."""
    size = path.stat().st_size
    if size > limits.file_mb * MEGABYTE:
        return Reading("unknown", (), (Problem("file-too-large", value=str(round(size / MEGABYTE)), detail={"limit": str(limits.file_mb)}),))
    with path.open("rb") as source:
        kind = kind_of_bytes(source.read(BEGINNING))
    if kind in ("zip", "compound"):
        return read_workbook(path, limits=limits)
    return Reading(kind, (), (Problem("file-kind-unknown", value=kind),))
