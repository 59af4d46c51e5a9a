"""Figures in few classes, so that a map can be read at a glance; the rule that made the classes is said beside the map.

Two rules: quantiles (each class holds about as many units) and natural breaks (units inside a class are as alike as
possible: Fisher, On Grouping for Maximum Homogeneity, JASA 1958; Jenks 1967). Both are exact and give the same breaks
for the same figures, in any order. A unit without a figure is in no class, and never in the lowest.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Rule = Literal["quantiles", "natural_breaks", "given"]


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes by their upper bounds (each bound belongs to its class), from `lowest`, and the rule that made them."""

    lowest: float
    uppers: tuple[float, ...]
    rule: Rule

    def step(self, figure: float | None) -> int | None:
        """The class of a figure, counted from 0; None for no figure. A figure above the last bound is in the last class.

        >>> [Classes(0, (10, 20), "given").step(figure) for figure in (0, 10, 11, 99, None)]
        [0, 0, 1, 1, None]
        """
        return None if figure is None else min(bisect_left(self.uppers, figure), len(self.uppers) - 1)

    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The lower and upper bound of each class.

        >>> Classes(0, (10, 20), "given").bounds()
        ((0, 10), (10, 20))
        """
        return tuple(pairwise((self.lowest, *self.uppers)))


def held(figures: Iterable[float | None]) -> list[float]:
    """The figures there are, in rising order."""
    return sorted(figure for figure in figures if figure is not None)


def quantile_classes(figures: Iterable[float | None], *, classes: int) -> Classes | None:
    """Classes that hold about as many figures each; equal figures stay together, so there may be fewer classes.

    None when no figure is held.

    >>> quantile_classes([1, 2, 3, 4, 5, 6, None], classes=3)
    Classes(lowest=1, uppers=(2, 4, 6), rule='quantiles')
    """
    rising = held(figures)
    if not rising:
        return None
    ends = [-(-len(rising) * rank // classes) - 1 for rank in range(1, classes + 1)]
    return Classes(rising[0], tuple(sorted({rising[max(end, 0)] for end in ends})), "quantiles")


def natural_classes(figures: Iterable[float | None], *, classes: int) -> Classes | None:
    """Classes whose members are as alike as possible: the least sum of squared distances to the class mean (Fisher-Jenks).

    Exact; made for the few hundred units of a map (time grows with the square of the distinct figures). None without figures.

    >>> natural_classes([1, 2, 2, 50, 51, 400], classes=3)
    Classes(lowest=1, uppers=(2, 51, 400), rule='natural_breaks')
    """
    rising = held(figures)
    if not rising:
        return None
    distinct, counts = np.unique(np.asarray(rising, dtype=np.float64), return_counts=True)
    ends = class_ends(distinct, counts.astype(np.float64), min(classes, len(distinct)))
    return Classes(rising[0], tuple(whole(float(distinct[end])) for end in ends), "natural_breaks")


def class_ends(distinct: NDArray[np.float64], counts: NDArray[np.float64], classes: int) -> list[int]:
    """Positions of the last figure of each class in the best partition of rising distinct figures."""
    cost = spread_within(distinct, counts)
    best = cost[0].copy()
    starts: list[NDArray[np.intp]] = []
    for _ in range(classes - 1):
        totals = np.concatenate(([np.inf], best[:-1]))[:, None] + cost
        starts.append(np.argmin(totals, axis=0))
        best = np.min(totals, axis=0)
    return walk_back(starts, len(distinct) - 1)


def spread_within(distinct: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of squared distances to the mean for every run of figures [row..column]; infinite where the run is empty."""
    shifted = distinct - distinct.mean()
    sums = np.concatenate(([[0.0, 0.0, 0.0]], np.cumsum(np.column_stack((counts, counts * shifted, counts * shifted**2)), axis=0)))
    count, total, squares = (sums[None, 1:, part] - sums[:-1, None, part] for part in range(3))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = squares - total**2 / count
    return np.where(count > 0, np.maximum(spread, 0.0), np.inf)


def walk_back(starts: Sequence[NDArray[np.intp]], last: int) -> list[int]:
    """The ends of the classes, from where each best last class starts."""
    ends = [last]
    for start in reversed(starts):
        ends.append(int(start[ends[-1]]) - 1)
    return ends[::-1]


def whole(figure: float) -> float:
    """A whole figure as an int, so that people are counted in whole numbers."""
    return int(figure) if figure.is_integer() else figure


def given_classes(lowest: float, uppers: Sequence[float]) -> Classes:
    """Classes set by a framework or a person, such as the 20 % of a Cadre Harmonisé phase.

    >>> given_classes(0, (5, 20, 100)).step(20)
    1
    """
    return Classes(lowest, tuple(uppers), "given")
