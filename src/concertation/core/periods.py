"""A period runs from its first day to its last, both included, and is said in French or English as a person would.

Whole months and whole years are said as such ("juin-août 2024", "2025"); anything else by its two days. The seasons of
the Cadre Harmonisé are read from their labels ("Jun-Aug" 2024), because the dates that travel beside them are often wider.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Language = Literal["fr", "en"]

MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
}
MONTHS_BY_THREE_LETTERS = {
    **{name[:3].lower(): number for number, name in enumerate(MONTHS["en"], 1)},
    "fev": 2, "fév": 2, "avr": 4, "mai": 5, "juin": 6, "juil": 7, "aou": 8, "aoû": 8, "dec": 12, "déc": 12,
}
MONTH_RANGE = re.compile(r"^\s*([^\W\d_]{3,9})\.?\s*[-–—/]\s*([^\W\d_]{3,9})\.?\s*$")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start` to `end`, both included.

    Raises ValueError when the end stands before the start: a file's swapped dates are a problem to report, not a period.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start}); report the dates as a problem")

    @classmethod
    def of_year(cls, year: int) -> "Period":
        """The calendar year.

        >>> Period.of_year(2025).in_words("fr")
        '2025'
        """
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def of_months(cls, year: int, *, first: int, last: int) -> "Period":
        """Whole months; a last month before the first falls in the next year.

        >>> Period.of_months(2024, first=6, last=8)
        Period(start=datetime.date(2024, 6, 1), end=datetime.date(2024, 8, 31))
        """
        final_year = year + (last < first)
        return cls(date(year, first, 1), date(final_year, last, calendar.monthrange(final_year, last)[1]))

    @property
    def days(self) -> int:
        """How many days, the first and the last counted.

        >>> Period(date(2025, 8, 7), date(2025, 8, 9)).days
        3
        """
        return (self.end - self.start).days + 1

    def covers(self, other: "Period | date") -> bool:
        """Whether the day, or every day of the other period, falls inside.

        >>> Period.of_year(2024).covers(Period.of_months(2024, first=6, last=8)), Period.of_year(2024).covers(date(2025, 1, 1))
        (True, False)
        """
        first, last = (other.start, other.end) if isinstance(other, Period) else (other, other)
        return self.start <= first and last <= self.end

    def overlaps(self, other: "Period") -> bool:
        """Whether at least one day is shared.

        >>> Period.of_year(2024).overlaps(Period.of_year(2025))
        False
        """
        return self.start <= other.end and other.start <= self.end

    def shared(self, other: "Period") -> "Period | None":
        """The days both have, or None.

        >>> Period(date(2023, 10, 1), date(2024, 1, 31)).shared(Period.of_months(2023, first=9, last=12)).in_words("en")
        'October-December 2023'
        """
        return Period(max(self.start, other.start), min(self.end, other.end)) if self.overlaps(other) else None

    def in_words(self, language: Language) -> str:
        """The period as a person says it.

        >>> season = Period.of_months(2024, first=6, last=8)
        >>> season.in_words("fr"), season.in_words("en")
        ('juin-août 2024', 'June-August 2024')
        >>> Period(date(2025, 8, 7), date(2025, 8, 9)).in_words("fr")
        'du 7 au 9 août 2025'
        """
        if self.start == self.end:
            return day_in_words(self.start, language)
        if self.start.day == 1 and (self.end + timedelta(days=1)).day == 1:
            return _months_in_words(self, language)
        return _days_in_words(self, language)


def day_in_words(day: date, language: Language) -> str:
    """A date in words; the first of a month is an ordinal in French.

    >>> day_in_words(date(2025, 8, 8), "fr"), day_in_words(date(2022, 2, 28), "en"), day_in_words(date(2026, 1, 1), "fr")
    ('8 août 2025', '28 February 2022', '1er janvier 2026')
    """
    return f"{_day_number(day, language)} {MONTHS[language][day.month - 1]} {day.year}"


def months_of_label(label: str) -> tuple[int, int] | None:
    """First and last month of a label such as "Jun-Aug", "Oct-Dec" or "juin-août"; None when it is not such a label.

    >>> months_of_label("Jun-Aug"), months_of_label("juin - août"), months_of_label("soudure")
    ((6, 8), (6, 8), None)
    """
    written = MONTH_RANGE.match(label)
    if written is None:
        return None
    first, last = (_month_number(name) for name in written.groups())
    return (first, last) if first and last else None


def season(label: str, year: int) -> Period | None:
    """The months of a Cadre Harmonisé label in its reference year; None when the label names no months.

    >>> season("Jun-Aug", 2024).in_words("fr")
    'juin-août 2024'
    """
    months = months_of_label(label)
    return Period.of_months(year, first=months[0], last=months[1]) if months and 1 <= year <= 9998 else None


def reference_season(label: str, year: int, dates: Period | None) -> Period | None:
    """The days on which the label and the dates written beside it agree; the label alone when they never meet.

    In the files "Jun-Aug" travels with 1 June - 30 September and "Sep-Dec" with 1 October - 31 January: the days both
    state are June-August and October-December, the two periods the Cadre Harmonisé publishes.

    >>> reference_season("Sep-Dec", 2023, Period(date(2023, 10, 1), date(2024, 1, 31))).in_words("en")
    'October-December 2023'
    """
    labelled = season(label, year)
    if labelled is None or dates is None:
        return labelled or dates
    return labelled.shared(dates) or labelled


def _month_number(name: str) -> int | None:
    letters = name.lower()
    return MONTHS_BY_THREE_LETTERS.get(letters[:4]) or MONTHS_BY_THREE_LETTERS.get(letters[:3])


def _day_number(day: date, language: Language) -> str:
    return "1er" if language == "fr" and day.day == 1 else str(day.day)


def _months_in_words(period: Period, language: Language) -> str:
    start, end = period.start, period.end
    if (start.month, end.month) == (1, 12):
        return str(start.year) if start.year == end.year else f"{start.year}-{end.year}"
    first, last = MONTHS[language][start.month - 1], MONTHS[language][end.month - 1]
    if start.year != end.year:
        return f"{first} {start.year} - {last} {end.year}"
    return f"{first} {end.year}" if first == last else f"{first}-{last} {end.year}"


def _days_in_words(period: Period, language: Language) -> str:
    last = day_in_words(period.end, language)
    same_year = period.start.year == period.end.year
    first = _day_number(period.start, language)
    if not (same_year and period.start.month == period.end.month):
        first = f"{first} {MONTHS[language][period.start.month - 1]}" + ("" if same_year else f" {period.start.year}")
    return f"du {first} au {last}" if language == "fr" else f"{first} to {last}"
