"""A text table is read whatever its encoding, separator or line ends, and nothing is lost: a row too long keeps its extra cells,
a quote out of place costs its own line only, and each is said. Numbers and decimal commas stay as written.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice

import numpy as np
import polars as pl

from concertation.core.problems import Cell, Problem, column_letter
from concertation.formats.decoding import decoded, stands_as_utf_8
from concertation.formats.sheets import ROW, Limits, Reading, Sheet, blank_to_null, letters, tidy

DELIMITERS = ",;\t|"
DEFAULT_DELIMITER = ","
DECLARED_DELIMITER = re.compile(r'"?sep=([,;|\t])"?\r?\n?', re.IGNORECASE)
SAMPLE_LINES = 100
LONGEST_RECORD_LINES = 100
LONGEST_FIELD = 1 << 20
SHEET = "csv"


@dataclass(slots=True)
class Records:
    """Records of a text table with the row each stands on, and the rows where a quote is out of place."""

    cells: list[list[str]] = field(default_factory=list)
    misquoted: list[int] = field(default_factory=list)


def read_delimited(content: bytes, *, limits: Limits) -> Reading:
    r"""Read a text table from its bytes; rows are numbered by record, as a spreadsheet shows them.

    >>> reading = read_delimited("Région;Personnes\nKayes;1 200,5\n".encode("cp1252"), limits=Limits())
    >>> reading.sheets[0].frame.rows(), [(problem.code, problem.value) for problem in reading.problems]
    ([(1, 'Région', 'Personnes'), (2, 'Kayes', '1 200,5')], [('encoding-assumed', 'cp1252')])
    """
    text, problems = decoded(content)
    delimiter, declared = delimiter_of(text)
    text = text[declared:]
    frame = regular_frame(content[declared:] if stands_as_utf_8(content, problems) else text.encode(), delimiter)
    if frame is None:
        records = records_of(text, delimiter)
        frame = frame_of(records.cells)
        problems += shape_problems(records, limits)
    kept = tidy(frame.with_columns(blank_to_null(letters(frame))))
    if kept.height == 0:
        problems.append(Problem("file-without-rows"))
    return Reading("csv", (Sheet(SHEET, False, kept),), tuple(problems))


def delimiter_of(text: str) -> tuple[str, int]:
    r"""The separator of the columns, and the length of the first line where it only declares it (`sep=;`); spreadsheets do not count that line.

    >>> delimiter_of("a;b\n1,5;2\n"), delimiter_of("sep=|\na|b\n"), delimiter_of("nom\nKayes\n")
    ((';', 0), ('|', 6), (',', 0))
    """
    sample = list(islice(StringIO(text[: 1 << 18], newline=""), SAMPLE_LINES))
    if sample and (declared := DECLARED_DELIMITER.fullmatch(sample[0])):
        return declared[1], len(sample[0])
    scores = {delimiter: regularity(sample, delimiter) for delimiter in DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return (best if scores[best] > 0 else DEFAULT_DELIMITER), 0


def regularity(lines: Sequence[str], delimiter: str) -> float:
    """How well a separator cuts the lines into one same number of columns: that number less one, times the share of lines that have it.

    >>> regularity(["a;b", "1,5;2"], ";"), regularity(["a;b", "1,5;2"], ",")
    (1.0, 0.5)
    """
    widths = Counter(len(record) for record in parsed(lines, delimiter) if record)
    widest = ((width - 1) * times for width, times in widths.items())
    return max(widest, default=0) / max(widths.total(), 1)


def parsed(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """Records of the lines, as far as they can be read."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        return


def regular_frame(content: bytes, delimiter: str) -> pl.DataFrame | None:
    """The table of UTF-8 bytes read at once, or nothing unless it is certain that every record has as many cells as the first and quotes are plain.

    Certain means: separators outside cells are exactly (columns - 1) a record, and every quote opens or closes a whole cell.
    """
    quoted, returns = b'"' in content, b"\r" in content
    if (returns and content.count(b"\r") != content.count(b"\r\n")) or (quoted and not quotes_are_plain(content, delimiter)):
        return None
    try:
        read = pl.read_csv(content, has_header=False, infer_schema=False, separator=delimiter, empty_string_is_null=False)
    except (pl.exceptions.PolarsError, OSError):
        return None
    within_cells = occurrences(read, delimiter) if quoted else 0
    if content.count(delimiter.encode()) != read.height * (read.width - 1) + within_cells:
        return None
    named = [pl.col(name).alias(column_letter(index)) for index, name in enumerate(read.columns)]
    return read.select(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias(ROW), *named)


def quotes_are_plain(content: bytes, delimiter: str) -> bool:
    r"""Whether quotes come in turn at the beginning and at the end of a cell, and nowhere else; a doubled quote is not plain.

    >>> [quotes_are_plain(text, ",") for text in (b'"a,b",c\n', b'"a ""b"",c\n', b'a 5",c\n', b'"a"b,c"\n')]
    [True, False, False, False]
    """
    signs = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(signs == ord('"'))
    opening, closing = quotes[0::2], quotes[1::2]
    before, after = signs[opening[opening > 0] - 1], signs[closing[closing < len(signs) - 1] + 1]
    borders = [ord(delimiter), ord("\n"), ord("\r")]
    return len(quotes) % 2 == 0 and bool(np.isin(before, borders[:2]).all() and np.isin(after, borders).all())


def occurrences(frame: pl.DataFrame, sign: str) -> int:
    """How often a sign stands inside the cells of a text frame."""
    return int(frame.select(pl.sum_horizontal(pl.all().str.count_matches(sign, literal=True).sum())).item())


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


def records_of(text: str, delimiter: str) -> Records:
    r"""Records of any text, however irregular. A line whose quote is out of place is a record by itself, its quotes as written.

    >>> records_of('a,b\n"x,1\ny,2\n', ",")
    Records(cells=[['a', 'b'], ['"x', '1'], ['y', '2']], misquoted=[2])
    """
    lines = list(StringIO(text, newline=""))
    records, start = Records(), 0
    csv.field_size_limit(LONGEST_FIELD)
    while start < len(lines):
        start = read_on(lines, start, delimiter, records)
    return records


def read_on(lines: list[str], start: int, delimiter: str, records: Records) -> int:
    """Read records from this line on, to the end or just past a line whose quote is out of place; returns where to go on."""
    feed = Feed(lines, start, start)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        try:
            record = next(reader, None)
        except (csv.Error, RecordTooLong):
            records.cells.append(lines[feed.begun].rstrip("\r\n").split(delimiter))
            records.misquoted.append(len(records.cells))
            return feed.begun + 1
        if record is None:
            return len(lines)
        records.cells.append(record)
        feed.begun = feed.at


def frame_of(cells: list[list[str]]) -> pl.DataFrame:
    """Records as a sheet's frame, as wide as the widest; an empty cell is empty text."""
    width = max((len(record) for record in cells), default=0)
    columns = [pl.Series(column_letter(index), [record[index] if index < len(record) else None for record in cells], dtype=pl.String) for index in range(width)]
    return pl.DataFrame([pl.Series(ROW, range(1, len(cells) + 1), dtype=pl.UInt32), *columns])


def shape_problems(records: Records, limits: Limits) -> list[Problem]:
    """Rows with more or fewer cells than most, from the first row of the usual width on; rows whose quote is out of place."""
    widths = [len(record) for record in records.cells]
    usual = Counter(width for width in widths if width > 0).most_common(1)
    misquoted = [Problem("quote-out-of-place", Cell(SHEET, row)) for row in records.misquoted]
    if not usual:
        return capped(misquoted, limits)
    width = usual[0][0]
    body = range(widths.index(width), len(widths))
    too_long = [ragged("row-too-long", records.cells, place, width) for place in body if widths[place] > width and any(records.cells[place][width:])]
    too_short = [ragged("row-too-short", records.cells, place, width) for place in body if 0 < widths[place] < width]
    return capped(misquoted, limits) + capped(too_long, limits) + capped(too_short, limits)


def ragged(code: str, cells: list[list[str]], place: int, expected: int) -> Problem:
    """The problem of one row with more or fewer cells than the others."""
    return Problem(code, Cell(SHEET, place + 1), value=str(len(cells[place])), detail={"expected": str(expected)})


def capped(problems: list[Problem], limits: Limits) -> list[Problem]:
    """The first problems of one code, and one line that counts the others."""
    others = len(problems) - limits.problems
    if others <= 0:
        return problems
    kept = problems[: limits.problems]
    return [*kept, Problem("more-of-the-same", problems[limits.problems].cell, value=str(others), detail={"code": problems[0].code})]
