"""Reading money in bulk for programs: no object per row, one query a page."""

from collections.abc import Sequence

from concertation.apps.funding.queries import flow_list, held_plan_rows
from concertation.apps.funding.shapes import MoneyFlowRow, MoneyFlowsAsked, PlanMoneyAsked, PlanMoneyRow
from concertation.apps.ground.answers import Page, page_of
from concertation.core.sharing import Mandate

PLAN_PATHS = {name: name for name in PlanMoneyRow.model_fields} | {"plan_level": "level", "original_requirement_minor": "original_minor", "published_percent": "published", "source": "source_id"}
FLOW_PATHS = {name: name for name in MoneyFlowRow.model_fields} | {"places": "states"}


def plan_money_rows(mandates: Sequence[Mandate], asked: PlanMoneyAsked) -> Page:
    """Plan rows a reader may see, every extraction held, narrowed by what is given. One query."""
    given = {PLAN_PATHS[name]: value for name in ("state", "year", "plan_level", "sector", "plan_type") if (value := getattr(asked, name)) is not None}
    return page_of(held_plan_rows(mandates).filter(**given), PlanMoneyRow, PLAN_PATHS, most=asked.limit, after=asked.after)


def money_flow_rows(mandates: Sequence[Mandate], asked: MoneyFlowsAsked) -> Page:
    """Flows a reader may see, each in its latest version, narrowed by what is given. One query."""
    rows = flow_list(mandates, state=asked.state or "", year=asked.year, status=asked.status or "", words="")
    return page_of(rows, MoneyFlowRow, FLOW_PATHS, most=asked.limit, after=asked.after)
