"""What `./run doctor` looks at: the disk and the folder, the clock, backups, files received, then the database and the work.

A thing that cannot be looked at, because the database does not answer or lacks its tables, is a finding of its own.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from concertation.apps.ground.queries import last_moment
from concertation.apps.sources.commands import raw_path
from concertation.apps.sources.queries import first_received, received_files
from concertation.site import backup, health_database, health_work
from concertation.site.clock import is_believed, remembered
from concertation.site.findings import ADVICE, WELL, WRONG, Finding, told

LEAST_FREE_BYTES = 500_000_000
READ_AT_MOST = 2_000_000_000
CLOCK_MAY_DIFFER = timedelta(minutes=5)
BACKUP_EVERY = timedelta(days=8)
MINUTE = "%Y-%m-%d %H:%M"
CHUNK = 1 << 20


def findings() -> Iterator[Finding]:
    """Every finding, in the order a person mends them."""
    for code, check in CHECKS.items():
        yield examined(code, check)


def examined(code: str, check: Callable[[], Finding]) -> Finding:
    """What a check finds; when the database does not let it look, that."""
    try:
        return check()
    except (DatabaseError, InterfaceError) as reason:
        return told(code, WRONG, words_of="database-unread", reason=first_line(reason))


def first_line(reason: BaseException) -> str:
    """The reason as the system says it, on one line."""
    return str(reason).strip().partition("\n")[0]


def disk() -> Finding:
    """Room for imports and backups."""
    free = shutil.disk_usage(settings.HOME).free
    return told("disk", WELL if free > LEAST_FREE_BYTES else WRONG, free=f"{free / 1e9:.1f}", needed=f"{LEAST_FREE_BYTES / 1e9:.1f}")


def folder() -> Finding:
    """Nobody else on the machine reads the node's folder."""
    private = not settings.HOME.stat().st_mode & 0o077
    return told("folder", WELL if private else WRONG, home=settings.HOME)


def folder_writable() -> Finding:
    """The node keeps files and its database there."""
    try:
        with tempfile.TemporaryFile(dir=settings.HOME) as trial:
            trial.write(b"\0" * 4096)
            trial.flush()
    except OSError as reason:
        return told("folder-writable", WRONG, home=settings.HOME, reason=os.strerror(reason.errno or errno.EIO))
    return told("folder-writable", WELL)


def clock() -> Finding:
    """Time has not gone back behind what this node wrote: dates of figures and mandates depend on it."""
    now, made = timezone.now(), last_backup_made()
    for what_fr, what_en, seen in (("le journal", "the journal", last_moment()), ("la dernière sauvegarde", "the last backup", made)):
        if seen is not None and seen > now + CLOCK_MAY_DIFFER:
            return told("clock", WRONG, now=f"{now:{MINUTE}}", seen=f"{seen:{MINUTE}}", what_fr=what_fr, what_en=what_en)
    before = remembered()
    if before is not None and not is_believed():
        return told("clock", WRONG, words_of="clock-in-doubt", now=f"{now:{MINUTE}}", seen=f"{before.seen:{MINUTE}}")
    return told("clock", WELL)


def last_backup_made() -> datetime | None:
    """When the last backup was made, as the node keeps it; None before the first, or when that is unreadable."""
    try:
        return datetime.fromisoformat(json.loads((settings.HOME / backup.LAST).read_text("utf-8"))["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_backup() -> Finding:
    """A backup is recent; a node that has kept something for a while has one."""
    made = last_backup_made()
    since = made or first_received()
    if since is not None and timezone.now() - since > BACKUP_EVERY:
        return told("backup", WRONG, made=f"{since:{MINUTE}}")
    return told("backup", WELL if made else ADVICE, made=f"{made:{MINUTE}}" if made else "")


def raw_files() -> Finding:
    """Every file received is there with the bytes it came with; beyond a bound, the newest are read and the others measured."""
    missing: list[str] = []
    altered: list[str] = []
    left, files = READ_AT_MOST, 0
    for sha256, size in received_files():
        files, path = files + 1, raw_path(sha256)
        if not path.is_file():
            missing.append(sha256)
            continue
        left -= size
        if path.stat().st_size != size or (left > 0 and digest_of(path) != sha256):
            altered.append(sha256)
    first = next(iter([*missing, *altered]), "")[:12]
    state = WRONG if first else WELL
    return told("raw-files", state, files=files, missing=len(missing), altered=len(altered), first=first)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


CHECKS: dict[str, Callable[[], Finding]] = {
    "disk": disk, "folder": folder, "folder-writable": folder_writable, "engine": health_database.engine, "network-share": health_database.network_share,
    "database-writable": health_database.writable, "migrations": health_database.migrations, "journal-triggers": health_database.journal_triggers,
    "journal": health_database.journal_chains, "clock": clock, "backup": last_backup, "raw-files": raw_files, "worker": health_work.worker,
    "work-waiting": health_work.waiting, "search-index": health_database.index_of_words,
}  # fmt: skip
