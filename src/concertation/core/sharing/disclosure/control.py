"""The control every table passes before a signature: what is hidden and why, what cannot be hidden any more, and the proof.

Earlier releases of the same table count: a cell they published with the value it still has is known, and a cell whose published
value moves by fewer people than the threshold would show those few people, so it stays at home too. The proof reads nothing but
what others will see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from concertation.core.sharing.disclosure.attack import Attacker
from concertation.core.sharing.disclosure.complement import Wanted, complements, loss_of, out_of_reach
from concertation.core.sharing.disclosure.large import Growing, groups
from concertation.core.sharing.disclosure.one_sum import OneSum
from concertation.core.sharing.disclosure.rules import Reason, Rule, hidden_by_themselves
from concertation.core.sharing.disclosure.tables import CLOSE, Block, CountTable, Mask, Sum

Published = Mapping[int, int]
MOST_LINKED = 20_000


@dataclass(frozen=True, slots=True)
class Interval:
    """What can be said of a hidden cell from outside, and how wide it has to be."""

    least: float
    most: float
    needed: float

    @property
    def is_wide_enough(self) -> bool:
        """Whether enough stays open.

        >>> Interval(0, 9, 10).is_wide_enough
        False
        """
        return self.most - self.least >= self.needed - CLOSE


@dataclass(frozen=True, slots=True)
class Report:
    """The cells hidden and why, the intervals left to an outsider, the cells given away before, the sums that do not add up."""

    hidden: Mapping[int, Reason]
    intervals: Mapping[int, Interval]
    given_away: tuple[int, ...]
    broken: tuple[Sum, ...]

    @property
    def may_leave(self) -> bool:
        """Whether the table may be signed."""
        return not self.broken and not self.given_away and all(each.is_wide_enough for each in self.intervals.values())


def control(table: CountTable, rule: Rule, earlier: Sequence[Published] = ()) -> Report:
    """Hide what must stay at home, and prove it.

    >>> from concertation.core.sharing.disclosure.rules import RULES, Theme
    >>> told = control(CountTable((3, 40, 25, 68), (Sum(3, (0, 1, 2)),)), RULES[Theme.PEOPLE])
    >>> told.may_leave, {place: reason.value for place, reason in told.hidden.items()}
    (True, {0: 'small', 2: 'complement'})
    """
    broken = table.broken_sums()
    if broken:
        return Report({}, {}, (), broken)
    hidden = hidden_by_themselves(table, rule)
    for place in revised(table, rule, earlier):
        hidden.setdefault(place, Reason.REVISED)
    known = frozenset(place for seen in earlier for place, value in seen.items() if table.values[place] == value)
    given_away = set(known & hidden.keys())
    blocks = table.blocks()
    for block in blocks:
        further, lost = settle(block, hidden, known, rule)
        given_away |= lost
        for place in further:
            hidden.setdefault(place, Reason.COMPLEMENT)
    ordered = dict(sorted(hidden.items()))
    shown = {place: value for place, value in enumerate(table.values) if value is not None and (place in known or place not in ordered)}
    seen = CountTable(tuple(shown.get(place) for place in range(len(table.values))), table.sums)
    needed = {place: rule.width(table.values[place] or 0) for place in ordered.keys() - known}
    return Report(ordered, audit(seen, needed), tuple(sorted(given_away)), ())


def revised(table: CountTable, rule: Rule, earlier: Iterable[Published]) -> set[int]:
    """Cells whose published value moved by too few to be shown."""
    moves = ((place, table.values[place], before) for seen in earlier for place, before in seen.items())
    return {place for place, now, before in moves if now is not None and 0 < abs(now - before) < rule.fewest}


def settle(block: Block, hidden: Mapping[int, Reason], known: frozenset[int], rule: Rule) -> tuple[set[int], set[int]]:
    """The cells of a block to hide, and those that cannot be protected any more."""
    must = np.array([place in hidden for place in block.places])
    if is_too_linked(block):
        return grown(block, must, known, rule), set()
    standing = block.standing
    if not must.any() or standing is None:
        return set(), set()
    seen = np.array([place in known for place in block.places]) & ~block.open
    width = np.array([rule.width(value or 0) for value in block.held])
    wanted = Wanted(must, seen, width)
    lost = out_of_reach(block, standing, wanted) if seen.any() else np.zeros_like(must)
    if lost.any():
        return set(), places_of(block, lost)
    return places_of(block, complements(block, standing, wanted) & ~block.open), set()


def grown(block: Block, must: Mask, known: frozenset[int], rule: Rule) -> set[int]:
    """The complements of a block too large to be taken whole; the proof of the whole table follows as for every other."""
    if not must.any():
        return set()
    seen = np.array([place in known for place in block.places])
    held = np.array([0.0 if value is None else float(value) for value in block.held])

    def too_close(hidden: Mask) -> list[int]:
        shown = replace(block, held=tuple(None if hide else value for hide, value in zip(hidden, block.held, strict=True)))
        needed = {place: rule.width(value or 0) for place, value, hide in zip(block.places, block.held, hidden, strict=True) if hide and value is not None and place not in known}
        told = intervals(shown, needed)
        return [cell for cell, place in enumerate(block.places) if place in told and not told[place].is_wide_enough]

    return places_of(block, Growing(block, loss_of(held), seen | block.open).grown(must | block.open, too_close) & ~block.open)


def places_of(block: Block, chosen: Mask) -> set[int]:
    """The places in the table of some cells of a block."""
    return {place for place, each in zip(block.places, chosen, strict=True) if each}


def audit(seen: CountTable, needed: Mapping[int, float]) -> dict[int, Interval]:
    """What the table as others see it says of each hidden cell, beside the width it needs; a cell no sum binds stays wholly open.

    >>> audit(CountTable((None, 40, 43), (Sum(2, (0, 1)),)), {0: 10.0})[0]
    Interval(least=3.0, most=3.0, needed=10.0)
    """
    told: dict[int, Interval] = {}
    for block in seen.blocks():
        if not needed.keys().isdisjoint(block.places):
            told |= intervals(block, needed)
    return dict(sorted(told.items()))


def intervals(block: Block, needed: Mapping[int, float], *, top: float = 0.0) -> dict[int, Interval]:
    """The intervals of one block, whose largest cell counts at least `top`; where its sums fit no values at all, nothing is open, and nothing may leave."""
    if is_too_linked(block):
        return by_group(block, needed)
    standing = block.standing
    within = [(cell, place) for cell, place in enumerate(block.places) if place in needed]
    if standing is None:
        return {place: Interval(0.0, 0.0, needed[place]) for _cell, place in within}
    slack = 2.0 * max(needed.values()) + max(top - float(standing.max()), 0.0)
    if block.is_one_sum:
        room = OneSum.of(block, standing, slack).room(block.open)
        least, most = standing - room.below, standing + room.above
        return {place: Interval(round(float(least[cell]), 6), round(float(most[cell]), 6), needed[place]) for cell, place in within}
    attacker = Attacker(block, standing, slack=slack)
    attacker.sees_all_but(block.open)
    return {place: interval(attacker, cell, needed[place]) for cell, place in within}


def by_group(block: Block, needed: Mapping[int, float]) -> dict[int, Interval]:
    """The intervals of a block too large to be taken whole, each group of hidden cells by itself; of a group too large still, nothing is believed."""
    told: dict[int, Interval] = {}
    top = float(max((value for value in block.held if value is not None), default=0))
    for group in groups(block, block.open):
        own = {place: Interval(0.0, 0.0, needed[place]) for place in group.places if place in needed}
        if own:
            told |= own if is_too_linked(group) else intervals(group, needed, top=top)
    return told


def is_too_linked(block: Block) -> bool:
    """Whether several sums bind more cells than can be proved at once in reasonable time."""
    return not block.is_one_sum and len(block.places) > MOST_LINKED


def interval(attacker: Attacker, cell: int, needed: float) -> Interval:
    """The interval of one cell."""
    reach, stands = attacker.reach(cell), float(attacker.down[cell])
    return Interval(round(stands - reach.below, 6), round(stands + reach.above, 6), needed)
