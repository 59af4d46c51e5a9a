"""States, divisions and units for programs. Places are public reference facts: every reader gets the same."""

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.answers import Paged, Rows, rows_answer
from concertation.apps.places import bulk_reading
from concertation.apps.places.shapes import (
    Admin1Row,
    Admin2Row,
    AdminAsked,
    DivisionRow,
    DivisionsAsked,
    StateRow,
    UnitRow,
    UnitsAsked,
)

router = Router(tags=["places"])
hapi = Router(tags=["hapi"])


@router.get("/states", response=Rows[StateRow])
def states(request: ReaderRequest, asked: Query[Paged]) -> HttpResponse:
    """The States of the framework."""
    return rows_answer(request, bulk_reading.state_rows(most=asked.limit, after=asked.after), StateRow, asked)


@router.get("/divisions", response=Rows[DivisionRow])
def divisions(request: ReaderRequest, asked: Query[DivisionsAsked]) -> HttpResponse:
    """The divisions of the States over time."""
    return rows_answer(request, bulk_reading.division_rows(asked), DivisionRow, asked)


@router.get("/units", response=Rows[UnitRow])
def units(request: ReaderRequest, asked: Query[UnitsAsked]) -> HttpResponse:
    """Units of administration."""
    return rows_answer(request, bulk_reading.unit_rows(asked, today=timezone.localdate()), UnitRow, asked)


@hapi.get("/admin1", response=Rows[Admin1Row])
def hapi_admin1(request: ReaderRequest, asked: Query[AdminAsked]) -> HttpResponse:
    """First-level units under HAPI's names."""
    return rows_answer(request, bulk_reading.admin_rows(asked, level=1, today=timezone.localdate()), Admin1Row, asked)


@hapi.get("/admin2", response=Rows[Admin2Row])
def hapi_admin2(request: ReaderRequest, asked: Query[AdminAsked]) -> HttpResponse:
    """Second-level units under HAPI's names."""
    return rows_answer(request, bulk_reading.admin_rows(asked, level=2, today=timezone.localdate()), Admin2Row, asked)
