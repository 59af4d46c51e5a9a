"""Writing allocation rounds: making one, what States ask and say, lines set by hand, endorsing; each act leaves one line in the journal.

People decide: a plan is changed on the version its editor read, every changed line carries its reason and is checked by the exact
checker, and a round whose plan has no valid certificate is never endorsed. Free words of reasons and motives stay out of the journal.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concertation.apps.allocation import queries
from concertation.apps.allocation.frozen import Changes
from concertation.apps.allocation.models import (
    DonorReply,
    Joining,
    LineChange,
    Position,
    Round,
    Scenario,
    StateConstraint,
)
from concertation.apps.allocation.scenarios.commands import RoundRefused, add_scenario, open_round
from concertation.apps.ground.chain import canonical
from concertation.apps.ground.commands import FRAMEWORK, journal
from concertation.apps.ground.editing import Conflict
from concertation.core.allocation.consent import ChangedLine, Constraint, broken_by_hand, changed_by_hand, people_bound
from concertation.core.allocation.overview import reached_by
from concertation.core.allocation.question import Question
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Sensitivity


@transaction.atomic
def make_round(
    title: str, *, content: bytes, name: str, question: Question, as_of: date, states: list[str], previous: Round | None, estimate: bool, by: Mandate,
) -> Round:
    """Make a round of a question as received, with its first scenario, on needs alone. Raises RoundRefused when no State is concerned."""
    if not states:
        raise RoundRefused([Problem("round-no-state", value=name)])
    made: Round = Round.objects.create(
        owner_state=FRAMEWORK, sensitivity=Sensitivity.RESTRICTED.value, title=title, question=content, question_name=name[:255],
        sha256=hashlib.sha256(content).hexdigest(), as_of=as_of, currency=question.currency, sources=len(question.sources) + len(question.observed),
        cells=len(question.cells), states=" ".join(states), held=sum(source.amount for source in question.sources), needed=sum(cell.need for cell in question.cells),
        estimate=estimate, previous=previous, made_by=by.person,
    )  # fmt: skip
    journal("allocation.round-made", by, round=made.pk, sha256=made.sha256, sources=made.sources, cells=made.cells, states=states, previous=previous.pk if previous else "")
    add_scenario(made, title="", changes=Changes(previous=amounts_endorsed(previous) if previous else {}), by=by)
    return made


def amounts_endorsed(previous: Round) -> dict[str, int]:
    """Minor units by cell of the plan endorsed in an earlier round, lines set by hand included."""
    scenario = queries.proposed_of(previous)
    return queries.plan_as_it_stands(scenario).by_cell() if scenario else {}


def current_changes(asked: Round, *, counting: str = "") -> Changes:
    """What a scenario made now takes in: the States' constraints, the authorities that joined, the endorsed plan to stay near to, which money it counts."""
    return Changes(
        constraints=tuple(queries.as_constraint(row) for row in queries.constraints(asked)), joined=tuple(row.authority for row in queries.joinings(asked)),
        previous=amounts_endorsed(asked.previous) if asked.previous else {}, counting=counting,
    )  # fmt: skip


@transaction.atomic
def add_countings(asked: Round, countings: Sequence[str], *, title: str, by: Mandate) -> list[Scenario]:
    """Add a scenario for each way of counting money, with what States ask and who joined by now. Raises RoundRefused."""
    return [add_scenario(asked, title=title if len(countings) == 1 else "", changes=current_changes(asked, counting=counting), by=by) for counting in countings]


@transaction.atomic
def state_constraint(asked: Round, constraint: Constraint, *, question: Question, motive: str, stated_on: date, by: Mandate) -> StateConstraint:
    """A State asks for an exclusion or a cap on its soil, with its motive. Raises RoundRefused when it binds no need, or says no motive."""
    now = open_round(asked)
    if not motive.strip():
        raise RoundRefused([Problem("reason-needed")])
    if not any(constraint.binds(cell) for cell in question.cells):
        raise RoundRefused([Problem("constraint-binds-nothing", value=constraint.sector or constraint.state)])
    people = people_bound(question, constraint)
    made = StateConstraint.objects.create(
        round=now, state=constraint.state, sector=constraint.sector, unit=constraint.unit, cap=constraint.cap, motive=motive.strip(), stated_on=stated_on, people=people,
        stated_by=by.person,
    )  # fmt: skip
    journal("allocation.constraint-stated", by, state=constraint.state, unit=constraint.unit, round=now.pk, constraint=made.pk, sector=constraint.sector, cap=constraint.cap, people=people)
    return made


@transaction.atomic
def withdraw_constraint(asked: Round, constraint_id: UUID, *, state: str, by: Mandate) -> bool:
    """A State takes back what it asked; scenarios made with it stay as they are. False when it is not there any more."""
    now = open_round(asked)
    done = StateConstraint.objects.filter(pk=constraint_id, round=now, state=state, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())
    if done:
        journal("allocation.constraint-withdrawn", by, state=state, round=now.pk, constraint=constraint_id)
    return bool(done)


@transaction.atomic
def note_joining(asked: Round, *, authority: str, reference: str, joined_on: date, by: Mandate) -> Joining:
    """Note that an authority lets the round decide on its money, by a written word. Raises RoundRefused without one."""
    now = open_round(asked)
    if not reference.strip():
        raise RoundRefused([Problem("reason-needed")])
    made, is_new = Joining.objects.get_or_create(
        round=now, authority=authority, defaults={"reference": reference.strip()[:200], "joined_on": joined_on, "noted_by": by.person},
    )
    if is_new:
        journal("allocation.authority-joined", by, round=now.pk, authority=authority, joined_on=joined_on)
    return made


def held_scenario(scenario: Scenario, base_version: int) -> Scenario:
    """The scenario as it stands now, held until the transaction ends, in an open round. Raises Conflict, RoundRefused."""
    open_round(scenario.round)
    now: Scenario = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if now.version != base_version:
        raise Conflict(now)
    if now.status != "solved":
        raise RoundRefused([Problem("scenario-not-solved", value=now.title)])
    return now


@transaction.atomic
def change_line(scenario: Scenario, line: ChangedLine, *, reason: str, base_version: int, by: Mandate) -> LineChange:
    """Set a line of a plan by hand, with a reason, if the exact checker finds no rule broken. Raises Conflict, RoundRefused."""
    now = held_scenario(scenario, base_version)
    if not reason.strip():
        raise RoundRefused([Problem("reason-needed")])
    question, plan = queries.question_for(scenario.round, now), queries.plan_as_it_stands(now)
    if broken := broken_by_hand(question, plan, [line]):
        raise RoundRefused([Problem("line-breaks-a-rule", value=rule) for rule in broken[:5]])
    before = next((each.amount for each in plan.lines if (each.source, each.cell) == (line.source, line.cell)), 0)
    made = LineChange.objects.create(scenario=now, source=line.source, cell=line.cell, before=before, after=line.amount, reason=reason.strip(), changed_by=by.person)
    store_changed(now, question)
    journal("allocation.line-changed", by, round=now.round_id, scenario=now.pk, source=line.source, cell=line.cell, before=before, after=line.amount, version=now.version)
    return made


@transaction.atomic
def take_back_change(scenario: Scenario, change_id: UUID, *, base_version: int, by: Mandate) -> bool:
    """Undo a line set by hand, if the plan without it breaks no rule. Raises Conflict, RoundRefused; False when it is gone already."""
    now = held_scenario(scenario, base_version)
    if not LineChange.objects.filter(pk=change_id, scenario=now, taken_back_at__isnull=True).update(taken_back_at=timezone.now()):
        return False
    question = queries.question_for(scenario.round, now)
    if broken := broken_by_hand(question, queries.solved_plan(queries.answer_of(now)), queries.by_hand(now)):
        raise RoundRefused([Problem("line-breaks-a-rule", value=rule) for rule in broken[:5]])
    store_changed(now, question)
    journal("allocation.line-change-taken-back", by, round=now.round_id, scenario=now.pk, change=change_id, version=now.version)
    return True


def store_changed(scenario: Scenario, question: Question) -> None:
    """Count anew what the plan reaches with the lines set by hand, and give it its next version."""
    changes = queries.by_hand(scenario)
    plan = changed_by_hand(queries.solved_plan(queries.answer_of(scenario)), changes)
    told = queries.overview_of(scenario) | reached_by(question, plan) | {"by_hand": len(changes)}
    scenario.version, scenario.overview = scenario.version + 1, canonical(told)
    scenario.save(update_fields=["version", "overview"])


@transaction.atomic
def put_forward(asked: Round, scenario: Scenario, *, base_version: int, by: Mandate) -> Round:
    """Put a scenario to the States. Raises Conflict, RoundRefused when it has no valid certificate."""
    now = open_round(asked)
    if now.version != base_version:
        raise Conflict(now)
    if scenario.status != "solved" or not scenario.valid:
        raise RoundRefused([Problem("scenario-not-certified" if scenario.status == "solved" else "scenario-not-solved", value=scenario.title)])
    now.status, now.proposed, now.version = "proposed", scenario.number, now.version + 1
    now.save(update_fields=["status", "proposed", "version"])
    journal("allocation.scenario-put-forward", by, round=now.pk, scenario=scenario.pk, number=scenario.number, scenario_version=scenario.version)
    return now


@transaction.atomic
def take_position(asked: Round, *, state: str, stance: str, motive: str, scenario_version: int, by: Mandate) -> Position:
    """A State endorses the scenario put to it, or states its reservation with a motive. Raises Conflict, RoundRefused."""
    now = open_round(asked)
    scenario = queries.proposed_of(now)
    if now.status != "proposed" or scenario is None or state not in now.states.split():
        raise RoundRefused([Problem("round-nothing-proposed", value=now.title)])
    if scenario.version != scenario_version:
        raise Conflict(scenario)
    if stance == "reserves" and not motive.strip():
        raise RoundRefused([Problem("reason-needed")])
    made = Position.objects.create(scenario=scenario, scenario_version=scenario.version, state=state, stance=stance, motive=motive.strip(), taken_by=by.person)
    journal("allocation.position-taken", by, state=state, round=now.pk, scenario=scenario.pk, stance=stance, scenario_version=scenario.version)
    return made


def reasons_not_to_endorse(asked: Round, scenario: Scenario | None) -> list[Problem]:
    """Why a round cannot be endorsed as it stands; empty when it can."""
    if scenario is None:
        return [Problem("round-nothing-proposed", value=asked.title)]
    words = queries.words_of_states(asked, scenario)
    told = [] if scenario.valid and scenario.status == "solved" else [Problem("scenario-not-certified", value=scenario.title)]
    if waiting := [word.state for word in words if not word.counts]:
        told.append(Problem("position-missing", value=", ".join(waiting)))
    elif not any(word.position and word.position.stance == "endorses" for word in words):
        told.append(Problem("round-without-endorsement", value=asked.title))
    return told


@transaction.atomic
def endorse(asked: Round, *, base_version: int, by: Mandate) -> Round:
    """Close a round on the scenario put forward, once each State has spoken; it changes no more. Raises Conflict, RoundRefused."""
    now = open_round(asked)
    if now.version != base_version:
        raise Conflict(now)
    scenario = queries.proposed_of(now)
    if told := reasons_not_to_endorse(now, scenario):
        raise RoundRefused(told)
    if scenario is not None and (broken := broken_by_hand(queries.question_for(now, scenario), queries.plan_as_it_stands(scenario), [])):
        raise RoundRefused([Problem("line-breaks-a-rule", value=rule) for rule in broken[:5]])
    now.status, now.endorsed_at, now.version = "endorsed", timezone.now(), now.version + 1
    now.save(update_fields=["status", "endorsed_at", "version"])
    journal("allocation.round-endorsed", by, round=now.pk, sha256=now.sha256, scenario=scenario.pk if scenario else "", question=scenario.question_sha256 if scenario else "")
    return now


@transaction.atomic
def abandon(asked: Round, *, base_version: int, by: Mandate) -> Round:
    """Close a round without a plan; it stays to be read. Raises Conflict, RoundRefused."""
    now = open_round(asked)
    if now.version != base_version:
        raise Conflict(now)
    now.status, now.version = "abandoned", now.version + 1
    now.save(update_fields=["status", "version"])
    journal("allocation.round-abandoned", by, round=now.pk)
    return now


@transaction.atomic
def reply(scenario: Scenario, *, donor: str, text: str, by: Mandate) -> DonorReply:
    """Attach a donor's reply to the value of flexibility of its money; a later one takes its place. Raises RoundRefused when it says nothing."""
    if not text.strip():
        raise RoundRefused([Problem("reason-needed")])
    made, _is_new = DonorReply.objects.update_or_create(scenario=scenario, donor=donor, defaults={"text": text.strip(), "replied_by": by.person})
    journal("allocation.flexibility-replied", by, round=scenario.round_id, scenario=scenario.pk, donor=donor)
    return made
