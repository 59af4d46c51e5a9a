"""What only the owner of the database file can do to the journal: past its triggers."""

from collections.abc import Sequence

from django.db import connection

from concertation.apps.ground import triggers


def with_triggers_off(statement: str, values: Sequence[object] = ()) -> None:
    """Take the triggers away, change, put them back."""
    names = ("journal_no_UPDATE", "journal_no_DELETE") if connection.vendor == "sqlite" else ("journal_no_change ON ground_journalline",)
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, values)
    triggers.install(connection)
