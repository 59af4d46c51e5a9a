"""Mobilisation for programs: what the pages show, under the same mandates; a pledge is never counted as received, and totals name nobody."""

from typing import Any

import pytest
from django.test import Client

from access_steps import browser_of, person
from api_steps import program, rows
from apps.test_funding_imports import brought, flow, node, page
from apps.test_mobilisation import giver, in_two, known, niger, received, recorded
from concertation.core.sharing import Role
from concertation.formats.fts_plans import sector_names

__all__ = ["giver", "known", "niger", "node"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    return program((Role.DATA_MANAGER, "NER"), name="manager")


def test_a_pledge_its_instalments_and_receipts_are_what_the_page_shows(niger: Client, manager: Client) -> None:
    row = recorded(niger)
    in_two(niger, row)
    received(niger, row)

    [pledge] = rows(manager, "/pledges?giver_type=company")
    parts, [receipt] = rows(manager, f"/pledge-instalments?pledge={row.pk}"), rows(manager, f"/pledge-receipts?pledge={row.pk}")

    assert (pledge["amount_minor"], pledge["received_minor"], pledge["declared_minor"], pledge["currency"], pledge["owner"]) == (1_000_000, 400_000, 0, "XOF", "NER")
    assert sorted((each["instalment"], each["amount_minor"], each["paid_minor"], each["due_on"]) for each in parts) == [(1, 400_000, 400_000, "2026-03-01"), (2, 600_000, 0, "2026-06-01")]
    assert (receipt["amount_minor"], receipt["said_by"], receipt["confirmed_on"] is not None) == (400_000, "receiver", True)


def test_what_a_giver_declares_is_not_received(niger: Client, giver: Client) -> None:
    row = recorded(giver, owner_state="NER")
    in_two(giver, row)
    received(giver, row)

    [pledge] = rows(program((Role.DONOR, "", "alpha"), name="giver-program"), "/pledges")

    assert (pledge["received_minor"], pledge["declared_minor"]) == (0, 400_000)


@pytest.mark.parametrize("table", ["pledges", "pledge-instalments", "pledge-receipts"])
def test_a_confidential_pledge_is_nobody_else_s_to_read(niger: Client, manager: Client, table: str) -> None:
    row = recorded(niger)
    in_two(niger, row)
    received(niger, row)

    others = [Client(), program((Role.DATA_MANAGER, "MLI"), name="mali")]

    assert [rows(other, f"/{table}") for other in others] == [[], []]
    assert rows(manager, f"/{table}")


def test_a_filter_of_pledges_leaves_out_the_others(niger: Client, manager: Client) -> None:
    recorded(niger)
    recorded(niger, giver_type="foundation", giver="Fondation synthétique")

    assert [row["giver_type"] for row in rows(manager, "/pledges?giver_type=foundation")] == ["foundation"]
    assert rows(manager, "/pledges?owner=MLI") == [] and len(rows(manager, "/pledges?owner=NER")) == 2


def test_an_appeal_its_parts_and_its_meeting_stand_under_their_own_names() -> None:
    analyst = browser_of(person("secretariat", (Role.ANALYST, "AES")))
    appeal = {"kind": "appeal", "title_fr": "Appel synthétique", "title_en": "Synthetic appeal", "currency": "XOF", "asked": "5000", "opens_on": "2026-01-01", "states": ["NER"], "sectors": ["WSH"], "sensitivity": "public", "version": "0"}
    made = analyst.post("/mobilisation/appeals/new/", appeal).headers["Location"]
    analyst.post(f"{made}envelopes/new/", {"title_fr": "Eau", "title_en": "Water", "state": "NER", "sector": "WSH", "amount": "2000"})

    [told] = rows(Client(), "/appeals?kind=appeal")
    [part] = rows(Client(), f"/appeal-envelopes?appeal={told['id']}")

    assert (told["title_en"], told["states"], told["sectors"], told["asked_minor"], told["closes_on"]) == ("Synthetic appeal", "NER", "WSH", 5_000, None)
    assert (part["appeal"], part["state"], part["sector"], part["amount_minor"], part["currency"]) == (told["id"], "NER", "WSH", 2_000, "XOF")


def test_public_totals_for_programs_name_nobody_and_hide_fewer_than_three_givers(niger: Client) -> None:
    for number in range(3):
        recorded(niger, giver=f"Société synthétique {number}", counted_publicly="on")
    recorded(niger, giver_type="foundation", giver="Fondation synthétique", amount="9 000 000", counted_publicly="on")
    niger.post("/mobilisation/totals/publish/", {"state": "NER"})

    [line] = rows(Client(), "/pledge-totals")

    assert (line["owner"], line["giver_type"], line["givers"], line["promised_minor"], line["received_minor"]) == ("NER", "company", 3, 3_000_000, 0)
    assert "late" not in " ".join(line) and rows(Client(), "/pledge-totals?owner=MLI") == []


def test_quality_is_told_of_one_sector_to_programs_too(tmp_path: Any) -> None:
    assert "water sanitation hygiene" in sector_names()
    water = [*flow(1)["destinationObjects"], {"type": "GlobalCluster", "id": "11", "name": "Water Sanitation Hygiene"}]
    brought(page(tmp_path, flow(1, destinationObjects=water), flow(2, grandBargainEarmarkingType=["tightly earmarked"])))

    flexible = {asked: next(row["share"] for row in rows(Client(), f"/money-quality?year=2025{asked}") if row["quality"] == "flexible") for asked in ("", "&sector=WSH")}

    assert flexible == {"": 0.5, "&sector=WSH": 1.0}
