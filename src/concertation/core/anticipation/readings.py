"""Readings of indicators, as they were known on a day: per indicator, unit and issue, one value a year.

A missing value is absent, never 0. The unit is empty where the indicator speaks of the whole area. A reading without issue (0) holds for all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

Series = Mapping[int, float]
NO_SERIES: Series = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one indicator: where, for which year and issue, and on which day it was issued."""

    indicator: str
    unit: str
    year: int
    issue: int
    value: float
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings by indicator, then by unit and issue, then by year."""

    held: Mapping[str, Mapping[tuple[str, int], Series]]

    def series(self, indicator: str, unit: str, issue: int) -> Series:
        """The values of one unit and issue by year; those without issue where none stands under it.

        >>> Readings.of([Reading("spi", "", 2001, 8, -0.5)]).series("spi", "", 8)
        {2001: -0.5}
        """
        every = self.held.get(indicator, {})
        return every.get((unit, issue)) or every.get((unit, 0)) or every.get(("", issue)) or every.get(("", 0)) or NO_SERIES

    def units(self, indicators: Iterable[str]) -> tuple[str, ...]:
        """The units of which these indicators speak, in order; the whole area alone where none is named."""
        found = {unit for name in indicators for unit, _issue in self.held.get(name, ()) if unit}
        return tuple(sorted(found)) or ("",)

    def issues(self, indicator: str) -> tuple[int, ...]:
        """The issues of which an indicator has any reading."""
        return tuple(sorted({issue for _unit, issue in self.held.get(indicator, ())}))

    def years(self) -> tuple[int, ...]:
        """Every year of which something is held."""
        return tuple(sorted({year for every in self.held.values() for series in every.values() for year in series}))

    @staticmethod
    def of(rows: Iterable[Reading]) -> "Readings":
        """Readings put in order; of several for one year and issue the last given stands."""
        held: dict[str, dict[tuple[str, int], dict[int, float]]] = {}
        for row in rows:
            held.setdefault(row.indicator, {}).setdefault((row.unit, row.issue), {})[row.year] = row.value
        return Readings(held)


def season_of(on: date, *, starts: int) -> int:
    """The season a day belongs to, named by the year in which it starts; `starts` is its first month.

    >>> season_of(date(2026, 2, 3), starts=7), season_of(date(2026, 8, 3), starts=7)
    (2025, 2026)
    """
    return on.year if on.month >= starts else on.year - 1


def issue_of(every: str, on: date) -> int:
    """The number of the issue a day falls in.

    >>> [issue_of(every, date(2026, 8, 21)) for every in ("month", "dekad", "week", "day", "season")]
    [8, 24, 34, 233, 1]
    """
    numbers = {
        "month": on.month, "dekad": (on.month - 1) * 3 + min((on.day - 1) // 10, 2) + 1, "week": on.isocalendar().week, "day": on.timetuple().tm_yday,
    }  # fmt: skip
    return numbers.get(every, 1)
