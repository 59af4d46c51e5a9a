"""The period that a sheet's or a file's name states: `5w_2022-02.xlsx`, `3w_Data_février_2022`, `Jan - Fev 2022`."""

import re

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
