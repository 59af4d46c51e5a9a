"""Joint products: open to each State for a silence period, approved or reserved with a motive; principles: an organisation's own look."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from access_steps import browser_of, person
from concertation.apps.ground.models import JournalLine
from concertation.apps.sharing.arriving import commands as arriving
from concertation.apps.sharing.joint import commands
from concertation.apps.sharing.models import JointProduct, SelfAssessment
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.joint import Verdict
from concertation.site import reference
from release_samples import note, seen
from release_steps import made, needs, own_node, signers
from round_steps import asked, round_of, solved

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECRETARIAT = Mandate("secretariat", Role.ANALYST, state="AES")


@pytest.fixture(autouse=True)
def known() -> None:
    reference.load_if_changed()


def who(name: str, *mandate: Any) -> Client:
    return browser_of(person(name, mandate))


@pytest.fixture
def secretariat() -> Client:
    return who("secretariat", Role.ANALYST, "AES")


@pytest.fixture
def niger() -> Client:
    return who("niger", Role.DATA_MANAGER, "NER")


def proposed(secretariat: Client, **changed: object) -> JointProduct:
    words = {"kind": "note", "title": "Note commune (synthétique)", "states": ["NER", "MLI"], "address": "/notes/AES/", "summary": "", **changed}
    answer = secretariat.post("/releases/joint/new/", words)
    assert answer.status_code == 302, answer.context["form"].errors
    return JointProduct.objects.get()


def said(browser: Client, product: JointProduct, state: str, **words: str) -> Any:
    return browser.post(f"/releases/joint/{product.pk}/speak/{state}/", words, follow=True)


def told(answer: Any) -> str:
    return str(list(answer.context["messages"])[-1])


def test_a_reservation_says_its_motive_and_leaves_the_figures_of_everybody_side_by_side(secretariat: Client, niger: Client) -> None:
    product = proposed(secretariat)

    silent = said(niger, product, "NER", verdict="reserves", motive_code="figures", motive=" ")
    said(niger, product, "NER", verdict="reserves", motive_code="figures", motive="Chiffres de 2024 (synthétique)")

    page = niger.get(f"/releases/joint/{product.pk}/")
    lines = {line["state"]: (line["told"], line["reserved"]) for line in page.context["lines"]}
    assert "dit son motif" in told(silent)
    assert lines == {"NER": ("réserve", True), "MLI": ("son mot est attendu", False)}
    assert {each["state"] for each in page.context["figures"]} == {"Niger", "Mali"}
    assert "Chiffres de 2024 (synthétique)" in page.content.decode()
    assert [(line.chain, line.act) for line in JournalLine.objects.filter(act="sharing.joint-reserved")] == [("NER", "sharing.joint-reserved")]


def test_a_product_is_published_once_every_state_spoke_or_was_silent(secretariat: Client, niger: Client) -> None:
    product = proposed(secretariat)
    early = secretariat.post(f"/releases/joint/{product.pk}/publish/", follow=True)
    said(niger, product, "NER", verdict="approves")

    later = product.silent_until + timedelta(days=1)
    commands.publish(product, on=later, by=SECRETARIAT)

    assert "MLI" in told(early)
    assert Client().get(f"/releases/joint/{product.pk}/").status_code == 200
    assert "publié" in told(said(niger, product, "NER", verdict="approves"))


def test_after_the_silence_period_nobody_speaks_any_more() -> None:
    product = commands.propose(commands.Proposal("note", "Note (synthétique)", "", "", ("NER",)), on=date(2026, 11, 27), by=SECRETARIAT)

    with pytest.raises(commands.JointRefused) as refused:
        commands.speak(product, "NER", Verdict.RESERVES, motive_code="other", motive="Trop tard (synthétique)", on=date(2026, 12, 5), by=SECRETARIAT)

    assert (product.silent_until, refused.value.problems[0].code) == (date(2026, 12, 4), "joint-silence-over")


def test_nobody_speaks_for_another_state_and_only_the_secretariat_proposes(secretariat: Client, niger: Client) -> None:
    product = proposed(secretariat)

    assert said(niger, product, "MLI", verdict="approves").status_code == 403
    assert niger.get("/releases/joint/new/").status_code == 403
    assert niger.post(f"/releases/joint/{product.pk}/publish/").status_code == 403
    assert secretariat.post("/releases/joint/new/", {"kind": "note", "title": "x", "states": ["NER"], "address": "https://elsewhere.example"}).status_code == 422


def test_the_home_page_says_what_waits_for_whom(secretariat: Client, settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path
    own_node()
    needs()
    people = signers()
    proposed(secretariat)
    made(people.manager, level="public", agreement="", recipients=[])

    waits = {name: [words for words, _url in getattr(people, name).get("/").context["periods"]] for name in ("manager", "authority", "reader")}

    assert [line.split("\u202f: ")[1].split(" ")[0] for line in waits["manager"]] == ["un", "la"]
    assert [line.split("\u202f: ")[1].split(" ")[0] for line in waits["authority"]] == ["un"]
    assert waits["reader"] == []


def test_an_organisation_looks_at_itself_and_no_state_reads_it(niger: Client) -> None:
    answers = {"humanity": "yes", "neutrality": "partly", "impartiality": "yes", "independence": "yes"}
    own, panel = who("own", Role.REPORTER, "NER", "care"), who("panel", Role.AUDITOR, "AES")

    unexplained = own.post("/releases/principles/", answers)
    own.post("/releases/principles/", answers | {"neutrality_evidence": "Escortes refusées (synthétique)"})

    assert unexplained.status_code == 422
    assert "Escortes refusées (synthétique)" in own.get("/releases/principles/").content.decode()
    assert "Escortes refusées (synthétique)" in panel.get("/releases/principles/").content.decode()
    assert niger.get("/releases/principles/").status_code == 403
    assert who("auditor", Role.AUDITOR, "NER").get("/releases/principles/").status_code == 403
    other = who("other", Role.REPORTER, "", "oxfam").get("/releases/principles/")
    assert other.context["lines"] == []
    assert SelfAssessment.objects.count() == 1
    assert b"Escortes" not in bytes(JournalLine.objects.get(act="sharing.self-assessed").facts)


def test_impartiality_tells_people_for_each_organisation_and_gives_nobody_a_mark(niger: Client) -> None:
    page = niger.get("/releases/impartiality/")

    areas = page.context["areas"]
    assert areas and all(each["per"] is None for each in areas if not each["organisations"])
    unsaid = [each for each in areas if each["organisations"] is None]
    assert {each["state"] for each in unsaid} >= {"Burkina Faso", "Mali"}
    assert not [each for each in unsaid if "aucune activité" in each["presence"]]
    assert "aucun rapport n'est reçu ou ouvert à votre lecture" in page.context["sentence"]
    assert niger.get("/releases/impartiality/?round=00000000-0000-0000-0000-000000000000").status_code == 404


def test_a_rounds_money_is_told_beside_need_by_state_and_led_to_before_it_is_endorsed(niger: Client) -> None:
    asked_round = round_of(asked(), title="2026 (synthétique)")
    solved(asked_round)

    page = niger.get(f"/releases/impartiality/?round={asked_round.pk}")

    by_state = {line["name"]: line for line in page.context["money"][0]["lines"]}
    assert set(by_state) >= {"Niger", "Mali"}
    gaps = [line["gap"] for line in page.context["money"][0]["lines"]]
    assert gaps[0].startswith("−") and gaps[-1].startswith("+")
    assert f"/releases/impartiality/?round={asked_round.pk}" in niger.get(f"/allocation/{asked_round.pk}/").content.decode()


def test_a_product_that_rests_on_a_withdrawn_release_is_stale_until_it_is_said_counted_anew(secretariat: Client, niger: Client) -> None:
    came = note(node="MLI", sequence=1, recipients=("AES",), level="public")
    arriving.take_in(came, "a" * 64, seen(), by=SECRETARIAT, at=AT)
    other = note(node="BFA", sequence=1, recipients=("AES",), level="public")
    arriving.take_in(other, "c" * 64, seen(), by=SECRETARIAT, at=AT)
    offered = dict(secretariat.get("/releases/joint/new/").context["form"].fields["rests_on"].choices)
    assert list(offered.values()) == ["Burkina Faso, diffusion n° 1\u202f: Personnes dans le besoin", "Mali, diffusion n° 1\u202f: Personnes dans le besoin"]
    product = proposed(secretariat, rests_on=list(offered))
    said(niger, product, "NER", verdict="approves")

    arriving.take_in(replace(came, sequence=2, withdraws="a" * 64), "b" * 64, (), by=SECRETARIAT, at=AT)
    arriving.take_in(replace(other, sequence=2, supersedes="c" * 64), "d" * 64, seen(), by=SECRETARIAT, at=AT)

    page = secretariat.get(f"/releases/joint/{product.pk}/")
    assert [(each["name"], each["stale"], each["told"]) for each in page.context["rests_on"]] == [
        ("Burkina Faso, diffusion n° 1", True, "remplacée le 20 novembre 2026\u202f: le produit est à recompter"), ("Mali, diffusion n° 1", True, "retirée le 20 novembre 2026\u202f: le produit est à recompter"),
    ]  # fmt: skip
    assert "à recompter" in secretariat.get("/releases/joint/").content.decode()
    early = secretariat.post(f"/releases/joint/{product.pk}/publish/", follow=True)
    assert "retirée ou remplacée" in told(early)
    assert niger.post(f"/releases/joint/{product.pk}/recount/").status_code == 403
    secretariat.post(f"/releases/joint/{product.pk}/recount/")
    commands.publish(product, on=product.silent_until + timedelta(days=1), by=SECRETARIAT)
    assert JournalLine.objects.filter(act="sharing.joint-stale").count() == 2
    assert not any(each["stale"] for each in secretariat.get(f"/releases/joint/{product.pk}/").context["rests_on"])
