"""The figure of every area from fields on a grid: weights made once, then sums over the cells that hold a value.

A missing cell (NaN) counts neither above nor below the line; an area none of whose cells holds a value has no figure (NaN), never 0.
Means, shares and quantiles weigh each cell by the share of it inside the area times its square kilometres at its latitude. Sums and
counts are of cells: a value counts as much as the share of its cell inside the area.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from concertation.core.fields.coverage import Places, Weights
from concertation.core.fields.grid import Grid, Numbers

Kind = Literal["mean", "sum", "count", "share-at-least", "share-at-most", "quantile"]
Cells = npt.NDArray[np.floating] | npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Statistic:
    """What is asked of the cells of an area; `at` is the threshold of a share or the quantile (0 to 1)."""

    kind: Kind
    at: float = 0.0


MEAN, MEDIAN = Statistic("mean"), Statistic("quantile", 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Areas ready to be counted on one grid: their weights by share of cell, and by ground."""

    weights: Weights
    ground: Numbers

    @property
    def km2(self) -> Numbers:
        """The ground of each area that lies on the grid."""
        return sums_of(self.ground, self.weights)


def zones_on(grid: Grid, weights: Weights) -> Zones:
    """Weights with the ground of each cell at its latitude.

    >>> from shapely import box
    >>> from concertation.core.fields.coverage import coverage
    >>> grid = Grid(0.0, 1.0, 1.0, 1.0, 1, 1)
    >>> [round(float(km2)) for km2 in zones_on(grid, coverage(grid, [box(0, 0, 0.5, 1)])).km2]
    [6182]
    """
    return Zones(weights, weights.shares * grid.row_km2()[weights.cells // grid.columns])


class Counting:
    """Sums over areas, one field after another, with the memory they need laid out once.

    Which cells are missing seldom changes from one field to the next: the ground that is left is summed anew only when it does.
    """

    def __init__(self, zones: Zones, kind: np.dtype[Any]) -> None:
        self.zones, self.weights = zones, zones.weights
        self.some = np.flatnonzero(self.weights.touched())
        self.taken = np.empty(len(self.weights.cells), kind)
        self.weighed = np.empty(len(self.weights.cells))
        self.missing = np.zeros(len(self.weights.cells), np.bool_)
        self.left = {"ground": self.sums(zones.ground), "shares": self.sums(self.weights.shares)}

    def sums(self, values: Numbers) -> Numbers:
        """The sum of each area; 0 for one that touches no cell."""
        return sums_of(values, self.weights, self.some)

    def taken_from(self, field: Cells) -> Cells:
        """The values of a field laid out by area and cell."""
        return np.take(field, self.weights.cells, out=self.taken, mode="clip")

    def without_missing(self, taken: Cells) -> Cells:
        """Nothing where a value is missing, and what weight is left then."""
        missing = ~np.isfinite(taken)
        np.copyto(taken, 0, where=missing)
        if not np.array_equal(missing, self.missing):
            self.missing = missing
            self.left = {"ground": self.sums(np.where(missing, 0.0, self.zones.ground)), "shares": self.sums(np.where(missing, 0.0, self.weights.shares))}
        return taken

    def mean(self, taken: Cells) -> Numbers:
        """Means weighed by ground."""
        counted = self.sums(np.multiply(self.without_missing(taken), self.zones.ground, out=self.weighed))
        whole = self.left["ground"]
        return np.asarray(np.divide(counted, whole, out=np.full(len(whole), np.nan), where=whole > 0))

    def total(self, taken: Cells) -> Numbers:
        """Sums of values, each as far as its cell lies inside."""
        counted = self.sums(np.multiply(self.without_missing(taken), self.weights.shares, out=self.weighed))
        return np.where(self.left["shares"] > 0, counted, np.nan)

    def count(self, taken: Cells) -> Numbers:
        """Cells that hold a value, each as far as it lies inside."""
        self.without_missing(taken)
        return self.left["shares"]

    def share(self, taken: Cells, asked: Statistic) -> Numbers:
        """Percent of the ground whose value is beyond a threshold."""
        met = taken >= asked.at if asked.kind == "share-at-least" else taken <= asked.at
        return 100.0 * self.mean(np.where(np.isfinite(taken), met, np.nan))

    def figure(self, field: Cells, asked: Statistic) -> Numbers:
        """The figure of each area in one field."""
        taken = self.taken_from(field)
        if asked.kind == "quantile":
            return quantiles(taken, self.zones, asked.at)
        plain = {"mean": self.mean, "sum": self.total, "count": self.count}.get(asked.kind)
        return plain(taken) if plain else self.share(taken, asked)


def zonal(fields: Cells, zones: Zones, asked: Statistic = MEAN) -> Numbers:
    """The figure of each area in each field: fields along the first axis, the cells of the grid along the second.

    >>> from shapely import box
    >>> from concertation.core.fields.coverage import coverage
    >>> grid = Grid(0.0, 0.5, 1.0, 1.0, 2, 1)
    >>> zones = zones_on(grid, coverage(grid, [box(0, -0.5, 1.5, 0.5)]))
    >>> [round(float(zonal(np.array([[1.0, 4.0]]), zones, Statistic(kind))[0, 0]), 6) for kind in ("mean", "sum", "count")]
    [2.0, 3.0, 1.5]
    """
    counting = Counting(zones, fields.dtype)
    found = np.full((len(fields), zones.weights.areas), np.nan)
    for place, field in enumerate(fields):
        found[place] = counting.figure(field, asked)
    return found


def sums_of(values: Numbers, weights: Weights, some: Places | None = None) -> Numbers:
    """The sum of each area along its cells (of `some` alone, where it is known which touch any); 0 for an area that touches none.

    >>> every = np.zeros(3)
    >>> sums_of(np.array([1.0, 2.0, 4.0]), Weights(np.array([0, 2, 2, 3]), np.arange(3), every, every)).tolist()
    [3.0, 0.0, 4.0]
    """
    some = np.flatnonzero(weights.touched()) if some is None else some
    sums = np.zeros(weights.areas)
    if len(some):
        sums[some] = np.add.reduceat(values, weights.starts[some])
    return sums


def quantiles(values: Cells, zones: Zones, share: float) -> Numbers:
    """Of each area the least value under or at which at least a share of its ground lies.

    >>> weights = Weights(np.array([0, 3]), np.arange(3), np.ones(3), np.ones(1))
    >>> quantiles(np.array([3.0, 1.0, 2.0]), Zones(weights, np.array([1.0, 1.0, 2.0])), 0.5).tolist()
    [2.0]
    """
    weights = zones.weights
    area = np.repeat(np.arange(weights.areas), weights.touched())
    held = np.flatnonzero(np.isfinite(values))
    order = held[in_order(area[held], values[held])]
    starts = np.searchsorted(area[order], np.arange(weights.areas + 1))
    reached = np.concatenate(([0.0], np.cumsum(zones.ground[order])))
    whole = reached[starts[1:]] - reached[starts[:-1]]
    place = np.searchsorted(reached[1:], reached[starts[:-1]] + (share - 1e-12) * whole)
    place = np.clip(place, starts[:-1], np.maximum(starts[1:] - 1, 0))
    told = np.full(weights.areas, np.nan)
    some = starts[1:] > starts[:-1]
    told[some] = values[order[place[some]]]
    return told


def in_order(area: Places, values: Cells) -> Places:
    """The order by area, then by value: both in one whole number, sorted at once.

    >>> in_order(np.array([1, 0, 0, 1]), np.array([-2.0, 5.0, -1.0, 0.5])).tolist()
    [2, 1, 0, 3]
    """
    bits = np.asarray(values, dtype=np.float32).view(np.int32).astype(np.int64)
    ascending = np.where(bits < 0, np.int64(-(2**31)) - bits - 1, bits)
    return np.argsort((area << 32) + ascending)


def held_shares(fields: Cells, zones: Zones) -> Numbers:
    """The share of the ground of each area whose cells hold a value, in each field; what lies beside the grid holds none."""
    counted = np.isfinite(fields).astype(np.float64)
    means = zonal(counted, zones)
    return np.where(np.isfinite(means), means, 0.0) * zones.weights.on_grid
