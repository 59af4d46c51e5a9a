"""Writing activities by hand: add one, correct one on the version its editor read, withdraw it and take that back, carry last month over.

Rows entered for one organisation, State and period stand together as one import whose file is the slip saying so; the picture,
withdrawal by either master and the sharing level then hold for them as for every other row. Journal lines carry numbers, days,
sectors and places before and after; of free words, only which of them changed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import held_at
from concertation.apps.organisations.models import Organisation
from concertation.apps.presence.declared import BY_HAND
from concertation.apps.presence.entry.queries import SHEET, entry_held, token_of
from concertation.apps.presence.models import Activity, ActivityPlace
from concertation.apps.sources.commands import finish_run, keep_raw_file, open_run, state_period, state_source
from concertation.apps.sources.models import ImportRun, ReportingPeriod
from concertation.apps.sources.reporting.commands import declare, keep_form_sectors, refuse_if_frozen
from concertation.core.entries import TEXTS, Entry
from concertation.core.sharing import Mandate, Sensitivity

WITHDRAWALS = ("entered-twice", "mistaken", "did-not-take-place", "not-to-be-shared")


@dataclass(frozen=True, slots=True)
class Slip:
    """For whom activities are entered: the organisation, the State, the days of the period, and who will see them."""

    organisation: Organisation
    state: str
    start: date
    end: date
    share_as: str = Sensitivity.CONFIDENTIAL.value

    def content(self) -> bytes:
        """The slip as bytes: the same organisation, State and period give the same file."""
        told = {"entered": "by hand", "organisation": self.organisation.slug, "state": self.state, "start": self.start.isoformat(), "end": self.end.isoformat()}
        return json.dumps(told, sort_keys=True, ensure_ascii=False).encode()

    def name(self) -> str:
        """What the slip is called where files are named."""
        return f"saisie-{self.organisation.slug}-{self.state}-{self.start.isoformat()}.json"


@transaction.atomic
def run_of(slip: Slip, *, by: Mandate) -> ImportRun:
    """The import that holds what is entered under a slip, held until the transaction ends; made by the first entry."""
    file = keep_raw_file(BytesIO(slip.content()), name=slip.name())
    known: ImportRun | None = ImportRun.objects.select_for_update().filter(file=file, owner_state=slip.state, status="stored").first()
    if known is not None:
        return known
    run = open_run(file, state=slip.state, kind=BY_HAND, holder=slip.organisation.slug, share_as=slip.share_as, by=by)
    state_period(run, start=slip.start, end=slip.end)
    source = state_source(id=f"file-{file.sha256[:16]}-{slip.state.lower()}", title=slip.name(), publisher=str(slip.organisation), published_on=slip.end)
    finish_run(run, source=source, by=by)
    return run


@transaction.atomic
def add_activity(slip: Slip, entry: Entry, *, token: UUID, by: Mandate) -> Activity:
    """Add one activity; the same form sent again gives the row it made. Raises PeriodRefused when the period is frozen."""
    refuse_if_frozen(slip.state, [entry.sector], slip.start, slip.end)
    run = run_of(slip, by=by)
    made: Activity | None = Activity.objects.filter(entry_token=token).first()
    if made is not None:
        return made
    row = (Activity.objects.filter(import_run=run).aggregate(last=Max("row"))["last"] or 0) + 1
    activity = Activity(
        import_run=run, owner_state=run.owner_state, holder=run.holder, sensitivity=run.share_as, sheet=SHEET, row=row, organisation=slip.organisation,
        org_written=str(slip.organisation), placed="exact", period_start=slip.start, period_end=slip.end, entry_token=token,
    )
    write(activity, entry)
    journal("presence.activity-added", by, state=run.owner_state, unit=entry.unit, period=period_of(activity), activity=activity.pk, after=told(entry, entry.values()))
    declare_anew(slip, by=by)
    return activity


def write(activity: Activity, entry: Entry) -> None:
    """Put an entry's values into a row and its place, and store both."""
    values = entry.values()
    for name in (*TEXTS, "sector", "modality", "status", "group", "start", "end", "targeted", "reached"):
        setattr(activity, name, getattr(entry, name))
    activity.unit_id, activity.split = values["unit"], dict(entry.split)
    activity.save()
    ActivityPlace.objects.filter(activity=activity).delete()
    ActivityPlace.objects.create(activity=activity, unit_id=entry.unit)


def held(activity: Activity, base_version: int) -> Activity:
    """The row as it stands now, held until the transaction ends. Raises Conflict when it changed since it was read."""
    return held_at(Activity, activity.pk, base_version, beside=("import_run", "organisation"))


@transaction.atomic
def correct_activity(activity: Activity, entry: Entry, *, base_version: int, by: Mandate) -> Activity:
    """Correct a row on the version its editor read. Raises Conflict with what stands now, PeriodRefused when the period is frozen."""
    now = held(activity, base_version)
    refuse_if_closed(now, entry.sector)
    before = entry_held(now)
    changed = [name for name, value in entry.values().items() if value != before.values()[name]]
    if not changed:
        return now
    now.version += 1
    write(now, entry)
    journal(
        "presence.activity-corrected", by, state=now.owner_state, unit=entry.unit, period=period_of(now), activity=now.pk, version=now.version,
        before=told(before, changed), after=told(entry, changed), words_changed=sorted(set(changed) & TEXTS),
    )  # fmt: skip
    declare_rows(now, by=by)
    return now


def told(entry: Entry, names: Iterable[str]) -> dict[str, Any]:
    """The values of an entry that a journal may carry: none of its free words."""
    values = entry.values()
    return {name: values[name] for name in names if name not in TEXTS and values[name] is not None}


def refuse_if_closed(activity: Activity, *sectors: str) -> None:
    """Raise PeriodRefused when the row's period takes nothing any more in its sector or in the one asked for."""
    if activity.period_start and activity.period_end:
        refuse_if_frozen(activity.owner_state, {activity.sector, *sectors}, activity.period_start, activity.period_end)


@transaction.atomic
def withdraw_activity(activity: Activity, *, reason: str, base_version: int, by: Mandate) -> Activity:
    """A row no longer counts, for a reason of WITHDRAWALS; it stays and can come back. Raises Conflict, PeriodRefused."""
    now = held(activity, base_version)
    refuse_if_closed(now)
    now.withdrawn_at, now.version = timezone.now(), now.version + 1
    now.save(update_fields=["withdrawn_at", "version"])
    journal("presence.activity-withdrawn", by, state=now.owner_state, unit=now.unit_id, period=period_of(now), activity=now.pk, version=now.version, reason=reason)
    declare_rows(now, by=by)
    return now


@transaction.atomic
def restore_activity(activity: Activity, *, base_version: int, by: Mandate) -> Activity:
    """A withdrawn row counts again. Raises Conflict, PeriodRefused."""
    now = held(activity, base_version)
    refuse_if_closed(now)
    now.withdrawn_at, now.version = None, now.version + 1
    now.save(update_fields=["withdrawn_at", "version"])
    journal("presence.activity-restored", by, state=now.owner_state, unit=now.unit_id, period=period_of(now), activity=now.pk, version=now.version)
    declare_rows(now, by=by)
    return now


@transaction.atomic
def carry_over(slip: Slip, entries: Mapping[UUID, Entry], *, token: UUID, by: Mandate) -> list[Activity]:
    """Add last month's activities to a period in one act; sent twice, it makes each once. Raises PeriodRefused when the period is frozen."""
    made = [add_activity(slip, entry, token=token_of(token, origin), by=by) for origin, entry in entries.items()]
    journal("presence.activities-carried-over", by, state=slip.state, period=f"{slip.start}/{slip.end}", activities=[str(row.pk) for row in made])
    return made


@transaction.atomic
def take_back_carried(slip: Slip, origins: Sequence[UUID], *, token: UUID, by: Mandate) -> int:
    """Withdraw what one carrying over made and nobody changed since; gives back how many rows."""
    tokens = [token_of(token, origin) for origin in origins]
    rows = list(Activity.objects.select_for_update().filter(entry_token__in=tokens, holder=slip.organisation.slug, version=1, withdrawn_at__isnull=True))
    refuse_if_frozen(slip.state, {row.sector for row in rows}, slip.start, slip.end)
    for row in rows:
        row.withdrawn_at, row.version = timezone.now(), 2
        row.save(update_fields=["withdrawn_at", "version"])
    if rows:
        journal("presence.carrying-over-taken-back", by, state=slip.state, period=f"{slip.start}/{slip.end}", activities=[str(row.pk) for row in rows])
        declare_anew(slip, by=by)
    return len(rows)


def period_of(activity: Activity) -> str:
    """A row's period as the journal names it."""
    return f"{activity.period_start}/{activity.period_end}"


def declare_rows(activity: Activity, *, by: Mandate) -> None:
    """Count a row's organisation anew in the calendar."""
    if activity.organisation and activity.period_start and activity.period_end and activity.import_run.kind == BY_HAND:
        declare_anew(Slip(activity.organisation, activity.owner_state, activity.period_start, activity.period_end), by=by)


def declare_anew(slip: Slip, *, by: Mandate) -> None:
    """Note in the calendar how many rows the organisation entered in the period, sector by sector; nothing outside the calendar."""
    rows = Activity.objects.filter(
        holder=slip.organisation.slug, owner_state=slip.state, import_run__kind=BY_HAND, period_start=slip.start, period_end=slip.end, withdrawn_at__isnull=True,
    )
    counted = dict(rows.order_by().values_list("sector").annotate(count=Count("pk")))
    periods = ReportingPeriod.objects.filter(owner_state=slip.state, start=slip.start, end=slip.end, status__in=("open", "validated"))
    for period in periods:
        keep_form_sectors(period, slip.organisation, sectors=counted, by=by)
        for sector, count in counted.items():
            if period.sector in ("", sector):
                declare(period, slip.organisation, sector=sector, via="form", rows=count, at=timezone.now(), by=by)
