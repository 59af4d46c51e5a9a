"""What a joint plan stands beside: the same money in proportion to need, each source by itself, and the most people without a floor.

Each source by itself stands for today's practice, unless the question says what each need gets today: every source looks at the
needs it may serve as if no other money came, so that some needs are promised more than they lack, and what they lack not meets none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from concertation.core.allocation.answer import Answer
from concertation.core.allocation.flexibility import people_in
from concertation.core.allocation.plan import Line, Plan, plan_of
from concertation.core.allocation.question import Question
from concertation.core.allocation.stages import solve_without_floors
from concertation.core.allocation.terms import MoneySource, is_expired


@dataclass(frozen=True, slots=True)
class Beside:
    """What one way of sharing the money reaches: people assisted by it (plainly counted), the least coverage of a group that money may
    reach, and minor units that meet a need."""

    people: Fraction
    least: Fraction
    spent: int


def in_proportion_to_need(question: Question) -> Plan:
    """Each source, tightest first, spread over the cells it may serve in proportion to what they still lack, until it is spent or they are full.

    >>> from concertation.core.allocation.terms import MoneySource, NeedCell
    >>> cells = (NeedCell("a", "NER", "WSH", need=30), NeedCell("b", "MLI", "WSH", need=10))
    >>> in_proportion_to_need(Question("USD", (MoneySource("s", 20),), cells)).by_cell()
    {'a': 15, 'b': 5}
    """
    left = {cell.id: cell.room for cell in question.cells}
    admitted = {source.id: served_by(question, source) for source in question.sources}
    lines: list[Line] = []
    for source in sorted(question.sources, key=lambda source: (len(admitted[source.id]), source.id)):
        if is_expired(source, question.as_of):
            continue
        for cell, amount in shares(source.for_needs, {cell: left[cell] for cell in admitted[source.id] if left[cell]}).items():
            left[cell] -= amount
            lines.append(Line(source.id, cell, amount))
    return Plan(tuple(lines))


def each_by_itself(question: Question) -> dict[str, int]:
    """Minor units that meet each cell's need when every source spreads over the cells it may serve as if it were alone.

    >>> from concertation.core.allocation.terms import MoneySource, NeedCell
    >>> cells = (NeedCell("a", "NER", "WSH", need=30), NeedCell("b", "MLI", "WSH", need=10))
    >>> each_by_itself(Question("USD", (MoneySource("s", 40), MoneySource("t", 40)), cells))
    {'a': 30, 'b': 10}
    """
    if question.current:
        return {cell.id: min(question.current.get(cell.id, 0), cell.room) for cell in question.cells}
    room = {cell.id: cell.room for cell in question.cells}
    given: dict[str, int] = {}
    for source in question.sources:
        if is_expired(source, question.as_of):
            continue
        for cell, amount in shares(source.for_needs, {cell: room[cell] for cell in served_by(question, source) if room[cell]}).items():
            given[cell] = given.get(cell, 0) + amount
    return {cell: min(amount, room[cell]) for cell, amount in given.items()}


def served_by(question: Question, source: MoneySource) -> list[str]:
    """The ids of the cells a source may serve."""
    return [cell.id for cell, is_served in zip(question.cells, question.needs.admission.served(source.terms).tolist(), strict=True) if is_served]


def without_floor(question: Question) -> Plan:
    """The plan that meets the most weighted people and leaves out whom it must: the joint plan less it is the price of fairness."""
    return plan_of(solve_without_floors(question))


def beside(answer: Answer) -> dict[str, Beside]:
    """The joint plan and the three it stands beside."""
    question = answer.question
    spent = {
        "joint": answer.plan.by_cell(), "in-proportion": in_proportion_to_need(question).by_cell(), "each-by-itself": each_by_itself(question),
        "without-floor": without_floor(question).by_cell(),
    }  # fmt: skip
    nothing = people_in(question, {})
    return {name: Beside(people_in(question, given) - nothing, least_coverage(question, given), sum(given.values())) for name, given in spent.items()}


def least_coverage(question: Question, spent: Mapping[str, int]) -> Fraction:
    """The coverage of the least covered group among those that money may reach; whole when there is none."""
    needs, funded = question.needs.totals
    given = question.needs.by_group([spent.get(cell.id, 0) for cell in question.cells])
    reached = [group for group in question.reachable_groups if needs[group]]
    return min((Fraction(min(funded[group] + given[group], needs[group]), needs[group]) for group in reached), default=Fraction(1))


def shares(amount: int, lacking: dict[str, int]) -> dict[str, int]:
    """Whole parts of an amount in proportion to what each lacks, never more than it lacks.

    >>> shares(10, {"a": 2, "b": 2}), shares(3, {"a": 1, "b": 1, "c": 4})
    ({'a': 2, 'b': 2}, {'a': 1, 'c': 2})
    """
    whole = sum(lacking.values())
    if amount >= whole:
        return {cell: lack for cell, lack in lacking.items() if lack}
    exact = {cell: divmod(amount * lack, whole) for cell, lack in lacking.items()}
    given = {cell: part for cell, (part, _rest) in exact.items()}
    rest = amount - sum(given.values())
    for cell in sorted(exact, key=lambda cell: (-exact[cell][1], -lacking[cell], cell))[:rest]:
        given[cell] += 1
    return {cell: part for cell, part in given.items() if part}
