"""What `./run doctor` says of each thing that can go wrong with a node: every finding caused, then read in both languages with what to do."""

import errno
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from concertation.apps.ground.commands import journal
from concertation.apps.ground.models import JournalLine
from concertation.apps.sources.commands import keep_raw_file, raw_path
from concertation.apps.sources.models import RawFile
from concertation.core.sharing import Mandate, Role
from concertation.site import backup, beating, fitness, health, health_database, health_security, health_work
from concertation.site.findings import Finding, texts, told
from separate_node import SeparateNode, new_node

BY = Mandate("synthetic", Role.ADMINISTRATOR)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for the node in this process."""
    folder = tmp_path / "node"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(settings, "HOME", folder)
    monkeypatch.setattr(settings, "RAW_FOLDER", folder / "raw")
    return folder


def wrong(finding: Finding, *words: str) -> bool:
    """Whether a finding says that something is wrong, in both languages, with these words and what to do."""
    said = (finding.fr, finding.en, finding.do_fr, finding.do_en)
    return not finding.holds and all(said) and finding.fr != finding.en and all(word in " ".join(said) for word in words)


def test_every_code_has_words_in_both_languages_and_says_what_to_do_when_wrong() -> None:
    codes = {code for code, _ in texts()}

    for (code, state), (fr, en, do_fr, do_en) in texts().items():
        assert fr and en and fr != en, code
        assert bool(do_fr) == bool(do_en) == (state != "well"), code
    checked = {*health.CHECKS, *health_security.CHECKS}
    assert codes - {"database-unread", "clock-in-doubt", "own-keys-none"} == checked
    assert {(code, state) for code in health.CHECKS for state in ("well", "wrong")} <= set(texts())


def test_a_disk_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.disk().holds
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**18)

    assert wrong(health.disk(), "nearly full", "CONCERTATION_HOME")


def test_a_folder_others_may_read(home: Path) -> None:
    assert health.folder().holds
    home.chmod(0o755)

    assert wrong(health.folder(), f"chmod 700 {home}")


def test_a_folder_nobody_can_write_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.folder_writable().holds
    if os.geteuid():
        home.chmod(0o500)
    else:
        monkeypatch.setattr(settings, "HOME", Path("/proc"))  # where root itself may not write

    assert wrong(health.folder_writable(), str(settings.HOME))
    home.chmod(0o700)


def test_a_share_of_the_network(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/export {str(home.parent).replace(' ', chr(92) + '040')} nfs4 rw 0 0\n")
    monkeypatch.setattr(health_database, "MOUNTS", mounts)

    assert health_database.kind_of_disk(home / "concertation.sqlite3") == "nfs4"
    assert health_database.kind_of_disk(Path("/elsewhere")) == "ext4"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(home / "concertation.sqlite3"))
    finding = health_database.network_share()
    assert finding.holds if connection.vendor == "postgresql" else wrong(finding, "nfs4", str(home))


def test_a_machine_that_does_not_list_its_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_database, "MOUNTS", Path("/nowhere/mounts"))

    assert health_database.network_share().holds


@pytest.mark.django_db
def test_a_server_too_old_or_sorting_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert health_database.engine().holds
    monkeypatch.setattr(fitness, "lacking", lambda: ("PostgreSQL 12 est trop ancien.", "PostgreSQL 12 is too old."))

    assert wrong(health_database.engine(), "PostgreSQL 12 is too old")


@pytest.mark.django_db
def test_a_clock_behind_the_journal() -> None:
    assert health.clock().holds
    journal("test.written", BY, state="NER", at=timezone.now() + timedelta(days=2))

    assert wrong(health.clock(), "the journal")


@pytest.mark.django_db
def test_a_clock_behind_the_last_backup(home: Path) -> None:
    journal("test.written", BY, state="NER")
    (home / backup.LAST).write_text(json.dumps({"made_at": (timezone.now() + timedelta(hours=1)).isoformat()}))

    assert wrong(health.clock(), "the last backup")


@pytest.mark.django_db
def test_no_backup_is_an_advice_then_a_fault(home: Path) -> None:
    fresh = health.last_backup()
    keep_raw_file(ContentFile(b"synthetic"), name="synthetic.csv")
    young = health.last_backup()
    RawFile.objects.update(received_at=LONG_AGO)

    assert (fresh.holds, fresh.advice, young.advice) == (True, True, True)
    assert "./run backup" in fresh.do_en
    assert wrong(health.last_backup(), "2020-01-01")


@pytest.mark.django_db
def test_a_stale_backup(home: Path) -> None:
    (home / backup.LAST).write_text(json.dumps({"made_at": timezone.now().isoformat()}))
    recent = health.last_backup()
    (home / backup.LAST).write_text(json.dumps({"made_at": (timezone.now() - timedelta(days=9)).isoformat()}))

    assert recent.holds and not recent.advice
    assert wrong(health.last_backup(), "No backup since")
    (home / backup.LAST).write_text('{"made_at": 12')
    assert health.last_backup_made() is None


@pytest.mark.django_db
@pytest.mark.parametrize("harm", ["missing", "longer", "same length"])
def test_a_received_file_that_is_missing_or_altered(harm: str) -> None:
    file = keep_raw_file(ContentFile(b"synthetic rows"), name="synthetic.csv")
    assert health.raw_files().holds
    path = raw_path(file.sha256)
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(b"synthetic rowS" if harm == "same length" else b"synthetic rows and more")

    assert wrong(health.raw_files(), file.sha256[:12])


@pytest.mark.django_db
def test_a_worker_that_stopped_without_saying_so() -> None:
    never = health_work.worker()
    with beating.signs_of_life():
        while not beating.path().exists():
            pass
        alive = health_work.worker()
    ended = health_work.worker()
    beating.path().touch()
    os.utime(beating.path(), (0, 0))

    assert never.holds and alive.holds and ended.holds
    assert wrong(health_work.worker(), "stopped without saying so")


@pytest.mark.django_db
def test_work_that_nobody_takes_up() -> None:
    fields = {"priority": 0, "task_path": "synthetic.task", "queue_name": "default", "backend_name": "default", "args_kwargs": {"args": [], "kwargs": {}}}
    DBTaskResult.objects.create(**fields)
    just_asked = health_work.waiting()
    DBTaskResult.objects.update(enqueued_at=LONG_AGO)

    assert just_asked.holds and not just_asked.advice
    assert health_work.waiting().advice and "1 tasks" in health_work.waiting().en
    beating.path().touch()
    os.utime(beating.path(), (0, 0))
    assert wrong(health_work.waiting(), "1 tasks")
    beating.path().touch()
    assert health_work.waiting().holds


@pytest.mark.django_db
def test_a_journal_whose_line_was_altered(monkeypatch: pytest.MonkeyPatch) -> None:
    line = journal("test.written", BY, state="NER")
    assert health_database.journal_chains().holds
    line.pk, line.sequence, line.actor = None, 2, "someone else"
    JournalLine.objects.bulk_create([line])

    assert wrong(health_database.journal_chains(), "NER", "2")


def test_a_database_that_lacks_tables_is_told_and_nothing_fails(tmp_path: Path) -> None:
    node = new_node(tmp_path / "bare")
    with node.database() as database:
        database.execute("DROP TABLE django_tasks_database_dbtaskresult")
        database.execute("DELETE FROM django_migrations WHERE app = 'search'")

    done = node.run("doctor", "--json")

    failed = {finding["code"]: finding for finding in json.loads(done.stdout) if not finding["holds"]}
    assert done.returncode == 1
    assert set(failed) == {"migrations", "work-waiting"}
    assert "could not be examined" in failed["work-waiting"]["en"]
    assert failed["migrations"]["do_en"].endswith("./run migrate.")


def test_at_the_terminal_each_wrong_thing_comes_with_what_to_do(tmp_path: Path) -> None:
    node = new_node(tmp_path / "open")
    node.home.chmod(0o755)

    done = node.run("doctor")

    assert (done.returncode, done.stdout) == (1, "")
    assert "chmod 700" in done.stderr
    assert Counter(line[0] for line in done.stderr.splitlines() if line[0] in "✓✗!")["✗"] == 1


def test_a_database_that_refuses_to_write_is_told(tmp_path: Path) -> None:
    node = new_node(tmp_path / "shut")
    if node.is_on_postgresql:
        with node.database() as database:
            database.execute("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$")
        codes = failing(node)
    else:
        codes = failing_where_nothing_is_written(node)

    assert "database-writable" in codes


def failing(node: SeparateNode) -> set[str]:
    """The codes that do not hold."""
    return {finding["code"] for finding in node.answer("doctor") if not finding["holds"]}


def failing_where_nothing_is_written(node: SeparateNode) -> set[str]:
    """The same on a disk mounted to be read only (as root), or in a folder without right of writing."""
    if os.geteuid():
        for path in [*node.home.iterdir(), node.home]:
            path.chmod(path.stat().st_mode & ~0o222)
        return failing(node)
    mounted = "mount --bind {0} {0} && mount -o remount,bind,ro {0} && exec {1} -m concertation doctor --json"
    done = subprocess.run(["unshare", "-m", "sh", "-c", mounted.format(node.home, sys.executable)], env=node.surroundings, capture_output=True, text=True, timeout=60)
    assert done.stdout, done.stderr
    return {finding["code"] for finding in json.loads(done.stdout) if not finding["holds"]}


def test_the_words_of_a_refusing_disk_are_the_systems_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(health.tempfile, "TemporaryFile", full)

    assert wrong(health.folder_writable(), os.strerror(errno.ENOSPC))
    assert told("disk", "well", free="1.0", needed="0.5").mark == "✓"
