"""A folder or a zip that came from outside, taken into memory under limits before anything in it is believed.

Names are plain: small letters, figures, `.`, `-`, `_`, in one folder at most, so that they are the same on every disk. No link is
followed, no archive inside an archive is opened, nothing is written to disk. Yields bytes by name, and problems; never raises.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from concertation.core.problems import Problem
from concertation.formats.limits import LIMITS
from concertation.formats.signature import kind_of_bytes
from concertation.formats.zipped import FalseSize, links, listed_problems, overlapping, points_outside, unpacked

MOST_FILES, MOST_BYTES = 64, 64 * 1024 * 1024
PLAIN = re.compile(r"(?:[a-z0-9][a-z0-9._-]{0,60}/)?[a-z0-9][a-z0-9._-]{0,60}")
BEGINNING = 512


@dataclass(frozen=True, slots=True)
class Parcel:
    """Bytes by name, and what was wrong."""

    files: dict[str, bytes]
    problems: tuple[Problem, ...] = ()


def read_parcel(path: Path) -> Parcel:
    """Take in a folder or a zip. Yields release-unreadable, release-too-large, release-too-many-files, release-name-refused,
    release-link-refused, release-archive-inside, zip-too-many-entries, zip-link, zip-entries-overlap and release-name-twice."""
    try:
        return of_folder(path) if path.is_dir() else of_zip(path)
    except (OSError, BadZipFile, FalseSize, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as reason:
        return refused("release-unreadable", path.name, reason=type(reason).__name__)


def refused(code: str, value: str, **detail: str) -> Parcel:
    """Nothing taken in, and why."""
    return Parcel({}, (Problem(code, value=value, detail=detail),))


def within(folder: Path) -> Iterator[Path]:
    """What stands in a folder and in its folders, links not followed, no further than the limit asks."""
    for each in sorted(folder.iterdir()):
        if each.is_dir() and not each.is_symlink():
            yield from sorted(each.iterdir())
        else:
            yield each


def of_folder(folder: Path) -> Parcel:
    """A folder on a stick or a disk."""
    files: dict[str, bytes] = {}
    size = 0
    for number, each in enumerate(within(folder), 1):
        name = each.relative_to(folder).as_posix().casefold()
        if number > MOST_FILES:
            return refused("release-too-many-files", str(number), limit=str(MOST_FILES))
        if each.is_symlink() or not each.is_file():
            return refused("release-link-refused", name)
        size += each.stat().st_size
        problem = named_badly(name, files) or too_large(size)
        if problem:
            return Parcel({}, (problem,))
        files[name] = each.read_bytes()
    return checked(files)


def of_zip(path: Path) -> Parcel:
    """A zip sent by mail."""
    with path.open("rb") as source:
        problems = listed_problems(source, LIMITS)
        if problems:
            return Parcel({}, problems)
        with ZipFile(source) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            problem = listed_badly(entries)
            if problem:
                return Parcel({}, (problem,))
            return checked({each.filename: b"".join(unpacked(source, each, at_most=MOST_BYTES)) for each in entries})


def listed_badly(entries: list[ZipInfo]) -> Problem | None:
    """What the directory of a zip already says against it."""
    if len(entries) > MOST_FILES:
        return Problem("release-too-many-files", value=str(len(entries)), detail={"limit": str(MOST_FILES)})
    if links(entries):
        return Problem("zip-link", value=links(entries)[0])
    if overlapping(entries):
        return Problem("zip-entries-overlap", value=overlapping(entries)[0])
    seen: dict[str, bytes] = {}
    for each in entries:
        problem = named_badly(each.filename, seen)
        if problem:
            return problem
        seen[each.filename] = b""
    return too_large(sum(each.file_size for each in entries))


def named_badly(name: str, seen: dict[str, bytes]) -> Problem | None:
    """What is wrong with a name: it leads outside, names another machine, is not plain, or came before."""
    if points_outside(name) or not PLAIN.fullmatch(name):
        return Problem("release-name-refused", value=name)
    return Problem("release-name-twice", value=name) if name in seen else None


def too_large(size: int) -> Problem | None:
    """Whether all files together are too many bytes."""
    return Problem("release-too-large", value=str(size // 1024**2), detail={"limit": str(MOST_BYTES // 1024**2)}) if size > MOST_BYTES else None


def checked(files: dict[str, bytes]) -> Parcel:
    """The files, unless one of them is an archive."""
    inside = [name for name, content in files.items() if kind_of_bytes(content[:BEGINNING]) in ("zip", "rar", "7z", "gzip")]
    return refused("release-archive-inside", inside[0]) if inside else Parcel(files)
