"""How fields on a grid, or an ensemble of them, become the numbers that a test reads: one for each area and each issue.

Of an ensemble each cell is reduced over its members first, then the cells over the area. A count of units takes the mean of each unit.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from concertation.core.anticipation.framework import Condition, Indicator, Reduce, Reducing
from concertation.core.fields.grid import Numbers
from concertation.core.fields.zonal import MEAN, Cells, Statistic, Zones, zonal

BY_MEMBERS: frozenset[Reducing] = frozenset({"ensemble-mean", "ensemble-probability"})
NOT_FROM_FIELDS: frozenset[Reducing] = frozenset({"gauge"})


def variables_of(indicator: Indicator) -> tuple[str, ...]:
    """The variables that must be read to reduce an indicator, its own first.

    >>> from concertation.core.anticipation.declaring import Text
    >>> how = Reduce("share-of-area", where=(Condition("below", minus="above", at_least=5.0),))
    >>> variables_of(Indicator(Text("pluie", "rain"), "IRI", "below", "percent", "month", how))
    ('below', 'above')
    """
    if not indicator.reduce.where:
        return (indicator.variable,)
    named = [name for each in indicator.reduce.where for name in (each.variable, each.minus) if name]
    return tuple(dict.fromkeys(named))


def met(conditions: Sequence[Condition], values: Mapping[str, Cells]) -> Numbers:
    """1 where every condition holds, 0 where one does not, missing where a value is.

    >>> met([Condition("below", minus="above", at_least=5.0)], {"below": np.array([40.0, 40.0, 9.0]), "above": np.array([36.0, 30.0, np.nan])})
    array([ 0.,  1., nan])
    """
    told = [one_met(each, values) for each in conditions]
    return np.asarray(np.minimum.reduce(told))


def one_met(condition: Condition, values: Mapping[str, Cells]) -> Numbers:
    """One condition, cell by cell."""
    value = values[condition.variable] - (values[condition.minus] if condition.minus else 0.0)
    low = value >= condition.at_least if condition.at_least is not None else True
    high = value <= condition.at_most if condition.at_most is not None else True
    return np.where(np.isfinite(value), low & high, np.nan)


def over_members(how: Reduce, cells: Cells) -> Numbers:
    """Each cell over the members of an ensemble (second axis): its mean, or the share of members below a value.

    >>> over_members(Reduce("ensemble-probability", below=-0.85), np.array([[[-1.0], [0.0], [np.nan]]])).tolist()
    [[0.5]]
    """
    held = np.isfinite(cells)
    counted = cells < (how.below or 0.0) if how.how == "ensemble-probability" else np.where(held, cells, 0.0)
    number = held.sum(axis=1)
    sums = np.where(held, counted, 0.0).sum(axis=1, dtype=np.float64)
    return np.asarray(np.divide(sums, number, out=np.full(number.shape, np.nan), where=number > 0))


def area_figures(how: Reduce, cells: Mapping[str, Cells], variable: str, zones: Zones) -> Numbers:
    """The number of each area at each issue, missing where every cell is. Cells stand by issue, member and place; shares are in percent.

    >>> from shapely import box
    >>> from concertation.core.fields.coverage import coverage
    >>> from concertation.core.fields.grid import Grid
    >>> from concertation.core.fields.zonal import zones_on
    >>> grid = Grid(0.0, 0.5, 1.0, 1.0, 2, 1)
    >>> zones = zones_on(grid, coverage(grid, [box(0, -0.5, 1.25, 0.5)]))
    >>> area_figures(Reduce("share-of-area", where=(Condition("p", at_least=40.0),)), {"p": np.array([[[45.0, 30.0]]])}, "p", zones).tolist()
    [[80.0]]
    """
    single = {name: over_members(how, each) if how.how in BY_MEMBERS else each[:, 0] for name, each in cells.items()}
    if how.how == "share-of-area":
        return 100.0 * zonal(met(how.where, single), zones)
    if how.how == "spatial-quantile":
        return zonal(single[variable], zones, Statistic("quantile", how.quantile or 0.0))
    if how.how == "count-of-units":
        return units_met(met(how.where, {name: zonal(each, zones) for name, each in single.items()}))
    return zonal(single[variable], zones, MEAN)


def units_met(told: Numbers) -> npt.NDArray[np.float64]:
    """How many units meet the conditions at each issue, as one area; missing where nothing is known of any.

    >>> units_met(np.array([[1.0, 0.0, np.nan], [np.nan, np.nan, np.nan]])).tolist()
    [[1.0], [nan]]
    """
    known = np.isfinite(told).any(axis=1)
    return np.where(known, np.nansum(told, axis=1), np.nan)[:, None]
