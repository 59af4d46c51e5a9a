"""Reading presence: activities as frames for the picture, as rows for pages; reports that cover a period."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import Count, F, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from concertation.apps.ground.models import held_rows
from concertation.apps.ground.once import once
from concertation.apps.needs.models import Sector
from concertation.apps.organisations.models import Organisation
from concertation.apps.places.models import AdminUnit, Division
from concertation.apps.presence.models import Activity, ActivityPlace, Report
from concertation.apps.sources.models import ImportRun, ReportingPeriod
from concertation.apps.sources.reporting.sectors import parents
from concertation.core.concepts import INTERSECTORAL
from concertation.core.picture import CALENDAR, REPORTS
from concertation.core.sharing import Mandate, Sensitivity, Visibility, visibility_of
from concertation.core.sharing.visibility import sees_restricted_sectors

SOON_DAYS = 60
# The organisation that stands for the one a row names, after merges.
SURVIVOR = Coalesce("organisation__merged_into", "organisation")
NO_NUMBER = Cast(Value(None), IntegerField())
SEEN_COLUMNS = ("what", "owner_state", "since", "until", "about", "standing", "made", "due", "made_open", "due_open")
LINK_SCHEMA = {
    "record": pl.Utf8, "unit": pl.Utf8, "sector": pl.Utf8, "organisation": pl.Utf8, "org_type": pl.Utf8, "sensitivity": pl.Utf8,
    "period_start": pl.Date, "period_end": pl.Date, "group": pl.Utf8, "reached": pl.Int64, "repeated_number": pl.Boolean,
}
OWN_LINKS = {
    "record": pl.Utf8, "state": pl.Utf8, "unit": pl.Utf8, "sector": pl.Utf8, "period_start": pl.Date, "period_end": pl.Date,
}
COMPARED = {
    "org_written": pl.Utf8, "sector": pl.Utf8, "unit": pl.Utf8, "activity": pl.Utf8, "start": pl.Date, "end": pl.Date, "targeted": pl.Int64,
    "reached": pl.Int64, "beneficiaries": pl.Int64,
}
LINK_COLUMNS = (
    "activity_id", "unit_id", "activity__sector", "now", "now_type",
    "activity__sensitivity", "activity__period_start", "activity__period_end", "activity__group", "activity__reached",
    "activity__repeated_number",
)


def counted(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    """The rows of imports that are fully stored, each distinct activity once; none that its holder withdrew."""
    return rows.filter(import_run__status="stored", identical_to_row__isnull=True, withdrawn_at__isnull=True)


def activities(mandates: Sequence[Mandate]) -> QuerySet[Activity]:
    """The distinct activities a reader may see.

    Presence in a restricted sector (protection), or in none that is named, is shown to the State's own readers and the holder alone.
    """
    sight = visibility_of(mandates)
    open_sector = Q(sector__in=Sector.objects.filter(restricted=False).values("pk"))
    own = Q(owner_state__in=sorted(sight.states | sight.strict_states)) | held_rows(sight)
    seen = counted(Activity.objects.visible_to(mandates)).filter(open_sector | own)
    return seen.select_related("organisation__merged_into", "unit", "import_run__file")


def in_periods(periods: Iterable[tuple[date, date]], *, of: str = "") -> Q:
    """Rows of exactly these periods."""
    wanted = Q(pk__in=())
    for start, end in periods:
        wanted |= Q((f"{of}period_start", start), (f"{of}period_end", end))
    return wanted


def links_of_state(state: str, periods: Iterable[tuple[date, date]] | None = None) -> pl.DataFrame:
    """Every activity and unit of a State, or of some of its periods, for the summaries: columns of LINK_SCHEMA. Summaries filter by audience before counting."""
    places = ActivityPlace.objects.filter(
        activity__owner_state=state, activity__import_run__status="stored", activity__identical_to_row__isnull=True,
        activity__withdrawn_at__isnull=True,
    )
    if periods is not None:
        places = places.filter(in_periods(periods, of="activity__"))
    places = places.annotate(
        now=Coalesce("activity__organisation__merged_into", "activity__organisation"),
        now_type=Coalesce("activity__organisation__merged_into__org_type", "activity__organisation__org_type"),
    )
    rows = [
        (str(record), unit, sector or None, str(organisation) if organisation else None, *others)
        for record, unit, sector, organisation, *others in places.values_list(*LINK_COLUMNS).iterator(chunk_size=20_000)
    ]
    return pl.DataFrame(rows, schema=LINK_SCHEMA, orient="row")


def rows_by_organisation(run: ImportRun) -> dict[tuple[Organisation, str], int]:
    """How many distinct rows of an import each organisation, after merges, declares in each sector ("" where none is said); none it withdrew."""
    rows = Activity.objects.filter(import_run=run, identical_to_row__isnull=True, withdrawn_at__isnull=True, organisation__isnull=False)
    counted = list(rows.values_list(SURVIVOR, "sector").annotate(rows=Count("pk")).order_by())
    held = Organisation.objects.in_bulk({line[0] for line in counted})
    return {(held[organisation], sector): count for organisation, sector, count in counted}


def reports(mandates: Sequence[Mandate], *, state: str = "") -> QuerySet[Report]:
    """Reports of stored imports that a reader may see."""
    seen = Report.objects.visible_to(mandates).filter(import_run__status="stored").order_by("-period_end")
    return seen.filter(owner_state=state) if state else seen


@dataclass(frozen=True, slots=True)
class ReportSeen:
    """A report that covers a period of a State: the sectors it names, how many organisations it counts."""

    owner_state: str
    period_start: date
    period_end: date
    sectors: tuple[str, ...]
    organisations: int


@dataclass(frozen=True, slots=True)
class PeriodSeen:
    """A period of a State's calendar as a picture reads it: who declared of how many, as far as the reader may know."""

    owner_state: str
    sector: str
    start: date
    end: date
    status: str
    declared: int | None
    expected: int | None


@once
def reports_and_calendar(mandates: tuple[Mandate, ...]) -> tuple[list[ReportSeen], list[PeriodSeen]]:
    """Every report and every period of the calendars that a reader may see, the newest first. One query a page."""
    told = Report.objects.visible_to(mandates).filter(import_run__status="stored").annotate(
        what=Value("report"), since=F("period_start"), until=F("period_end"), about=Cast("sectors", TextField()), standing=Value(""),
        made=F("organisations"), due=NO_NUMBER, made_open=NO_NUMBER, due_open=NO_NUMBER,
    )
    held = ReportingPeriod.objects.visible_to(mandates).annotate(
        what=Value("period"), since=F("start"), until=F("end"), about=Cast("sector", TextField()), standing=F("status"),
        made=F("declared"), due=F("expected"), made_open=F("declared_open"), due_open=F("expected_open"),
    )
    lines = list(told.order_by().values_list(*SEEN_COLUMNS).union(held.order_by().values_list(*SEEN_COLUMNS), all=True))
    lines.sort(key=lambda line: (line[3], line[2]), reverse=True)
    sight = visibility_of(mandates)
    reports = [ReportSeen(line[1], line[2], line[3], tuple(json.loads(line[4])), line[6]) for line in lines if line[0] == "report"]
    return reports, [_period(line, sight) for line in lines if line[0] == "period"]


def _period(line: Sequence[Any], sight: Visibility) -> PeriodSeen:
    _what, state, since, until, sector, status, declared, expected, declared_open, expected_open = line
    counts = (declared, expected) if sees_restricted_sectors(sight.widest_level(state)) else (declared_open, expected_open)
    return PeriodSeen(state, sector, since, until, status, *counts)


def reports_seen(mandates: tuple[Mandate, ...]) -> list[ReportSeen]:
    """Every report a reader may see, the newest first."""
    return reports_and_calendar(mandates)[0]


def calendar_seen(mandates: tuple[Mandate, ...]) -> list[PeriodSeen]:
    """Every period of the calendars that a reader may see, the newest first."""
    return reports_and_calendar(mandates)[1]


def calendar_frame(rows: Iterable[PeriodSeen]) -> pl.DataFrame:
    """Periods as the picture reads them; one of a sector is also one of each sector within it."""
    within: dict[str, list[str]] = {}
    for sector, parent in parents().items():
        within.setdefault(parent or "", []).append(sector)
    lines = [
        (row.owner_state, sector or None, row.start, row.end, row.status != "open", row.declared)
        for row in rows for sector in (row.sector, *(within.get(row.sector, ()) if row.sector else ()))
    ]
    return pl.DataFrame(lines, schema=CALENDAR, orient="row")


def reports_frame(rows: Iterable[ReportSeen]) -> pl.DataFrame:
    """Reports as the picture reads them: state, sector, period_start, period_end, organisations.

    A report covers all sectors together (ALL) and each sector it names; it says nothing of a sector it never names.
    """
    lines = [
        (row.owner_state, sector, row.period_start, row.period_end, row.organisations)
        for row in rows for sector in (INTERSECTORAL, *row.sectors)
    ]
    return pl.DataFrame(lines, schema=REPORTS, orient="row")


def ending_soon(mandates: Sequence[Mandate], *, on: date, state: str = "", days: int = SOON_DAYS) -> QuerySet[Activity]:
    """Activities under way on a day that end within so many days, the nearest first."""
    near = activities(mandates).filter(end__gte=on, end__lte=on + timedelta(days=days))
    near = near.filter(Q(start__isnull=True) | Q(start__lte=on))
    return (near.filter(owner_state=state) if state else near).order_by("end")


def in_units(mandates: Sequence[Mandate], unit_ids: Sequence[str]) -> QuerySet[Activity]:
    """The activities that name one of these units."""
    return activities(mandates).filter(pk__in=ActivityPlace.objects.filter(unit_id__in=unit_ids).values("activity_id"))


def of_organisation(mandates: Sequence[Mandate], organisation_id: object) -> QuerySet[Activity]:
    """What an organisation and those merged into it declared, at the grain the reader may see."""
    return activities(mandates).filter(declared_by([organisation_id]))


def declared_by(organisations: Iterable[object]) -> Q:
    """Rows of some organisations and of those merged into them, found by whom they name rather than one by one."""
    wanted = list(organisations)
    return Q(organisation__in=Organisation.objects.filter(Q(pk__in=wanted) | Q(merged_into__in=wanted)).order_by().values("pk"))


def links_of(rows: QuerySet[Activity]) -> pl.DataFrame:
    """Some rows with every unit each names: record, state, unit, sector (empty for none), period_start, period_end. One query."""
    named = ActivityPlace.objects.filter(activity__in=rows.order_by().values("pk"))
    columns = ("activity_id", "activity__owner_state", "unit_id", "activity__sector", "activity__period_start", "activity__period_end")
    lines = [(str(record), *others) for record, *others in named.values_list(*columns)]
    return pl.DataFrame(lines, schema=OWN_LINKS, orient="row")


def divisions_dated() -> pl.DataFrame:
    """Every division with the days it is in force: division, valid_from, valid_to (null where open). One query."""
    schema = {"division": pl.Utf8, "valid_from": pl.Date, "valid_to": pl.Date}
    return pl.DataFrame(list(Division.objects.values_list("pk", "valid_from", "valid_to")), schema=schema, orient="row")


def every_unit() -> dict[str, AdminUnit]:
    """Every unit of administration by its id. One query."""
    return AdminUnit.objects.in_bulk()


def organisations_by_sector(rows: QuerySet[Activity]) -> Sequence[Mapping[str, object]]:
    """Organisations and activities per sector of some rows."""
    return list(rows.order_by().values("sector").annotate(organisations=Count(SURVIVOR, distinct=True), activities=Count("pk")).order_by("-activities"))


def open_levels(mandates: Sequence[Mandate]) -> list[str]:
    """The sensitivity levels open to every reader who holds a mandate."""
    return [level.value for level in Sensitivity][: 2 if mandates else 1]


def rows_to_compare(run: ImportRun) -> pl.DataFrame:
    """The distinct rows of an import in the columns by which a corrected file is compared: COMPARED and numbers of people."""
    rows = Activity.objects.filter(import_run=run, identical_to_row__isnull=True)
    return pl.DataFrame(list(rows.values_list(*COMPARED)), schema=COMPARED, orient="row")


def runs_waiting(*, state: str, doubt_key: str) -> list[ImportRun]:
    """The imports of a State with rows that wait on a doubt: an answer reaches them all, whoever brought them in."""
    return list(ImportRun.objects.filter(activities__owner_state=state, activities__doubt_key=doubt_key).distinct())


def runs_with_activities(state: str) -> list[ImportRun]:
    """The imports of a State that hold activities: an answer taken back reaches them all."""
    return list(ImportRun.objects.filter(owner_state=state, activities__isnull=False).distinct())


def rows_waiting(run: ImportRun, *, doubt_key: str) -> list[int]:
    """The rows of an import's file that wait on a doubt."""
    return list(Activity.objects.filter(import_run=run, doubt_key=doubt_key).values_list("row", flat=True))


def places_written(run: ImportRun) -> dict[str, tuple[str, str, str]]:
    """Each place as an import wrote it, with its unit, how it was found and the doubt it waits on."""
    lines = Activity.objects.filter(import_run=run).values_list("place_written", "unit_id", "placed", "doubt_key").distinct()
    return {written: (unit, how, doubt_key) for written, unit, how, doubt_key in lines}
