"""Whether readings can be believed before anything is decided on them: repeated, out of range, in another unit of length, stuck, too few, tied, late."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from concertation.core.anticipation.framework import Framework, Indicator
from concertation.core.anticipation.judging import reference_years
from concertation.core.anticipation.readings import Reading, Readings
from concertation.core.problems import Cell, Problem

STUCK_DAYS = 5
CENTIMETRES = 100


@dataclass(frozen=True, slots=True)
class Written:
    """A reading and where it stands in its file."""

    reading: Reading
    cell: Cell


class Believed(NamedTuple):
    """The readings that may be judged, and what was wrong with the others."""

    readings: tuple[Reading, ...]
    problems: tuple[Problem, ...]


def believed(framework: Framework, written: Sequence[Written]) -> Believed:
    """Readings without those that contradict each other or cannot be; a gauge in metres refuses its whole series."""
    once, repeated = without_repeats(written)
    kept: list[Reading] = []
    problems = list(repeated)
    by_indicator: dict[str, list[Written]] = defaultdict(list)
    for each in once:
        by_indicator[each.reading.indicator].append(each)
    for name, rows in by_indicator.items():
        good, found = in_range(framework.indicators[name], rows)
        kept += good
        problems += found
    readings = tuple(kept)
    return Believed(readings, (*problems, *stuck(framework, readings), *stations_missing(framework, readings), *histories(framework, readings)))


def without_repeats(written: Iterable[Written]) -> tuple[list[Written], list[Problem]]:
    """One reading for each indicator, unit, year and issue; two that differ are both left out, two alike count once and are told."""
    groups: dict[tuple[str, str, int, int], list[Written]] = defaultdict(list)
    for each in written:
        reading = each.reading
        groups[reading.indicator, reading.unit, reading.year, reading.issue].append(each)
    kept: list[Written] = []
    problems: list[Problem] = []
    for (name, unit, year, issue), rows in groups.items():
        differ = len({row.reading.value for row in rows}) > 1
        if not differ:
            kept.append(rows[0])
        if len(rows) > 1:
            where = {"indicator": name, "year": str(year), "issue": str(issue), "unit": unit}
            problems.append(Problem("reading-issues-differ" if differ else "reading-repeated", rows[-1].cell, f"{rows[-1].reading.value:g}", where))
    return kept, problems


def in_range(indicator: Indicator, rows: Sequence[Written]) -> tuple[list[Reading], list[Problem]]:
    """The readings within what the indicator can be."""
    if indicator.valid is None:
        return [row.reading for row in rows], []
    low, high = indicator.valid
    if seems_in_metres(indicator, [row.reading.value for row in rows]):
        return [], [Problem("reading-in-metres", rows[0].cell, f"{rows[0].reading.value:g}", {"low": f"{low:g}", "high": f"{high:g}"})]
    outside = [row for row in rows if not low <= row.reading.value <= high]
    told = [Problem("reading-out-of-range", row.cell, f"{row.reading.value:g}", {"low": f"{low:g}", "high": f"{high:g}"}) for row in outside]
    return [row.reading for row in rows if low <= row.reading.value <= high], told


def seems_in_metres(indicator: Indicator, values: Sequence[float]) -> bool:
    """Whether a gauge in centimetres reads like one in metres: below its range as a whole, within it a hundredfold.

    >>> from concertation.core.anticipation.declaring import Text
    >>> gauge = Indicator(Text("niveau", "level"), "abn", "level", "cm", "day", valid=(50.0, 900.0))
    >>> seems_in_metres(gauge, [5.92, 6.04]), seems_in_metres(gauge, [592.0, 604.0])
    (True, False)
    """
    if indicator.measure != "cm" or indicator.valid is None or not values:
        return False
    low, high = indicator.valid
    return max(values) < low and all(low <= value * CENTIMETRES <= high for value in values)


def stuck(framework: Framework, readings: Iterable[Reading]) -> Iterator[Problem]:
    """A daily gauge that says the very same for days on end: broken, until somebody looked at it."""
    by_gauge: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for each in readings:
        if framework.indicators[each.indicator].every == "day":
            by_gauge[each.indicator, each.unit].append(each)
    for (name, _unit), rows in by_gauge.items():
        yield from (
            Problem("reading-stuck", Cell(), f"{value:g}", {"indicator": name, "days": str(days), "year": str(year)}) for value, days, year in runs(rows) if days >= STUCK_DAYS
        )


def runs(rows: Iterable[Reading]) -> Iterator[tuple[float, int, int]]:
    """(value, days, year) of each run of equal values on days that follow each other."""
    value, days, last, year = float("nan"), 0, (0, 0), 0
    for row in sorted(rows, key=lambda each: (each.year, each.issue)):
        if row.value == value and (row.year, row.issue) == (last[0], last[1] + 1):
            days += 1
        else:
            if days:
                yield value, days, year
            value, days = row.value, 1
        last, year = (row.year, row.issue), row.year
    if days:
        yield value, days, year


def stations_missing(framework: Framework, readings: Iterable[Reading]) -> Iterator[Problem]:
    """Issues at which so many stations are missing that the indicator is not believed: another source is read, or nothing."""
    every = list(readings)
    for name, indicator in framework.indicators.items():
        fallback = indicator.fallback
        if fallback is None or not fallback.missing or fallback.at_least is None:
            continue
        for each in every:
            if each.indicator == fallback.missing and each.value >= fallback.at_least:
                where = {"indicator": name, "year": str(each.year), "issue": str(each.issue), "limit": f"{fallback.at_least:g}", "other": fallback.source if fallback.reading else "–"}
                yield Problem("reading-stations-missing", Cell(), f"{each.value:g}", where)


def histories(framework: Framework, readings: Iterable[Reading]) -> Iterator[Problem]:
    """Tests by rank whose history is too short to rank in, or holds its own threshold more than once."""
    held = Readings.of(readings)
    for name, test in framework.tests.items():
        for unit, issue in held.held.get(test.indicator, ()) if test.rank else ():
            series = held.series(test.indicator, unit, issue)
            among = reference_years(test.rank.reference, series, max(series)) if test.rank else []
            least = test.rank.least_years if test.rank else 0
            where = {"test": name, "issue": str(issue), "unit": unit, "years": str(len(among)), "least": str(least)}
            if len(among) < least:
                yield Problem("reading-history-short", Cell(), str(len(among)), where)
            repeated = [value for value, count in Counter(among).items() if count > 1]
            if repeated:
                yield Problem("reading-ties", Cell(), f"{repeated[0]:g}", where)


def stale(framework: Framework, readings: Iterable[Reading], today: date) -> Iterator[Problem]:
    """Indicators whose last reading is older than the framework lets it be."""
    newest: dict[str, date] = {}
    for each in readings:
        if each.issued_on:
            newest[each.indicator] = max(each.issued_on, newest.get(each.indicator, each.issued_on))
    for name, last in newest.items():
        limit = framework.indicators[name].stale_after_days
        if limit is not None and (today - last).days > limit:
            yield Problem("reading-stale", Cell(), last.isoformat(), {"indicator": name, "days": str((today - last).days), "limit": str(limit)})
