"""Writers of one process wait at one door before SQLite's: whoever is inside opens it again, however the transaction ends."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from django.db import OperationalError
from pytest_django import DjangoDbBlocker

from concertation.site import engines
from concertation.site.sqlite_in_turn.base import DatabaseWrapper

UNNAMED = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "TIME_ZONE": None, "TEST": {}}


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
