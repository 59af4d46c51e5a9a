"""Allocation rounds planted for the walk of access: one a plot, solved, with what a State asks, what it says and a line set by hand."""

from typing import Any

from access_plants import Plot
from activity_samples import END
from concertation.apps.allocation.models import (
    DonorReply,
    Joining,
    LineChange,
    Position,
    Round,
    Scenario,
    StateConstraint,
)
from round_steps import asked, round_of, solved


def columns(row: Any) -> dict[str, Any]:
    """The columns of a row, without its own id."""
    return {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields if not column.primary_key}


def plant_rounds(plots: list[Plot]) -> dict[int, Round]:
    """The rounds by number of the plot; the plan is solved once."""
    scenario = solved(round_of(asked(), title="Tour synthétique"))
    return {plot.number: plant_round(plot, scenario) for plot in plots}


def plant_round(plot: Plot, scenario: Scenario) -> Round:
    """A round put to the States whose every text bears the mark."""
    mark = plot.mark("h")
    made: Round = Round.objects.create(**columns(scenario.round) | plot.keys | {"title": mark, "status": "proposed", "proposed": 1})
    own = Scenario.objects.create(**columns(scenario) | {"round_id": made.pk, "title": mark})
    StateConstraint.objects.create(round=made, state=plot.state, sector="WSH", motive=mark, stated_on=END, people=7, stated_by="u-synthetic")
    Joining.objects.create(round=made, authority=mark, reference=mark, joined_on=END, noted_by="u-synthetic")
    LineChange.objects.create(scenario=own, source="libre", cell="ner-wsh", before=0, after=0, reason=mark, changed_by="u-synthetic")
    Position.objects.create(scenario=own, scenario_version=own.version, state=plot.state, stance="reserves", motive=mark, taken_by="u-synthetic")
    DonorReply.objects.create(scenario=own, donor="alpha", text=mark, replied_by="u-synthetic")
    return made
