"""Opening a received file: JSON, tables or IATI's XML, read under limits, with what kind of file it is and why we think so."""

import re
from dataclasses import dataclass
from pathlib import Path

from concertation.core.problems import Problem
from concertation.formats.headings import best_table
from concertation.formats.json_file import read_json
from concertation.formats.limits import LIMITS, Limits
from concertation.formats.recognise import IATI_ACTIVITIES, UNKNOWN, Recognition, recognise
from concertation.formats.sheets import Reading, Table
from concertation.formats.signature import kind_of_text
from concertation.formats.tabular import read_file

BEGINNING = 512
HEAD = 1 << 16
ROOT_OF_IATI = re.compile(rb"<iati-activities[^>]{0,200}")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was opened: its kind and the reasons, its tables or its JSON, and what was wrong with it."""

    path: Path
    kind: str
    reasons: tuple[str, ...]
    problems: tuple[Problem, ...]
    reading: Reading | None = None
    table: Table | None = None
    json: object = None


def open_file(path: Path, *, kind: str = "", limits: Limits = LIMITS) -> Opened:
    """Open a file of any kind; `kind` overrides what its content says. Never raises on bad content."""
    if _begins_as_json(path):
        return _opened_json(path, kind)
    if root := root_of_iati(path):
        return Opened(path, kind or IATI_ACTIVITIES, (root,), ())
    reading = read_file(path, limits=limits)
    found = recognise(reading)
    table = best_table(reading)
    return Opened(path, kind or found.kind, found.reasons, reading.problems, reading=reading, table=table)


def _begins_as_json(path: Path) -> bool:
    with path.open("rb") as stream:
        start = stream.read(BEGINNING).removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] in (b"{", b"[")


def root_of_iati(path: Path) -> str:
    """The first tag of a file of IATI activities, as written; empty for any other file. What it holds is read by a child later."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    found = ROOT_OF_IATI.search(head.replace(b"\0", b"")) if kind_of_text(head) == "xml" or b"<iati-activities" in head[:BEGINNING] else None
    return found[0].decode("ascii", "replace") + ">" if found else ""


def _opened_json(path: Path, kind: str) -> Opened:
    content, problems = read_json(path)
    found = recognise(content) if isinstance(content, dict | list) else Recognition(UNKNOWN, ())
    return Opened(path, kind or found.kind, found.reasons, problems, json=content)
