"""Figures counted from a field, as readings of an indicator: one for each area and issue, none where too little of the area holds a value.

Figures keep six digits: fields are written in no more.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.quality import Written
from concertation.core.anticipation.readings import Reading, issue_of, season_of
from concertation.core.fields.coverage import Weights
from concertation.core.fields.grid import Numbers
from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold

LEAST_HELD = 0.5
NEARLY_ALL = 0.999
DIGITS = 6
MASK = re.compile(r"\s*(lat|lon)\s*(<=|>=)\s*(-?\d+(?:\.\d+)?)\s*")
WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class Zone:
    """One area that is counted: its units by our ids, its name, its shape in degrees."""

    units: tuple[str, ...]
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Counted:
    """How well one area is covered: cells touched, ground on the grid, share of it on the grid, the least share that ever held a value, its last figure."""

    units: tuple[str, ...]
    name: str
    cells: int
    covered: float
    km2: float
    on_grid: float
    held: float
    last: float | None

    @property
    def is_tiny(self) -> bool:
        """Whether the area is smaller than one cell: its figure is that of the cells around it."""
        return self.covered < 1.0


def masked(shape: BaseGeometry, mask: str) -> BaseGeometry | None:
    """The part of an area that the mask of a framework leaves; None where the mask is not understood.

    >>> masked(shapely.box(0, 15, 1, 19), "lat<=17").bounds
    (0.0, 15.0, 1.0, 17.0)
    """
    if not mask:
        return shape
    limits = dict(zip(("west", "south", "east", "north"), WORLD, strict=True))
    for part in re.split(r"\band\b|,", mask):
        found = MASK.fullmatch(part)
        if found is None:
            return None
        side = {("lat", "<="): "north", ("lat", ">="): "south", ("lon", "<="): "east", ("lon", ">="): "west"}[found[1], found[2]]
        limits[side] = float(found[3])
    return shapely.intersection(shape, shapely.box(limits["west"], limits["south"], limits["east"], limits["north"]))


def spelt(framework: Framework) -> Mapping[str, str]:
    """The units a framework's own tables name, by their folded spelling."""
    lines = [line for test in framework.tests.values() if test.table for line in test.table.lines]
    return {fold(line.unit): line.unit for line in lines if line.unit}


def reading_unit(zone: Zone, unit: str, names: Mapping[str, str]) -> str:
    """The unit of a reading: as the framework's tables spell it, else our own id."""
    return names.get(fold(zone.name), names.get(fold(unit), unit))


def readings_of(framework: Framework, indicator: str, zones: Sequence[Zone], days: Sequence[date], figures: Numbers) -> Iterator[Written]:
    """The readings of figures that stand by issue and area; an area without unit is the whole area of the framework."""
    every, names = framework.indicators[indicator].every, spelt(framework)
    for day, row in zip(days, figures, strict=True):
        year, issue = season_of(day, starts=framework.season_starts), issue_of(every, day)
        for zone, figure in zip(zones, row, strict=True):
            for unit in zone.units if np.isfinite(figure) else ():
                yield Written(Reading(indicator, reading_unit(zone, unit, names) if unit else "", year, issue, float(f"{figure:.{DIGITS}g}"), day), Cell(column=zone.name))


def counted(zones: Sequence[Zone], weights: Weights, km2: Numbers, held: Numbers, figures: Numbers) -> tuple[Counted, ...]:
    """How each area is covered; `held` and `figures` stand by issue and area."""
    told = zip(zones, weights.touched(), weights.covered(), km2, weights.on_grid, held.min(axis=0), figures[-1], strict=True)
    return tuple(
        Counted(zone.units, zone.name, int(cells), float(covered), float(ground), float(on_grid), float(least), float(last) if np.isfinite(last) else None)
        for zone, cells, covered, ground, on_grid, least, last in told
    )  # fmt: skip


def coverage_problems(every: Sequence[Counted], cells_barely: int) -> Iterator[Problem]:
    """What is doubtful of the areas: beside the grid, without value, smaller than a cell."""
    beside = [each for each in every if each.on_grid < NEARLY_ALL]
    if beside:
        worst = min(beside, key=lambda each: each.on_grid)
        yield Problem("field-units-beside-grid", value=str(len(beside)), detail={"worst": worst.name, "share": f"{100 * worst.on_grid:.0f}"})
    if cells_barely:
        yield Problem("field-units-without-value", value=str(cells_barely), detail={"least": f"{100 * LEAST_HELD:.0f}"})
    tiny = [each.name for each in every if each.is_tiny]
    if tiny:
        yield Problem("field-units-tiny", value=str(len(tiny)), detail={"which": ", ".join(tiny[:3]) + ("…" if len(tiny) > 3 else "")})
