"""How long the bytes of a received file are kept: a number of months a State chose, counted by the calendar."""

from calendar import monthrange
from datetime import date

SUGGESTED_MONTHS = 24
MOST_MONTHS = 120


def erased_on(received: date, months: int) -> date:
    """The day on which a file received on a day is due to be erased: the same day so many months later, or the month's last.

    >>> erased_on(date(2024, 1, 31), 1).isoformat(), erased_on(date(2024, 2, 29), 24).isoformat()
    ('2024-02-29', '2026-02-28')
    """
    year, month = divmod(received.year * 12 + received.month - 1 + months, 12)
    return date(year, month + 1, min(received.day, monthrange(year, month + 1)[1]))


def received_up_to(today: date, months: int) -> date:
    """The latest day of receipt that may be due today; whether it is, `erased_on` says.

    >>> [erased_on(day, 1) <= date(2024, 3, 30) for day in (received_up_to(date(2024, 3, 30), 1), date(2024, 3, 1))]
    [True, False]
    """
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    last, is_last = monthrange(year, month + 1)[1], today.day == monthrange(today.year, today.month)[1]
    return date(year, month + 1, last if is_last else min(today.day, last))
