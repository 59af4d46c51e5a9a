"""The joint picture as its page reads it: scenes of the States chosen, need by sector, who is crowded, what ends, what disagrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db.models import QuerySet
from django.http import QueryDict

from concertation.apps.needs.queries import InStanding, NationalLine, disagreements, known_on
from concertation.apps.picture import reading
from concertation.apps.picture.choices import Choices
from concertation.apps.picture.queries import Asked, Row, Scene, scenes, summary_rows
from concertation.apps.picture.reading import Ground
from concertation.apps.picture.words import leader_of, sentence
from concertation.apps.presence.models import Activity
from concertation.apps.presence.queries import ending_soon
from concertation.core.concepts import INTERSECTORAL
from concertation.core.picture import crowding
from concertation.core.sharing import Mandate

SHOWN_ENDING = 12


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the page and its exports show, read once for one reader."""

    chosen: Choices
    ground: Ground
    mandates: Sequence[Mandate]
    divisions: Mapping[str, str]
    scenes: tuple[Scene, ...]
    lines: tuple[NationalLine, ...]
    counts: pl.DataFrame

    @property
    def rows(self) -> list[tuple[Scene, Row]]:
        """Every unit of every State shown, State by State."""
        return [(scene, row) for scene in self.scenes for row in scene.rows]

    @property
    def sector_name(self) -> str:
        """The sector shown, in words."""
        held = self.ground.sectors.get(self.chosen.sector)
        return held.name if held else self.chosen.sector

    @property
    def stale(self) -> list[str]:
        """The States whose summaries are being made anew."""
        return [self.ground.states[scene.asked.state].name for scene in self.scenes if scene.stale]

    @property
    def has_presence(self) -> bool:
        """Whether any report of presence is open to this reader."""
        return any(scene.period for scene in self.scenes)

    def whole(self, state: str) -> bool:
        """Whether the reader sees a State's confidential rows."""
        return reading.reads_whole(self.mandates, state)

    def sentences(self) -> list[str]:
        """One clause per State, each with the date of the need and the date of presence."""
        return [
            sentence(
                scene, leader_of(self.lines, scene.asked.state, self.chosen.sector), sector_name=self.sector_name,
                state_name=self.ground.states[scene.asked.state].name, whole=self.whole(scene.asked.state),
            )
            for scene in self.scenes
        ]  # fmt: skip

    def ending(self) -> list[Activity]:
        """The first activities that end within sixty days of the day shown, one more than are listed."""
        return list(self.every_ending()[: SHOWN_ENDING + 1])

    def every_ending(self) -> QuerySet[Activity]:
        """The activities that end within sixty days of the day shown."""
        near = ending_soon(self.mandates, on=self.chosen.on).filter(owner_state__in=self.chosen.states)
        if self.chosen.sector != INTERSECTORAL:
            near = near.filter(sector__in=self._family())
        return near

    def _family(self) -> list[str]:
        parts = [each.pk for each in self.ground.sectors.values() if each.parent == self.chosen.sector]
        return [self.chosen.sector, *parts]

    def disagreeing(self) -> tuple[InStanding, ...]:
        """Facts on which sources lie apart, widest first."""
        return disagreements(self.mandates, states=self.chosen.states)

    def crowded(self) -> list[tuple[Row, float, float]]:
        """Units where many organisations are declared for small need: the row, its need per organisation, its State's."""
        found: list[tuple[Row, float, float]] = []
        for scene in self.scenes:
            by_unit = {row.unit.pk: row for row in scene.rows}
            lines = [(row.unit.pk, row.need, row.organisations) for row in scene.rows]
            beside = pl.DataFrame(lines, schema={"unit": pl.Utf8, "in_need": pl.Int64, "organisations": pl.Int64}, orient="row")
            crowd = crowding(beside).select("unit", "people_per_organisation", "overall")
            found += [(by_unit[unit], own, overall) for unit, own, overall in crowd.iter_rows()]
        return found


def read(mandates: Sequence[Mandate], query: QueryDict, *, today: date) -> Situation:
    """The situation that an address asks for, as this reader may see it."""
    ground = reading.ground()
    chosen = Choices.of(query, ground, today)
    every = reading.figures_pictured(tuple(mandates), tuple(chosen.states))
    divisions, held = reading.divisions_shown(every, ground, states=chosen.states, sector=chosen.sector, day=chosen.on), known_on(every, chosen.on)
    if chosen.division:
        divisions[chosen.states[0]] = chosen.division
    asked = [Asked(state, chosen.level, divisions[state], chosen.sector, chosen.on) for state in chosen.states]
    summaries = summary_rows(mandates, states=chosen.states, divisions=list(divisions.values()))
    shown = scenes(mandates, asked, background=ground.background, summaries=summaries, held=held)
    return Situation(
        chosen=chosen.showing_something(row for scene in shown for row in scene.rows), ground=ground, mandates=mandates, divisions=divisions, scenes=shown,
        lines=reading.needs_of_states(held, ground, states=chosen.states),
        counts=reading.counts_of(summaries, {scene.asked.state: scene.period for scene in shown}),
    )  # fmt: skip
