"""The calendar of reports, on synthetic periods: what may stand in it, who is expected, what is late, what is frozen."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.periods import Period
from concertation.core.reporting import (
    CalendarPeriod,
    Declared,
    applying,
    due_state,
    frozen_for,
    problems_of,
    standings,
    tally,
    uncovered,
    year_of_periods,
)
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.punctuality import punctuality_sight, validates

PARENTS = {"HEA": None, "PRO": None, "PRO-CPN": "PRO"}
JANUARY = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10))
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def codes(wanted: CalendarPeriod, *held: CalendarPeriod) -> list[str]:
    return [problem.code for problem in problems_of(wanted, held, sectors=PARENTS)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (CalendarPeriod(date(2026, 2, 1), date(2026, 1, 1), date(2026, 3, 1)), "period-ends-before-start"),
        (CalendarPeriod(date(2026, 2, 1), date(2026, 2, 28), date(2026, 1, 31)), "period-due-before-start"),
        (CalendarPeriod(date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1), "XYZ"), "period-sector-unknown"),
        (CalendarPeriod(date(1026, 2, 1), date(1026, 2, 28), date(1026, 3, 1)), "period-out-of-range"),
        (CalendarPeriod(date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1)), "period-overlaps"),
    ],
)
def test_a_period_that_cannot_stand_says_why(wanted: CalendarPeriod, expected: str) -> None:
    assert codes(wanted, JANUARY) == [expected]


def test_a_sector_may_keep_its_own_rhythm_beside_that_of_all_sectors() -> None:
    own = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 5), "HEA")

    assert codes(own, JANUARY) == []
    assert applying([JANUARY, own], sector="HEA", day=date(2026, 1, 10), parents=PARENTS) == own
    assert applying([JANUARY, own], sector="PRO-CPN", day=date(2026, 1, 10), parents=PARENTS) == JANUARY


def test_a_period_of_a_sector_applies_to_the_sectors_within_it() -> None:
    protection = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 5), "PRO")

    assert applying([JANUARY, protection], sector="PRO-CPN", day=date(2026, 1, 10), parents=PARENTS) == protection


@given(st.integers(2001, 2099), st.sampled_from(["month", "quarter"]), st.integers(0, 60))
def test_a_year_of_periods_covers_each_day_once_and_may_stand(year: int, rhythm: str, due_days: int) -> None:
    made = year_of_periods(year, rhythm=rhythm, due_days=due_days)  # type: ignore[arg-type]

    assert uncovered(Period.of_year(year), made) == ()
    assert sum((each.end - each.start).days + 1 for each in made) == Period.of_year(year).days
    assert all(codes(each, *made[:place]) == [] for place, each in enumerate(made))


@given(st.lists(st.tuples(DAYS, st.integers(0, 90)), max_size=6), DAYS, st.integers(0, 200))
def test_the_days_left_over_and_the_calendar_together_cover_a_span(held: list[tuple[date, int]], start: date, length: int) -> None:
    span = Period(start, start + timedelta(days=length))
    calendar = [CalendarPeriod(first, first + timedelta(days=days), first) for first, days in held]

    left = uncovered(span, calendar)

    for offset in range(span.days):
        day = span.start + timedelta(days=offset)
        assert any(each.covers(day) for each in calendar) != any(each.covers(day) for each in left)


def test_expected_are_those_who_declared_before_and_those_added_less_those_excused() -> None:
    told = standings(
        due_on=JANUARY.due_on, today=date(2026, 2, 11), before={"a", "b", "c"}, added={"d"}, excused={"c"},
        declared={"a": Declared(date(2026, 2, 12), 3), "new": Declared(date(2026, 2, 1), 1)},
    )

    assert {each.organisation: each.verdict for each in told} == {"a": "late", "b": "overdue", "c": "excused", "d": "overdue", "new": "on_time"}
    assert (tally(told).declared, tally(told).expected, tally(told).late) == (2, 4, 1)


def test_nobody_is_overdue_on_the_due_day_itself() -> None:
    told = standings(due_on=JANUARY.due_on, today=JANUARY.due_on, before={"a"}, added=(), excused=(), declared={})

    assert [each.verdict for each in told] == ["awaited"]


def test_without_an_earlier_period_nobody_says_how_many_were_expected() -> None:
    told = standings(due_on=JANUARY.due_on, today=JANUARY.due_on, before=(), added=(), excused=(), declared={"a": Declared(date(2026, 2, 1), 1)})

    assert (tally(told).declared, tally(told).expected) == (1, None)


def test_an_excused_organisation_that_declares_all_the_same_has_declared() -> None:
    told = standings(due_on=JANUARY.due_on, today=JANUARY.due_on, before=(), added=(), excused={"a"}, declared={"a": Declared(date(2026, 2, 1), 1)})

    assert [each.verdict for each in told] == ["on_time"]


@pytest.mark.parametrize("status", ["validated", "frozen"])
def test_a_closed_period_waits_for_nobody(status: str) -> None:
    closed = CalendarPeriod(JANUARY.start, JANUARY.end, JANUARY.due_on, status=status)  # type: ignore[arg-type]

    assert due_state(closed, date(2026, 6, 1)) == "closed"


def test_a_frozen_period_of_all_sectors_leaves_open_the_sector_that_keeps_its_own_calendar() -> None:
    frozen = CalendarPeriod(JANUARY.start, JANUARY.end, JANUARY.due_on, status="frozen")
    half = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 15), date(2026, 2, 10), "HEA")

    asked = {"start": date(2026, 1, 1), "end": date(2026, 1, 15), "parents": PARENTS}

    assert frozen_for([frozen, half], sector="HEA", **asked) is None
    assert frozen_for([frozen, half], sector="HEA", **{**asked, "end": date(2026, 1, 16)}) == frozen
    assert frozen_for([frozen, half], sector="PRO", **asked) == frozen


def test_punctuality_is_seen_by_the_organisation_its_sector_lead_and_the_data_manager_alone() -> None:
    leads = {"HEA": "alpha"}
    sights = {
        name: punctuality_sight([mandate], state="NER", leads=leads)
        for name, mandate in {
            "manager": Mandate("u", Role.DATA_MANAGER, "NER"), "reader": Mandate("u", Role.READER, "NER"), "auditor": Mandate("u", Role.AUDITOR, "NER"),
            "neighbour": Mandate("u", Role.DATA_MANAGER, "MLI"), "lead": Mandate("u", Role.REPORTER_LEAD, organisation="alpha"),
            "reporter of the lead": Mandate("u", Role.REPORTER, organisation="alpha"), "lead elsewhere": Mandate("u", Role.REPORTER_LEAD, "MLI", "alpha"),
            "donor": Mandate("u", Role.DONOR, organisation="alpha"),
        }.items()
    }  # fmt: skip

    assert {name for name, sight in sights.items() if sight.sees("beta", ["HEA"])} == {"manager", "lead"}
    assert {name for name, sight in sights.items() if sight.sees("beta", ["NUT"])} == {"manager"}
    assert {name for name, sight in sights.items() if sight.sees("alpha", ["NUT"])} == {"manager", "lead", "reporter of the lead"}


def test_a_sector_is_validated_by_its_lead_or_the_data_manager() -> None:
    lead = Mandate("u", Role.REPORTER_LEAD, "NER", "alpha")

    assert validates([lead], state="NER", lead="alpha") == lead
    assert validates([lead], state="NER", lead="beta") is None
    assert validates([lead], state="NER", lead="") is None
    assert validates([Mandate("u", Role.ANALYST, "AES")], state="NER", lead="alpha") is None
