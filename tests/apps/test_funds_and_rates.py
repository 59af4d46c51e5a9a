"""Funds with their rules, flows and allocations; exchange rates of one day with their source, and no other taken in their place."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from access_steps import browser_of, person
from apps.test_funding_imports import ANALYST, brought, flow, node, page
from concertation.apps.funding.funds.queries import years_of
from concertation.apps.funding.models import ExchangeRate, Flow, Fund
from concertation.apps.ground.models import JournalLine
from concertation.core.sharing import Role
from concertation.site import reference

__all__ = ["node"]
pytestmark = pytest.mark.django_db
RATE = {"base": "EUR", "quote": "USD", "value": "1.1023", "on": "2025-08-08", "source": "Taux synthétique"}
FUND: dict[str, Any] = {
    "name_fr": "Fonds national de solidarité (synthétique)", "name_en": "National solidarity fund (synthetic)", "party": "Ministère synthétique", "party_type": "government", "kind": "national_fund", "currency": "XOF",
    "owner": "NER", "share_as": "public", "least_grant": "5000000", "most_grant": "50000000", "overhead": "7", "local_share": "25.5", "eligible_types": ["local_ngo"], "states": ["NER"], "sectors": ["WSH"], "earmark_text": "",
}  # fmt: skip


@pytest.fixture
def niger() -> Client:
    return browser_of(person("niger", (Role.DATA_MANAGER, "NER")))


def text(path: str, client: Client | None = None) -> str:
    return (client or Client()).get(path).content.decode().replace("&#x27;", "'")


def acts() -> list[str]:
    return list(JournalLine.objects.filter(act__startswith="funding.").order_by("chain", "sequence").values_list("act", flat=True))


def test_an_amount_is_converted_at_the_rates_of_its_day_and_says_them(niger: Client) -> None:
    assert niger.post("/funding/rates/new/", RATE).status_code == 302

    shown = text("/funding/rates/?amount=655957&base=XOF&quote=USD&on=2025-08-08&lang=en")

    assert "655,957\u202fXOF = 1,102.30\u202fUSD" in shown
    assert "1 EUR = 1.1023 USD (8 August 2025, Taux synthétique)" in shown
    assert acts() == ["funding.rate-stated"]


def test_no_other_day_is_taken_where_a_day_has_no_rate(niger: Client) -> None:
    niger.post("/funding/rates/new/", RATE)

    shown = text("/funding/rates/?amount=1&base=XOF&quote=USD&on=2025-08-09&lang=en")

    assert "No rate XOF/USD is held for 2025-08-09." in shown


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "A rate EUR/USD is held for 2025-08-08 already."), ({"base": "USD", "quote": "EUR"}, "A rate USD/EUR is held for 2025-08-08 already."),
        ({"base": "XOF", "quote": "EUR"}, "The parity of the CFA franc and the euro is fixed"), ({"on": "2099-01-01"}, "is still to come"), ({"base": "USD"}, "says nothing"),
    ],
)  # fmt: skip
def test_a_rate_that_would_make_two_of_one_is_refused(niger: Client, changes: dict[str, str], told: str) -> None:
    niger.post("/funding/rates/new/", RATE)

    answer = niger.post("/funding/rates/new/?lang=en", {**RATE, **changes})

    assert answer.status_code == 422 and told in answer.content.decode()
    assert ExchangeRate.objects.exclude(stated_by="").count() == 1


def test_a_rate_taken_back_converts_no_more_and_may_be_stated_anew_but_the_parity_stays(niger: Client) -> None:
    niger.post("/funding/rates/new/", RATE)
    stated, parity = ExchangeRate.objects.exclude(stated_by="").get(), ExchangeRate.objects.get(stated_by="")

    for row in (stated, parity):
        niger.post(f"/funding/rates/{row.pk}/withdraw/")
    again = niger.post("/funding/rates/new/", {**RATE, "value": "1.2"})

    assert again.status_code == 302
    assert "1,1023" not in text("/funding/rates/") and "1,200\u202fUSD" in text("/funding/rates/")
    assert "655,957\u202fXOF" in text("/funding/rates/")
    assert acts() == ["funding.rate-stated", "funding.rate-withdrawn", "funding.rate-stated"]


def test_rates_that_persons_stated_outlive_a_new_reference_set(niger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    niger.post("/funding/rates/new/", RATE)

    monkeypatch.setattr(reference, "loaded_reference_set", lambda: "another")
    reference.load_if_changed()

    assert list(ExchangeRate.objects.order_by("on").values_list("base", "quote", "on")) == [("EUR", "XOF", date(1999, 1, 1)), ("EUR", "USD", date(2025, 8, 8))]


def test_a_flow_is_told_in_francs_at_the_rate_of_its_day_or_not_at_all(tmp_path: Path, niger: Client) -> None:
    brought(page(tmp_path, flow(1, date="2025-08-08T00:00:00Z", amountUSD=1_102_300), flow(2, date="2025-08-09T00:00:00Z")))
    niger.post("/funding/rates/new/", RATE)

    first, second = (text(f"/funding/flows/{pk}/?lang=en") for pk in flows_in_order())

    assert "655,957,000\u202fXOF" in first
    assert "No rate USD/XOF is held for 2025-08-09." in second


def flows_in_order() -> list[Any]:
    return list(Flow.objects.order_by("flow").values_list("pk", flat=True))


def test_who_has_no_mandate_states_no_rate_and_registers_no_fund() -> None:
    reader = browser_of(person("reader", (Role.READER, "NER")))

    assert [reader.post(path, values).status_code for path, values in (("/funding/rates/new/", RATE), ("/funding/funds/new/", FUND))] == [403, 403]
    assert acts() == []


def test_a_fund_is_registered_with_its_rules_and_corrected_on_the_version_that_was_read(niger: Client) -> None:
    answer = niger.post("/funding/funds/new/", FUND)
    one = Fund.objects.get()

    shown = text(answer.url)
    corrected = {**FUND, "version": "1", "least_grant": "6000000"}
    first, second = (niger.post(f"{answer.url}rules/", corrected, follow=True).content.decode() for _ in range(2))
    one.refresh_from_db()

    assert "5\u202f000\u202f000\u202fXOF" in shown and "25,50\u202f%" in shown and "ONG locale" in shown and "Niger · Eau" in shown
    assert "Règles corrigées" in first and "Quelqu" in second
    assert (one.least_grant_minor, one.version, one.earmark) == (6_000_000, 2, {"states": ["NER"], "sectors": ["WSH"]})
    assert acts() == ["funding.fund-registered", "funding.fund-corrected"]


@pytest.mark.parametrize(("changes", "told"), [({"least_grant": "60000000"}, "The smallest grant is above the largest."), ({"owner": "MLI"}, ""), ({"currency": "FCFA"}, "")])
def test_a_fund_whose_rules_contradict_each_other_or_that_is_another_states_is_refused(niger: Client, changes: dict[str, str], told: str) -> None:
    answer = niger.post("/funding/funds/new/?lang=en", {**FUND, **changes})

    assert answer.status_code == 422 and told in answer.content.decode()
    assert not Fund.objects.exists()


@pytest.mark.shared
def test_the_fund_of_niger_shows_what_it_received_granted_and_opened(shared: Path) -> None:
    for name in ("cbpf_contributions_3_countries.csv", "cbpf_projects_ner_bfa.csv", "cbpf_AllocationTypes.csv"):
        brought(shared / "funding" / name)
    one = Fund.objects.get(name_fr="Fonds humanitaire régional, Niger")

    years = {(line.system, line.year): line for line in years_of(ANALYST, one)}
    public, inside = text(f"/funding/funds/{one.pk}/"), text(f"/funding/funds/{one.pk}/", browser_of(person("analyst", (Role.ANALYST, "AES"))))

    assert round((years["cbpf", 2021].received or 0) / 1e8, 1) == 15.9
    assert "2021 Standard Allocation" in public and "12\u202f500\u202f000\u202f$" in public
    assert "accordé" in inside and "accordé aucun chiffre disponible" in public
