"""The calendar of reports: which periods a State reports on, who is expected to declare, who has, and when it is late.

A period is for all sectors, or for one sector that keeps its own rhythm: the narrower one applies. A frozen period takes nothing
any more. Expected are those who declared in the periods just before, and those named by hand, less those excused; so a list of
expected organisations never comes from nowhere, and where none can be made the product says so instead of inventing a total.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from concertation.core.periods import Period
from concertation.core.problems import Problem

Status = Literal["open", "validated", "frozen"]
Rhythm = Literal["month", "quarter"]
DueState = Literal["upcoming", "running", "due_soon", "due_today", "overdue", "closed"]
Verdict = Literal["on_time", "late", "awaited", "overdue", "excused"]
ALL_SECTORS = ""
PREVIOUS_PERIODS = 3
SOON_DAYS = 5
MONTHS_OF: Mapping[Rhythm, int] = {"month": 1, "quarter": 3}
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True, order=True)
class CalendarPeriod:
    """Days reported on, in one sector or in all (""), and the last day to declare them in time."""

    start: date
    end: date
    due_on: date
    sector: str = ALL_SECTORS
    status: Status = "open"

    def covers(self, day: date) -> bool:
        """Whether a day is one of those reported on.

        >>> CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10)).covers(date(2026, 2, 1))
        False
        """
        return self.start <= day <= self.end

    def meets(self, start: date, end: date) -> bool:
        """Whether at least one day is shared with these days, both included."""
        return self.start <= end and start <= self.end


def problems_of(wanted: CalendarPeriod, calendar: Iterable[CalendarPeriod], *, sectors: Container[str]) -> tuple[Problem, ...]:
    """Why a period cannot stand in a State's calendar; nothing when it can. `calendar` holds the other periods.

    >>> january = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10))
    >>> [each.code for each in problems_of(january, [january], sectors=())]
    ['period-overlaps']
    """
    told = []
    if wanted.end < wanted.start:
        told.append(Problem("period-ends-before-start", value=str(wanted.end), detail={"start": str(wanted.start)}))
    if wanted.due_on < wanted.start:
        told.append(Problem("period-due-before-start", value=str(wanted.due_on), detail={"start": str(wanted.start)}))
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in (wanted.start, wanted.end, wanted.due_on)):
        told.append(Problem("period-out-of-range", value=f"{wanted.start} – {wanted.end}"))
    if wanted.sector != ALL_SECTORS and wanted.sector not in sectors:
        told.append(Problem("period-sector-unknown", value=wanted.sector))
    held = next((other for other in sorted(calendar) if other.sector == wanted.sector and other.meets(wanted.start, wanted.end)), None)
    if held and not told:
        told.append(Problem("period-overlaps", value=f"{held.start} – {held.end}", detail={"start": str(wanted.start), "end": str(wanted.end)}))
    return tuple(told)


def year_of_periods(year: int, *, rhythm: Rhythm, due_days: int, sectors: Sequence[str] = (ALL_SECTORS,)) -> tuple[CalendarPeriod, ...]:
    """A year of whole months or quarters, each due so many days after its end, for each of these sectors.

    >>> [(each.start.month, each.due_on.isoformat()) for each in year_of_periods(2026, rhythm="quarter", due_days=10)][:2]
    [(1, '2026-04-10'), (4, '2026-07-10')]
    """
    step = MONTHS_OF[rhythm]
    spans = [Period.of_months(year, first=first, last=first + step - 1) for first in range(1, 13, step)]
    return tuple(
        CalendarPeriod(span.start, span.end, span.end + timedelta(days=due_days), sector) for sector in sectors for span in spans
    )


@dataclass(frozen=True, slots=True)
class Proposed:
    """Of the periods somebody wants to open: those that can stand, and those that cannot with the reason."""

    opened: tuple[CalendarPeriod, ...]
    left_out: tuple[tuple[CalendarPeriod, Problem], ...]


def propose(wanted: Iterable[CalendarPeriod], calendar: Iterable[CalendarPeriod], *, sectors: Container[str]) -> Proposed:
    """Which periods can be added to a State's calendar, one after the other; the calendar stays as it is.

    >>> year = year_of_periods(2026, rhythm="quarter", due_days=10)
    >>> told = propose(year, [CalendarPeriod(date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1))], sectors=())
    >>> len(told.opened), [problem.code for _, problem in told.left_out]
    (3, ['period-overlaps'])
    """
    held, opened, left_out = list(calendar), [], []
    for each in wanted:
        if told := problems_of(each, held, sectors=sectors):
            left_out.append((each, told[0]))
        else:
            opened.append(each)
            held.append(each)
    return Proposed(tuple(opened), tuple(left_out))


def uncovered(span: Period, calendar: Iterable[CalendarPeriod]) -> tuple[Period, ...]:
    """The runs of days of a span that no period of the calendar covers, in order.

    >>> january = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10))
    >>> [each.in_words("en") for each in uncovered(Period.of_months(2026, first=1, last=2), [january])]
    ['February 2026']
    """
    left, first = [], span.start
    for held in sorted(each for each in calendar if each.meets(span.start, span.end)):
        if held.start > first:
            left.append(Period(first, held.start - timedelta(days=1)))
        first = max(first, held.end + timedelta(days=1))
    if first <= span.end:
        left.append(Period(first, span.end))
    return tuple(left)


def widening(sector: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The sectors whose period may apply to a row, the narrowest first: its own, the one it is part of, all.

    >>> widening("PRO-CPN", {"PRO-CPN": "PRO"}), widening("", {})
    (('PRO-CPN', 'PRO', ''), ('',))
    """
    above = parents.get(sector) or ""
    return tuple(dict.fromkeys((sector, above, ALL_SECTORS)))


def applying(calendar: Iterable[CalendarPeriod], *, sector: str, day: date, parents: Mapping[str, str | None]) -> CalendarPeriod | None:
    """The period that a day of a sector falls in; the sector's own before that of all sectors; None outside the calendar."""
    held = [each for each in calendar if each.covers(day)]
    return next((each for name in widening(sector, parents) for each in held if each.sector == name), None)


def due_state(period: CalendarPeriod, today: date) -> DueState:
    """Where a period stands against its due day; one that was validated or frozen waits for nobody.

    >>> january = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10))
    >>> [due_state(january, day) for day in (date(2025, 12, 31), date(2026, 1, 5), date(2026, 2, 5), date(2026, 2, 11))]
    ['upcoming', 'running', 'due_soon', 'overdue']
    """
    if period.status != "open":
        return "closed"
    if today < period.start:
        return "upcoming"
    if today > period.due_on:
        return "overdue"
    if today == period.due_on:
        return "due_today"
    return "due_soon" if period.due_on - today <= timedelta(days=SOON_DAYS) else "running"


def days_late(declared_on: date, due_on: date) -> int:
    """Days past the due day; 0 in time.

    >>> days_late(date(2026, 2, 12), date(2026, 2, 10)), days_late(date(2026, 2, 10), date(2026, 2, 10))
    (2, 0)
    """
    return max((declared_on - due_on).days, 0)


@dataclass(frozen=True, slots=True)
class Declared:
    """What one organisation declared in a period: on which day first, how many rows in all."""

    on: date
    rows: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one organisation stands in a period, with what it rests on.

    `because` says why it is expected: "declared-before", "added" by hand; empty for one that declared without being expected.
    """

    organisation: str
    verdict: Verdict
    because: Literal["declared-before", "added", ""]
    declared: Declared | None
    late_by: int


def standings(
    *, due_on: date, today: date, before: Iterable[str], added: Iterable[str], excused: Iterable[str], declared: Mapping[str, Declared],
) -> tuple[Standing, ...]:
    """Every organisation that is expected in a period or declared in it, and where each stands on a day.

    Expected: `before` (declared in the previous periods) and `added`, less `excused`. An excused one that declares all the same
    has declared.

    >>> told = standings(due_on=date(2026, 2, 10), today=date(2026, 2, 11), before={"a", "b"}, added=(), excused=(),
    ...     declared={"a": Declared(date(2026, 2, 9), 12)})
    >>> [(each.organisation, each.verdict) for each in told]
    [('a', 'on_time'), ('b', 'overdue')]
    """
    earlier, by_hand, left_out = set(before), set(added), set(excused)
    named = sorted(earlier | by_hand | left_out | set(declared))
    return tuple(_standing(name, due_on, today, earlier, by_hand, left_out, declared.get(name)) for name in named)


def _standing(
    name: str, due_on: date, today: date, earlier: set[str], by_hand: set[str], left_out: set[str], made: Declared | None,
) -> Standing:
    late = days_late(made.on, due_on) if made else 0
    verdict: Verdict
    if made:
        verdict = "late" if late else "on_time"
    elif name in left_out:
        verdict = "excused"
    else:
        verdict = "overdue" if today > due_on else "awaited"
    return Standing(name, verdict, "added" if name in by_hand else "declared-before" if name in earlier else "", made, late)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many organisations have declared, of how many; `expected` is None where no list of those expected can be made."""

    declared: int
    expected: int | None
    late: int = 0


def tally(told: Iterable[Standing]) -> Tally:
    """The totals of a period: those who declared count among those expected, the excused who did not declare do not.

    >>> tally(())
    Tally(declared=0, expected=None, late=0)
    """
    counted = [each for each in told if each.verdict != "excused"]
    made = [each for each in counted if each.declared]
    is_known = any(each.because for each in counted)
    return Tally(len(made), len(counted) if is_known else None, sum(each.verdict == "late" for each in made))


def frozen_for(
    calendar: Iterable[CalendarPeriod], *, sector: str, start: date, end: date, parents: Mapping[str, str | None],
) -> CalendarPeriod | None:
    """The first frozen period that applies to a sector on some of these days; None when what is declared there may still change.

    >>> january = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10), status="frozen")
    >>> own = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10), sector="HEA")
    >>> [frozen_for([january, own], sector=name, start=january.start, end=january.end, parents={}) is None for name in ("HEA", "NUT")]
    [True, False]
    """
    held = [each for each in calendar if each.meets(start, end)]
    names = widening(sector, parents)
    for place, name in enumerate(names):
        narrower = [each for each in held if each.sector in names[:place]]
        for each in sorted(held):
            if each.sector == name and each.status == "frozen":
                days = Period(max(start, each.start), min(end, each.end))
                if uncovered(days, narrower):
                    return each
    return None
