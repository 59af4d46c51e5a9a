"""A file of IATI activities comes in as any file: its transactions that reach a State are flows, held beside FTS and counted by no policy. Synthetic, and the real sample."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.test_funding_imports import brought
from concertation.apps.funding import counting
from concertation.apps.funding.models import Flow, FlowParty
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Mandate, Role
from concertation.formats.iati.codes import STATES
from concertation.formats.iati.flatten import read_transactions
from concertation.site import reference
from iati_samples import activity, transaction, written
from import_steps import bring_in, manager

pytestmark = pytest.mark.django_db
OPERATOR = (Mandate("u1", Role.DATA_MANAGER, state="AES"),)
EUROS = '<value currency="EUR" value-date="2024-05-01">12.5</value>'
PASSED_ON = (
    '<transaction ref="T9"><transaction-type code="3"/><transaction-date iso-date="2024-06-01"/><value currency="USD" value-date="2024-06-01">7</value>'
    '<provider-org ref="XX-9" type="21"><narrative>Synthetic agency that passes on</narrative></provider-org></transaction>'
)


@pytest.fixture(autouse=True)
def node(tmp_path: Path, settings: Any) -> None:
    """A node with its reference set, whose jobs run as they are asked for."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()


def told(run: ImportRun) -> dict[str, int]:
    """How many times each problem was told."""
    return dict(run.problems.values_list("code", "count"))


def test_transactions_that_reach_a_state_are_flows_and_the_others_are_counted(tmp_path: Path) -> None:
    own = activity(transactions=transaction() + transaction(kind="2", money=EUROS) + transaction(kind="5"))

    run = brought(written(tmp_path, own, activity(identifier="XX-1-B", places='<recipient-country code="SN"/>')))

    rows = Flow.objects.order_by("row").values_list("system", "flow", "status", "amount_minor", "original_minor", "original_currency", "owner_state", "year", "sensitivity")
    assert (run.kind, run.status) == ("iati-activities", "stored")
    assert list(rows) == [
        ("iati", "XX-1-A#T1", "paid", 10_000, None, "", "NER", 2024, "public"), ("iati", "XX-1-A#T1/2", "commitment", None, 1_250, "EUR", "NER", 2024, "public"),
    ]  # fmt: skip
    assert told(run) == {"iati-not-a-flow": 1, "flows-elsewhere": 1}


def test_who_gives_and_receives_is_known_by_reference_and_type(tmp_path: Path) -> None:
    brought(written(tmp_path, activity()))

    ends = FlowParty.objects.order_by("role").values_list("role", "party__known_as", "party__name_fr", "party__party_type")
    assert list(ends) == [("destination", "iati:Synthetic NGO", "Synthetic NGO", "national_ngo"), ("source", "iati:XX-1", "Synthetic State", "government")]


def test_a_payer_that_is_no_funder_of_its_activity_stands_below_the_first_recipient_and_is_never_public(tmp_path: Path) -> None:
    brought(written(tmp_path, activity(transactions=transaction() + PASSED_ON)))

    assert list(Flow.objects.order_by("row").values_list("boundary", "below_first", "sensitivity")) == [("incoming", False, "public"), ("internal", True, "restricted")]


def test_no_policy_counts_what_iati_says_again(tmp_path: Path) -> None:
    brought(written(tmp_path, activity()))

    bridged = counting.bridges_told(counting.held_money(OPERATOR))

    assert (bridged["flows"], [policy["total"] for policy in bridged["policies"]]) == (0, [0, 0, 0])  # type: ignore[attr-defined]


def test_a_transaction_keeps_its_name_in_the_next_edition_of_the_file(tmp_path: Path) -> None:
    bare = transaction().replace(' ref="T1"', "")
    (tmp_path / "next").mkdir()
    brought(written(tmp_path, activity(transactions=bare)))

    brought(written(tmp_path / "next", activity(identifier="XX-1-0"), activity(transactions=bare.replace(">100<", ">150<"))))

    shown = unescape(Client().get("/funding/flows/?lang=fr").content.decode())
    assert "XX-1-A#3 2024-05-01" in shown and "150\u202f$" in shown and "100\u202f$" in shown
    assert set(Flow.objects.values_list("flow", flat=True)) == {"XX-1-A#3 2024-05-01", "XX-1-0#T1"}


def test_what_is_read_of_a_transaction_is_kept_whole(tmp_path: Path) -> None:
    brought(written(tmp_path, activity(sectors='<sector vocabulary="1" code="72010" percentage="40"/><sector vocabulary="1" code="12220" percentage="60"/>')))

    received = json.loads(bytes(Flow.objects.get().received))

    assert (received["sectors"], received["sector_percentages"], received["amount_written"], received["provider_type"]) == (["1:72010", "1:12220"], [40.0, 60.0], "100", "10")


def test_what_falls_on_each_place_and_sector_is_shown_by_the_shares_the_publisher_states(tmp_path: Path) -> None:
    sectors = '<sector vocabulary="1" code="72010" percentage="33.3"/><sector vocabulary="1" code="12220" percentage="66.7"/><sector vocabulary="10" code="7"/>'
    places = '<recipient-country code="NE" percentage="40"/><recipient-country code="SN" percentage="60"/>'
    brought(written(tmp_path, activity(sectors=sectors, places=places, transactions=transaction(money=EUROS))))

    one = unescape(Client().get(f"/funding/flows/{Flow.objects.get().pk}/?lang=fr").content.decode())

    rows = [[re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[dh]\b.*?</t[dh]>", row, re.DOTALL)] for row in re.findall(r"<tr>.*?</tr>", one, re.DOTALL)]
    assert [row for row in rows if row[0].startswith(("pays", "secteur du CAD", "cluster mondial"))] == [
        ["pays Niger", "40\u202f%", "5\u202f€"], ["pays SN", "60\u202f%", "7,50\u202f€"],
        ["secteur du CAD 72010", "33,30\u202f%", "4,16\u202f€"], ["secteur du CAD 12220", "66,70\u202f%", "8,34\u202f€"],
        ["cluster mondial 7", "100\u202f%", "12,50\u202f€"],
    ]  # fmt: skip
    assert "oui, par les parts que dit la source" in one


def test_shares_nobody_states_are_not_guessed(tmp_path: Path) -> None:
    brought(written(tmp_path, activity(places='<recipient-country code="NE"/><recipient-country code="ML"/>')))

    one = unescape(Client().get(f"/funding/flows/{Flow.objects.get().pk}/?lang=fr").content.decode())

    assert one.count("non dite</td>") == 2 and "oui, sans partage dit" in one


@pytest.mark.parametrize(("content", "code"), [
    ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><iati-activities version="2.03"></iati-activities>', "xml-document-type"),
    ('<?xml version="1.0"?><iati-activities version="2.03"><iati-activity>', "xml-broken"),
])  # fmt: skip
def test_a_hostile_or_cut_file_is_refused_with_its_reason(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "activities.xml"
    path.write_text(content, "utf-8")

    run = brought(path)

    assert (run.status, Flow.objects.count()) == ("refused", 0)
    assert code in told(run)


def test_the_pages_show_the_transaction_in_its_own_currency_and_say_that_it_stands_beside(tmp_path: Path) -> None:
    content = written(tmp_path, activity(transactions=transaction(kind="2", money=EUROS))).read_bytes()
    client = manager("NER")
    page = bring_in(client, content, name="activities_2024-05.xml").content.decode()
    client.post(f"/imports/{ImportRun.objects.get().pk}/accept/", follow=True)

    listed = unescape(client.get("/funding/flows/?lang=fr").content.decode())
    one = unescape(client.get(f"/funding/flows/{Flow.objects.get().pk}/?lang=fr").content.decode())

    assert "activités IATI" in unescape(page)
    assert "Synthetic State → Synthetic NGO\u202f: 12,50\u202f€, engagé (1er mai 2024)." in unescape(page)
    assert "12,50\u202f€" in listed and "Synthetic State" in listed and "tenu à côté de FTS" in listed
    assert "12,50\u202f€" in one and "Activité synthétique · XX-1-A" in one and "fonds engagés" in one and "secteur du CAD" in one and "72010" in one and "12,50 EUR" in one
    assert re.search(r"Prévisible[^<]*</dt>\s*<dd[^>]*>\s*non dit", one)
    assert "Synthetic State" not in Client().get("/funding/flows/?lang=fr").content.decode()


@pytest.mark.shared
def test_the_real_sample_leaves_out_what_reaches_no_state_of_the_framework(shared: Path) -> None:
    sample = shared / "iati" / "dportal_foodsecurity_sample.xml"
    frame = read_transactions(sample).frame
    ours = [line for line in frame.iter_rows(named=True) if {f"country:{code}" for code in STATES} & set(line["places"] or [])]

    run = brought(sample)

    assert frame.height > 0
    assert Flow.objects.count() == len(ours)
    assert told(run).get("flows-elsewhere", 0) == frame.height - len(ours)
