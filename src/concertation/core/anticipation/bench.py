"""The bench: thresholds of a framework tried on its own past, with the plateau each stands on and what noise would have found as good.

Nothing here changes a framework: a trial is another framework with other thresholds, and only a new version of the file keeps it.
Randomness comes in as a generator: the same generator gives the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from concertation.core.anticipation.backtest import BacktestResult, back_test, bad_years, span_of
from concertation.core.anticipation.calibration.honesty import SHUFFLES, Interval, intervals
from concertation.core.anticipation.declaring import Text
from concertation.core.anticipation.framework import Backtest, Framework, ReferenceEvent
from concertation.core.anticipation.readings import Readings
from concertation.core.anticipation.turning import Knob, Remembered, knobs, overall_years, steps_of, turned
from concertation.core.anticipation.years import Years

UNTESTED = Text(
    "Seuils essayés à l'établi, différents de la version d'avant\u202f: le passé publié ne vaut plus pour eux.",
    "Thresholds tried at the bench, other than those of the version before: the published past no longer holds for them.",
)


def with_bad_years(framework: Framework, years: Sequence[int]) -> Framework:
    """The framework with bad years named for the trial, where its file declares no event."""
    if framework.reference_event is not None or not years:
        return framework
    return replace(framework, reference_event=ReferenceEvent(Text("années données pour l'essai", "years given for the trial"), years=tuple(sorted(set(years)))))


@dataclass(frozen=True, slots=True)
class Sweep:
    """What each value of one threshold makes of the past: the years in which any paying window fires."""

    knob: Knob
    values: tuple[float, ...]
    years: tuple[Years, ...]

    def plateau(self, value: float) -> tuple[float, float]:
        """From where to where this threshold can be turned and no year of the past changes.

        >>> same, other = Years(2001, 2003, 0b1, 0b111), Years(2001, 2003, 0b11, 0b111)
        >>> Sweep(Knob("t", "at_least", 2.0, "cm"), (1.0, 2.0, 3.0), (other, same, same)).plateau(2.0)
        (2.0, 3.0)
        """
        here = min(range(len(self.values)), key=lambda place: abs(self.values[place] - value))
        low = high = here
        while low > 0 and self.years[low - 1].fired == self.years[here].fired:
            low -= 1
        while high < len(self.values) - 1 and self.years[high + 1].fired == self.years[here].fired:
            high += 1
        return self.values[low], self.values[high]


def sweep(framework: Framework, readings: Readings, knob: Knob) -> Sweep:
    """Every value of one threshold tried, the others as they stand."""
    values, span, held = steps_of(framework, readings, knob), span_of(framework, readings), Remembered()
    return Sweep(knob, values, tuple(overall_years(turned(framework, {knob.test: value}), readings, span, held) for value in values))


def middle_of_best(tried: Sweep, bad: Years, *, return_period: float) -> float | None:
    """The middle of the widest plateau among the values that do best: most bad years met, then fewest activations, within the return period asked for.

    None where no value keeps the return period and meets a bad year.

    >>> bad = Years(2001, 2004, 0b0001, 0b1111)
    >>> years = tuple(Years(2001, 2004, mask, 0b1111) for mask in (0b1111, 0b0001, 0b0001, 0b0001, 0))
    >>> middle_of_best(Sweep(Knob("t", "at_least", 1.0, "cm"), (1.0, 2.0, 3.0, 4.0, 5.0), years), bad, return_period=4.0)
    3.0
    """
    scores = [_score(each, bad, return_period) for each in tried.years]
    best = max(scores, default=None)
    if best is None or best[0] <= 0:
        return None
    runs: list[list[int]] = []
    for place, score in enumerate(scores):
        if score == best:
            joins = runs and runs[-1][-1] == place - 1 and tried.years[place].fired == tried.years[place - 1].fired
            runs[-1].append(place) if joins else runs.append([place])
    widest = max(runs, key=lambda run: tried.values[run[-1]] - tried.values[run[0]])
    wanted = (tried.values[widest[0]] + tried.values[widest[-1]]) / 2
    return min((tried.values[place] for place in widest), key=lambda value: abs(value - wanted))


def _score(fired: Years, bad: Years, return_period: float) -> tuple[int, int]:
    activated = (fired.fired & fired.known).bit_count()
    kept = activated > 0 and (fired.span + 1) / activated >= return_period - 1e-9
    return ((fired.fired & bad.fired & fired.known).bit_count(), -activated) if kept else (-1, 0)


def chance(tried: Sequence[Sweep], result: Years, bad: Years, generator: np.random.Generator, *, shuffles: int = SHUFFLES) -> float:
    """How often some value that was tried does as well when the bad years are shuffled: at most one in twenty, noise hardly found it."""
    every = [*(years for each in tried for years in each.years), result]
    fired = np.array([_truths(each) for each in every])
    events = np.array(_truths(bad))
    held = _worth(fired[-1:], events).max()
    as_good = 1 + sum(bool(_worth(fired, events[generator.permutation(len(events))]).max() >= held) for _ in range(shuffles))
    return as_good / (shuffles + 1)


def _truths(years: Years) -> list[bool]:
    return [years.has(year) is True for year in range(years.first, years.last + 1)]


def _worth(fired: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", events: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Hit rate less false-alarm ratio, so that a trigger that always fires is worth nothing."""
    hits, activated = (fired & events).sum(axis=1), fired.sum(axis=1)
    return np.asarray(hits / max(int(events.sum()), 1) - (activated - hits) / np.maximum(activated, 1))


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial: the framework tried, its past, the bad years, where its rates may lie, the chance of noise, and each threshold's plateau."""

    framework: Framework
    past: BacktestResult
    bad: Years | None
    hit_interval: Interval | None
    vain_interval: Interval | None
    chance: float | None
    plateaus: Mapping[str, tuple[float, float]]
    middles: Mapping[str, float | None]


def attempt(framework: Framework, readings: Readings, values: Mapping[str, float], bad: Sequence[int], generator: np.random.Generator) -> Trial:
    """Try other thresholds on a framework's own past."""
    tried = with_bad_years(turned(framework, values), bad)
    past = back_test(tried, readings)
    events = bad_years(tried, readings, *past.years)
    sweeps = [sweep(tried, readings, knob) for knob in knobs(tried)]
    period = framework.targets.return_period or 3.0
    told: tuple[Interval | None, Interval | None] = (None, None)
    if events is not None and events.fired:
        told = intervals(np.array(_truths(past.overall)), np.array(_truths(events)), generator)
    return Trial(
        tried, past, events, *told, chance(sweeps, past.overall, events, generator) if events is not None and events.fired else None,
        {each.knob.test: each.plateau(each.knob.value) for each in sweeps},
        {each.knob.test: middle_of_best(each, events, return_period=period) if events is not None and events.fired else None for each in sweeps},
    )  # fmt: skip


def proposed(framework: Framework, values: Mapping[str, float], version: str) -> Framework:
    """The new version that keeps a trial: other thresholds, a draft, and no published past, for it is not theirs. The signed version stays as it is."""
    past = Backtest(years=framework.backtest.years, untested=UNTESTED, table=framework.backtest.table)
    return replace(turned(framework, values), version=version, status="draft", backtest=past, activations=())
