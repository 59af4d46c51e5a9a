"""Reading allocation rounds: rounds and scenarios a reader may see, what States ask and say of them, what was changed by hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from concertation.apps.allocation.frozen import question_of
from concertation.apps.allocation.models import (
    DonorReply,
    Joining,
    LineChange,
    Position,
    Round,
    Scenario,
    StateConstraint,
)
from concertation.apps.ground.once import once
from concertation.apps.organisations.queries import organisations
from concertation.core.allocation.consent import ChangedLine, Constraint, changed_by_hand
from concertation.core.allocation.plan import Line, Plan
from concertation.core.allocation.question import Question
from concertation.core.sharing import Mandate
from concertation.core.sharing.rounds import reads_flexibility

HEAVY = ("answer", "flexibility")


@dataclass(frozen=True, slots=True)
class StateWord:
    """What a State last said of the scenario put to it; `stale` when the plan changed since."""

    state: str
    position: Position | None
    stale: bool

    @property
    def counts(self) -> bool:
        """Whether it is a word on the plan as it stands."""
        return self.position is not None and not self.stale


def rounds(mandates: Sequence[Mandate]) -> QuerySet[Round]:
    """The rounds a reader may see, newest first, without their questions."""
    return Round.objects.visible_to(mandates).defer("question").order_by("-created_at")


def round_for(mandates: Sequence[Mandate], round_id: UUID) -> Round | None:
    """One round, if the reader may see it."""
    found: Round | None = Round.objects.visible_to(mandates).filter(pk=round_id).select_related("previous").first()
    return found


def endorsed_rounds(mandates: Sequence[Mandate]) -> QuerySet[Round]:
    """The endorsed rounds a reader may see, the last first."""
    return rounds(mandates).filter(status="endorsed").order_by("-endorsed_at")


def proposed_of(asked: Round) -> Scenario | None:
    """The scenario put to the States, if one is."""
    return scenario_of(asked, asked.proposed) if asked.proposed else None


def scenarios(asked: Round) -> list[Scenario]:
    """The scenarios of a round in their order, with their overviews and without their answers."""
    return list(Scenario.objects.filter(round=asked).defer(*HEAVY).order_by("number"))


def scenario_of(asked: Round, number: int) -> Scenario | None:
    """One scenario of a round."""
    return Scenario.objects.filter(round=asked, number=number).first()


def scenario_at_work(scenario_id: UUID) -> Scenario:
    """A scenario the worker is asked to solve; the mandate was checked when the person asked."""
    return Scenario.objects.select_related("round").get(pk=scenario_id)


def constraints(asked: Round) -> list[StateConstraint]:
    """What States ask on their soil in a round and did not withdraw, in the order of States and days."""
    return list(StateConstraint.objects.filter(round=asked, withdrawn_at__isnull=True).order_by("state", "stated_on", "sector"))


def as_constraint(row: StateConstraint) -> Constraint:
    """A stored constraint as the core takes it."""
    return Constraint(row.state, row.sector, row.unit, row.cap)


@once
def joinings(asked: Round) -> list[Joining]:
    """The authorities that joined a round."""
    return list(Joining.objects.filter(round=asked).order_by("authority"))


def line_changes(scenario: Scenario) -> list[LineChange]:
    """The lines of a scenario set by hand and not taken back, oldest first."""
    return list(LineChange.objects.filter(scenario=scenario, taken_back_at__isnull=True).order_by("changed_at"))


def by_hand(scenario: Scenario) -> list[ChangedLine]:
    """The same as the core takes them."""
    return [ChangedLine(row.source, row.cell, row.after) for row in line_changes(scenario)]


@once
def words_of_states(asked: Round, scenario: Scenario | None) -> list[StateWord]:
    """What each State concerned last said of the scenario put to them."""
    last: dict[str, Position] = {}
    for row in Position.objects.filter(scenario=scenario).order_by("taken_at") if scenario else ():
        last[row.state] = row
    return [StateWord(state, last.get(state), state in last and scenario is not None and last[state].scenario_version != scenario.version) for state in asked.states.split()]


def question_for(asked: Round, scenario: Scenario) -> Question:
    """The question that a scenario answers."""
    return question_of(bytes(asked.question), bytes(scenario.changes), asked.as_of)


def overview_of(scenario: Scenario) -> dict[str, Any]:
    """What is told of a solved scenario first; empty before."""
    kept: dict[str, Any] = json.loads(bytes(scenario.overview) or b"{}")
    return kept


def answer_of(scenario: Scenario) -> dict[str, Any]:
    """The whole answer of a solved scenario; empty before."""
    kept: dict[str, Any] = json.loads(bytes(scenario.answer) or b"{}")
    return kept


def solved_plan(answer: Mapping[str, Any]) -> Plan:
    """The plan in a kept answer, as it was solved."""
    return Plan(tuple(Line(line["source"], line["cell"], minor) for line, minor in zip(answer.get("lines", ()), answer.get("minor", ()), strict=True)))


def plan_as_it_stands(scenario: Scenario) -> Plan:
    """The plan of a scenario with the lines set by hand."""
    return changed_by_hand(solved_plan(answer_of(scenario)), by_hand(scenario))


def flexibility_lines(mandates: Sequence[Mandate], scenario: Scenario, *, now: datetime) -> tuple[list[dict[str, Any]], int]:
    """The values of flexibility of a scenario that a reader may read, each with the reply of its donor, and how many wait for theirs."""
    kept: list[dict[str, Any]] = json.loads(bytes(scenario.flexibility) or b"[]")
    replied = {row.donor: row for row in DonorReply.objects.filter(scenario=scenario)}
    told = [{**line, "reply": replied.get(line["donor"])} for line in kept]
    valued_at = scenario.valued_at or now
    seen = [line for line in told if reads_flexibility(mandates, line["donor"], replied=line["reply"] is not None, valued_at=valued_at, now=now)]
    return seen, len(told) - len(seen)


def organisation_names(mandates: Sequence[Mandate], slugs: Sequence[str]) -> dict[str, str]:
    """Organisations by the name the register gives them in the reader's language; what it does not hold, or does not show, as it is written."""
    held = {each.slug: str(each) for each in organisations(mandates).filter(slug__in=sorted(set(slugs)))}
    return {slug: held.get(slug, slug) for slug in slugs}
