"""A node of its own in a folder of its own, driven from outside through the command line, as a user does.

When the tests run on PostgreSQL each node has a database of its own there; it ends with the throw-away server.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]


SERVER = os.environ.get("CONCERTATION_DATABASE", "")
KILL_SECONDS = float(os.environ.get("CONCERTATION_KILL_SECONDS", "inf"))


def kills(number: int) -> Iterator[int]:
    """The numbers of the kills to be made: at least two, then no more than fit in `CONCERTATION_KILL_SECONDS`."""
    began = time.monotonic()
    for each in range(1, number + 1):
        if each > 2 and time.monotonic() - began > KILL_SECONDS:
            return
        yield each


def new_database(*, like: str = "") -> str:
    """The address of a database made for one node, empty on SQLite; `like` names the one it begins as a copy of."""
    if not SERVER:
        return ""
    name, parts = f"node_{uuid.uuid4().hex}", urlsplit(SERVER)
    template = urlsplit(like).path.removeprefix("/") or "template0"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return urlunsplit(parts._replace(path=f"/{name}"))


@dataclass(frozen=True, slots=True)
class SeparateNode:
    """A node's folder and the means to run commands on it and to look into its database without Django."""

    home: Path
    address: str = ""

    @property
    def is_on_postgresql(self) -> bool:
        """Whether its rows are kept by PostgreSQL."""
        return bool(self.address)

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of its commands."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONCERTATION_", "DJANGO_", "COVERAGE_"))}
        named = {"CONCERTATION_DATABASE": self.address} if self.address else {}
        return {
            **kept, **named, "CONCERTATION_HOME": str(self.home), "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1",
            "DJANGO_SETTINGS_MODULE": "concertation.site.settings", "COLUMNS": "120",
        }

    def command(self, *arguments: str) -> list[str]:
        """What `./run` becomes once its environment is made."""
        return [sys.executable, "-m", "concertation", *arguments]

    def run(self, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(self.command(*arguments), env=self.surroundings, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command without waiting for it."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(self.command(*arguments), env=self.surroundings, start_new_session=True, **quiet)

    def answer(self, *arguments: str) -> Any:
        """The JSON a command answers with."""
        done = self.run(*arguments, "--json")
        return json.loads(done.stdout)

    @contextmanager
    def database(self) -> Iterator[Any]:
        """The node's database, opened without the product; what the block writes is committed at its end."""
        opened: Any = psycopg.connect(self.address) if self.address else sqlite3.connect(self.home / "concertation.sqlite3", timeout=20)
        with closing(opened) as connection, connection:
            yield connection

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The rows that answer a question."""
        with self.database() as connection:
            return list(connection.execute(question).fetchall())

    def is_whole(self) -> bool:
        """Whether the engine finds its own files intact and every row it points to there."""
        if self.is_on_postgresql:
            return self.ask("SELECT bool_and(convalidated) FROM pg_constraint") == [(True,)]
        return [*self.ask("PRAGMA integrity_check"), *self.ask("PRAGMA foreign_key_check")] == [("ok",)]

    def unprotect_journal(self) -> None:
        """Take the journal's triggers away, as someone who owns the database could."""
        names = ("journal_no_change ON ground_journalline",) if self.is_on_postgresql else ("journal_no_UPDATE", "journal_no_DELETE")
        with self.database() as connection:
            for name in names:
                connection.execute(f"DROP TRIGGER {name}")

    def copied(self, folder: Path) -> "SeparateNode":
        """A second node that begins where this one stands; nothing may be at work on this one."""
        return SeparateNode(Path(shutil.copytree(self.home, folder)), new_database(like=self.address) if self.address else "")


def new_node(folder: Path) -> SeparateNode:
    """A node whose database is up to date and holds nothing yet."""
    folder.mkdir(mode=0o700, exist_ok=True)
    node = SeparateNode(folder, new_database())
    done = node.run("migrate", "--json")
    assert done.returncode == 0, done.stderr
    return node
