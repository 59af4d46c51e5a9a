"""Writing reminders of promised days into the outbox: each instalment once per stage and day, in one transaction with the note of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from concertation.apps.ground.commands import journal, post_message
from concertation.apps.mobilisation.models import InstalmentReminder, Pledge
from concertation.apps.mobilisation.queries import Entry
from concertation.apps.mobilisation.reminding import queries, words
from concertation.core.decisions import USEFUL_DAYS, Stage
from concertation.core.mobilisation.ledger import Stood
from concertation.core.sharing import Mandate, Role


@dataclass(frozen=True, slots=True)
class Reminded:
    """What one round did: instalments reminded of, messages written."""

    instalments: int
    messages: int


def remind(today: date, *, origin: str) -> Reminded:
    """Remind of the instalments whose day comes near or has passed; a second call the same day changes nothing."""
    acting = {masters: acting_for(*masters) for masters in all_masters()}
    due = queries.instalments_due(list(acting.values()), today=today)
    people = queries.people_of({masters_of(entry) for entry, _stood, _stage in due}, today)
    written = [
        len(people[masters_of(entry)]) for entry, stood, stage in due
        if people[masters_of(entry)] and _remind_one(entry, stood, stage, people[masters_of(entry)], today=today, origin=origin, by=acting[masters_of(entry)])
    ]  # fmt: skip
    return Reminded(len(written), sum(written))


def all_masters() -> list[queries.Masters]:
    """The States and holders that have pledges. One query."""
    return list(Pledge.objects.filter(withdrawn_on__isnull=True).order_by("owner_state", "holder").values_list("owner_state", "holder").distinct())


def masters_of(entry: Entry) -> queries.Masters:
    """The State and the holder of a pledge."""
    return entry.pledge.owner_state, entry.pledge.holder


def acting_for(state: str, holder: str) -> Mandate:
    """The node's own mandate for the pledges of a State and holder: the holder's where it is an organisation, since it opens every level."""
    of_state = not holder or holder == f"{state.lower()}-government"
    return Mandate("node", Role.DATA_MANAGER, state=state) if of_state else Mandate("node", Role.DONOR, organisation=holder)


def _remind_one(entry: Entry, stood: Stood, stage: Stage, people: list[str], *, today: date, origin: str, by: Mandate) -> bool:
    """One instalment, all or nothing; False when another process was first."""
    due, row = stood.instalment.due_on or today, entry.pledge
    until = datetime.combine(today + timedelta(days=USEFUL_DAYS), time(), tzinfo=timezone.get_current_timezone())
    try:
        with transaction.atomic():
            InstalmentReminder.objects.create(instalment=entry.instalments[stood.instalment.number], stage=stage, due=due, made_at=timezone.now(), people=len(people))
            for person in people:
                post_message(person, state=row.owner_state, about="reminder", subject=words.subject(row, due, stage), body=words.body(row, stood, due, origin=origin), useful_until=until)
            journal("mobilisation.reminded", by, state=row.owner_state, pledge=row.pk, instalment=stood.instalment.number, stage=stage, messages=len(people))
    except IntegrityError:
        return False
    return True
