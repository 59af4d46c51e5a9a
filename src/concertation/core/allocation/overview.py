"""A plan in the few figures people read first: whom it assists, each group's coverage, what it stands beside, where money comes from.

A group is a State with a sector. Every figure is a whole number or an exact share given as text digits, so that what is stored
under a hash reads the same on every machine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from concertation.core.allocation.answer import Answer, marginal_prices, million_of
from concertation.core.allocation.baselines import Beside, beside, least_coverage
from concertation.core.allocation.counting import STATUSES, UNSAID, by_status
from concertation.core.allocation.flexibility import people_in
from concertation.core.allocation.plan import Plan
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import met_of

PARTS = 10_000


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A State's sector in a plan: minor units needed, funded before, given by the plan; people of its needs and those the money assists;
    whether any money may reach it."""

    state: str
    sector: str
    need: int
    funded: int
    given: int
    people: int
    assisted: int
    reachable: bool

    @property
    def coverage(self) -> Fraction:
        """The share of its need that is met."""
        return Fraction(min(self.funded + self.given, self.need), self.need) if self.need else Fraction(1)


def groups_of(question: Question, spent: Mapping[str, int]) -> list[GroupShown]:
    """Every group of a question under a plan, in their order."""
    needs, funded = question.needs.totals
    given, people = question.needs.by_group([spent.get(cell.id, 0) for cell in question.cells]), question.needs.by_group([cell.people for cell in question.cells])
    assisted = question.needs.by_group([cell.people * (met_of(cell, spent.get(cell.id, 0)) - met_of(cell, 0)) * PARTS // (cell.need or 1) for cell in question.cells])
    reachable = set(question.reachable_groups)
    return [
        GroupShown(state, sector, needs[at], funded[at], given[at], people[at], round(Fraction(assisted[at], PARTS)), at in reachable or needs[at] <= funded[at])
        for at, (state, sector) in enumerate(question.needs.groups)
    ]  # fmt: skip


def assisted_by(question: Question, spent: Mapping[str, int]) -> int:
    """People that the money of a plan assists, beyond those earlier money covers; one person may stand in several needs."""
    return round(people_in(question, spent) - people_in(question, {}))


def overview(answer: Answer) -> dict[str, Any]:
    """What is kept of an answered question for its page: amounts in minor units, shares in ten-thousandths."""
    question = answer.question
    return reached_by(question, answer.plan) | {
        "question_sha256": question.digest, "valid": answer.certificate.valid, "beside": {name: beside_shown(each) for name, each in beside(answer).items()},
        "unreachable": unreachable_groups(question), "stages": len(answer.solved.stages), "reserves": reserves_shown(question),
    }  # fmt: skip


def reserves_shown(question: Question) -> list[dict[str, Any]]:
    """What sources keep back for triggers, as it is stored: minor units, the trigger, the last day."""
    kept = [(source.id, source.reserve) for source in question.sources if source.reserve is not None]
    return [{"source": name, "kept": each.amount, "trigger": each.trigger, "until": each.until.isoformat() if each.until else ""} for name, each in kept]


def reached_by(question: Question, plan: Plan) -> dict[str, Any]:
    """What a plan reaches, whoever made it."""
    spent = plan.by_cell()
    return {
        "currency": question.currency, "people": assisted_by(question, spent), "held": sum(source.amount for source in question.sources),
        "spent": sum(spent.values()), "least": parts_of(least_coverage(question, spent)), "groups": [shown(group) for group in groups_of(question, spent)],
        "observed": sum(source.amount for source in question.observed), "overhead": overhead_on(question, plan.by_source()), "periods": periods_of(question, spent),
        "counting": question.counting, "money": money_by_status(question),
    }  # fmt: skip


def money_by_status(question: Question) -> list[dict[str, Any]]:
    """The money a question holds by how far it is, and whether this one counts it: sources and minor units; nothing where no source says how far it is."""
    counted, left = by_status(question.sources), by_status(question.uncounted)
    told = [{"status": status, "sources": count, "amount": amount, "counted": held is counted} for held in (counted, left) for status, (count, amount) in held.items()]
    return sorted(told, key=lambda each: [*STATUSES, UNSAID].index(str(each["status"]))) if {*counted, *left} - {UNSAID} else []


def overhead_on(question: Question, spent: Mapping[str, int]) -> int:
    """The most that running costs may take beside what meets needs, each source's rounded up."""
    return sum(ceil(spent.get(source.id, 0) * source.overhead) for source in question.sources if source.overhead)


def periods_of(question: Question, spent: Mapping[str, int]) -> list[dict[str, Any]]:
    """Needs by the days they have, first to last: minor units needed, funded before, given; nothing where no need has days."""
    found: dict[tuple[str, str], list[int]] = {}
    for cell in question.cells:
        days = (cell.start.isoformat() if cell.start else "", cell.end.isoformat() if cell.end else "")
        held = found.setdefault(days, [0, 0, 0])
        held[0], held[1], held[2] = held[0] + cell.need, held[1] + min(cell.funded, cell.need), held[2] + spent.get(cell.id, 0)
    if not set(found) - {("", "")}:
        return []
    return [{"from": start, "until": end, "need": need, "funded": funded, "given": given} for (start, end), (need, funded, given) in sorted(found.items())]


def shown(group: GroupShown) -> dict[str, Any]:
    """A group as it is stored."""
    return {
        "state": group.state, "sector": group.sector, "need": group.need, "funded": group.funded, "given": group.given, "people": group.people,
        "assisted": group.assisted, "reachable": group.reachable, "coverage": parts_of(group.coverage),
    }  # fmt: skip


def beside_shown(each: Beside) -> dict[str, int]:
    """One of the ways of sharing as it is stored."""
    return {"people": round(each.people), "least": parts_of(each.least), "spent": each.spent}


def parts_of(share: Fraction) -> int:
    """A share in ten-thousandths.

    >>> parts_of(Fraction(1, 3))
    3333
    """
    return int(share * PARTS)


def unreachable_groups(question: Question) -> list[dict[str, Any]]:
    """The gaps that no money is allowed to meet, by State and sector: needs, minor units missing, people."""
    closed = set(question.unreachable())
    found: dict[tuple[str, str], list[int]] = {}
    for cell in question.cells:
        if cell.id in closed:
            held = found.setdefault((cell.state, cell.sector), [0, 0, 0])
            held[0], held[1], held[2] = held[0] + 1, held[1] + cell.need - cell.funded, held[2] + cell.people
    return [{"state": state, "sector": sector, "needs": needs, "missing": missing, "people": people} for (state, sector), (needs, missing, people) in sorted(found.items())]


def streams(question: Question, plan: Plan) -> list[tuple[str, str, str, int]]:
    """Where the money of a plan goes: donor (or the source itself), State, sector and minor units, in the order of the question."""
    donors = {source.id: source.donor or source.id for source in question.sources}
    cells = {cell.id: (cell.state, cell.sector) for cell in question.cells}
    return added((donors[line.source], *cells[line.cell], line.amount) for line in plan.lines)


def added(rows: Iterable[tuple[str, str, str, int]]) -> list[tuple[str, str, str, int]]:
    """Rows with one donor, State and sector added up.

    >>> added([("d", "NER", "WSH", 2), ("d", "NER", "WSH", 3)])
    [('d', 'NER', 'WSH', 5)]
    """
    totals: dict[tuple[str, str, str], int] = {}
    for donor, state, sector, amount in rows:
        totals[donor, state, sector] = totals.get((donor, state, sector), 0) + amount
    return [(*key, amount) for key, amount in totals.items()]


def next_million(answer: Answer) -> list[dict[str, Any]]:
    """What a further million would do in each need that still lacks money: people, plainly counted, and weighted by the plan's own prices."""
    question, spent, prices = answer.question, answer.plan.by_cell(), marginal_prices(answer)
    million = million_of(question)
    lines = []
    for at, cell in enumerate(question.cells):
        left = cell.room - spent.get(cell.id, 0)
        if left > 0:
            people = cell.people * min(left, million) // cell.need
            lines.append({"cell": cell.id, "state": cell.state, "sector": cell.sector, "people": people, "weighted": round(float(prices[at]), 1), "left": left})
    return lines
