"""The common action plan: it starts empty, comes in by form or file, goes out the same, and invents nothing."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from access_steps import browser_of, person
from concertation.apps.decisions import measures
from concertation.apps.decisions.measures import Measure
from concertation.apps.decisions.models import PlanEntry
from concertation.apps.ground.models import JournalLine
from concertation.core.sharing import Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
HEADINGS = "Nature;Code;Sous;Intitulé en français;Intitulé en anglais;Décisions;Unité de mesure;Valeur de référence;Cible;Valeur;Source;Mesure vivante;Chef de file;Début;Fin;Budget (FCFA);État"
LINES = (
    "objectif;O1;;Objectif synthétique;Synthetic objective;D1|D3;;;;;;;;;;;",
    "résultat;R1.1;O1;Résultat synthétique;Synthetic result;;;;;;;;;;;;",
    "indicateur;I1.1;R1.1;Indicateur synthétique;Synthetic indicator;;%;10;40;25;Enquête synthétique;;;;;;",
    "activité;A1.1.1;R1.1;Activité synthétique;Synthetic activity;;;;;;;;Ministère synthétique;2026-01-01;31/03/2026;1 500 000;en cours",
    "activité;A1.1.2;R1.1;Activité sans budget synthétique;Unbudgeted synthetic activity;;;;;;;;;;;;",
)


@pytest.fixture(autouse=True)
def eight() -> None:
    reference.load_if_changed()


@pytest.fixture
def secretariat() -> Client:
    return browser_of(person("secretariat", (Role.ANALYST, "AES")))


def written(*lines: str, name: str = "plan.csv") -> BytesIO:
    file = BytesIO("\n".join((HEADINGS, *lines)).encode())
    file.name = name
    return file


def looked_at(browser: Client, *lines: str) -> Any:
    return browser.post("/decisions/plan/bring/", {"file": written(*lines)})


def brought_in(browser: Client, *lines: str) -> Any:
    return browser.post("/decisions/plan/bring/", {"kept": looked_at(browser, *lines).context["kept"]})


def test_a_plan_starts_empty_and_says_how_to_fill_it() -> None:
    page = Client().get("/decisions/plan/").content.decode()

    assert "Le plan ne porte encore aucune ligne." in page
    assert PlanEntry.objects.count() == 0


def test_a_file_is_looked_at_before_anything_is_written_and_goes_in_on_a_yes(secretariat: Client) -> None:
    seen = looked_at(secretariat, *LINES)
    before = PlanEntry.objects.count()
    done = secretariat.post("/decisions/plan/bring/", {"kept": seen.context["kept"]})

    assert (seen.status_code, before, done.status_code) == (200, 0, 302)
    assert dict(PlanEntry.objects.values_list("code", "budget_minor")) == {"O1": None, "R1.1": None, "I1.1": None, "A1.1.1": 1_500_000, "A1.1.2": None}
    assert JournalLine.objects.filter(act="decisions.plan-brought-in").count() == 1


def test_the_page_tells_progress_money_and_days_and_what_is_not_known(secretariat: Client) -> None:
    brought_in(secretariat, *LINES)

    page = " ".join(Client().get("/decisions/plan/").content.decode().split())

    assert "1 objectif, 1 résultat, 1 indicateur, 2 activités" in page
    assert "1 activité sans budget connu" in page
    assert "50 % du chemin" in page
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="gantt"' in page
    assert "style=" not in page


def test_an_indicator_stands_at_its_live_measure(secretariat: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "OFFERS", [lambda mandates: {1: (Measure("sample", "synthétique", "synthetic", 40),)}])
    brought_in(secretariat, *LINES[:2], "indicateur;I1.1;R1.1;Indicateur synthétique;Synthetic indicator;;%;10;40;;;sample;;;;;")

    page = Client().get("/decisions/plan/").content.decode()

    assert "mesure vivante" in page
    assert "100\u202f% du chemin" in page


@pytest.mark.parametrize("wanted", ["csv", "xlsx"])
def test_a_plan_taken_away_comes_back_as_it_left(secretariat: Client, wanted: str) -> None:
    brought_in(secretariat, *LINES)
    file = BytesIO(secretariat.get(f"/decisions/plan/?format={wanted}").content)
    file.name = f"plan.{wanted}"

    again = secretariat.post("/decisions/plan/bring/", {"file": file})

    assert again.status_code == 200
    assert again.context["counted"] == {"added": 0, "changed": 0, "same": 5}


@pytest.mark.parametrize("wanted", ["csv", "xlsx"])
def test_an_empty_template_is_told_to_hold_no_line(secretariat: Client, wanted: str) -> None:
    file = BytesIO(secretariat.get(f"/decisions/plan/?format={wanted}&empty=1").content)
    file.name = f"plan.{wanted}"

    answer = secretariat.post("/decisions/plan/bring/", {"file": file})

    assert answer.status_code == 422
    assert [each["code"] for each in answer.context["problems"] if each["severity"] == "refused"]


@pytest.mark.parametrize(("line", "code"), [
    ("activité;A1;O1;Essai synthétique;Trial;;;;;;;;;;;;", "plan-parent-of-another-kind"), ("résultat;R9;O9;Essai synthétique;Trial;;;;;;;;;;;;", "plan-parent-missing"),
    ("tâche;T1;O1;Essai synthétique;Trial;;;;;;;;;;;;", "plan-kind-unknown"), ("objectif;O1;;Encore;Again;;;;;;;;;;;;", "template-row-twice"),
    ("objectif;O2;;Essai synthétique;;;;;;;;;;;;;", "plan-title-missing"), ("objectif;O2;;Essai synthétique;Trial;D99;;;;;;;;;;;", "plan-decision-unknown"),
    ("activité;A1;R1.1;Essai synthétique;Trial;;;;;;;;;2026-03-01;2026-01-01;;", "plan-ends-before-it-begins"),
    ("activité;A1;R1.1;Essai synthétique;Trial;;;;;;;;;demain;;;", "template-day-unreadable"), ("activité;A1;R1.1;Essai synthétique;Trial;;;;;;;;;;;1,5 M;", "template-number-not-whole"),
    ("activité;A1;R1.1;Essai synthétique;Trial;;;;;;;;;;;-5;", "plan-amount-negative"), ("indicateur;I9;R1.1;Essai synthétique;Trial;;;;;12;;;;;;;", "plan-value-without-source"),
    ("objectif;;;Essai synthétique;Trial;;;;;;;;;;;;", "plan-code-missing"), ("activité;A1;R1.1;Essai synthétique;Trial;;;;;;;;;;;;finie", "plan-state-unknown"),
])  # fmt: skip
def test_what_cannot_be_meant_is_told_by_its_cell_and_nothing_is_written(secretariat: Client, line: str, code: str) -> None:
    answer = looked_at(secretariat, *LINES[:2], line)

    told = {each["code"]: each for each in answer.context["problems"]}
    assert answer.status_code == 422
    assert told[code]["row"] == 4
    assert PlanEntry.objects.count() == 0


def test_a_file_that_waited_while_the_plan_changed_is_looked_at_again(secretariat: Client) -> None:
    brought_in(secretariat, *LINES[:2])
    kept = looked_at(secretariat, LINES[3]).context["kept"]
    PlanEntry.objects.filter(code="R1.1").update(withdrawn_on="2026-01-01")

    answer = secretariat.post("/decisions/plan/bring/", {"kept": kept}, follow=True)

    assert "apportez-le de nouveau" in answer.content.decode()
    assert not PlanEntry.objects.filter(code="A1.1.1").exists()


def line_form(**more: str) -> dict[str, str]:
    return {"kind": "activity", "code": "A1.1.3", "parent": "R1.1", "title_fr": "Activité synthétique", "title_en": "Synthetic activity", "sensitivity": "public", "version": "0", **more}


def test_a_state_writes_the_activities_it_leads_and_nothing_else(secretariat: Client) -> None:
    brought_in(secretariat, *LINES)
    niger, mali = (browser_of(person(state, (Role.DATA_MANAGER, state))) for state in ("NER", "MLI"))

    answers = [
        niger.post("/decisions/plan/new/", line_form()).status_code, niger.post("/decisions/plan/new/", line_form(kind="objective", code="O2", parent="")).status_code,
        niger.post("/decisions/plan/lines/A1.1.1/", line_form(code="A1.1.1", version="1")).status_code, mali.post("/decisions/plan/lines/A1.1.3/", line_form(version="1")).status_code,
    ]  # fmt: skip

    assert answers == [302, 403, 403, 403]
    assert PlanEntry.objects.get(code="A1.1.3").owner_state == "NER"


def test_a_line_changed_meanwhile_is_shown_beside_what_was_typed(secretariat: Client) -> None:
    brought_in(secretariat, *LINES)
    secretariat.post("/decisions/plan/lines/A1.1.1/", line_form(code="A1.1.1", title_fr="Premier titre", version="1"))

    answer = secretariat.post("/decisions/plan/lines/A1.1.1/", line_form(code="A1.1.1", title_fr="Second titre", version="1"))

    assert answer.status_code == 409
    assert ("Premier titre" in answer.content.decode(), "Second titre" in answer.content.decode()) == (True, True)


def test_a_line_with_lines_under_it_stays_and_one_withdrawn_comes_back(secretariat: Client) -> None:
    brought_in(secretariat, *LINES)

    secretariat.post("/decisions/plan/lines/R1.1/withdraw/", {"version": "1"})
    secretariat.post("/decisions/plan/lines/A1.1.1/withdraw/", {"version": "1"})
    gone = Client().get("/decisions/plan/").content.decode()
    brought_in(secretariat, LINES[3])

    assert PlanEntry.objects.get(code="R1.1").withdrawn_on is None
    assert ">A1.1.1<" not in gone
    assert PlanEntry.objects.get(code="A1.1.1").withdrawn_on is None


@pytest.mark.parametrize(("wanted", "start"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_the_plan_is_printed_in_both_languages(secretariat: Client, wanted: str, start: bytes) -> None:
    brought_in(secretariat, *LINES)

    answer = Client().get(f"/decisions/plan/?format={wanted}&words=both")

    assert answer.content.startswith(start)


def test_a_confidential_line_is_not_read_by_others(secretariat: Client) -> None:
    brought_in(secretariat, *LINES)
    niger = browser_of(person("NER", (Role.DATA_MANAGER, "NER")))
    niger.post("/decisions/plan/new/", line_form(title_fr="Secret synthétique", sensitivity="confidential"))

    assert "Secret synthétique" in niger.get("/decisions/plan/").content.decode()
    assert "Secret synthétique" not in Client().get("/decisions/plan/").content.decode()
