"""All thresholds of a framework chosen together: every combination tried exactly on its past, the best at each return period, and what noise would find as good.

A window turns with its own thresholds alone, so its years are found once for each of their values; a combination is then the union of a
year mask from each window. Thresholds are tried at the values that change something, thinned where there would be more than
`MOST` combinations, and that is said. Among equal combinations the one furthest from the edge of its plateau is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt

from concertation.core.anticipation.calibration.honesty import SHUFFLES
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.readings import Readings
from concertation.core.anticipation.turning import (
    Remembered,
    knobs,
    paying,
    steps_of,
    turned,
    turned_by,
    years_of_window,
)
from concertation.core.anticipation.years import Years, weibull

MOST = 10_000
Masks = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Combination:
    """Thresholds by test, the years any paying window fires, bad years met, activations, and how many steps to the edge of the plateau."""

    values: Mapping[str, float]
    years: Years
    hits: int
    activations: int
    steps_to_edge: int

    @property
    def return_period(self) -> float | None:
        """Of all windows together (Weibull)."""
        return weibull(self.years.span, self.activations)


@dataclass(frozen=True, slots=True)
class Joint:
    """The best combinations, the rarest first: each meets more bad years than every rarer one. How many were tried, whether thinned; the bad years."""

    front: tuple[Combination, ...]
    tried: int
    is_thinned: bool
    bad: int
    distinct: Masks

    def best(self, return_period: float) -> Combination | None:
        """The combination that meets most bad years, then fires least, at a return period of at least so many years."""
        kept = [each for each in self.front if (each.return_period or 0.0) >= return_period - 1e-9]
        return max(kept, key=lambda each: (each.hits, -each.activations), default=None)


def steps_tried(framework: Framework, readings: Readings) -> tuple[dict[str, tuple[float, ...]], bool]:
    """The values tried of each threshold, thinned evenly until all combinations are at most `MOST`; and whether any was left out."""
    turnable = {test for window in paying(framework) for test in turned_by(framework, window)}
    every = {knob.test: steps_of(framework, readings, knob) for knob in knobs(framework) if knob.test in turnable}
    longest = most = max((len(each) for each in every.values()), default=0)
    while most > 1 and prod(min(len(each), most) for each in every.values()) > MOST:
        most -= 1
    return {test: thinned(values, most) for test, values in every.items()}, most < longest


def thinned(values: Sequence[float], most: int) -> tuple[float, ...]:
    """At most so many of the values, evenly, the first and last among them.

    >>> thinned((1.0, 2.0, 3.0, 4.0, 5.0), 3)
    (1.0, 3.0, 5.0)
    """
    if len(values) <= most or most < 2:
        return tuple(values[: max(most, 1)])
    return tuple(values[round(place * (len(values) - 1) / (most - 1))] for place in range(most))


def together(framework: Framework, readings: Readings, bad: Years, *, span: tuple[int, int]) -> Joint:
    """Every combination of the thresholds on which money depends, over the framework's past; the best of each number of activations kept."""
    values, is_thinned = steps_tried(framework, readings)
    order, held = list(values), Remembered()
    shape = tuple(len(values[test]) for test in order)
    masks, known = np.zeros(shape, np.uint64), np.full(shape, (1 << (span[1] - span[0] + 1)) - 1, np.uint64)
    for window in paying(framework):
        own = [test for test in order if test in turned_by(framework, window)]
        told = [years_of_window(turned(framework, dict(zip(own, chosen, strict=True))), readings, window, span, held) for chosen in product(*(values[test] for test in own))]
        grid = tuple(len(values[test]) if test in own else 1 for test in order)
        masks = masks | np.array([each.fired for each in told], np.uint64).reshape(grid)
        known = known & np.array([each.known for each in told], np.uint64).reshape(grid)
    return Joint(_front(masks, known | masks, values, order, bad), prod(shape), is_thinned, (bad.fired & bad.known).bit_count(), np.unique(masks))


def _front(masks: Masks, known: Masks, values: Mapping[str, tuple[float, ...]], order: Sequence[str], bad: Years) -> tuple[Combination, ...]:
    """Of each number of activations the combination with most hits, where that is more than every rarer one has."""
    hits, counts = np.bitwise_count(masks & np.uint64(bad.fired & bad.known)).astype(np.int64), np.bitwise_count(masks).astype(np.int64)
    found: list[Combination] = []
    most = 0
    for activations in range(1, int(counts.max(initial=0)) + 1):
        at = counts == activations
        reached = int(hits[at].max(initial=0))
        if reached > most:
            most = reached
            found.append(_middle(at & (hits == reached), masks, known, values, order, bad, reached))
    return tuple(found)


def _middle(best: npt.NDArray[np.bool_], masks: Masks, known: Masks, values: Mapping[str, tuple[float, ...]], order: Sequence[str], bad: Years, hits: int) -> Combination:
    """The combination furthest from where the years of its plateau change."""
    depth = np.full(best.shape, -1)
    for mask in np.unique(masks[best]):
        inner, steps = best & (masks == mask), 0
        while inner.any():
            depth[inner] = steps
            inner, steps = shrunk(inner), steps + 1
    spots = np.argwhere(depth == depth.max())
    spot = tuple(int(part) for part in spots[np.abs(spots - np.median(spots, axis=0)).sum(axis=1).argmin()])
    years = Years(bad.first, bad.last, int(masks[spot]), int(known[spot]))
    chosen = {test: values[test][place] for test, place in zip(order, spot, strict=True)}
    return Combination(chosen, years, hits, int(masks[spot]).bit_count(), int(depth[spot]))


def shrunk(inner: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Without the rim in any direction along an axis.

    >>> shrunk(np.array([True, True, True])).tolist()
    [False, True, False]
    """
    room = np.pad(inner, 1)
    kept = inner.copy()
    for axis in range(inner.ndim):
        for shift in (-1, 1):
            moved = np.roll(room, shift, axis=axis)
            kept &= moved[tuple(slice(1, -1) for _axis in range(inner.ndim))]
    return kept


def chance_together(joint: Joint, bad: Years, generator: np.random.Generator, *, return_period: float, shuffles: int = SHUFFLES) -> float | None:
    """How often the best of all combinations at a return period does as well when the bad years are shuffled: corrected for everything that was tried.

    None where no combination keeps the return period.
    """
    chosen = joint.best(return_period)
    if chosen is None:
        return None
    places = np.arange(bad.span, dtype=np.uint64)
    truths = (joint.distinct[:, None] >> places & np.uint64(1)).astype(np.int64)
    activated = truths.sum(axis=1)
    kept = (activated > 0) & ((bad.span + 1) / np.maximum(activated, 1) >= return_period - 1e-9)
    events = np.array([(bad.fired & bad.known) >> place & 1 for place in range(bad.span)])
    shuffled = np.stack([events[generator.permutation(bad.span)] for _ in range(shuffles)])
    best = worth(truths[kept] @ shuffled.T, activated[kept][:, None]).max(axis=0)
    return float(1 + (best >= worth(np.array(chosen.hits), np.array(chosen.activations))).sum()) / (shuffles + 1)


def worth(hits: npt.NDArray[np.int64], activations: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """More bad years met come first, then fewer activations.

    >>> int(worth(np.array(3), np.array(5))) > int(worth(np.array(2), np.array(2)))
    True
    """
    return hits * 128 - activations


def left_out_together(joint: Joint, bad: Years, *, return_period: float) -> tuple[float | None, float | None]:
    """Hit rate and false-alarm ratio on each year of the combination chosen without it, at the return period asked for."""
    span = bad.span
    met = vain = 0
    every = [int(mask) for mask in joint.distinct]
    for place in range(span):
        without = ~(1 << place)
        events = bad.fired & bad.known & without
        scored = ((mask, (mask & without).bit_count()) for mask in every)
        kept = [(mask, count) for mask, count in scored if count and span / count >= return_period - 1e-9]
        best = max(kept, key=lambda each: ((each[0] & events).bit_count(), -each[1]), default=(0, 0))
        if best[0] >> place & 1:
            met, vain = met + (bad.fired >> place & 1), vain + (1 - (bad.fired >> place & 1))
    return met / joint.bad if joint.bad else None, vain / (met + vain) if met + vain else None
