"""Database triggers that refuse to change or delete a line of the journal, on both engines.

They are installed after every migration, because rebuilding a table drops them without a word.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "ground_journalline"
SQLITE = """
CREATE TRIGGER IF NOT EXISTS journal_no_{verb} BEFORE {verb} ON ground_journalline
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION journal_is_only_added_to() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the journal is only added to'; END $$ LANGUAGE plpgsql
"""
POSTGRESQL = """
CREATE OR REPLACE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON ground_journalline
FOR EACH ROW EXECUTE FUNCTION journal_is_only_added_to()
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; doing it again changes nothing."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                cursor.execute(SQLITE.format(verb=verb))
        else:
            cursor.execute(POSTGRESQL_FUNCTION)
            cursor.execute(POSTGRESQL)


def are_installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether the journal is protected in this database."""
    question = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal_no_%%'"
        if connection.vendor == "sqlite"
        else "SELECT 2 * count(*) FROM pg_trigger WHERE tgrelid = to_regclass('ground_journalline') AND tgname = 'journal_no_change' AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(question, [])
        return bool(cursor.fetchone()[0] == 2)
