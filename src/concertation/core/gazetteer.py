"""The units of administration of the States, over time: which unit lies in which, under which names, under which codes.

A unit keeps one stable id; names and codes are aliases, and a unit may have another parent in another division
(Burkina Faso's 13 regions and its 17). Nothing here guesses: a key is held or it is not.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from concertation.core.spelling import fold, name_key, sound

CODE_SHAPE = re.compile(r"([A-Z]{2,3})(\d{1,12})")
TOWN_WORDS = re.compile(r"^ville (?:de |du |d |des )?")
Key = TypeVar("Key")
Held = TypeVar("Held")
NAME_RANK = {"official": 0, "former": 1, "usual": 2, "spelling": 3}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of administration: level 0 the State, 1 region, 2 province, cercle or département, 3 commune."""

    unit: str
    state: str
    level: int
    kind: str
    name_fr: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Which unit lies in which. `above` holds, for each unit, itself and all its ancestors in any division."""

    units: Mapping[str, Unit]
    parents: Mapping[str, Mapping[str, str]]
    children: Mapping[str, tuple[str, ...]]
    above: Mapping[str, frozenset[str]]
    divisions: tuple[str, ...]

    @classmethod
    def of(cls, units: pl.DataFrame, parents: pl.DataFrame, divisions: tuple[str, ...]) -> "Hierarchy":
        """Build from the frames `units` and `unit_parents`; `divisions` newest first."""
        held = {row["unit"]: unit_of(row) for row in units.iter_rows(named=True)}
        by_unit = parents_by_unit(held, parents)
        children: dict[str, list[str]] = defaultdict(list)
        for unit, homes in by_unit.items():
            for parent in dict.fromkeys(homes.values()):
                children[parent].append(unit)
        return cls(
            held, by_unit, {key: tuple(below) for key, below in children.items()}, closures(held, by_unit), divisions
        )

    def level(self, unit: str) -> int:
        """The level of a unit, 0 for the State."""
        return self.units[unit].level

    def descends(self, unit: str, ancestors: Iterable[str]) -> bool:
        """Whether the unit is one of these or lies in one of these, in any division."""
        return not self.above[unit].isdisjoint(ancestors)

    def parent(self, unit: str, division: str | None = None) -> str | None:
        """The parent in that division; the newest one held when the unit has no line there."""
        homes = self.parents.get(unit, {})
        if division is not None and division in homes:
            return homes[division]
        newest = next((homes[known] for known in self.divisions if known in homes), None)
        return newest or next(iter(homes.values()), None)

    def ancestors(self, unit: str, division: str | None = None) -> tuple[str, ...]:
        """The chain from the parent up to the State, in that division."""
        chain: list[str] = []
        parent = self.parent(unit, division)
        while parent and parent not in chain:
            chain.append(parent)
            parent = self.parent(parent, division)
        return tuple(chain)

    def nearest_common(self, units: Iterable[str], *, sure: Iterable[str] = ()) -> str | None:
        """The finest unit that holds all of these; of two at one level, the one already sure, else the newest division's."""
        shared = frozenset.intersection(*(self.above[unit] for unit in units))
        if not shared:
            return None
        finest = max(map(self.level, shared))
        tied = sorted(unit for unit in shared if self.level(unit) == finest)
        certain = frozenset(sure)
        return next((unit for unit in tied if unit in certain), None) or min(tied, key=self.age)

    def in_divisions(self, unit: str) -> frozenset[str]:
        """The divisions in which a unit stands."""
        return frozenset(self.parents.get(unit, {}))

    def are_versions(self, units: Iterable[str]) -> bool:
        """Whether no two of these ever stood in one division: the old and the new region of one name."""
        seen: set[str] = set()
        for unit in units:
            homes = self.in_divisions(unit)
            if not homes or not seen.isdisjoint(homes):
                return False
            seen |= homes
        return True

    def age(self, unit: str) -> int:
        """How far down the list of divisions, newest first, the unit's newest one stands."""
        homes = self.parents.get(unit, {})
        return min(
            (rank for rank, division in enumerate(self.divisions) if division in homes), default=len(self.divisions)
        )


def unit_of(row: Mapping[str, str | int | None]) -> Unit:
    """One line of `units.csv`."""
    text = {key: str(row.get(key) or "") for key in ("unit", "state", "kind", "name_fr", "name_en")}
    return Unit(text["unit"], text["state"], int(row["level"] or 0), text["kind"], text["name_fr"], text["name_en"])


def parents_by_unit(held: Mapping[str, Unit], parents: pl.DataFrame) -> dict[str, dict[str, str]]:
    """unit -> division -> parent; lines that name a unit not held are left out."""
    homes: dict[str, dict[str, str]] = {}
    for unit, division, parent in parents.select("unit", "division", "parent").iter_rows():
        if unit in held and parent in held:
            homes.setdefault(unit, {})[division] = parent
    return homes


def closures(held: Mapping[str, Unit], homes: Mapping[str, Mapping[str, str]]) -> dict[str, frozenset[str]]:
    """For each unit, itself and every ancestor in any division; coarse units first, so that each looks up its parents once."""
    above: dict[str, frozenset[str]] = {}
    for unit in sorted(held, key=lambda each: held[each].level):
        parents = homes.get(unit, {}).values()
        above[unit] = frozenset([unit]).union(*(above.get(parent, frozenset([parent])) for parent in parents))
    return above


@dataclass(frozen=True, slots=True)
class Spelled:
    """One name of one unit as keys: squeezed, by sound, and its words."""

    unit: str
    key: str
    sounds: str
    words: frozenset[str]
    rank: int


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Names of units as keys: `by_key` per State, level and key; `towns` are the "Ville de ..." by the town's own name."""

    by_key: Mapping[tuple[str, int, str], tuple[Spelled, ...]]
    by_unit: Mapping[str, tuple[Spelled, ...]]
    towns: Mapping[tuple[str, str], tuple[str, ...]]

    @classmethod
    def of(cls, units: Mapping[str, Unit], names: pl.DataFrame) -> "NameIndex":
        """Build from the units and the frame `unit_names`; the units' own names count as official."""
        every = sorted(
            {spelled(unit, name, rank) for unit, name, rank in written_names(units, names)},
            key=lambda each: (each.rank, each.unit),
        )
        by_key: dict[tuple[str, int, str], list[Spelled]] = defaultdict(list)
        by_unit: dict[str, list[Spelled]] = defaultdict(list)
        towns: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in every:
            unit = units[each.unit]
            by_key[unit.state, unit.level, each.key].append(each)
            by_unit[each.unit].append(each)
        for unit in units.values():
            if is_split_town(unit):
                towns[unit.state, town_key(unit.name_fr)].append(unit.unit)
        return cls(frozen(by_key), frozen(by_unit), frozen(towns))

    def units(self, state: str, level: int, key: str) -> tuple[str, ...]:
        """The units that bear this key at that level, the official bearers first, each once."""
        return tuple(dict.fromkeys(each.unit for each in self.by_key.get((state, level, key), ())))

    def official(self, state: str, level: int, key: str) -> tuple[str, ...]:
        """The units whose official name has this key."""
        return tuple(dict.fromkeys(each.unit for each in self.by_key.get((state, level, key), ()) if each.rank == 0))


def frozen(lists: Mapping[Key, list[Held]]) -> dict[Key, tuple[Held, ...]]:
    """Lists as tuples."""
    return {key: tuple(each) for key, each in lists.items()}


def written_names(units: Mapping[str, Unit], names: pl.DataFrame) -> Iterable[tuple[str, str, int]]:
    """(unit, name, rank) of every name held, the units' own included."""
    for unit in units.values():
        yield from ((unit.unit, name, 0) for name in (unit.name_fr, unit.name_en) if name)
    for unit_id, name, kind in names.select("unit", "name", "kind").iter_rows():
        if unit_id in units and name:
            yield unit_id, name, NAME_RANK.get(kind, 3)


def spelled(unit: str, name: str, rank: int) -> Spelled:
    """One name as keys."""
    key = name_key(name)
    return Spelled(unit, key, sound(key), frozenset(fold(name).split()), rank)


def is_split_town(unit: Unit) -> bool:
    """A town split into communes stands at level 2 as a unit of its own, "Ville de ..."."""
    return unit.level == 2 and (unit.kind == "ville" or fold(unit.name_fr).startswith("ville d"))


def town_key(name: str) -> str:
    """The town's own name as a key.

    >>> town_key("Ville de Maradi")
    'maradi'
    """
    return name_key(TOWN_WORDS.sub("", fold(name)))


@dataclass(frozen=True, slots=True)
class CodeIndex:
    """Codes as aliases: `NE01`, `NE001` and `NER001` meet; a code with a hyphen (ISO 3166-2) stays apart from p-codes."""

    by_code: Mapping[str, tuple[str, ...]]
    states: Mapping[str, str]

    @classmethod
    def of(cls, units: Mapping[str, Unit], codes: pl.DataFrame) -> "CodeIndex":
        """Build from the units and the frame `unit_codes`; codes without an end date come first."""
        prefixes = {unit.state: unit.state for unit in units.values()}
        lines = [line for line in codes.select("unit", "code", "valid_to").iter_rows() if line[0] in units and line[1]]
        for unit, code, _ in lines:
            shape = CODE_SHAPE.fullmatch(str(code).strip().upper())
            if shape:
                prefixes.setdefault(shape[1], units[unit].state)
        index: dict[str, list[str]] = defaultdict(list)
        for unit, code, _ in sorted(lines, key=lambda line: str(line[2] or "9999"), reverse=True):
            key = code_key(str(code), prefixes)
            if unit not in index[key]:
                index[key].append(unit)
        return cls(frozen(index), prefixes)

    def units(self, written: str) -> tuple[str, ...]:
        """The units a code stands for: as written first, else with groups of two or three digits read alike."""
        key = code_key(written, self.states)
        return self.by_code.get(key) or next(
            (self.by_code[other] for other in regrouped(key) if other in self.by_code), ()
        )

    def has_shape(self, written: str) -> bool:
        """Whether a text looks like a code of one of the States: known letters, then digits."""
        shape = CODE_SHAPE.fullmatch(written.strip().upper())
        return bool(shape) and bool(shape and shape[1] in self.states)


def code_key(written: str, states: Mapping[str, str]) -> str:
    """A code with its letters replaced by the State: blanks and case do not count, a hyphen does.

    >>> code_key(" ml05 ", {"ML": "MLI", "MLI": "MLI"}), code_key("ML-5", {"ML": "MLI"})
    ('MLI05', 'ML-5')
    """
    bare = "".join(written.upper().split())
    shape = CODE_SHAPE.fullmatch(bare)
    return f"{states.get(shape[1], shape[1])}{shape[2]}" if shape else bare


def regrouped(key: str) -> tuple[str, ...]:
    """The same code with its groups of digits widened from two to three, or narrowed from three to two.

    >>> regrouped("NER0102"), regrouped("NER001")
    (('NER001002',), ('NER01',))
    """
    shape = CODE_SHAPE.fullmatch(key)
    if not shape:
        return ()
    letters, digits = shape.groups()
    wide = "".join(f"0{digits[at : at + 2]}" for at in range(0, len(digits), 2)) if len(digits) % 2 == 0 else ""
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    narrow = (
        "".join(group[1:] for group in groups) if all(len(group) == 3 and group[0] == "0" for group in groups) else ""
    )
    return tuple(letters + each for each in (wide, narrow) if each)
