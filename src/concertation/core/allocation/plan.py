"""The plan in whole minor units: every source's money on cells it may serve, with the reason of each line.

The optimiser's flows are cut to whole units without a unit lost: what a class spends is shared out by largest remainder, never
past a cell's room, and given to its sources in their order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from concertation.core.allocation.model import Layout
from concertation.core.allocation.question import SourceClass
from concertation.core.allocation.stages import Solved
from concertation.core.allocation.terms import MoneySource, NeedCell
from concertation.core.parties import TYPE_WORDS
from concertation.core.periods import day_in_words

NEARLY = 100_000_000
STEPS = 2**20


class Line(NamedTuple):
    """So many minor units of a source on a cell."""

    source: str
    cell: str
    amount: int


@dataclass(frozen=True)
class Plan:
    """The lines of a plan, and what they come to by cell and by source."""

    lines: tuple[Line, ...]

    def by_cell(self) -> dict[str, int]:
        """Minor units by cell."""
        return _sums((line.cell, line.amount) for line in self.lines)

    def by_source(self) -> dict[str, int]:
        """Minor units by source."""
        return _sums((line.source, line.amount) for line in self.lines)


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for name, amount in pairs:
        totals[name] = totals.get(name, 0) + amount
    return totals


def plan_of(solved: Solved) -> Plan:
    """The plan in whole minor units that lies next to the optimiser's flows."""
    layout = solved.layout
    cells = [layout.question.cells[at] for at in layout.live.tolist()]
    rooms = [cell.room for cell in cells]
    lines: list[Line] = []
    flowing = np.flatnonzero(solved.flows > 0)
    ends = np.searchsorted(layout.arc_class[flowing], np.arange(len(layout.classes) + 1)).tolist()
    places, flows = layout.arc_cell[flowing].tolist(), [int(flow) for flow in (solved.flows[flowing] * layout.unit * STEPS).tolist()]
    for at, each in enumerate(layout.classes):
        own = places[ends[at] : ends[at + 1]]
        left = [rooms[place] for place in own]
        wished = [filling(flow, room) for flow, room in zip(flows[ends[at] : ends[at + 1]], left, strict=True)]
        amounts = whole_units(wished, total_of(wished, each), left)
        for place, amount in zip(own, amounts, strict=True):
            rooms[place] -= amount
        lines += shared_out(each.sources, [(cells[place].id, amount) for place, amount in zip(own, amounts, strict=True)])
    return Plan(tuple(lines))


def filling(flow: int, room: int) -> int:
    """A flow (in STEPS), made whole where it leaves less than a hundred-millionth of a cell's room.

    >>> filling(10**9 * STEPS - STEPS, 10**9) == 10**9 * STEPS
    True
    """
    whole = room * STEPS
    return whole if 0 < (whole - flow) * NEARLY <= whole else flow


def total_of(flows: Sequence[int], each: SourceClass) -> int:
    """What a class spends, in minor units: all it holds where the optimiser left less than a hundred-millionth, else its flows (in STEPS), rounded.

    More would spend free money that a later stage has a price for, and the plan would miss its own bound.

    >>> from fractions import Fraction
    >>> held = SourceClass((MoneySource("s", 10**10),), np.ones(1, dtype=np.bool_), None, Fraction(0))
    >>> total_of([(10**10 - 90) * STEPS], held), total_of([(10**10 - 900) * STEPS], held)
    (10000000000, 9999999100)
    """
    total, held = sum(flows), each.amount * STEPS
    return each.amount if (held - total) * NEARLY <= held else min((total + STEPS // 2) // STEPS, each.amount)


def whole_units(flows: Sequence[int], total: int, rooms: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the flows that add up to the total, none above its room (what no room takes stays unspent).

    >>> whole_units([999, 999], 200, [100, 100])
    [100, 100]
    """
    spread = sum(flows) or 1
    wished = [divmod(flow * total, spread) for flow in flows]
    given = [min(whole, room) for (whole, _rest), room in zip(wished, rooms, strict=True)]
    left = total - sum(given)
    if left <= 0:
        return given
    for at in sorted(range(len(given)), key=lambda at: ((given[at] - wished[at][0]) * spread - wished[at][1], at)):
        more = min(rooms[at] - given[at], 1)
        given[at], left = given[at] + more, left - more
        if left <= 0:
            return given
    for at, room in enumerate(rooms):
        more = min(room - given[at], left)
        given[at], left = given[at] + more, left - more
    return given


def shared_out(sources: Sequence[MoneySource], amounts: Sequence[tuple[str, int]]) -> list[Line]:
    """The money of a class as lines of its sources, one after the other.

    >>> shared_out([MoneySource("s1", 5), MoneySource("s2", 7)], [("a", 6), ("b", 4)])
    [Line(source='s1', cell='a', amount=5), Line(source='s2', cell='a', amount=1), Line(source='s2', cell='b', amount=4)]
    """
    lines, waiting = [], [(source.id, source.for_needs) for source in sources]
    for cell, wanted in amounts:
        while wanted > 0 and waiting:
            source, held = waiting[0]
            used = min(held, wanted)
            if used:
                lines.append(Line(source, cell, used))
            wanted -= used
            waiting[0] = (source, held - used)
            if held == used:
                waiting.pop(0)
    return lines


def tightness(source: MoneySource) -> str:
    """How a source's money is earmarked, by the Grand Bargain's categories: 1 unearmarked, 2 softly, 3 earmarked, 4 tightly.

    >>> tightness(MoneySource("s", 1))
    'unearmarked'
    """
    states, sectors, units, groups = source.earmark.parts()
    if units or groups:
        return "tightly"
    return "earmarked" if sectors else "softly" if states else "unearmarked"


REASONS: Mapping[str, tuple[str, str]] = {
    "floor": (
        "Relève la couverture la plus basse ({state} · {sector}) ; argent {tightness}.",
        "Raises the lowest coverage ({state} · {sector}); {tightness} money.",
    ),
    "most-good": (
        "Plus grand bien par unité de monnaie parmi les besoins que cet argent peut servir ({state} · {sector}) ; argent {tightness}.",
        "Most good per unit of money among the needs this money may serve ({state} · {sector}); {tightness} money.",
    ),
    "only": (
        "Seul besoin que cet argent peut servir ({state} · {sector}) ; argent {tightness}.",
        "The only need this money may serve ({state} · {sector}); {tightness} money.",
    ),
}
STATUS_REASONS: Mapping[str, tuple[str, str]] = {
    "pledge": (" Promis, non reçu.", " Pledged, not received."), "commitment": (" Engagé, non encore payé.", " Committed, not paid yet."),
}  # fmt: skip
TIGHTNESS: Mapping[str, tuple[str, str]] = {
    "unearmarked": ("non affecté", "unearmarked"), "softly": ("faiblement affecté", "softly earmarked"),
    "earmarked": ("affecté", "earmarked"), "tightly": ("étroitement affecté", "tightly earmarked"),
}  # fmt: skip


def reason_of(source: MoneySource, cell: NeedCell, *, lifted: bool, alone: bool) -> tuple[str, str]:
    """Why money of a source stands on a cell, in French and English: the only cell it may serve, a floor it lifts, or the most good.

    >>> reason_of(MoneySource("s", 1), NeedCell("a", "NER", "WSH"), lifted=True, alone=False)[1]
    'Raises the lowest coverage (NER · WSH); unearmarked money.'
    """
    why = "only" if alone else "floor" if lifted else "most-good"
    french, english = (
        text.format(state=cell.state, sector=cell.sector, tightness=word) + told for text, word, told in zip(REASONS[why], TIGHTNESS[tightness(source)], conditions(source, cell), strict=True)
    )
    return french, english


def conditions(source: MoneySource, cell: NeedCell) -> tuple[str, str]:
    """What else is said of a line, in French and English: how far the money is, whom it may pay, when both can be used.

    >>> conditions(MoneySource("s", 1, status="pledge", eligible=frozenset({"local_ngo"})), NeedCell("a", "NER", "WSH"))[1]
    ' Pledged, not received. May only pay: local NGO.'
    """
    payable = sorted(source.eligible & cell.carriers or source.eligible)
    french, english = STATUS_REASONS.get(source.status, ("", ""))
    if payable:
        french += " Ne peut payer que : " + ", ".join(TYPE_WORDS[each][0] for each in payable) + "."
        english += " May only pay: " + ", ".join(TYPE_WORDS[each][1] for each in payable) + "."
    if source.usable_from or (cell.start or cell.end):
        first, last = max(filter(None, (source.usable_from, cell.start)), default=None), min(filter(None, (source.spend_by, cell.end)), default=None)
        french += " À employer" + (f" dès le {day_in_words(first, 'fr')}," if first else "") + (f" au plus tard le {day_in_words(last, 'fr')}," if last else "")
        english += " To be used" + (f" from {day_in_words(first, 'en')}," if first else "") + (f" by {day_in_words(last, 'en')}," if last else "")
        french, english = french.removesuffix(",") + ".", english.removesuffix(",") + "."
    return french, english


def places(layout: Layout) -> tuple[Mapping[str, MoneySource], Mapping[str, int]]:
    """Sources by id, and places of cells by id."""
    question = layout.question
    return {source.id: source for source in question.sources}, {cell.id: at for at, cell in enumerate(question.cells)}
