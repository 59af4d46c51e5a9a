"""The past as it went: reading after reading in the order of their issues, on what was known until then, and the issue at which each window first fired.

A back-test ranks a year among years that came after it; a replay never does. Between the two stands what hindsight adds. Each reading is
judged once, when it comes; a window is looked at again only when something passed that it waits for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from concertation.core.anticipation.firing import (
    Field,
    counts_units,
    fired,
    indicators_of,
    read_by,
    rules_in,
    tests_in,
)
from concertation.core.anticipation.framework import ISSUES, Framework
from concertation.core.anticipation.judging import Spot, judge
from concertation.core.anticipation.readings import Reading, Readings
from concertation.core.anticipation.years import Years

Judged = dict[tuple[str, int, str], Years]
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Met:
    """A window that fired: where, in which season, and at which issue of which indicator that was first known."""

    window: str
    unit: str
    season: int
    indicator: str
    issue: int


@dataclass(frozen=True, slots=True)
class Going(Field):
    """One season as it goes: what was judged of it so far is kept."""

    judged: Judged = field(default_factory=dict)

    def passed(self, test: str, issue: int, unit: str | None = None) -> Years:
        """Whether a test passes at an issue of this season; not known until its reading comes."""
        at = self.unit if unit is None else unit
        found = self.judged.get((test, issue, at))
        if found is None:
            found = told(judge(self.framework, self.readings, test, Spot(at, issue, self.first)).passes, self.first)
            if found.known:
                self.judged[test, issue, at] = found
        return found

    def issues_of(self, test: str, issues: tuple[int, ...]) -> tuple[int, ...]:
        """The issues named, else those that came this season."""
        return issues or tuple(sorted({issue for name, issue, _unit in self.judged if name == test}))


def told(passes: bool | None, season: int) -> Years:
    """A verdict as the masks of one season.

    >>> told(None, 2026)
    Years(first=2026, last=2026, fired=0, known=0)
    """
    return Years(season, season, int(passes is True), int(passes is not None))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a window waits for: its tests by the indicators they read, with the issues looked at (none: any), and whether another window holds it back."""

    window: str
    tests: dict[str, list[tuple[str, frozenset[int]]]]
    is_held_back: bool
    over_units: bool


def waiting(framework: Framework, window: str) -> Waiting:
    """What a window waits for."""
    rule = framework.windows[window].fire
    found: dict[str, list[tuple[str, frozenset[int]]]] = defaultdict(list)
    for name, issues in tests_in(rule):
        for indicator in dict.fromkeys(filter(None, (*read_by(framework, name), framework.tests[name].at_least_reading))):
            found[indicator].append((name, frozenset(issues)))
    for indicator in indicators_of(framework, window):
        found.setdefault(indicator, [])
    return Waiting(window, dict(found), any(each.unless for each in rules_in(rule)), counts_units(rule))


def moment(framework: Framework, reading: Reading) -> tuple[int, float]:
    """When a reading came: its season, and how far into it its issue ends; a reading without issue came before all of them."""
    indicator = framework.indicators[reading.indicator]
    issues = ISSUES[indicator.every]
    before = (framework.season_starts - 1) * issues // MONTHS
    return reading.year, ((reading.issue - before - 1) % issues + 1) / issues if reading.issue else 0.0


def replay(framework: Framework, every: Iterable[Reading]) -> tuple[Met, ...]:
    """The first issue of each season at which each window fired, unit by unit, on what was known then."""
    held: dict[str, dict[tuple[str, int], dict[int, float]]] = {}
    readings, windows = Readings(held), [waiting(framework, name) for name in framework.windows]
    found: list[Met] = []
    season, judged, done = 0, Judged(), set[tuple[str, str]]()
    for reading in sorted(every, key=lambda each: moment(framework, each)):
        if reading.year != season:
            season, judged, done = reading.year, Judged(), set()
        held.setdefault(reading.indicator, {}).setdefault((reading.unit, reading.issue), {})[reading.year] = reading.value
        going = Going(framework, readings, season, season, judged=judged)
        for each in windows:
            for unit in met_now(going, each, reading, done):
                done.add((each.window, unit))
                found.append(Met(each.window, unit, season, reading.indicator, reading.issue))
    return tuple(found)


def met_now(going: Going, waits: Waiting, reading: Reading, done: set[tuple[str, str]]) -> Iterator[str]:
    """The units in which a window fires with this reading, that had not fired this season."""
    if reading.indicator not in waits.tests:
        return
    looked = [test for test, issues in waits.tests[reading.indicator] if not issues or reading.issue in issues or not reading.issue]
    if not looked and not waits.is_held_back:
        return
    for unit in units_touched(going, waits, reading):
        if (waits.window, unit) in done:
            continue
        own = replace(going, unit=unit)
        passes = [own.passed(test, reading.issue, reading.unit if waits.over_units else unit).fired for test in looked]
        if (any(passes) or waits.is_held_back or not reading.issue) and fired(own, going.framework.windows[waits.window].fire, own=waits.window).fired:
            yield unit


def units_touched(going: Going, waits: Waiting, reading: Reading) -> tuple[str, ...]:
    """The units a reading speaks of: its own, the whole area, or every unit where it holds for all."""
    if waits.over_units:
        return ("",)
    return (reading.unit,) if reading.unit else going.readings.units(indicators_of(going.framework, waits.window))
