"""Reading money in bulk for programs: no object per row, one query a page."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from concertation.apps.funding import counting, overviews
from concertation.apps.funding.queries import flow_list, held_plan_rows
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
from concertation.apps.ground.answers import Page, frame_of, page_of
from concertation.core.funding import bridge, total
from concertation.core.sharing import Mandate

CURRENCY = "USD"
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


def money_overview_rows(mandates: Sequence[Mandate], asked: MoneyOverviewAsked, *, today: date) -> Page:
    """What country plans asked for and received, the latest year first. Three queries."""
    shown = overviews.read(mandates, year=asked.year, today=today)
    rows = [
        {
            "state": state, "year": year, "requirement_minor": held.requirement, "funding_minor": held.funding, "currency": CURRENCY, "covered_percent": held.percent,
            "extracted_on": shown.extracted,
        }
        for (state, year), held in shown.country.items() if asked.state in (None, state) and asked.year in (None, year)
    ]  # fmt: skip
    return Page(frame_of(MoneyOverviewRow, sorted(rows, key=lambda row: (-int(str(row["year"])), str(row["state"])))))


def money_quality_rows(mandates: Sequence[Mandate], asked: MoneyCountedAsked) -> Page:
    """The quality of what the product's policy counts. Few queries, whatever the number of flows."""
    found = counting.quality_of(counting.held_money(mandates, state=asked.state or "", year=asked.year, sector=asked.sector or ""), counting.in_need(mandates, year=asked.year or 0))
    rows = [
        {
            "quality": name, "share": counting.rounded(share), "part_minor": share.part if share.is_held else None, "whole_minor": share.whole, "unknown_minor": share.unknown, "currency": CURRENCY,
            "flows": share.flows, "unknown_flows": share.unknown_flows,
        }
        for name, share in found.shares.items()
    ]  # fmt: skip
    return Page(frame_of(MoneyQualityRow, rows))


def money_bridge_rows(mandates: Sequence[Mandate], asked: MoneyCountedAsked) -> Page:
    """Every step from one counting policy to the next."""
    return Page(frame_of(MoneyBridgeRow, steps_of(counting.held_money(mandates, state=asked.state or "", year=asked.year, sector=asked.sector or ""))))


def steps_of(money: counting.Money) -> Iterator[dict[str, Any]]:
    """The steps of every pair of policies, in cents."""
    for first, second in counting.pairs():
        ends = {"from_policy": first, "to_policy": second, "from_total_minor": total(money.counted[first]), "to_total_minor": total(money.counted[second]), "currency": CURRENCY}
        for line in bridge(money.counted[first], money.counted[second]).iter_rows(named=True):
            yield ends | {name: line[name] for name in ("from_reason", "to_reason", "flows", "difference_minor")}
