"""The ground a field is counted over: the whole area of a framework, or each unit of a level; its weights are made once for each grid."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings

from concertation.apps.places import queries as places
from concertation.apps.places.drawing import keep
from concertation.apps.places.models import BoundarySet
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.from_fields import Zone, masked
from concertation.core.fields.coverage import Weights, coverage
from concertation.core.fields.grid import Bounds, Grid
from concertation.core.geometry import Area
from concertation.core.problems import Problem
from concertation.formats.boundaries import own_boundaries

WHOLE = "area"
LEVELS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Ground:
    """The areas counted, and what they were made from: a hash of them, whose boundaries they are, the level (0: the whole area)."""

    zones: tuple[Zone, ...]
    digest: str
    boundaries: str
    level: int

    @property
    def bounds(self) -> Bounds:
        """The degrees they reach over."""
        west, south, east, north = (float(edge) for edge in shapely.total_bounds([zone.shape for zone in self.zones]))
        return west, south, east, north


def levels_held(framework: Framework, on: date) -> list[int]:
    """The levels of the framework's State of which boundaries are in use."""
    division = places.division_on(framework.country, on)
    return [] if division is None else places.levels_in_use(division.pk)


def scopes_of(framework: Framework, on: date) -> list[str]:
    """What a field may be counted over for a framework: its whole area where its file names the units, and each level held."""
    levels = levels_held(framework, on)
    return ([WHOLE] if framework.area.units and levels else []) + [str(level) for level in levels]


def ground_for(framework: Framework, scope: str, on: date) -> Ground | Problem:
    """The ground of a scope; a problem where no boundaries of it are held or the mask is not understood."""
    division = places.division_on(framework.country, on)
    wanted = LEVELS if scope == WHOLE else (int(scope),)
    held = [found for level in wanted if division is not None and (found := places.boundaries_in_use(division.pk, level)) is not None]
    if not held:
        return Problem("field-boundaries-missing", value=framework.country, detail={"level": scope})
    return whole_ground(framework, held) if scope == WHOLE else level_ground(framework, held[0])


def level_ground(framework: Framework, held: BoundarySet) -> Ground | Problem:
    """Each unit of a level, as far as the mask of the framework leaves it."""
    zones = [Zone(area.units, " / ".join(area.names), shape) for area in areas_of(held) if (shape := masked(area.shape, framework.area.mask)) is not None]
    if not zones:
        return Problem("field-mask-unknown", value=framework.area.mask)
    return ground_of([zone for zone in zones if not zone.shape.is_empty], [held], held.level)


def whole_ground(framework: Framework, held: Sequence[BoundarySet]) -> Ground | Problem:
    """The units a framework names as one area: a whole State by the outline of its first level."""
    wanted, shapes, used = set(framework.area.units), [], []
    for each in held:
        found = [area for area in areas_of(each) if wanted & set(area.units) or (framework.country.lower() in wanted and each.level == held[0].level)]
        wanted -= {unit for area in found for unit in area.units}
        wanted -= {framework.country.lower()} if found else set()
        shapes += [area.shape for area in found]
        used += [each] if found else []
    if wanted or not shapes:
        return Problem("field-boundaries-missing", value=", ".join(sorted(wanted)), detail={"level": WHOLE})
    shape = masked(shapely.union_all(shapes), framework.area.mask)
    if shape is None:
        return Problem("field-mask-unknown", value=framework.area.mask)
    return ground_of([Zone(("",), "", shape)], used, 0)


def areas_of(held: BoundarySet) -> tuple[Area, ...]:
    """The areas of a set of boundaries."""
    return read_areas(held.digest)


@lru_cache(maxsize=8)
def read_areas(digest: str) -> tuple[Area, ...]:
    """The areas of a set by its digest; kept for the next field."""
    return own_boundaries(places.boundary_geometry(digest)).areas


def ground_of(zones: Sequence[Zone], held: Sequence[BoundarySet], level: int) -> Ground:
    """The ground of some areas, with the hash of their shapes."""
    digest = hashlib.sha256(b"".join(shapely.to_wkb(zone.shape) for zone in zones)).hexdigest()
    told = " ; ".join(dict.fromkeys(each.source for each in held))
    return Ground(tuple(zones), digest, told, level)


def weights_on(grid: Grid, ground: Ground) -> Weights:
    """The weights of the areas on a grid: from memory or the node's cache where the same pair was met before, else made and kept."""
    return kept_weights(grid, ground.digest) or made_weights(grid, ground)


def kept_weights(grid: Grid, digest: str) -> Weights | None:
    """Weights that stand in the cache; None where they do not, or cannot be read."""
    path = weights_path(grid, digest)
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as held:
            return Weights(held["starts"], held["cells"], held["shares"], held["on_grid"])
    except (OSError, ValueError, KeyError):
        return None


def made_weights(grid: Grid, ground: Ground) -> Weights:
    """Weights made now, and put into the cache under both hashes."""
    weights = coverage(grid, [zone.shape for zone in ground.zones])
    written = BytesIO()
    np.savez(written, starts=weights.starts, cells=weights.cells, shares=weights.shares, on_grid=weights.on_grid)
    keep(weights_path(grid, ground.digest), written.getvalue())
    return weights


def weights_path(grid: Grid, digest: str) -> Path:
    """Where weights stand in the node's cache: under the hash of the grid and that of the areas."""
    name = hashlib.sha256(f"{grid.digest} {digest}".encode()).hexdigest()
    return Path(settings.HOME) / "cache" / "fields" / f"{name}.npz"
