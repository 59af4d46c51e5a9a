"""Doubts and answers: one answer for all like it, now and later; taken back everywhere; sources as each reader may see them."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from concertation.apps.ground.models import JournalLine
from concertation.apps.places.models import RememberedName
from concertation.apps.presence.models import Activity
from concertation.apps.sources import imports
from concertation.apps.sources.models import Doubt, ImportRun
from concertation.core.sharing import Role
from concertation.site import reference
from import_steps import GOOD, bring_in, manager, signed_in, table

pytestmark = pytest.mark.django_db
TOWN = "ner-2-ville-de-maradi"


@pytest.fixture(autouse=True)
def working_at_once(settings: Any, tmp_path: Path) -> None:
    """Jobs run as they are asked for, raw files stay in a folder of the test, the reference set is there."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()


@pytest.fixture
def niger() -> Client:
    return manager("NER")


@pytest.fixture
def stored(niger: Client) -> ImportRun:
    """Three synthetic rows of Niger, two of which wait on one question: Maradi written under Madarounfa."""
    bring_in(niger, table())
    run = ImportRun.objects.get()
    niger.post(f"/imports/{run.pk}/accept/")
    run.refresh_from_db()
    return run


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode().replace("\u202f", " ").replace("&#x27;", "'"))


def places() -> dict[int, str]:
    return dict(Activity.objects.order_by("row").values_list("row", "unit_id"))


def town() -> str:
    """The candidate offered for Maradi."""
    return str(Doubt.objects.first().candidates[0]["answer"])


def test_a_doubt_stands_once_with_its_rows_its_candidates_and_their_reason(niger: Client, stored: ImportRun) -> None:
    page = words(niger.get("/review/"))

    assert "1 question attend une réponse, pour 2 lignes." in page
    assert "« Maradi »" in page
    assert "Ville de Maradi" in page
    assert "même nom, ailleurs" in page
    assert 'data-key="1"' in page
    assert "Garder à Maradi (région), le lieu sûr" in page


def test_one_answer_moves_every_row_that_waited_and_is_remembered_with_its_author(niger: Client, stored: ImportRun) -> None:
    before, unit = places(), town()

    niger.post(f"/review/{Doubt.objects.get().pk}/settle/", {"answer": unit})

    assert before[3] == before[4] != unit
    assert places() == {2: before[2], 3: unit, 4: unit}
    assert RememberedName.objects.filter(author=Doubt.objects.get().answered_by, unit=unit).count() == 1
    assert JournalLine.objects.filter(act="sources.doubt-settled", chain="NER").count() == 1


def test_an_answer_holds_for_the_next_file_which_no_longer_asks(niger: Client, stored: ImportRun) -> None:
    unit = town()
    niger.post(f"/review/{Doubt.objects.get().pk}/settle/", {"answer": unit})

    bring_in(niger, table(GOOD[1]), name="next_2022-03.csv")
    later = ImportRun.objects.get(status="previewed")
    niger.post(f"/imports/{later.pk}/accept/")

    assert not later.doubts.exists()
    assert Activity.objects.get(import_run=later).unit_id == unit


def test_an_answer_taken_back_asks_again_in_every_file_and_moves_its_rows_back(niger: Client, stored: ImportRun) -> None:
    before, unit, answers = places(), town(), RememberedName.objects.count()
    niger.post(f"/review/{Doubt.objects.get().pk}/settle/", {"answer": unit})
    bring_in(niger, table(GOOD[1]), name="next_2022-03.csv")
    later = ImportRun.objects.get(status="previewed")
    niger.post(f"/imports/{later.pk}/accept/")

    niger.post(f"/review/{Doubt.objects.get().pk}/take-back/")

    assert RememberedName.objects.count() == answers
    assert dict(Activity.objects.filter(import_run=stored).values_list("row", "unit_id")) == before
    assert Activity.objects.get(import_run=later).unit_id == before[3]
    assert {(doubt.run_id, doubt.count) for doubt in Doubt.objects.filter(answered_at=None)} == {(stored.pk, 2), (later.pk, 1)}
    assert JournalLine.objects.filter(act__in=["places.name-forgotten", "sources.answer-taken-back"]).count() == 2


def test_a_changed_answer_replaces_the_first(niger: Client, stored: ImportRun) -> None:
    doubt = Doubt.objects.get()
    niger.post(f"/review/{doubt.pk}/settle/", {"answer": town()})
    niger.post(f"/review/{doubt.pk}/take-back/")

    niger.post(f"/review/{doubt.pk}/settle/", {"answer": "ner-2-dakoro"})

    assert places()[3] == "ner-2-dakoro"


def test_rows_kept_at_the_sure_place_are_kept_there_in_the_next_file_too(niger: Client, stored: ImportRun) -> None:
    before = places()
    niger.post(f"/review/{Doubt.objects.get().pk}/settle/", {"answer": "keep"})

    bring_in(niger, table(GOOD[1]), name="next_2022-03.csv")

    assert places() == before
    assert not Doubt.objects.filter(answered_at=None).exists()
    assert "Aucune question n'attend de réponse." in words(niger.get("/review/"))


def test_an_answer_that_is_no_place_of_the_state_changes_nothing(niger: Client, stored: ImportRun) -> None:
    before, answers = places(), RememberedName.objects.count()

    for answer in ("bfa-1-sahel", "no-such-unit", ""):
        page = niger.post(f"/review/{Doubt.objects.get().pk}/settle/", {"answer": answer}, follow=True)
        assert "Cette réponse ne correspond à aucune proposition." in words(page)

    assert places() == before
    assert RememberedName.objects.count() == answers


def test_a_place_that_was_not_offered_is_found_by_its_name_and_may_be_the_answer(niger: Client, stored: ImportRun) -> None:
    doubt = Doubt.objects.get()

    page = words(niger.get("/review/", {"doubt": str(doubt.pk), "q": "dakóro"}))
    niger.post(f"/review/{doubt.pk}/settle/", {"answer": "ner-2-dakoro"})

    assert 'value="ner-2-dakoro"' in page
    assert places()[3] == "ner-2-dakoro"


def test_with_scripts_an_answer_brings_back_the_list_alone_with_a_way_to_take_it_back(niger: Client, stored: ImportRun) -> None:
    doubt = Doubt.objects.get()

    block = words(niger.post(f"/review/{doubt.pk}/settle/", {"answer": town()}, headers={"HX-Request": "true"}))

    assert "<html" not in block
    assert "Ville de Maradi : 2 lignes." in block
    assert f"/review/{doubt.pk}/take-back/" in block


def test_every_act_on_rows_tells_the_apps_that_rest_on_them(niger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(imports, "FOLLOW_UPS", [told.append])
    bring_in(niger, table())
    run = ImportRun.objects.get()

    niger.post(f"/imports/{run.pk}/accept/")
    niger.post(f"/review/{Doubt.objects.get().pk}/settle/", {"answer": town()})
    niger.post(f"/review/{Doubt.objects.get().pk}/take-back/")

    assert told == ["NER", "NER", "NER"]


def test_doubts_are_narrowed_by_state_and_file(niger: Client, stored: ImportRun) -> None:
    assert "1 question" in words(niger.get("/review/", {"state": "NER", "run": str(stored.pk), "kind": "place"}))
    assert "Aucune question" in words(niger.get("/review/", {"state": "BFA"}))
    assert niger.get("/review/", {"run": "not-a-run"}).status_code == 404


def test_a_source_says_who_brought_it_in_by_role_and_what_rests_on_it(niger: Client, stored: ImportRun) -> None:
    page = words(niger.get(f"/sources/{stored.source_id}/"))

    assert "3 activités que vous pouvez voir reposent sur cette source." in page
    assert stored.file_id in page
    assert "Administration de l'État : Niger" in page
    assert "vous, gestionnaire des données" in page


def test_a_confidential_import_is_no_source_for_others(niger: Client, stored: ImportRun) -> None:
    for other in (Client(), manager("BFA"), signed_in((Role.ANALYST, "AES"), name="analyst")):
        assert other.get(f"/sources/{stored.source_id}/").status_code == 404
        assert stored.file.name not in words(other.get("/sources/"))


def test_a_public_import_is_a_source_for_all_without_its_file_nor_its_author(niger: Client) -> None:
    bring_in(niger, table(), share_as="public")
    run = ImportRun.objects.get()
    niger.post(f"/imports/{run.pk}/accept/")
    run.refresh_from_db()

    page = words(Client().get(f"/sources/{run.source_id}/"))

    assert "Le fichier lui-même reste dans l'État qui l'a apporté." in page
    assert run.file_id not in page
    assert "gestionnaire" not in page


def test_sources_are_sorted_searched_and_taken_away(niger: Client) -> None:
    whole = niger.get("/sources/", {"format": "csv"})
    found = words(niger.get("/sources/", {"q": "UNHCR"}))

    lines = whole.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Identifiant,Titre")
    assert len(lines) > 20
    assert "UNHCR" in found
    assert niger.get("/sources/", {"format": "xlsx"}).content[:2] == b"PK"
    assert niger.get("/sources/", {"sort": "-figures"}).status_code == 200


def test_a_mandate_for_another_state_cannot_settle(niger: Client, stored: ImportRun) -> None:
    doubt = Doubt.objects.get()

    reader = signed_in((Role.READER, "NER"), name="reader")

    assert reader.post(f"/review/{doubt.pk}/settle/", {"answer": "keep"}).status_code == 403
    assert 'name="answer"' not in words(reader.get("/review/"))
