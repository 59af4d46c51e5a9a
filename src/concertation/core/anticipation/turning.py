"""Thresholds turned: which a framework has, the framework with others, and the years of its windows under them.

A test is judged at an issue once for each value of its threshold, however many combinations are tried.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from concertation.core.anticipation.firing import Field, counts_units, fired, indicators_of, rules_in, tests_in
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.readings import Readings
from concertation.core.anticipation.rules import Test
from concertation.core.anticipation.years import Years, nothing

FIXED = ("at_least", "above", "at_most", "below")
MOST_TRIED = 60
Remembered = dict[tuple[object, ...], Years]


@dataclass(frozen=True, slots=True)
class Knob:
    """One threshold that can be turned: its test, how it compares, its value in the file, the measure it is in."""

    test: str
    how: str
    value: float
    measure: str


def knobs(framework: Framework) -> tuple[Knob, ...]:
    """The thresholds of a framework that can be turned, in the order of its file: fixed ones, and percentiles of ranks."""
    found = []
    for name, test in framework.tests.items():
        measure = framework.indicators[test.indicator].measure
        found += [Knob(name, how, value, measure) for how in FIXED if (value := getattr(test, how)) is not None]
        if test.rank is not None:
            found.append(Knob(name, "rank", test.rank.percentile, "percent"))
    return tuple(found)


def turned(framework: Framework, values: Mapping[str, float]) -> Framework:
    """The framework with other thresholds, by test; a test that has none to turn stays."""
    tests = dict(framework.tests)
    for knob in knobs(framework):
        value = values.get(knob.test)
        if value is not None and isfinite(value):
            tests[knob.test] = _set(tests[knob.test], knob.how, value)
    return replace(framework, tests=tests)


def _set(test: Test, how: str, value: float) -> Test:
    if how == "rank" and test.rank is not None:
        return replace(test, rank=replace(test.rank, percentile=min(max(value, 0.0), 100.0)))
    changed: dict[str, Any] = {how: value}
    return replace(test, **changed)


def steps_of(framework: Framework, readings: Readings, knob: Knob) -> tuple[float, ...]:
    """The values worth trying of one threshold: every second percentile, else the readings themselves, thinned evenly; its own value always."""
    if knob.how == "rank":
        return tuple(sorted({float(each) for each in range(1, 100, 2)} | {knob.value}))
    indicator = framework.tests[knob.test].indicator
    values = sorted({value for series in readings.held.get(indicator, {}).values() for value in series.values()})
    if len(values) > MOST_TRIED:
        values = [values[round(place * (len(values) - 1) / (MOST_TRIED - 1))] for place in range(MOST_TRIED)]
    return tuple(sorted({*values, knob.value}))


@dataclass(frozen=True, slots=True)
class Remembering(Field):
    """A field that judges a test at an issue once for each value of its threshold."""

    held: Remembered = field(default_factory=dict)

    def passed(self, test: str, issue: int, unit: str | None = None) -> Years:
        """The years in which a test passes at an issue."""
        key = (*chained(self.framework, test), issue, self.unit if unit is None else unit)
        if key not in self.held:
            self.held[key] = super(Remembering, self).passed(test, issue, unit)
        return self.held[key]


def chained(framework: Framework, test: str) -> tuple[object, ...]:
    """A test and those it also asks for, as they stand."""
    names: list[object] = []
    while test and test not in names:
        names += [test, framework.tests[test]]
        test = framework.tests[test].also
    return tuple(names)


def turned_by(framework: Framework, window: str) -> tuple[str, ...]:
    """The tests with a threshold to turn on which the years of a window depend, those of a window that holds it back too."""
    found: dict[str, None] = {}
    for test, _issues in tests_in(framework.windows[window].fire):
        found |= dict.fromkeys(name for name in chained(framework, test) if isinstance(name, str))
    others = {each.unless.fired for each in rules_in(framework.windows[window].fire) if each.unless} - {window}
    for other in sorted(others):
        found |= dict.fromkeys(turned_by(framework, other))
    turnable = {knob.test for knob in knobs(framework)}
    return tuple(name for name in found if name in turnable)


def years_of_window(framework: Framework, readings: Readings, window: str, span: tuple[int, int], held: Remembered) -> Years:
    """The years in which a window fires anywhere, from what was judged before where it serves."""
    rule = framework.windows[window].fire
    units = ("",) if counts_units(rule) else readings.units(indicators_of(framework, window))
    looked = Remembering(framework, readings, *span, held=held)
    return looked.any_of(fired(replace(looked, unit=unit), rule, own=window) for unit in units)


def paying(framework: Framework) -> Iterable[str]:
    """The windows that release money."""
    return (name for name, window in framework.windows.items() if window.role != "alert")


def overall_years(framework: Framework, readings: Readings, span: tuple[int, int], held: Remembered) -> Years:
    """The years in which any paying window fires."""
    found = nothing(*span)
    for name in paying(framework):
        found = found | years_of_window(framework, readings, name, span, held)
    return found
