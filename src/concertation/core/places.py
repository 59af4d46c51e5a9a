"""The places of all States, in one value: where a written row lies, what lies above and below a unit, in which division.

How a row is weighed stands in `placing`, how one name is read in `place_names`, whole files in `place_rows`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from concertation.core.gazetteer import CodeIndex, Hierarchy, NameIndex
from concertation.core.place_names import Candidate, How, NameReader
from concertation.core.placing import Asked, Placement, Placing, WrittenPlace, named_only

__all__ = ["Asked", "Candidate", "Gazetteer", "How", "Placement", "WrittenPlace"]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The units of all States with their names, codes and parents, and the answers people gave."""

    hierarchy: Hierarchy
    names: NameIndex
    codes: CodeIndex
    roots: Mapping[str, str]
    remembered: Mapping[Asked, str]
    validity: Mapping[str, tuple[date | None, date | None]]

    @classmethod
    def of(
        cls,
        units: pl.DataFrame,
        names: pl.DataFrame,
        codes: pl.DataFrame,
        parents: pl.DataFrame,
        remembered: pl.DataFrame | None = None,
        *,
        divisions: pl.DataFrame | None = None,
    ) -> "Gazetteer":
        """Build from the reference frames of these names; `remembered` has state, level, text, context, unit, one answer a line."""
        validity = division_dates(divisions, parents)
        newest_first = tuple(sorted(validity, key=lambda each: (validity[each][0] or date.min, each), reverse=True))
        hierarchy = Hierarchy.of(units, parents, newest_first)
        roots = {unit.state: unit.unit for unit in hierarchy.units.values() if unit.level == 0}
        bare = cls(
            hierarchy, NameIndex.of(hierarchy.units, names), CodeIndex.of(hierarchy.units, codes), roots, {}, validity
        )
        return bare if remembered is None else bare.remembering(remembered)

    def remembering(self, answers: pl.DataFrame) -> "Gazetteer":
        """The same gazetteer with people's answers; a later line wins over an earlier one."""
        lines = answers.select("state", "level", "text", "context", "unit").iter_rows()
        held = {
            Asked(state, level, text, context): unit
            for state, level, text, context, unit in lines
            if unit in self.hierarchy.units
        }
        return replace(self, remembered={**self.remembered, **held})

    def ancestors(self, unit: str, division: str | None = None) -> tuple[str, ...]:
        """From the parent up to the State, in that division (the newest when none is given)."""
        return self.hierarchy.ancestors(unit, division)

    def children(self, unit: str, division: str | None = None) -> tuple[str, ...]:
        """The units directly below, in that division, or in any."""
        below = self.hierarchy.children.get(unit, ())
        return tuple(
            child for child in below if division is None or self.hierarchy.parents[child].get(division) == unit
        )

    def division_of(self, unit: str, day: date) -> str | None:
        """The division in force on that day in which the unit stands; None when it stood in none then."""
        homes = self.hierarchy.in_divisions(unit)
        return next(
            (each for each in self.hierarchy.divisions if each in homes and in_force(self.validity[each], day)), None
        )

    def place(self, written: WrittenPlace, *, division: str | None = None) -> Placement:
        """Weigh a written place. `division` settles names that two divisions share (Mali's Kayes); it never moves a row."""
        return self.place_all([written], division=division)[0]

    def place_all(self, written: Sequence[WrittenPlace], *, division: str | None = None) -> list[Placement]:
        """Weigh many written places, each on its own; what was read once is not read again."""
        reader = NameReader(self.hierarchy, self.names, division)
        return [
            Placing(
                reader, self.codes, self.remembered, named_only(each, self.codes), self.roots[each.state]
            ).placement()
            for each in written
        ]


def division_dates(divisions: pl.DataFrame | None, parents: pl.DataFrame) -> dict[str, tuple[date | None, date | None]]:
    """First day and day after the last of each division; without that frame, no dates are held."""
    held: dict[str, tuple[date | None, date | None]] = dict.fromkeys(
        parents["division"].unique().sort().to_list(), (None, None)
    )
    if divisions is not None:
        held |= {
            name: (start, end)
            for name, start, end in divisions.select("division", "valid_from", "valid_to").iter_rows()
        }
    return held


def in_force(dates: tuple[date | None, date | None], day: date) -> bool:
    """Whether a day lies in a period; an end that is not given is open."""
    start, end = dates
    return (start is None or start <= day) and (end is None or day < end)
