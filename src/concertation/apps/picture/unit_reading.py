"""One unit as its page reads it: its figures, its own row and its children's in the picture, neighbours abroad, its activities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db.models import QuerySet
from django.http import QueryDict

from concertation.apps.needs.queries import NationalLine, known_on, national_lines, unit_lines
from concertation.apps.picture import reading
from concertation.apps.picture.choices import Choices
from concertation.apps.picture.queries import Asked, Row, Scene, scenes, summary_rows
from concertation.apps.picture.reading import Ground
from concertation.apps.places.models import AdminUnit
from concertation.apps.presence.models import Activity
from concertation.apps.presence.queries import activities, in_units
from concertation.core.sharing import Mandate


@dataclass(frozen=True, slots=True)
class UnitView:
    """Everything the page of a unit shows, read once for one reader; `own` and `below` are scenes of its State."""

    unit: AdminUnit
    chosen: Choices
    ground: Ground
    mandates: Sequence[Mandate]
    division: str
    own: Scene
    below: Scene | None
    abroad: tuple[Scene, ...]
    lines: tuple[NationalLine, ...]
    counts: pl.DataFrame

    @property
    def path(self) -> list[AdminUnit]:
        """The unit and what it lies in, from the State down, in the division shown."""
        return self.ground.path_to(self.unit, self.division)

    @property
    def whole(self) -> bool:
        """Whether the reader sees the State's confidential rows."""
        return reading.reads_whole(self.mandates, self.unit.state_id)

    @property
    def row(self) -> Row | None:
        """The unit's own row; none for a unit outside the division shown."""
        return next((row for row in self.own.rows if row.unit.pk == self.unit.pk), None)

    @property
    def children(self) -> list[tuple[Scene, Row]]:
        """The rows of the units directly below, in the division shown."""
        below = {child.pk for child in self.ground.within(self.unit.pk, self.division)}
        return [(self.below, row) for row in self.below.rows if row.unit.pk in below] if self.below else []

    @property
    def neighbours(self) -> list[tuple[Scene, Row]]:
        """The rows of the units of other States that touch this one, where outlines are held."""
        if not self.abroad:
            return []
        beyond = reading.neighbours(self.unit, {scene.asked.state: scene.asked.division for scene in (self.own, *self.abroad)})
        return [(scene, row) for scene in self.abroad for row in scene.rows if row.unit.pk in beyond]

    def activities(self) -> QuerySet[Activity]:
        """The activities that name the unit or one below it, at the grain the reader may see."""
        if self.unit.level == 0:
            return activities(self.mandates).filter(owner_state=self.unit.state_id)
        return in_units(self.mandates, [self.unit.pk, *self._descendants()])

    def _descendants(self) -> list[str]:
        found, at = [], [self.unit.pk]
        parents: Mapping[str, str] = self.ground.parents.get(self.division, {})
        while at:
            at = [unit for unit, parent in parents.items() if parent in at]
            found += at
        return found


def read(mandates: Sequence[Mandate], unit_id: str, query: QueryDict, *, today: date) -> UnitView | None:
    """One unit, as this reader may see it; None for a unit nobody holds."""
    ground = reading.ground()
    unit = ground.units.get(unit_id)
    if unit is None:
        return None
    asked = query.copy()
    asked["state"] = unit.state_id
    chosen = Choices.of(asked, ground, today)
    every = reading.figures_pictured(tuple(mandates), tuple(ground.states))
    usual = reading.divisions_shown(every, ground, states=list(ground.states), sector=chosen.sector, day=chosen.on)
    division = ground.division_with(unit, chosen.division or usual[unit.state_id])
    divisions = {**usual, unit.state_id: division}
    summaries = summary_rows(mandates, states=list(divisions), divisions=list(divisions.values()))
    own, below, abroad = _scenes(mandates, unit, chosen, divisions, ground, summaries, known_on(every, chosen.on))
    within = {child.pk for child in ground.within(unit.pk, division)}
    chosen = chosen.showing_something(row for row in (below.rows if below else ()) if row.unit.pk in within)
    mine = summaries.filter((pl.col("unit") == unit.pk) & (pl.col("state") == unit.state_id))
    return UnitView(
        unit=unit, chosen=chosen, ground=ground, mandates=mandates, division=division, own=own, below=below, abroad=abroad,
        lines=_lines(mandates, unit, ground, chosen.on), counts=reading.counts_of(mine, {unit.state_id: own.period}),
    )  # fmt: skip


def _scenes(
    mandates: Sequence[Mandate], unit: AdminUnit, chosen: Choices, divisions: Mapping[str, str], ground: Ground, summaries: pl.DataFrame, held: pl.DataFrame,
) -> tuple[Scene, Scene | None, tuple[Scene, ...]]:
    """The unit's own level, the level below, and its own level in the other States."""
    own = Asked(unit.state_id, unit.level, divisions[unit.state_id], chosen.sector, chosen.on)
    below = Asked(unit.state_id, unit.level + 1, divisions[unit.state_id], chosen.sector, chosen.on)
    others = [Asked(state, unit.level, division, chosen.sector, chosen.on) for state, division in divisions.items() if state != unit.state_id]
    has_below = unit.level < reading.FINEST and ground.has_level(below.division, below.level)
    asked = [own, *([below] if has_below else []), *(others if unit.level else [])]
    shown = scenes(mandates, asked, background=ground.background, summaries=summaries, held=held)
    return shown[0], shown[1] if has_below else None, shown[1 + has_below :]


def _lines(mandates: Sequence[Mandate], unit: AdminUnit, ground: Ground, on: date) -> tuple[NationalLine, ...]:
    if unit.level == 0:
        return national_lines(mandates, states=[unit.state_id], on=on, ground=ground.terrain)
    return unit_lines(mandates, unit=unit.pk, state=unit.state_id, on=on)
