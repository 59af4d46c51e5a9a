"""Areas of a boundary file and the units they are: by code first, then by name, within one level of one division of a State.

Which level and which division a file draws is chosen by a person, else the one that most of its areas belong to. Two
areas of one unit become one; an area that is no unit for sure stays on the map under its own name and waits for a person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import shapely

from concertation.core.geometry import Area, polygons
from concertation.core.place_names import How
from concertation.core.place_rows import Doubt
from concertation.core.places import Gazetteer, Placement, WrittenPlace
from concertation.core.problems import Cell, Problem
from concertation.core.spelling import name_key

LEVELS = (1, 2, 3)
SURE: frozenset[How] = frozenset(["exact", "repaired"])
NAMES_TOLD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a file fits one level of one division: areas that name one of its units, units named, units there are."""

    division: str
    level: int
    areas: int
    named: int
    units: int


@dataclass(frozen=True, slots=True)
class MatchedArea:
    """An area with the unit it is, if any, how that was found, and its place in the file (from 1)."""

    area: Area
    how: How
    number: int


@dataclass(frozen=True, slots=True)
class Matching:
    """The areas of a file as a set for one level of one division, the questions they raise, and units without an area."""

    division: str
    level: int
    areas: tuple[MatchedArea, ...]
    doubts: tuple[Doubt, ...]
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]


def units_in(gazetteer: Gazetteer, *, state: str, division: str, level: int) -> frozenset[str]:
    """The units of one level of a division."""
    held = gazetteer.hierarchy
    return frozenset(
        unit for unit, homes in held.parents.items() if division in homes and held.units[unit].state == state and held.level(unit) == level
    )


def fits(areas: Sequence[Area], gazetteer: Gazetteer, state: str) -> list[Fit]:
    """Every level of every division that some area belongs to, the best first: most areas, then fewest units left without one."""
    named = [names_exactly(area, gazetteer, state) for area in areas]
    every = [fit_of(named, gazetteer, state=state, division=each, level=level) for each in gazetteer.hierarchy.divisions for level in LEVELS]
    return sorted((fit for fit in every if fit.areas), key=lambda fit: (-fit.areas, fit.units - fit.named))


def fit_of(named: Iterable[frozenset[str]], gazetteer: Gazetteer, *, state: str, division: str, level: int) -> Fit:
    """How areas, each with the units it may be, fit one level of one division."""
    units = units_in(gazetteer, state=state, division=division, level=level)
    found = [each & units for each in named]
    return Fit(division=division, level=level, areas=sum(map(bool, found)), named=len(frozenset().union(*found)), units=len(units))


def names_exactly(area: Area, gazetteer: Gazetteer, state: str) -> frozenset[str]:
    """The units that an area's codes stand for; without a known code, those that bear its name at any level."""
    held = gazetteer.hierarchy.units
    by_code = frozenset(unit for code in area.codes for unit in gazetteer.codes.units(code) if held[unit].state == state)
    keys = [name_key(name) for name in area.names]
    return by_code or frozenset(unit for key in keys for level in LEVELS for unit in gazetteer.names.units(state, level, key))


def match(areas: Sequence[Area], gazetteer: Gazetteer, *, state: str, division: str, level: int) -> Matching:
    """Each area and its unit. Yields area-not-placed (doubtful), areas-joined and units-without-area (notes)."""
    units = units_in(gazetteer, state=state, division=division, level=level)
    written = [as_written(area, state=state, level=level) for area in areas]
    placements = gazetteer.place_all(written, division=division)
    found = [unit_of(placement, units) for placement in placements]
    doubts = [
        Doubt(place, placement, 1, number)
        for number, (place, placement, unit) in enumerate(zip(written, placements, found, strict=True), start=1)
        if unit is None
    ]
    loose = [
        MatchedArea(replace(area, units=()), placement.how if placement.how not in SURE else "unknown", number)
        for number, (area, placement, unit) in enumerate(zip(areas, placements, found, strict=True), start=1)
        if unit is None
    ]
    placed = joined(areas, placements, found)
    missing = tuple(sorted(units - {unit for unit in found if unit is not None}))
    problems = (*unplaced_problems(loose), *joined_problems(found, gazetteer), *missing_problems(missing, gazetteer))
    return Matching(division, level, (*placed, *loose), tuple(doubts), problems, missing)


def as_written(area: Area, *, state: str, level: int) -> WrittenPlace:
    """What an area says of itself, in the columns of its level."""
    name, code = next(iter(area.names), None), next(iter(area.codes), None)
    first, second, third = ((name, code) if at == level else (None, None) for at in LEVELS)
    return WrittenPlace(state, (first[0], second[0], third[0]), (first[1], second[1], third[1]))


def unit_of(placement: Placement, units: frozenset[str]) -> str | None:
    """The one unit of the division that an area surely is."""
    inside = [unit for unit in placement.units if unit in units]
    return inside[0] if placement.how in SURE and len(inside) == 1 else None


def joined(areas: Sequence[Area], placements: Sequence[Placement], found: Sequence[str | None]) -> list[MatchedArea]:
    """The areas that have a unit, those of one unit as one shape, in the order of the file."""
    positions: dict[str, list[int]] = {}
    for position, unit in enumerate(found):
        if unit is not None:
            positions.setdefault(unit, []).append(position)
    return [
        MatchedArea(replace(areas[at[0]], units=(unit,), shape=merged([areas[each] for each in at])), placements[at[0]].how, at[0] + 1)
        for unit, at in positions.items()
    ]


def merged(areas: Sequence[Area]) -> shapely.MultiPolygon:
    """The shape of one or several areas."""
    return areas[0].shape if len(areas) == 1 else polygons(shapely.union_all([area.shape for area in areas]))


def unplaced_problems(loose: Iterable[MatchedArea]) -> list[Problem]:
    """One line per area that is no unit for sure."""
    return [Problem("area-not-placed", Cell(row=each.number), " ".join((*each.area.codes, *each.area.names))) for each in loose]


def joined_problems(found: Iterable[str | None], gazetteer: Gazetteer) -> list[Problem]:
    """One line per unit drawn by several areas."""
    held = gazetteer.hierarchy.units
    times = Counter(unit for unit in found if unit is not None)
    return [Problem("areas-joined", value=held[unit].name_fr, detail={"count": str(count)}) for unit, count in times.items() if count > 1]


def missing_problems(missing: Sequence[str], gazetteer: Gazetteer) -> list[Problem]:
    """One line for the units that no area draws."""
    if not missing:
        return []
    names = [gazetteer.hierarchy.units[unit].name_fr for unit in missing]
    told = ", ".join(names[:NAMES_TOLD]) + (" …" if len(names) > NAMES_TOLD else "")
    return [Problem("units-without-area", value=str(len(missing)), detail={"names": told})]


def simplified(areas: Sequence[Area], *, tolerance: float) -> tuple[Area, ...]:
    """The same areas with fewer points, neighbours still sharing their edges; `tolerance` in degrees.

    An area that would vanish keeps its shape.

    >>> nearly_straight = Area(polygons(shapely.Polygon([(0, 0), (0, 1), (0.5, 1.0001), (1, 1), (1, 0)])))
    >>> [int(shapely.get_num_coordinates(area.shape)) for area in simplified([nearly_straight], tolerance=0.1)]
    [5]
    """
    lighter = shapely.coverage_simplify([area.shape for area in areas], tolerance)
    shapes = [polygons(shape) for shape in lighter]
    return tuple(area if shape.is_empty else replace(area, shape=shape) for area, shape in zip(areas, shapes, strict=True))


def counts(matching: Matching) -> Mapping[str, int]:
    """Areas by how their unit was found."""
    return Counter(each.how for each in matching.areas)
