"""What the pages of the picture read beside the scenes: the reference ground kept in memory, needs and presence by sector.

The ground (States, divisions, units, sectors, p-codes) changes only with the reference set, so a process reads it once for
each state of the set. The number of queries does not grow with units, States or activities.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from concertation.apps.ground.once import once
from concertation.apps.needs import queries as needs
from concertation.apps.needs.models import Sector
from concertation.apps.needs.terrain import Terrain
from concertation.apps.picture.queries import PICTURED, Background
from concertation.apps.places.drawing import Drawing, Part, joint_drawing, keep_symbols, kept_drawing
from concertation.apps.places.models import AdminUnit, Division, State, UnitParent
from concertation.apps.places.queries import pcodes, states_with_units
from concertation.apps.sources.queries import boundaries_stamp, loaded_reference_set
from concertation.core.geometry import touching
from concertation.core.sharing import Mandate, visibility_of
from concertation.core.sharing.visibility import sees_restricted_sectors
from concertation.draw.maps import symbols

FINEST = 3
NATIONAL = ("requirement", "funding", "idps")


@dataclass(frozen=True, slots=True)
class Ground:
    """States, divisions, units, sectors and p-codes as the reference set holds them; `parents` is by division, then by unit."""

    states: Mapping[str, State]
    divisions: Mapping[str, Division]
    sectors: Mapping[str, Sector]
    units: Mapping[str, AdminUnit]
    parents: Mapping[str, Mapping[str, str]]
    pcodes: Mapping[str, str]
    terrain: Terrain

    @property
    def background(self) -> Background:
        """What scenes rest on."""
        return Background(self.units, self.pcodes, frozenset(code for code, sector in self.sectors.items() if sector.restricted), self.terrain)

    def divisions_of(self, state: str) -> list[Division]:
        """The divisions of a State, the newest first."""
        own = [division for division in self.divisions.values() if division.state_id == state]
        return sorted(own, key=lambda division: division.valid_from or date.min, reverse=True)

    def division_in_force(self, state: str, on: date) -> str:
        """The division of a State in force on a day, else its newest; empty when none is held."""
        own = self.divisions_of(state)
        begun = [each for each in own if (each.valid_from or date.min) <= on and not (each.valid_to and each.valid_to <= on)]
        return next((each.pk for each in (*begun, *own)), "")

    def division_with(self, unit: AdminUnit, preferred: str) -> str:
        """The division to show a unit in: the preferred one if the unit stands in it, else the newest in which it does."""
        if unit.level == 0:
            return preferred
        standing = [each.pk for each in self.divisions_of(unit.state_id) if unit.pk in self.parents.get(each.pk, {})]
        return preferred if preferred in standing else next(iter(standing), preferred)

    def path_to(self, unit: AdminUnit, division: str) -> list[AdminUnit]:
        """The unit and what it lies in, from the State down."""
        above, at, path = self.parents.get(division, {}), unit.pk, [unit]
        while at in above and above[at] in self.units:
            at = above[at]
            path.append(self.units[at])
        return path[::-1]

    def within(self, unit: str, division: str) -> list[AdminUnit]:
        """The units directly below a unit in a division, in alphabetical order."""
        below = [self.units[child] for child, parent in self.parents.get(division, {}).items() if parent == unit and child in self.units]
        return sorted(below, key=lambda each: each.sort_key)

    def region_of(self, unit: AdminUnit, division: str) -> AdminUnit | None:
        """The level 1 unit that holds a unit; None for the State itself or outside the division."""
        return next((each for each in self.path_to(unit, division) if each.level == 1), None)

    def has_level(self, division: str, level: int) -> bool:
        """Whether units of that level stand in a division."""
        return any(self.units[unit].level == level for unit in self.parents.get(division, {}) if unit in self.units)


def ground() -> Ground:
    """The ground of the reference set now loaded. One query once it is in memory."""
    return _ground(loaded_reference_set())


@lru_cache(maxsize=2)
def _ground(digest: str) -> Ground:
    states = {state.pk: state for state in states_with_units()}
    units = {unit.pk: unit for unit in AdminUnit.objects.filter(state_id__in=states)}
    parents: dict[str, dict[str, str]] = {}
    for unit, division, parent in UnitParent.objects.values_list("unit_id", "division_id", "parent_id"):
        parents.setdefault(division, {})[unit] = parent
    sectors = {sector.pk: sector for sector in needs.sectors()}
    return Ground(states, Division.objects.in_bulk(), sectors, units, parents, pcodes(list(units)), needs.terrain())


@once
def figures_pictured(mandates: tuple[Mandate, ...], states: tuple[str, ...]) -> pl.DataFrame:
    """The figures that pictures of these States, and their national lines, are made of, of every day (HELD_SCHEMA). One query a page."""
    return needs.figures(mandates, states=states, concepts=(*PICTURED, *NATIONAL))


def divisions_shown(held: pl.DataFrame, on: Ground, *, states: Sequence[str], sector: str, day: date) -> dict[str, str]:
    """For each State, the division most regional need figures stand on, which needs no estimate; else the one in force."""
    lead = needs.LEADING_CONCEPT.get(sector, "in_need")
    regional = on.terrain.standing.filter(pl.col("level") == 1).select("unit", "division")
    standing = held.filter(pl.col("concept") == lead).select("owner_state", "unit").unique().join(regional, on="unit")
    counted = standing.group_by("owner_state", "division").len().sort("len", "division")
    widest = dict(counted.select("owner_state", "division").iter_rows())
    return {state: widest.get(state) or on.division_in_force(state, day) for state in states}


def drawn(parts: Iterable[Part]) -> Drawing | None:
    """The shapes of these parts in one frame, kept in memory until a set of boundaries comes or is approved. One query then."""
    return kept_drawing(parts, stamp=boundaries_stamp())


def drawn_within(part: Part, units: Iterable[str]) -> Drawing | None:
    """The shapes of some units of a part alone; None where none of them has an outline. One query."""
    found = _drawn_within(part, frozenset(units), boundaries_stamp())
    if found is not None:
        keep_symbols(found.sheet)
    return found


@lru_cache(maxsize=128)
def _drawn_within(part: Part, units: frozenset[str], stamp: str) -> Drawing | None:
    whole = joint_drawing([part])
    areas = tuple(area for area in whole.sheet.areas if units.intersection(area.units)) if whole else ()
    if whole is None or not areas:
        return None
    return Drawing(symbols(areas), whole.parts, whole.sets)


def neighbours(unit: AdminUnit, divisions: Mapping[str, str]) -> tuple[str, ...]:
    """Units of other States whose area touches the area of this unit at its own level, by the boundaries held. One query."""
    return _beyond(tuple(Part(division, unit.level) for division in divisions.values()), boundaries_stamp()).get(unit.pk, ())


@lru_cache(maxsize=16)
def _beyond(parts: tuple[Part, ...], stamp: str) -> Mapping[str, tuple[str, ...]]:
    drawing = joint_drawing(parts)
    if drawing is None:
        return {}
    areas = drawing.sheet.areas
    pairs = touching(areas)
    found: dict[str, list[str]] = {}
    for one, other in (*pairs, *((second, first) for first, second in pairs)):
        for unit in areas[one].units:
            found.setdefault(unit, []).extend(each for each in areas[other].units if each[:3] != unit[:3])
    return {unit: tuple(dict.fromkeys(beyond)) for unit, beyond in found.items()}


def needs_of_states(held: pl.DataFrame, on: Ground, *, states: Sequence[str]) -> tuple[needs.NationalLine, ...]:
    """People in need and in phase 3 or worse of each State, every sector and group, from figures read before."""
    return needs.lines_of(held.filter(pl.col("concept").is_in(["in_need", "phase3plus"])), states=states, ground=on.terrain)


def reads_whole(mandates: Sequence[Mandate], state: str) -> bool:
    """Whether the reader sees the confidential rows of a State: only then may "no report received" be said."""
    return sees_restricted_sectors(visibility_of(mandates).widest_level(state))


def counts_of(summaries: pl.DataFrame, periods: Mapping[str, tuple[date, date] | None]) -> pl.DataFrame:
    """Of the summary rows, those of the period shown of each State."""
    held = [(state, *period) for state, period in periods.items() if period]
    shown = pl.DataFrame(held, schema={"state": pl.Utf8, "period_start": pl.Date, "period_end": pl.Date}, orient="row")
    return summaries.join(shown, on=["state", "period_start", "period_end"], how="semi")
