"""Money for programs: plan rows with every extraction, flows in their latest version. Thin: what is read begins with the reader's mandates."""

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.funding import bulk_reading
from concertation.apps.funding.shapes import (
    MoneyBridgeRow,
    MoneyCountedAsked,
    MoneyFlowRow,
    MoneyFlowsAsked,
    MoneyOverviewAsked,
    MoneyOverviewRow,
    MoneyQualityRow,
    PlanMoneyAsked,
    PlanMoneyRow,
)
from concertation.apps.ground.answers import Rows, rows_answer

router = Router(tags=["funding"])


@router.get("/plan-money", response=Rows[PlanMoneyRow])
def plan_money(request: ReaderRequest, asked: Query[PlanMoneyAsked]) -> HttpResponse:
    """Requirement and funding of plans and clusters."""
    return rows_answer(request, bulk_reading.plan_money_rows(request.mandates, asked), PlanMoneyRow, asked)


@router.get("/money-flows", response=Rows[MoneyFlowRow])
def money_flows(request: ReaderRequest, asked: Query[MoneyFlowsAsked]) -> HttpResponse:
    """Flows of money, each in the version reported last."""
    return rows_answer(request, bulk_reading.money_flow_rows(request.mandates, asked), MoneyFlowRow, asked)


@router.get("/money-overview", response=Rows[MoneyOverviewRow])
def money_overview(request: ReaderRequest, asked: Query[MoneyOverviewAsked]) -> HttpResponse:
    """What each State's country plan asked for and received, year by year."""
    return rows_answer(request, bulk_reading.money_overview_rows(request.mandates, asked, today=timezone.localdate()), MoneyOverviewRow, asked)


@router.get("/money-quality", response=Rows[MoneyQualityRow])
def money_quality(request: ReaderRequest, asked: Query[MoneyCountedAsked]) -> HttpResponse:
    """How flexible, predictable, durable and local the money counted is."""
    return rows_answer(request, bulk_reading.money_quality_rows(request.mandates, asked), MoneyQualityRow, asked)


@router.get("/money-bridge", response=Rows[MoneyBridgeRow])
def money_bridge(request: ReaderRequest, asked: Query[MoneyCountedAsked]) -> HttpResponse:
    """Every dollar between the counting policies."""
    return rows_answer(request, bulk_reading.money_bridge_rows(request.mandates, asked), MoneyBridgeRow, asked)
