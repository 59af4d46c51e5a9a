"""HAPI's tables of needs and food security as files beside a page's own: every row the reader may see of what the page shows, under HAPI's names."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import polars as pl
from django.http import HttpResponse

from concertation.apps.ground.answers import MOST_PASSED
from concertation.apps.ground.downloads import rows_file
from concertation.apps.needs.hapi_reading import PHASES, STATUSES, food_security, humanitarian_needs
from concertation.apps.needs.hapi_shapes import FoodSecurityAsked, FoodSecurityRow, NeedsAsked, NeedsRow
from concertation.core.sharing import Mandate

NEEDS = "hapi-needs"


def file_of_concept(mandates: Sequence[Mandate], concept: str, *, states: Sequence[str], on: date, sector: str = "", year: int | None = None) -> HttpResponse:
    """The table that holds a concept of the States themselves: food_security for the phases, else humanitarian_needs (every status for no concept)."""
    if concept in PHASES:
        return food_security_file(mandates, states=states, on=on, phase=PHASES[concept], level=0, year=year)
    return needs_file(mandates, states=states, on=on, sector=sector, status=STATUSES.get(concept, ""), level=0, year=year)


def needs_file(
    mandates: Sequence[Mandate], *, states: Sequence[str], on: date, sector: str = "", status: str = "", level: int | None = None,
    units: Collection[str] | None = None, year: int | None = None,
) -> HttpResponse:
    """humanitarian_needs of these States, narrowed as the page is; of these units alone where they are given. `on` dates the file."""
    asked = NeedsAsked.model_validate({**_narrowed(states, level, year), "sector_code": sector or None, "population_status": status or None})
    frame = humanitarian_needs(mandates, asked.model_copy(update={"limit": MOST_PASSED})).frame
    return rows_file(_of(frame, states, units), NeedsRow, name="hapi-humanitarian-needs", of=_told(states, sector), on=on)


def food_security_file(
    mandates: Sequence[Mandate], *, states: Sequence[str], on: date, phase: str = "", level: int | None = None, units: Collection[str] | None = None,
    year: int | None = None,
) -> HttpResponse:
    """food_security of these States, narrowed as the page is; of these units alone where they are given. `on` dates the file."""
    asked = FoodSecurityAsked.model_validate({**_narrowed(states, level, year), "ipc_phase": phase or None})
    frame = food_security(mandates, asked.model_copy(update={"limit": MOST_PASSED})).frame
    return rows_file(_of(frame, states, units), FoodSecurityRow, name="hapi-food-security", of=_told(states, ""), on=on)


def _narrowed(states: Sequence[str], level: int | None, year: int | None) -> dict[str, Any]:
    days = {"start_date": f"{year:04}-01-01", "end_date": f"{year:04}-12-31"} if year else {}
    return {"location_code": states[0] if len(states) == 1 else None, "admin_level": level, **days}


def _of(frame: pl.DataFrame, states: Sequence[str], units: Collection[str] | None) -> pl.DataFrame:
    within = frame.filter(pl.col("location_code").is_in(list(states)))
    return within if units is None else within.filter(pl.col("unit").is_in(list(units)))


def _told(states: Sequence[str], sector: str) -> list[str]:
    return [*(states if len(states) == 1 else ()), sector]
