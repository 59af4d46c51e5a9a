"""A bad cell is a value, not an accident: what is wrong, where it stands, and under which stable code.

The texts in French and English, and what the reader should do, stand in `reference/problems.csv`, one line per code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_DETAIL: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cell:
    """Where something stands in a file: sheet by name, row counted from 1 as a spreadsheet shows it, column by letter.

    Every part may be absent: a whole file, a whole sheet or a whole row can be the place of a problem.
    """

    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        """Write the place the way a spreadsheet does.

        >>> str(Cell("MATRICE", 12, "H"))
        'MATRICE!H12'
        """
        spot = f"{self.column or ''}{self.row or ''}"
        return "!".join(part for part in (self.sheet, spot) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what was received: stable code, place, the value as written, and words for the message.

    `detail` fills the placeholders of the message in `reference/problems.csv`; `{value}` is always available there.
    """

    code: str
    cell: Cell = Cell()
    value: str = ""
    detail: Mapping[str, str] = field(default_factory=lambda: NO_DETAIL)


def column_letter(index: int) -> str:
    """The spreadsheet's letters for a column counted from 0.

    >>> [column_letter(i) for i in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters
