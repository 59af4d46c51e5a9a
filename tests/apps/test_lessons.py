"""Lessons: kept by an after-action review, found in both languages, validated by somebody else, reused in one click, brought in and out."""

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import jsonschema_rs
import pytest
from django.test import Client
from frictionless import validate

from access_steps import browser_of, person
from concertation.apps.ground.models import JournalLine
from concertation.apps.lessons import queries
from concertation.apps.lessons.models import Lesson, Reuse, Theme
from concertation.apps.search.commands import refresh
from concertation.apps.search.queries import MOST
from concertation.core.sharing import Role
from concertation.formats.release import zip_bytes
from concertation.site import reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known() -> None:
    reference.load_if_changed()


@pytest.fixture
def niger() -> Client:
    return browser_of(person("niger", (Role.DATA_MANAGER, "NER")))


@pytest.fixture
def mali() -> Client:
    return browser_of(person("mali", (Role.DATA_MANAGER, "MLI")))


@pytest.fixture
def secretariat() -> Client:
    return browser_of(person("secretariat", (Role.ANALYST, "AES")))


def review(**more: str) -> dict[str, str]:
    words = {
        "kind": "lesson", "language": "fr", "translation": "none", "title_fr": "Prépositionner les abris avant la crue (synthétique)", "recommendation_fr": "Signer les contrats en avril (synthétique)",
        "hazard": "flood", "phase": "preparedness", "sector": "SHL", "strength": "observation", "sensitivity": "public", "consent": "on", "version": "0",
    }  # fmt: skip
    return {**words, **more}


def kept(browser: Client, **more: str) -> Lesson:
    answer = browser.post("/lessons/new/", review(**more))
    assert answer.status_code == 302, answer.context["form"].errors
    return Lesson.objects.get(pk=answer.headers["Location"].strip("/").rpartition("/")[2])


def shown(browser: Client, asked: str = "") -> list[str]:
    refresh("NER")
    refresh("MLI")
    return [each.title for each in browser.get(f"/lessons/{asked}").context["page"]]


def test_an_empty_page_says_how_to_keep_a_lesson() -> None:
    page = Client().get("/lessons/").content.decode()

    assert "Aucune leçon n'est encore tenue." in page.replace("&#x27;", "'")


def test_a_review_is_kept_under_its_two_masters_and_its_journal_line_holds_no_text(niger: Client) -> None:
    lesson = kept(niger)

    line = JournalLine.objects.get(act="lessons.lesson-kept")
    assert (lesson.owner_state, lesson.holder, lesson.sensitivity, lesson.version) == ("NER", "ner-government", "public", 1)
    assert b"abris" not in bytes(line.facts)


@pytest.mark.parametrize("words", ["abris", "abri", "ABRIS d'urgence", "shelter", "flood shelters", "inondation", "crues"])
def test_a_french_lesson_is_found_in_french_and_in_english(niger: Client, words: str) -> None:
    kept(niger, happened_fr="Les abris d'urgence sont arrivés après l'inondation (synthétique)")

    assert shown(Client(), f"?q={words}") == ["Prépositionner les abris avant la crue (synthétique)"]


def test_an_english_lesson_is_found_by_french_words_and_says_it_is_in_english(niger: Client) -> None:
    kept(niger, language="en", title_fr="", recommendation_fr="", title_en="Dig boreholes before the dry season (synthetic)", recommendation_en="Plan in March (synthetic)")

    assert shown(Client(), "?q=forage saison sèche") == ["Dig boreholes before the dry season (synthetic)"]
    assert '<span class="tag" lang="en">anglais</span>' in Client().get("/lessons/").content.decode()


@pytest.mark.parametrize(("title", "words"), [("Vaccinate children and pregnant women (synthetic)", "enfants"), ("Vaccinate children and pregnant women (synthetic)", "femme enceinte"), ("Tents for older people (synthetic)", "personne âgée")])
def test_a_plural_that_english_makes_otherwise_is_crossed_too(niger: Client, title: str, words: str) -> None:
    kept(niger, language="en", title_fr="", recommendation_fr="", title_en=title, recommendation_en="Plan in March (synthetic)")

    assert shown(Client(), f"?q={words}") == [title]


def test_words_that_no_lesson_holds_find_none(niger: Client) -> None:
    kept(niger)

    assert shown(Client(), "?q=choléra") == []


def test_facets_narrow_and_expired_lessons_are_left_out_until_asked_for(niger: Client) -> None:
    kept(niger, expires_on="2020-01-01")
    kept(niger, title_fr="Vacciner avant la saison (synthétique)", hazard="epidemic", sector="HEA")

    assert shown(Client()) == ["Vacciner avant la saison (synthétique)"]
    assert len(shown(Client(), "?expired=1")) == 2
    assert shown(Client(), "?hazard=flood") == []


def test_a_state_or_a_sector_narrows_before_the_nearest_are_taken_and_the_page_says_when_not_all_were_looked_at(niger: Client) -> None:
    common = {"sensitivity": "public", "consent": True, "written_by": "synthetic", "written_on": date(2026, 11, 1)}
    Lesson.objects.bulk_create(Lesson(owner_state="NER", sector="WSH", title_fr=f"Abris synthétiques {number}", **common) for number in range(MOST + 1))
    Lesson.objects.create(owner_state="MLI", sector="SHL", title_fr="Zone d'abris synthétique", **common)
    said = "Les 200 plus proches de vos mots sont montrées"

    assert shown(Client(), "?q=abris&page=11")[-1] != "Zone d'abris synthétique"
    assert shown(Client(), "?q=abris&sector=SHL") == shown(Client(), "?q=abris&owner_state=MLI") == ["Zone d'abris synthétique"]
    assert [said in Client().get(f"/lessons/?q={words}").content.decode() for words in ("abris", "abris&sector=SHL", "zone", "")] == [True, False, False, False]


@pytest.mark.parametrize(("wrong", "code"), [
    ({"consent": ""}, "consentement"), ({"strength": "evaluation"}, "se nomme par son document"), ({"title_fr": ""}, "a un titre et une recommandation"),
    ({"happened_on": "2026-03-01", "expires_on": "2026-01-01"}, "finit de valoir"),
])  # fmt: skip
def test_a_lesson_that_cannot_stand_is_told_and_not_kept(niger: Client, wrong: dict[str, str], code: str) -> None:
    answer = niger.post("/lessons/new/", review(**wrong))

    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert not Lesson.objects.exists()


def test_a_reader_without_a_mandate_to_write_keeps_none() -> None:
    assert browser_of(person("reader", (Role.READER, "NER"))).post("/lessons/new/", review()).status_code == 403


def test_a_confidential_lesson_is_neither_read_nor_found_by_others(niger: Client, mali: Client) -> None:
    lesson = kept(niger, sensitivity="confidential", consent="")

    assert (shown(mali), shown(mali, "?q=abris"), mali.get(f"/lessons/{lesson.pk}/").status_code) == ([], [], 404)
    assert len(shown(niger, "?q=abris")) == 1


def test_a_lesson_closed_further_is_found_by_nobody_else_from_that_moment(niger: Client, mali: Client) -> None:
    lesson = kept(niger)
    before = shown(mali, "?q=abris")

    niger.post(f"/lessons/{lesson.pk}/edit/", review(sensitivity="confidential", consent="", version="1"))

    assert len(before) == 1
    assert [each.title for each in mali.get("/lessons/?q=abris").context["page"]] == []
    assert "abris avant la crue" not in mali.get("/search/?q=abris").content.decode()


def test_whoever_wrote_a_lesson_does_not_validate_it_and_a_correction_asks_for_it_again(niger: Client, secretariat: Client) -> None:
    lesson = kept(niger)

    own = niger.post(f"/lessons/{lesson.pk}/validate/", {"version": "1"}).status_code
    secretariat.post(f"/lessons/{lesson.pk}/validate/", {"version": "1"})
    validated = Lesson.objects.get().validated_on
    niger.post(f"/lessons/{lesson.pk}/edit/", review(title_fr="Autre titre (synthétique)", version="2"))

    assert (own, validated is not None, Lesson.objects.get().validated_on) == (403, True, None)


def test_a_lesson_corrected_by_two_shows_the_second_what_the_first_wrote(niger: Client) -> None:
    lesson = kept(niger)
    niger.post(f"/lessons/{lesson.pk}/edit/", review(title_fr="Premier titre (synthétique)", version="1"))

    answer = niger.post(f"/lessons/{lesson.pk}/edit/", review(title_fr="Second titre (synthétique)", version="1"))

    assert answer.status_code == 409
    assert ("Premier titre" in answer.content.decode(), "Second titre" in answer.content.decode()) == (True, True)


def test_another_state_reuses_a_lesson_in_one_click_and_tells_the_result_later(niger: Client, mali: Client) -> None:
    lesson = kept(niger)

    mali.post(f"/lessons/{lesson.pk}/reuse/", {})
    reuse = Reuse.objects.get()
    refused = niger.post(f"/lessons/reuses/{reuse.pk}/result/", {"result": "Non"}).status_code
    mali.post(f"/lessons/reuses/{reuse.pk}/result/", {"result": "Abris livrés à temps (synthétique)"})

    page = Client().get(f"/lessons/{lesson.pk}/").content.decode()
    assert (reuse.holder, refused) == ("mli-government", 403)
    assert "Abris livrés à temps (synthétique)" in page
    assert "réutilisée 1 fois" in page


def test_near_lessons_share_rare_words_and_contradictions_are_read_from_both_sides(niger: Client, mali: Client) -> None:
    one = kept(niger)
    near = kept(mali, title_fr="Acheter les abris après la crue (synthétique)")
    kept(niger, title_fr="Vacciner les troupeaux (synthétique)", hazard="other", sector="FSC", phase="recovery")

    niger.post(f"/lessons/{one.pk}/contradict/", {"other": f"http://localhost/lessons/{near.pk}/", "why": "Marché local ouvert ou fermé (synthétique)"})

    context = Client().get(f"/lessons/{near.pk}/").context
    assert [each.pk for each in context["near"]] == [one.pk]
    assert [(each.pk, why) for each, why in context["against"]] == [(one.pk, "Marché local ouvert ou fermé (synthétique)")]


def test_a_contradiction_with_nothing_is_told(niger: Client) -> None:
    lesson = kept(niger)

    answer = niger.post(f"/lessons/{lesson.pk}/contradict/", {"other": "nulle part"}, follow=True)

    assert "Aucune leçon que vous pouvez lire" in answer.content.decode()


def brought(browser: Client, content: bytes, name: str, what: str = "lessons") -> Any:
    file = BytesIO(content)
    file.name = name
    return browser.post("/lessons/bring/", {"file": file, "content": what})


@pytest.mark.parametrize("wanted", ["csv", "xlsx", "datapackage"])
def test_lessons_taken_away_come_back_as_they_left_and_twice_changes_nothing(niger: Client, mali: Client, wanted: str) -> None:
    kept(niger, happened_on="2025-08-20", evidence="Rapport synthétique, p. 12", transferable_if="Piste praticable")
    kept(niger, title_fr="Vacciner avant la saison (synthétique)", hazard="epidemic", sector="HEA")
    content = niger.get(f"/lessons/?format={wanted}").content

    for _again in range(2):
        seen = brought(mali, content, f"lessons.{wanted}")
        mali.post("/lessons/bring/", {"kept": seen.context["kept"]})

    columns = ("title_fr", "recommendation_fr", "happened_on", "hazard", "sector", "evidence", "transferable_if", "consent", "sensitivity")
    own, theirs = (sorted(Lesson.objects.filter(owner_state=state).values_list(*columns), key=str) for state in ("NER", "MLI"))
    assert own == theirs
    assert len(own) == 2


@pytest.mark.shared
def test_the_package_of_lessons_is_accepted_by_the_library_and_the_schemas_and_refused_once_changed(niger: Client, shared: Path, tmp_path: Path) -> None:
    kept(niger, happened_on="2025-08-20", evidence="Rapport synthétique, p. 12", transferable_if="Piste praticable")
    with ZipFile(BytesIO(niger.get("/lessons/?format=datapackage").content)) as archive:
        archive.extractall(tmp_path)
    described = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    for profile, told in (("datapackage", described), ("dataresource", described["resources"][0]), ("tableschema", described["resources"][0]["schema"])):
        schema = json.loads((shared / f"datapackage/profiles/2.0/{profile}.json").read_text("utf-8"))
        assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(told)] == [], profile
    report = validate(str(tmp_path / "datapackage.json"))
    assert (report.valid, report.flatten(["type", "message"])) == (True, [])

    table = tmp_path / "data" / "lessons.csv"
    spoilt = {"table-package-altered": (described, b"x"), "table-package-unreadable": ({**described, "resources": []}, b"")}
    for code, (words, more) in spoilt.items():
        content = zip_bytes({"datapackage.json": json.dumps(words).encode(), "data/lessons.csv": table.read_bytes() + more})
        assert [each["code"] for each in brought(niger, content, "lessons.zip").context["problems"]] == [code]


@pytest.mark.parametrize(("line", "code"), [
    ("fr;T;R;feu follet;public;oui", "lesson-word-unknown"), ("fr;T;R;flood;public;non", "lesson-shared-without-consent"), ("fr;T;;flood;confidential;non", "lesson-without-words"),
    ("fr;T;R;flood;public;peut-être", "lesson-word-unknown"), ("de;T;R;flood;public;oui", "lesson-word-unknown"),
])  # fmt: skip
def test_a_row_that_cannot_be_meant_is_told_by_its_cell_and_nothing_is_written(niger: Client, line: str, code: str) -> None:
    headings = "Langue d'origine;Titre en français;La prochaine fois (français);Aléa;Qui le lit;Partage consenti"

    answer = brought(niger, f"{headings}\n{line}\n".encode(), "lecons.csv")

    told = {each["code"]: each for each in answer.context["problems"]}
    assert answer.status_code == 422
    assert told[code]["row"] == 2
    assert not Lesson.objects.exists()


def test_an_outside_taxonomy_of_preparedness_becomes_the_themes_of_lessons(shared: Path, secretariat: Client, niger: Client) -> None:
    content = (shared / "lessons/ifrcgo_per_fixtures/form_components.csv").read_bytes()

    refused = brought(niger, content, "form_components.csv", "themes").status_code
    answer = brought(secretariat, content, "form_components.csv", "themes")

    assert (refused, answer.status_code) == (403, 302)
    assert Theme.objects.get(code="1").name_en == "RC Auxiliary Role, Mandate and Law"
    assert Theme.objects.count() > 30
    assert any(code == "1" for code, _name in niger.get("/lessons/new/").context["form"].fields["theme"].choices)


def test_a_form_component_file_is_no_file_of_lessons(shared: Path, niger: Client) -> None:
    answer = brought(niger, (shared / "lessons/ifrcgo_per_fixtures/form_components.csv").read_bytes(), "form_components.csv")

    assert answer.status_code == 422
    assert "required-column-missing" in {each["code"] for each in answer.context["problems"]}


def test_lessons_are_offered_where_they_may_serve_validated_ones_first(niger: Client, secretariat: Client) -> None:
    kept(niger)
    second = kept(niger, title_fr="Tenir les pistes ouvertes (synthétique)")
    secretariat.post(f"/lessons/{second.pk}/validate/", {"version": "1"})

    assert [each.title for each in queries.offered((), hazard="flood")][0] == "Tenir les pistes ouvertes (synthétique)"
    assert queries.offered((), hazard="drought") == []
