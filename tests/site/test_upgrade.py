"""A node of an earlier release, and a backup it made, come up to date: every row stays, the journal holds, pages answer."""

import json
import socket
import sqlite3
import tarfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ports import free_port
from separate_node import ROOT, SeparateNode, new_database

EARLIER = ROOT / "tests" / "upgrades"
NODE, BACKUP = EARLIER / "synthetic_node_of_2026-11-23.tar.xz", EARLIER / "synthetic_backup_of_2026-11-23.tar.xz"
GROW = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}  # each release adds its own lines
INDEX = "search_"
SHOWN = {"/": "Concertation", "/situation/?state=NER": "Niger", "/organisations/?q=synthetic": "ONG synthetic A", "/search/?q=synthetic": "synthetic", "/help/": "Concertation"}
Columns = dict[str, list[str]]
Rows = dict[str, set[tuple[Any, ...]]]


def unpacked(archive: Path, folder: Path) -> Path:
    """What an archive holds, in a folder only its owner reads."""
    folder.mkdir(mode=0o700)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    folder.chmod(0o700)
    return folder


def columns(path: Path) -> Columns:
    """The columns of every table of a SQLite file."""
    with closing(sqlite3.connect(path)) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if not name.startswith(INDEX)]
        return {table: [line[1] for line in file.execute(f"PRAGMA table_info({table})")] for table in tables}


def rows(path: Path, wanted: Columns) -> Rows:
    """The rows of tables, in these columns."""
    with closing(sqlite3.connect(path)) as file:
        return {table: set(file.execute("SELECT {} FROM {}".format(", ".join(f'"{name}"' for name in names), table))) for table, names in wanted.items()}


def page(port: int, path: str) -> tuple[int, str]:
    """What a served page answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.status, answer.read().decode()


def pages_of(node: SeparateNode) -> dict[str, tuple[int, str]]:
    """The pages of a node served as `./run` does."""
    port = free_port()
    running = node.start("serve", "--port", str(port), "--no-demo")
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and running.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        return {path: page(port, path) for path in SHOWN}
    finally:
        running.terminate()
        running.wait(timeout=30)


@pytest.mark.sqlite
def test_a_node_of_an_earlier_release_is_upgraded_with_every_row(tmp_path: Path) -> None:
    node = SeparateNode(unpacked(NODE, tmp_path / "node"))
    file = node.home / "concertation.sqlite3"
    before = columns(file)
    held = rows(file, before)
    pending = {finding["code"]: finding["holds"] for finding in node.answer("doctor")}

    applied = node.answer("migrate")["migrations_applied"]

    after = columns(file)
    common = {table: [name for name in names if name in after[table]] for table, names in before.items() if table in after}
    now, then = rows(file, common), rows_in_common(held, before, common)
    assert pending["migrations"] is False
    assert applied > 0
    assert set(before) - set(after) == set()
    assert {table for table in common if now[table] != then[table]} - GROW == set()
    assert all(then[table] <= now[table] for table in GROW & set(common) - {"sqlite_sequence"})
    assert sum(map(len, then.values())) > 13_000
    assert node.is_whole()
    journal, findings, found = node.answers(["journal", "verify"], ["doctor"], ["search", "soins synthetic"])
    assert journal == {"broken": []}
    assert [finding["code"] for finding in findings if not finding["holds"]] == []
    assert found["count"] >= 2
    served = pages_of(node)
    assert {path: status for path, (status, _) in served.items()} == dict.fromkeys(SHOWN, 200)
    assert [path for path, words in SHOWN.items() if words not in served[path][1]] == []
    assert node.answer("journal", "verify") == {"broken": []}


def rows_in_common(held: Rows, before: Columns, common: Columns) -> Rows:
    """The earlier rows in the columns that both releases have."""
    places = {table: [before[table].index(name) for name in names] for table, names in common.items()}
    return {table: {tuple(row[place] for place in places[table]) for row in held[table]} for table in common}


def test_a_backup_of_an_earlier_release_is_restored_and_upgraded(tmp_path: Path) -> None:
    [backup] = unpacked(BACKUP, tmp_path / "backups").iterdir()
    manifest = json.loads((backup / "manifest.json").read_text("utf-8"))
    node = SeparateNode(tmp_path / "node", new_database())

    done = node.run("restore", str(backup), "--json", seconds=180)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["equal_rows"], told["journal_broken"], told["raw_files"]) == (True, 0, 1)
    assert told["rows"] == sum(table["rows"] for table in manifest["tables"]) > 13_000
    assert told["migrations_applied"] > 0
    migrated, journal, findings = node.answers(["migrate"], ["journal", "verify"], ["doctor"])
    assert (migrated, journal) == ({"migrations_applied": 0}, {"broken": []})
    assert node.ask("SELECT count(*) FROM presence_activity") == [(4,)]
    assert [finding["code"] for finding in findings if not finding["holds"]] == []
