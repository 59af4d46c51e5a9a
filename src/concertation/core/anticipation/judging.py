"""One reading judged by one test, with the threshold it met or missed and the years it was ranked among: a verdict is never a bare yes or no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor

from concertation.core.anticipation.framework import Fallback, Framework
from concertation.core.anticipation.readings import NO_SERIES, Readings, Series
from concertation.core.anticipation.rules import Rank, Reference, Test, Thresholds
from concertation.core.anticipation.years import Years, years_of

HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Judgement:
    """A test on one unit, issue and year: the value, what it was compared with, whether it passes; None where that cannot be told."""

    test: str
    unit: str
    issue: int
    year: int
    value: float | None
    threshold: float | None
    passes: bool | None
    ranked_among: int = 0
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a test looks: unit, issue, year."""

    unit: str
    issue: int
    year: int


def judge(framework: Framework, readings: Readings, name: str, spot: Spot) -> Judgement:
    """Judge one reading by one test, and by the test it also asks for."""
    test = framework.tests[name]
    read = read_at(framework, readings, test.indicator, spot)
    series = readings.series(read, spot.unit, spot.issue) if read else NO_SERIES
    value = series.get(spot.year)
    threshold, passes, among = _compared(test, readings, series, spot)
    own = passes(value) if value is not None and passes is not None else None
    if test.also:
        other = judge(framework, readings, test.also, spot).passes
        own = False if False in (own, other) else None if None in (own, other) else True
    return Judgement(name, spot.unit, spot.issue, spot.year, value, threshold, own, among, read)


def read_at(framework: Framework, readings: Readings, indicator: str, spot: Spot) -> str:
    """The indicator that is read at a spot: its own, or that of its fallback; empty where neither can be believed."""
    fallback = framework.indicators[indicator].fallback if indicator in framework.indicators else None
    if fallback is None or not (fallback.reading or fallback.missing):
        return indicator
    if lacks_stations(fallback, readings, spot) or spot.year not in readings.series(indicator, spot.unit, spot.issue):
        return fallback.reading
    return indicator


def lacks_stations(fallback: Fallback, readings: Readings, spot: Spot) -> bool:
    """Whether so many stations are missing at a spot that the fallback takes over.

    >>> from concertation.core.anticipation.declaring import Text
    >>> from concertation.core.anticipation.readings import Reading
    >>> told = Readings.of([Reading("missing", "", 2026, 8, 25.0)])
    >>> lacks_stations(Fallback("CHIRP", Text("", ""), missing="missing", at_least=20.0), told, Spot("", 8, 2026))
    True
    """
    if not fallback.missing or fallback.at_least is None:
        return False
    share = readings.series(fallback.missing, spot.unit, spot.issue).get(spot.year)
    return share is not None and share >= fallback.at_least


Passing = Callable[[float], bool]
Compared = tuple[float | None, Passing | None, int]
UNTOLD: Compared = (None, None, 0)


def _compared(test: Test, readings: Readings, series: Series, spot: Spot) -> Compared:
    """The threshold, how a value passes it, and among how many years it was found."""
    if test.rank:
        return ranked(test.rank, series, spot.year)
    if test.table:
        return _from_table(test.table, spot)
    if test.at_least_reading:
        other = readings.series(test.at_least_reading, spot.unit, spot.issue).get(spot.year)
        return UNTOLD if other is None else (other, lambda value: value >= other, 0)
    if test.trend:
        return _trend(test, series, spot.year)
    if test.growth:
        return _growth(test, readings, spot)
    return _fixed(test)


FIXED: Mapping[str, Callable[[float, float], bool]] = {
    "at_least": lambda value, limit: value >= limit, "above": lambda value, limit: value > limit,
    "at_most": lambda value, limit: value <= limit, "below": lambda value, limit: value < limit,
}  # fmt: skip


BEYOND: Mapping[str, Callable[[float], Passing]] = {
    "at_least": lambda limit: lambda value: value >= limit, "above": lambda limit: lambda value: value > limit,
    "at_most": lambda limit: lambda value: value <= limit, "below": lambda limit: lambda value: value < limit,
}  # fmt: skip


def _fixed(test: Test) -> Compared:
    limits = {name: getattr(test, name) for name in FIXED if getattr(test, name) is not None}
    if not limits:
        return UNTOLD
    if len(limits) == 1:
        [(name, limit)] = limits.items()
        return limit, BEYOND[name](limit), 0
    return next(iter(limits.values())), lambda value: all(FIXED[name](value, limit) for name, limit in limits.items()), 0


def reference_years(reference: Reference, series: Series, year: int) -> list[float]:
    """The values a year is ranked among, in no order. A rolling reference takes the years of the calendar, not the last so many held.

    >>> sorted(reference_years(Reference("rolling", years=2), {2001: 1.0, 2002: 2.0, 2003: 3.0}, 2003))
    [1.0, 2.0]
    """
    last = year if reference.including_current else year - 1
    kinds: Mapping[str, Callable[[int], bool]] = {
        "full": lambda each: True, "expanding": lambda each: each <= last, "rolling": lambda each: last - (reference.years or 0) < each <= last,
        "fixed": lambda each: (reference.first or each) <= each <= (reference.last or each),
    }  # fmt: skip
    return [value for each, value in series.items() if kinds[reference.kind](each)]


def ranked(rank: Rank, series: Series, year: int) -> Compared:
    """The k-th value of the reference, k = percentile x n rounded up; a history shorter than `least_years` tells nothing.

    >>> limit, passes, among = ranked(Rank("top", 50.0), {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0, 5: 5.0, 6: 6.0}, 6)
    >>> limit, passes(4.0), among
    (4.0, True, 6)
    """
    among = sorted(reference_years(rank.reference, series, year), reverse=rank.side == "top")
    if len(among) < rank.least_years:
        return None, None, len(among)
    limit = interpolated(among, rank.percentile / 100) if rank.ties == "interpolated" else among[max(ceil(rank.percentile / 100 * len(among) - HAIR), 1) - 1]
    counts_itself = rank.ties != "beyond-observed-value"
    better = {("top", True): "at_least", ("top", False): "above", ("bottom", True): "at_most", ("bottom", False): "below"}[rank.side, counts_itself]
    return limit, lambda value: FIXED[better](value, limit), len(among)


def interpolated(in_order: list[float], share: float) -> float:
    """The value a share of the way along an ordered list, on the straight line between its two neighbours.

    >>> interpolated([0.0, 10.0, 20.0], 0.25)
    5.0
    """
    place = share * (len(in_order) - 1)
    low = floor(place)
    high = min(low + 1, len(in_order) - 1)
    return in_order[low] + (in_order[high] - in_order[low]) * (place - low)


def _from_table(table: Thresholds, spot: Spot) -> Compared:
    fitting = [line for line in table.lines if line.unit in ("", spot.unit) and line.issue in (None, spot.issue)]
    if not fitting:
        return UNTOLD
    closest = max(fitting, key=lambda line: (line.unit != "", line.issue is not None))
    better = "at_least" if table.side == "at-least" else "at_most"
    return closest.value, lambda value: FIXED[better](value, closest.value), 0


def straight_line(points: Mapping[int, float], at: int) -> float | None:
    """The value at a place of the straight line of least squares; None for fewer than two places.

    >>> straight_line({1: 2.0, 2: 4.0, 3: 6.0}, 4)
    8.0
    """
    if len(points) < 2:
        return None
    centre, level = sum(points) / len(points), sum(points.values()) / len(points)
    slope = sum((x - centre) * (y - level) for x, y in points.items()) / sum((x - centre) ** 2 for x in points)
    return level + slope * (at - centre)


def _trend(test: Test, series: Series, year: int) -> Compared:
    others = {each: value for each, value in series.items() if each < year}
    expected = straight_line(others, year)
    if test.trend is None or expected is None or len(others) < test.trend.least_years:
        return None, None, len(others)
    limit, better = test.trend.ratio * expected, test.trend.side
    return limit, lambda value: FIXED[better](value, limit), len(others)


def _growth(test: Test, readings: Readings, spot: Spot) -> Compared:
    if test.growth is None:
        return UNTOLD
    chain = [readings.series(test.indicator, spot.unit, spot.issue - back).get(spot.year) for back in range(1, test.growth.issues)]
    held = [value for value in chain if value is not None]
    if len(held) < len(chain):
        return UNTOLD
    factor = test.growth.factor
    grew = all(later >= factor * earlier > 0 for later, earlier in zip(held, held[1:], strict=False))
    return factor * held[0], lambda value: grew and value >= factor * held[0] > 0, 0


def is_one_threshold(test: Test) -> bool:
    """Whether every year is compared with the same threshold, and with nothing besides, so that it is found once.

    >>> is_one_threshold(Test("level", at_least=592.0)), is_one_threshold(Test("p", rank=Rank("top", 35.0, Reference("rolling", years=10))))
    (True, False)
    """
    if test.also or test.at_least_reading or test.trend or test.growth:
        return False
    return test.rank is None or test.rank.reference.kind in ("full", "fixed")


def _passed(series: Series, passing: Passing | None, first: int, last: int) -> Years:
    done = told = 0
    for year, value in series.items() if passing else ():
        if first <= year <= last:
            bit = 1 << year - first
            told |= bit
            if passing and passing(value):
                done |= bit
    return Years(first, last, done, told)


def years_passed(framework: Framework, readings: Readings, name: str, *, unit: str, issue: int, first: int, last: int) -> Years:
    """The years in which a unit's reading of an issue passes a test."""
    test = framework.tests[name]
    fallback = framework.indicators[test.indicator].fallback
    if is_one_threshold(test) and (fallback is None or not (fallback.reading or fallback.missing)):
        series = readings.series(test.indicator, unit, issue)
        _threshold, passing, _among = _compared(test, readings, series, Spot(unit, issue, last))
        return _passed(series, passing, first, last)
    judged = {year: judge(framework, readings, name, Spot(unit, issue, year)).passes for year in range(first, last + 1)}
    return years_of(first, last, {year: passes for year, passes in judged.items() if passes is not None})
