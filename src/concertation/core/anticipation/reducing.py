"""How a field, a set of units or an ensemble becomes the one number that a test reads. Weights are the share of each cell inside the area."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from concertation.core.anticipation.framework import Condition, Reduce

Field = npt.NDArray[np.float64]


def holds(condition: Condition, cells: Mapping[str, Field]) -> npt.NDArray[np.bool_]:
    """In which cells a condition holds; in none where a value is missing.

    >>> holds(Condition("below", minus="above", at_least=5.0), {"below": np.array([40.0, 40.0]), "above": np.array([36.0, 30.0])})
    array([False,  True])
    """
    value = cells[condition.variable] - (cells[condition.minus] if condition.minus else 0.0)
    low = value >= condition.at_least if condition.at_least is not None else np.ones(value.shape, np.bool_)
    high = value <= condition.at_most if condition.at_most is not None else np.ones(value.shape, np.bool_)
    return np.asarray(low & high & np.isfinite(value))


def reduced(how: Reduce, cells: Mapping[str, Field], *, variable: str, weights: Field) -> float | None:
    """The number of an area, None where every cell is missing.

    Shares are in percent of the weight of the cells that hold a value; a quantile is the value under which that share of the weight
    lies. Members of an ensemble stand along the first axis.

    >>> cells = {"p": np.array([45.0, 30.0, np.nan])}
    >>> reduced(Reduce("share-of-area", where=(Condition("p", at_least=40.0),)), cells, variable="p", weights=np.array([1.0, 3.0, 5.0]))
    25.0
    """
    values = cells[variable]
    if how.how == "ensemble-mean":
        values = np.nanmean(values, axis=0)
    elif how.how == "ensemble-probability":
        values = np.nanmean(np.where(np.isnan(values), np.nan, values < (how.below or 0.0)), axis=0)
    valid = np.isfinite(values) & (weights > 0)
    if not valid.any():
        return None
    if how.how == "share-of-area":
        met = np.logical_and.reduce([holds(condition, cells) for condition in how.where]) & valid
        return float(100.0 * weights[met].sum() / weights[valid].sum())
    if how.how == "count-of-units":
        return float((np.logical_and.reduce([holds(condition, cells) for condition in how.where]) & valid).sum())
    if how.how == "spatial-quantile":
        return weighted_quantile(values[valid], weights[valid], how.quantile or 0.0)
    return float((values[valid] * weights[valid]).sum() / weights[valid].sum())


def weighted_quantile(values: Field, weights: Field, share: float) -> float:
    """The least value under or at which at least a share of the weight lies.

    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), 0.5)
    2.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, share - 1e-12)), len(values) - 1)])
