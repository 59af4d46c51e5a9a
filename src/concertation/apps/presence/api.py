"""Declared activities for programs, and HAPI's table of operational presence."""

from django.http import HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.answers import Rows, rows_answer
from concertation.apps.needs.hapi_shapes import PresenceAsked, PresenceRow
from concertation.apps.presence import bulk_reading
from concertation.apps.presence.shapes import ActivitiesAsked, ActivityRow

router = Router(tags=["presence"])
hapi = Router(tags=["hapi"])


@router.get("/activities", response=Rows[ActivityRow])
def activities(request: ReaderRequest, asked: Query[ActivitiesAsked]) -> HttpResponse:
    """Declared activities at the grain the reader may see."""
    return rows_answer(request, bulk_reading.activity_rows(request.mandates, asked), ActivityRow, asked)


@hapi.get("/operational-presence", response=Rows[PresenceRow])
def hapi_operational_presence(request: ReaderRequest, asked: Query[PresenceAsked]) -> HttpResponse:
    """Who is declared active where."""
    page = bulk_reading.operational_presence(request.mandates, asked, english=get_language() == "en")
    return rows_answer(request, page, PresenceRow, asked)
