"""Mobilisation: pledges recorded and corrected, receipts that pay instalments once, statements without names, totals without names, quality from the ledger."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from access_steps import browser_of, person
from concertation.apps.ground.models import JournalLine, Message
from concertation.apps.mobilisation import queries
from concertation.apps.mobilisation.models import (
    Appeal,
    Envelope,
    Instalment,
    Meeting,
    Pledge,
    PledgeReceipt,
    PublicTotals,
    Settlement,
    Statement,
    StatementLine,
)
from concertation.apps.mobilisation.reminding.commands import remind
from concertation.cli import app
from concertation.core.sharing import Mandate, Role
from concertation.formats.allocation_question import read_question
from concertation.site import reference

pytestmark = pytest.mark.django_db
NIGER = [Mandate("test", Role.DATA_MANAGER, state="NER")]
BANK = "Date opération;Libellé;Débit;Crédit;Devise;Référence\n2026-03-05;VIR SYNTHETIC PERSON {reference};;400 000;XOF;V1\n2026-03-06;VIR SYNTHETIC OTHER;;77 000;XOF;V2\n2026-03-07;FRAIS;1 500;;XOF;V3\n"


@pytest.fixture(autouse=True)
def known() -> None:
    reference.load_if_changed()


@pytest.fixture
def niger() -> Client:
    return browser_of(person("niger", (Role.DATA_MANAGER, "NER")))


@pytest.fixture
def secretariat() -> Client:
    return browser_of(person("secretariat", (Role.ANALYST, "AES")))


@pytest.fixture
def giver() -> Client:
    return browser_of(person("giver", (Role.DONOR, "", "alpha")))


def promise(**more: Any) -> dict[str, Any]:
    told = {
        "giver_type": "company", "giver": "Société synthétique", "kind": "cash", "amount": "1 000 000", "currency": "XOF", "pledged_on": "2026-01-15", "owner_state": "NER", "sensitivity": "confidential",
        "version": "0",
    }  # fmt: skip
    return {**told, **more}


def recorded(browser: Client, **more: Any) -> Pledge:
    answer = browser.post("/mobilisation/pledges/new/", promise(**more))
    assert answer.status_code == 302, answer.context["form"].errors
    return Pledge.objects.get(pk=answer.headers["Location"].strip("/").rpartition("/")[2])


def in_two(browser: Client, row: Pledge, *, amounts: tuple[str, str] = ("400 000", "600 000"), days: tuple[str, str] = ("2026-03-01", "2026-06-01")) -> Any:
    row.refresh_from_db()
    told = {f"{name}_{number}": value for number, pair in enumerate(zip(amounts, days, strict=True), 1) for name, value in zip(("amount", "due"), pair, strict=True)}
    return browser.post(f"/mobilisation/pledges/{row.pk}/instalments/", {**told, "version": row.version})


def received(browser: Client, row: Pledge, **more: Any) -> Any:
    row.refresh_from_db()
    told = {"received_on": "2026-02-27", "amount": "400 000", "currency": "XOF", "channel": "bank", "reference": "VIR-1", "instalment": "1", "rest": "refuse", "version": row.version}
    return browser.post(f"/mobilisation/pledges/{row.pk}/receipts/new/", {**told, **more})


def standing(row: Pledge, today: date = date(2026, 4, 1)) -> Any:
    row.refresh_from_db()
    return queries.entry(NIGER, row, today=today).balance


def test_a_pledge_is_recorded_on_its_page_and_a_receipt_settles_an_instalment(niger: Client) -> None:
    row = recorded(niger)
    assert in_two(niger, row).status_code == 302

    answer = received(niger, row)

    assert answer.status_code == 302, answer.context["form"].errors
    stands = standing(row)
    assert [(each.standing.value, each.left) for each in stands.instalments] == [("paid", 0), ("due", 600_000)]
    assert (stands.received, stands.standing.value) == (400_000, "part")
    page = niger.get(f"/mobilisation/pledges/{row.pk}/").content.decode()
    assert "400\u202f000\u202fFCFA" in page and "PR-2026-001" in page


def test_no_name_and_no_text_of_a_pledge_is_in_the_journal(niger: Client) -> None:
    row = recorded(niger, document="Lettre synthétique 12")
    in_two(niger, row)
    received(niger, row)

    facts = b" ".join(bytes(line.facts) for line in JournalLine.objects.filter(act__startswith="mobilisation."))
    assert {line.act for line in JournalLine.objects.filter(act__startswith="mobilisation.")} == {"mobilisation.pledge-recorded", "mobilisation.instalments-set", "mobilisation.receipt-noted"}
    assert b"synth" not in facts.lower()


@pytest.mark.parametrize(("wrong", "said"), [
    ({"amount": "-5"}, "pas au-dessus de zéro"), ({"amount": ""}, "Le montant manque"), ({"currency": "FCFA"}, ""), ({"giver_type": "individual_pool"}, "ne porte aucun nom"),
    ({"giver": ""}, "manque"), ({"kind": "in-kind", "what": ""}, "dit quoi et combien"), ({"kind": "in-kind", "what": "200 tentes"}, "par qui ni quand"), ({"pledged_on": "2099-01-01"}, "pas encore venu"),
    ({"giver": "Alpha +227 90 12 34 56"}, "téléphone"), ({"amount": "10,5"}, "fraction aussi fine"), ({"due_on": "2026-01-01"}, "avant la promesse"), ({"amount": "1e9999999"}, "Un montant, par exemple"), ({"amount": "1e-9999999"}, "Un montant, par exemple"), ({"country": "F1"}, ""), ({"amount": "beaucoup"}, "Un montant, par exemple"),
])  # fmt: skip
def test_a_pledge_that_cannot_stand_is_told_and_not_kept(niger: Client, wrong: dict[str, str], said: str) -> None:
    answer = niger.post("/mobilisation/pledges/new/", promise(**wrong))

    assert answer.status_code == 422
    assert said in answer.content.decode().replace("&#x27;", "'")
    assert not Pledge.objects.exists()


def test_instalments_that_do_not_add_up_are_kept_and_told_and_nothing_is_corrected(niger: Client) -> None:
    row = recorded(niger)

    answer = in_two(niger, row, amounts=("400 000", "500 000"))

    assert answer.status_code == 302
    assert sum(Instalment.objects.values_list("amount_minor", flat=True)) == 900_000
    assert "ne font pas le montant promis" in niger.get(f"/mobilisation/pledges/{row.pk}/").content.decode()


@pytest.mark.parametrize(("wrong", "said"), [
    ({"amount": "500 000"}, "dépasse ce qui reste"), ({"received_on": "2026-01-01"}, "précède la promesse"), ({"received_on": "2099-01-01"}, "pas encore venu"), ({"currency": "EUR"}, "la promesse en XOF"),
    ({"amount": "0"}, "au-dessus de zéro"), ({"instalment": "9"}, ""),
])  # fmt: skip
def test_a_receipt_that_cannot_stand_is_told_and_not_kept(niger: Client, wrong: dict[str, str], said: str) -> None:
    row = recorded(niger)
    in_two(niger, row)

    answer = received(niger, row, **wrong)

    assert answer.status_code == 422
    assert said in answer.content.decode().replace("&#x27;", "'")
    assert not PledgeReceipt.objects.exists() and not Settlement.objects.exists()


def test_a_person_says_where_the_rest_of_a_receipt_goes(niger: Client) -> None:
    row = recorded(niger)
    in_two(niger, row)

    received(niger, row, amount="500 000", rest="next")

    assert [each.left for each in standing(row).instalments] == [0, 500_000]


def test_the_same_receipt_twice_is_told_and_kept_once(niger: Client) -> None:
    row = recorded(niger)
    in_two(niger, row)
    received(niger, row, amount="100 000")

    answer = received(niger, row, amount="100 000")

    assert answer.status_code == 422 and "déjà notée" in answer.content.decode()
    assert PledgeReceipt.objects.count() == 1
    assert received(niger, row, amount="100 000", reference="VIR-2").status_code == 302


def test_a_receipt_taken_back_counts_no_more_and_its_instalment_waits_again(niger: Client) -> None:
    row = recorded(niger)
    in_two(niger, row)
    received(niger, row)
    held = PledgeReceipt.objects.get()

    niger.post(f"/mobilisation/receipts/{held.pk}/take-back/", {"version": held.version})

    assert standing(row).instalments[0].standing.value == "late"
    assert received(niger, row).status_code == 302


def test_what_a_giver_declares_counts_once_the_receiving_side_confirms_it(niger: Client, giver: Client) -> None:
    row = recorded(giver)
    in_two(giver, row)
    received(giver, row)
    assert (standing(row).received, row.holder) == (0, "alpha")
    assert received(niger, row, reference="VIR-9", received_on="2026-02-28").status_code == 422

    held = PledgeReceipt.objects.get()
    assert giver.post(f"/mobilisation/receipts/{held.pk}/confirm/", {"version": held.version}).status_code == 403
    niger.post(f"/mobilisation/receipts/{held.pk}/confirm/", {"version": held.version})

    assert standing(row).received == 400_000


def test_the_second_of_two_editors_is_shown_the_difference_and_loses_nothing(niger: Client) -> None:
    row = recorded(niger)
    first = {**promise(giver="Nom corrigé par la première (synthétique)"), "version": "1"}
    assert niger.post(f"/mobilisation/pledges/{row.pk}/edit/", first).status_code == 302

    answer = niger.post(f"/mobilisation/pledges/{row.pk}/edit/", {**promise(amount="2 000 000"), "version": "1"})

    assert answer.status_code == 409
    told = {str(each["label"]): (each["theirs"], each["yours"]) for each in answer.context["differences"]}
    assert told["Nom de l'organisation"] == ("Nom corrigé par la première (synthétique)", "Société synthétique")
    assert "2 000 000" in answer.content.decode()
    assert 'name="version" value="2"' in answer.content.decode()


def test_the_second_editor_of_instalments_is_shown_the_difference(niger: Client) -> None:
    row = recorded(niger)
    in_two(niger, row)

    answer = niger.post(f"/mobilisation/pledges/{row.pk}/instalments/", {"amount_1": "1 000 000", "due_1": "2026-05-01", "version": "1"})

    assert answer.status_code == 409
    assert len(answer.context["differences"]) == 4


def test_an_instalment_is_not_made_smaller_than_what_was_received_of_it(niger: Client) -> None:
    row = recorded(niger)
    in_two(niger, row)
    received(niger, row)

    answer = in_two(niger, row, amounts=("300 000", "700 000"))

    assert answer.status_code == 422 and "déjà reçu du versement 1" in answer.content.decode()


def test_a_pledge_taken_back_or_withdrawn_comes_back(niger: Client) -> None:
    row = recorded(niger)
    niger.post(f"/mobilisation/pledges/{row.pk}/take-back/", {"version": "1", "why": "raison synthétique"})
    assert standing(row).standing.value == "taken-back"
    niger.post(f"/mobilisation/pledges/{row.pk}/take-back/", {"version": "2"})
    niger.post(f"/mobilisation/pledges/{row.pk}/withdraw/", {"version": "3"})
    assert not queries.pledges(NIGER).exists()

    niger.post(f"/mobilisation/pledges/{row.pk}/withdraw/", {"version": "4"})

    assert [each.reference for each in queries.pledges(NIGER)] == ["PR-2026-001"]
    assert standing(row).standing.value == "undated"


def test_a_pledge_with_receipts_is_not_withdrawn(niger: Client) -> None:
    row = recorded(niger)
    received(niger, row, instalment="")
    row.refresh_from_db()

    niger.post(f"/mobilisation/pledges/{row.pk}/withdraw/", {"version": row.version})

    assert queries.pledges(NIGER).exists()


def test_another_state_and_nobody_signed_in_see_nothing_of_a_confidential_pledge(niger: Client) -> None:
    row = recorded(niger)
    mali = browser_of(person("mali", (Role.DATA_MANAGER, "MLI")))

    for browser in (mali, Client()):
        assert browser.get(f"/mobilisation/pledges/{row.pk}/").status_code == 404
        assert "Société synthétique" not in browser.get("/mobilisation/pledges/").content.decode()
        assert "PR-2026-001" not in browser.get("/mobilisation/pledges/?format=csv").content.decode()


def sent(browser: Client, text: str) -> Any:
    return browser.post("/mobilisation/statements/", {"file": SimpleUploadedFile("SYNTHETIC PERSON.csv", text.encode()), "state": "NER", "currency": ""})


def test_a_statement_proposes_a_person_settles_and_nothing_settles_twice(niger: Client) -> None:
    row = recorded(niger)
    in_two(niger, row)
    answer = sent(niger, BANK.format(reference=row.reference))
    page = answer.headers["Location"]
    lines = niger.get(page).context["lines"]
    assert [[each["why"] for each in line["proposals"]] for line in lines] == [["nomme la promesse, même montant, près du jour promis", "nomme la promesse"], []]
    assert "Aucun versement attendu" in niger.get(page).content.decode()
    line, chosen = lines[0]["line"], lines[0]["proposals"][0]["id"]

    for _time in range(2):
        niger.post(f"/mobilisation/lines/{line.pk}/settle/", {"version": line.version, "instalment": chosen, "rest": "refuse", "channel": "bank"})

    assert PledgeReceipt.objects.count() == 1
    assert standing(row).instalments[0].standing.value == "paid"
    assert [each["line"].row for each in niger.get(page).context["lines"]] == [3]
    assert sent(niger, BANK.format(reference=row.reference)).headers["Location"] == page
    assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 2)


def test_nobody_named_on_a_statement_is_kept_anywhere(niger: Client) -> None:
    sent(niger, BANK.format(reference="PR-2026-001"))

    held = repr(list(StatementLine.objects.values_list())) + repr([bytes(each.problems) for each in Statement.objects.all()]) + repr([bytes(each.facts) for each in JournalLine.objects.all()])
    assert "SYNTHETIC" not in held.upper()


def test_a_later_statement_that_repeats_a_line_does_not_offer_it_again(niger: Client) -> None:
    recorded(niger)
    sent(niger, BANK.format(reference="PR-2026-001"))

    sent(niger, BANK.format(reference="PR-2026-001") + "2026-03-09;VIR;;5 000;XOF;V9\n")

    assert list(StatementLine.objects.order_by("statement", "row").values_list("reference", "state")) == [("V1", "open"), ("V2", "open"), ("V1", "aside"), ("V2", "aside"), ("V9", "open")]


def test_a_line_that_is_a_receipt_noted_before_becomes_that_receipt(niger: Client) -> None:
    row = recorded(niger)
    in_two(niger, row)
    received(niger, row, received_on="2026-03-05", reference="")
    sent(niger, BANK.format(reference=row.reference))
    line = StatementLine.objects.get(reference="V1")

    niger.post(f"/mobilisation/lines/{line.pk}/link/", {"version": line.version})

    assert (PledgeReceipt.objects.get().line, StatementLine.objects.get(pk=line.pk).state) == (line, "settled")


def test_a_line_put_aside_stays_listed_and_can_be_taken_up_again(niger: Client) -> None:
    page = sent(niger, BANK.format(reference="PR-2026-001")).headers["Location"]
    line = StatementLine.objects.get(reference="V2")

    niger.post(f"/mobilisation/lines/{line.pk}/aside/", {"version": line.version, "why": "loyer synthétique"})

    assert [each["line"].pk for each in niger.get(f"{page}?lines=aside").context["lines"]] == [line.pk]
    niger.post(f"/mobilisation/lines/{line.pk}/open/", {"version": 2})
    assert StatementLine.objects.get(pk=line.pk).state == "open"


def test_a_file_that_is_no_statement_is_told_and_nothing_is_kept(niger: Client) -> None:
    answer = sent(niger, "Région;Secteur\nMaradi;Santé\n")

    assert answer.status_code == 422 and "file-not-a-statement" in answer.content.decode()
    assert not Statement.objects.exists()


def test_public_totals_name_nobody_and_hide_fewer_than_three_givers(niger: Client) -> None:
    for number in range(3):
        recorded(niger, giver=f"Société synthétique {number}", counted_publicly="on")
    recorded(niger, giver_type="foundation", giver="Fondation synthétique", amount="9 000 000", counted_publicly="on")
    recorded(niger, giver="Société muette synthétique", amount="5 000 000")
    niger.post("/mobilisation/totals/publish/", {"state": "NER"})

    page = Client().get("/mobilisation/totals/").content.decode()

    assert "3\u202f000\u202f000\u202fFCFA promis" in page
    assert "synthétique" not in page and "9\u202f000\u202f000" not in page and "8\u202f000\u202f000" not in page
    held = PublicTotals.objects.get()
    niger.post(f"/mobilisation/totals/{held.pk}/withdraw/", {"version": held.version})
    assert "3\u202f000\u202f000" not in Client().get("/mobilisation/totals/").content.decode()


def test_two_currencies_are_added_only_at_a_stated_rate(niger: Client) -> None:
    recorded(niger)
    recorded(niger, amount="500", currency="USD")

    without, stated = (niger.get(f"/mobilisation/pledges/?to=USD{rate}").context["one"] for rate in ("", "&rate_XOF=0,002"))

    assert "aucune somme" in without[0]
    assert stated[0].startswith("En une seule monnaie, aux taux que vous dites") and "2\u202f500\u202fUSD" in stated[0]


def test_the_quality_of_money_computes_from_the_ledger_where_it_holds_figures(niger: Client) -> None:
    row = recorded(niger, giver_type="diaspora_association", giver="Association synthétique")
    in_two(niger, row)
    received(niger, row)
    received(niger, row, amount="100 000", received_on="2026-07-01", reference="VIR-2", instalment="2")

    page, nobody = (browser.get("/funding/quality/?state=NER&year=2026").content.decode() for browser in (niger, Client()))

    assert "40\u202f%\u202f: 400\u202f000\u202fFCFA sur 1\u202f000\u202f000\u202fFCFA" in page.replace(" :", "\u202f:")
    assert "100\u202f%\u202f: 500\u202f000\u202fFCFA sur 500\u202f000\u202fFCFA" in page.replace(" :", "\u202f:")
    assert "500\u202f000\u202fFCFA" not in nobody


def test_a_promised_day_is_reminded_of_once_to_both_sides(niger: Client, giver: Client) -> None:
    row = recorded(giver)
    soon = timezone.localdate() + timedelta(days=3)
    in_two(giver, row, days=(soon.isoformat(), "2099-01-01"))

    first, second = remind(timezone.localdate(), origin=""), remind(timezone.localdate(), origin="")

    assert (first.instalments, first.messages, second.instalments) == (1, 2, 0)
    told = Message.objects.filter(about="reminder")
    assert {each.chain for each in told} == {"NER"}
    assert all("PR-2026-001" in each.body_fr and "Société" not in each.body_fr + each.subject_fr for each in told)


def test_an_appeal_has_envelopes_meetings_and_pledges_and_says_what_does_not_add_up(secretariat: Client) -> None:
    told = {
        "kind": "appeal", "title_fr": "Appel synthétique", "title_en": "Synthetic appeal", "asked": "5 000 000", "currency": "XOF", "opens_on": "2026-01-01", "sensitivity": "restricted", "version": "0",
        "states": ["BFA", "NER"],
    }  # fmt: skip
    assert secretariat.post("/mobilisation/appeals/new/", told).status_code == 302
    row = Appeal.objects.get()
    secretariat.post(f"/mobilisation/appeals/{row.pk}/envelopes/new/", {"title_fr": "Eau", "title_en": "Water", "state": "NER", "sector": "WSH", "amount": "6 000 000"})
    secretariat.post("/mobilisation/meetings/new/", {"title_fr": "Réunion synthétique", "title_en": "Synthetic meeting", "appeal": str(row.pk), "held_on": "2026-01-10", "state": "held", "sensitivity": "restricted", "version": "0"})
    recorded(secretariat, owner_state="AES", sensitivity="restricted", appeal=str(row.pk), meeting=str(Meeting.objects.get().pk), states=["NER"], sectors=["WSH"])

    page = secretariat.get(f"/mobilisation/appeals/{row.pk}/").content.decode()

    alone = secretariat.post("/mobilisation/pledges/new/", promise(owner_state="AES", sensitivity="restricted", envelope=str(Envelope.objects.get().pk)))
    assert alone.status_code == 422 and "une part de l" in alone.content.decode()
    assert "plus que les" in page and "PR-2026-001" in page and "5\u202f000\u202f000\u202fFCFA demandés, 1\u202f000\u202f000\u202fFCFA promis" in page
    assert "PR-2026-001" in secretariat.get(f"/mobilisation/meetings/{Meeting.objects.get().pk}/").content.decode()
    assert "Appel synthétique" in secretariat.get("/mobilisation/").content.decode()
    pledge = secretariat.get(f"/mobilisation/pledges/{Pledge.objects.get().pk}/")
    assert pledge.context["gaps"] and pledge.context["gaps"][0]["where"].startswith("Niger")


def test_a_pledge_in_dollars_says_the_most_of_a_gap_it_could_close(niger: Client) -> None:
    row = recorded(niger, amount="1 000 000", currency="USD", sectors=["WSH"])

    gaps = niger.get(f"/mobilisation/pledges/{row.pk}/").context["gaps"]

    assert gaps and all(each["share"] for each in gaps)


def test_the_ledger_is_narrowed_sorted_and_taken_away(niger: Client) -> None:
    for amount, kind in (("100", "company"), ("300", "foundation"), ("200", "company")):
        recorded(niger, amount=amount, giver_type=kind)

    shown = niger.get("/mobilisation/pledges/?giver_type=company&sort=-amount").context["table"]["rows"]
    file = niger.get("/mobilisation/pledges/?giver_type=company&format=csv").content.decode()

    assert [row["amount"]["text"] for row in shown] == ["200\u202fFCFA", "100\u202fFCFA"]
    assert file.count("PR-2026-") == 2
    assert niger.get("/mobilisation/pledges/?format=xlsx").status_code == 200


def test_the_terminal_tells_the_ledger_and_the_quality_it_gives(niger: Client) -> None:
    row = recorded(niger, giver_type="diaspora_association", giver="Association synthétique")
    in_two(niger, row)
    received(niger, row)
    terminal = CliRunner()

    ledger = json.loads(terminal.invoke(app, ["pledges", "--state", "NER", "--to", "EUR", "--json"]).stdout)
    quality = json.loads(terminal.invoke(app, ["funding", "quality", "--state", "NER", "--year", "2026", "--json"]).stdout)

    assert [(each["reference"], each["received"], [part["standing"] for part in each["instalments"]][0]) for each in ledger["pledges"]] == [("PR-2026-001", 400_000, "paid")]
    assert ledger["in_one_currency"]["rates"] and ledger["in_one_currency"]["promised"] == 1524.49
    assert (quality["paid_on_time"], quality["diaspora"], quality["private"], quality["flexible"]) == (0.4, 1.0, 0.0, None)
    told = quality["measures"]["paid_on_time"]
    assert (told["basis"], told["currency"], told["numerator"], told["denominator"], told["unknown"]) == ("ledger", "XOF", 400_000, 1_000_000, 0)


def test_a_rate_that_cannot_be_read_is_refused_at_the_terminal() -> None:
    assert CliRunner().invoke(app, ["pledges", "--rate", "XOF=beaucoup", "--json"]).exit_code == 2


def test_what_is_promised_and_not_received_becomes_sources_of_a_question_without_a_name(niger: Client) -> None:
    row = recorded(niger, states=["NER"], sectors=["WSH"])
    in_two(niger, row, days=("2026-03-01", (timezone.localdate() + timedelta(days=30)).isoformat()))
    received(niger, row)
    recorded(niger, kind="in-kind", what="Riz synthétique", amount="")

    answer = niger.get("/mobilisation/pledges/?format=sources&currency=XOF")

    coming = (timezone.localdate() + timedelta(days=30)).isoformat()
    told = {"id": row.reference, "amount": 600_000, "status": "pledge", "earmark": {"states": ["NER"], "sectors": ["WSH"]}, "usable_from": coming}
    assert json.loads(answer.content) == {"currency": "XOF", "sources": [told]}
    read = read_question({**json.loads(answer.content), "cells": [{"id": "a", "state": "NER", "sector": "WSH", "need": 1}]})
    assert [source.status for source in read.question.uncounted] == ["pledge"] and read.question.sources == ()
    assert "synthétique" not in answer.content.decode()
