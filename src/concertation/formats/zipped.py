"""A zip is measured before anything in it is believed: how many entries, what they declare, what they really unpack to,
where their names point, and whether their XML declares entities. Nothing is ever written to disk from it.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from io import SEEK_END
from itertools import pairwise
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from concertation.core.problems import Problem
from concertation.formats.limits import Limits

CHUNK = 1 << 20
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
DOCUMENT_TYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
OVERLAP = 64
ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tgz", ".tar")
MEGABYTE = 1_000_000
END, END_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
END_REACH = END.size + (1 << 16) + 4_096  # the end of a zip, its longest comment, and the long form beside it
ENTRY_BYTES = 512  # of the directory, an entry with a long name


class FalseSize(ValueError):
    """An entry unpacks to another size than it declares, or past the limit; the message carries the entry's name."""


def kind_of_entries(names: list[str]) -> str:
    """What a zip holds, by the names of its entries: `xlsx`, `xlsb`, `ods`, `shapefile` or `zip` for anything else.

    >>> kind_of_entries(["[Content_Types].xml", "xl/workbook.xml"]), kind_of_entries(["a/region.shp", "a/region.dbf"])
    ('xlsx', 'shapefile')
    """
    plain = {name.replace("\\", "/").lower() for name in names}
    if any(name.startswith("xl/") and name.endswith(".bin") and "workbook" in name for name in plain):
        return "xlsb"
    if any(name.startswith("xl/") for name in plain):
        return "xlsx"
    if "content.xml" in plain and "mimetype" in plain:
        return "ods"
    return "shapefile" if any(name.endswith(".shp") for name in plain) else "zip"


def points_outside(name: str) -> bool:
    r"""Whether an entry's name leads out of the folder it would be unpacked in.

    >>> [points_outside(name) for name in ("xl/workbook.xml", "../../evil.txt", "/abs.txt", "C:\\x", "a\\..\\..\\b")]
    [False, True, True, True, True]
    """
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name) is not None


def listed_problems(source: BinaryIO, limits: Limits) -> tuple[Problem, ...]:
    """What the end of a zip says against even reading its directory: a directory of too many entries."""
    entries, size = directory_declared(source)
    if entries <= limits.entries and size <= limits.entries * ENTRY_BYTES:
        return ()
    return (Problem("zip-too-many-entries", value=str(max(entries, size // ENTRY_BYTES)), detail={"limit": str(limits.entries)}),)


def directory_declared(source: BinaryIO) -> tuple[int, int]:
    """How many entries the end of a zip declares, and how many bytes its directory takes; zeros where there is no such end."""
    source.seek(max(0, source.seek(0, SEEK_END) - END_REACH))
    tail = source.read()
    source.seek(0)
    place, long = tail.rfind(b"PK\5\6"), tail.rfind(b"PK\6\6")
    if place < 0 or len(tail) - place < END.size:
        return 0, 0
    entries, size = END.unpack_from(tail, place)[4:6]
    if 0xFFFF in (entries, size >> 16) and 0 <= long <= len(tail) - END_64.size:
        entries, size = END_64.unpack_from(tail, long)[7:9]
    return int(entries), int(size)


def declared_problems(archive: ZipFile, limits: Limits) -> tuple[Problem, ...]:
    """What the directory of a zip says against reading it: names outside, too many entries, encryption, links, entries on each other, size."""
    entries = archive.infolist()
    outside = [entry.filename for entry in entries if points_outside(entry.filename)]
    if outside:
        return (Problem("zip-path-outside", value=outside[0]),)
    if len(entries) > limits.entries:
        return (Problem("zip-too-many-entries", value=str(len(entries)), detail={"limit": str(limits.entries)}),)
    if any(entry.flag_bits & 1 for entry in entries):
        return (Problem("password-protected"),)
    for code, found in (("zip-link", links(entries)), ("zip-entries-overlap", overlapping(entries))):
        if found:
            return (Problem(code, value=found[0]),)
    declared = sum(entry.file_size for entry in entries)
    return (too_large(declared, limits),) if declared > limits.unpacked_mb * MEGABYTE else ()


def links(entries: list[ZipInfo]) -> list[str]:
    """The names of entries that are links to other files."""
    return [entry.filename for entry in entries if S_ISLNK(entry.external_attr >> 16)]


def overlapping(entries: list[ZipInfo]) -> list[str]:
    """The names of entries that begin before the one before them ends: the same packed bytes told several times."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    return [after.filename for before, after in pairwise(ordered) if after.header_offset < before.header_offset + LOCAL_HEADER.size + before.compress_size]


def archives_in(archive: ZipFile) -> list[str]:
    """The names of entries that are archives themselves."""
    return [name for name in archive.namelist() if name.lower().endswith(ARCHIVES)]


def too_large(size: int, limits: Limits) -> Problem:
    """The problem of a zip unpacking to `size` bytes, past the limit."""
    return Problem("workbook-too-large", value=str(round(size / MEGABYTE)), detail={"limit": str(limits.unpacked_mb)})


def unpacked(source: BinaryIO, entry: ZipInfo, *, at_most: int) -> Iterator[bytes]:
    """The entry's real bytes in chunks of at most 1 MiB, read past whatever size it declares.

    Raises FalseSize as soon as the bytes pass the declared size or `at_most`, zlib.error where the stream is broken.
    """
    produced = 0
    for chunk in inflated(source, entry):
        produced += len(chunk)
        if produced > min(entry.file_size, at_most):
            raise FalseSize(entry.filename)
        yield chunk


def inflated(source: BinaryIO, entry: ZipInfo) -> Iterator[bytes]:
    """Chunks of one entry; stored and deflated entries only, any other method raises FalseSize."""
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise FalseSize(entry.filename)
    source.seek(entry.header_offset)
    header = LOCAL_HEADER.unpack(source.read(LOCAL_HEADER.size))
    source.seek(header[-2] + header[-1], 1)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == ZIP_DEFLATED else None
    left = entry.compress_size
    while left > 0 and (packed := source.read(min(CHUNK, left))):
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        while packed:
            yield inflate.decompress(packed, CHUNK)
            packed = inflate.unconsumed_tail


def declares_entities(chunks: Iterator[bytes]) -> bool:
    """Whether XML given in chunks declares a document type or an entity. Reads every chunk, so sizes are checked on the way.

    >>> declares_entities(iter([b"<?xml version='1.0'?><!DOC", b"TYPE x []><x/>"])), declares_entities(iter([b"<x>&lt;</x>"]))
    (True, False)
    """
    found, tail = False, b""
    for chunk in chunks:
        found = found or DOCUMENT_TYPE.search(tail + chunk) is not None
        tail = chunk[-OVERLAP:]
    return found
