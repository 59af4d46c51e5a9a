"""Reading rounds for programs, under the same mandates as the pages; a round the reader may not see has no rows."""

from collections.abc import Sequence
from typing import Any

from concertation.apps.allocation import queries
from concertation.apps.allocation.exports import plan_lines
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.shapes import (
    GroupRow,
    OneScenarioAsked,
    PlanLineRow,
    RoundRow,
    RoundsAsked,
    ScenarioRow,
    ScenariosAsked,
)
from concertation.apps.ground.answers import Page, frame_of, page_of
from concertation.core.sharing import Mandate

PARTS = 10_000
ROUND_PATHS = {name: name for name in RoundRow.model_fields} | {"held_minor": "held", "needed_minor": "needed", "is_estimate": "estimate", "question_sha256": "sha256"}


def round_rows(mandates: Sequence[Mandate], asked: RoundsAsked) -> Page:
    """The rounds a reader may see. One query."""
    rows = queries.rounds(mandates)
    return page_of(rows.filter(status=asked.status) if asked.status else rows, RoundRow, ROUND_PATHS, most=asked.limit, after=asked.after)


def scenario_rows(mandates: Sequence[Mandate], asked: ScenariosAsked) -> Page:
    """The scenarios of a round. Two queries."""
    held = queries.round_for(mandates, asked.round)
    return Page(frame_of(ScenarioRow, [_scenario(held, each) for each in queries.scenarios(held)] if held else []))


def _scenario(held: Round, each: Scenario) -> dict[str, Any]:
    told = queries.overview_of(each)
    return {
        "round": held.pk, "scenario": each.number, "title": each.title or None, "status": each.status, "is_certified": each.valid, "question_sha256": each.question_sha256 or None,
        "people_assisted": None if held.estimate else told.get("people"), "least_coverage": told["least"] / PARTS if "least" in told else None, "spent_minor": told.get("spent"),
        "reserved_minor": sum(line["kept"] for line in told["reserves"]) if "reserves" in told else None,
        "overhead_minor": told.get("overhead"), "counting": told.get("counting"), "counted_minor": told.get("held"), "lines_by_hand": told.get("by_hand", 0) if told else None, "currency": held.currency,
    }  # fmt: skip


def solved_scenario(mandates: Sequence[Mandate], asked: OneScenarioAsked) -> tuple[Round, Scenario] | None:
    """A solved scenario of a round the reader may see. Two queries."""
    held = queries.round_for(mandates, asked.round)
    found = queries.scenario_of(held, asked.scenario) if held else None
    return (held, found) if held is not None and found is not None and found.status == "solved" else None


def group_rows(mandates: Sequence[Mandate], asked: OneScenarioAsked) -> Page:
    """The coverage of each group in a scenario."""
    found = solved_scenario(mandates, asked)
    return Page(frame_of(GroupRow, [_group(*found, group) for group in queries.overview_of(found[1]).get("groups", ())] if found else []))


def _group(held: Round, each: Scenario, group: dict[str, Any]) -> dict[str, Any]:
    return {
        "round": held.pk, "scenario": each.number, "state": group["state"], "sector": group["sector"], "need_minor": group["need"], "funded_minor": group["funded"], "given_minor": group["given"],
        "coverage": group["coverage"] / PARTS, "people": None if held.estimate else group["people"], "people_assisted": None if held.estimate else group["assisted"], "is_reachable": group["reachable"], "currency": held.currency,
    }  # fmt: skip


def line_rows(mandates: Sequence[Mandate], asked: OneScenarioAsked) -> Page:
    """The lines of a scenario's plan as they stand."""
    found = solved_scenario(mandates, asked)
    if found is None:
        return Page(frame_of(PlanLineRow, []))
    held, each = found
    rows = [
        {
            "round": held.pk, "scenario": each.number, "funder": line["source"], "cell": line["cell"], "state": line["state"], "sector": line["sector"], "amount_minor": line["minor"], "currency": line["currency"],
            "why_fr": line["reason_fr"] or None, "why_en": line["reason_en"] or None, "is_by_hand": line["by_hand"], "reason_by_hand": line["why"] or None,
        }
        for line in plan_lines(each, queries.question_for(held, each))
    ]  # fmt: skip
    return Page(frame_of(PlanLineRow, rows))
