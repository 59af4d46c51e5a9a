"""Making scenarios and following the work on them: queued, solved in the background, told how far, stopped on demand.

One worker at a time has a scenario; one that falls silent is taken up again. An answer is kept whole, as bytes, with the digest
of the question it answers.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from concertation.apps.allocation.frozen import Changes
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.ground.chain import canonical
from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate

SILENCE = timedelta(minutes=2)
AT_WORK = ("queued", "solving")
MOST_SCENARIOS = 20


class RoundRefused(ActRefused):
    """An act that a round does not allow, for the reasons given."""


def open_round(asked: Round) -> Round:
    """The round as it stands now, held until the transaction ends. Raises RoundRefused when nothing changes in it any more."""
    now: Round = Round.objects.select_for_update().get(pk=asked.pk)
    if now.status in ("endorsed", "abandoned"):
        raise RoundRefused([Problem("round-closed", value=now.title)])
    return now


@transaction.atomic
def add_scenario(asked: Round, *, title: str, changes: Changes, by: Mandate) -> Scenario:
    """Add a scenario to a round, to be solved. Raises RoundRefused when the round is closed or holds too many."""
    now = open_round(asked)
    number = (Scenario.objects.filter(round=now).aggregate(last=Max("number"))["last"] or 0) + 1
    if number > MOST_SCENARIOS:
        raise RoundRefused([Problem("round-too-many-scenarios", value=str(MOST_SCENARIOS))])
    made = Scenario.objects.create(round=now, number=number, title=title, changes=changes.content(), made_by=by.person)
    journal("allocation.scenario-made", by, round=now.pk, scenario=made.pk, number=number, constraints=len(changes.constraints), joined=list(changes.joined), tried=len(changes.what_ifs), counting=changes.counting)
    return made


def is_silent(scenario: Scenario, now: datetime) -> bool:
    """Whether the work on a scenario gave no sign of life for so long that it must have died, or was never taken up."""
    return scenario.status in AT_WORK and abs(now - (scenario.beat_at or scenario.made_at)) > SILENCE


def valuing_stopped(scenario: Scenario, now: datetime) -> bool:
    """Whether working out the value of flexibility was begun and gave no sign of life for so long that it must have died."""
    return bool(scenario.step) and (scenario.beat_at is None or abs(now - scenario.beat_at) > SILENCE)


@transaction.atomic
def take_up(scenario: Scenario, *, step: str) -> bool:
    """Claim a scenario for one worker; False when somebody has it, or it no longer waits."""
    held, now = Scenario.objects.select_for_update().get(pk=scenario.pk), timezone.now()
    if held.status != "queued" and not (held.status == "solving" and is_silent(held, now)):
        return False
    Scenario.objects.filter(pk=held.pk).update(status="solving", step=step, done=0, total=0, beat_at=now)
    return True


def mark_progress(scenario: Scenario, *, step: str, done: int, total: int) -> bool:
    """Say how far the work is; gives back whether it may go on."""
    Scenario.objects.filter(pk=scenario.pk).update(step=step, done=done, total=total, beat_at=timezone.now())
    return not Scenario.objects.filter(pk=scenario.pk, cancel_asked=True).exists()


@transaction.atomic
def record_answer(scenario: Scenario, *, answer: dict[str, Any], overview: dict[str, Any], by: Mandate) -> None:
    """Keep the answer of a scenario; one that was stopped meanwhile keeps none."""
    held = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if held.status != "solving":
        return
    if held.cancel_asked:
        Scenario.objects.filter(pk=held.pk).update(status="cancelled", step="")
        return
    held.answer, held.overview, held.question_sha256 = canonical(answer), canonical(overview), overview["question_sha256"]
    held.status, held.valid, held.step = "solved", overview["valid"], ""
    held.save()
    journal("allocation.scenario-solved", by, round=held.round_id, scenario=held.pk, question=held.question_sha256, valid=held.valid, people=overview["people"], spent=overview["spent"])


@transaction.atomic
def record_failure(scenario: Scenario, *, reason: str, by: Mandate) -> None:
    """The optimiser found no answer: the scenario says so, and can be asked again."""
    Scenario.objects.filter(pk=scenario.pk).update(status="failed", step=reason[:40])
    journal("allocation.scenario-failed", by, round=scenario.round_id, scenario=scenario.pk, reason=reason)


@transaction.atomic
def ask_to_stop(scenario: Scenario, *, by: Mandate) -> None:
    """Ask the work on a scenario to stop; one nobody works on is stopped at once, one already solved stops only being valued."""
    held = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if held.status == "queued" or is_silent(held, timezone.now()):
        Scenario.objects.filter(pk=held.pk).update(status="cancelled", cancel_asked=True, step="")
    elif held.status == "solving" or held.step:
        Scenario.objects.filter(pk=held.pk).update(cancel_asked=True)
    else:
        return
    journal("allocation.scenario-stop-asked", by, round=held.round_id, scenario=held.pk)


@transaction.atomic
def ask_again(scenario: Scenario, *, by: Mandate) -> bool:
    """Let a scenario that was stopped, failed or fell silent be solved anew; False when it needs none."""
    open_round(scenario.round)
    held = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if held.status not in ("cancelled", "failed") and not is_silent(held, timezone.now()):
        return False
    Scenario.objects.filter(pk=held.pk).update(status="queued", cancel_asked=False, step="", beat_at=timezone.now())
    journal("allocation.scenario-asked-again", by, round=held.round_id, scenario=held.pk)
    return True


@transaction.atomic
def begin_valuing(scenario: Scenario, *, by: Mandate) -> bool:
    """Ask for the value of flexibility of a solved scenario; False when it is being worked out."""
    held, now = Scenario.objects.select_for_update().get(pk=scenario.pk), timezone.now()
    if held.status != "solved" or (held.step and not valuing_stopped(held, now)):
        return False
    Scenario.objects.filter(pk=held.pk).update(step="valuing", done=0, total=0, beat_at=now, cancel_asked=False)
    journal("allocation.flexibility-asked", by, round=held.round_id, scenario=held.pk)
    return True


@transaction.atomic
def record_flexibility(scenario: Scenario, *, lines: Sequence[dict[str, Any]], by: Mandate) -> None:
    """Keep the values of flexibility of a scenario; work that was stopped keeps what was there before."""
    held = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if held.cancel_asked:
        Scenario.objects.filter(pk=held.pk).update(step="", cancel_asked=False)
        return
    Scenario.objects.filter(pk=held.pk).update(flexibility=canonical(list(lines)), valued_at=timezone.now(), step="")  # type: ignore[arg-type]
    journal("allocation.flexibility-valued", by, round=held.round_id, scenario=held.pk, earmarks=len(lines))
