"""Which further cells to hide so that no hidden cell can be worked out: the least loss that an attacker's reading does not undo.

A small whole-number programme, one yes or no a cell. It is solved, read by the attacker, given one more line for every cell the
attacker comes too close to, and solved again, until nothing is too close (Fischetti and Salazar's cuts from the attacker's duals).
"""

from dataclasses import dataclass

import numpy as np

from concertation.core.sharing.disclosure import one_sum
from concertation.core.sharing.disclosure.attack import Attacker
from concertation.core.sharing.disclosure.tables import CLOSE, Block, Mask
from concertation.core.solver import KeptProgramme, Numbers, Places, Programme


@dataclass(frozen=True, slots=True)
class Wanted:
    """For each cell of a block: must stay at home, may not (already known), how wide it must remain when hidden."""

    must: Mask
    known: Mask
    width: Numbers


def out_of_reach(block: Block, standing: Numbers, wanted: Wanted) -> Mask:
    """Cells that must stay at home and that what was already published gives away, whatever is hidden now."""
    if block.is_one_sum:
        width = one_sum.OneSum.of(block, standing, slack_of(wanted)).room(~wanted.known).width
        return wanted.must & (wanted.known | (width < wanted.width - CLOSE))
    attacker = attacker_of(block, standing, wanted)
    attacker.sees_all_but(~wanted.known)
    lost = np.zeros(len(standing), dtype=bool)
    for cell in np.flatnonzero(wanted.must):
        lost[cell] = wanted.known[cell] or attacker.reach(int(cell)).width < wanted.width[cell] - CLOSE
    return lost


def attacker_of(block: Block, standing: Numbers, wanted: Wanted) -> Attacker:
    """The attacker of a block."""
    return Attacker(block, standing, slack=slack_of(wanted))


def slack_of(wanted: Wanted) -> float:
    """How far beyond the largest cell nobody looks."""
    return 2.0 * float(wanted.width.max())


def loss_of(standing: Numbers) -> Numbers:
    """What hiding each cell loses: the logarithm of its value, so that totals go last."""
    return 1.0 + np.log2(1.0 + standing)


def complements(block: Block, standing: Numbers, wanted: Wanted) -> Mask:
    """The cells to hide: those that must be, and the complements that lose least."""
    if block.is_one_sum:
        at_once = one_sum.complement(block, standing, wanted.must, wanted.known, wanted.width, loss_of(standing))
        if at_once is not None:
            return at_once
    attacker = attacker_of(block, standing, wanted)
    choice = first_choice(block, standing, wanted)
    while True:
        hidden = choice.optimum().columns > 0.5
        attacker.sees_all_but(hidden)
        if not cut(choice, attacker, hidden & ~block.open, wanted):
            return hidden


def cut(choice: KeptProgramme, attacker: Attacker, hidden: Mask, wanted: Wanted) -> int:
    """One more line for every hidden cell the attacker comes too close to; gives back how many."""
    added = 0
    for cell in np.flatnonzero(hidden):
        reach = attacker.reach(int(cell))
        if reach.width < wanted.width[cell] - CLOSE:
            needed = float(wanted.width[cell])
            worth = np.minimum(reach.worth, needed)
            worth[cell] -= needed
            columns: Places = np.flatnonzero(worth)
            choice.add_row(columns, worth[columns], lower=0.0)
            added += 1
    return added


def first_choice(block: Block, standing: Numbers, wanted: Wanted) -> KeptProgramme:
    """The programme before any attack: in no sum is a cell that must stay at home hidden alone."""
    cells = len(standing)
    loss = loss_of(standing)
    least = (wanted.must | block.open).astype(float)
    most = np.where(wanted.known & ~block.open, least, 1.0)
    empty = np.zeros(0)
    choice = KeptProgramme(Programme(
        -loss, least, most, empty, empty, np.zeros(cells + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), empty,
    ))  # fmt: skip
    choice.whole()
    for row in block.matrix:
        members: Places = np.flatnonzero(row)
        for cell in members[wanted.must[members] & ~block.open[members]]:
            choice.add_row(members, np.where(members == cell, -1.0, 1.0), lower=0.0)
    return choice
