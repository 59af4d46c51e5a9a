"""One organisation as its page shows it: where it declares activity, in which sectors, at the grain the reader may see.

Activities are counted at the unit they name and in every unit that holds it, in the division most of them were written in; one placed
no finer than a region is on no map of departments, and the page says how many there are. The number of queries does not grow with rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from concertation.apps.needs.models import Sector
from concertation.apps.needs.queries import sectors, terrain
from concertation.apps.organisations.models import Organisation
from concertation.apps.places.drawing import Drawing, Part, kept_drawing
from concertation.apps.places.models import AdminUnit, State
from concertation.apps.places.queries import states_with_units
from concertation.apps.presence import queries
from concertation.apps.sources.queries import boundaries_stamp, loaded_reference_set
from concertation.core.sharing import Mandate

LEVELS = (1, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit where an organisation declares activity: distinct activities there or below, and their sectors."""

    unit: AdminUnit
    activities: int
    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What an organisation declared, as one reader may see it."""

    organisation: Organisation
    level: int
    links: pl.DataFrame
    states: Mapping[str, State]
    sectors: Mapping[str, Sector]
    parts: tuple[Part, ...]
    places: tuple[Place, ...]
    units: Mapping[str, AdminUnit]

    @property
    def activities(self) -> int:
        """Distinct activities."""
        return int(self.links["record"].n_unique())

    @property
    def coarser(self) -> int:
        """Activities placed no finer than a level above the one shown."""
        shown = _at_level(self.links, self.level, [part.division for part in self.parts])
        return self.activities - int(shown["record"].n_unique())

    def active_states(self) -> list[tuple[State, int, date | None]]:
        """Each State with activity: how many, and the last day reported on; the busiest first."""
        counted = self.links.group_by("state").agg(pl.col("record").n_unique(), pl.col("period_end").max()).sort("record", "state", descending=[True, False])
        return [(self.states[state], count, end) for state, count, end in counted.iter_rows() if state in self.states]

    def by_sector(self) -> list[tuple[str, int, int]]:
        """Sector (empty when none is named), activities, units; the busiest first."""
        counted = self.links.group_by("sector").agg(pl.col("record").n_unique().alias("activities"), pl.col("unit").n_unique().alias("units"))
        return list(counted.sort("activities", "sector", descending=[True, False]).select("sector", "activities", "units").iter_rows())

    def sector_name(self, code: str) -> str:
        """A sector in the reader's language; empty for none."""
        held = self.sectors.get(code)
        return held.name if held else code

    def drawing(self) -> Drawing | None:
        """The shapes of the States where it is active."""
        return kept_drawing(self.parts, stamp=boundaries_stamp()) if self.parts else None


@dataclass(frozen=True, slots=True)
class Reference:
    """What pages of organisations rest on, which changes only with the reference set."""

    states: Mapping[str, State]
    sectors: Mapping[str, Sector]
    units: Mapping[str, AdminUnit]
    divisions: pl.DataFrame


def reference() -> Reference:
    """States, sectors, units and dated divisions, read once for each state of the reference set."""
    return _reference(loaded_reference_set())


@lru_cache(maxsize=2)
def _reference(digest: str) -> Reference:
    states = {state.pk: state for state in states_with_units()}
    return Reference(states, {sector.pk: sector for sector in sectors()}, queries.every_unit(), queries.divisions_dated())


def profile(mandates: Sequence[Mandate], organisation: Organisation, *, level: int) -> Profile:
    """What an organisation, and those merged into it, declared."""
    rows = queries.of_organisation(mandates, organisation.pk)
    links = queries.links_of(rows)
    divisions = _divisions(links)
    counted = _at_level(links, level, divisions).group_by("at").agg(
        pl.col("record").n_unique().alias("activities"), pl.col("sector").unique().sort().alias("sectors"),
    )
    known = reference()
    of_level = _standing(level, divisions)["at"].to_list()
    units = {unit: known.units[unit] for unit in {*links["unit"].to_list(), *counted["at"].to_list(), *of_level} if unit in known.units}
    places = [Place(units[at], count, tuple(filter(None, named))) for at, count, named in counted.iter_rows() if at in units]
    return Profile(
        organisation=organisation, level=level, links=links, states=known.states,
        sectors=known.sectors, parts=tuple(Part(division, level) for division in divisions),
        places=tuple(sorted(places, key=lambda place: (-place.activities, place.unit.sort_key))), units=units,
    )  # fmt: skip


def _divisions(links: pl.DataFrame) -> list[str]:
    """For each State with activity, the division in which most of the units written stand; of several, the one in force when reported."""
    standing = links.group_by("unit", "state").agg(pl.col("period_end").max()).join(terrain().standing.select("unit", "division"), on="unit")
    dated = standing.join(reference().divisions, on="division")
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("period_end")).fill_null(value=True)
    ended = (pl.col("valid_to") <= pl.col("period_end")).fill_null(value=False)
    counted = dated.group_by("state", "division").agg(pl.len(), (begun & ~ended).sum().alias("in_force"))
    ordered = counted.sort("len", "in_force", "division", descending=True)
    return ordered.unique("state", keep="first", maintain_order=True).sort("state")["division"].to_list()


def _standing(level: int, divisions: Sequence[str]) -> pl.DataFrame:
    """The units of a level of some divisions, each at itself: unit, at."""
    return terrain().standing.filter((pl.col("level") == level) & pl.col("division").is_in(list(divisions))).select("unit", at="unit")


def _at_level(links: pl.DataFrame, level: int, divisions: Sequence[str]) -> pl.DataFrame:
    """Each link at the unit of a level that it names or lies in: the columns of `links` and `at`; coarser links are left out."""
    ground, there = terrain(), _standing(level, divisions)
    above = ground.inside.filter((pl.col("into_level") == level) & pl.col("division").is_in(list(divisions))).select("unit", at="into")
    return links.join(pl.concat([there, above]).unique(), on="unit")
