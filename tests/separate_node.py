"""A node of its own in a folder of its own, driven from outside through the command line, as a user does.

When the tests run on PostgreSQL each node has a database of its own there; it ends with the throw-away server.
"""

import atexit
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from beginnings import EMPTY, FILL, MAKE, WITH_REFERENCE_SET, copy_of, named, prepared_folder
from ready_python import END, Begun, ready

ROOT = Path(__file__).resolve().parents[1]


SERVER = os.environ.get("CONCERTATION_DATABASE", "")
KILL_SECONDS = float(os.environ.get("CONCERTATION_KILL_SECONDS", "inf"))
OTHER_MOMENTS = int(os.environ.get("CONCERTATION_KILL_SEED", "0"))  # added to each trial's seed, so that a second one kills at other moments


def kills(number: int) -> Iterator[int]:
    """The numbers of the kills to be made: at least two, then no more than fit in `CONCERTATION_KILL_SECONDS`."""
    began = time.monotonic()
    for each in range(1, number + 1):
        if each > 2 and time.monotonic() - began > KILL_SECONDS:
            return
        yield each


def kill_group(running: Begun | subprocess.Popen[bytes]) -> None:
    """Kill a command and all it started; one that has ended by itself meanwhile is left as it ended."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)


def new_database(*, like: str = "template0") -> str:
    """The address of a database made for one node, empty on SQLite; `like` names the one it begins as a copy of."""
    return copy_of(SERVER, like) if SERVER else ""


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

    def run(self, *arguments: str, seconds: float = 180) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        if hasattr(os, "fork"):
            done = ready().run([arguments], self.surroundings, seconds=seconds)
            done.stdout = done.stdout.removesuffix(END)
            return done
        return subprocess.run(self.command(*arguments), env=self.surroundings, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)

    def run_all(self, *commands: Sequence[str], seconds: float = 180) -> list[str]:
        """Run commands one after another, in one process where the system can; all must go well. Gives back what each answered."""
        if not hasattr(os, "fork"):
            every = [self.run(*each, seconds=seconds) for each in commands]
            assert [done.returncode for done in every] == [0] * len(every), [done.stderr for done in every]
            return [done.stdout for done in every]
        done = ready().run(commands, self.surroundings, seconds=seconds)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout.split(END)[:-1]

    def code(self, words: str, *arguments: str, seconds: float = 180) -> subprocess.CompletedProcess[str]:
        """Run a few lines of Python on it to their end."""
        if hasattr(os, "fork"):
            return ready().run_code(words, arguments, self.surroundings, seconds=seconds)
        return subprocess.run([sys.executable, "-c", words, *arguments], env=self.surroundings, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)

    def begin(self, words: str, *arguments: str) -> Begun | subprocess.Popen[str]:
        """Begin a few lines of Python on it, to be spoken with line by line."""
        if hasattr(os, "fork"):
            return ready().begin_code(words, arguments, self.surroundings)
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen([sys.executable, "-c", words, *arguments], env=self.surroundings, text=True, **pipes)

    def begin_command(self, *arguments: str) -> Begun | subprocess.Popen[bytes]:
        """Begin a command, in a group of processes of its own, without waiting for it."""
        return ready().begin_quietly([arguments], self.surroundings) if hasattr(os, "fork") else self.start(*arguments)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command as users do, by a Python of its own, without waiting for it."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(self.command(*arguments), env=self.surroundings, start_new_session=True, **quiet)

    def answer(self, *arguments: str) -> Any:
        """The JSON a command answers with."""
        done = self.run(*arguments, "--json")
        return json.loads(done.stdout)

    def answers(self, *commands: Sequence[str]) -> list[Any]:
        """The JSON each of several commands answers with; all must go well."""
        return [json.loads(told) for told in self.run_all(*([*each, "--json"] for each in commands))]

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

    def processes(self) -> list[str]:
        """The command lines of the processes at work on it, found by the folder in their environment."""
        mark, found = f"CONCERTATION_HOME={self.home}".encode(), []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_text())
            except OSError:
                continue
        return found

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
        return SeparateNode(Path(shutil.copytree(self.home, folder, dirs_exist_ok=True)), new_database(like=urlsplit(self.address).path.removeprefix("/")) if self.address else "")


@cache
def beginning(*, with_reference_set: bool) -> SeparateNode:
    """The node that new ones are copies of: what the run prepared, else made once by each process of the tests; nobody works on it."""
    name = WITH_REFERENCE_SET if with_reference_set else EMPTY
    if prepared := prepared_folder(name):
        return SeparateNode(prepared, named(SERVER, name) if SERVER else "")
    home = Path(tempfile.mkdtemp(prefix="concertation-begins-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    node = SeparateNode(home, new_database())
    done = subprocess.run([sys.executable, "-c", FILL if with_reference_set else MAKE], env=node.surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return node


def new_node(folder: Path, *, with_reference_set: bool = False) -> SeparateNode:
    """A node whose database is up to date and holds nothing yet, or the reference set alone."""
    return beginning(with_reference_set=with_reference_set).copied(folder)
