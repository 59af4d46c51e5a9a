"""One written name, read inside the units where it may lie. A wrong placement is worse than a doubtful one.

Equal keys are exact. A spelling near one name alone, by a clear margin, inside a sure parent is repaired, unless the same
text is exactly the name of another unit of the State. Everything else is doubtful, with its candidates in order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz.distance import OSA

from concertation.core.gazetteer import Hierarchy, NameIndex, Spelled
from concertation.core.place_words import SEPARATORS, kinds_said, listed_places
from concertation.core.spelling import fold, name_key, sound

How = Literal["exact", "repaired", "doubtful", "unknown", "none_given"]
MOST_CANDIDATES = 5
MARGIN = 2
VOWELS = tuple("aeiou")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit the text may mean: how many letters apart (0 = same name), and why it is offered.

    `reason` is one of spelling, homonym, elsewhere (the same name outside the parent written), word (one word of the name),
    code, name, another-state.
    """

    unit: str
    distance: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one name says: the units named (several when several places are listed), how sure, and what else it could be.

    `also` are units of the same town name: a cell under département Tahoua may name a commune of Ville de Tahoua.
    `versions` are the bearers of one name in different divisions (the Kayes of 1991 and that of 2023), when nothing says which.
    """

    units: tuple[str, ...]
    how: How
    candidates: tuple[Candidate, ...] = ()
    also: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Exact or repaired."""
        return self.how in ("exact", "repaired")


UNKNOWN = Reading((), "unknown")


def allowed_distance(key: str) -> int:
    """Letters that may differ in a name of this length: none up to 3, 1 up to 5, 2 up to 9, then 3.

    >>> [allowed_distance(key) for key in ("say", "gabi", "malawa", "guidanroumdji")]
    [0, 1, 2, 3]
    """
    return sum(len(key) > length for length in (3, 5, 9))


def letters_apart(key: str, sounds: str, name: Spelled) -> int:
    """Letters to insert, drop, change or swap between a text and a name; names that sound alike count as one apart.

    A closing number must stand in the name: `tahoua2` is never near `tahoua1` or `tahoua`.
    """
    if closing_number(key) not in ("", closing_number(name.key)):
        return 99
    spelled = OSA.distance(key, name.key, score_cutoff=6)
    return min(spelled, 1 + OSA.distance(sounds, name.sounds, score_cutoff=6))


def first_sound(sounds: str) -> str:
    """How a name begins; vowels count as one (Al Hassane, El Hassane)."""
    return "a" if sounds[:1] in VOWELS else sounds[:1]


def closing_number(key: str) -> str:
    """The digits a key ends with.

    >>> closing_number("tahoua12"), closing_number("tahoua")
    ('12', '')
    """
    return key[len(key.rstrip("0123456789")) :]


@dataclass(frozen=True, slots=True)
class NameReader:
    """Reads written names against the names held; what was read once is remembered while the reader lives."""

    hierarchy: Hierarchy
    names: NameIndex
    division: str | None = None
    read_before: dict[tuple[str, str, int, tuple[str, ...]], Reading] = field(default_factory=dict)

    def read(self, written: str, *, state: str, level: int, within: tuple[str, ...]) -> Reading:
        """One cell: one place, or several places listed in it; people are not split between them."""
        cell = (written, state, level, within)
        if cell not in self.read_before:
            self.read_before[cell] = self.read_afresh(written, state=state, level=level, within=within)
        return self.read_before[cell]

    def read_afresh(self, written: str, *, state: str, level: int, within: tuple[str, ...]) -> Reading:
        """The same, without memory."""
        whole = self.read_one(written, state=state, level=level, within=within)
        if whole.how == "exact" or not SEPARATORS.search(written):
            return whole
        pieces = listed_places(written)
        if len(pieces) < 2:
            return whole
        return together([self.read_one(piece, state=state, level=level, within=within) for piece in pieces])

    def read_one(self, written: str, *, state: str, level: int, within: tuple[str, ...]) -> Reading:
        """One name: its kind said or not ("Ville de ...", "commune rurale de ..."), exact, then near, then candidates."""
        key = name_key(written)
        return (
            self.exact(key, state, level, within)
            or self.by_kind(fold(written), state, level, within)
            or self.near(key, state, level, within)
            or self.doubtful(fold(written), key, state, level, within)
        )

    def exact(self, key: str, state: str, level: int, within: tuple[str, ...]) -> Reading | None:
        """Equal keys, inside the parent: units of the level, then the split town, then the parent's own level."""
        bearers = self.inside(self.names.official(state, level, key), within) or self.inside(
            self.names.units(state, level, key), within
        )
        towns = self.inside(self.names.towns.get((state, key), ()), within)
        if bearers:
            return self.settle(bearers, "exact", also=tuple(town for town in towns if town not in bearers))
        if len(towns) == 1 and level >= 2:
            return Reading(towns, "exact")
        return self.coarser(key, state, level, within)

    def settle(
        self, bearers: tuple[str, ...], how: How, *, also: tuple[str, ...] = (), candidates: tuple[Candidate, ...] = ()
    ) -> Reading:
        """One bearer is the place; of the versions of one name the one in the division asked for; several bearers are a doubt."""
        every = self.with_versions(bearers)
        asked = tuple(unit for unit in every if self.division in self.hierarchy.in_divisions(unit))
        if len(every) == 1 or len(asked) == 1:
            return Reading(every if len(every) == 1 else asked, how, candidates, also)
        homonyms = tuple(Candidate(unit, 0, "homonym") for unit in every)
        return Reading((), "doubtful", homonyms, versions=every if self.hierarchy.are_versions(every) else ())

    def with_versions(self, bearers: tuple[str, ...]) -> tuple[str, ...]:
        """The bearers, and of a single bearer its namesakes in other divisions."""
        if len(bearers) != 1:
            return bearers
        unit = self.hierarchy.units[bearers[0]]
        namesakes = self.names.official(unit.state, unit.level, name_key(unit.name_fr))
        return bearers + tuple(
            each for each in namesakes if each not in bearers and self.hierarchy.are_versions([*bearers, each])
        )

    def coarser(self, key: str, state: str, level: int, within: tuple[str, ...]) -> Reading | None:
        """A cell that names the level above: the parent itself, or a département when the column before it is empty."""
        if level < 2:
            return None
        upper = self.names.units(state, level - 1, key)
        finer = level == 2 and self.inside(self.names.units(state, 3, key), within)
        if not upper or finer or self.elsewhere(key, state, level, within):
            return None
        own = tuple(unit for unit in upper if self.hierarchy.descends(unit, within))
        return Reading(own, "exact") if len(own) == 1 else None

    def by_kind(self, folded: str, state: str, level: int, within: tuple[str, ...]) -> Reading | None:
        """A name with its kind: "Maradi ville", "département de Dakoro", "CU de Tessaoua"; read at the level of the kind."""
        for town, region, second, commune, name in kinds_said(folded):
            said = 1 if region else 2 if second else 3 if commune else 0
            if town and (towns := self.inside(self.names.towns.get((state, name_key(name)), ()), within)):
                return Reading(towns, "exact") if len(towns) == 1 else None
            if said > level:
                return None
            wanted = said or level
            found = tuple(
                unit for unit in self.names.units(state, wanted, name_key(name)) if self.related(unit, within)
            )
            if found:
                return self.settle(found, "exact")
        return None

    def related(self, unit: str, within: tuple[str, ...]) -> bool:
        """Inside the parent, or the parent's own ancestor."""
        return self.hierarchy.descends(unit, within) or any(unit in self.hierarchy.above[each] for each in within)

    def near(self, key: str, state: str, level: int, within: tuple[str, ...]) -> Reading | None:
        """A spelling near one name alone by a clear margin inside a sure parent; a commune needs at least its region."""
        if self.elsewhere(key, state, level, within) or (
            level == 3 and all(self.hierarchy.level(unit) == 0 for unit in within)
        ):
            return None
        ranked = self.ranked(key, self.within_reach(level, within))
        if not ranked or ranked[0].distance > allowed_distance(key):
            return None
        best = ranked[0]
        same = self.with_versions((best.unit,))
        rivals = [each for each in ranked if each.unit not in same]
        if rivals and rivals[0].distance < best.distance + MARGIN:
            return None
        if best.distance > 1 and not self.same_start(key, best.unit):
            return None
        return self.settle((best.unit,), "repaired", candidates=(best,))

    def same_start(self, key: str, unit: str) -> bool:
        """Whether a name of the unit begins with the same sound."""
        return any(first_sound(name.sounds) == first_sound(sound(key)) for name in self.names.by_unit.get(unit, ()))

    def within_reach(self, level: int, within: tuple[str, ...]) -> tuple[str, ...]:
        """The units of the level inside the parents; for a commune cell also the département written, which it may name."""
        finer = tuple(unit for parent in within for unit in self.descendants(parent, level))
        keys = {name.key for unit in finer for name in self.names.by_unit.get(unit, ())}
        named = tuple(
            unit for unit in within if level == 3 and self.hierarchy.level(unit) == 2 and self.is_free(unit, keys)
        )
        return tuple(dict.fromkeys(finer + named))

    def is_free(self, unit: str, keys: set[str]) -> bool:
        """Whether no commune bears a name of this département: where one does, a commune cell means the commune."""
        return all(name.key not in keys for name in self.names.by_unit.get(unit, ()))

    def descendants(self, parent: str, level: int) -> tuple[str, ...]:
        """Units of one level under a parent, in any division."""
        found: dict[str, None] = {}
        above = [parent] if self.hierarchy.level(parent) < level else []
        while above:
            below = [child for unit in above for child in self.hierarchy.children.get(unit, ())]
            found.update(dict.fromkeys(child for child in below if self.hierarchy.level(child) == level))
            above = [child for child in below if self.hierarchy.level(child) < level]
        return tuple(found)

    def ranked(self, key: str, units: Iterable[str]) -> tuple[Candidate, ...]:
        """Units by letters apart, nearest first, each at its nearest name, none more than half a name away."""
        sounds, most = sound(key), min(5, max(1, len(key) // 2))
        apart = [
            (min(letters_apart(key, sounds, name) for name in self.names.by_unit[unit]), unit)
            for unit in units
            if unit in self.names.by_unit
        ]
        return tuple(Candidate(unit, distance, "spelling") for distance, unit in sorted(apart) if distance <= most)

    def inside(self, units: tuple[str, ...], within: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the units that lie in one of the parents, in any division."""
        return tuple(unit for unit in units if self.hierarchy.descends(unit, within))

    def elsewhere(self, key: str, state: str, level: int, within: tuple[str, ...]) -> tuple[str, ...]:
        """Units of the level, or split towns, that bear exactly this name in the State but outside the parents."""
        bearers = self.names.units(state, level, key) + (self.names.towns.get((state, key), ()) if level == 3 else ())
        return tuple(unit for unit in bearers if not self.hierarchy.descends(unit, within))

    def doubtful(self, folded: str, key: str, state: str, level: int, within: tuple[str, ...]) -> Reading:
        """What the text may mean, best first: the same name elsewhere, near names here, names that hold the word."""
        away = tuple(Candidate(unit, 0, "elsewhere") for unit in self.elsewhere(key, state, level, within))
        reach = self.within_reach(level, within)
        here = tuple(each for each in self.ranked(key, reach) if each.distance <= allowed_distance(key) + 1)
        candidates = first_of_each(away + here + self.by_word(folded, reach))
        return Reading((), "doubtful", candidates) if candidates else UNKNOWN

    def by_word(self, folded: str, units: tuple[str, ...]) -> tuple[Candidate, ...]:
        """Units one of whose names holds all the words written, or is held by them: "Goula" in "Bader Goula"."""
        words = frozenset(word for word in folded.split() if len(word) > 3)
        if not words:
            return ()
        held = (
            unit
            for unit in units
            if any(words <= name.words or (name.words <= words) for name in self.names.by_unit.get(unit, ()))
        )
        return tuple(Candidate(unit, 9, "word") for unit in held)

    def in_another_state(self, key: str, state: str, level: int) -> tuple[str, ...]:
        """Units of the other States that bear exactly this name at that level."""
        others = sorted({unit.state for unit in self.hierarchy.units.values()} - {state})
        return tuple(unit for other in others for unit in self.names.units(other, level, key))


def first_of_each(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The candidates in order, each unit once, the first few."""
    seen: dict[str, Candidate] = {}
    for each in candidates:
        seen.setdefault(each.unit, each)
    return tuple(seen.values())[:MOST_CANDIDATES]


def together(readings: list[Reading]) -> Reading:
    """Several readings as one: sure only when each is; else doubtful, with what each may mean as candidates."""
    units = tuple(dict.fromkeys(unit for reading in readings for unit in reading.units))
    if all(reading.is_sure for reading in readings):
        return Reading(units, "exact" if all(reading.how == "exact" for reading in readings) else "repaired")
    named = tuple(Candidate(unit, 0, "name") for unit in units)
    offered = first_of_each(named + tuple(each for reading in readings for each in reading.candidates))
    return Reading((), "doubtful", offered) if offered else UNKNOWN
