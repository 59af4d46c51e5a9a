"""The rapid response register for programs: alerts, what sectors did about them, and bulletins of disasters."""

from django.http import HttpResponse
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.answers import Rows, rows_answer
from concertation.apps.response import bulk_reading
from concertation.apps.response.shapes import (
    AlertRow,
    AlertsAsked,
    BulletinRow,
    BulletinsAsked,
    ResponseRow,
    ResponsesAsked,
)

router = Router(tags=["response"])


@router.get("/alerts", response=Rows[AlertRow])
def alerts(request: ReaderRequest, asked: Query[AlertsAsked]) -> HttpResponse:
    """Alerts that count."""
    return rows_answer(request, bulk_reading.alert_rows(request.mandates, asked), AlertRow, asked)


@router.get("/alert-responses", response=Rows[ResponseRow])
def alert_responses(request: ReaderRequest, asked: Query[ResponsesAsked]) -> HttpResponse:
    """What sectors did about alerts."""
    return rows_answer(request, bulk_reading.response_rows(request.mandates, asked), ResponseRow, asked)


@router.get("/bulletins", response=Rows[BulletinRow])
def disaster_bulletins(request: ReaderRequest, asked: Query[BulletinsAsked]) -> HttpResponse:
    """Bulletins of disasters, line by line."""
    return rows_answer(request, bulk_reading.bulletin_rows(request.mandates, asked), BulletinRow, asked)
