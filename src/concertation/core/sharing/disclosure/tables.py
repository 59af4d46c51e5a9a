"""A table of counts or amounts as whoever reads it can add it up: cells, and which cells are the sum of which.

Zero is a figure; `None` is "no figure held", and what is not held is neither hidden nor protected. Tables that share cells (a
commune inside a region, an age inside a sex) are one table with more sums.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from concertation.core.solver import FEASIBLE_WITHIN, KeptProgramme, NotSolved, Numbers, Programme

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sum:
    """One cell is the sum of others, by their places in the table."""

    total: int
    parts: tuple[int, ...]

    @property
    def cells(self) -> tuple[int, ...]:
        """The total and its parts.

        >>> Sum(2, (0, 1)).cells
        (2, 0, 1)
        """
        return (self.total, *self.parts)


@dataclass(frozen=True)
class CountTable:
    """Cells by place, the sums that bind them and, for money, the largest contribution inside each cell."""

    values: tuple[int | None, ...]
    sums: tuple[Sum, ...] = ()
    largest: tuple[int | None, ...] = ()

    def broken_sums(self) -> tuple[Sum, ...]:
        """The sums whose cells are all held and do not add up.

        >>> CountTable((1, 2, 4), (Sum(2, (0, 1)),)).broken_sums()
        (Sum(total=2, parts=(0, 1)),)
        """
        return tuple(each for each in self.sums if self.gap(each) not in (None, 0))

    def gap(self, each: Sum) -> int | None:
        """What the total says beyond its parts; None when one of them is not held."""
        total, parts = self.values[each.total], [self.values[part] for part in each.parts]
        held = [part for part in parts if part is not None]
        return None if total is None or len(held) < len(parts) else total - sum(held)

    def without(self, hidden: Iterable[int]) -> "CountTable":
        """The table as others see it.

        >>> CountTable((1, 2), ()).without({0}).values
        (None, 2)
        """
        gone = frozenset(hidden)
        return CountTable(tuple(None if place in gone else value for place, value in enumerate(self.values)), self.sums)

    def blocks(self) -> tuple["Block", ...]:
        """The parts of the table that no sum binds to one another, cells without any sum left out."""
        first = list(range(len(self.values)))

        def root(place: int) -> int:
            while first[place] != place:
                first[place] = first[first[place]]
                place = first[place]
            return place

        for each in self.sums:
            for cell in each.parts:
                first[root(cell)] = root(each.total)
        bound: dict[int, list[Sum]] = {}
        for each in self.sums:
            bound.setdefault(root(each.total), []).append(each)
        return tuple(Block.of(self.values, sums) for sums in bound.values())


@dataclass(frozen=True, slots=True)
class Row:
    """A sum of a block, by the numbers of its cells there; a total below nothing stands outside the block."""

    total: int
    parts: tuple[int, ...]

    @property
    def cells(self) -> tuple[int, ...]:
        """The total, where it stands inside, and the parts."""
        return self.parts if self.total < 0 else (self.total, *self.parts)


@dataclass(frozen=True)
class Block:
    """Cells bound together by sums: their places in the table, and its sums."""

    places: tuple[int, ...]
    held: tuple[int | None, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, values: Sequence[int | None], sums: Sequence[Sum]) -> "Block":
        """The block of some sums."""
        places = tuple(sorted({cell for each in sums for cell in each.cells}))
        where = {place: number for number, place in enumerate(places)}
        rows = tuple(Row(where[each.total], tuple(where[part] for part in each.parts)) for each in sums)
        return cls(places, tuple(values[place] for place in places), rows)

    @cached_property
    def matrix(self) -> Numbers:
        """One line a sum: parts less total is nothing."""
        matrix = np.zeros((len(self.rows), len(self.places)))
        for line, row in enumerate(self.rows):
            matrix[line, list(row.parts)] = 1.0
            if row.total >= 0:
                matrix[line, row.total] = -1.0
        return matrix

    @property
    def is_one_sum(self) -> bool:
        """Whether one total and its parts are all there is."""
        return len(self.rows) == 1

    @cached_property
    def open(self) -> Mask:
        """The cells of which nothing is held."""
        return np.array([value is None for value in self.held])

    @cached_property
    def standing(self) -> Numbers | None:
        """Values that agree with every sum: those held, and some that fit where none is; None when nothing fits."""
        known = np.array([0.0 if value is None else float(value) for value in self.held])
        if not self.open.any():
            return known if not np.any(self.matrix @ known) else None
        if self.is_one_sum:
            return self.filled(known)
        try:
            most = np.abs(known).sum() + 1.0
            return programme(self.matrix, lower=known, upper=np.where(self.open, most, known)).optimum().columns
        except NotSolved:
            return None


    def filled(self, known: Numbers) -> Numbers | None:
        """Values that agree with the one sum: what its parts lack goes to the first part not held, or the total is their sum.

        >>> Block.of((None, 40, 43), (Sum(2, (0, 1)),)).standing.tolist(), Block.of((None, 40, 39), (Sum(2, (0, 1)),)).standing is None
        ([3.0, 40.0, 43.0], True)
        """
        total, lacking = self.matrix[0] < 0, float(-(self.matrix[0] @ known))
        if self.open[total].any():
            return np.where(total, known[~total].sum(), known)
        if lacking < 0:
            return None
        known[int(np.flatnonzero(self.open)[0])] = lacking
        return known


def programme(matrix: Numbers, *, lower: Numbers, upper: Numbers) -> KeptProgramme:
    """A programme over the cells of a block that keeps every sum; nothing is sought yet."""
    rows, columns = matrix.shape
    nothing, by_column = np.zeros(rows), matrix.T
    starts = np.concatenate(([0], np.count_nonzero(by_column, axis=1).cumsum()))
    where = by_column.nonzero()
    return KeptProgramme(Programme(np.zeros(columns), lower, upper, nothing, nothing, starts, where[1], by_column[where]))


CLOSE = FEASIBLE_WITHIN * 1_000
