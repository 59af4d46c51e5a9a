"""Allocation rounds for programs: what the pages show, under the same mandates. Thin, and only reading."""

from django.http import HttpResponse
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.allocation import bulk_reading
from concertation.apps.allocation.shapes import (
    GroupRow,
    OneScenarioAsked,
    PlanLineRow,
    RoundRow,
    RoundsAsked,
    ScenarioRow,
    ScenariosAsked,
)
from concertation.apps.ground.answers import Rows, rows_answer

router = Router(tags=["allocation"])


@router.get("/allocation-rounds", response=Rows[RoundRow])
def allocation_rounds(request: ReaderRequest, asked: Query[RoundsAsked]) -> HttpResponse:
    """The rounds the reader may see."""
    return rows_answer(request, bulk_reading.round_rows(request.mandates, asked), RoundRow, asked)


@router.get("/allocation-scenarios", response=Rows[ScenarioRow])
def allocation_scenarios(request: ReaderRequest, asked: Query[ScenariosAsked]) -> HttpResponse:
    """The scenarios of a round."""
    return rows_answer(request, bulk_reading.scenario_rows(request.mandates, asked), ScenarioRow, asked)


@router.get("/allocation-groups", response=Rows[GroupRow])
def allocation_groups(request: ReaderRequest, asked: Query[OneScenarioAsked]) -> HttpResponse:
    """The coverage of each State's sector in a scenario."""
    return rows_answer(request, bulk_reading.group_rows(request.mandates, asked), GroupRow, asked)


@router.get("/allocation-lines", response=Rows[PlanLineRow])
def allocation_lines(request: ReaderRequest, asked: Query[OneScenarioAsked]) -> HttpResponse:
    """The lines of a scenario's plan, each with its reason."""
    return rows_answer(request, bulk_reading.line_rows(request.mandates, asked), PlanLineRow, asked)
