"""An empty SQLite database of this release, made by its migrations once and kept in the node's folder: the scratch node that proves a backup begins as a copy of it.

It is named after what every migration says, so another release makes its own and lets this one go. It is let go when a proof
fails: a harmed one spoils one proof at most. A backup is brought back into a node without it, through the migrations themselves, and
what they made on SQLite, still empty, is then kept for the next proof.
"""

import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

BEGINS = "empty-"


def path_in(folder: Path, loader: MigrationLoader) -> Path:
    """Where the empty database of this release is kept in a folder."""
    digest = hashlib.sha256()
    for key, migration in sorted(loader.disk_migrations.items()):
        source = sys.modules[migration.__module__].__file__
        digest.update("\0".join(key).encode() + (Path(source).read_bytes() if source else b""))
    return folder / f"{BEGINS}{digest.hexdigest()[:16]}.sqlite3"


def is_whole_release(migrations: Iterable[tuple[str, str]], loader: MigrationLoader) -> bool:
    """Whether tables that went through these migrations, all of them known, are those of this release."""
    return set(loader.graph.nodes) <= set(migrations)


def begin_with(kept: Path) -> None:
    """Let this process's database, which must be SQLite and not yet there, be a copy of the kept one."""
    target = Path(connection.settings_dict["NAME"])
    if kept.is_file() and not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(kept, target)


def keep(kept: Path) -> None:
    """Keep a copy of this process's database, made by the migrations and still empty, in place of any of another release; a full disk keeps none."""
    arriving = kept.with_name(f"arriving-{os.getpid()}-{kept.name}")
    with suppress(OSError, sqlite3.Error):
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as made, closing(sqlite3.connect(arriving)) as copy:
            made.backup(copy)
        with arriving.open("rb") as written:
            os.fsync(written.fileno())
        forget(kept.parent)
        arriving.replace(kept)
    with suppress(OSError):
        arriving.unlink(missing_ok=True)


def forget(folder: Path) -> None:
    """Let go of what is kept in a folder."""
    for kept in folder.glob(f"{BEGINS}*.sqlite3"):
        kept.unlink(missing_ok=True)
