"""Which periods wait for one reader: for their own organisation's declaration, for their validation, or past their last day in their State.

Everything is read in one query, whatever the reader's mandates: periods of the last year, what the reader's organisations declared
in them, what a person said of who is expected, and which sectors these organisations lead.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from concertation.apps.sources.models import Declaration, ExpectedReporter, ReportingPeriod, SectorLead
from concertation.apps.sources.reporting.queries import COUNTS, SLUG
from concertation.apps.sources.reporting.sectors import parents
from concertation.core.reminders import LONGEST_AFTER_END, STILL_REMINDED_DAYS
from concertation.core.reporting import PREVIOUS_PERIODS, SOON_DAYS, CalendarPeriod, widening
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.punctuality import REPORTS, acts_for
from concertation.core.sharing.visibility import writes_for

LOOKED_BACK = timedelta(days=366)
COLUMNS = ("what", "about", "state", "part", "since", "until", "due", "standing", "who", "how")
Why = Literal["declare", "validate", "overdue"]


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A period that waits for the reader, and why; `organisation` is the reader's own, where it has to declare."""

    period: UUID
    state: str
    days: CalendarPeriod
    why: Why
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the query: a period, what was said of an organisation in it, or what an app above says waits."""

    what: str
    about: UUID
    state: str
    part: str
    since: date
    until: date
    due: date
    standing: str
    who: str
    how: str

    @property
    def days(self) -> CalendarPeriod:
        """The period as the core reads it; only open ones are asked about."""
        return CalendarPeriod(self.since, self.until, self.due, self.part, "open" if self.standing == "open" else "validated")


@dataclass(frozen=True, slots=True)
class Offer:
    """What an app above knows to wait for a reader: its rows in the columns COLUMNS under words of its own, and each in words with its address."""

    names: frozenset[str]
    rows: Callable[[Sequence[Mandate], date], Sequence[QuerySet[Any]]]
    told: Callable[[Line], tuple[str, str]]


OFFERS: list[Offer] = []


def offer_waiting(offer: Offer) -> None:
    """Offer what waits; offering it again changes nothing."""
    if offer not in OFFERS:
        OFFERS.append(offer)


def everything_awaiting(mandates: Sequence[Mandate], today: date) -> tuple[list[Awaiting], list[tuple[str, str]]]:
    """The periods that wait for a reader, the one due first at the top, and what the apps above say waits (words, address).

    One query; none for whoever neither declares, leads nor manages, nor is waited for above.
    """
    more = [rows for offer in OFFERS for rows in offer.rows(mandates, today)]
    lines = _lines(mandates, *_for_whom(mandates), today, more)
    above = [offer.told(line) for line in sorted(lines, key=lambda each: each.due) for offer in OFFERS if line.what in offer.names]
    return _periods(mandates, lines, today), above


def awaiting(mandates: Sequence[Mandate], today: date) -> list[Awaiting]:
    """The periods alone that wait for a reader. One query."""
    return _periods(mandates, _lines(mandates, *_for_whom(mandates), today, ()), today)


def _for_whom(mandates: Sequence[Mandate]) -> tuple[list[str], list[str]]:
    """The reader's organisations, and the States it manages."""
    own = sorted({each.organisation for each in mandates if each.role in REPORTS and each.organisation})
    return own, sorted({each.state for each in mandates if each.state and writes_for(mandates, each.state)})


def _periods(mandates: Sequence[Mandate], lines: Sequence[Line], today: date) -> list[Awaiting]:
    own, managed = _for_whom(mandates)
    open_periods = [each for each in lines if each.what == "period" and each.standing == "open" and each.due - each.until <= LONGEST_AFTER_END]
    found = [*_to_declare(mandates, own, lines, open_periods, today), *_to_validate(mandates, lines, open_periods, today)]
    told = {(each.period, each.why) for each in found}
    past = [each for each in open_periods if each.state in managed and each.due < today and (each.about, "validate") not in told]
    found += [Awaiting(each.about, each.state, each.days, "overdue") for each in past]
    return sorted(found, key=lambda each: (each.days.due_on, each.state, each.days.sector, each.why))


def _lines(mandates: Sequence[Mandate], own: Sequence[str], managed: Sequence[str], today: date, more: Sequence[QuerySet[Any]]) -> list[Line]:
    told = [each.order_by().values_list(*COLUMNS) for each in (*(_of_periods(mandates, own, managed, today) if own or managed else ()), *more)]
    if not told:
        return []
    first, *others = told
    return [Line(*line) for line in (first.union(*others, all=True) if others else first)]


def _of_periods(mandates: Sequence[Mandate], own: Sequence[str], managed: Sequence[str], today: date) -> list[QuerySet[Any]]:
    since, slugs = today - LOOKED_BACK, list(own)
    states = sorted({each.state for each in mandates if each.organisation in own}) if own else []
    periods = ReportingPeriod.objects.visible_to(mandates).filter(start__lte=today, start__gte=since)
    periods = periods if "" in states else periods.filter(owner_state__in={*managed, *states})
    made = Declaration.objects.visible_to(mandates).annotate(who=SLUG).filter(COUNTS, who__in=slugs, period__start__gte=since)
    named = ExpectedReporter.objects.visible_to(mandates).annotate(who=SLUG).filter(who__in=slugs, period__start__gte=since)
    led = SectorLead.objects.visible_to(mandates).annotate(who=SLUG).filter(who__in=slugs, ended_on__isnull=True, year__gte=since.year)
    return [
        _told(periods, "period", about="id", part="sector", how=Value(""), who=Value("")), _told(made, "made", about="period_id", part="sector", how=F("via"), within="period__"),
        _told(named, "named", about="period_id", part="period__sector", how=F("rule"), within="period__"),
        led.annotate(
            what=Value("led"), about=F("id"), state=F("owner_state"), part=Cast("sector", TextField()), until=F("since"), due=F("since"), standing=Value(""), how=Cast("year", TextField()),
        ),
    ]  # fmt: skip


def _told(rows: QuerySet[Any], what: str, *, about: str, part: str, within: str = "", **said: Any) -> QuerySet[Any]:
    told: QuerySet[Any] = rows.annotate(
        what=Value(what), about=F(about), state=F("owner_state"), part=Cast(part, TextField()), since=F(f"{within}start"), until=F(f"{within}end"),
        due=F(f"{within}due_on"), standing=F(f"{within}status"), **said,
    )
    return told


def _to_declare(
    mandates: Sequence[Mandate], own: Sequence[str], lines: Sequence[Line], open_periods: Sequence[Line], today: date,
) -> Iterable[Awaiting]:
    """Periods past their days, or due soon, in which the reader's organisation is expected and has not declared; until a month after the last day."""
    calendar = sorted((each for each in lines if each.what == "period"), key=lambda each: (each.since, each.part))
    rules = {(each.about, each.who): each.how for each in lines if each.what == "named"}
    made = [each for each in lines if each.what == "made"]
    for period in open_periods:
        if not (period.until < today or period.due - today <= timedelta(days=SOON_DAYS)) or period.due < today - timedelta(days=STILL_REMINDED_DAYS):
            continue
        before = {each.about for each in _previous(period, calendar)}
        for slug in own:
            theirs = [each for each in made if each.who == slug and _is_about(each, period)]
            expected = rules.get((period.about, slug)) == "added" or any(each.about in before for each in theirs)
            excused, declared = rules.get((period.about, slug)) == "excused", any(each.about == period.about for each in theirs)
            if expected and not excused and not declared and acts_for(mandates, slug, period.state):
                yield Awaiting(period.about, period.state, period.days, "declare", slug)


def _previous(period: Line, calendar: Sequence[Line]) -> Sequence[Line]:
    names = widening(period.part, parents())
    return [each for each in calendar if each.state == period.state and each.since < period.since and each.part in names][-PREVIOUS_PERIODS:]


def _is_about(made: Line, period: Line) -> bool:
    return period.part == "" or period.part in widening(made.part, parents())[:-1] or (made.about == period.about and made.how == "nothing")


def _to_validate(mandates: Sequence[Mandate], lines: Sequence[Line], open_periods: Sequence[Line], today: date) -> Iterable[Awaiting]:
    """Open periods past their days, of sectors that the reader's organisation leads and whose reporters the reader leads."""
    led: Mapping[tuple[str, str, str], str] = {(each.state, each.part, each.how): each.who for each in lines if each.what == "led"}
    for period in open_periods:
        lead = led.get((period.state, period.part, str(period.since.year)), "") if period.part else ""
        if lead and period.until < today and acts_for(mandates, lead, period.state, frozenset({Role.REPORTER_LEAD})):
            yield Awaiting(period.about, period.state, period.days, "validate")
