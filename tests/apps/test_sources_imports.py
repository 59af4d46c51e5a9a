"""Imports through their pages: preview, correction, acceptance; interrupted, repeated and refused ones; who may see and act."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from concertation.apps.ground.models import JournalLine
from concertation.apps.presence.models import Activity
from concertation.apps.sources import commands, imports, queries
from concertation.apps.sources.models import ImportRun, SavedMapping
from concertation.core.sharing import Mandate, Role
from concertation.site import reference
from import_steps import GOOD, bring_in, manager, only_run, signed_in, table

pytestmark = pytest.mark.django_db
BY = Mandate(person="test", role=Role.DATA_MANAGER, state="NER")


@pytest.fixture(autouse=True)
def working_at_once(settings: Any, tmp_path: Path) -> None:
    """Jobs run as they are asked for, raw files stay in a folder of the test, the reference set is there."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()


@pytest.fixture
def niger() -> Client:
    return manager("NER")


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode().replace("\u202f", " "))


def codes(run: ImportRun) -> set[str]:
    return set(run.problems.values_list("code", flat=True))


def test_a_file_is_shown_before_anything_of_it_is_stored(niger: Client) -> None:
    page = bring_in(niger, table())

    run = only_run()
    assert run.status == "previewed"
    assert "3 lignes lues : 1 comprise, 2 à vérifier, 0 refusée." in words(page)
    assert not Activity.objects.exists()


def test_an_accepted_file_is_stored_once_however_often_the_button_is_pressed(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()

    for _click in range(3):
        page = niger.post(f"/imports/{run.pk}/accept/", follow=True)

    run.refresh_from_db()
    assert run.status == "stored"
    assert Activity.objects.count() == 3
    assert JournalLine.objects.filter(act="sources.import-stored").count() == 1
    assert f"/sources/{run.source_id}/" in words(page)


def test_the_same_file_twice_changes_nothing_and_says_so(niger: Client) -> None:
    bring_in(niger, table())
    niger.post(f"/imports/{only_run().pk}/accept/")

    page = bring_in(niger, table(), name="another-name.csv")

    assert "Ce fichier est déjà enregistré pour cet État : rien n'a changé." in words(page).replace("&#x27;", "'")
    assert ImportRun.objects.count() == 1
    assert Activity.objects.count() == 3


def test_a_file_that_waits_for_a_person_is_shown_again_rather_than_brought_in_twice(niger: Client) -> None:
    bring_in(niger, table())

    page = bring_in(niger, table())

    assert "déjà en cours d'import" in words(page).replace("&#x27;", "'")
    assert ImportRun.objects.count() == 1


def test_the_sheet_is_shown_with_doubtful_cells_marked_and_contacts_masked(niger: Client) -> None:
    page = words(bring_in(niger, table()))

    assert 'class="doubtful"><a href="/sources/files/' in page
    assert "[masqué]" in page
    assert "a.b@example.org" not in page


def test_a_contact_stays_masked_in_a_row_that_holds_a_spreadsheet_error(niger: Client) -> None:
    page = words(bring_in(niger, table(*GOOD, "ONG synthetic C;Maradi;Dakoro;#N/A;Santé;synthetic;c.d@example.org")))

    assert "#N/A" in page
    assert "c.d@example.org" not in page


def test_a_cancelled_preview_leaves_nothing_and_the_file_may_come_again(niger: Client) -> None:
    bring_in(niger, table())
    niger.post(f"/imports/{only_run().pk}/cancel/")

    bring_in(niger, table())

    assert sorted(ImportRun.objects.values_list("status", flat=True)) == ["cancelled", "previewed"]
    assert not Activity.objects.exists()


def test_a_stored_import_is_not_cancelled_by_a_late_click(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()
    niger.post(f"/imports/{run.pk}/accept/")

    niger.post(f"/imports/{run.pk}/cancel/")
    niger.post(f"/imports/{run.pk}/columns/", {"A": ""})
    niger.post(f"/imports/{run.pk}/period/", {"start": "2023-01-01", "end": "2023-01-31"})

    run.refresh_from_db()
    assert (run.status, run.period_start.isoformat()) == ("stored", "2022-02-01")
    assert Activity.objects.count() == 3


def test_a_writing_that_died_midway_goes_on_where_it_stopped(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()
    half_written(run)

    page = niger.get(f"/imports/{run.pk}/")
    niger.post(f"/imports/{run.pk}/resume/")

    run.refresh_from_db()
    assert "Le travail s'est arrêté en chemin." in words(page).replace("&#x27;", "'")
    assert run.status == "stored"
    assert sorted(Activity.objects.values_list("row", flat=True)) == [2, 3, 4]


def test_a_writing_that_died_midway_can_be_cancelled_and_takes_back_its_rows(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()
    half_written(run)

    niger.post(f"/imports/{run.pk}/cancel/")

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert not Activity.objects.exists()


def half_written(run: ImportRun) -> None:
    """An import whose worker stored one row, then gave no sign of life for an hour."""
    preview = imports._understood(run, status="previewed", today=timezone.localdate(), by=BY, progress=imports.silent)
    assert preview is not None
    assert commands.accept_preview(run, by=BY)
    imports.IMPORTERS[run.kind].store_slice(run, preview.rows.head(1), by=BY)
    ImportRun.objects.filter(pk=run.pk).update(step="writing", beat_at=timezone.now() - timedelta(hours=1))


def test_a_run_that_somebody_works_on_is_not_taken_up_by_a_second_worker(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()
    assert commands.accept_preview(run, by=BY)
    assert commands.take_up(run, waiting="writing", working="writing")

    assert not commands.take_up(run, waiting="writing", working="writing")
    assert not commands.resume(run, by=BY)


def test_a_writing_asked_to_stop_takes_back_what_it_wrote(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()
    preview = imports._understood(run, status="previewed", today=timezone.localdate(), by=BY, progress=imports.silent)
    assert preview is not None

    stored = imports.store(run, preview, by=BY, progress=lambda step, done, total: step == "writing")

    run.refresh_from_db()
    assert (stored, run.status) == (False, "cancelled")
    assert not Activity.objects.exists()


def test_a_page_of_a_working_import_asks_again_without_scripts(niger: Client) -> None:
    bring_in(niger, table())
    ImportRun.objects.update(status="reading", step="reading", beat_at=timezone.now())

    page = words(niger.get(f"/imports/{only_run().pk}/"))
    block = niger.get(f"/imports/{only_run().pk}/", headers={"HX-Request": "true"})

    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert 'hx-trigger="every 1500ms"' in block.content.decode()
    assert "<html" not in block.content.decode()


def test_a_done_import_tells_the_polling_page_to_load_anew(niger: Client) -> None:
    bring_in(niger, table())

    block = niger.get(f"/imports/{only_run().pk}/", headers={"HX-Request": "true"})

    assert block.headers["HX-Refresh"] == "true"


def test_corrected_columns_are_read_anew_and_remembered_for_the_next_file(niger: Client) -> None:
    strange = "Truc;Région;Département;Commune;Secteur;Activité;Contact"
    bring_in(niger, table(headings=strange), kind="presence-5w")
    run = only_run()
    assert run.status == "refused"
    assert "required-column-missing" in codes(run)

    niger.post(f"/imports/{run.pk}/columns/", {"A": "org_name", "remember": "1"})
    bring_in(niger, table(GOOD[0], headings=strange), kind="presence-5w", name="next_2022-03.csv")

    assert set(ImportRun.objects.values_list("status", flat=True)) == {"previewed"}
    assert SavedMapping.objects.get().columns == {"A": "org_name"}


def test_a_period_said_by_a_person_is_the_period_of_the_rows(niger: Client) -> None:
    bring_in(niger, table(), name="synthetic.csv")
    run = only_run()
    assert "period-not-stated" in codes(run)

    niger.post(f"/imports/{run.pk}/period/", {"start": "2022-01-01", "end": "2022-02-28"})
    niger.post(f"/imports/{run.pk}/accept/")

    assert {str(day) for day in Activity.objects.values_list("period_end", flat=True)} == {"2022-02-28"}
    assert "period-not-stated" not in codes(ImportRun.objects.get())


@pytest.mark.parametrize(("start", "end"), [("2022-02-01", ""), ("2022-03-01", "2022-02-01")])
def test_half_a_period_or_one_that_ends_before_it_starts_is_told(niger: Client, start: str, end: str) -> None:
    page = bring_in(niger, table(), start=start, end=end)

    assert page.status_code == 422
    assert "période" in words(page)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook-unreadable"),
        (b"plat;sel\nmil;2\n", "kind-unknown"),
        (b"<html><body>404</body></html>", "file-is-a-web-page"),
        (b"{}", "kind-unknown"),
        (b"Organisation;R\xc3\xa9gion;Secteur\n", "no-row-below-headings"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason_and_what_to_do(niger: Client, content: bytes, code: str) -> None:
    page = bring_in(niger, content)

    run = only_run()
    told = queries.problems_of(run)
    assert run.status == "refused"
    assert code in codes(run), codes(run)
    assert told[0].words.severity == "refused"
    assert told[0].words.remedy_fr
    assert told[0].words.remedy_en
    assert 'class="notice refused"' in words(page)


def test_an_empty_file_is_told_by_the_form(niger: Client) -> None:
    page = bring_in(niger, b"")

    assert page.status_code == 422
    assert "Ce fichier est vide" in words(page)


def test_a_file_beyond_the_limit_is_told_and_not_kept(niger: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024

    page = bring_in(niger, b"x" * (3 * 1024 * 1024))

    assert page.status_code == 422
    assert "Fichier trop grand : 1 Mo au plus." in words(page)
    assert not Path(settings.RAW_FOLDER).exists()


@pytest.mark.parametrize("name", ["billion_laughs.xlsx", "bomb_400MB.xlsx", "zip_slip.zip", "huge_dimension.xlsx", "formula.csv"])
def test_a_hostile_file_ends_in_a_refusal_that_says_why(niger: Client, shared: Path, name: str) -> None:
    bring_in(niger, (shared / "hostile" / name).read_bytes(), name=name)

    run = only_run()
    assert run.status == "refused"
    assert any(told.words.severity == "refused" and told.words.remedy_en for told in queries.problems_of(run))


def test_the_workbook_of_another_state_is_refused_and_says_so(niger: Client, shared: Path) -> None:
    bring_in(niger, (shared / "presence" / "bfa_5w_2022-02_nocontact.xlsx").read_bytes(), name="bfa_5w_2022-02.xlsx")

    run = only_run()
    assert run.status == "refused"
    assert "file-of-another-state" in codes(run)


def test_nobody_signed_in_is_sent_to_sign_in_from_every_page_that_writes(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()
    doubt = run.doubts.get()

    pages = [f"/imports/{run.pk}/", "/imports/", "/review/", "/review/answers/", f"/sources/files/{run.file_id}/", f"/sources/files/{run.file_id}/cell/?row=2"]
    acts = ["/imports/bring-in/", *(f"/imports/{run.pk}/{act}/" for act in ("accept", "cancel", "resume", "columns", "period", "kind")), f"/review/{doubt.pk}/settle/", f"/review/{doubt.pk}/take-back/"]

    answers = [*(Client().get(page) for page in pages), *(Client().post(act) for act in acts)]
    assert {(answer.status_code, answer.headers["Location"].partition("?")[0]) for answer in answers} == {(302, "/account/login/")}
    run.refresh_from_db()
    assert run.status == "previewed"


def test_another_states_manager_neither_sees_nor_touches_a_run_its_doubts_or_its_file(niger: Client) -> None:
    bring_in(niger, table(), share_as="public")
    run = only_run()
    doubt = run.doubts.get()
    burkina = manager("BFA")

    seen = [f"/imports/{run.pk}/", f"/sources/files/{run.file_id}/", f"/sources/files/{run.file_id}/cell/?row=2"]
    acts = [*(f"/imports/{run.pk}/{act}/" for act in ("accept", "cancel", "resume", "columns", "period", "kind")), f"/review/{doubt.pk}/settle/", f"/review/{doubt.pk}/take-back/"]

    assert {burkina.get(page).status_code for page in seen} == {404}
    assert {burkina.post(act, {"answer": "keep"}).status_code for act in acts} == {404}
    assert "Aucune question" in words(burkina.get("/review/"))
    assert run.file.name not in words(burkina.get("/imports/"))


def test_a_reader_of_the_state_sees_the_import_but_cannot_act_nor_take_the_raw_file(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()
    reader = signed_in((Role.READER, "NER"), name="reader")

    page = words(reader.get(f"/imports/{run.pk}/"))

    assert "3 lignes lues" in page
    assert "Enregistrer</button>" not in page
    assert {reader.post(f"/imports/{run.pk}/{act}/").status_code for act in ("accept", "cancel", "columns", "period", "kind")} == {403}
    assert reader.get(f"/sources/files/{run.file_id}/").status_code == 404
    assert bring_in(reader, table()).status_code == 422


def test_nobody_brings_a_file_in_for_a_state_that_is_not_theirs(niger: Client) -> None:
    page = bring_in(niger, table(), state="BFA")

    assert page.status_code == 422
    assert not ImportRun.objects.exists()


def test_the_manager_takes_the_raw_file_as_it_came(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()

    answer = niger.get(f"/sources/files/{run.file_id}/")

    assert b"".join(answer.streaming_content) == table()
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_row_is_shown_as_written_with_its_headings_and_its_problem(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()

    page = words(niger.get(f"/sources/files/{run.file_id}/cell/?sheet=&row=3&column=D"))

    assert "Madarounfa" in page
    assert "Commune" in page
    assert "ne se trouve pas dans Madarounfa" in page
    assert niger.get(f"/sources/files/{run.file_id}/cell/?row=99").status_code == 404
    assert niger.get(f"/sources/files/{run.file_id}/cell/?row=²").status_code == 404


def test_an_import_of_no_reader_does_not_exist(niger: Client) -> None:
    assert niger.get(f"/imports/{UUID(int=1)}/").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_imports_is_complete_in_both_languages(niger: Client, language: str) -> None:
    bring_in(niger, table())
    run = only_run()

    addresses = ["/imports/", f"/imports/{run.pk}/", "/review/", "/review/answers/", "/sources/", f"/sources/files/{run.file_id}/cell/?row=2"]
    pages = {address: niger.get(address, {"lang": language} if "?" not in address else None) for address in addresses}

    assert {answer.status_code for answer in pages.values()} == {200}
    assert all("style=" not in answer.content.decode() for answer in pages.values())
