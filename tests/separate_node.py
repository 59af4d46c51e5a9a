"""A node of its own in a folder of its own, driven from outside through the command line, as a user does."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class SeparateNode:
    """A node's folder and the means to run commands on it and to look into its database without Django."""

    home: Path

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of its commands."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONCERTATION_", "DJANGO_", "COVERAGE_"))}
        return {
            **kept, "CONCERTATION_HOME": str(self.home), "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1",
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
    def database(self) -> Iterator[sqlite3.Connection]:
        """The node's database, opened without the product."""
        with closing(sqlite3.connect(self.home / "concertation.sqlite3", timeout=20)) as connection, connection:
            yield connection

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The rows that answer a question."""
        with self.database() as connection:
            return connection.execute(question).fetchall()


def new_node(folder: Path) -> SeparateNode:
    """A node whose database is up to date and holds nothing yet."""
    folder.mkdir(mode=0o700, exist_ok=True)
    node = SeparateNode(folder)
    done = node.run("migrate", "--json")
    assert done.returncode == 0, done.stderr
    return node
