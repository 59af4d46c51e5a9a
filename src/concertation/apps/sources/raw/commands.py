"""Keeping the bytes of a received file for a State, erasing them, and for how long they are kept. Hash, rows and journal stay.

Bytes that several States brought in go with the last of them; the name, which may say too much, goes with the first.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from concertation.apps.ground.chain import canonical
from concertation.apps.ground.commands import journal
from concertation.apps.places.commands import rename_boundary_source
from concertation.apps.sources.models import (
    ImportProblem,
    ImportRun,
    RawFile,
    RawKeeping,
    RawRetention,
    SavedMapping,
    Source,
)
from concertation.apps.sources.queries import mapping_of, summary_of
from concertation.apps.sources.raw import record
from concertation.apps.sources.raw.queries import due, kept_elsewhere, retentions, unfinished
from concertation.apps.sources.raw.record import KEPT_AGAIN, PERSONAL, RETENTION
from concertation.core.sharing import Mandate, Role
from concertation.formats.signature import KIND_BY_EXTENSION

OF_A_FILE = "file-"
CHUNK = 1 << 20


def raw_path(sha256: str) -> Path:
    """Where the bytes of a raw file stand in the node's folder."""
    return Path(settings.RAW_FOLDER) / sha256[:2] / sha256


class ErasedBefore(Exception):
    """These bytes were erased by the State they are brought in for; they were not kept again."""

    def __init__(self, keeping: RawKeeping) -> None:
        super().__init__(keeping.file_id)
        self.keeping = keeping


def keep_raw_file(stream: BinaryIO, *, name: str, state: str = "", again: bool = False) -> RawFile:
    """Keep the bytes of a file once under their SHA-256; the same bytes again give the same file.

    Raises ErasedBefore when `state` had these bytes erased, unless they are to be kept `again` by a person's choice.
    """
    folder = Path(settings.RAW_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving = folder / f"arriving-{os.getpid()}-{timezone.now().timestamp()}"
    digest, size = hashlib.sha256(), 0
    with arriving.open("wb") as kept:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            kept.write(chunk)
        kept.flush()
        os.fsync(kept.fileno())
    erased = RawKeeping.objects.filter(file=digest.hexdigest(), state=state, erased_at__isnull=False).first()
    if erased is not None and not again:
        arriving.unlink()
        raise ErasedBefore(erased)
    return _put_in_place(arriving, RawFile(sha256=digest.hexdigest(), name=name[-255:], size=size), renamed=erased is not None)


@transaction.atomic
def _put_in_place(arriving: Path, received: RawFile, *, renamed: bool) -> RawFile:
    """Let arrived bytes stand under their hash, held against an erasure at the same moment; one kept again bears its new name."""
    file, is_new = RawFile.objects.get_or_create(sha256=received.sha256, defaults={"name": received.name, "size": received.size})
    held = RawFile.objects.select_for_update().get(pk=file.pk)
    target = raw_path(held.sha256)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving.replace(target)
    if not is_new and (held.erased_at is not None or renamed):
        held.erased_at, held.name = None, received.name if renamed else held.name
        held.save()
    return held


@transaction.atomic
def keep_for(file: RawFile, *, state: str, by: Mandate) -> None:
    """Note that a State keeps the bytes of a file; kept again after an erasure, its days are counted anew and the journal says so."""
    keeping, is_new = RawKeeping.objects.get_or_create(file=file, state=state, defaults={"received_at": timezone.now()})
    if is_new or keeping.erased_at is None:
        return
    keeping.received_at, keeping.erased_at, keeping.reason, keeping.erased_by = timezone.now(), None, "", ""
    keeping.save()
    journal("sources.raw-kept-again", by, state=state, sha256=file.sha256)
    record.note(file.sha256, state, KEPT_AGAIN)


class StillAtWork(Exception):
    """An import of the file is not finished: it still needs the bytes."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What one round of the day did: files erased, those that wait for an import to end, bytes freed."""

    erased: int
    waiting: int
    bytes_freed: int


def erase(keeping: RawKeeping, *, reason: str, by: Mandate) -> bool:
    """Erase the bytes of a file for a State; False when they were erased already. Raises StillAtWork. It cannot be undone."""
    if not _note_erased(keeping, reason=reason, by=by):
        return False
    record.note(keeping.file_id, keeping.state, reason)
    drop_bytes(keeping.file_id)
    return True


def erase_again() -> int:
    """Erase what was erased since the backup was made that this node was restored from; how many files."""
    last = {(line["sha256"], line["state"]): line["reason"] for line in record.in_order(record.lines_in(record.of_this_node()))}
    erased = 0
    for (sha256, state), reason in last.items():
        kept = RawKeeping.objects.filter(file=sha256, state=state, erased_at__isnull=True).first()
        if reason and kept is not None and not unfinished(sha256, state):
            erased += _note_erased(kept, reason=reason, by=Mandate("node", Role.DATA_MANAGER, state=state))
            drop_bytes(sha256)
    return erased


@transaction.atomic
def _note_erased(keeping: RawKeeping, *, reason: str, by: Mandate) -> bool:
    file = RawFile.objects.select_for_update().get(pk=keeping.file_id)
    held = RawKeeping.objects.select_for_update().get(pk=keeping.pk)
    if held.erased_at is not None:
        return False
    if unfinished(file.pk, held.state):
        raise StillAtWork
    now = timezone.now()
    held.erased_at, held.reason, held.erased_by = now, reason, by.person
    held.save()
    others = kept_elsewhere(file.pk, held.state)
    mask_name(file)
    file.erased_at = None if others else now
    file.save()
    if reason == PERSONAL:
        forget_pictures(file, held.state)
    journal("sources.raw-erased", by, state=held.state, sha256=file.sha256, size=file.size, reason=reason, kept_elsewhere=others)
    keeping.refresh_from_db()
    return True


@transaction.atomic
def drop_bytes(sha256: str) -> bool:
    """Delete the bytes of a file that no State keeps any more, held against their coming in again at the same moment."""
    gone = RawFile.objects.select_for_update().filter(pk=sha256, erased_at__isnull=False).exists()
    if gone:
        raw_path(sha256).unlink(missing_ok=True)
    return gone


def masked_name(sha256: str, name: str) -> str:
    """The name an erased file bears: the beginning of its hash, and its extension where it is one of the known ones.

    >>> masked_name("0123456789abcdef", "Liste des malades de Synthetic.XLSX"), masked_name("0123456789abcdef", "a.synthetic")
    ('0123456789ab.xlsx', '0123456789ab')
    """
    extension = Path(name).suffix.lower()
    return f"{sha256[:12]}{extension if extension in KIND_BY_EXTENSION else ''}"


def mask_name(file: RawFile) -> None:
    """Mask the name of a file wherever it was taken over: sources made of it, notes on its imports, columns and boundaries named after it."""
    old, new = file.name, masked_name(file.sha256, file.name)
    if old == new:
        return
    file.name = new
    runs = ImportRun.objects.filter(file=file)
    Source.objects.filter(pk__in=runs.values("source_id"), pk__startswith=OF_A_FILE, title=old).update(title=new)
    ImportProblem.objects.filter(run__in=runs, value=old[:300]).update(value=new)
    SavedMapping.objects.filter(state__in=runs.values("owner_state"), name=old[:120]).update(name=new)
    rename_boundary_source(old[:200], new)


def forget_pictures(file: RawFile, state: str) -> None:
    """Take the picture of the sheet, its first lines and the examples of its columns out of a State's imports of a file."""
    for run in ImportRun.objects.select_for_update().filter(file=file, owner_state=state):
        summary = {name: part for name, part in summary_of(run).items() if name not in ("picture", "samples")}
        run.summary = canonical(summary)
        run.mapping = canonical(without_examples(run))
        run.save(update_fields=["summary", "mapping"])


def without_examples(run: ImportRun) -> dict[str, object]:
    """What the columns of an import mean, without a cell of the file."""
    mapping = mapping_of(run)
    columns = mapping.get("columns")
    return {**mapping, "columns": [{**column, "example": ""} for column in columns] if isinstance(columns, list) else []}


@transaction.atomic
def set_retention(state: str, months: int | None, *, by: Mandate) -> None:
    """Say for how many months a State keeps the bytes of files; None: without end."""
    RawRetention.objects.update_or_create(state=state, defaults={"months": months, "set_by": by.person})
    journal("sources.raw-retention-set", by, state=state, months=months if months is not None else "")


def expire(today: date) -> Expired:
    """Erase what every State has kept for as long as it chose; a second call the same day changes nothing. Leftover bytes go too."""
    erased = waiting = freed = 0
    for retention in retentions():
        by = Mandate("node", Role.DATA_MANAGER, state=retention.state)
        for keeping in due(retention, today):
            try:
                erased += erase(keeping, reason=RETENTION, by=by)
            except StillAtWork:
                waiting += 1
                continue
            freed += keeping.file.size if not raw_path(keeping.file_id).exists() else 0
    for sha256 in RawFile.objects.filter(erased_at__isnull=False).values_list("sha256", flat=True):
        if raw_path(sha256).exists():
            drop_bytes(sha256)
    return Expired(erased, waiting, freed)
