"""What is settled once: several doubts in one act, names of places added and forgotten, columns kept, corrected and passed on."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from concertation.apps.places.models import REFERENCE_SET, RememberedName
from concertation.apps.sources.models import Doubt, ImportRun, SavedMapping
from concertation.core.sharing import Role
from concertation.site import reference
from import_steps import bring_in, manager, signed_in, table

pytestmark = pytest.mark.django_db
DOUBTFUL = (
    "ONG synthetic A;Maradi;Madarounfa;Maradi;Santé;synthetic;",
    "ONG synthetic B;Zinder;Mirriah;Zinder;Santé;synthetic;",
    "ONG synthetic C;Diffa;Zzyzx;;Santé;synthetic;",
)


@pytest.fixture(autouse=True)
def working_at_once(settings: Any, tmp_path: Path) -> None:
    """Jobs run as they are asked for, raw files stay in a folder of the test, the reference set is there."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()


@pytest.fixture
def niger() -> Client:
    """Niger's data manager."""
    return manager("NER")


@pytest.fixture
def waiting(niger: Client) -> list[Doubt]:
    """Doubts of a stored file."""
    bring_in(niger, table(*DOUBTFUL))
    niger.post(f"/imports/{ImportRun.objects.get().pk}/accept/")
    held = list(Doubt.objects.filter(answered_at__isnull=True).order_by("key"))
    assert len(held) >= 2
    return held


def open_questions() -> int:
    """How many doubts wait."""
    return Doubt.objects.filter(answered_at__isnull=True).count()


def test_ticked_questions_are_kept_at_their_sure_place_in_one_act_and_the_act_undone_in_one(niger: Client, waiting: list[Doubt]) -> None:
    ticked = [str(doubt.pk) for doubt in waiting[:2]]

    done = niger.post("/review/bulk/", {"answer": "keep", "doubt": ticked})
    after = open_questions()
    niger.post("/review/bulk/take-back/", {"doubt": done.context["answered"]})

    assert (after, open_questions()) == (len(waiting) - 2, len(waiting))


def test_all_questions_of_a_list_are_kept_at_their_sure_place(niger: Client, waiting: list[Doubt]) -> None:
    niger.post("/review/bulk/", {"answer": "keep", "scope": "all"})

    assert open_questions() == 0


def test_the_first_offer_of_each_is_taken_for_ticked_questions_alone(niger: Client, waiting: list[Doubt]) -> None:
    offering = [doubt for doubt in waiting if doubt.candidates]

    niger.post("/review/bulk/", {"answer": "first", "scope": "all"})
    untouched = open_questions()
    niger.post("/review/bulk/", {"answer": "first", "doubt": [str(doubt.pk) for doubt in offering]})

    assert untouched == len(waiting)
    assert {doubt.answer for doubt in Doubt.objects.filter(pk__in=[doubt.pk for doubt in offering])} == {str(doubt.candidates[0]["answer"]) for doubt in offering}


def test_when_one_answer_does_not_hold_none_is_given(niger: Client, waiting: list[Doubt]) -> None:
    niger.post("/review/bulk/", {"answer": "mli-1-kayes", "doubt": [str(doubt.pk) for doubt in waiting]})

    assert open_questions() == len(waiting)


def test_nobody_answers_for_another_state(waiting: list[Doubt]) -> None:
    mali = manager("MLI")

    mali.post("/review/bulk/", {"answer": "keep", "doubt": [str(doubt.pk) for doubt in waiting]})

    assert open_questions() == len(waiting)


def test_a_name_is_added_by_hand_found_and_forgotten(niger: Client) -> None:
    niger.post("/review/names/", {"state": "NER", "written": "Terra", "level": "2", "place": "Téra", "unit": "ner-2-tera"})
    name = RememberedName.objects.get(folded="terra")
    page = niger.get("/review/names/", {"q": "terra"})
    niger.post(f"/review/names/forget/{name.pk}/")

    assert (name.folded, name.unit_id, name.level) == ("terra", "ner-2-tera", 2)
    assert [each.pk for each in page.context["page"]] == [name.pk]
    assert not RememberedName.objects.filter(state="NER", folded__in=("terra", "diffaa", "x y z")).exists()


def test_a_place_of_several_is_chosen_and_one_unknown_is_told(niger: Client) -> None:
    several = niger.post("/review/names/", {"state": "NER", "written": "Diffaa", "level": "2", "place": "Diffa"})
    unknown = niger.post("/review/names/", {"state": "NER", "written": "x y z", "level": "2", "place": "Zzyzx"})

    assert (several.status_code, unknown.status_code) == (422, 422)
    assert len(several.context["found"]) > 1
    assert not RememberedName.objects.filter(state="NER", folded__in=("terra", "diffaa", "x y z")).exists()


def test_a_name_of_another_state_is_not_forgotten_by_its_neighbour(niger: Client) -> None:
    niger.post("/review/names/", {"state": "NER", "written": "Terra", "level": "2", "place": "Téra", "unit": "ner-2-tera"})

    name = RememberedName.objects.get(folded="terra")
    answer = manager("MLI").post(f"/review/names/forget/{name.pk}/")

    assert answer.status_code == 404
    assert RememberedName.objects.filter(folded="terra").exists()


def test_a_name_people_settled_is_told_to_who_manages_its_state_and_one_of_the_reference_set_to_all(niger: Client) -> None:
    """It stood in a file that not everybody may read."""
    niger.post("/review/names/", {"state": "NER", "written": "Terra", "level": "2", "place": "Téra", "unit": "ner-2-tera"})
    of_reference = set(RememberedName.objects.filter(author=REFERENCE_SET).values_list("folded", flat=True))

    told = {name: {each.folded for each in client.get("/review/names/").context["page"]} for name, client in (("niger", niger), ("mali", manager("MLI")), ("reader", signed_in((Role.READER, "NER"), name="reader")))}

    assert of_reference
    assert told == {"niger": of_reference | {"terra"}, "mali": of_reference, "reader": of_reference}


@pytest.fixture
def kept(niger: Client) -> SavedMapping:
    """Columns corrected on the page of an import, and remembered."""
    bring_in(niger, table())
    run = ImportRun.objects.get()
    niger.post(f"/imports/{run.pk}/columns/", {"F": "observation", "remember": "1"})
    return SavedMapping.objects.get()


def test_remembered_columns_show_their_headings_and_are_corrected_for_the_next_files(niger: Client, kept: SavedMapping) -> None:
    page = niger.get(f"/imports/mappings/{kept.pk}/")
    letter = next(iter(kept.columns))
    niger.post(f"/imports/mappings/{kept.pk}/", {letter: "", "name": "Matrice synthetic"})

    kept.refresh_from_db()
    assert any(heading for _letter, heading, _field in page.context["lines"])
    assert (kept.columns[letter], kept.name) == ("", "Matrice synthetic")


def test_columns_put_aside_serve_no_file_until_taken_up_again(niger: Client, kept: SavedMapping) -> None:
    niger.post(f"/imports/mappings/{kept.pk}/aside/")
    kept.refresh_from_db()
    aside = kept.put_aside_at
    niger.post(f"/imports/mappings/{kept.pk}/again/")

    kept.refresh_from_db()
    assert aside is not None
    assert kept.put_aside_at is None


def test_columns_travel_to_another_state_as_a_file(niger: Client, kept: SavedMapping) -> None:
    taken = niger.get(f"/imports/mappings/{kept.pk}/", {"format": "csv"}).content

    mali = manager("MLI")
    mali.post("/imports/mappings/bring-in/", {"state": "MLI", "file": SimpleUploadedFile("colonnes.csv", taken)})

    brought = SavedMapping.objects.get(state="MLI")
    assert brought.columns == kept.columns


@pytest.mark.parametrize("content", [b"", b"letter,heading,field\nA,Region,zzz\n", b"\x00\xff", b"a,b\n1,2\n"])
def test_a_file_that_is_no_mapping_is_told_and_changes_nothing(niger: Client, content: bytes) -> None:
    answer = niger.post("/imports/mappings/bring-in/", {"state": "NER", "file": SimpleUploadedFile("colonnes.csv", content)}, follow=True)

    assert list(answer.context["messages"])
    assert not SavedMapping.objects.exists()


def test_mappings_are_their_state_s_own(kept: SavedMapping) -> None:
    reader = signed_in((Role.READER, "NER"), name="reader")

    assert reader.get(f"/imports/mappings/{kept.pk}/").status_code == 404
    assert reader.get("/imports/mappings/").context["rows"] == []
