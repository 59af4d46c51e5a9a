"""A backup made while people work, and proved: it is restored into a scratch node and every table's rows are compared.

A backup is a folder `concertation-MOMENT`: one compressed file of rows a table, the raw files by hash, and a manifest with the
count and the SHA-256 of each. It stands under its name only once it is whole and proved; before that it is a hidden folder that
a later backup clears away. Sealed, it is one file. Open sessions are not in it, nor the node's own secret. The record of erased
bytes is in it, and stands beside the backups.
"""

import json
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from concertation.apps.sources.commands import raw_path
from concertation.apps.sources.raw import record
from concertation.site import empty_node, restore, sealing
from concertation.site.context import VERSION
from concertation.site.kept_rows import (
    KeptTable,
    PostgresqlStore,
    Progress,
    SqliteStore,
    Store,
    kept_tables,
    opened_postgresql,
    write_out,
)
from concertation.site.manifest import FORMAT, PREFIX, SEALED_SUFFIX, TABLES, Manifest, TableLine, backups_in, raw_file

BEING_MADE = ".concertation-being-made-"
ABANDONED_SECONDS = 3600
LAST = "last-backup.json"
MOMENT, NAMED = "%Y%m%dT%H%M%S%f", re.compile(rf"{PREFIX}(\d{{8}}T\d{{12}})Z")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that stands: where, how much, and that a scratch node restored from it held the same rows."""

    backup: str
    made_at: str
    rows: int
    tables: int
    raw_files: int
    raw_files_missing: int
    size_bytes: int
    sealed: bool
    equal_rows: bool
    seconds: float
    removed: list[str]


class Unproved(RuntimeError):
    """The backup was written but does not restore to the same rows; it was not kept."""


def no_progress(_: str, __: int) -> None:
    """Tells nobody."""


def make(folder: Path, *, passphrase: bytes | None, keep: int, progress: Progress = no_progress) -> Made:
    """Make a backup in a folder and prove it, then let the oldest beyond `keep` go. Raises Unproved or OSError; nothing half stays."""
    began, now = time.monotonic(), timezone.now()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    clear_abandoned(folder)
    work = Path(tempfile.mkdtemp(prefix=BEING_MADE, dir=settings.HOME if passphrase else folder))
    try:
        manifest = write(work, now, folder, progress)
        standing = stand_sealed(work, folder, now, passphrase) if passphrase else stand(work, folder, now)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    made = Made(
        backup=str(standing), made_at=now.isoformat(), rows=manifest.rows, tables=len(manifest.tables), raw_files=len(manifest.raw),
        raw_files_missing=len(manifest.raw_missing), size_bytes=size_of(standing), sealed=bool(passphrase), equal_rows=True,
        seconds=round(time.monotonic() - began, 2), removed=let_go(folder, keep),
    )  # fmt: skip
    record.add_to(folder / record.ERASED_LIST, record.lines_in(record.of_this_node()))
    (settings.HOME / LAST).write_text(json.dumps(asdict(made)), "utf-8")
    return made


def write(work: Path, now: datetime, folder: Path, progress: Progress) -> Manifest:
    """Write rows, raw files and manifest into a folder of work; gives back the manifest."""
    (work / TABLES).mkdir()
    with snapshot() as store:
        tables = kept_tables()
        lines = [TableLine(table, write_out(store, table, work / TABLES / f"{table.name}.gz", progress)) for table in tables]
        wanted = raw_hashes(store, tables)
    kept, missing = keep_raw_files(wanted, work, earlier=backups_in(folder))
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    manifest = Manifest(FORMAT, VERSION, now.isoformat(), connection.vendor, applied, lines, kept, missing)
    manifest.write(work)
    record.add_to(work / record.ERASED_LIST, record.lines_in(record.of_this_node()))
    for path in work.rglob("*"):
        restore.flush(path)
    return manifest


@contextmanager
def snapshot() -> Iterator[Store]:
    """The node's rows as they are at one moment, while others go on writing."""
    if connection.vendor == "postgresql":
        with opened_postgresql() as held:
            held.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield PostgresqlStore(held)
        return
    with tempfile.TemporaryDirectory(prefix="snapshot-", dir=settings.HOME) as folder, closing(sqlite3.connect(Path(folder) / "rows")) as copy:
        copy.execute("PRAGMA synchronous=OFF")
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=60)) as held:
            held.backup(copy)
        yield SqliteStore(copy)


def raw_hashes(store: Store, tables: list[KeptTable]) -> list[str]:
    """The hashes of the raw files whose bytes the rows say are kept: an erased one is not brought back from an earlier backup."""
    [table] = [each for each in tables if each.name == "sources_rawfile"]
    place, erased = table.names.index("sha256"), table.names.index("erased_at")
    return [row[place] for row in store.read(table) if row[erased] is None]


def keep_raw_files(wanted: list[str], work: Path, *, earlier: list[Path]) -> tuple[list[str], list[str]]:
    """Bring the raw files beside the rows, linked to an earlier backup's where the disk can; gives back those kept and those absent.

    One whose bytes were erased by an act of its data manager is not wanted; its row with the hash stays.
    """
    kept: list[str] = []
    missing: list[str] = []
    for sha256 in wanted:
        target = raw_file(work, sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        found = any(linked(raw_file(folder, sha256), target, sha256) for folder in reversed(earlier)) or copied(raw_path(sha256), target, sha256)
        (kept if found else missing).append(sha256)
    return kept, missing


def linked(source: Path, target: Path, sha256: str) -> bool:
    """Whether the bytes of an earlier backup could serve again, unharmed."""
    if not source.is_file() or not restore.holds(source, sha256):
        return False
    with suppress(OSError):
        target.hardlink_to(source)
    return target.is_file()


def copied(source: Path, target: Path, sha256: str) -> bool:
    """Whether the node's own bytes are there and are what their name says."""
    if not source.is_file():
        return False
    shutil.copyfile(source, target)
    if restore.holds(target, sha256):
        return True
    target.unlink()
    return False


def name_after(folder: Path, now: datetime) -> str:
    """The name of a backup made now: that of its moment, yet after every other of its folder, also those made under a clock that was ahead."""
    moments = [datetime.strptime(found[1], MOMENT).replace(tzinfo=UTC) for path in backups_in(folder) if (found := NAMED.match(path.name))]
    moment = max([now, *(each + timedelta(microseconds=1) for each in moments)])
    return f"{PREFIX}{moment:{MOMENT}}Z"


def stand(work: Path, folder: Path, now: datetime) -> Path:
    """Prove a written backup and let it stand under its name."""
    prove(work, None)
    target = folder / name_after(folder, now)
    work.rename(target)
    restore.flush(folder)
    return target


def stand_sealed(work: Path, folder: Path, now: datetime, passphrase: bytes) -> Path:
    """Seal a written backup into one file, prove that very file, and let it stand under its name."""
    target = folder / f"{name_after(folder, now)}{SEALED_SUFFIX}"
    waiting = folder / f"{BEING_MADE}{target.name}"
    try:
        sealing.seal_folder(work, waiting, passphrase)
        prove(waiting, passphrase)
        waiting.rename(target)
    finally:
        waiting.unlink(missing_ok=True)
    restore.flush(folder)
    return target


def prove(made: Path, passphrase: bytes | None) -> None:
    """Restore what was written into a scratch node, always SQLite, and compare the rows of every table."""
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=settings.HOME) as scratch, restore.unsealed(made, passphrase, Path(scratch)) as folder:
        try:
            outcome = restore.load_elsewhere(folder, home=Path(scratch) / "node", address="", beginnings=settings.HOME)
            if not outcome["equal_rows"] or outcome["journal_broken"]:
                raise Unproved
        except (restore.Unequal, Unproved):
            empty_node.forget(settings.HOME)
            raise


def let_go(folder: Path, keep: int) -> list[str]:
    """Remove the oldest backups beyond the number to keep; gives back their names."""
    old = backups_in(folder)[:-keep]
    for path in old:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return [path.name for path in old]


def clear_abandoned(folder: Path) -> None:
    """Remove what a backup that was killed left behind, here and in the node's folder."""
    now = time.time()
    for path in [*folder.glob(f"{BEING_MADE}*"), *(found for name in (BEING_MADE, "snapshot-", "scratch-") for found in settings.HOME.glob(f"{name}*"))]:
        if now - path.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


def size_of(path: Path) -> int:
    """Bytes of a backup, links counted as bytes."""
    return sum(part.stat().st_size for part in ([path] if path.is_file() else path.rglob("*")) if part.is_file())
