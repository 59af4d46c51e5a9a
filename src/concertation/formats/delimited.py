"""A text table is read whatever its encoding, separator or line ends, and nothing is lost: a row too long keeps its extra cells,
a quote out of place costs its own line only, and each is said. Numbers and decimal commas stay as written.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain, islice
from mmap import mmap

import numpy as np
import polars as pl
from numpy.typing import NDArray

from concertation.core.problems import Problem, column_letter
from concertation.formats.decoding import decoded, stands_as_utf_8
from concertation.formats.irregular import LONGEST_FIELD, MOST_COLUMNS, SHEET, Shape, careful_parts
from concertation.formats.limits import Limits
from concertation.formats.sheets import ROW, Reading, Sheet, tidy, without_blanks
from concertation.formats.strange_cells import may_hide, strange_cells, summed

DELIMITERS = ",;\t|"
DEFAULT_DELIMITER = ","
DECLARED_DELIMITER = re.compile(r'"?sep=([,;|\t])"?\r?\n?', re.IGNORECASE)
SAMPLE_LINES = 100
FIRST_LINE = 1 << 22
PART_BYTES = 8 << 20


def read_delimited(content: bytes, *, limits: Limits, size: int = PART_BYTES) -> Reading:
    r"""Read a text table from its bytes; rows are numbered by record, as a spreadsheet shows them. `size` bounds the parts it is read in.

    >>> reading = read_delimited("Région;Personnes\nKayes;1 200,5\n".encode("cp1252"), limits=Limits())
    >>> reading.sheets[0].frame.rows(), [(problem.code, problem.value) for problem in reading.problems]
    ([(1, 'Région', 'Personnes'), (2, 'Kayes', '1 200,5')], [('encoding-assumed', 'cp1252')])
    """
    text, problems = decoded(content)
    plain = content if stands_as_utf_8(content, problems) else text.encode()
    start = beginning_of(plain)
    if isinstance(start, Problem):
        return Reading("csv", (), (*problems, start))
    parts, shape = list(regular_parts(plain, *start, size)), Shape()
    if parts[-1][1] is None:
        parts = list(careful_parts(plain, *start, shape, size))
    kept = tidy(joined([part for _, part in parts if part is not None]))
    strange = summed(chain.from_iterable(strange_cells(SHEET, part, hiding=may_hide(piece)) for piece, part in parts if part is not None))
    empty = [Problem("file-without-rows")] if kept.height == 0 else []
    return Reading("csv", (Sheet(SHEET, False, kept),), (*problems, *shape.problems(limits), *empty, *strange))


def beginning_of(content: bytes | mmap) -> tuple[str, int] | Problem:
    r"""The separator of UTF-8 bytes and where the table begins, after a line that only declares it; a problem where the first line is too wide.

    >>> beginning_of(b"sep=;\r\na;b\n")
    (';', 7)
    """
    text = content[:FIRST_LINE].decode("utf-8", "replace")
    delimiter, declared = delimiter_of(text)
    width = first_width(text[declared:], delimiter)
    return Problem("columns-too-many", value=str(width), detail={"limit": str(MOST_COLUMNS)}) if width > MOST_COLUMNS else (delimiter, declared)


def joined(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The parts of one table below each other, as wide as the widest.

    >>> joined([pl.DataFrame({"row": [1], "A": ["x"]}), pl.DataFrame({"row": [2], "A": ["y"], "B": ["z"]})]).rows()
    [(1, 'x', None), (2, 'y', 'z')]
    """
    if not parts:
        return pl.DataFrame(schema={ROW: pl.UInt32})
    widest = max(parts, key=lambda part: part.width)
    return pl.concat(parts, how="vertical" if all(part.width == widest.width for part in parts) else "diagonal").select(widest.columns)


def first_width(text: str, delimiter: str) -> int:
    r"""How many cells the first line has, as far as the beginning of the text says.

    >>> first_width("a;b;c\n", ";"), first_width("", ",")
    (3, 0)
    """
    line = next(iter(StringIO(text[:FIRST_LINE], newline="")), "")
    return len(next(parsed([line], delimiter), [])) if line.count(delimiter) >= MOST_COLUMNS else line.count(delimiter) + bool(line)


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


def regular_parts(content: bytes | mmap, delimiter: str, begin: int = 0, size: int = PART_BYTES) -> Iterator[tuple[bytes, pl.DataFrame | None]]:
    r"""The table of UTF-8 bytes in parts of some megabytes, each with its bytes, blanks null; a last part without frame where it is not regular throughout.

    A part ends at a line's end; a quoted cell that goes on past it leaves a quote without its other, and the table is then not regular.

    >>> [part.rows() for _, part in regular_parts(b"a,b\n1, \n", ",")], [part for _, part in regular_parts(b"a,b\n1\n", ",")]
    ([[(1, 'a', 'b'), (2, '1', None)]], [None])
    """
    rows, width, end = 0, None, len(content)
    while begin < end:
        cut = end if end - begin <= size else content.rfind(b"\n", begin, begin + size) + 1
        piece = content[begin:cut]
        part = regular_frame(piece, delimiter) if piece else None
        if part is None or (width is not None and part.width != width):
            yield piece, None
            return
        yield piece, without_blanks(part.with_columns(pl.col(ROW) + rows))
        rows, width, begin = rows + part.height, part.width, cut
    if not rows:
        yield b"", None


def regular_frame(content: bytes, delimiter: str) -> pl.DataFrame | None:
    """The table of UTF-8 bytes read at once, or nothing unless it is certain that every record has as many cells as the first and quotes are plain.

    Certain means: separators outside cells are exactly (columns - 1) a record, and every quote opens or closes a whole cell.
    """
    signs = np.frombuffer(content, dtype=np.uint8)
    quoted, returns = b'"' in content, b"\r" in content
    if (returns and not returns_end_lines(signs)) or (quoted and not quotes_are_plain(content, delimiter)):
        return None
    try:
        read = pl.read_csv(content, has_header=False, infer_schema=False, separator=delimiter, empty_string_is_null=False)
    except (pl.exceptions.PolarsError, OSError):
        return None
    within_cells = occurrences(read, delimiter) if quoted else 0
    if np.count_nonzero(signs == ord(delimiter)) != read.height * (read.width - 1) + within_cells:
        return None
    named = [pl.col(name).alias(column_letter(index)) for index, name in enumerate(read.columns)]
    return read.select(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias(ROW), *named)


def returns_end_lines(signs: NDArray[np.uint8]) -> bool:
    """Whether every carriage return stands before a line feed."""
    returns = np.flatnonzero(signs == ord("\r"))
    return len(returns) == 0 or bool(returns[-1] + 1 < len(signs) and (signs[returns + 1] == ord("\n")).all())


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
