"""Money for programs: plan rows with every extraction, flows in their latest version. Thin: what is read begins with the reader's mandates."""

from django.http import HttpResponse
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.funding import bulk_reading
from concertation.apps.funding.shapes import MoneyFlowRow, MoneyFlowsAsked, PlanMoneyAsked, PlanMoneyRow
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
