"""A migration and its line in the table of migrations stand or fall together, so that one cut off by a power failure can be begun again.

Django writes that line after the transaction whenever a migration leaves statements for its end; a node killed between the two has a
table nobody knows was made, and the next start fails on it.
"""

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from concertation.apps.ground import triggers
from concertation.apps.search import words_index


class RecordingExecutor(MigrationExecutor):
    """Applies a migration, runs what it left for its end, and records it, in one transaction."""

    def apply_migration(self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False) -> ProjectState:
        """The state after a migration; a faked one is left to Django."""
        if fake or fake_initial or not migration.atomic:
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        self._tell("apply_start", migration)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            for statement in editor.deferred_sql:
                editor.execute(statement, None)
            editor.deferred_sql.clear()
            record: Any = self.record_migration
            record(migration)
        self._tell("apply_success", migration)
        return state

    def _tell(self, *words: Any) -> None:
        tell: Any = self.progress_callback
        if tell:
            tell(*words, False)


def install() -> None:
    """Have the command that migrates use it."""
    vars(migrate)["MigrationExecutor"] = RecordingExecutor


def pending_migrations() -> int:
    """How many migrations the database still lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date() -> int:
    """Apply what is pending, and put back what follows migrations; gives back how many were applied.

    A node killed between its last migration and what follows has nothing pending, and an unprotected journal.
    """
    pending = pending_migrations()
    if pending or not (triggers.are_installed(connection) and words_index.is_installed(connection)):
        call_command("migrate", verbosity=0, interactive=False)
    return pending
