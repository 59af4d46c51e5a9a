"""The bytes of received files: read by their State's data manager alone, kept for as long as the State chose, erased for good."""

import hashlib
import json
import threading
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from concertation.apps.ground.models import JournalLine
from concertation.apps.presence.models import Activity
from concertation.apps.sources import commands
from concertation.apps.sources.doubts.commands import KEEP
from concertation.apps.sources.imports import silent
from concertation.apps.sources.models import ImportProblem, ImportRun, RawFile, RawKeeping, SavedMapping, Source
from concertation.apps.sources.raw import commands as raw
from concertation.apps.sources.raw import record
from concertation.core.retention import erased_on, received_up_to
from concertation.core.sharing import Mandate, Role
from concertation.site import reference, reminding
from concertation.site.importing import Asked
from concertation.site.importing import bring_in as bring_in_by_terminal
from import_steps import bring_in, manager, only_run, signed_in, table

pytestmark = pytest.mark.django_db
NAME = "Liste synthetic de Madame X_2022-02.csv"
BY = Mandate("test", Role.DATA_MANAGER, state="NER")


@pytest.fixture(autouse=True)
def working_at_once(settings: Any, tmp_path: Path) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    reference.load_if_changed()


@pytest.fixture
def niger() -> Client:
    return manager("NER")


def stored(client: Client, *, state: str = "NER") -> ImportRun:
    """A file brought in for a State and stored."""
    bring_in(client, table(), name=NAME, state=state)
    run = ImportRun.objects.get(owner_state=state)
    client.post(f"/imports/{run.pk}/accept/")
    run.refresh_from_db()
    assert run.status == "stored"
    return run


def erase(client: Client, run: ImportRun, *, reason: str = "mistaken", **fields: str) -> Any:
    return client.post(f"/imports/files/{run.file_id}/{run.owner_state}/erase/", {"reason": reason, "sure": "on", **fields}, follow=True)


def text(answer: Any) -> str:
    return answer.content.decode().replace("&#x27;", "'").replace("\u202f", " ")


def test_an_erasure_takes_the_bytes_and_the_name_and_leaves_hash_rows_and_journal(niger: Client) -> None:
    run = stored(niger)
    rows = list(Activity.objects.order_by("row").values_list("row", "org_written"))

    erase(niger, run)

    file, keeping = RawFile.objects.get(), RawKeeping.objects.get()
    assert not commands.raw_path(file.sha256).exists()
    assert file.sha256 == hashlib.sha256(table()).hexdigest()
    assert (file.name, file.size) == (f"{file.sha256[:12]}.csv", len(table()))
    assert (keeping.reason, keeping.erased_at is not None, file.erased_at is not None) == ("mistaken", True, True)
    assert list(Activity.objects.order_by("row").values_list("row", "org_written")) == rows
    [line] = JournalLine.objects.filter(act="sources.raw-erased")
    assert json.loads(bytes(line.facts)) == {"kept_elsewhere": False, "reason": "mistaken", "sha256": file.sha256, "size": file.size}


def test_the_name_of_an_erased_file_stands_nowhere_any_more(niger: Client) -> None:
    run = stored(niger)
    SavedMapping.objects.create(state="NER", kind="presence-5w", signature="s", columns={}, name=NAME, author="test")
    ImportProblem.objects.create(run=run, code="period-from-name", value=NAME)

    erase(niger, run)

    masked = f"{run.file_id[:12]}.csv"
    assert (Source.objects.get(pk=run.source_id).title, SavedMapping.objects.get().name, ImportProblem.objects.get(code="period-from-name").value) == (masked, masked, masked)
    for address in ("/imports/", "/imports/files/", f"/imports/{run.pk}/", f"/sources/{run.source_id}/", "/sources/", "/imports/mappings/"):
        assert "Madame X" not in text(niger.get(address)), address


def test_pages_of_an_erased_file_say_so_instead_of_failing(niger: Client) -> None:
    run = stored(niger)
    erase(niger, run)

    gone, page = niger.get(f"/sources/files/{run.file_id}/"), niger.get(f"/imports/{run.pk}/")
    cell, beyond = (niger.get(f"/sources/files/{run.file_id}/cell/?row={row}") for row in (2, 900))

    assert (gone.status_code, page.status_code, cell.status_code, beyond.status_code) == (410, 200, 200, 200)
    assert "Octets effacés le" in text(gone)
    assert "Octets effacés le" in text(page)
    assert "Télécharger le fichier d'origine" not in text(page)
    assert "ONG synthetic A" in text(cell)
    assert "a.b@example.org" not in text(cell)
    assert "Rien de cette ligne n'est gardé en clair" in text(beyond)


def test_personal_data_takes_the_pictures_of_the_file_along(niger: Client) -> None:
    run = stored(niger)

    erase(niger, run, reason="personal")

    run.refresh_from_db()
    assert b"ONG synthetic" not in bytes(run.summary) + bytes(run.mapping)
    assert niger.get(f"/imports/{run.pk}/").status_code == 200
    assert "Rien de cette ligne" in text(niger.get(f"/sources/files/{run.file_id}/cell/?row=2"))


def test_nothing_is_erased_without_a_reason_and_a_clear_word(niger: Client) -> None:
    run = stored(niger)
    address = f"/imports/files/{run.file_id}/NER/erase/"

    shown = niger.get(address)
    answers = [niger.post(address, fields).status_code for fields in ({}, {"reason": "mistaken"}, {"sure": "on"}, {"reason": "because", "sure": "on"}, {"reason": "retention", "sure": "on"})]

    assert "Cet acte ne peut pas être défait." in text(shown)
    assert answers == [422] * 5
    assert commands.raw_path(run.file_id).exists()


def test_bytes_an_unfinished_import_needs_are_not_erased(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()

    answer = erase(niger, run)

    assert commands.raw_path(run.file_id).exists()
    assert "n'est pas fini" in text(answer)


def test_only_the_data_manager_of_the_state_sees_reads_and_erases(niger: Client) -> None:
    run = stored(niger)
    address = f"/imports/files/{run.file_id}/NER/erase/"
    others = {role: signed_in((role, "NER"), name=role.value) for role in Role if role is not Role.DATA_MANAGER and role not in (Role.REPORTER, Role.REPORTER_LEAD, Role.DONOR)}

    for role, client in {**others, "mali": manager("MLI")}.items():
        answers = (client.get("/imports/files/").status_code, client.get(address).status_code, client.post(address, {"reason": "mistaken", "sure": "on"}).status_code, client.get(f"/sources/files/{run.file_id}/").status_code)
        assert answers == (200 if role == "mali" else 403, 404, 404, 404), role
    assert Client().get("/imports/files/").status_code == 302
    assert commands.raw_path(run.file_id).exists()
    assert "Madame X" in text(niger.get("/imports/files/"))


def test_bytes_that_two_states_brought_in_go_with_the_last_of_them(niger: Client) -> None:
    mali, run = manager("MLI"), stored(niger)
    bring_in(mali, table(), state="MLI", name=NAME)
    theirs = ImportRun.objects.get(owner_state="MLI")
    mali.post(f"/imports/{theirs.pk}/cancel/")

    erase(niger, run)
    read = niger.get(f"/sources/files/{run.file_id}/").status_code, mali.get(f"/sources/files/{run.file_id}/").status_code
    kept = commands.raw_path(run.file_id).exists()
    erase(mali, theirs)

    assert read == (410, 200)
    assert (kept, commands.raw_path(run.file_id).exists()) == (True, False)


def test_the_same_bytes_are_recognised_and_kept_again_by_choice_alone(niger: Client) -> None:
    run = stored(niger)
    erase(niger, run)

    refused = bring_in(niger, table(), name="Autre nom.csv")
    held_then = commands.raw_path(run.file_id).exists()
    bring_in(niger, table(), name="Autre nom.csv", again="1")

    assert "Ces octets ont été effacés le" in text(refused)
    assert (held_then, commands.raw_path(run.file_id).read_bytes()) == (False, table())
    assert (RawFile.objects.get().name, RawFile.objects.get().erased_at, RawKeeping.objects.get().erased_at) == ("Autre nom.csv", None, None)
    assert (ImportRun.objects.count(), Activity.objects.count()) == (1, 3)
    assert JournalLine.objects.filter(act="sources.raw-kept-again").count() == 1


def test_a_refused_file_that_was_erased_is_not_read_again(niger: Client) -> None:
    bring_in(niger, b"synthetic;words\n1;2\n")
    run = only_run()
    erase(niger, run)

    page = text(niger.get(f"/imports/{run.pk}/"))
    niger.post(f"/imports/{run.pk}/kind/", {"kind": "presence-5w"})

    run.refresh_from_db()
    assert "Relire comme cela" not in page
    assert run.status == "refused"
    assert "bytes-gone" in set(run.problems.values_list("code", flat=True))


def test_a_state_without_a_rule_keeps_its_files(niger: Client) -> None:
    run = stored(niger)
    RawKeeping.objects.update(received_at=timezone.now() - timedelta(days=9_000))

    assert raw.expire(timezone.localdate()).erased == 0
    assert commands.raw_path(run.file_id).exists()


def test_files_kept_as_long_as_the_state_chose_are_erased_once(niger: Client) -> None:
    run = stored(niger)
    RawKeeping.objects.update(received_at=datetime(2024, 1, 31, 12, tzinfo=timezone.get_current_timezone()))
    raw.set_retention("NER", 1, by=BY)

    early, due, again = (raw.expire(day) for day in (date(2024, 2, 28), date(2024, 2, 29), date(2024, 2, 29)))

    assert (early.erased, due.erased, again.erased) == (0, 1, 0)
    assert due.bytes_freed == len(table())
    assert not commands.raw_path(run.file_id).exists()
    assert RawKeeping.objects.get().reason == "retention"


def test_a_file_under_way_waits_for_its_import_to_end(niger: Client) -> None:
    bring_in(niger, table())
    RawKeeping.objects.update(received_at=timezone.now() - timedelta(days=90))
    raw.set_retention("NER", 1, by=BY)

    first = raw.expire(timezone.localdate())
    niger.post(f"/imports/{only_run().pk}/cancel/")

    assert (first.erased, first.waiting) == (0, 1)
    assert raw.expire(timezone.localdate()).erased == 1


def test_bytes_left_behind_by_a_cut_are_taken_away_by_the_next_round(niger: Client) -> None:
    run = stored(niger)
    erase(niger, run)
    path = commands.raw_path(run.file_id)
    path.write_bytes(table())

    raw.expire(timezone.localdate())

    assert not path.exists()


def test_a_rule_that_would_erase_at_once_is_set_only_with_a_clear_word(niger: Client) -> None:
    stored(niger)
    RawKeeping.objects.update(received_at=timezone.now() - timedelta(days=90))

    asked = niger.post("/imports/files/retention/", {"state": "NER", "months": "2"})
    wrong = [niger.post("/imports/files/retention/", fields).status_code for fields in ({"state": "NER", "months": "0"}, {"state": "NER", "months": "x"}, {"state": "MLI", "months": "24"})]
    niger.post("/imports/files/retention/", {"state": "NER", "months": "2", "sure": "on"})

    assert "1 fichier a déjà dépassé cette durée" in text(asked)
    assert wrong == [422] * 3
    assert JournalLine.objects.filter(act="sources.raw-retention-set").count() == 1
    assert "2 mois après leur réception" in text(niger.get("/imports/files/"))


def test_the_list_says_size_receipt_last_import_and_the_day_of_erasure_and_goes_out_as_a_file(niger: Client) -> None:
    run = stored(niger)
    RawKeeping.objects.update(received_at=datetime(2026, 1, 31, 12, tzinfo=timezone.get_current_timezone()))
    raw.set_retention("NER", 24, by=BY)

    page, taken = text(niger.get("/imports/files/?q=madame&sort=-size")), niger.get("/imports/files/?format=csv").content.decode()

    assert [words for words in (NAME, "31 janvier 2026", "enregistré", "31 janvier 2028") if words not in page] == []
    assert run.file_id in taken
    assert "2028-01-31" in taken
    assert NAME not in text(niger.get("/imports/files/?q=nothing-like-it"))


def test_what_was_erased_is_erased_again_after_an_older_backup_came_back(niger: Client) -> None:
    run = stored(niger)
    erase(niger, run)
    RawKeeping.objects.update(erased_at=None, reason="")
    RawFile.objects.update(erased_at=None, name=NAME)
    commands.raw_path(run.file_id).write_bytes(table())

    assert (raw.erase_again(), raw.erase_again()) == (1, 0)
    assert not commands.raw_path(run.file_id).exists()
    assert RawFile.objects.get().name != NAME


def test_a_record_of_erasures_cut_or_written_by_strangers_is_read_as_far_as_it_is_one(tmp_path: Path) -> None:
    place, hash_, at = tmp_path / record.ERASED_LIST, "0" * 64, "2026-01-02T00:00:00+00:00"
    good = {"sha256": hash_, "state": "NER", "reason": "personal", "at": at}
    strangers = ['["a"]', "{}", json.dumps({**good, "sha256": "../../etc"}), json.dumps({**good, "state": "x" * 9}), "\x00", json.dumps(good)[:40]]
    place.write_text("\n".join([json.dumps(good), *strangers]), encoding="utf-8")
    kept_again = {**good, "reason": "", "at": "2026-01-03T00:00:00+00:00"}

    record.add_to(place, [kept_again], [good])

    assert record.lines_in(place) == [good, kept_again]
    assert record.lines_in(tmp_path / "nothing") == []


def test_a_doubt_of_an_erased_file_is_answered_without_its_bytes(niger: Client) -> None:
    run = stored(niger)
    doubt = run.doubts.filter(answered_at__isnull=True).first()
    erase(niger, run)
    assert doubt is not None

    answer = niger.post(f"/review/{doubt.pk}/settle/", {"answer": KEEP}, follow=True)

    assert answer.status_code == 200
    assert not commands.raw_path(run.file_id).exists()


def test_the_terminal_refuses_erased_bytes_in_words_and_keeps_them_again_when_asked(niger: Client, tmp_path: Path) -> None:
    erase(niger, stored(niger))
    (tmp_path / "again.csv").write_bytes(table())
    asked = Asked.of(tmp_path / "again.csv", state="NER", kind="", period="", share="confidential")
    assert isinstance(asked, Asked)

    with pytest.raises(commands.ErasedBefore):
        bring_in_by_terminal(asked, progress=silent)
    outcome = bring_in_by_terminal(asked, progress=silent, keep_again=True)

    assert outcome.already
    assert RawKeeping.objects.get().erased_at is None


def test_the_worker_erases_what_is_due_when_a_new_day_has_come(niger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored(niger)
    RawKeeping.objects.update(received_at=timezone.now() - timedelta(days=90))
    raw.set_retention("NER", 1, by=BY)
    ended = threading.Event()
    monkeypatch.setattr(reminding, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(reminding.connections, "close_all", ended.set)

    reminding.look_after(ended)

    assert not commands.raw_path(run.file_id).exists()


def test_a_state_that_had_files_before_keeps_them_from_their_first_import(niger: Client) -> None:
    run = stored(niger)
    RawKeeping.objects.all().delete()

    import_module("concertation.apps.sources.migrations.0010_states_keep_the_files_they_brought").keep_for_states(apps, None)

    assert RawKeeping.objects.get().received_at == run.created_at


@given(received=st.dates(date(2000, 1, 1), date(2090, 12, 31)), months=st.integers(1, 120), later=st.integers(-3, 3))
def test_no_day_of_receipt_that_is_due_is_overlooked(received: date, months: int, later: int) -> None:
    today = erased_on(received, months) + timedelta(days=max(0, later))

    assert received <= received_up_to(today, months)


