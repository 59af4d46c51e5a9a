"""Rounds and money for programs: the same figures as the pages, under the same mandates, nothing of a round nobody opened to the reader."""

from typing import Any

import pytest
from django.test import Client

from api_steps import program
from apps.test_funding_imports import brought, flow, node, page
from concertation.apps.allocation import queries
from concertation.apps.allocation.models import Round
from concertation.core.sharing import Role
from concertation.site import reference
from round_steps import asked, round_of, solved

__all__ = ["node"]
pytestmark = pytest.mark.django_db


def rows(client: Client, address: str) -> Any:
    """The rows of an answer."""
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def analyst() -> Client:
    return program((Role.ANALYST, "AES"), name="analyst")


@pytest.fixture
def made() -> Round:
    reference.load_if_changed()
    held = round_of(asked(sources=[{**asked()["sources"][2], "reserve": {"amount": 5_000_000, "trigger": "ner-floods"}}, *asked()["sources"][:2]]))
    solved(held)
    return held


def test_a_round_its_scenarios_groups_and_lines_are_what_the_pages_show(made: Round) -> None:
    client, told = analyst(), queries.overview_of(queries.scenarios(made)[0])

    [one] = rows(client, "allocation-rounds")
    [scenario] = rows(client, f"allocation-scenarios?round={made.pk}")
    groups, lines = (rows(client, f"allocation-{table}?round={made.pk}&scenario=1") for table in ("groups", "lines"))

    assert (one["id"], one["status"], one["is_estimate"], one["question_sha256"]) == (str(made.pk), "draft", False, made.sha256)
    assert (scenario["is_certified"], scenario["people_assisted"], scenario["spent_minor"], scenario["reserved_minor"]) == (True, told["people"], told["spent"], 500_000_000)
    assert sum(group["given_minor"] for group in groups) == sum(line["amount_minor"] for line in lines) == told["spent"]
    assert all(line["why_fr"] and line["why_en"] for line in lines)


def test_who_may_not_see_a_round_sees_no_row_of_it(made: Round) -> None:
    asked_for = ["allocation-rounds", f"allocation-scenarios?round={made.pk}", *(f"allocation-{table}?round={made.pk}&scenario=1" for table in ("groups", "lines"))]

    assert [rows(Client(), address) for address in asked_for] == [[], [], [], []]


def test_overview_quality_and_bridge_say_what_their_pages_say(tmp_path: Any) -> None:
    brought(page(tmp_path, flow(1, amountUSD=60), flow(2, amountUSD=40, grandBargainEarmarkingType=None)))
    client = Client()

    [niger] = rows(client, "money-overview?state=NER&year=2025")
    flexible = next(row for row in rows(client, "money-quality?state=NER&year=2025") if row["quality"] == "flexible")
    steps = rows(client, "money-bridge?state=NER&year=2025")

    assert (niger["covered_percent"], niger["extracted_on"]) == (26, "2026-04-17")
    assert (flexible["share"], flexible["part_minor"], flexible["whole_minor"], flexible["unknown_minor"]) == (0.6, 6_000, 10_000, 4_000)
    pairs = {(row["from_policy"], row["to_policy"]): row["to_total_minor"] - row["from_total_minor"] for row in steps}
    assert pairs == {pair: sum(row["difference_minor"] for row in steps if (row["from_policy"], row["to_policy"]) == pair) for pair in pairs}
