"""Backups: made while people write, proved, equal row by row on either engine; never half, never over a living node."""

import gzip
import json
import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from concertation.apps.sources.raw import record
from concertation.site import kept_rows, sealing
from separate_node import OTHER_MOMENTS, SERVER, SeparateNode, kill_group, kills, new_database, new_node

KILLS, SEED = int(os.environ.get("CONCERTATION_KILLS", "3")), 20260805
REFUSED = 1
PASSPHRASE = "sept girafes boivent au puits"
CLOSED_TABLES = {"django_session", "usersessions_usersession"}
MADE_ANEW = {"search_searchentry", "search_indexposition", "search_withheld"}
ENGINES = ["sqlite", "postgresql"] if SERVER else ["sqlite"]
HEADINGS = "Organisation;Secteur;Région;Département;Activité;Statut;Personnes atteintes\n"
WRITER = """
import time, django
django.setup()
from concertation.apps.ground.commands import journal
from concertation.core.sharing import Mandate, Role
number = 0
while True:
    number += 1
    journal("test.written", Mandate("writer", Role.REPORTER), state="NER", number=number)
    print(number, flush=True)
    time.sleep(0.02)
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> SeparateNode:
    """A node with its reference set, one import of three rows, and the raw file it came in."""
    folder = tmp_path_factory.mktemp("backup")
    node, table = new_node(folder / "node", with_reference_set=True), folder / "synthetic_2022-02.csv"
    rows = [f"Organisation {each};Santé;Diffa;Bosso;Soins « é» {each};En cours;{each}0\n" for each in (1, 2, 3)]
    table.write_text(HEADINGS + "".join(rows), "utf-8")
    done = node.run("import", str(table), "--state", "NER", "--as", "presence-5w", "--period", "2022-02", "--yes", "--json", seconds=180)
    assert done.returncode == 0, done.stdout + done.stderr
    return node


@pytest.fixture(scope="module")
def made_once(held: SeparateNode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of that node, for tests that take a copy of it."""
    return Path(back_up(held, tmp_path_factory.mktemp("made") / "backups")["backup"])


@dataclass(frozen=True)
class Restored:
    """A node that a backup was brought back into, and what the command said."""

    node: SeparateNode
    told: dict[str, Any]


@pytest.fixture(scope="module")
def restored(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Restored]:
    """That backup brought back into a new node of an engine, once each; tests that change it work on a copy."""

    @cache
    def of(engine: str) -> Restored:
        node = empty_node(tmp_path_factory.mktemp("restored") / engine, engine)
        done = restore(node, made_once.parent)
        assert done.returncode == 0, done.stderr
        return Restored(node, json.loads(done.stdout))

    return of


@pytest.fixture
def made(made_once: Path, tmp_path: Path) -> Path:
    """A backup in a folder of its own."""
    return Path(shutil.copytree(made_once, tmp_path / "backups" / made_once.name))


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    """A file that holds the passphrase."""
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n", "utf-8")
    return path


def back_up(node: SeparateNode, folder: Path, *words: str) -> dict[str, Any]:
    """What the command says of the backup it made."""
    done = node.run("backup", str(folder), "--json", *words, seconds=180)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def restore(node: SeparateNode, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command that brings a backup back into a node."""
    return node.run("restore", str(folder), "--json", *words, seconds=180)


def empty_node(home: Path, engine: str) -> SeparateNode:
    """A place for a node on one engine; nothing is there yet."""
    return SeparateNode(home, new_database() if engine == "postgresql" else "")


def sums(backup: str) -> dict[str, tuple[int, str]]:
    """Rows and sum of each table of a backup."""
    tables = json.loads((Path(backup) / "manifest.json").read_text("utf-8"))["tables"]
    return {table["table"]: (table["rows"], table["sha256"]) for table in tables}


def test_every_column_of_every_table_has_a_written_form() -> None:
    kept = {table.name for table in kept_rows.kept_tables()}

    assert kept == {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - CLOSED_TABLES - MADE_ANEW


@pytest.mark.parametrize("engine", ENGINES)
def test_a_restored_node_holds_the_same_rows_on_either_engine(made_once: Path, restored: Callable[[str], Restored], tmp_path: Path, engine: str) -> None:
    told, made, other = restored(engine).told, sums(str(made_once)), restored(engine).node

    assert (told["equal_rows"], told["rows"], told["raw_files"]) == (True, sum(rows for rows, _ in made.values()), 1)
    assert {table["table"]: (table["rows"], table["sha256"]) for table in told["tables"]} == made
    journal, findings = other.answers(["journal", "verify"], ["doctor"])
    assert journal == {"broken": []}
    assert [finding["code"] for finding in findings if not finding["holds"]] == []
    again = sums(back_up(other, tmp_path / "again")["backup"])
    changed = {table for table in again if again[table] != made[table]}
    assert changed == {"ground_journalline", "ground_journalhead"}  # the restoration itself stands in the journal
    [raw] = [path for path in (other.home / "raw").rglob("*") if path.is_file()]
    assert raw.read_bytes().decode("utf-8").startswith(HEADINGS)
    found, index = other.answers(["search", "soins"], ["search", "refresh", "--check"])
    assert (found["count"], index["differences"]) == (3, 0)


ERASE = """
import django
django.setup()
from concertation.apps.sources.models import RawKeeping
from concertation.apps.sources.raw.commands import erase
from concertation.core.sharing import Mandate, Role
print(erase(RawKeeping.objects.get(), reason="mistaken", by=Mandate("synthetic", Role.DATA_MANAGER, state="NER")))
"""


def test_erased_bytes_come_back_neither_by_the_next_backup_nor_by_an_older_one(made_once: Path, restored: Callable[[str], Restored], tmp_path: Path) -> None:
    shutil.copytree(made_once.parent, tmp_path / "older")
    shutil.copytree(tmp_path / "older", tmp_path / "backups")
    engine = ENGINES[-1]
    other = restored(engine).node.copied(tmp_path / "other")
    said = other.code(ERASE)

    after = back_up(other, tmp_path / "backups")
    told = json.loads(restore(other, tmp_path / "older", "--replace").stdout)

    assert said.stdout.strip() == "True", said.stderr
    assert (after["raw_files"], after["raw_files_missing"], after["equal_rows"]) == (0, 0, True)
    assert (told["equal_rows"], told["raw_files_erased_again"]) == (True, 1)
    assert not [path for path in (other.home / "raw").glob("??/*") if path.is_file()]
    findings, expired = other.answers(["doctor"], ["raw", "expire"])
    assert [finding["code"] for finding in findings if not finding["holds"]] == []
    assert expired["erased"] == 0
    [earliest, latest] = sorted((tmp_path / "backups").glob("concertation-*"))
    elsewhere = empty_node(tmp_path / "elsewhere", engine)
    again = json.loads(restore(elsewhere, earliest).stdout)
    assert (again["raw_files"], again["raw_files_erased_again"]) == (1, 1)  # a machine that never knew: told by the record beside the backups
    assert record.lines_in(latest / record.ERASED_LIST) == record.lines_in(elsewhere.home / "raw" / record.ERASED_LIST)


@pytest.mark.postgresql
def test_a_backup_of_one_engine_restores_on_the_other_and_back(made_once: Path, restored: Callable[[str], Restored], tmp_path: Path) -> None:
    second = back_up(restored("sqlite").node, tmp_path / "second")
    back = empty_node(tmp_path / "back", "postgresql")

    done = restore(back, tmp_path / "second")

    assert json.loads(done.stdout)["equal_rows"] is True
    unchanged = sums(str(made_once)).items() & sums(second["backup"]).items()
    assert len(unchanged) == len(sums(str(made_once))) - 2


def test_a_proof_begins_with_an_empty_node_kept_from_the_last_and_a_harmed_one_spoils_one_proof_alone(held: SeparateNode, made: Path, tmp_path: Path) -> None:
    node, folder = held.copied(tmp_path / "node"), made.parent
    [kept] = node.home.glob("empty-*.sqlite3")
    with closing(sqlite3.connect(kept)) as empty:
        assert empty.execute("SELECT count(*) FROM presence_activity").fetchall() == [(0,)]
        empty.execute("DROP TABLE presence_activity")

    spoilt = node.run("backup", str(folder), "--json")
    after = back_up(node, folder)

    assert (spoilt.returncode, "Traceback" in spoilt.stderr) == (REFUSED, False)
    assert sums(after["backup"]) == sums(str(made))
    assert [path.name for path in node.home.glob("empty-*.sqlite3")] == [kept.name]
    assert len([path for path in folder.iterdir() if not path.name.startswith(".")]) == 2


def test_open_sessions_and_the_nodes_secret_stay_out_of_a_backup(made: Path) -> None:
    names = {path.name for path in made.rglob("*")}

    assert not names & {f"{table}.gz" for table in CLOSED_TABLES | MADE_ANEW}
    assert "secret-key" not in names


def test_what_was_acknowledged_before_a_backup_began_is_in_it_while_others_write(held: SeparateNode, tmp_path: Path) -> None:
    node = held.copied(tmp_path / "node")
    writer = node.begin(WRITER)
    try:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(20)][-1]
        made = back_up(node, tmp_path / "backups")
    finally:
        writer.kill()
        writer.wait(timeout=10)

    with gzip.open(Path(made["backup"]) / "tables" / "ground_journalline.gz", "rt", encoding="utf-8") as lines:
        written = sum("test.written" in json.loads(line) for line in lines)
    [(in_the_end,)] = node.ask("SELECT count(*) FROM ground_journalline WHERE act = 'test.written'")
    assert made["equal_rows"] is True
    assert acknowledged <= written < in_the_end
    assert node.answer("journal", "verify") == {"broken": []}


def test_a_sealed_backup_opens_with_its_passphrase_alone_and_replaces_a_living_node_only_when_asked(held: SeparateNode, tmp_path: Path, passphrase_file: Path) -> None:
    made = back_up(held, tmp_path / "backups", "--encrypt-to", str(passphrase_file))
    wrong = tmp_path / "wrong"
    wrong.write_text("une autre phrase, assez longue\n", "utf-8")
    node, opening = new_node(tmp_path / "node"), ("--decrypt-with", str(passphrase_file))
    marked = node.ask("SELECT count(*) FROM ground_journalline")

    assert [path.name for path in (tmp_path / "backups").iterdir()] == [Path(made["backup"]).name]
    assert b"Organisation" not in Path(made["backup"]).read_bytes()
    assert restore(node, tmp_path / "backups", "--replace").returncode == REFUSED
    assert restore(node, tmp_path / "backups", "--replace", "--decrypt-with", str(wrong)).returncode == REFUSED
    unasked = restore(node, tmp_path / "backups", *opening)
    assert (unasked.returncode, "--replace" in unasked.stderr, node.ask("SELECT count(*) FROM ground_journalline")) == (REFUSED, True, marked)
    replaced = json.loads(restore(node, tmp_path / "backups", "--replace", *opening).stdout)

    assert replaced["equal_rows"] is True
    assert [path for path in node.home.iterdir() if path.name.startswith(("unsealed-", "scratch-"))] == []
    assert node.ask("SELECT count(*) FROM presence_activity") == [(3,)]
    if node.is_on_postgresql:
        assert node.ask(f"SELECT count(*) FROM {replaced['kept_aside']}.ground_journalline") == marked
    else:
        with closing(sqlite3.connect(replaced["kept_aside"])) as aside:
            assert aside.execute("SELECT count(*) FROM ground_journalline").fetchall() == marked
    assert all(finding["holds"] for finding in node.answer("doctor"))


@pytest.mark.parametrize("harm", ["cut off", "one bit", "slices exchanged"])
def test_a_sealed_file_that_was_changed_does_not_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    monkeypatch.setattr(sealing, "SCRYPT_COST", 2**4)
    folder, sealed, size = tmp_path / "folder", tmp_path / "sealed", sealing.SLICE_BYTES + sealing.TAG_BYTES
    folder.mkdir()
    (folder / "rows").write_bytes(random.Random(SEED).randbytes(3 * sealing.SLICE_BYTES))
    sealing.seal_folder(folder, sealed, PASSPHRASE.encode())
    content, begin = sealed.read_bytes(), len(sealing.MAGIC) + sealing.SALT_BYTES
    harmed = {
        "cut off": content[: begin + 2 * size], "one bit": content[:-1] + bytes([content[-1] ^ 1]),
        "slices exchanged": content[:begin] + content[begin + size : begin + 2 * size] + content[begin : begin + size] + content[begin + 2 * size :],
    }[harm]  # fmt: skip
    sealed.write_bytes(harmed)

    with pytest.raises(sealing.WrongPassphrase):
        sealing.unseal_into(sealed, PASSPHRASE.encode(), tmp_path / "opened")


def test_a_short_passphrase_is_refused(held: SeparateNode, tmp_path: Path) -> None:
    (tmp_path / "short").write_text("girafe\n")

    done = held.run("backup", str(tmp_path / "backups"), "--encrypt-to", str(tmp_path / "short"))

    assert done.returncode == 2
    assert "12" in done.stderr


@pytest.mark.parametrize("part", ["presence_activity.gz", "manifest", "raw"])
def test_a_backup_that_was_changed_is_refused_and_the_node_stays(held: SeparateNode, made: Path, tmp_path: Path, part: str) -> None:
    node = held.copied(tmp_path / "node")
    if part == "manifest":
        text = (made / "manifest.json").read_text("utf-8")
        (made / "manifest.json").write_text(text.replace('"presence_activity"', '"presence_activity; DROP TABLE x"'), "utf-8")
    elif part == "raw":
        [raw] = [path for path in (made / "raw").rglob("*") if path.is_file()]
        raw.write_bytes(raw.read_bytes() + b" ")
    else:
        shutil.copy(made / "tables" / "presence_report.gz", made / "tables" / part)
    before = node.ask("SELECT count(*) FROM presence_activity")

    done = restore(node, made, "--replace")

    assert done.returncode == REFUSED
    assert "Traceback" not in done.stderr
    assert node.ask("SELECT count(*) FROM presence_activity") == before
    assert [path.name for path in node.home.iterdir() if path.name.startswith("restoring")] == []
    assert node.is_whole()


def test_a_running_node_is_not_replaced(made: Path, tmp_path: Path) -> None:
    node = new_node(tmp_path / "node")

    with node.database() as connection:
        connection.execute("SELECT count(*) FROM ground_journalline").fetchall()
        done = restore(node, made, "--replace")

    assert done.returncode == REFUSED
    assert "arrêtez-le" in done.stderr
    assert node.ask("SELECT count(*) FROM presence_activity") == [(0,)]


def test_a_backup_of_a_later_release_is_told(made: Path, tmp_path: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text("utf-8"))
    manifest["migrations"].append(["ground", "0999_from_later"])
    (made / "manifest.json").write_text(json.dumps(manifest), "utf-8")

    done = restore(empty_node(tmp_path / "other", "sqlite"), made)

    assert done.returncode == REFUSED
    assert "0999_from_later" in done.stderr
    assert "version plus récente" in done.stderr


@pytest.mark.parametrize("folder", ["empty", "no-manifest"])
def test_a_folder_without_backup_is_told(tmp_path: Path, folder: str) -> None:
    (tmp_path / "x" / "concertation-no-manifest").mkdir(parents=True) if folder == "no-manifest" else (tmp_path / "x").mkdir()

    done = restore(SeparateNode(tmp_path / "node"), tmp_path / "x")

    assert done.returncode == REFUSED
    assert "Aucune sauvegarde" in done.stderr


def test_the_last_backups_are_kept_and_raw_files_stand_once_on_the_disk(held: SeparateNode, made: Path) -> None:
    older = made.rename(made.with_name(f"{made.name[:-2]}0Z"))
    between = Path(shutil.copytree(older, older.with_name(f"{older.name[:-2]}1Z")))

    last = back_up(held, made.parent, "--keep", "2")

    assert sorted(path.name for path in made.parent.iterdir()) == [between.name, Path(last["backup"]).name]
    assert last["removed"] == [older.name]
    [raw] = [path for path in (Path(last["backup"]) / "raw").rglob("*") if path.is_file()]
    assert raw.stat().st_nlink >= 2


def test_a_backup_killed_at_any_moment_leaves_the_node_and_earlier_backups_whole(held: SeparateNode, tmp_path: Path) -> None:
    node, folder, chance = held.copied(tmp_path / "node"), tmp_path / "backups", random.Random(SEED + OTHER_MOMENTS)
    began = time.monotonic()
    first = back_up(node, folder)
    took, before = time.monotonic() - began, sums(first["backup"])

    for killed in kills(KILLS):
        running = node.begin_command("backup", str(folder), "--keep", "99")
        time.sleep(chance.uniform(0.2, 0.98) * took)
        kill_group(running)
        running.wait(timeout=10)
        standing = [path for path in folder.iterdir() if not path.name.startswith(".")]
        assert all(sums(str(path)) == before for path in standing), f"after kill {killed}"

    assert node.is_whole()
    for path in [*folder.iterdir(), *node.home.iterdir()]:
        os.utime(path, (0, 0))
    last = back_up(node, folder, "--keep", "99")
    assert sums(last["backup"]) == before
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    assert [path.name for path in node.home.iterdir() if path.name.startswith(("snapshot-", "scratch-"))] == []
    print(f"{killed} kills of a backup of {took:.1f} s; {sum(1 for _ in folder.iterdir())} backups stand, all equal")
