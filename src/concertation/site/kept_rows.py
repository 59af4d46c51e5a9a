"""Rows of every table in one written form that both engines read back: one JSON array a row, in the order of the key.

The same rows give the same bytes whichever engine held them, so one SHA-256 a table says whether a backup, a restored node
and another engine hold the same. Days and moments are ISO text in UTC, UUIDs their 32 digits, truths 0 or 1, bytes base64.
"""

import base64
import gzip
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import psycopg
from django.apps import apps
from django.db import connection, models
from psycopg import sql
from psycopg.conninfo import make_conninfo

Row = list[Any]
Progress = Callable[[str, int], None]
SLICE = 1_000
CHUNK = 1 << 20
OPEN_SESSIONS = ("django_session", "usersessions_usersession")  # keys: whoever reads a backup must not be signed in by them
MADE_ANEW = ("search_searchentry", "search_indexposition", "search_withheld")  # the index of words, from the rows, at the next start
LEFT_OUT = (*OPEN_SESSIONS, *MADE_ANEW)
KINDS: dict[type[models.Field[Any, Any]], str] = {
    models.CharField: "text", models.TextField: "text", models.IntegerField: "whole", models.AutoField: "whole",
    models.BigAutoField: "whole", models.BigIntegerField: "whole", models.FloatField: "number", models.BooleanField: "truth",
    models.DateField: "day", models.DateTimeField: "moment", models.UUIDField: "uuid", models.JSONField: "json",
    models.BinaryField: "bytes", models.GenericIPAddressField: "address",
}  # fmt: skip
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
SORTED_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
EXACT_FLOATS = 2.0**53


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table as it is kept: its key, and each column with its kind."""

    name: str
    key: str
    columns: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [name for name, _ in self.columns]

    def changed_by(self, change: Mapping[str, Callable[[Any], Any]]) -> list[tuple[int, Callable[[Any], Any]]]:
        """Which places of a row an engine writes otherwise, and how they are brought to the written form or back."""
        return [(place, change[kind]) for place, (_, kind) in enumerate(self.columns) if kind in change]


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table holds, and the SHA-256 of all of them in order."""

    rows: int
    sha256: str


class Store(Protocol):
    """One engine's side of reading and writing kept tables."""

    def read(self, table: KeptTable) -> Iterator[Row]:
        """Every row in the written form, in the order of the key."""
        ...

    def write(self, table: KeptTable, rows: Iterable[Row]) -> None:
        """Add rows given in the written form."""
        ...

    def empty(self, tables: Sequence[KeptTable]) -> None:
        """Take out the rows that making the tables put there."""
        ...


def kind_of(field: models.Field[Any, Any]) -> str:
    """How a column is written. A kind nobody decided on stops the backup rather than being guessed."""
    held = field.target_field if isinstance(field, models.ForeignKey) else field
    for known in type(held).__mro__:
        if known in KINDS:
            return KINDS[known]
    raise TypeError(f"{field.model._meta.db_table}.{field.column}: {type(held).__name__} has no written form yet; add it to KINDS")


def kept_tables() -> list[KeptTable]:
    """Every table of the product and of its components, by name; those of open sessions are left out, and those made anew from the others."""
    held = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    return [_kept(name, held[name]) for name in sorted(held) if name not in LEFT_OUT]


def _kept(name: str, model: type[models.Model]) -> KeptTable:
    columns = tuple((str(field.column), kind_of(field)) for field in model._meta.concrete_fields)
    return KeptTable(name, str(model._meta.pk.column), columns)


def plain_json(text: str) -> str:
    """JSON text in one form: names sorted, whole floats beyond 2^53 in digits, as PostgreSQL writes them.

    >>> plain_json('{"b": 1e+20, "a": 0.5}')
    '{"a":0.5,"b":100000000000000000000}'
    """
    return SORTED_ENCODER.encode(json.loads(text, parse_float=_plain_number))


def _plain_number(text: str) -> float | int:
    number = float(text)
    return int(number) if abs(number) >= EXACT_FLOATS else number


def encoded(content: bytes | memoryview) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(content).decode("ascii")


def in_utc(moment: datetime) -> str:
    """A moment in UTC as both engines are given it.

    >>> in_utc(datetime(2026, 8, 5, 12, 0, tzinfo=UTC))
    '2026-08-05 12:00:00'
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def json_of_postgresql(content: object) -> str:
    """A JSON value as the driver read it, in the one form."""
    return plain_json(content if isinstance(content, str) else ENCODER.encode(content))


def changed(rows: Iterable[Sequence[Any]], places: list[tuple[int, Callable[[Any], Any]]]) -> Iterator[Row]:
    """Rows with these places brought into another form; what is empty stays empty."""
    for row in rows:
        line = list(row)
        for place, change in places:
            if line[place] is not None:
                line[place] = change(line[place])
        yield line


class SqliteStore:
    """Kept tables in a SQLite file, read and written past Django: its own text forms are the written form."""

    READ: Mapping[str, Callable[[Any], Any]] = {"json": plain_json, "bytes": encoded}
    WRITE: Mapping[str, Callable[[Any], Any]] = {"bytes": base64.b64decode}

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def read(self, table: KeptTable) -> Iterator[Row]:
        """Every row in the written form, in the order of the key."""
        columns = ", ".join(f'"{name}"' for name in table.names)
        found = self.connection.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY "{table.key}"')  # noqa: S608
        yield from changed(found, table.changed_by(self.READ))

    def write(self, table: KeptTable, rows: Iterable[Row]) -> None:
        """Add rows given in the written form."""
        columns, signs = ", ".join(f'"{name}"' for name in table.names), ", ".join("?" * len(table.columns))
        adding = f'INSERT INTO "{table.name}" ({columns}) VALUES ({signs})'  # noqa: S608
        self.connection.executemany(adding, changed(rows, table.changed_by(self.WRITE)))

    def empty(self, tables: Sequence[KeptTable]) -> None:
        """Take out the rows that making the tables put there."""
        for table in tables:
            self.connection.execute(f'DELETE FROM "{table.name}"')  # noqa: S608


class PostgresqlStore:
    """Kept tables in a PostgreSQL database: read through a cursor of the server, written by COPY."""

    READ: Mapping[str, Callable[[Any], Any]] = {
        "json": json_of_postgresql, "bytes": encoded, "uuid": lambda key: UUID(str(key)).hex, "truth": int,
        "moment": in_utc, "day": lambda day: day.isoformat(), "address": str,
    }  # fmt: skip
    WRITE: Mapping[str, Callable[[Any], Any]] = {"bytes": base64.b64decode}

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def read(self, table: KeptTable) -> Iterator[Row]:
        """Every row in the written form, in the order of the key."""
        text_key = dict(table.columns)[table.key] == "text"
        order = sql.SQL("{} COLLATE {}").format(sql.Identifier(table.key), sql.Identifier("C")) if text_key else sql.Identifier(table.key)
        columns = sql.SQL(", ").join(map(sql.Identifier, table.names))
        with self.connection.cursor(name="kept_rows") as cursor:
            cursor.itersize = SLICE
            cursor.execute(sql.SQL("SELECT {} FROM {} ORDER BY {}").format(columns, sql.Identifier(table.name), order))
            yield from changed(cursor, table.changed_by(self.READ))

    def write(self, table: KeptTable, rows: Iterable[Row]) -> None:
        """Add rows given in the written form, then let the next number follow the last."""
        columns = sql.SQL(", ").join(map(sql.Identifier, table.names))
        with self.connection.cursor() as cursor:
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)) as copying:
                for row in changed(rows, table.changed_by(self.WRITE)):
                    copying.write_row(row)
            if dict(table.columns)[table.key] == "whole":
                self._follow_on(cursor, table)

    def empty(self, tables: Sequence[KeptTable]) -> None:
        """Take out the rows that making the tables put there."""
        for table in tables:
            self.connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))

    def _follow_on(self, cursor: psycopg.Cursor[Any], table: KeptTable) -> None:
        statement = sql.SQL("SELECT setval(sequence, (SELECT coalesce(max({}), 0) + 1 FROM {}), false) FROM (SELECT pg_get_serial_sequence(%s, %s)) AS held (sequence) WHERE sequence IS NOT NULL")
        cursor.execute(statement.format(sql.Identifier(table.key), sql.Identifier(table.name)), [f'"{table.name}"', table.key])


def opened_postgresql() -> psycopg.Connection[Any]:
    """A connection of its own to the node's PostgreSQL database, with moments in UTC."""
    words = connection.settings_dict
    named = {"dbname": words["NAME"], "user": words["USER"], "password": words["PASSWORD"], "host": words["HOST"], "port": words["PORT"]}
    asked = make_conninfo("", **{name: str(value) for name, value in named.items() if value}, **words["OPTIONS"])
    held: psycopg.Connection[Any] = psycopg.connect(asked)
    held.execute("SET TIME ZONE 'UTC'")
    held.commit()
    return held


@contextmanager
def store_to_fill() -> Iterator[Store]:
    """The node's database, to be filled in one transaction while nobody else uses it; row pointers are checked at its end."""
    connection.close()
    if connection.vendor == "postgresql":
        with opened_postgresql() as held:
            yield PostgresqlStore(held)
        return
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as rows:
        rows.execute("PRAGMA journal_mode=MEMORY")
        rows.execute("PRAGMA synchronous=OFF")
        with rows:
            yield SqliteStore(rows)
            if lost := rows.execute("PRAGMA foreign_key_check").fetchall():
                raise sqlite3.IntegrityError(f"{len(lost)} rows point to rows that are not there, the first in {lost[0][0]}")
        rows.execute("PRAGMA synchronous=FULL")


def sliced(rows: Iterator[Row]) -> Iterator[tuple[bytes, int]]:
    """Rows as lines of bytes, so many at a time, with their number."""
    while taken := list(islice(rows, SLICE)):
        yield ("\n".join(map(ENCODER.encode, taken)) + "\n").encode("utf-8", "surrogatepass"), len(taken)


def summed(store: Store, table: KeptTable, progress: Progress) -> Sum:
    """The sum of a table as an engine holds it now."""
    digest, count = hashlib.sha256(), 0
    for lines, number in sliced(store.read(table)):
        digest.update(lines)
        count += number
        progress(table.name, number)
    return Sum(count, digest.hexdigest())


def write_out(store: Store, table: KeptTable, path: Path, progress: Progress) -> Sum:
    """Write a table's rows to a compressed file; gives back their sum."""
    digest, count = hashlib.sha256(), 0
    with path.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=2, mtime=0) as packed:
        for lines, number in sliced(store.read(table)):
            digest.update(lines)
            packed.write(lines)
            count += number
            progress(table.name, number)
    return Sum(count, digest.hexdigest())


def read_in(store: Store, table: KeptTable, path: Path, progress: Progress) -> None:
    """Bring the rows of a compressed file into a table."""
    with closing(gzip.open(path, "rt", encoding="utf-8", errors="surrogatepass", newline="\n")) as packed:
        store.write(table, _told(map(json.loads, packed), table, progress))


def sum_of_file(path: Path) -> Sum:
    """The sum of the rows a compressed file holds. Raises OSError, EOFError or zlib.error when it is cut off or damaged."""
    digest, count = hashlib.sha256(), 0
    with gzip.open(path, "rb") as packed:
        while lines := packed.read(CHUNK):
            digest.update(lines)
            count += lines.count(b"\n")
    return Sum(count, digest.hexdigest())


def _told(rows: Iterator[Row], table: KeptTable, progress: Progress) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % SLICE == 0:
            progress(table.name, SLICE)
