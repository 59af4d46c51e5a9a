"""Django's SQLite, with a queue before the door: SQLite lets one writer in and leaves the others to try again by chance.

Whoever waits longest sleeps longest between tries and may be passed by everybody who comes later. Here the writers of a process
wait for each other first, and only the one whose turn it is knocks. Between processes the engine's own waiting remains.
Whoever waits longer than the engine would goes on to the engine, which says "locked" in its own words.

In a folder that takes no writes the engine cannot make the files of its log beside the database. There the database is opened for
reading alone, where no log is left to be read: pages answer, and whatever would save is refused by the engine in its own words.

A connection is given again to the next request of its thread, for a minute: opening one costs more than a kept page does. It is opened
anew where another file stands under the name (a node restored, a copy put back), where it was opened for reading alone (such a connection
sees nobody's writing), and after any failure, which may have left a reading unfinished: an unfinished reading would hide what came since.
When the process ends all are closed, so that the last one writes the log into the database and a folder at rest holds one file.
"""

from collections import defaultdict
from multiprocessing.util import Finalize
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

from django.core.signals import got_request_exception
from django.db import connections
from django.db.backends.sqlite3 import base

from concertation.site.engines import takes_no_writes

LONGEST_WAIT_S = 20.0
DOORS: defaultdict[str, Lock] = defaultdict(Lock)
OPEN: "WeakSet[DatabaseWrapper]" = WeakSet()


def file_under(path: Path) -> tuple[int, int] | None:
    """Which file stands under a name: its device and number on it; None where there is none.

    >>> file_under(Path("/nowhere/concertation.sqlite3")) is None
    True
    """
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def open_anew_after_failure(**_: object) -> None:
    """A request failed in this thread: its connection is not given to another."""
    for held in connections.all(initialized_only=True):
        held.errors_occurred = True


def close_all() -> None:
    """Close what the threads of this process still hold open."""
    for held in list(OPEN):
        if held.connection is not None:
            held.connection.close()


Finalize(None, close_all, exitpriority=0)  # where the web server forks, a process ends without what is registered with atexit
got_request_exception.connect(open_anew_after_failure)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn before a transaction and gives it back after, however the transaction ends."""

    has_turn = False
    reads_alone = False
    opened: tuple[int, int] | None = None

    @property
    def path(self) -> Path:
        """The name of the database's file."""
        return Path(str(self.settings_dict["NAME"]))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open it, knowing which file; one put there meanwhile is another, so that the next request opens it."""
        self.opened = file_under(self.path)
        OPEN.add(self)
        return super().get_new_connection(conn_params)

    def close_if_unusable_or_obsolete(self) -> None:
        """Close it before and after a request where the next one may not have it."""
        if self.connection is not None and not self.in_atomic_block and (self.errors_occurred or self.reads_alone or file_under(self.path) != self.opened):
            self.close()
        super().close_if_unusable_or_obsolete()

    def get_connection_params(self) -> dict[str, Any]:
        """How to open the database: for reading alone where its folder takes no writes."""
        asked: dict[str, Any] = super().get_connection_params()
        self.reads_alone = takes_no_writes(self.path)
        if self.reads_alone:
            asked |= {"database": f"file:{quote(str(self.settings_dict['NAME']))}?mode=ro&immutable=1", "uri": True}
            commands: list[str] = self.init_commands  # type: ignore[has-type]
            self.init_commands, self.transaction_mode = [command for command in commands if "journal_mode" not in command], None
        return asked

    @property
    def door(self) -> Lock:
        """The door before this database, one for all connections of the process."""
        return DOORS[str(self.settings_dict["NAME"])]

    def take_turn(self) -> None:
        """Wait until no other writer of this process is inside."""
        self.has_turn = self.door.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", LONGEST_WAIT_S))

    def give_turn_back(self) -> None:
        """Let the next one in."""
        if self.has_turn:
            self.has_turn = False
            self.door.release()

    def _start_transaction_under_autocommit(self) -> None:
        self.take_turn()
        began = False
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            began = True
        finally:
            if not began:
                self.give_turn_back()

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            if self.connection is None or not self.connection.in_transaction:
                self.give_turn_back()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self.give_turn_back()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self.give_turn_back()
