"""The one door to files of tables: any file in, sheets of text and problems out. The kind is decided by content, never by name."""

from dataclasses import replace
from pathlib import Path

from concertation.core.problems import Problem
from concertation.formats.headings import best_table, find_table
from concertation.formats.limits import LARGE_LIMITS, LIMITS, Limits
from concertation.formats.sheets import Reading, Sheet, Table
from concertation.formats.signature import KIND_BY_EXTENSION, kind_of_bytes
from concertation.formats.workbook import TEXT, WORKBOOKS, read_sheets
from concertation.formats.zipped import MEGABYTE

__all__ = ["LARGE_LIMITS", "LIMITS", "Limits", "Reading", "Sheet", "Table", "best_table", "find_table", "read_file"]

REFUSALS = {"empty": "file-empty", "html": "file-is-a-web-page", "json": "file-is-json"}
BEGINNING = 8_192


def read_file(path: Path, *, limits: Limits = LIMITS) -> Reading:
    """Read a file of tables as text; never raises on bad content, and refuses with a problem what it cannot read.

    Cells are read in a bounded child; `limits` may be LARGE_LIMITS for a file someone vouches for.
    """
    size = path.stat().st_size
    if size > limits.file_mb * MEGABYTE:
        return Reading("unknown", (), (Problem("file-too-large", value=str(round(size / MEGABYTE)), detail={"limit": str(limits.file_mb)}),))
    reading = read_by_content(path, limits)
    return replace(reading, problems=(*reading.problems, *named_otherwise(path, reading)))


def read_by_content(path: Path, limits: Limits) -> Reading:
    """Send the file to the reader its first bytes call for."""
    with path.open("rb") as source:
        kind = kind_of_bytes(source.read(BEGINNING))
    if kind in ("zip", "compound"):
        return read_sheets(path, by=WORKBOOKS, limits=limits)
    if kind == "text":
        return read_sheets(path, by=TEXT, limits=limits)
    return Reading(kind, (), (Problem(REFUSALS.get(kind, "file-kind-unknown"), value=kind),))


def named_otherwise(path: Path, reading: Reading) -> tuple[Problem, ...]:
    """A note where a file that was read bears the extension of another kind; a name without known extension says nothing."""
    named = KIND_BY_EXTENSION.get(path.suffix.lower())
    if not reading.sheets or named is None or named == reading.kind:
        return ()
    return (Problem("file-kind-not-as-named", value=reading.kind, detail={"named": path.suffix.lower()}),)
