"""What people add to a plan: a State's exclusion or cap on its own soil, and lines changed by hand, each with its reason.

A constraint narrows the question before it is solved; the plan on needs alone stands beside. A change by hand is checked by the
exact checker that checks the optimiser: what breaks a rule is refused with the rule it breaks, and what does not is marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from concertation.core.allocation.certificate import breaches
from concertation.core.allocation.plan import Line, Plan
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import NeedCell


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a State asks on its soil: no money of this round for some needs (`cap` 0), or at most `cap` minor units for each.

    Empty `sector` or `unit`: all of them.
    """

    state: str
    sector: str = ""
    unit: str = ""
    cap: int = 0

    def binds(self, cell: NeedCell) -> bool:
        """Whether a need is under the constraint.

        >>> Constraint("NER", "WSH").binds(NeedCell("a", "NER", "WSH")), Constraint("NER").binds(NeedCell("b", "MLI", "WSH"))
        (True, False)
        """
        return cell.state == self.state and self.sector in ("", cell.sector) and self.unit in ("", cell.unit)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line of the plan set by hand: so many minor units of a source on a cell, 0 to take it out."""

    source: str
    cell: str
    amount: int


def constrained(question: Question, constraints: Sequence[Constraint]) -> Question:
    """The question within the constraints; the narrowest cap of each need holds.

    >>> asked = Question("USD", (), (NeedCell("a", "NER", "WSH", need=10),))
    >>> constrained(asked, [Constraint("NER", cap=4), Constraint("NER", "WSH", cap=7)]).cells[0].cap
    4
    """
    if not constraints:
        return question
    return replace(question, cells=tuple(capped(cell, constraints) for cell in question.cells))


def capped(cell: NeedCell, constraints: Sequence[Constraint]) -> NeedCell:
    """The need under the narrowest of the constraints that bind it."""
    caps = [each.cap for each in constraints if each.binds(cell)]
    if not caps:
        return cell
    return replace(cell, cap=min(caps) if cell.cap is None else min(*caps, cell.cap))


def people_bound(question: Question, constraint: Constraint) -> int:
    """People of the needs under a constraint: each need's own, so that one person may stand in several."""
    return sum(cell.people for cell in question.cells if constraint.binds(cell))


def changed_by_hand(plan: Plan, changes: Sequence[ChangedLine]) -> Plan:
    """The plan with its lines as people set them.

    >>> changed_by_hand(Plan((Line("s", "a", 5),)), [ChangedLine("s", "a", 0), ChangedLine("s", "b", 3)]).lines
    (Line(source='s', cell='b', amount=3),)
    """
    amounts = {(line.source, line.cell): line.amount for line in plan.lines}
    amounts.update({(each.source, each.cell): each.amount for each in changes})
    return Plan(tuple(Line(source, cell, amount) for (source, cell), amount in amounts.items() if amount))


def broken_by_hand(question: Question, plan: Plan, changes: Sequence[ChangedLine]) -> list[str]:
    """The rules that the plan would break with these changes, as the exact checker names them."""
    return breaches(question, changed_by_hand(plan, changes))
