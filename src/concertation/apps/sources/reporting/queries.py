"""Reading the calendar of reports: its periods, who leads which sector, and who has declared as far as a reader may know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from concertation.apps.organisations.models import Organisation
from concertation.apps.sources.models import Declaration, ExpectedReporter, ReportingPeriod, SectorLead
from concertation.apps.sources.reporting.sectors import parents, restricted
from concertation.core import reporting
from concertation.core.reporting import PREVIOUS_PERIODS, CalendarPeriod, Declared, Standing, Tally, tally, widening
from concertation.core.sharing import Mandate, Sensitivity, visibility_of
from concertation.core.sharing.punctuality import PunctualitySight, punctuality_sight
from concertation.core.sharing.visibility import sees_restricted_sectors

SLUG = Coalesce("organisation__merged_into__slug", "organisation__slug")
COUNTS = Q(import_run__isnull=True) | Q(import_run__status="stored")


@dataclass(frozen=True, slots=True)
class Row:
    """What one organisation declared in a period and a sector."""

    period: UUID
    organisation: str
    sector: str
    on: date
    rows: int
    nothing: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """A period with its totals, and by name the organisations whose punctuality the reader may see; totals None where they may not."""

    period: ReportingPeriod
    tally: Tally | None
    standings: tuple[Standing, ...]
    rests_on: tuple[ReportingPeriod, ...]


def as_value(period: ReportingPeriod) -> CalendarPeriod:
    """A period of the table as the core reads it."""
    status: reporting.Status = "frozen" if period.status == "frozen" else "validated" if period.status == "validated" else "open"
    return CalendarPeriod(period.start, period.end, period.due_on, period.sector, status)


def periods(
    mandates: Sequence[Mandate], *, state: str = "", sector: str | None = None, year: int | None = None,
) -> QuerySet[ReportingPeriod]:
    """The periods a reader may see, the first one first; `sector` "" for those of all sectors, None for every one."""
    held = ReportingPeriod.objects.visible_to(mandates).order_by("start", "sector")
    if state:
        held = held.filter(owner_state=state)
    if sector is not None:
        held = held.filter(sector=sector)
    return held.filter(start__lte=date(year, 12, 31), end__gte=date(year, 1, 1)) if year else held


def years(mandates: Sequence[Mandate], state: str) -> list[int]:
    """The years in which a State has periods that the reader may see, the newest first."""
    return sorted({day.year for span in periods(mandates, state=state).values_list("start", "end") for day in span}, reverse=True)


def totals_of(shown: ReportingPeriod, *, restricted_too: bool) -> Tally | None:
    """How many declared of how many, as counted at the last act; None where the reader may not know."""
    if restricted_too:
        return Tally(shown.declared, shown.expected)
    return None if shown.declared_open is None else Tally(shown.declared_open, shown.expected_open)


def period(mandates: Sequence[Mandate], period_id: UUID) -> ReportingPeriod | None:
    """One period, if the reader may see it."""
    return periods(mandates).filter(pk=period_id).first()


def period_of(mandates: Sequence[Mandate], state: str, sector: str, day: date) -> ReportingPeriod | None:
    """The period that a day of a sector falls in: the sector's own before that of all sectors; None outside the calendar."""
    names = widening(sector, parents())
    held = list(periods(mandates, state=state).filter(sector__in=names, start__lte=day, end__gte=day))
    return min(held, key=lambda each: names.index(each.sector), default=None)


def calendar_within(state: str, start: date, end: date) -> list[ReportingPeriod]:
    """Every period of a State that meets these days, whoever asks: an import has to know where it counts."""
    return list(ReportingPeriod.objects.filter(owner_state=state, start__lte=end, end__gte=start).order_by("start", "sector"))


def frozen_within(state: str, sectors: Iterable[str], start: date, end: date) -> CalendarPeriod | None:
    """The first frozen period that a file of these sectors and days falls in; None when it may go in."""
    calendar = [as_value(each) for each in calendar_within(state, start, end)]
    found = (
        reporting.frozen_for(calendar, sector=sector, start=start, end=end, parents=parents()) for sector in sorted(set(sectors) or {""})
    )
    return next((each for each in found if each), None)


def is_frozen(state: str, sector: str, day: date) -> bool:
    """Whether what is declared of a sector on a day may no longer change."""
    return frozen_within(state, [sector], day, day) is not None


def leads(mandates: Sequence[Mandate], *, state: str, year: int | None = None) -> QuerySet[SectorLead]:
    """The organisations that lead a State's sectors, those in office first."""
    held = SectorLead.objects.visible_to(mandates).filter(owner_state=state).select_related("organisation__merged_into")
    held = held.filter(year=year) if year else held
    return held.order_by(F("ended_on").desc(nulls_first=True), "-year", "sector")


def leads_of(mandates: Sequence[Mandate], *, state: str, year: int) -> Mapping[str, str]:
    """Who leads each sector of a State in a year: the organisation's word, those that stand for merged ones."""
    held = leads(mandates, state=state, year=year).filter(ended_on__isnull=True)
    return dict(held.annotate(slug=SLUG).values_list("sector", "slug"))


def lead_of(mandates: Sequence[Mandate], of: ReportingPeriod) -> str:
    """The organisation that leads a period's sector in its year; empty when none is named, or for all sectors."""
    return leads_of(mandates, state=of.owner_state, year=of.start.year).get(of.sector, "") if of.sector else ""


def sight(mandates: Sequence[Mandate], *, state: str, year: int) -> PunctualitySight:
    """Which organisations' punctuality a reader may see in a State and year."""
    return punctuality_sight(mandates, state=state, leads=leads_of(mandates, state=state, year=year))


def counts_restricted(mandates: Sequence[Mandate], state: str) -> bool:
    """Whether declarations in protection sectors may be counted for this reader."""
    return sees_restricted_sectors(visibility_of(mandates).widest_level(state))


def rows_declared(state: str, since: date, until: date) -> list[Row]:
    """Every declaration of a State's periods that begin in these days, by organisation and sector, from imports that count.

    The day is that of the first file, also when a corrected one took its place: whoever corrects is not late for it.
    """
    held = Declaration.objects.filter(owner_state=state, period__start__gte=since, period__start__lte=until).annotate(slug=SLUG)
    grouped = held.values("period_id", "slug", "sector", "via").annotate(
        at=Min("declared_at"), total=Sum("rows", filter=COUNTS), counted=Count("pk", filter=COUNTS),
    )
    return [
        Row(line["period_id"], line["slug"], line["sector"], timezone.localdate(line["at"]), line["total"], line["via"] == "nothing")
        for line in grouped.filter(counted__gt=0).order_by("period_id", "slug", "sector", "via")
    ]


def named_by_hand(state: str, since: date, until: date) -> dict[UUID, dict[str, str]]:
    """Per period of a State, the organisations that a person expects ("added") or excuses ("excused")."""
    held = ExpectedReporter.objects.filter(owner_state=state, period__start__gte=since, period__start__lte=until).annotate(slug=SLUG)
    named: dict[UUID, dict[str, str]] = defaultdict(dict)
    for period_id, slug, rule in held.values_list("period_id", "slug", "rule"):
        named[period_id][slug] = rule
    return named


def followed(mandates: Sequence[Mandate], shown: Sequence[ReportingPeriod], *, today: date) -> list[Followed]:
    """Some periods of one State with who has declared in each, as far as the reader may know. A constant number of queries."""
    if not shown:
        return []
    state, since, until = shown[0].owner_state, min(each.start for each in shown), max(each.start for each in shown)
    calendar = list(periods(mandates, state=state).filter(start__lte=until))
    first = min((each.start for each in _before(calendar, since)), default=since)
    declared, named = rows_declared(state, first, until), named_by_hand(state, since, until)
    seen = {year: sight(mandates, state=state, year=year) for year in {each.start.year for each in shown}}
    restricted_too = counts_restricted(mandates, state)
    return [
        _follow(each, calendar, declared, named.get(each.pk, {}), seen[each.start.year], restricted_too=restricted_too, today=today)
        for each in shown
    ]


def _before(calendar: Sequence[ReportingPeriod], day: date) -> list[ReportingPeriod]:
    """As many earlier periods as any period's list of expected organisations may rest on, in each sector."""
    earlier: dict[str, list[ReportingPeriod]] = defaultdict(list)
    for each in calendar:
        if each.start < day:
            earlier[each.sector].append(each)
    return [each for held in earlier.values() for each in held[-PREVIOUS_PERIODS:]]


def previous_of(of: ReportingPeriod, calendar: Sequence[ReportingPeriod]) -> tuple[ReportingPeriod, ...]:
    """The periods just before one, of its sector or of one that holds it: those its expected organisations declared in."""
    names = widening(of.sector, parents())
    earlier = [each for each in calendar if each.start < of.start and each.sector in names]
    return tuple(earlier[-PREVIOUS_PERIODS:])


def _follow(
    of: ReportingPeriod, calendar: Sequence[ReportingPeriod], declared: Sequence[Row], named: Mapping[str, str],
    seen: PunctualitySight, *, restricted_too: bool, today: date,
) -> Followed:
    previous, (now, before) = previous_of(of, calendar), _about(of, calendar, declared)
    every = _standings(of, now, before, named, today=today)
    sectors: dict[str, set[str]] = defaultdict(set)
    for row in (*now, *before):
        sectors[row.organisation].add(row.sector)
    by_name = tuple(each for each in every if seen.sees(each.organisation, sectors[each.organisation] | {of.sector}))
    return Followed(of, tally(every) if restricted_too else _open_tally(of, now, before, named), by_name, previous)


def _open_tally(of: ReportingPeriod, now: Sequence[Row], before: Sequence[Row], named: Mapping[str, str]) -> Tally | None:
    """The totals that anybody may see: none for a restricted sector."""
    if of.sector in restricted():
        return None
    return tally(_standings(of, [row for row in now if is_open(row)], [row for row in before if is_open(row)], named, today=of.due_on))


def tallies(state: str) -> dict[ReportingPeriod, tuple[Tally, Tally | None]]:
    """The totals of every period of a State, with the restricted sectors and without, counted from the declarations."""
    calendar = list(ReportingPeriod.objects.filter(owner_state=state).order_by("start", "sector"))
    if not calendar:
        return {}
    declared = rows_declared(state, calendar[0].start, calendar[-1].start)
    by_hand = named_by_hand(state, calendar[0].start, calendar[-1].start)
    counted = {}
    for of in calendar:
        now, before = _about(of, calendar, declared)
        named = by_hand.get(of.pk, {})
        counted[of] = tally(_standings(of, now, before, named, today=of.due_on)), _open_tally(of, now, before, named)
    return counted


def _about(of: ReportingPeriod, calendar: Sequence[ReportingPeriod], declared: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """What was declared in a period, and in those before it that its list of expected organisations rests on."""
    known = frozenset(each.pk for each in previous_of(of, calendar))
    about = [row for row in declared if row.period in known or row.period == of.pk if _is_about(row, of)]
    return [row for row in about if row.period == of.pk], [row for row in about if row.period in known]


def is_open(row: Row) -> bool:
    """Whether a declaration may be counted for anybody: outside the restricted sectors, and its sector said, or nothing declared."""
    return row.sector not in restricted() and (row.sector != "" or row.nothing)


def _is_about(row: Row, of: ReportingPeriod) -> bool:
    return of.sector == "" or of.sector in widening(row.sector, parents())[:-1] or (row.period == of.pk and row.nothing)


def _standings(
    of: ReportingPeriod, now: Iterable[Row], before: Iterable[Row], named: Mapping[str, str], *, today: date,
) -> tuple[Standing, ...]:
    made: dict[str, Declared] = {}
    for row in now:
        held = made.get(row.organisation)
        made[row.organisation] = Declared(min(held.on, row.on) if held else row.on, row.rows + (held.rows if held else 0))
    return reporting.standings(
        due_on=of.due_on, today=today, before={row.organisation for row in before}, declared=made,
        added={name for name, rule in named.items() if rule == "added"}, excused={name for name, rule in named.items() if rule == "excused"},
    )


def organisations_called(slugs: Iterable[str]) -> dict[str, Organisation]:
    """Organisations by their word: only for those whose punctuality the reader may see."""
    return {each.slug: each for each in Organisation.objects.filter(slug__in=set(slugs))}


def excuses_of(of: ReportingPeriod, slugs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What a person said of who is expected in a period, (rule, reason): only of organisations whose punctuality the reader may see."""
    held = ExpectedReporter.objects.filter(period=of).annotate(slug=SLUG).filter(slug__in=set(slugs))
    return {slug: (rule, reason) for slug, rule, reason in held.values_list("slug", "rule", "reason")}


def most_open(sensitivities: Iterable[str]) -> str:
    """The most open of some levels."""
    order = [level.value for level in Sensitivity]
    return min(sensitivities, key=order.index)
