"""Reminders by the day: before, on, after; once the stage passed, the next; never about a closed period or one of long ago."""

from datetime import date

import pytest

from concertation.core.outbox import LONGEST_WAIT, MOST_ATTEMPTS, wait_after
from concertation.core.reminders import STAGES, last_useful_day, stage_due, to_remind
from concertation.core.reporting import CalendarPeriod, Declared, standings

JANUARY = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10))


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (date(2026, 2, 6), None), (date(2026, 2, 7), "before"), (date(2026, 2, 9), "before"), (date(2026, 2, 10), "on"), (date(2026, 2, 12), "on"),
        (date(2026, 2, 13), "after"), (date(2026, 3, 12), "after"), (date(2026, 3, 13), None),
    ],
)  # fmt: skip
def test_a_period_asks_for_a_reminder_three_days_before_on_and_three_days_after(day: date, stage: str | None) -> None:
    assert stage_due(JANUARY, day) == stage


@pytest.mark.parametrize("status", ["validated", "frozen"])
def test_a_closed_period_reminds_nobody(status: str) -> None:
    closed = CalendarPeriod(JANUARY.start, JANUARY.end, JANUARY.due_on, status=status)  # type: ignore[arg-type]

    assert stage_due(closed, JANUARY.due_on) is None


def test_a_period_of_years_ago_that_an_old_file_opened_today_reminds_nobody() -> None:
    opened_today = CalendarPeriod(date(2022, 1, 1), date(2022, 1, 31), date(2026, 2, 10))

    assert stage_due(opened_today, date(2026, 2, 10)) is None


def test_a_reminder_is_useful_until_the_next_stage_begins() -> None:
    assert all(stage_due(JANUARY, last_useful_day(stage, JANUARY.due_on)) == stage for stage in STAGES)


def test_only_those_expected_who_said_nothing_are_reminded() -> None:
    told = standings(
        due_on=JANUARY.due_on, today=date(2026, 2, 13), before={"silent", "declared", "excused"}, added={"named"}, excused={"excused"},
        declared={"declared": Declared(date(2026, 2, 1), 3), "unasked": Declared(date(2026, 2, 1), 1)},
    )

    assert to_remind(told) == ("named", "silent")


def test_a_message_waits_longer_each_time_and_not_for_ever() -> None:
    waits = [wait_after(each) for each in range(1, MOST_ATTEMPTS)]

    assert waits == sorted(waits, key=lambda wait: wait or LONGEST_WAIT)
    assert max(wait for wait in waits if wait) == LONGEST_WAIT
    assert wait_after(MOST_ATTEMPTS) is None
