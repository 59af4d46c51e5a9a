"""Bringing a backup back: beside the living node, compared row by row with what the backup says of itself, then put in its place.

The living database is never written to. The new one is filled apart, by a process of its own; only when its rows, its journal
and its triggers hold does it take the place of the old one, which is kept aside. A backup of an earlier release is filled into
the tables of that release, compared, then brought up to date. Rows of either engine come back on either engine.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from psycopg import sql

from concertation.apps.access.commands import NODE
from concertation.apps.ground.commands import journal
from concertation.apps.sources.commands import raw_path
from concertation.apps.sources.raw import record
from concertation.apps.sources.raw.commands import erase_again
from concertation.site import engines, filling, sealing
from concertation.site.kept_rows import Sum, opened_postgresql, sum_of_file
from concertation.site.manifest import RAW, TABLES, Manifest, raw_file, read_manifest

PutInPlace = Callable[[], str]
NEW = "restoring"
ASIDE = "before-restore"
CHUNK = 1 << 20
CLIENTS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"


class NotEmpty(RuntimeError):
    """A node is there already; it is only replaced when that is asked for."""


class StillRunning(RuntimeError):
    """The node to be replaced is in use."""


class Unequal(RuntimeError):
    """What was restored is not what the backup says; the node was left as it was."""


def holds(path: Path, sha256: str) -> bool:
    """Whether a file's bytes are those its name says."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == sha256


def flush(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder where the system can."""
    with suppress(PermissionError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def unsealed(path: Path, passphrase: bytes | None, scratch: Path) -> Iterator[Path]:
    """The folder of a backup; a sealed one is opened into a scratch folder while the block runs."""
    if path.is_dir():
        yield path
        return
    if passphrase is None:
        raise sealing.WrongPassphrase
    with tempfile.TemporaryDirectory(prefix="unsealed-", dir=scratch) as opened:
        sealing.unseal_into(path, passphrase, Path(opened))
        yield Path(opened)


def load_elsewhere(folder: Path, *, home: Path, address: str, quiet: bool = True, beginnings: Path | None = None) -> dict[str, Any]:
    """Fill another database by a process of its own; gives back what it says (`filling.Loaded`, as JSON).

    `beginnings`: where an empty database is kept to begin with. Without it the tables are made by the migrations, and what they made is kept for the next proof.
    """
    surroundings = {**os.environ, "CONCERTATION_HOME": str(home), engines.VARIABLE: address}
    words = ["--begin-in", str(beginnings.resolve())] if beginnings else ["--keep-in", str(home.resolve())]
    command = [sys.executable, "-m", "concertation.site.filling_alone", str(folder.resolve()), *words, *(["--quiet"] if quiet else [])]
    done = subprocess.run(command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE if quiet else None, text=True)
    if done.returncode:
        raise Unequal(*(done.stderr or "").strip().splitlines()[-1:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def bring_back(folder: Path, *, replace: bool, quiet: bool, beside: Path | None = None) -> dict[str, Any]:
    """Restore a backup's folder into this node; gives back what was restored and where the old node was kept.

    What was erased since, after the records in the backup and `beside` it, is erased again.
    """
    began, manifest = time.monotonic(), read_manifest(folder)
    if not replace and is_there():
        raise NotEmpty
    filling.refuse_later(manifest, MigrationLoader(None))
    if harmed := harmed_parts(folder, manifest):
        raise Unequal(", ".join(harmed))
    with place_apart() as (address, put_in_place):
        loaded = load_elsewhere(folder, home=settings.HOME, address=address, quiet=quiet)
        if not (loaded["equal_rows"] and loaded["triggers"] and not loaded["journal_broken"]):
            raise Unequal(", ".join(table["table"] for table in loaded["tables"] if not table["equal"]))
        raw_files = bring_raw_files_back(folder, manifest)
        aside = put_in_place()
    journal("node.restored", NODE, made_at=manifest.made_at, rows=loaded["rows"])
    record.add_to(record.of_this_node(), *(record.lines_in(place / record.ERASED_LIST) for place in (folder, beside) if place))
    erased_again = erase_again()
    return {
        **loaded, "made_at": manifest.made_at, "made_by": manifest.product, "made_on": manifest.engine, "engine": connection.vendor,
        "raw_files": raw_files, "raw_files_missing": len(manifest.raw_missing), "raw_files_erased_again": erased_again, "kept_aside": aside,
        "seconds": round(time.monotonic() - began, 2),
    }  # fmt: skip


def harmed_parts(folder: Path, manifest: Manifest) -> list[str]:
    """The tables and raw files of a backup that are not what its manifest says."""
    tables = [line.table.name for line in manifest.tables if not is_as_told(folder / TABLES / f"{line.table.name}.gz", line.total)]
    return tables + [f"{RAW}/{sha256}" for sha256 in manifest.raw if not (raw_file(folder, sha256).is_file() and holds(raw_file(folder, sha256), sha256))]


def is_as_told(path: Path, total: Sum) -> bool:
    """Whether a file of rows has the sum its manifest gives."""
    try:
        return sum_of_file(path) == total
    except (OSError, EOFError, zlib.error):
        return False


def bring_raw_files_back(folder: Path, manifest: Manifest) -> int:
    """Put the raw files of a backup where the node keeps them; those already there stay. Gives back how many it holds."""
    for sha256 in manifest.raw:
        source, target = raw_file(folder, sha256), raw_path(sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            arriving = target.with_name(f"arriving-{os.getpid()}-{sha256[:8]}")
            shutil.copyfile(source, arriving)
            flush(arriving)
            arriving.replace(target)
    return len(manifest.raw)


def is_there() -> bool:
    """Whether this node's database already holds tables."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        return path.is_file() and path.stat().st_size > 0
    return bool(connection.introspection.table_names())


@contextmanager
def place_apart() -> Iterator[tuple[str, PutInPlace]]:
    """The address of an empty database beside the node's, and what puts it in the node's place; it is gone if the block fails."""
    with schema_apart() if connection.vendor == "postgresql" else file_apart() as place:
        yield place


@contextmanager
def file_apart() -> Iterator[tuple[str, PutInPlace]]:
    """A SQLite file beside the node's. Raises StillRunning."""
    live = Path(connection.settings_dict["NAME"])
    connection.close()
    if live.is_file():
        make_single(live)
    new = live.with_name(f"{NEW}-{os.getpid()}.sqlite3")
    try:
        yield f"sqlite://{new}", lambda: exchange_files(new, live)
    finally:
        for left in (new, Path(f"{new}-wal"), Path(f"{new}-shm"), Path(f"{new}-journal")):
            left.unlink(missing_ok=True)


def exchange_files(new: Path, live: Path) -> str:
    """Put a filled file in the living one's place in one step of the disk; gives back where the old one stays."""
    aside = live.with_name(f"{ASIDE}-{timezone.now():%Y%m%dT%H%M%SZ}.sqlite3")
    if live.is_file():
        make_single(live)
        try:
            aside.hardlink_to(live)
        except OSError:
            shutil.copy2(live, aside)
    flush(new)
    new.replace(live)
    flush(live.parent)
    return str(aside) if aside.exists() else ""


def make_single(live: Path) -> None:
    """Write everything a SQLite database holds into its one file. Raises StillRunning when somebody has it open."""
    try:
        with closing(sqlite3.connect(live, timeout=1)) as held:
            held.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError:
        raise StillRunning from None


@contextmanager
def schema_apart() -> Iterator[tuple[str, PutInPlace]]:
    """A PostgreSQL schema beside the node's. Raises StillRunning."""
    live, new = engines.schema_of(engines.address()), f"{NEW}_{os.getpid()}"
    connection.close()
    with opened_postgresql() as held:
        refuse_running(held)
    change_schemas("CREATE SCHEMA {}", new)
    try:
        yield engines.in_schema(engines.address(), new), lambda: exchange_schemas(new, live)
    finally:
        change_schemas("DROP SCHEMA IF EXISTS {} CASCADE", new)


def change_schemas(statement: LiteralString, *names: str) -> None:
    """Run one statement about schemas."""
    with opened_postgresql() as held:
        held.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def refuse_running(held: psycopg.Connection[Any]) -> None:
    """Raise StillRunning when somebody else is connected to a PostgreSQL database: before it is filled, and again before it is replaced."""
    [(others,)] = held.execute(CLIENTS).fetchall()
    if others:
        raise StillRunning


def exchange_schemas(new: str, live: str) -> str:
    """Put a filled schema in the living one's place in one transaction; gives back where the old one stays."""
    aside = f"{ASIDE}-{timezone.now():%Y%m%dT%H%M%SZ}".replace("-", "_").lower()
    with opened_postgresql() as held:
        refuse_running(held)
        held.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(live), sql.Identifier(aside)))
        held.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(new), sql.Identifier(live)))
        held_tables = held.execute("SELECT 1 FROM pg_tables WHERE schemaname = %s LIMIT 1", [aside]).fetchall()
        if not held_tables:
            held.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(aside)))
    return aside if held_tables else ""
