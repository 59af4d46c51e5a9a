"""The choice of one pair: the middle of the best plateau, where a small change of either threshold changes nothing; never its edge."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from concertation.core.anticipation.calibration.search import HIGHEST, Percents, Rules, Truths

Grid = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Choice:
    """A pair in percent, what it does over the years, and how many steps it stands from the edge of its plateau."""

    first: int
    second: int
    hits: int
    fired: int
    steps_to_edge: int


def whole_grid(first: Percents, second: Percents, events: Truths) -> tuple[Grid, Grid]:
    """Hits and activations of every pair of thresholds 0 to 99 over one series of years.

    >>> hits, fired = whole_grid(np.array([50, 10], np.uint8), np.array([50, 10], np.uint8), np.array([True, False]))
    >>> int(fired[0, 0]), int(fired[20, 0]), int(hits[20, 20]), int(fired[60, 0])
    (2, 1, 1, 0)
    """
    limits = np.arange(HIGHEST + 1)[:, None]
    ones, twos = (np.asarray(values[None, :] >= limits, np.float64) for values in (first, second))
    return np.rint((ones * events) @ twos.T).astype(np.int64), np.rint(ones @ twos.T).astype(np.int64)


def plateau(hits: Grid, fired: Grid, *, events: int, years: int, rules: Rules) -> Truths:
    """The pairs that keep the rules and do best: most hits, then fewest activations. Empty where none keeps them."""
    valid = (hits >= max(rules.least_hits(events), 1)) & (fired <= rules.most_fired(years)) & (hits >= rules.success_rate * fired - 1e-9)
    worth = np.where(valid, hits * 128 - fired, -1)
    return np.asarray((worth == worth.max()) & valid)


def steps_to_edge(best: Truths) -> Grid:
    """For each pair of a plateau how many steps in every direction stay on it; 0 on its rim.

    >>> steps_to_edge(np.pad(np.ones((3, 3), np.bool_), 1))[2].tolist()
    [-1, 0, 1, 0, -1]
    """
    depth, inner = np.where(best, 0, -1), best
    while inner.any():
        room = np.pad(inner, 1)
        shifts = [room[down : down + best.shape[0], right : right + best.shape[1]] for down in range(3) for right in range(3)]
        inner = np.logical_and.reduce(shifts)
        depth = depth + inner
    return depth


def choose(first: Percents, second: Percents, events: Truths, rules: Rules) -> Choice | None:
    """The pair furthest from the edge of the best plateau, the closest to its centre of equals; None where no pair keeps the rules.

    >>> years = (np.array([80, 70, 10, 20, 5], np.uint8), np.array([60, 90, 20, 10, 5], np.uint8), np.array([True, True, False, False, False]))
    >>> choose(*years, Rules(0.5, 0.5, 2.0))
    Choice(first=45, second=35, hits=2, fired=2, steps_to_edge=24)
    """
    hits, fired = whole_grid(first, second, events)
    best = plateau(hits, fired, events=int(events.sum()), years=len(events), rules=rules)
    if not best.any():
        return None
    depth = steps_to_edge(best)
    spots = np.argwhere(depth == depth.max())
    middle = spots[np.abs(spots - np.median(spots, axis=0)).sum(axis=1).argmin()]
    row, column = int(middle[0]), int(middle[1])
    return Choice(row, column, int(hits[row, column]), int(fired[row, column]), int(depth[row, column]))
