"""The index of words on either engine: an FTS5 table kept by triggers on SQLite, a generated column with a GIN index on PostgreSQL.

Both index the same four texts, already in their written forms, so neither engine's own reading of French comes into play. It is
put in place after every migration, because rebuilding a table drops its triggers without a word.
"""

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "search_searchentry"
SQLITE_TABLE = """
CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5(
  titles, exact_text, search_text, guards, content='search_searchentry', content_rowid='id', tokenize='ascii', detail='column', prefix='2 3'
)
"""
SQLITE_ADDED = """
CREATE TRIGGER IF NOT EXISTS search_words_added AFTER INSERT ON search_searchentry BEGIN
  INSERT INTO search_words (rowid, titles, exact_text, search_text, guards)
  VALUES (new.id, new.titles, new.exact_text, new.search_text, new.guards);
END
"""
SQLITE_GONE = """
CREATE TRIGGER IF NOT EXISTS search_words_gone AFTER DELETE ON search_searchentry BEGIN
  INSERT INTO search_words (search_words, rowid, titles, exact_text, search_text, guards)
  VALUES ('delete', old.id, old.titles, old.exact_text, old.search_text, old.guards);
END
"""
SQLITE_CHANGED = """
CREATE TRIGGER IF NOT EXISTS search_words_changed AFTER UPDATE ON search_searchentry BEGIN
  INSERT INTO search_words (search_words, rowid, titles, exact_text, search_text, guards)
  VALUES ('delete', old.id, old.titles, old.exact_text, old.search_text, old.guards);
  INSERT INTO search_words (rowid, titles, exact_text, search_text, guards)
  VALUES (new.id, new.titles, new.exact_text, new.search_text, new.guards);
END
"""
SQLITE_REBUILD = "INSERT INTO search_words (search_words) VALUES ('rebuild')"
POSTGRESQL_COLUMN = """
ALTER TABLE search_searchentry ADD COLUMN IF NOT EXISTS words tsvector GENERATED ALWAYS AS (
  setweight(to_tsvector('simple'::regconfig, titles), 'A') || setweight(to_tsvector('simple'::regconfig, exact_text), 'B')
  || setweight(to_tsvector('simple'::regconfig, search_text), 'C') || setweight(to_tsvector('simple'::regconfig, guards), 'D')
) STORED
"""
POSTGRESQL_INDEX = "CREATE INDEX IF NOT EXISTS search_words ON search_searchentry USING gin (words)"
SQLITE_JOIN = "INSERT INTO search_words (search_words, rank) VALUES ('merge', %s)"
POSTGRESQL_JOIN = "SELECT gin_clean_pending_list('search_words'::regclass)"
PAGES_JOINED = 500  # at a time: two megabytes; FTS5 takes a number below zero as the beginning
SQLITE_COMPARE = "INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)"
HELD_SQLITE = "SELECT count(*) FROM sqlite_master WHERE (type = 'trigger' AND name LIKE 'search_words_%%') OR (type = 'table' AND name = 'search_words')"
HELD_POSTGRESQL = "SELECT 4 * count(*) FROM pg_index WHERE indexrelid = to_regclass('search_words') AND indisvalid"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the index in place; doing it again changes nothing. One that had lost a part is filled anew."""
    whole = is_installed(connection)
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute(POSTGRESQL_COLUMN)
            cursor.execute(POSTGRESQL_INDEX)
        elif not whole:
            cursor.execute(SQLITE_TABLE)
            cursor.execute(SQLITE_ADDED)
            cursor.execute(SQLITE_GONE)
            cursor.execute(SQLITE_CHANGED)
            cursor.execute(SQLITE_REBUILD)


def join_pieces(connection: BaseDatabaseWrapper, *, begins: bool) -> bool:
    """Join some of the pieces in which words were written, so that a question reads one list of a word instead of a dozen; whether more are left."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute(POSTGRESQL_JOIN)
            return False
        before = connection.connection.total_changes
        cursor.execute(SQLITE_JOIN, [-PAGES_JOINED if begins else PAGES_JOINED])
        return bool(connection.connection.total_changes - before > 1)


def is_installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether every part of the index is there."""
    with connection.cursor() as cursor:
        cursor.execute(HELD_SQLITE if connection.vendor == "sqlite" else HELD_POSTGRESQL, [])
        return bool(cursor.fetchone()[0] == 4)


def is_sound(connection: BaseDatabaseWrapper) -> bool:
    """Whether the index says what the entries say; PostgreSQL's column cannot do otherwise."""
    if connection.vendor != "sqlite":
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute(SQLITE_COMPARE)
    except DatabaseError:
        return False
    return True
