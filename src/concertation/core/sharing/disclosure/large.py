"""Tables too large to be taken whole: what binds hidden cells to one another, and complements grown around those that stand too close.

What is published is a number; so the hidden cells that no sum joins through other hidden cells say nothing of each other, and each
group of them is read alone: exactly what the whole would say. Complements are grown sum by sum, not chosen as the least loss.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from concertation.core.sharing.disclosure.tables import Block, Mask, Row
from concertation.core.solver import Numbers

OUTSIDE = -1
MOST_ROUNDS = 60
TooClose = Callable[[Mask], Sequence[int]]


def groups(block: Block, hidden: Mask) -> Iterator[Block]:
    """The hidden cells of a block, group by group, each sum's published cells put together as one that stands where they stand.

    >>> block = Block.of((None, None, 43, 5, 5), ())
    >>> list(groups(block, block.open))
    []
    """
    first = {int(cell): int(cell) for cell in np.flatnonzero(hidden)}

    def root(cell: int) -> int:
        while first[cell] != cell:
            first[cell] = first[first[cell]]
            cell = first[cell]
        return cell

    touched: list[tuple[Row, list[int]]] = []
    for row in block.rows:
        inside = [cell for cell in row.cells if hidden[cell]]
        if inside:
            touched.append((row, inside))
            for cell in inside[1:]:
                first[root(cell)] = root(inside[0])
    bound: dict[int, list[tuple[Row, list[int]]]] = {}
    for row, inside in touched:
        bound.setdefault(root(inside[0]), []).append((row, inside))
    return (group_of(block, rows) for rows in bound.values())


def group_of(block: Block, rows: Sequence[tuple[Row, list[int]]]) -> Block:
    """One group as a block: its hidden cells, then one published cell a sum for all the rest of it."""
    cells = sorted({cell for _row, inside in rows for cell in inside})
    where = {cell: place for place, cell in enumerate(cells)}
    held: list[int | None] = [None] * len(cells)
    made = []
    for row, inside in rows:
        shown = set(inside)
        rest = sum(block.held[cell] or 0 for cell in row.parts if cell not in shown) - (0 if row.total in shown else block.held[row.total] or 0)
        held.append(rest)
        made.append(Row(where.get(row.total, OUTSIDE) if row.total in shown else OUTSIDE, (*(where[cell] for cell in row.parts if cell in shown), len(held) - 1)))
    return Block((*(block.places[cell] for cell in cells), *([OUTSIDE] * len(rows))), tuple(held), tuple(made))


@dataclass(frozen=True)
class Growing:
    """A block whose complements are grown: in which sums each cell stands, what hiding it loses, which may not be hidden."""

    block: Block
    loss: Numbers
    known: Mask

    def grown(self, hidden: Mask, too_close: TooClose) -> Mask:
        """Hide one more cell in every sum of each hidden cell that stands too close, the cheapest that closes most, until none does."""
        rows_of: Mapping[int, list[Row]] = self.rows_by_cell()
        for _round in range(MOST_ROUNDS):
            close = too_close(hidden)
            further = {found for cell in close for row in rows_of[cell] if (found := self.cheapest(row, cell, hidden, rows_of)) is not None}
            if not further:
                return hidden
            hidden = hidden.copy()
            hidden[list(further)] = True
        return hidden

    def rows_by_cell(self) -> dict[int, list[Row]]:
        """The sums in which each cell stands."""
        found: dict[int, list[Row]] = {cell: [] for cell in range(len(self.block.places))}
        for row in self.block.rows:
            for cell in row.cells:
                found[cell].append(row)
        return found

    def cheapest(self, row: Row, beside: int, hidden: Mask, rows_of: Mapping[int, list[Row]]) -> int | None:
        """The cell of a sum to hide beside another: one whose other sums hide something already, then the one that loses least."""
        free = [cell for cell in row.cells if cell != beside and not hidden[cell] and not self.known[cell] and self.block.held[cell]]
        if not free:
            return None

        def opens(cell: int) -> int:
            return sum(not any(hidden[other] for other in each.cells if other != cell) for each in rows_of[cell] if each is not row)

        return min(free, key=lambda cell: (opens(cell), float(self.loss[cell]), cell))
