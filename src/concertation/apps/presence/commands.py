"""Writing presence: rows of an import in short slices, the report that covers a period, and placing rows anew after an answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.db.models import F, Q, QuerySet

from concertation.apps.ground.commands import journal, remove_in_slices
from concertation.apps.presence.models import Activity, ActivityPlace, Report
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.visibility import audience_levels
from concertation.core.spelling import fold

SPLIT_NAMES = ("f", "m", "women", "men", "girls", "boys", "children", "adults", "disability")
LONGEST = {"org_written": 240, "sector_written": 160, "modality": 120, "place_name": 240, "implementer": 240, "donors": 400, "currency": 3, "doubt_key": 400}


@dataclass(frozen=True, slots=True)
class PlacedAnew:
    """Where something written lies now: its units, the one that holds them, how it was found, the doubt it still waits on."""

    units: Sequence[str]
    unit: str
    how: str
    doubt_key: str


def text(line: Mapping[str, object], name: str) -> str:
    """A text cell within the length its column holds; nothing longer is met in real files but as a mistake."""
    written = str(line.get(name) or "")
    return written[: LONGEST[name]] if name in LONGEST else written


def split_of(line: Mapping[str, object]) -> dict[str, int]:
    """People by sex, age and disability, as the row gives them."""
    names = [f"{measure}_{part}" for measure in ("targeted", "reached", "beneficiaries") for part in SPLIT_NAMES]
    return {name: int(str(line[name])) for name in names if line.get(name) is not None}


def activity_of(run: ImportRun, line: Mapping[str, Any], organisations: Mapping[str, UUID]) -> Activity:
    """One canonical row as a row of the table."""
    key = line.get("organisation_key")
    return Activity(
        import_run=run, owner_state=run.owner_state, holder=run.holder, sensitivity=run.share_as,
        sheet=text(line, "sheet"), row=line["row"], identical_to_row=line.get("identical_to"),
        organisation_id=organisations.get(str(key)) if key else None,
        org_written=text(line, "org_written"), implementer=text(line, "implementer"),
        donors=text(line, "donors"), sector=text(line, "sector"), sector_written=text(line, "sector_written"),
        activity=text(line, "activity"), indicator=text(line, "indicator"), modality=text(line, "modality"),
        status=text(line, "status"), unit_id=line["unit"], place_written=text(line, "place_written"),
        doubt_key=text(line, "doubt_key"), place_name=text(line, "place_name"), placed=text(line, "how"),
        start=line.get("start"), end=line.get("end"), period_start=run.period_start, period_end=run.period_end,
        group=text(line, "group") or "all", targeted=line.get("targeted"), reached=line.get("reached"),
        beneficiaries=line.get("beneficiaries"), repeated_number=bool(line.get("repeated_number")), split=split_of(line),
        amount_minor=line.get("amount_minor"), currency=text(line, "currency"), observation=text(line, "observation"),
    )


@transaction.atomic
def store_activities(run: ImportRun, rows: pl.DataFrame, organisations: Mapping[str, UUID]) -> None:
    """Store a slice of canonical rows; a slice stored before an interruption is stored again as it was."""
    lines = rows.to_dicts()
    Activity.objects.filter(import_run=run, row__in=rows["row"].to_list()).delete()
    activities = [activity_of(run, line, organisations) for line in lines]
    Activity.objects.bulk_create(activities, batch_size=500)
    places = [
        ActivityPlace(activity=activity, unit_id=unit)
        for activity, line in zip(activities, lines, strict=True)
        for unit in dict.fromkeys(line["units"] or [line["unit"]])
    ]
    ActivityPlace.objects.bulk_create(places, batch_size=1000)


@transaction.atomic
def record_report(run: ImportRun, *, start: date, end: date, sectors: Sequence[str], organisations: int) -> Report:
    """Note that presence was reported for a period: under it, the absence of a declared activity may be said."""
    report, _ = Report.objects.update_or_create(
        import_run=run,
        defaults={
            "owner_state": run.owner_state, "holder": run.holder, "sensitivity": run.share_as, "period_start": start,
            "period_end": end, "sectors": list(sectors), "organisations": organisations,
        },
    )
    return report


def take_back(run: ImportRun, *, by: Mandate) -> None:
    """Remove the rows of a cancelled import, a slice at a time."""
    remove_in_slices(Activity.objects.filter(import_run=run))
    with transaction.atomic():
        Report.objects.filter(import_run=run).delete()
        journal("presence.rows-taken-back", by, state=run.owner_state, run=run.pk)


@transaction.atomic
def close_further(run: ImportRun, level: Sensitivity) -> int:
    """Close the rows and the report of an import to a level; rows closed further already stay. Gives back how many rows changed."""
    more_open = [each.value for each in audience_levels(level) if each is not level]
    Report.objects.filter(import_run=run, sensitivity__in=more_open).update(sensitivity=level.value)
    rows = Activity.objects.filter(import_run=run, sensitivity__in=more_open)
    return rows.update(sensitivity=level.value, version=F("version") + 1)


def moved_to(rows: QuerySet[Any], placed: Mapping[str, PlacedAnew]) -> list[Any]:
    """Rows with what they write of their place, moved to where it lies now; gives them back."""
    moved = list(rows)
    for row in moved:
        now = placed[row.place_written]
        row.unit_id, row.placed, row.doubt_key, row.version = now.unit, now.how, now.doubt_key[: LONGEST["doubt_key"]], row.version + 1
    rows.model.objects.bulk_update(moved, ["unit_id", "placed", "doubt_key", "version"], batch_size=500)
    return moved


@transaction.atomic
def place_anew(run: ImportRun, placed: Mapping[str, PlacedAnew], *, by: Mandate) -> int:
    """Move the rows of an import to where what they write lies now: `placed` is keyed by what was written. Gives back the rows moved."""
    moved = moved_to(Activity.objects.filter(import_run=run, place_written__in=list(placed)), placed)
    ActivityPlace.objects.filter(activity__in=[activity.pk for activity in moved]).delete()
    fresh = [ActivityPlace(activity=activity, unit_id=unit) for activity in moved for unit in dict.fromkeys(placed[activity.place_written].units)]
    ActivityPlace.objects.bulk_create(fresh, batch_size=1000)
    if moved:
        journal("presence.rows-placed-anew", by, state=run.owner_state, run=run.pk, rows=len(moved))
    return len(moved)


def written_place(line: Mapping[str, object]) -> str:
    """What a row writes of its place, kept so that an answer can place it anew."""
    names = [line.get(f"adm{level}_name") for level in (1, 2, 3)]
    codes = [line.get(f"adm{level}_code") for level in (1, 2, 3)]
    return json.dumps({"names": names, "codes": codes, "place_name": line.get("place_name")}, ensure_ascii=False)


@transaction.atomic
def count_organisations_anew(organisations: Sequence[UUID], *, by: Mandate) -> list[str]:
    """Rows of these organisations count otherwise from now on (merged, apart again, of another type): noted in each State's chain.

    Gives back the States concerned.
    """
    own = Q(organisation__in=organisations) | Q(organisation__merged_into__in=organisations)
    states = sorted(Activity.objects.filter(own).values_list("owner_state", flat=True).distinct())
    for state in states:
        journal("presence.organisations-changed", by, state=state, organisations=sorted(map(str, organisations)))
    return states


@transaction.atomic
def follow_spelling(folded: str, *, source: UUID, target: UUID) -> int:
    """Rows of an organisation that were written so now belong to another; gives back how many."""
    held = Activity.objects.filter(organisation=source).values_list("org_written", flat=True).distinct()
    written = [each for each in held if fold(each) == folded]
    return Activity.objects.filter(organisation=source, org_written__in=written).update(organisation=target, version=F("version") + 1)
