"""The best pair of thresholds for many series at once: years as 64-bit masks, and only the pairs that can be best.

A pair fires in the years in which the first reading is at least t1 and the second at least t2. Raising a threshold to the lowest value
of the bad years it meets loses no hit and adds no false alarm, so the best of all 100 x 100 pairs is among the values of the bad years
themselves. Readings are whole percent; 100 counts as 99, the highest threshold tried.
"""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt

HIGHEST = 99
MOST_YEARS = 64
NEVER = 255
SLICE = 1_024
Percents = npt.NDArray[np.uint8]
Masks = npt.NDArray[np.uint64]
Truths = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a trigger has to reach: of the bad years the share met, of the activations the share that was right, the years between two."""

    hit_rate: float = 0.5
    success_rate: float = 0.65
    return_period: float = 4.0

    def most_fired(self, years: int) -> int:
        """The most activations that keep the return period.

        >>> Rules(return_period=4.0).most_fired(41)
        10
        """
        return floor((years + 1) / self.return_period + 1e-9)

    def least_hits(self, events: int) -> int:
        """The fewest bad years met that keep the hit rate.

        >>> Rules(hit_rate=0.5).least_hits(11)
        6
        """
        return ceil(self.hit_rate * events - 1e-9)


@dataclass(frozen=True, slots=True)
class Best:
    """For each series the best pair: bad years met, activations, the two thresholds in percent. Where no pair keeps the rules, -1."""

    hits: Counts
    fired: Counts
    first: Counts
    second: Counts

    @property
    def found(self) -> Truths:
        """Whether any pair keeps the rules."""
        return np.asarray(self.hits >= 0)


def best_pairs(first: Percents, second: Percents, events: Truths, rules: Rules) -> Best:
    """The pair that meets most bad years, then fires least, among all that keep the rules; arrays of series x years.

    The same optimum as the least of -hit_rate + 0.001 x false-alarm ratio over every pair. Raises ValueError beyond 64 years.

    >>> one, two = np.array([[80, 70, 10, 20, 5]], np.uint8), np.array([[60, 90, 20, 10, 5]], np.uint8)
    >>> best = best_pairs(one, two, np.array([[True, True, False, False, False]]), Rules(0.5, 0.5, 2.0))
    >>> best.hits.tolist(), best.fired.tolist(), best.first.tolist(), best.second.tolist()
    ([2], [2], [70], [60])
    """
    series, years = first.shape
    if years > MOST_YEARS:
        raise ValueError(f"{years} years do not fit a 64-bit mask; keep the latest {MOST_YEARS}")
    parts = [slice(start, start + SLICE) for start in range(0, series, SLICE)]
    found = [_best_of(first[part], second[part], events[part], rules) for part in parts]
    joined = np.concatenate(found) if found else np.empty((0, 4), np.int64)
    return Best(*(joined[:, column] for column in range(4)))


def masks_above(values: Percents, limits: Percents) -> Masks:
    """For each series and limit, the mask of the years whose value is at least the limit.

    >>> masks_above(np.array([[5, 9, 7]], np.uint8), np.array([[7]], np.uint8)).tolist()
    [[6]]
    """
    room = np.zeros((len(values), MOST_YEARS), np.uint8)
    room[:, : values.shape[1]] = values + np.uint8(1)
    above = room[:, None, :] > limits[:, :, None]
    packed = np.packbits(above, axis=-1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u8")[..., 0]


def _best_of(first: Percents, second: Percents, events: Truths, rules: Rules) -> Counts:
    """Columns hits, fired, first, second of a slice of series."""
    clipped = [np.minimum(values, HIGHEST).astype(np.uint8) for values in (first, second)]
    counts = events.sum(axis=1)
    widest = int(counts.max(initial=0))
    limits = [_in_bad_years(values, events, counts, widest) for values in clipped]
    ones, twos = (masks_above(values, limit) for values, limit in zip(clipped, limits, strict=True))
    bad = np.ascontiguousarray(np.packbits(np.pad(events, ((0, 0), (0, MOST_YEARS - events.shape[1]))), axis=1, bitorder="little")).view("<u8")[:, 0]
    return _chosen(ones, twos, bad, limits, np.array([max(rules.least_hits(count), 1) for count in range(widest + 1)])[counts], rules, first.shape[1])


def _in_bad_years(values: Percents, events: Truths, counts: Counts, widest: int) -> Percents:
    """The values of each series in its bad years; a limit nothing reaches where it has fewer than others."""
    if counts.size and counts.min() == widest:
        return values[events].reshape(len(values), widest)
    place = np.argsort(~events, axis=1, kind="stable")[:, :widest]
    held = np.arange(widest)[None, :] < counts[:, None]
    return np.where(held, np.take_along_axis(values, place, axis=1), NEVER).astype(np.uint8)


def _chosen(ones: Masks, twos: Masks, bad: Masks, limits: list[Percents], least: Counts, rules: Rules, years: int) -> Counts:
    """The best of the pairs: the most hits, then the fewest activations, as one whole number to compare."""
    series, widest = ones.shape
    key, pair = np.full(series, -1, np.int16), np.zeros(series, np.int16)
    most = rules.most_fired(years)
    fits = _fitting(rules, years)
    fewest = least.astype(np.uint8)
    for at_first in range(widest):
        both = ones[:, at_first, None] & twos
        fired, hits = np.bitwise_count(both), np.bitwise_count(both & bad[:, None])
        worth = hits.astype(np.int16) * 128 - fired
        worth[(fired > most) | (hits < fewest[:, None]) | (hits < fits[fired])] = -1
        at_second = worth.argmax(axis=1)
        now = np.take_along_axis(worth, at_second[:, None], axis=1)[:, 0]
        better = now > key
        key[better], pair[better] = now[better], (at_first * widest + at_second)[better].astype(np.int16)
    return _told(key, pair, limits, widest)


def _fitting(rules: Rules, years: int) -> npt.NDArray[np.uint8]:
    """For each number of activations the fewest hits that keep the success rate; one at least."""
    fired = np.arange(years + 1)
    fewest: npt.NDArray[np.uint8] = np.maximum(np.ceil(rules.success_rate * fired - 1e-9), 1).astype(np.uint8)
    return fewest


def _told(key: npt.NDArray[np.int16], pair: npt.NDArray[np.int16], limits: list[Percents], widest: int) -> Counts:
    told = np.full((len(key), 4), -1, np.int64)
    found = np.flatnonzero(key >= 0)
    if found.size:
        hits = -(-key[found].astype(np.int64) // 128)
        first, second = np.divmod(pair[found].astype(np.int64), widest)
        told[found] = np.stack([hits, hits * 128 - key[found], limits[0][found, first], limits[1][found, second]], axis=1)
    return told
