"""No grant below a source's minimum: lines too small to be worth their paperwork are gathered into fewer and larger ones.

A minimum makes the programme one of whole decisions, which no certificate of prices proves best. So the plan is first solved and
certified without it; then each line below its source's minimum is exchanged inside its need (which costs nothing), raised, or given
up, whichever costs the least covered group least and then the weighted people least. The plan so gathered is checked exactly like any
other, and what the minimum cost at each stage is printed: no plan under the minimum can be better than the plan without it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from concertation.core.allocation.plan import Line, Plan
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import MoneySource, NeedCell
from concertation.core.allocation.worth import WHOLE, weighed_fifths, widths

Takings = tuple[tuple[str | None, int], ...]
FULL = 1.0


@dataclass(frozen=True, slots=True)
class Move:
    """One way of ending a small line: minor units taken by a source from its cells (None: from what it has not spent), all given to one (None: unspent)."""

    source: str
    to: str | None
    taken: Takings


def without_minimum(question: Question) -> Question:
    """The question with no minimum asked for."""
    return replace(question, sources=tuple(replace(source, least=0) for source in question.sources)) if has_minimum(question) else question


def has_minimum(question: Question) -> bool:
    """Whether any source asks for a minimum a line."""
    return any(source.least for source in question.sources)


def small_lines(question: Question, plan: Plan) -> list[Line]:
    """The lines below the minimum of their source, the smallest first.

    >>> asked = Question("USD", (MoneySource("s", 9, least=5),), (NeedCell("a", "NER", "WSH", need=9), NeedCell("b", "MLI", "WSH", need=9)))
    >>> small_lines(asked, Plan((Line("s", "a", 7), Line("s", "b", 2))))
    [Line(source='s', cell='b', amount=2)]
    """
    least = {source.id: source.least for source in question.sources}
    return sorted((line for line in plan.lines if line.amount < least.get(line.source, 0)), key=lambda line: (line.amount, line.source, line.cell))


def gathered(question: Question, plan: Plan) -> Plan:
    """The plan with no line below its source's minimum.

    >>> asked = Question("USD", (MoneySource("s", 9, least=5),), (NeedCell("a", "NER", "WSH", need=9, people=9), NeedCell("b", "MLI", "WSH", need=9, people=9)))
    >>> gathered(asked, Plan((Line("s", "a", 7), Line("s", "b", 2)))).lines
    (Line(source='s', cell='a', amount=9),)
    """
    gathering = Gathering(question, plan)
    for line in small_lines(question, plan):
        if 0 < gathering.given(line.source, line.cell) < gathering.sources[line.source].least and not gathering.exchange(line.source, line.cell):
            gathering.end(line.source, line.cell)
    return gathering.plan()


class Gathering:
    """A plan being gathered: minor units by source and cell both ways round, what each cell and source has left, coverage by group."""

    def __init__(self, question: Question, plan: Plan) -> None:
        self.question = question
        self.sources: dict[str, MoneySource] = {source.id: source for source in question.sources}
        self.place = {cell.id: at for at, cell in enumerate(question.cells)}
        self.of_source: dict[str, dict[str, int]] = {source.id: {} for source in question.sources}
        self.of_cell: dict[str, dict[str, int]] = {cell.id: {} for cell in question.cells}
        self.unspent = {source.id: source.for_needs for source in question.sources}
        self.room = {cell.id: cell.room for cell in question.cells}
        self.parts: list[list[int]] = widths(question.needs).tolist()
        (needs, funded), means = question.needs.totals, question.needs.severities
        self.owed = np.array([float(mean) * max(need, 1) for mean, need in zip(means, needs, strict=True)])
        self.met = np.array(funded, dtype=np.float64)
        self.rising = np.array([at for at in question.reachable_groups if needs[at]], dtype=np.int64)
        for line in plan.lines:
            self.add(line.source, line.cell, line.amount)

    def given(self, source: str, cell: str) -> int:
        """Minor units of a source on a cell."""
        return self.of_source[source].get(cell, 0)

    def cell(self, name: str) -> NeedCell:
        """A cell by its id."""
        return self.question.cells[self.place[name]]

    def add(self, source: str, cell: str, amount: int) -> None:
        """Put minor units of a source on a cell, or take them off (below zero)."""
        now = self.given(source, cell) + amount
        for held, key in ((self.of_source[source], cell), (self.of_cell[cell], source)):
            held[key] = now
            if not now:
                del held[key]
        self.unspent[source] -= amount
        self.room[cell] -= amount
        self.met[self.question.needs.group_of[self.place[cell]]] += amount

    def serves(self, source: str, cell: str) -> bool:
        """Whether money of a source may be spent on a cell."""
        return self.sources[source].serves(self.cell(cell))

    def keeps_local(self, source: str, before: str, after: str) -> bool:
        """Whether moving money of a source from one cell to another leaves its local share whole."""
        return not self.sources[source].local_share or self.cell(after).local or not self.cell(before).local

    def stands(self, source: str, amount: int) -> bool:
        """Whether a line of a source may have this amount: nothing, or its minimum at least."""
        return amount == 0 or amount >= self.sources[source].least

    def exchange(self, source: str, cell: str) -> bool:
        """End a small line by an exchange with another source: what each need and each source has stays the same. False where there is none.

        Either the other source takes the small line over and leaves as much elsewhere, or the small line grows to the minimum the same way round.
        """
        small = self.given(source, cell)
        for amount in (small, small - self.sources[source].least):
            for other, elsewhere in self.partners(source, cell):
                if self.may_exchange(source, other, (cell, elsewhere), amount):
                    for who, where, change in ((source, cell, -amount), (other, cell, amount), (other, elsewhere, -amount), (source, elsewhere, amount)):
                        self.add(who, where, change)
                    return True
        return False

    def partners(self, source: str, cell: str) -> Iterator[tuple[str, str]]:
        """The other sources on a cell with each other cell of either."""
        for other in list(self.of_cell[cell]):
            if other != source:
                for elsewhere in dict.fromkeys((*self.of_source[source], *self.of_source[other])):
                    if elsewhere != cell:
                        yield other, elsewhere

    def may_exchange(self, source: str, other: str, cells: tuple[str, str], amount: int) -> bool:
        """Whether `amount` may move from the first cell to the second for a source, and back for another (the other way round below zero)."""
        here, there = cells
        after = (
            (source, here, self.given(source, here) - amount), (other, here, self.given(other, here) + amount),
            (other, there, self.given(other, there) - amount), (source, there, self.given(source, there) + amount),
        )  # fmt: skip
        if not all(now >= 0 and self.stands(who, now) and (not now or self.serves(who, where)) for who, where, now in after):
            return False
        first, second = (source, other) if amount > 0 else (other, source)
        return self.keeps_local(first, here, there) and self.keeps_local(second, there, here)

    def end(self, source: str, cell: str) -> None:
        """End a small line the way that costs least."""
        best = max(self.ways(source, cell), key=self.worth)
        for taken, amount in best.taken:
            if taken is not None:
                self.add(source, taken, -amount)
        if best.to is not None:
            self.add(source, best.to, sum(amount for _taken, amount in best.taken))

    def ways(self, source: str, cell: str) -> Iterator[Move]:
        """Give the line up; give it to another line of the source; or raise it to the minimum."""
        small = self.given(source, cell)
        yield Move(source, None, ((cell, small),))
        for other, amount in self.of_source[source].items():
            if other != cell and small <= self.room[other] and self.stands(source, amount + small) and self.keeps_local(source, cell, other):
                yield Move(source, other, ((cell, small),))
        missing = self.sources[source].least - small
        if missing <= self.room[cell] and (taken := self.taken_for(source, cell, missing)):
            yield Move(source, cell, taken)

    def taken_for(self, source: str, cell: str, missing: int) -> Takings:
        """Where a source finds what a line lacks: what it has not spent, its other small lines whole, then what its others have beyond the minimum; nothing where it is not enough."""
        least = self.sources[source].least
        others = sorted((amount, name) for name, amount in self.of_source[source].items() if name != cell and self.keeps_local(source, name, cell))
        free = [(None, self.unspent[source]), *((name, amount if amount < least else amount - least) for amount, name in others)]
        taken: list[tuple[str | None, int]] = []
        added = 0
        for name, amount in free:
            is_small = name is not None and amount < least and self.given(source, name) < least
            used = amount if is_small else min(amount, missing - added)
            if used > 0 and added < missing and added + used <= self.room[cell]:
                taken.append((name, used))
                added += used
        return tuple(taken) if added >= missing else ()

    def worth(self, move: Move) -> tuple[float, float]:
        """What a move leaves: the coverage of the least covered group, owed by severity, and the weighted people it gains or loses."""
        changes: dict[str, int] = {}
        for name, amount in (*((taken, -amount) for taken, amount in move.taken), (move.to, sum(amount for _taken, amount in move.taken))):
            if name is not None:
                changes[name] = changes.get(name, 0) + amount
        met = self.met.copy()
        gained = 0.0
        for name, change in changes.items():
            met[self.question.needs.group_of[self.place[name]]] += change
            gained += self.gain(name, change)
        levels = met[self.rising] / self.owed[self.rising]
        return float(levels.min(initial=FULL)), gained

    def gain(self, name: str, change: int) -> float:
        """Weighted people that a change of a cell's money gains."""
        cell, parts = self.cell(name), self.parts[self.place[name]]
        spent = cell.room - self.room[name]
        return cell.people * self.question.weights[cell.severity] * (weighed_fifths(parts, spent + change) - weighed_fifths(parts, spent)) / (WHOLE * max(cell.need, 1))

    def plan(self) -> Plan:
        """The plan as it stands, sources and cells in the order of the question."""
        lines = [Line(source, cell, amount) for source in self.of_source for cell, amount in sorted(self.of_source[source].items(), key=lambda held: self.place[held[0]])]
        return Plan(tuple(lines))
