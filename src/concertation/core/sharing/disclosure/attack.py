"""What somebody who adds up everything published can say of a cell that is not: the least and the most it may be.

Two linear programmes a cell. Their duals also say which further cells, if hidden, would widen the interval: the choice of
complements lives on those.
"""

from dataclasses import dataclass

import numpy as np

from concertation.core.sharing.disclosure.tables import Block, Mask, programme
from concertation.core.solver import Numbers


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a cell may lie below and above where it stands, and what each cell adds to that if hidden."""

    below: float
    above: float
    worth: Numbers

    @property
    def width(self) -> float:
        """Between the least and the most."""
        return self.below + self.above


class Attacker:
    """Reads one block: knows every sum and every published cell, that no count is negative, and a most that no cell exceeds."""

    def __init__(self, block: Block, standing: Numbers, slack: float) -> None:
        self.block = block
        self.down = standing
        self.up = standing.max() + slack - standing
        nothing = np.zeros(len(standing))
        self.kept = programme(block.matrix, lower=nothing, upper=nothing)

    def sees_all_but(self, hidden: Mask) -> None:
        """From here on these cells are not published."""
        self.kept.change_columns(np.where(hidden, -self.down, 0.0), np.where(hidden, self.up, 0.0))

    def reach(self, cell: int) -> Reach:
        """How far one cell may lie from where it stands."""
        above, worth_above = self.furthest(cell, 1.0)
        below, worth_below = self.furthest(cell, -1.0)
        return Reach(below, above, worth_above + worth_below)

    def furthest(self, cell: int, direction: float) -> tuple[float, Numbers]:
        """The furthest a cell may lie in one direction, and what hiding each cell is worth to that."""
        at = np.array([cell])
        self.kept.change_gains(at, np.array([direction]))
        found = self.kept.optimum()
        self.kept.change_gains(at, np.array([0.0]))
        pull = -(self.block.matrix.T @ found.duals)
        pull[cell] += direction
        return found.value, np.maximum(pull, 0.0) * self.up + np.maximum(-pull, 0.0) * self.down
