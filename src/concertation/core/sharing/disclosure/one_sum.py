"""A total and its parts, bound to nothing else: what can be said of each cell is written down at once, without an optimiser.

A hidden part may grow by as much as the other hidden cells can give up, and shrink by as much as they can take. So a sum of a hundred
thousand communes is read in milliseconds, and its complement is the one cell that loses least and leaves every hidden cell wide.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from concertation.core.sharing.disclosure.tables import CLOSE, Block, Mask
from concertation.core.solver import Numbers

LITTLE = 2_000


@dataclass(frozen=True, slots=True)
class Room:
    """How far each cell may lie below and above where it stands; nothing for a cell that is published."""

    below: Numbers
    above: Numbers

    @property
    def width(self) -> Numbers:
        """Between the least and the most of each cell."""
        return self.below + self.above


@dataclass(frozen=True)
class OneSum:
    """One equation with its bounds: `down` and `up` are how far each cell may move at all (no count is negative, none exceeds a most)."""

    total: Mask
    down: Numbers
    up: Numbers

    @classmethod
    def of(cls, block: Block, standing: Numbers, slack: float) -> "OneSum":
        """The equation of a block of one sum."""
        return cls(block.matrix[0] < 0, standing, standing.max() + slack - standing)

    @cached_property
    def gives(self) -> Numbers:
        """How much each cell, if hidden, lets another part grow."""
        return np.where(self.total, self.up, self.down)

    @cached_property
    def takes(self) -> Numbers:
        """How much each cell, if hidden, lets another part shrink."""
        return np.where(self.total, self.down, self.up)

    def room(self, hidden: Mask) -> Room:
        """What an outsider can say of each cell when these are not published.

        >>> three = OneSum(np.array([False, False, False, True]), np.array([3.0, 40, 25, 68]), np.array([85.0, 48, 63, 20]))
        >>> three.room(np.array([True, False, True, False])).width.tolist()
        [28.0, 0.0, 28.0, 0.0]
        """
        gives, takes = np.where(hidden, self.gives, 0.0), np.where(hidden, self.takes, 0.0)
        others_give, others_take = gives.sum() - gives, takes.sum() - takes
        above = np.minimum(self.up, np.where(self.total, others_take, others_give))
        below = np.minimum(self.down, np.where(self.total, others_give, others_take))
        return Room(np.where(hidden, below, 0.0), np.where(hidden, above, 0.0))

    def is_wide(self, hidden: Mask, needed: Numbers, watched: Mask) -> bool:
        """Whether every hidden cell that is watched keeps the width it needs."""
        return bool(np.all((self.room(hidden).width >= needed - CLOSE) | ~(hidden & watched)))


def complement(block: Block, standing: Numbers, must: Mask, known: Mask, width: Numbers, loss: Numbers) -> Mask | None:
    """The cells to hide in a block of one sum: those that must be, and at most one more; None where one more does not do, or several may lose less.

    The cheapest cell that does is the best choice unless two others together lose less than it alone; cells of nothing help no more
    together than one of them. Beyond `LITTLE` cells the cheapest one is taken as it is.
    """
    equation, hidden = OneSum.of(block, standing, 2.0 * float(width.max())), must | block.open
    watched = ~block.open
    if not must.any() or equation.is_wide(hidden, width, watched):
        return hidden
    candidates = np.flatnonzero(~hidden & ~known)
    ordered = candidates[np.argsort(loss[candidates], kind="stable")]
    two_cheapest = cheapest_two(loss[ordered], standing[ordered])
    _values, first = np.unique(standing[ordered] + np.where(equation.total[ordered], 0.5, 0.0), return_index=True)
    for cell in ordered[np.sort(first)]:
        if loss[cell] > two_cheapest and len(ordered) <= LITTLE:
            return None
        hidden[cell] = True
        if equation.is_wide(hidden, width, watched):
            return hidden
        hidden[cell] = False
    return None


def cheapest_two(loss: Numbers, standing: Numbers) -> float:
    """The least that two cells lose which do more together than one: not both of nothing.

    >>> cheapest_two(np.array([1.0, 1.0, 4.0, 6.0]), np.array([0.0, 0.0, 7.0, 31.0]))
    5.0
    """
    worth = loss[standing > 0]
    if len(loss) < 2 or not len(worth):
        return float(np.inf)
    return float(loss[0] + (worth[0] if standing[0] == 0 else loss[1]))
