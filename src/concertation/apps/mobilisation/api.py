"""Mobilisation for programs: appeals, meetings, pledges and what came of them, under the same mandates as the pages. Thin, and only reading."""

from django.http import HttpResponse
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.answers import Rows, rows_answer
from concertation.apps.mobilisation import bulk_reading
from concertation.apps.mobilisation.shapes import (
    AppealEnvelopeRow,
    AppealRow,
    AppealsAsked,
    EnvelopesAsked,
    InstalmentRow,
    MeetingsAsked,
    OfPledgeAsked,
    PledgeRow,
    PledgesAsked,
    PledgeTotalRow,
    PledgeTotalsAsked,
    PledgingMeetingRow,
    ReceiptRow,
)

router = Router(tags=["mobilisation"])


@router.get("/appeals", response=Rows[AppealRow])
def appeals(request: ReaderRequest, asked: Query[AppealsAsked]) -> HttpResponse:
    """Joint appeals and envelopes."""
    return rows_answer(request, bulk_reading.appeal_rows(request.mandates, asked), AppealRow, asked)


@router.get("/appeal-envelopes", response=Rows[AppealEnvelopeRow])
def appeal_envelopes(request: ReaderRequest, asked: Query[EnvelopesAsked]) -> HttpResponse:
    """The parts of appeals."""
    return rows_answer(request, bulk_reading.envelope_rows(request.mandates, asked), AppealEnvelopeRow, asked)


@router.get("/pledging-meetings", response=Rows[PledgingMeetingRow])
def pledging_meetings(request: ReaderRequest, asked: Query[MeetingsAsked]) -> HttpResponse:
    """Meetings where pledges are announced."""
    return rows_answer(request, bulk_reading.meeting_rows(request.mandates, asked), PledgingMeetingRow, asked)


@router.get("/pledges", response=Rows[PledgeRow])
def pledges(request: ReaderRequest, asked: Query[PledgesAsked]) -> HttpResponse:
    """The ledger of pledges."""
    return rows_answer(request, bulk_reading.pledge_rows(request.mandates, asked), PledgeRow, asked)


@router.get("/pledge-instalments", response=Rows[InstalmentRow])
def pledge_instalments(request: ReaderRequest, asked: Query[OfPledgeAsked]) -> HttpResponse:
    """The instalments of pledges."""
    return rows_answer(request, bulk_reading.instalment_rows(request.mandates, asked), InstalmentRow, asked)


@router.get("/pledge-receipts", response=Rows[ReceiptRow])
def pledge_receipts(request: ReaderRequest, asked: Query[OfPledgeAsked]) -> HttpResponse:
    """What was received of pledges."""
    return rows_answer(request, bulk_reading.receipt_rows(request.mandates, asked), ReceiptRow, asked)


@router.get("/pledge-totals", response=Rows[PledgeTotalRow])
def pledge_totals(request: ReaderRequest, asked: Query[PledgeTotalsAsked]) -> HttpResponse:
    """The public totals of pledges."""
    return rows_answer(request, bulk_reading.total_rows(request.mandates, asked), PledgeTotalRow, asked)
