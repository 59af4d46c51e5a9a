"""Writing the calendar of reports: opening, changing, validating, freezing periods; who leads a sector; who is expected; who declared.

A period is changed on the version its editor read: somebody who comes second is told what stands now, and nothing is overwritten.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused, held_at
from concertation.apps.organisations.models import Organisation
from concertation.apps.sources.commands import holder_of
from concertation.apps.sources.models import Declaration, ExpectedReporter, ImportRun, ReportingPeriod, SectorLead
from concertation.apps.sources.reporting import queries
from concertation.apps.sources.reporting.queries import COUNTS, as_value, calendar_within, frozen_within, most_open
from concertation.apps.sources.reporting.sectors import parents
from concertation.core import reporting
from concertation.core.periods import Period
from concertation.core.problems import Problem
from concertation.core.reporting import CalendarPeriod
from concertation.core.sharing import Mandate, Sensitivity

EXCUSES = ("no-activity-here", "access", "suspended", "merged", "reports-elsewhere")
REOPENINGS = ("late-declaration", "mistaken-rows", "frozen-too-early", "lead-asks")


class PeriodRefused(ActRefused):
    """A period cannot stand so, for the reasons given: correct it and ask again."""


def days_of(period: ReportingPeriod | CalendarPeriod) -> str:
    """A period as the journal names it."""
    return f"{period.start}/{period.end}"


def refuse_if_frozen(state: str, sectors: Iterable[str], start: date, end: date) -> None:
    """Raise PeriodRefused when a frozen period of the State takes nothing any more in one of these sectors."""
    held = frozen_within(state, sectors, start, end)
    if held is not None:
        raise PeriodRefused([frozen_problem(held)])


def frozen_problem(held: CalendarPeriod) -> Problem:
    """That a period is frozen."""
    return Problem("period-frozen", value=f"{held.start} – {held.end}", detail={"sector": held.sector or "*"})


def _row_of(wanted: CalendarPeriod, *, state: str, sensitivity: str, by: Mandate) -> ReportingPeriod:
    return ReportingPeriod(
        owner_state=state, holder=holder_of(state), sensitivity=sensitivity, sector=wanted.sector, start=wanted.start, end=wanted.end,
        due_on=wanted.due_on, opened_by=by.person,
    )


def _refuse_unsound(wanted: CalendarPeriod, calendar: Iterable[CalendarPeriod]) -> None:
    if told := reporting.problems_of(wanted, calendar, sectors=parents()):
        raise PeriodRefused(told)


def _calendar(state: str, *, but: UUID | None = None) -> list[CalendarPeriod]:
    return [as_value(each) for each in ReportingPeriod.objects.filter(owner_state=state) if each.pk != but]


@transaction.atomic
def open_period(state: str, *, sector: str, start: date, end: date, due_on: date, by: Mandate) -> ReportingPeriod:
    """Add a period to a State's calendar. Raises PeriodRefused."""
    return open_periods(state, [CalendarPeriod(start, end, due_on, sector)], by=by)[0]


@transaction.atomic
def open_periods(state: str, wanted: Sequence[CalendarPeriod], *, by: Mandate) -> list[ReportingPeriod]:
    """Add several periods at once, all or none. Raises PeriodRefused with the problems of the first that cannot stand."""
    calendar = _calendar(state)
    for each in wanted:
        _refuse_unsound(each, calendar)
        calendar.append(each)
    made = [_row_of(each, state=state, sensitivity=Sensitivity.RESTRICTED.value, by=by) for each in wanted]
    ReportingPeriod.objects.bulk_create(made)
    count_anew(state)
    journal(
        "reporting.periods-opened", by, state=state, period=f"{min(each.start for each in wanted)}/{max(each.end for each in wanted)}",
        periods=[str(each.pk) for each in made], sectors=sorted({each.sector for each in wanted}),
    )
    return made


def count_anew(state: str) -> None:
    """Count who declared in each period of a State again, as pictures read it."""
    changed = []
    for each, (whole, shown) in queries.tallies(state).items():
        now = (whole.declared, whole.expected, shown.declared if shown else None, shown.expected if shown else None)
        if now != (each.declared, each.expected, each.declared_open, each.expected_open):
            each.declared, each.expected, each.declared_open, each.expected_open = now
            changed.append(each)
    ReportingPeriod.objects.bulk_update(changed, ["declared", "expected", "declared_open", "expected_open"], batch_size=200)


@transaction.atomic
def take_back_periods(state: str, opened: Iterable[UUID], *, by: Mandate) -> int:
    """Take periods just opened out of the calendar again, those in which nothing happened since; gives back how many."""
    untouched = ReportingPeriod.objects.select_for_update().filter(owner_state=state, pk__in=list(opened), status="open", version=1)
    gone = [each for each in untouched if not Declaration.objects.filter(period=each).exists()]
    if gone:
        ReportingPeriod.objects.filter(pk__in=[each.pk for each in gone]).delete()
        journal("reporting.periods-taken-back", by, state=state, periods=[str(each.pk) for each in gone])
    return len(gone)


def _held(period: ReportingPeriod, base_version: int) -> ReportingPeriod:
    """The period as it stands now, held until the transaction ends. Raises Conflict when it changed since it was read."""
    return held_at(ReportingPeriod, period.pk, base_version)


def _store(period: ReportingPeriod) -> ReportingPeriod:
    period.version += 1
    period.save()
    return period


@transaction.atomic
def change_period(period: ReportingPeriod, *, start: date, end: date, due_on: date, base_version: int, by: Mandate) -> ReportingPeriod:
    """Change the days of an open period. Raises Conflict, or PeriodRefused (a validated or frozen period is reopened first)."""
    now = _held(period, base_version)
    if now.status != "open":
        raise PeriodRefused([Problem("period-not-open", value=days_of(now))])
    wanted = CalendarPeriod(start, end, due_on, now.sector)
    _refuse_unsound(wanted, _calendar(now.owner_state, but=now.pk))
    before, before_due = days_of(now), now.due_on
    now.start, now.end, now.due_on = start, end, due_on
    _store(now)
    count_anew(now.owner_state)
    journal(
        "reporting.period-changed", by, state=now.owner_state, period=days_of(now), reporting_period=now.pk, before=before,
        due_before=before_due, due=due_on,
    )
    return now


@transaction.atomic
def validate_period(period: ReportingPeriod, *, base_version: int, by: Mandate) -> ReportingPeriod:
    """The sector's lead, or the State's data manager, says that what was declared is right. Raises Conflict, PeriodRefused."""
    now = _held(period, base_version)
    if now.status != "open":
        raise PeriodRefused([Problem("period-not-open", value=days_of(now))])
    now.status, now.validated_by, now.validated_at = "validated", by.person, timezone.now()
    _store(now)
    journal("reporting.period-validated", by, state=now.owner_state, period=days_of(now), reporting_period=now.pk, sector=now.sector)
    return now


@transaction.atomic
def freeze_period(period: ReportingPeriod, *, base_version: int, by: Mandate) -> ReportingPeriod:
    """Nothing goes in or changes in the period any more. Raises Conflict, PeriodRefused when it is frozen already."""
    now = _held(period, base_version)
    if now.status == "frozen":
        raise PeriodRefused([frozen_problem(as_value(now))])
    now.status, now.frozen_by, now.frozen_at = "frozen", by.person, timezone.now()
    _store(now)
    journal("reporting.period-frozen", by, state=now.owner_state, period=days_of(now), reporting_period=now.pk, sector=now.sector)
    return now


@transaction.atomic
def reopen_period(period: ReportingPeriod, *, reason: str, base_version: int, by: Mandate) -> ReportingPeriod:
    """Declarations go in again, for a reason of the list REOPENINGS. Raises Conflict, PeriodRefused."""
    now = _held(period, base_version)
    if reason not in REOPENINGS:
        raise PeriodRefused([Problem("period-reason-needed", value=days_of(now))])
    if now.status == "open":
        raise PeriodRefused([Problem("period-open-already", value=days_of(now))])
    before = now.status
    now.status, now.validated_by, now.validated_at, now.frozen_by, now.frozen_at = "open", "", None, "", None
    _store(now)
    journal(
        "reporting.period-reopened", by, state=now.owner_state, period=days_of(now), reporting_period=now.pk, sector=now.sector,
        before=before, reason=reason,
    )
    return now


@transaction.atomic
def name_lead(state: str, *, sector: str, year: int, organisation: Organisation | None, since: date, by: Mandate) -> SectorLead | None:
    """Name the organisation that leads a sector of a State in a year from a day on; the one named before ends. None ends it alone."""
    if sector not in parents():
        raise PeriodRefused([Problem("period-sector-unknown", value=sector)])
    SectorLead.objects.filter(owner_state=state, sector=sector, year=year, ended_on__isnull=True).update(ended_on=since, version=F("version") + 1)
    named = None
    if organisation is not None:
        named = SectorLead.objects.create(
            owner_state=state, holder=holder_of(state), sensitivity=Sensitivity.PUBLIC.value, sector=sector, year=year,
            organisation=organisation, since=since, named_by=by.person,
        )
    journal(
        "reporting.sector-lead-named", by, state=state, sector=sector, year=year, organisation=organisation.slug if organisation else "",
    )
    return named


@transaction.atomic
def expect(period: ReportingPeriod, organisation: Organisation, *, by: Mandate) -> ExpectedReporter:
    """Expect an organisation in a period by hand. Raises PeriodRefused when it is frozen."""
    return _name_reporter(period, organisation, rule="added", reason="", by=by)


@transaction.atomic
def excuse(period: ReportingPeriod, organisation: Organisation, *, reason: str, by: Mandate) -> ExpectedReporter:
    """Expect an organisation no longer in a period, for a reason of the list EXCUSES. Raises PeriodRefused."""
    if reason not in EXCUSES:
        raise PeriodRefused([Problem("period-reason-needed", value=organisation.slug)])
    return _name_reporter(period, organisation, rule="excused", reason=reason, by=by)


def _refuse_if_itself_frozen(period: ReportingPeriod) -> None:
    now = ReportingPeriod.objects.get(pk=period.pk)
    if now.status == "frozen":
        raise PeriodRefused([frozen_problem(as_value(now))])


def _name_reporter(period: ReportingPeriod, organisation: Organisation, *, rule: str, reason: str, by: Mandate) -> ExpectedReporter:
    _refuse_if_itself_frozen(period)
    named, _ = ExpectedReporter.objects.update_or_create(
        period=period, organisation=organisation,
        defaults={
            "owner_state": period.owner_state, "holder": organisation.slug, "sensitivity": Sensitivity.STRICT.value, "rule": rule, "reason": reason,
        },
    )
    count_anew(period.owner_state)
    journal(
        f"reporting.reporter-{rule}", by, state=period.owner_state, period=days_of(period), organisation=organisation.slug, reason=reason,
    )
    return named


@transaction.atomic
def forget_reporter(period: ReportingPeriod, organisation: Organisation, *, by: Mandate) -> bool:
    """Let the stated rule decide again whether an organisation is expected; False when nobody had said otherwise. Raises PeriodRefused."""
    _refuse_if_itself_frozen(period)
    gone, _ = ExpectedReporter.objects.filter(period=period, organisation=organisation).delete()
    if gone:
        count_anew(period.owner_state)
        journal("reporting.reporter-by-rule", by, state=period.owner_state, period=days_of(period), organisation=organisation.slug)
    return bool(gone)


@transaction.atomic
def declare(
    period: ReportingPeriod, organisation: Organisation, *, sector: str, via: str, rows: int, at: datetime, by: Mandate,
) -> Declaration:
    """Note that an organisation declared rows by the form, or that it has nothing to declare. Raises PeriodRefused when frozen."""
    refuse_if_frozen(period.owner_state, [sector or period.sector], period.start, period.end)
    made, is_new = Declaration.objects.get_or_create(
        period=period, organisation=organisation, sector=sector, via=via, import_run=None,
        defaults={**_declared_by(period, organisation), "declared_at": at, "rows": rows},
    )
    if not is_new and made.rows != rows:
        made.rows, made.version = rows, made.version + 1
        made.save(update_fields=["rows", "version"])
    if is_new:
        count_anew(period.owner_state)
        journal(
            "reporting.declared", by, state=period.owner_state, period=days_of(period), organisation=organisation.slug, via=via, sector=sector,
        )
    return made


@transaction.atomic
def declare_nothing(period: ReportingPeriod, organisation: Organisation, *, at: datetime, by: Mandate) -> Declaration:
    """An organisation says that it has nothing to declare. Raises PeriodRefused: rows stand, the period has not begun, or it is frozen."""
    own = Q(organisation=organisation) | Q(organisation__merged_into=organisation)
    if timezone.localdate(at) < period.start:
        raise PeriodRefused([Problem("period-not-begun", value=days_of(period))])
    if Declaration.objects.filter(own, COUNTS, period=period, rows__gt=0).exists():
        raise PeriodRefused([Problem("rows-declared-already", value=str(organisation))])
    return declare(period, organisation, sector="", via="nothing", rows=0, at=at, by=by)


@transaction.atomic
def keep_form_sectors(period: ReportingPeriod, organisation: Organisation, *, sectors: Collection[str], by: Mandate) -> list[str]:
    """Of what an organisation declared by the form, only these sectors still have rows: the others are declared no more. Gives those back."""
    held = Declaration.objects.filter(period=period, organisation=organisation, via="form", import_run=None).exclude(sector__in=sectors)
    gone = sorted(held.values_list("sector", flat=True))
    if gone:
        held.delete()
        count_anew(period.owner_state)
        journal("reporting.no-longer-declared", by, state=period.owner_state, period=days_of(period), organisation=organisation.slug, sectors=gone)
    return gone


def _declared_by(period: ReportingPeriod, organisation: Organisation) -> dict[str, object]:
    return {"owner_state": period.owner_state, "holder": organisation.slug, "sensitivity": Sensitivity.STRICT.value}


@transaction.atomic
def take_declaration_back(period: ReportingPeriod, organisation: Organisation, *, by: Mandate) -> bool:
    """An organisation has something to declare after all; False when it had not said otherwise. Raises PeriodRefused when frozen."""
    refuse_if_frozen(period.owner_state, [period.sector], period.start, period.end)
    gone, _ = Declaration.objects.filter(period=period, organisation=organisation, via="nothing").delete()
    if gone:
        count_anew(period.owner_state)
        journal("reporting.declaration-taken-back", by, state=period.owner_state, period=days_of(period), organisation=organisation.slug)
    return bool(gone)


@transaction.atomic
def fulfil(
    run: ImportRun, *, start: date, end: date, declared: Mapping[tuple[Organisation, str], int], sectors: Iterable[str], at: datetime, by: Mandate,
) -> list[ReportingPeriod]:
    """An import counts for the calendar: days it reports on that no period covers are opened, and who declared in each is noted.

    `declared` gives rows per organisation and sector. The calendar is at least as open as what is imported under it.
    Raises PeriodRefused when one of the periods was frozen meanwhile.
    """
    refuse_if_frozen(run.owner_state, sectors, start, end)
    held = _opened_for(run, start, end, on=timezone.localdate(at), by=by)
    for each in held:
        _let_in(each, run.share_as)
    _note_declarations(run, held, declared, at=at)
    return held


def _opened_for(run: ImportRun, start: date, end: date, *, on: date, by: Mandate) -> list[ReportingPeriod]:
    """The periods that these days meet, after opening those that were missing for all sectors."""
    held = calendar_within(run.owner_state, start, end)
    general = [as_value(each) for each in held if each.sector == reporting.ALL_SECTORS]
    missing = [CalendarPeriod(gap.start, gap.end, max(on, gap.start)) for gap in reporting.uncovered(Period(start, end), general)]
    made = [_row_of(each, state=run.owner_state, sensitivity=run.share_as, by=by) for each in missing]
    for row in made:
        row.save(force_insert=True)
        journal("reporting.period-opened-by-import", by, state=run.owner_state, period=days_of(row), reporting_period=row.pk, run=run.pk)
    return [*held, *made]


def _let_in(period: ReportingPeriod, share_as: str) -> None:
    wider = most_open([period.sensitivity, share_as])
    if wider != period.sensitivity:
        ReportingPeriod.objects.filter(pk=period.pk).update(sensitivity=wider)


def _note_declarations(
    run: ImportRun, held: Sequence[ReportingPeriod], declared: Mapping[tuple[Organisation, str], int], *, at: datetime,
) -> None:
    """One line per period, organisation and sector, in the narrowest period that applies; those of an earlier try are replaced."""
    Declaration.objects.filter(import_run=run).delete()
    values = {each.pk: as_value(each) for each in held}
    made = []
    for (organisation, sector), rows in declared.items():
        names = reporting.widening(sector, parents())
        for each in held:
            narrower = [values[other.pk] for other in held if other.sector in names[: names.index(each.sector)]] if each.sector in names else None
            if narrower is not None and reporting.uncovered(Period(each.start, each.end), narrower):
                made.append(Declaration(
                    period=each, organisation=organisation, sector=sector, import_run=run, via="import", declared_at=at, rows=rows,
                    **_declared_by(each, organisation),
                ))
    Declaration.objects.bulk_create(made, batch_size=500)
