"""What a map draws: the boundaries in use for a division and level, or those of several States in one frame.

Shapes travel once, in a file named by its own content (`/maps/<digest>.svg`) that is kept in the node's cache. A State's
approved boundaries are drawn; until it approves some, those shipped with the product are, and the map's source says so.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from concertation.apps.places import queries
from concertation.apps.places.models import BoundarySet
from concertation.core.geometry import Area
from concertation.draw.maps import SymbolSheet, symbols
from concertation.formats.boundaries import own_boundaries

DIGEST_LENGTH = 16
MOST_IN_MEMORY = 64
IN_MEMORY: dict[str, bytes] = {}
FINEST_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A division and the level of it that a map draws."""

    division: str
    level: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The shapes of a map, the parts they draw, and the boundary sets they come from."""

    sheet: SymbolSheet
    parts: tuple[Part, ...]
    sets: tuple[BoundarySet, ...]

    @property
    def href(self) -> str:
        """Where the shapes are served; the address changes when they do."""
        return reverse("map-symbols", args=[self.sheet.digest])

    @property
    def units(self) -> frozenset[str]:
        """Every unit that has an outline on this map."""
        return frozenset(unit for area in self.sheet.areas for unit in area.units)

    @property
    def source(self) -> str:
        """Who drew the boundaries, and whether their State has approved them yet."""
        drawn = [_source(held) for held in self.sets]
        return " ; ".join(dict.fromkeys(drawn))


def _source(held: BoundarySet) -> str:
    approved = _("approuvés par l'État") if held.approved_at else _("pas encore approuvés par l'État")
    return f"{held.source} ({approved})"


def drawing(division: str, level: int) -> Drawing | None:
    """The map of one level of one division; None when no boundaries of that level are held."""
    held = queries.boundaries_in_use(division, level)
    return None if held is None else _drawn([Part(division, level)], [held])


def joint_drawing(parts: Iterable[Part]) -> Drawing | None:
    """The map of several States in one frame and one file; a part without boundaries is left out and not in `parts`."""
    pairs = [(part, queries.boundaries_in_use(part.division, part.level)) for part in parts]
    held = [(part, found) for part, found in pairs if found is not None]
    return _drawn([part for part, _set in held], [found for _part, found in held]) if held else None


def kept_drawing(parts: Iterable[Part], *, stamp: str) -> Drawing | None:
    """The same, kept in memory while the stamp of the boundaries held stays as it is; its file is written again if the cache was emptied."""
    found = _kept(tuple(parts), stamp)
    if found is not None:
        keep_symbols(found.sheet)
    return found


@lru_cache(maxsize=128)
def _kept(parts: tuple[Part, ...], stamp: str) -> Drawing | None:
    return joint_drawing(parts)


def finest_part(division: str, level: int) -> Part | None:
    """The level asked for, else the finest coarser one of which boundaries are held."""
    levels = range(level, 0, -1)
    return next((Part(division, each) for each in levels if queries.boundaries_in_use(division, each) is not None), None)


def joint_parts(level: int, on: date) -> list[Part]:
    """For each State with units, the division in force on a day at the level asked for, or the finest coarser one held."""
    divisions = [queries.division_on(state.iso3, on) for state in queries.states_with_units()]
    found = [finest_part(division.pk, level) for division in divisions if division is not None]
    return [part for part in found if part is not None]


def set_drawing(held: BoundarySet) -> Drawing:
    """The map of one set of boundaries, in use or not."""
    return _drawn([Part(held.division_id, held.level)], [held])


def _drawn(parts: list[Part], sets: list[BoundarySet]) -> Drawing:
    sheet = _sheet(tuple(held.digest for held in sets))
    keep_symbols(sheet)
    return Drawing(sheet, tuple(parts), tuple(sets))


@lru_cache(maxsize=32)
def _sheet(digests: tuple[str, ...]) -> SymbolSheet:
    areas: list[Area] = []
    for digest in digests:
        areas += own_boundaries(queries.boundary_geometry(digest)).areas
    return symbols(tuple(areas))


def symbol_path(digest: str) -> Path:
    """Where a file of shapes stands in the node's cache."""
    return Path(settings.HOME) / "cache" / "maps" / f"{digest}.svg"


def keep_symbols(sheet: SymbolSheet) -> None:
    """Write a file of shapes into the cache once."""
    path = symbol_path(sheet.digest)
    if not is_kept(path):
        keep(path, sheet.content)


def keep(path: Path, content: bytes) -> None:
    """Put a file into the cache; the name is taken only when the file is whole. A disk that takes no writes leaves it to this process's memory."""
    arriving = path.with_suffix(f".{id(content)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        arriving.write_bytes(content)
        arriving.replace(path)
    except OSError:
        if len(IN_MEMORY) >= MOST_IN_MEMORY:
            IN_MEMORY.clear()
        IN_MEMORY[str(path)] = content


def is_kept(path: Path) -> bool:
    """Whether a file is in the cache, or in this process's memory."""
    return str(path) in IN_MEMORY or path.exists()


def symbol_file(digest: str) -> bytes | None:
    """A file of shapes by its digest: from the cache, else drawn anew from the boundaries held; None for any other name."""
    path = symbol_path(digest)
    if not is_kept(path):
        refill_cache()
    return IN_MEMORY.get(str(path)) or (path.read_bytes() if path.exists() else None)


def refill_cache() -> None:
    """Draw every set held and the joint map of today at each level, when the cache was emptied since the last time.

    A mark named after the sets held says that it was done, so that asking for files that do not exist costs nothing.
    """
    states = queries.states_with_units()
    sets = [held for state in states for held in queries.boundary_sets(state.iso3)]
    held = hashlib.sha256("".join(sorted(f"{each.digest}{each.approved_at}" for each in sets)).encode()).hexdigest()
    mark = symbol_path(f"drawn-{held[:DIGEST_LENGTH]}")
    if is_kept(mark):
        return
    for each in sets:
        set_drawing(each)
    for level in range(1, FINEST_LEVEL + 1):
        joint_drawing(joint_parts(level, timezone.localdate()))
    keep(mark, b"")
