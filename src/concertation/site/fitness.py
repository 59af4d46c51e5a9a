"""Whether the PostgreSQL server named is one the node can live on: recent enough, in UTF-8, sorting by code point."""

from django.db import connection

from concertation.site.engines import LEAST_POSTGRESQL, MAKE_DATABASE, SORTS_BY_CODE_POINT

VERSION = "SELECT current_setting('server_version_num')::int / 10000"
# 'i': the rules of ICU sort, whatever datcollate says; the column came with version 15
SORTING = "SELECT pg_encoding_to_char(encoding), CASE datlocprovider WHEN 'i' THEN 'ICU' ELSE datcollate END FROM pg_database WHERE datname = current_database()"


class Unfit(RuntimeError):
    """The database cannot serve as it is; the message says what to do, in both languages."""


def refuse_unfit() -> None:
    """Raise Unfit when the node's database is not one it can live on."""
    if why := lacking():
        raise Unfit("\n".join(why))


def lacking() -> tuple[str, str] | None:
    """What the database lacks, in French and in English; None when it serves, SQLite always does."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        [version] = cursor.fetchone()
        if version < LEAST_POSTGRESQL:
            return (f"PostgreSQL {version} est trop ancien : {LEAST_POSTGRESQL} au moins.", f"PostgreSQL {version} is too old: at least {LEAST_POSTGRESQL}.")
        cursor.execute(SORTING)
        encoding, collation = cursor.fetchone()
    if encoding != "UTF8" or collation not in SORTS_BY_CODE_POINT:
        return (
            f"La base trie en « {collation} » ({encoding}) ; il faut UTF8 et la collation C, pour que les listes aient partout le même ordre : {MAKE_DATABASE}",
            f"The database sorts as “{collation}” ({encoding}); it takes UTF8 and collation C, so that lists have one order everywhere: {MAKE_DATABASE}",
        )
    return None
