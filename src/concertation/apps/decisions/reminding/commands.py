"""Writing reminders of days into the outbox: each State once per day and stage, in one transaction with the note of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from concertation.apps.decisions.models import FollowUpReminder, NationalImplementation
from concertation.apps.decisions.reminding import words
from concertation.apps.decisions.reminding.queries import days_due, managers_of
from concertation.apps.decisions.words import members
from concertation.apps.ground.commands import journal, post_message
from concertation.core.decisions import USEFUL_DAYS, Stage
from concertation.core.sharing import Mandate, Role


@dataclass(frozen=True, slots=True)
class Reminded:
    """What one round did: days reminded of, messages written."""

    days: int
    messages: int


def remind(today: date, *, origin: str) -> Reminded:
    """Remind the States whose day comes near or has passed; a second call the same day changes nothing."""
    days = messages = 0
    for state in members():
        by, people = Mandate("node", Role.DATA_MANAGER, state=state), managers_of(state, today)
        for row, stage in days_due([by], today) if people else ():
            if row.owner_state == state and row.due is not None and _remind_one(row, stage, row.due, people, today=today, origin=origin, by=by):
                days, messages = days + 1, messages + len(people)
    return Reminded(days, messages)


def _remind_one(row: NationalImplementation, stage: Stage, due: date, people: list[str], *, today: date, origin: str, by: Mandate) -> bool:
    """One day, all or nothing; False when another process was first."""
    until = datetime.combine(today + timedelta(days=USEFUL_DAYS), time(), tzinfo=timezone.get_current_timezone())
    try:
        with transaction.atomic():
            FollowUpReminder.objects.create(implementation=row, stage=stage, due=due, made_at=timezone.now(), people=len(people))
            for person in people:
                post_message(
                    person, state=row.owner_state, about="reminder", subject=words.subject(row, stage), body=words.body(row, origin=origin), useful_until=until,
                )  # fmt: skip
            journal("decisions.reminded", by, state=row.owner_state, decision=row.decision_id, stage=stage, messages=len(people))
    except IntegrityError:
        return False
    return True
