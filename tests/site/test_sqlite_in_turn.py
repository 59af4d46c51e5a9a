"""Writers of one process wait at one door before SQLite's: whoever is inside opens it again, however the transaction ends.

A connection is kept for the next request only where it reads what stands in the node's folder.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from django.db import OperationalError
from pytest_django import DjangoDbBlocker

from concertation.site import engines
from concertation.site.sqlite_in_turn import base
from concertation.site.sqlite_in_turn.base import DatabaseWrapper

UNNAMED = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False, "TIME_ZONE": None, "TEST": {}}


def opened(path: Path, *, timeout: float = 20) -> DatabaseWrapper:
    """A connection of its own to the database of a path."""
    held = engines.sqlite(path)
    return DatabaseWrapper({**held, **UNNAMED, "OPTIONS": {**held["OPTIONS"], "timeout": timeout}}, alias="turns")


@pytest.fixture
def writer(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[DatabaseWrapper]:
    """A writer with one table to write in, in a file of its own."""
    with django_db_blocker.unblock():
        wrapper = opened(tmp_path / "node.sqlite3")
        wrapper.cursor().execute("CREATE TABLE line (number INTEGER NOT NULL)")
        wrapper.close()
        wrapper.connect()
        yield wrapper
        wrapper.close()


def begin(wrapper: DatabaseWrapper) -> None:
    """Begin as the outermost atomic block does."""
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_the_door_opens_again_however_a_transaction_ends(writer: DatabaseWrapper, end: str) -> None:
    begin(writer)
    inside = writer.door.locked()

    getattr(writer, end)()

    assert inside
    assert not writer.door.locked()


def test_a_second_writer_waits_for_the_first_and_then_writes(writer: DatabaseWrapper, tmp_path: Path) -> None:
    written = []

    def write() -> None:
        second = opened(tmp_path / "node.sqlite3")
        begin(second)
        written.append(second.cursor().execute("SELECT count(*) FROM line").fetchone()[0])
        second.rollback()
        second.close()

    begin(writer)
    waiting = Thread(target=write)
    waiting.start()
    writer.cursor().execute("INSERT INTO line VALUES (1)")
    writer.commit()
    waiting.join(timeout=30)

    assert written == [1]


def test_whoever_waits_too_long_is_told_by_the_engine_and_leaves_the_door_to_its_holder(writer: DatabaseWrapper, tmp_path: Path) -> None:
    begin(writer)
    late = opened(tmp_path / "node.sqlite3", timeout=0.05)

    with pytest.raises(OperationalError, match="locked"):
        begin(late)

    assert writer.door.locked()
    late.close()
    assert writer.door.locked()


def is_kept(wrapper: DatabaseWrapper) -> bool:
    """Whether the next request of the thread is given the same connection."""
    wrapper.close_if_unusable_or_obsolete()
    return wrapper.connection is not None


def test_a_connection_is_kept_for_the_next_request(writer: DatabaseWrapper) -> None:
    assert is_kept(writer)


def test_a_database_put_in_the_place_of_another_is_opened_at_the_next_request(writer: DatabaseWrapper, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "restored.sqlite3")) as restored:
        restored.executescript("CREATE TABLE line (number INTEGER NOT NULL); INSERT INTO line VALUES (7)")
    (tmp_path / "restored.sqlite3").replace(tmp_path / "node.sqlite3")

    assert not is_kept(writer)
    assert writer.cursor().execute("SELECT number FROM line").fetchall() == [(7,)]


def test_a_connection_that_met_a_failure_is_not_kept(writer: DatabaseWrapper) -> None:
    with pytest.raises(OperationalError):
        writer.cursor().execute("SELECT number FROM nowhere")

    assert not is_kept(writer)


def test_a_connection_opened_for_reading_alone_is_not_kept(writer: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.close()
    monkeypatch.setattr(base, "takes_no_writes", lambda path: True)
    numbers = writer.cursor().execute("SELECT count(*) FROM line").fetchall()

    assert numbers == [(0,)]
    assert not is_kept(writer)


def test_a_transaction_under_way_keeps_its_connection(writer: DatabaseWrapper, tmp_path: Path) -> None:
    writer.in_atomic_block = True
    (tmp_path / "node.sqlite3").rename(tmp_path / "aside.sqlite3")

    assert is_kept(writer)
    writer.in_atomic_block = False


def test_a_process_that_ends_leaves_one_file(tmp_path: Path) -> None:
    script = """
import multiprocessing
import threading
import django
django.setup()
from django.db import connection
def served():
    threading.Thread(target=lambda: (connection.ensure_connection(), ready.set(), threading.Event().wait()), daemon=True).start()
    ready.wait()
ready = threading.Event()
child = multiprocessing.get_context("fork").Process(target=served)
child.start()
child.join()
raise SystemExit(child.exitcode)
"""
    done = subprocess.run([sys.executable, "-c", script], env={**os.environ, "CONCERTATION_HOME": str(tmp_path), "CONCERTATION_DATABASE": "", "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}, check=False)

    assert done.returncode == 0
    assert (tmp_path / "concertation.sqlite3").exists()
    assert not (tmp_path / "concertation.sqlite3-wal").exists()
