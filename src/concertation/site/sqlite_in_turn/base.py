"""Django's SQLite, with a queue before the door: SQLite lets one writer in and leaves the others to try again by chance.

Whoever waits longest sleeps longest between tries and may be passed by everybody who comes later. Here the writers of a process
wait for each other first, and only the one whose turn it is knocks. Between processes the engine's own waiting remains.
Whoever waits longer than the engine would goes on to the engine, which says "locked" in its own words.

In a folder that takes no writes the engine cannot make the files of its log beside the database. There the database is opened for
reading alone, where no log is left to be read: pages answer, and whatever would save is refused by the engine in its own words.
"""

from collections import defaultdict
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from django.db.backends.sqlite3 import base

from concertation.site.engines import takes_no_writes

LONGEST_WAIT_S = 20.0
DOORS: defaultdict[str, Lock] = defaultdict(Lock)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn before a transaction and gives it back after, however the transaction ends."""

    has_turn = False

    def get_connection_params(self) -> dict[str, Any]:
        """How to open the database: for reading alone where its folder takes no writes."""
        asked: dict[str, Any] = super().get_connection_params()
        if takes_no_writes(Path(str(self.settings_dict["NAME"]))):
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
