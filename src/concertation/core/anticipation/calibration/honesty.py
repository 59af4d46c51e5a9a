"""How much of a trigger's skill is skill: years it was not chosen on, how far its rates may lie, and whether noise finds as good a one.

Randomness comes in as a generator: the same generator gives the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from concertation.core.anticipation.calibration.plateau import Choice, choose
from concertation.core.anticipation.calibration.search import Best, Percents, Rules, Truths, best_pairs

RESAMPLES, SHUFFLES = 1_000, 199
CONFIDENCE = 0.9
ACCEPTED_AT = 0.05


class Interval(NamedTuple):
    """From where to where a rate may lie."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Skill:
    """Hit rate and false-alarm ratio; None where there is nothing to divide by."""

    hit_rate: float | None
    false_alarm_ratio: float | None


def fires(choice: Choice, first: Percents, second: Percents) -> Truths:
    """The years in which a pair fires."""
    return np.asarray((first >= choice.first) & (second >= choice.second))


def skill(fired: Truths, events: Truths) -> Skill:
    """The rates of what fired against the bad years.

    >>> skill(np.array([True, True, False]), np.array([True, False, False]))
    Skill(hit_rate=1.0, false_alarm_ratio=0.5)
    """
    hits, activated, bad = int((fired & events).sum()), int(fired.sum()), int(events.sum())
    return Skill(hits / bad if bad else None, (activated - hits) / activated if activated else None)


def left_out(first: Percents, second: Percents, events: Truths, rules: Rules) -> Skill:
    """The skill on each year of thresholds chosen without it: the search is done anew for every year left out."""
    fired = np.zeros(len(events), np.bool_)
    for year in range(len(events)):
        kept = np.arange(len(events)) != year
        choice = choose(first[kept], second[kept], events[kept], rules)
        fired[year] = choice is not None and first[year] >= choice.first and second[year] >= choice.second
    return skill(fired, events)


def intervals(fired: Truths, events: Truths, generator: np.random.Generator, *, resamples: int = RESAMPLES) -> tuple[Interval | None, Interval | None]:
    """Where hit rate and false-alarm ratio lie in nine resamples of the years out of ten; None where too few resamples tell."""
    drawn = generator.multinomial(len(events), np.full(len(events), 1 / len(events)), size=resamples)
    hits, activated, bad = (drawn @ each.astype(np.int64) for each in (fired & events, fired, events))
    return _between(hits, bad), _between(activated - hits, activated)


def _between(part: npt.NDArray[np.int64], whole: npt.NDArray[np.int64]) -> Interval | None:
    told = whole > 0
    if told.sum() < len(whole) / 2:
        return None
    low, high = np.quantile(part[told] / whole[told], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))


def worth(best: Best, events: Truths) -> npt.NDArray[np.float64]:
    """How good the best pair of each series is, to compare over series: hit rate less a thousandth of the false-alarm ratio; -1 where none was found."""
    bad = np.maximum(events.sum(axis=1), 1)
    vain = (best.fired - best.hits) / np.maximum(best.fired, 1)
    return np.where(best.found, best.hits / bad - 0.001 * vain, -1.0)


def chance(
    first: Percents, second: Percents, events: Truths, rules: Rules, generator: np.random.Generator, *, shuffles: int = SHUFFLES,
    search: Callable[[Percents, Percents, Truths, Rules], Best] = best_pairs,
) -> npt.NDArray[np.float64]:
    """For each series of one district, how often a search over all of them finds as good a trigger when the bad years are shuffled.

    The years are shuffled alike for every series, and the best of all series counts: the chance is corrected for everything that was
    searched. At most `ACCEPTED_AT`, noise could hardly have found it.
    """  # fmt: skip
    held = worth(search(first, second, events, rules), events)
    as_good = np.ones(len(held))
    for _ in range(shuffles):
        shuffled = events[:, generator.permutation(events.shape[1])]
        as_good += worth(search(first, second, shuffled, rules), shuffled).max() >= held
    return np.where(held >= 0, as_good / (shuffles + 1), 1.0)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A trigger with all that must stand beside it."""

    choice: Choice
    years: int
    told: Skill
    left_out: Skill
    hit_interval: Interval | None
    vain_interval: Interval | None
    chance: float

    @property
    def could_be_noise(self) -> bool:
        """Whether noise could have found as good a trigger in what was searched."""
        return self.chance > ACCEPTED_AT

    @property
    def return_period(self) -> float:
        """Years between two activations (Weibull)."""
        return (self.years + 1) / self.choice.fired


def calibrate(first: Percents, second: Percents, events: Truths, rules: Rules, generator: np.random.Generator) -> list[Calibrated | None]:
    """Each series of one district calibrated, with its honesty; None where no pair keeps the rules. Arrays of series x years."""
    chances = chance(first, second, events, rules, generator)
    found: list[Calibrated | None] = []
    for one, two, bad, by_chance in zip(first, second, events, chances, strict=True):
        choice = choose(one, two, bad, rules)
        if choice is None:
            found.append(None)
            continue
        fired = fires(choice, one, two)
        found.append(Calibrated(choice, len(bad), skill(fired, bad), left_out(one, two, bad, rules), *intervals(fired, bad, generator), float(by_chance)))
    return found
