"""A field as readings of an indicator: read by the bounded child, counted over the ground, doubted where it must be. Nothing is saved here."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from concertation.apps.anticipation.field_ground import Ground, ground_for, weights_on
from concertation.core.anticipation.framework import Framework, Indicator, Reduce
from concertation.core.anticipation.from_fields import (
    LEAST_HELD,
    Counted,
    Zone,
    counted,
    coverage_problems,
    readings_of,
)
from concertation.core.anticipation.quality import believed
from concertation.core.anticipation.readings import Reading
from concertation.core.anticipation.reducing import BY_MEMBERS, NOT_FROM_FIELDS, area_figures, variables_of
from concertation.core.fields.grid import Grid, Numbers
from concertation.core.fields.zonal import Cells, Zones, held_shares, zones_on
from concertation.core.problems import Problem
from concertation.formats.fields.reading import Asked, Field, read_field
from concertation.formats.fields.written_units import factor_to
from concertation.formats.limits import LIMITS, Limits

STEPS_AT_ONCE = 48
KEEPS_MEASURE = frozenset({"as-published", "area-mean", "spatial-quantile", "ensemble-mean"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is counted: an indicator, over the whole area or each unit of a level, on a day where the field does not say its own."""

    indicator: str
    scope: str
    on: date | None = None
    today: date = date.max


@dataclass(frozen=True, slots=True)
class ReadingsFromField:
    """The readings of a field, how its areas are covered, and what was wrong; no readings where it is refused."""

    problems: tuple[Problem, ...]
    readings: tuple[Reading, ...] = ()
    counted: tuple[Counted, ...] = ()
    grid: Grid | None = None
    days: tuple[date, ...] = ()
    ground: Ground | None = None


def told_of(read: ReadingsFromField) -> Mapping[str, object]:
    """How the readings of a field were counted, as it is kept beside them."""
    grid, ground = read.grid, read.ground
    return {
        "grid": asdict(grid) if grid else {}, "issues": len(read.days), "boundaries": ground.boundaries if ground else "", "areas_sha256": ground.digest if ground else "",
        "areas": [asdict(each) for each in read.counted], "problems": [{"code": each.code, "value": each.value, "detail": dict(each.detail)} for each in read.problems],
    }  # fmt: skip


def indicators_from_fields(framework: Framework) -> list[str]:
    """The indicators that can be counted from a field."""
    return [name for name, each in framework.indicators.items() if each.reduce.how not in NOT_FROM_FIELDS]


def read_readings(path: Path, framework: Framework, wanted: Wanted, *, limits: Limits = LIMITS) -> ReadingsFromField:
    """The readings of a file. Never raises on a bad file."""
    indicator = framework.indicators[wanted.indicator]
    scope = str(indicator.reduce.unit_level or 1) if indicator.reduce.how == "count-of-units" else wanted.scope
    ground = ground_for(framework, scope, wanted.today)
    if isinstance(ground, Problem):
        return ReadingsFromField((ground,))
    asked = Asked(variables=variables_of(indicator), bounds=ground.bounds, on=wanted.on)
    with read_field(path, asked, limits=limits) as field:
        factor, told = factor_of(field, indicator)
        refused = refusal(field, indicator)
        if field.grid is None or factor is None or refused is not None:
            return ReadingsFromField((*field.problems, *told, *((refused,) if refused else ())))
        return counted_over(field, framework, wanted.indicator, ground, factor, told)


def refusal(field: Field, indicator: Indicator) -> Problem | None:
    """An ensemble where one field is meant."""
    members = max((cells.shape[1] for cells in field.cells.values()), default=1)
    if members > 1 and indicator.reduce.how not in BY_MEMBERS:
        return Problem("field-members-unexpected", value=str(members), detail={"how": indicator.reduce.how})
    return None


def factor_of(field: Field, indicator: Indicator) -> tuple[float | None, tuple[Problem, ...]]:
    """By how much values are multiplied to stand in the measure of the indicator, and what is told of it; None where the unit is not known."""
    if field.grid is None or indicator.reduce.how not in KEEPS_MEASURE:
        return 1.0, ()
    written = next(iter(field.units.values()), "")
    if not written:
        return 1.0, (Problem("field-unit-missing", value=indicator.measure),)
    factor = factor_to(written, indicator.measure)
    if factor is None:
        return None, (Problem("field-unit-unknown", value=written[:40], detail={"measure": indicator.measure}),)
    changed = Problem("field-unit-converted", value=written[:40], detail={"measure": indicator.measure, "factor": f"{factor:g}"})
    return factor, (changed,) if factor != 1.0 else ()


def counted_over(field: Field, framework: Framework, name: str, ground: Ground, factor: float, told: tuple[Problem, ...]) -> ReadingsFromField:
    """The figures of every area and issue, those of areas that hold too little left out."""
    indicator, grid = framework.indicators[name], field.grid
    if grid is None:
        return ReadingsFromField(field.problems)
    zones = zones_on(grid, weights_on(grid, ground))
    parts = [figures_and_held(block, indicator, zones) for block in blocks(field, factor)]
    figures, held = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
    by_area = np.where(held >= LEAST_HELD, figures, np.nan) if figures.shape == held.shape else np.full(held.shape, np.nan)
    figures = by_area if figures.shape == held.shape else figures
    lines = counted(ground.zones, zones.weights, zones.km2, held, by_area)
    areas = ground.zones if indicator.reduce.how != "count-of-units" else (Zone(("",), "", ground.zones[0].shape),)
    kept = believed(framework, list(readings_of(framework, name, areas, field.days, figures)))
    barely = int((held.max(axis=0) < LEAST_HELD).sum())
    problems = (*field.problems, *told, *coverage_problems(lines, barely), *out_of_reach(field, indicator.reduce), *kept.problems)
    return ReadingsFromField(problems, kept.readings, lines, grid, field.days, ground)


def blocks(field: Field, factor: float) -> Iterator[Mapping[str, Cells]]:
    """Issues that are counted together, so that memory stays bounded."""
    for first in range(0, len(field.days), STEPS_AT_ONCE):
        yield {name: cells[first : first + STEPS_AT_ONCE] * np.float32(factor) for name, cells in field.cells.items()}


def figures_and_held(block: Mapping[str, Cells], indicator: Indicator, zones: Zones) -> tuple[Numbers, Numbers]:
    """The figures of some issues, and the share of each area that held a value."""
    first = next(iter(block))
    variable = indicator.variable if indicator.variable in block else first
    held = held_shares(np.where(np.isfinite(block[first]).any(axis=1), 0.0, np.nan), zones)
    return area_figures(indicator.reduce, block, variable, zones), held


def out_of_reach(field: Field, how: Reduce) -> Iterator[Problem]:
    """Conditions that no cell comes near: a field in shares where percents are meant would never fire, and nobody would know."""
    for each in how.where:
        most = float(np.nanmax(np.abs(field.cells[each.variable])))
        if each.at_least is not None and each.at_least > 1 and most <= 1:
            yield Problem("field-threshold-out-of-reach", value=f"{most:g}", detail={"variable": each.variable, "threshold": f"{each.at_least:g}"})
