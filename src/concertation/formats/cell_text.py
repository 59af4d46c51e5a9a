"""A cell's value becomes the text a reader of the spreadsheet would copy: ISO dates, whole numbers without decimals."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

CellValue = str | float | int | bool | date | datetime | time | timedelta | None
SPREADSHEET_DIGITS = ".15g"
WHOLE_NUMBERS_BELOW = 1e15


def number_text(value: float) -> str:
    """A number with the fifteen digits a spreadsheet keeps; whole numbers without decimals, never an exponent.

    >>> [number_text(value) for value in (5160.0, 14.36787, 0.1 + 0.2, 1e20, 0.00001, -3.0)]
    ['5160', '14.36787', '0.3', '100000000000000000000', '0.00001', '-3']
    """
    if abs(value) < WHOLE_NUMBERS_BELOW and value.is_integer():
        return str(int(value))
    text = format(value, SPREADSHEET_DIGITS)
    return format(Decimal(text), "f") if "e" in text else text


def moment_text(value: datetime) -> str:
    """An ISO date, with the time of day only where there is one, to the nearest second.

    >>> moment_text(datetime(2022, 3, 31)), moment_text(datetime(2022, 3, 31, 4, 4, 59, 999_600))
    ('2022-03-31', '2022-03-31T04:05:00')
    """
    if value.microsecond and value < datetime.max.replace(microsecond=0):
        value = value + timedelta(microseconds=500_000)
    value = value.replace(microsecond=0)
    return value.date().isoformat() if value.time() == time() else value.isoformat()


def lapse_text(value: timedelta) -> str:
    """A lapse of time as hours, minutes and seconds, past 24 hours where it is longer.

    >>> lapse_text(timedelta(days=1, hours=12))
    '36:00:00'
    """
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def written(value: str) -> str | None:
    """Text as written; nothing when empty or blank."""
    return value if value and not value.isspace() else None


WRITERS: dict[type, Callable[..., str | None]] = {
    str: written,
    float: number_text,
    int: str,
    bool: lambda value: "true" if value else "false",
    datetime: moment_text,
    date: date.isoformat,
    time: lambda value: value.replace(microsecond=0).isoformat(),
    timedelta: lapse_text,
    type(None): lambda _: None,
}


def text_of(value: CellValue) -> str | None:
    """The text of one cell; null for an empty one.

    >>> [text_of(value) for value in ("Nutrition ", "  ", 2064.0, True, date(2021, 3, 1))]
    ['Nutrition ', None, '2064', 'true', '2021-03-01']
    """
    return WRITERS[type(value)](value)
