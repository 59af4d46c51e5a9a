"""A published table line by line: filled cells by heading, with the row number, and each line as received by its digest."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping

from concertation.core.money import in_minor_units
from concertation.core.problems import Cell, Problem
from concertation.formats.sheets import ROW, Table

NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?", re.ASCII)
MOST_MINOR = 10**17


def lines_of(table: Table) -> Iterator[tuple[int, dict[str, str]]]:
    """Every line of a table: its row number, and its filled cells by heading, outer blanks left out."""
    for line in table.frame.iter_rows(named=True):
        yield line[ROW], {heading: line[letter].strip() for letter, heading in table.headings.items() if line.get(letter) is not None}


def missing_columns(table: Table, needed: Collection[str]) -> Iterator[Problem]:
    """One problem (required-column-missing) for each heading without which nothing can be read."""
    for heading in needed:
        if heading not in table.headings.values():
            yield Problem("required-column-missing", Cell(table.sheet, table.heading_row), heading)


def place_in(table: Table, row: int, heading: str) -> Cell:
    """The place of one cell of a table, by its heading."""
    return Cell(table.sheet, row, next((letter for letter, title in table.headings.items() if title == heading), None))


def as_received(line: Mapping[str, str]) -> tuple[str, bytes]:
    """A line as bytes that do not depend on the order of its columns, and their SHA-256.

    >>> as_received({"b": "2", "a": "1"})[1]
    b'{"a":"1","b":"2"}'
    """
    content = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(content).hexdigest(), content


def minor_or_none(written: str | None, currency: str) -> int | None:
    """Whole minor units of a written amount; none where it is no number, or larger than all the money there is.

    >>> minor_or_none("1E+07", "USD"), minor_or_none("n/a", "USD"), minor_or_none("1E+30", "USD")
    (1000000000, None, None)
    """
    if not written or not NUMBER.fullmatch(written):
        return None
    minor = in_minor_units(written, currency)
    return minor if abs(minor) <= MOST_MINOR else None
