"""The pages of allocation: a question refused in words, a day of a round through the pages, what each reader may do, files taken away."""

import io
import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access_steps import browser_of, person
from concertation.apps.allocation import commands, queries
from concertation.apps.allocation.back_tests import back_tests, held_back_tests, plan_money
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.scenarios import commands as scenario_commands
from concertation.core.allocation.backtest import PlanMoney
from concertation.core.sharing import Role
from concertation.formats.fts_plans import read_plan_table
from concertation.site import reference
from round_steps import ANALYST, NIGER, ON, asked, content_of, round_of, solved, valued

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def working_at_once(settings: Any) -> None:
    """Jobs run as they are asked for, the reference set is there."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    reference.load_if_changed()


@pytest.fixture
def analyst() -> Client:
    return browser_of(person("analyst", (Role.ANALYST, "AES")))


@pytest.fixture
def niger() -> Client:
    return browser_of(person("niger", (Role.DATA_MANAGER, "NER")))


def sent(client: Client, content: bytes, **more: str) -> Any:
    """A question sent through the page."""
    form = {"title": "Tour", "as_of": ON.isoformat(), "previous": "", "file": SimpleUploadedFile("question.json", content, "application/json"), **more}
    return client.post("/allocation/new/", form)


def the_round() -> Round:
    """The round there is."""
    made: Round = Round.objects.get()
    return made


def test_a_question_becomes_a_round_with_its_first_scenario_solved(analyst: Client) -> None:
    answer = sent(analyst, content_of(asked()))

    page = analyst.get(answer.url).content.decode()
    assert queries.scenarios(the_round())[0].status == "solved"
    assert "Personnes assistées" in page and "valide" in page
    assert "sous une autre autorité" in page


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not json", "json-broken"), (content_of(asked(currency="FCFA")), "currency-unknown"),
        (content_of(asked(sources=[{"id": "s", "amount": -1}])), "amount-negative"),
        (content_of(asked(cells=[{"id": "a", "state": "FRA", "sector": "WSH", "need": 1}])), "round-no-state"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused_with_where_and_what_to_do(analyst: Client, content: bytes, told: str) -> None:
    answer = sent(analyst, content)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Round.objects.exists()


def test_a_round_from_draft_to_endorsed_through_the_pages(analyst: Client, niger: Client) -> None:
    made = round_of(asked())
    base = f"/allocation/{made.pk}"
    niger.post(f"{base}/constraints/NER/", {"sector": "FSC", "unit": "", "cap": "10000000", "motive": "stocks publics", "stated_on": "2026-06-03"})
    analyst.post(f"{base}/scenarios/", {"title": ""})
    analyst.post(f"{base}/scenarios/2/forward/", {"version": str(the_round().version)})
    plan = queries.scenario_of(made, 2)
    assert plan is not None
    for state in ("BFA", "MLI", "NER"):
        speaker = niger if state == "NER" else browser_of(person(f"for-{state}", (Role.RELEASE_AUTHORITY, state)))
        stance = {"stance": "reserves", "motive": "trop peu"} if state == "NER" else {"stance": "endorses", "motive": ""}
        speaker.post(f"{base}/positions/{state}/", {**stance, "version": str(plan.version)})
    analyst.post(f"{base}/endorse/", {"version": str(the_round().version)})

    page = niger.get(f"{base}/").content.decode()
    assert the_round().status == "endorsed"
    assert "stocks publics" in page and "au plus 10,0" in page and "1\u202f800\u202f000" in page
    assert "émet une réserve" in page and "trop peu" in page


@pytest.mark.parametrize("path", ["scenarios/", "join/", "endorse/", "abandon/", "scenarios/1/forward/", "scenarios/1/lines/", "scenarios/1/stop/", "scenarios/1/again/", "scenarios/1/what-if/keep/", "scenarios/1/flexibility/value/"])
def test_only_the_secretariat_s_analyst_leads_a_round(niger: Client, path: str) -> None:
    made = round_of(asked())

    assert niger.post(f"/allocation/{made.pk}/{path}").status_code == 403
    assert Client().post(f"/allocation/{made.pk}/{path}").status_code == 302


@pytest.mark.parametrize("act", ["constraints", "positions"])
def test_a_state_speaks_for_itself_alone(analyst: Client, niger: Client, act: str) -> None:
    made = round_of(asked())

    assert niger.post(f"/allocation/{made.pk}/{act}/MLI/").status_code == 403
    assert analyst.post(f"/allocation/{made.pk}/{act}/NER/").status_code == 403
    assert niger.post(f"/allocation/{made.pk}/{act}/NER/").status_code == 302


def test_somebody_without_a_mandate_is_told_of_no_round() -> None:
    made = round_of(asked())
    nobody = browser_of(person("nobody"))

    assert nobody.get(f"/allocation/{made.pk}/").status_code == 404
    assert "Tour synthétique" not in nobody.get("/allocation/").content.decode()


def test_a_line_changed_through_the_page_is_marked_and_a_late_editor_is_told(analyst: Client) -> None:
    made = round_of(asked())
    url = f"/allocation/{made.pk}/scenarios/1/"
    form = {"source": "beta-niger", "cell": "ner-fsc", "amount": "1000000.50", "reason": "accord du comité", "version": "1"}

    analyst.post(f"{url}lines/", form)
    late = analyst.post(f"{url}lines/", form, follow=True).content.decode()

    page = analyst.get(url).content.decode()
    assert "changée à la main" in page and "accord du comité" in page and "1 ligne a été changée à la main" in page
    assert "Quelqu&#x27;un a changé ce plan" in late


def test_a_broken_rule_is_told_in_words(analyst: Client) -> None:
    made = round_of(asked())

    page = analyst.post(f"/allocation/{made.pk}/scenarios/1/lines/", {"source": "beta-niger", "cell": "mli-fsc", "amount": "5", "reason": "x", "version": "1"}, follow=True).content.decode()

    assert "cet argent n&#x27;a pas le droit d&#x27;aller à ce besoin" in page


def test_a_what_if_answers_in_place_and_may_become_a_scenario(analyst: Client) -> None:
    made = round_of(asked())
    url = f"/allocation/{made.pk}/scenarios/1/what-if/"
    question = {"kind": "amount", "id": "libre", "amount": "50000000"}

    whole, part = analyst.get(url, question).content.decode(), analyst.get(url, question, headers={"HX-Request": "true"}).content.decode()
    analyst.post(f"{url}keep/", question)

    assert "seraient assistées" in part and "certificat valide" in part and "<html" not in part
    assert part.partition("<form")[0].strip() in whole
    assert [each.number for each in queries.scenarios(made)] == [1, 2]
    assert "50,0" in analyst.get(f"/allocation/{made.pk}/").content.decode()


@pytest.mark.parametrize("question", [{"kind": "amount", "id": "libre", "amount": ""}, {"kind": "amount", "id": "libre", "amount": "-5"}, {"kind": "softer", "id": "libre"}, {"kind": "cap", "id": "personne", "amount": "1"}])
def test_a_what_if_that_cannot_be_is_told(analyst: Client, question: dict[str, str]) -> None:
    made = round_of(asked())

    answer = analyst.get(f"/allocation/{made.pk}/scenarios/1/what-if/", question)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_the_value_of_flexibility_is_worded_with_its_hypotheses_in_alphabetical_order(analyst: Client, niger: Client) -> None:
    made = round_of(asked())
    analyst.post(f"/allocation/{made.pk}/scenarios/1/flexibility/value/")

    page = analyst.get(f"/allocation/{made.pk}/scenarios/1/flexibility/").content.decode()
    waiting = niger.get(f"/allocation/{made.pk}/scenarios/1/flexibility/").content.decode()

    assert "Sous les hypothèses du scénario 1, un cran de souplesse sur 1 M USD permettrait" in page
    assert page.index("<h2>Niger <small>") < page.index("<h2>Niger · Eau")
    assert "2 lignes attendent la réponse" in waiting and "Sous les hypothèses" not in waiting


def test_a_donor_replies_for_its_own_money_and_the_reply_stands_beside(niger: Client) -> None:
    made = round_of(asked())
    valued(solved(made) if not queries.scenarios(made)[0].valid else queries.scenario_of(made, 1) or Scenario())
    alpha = browser_of(person("alpha", (Role.DONOR, "", "alpha")))
    url = f"/allocation/{made.pk}/scenarios/1/flexibility/"

    alpha.post(f"{url}reply/", {"donor": "beta", "text": "pas à moi"})
    alpha.post(f"{url}reply/", {"donor": "alpha", "text": "Nous relisons cette affectation."})

    page = niger.get(url).content.decode()
    assert "Nous relisons cette affectation." in page and "pas à moi" not in page


def test_lines_and_scenarios_leave_as_files_with_their_sources(analyst: Client) -> None:
    made = round_of(asked())
    url = f"/allocation/{made.pk}/scenarios/1/"

    book = openpyxl.load_workbook(io.BytesIO(analyst.get(f"{url}?format=xlsx").content))
    table = analyst.get(f"{url}?format=csv").content.decode("utf-8-sig")
    whole = json.loads(analyst.get(f"{url}?format=json").content)
    groups = analyst.get(f"/allocation/{made.pk}/?format=csv").content.decode("utf-8-sig")

    assert the_round().sha256 in [str(cell.value) for row in book["Sources"].iter_rows() for cell in row]
    flows = {wanted: analyst.get(f"/allocation/{made.pk}/?of=flow&scenario=1&format={wanted}") for wanted in ("svg", "png", "slide", "csv", "xlsx", "exe")}
    drawn = {address.rpartition("format=")[2] for address in re.findall(r'href="([^"]*of=flow[^"]*)"', analyst.get(f"/allocation/{made.pk}/").content.decode())}
    book_of_flows = openpyxl.load_workbook(io.BytesIO(flows["xlsx"].content))

    assert {wanted: answer.status_code for wanted, answer in flows.items()} == dict.fromkeys(("svg", "png", "slide", "csv", "xlsx"), 200) | {"exe": 404}
    assert drawn == {"svg", "png", "slide", "csv", "xlsx"} and flows["svg"].content.startswith(b"<svg")
    assert the_round().sha256 in [str(cell.value) for row in book_of_flows["Sources"].iter_rows() for cell in row]
    assert book_of_flows.worksheets[0].max_row > 1
    assert "alpha-eau-niger" in table and whole["certificate"]["valid"] and whole["changed_by_hand"] == []
    assert "Couverture, scénario 1" in groups
    assert analyst.get(f"{url}?format=exe").status_code == 404
    assert analyst.get(f"/allocation/{made.pk}/question/").content == content_of(asked())


def test_work_that_fell_silent_can_be_asked_again(analyst: Client, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    made = round_of(asked())
    Scenario.objects.update(status="solving", beat_at=queries.scenarios(made)[0].made_at - timedelta(hours=1))
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}

    analyst.post(f"/allocation/{made.pk}/scenarios/1/again/")

    assert queries.scenarios(made)[0].status == "solved"


def test_the_value_of_flexibility_whose_work_died_is_said_to_have_stopped_and_can_be_asked_again(analyst: Client) -> None:
    made = round_of(asked())
    url = f"/allocation/{made.pk}/scenarios/1/flexibility/"
    Scenario.objects.update(step="valuing", beat_at=queries.scenarios(made)[0].made_at - timedelta(hours=1))

    died = analyst.get(url).content.decode()
    analyst.post(f"{url}value/")
    after = analyst.get(url).content.decode()

    assert "arrêté avant la fin" in unescape(died) and f'{url}value/"' in died and "every 1500ms" not in died
    assert "un cran de souplesse sur 1 M USD permettrait" in after and "arrêté avant la fin" not in unescape(after)


def test_a_round_put_to_the_states_makes_no_more_than_twelve_queries_whatever_it_holds(niger: Client) -> None:
    made = round_of(asked())
    commands.note_joining(made, authority="cerf", reference="lettre", joined_on=ON, by=ANALYST)
    scenario_commands.add_scenario(made, title="", changes=commands.current_changes(made), by=ANALYST)
    plan = solved(made, 2)
    commands.put_forward(the_round(), plan, base_version=the_round().version, by=ANALYST)
    commands.take_position(the_round(), state="NER", stance="endorses", motive="", scenario_version=plan.version, by=NIGER)
    niger.get(f"/allocation/{made.pk}/")

    with CaptureQueriesContext(connection) as asked_of_it:
        niger.get(f"/allocation/{made.pk}/")

    assert len(asked_of_it) <= 12


def test_past_plans_are_replayed_as_an_estimate_that_everybody_may_read() -> None:
    page = Client().get("/allocation/back-test/").content.decode()
    table = Client().get("/allocation/back-test/?format=csv").content.decode("utf-8-sig")

    assert "Estimation." in page and "2022" in page and "2025" in page
    assert "estimation / estimate" in table
    assert len(table.strip().splitlines()) == 5


def test_a_plan_by_cluster_is_the_largest_of_its_state_and_year_and_money_without_a_sector_stays_free() -> None:
    rows = [
        ("cluster", "NER", 2024, "HNER24", "Eau", "WSH", "named", 9_000, 3_000), ("cluster", "NER", 2024, "HNER24", "Non précisé", None, "unspecified", None, 2_000),
        ("cluster", "NER", 2024, "RNER24", "Réfugiés", "RRF", "named", 4_000, 1_000), ("global_cluster", "NER", 2024, "HNER24", "Water", "WSH", "named", 9_000, 3_000),
    ]  # fmt: skip
    columns = ("level", "state", "year", "code", "cluster", "sector", "standing", "requirement_minor", "funding_minor")

    found = plan_money(pl.DataFrame(rows, schema=columns, orient="row"), 2024)

    assert set(found) == {PlanMoney("NER", "WSH", 90, 30), PlanMoney("NER", "", 0, 20)}


@pytest.mark.shared
def test_the_real_plans_of_2025_ask_and_hold_what_fts_published(shared: Path) -> None:
    frame = read_plan_table(shared / "funding" / "fts_requirements_funding_cluster_4_countries.csv").frame

    each = next(each for each in back_tests(frame) if each.year == 2025)

    assert each.required // 100_000_000 == 2_166
    assert each.received // 100_000_000 == 631
    assert each.certified
    assert each.least_actual < each.least_joint < each.least_flexible


def test_a_past_year_becomes_a_round_in_one_act_marked_an_estimate_and_counts_no_people(analyst: Client) -> None:
    answer = analyst.post("/allocation/back-test/round/", {"year": "2025"})
    made = the_round()
    page = analyst.get(answer.url).content.decode()

    assert (made.estimate, made.as_of.year, made.get_status_display()) == (True, 2025, "en préparation")
    assert queries.scenarios(made)[0].valid
    assert "Estimation." in page and "Besoin couvert par l'argent (USD)" in page.replace("&#x27;", "'")
    assert "Personnes assistées" not in page and "aucun chiffre de personnes" in page


def test_the_round_of_a_past_year_asks_what_the_back_test_asked(analyst: Client) -> None:
    analyst.post("/allocation/back-test/round/", {"year": "2024"})
    made = the_round()
    tested = next(each for each in held_back_tests(()) if each.year == 2024)

    spent = queries.overview_of(queries.scenarios(made)[0])["spent"]

    assert (made.needed, made.held) == (tested.required, tested.received)
    assert tested.required - spent == tested.joint


def test_only_the_analyst_opens_a_round_on_a_past_year_and_only_on_one_that_is_held(analyst: Client, niger: Client) -> None:
    assert niger.post("/allocation/back-test/round/", {"year": "2025"}).status_code == 403
    assert [analyst.post("/allocation/back-test/round/", {"year": year}).status_code for year in ("1999", "x", "")] == [404, 404, 404]
    assert not Round.objects.exists()


def test_what_a_source_keeps_back_and_what_a_minimum_costs_are_on_the_pages(analyst: Client) -> None:
    sources = [{**source, "reserve": {"share": 0.2, "trigger": "ner-floods", "until": "2026-10-31"}} if source["id"] == "libre" else source for source in asked()["sources"]]
    made = round_of(asked(sources=sources, minimum_line=4_000_000))
    held = solved(made)

    shown = analyst.get(f"/allocation/{made.pk}/").content.decode()
    lines = analyst.get(f"/allocation/{made.pk}/scenarios/1/").content.decode()

    assert held.valid
    assert "ner-floods" in shown and "ner-floods" in lines and "5,0\u202fM\u202fUSD" in lines
    assert "Avec le minimum" in lines


MONEY_OF_EACH_STATUS = [
    {"id": "in-bank", "amount": 20_000_000, "status": "paid", "overhead": 0.07}, {"id": "signed", "amount": 30_000_000, "status": "commitment"},
    {"id": "promised", "amount": 40_000_000, "status": "pledge", "usable_from": "2026-07-01"},
]


def test_the_three_ways_of_counting_money_stand_beside_each_other(analyst: Client) -> None:
    cells = [*asked()["cells"], {"id": "ner-q4", "state": "NER", "sector": "WSH", "need": 5_000_000, "people": 9, "from": "2026-10-01", "until": "2026-12-31"}]
    sent(analyst, content_of(asked(sources=MONEY_OF_EACH_STATUS, cells=cells)))
    made = the_round()

    analyst.post(f"/allocation/{made.pk}/scenarios/", {"title": "", "counting": "each"})

    page = analyst.get(f"/allocation/{made.pk}/?scenario=2").content.decode()
    spent = [queries.overview_of(each)["spent"] for each in queries.scenarios(made)]
    assert spent[2] == spent[0] and spent[1] < spent[2] < spent[3]
    assert all(words in page for words in ("Payé seulement", "Payé et engagé", "Payé, engagé et promis", "montré, non réparti", "Frais de gestion, au plus", "octobre-décembre 2026"))


def test_a_way_of_counting_nobody_knows_is_refused_and_makes_no_scenario(analyst: Client) -> None:
    made = round_of(asked())

    analyst.post(f"/allocation/{made.pk}/scenarios/", {"title": "", "counting": "everything"})

    assert len(queries.scenarios(made)) == 1
