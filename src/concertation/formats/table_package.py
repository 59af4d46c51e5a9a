"""One table as a Data Package v2: a zip of its description, with a Table Schema, and of its CSV; written in one way, read back without trust.

Reading looks at no remote path and at no second table: the description names one CSV beside it, with its size and hash.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from concertation.core.problems import Problem
from concertation.formats.datapackage import PROFILE, pretty
from concertation.formats.limits import LIMITS
from concertation.formats.parcel import read_parcel
from concertation.formats.release import strict_json, zip_bytes
from concertation.formats.zipped import listed_problems

PACKAGE = "datapackage.json"


@dataclass(frozen=True, slots=True)
class Described:
    """What a table says of itself: its name, title, the day it was taken, its fields as Table Schema writes them, its sources."""

    name: str
    title: str
    on: str
    fields: Sequence[dict[str, object]]
    sources: Sequence[str]


def package_bytes(table: Described, content: bytes) -> bytes:
    """The package of a table whose CSV is `content`.

    >>> package_bytes(Described("lessons", "Lessons", "2026-11-29", [{"name": "kind", "type": "string"}], []), b"kind\\n")[:2]
    b'PK'
    """
    path = f"data/{table.name}.csv"
    described = {
        "$schema": f"{PROFILE}/datapackage.json", "name": table.name, "title": table.title, "created": f"{table.on}T00:00:00Z",
        **({"sources": [{"title": each} for each in table.sources]} if table.sources else {}),
        "resources": [{
            "$schema": f"{PROFILE}/dataresource.json", "name": table.name, "type": "table", "path": path, "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
            "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "schema": {"fields": list(table.fields), "missingValues": [""]},
        }],
    }  # fmt: skip
    return zip_bytes({PACKAGE: pretty(described), path: content})


def is_package(path: Path) -> bool:
    """Whether a file is a zip, of no more entries than a file may hold, that holds the description of a package."""
    try:
        with path.open("rb") as source:
            if listed_problems(source, LIMITS):
                return False
            with ZipFile(source) as archive:
                return PACKAGE in archive.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def read_package(path: Path) -> tuple[bytes, tuple[Problem, ...]]:
    """The CSV of the one table of a package. Yields table-package-unreadable, table-package-altered, and what a parcel yields."""
    parcel = read_parcel(path)
    if parcel.problems:
        return b"", tuple(Problem("table-package-unreadable", value=f"{each.code} {each.value}".strip()) for each in parcel.problems)
    described = strict_json(parcel.files.get(PACKAGE, b""))
    resources = described.get("resources") if isinstance(described, dict) else None
    only = resources[0] if isinstance(resources, list) and len(resources) == 1 and isinstance(resources[0], dict) else {}
    content = parcel.files.get(str(only.get("path")))
    if content is None or only.get("path") == PACKAGE:
        return b"", (Problem("table-package-unreadable", value=str(only.get("path", ""))[:80]),)
    same = only.get("hash", "") in ("", f"sha256:{hashlib.sha256(content).hexdigest()}") and only.get("bytes", len(content)) == len(content)
    return (content, ()) if same else (b"", (Problem("table-package-altered", value=str(only["path"])[:80]),))


@contextmanager
def as_csv(content: bytes) -> Iterator[Path]:
    """The CSV of a package as a file, kept no longer than it takes to read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(content)
        yield path
