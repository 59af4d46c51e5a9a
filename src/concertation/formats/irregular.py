"""A text table whose records are not all alike is read with care and nothing of it is lost: a row too long keeps its extra cells,
a quote out of place costs its own line only, and each is said. The text is read in windows, so that its cells never pile up.
"""

import csv
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from mmap import mmap

import polars as pl

from concertation.core.problems import Cell, Problem, column_letter
from concertation.formats.limits import Limits
from concertation.formats.sheets import ROW, without_blanks

LONGEST_RECORD_LINES = 100
LONGEST_FIELD = 1 << 20
WINDOW_BYTES = 4 << 20
MOST_COLUMNS = 16_384  # as many as a spreadsheet has
SHEET = "csv"
Records = list[list[str]]


def numbers() -> "array[int]":
    """Whole numbers, four bytes each."""
    return array("I")


@dataclass(slots=True)
class Shape:
    """Of every record read, how many cells it has and how many up to the last filled one; the rows whose quote is out of place."""

    widths: "array[int]" = field(default_factory=numbers)
    filled: "array[int]" = field(default_factory=numbers)
    misquoted: "array[int]" = field(default_factory=numbers)

    def add(self, record: list[str]) -> None:
        """Note one record's width."""
        self.widths.append(len(record))
        self.filled.append(next((place for place in range(len(record), 0, -1) if record[place - 1]), 0))

    def problems(self, limits: Limits) -> list[Problem]:
        """Rows with more or fewer cells than most, from the first row of the usual width on; rows whose quote is out of place."""
        usual = Counter(width for width in self.widths if width > 0).most_common(1)
        found = told("quote-out-of-place", self.misquoted, limits)
        if not usual:
            return found
        width = usual[0][0]
        body = range(self.widths.index(width), len(self.widths))
        too_long = numbers_where(body, lambda place: self.filled[place] > width)
        too_short = numbers_where(body, lambda place: 0 < self.widths[place] < width)
        return found + told("row-too-long", too_long, limits, self.widths, width) + told("row-too-short", too_short, limits, self.widths, width)


def numbers_where(places: range, true: Callable[[int], bool]) -> "array[int]":
    """The rows, from 1, of the places where something is true."""
    return array("I", (place + 1 for place in places if true(place)))


def told(code: str, rows: "array[int]", limits: Limits, widths: "array[int] | None" = None, expected: int = 0) -> list[Problem]:
    """The first problems of one code, and one line that counts the others."""
    found = [
        Problem(code, Cell(SHEET, row), **({"value": str(widths[row - 1]), "detail": {"expected": str(expected)}} if widths else {}))  # type: ignore[arg-type]
        for row in islice(rows, limits.problems)
    ]
    others = len(rows) - limits.problems
    return found if others <= 0 else [*found, Problem("more-of-the-same", Cell(SHEET, rows[limits.problems]), str(others), {"code": code})]


def careful_parts(content: bytes | mmap, delimiter: str, begin: int, shape: Shape, size: int = WINDOW_BYTES) -> Iterator[tuple[bytes, pl.DataFrame]]:
    r"""The table of UTF-8 bytes in parts, each with the bytes of its window, blanks null; `shape` learns of every record.

    A record may go on into the next window: as none is longer than a hundred lines, those begun near the end are left to it.

    >>> [part.rows() for _, part in careful_parts(b'a,b\n"x,1\ny,2,3\n', ",", 0, Shape())]
    [[(1, 'a', 'b', None), (2, '"x', '1', None), (3, 'y', '2', '3')]]
    """
    csv.field_size_limit(LONGEST_FIELD)
    carried: list[str] = []
    for piece, last in windows(content, begin, size):
        lines = [*carried, *StringIO(piece.decode("utf-8", "replace"), newline="")]
        records: Records = []
        first = len(shape.widths) + 1
        carried = lines[read_window(lines, delimiter, records, shape, end=len(lines) if last else len(lines) - LONGEST_RECORD_LINES) :]
        yield piece, without_blanks(frame_of(records, first))


def windows(content: bytes | mmap, begin: int, size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of about `size` bytes that end where a line ends, each with whether it is the last."""
    end = len(content)
    while begin < end:
        cut = line_end(content, begin, min(begin + size, end), end)
        yield content[begin:cut], cut >= end
        begin = cut


def line_end(content: bytes | mmap, begin: int, reach: int, end: int) -> int:
    """Just past the last line end before `reach`; past the first one after it where a single line is longer."""
    while reach < end:
        cut = max(content.rfind(b"\n", begin, reach), content.rfind(b"\r", begin, reach - 1)) + 1
        if cut > begin:
            return cut + 1 if content[cut - 1 : cut + 1] == b"\r\n" else cut
        reach += reach - begin
    return end


class RecordTooLong(ValueError):
    """A record goes on over more lines than any real cell does: its quote was never closed."""


@dataclass(slots=True)
class Feed:
    """Lines handed to the reader one by one, from `at`; `begun` is where the record being read begins."""

    lines: list[str]
    at: int
    begun: int

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            raise StopIteration
        if self.at - self.begun >= LONGEST_RECORD_LINES:
            raise RecordTooLong
        self.at += 1
        return self.lines[self.at - 1]


def read_window(lines: list[str], delimiter: str, records: Records, shape: Shape, *, end: int) -> int:
    """Read the records that begin before the line `end`; returns the line after the last of them."""
    start = 0
    while start < end:
        start = read_on(lines, start, delimiter, records, shape, end)
    return start


def read_on(lines: list[str], start: int, delimiter: str, records: Records, shape: Shape, end: int) -> int:
    """Read records from this line on, to `end` or just past a line whose quote is out of place; returns where to go on."""
    feed = Feed(lines, start, start)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while feed.begun < end:
        try:
            record = next(reader, None)
        except (csv.Error, RecordTooLong):
            keep(lines[feed.begun].rstrip("\r\n").split(delimiter), records, shape)
            shape.misquoted.append(len(shape.widths))
            return feed.begun + 1
        if record is None:
            return len(lines)
        keep(record, records, shape)
        feed.begun = feed.at
    return feed.begun


def keep(record: list[str], records: Records, shape: Shape) -> None:
    """Keep one record, no wider than a spreadsheet is."""
    shape.add(record)
    records.append(record[:MOST_COLUMNS])


def frame_of(records: Records, first: int) -> pl.DataFrame:
    """Records as a sheet's frame, as wide as the widest, numbered from `first`; an empty cell is empty text."""
    width = max((len(record) for record in records), default=0)
    columns = [pl.Series(column_letter(index), [record[index] if index < len(record) else None for record in records], dtype=pl.String) for index in range(width)]
    return pl.DataFrame([pl.Series(ROW, range(first, first + len(records)), dtype=pl.UInt32), *columns])
