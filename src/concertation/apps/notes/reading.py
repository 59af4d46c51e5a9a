"""What a note reads: the situation of a State or of the States together, their national figures, the decisions; nothing else.

Everything is read for one reader, so that a note never says more than its reader may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from django.http import QueryDict
from django.urls import reverse

from concertation.apps.decisions.queries import DecisionInView, decisions_measured
from concertation.apps.needs.queries import HeldFigure, NationalLine, national_lines
from concertation.apps.picture import situation as situations
from concertation.apps.picture.choices import TOGETHER
from concertation.apps.picture.reading import ground
from concertation.apps.picture.situation import Situation
from concertation.apps.places.models import State
from concertation.apps.sharing.joint.queries import Reserved, reserved_at
from concertation.core.concepts import INTERSECTORAL, PHASES
from concertation.core.sharing import Mandate

SECTOR = "FSC"
CONCEPTS = ("in_need", "targeted", "phase3plus", *PHASES, "idps", "refugees", "returnees", "requirement", "funding", "distress_as_quoted")
WHOLE_GROUPS = {"idps": "idp", "refugees": "refugee", "returnees": "returnee"}


@dataclass(frozen=True, slots=True)
class NoteReading:
    """Everything a note says, read once for one reader; `subject` is a State's code or AES."""

    subject: str
    mandates: Sequence[Mandate]
    shown: Situation
    lines: tuple[NationalLine, ...]
    decided: tuple[DecisionInView, ...] = ()
    reserved: tuple[Reserved, ...] = ()

    @property
    def is_joint(self) -> bool:
        """Whether the note is on the States together."""
        return self.subject == TOGETHER

    @property
    def on(self) -> date:
        """The day shown."""
        return self.shown.chosen.on

    @property
    def states(self) -> tuple[str, ...]:
        """The States of the note, by their code."""
        return self.shown.chosen.states

    def line(self, state: str, concept: str, *, measure: str = "") -> NationalLine | None:
        """The line of a State's concept, everyone together, in one unit of measure where one is asked."""
        groups = ("all", WHOLE_GROUPS.get(concept, "all"))
        own = [line for line in self.lines if (line.state, line.concept) == (state, concept) and line.group in groups]
        whole = [line for line in own if line.sector in (INTERSECTORAL, SECTOR) and line.standing.leader]
        return next((line for line in whole if not measure or line.standing.leader and line.standing.leader.figure.measure == measure), None)

    def leader(self, state: str, concept: str) -> HeldFigure | None:
        """The figure that leads; None when none is held."""
        line = self.line(state, concept)
        held = line.standing.leader if line else None
        return held if held is not None and held.figure.value is not None else None


def subjects() -> tuple[str, ...]:
    """What a note can be on: the States together, then each."""
    return (TOGETHER, *states())


def states() -> Mapping[str, State]:
    """The States by their code."""
    return ground().states


def read(mandates: Sequence[Mandate], subject: str, *, today: date) -> NoteReading:
    """What this reader may see of a State, or of the States together."""
    query = QueryDict(mutable=True)
    query.update({"state": subject, "sector": SECTOR, "level": "1"})
    shown = situations.read(mandates, query, today=today)
    reserved = reserved_at(mandates, reverse("note", args=[subject]))
    shown = without(shown, {each.state for each in reserved})
    lines = national_lines(mandates, states=shown.chosen.states, concepts=CONCEPTS, on=today, ground=shown.ground.terrain)
    held = NoteReading(subject, mandates, shown, lines, reserved=reserved)
    return with_decisions(held) if held.is_joint else held


def without(shown: Situation, states: set[str]) -> Situation:
    """The same situation with the part of some States left blank."""
    if not states:
        return shown
    kept = tuple(state for state in shown.chosen.states if state not in states)
    return replace(
        shown, chosen=replace(shown.chosen, states=kept), scenes=tuple(scene for scene in shown.scenes if scene.asked.state in kept),
        lines=tuple(line for line in shown.lines if line.state in kept), counts=shown.counts.filter(pl.col("state").is_in(kept)),
    )  # fmt: skip


def with_decisions(held: NoteReading) -> NoteReading:
    """The same with the eight decisions and the measures this reader may see, read once."""
    return held if held.decided else replace(held, decided=decisions_measured(held.mandates))
