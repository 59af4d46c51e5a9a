"""Which reminder a reporting period asks for on a day, and whom it goes to: three days before the due day, on it, three days after.

A reminder speaks of one organisation to that organisation. A day on which nothing ran is made up for until the next stage begins.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from concertation.core.reporting import CalendarPeriod, Standing

Stage = Literal["before", "on", "after"]
STAGES: tuple[Stage, ...] = ("before", "on", "after")
DAYS_BEFORE = DAYS_AFTER = 3
STILL_REMINDED_DAYS = 30
# A period opened long after its end, as an old file does that is brought in today, asks nobody for anything.
LONGEST_AFTER_END = timedelta(days=92)


def stage_due(period: CalendarPeriod, today: date) -> Stage | None:
    """The stage a period stands at on a day; None when it waits for nobody, too early, a month after its due day, or about long ago.

    >>> january = CalendarPeriod(date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 10))
    >>> [stage_due(january, date(2026, 2, day)) for day in (6, 7, 10, 12, 13)]
    [None, 'before', 'on', 'on', 'after']
    """
    too_early, too_old = today < period.due_on - timedelta(days=DAYS_BEFORE), period.due_on - period.end > LONGEST_AFTER_END
    if period.status != "open" or too_early or too_old:
        return None
    if today < period.due_on:
        return "before"
    if today < period.due_on + timedelta(days=DAYS_AFTER):
        return "on"
    return "after" if today <= period.due_on + timedelta(days=STILL_REMINDED_DAYS) else None


def last_useful_day(stage: Stage, due_on: date) -> date:
    """The day after which a reminder of a stage says nothing true or useful any more.

    >>> last_useful_day("before", date(2026, 2, 10)).isoformat()
    '2026-02-09'
    """
    days = {"before": -1, "on": DAYS_AFTER - 1, "after": STILL_REMINDED_DAYS}
    return due_on + timedelta(days=days[stage])


def to_remind(standings: Iterable[Standing]) -> tuple[str, ...]:
    """The organisations that are expected and have not declared.

    >>> to_remind([Standing("a", "awaited", "added", None, 0), Standing("b", "excused", "declared-before", None, 0)])
    ('a',)
    """
    return tuple(each.organisation for each in standings if each.verdict in ("awaited", "overdue") and each.because and not each.declared)
