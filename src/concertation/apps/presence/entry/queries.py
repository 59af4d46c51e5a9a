"""Reading activities for those who enter them: their own rows, one row with its past, the periods they may enter for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q, QuerySet

from concertation.apps.ground.models import JournalLine, held_rows
from concertation.apps.organisations.models import Organisation
from concertation.apps.presence.models import Activity
from concertation.apps.sources.reporting.queries import periods
from concertation.core.entries import Entry
from concertation.core.sharing import Mandate, visibility_of
from concertation.core.sharing.punctuality import REPORTS, acts_for
from concertation.core.sharing.visibility import WRITES_FOR_A_STATE, writes_for

SHEET = "form"
ACTS = ("presence.activity-added", "presence.activity-corrected", "presence.activity-withdrawn", "presence.activity-restored")
MONTHS_OFFERED = 3


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """Days somebody may enter activities for: a period of the calendar, or a month where the State has no calendar."""

    state: str
    start: date
    end: date

    @property
    def code(self) -> str:
        """The choice as a form sends it."""
        return f"{self.state}:{self.start.isoformat()}:{self.end.isoformat()}"


@dataclass(frozen=True, slots=True)
class PastAct:
    """One act on a row: when, under which mandate, what stood before and after (never free words), which words changed."""

    at: Any
    act: str
    mandate: str
    before: dict[str, Any]
    after: dict[str, Any]
    words: tuple[str, ...]
    reason: str


def own_rows(mandates: Sequence[Mandate]) -> QuerySet[Activity]:
    """The rows a person may correct: those their organisation holds, and those their State's administration holds."""
    managed = sorted(own.state for own in mandates if own.role in WRITES_FOR_A_STATE and own.state and not own.organisation)
    mine = held_rows(visibility_of([own for own in mandates if own.role in REPORTS]))
    for state in managed:
        mine |= Q(owner_state=state, holder=f"{state.lower()}-government")
    seen = Activity.objects.visible_to(mandates).filter(mine, import_run__status="stored", identical_to_row__isnull=True)
    return seen.select_related("organisation", "unit", "import_run__file")


def activity(mandates: Sequence[Mandate], activity_id: UUID) -> Activity | None:
    """One of the rows a person may correct."""
    return own_rows(mandates).filter(pk=activity_id).first()


def writes_row(mandates: Sequence[Mandate], row: Activity) -> Mandate | None:
    """The mandate under which a person corrects a row: its holder's, or the State's for what its administration holds."""
    as_state = writes_for(mandates, row.owner_state) if row.holder == f"{row.owner_state.lower()}-government" else None
    return acts_for(mandates, row.holder, row.owner_state) or as_state


def entry_held(row: Activity) -> Entry:
    """A row as an entry."""
    names = ("sector", "activity", "indicator", "modality", "status", "place_name", "start", "end", "group", "targeted", "reached", "donors", "implementer", "observation")
    return Entry(unit=row.unit_id, split={name: value for name, value in row.split.items() if value is not None}, **{name: getattr(row, name) for name in names})


def organisations_reporting(mandates: Sequence[Mandate]) -> list[Organisation]:
    """The organisations a person declares for, by name."""
    slugs = sorted({own.organisation for own in mandates if own.role in REPORTS and own.organisation})
    return list(Organisation.objects.visible_to(mandates).filter(slug__in=slugs).order_by("sort_key")) if slugs else []


def periods_offered(mandates: Sequence[Mandate], states: Sequence[str], *, today: date) -> list[PeriodChoice]:
    """The periods open to entries in these States, newest first: those of a State's calendar that are not frozen, else the last months."""
    held: dict[str, set[tuple[date, date]]] = {}
    for each in periods(mandates).filter(owner_state__in=states, start__lte=today):
        days = held.setdefault(each.owner_state, set())
        if each.status != "frozen":
            days.add((each.start, each.end))
    offered = []
    for state in states:
        newest = sorted(held[state], reverse=True)[: MONTHS_OFFERED * 2] if state in held else last_months(today)
        offered += [PeriodChoice(state, *days) for days in newest]
    return offered


def last_months(today: date) -> list[tuple[date, date]]:
    """This month and the ones before it, newest first.

    >>> last_months(date(2026, 1, 15))[1]
    (datetime.date(2025, 12, 1), datetime.date(2025, 12, 31))
    """
    months = []
    start = today.replace(day=1)
    for _ in range(MONTHS_OFFERED):
        following = (start + timedelta(days=32)).replace(day=1)
        months.append((start, following - timedelta(days=1)))
        start = (start - timedelta(days=1)).replace(day=1)
    return months


def past_of(mandates: Sequence[Mandate], row: Activity) -> list[PastAct]:
    """What was done to a row, newest first, for those who may correct it."""
    if writes_row(mandates, row) is None:
        return []
    lines = JournalLine.objects.filter(chain=row.owner_state, act__in=ACTS, period=f"{row.period_start}/{row.period_end}").order_by("-sequence")
    return [past for line in lines.iterator() if (past := _past(line, row)) is not None]


def _past(line: JournalLine, row: Activity) -> PastAct | None:
    facts = json.loads(bytes(line.facts))
    if facts.get("activity") != str(row.pk):
        return None
    return PastAct(line.at, line.act, line.mandate, facts.get("before", {}), facts.get("after", {}), tuple(facts.get("words_changed", ())), facts.get("reason", ""))


def before_period(mandates: Sequence[Mandate], organisation: Organisation, state: str, start: date) -> list[Activity]:
    """The organisation's rows of its last period before a day, those it may carry over; none it withdrew."""
    rows = own_rows(mandates).filter(holder=organisation.slug, owner_state=state, period_start__lt=start, withdrawn_at__isnull=True)
    last = rows.order_by("-period_start").values_list("period_start", flat=True).first()
    return list(rows.filter(period_start=last).order_by("sector", "unit__sort_key", "row")) if last else []


def standing_in(mandates: Sequence[Mandate], organisation: Organisation, state: str, start: date, *, apart_from: Sequence[UUID]) -> set[tuple[Any, ...]]:
    """What an organisation already declares in the period that begins on a day, as `kind_of` tells rows apart, but for the rows of some forms."""
    rows = own_rows(mandates).filter(holder=organisation.slug, owner_state=state, period_start=start, withdrawn_at__isnull=True)
    return {kind_of(row) for row in rows if row.entry_token not in apart_from}


def token_of(form: UUID, origin: UUID) -> UUID:
    """The token of the row that one form of carrying over makes of an origin: sent twice, it is the same."""
    return uuid5(form, str(origin))


def kind_of(row: Activity) -> tuple[Any, ...]:
    """What makes two rows of two months the same activity: sector, place, words, group and modality."""
    return (row.sector, row.unit_id, row.place_name, row.activity, row.indicator, row.group, row.modality, row.donors, row.implementer)


def level_shared(mandates: Sequence[Mandate], organisation: Organisation) -> str:
    """The level at which an organisation shares what it enters: that of its last entry, confidential before the first."""
    held = own_rows(mandates).filter(holder=organisation.slug, entry_token__isnull=False).order_by("-created_at")
    return held.values_list("sensitivity", flat=True).first() or "confidential"
