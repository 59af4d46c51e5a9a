"""The period that a sheet's or a file's name states: `5w_2022-02.xlsx`, `3w_Data_février_2022`, `Jan - Fev 2022`."""

import re
from datetime import date

from concertation.core.periods import Period
from concertation.core.spelling import fold

MONTHS = {
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7, "aout": 8, "septembre": 9,
    "octobre": 10, "novembre": 11, "decembre": 12, "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6,
    "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12, "jan": 1, "janv": 1, "fev": 2,
    "feb": 2, "mar": 3, "avr": 4, "apr": 4, "jun": 6, "juil": 7, "jul": 7, "aou": 8, "aug": 8, "sep": 9, "sept": 9, "oct": 10,
    "nov": 11, "dec": 12,
}
YEAR_THEN_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_. ]?(0[1-9]|1[0-2])(?!\d)")
MONTH_THEN_YEAR = re.compile(r"(?<!\d)(0[1-9]|1[0-2])[-_. ](20\d\d)(?!\d)")
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def period_named(text: str) -> Period | None:
    """The month or months a name states, with their year; None when it states no year, or no month.

    >>> str(period_named("3w_Data_février_2022").end), str(period_named("bfa_5w_2022-02_nocontact.xlsx").start)
    ('2022-02-28', '2022-02-01')
    >>> period_named("Jan - Fev 2022").start.month, period_named("Jan - Fev 2022").end.month, period_named("Jan - Fev Public")
    (1, 2, None)
    """
    words = fold(text).split()
    years = sorted({int(year) for year in YEAR.findall(text)})
    months = [MONTHS[word] for word in words if word in MONTHS]
    if months and len(years) == 1:
        return Period.of_months(years[0], first=min(months), last=max(months))
    if found := YEAR_THEN_MONTH.search(text):
        return Period.of_months(int(found[1]), first=int(found[2]), last=int(found[2]))
    if found := MONTH_THEN_YEAR.search(text):
        return Period.of_months(int(found[2]), first=int(found[1]), last=int(found[1]))
    return None


def stated_period(written: str) -> Period | None:
    """What a person or an address states: a month, a first and a last month, or a first and a last day; None for anything else.

    >>> str(stated_period("2022-01/2022-02").end), str(stated_period("2022-02-01/2022-02-15").end), stated_period("février")
    ('2022-02-28', '2022-02-15', None)
    """
    parts = [_days_of(part) for part in written.split("/")]
    found = [part for part in parts if part]
    if len(found) != len(parts) or not 1 <= len(found) <= 2 or found[0].start > found[-1].start:
        return None
    return Period(found[0].start, found[-1].end)


def _days_of(written: str) -> Period | None:
    if month := MONTH.fullmatch(written):
        return Period.of_months(int(month[1]), first=int(month[2]), last=int(month[2]))
    try:
        return Period(*[date.fromisoformat(written)] * 2) if len(written) == 10 else None
    except ValueError:
        return None
