"""Writing reminders into the outbox: each organisation once per period and stage, in one transaction with the note of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from concertation.apps.ground.commands import journal, post_message
from concertation.apps.organisations.models import Organisation
from concertation.apps.places.queries import states
from concertation.apps.sources.models import Reminder, ReportingPeriod
from concertation.apps.sources.reminding import words
from concertation.apps.sources.reminding.queries import open_periods, reporters_of, silent_in
from concertation.core.reminders import Stage, last_useful_day
from concertation.core.sharing import Mandate, Role


@dataclass(frozen=True, slots=True)
class Reminded:
    """What one round did: organisations reminded, messages written, and organisations for which nobody reports here."""

    organisations: int
    messages: int
    without_reporter: int


def remind(today: date, *, origin: str) -> Reminded:
    """Remind whoever is due on a day and was not yet; a second call the same day changes nothing."""
    done: Counter[str] = Counter()
    for state in states():
        by = Mandate("node", Role.DATA_MANAGER, state=state.iso3)
        for period, stage in open_periods([by], today):
            if period.owner_state == state.iso3:
                done.update(_remind_in(period, stage, today=today, origin=origin, by=by))
    return Reminded(done["organisations"], done["messages"], done["without_reporter"])


def _remind_in(period: ReportingPeriod, stage: Stage, *, today: date, origin: str, by: Mandate) -> Counter[str]:
    done: Counter[str] = Counter()
    told = set(Reminder.objects.filter(period=period, stage=stage).values_list("organisation__slug", flat=True))
    silent = [slug for slug in silent_in(period, by=by, today=today) if slug not in told]
    for organisation in Organisation.objects.filter(slug__in=silent).order_by("slug"):
        people = reporters_of(organisation.slug, period.owner_state, today)
        if not people:
            done["without_reporter"] += 1
        elif _remind_one(period, stage, organisation, people, origin=origin, by=by):
            done.update(organisations=1, messages=len(people))
    return done


def _remind_one(period: ReportingPeriod, stage: Stage, organisation: Organisation, people: list[str], *, origin: str, by: Mandate) -> bool:
    """One organisation, all or nothing; False when another process was first."""
    try:
        with transaction.atomic():
            Reminder.objects.create(period=period, organisation=organisation, stage=stage, made_at=timezone.now(), people=len(people))
            _post(period, stage, organisation, people, origin=origin)
            journal(
                "reporting.reminded", by, state=period.owner_state, period=f"{period.start}/{period.end}", reporting_period=period.pk,
                organisation=organisation.slug, stage=stage, messages=len(people),
            )
    except IntegrityError:
        return False
    return True


def _post(period: ReportingPeriod, stage: Stage, organisation: Organisation, people: list[str], *, origin: str) -> None:
    until = datetime.combine(last_useful_day(stage, period.due_on) + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())
    subject, body = words.subject(period, stage), words.body(period, organisation.name_fr or str(organisation), origin=origin)
    for person in people:
        post_message(person, state=period.owner_state, about="reminder", subject=subject, body=body, useful_until=until)
