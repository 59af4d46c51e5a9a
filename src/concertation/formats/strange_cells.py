"""Cells that read well and yet mislead: signs nobody sees or that turn the reading about, and text far longer than a cell holds.

They are kept as written and said once a sheet, with the first of them; N'Ko, Tifinagh and Arabic letters are letters like others.
"""

import re
from collections.abc import Iterable, Iterator

import polars as pl

from concertation.core.problems import Cell, Problem
from concertation.formats.sheets import ROW, letters

HIDDEN = "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
HIDDEN_IN_BYTES = {b"\xe2": re.compile(rb"\xe2(?:\x80[\x8b\x8e\x8f\xaa-\xae]|\x81[\xa0-\xa9])"), b"\xef": re.compile(rb"\xef\xbb\xbf")}
LONGEST_CELL = 32_767  # letters a spreadsheet's cell can hold


def may_hide(content: bytes) -> bool:
    r"""Whether UTF-8 bytes hold a hidden sign at all, so that most tables need not be searched cell by cell.

    >>> may_hide("l\u2019eau".encode()), may_hide("Kayes\u202e".encode())
    (False, True)
    """
    return any(start in content and pattern.search(content) is not None for start, pattern in HIDDEN_IN_BYTES.items())


def strange_cells(sheet: str, frame: pl.DataFrame, *, hiding: bool = True) -> list[Problem]:
    r"""Notes on the cells of a sheet, at most one of each code, with the count and the first cell.

    >>> found = strange_cells("A", pl.DataFrame({"row": [1, 2], "A": ["x", "Ga\u200bo"]}))
    >>> [(problem.code, str(problem.cell), problem.value, problem.detail["signs"]) for problem in found]
    [('hidden-signs', 'A!A2', '1', 'U+200B')]
    """
    return [*(hidden_signs(sheet, frame) if hiding else ()), *long_cells(sheet, frame)]


def hidden_signs(sheet: str, frame: pl.DataFrame) -> Iterator[Problem]:
    """The note on cells that hold signs nobody sees."""
    found = [(row, name, text) for name in letters(frame) for row, text in cells_where(frame, name, pl.col(name).str.contains(HIDDEN))]
    if found:
        row, name, text = min(found, key=lambda each: (each[0], len(each[1]), each[1]))
        signs = " ".join(dict.fromkeys(f"U+{ord(sign):04X}" for sign in re.findall(HIDDEN, text)))
        yield Problem("hidden-signs", Cell(sheet, row, name), str(len(found)), {"signs": signs})


def long_cells(sheet: str, frame: pl.DataFrame) -> Iterator[Problem]:
    """The note on cells of more letters than a spreadsheet's cell can hold."""
    longest = frame.select(pl.col(letters(frame)).str.len_bytes().max()).row(0, named=True) if frame.height and letters(frame) else {}
    long = [name for name, length in longest.items() if (length or 0) > LONGEST_CELL]
    found = [(row, name, len(text)) for name in long for row, text in cells_where(frame, name, pl.col(name).str.len_bytes() > LONGEST_CELL)]
    if found:
        row, name, length = min(found, key=lambda each: (each[0], len(each[1]), each[1]))
        yield Problem("cell-very-long", Cell(sheet, row, name), str(len(found)), {"length": str(length)})


def cells_where(frame: pl.DataFrame, name: str, condition: pl.Expr) -> list[tuple[int, str]]:
    """Row number and text of one column's cells that meet a condition."""
    return frame.filter(condition).select(ROW, name).rows()


def summed(problems: Iterable[Problem]) -> list[Problem]:
    """Notes on the parts of one sheet as notes on the whole: of each code the first, with the sum of their counts.

    >>> [problem.value for problem in summed([Problem("cell-very-long", value="2"), Problem("cell-very-long", value="3")])]
    ['5']
    """
    first: dict[str, Problem] = {}
    counts: dict[str, int] = {}
    for problem in problems:
        first.setdefault(problem.code, problem)
        counts[problem.code] = counts.get(problem.code, 0) + int(problem.value)
    return [Problem(code, problem.cell, str(counts[code]), problem.detail) for code, problem in first.items()]
