"""Which engine keeps the node's rows: SQLite in the node's folder, or PostgreSQL when one variable names it.

CONCERTATION_DATABASE=postgresql://user:password@host:port/name is the whole setting. Words of connection follow a question
mark (`?sslmode=verify-full`); signs such as @ or / in a password are written %40 and %2F. Text sorts by code point on both
engines, so a PostgreSQL database is made with collation C: a list has the same order on a laptop and on a server.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

VARIABLE = "CONCERTATION_DATABASE"
LEAST_POSTGRESQL = 15
SORTS_BY_CODE_POINT = ("C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic")
WRITTEN = "postgresql://user:password@host:5432/concertation"
MAKE_DATABASE = (
    "CREATE DATABASE concertation TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' OWNER concertation;"
)
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-4000;"
    ),
}
KEPT_OPEN_SECONDS = 60  # how long a connection is given again to the next request of its thread
SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class WronglyNamed(ValueError):
    """CONCERTATION_DATABASE is not understood. The message never repeats it: it holds a password."""

    def __init__(self, reason_fr: str, reason_en: str) -> None:
        super().__init__(f"{VARIABLE} : {reason_fr} Exemple : {WRITTEN}\n{VARIABLE}: {reason_en} Example: {WRITTEN}")


def database(address: str, *, home: Path) -> dict[str, Any]:
    """Django's settings of the database an address names; an empty one is SQLite in the node's folder.

    >>> database("", home=Path("/srv/node"))["NAME"] == Path("/srv/node/concertation.sqlite3")
    True
    >>> held = database("postgresql://aes:p%40ss@db.example:6432/concertation?sslmode=require", home=Path("/srv/node"))
    >>> held["USER"], held["PASSWORD"], held["HOST"], held["PORT"], held["NAME"], held["OPTIONS"]
    ('aes', 'p@ss', 'db.example', '6432', 'concertation', {'sslmode': 'require'})
    """
    if not address:
        return sqlite(home / "concertation.sqlite3")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise WronglyNamed("le port ou l'hôte n'est pas lisible.", "the port or the host cannot be read.") from None
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in ("postgresql", "postgres"):
        raise WronglyNamed("l'adresse commence par postgresql://.", "the address begins with postgresql://.")
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise WronglyNamed("le nom de la base manque.", "the database's name is missing.")
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": name, "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""), "HOST": unquote(parts.hostname or ""), "PORT": str(port or ""),
        "OPTIONS": connection_words(dict(parse_qsl(parts.query))), "CONN_MAX_AGE": KEPT_OPEN_SECONDS, "CONN_HEALTH_CHECKS": True,
        "TEST": {"TEMPLATE": "template0", "CHARSET": "UTF8"},
    }


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite made safe against power cuts: write-ahead log, every commit flushed, writers take their turn."""
    return {"ENGINE": "concertation.site.sqlite_in_turn", "NAME": path, "OPTIONS": dict(SQLITE_OPTIONS), "CONN_MAX_AGE": KEPT_OPEN_SECONDS, "TEST": {"NAME": ":memory:"}}


def connection_words(asked: Mapping[str, str]) -> dict[str, str]:
    """The words of connection as the driver takes them; `schema` names the schema the tables stand in.

    >>> connection_words({"schema": "restoring", "sslmode": "require"})
    {'sslmode': 'require', 'options': '-c search_path=restoring'}
    """
    words = {name: value for name, value in asked.items() if name != "schema"}
    if schema := asked.get("schema"):
        if not SCHEMA_NAME.fullmatch(schema):
            raise WronglyNamed("nom de schéma refusé.", "schema name refused.")
        words["options"] = f"-c search_path={schema}"
    return words


def in_schema(address: str, schema: str) -> str:
    """The same PostgreSQL database, in another schema.

    >>> in_schema("postgresql://a@b/c?sslmode=require", "restoring")
    'postgresql://a@b/c?sslmode=require&schema=restoring'
    """
    kept, _, words = address.partition("?")
    others = [word for word in words.split("&") if word and not word.startswith("schema=")]
    return f"{kept}?{'&'.join([*others, f'schema={schema}'])}"


def schema_of(address: str) -> str:
    """The schema an address names.

    >>> schema_of("postgresql://a@b/c"), schema_of("postgresql://a@b/c?schema=restoring")
    ('public', 'restoring')
    """
    return dict(parse_qsl(urlsplit(address).query)).get("schema", "public")


def address() -> str:
    """The address of this node's database as written in the environment; empty for SQLite in the node's folder."""
    return os.environ.get(VARIABLE, "").strip()


def is_postgresql(written: str) -> bool:
    """Whether an address names PostgreSQL."""
    return written.startswith(("postgresql://", "postgres://"))


def takes_no_writes(path: Path) -> bool:
    """Whether an SQLite database stands in a folder that takes no writes, with no log of another process beside it.

    >>> takes_no_writes(Path("/nowhere/concertation.sqlite3"))
    False
    """
    if not path.is_file() or Path(f"{path}-wal").exists():
        return False
    mounted_closed = hasattr(os, "statvfs") and bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY)
    return mounted_closed or not os.access(path.parent, os.W_OK)
