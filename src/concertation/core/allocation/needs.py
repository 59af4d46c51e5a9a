"""What follows from the cells of a question alone, worked out once: also for another question that asks the same of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from concertation.core.allocation.terms import Earmark, NeedCell, Terms

Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Admission:
    """Which cells money may serve, whatever they need: it asks of a cell only where it is, whom it serves, its days and who would carry the aid out."""

    cells: tuple[NeedCell, ...]

    @cached_property
    def columns(self) -> tuple[tuple[Mapping[str, int], Whole], ...]:
        """State, sector, unit and group of the cells, in the order of an earmark's parts: a number for each word, and each cell's number."""
        return tuple(numbered([str(getattr(cell, name)) for cell in self.cells]) for name in ("state", "sector", "unit", "group"))

    @cached_property
    def starts(self) -> Whole:
        """The day each need begins, as an ordinal; 0 for one that is there already."""
        return np.array([cell.start.toordinal() if cell.start else 0 for cell in self.cells], dtype=np.int64)

    @cached_property
    def ends(self) -> Whole:
        """The day each need ends, as an ordinal; the last day there is for one without."""
        return np.array([(cell.end or date.max).toordinal() for cell in self.cells], dtype=np.int64)

    def served(self, terms: Terms) -> Mask:
        """Which cells money under these terms may be spent on."""
        earmark, spend_by, usable_from, eligible = terms
        admitted = self.mask(earmark)
        if spend_by is not None:
            admitted &= self.starts <= spend_by.toordinal()
        if usable_from is not None:
            admitted &= self.ends >= usable_from.toordinal()
        if eligible:
            admitted &= np.array([not cell.carriers or bool(cell.carriers & eligible) for cell in self.cells], dtype=np.bool_)
        return admitted

    def mask(self, earmark: Earmark) -> Mask:
        """Which cells an earmark admits, one truth value a cell."""
        admitted = np.ones(len(self.cells), dtype=np.bool_)
        for part, allowed in enumerate(earmark.parts()):
            if allowed:
                admitted &= self.part_mask(part, allowed)
        return admitted

    def part_mask(self, part: int, allowed: frozenset[str]) -> Mask:
        """Which cells one part of an earmark admits; kept, as many earmarks share their parts."""
        if (part, allowed) not in self.part_masks:
            numbers, own = self.columns[part]
            is_allowed = np.zeros(len(numbers), dtype=np.bool_)
            is_allowed[[numbers[word] for word in allowed if word in numbers]] = True
            self.part_masks[part, allowed] = is_allowed[own]
        return self.part_masks[part, allowed]

    @cached_property
    def part_masks(self) -> dict[tuple[int, frozenset[str]], Mask]:
        """The parts of earmarks met so far, and which cells each admits."""
        return {}


@dataclass(frozen=True, eq=False)
class Needs:
    """What follows from the cells of a question alone, each worked out once."""

    cells: tuple[NeedCell, ...]
    admission: Admission

    @cached_property
    def groups(self) -> tuple[tuple[str, str], ...]:
        """The groups whose coverage the floor lifts: each State with each sector."""
        return tuple(sorted({(cell.state, cell.sector) for cell in self.cells}))

    @cached_property
    def group_of(self) -> Whole:
        """For each cell, the place of its group."""
        place = {group: at for at, group in enumerate(self.groups)}
        return np.array([place[cell.state, cell.sector] for cell in self.cells], dtype=np.int64)

    @cached_property
    def local(self) -> Mask:
        """Which cells' money passes through local actors."""
        return np.array([cell.local for cell in self.cells], dtype=np.bool_)

    @cached_property
    def asked(self) -> Whole:
        """Minor units each cell needs."""
        return np.array([cell.need for cell in self.cells], dtype=np.int64)

    @cached_property
    def funded(self) -> Whole:
        """Minor units of each cell's need that are funded already."""
        return np.array([min(cell.funded, cell.need) for cell in self.cells], dtype=np.int64)

    @cached_property
    def rooms(self) -> Whole:
        """Minor units each cell can still take."""
        return np.array([cell.room for cell in self.cells], dtype=np.int64)

    @cached_property
    def totals(self) -> tuple[list[int], list[int]]:
        """Need and what is funded of it, in minor units, by group."""
        return self.by_group(self.asked.tolist()), self.by_group(self.funded.tolist())

    @cached_property
    def severities(self) -> list[Fraction]:
        """Mean severity of each group, weighted by need; groups without need count as severity 1."""
        weighted = self.by_group([cell.need * cell.severity for cell in self.cells])
        return [Fraction(top, bottom) if bottom else Fraction(1) for top, bottom in zip(weighted, self.totals[0], strict=True)]

    def by_group(self, per_cell: Sequence[int]) -> list[int]:
        """Whole numbers of the cells, added up by group."""
        totals = [0] * len(self.groups)
        for at, value in zip(self.group_of.tolist(), per_cell, strict=True):
            totals[at] += value
        return totals


def needs_of(cells: Sequence[NeedCell]) -> Needs:
    """What follows from some cells.

    >>> needs_of([NeedCell("a", "NER", "WSH", need=5, funded=2)]).rooms.tolist()
    [3]
    """
    return Needs(tuple(cells), Admission(tuple(cells)))


def numbered(words: Sequence[str]) -> tuple[Mapping[str, int], Whole]:
    """A number for each word in the order they are met, and the number of each.

    >>> numbered(["b", "a", "b"])
    ({'b': 0, 'a': 1}, array([0, 1, 0]))
    """
    numbers: dict[str, int] = {}
    own = [numbers.setdefault(word, len(numbers)) for word in words]
    return numbers, np.array(own, dtype=np.int64)
