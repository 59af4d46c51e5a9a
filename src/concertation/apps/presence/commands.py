"""Writing presence: rows of an import in short slices, the report that covers a period, and placing rows anew after an answer."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl
from django.db import transaction

from concertation.apps.ground.commands import journal
from concertation.apps.presence.models import Activity, ActivityPlace, Report
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Mandate

SPLIT_NAMES = ("f", "m", "women", "men", "girls", "boys", "children", "adults", "disability")
LONGEST = {"sector_written": 160, "modality": 120, "place_name": 240, "implementer": 240, "donors": 400, "currency": 3, "doubt_key": 400}


def text(line: Mapping[str, object], name: str) -> str:
    """A text cell within the length its column holds; nothing longer is met in real files but as a mistake."""
    written = str(line.get(name) or "")
    return written[: LONGEST[name]] if name in LONGEST else written


def split_of(line: Mapping[str, object]) -> dict[str, int]:
    """People by sex, age and disability, as the row gives them."""
    names = [f"{measure}_{part}" for measure in ("targeted", "reached", "beneficiaries") for part in SPLIT_NAMES]
    return {name: int(str(line[name])) for name in names if line.get(name) is not None}


def activity_of(run: ImportRun, line: Mapping[str, object], organisations: Mapping[str, object]) -> Activity:
    """One canonical row as a row of the table."""
    key = line.get("organisation_key")
    return Activity(
        import_run=run, owner_state=run.owner_state, holder=run.holder, sensitivity=run.share_as,
        sheet=text(line, "sheet"), row=line["row"], identical_to_row=line.get("identical_to"),
        organisation_id=organisations.get(str(key)) if key else None, implementer=text(line, "implementer"),
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
def store_activities(run: ImportRun, rows: pl.DataFrame, organisations: Mapping[str, object]) -> None:
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
    while ids := list(Activity.objects.filter(import_run=run).values_list("pk", flat=True)[:1000]):
        with transaction.atomic():
            Activity.objects.filter(pk__in=ids).delete()
    with transaction.atomic():
        Report.objects.filter(import_run=run).delete()
        journal("presence.rows-taken-back", by, state=run.owner_state, run=run.pk)


@transaction.atomic
def place_anew(activities: Iterable[Activity], placed: Mapping[str, tuple[Sequence[str], str, str]], *, state: str, by: Mandate) -> int:
    """Move rows to where an answer says they lie: `placed` maps what was written to (units, unit, how). Gives back the rows moved."""
    moved: list[Activity] = []
    for activity in activities:
        units, unit, how = placed[activity.place_written]
        activity.unit_id, activity.placed, activity.doubt_key = unit, how, "" if how in ("exact", "repaired") else activity.doubt_key
        activity.version += 1
        moved.append(activity)
    Activity.objects.bulk_update(moved, ["unit_id", "placed", "doubt_key", "version"], batch_size=500)
    ActivityPlace.objects.filter(activity__in=[activity.pk for activity in moved]).delete()
    fresh = [ActivityPlace(activity=activity, unit_id=unit) for activity in moved for unit in dict.fromkeys(placed[activity.place_written][0])]
    ActivityPlace.objects.bulk_create(fresh, batch_size=1000)
    journal("presence.rows-placed-anew", by, state=state, rows=len(moved))
    return len(moved)


def written_place(line: Mapping[str, object]) -> str:
    """What a row writes of its place, kept so that an answer can place it anew."""
    names = [line.get(f"adm{level}_name") for level in (1, 2, 3)]
    codes = [line.get(f"adm{level}_code") for level in (1, 2, 3)]
    return json.dumps({"names": names, "codes": codes, "place_name": line.get("place_name")}, ensure_ascii=False)
