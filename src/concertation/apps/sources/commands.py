"""Writing about sources: keeping a raw file, following an import through its steps, settling a doubt, saving a mapping."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from concertation.apps.ground.chain import canonical
from concertation.apps.ground.commands import journal
from concertation.apps.sources.models import (
    Doubt,
    ImportProblem,
    ImportRun,
    RawFile,
    ReferenceSet,
    SavedMapping,
    Source,
)
from concertation.apps.sources.previews import CountedProblem, DoubtToSettle, Preview
from concertation.core.sharing import Mandate

CHUNK = 1 << 20


def raw_path(sha256: str) -> Path:
    """Where the bytes of a raw file stand in the node's folder."""
    return Path(settings.RAW_FOLDER) / sha256[:2] / sha256


def holder_of(state: str) -> str:
    """The holder of what a State's own data manager brings in: the State's administration."""
    return f"{state.lower()}-government"


def keep_raw_file(stream: BinaryIO, *, name: str) -> RawFile:
    """Keep the bytes of a file once under their SHA-256; the same bytes again give the same file."""
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
    target = raw_path(digest.hexdigest())
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving.replace(target)
    file, _ = RawFile.objects.get_or_create(sha256=digest.hexdigest(), defaults={"name": name[-255:], "size": size})
    return file


@transaction.atomic
def open_run(file: RawFile, *, state: str, kind: str, holder: str, share_as: str, by: Mandate) -> ImportRun:
    """Start following the import of a file for one State."""
    run = ImportRun.objects.create(
        file=file, owner_state=state, kind=kind, holder=holder, share_as=share_as, by=by.person,
    )
    journal("sources.file-received", by, state=state, run=run.pk, sha256=file.sha256, size=file.size)
    return run


@transaction.atomic
def record_preview(run: ImportRun, preview: Preview) -> None:
    """Keep what was understood of a file: counts, problems and doubts; nothing of its rows is stored yet."""
    run.kind, run.status, run.step = preview.kind, "previewed", ""
    run.period_start, run.period_end = preview.period_start, preview.period_end
    asked = json.loads(bytes(run.mapping) or b"{}").get("asked", {})
    run.summary, run.mapping = canonical(preview.summary()), canonical({"columns": preview.columns, "asked": asked})
    run.save()
    run.problems.all().delete()
    ImportProblem.objects.bulk_create([_problem(run, counted) for counted in preview.problems], batch_size=500)
    run.doubts.filter(answered_at__isnull=True).delete()
    answered = set(run.doubts.values_list("kind", "key"))
    fresh = [_doubt(run, doubt) for doubt in preview.doubts if (doubt.kind, doubt.key) not in answered]
    Doubt.objects.bulk_create(fresh, batch_size=500)


def _problem(run: ImportRun, counted: CountedProblem) -> ImportProblem:
    problem = counted.problem
    return ImportProblem(
        run=run, code=problem.code, value=problem.value[:300], detail=dict(problem.detail), count=counted.count,
        sheet=(problem.cell.sheet or "")[:120], row=problem.cell.row, column=problem.cell.column or "",
    )


def _doubt(run: ImportRun, doubt: DoubtToSettle) -> Doubt:
    return Doubt(
        run=run, owner_state=run.owner_state, holder=run.holder, sensitivity=run.share_as, kind=doubt.kind,
        key=doubt.key[:400], written=dict(doubt.written), candidates=[dict(c) for c in doubt.candidates],
        count=doubt.count, row=doubt.row,
    )


@transaction.atomic
def correct_columns(run: ImportRun, columns: Mapping[str, str], *, by: Mandate) -> None:
    """A person says what the columns of this file mean; the file is understood anew from that."""
    kept = json.loads(bytes(run.mapping) or b"{}")
    run.mapping = canonical({**kept, "asked": dict(columns)})
    run.status = "received"
    run.save()
    journal("sources.columns-corrected", by, state=run.owner_state, run=run.pk, columns=dict(columns))


@transaction.atomic
def state_period(run: ImportRun, *, start: date | None, end: date | None) -> None:
    """A person says which period the file reports on."""
    run.period_start, run.period_end = start, end
    run.save()


@transaction.atomic
def refuse_run(run: ImportRun, problems: Iterable[CountedProblem], *, by: Mandate) -> None:
    """The file cannot be read or is of no kind we know: the problems say why, and the raw file stays."""
    run.status, run.step = "refused", ""
    run.save()
    run.problems.all().delete()
    ImportProblem.objects.bulk_create([_problem(run, counted) for counted in problems], batch_size=500)
    journal("sources.import-refused", by, state=run.owner_state, run=run.pk)


def mark_progress(run: ImportRun, *, step: str, done: int, total: int) -> bool:
    """Say how far an import is; gives back whether somebody asked to cancel it."""
    ImportRun.objects.filter(pk=run.pk).update(step=step, done=done, total=total)
    return ImportRun.objects.filter(pk=run.pk, cancel_asked=True).exists()


@transaction.atomic
def start_writing(run: ImportRun) -> None:
    """The preview was accepted: rows are being stored, and none counts until the last is."""
    run.status, run.cancel_asked, run.done = "writing", False, 0
    run.save()


@transaction.atomic
def finish_run(run: ImportRun, *, source: Source, by: Mandate) -> None:
    """Every row is stored: from this moment the import counts."""
    run.status, run.step, run.source, run.stored_at = "stored", "", source, timezone.now()
    run.save()
    period = f"{run.period_start or ''}/{run.period_end or ''}"
    journal(
        "sources.import-stored", by, state=run.owner_state, period=period, run=run.pk, kind=run.kind,
        sha256=run.file_id, rows=run.done,
    )


@transaction.atomic
def ask_to_cancel(run: ImportRun, *, by: Mandate) -> None:
    """Ask an import to stop; a preview is dropped at once, a writing one stops at its next slice."""
    run.cancel_asked = True
    if run.status in ("received", "previewed"):
        run.status = "cancelled"
    run.save()
    journal("sources.import-cancel-asked", by, state=run.owner_state, run=run.pk)


@transaction.atomic
def mark_cancelled(run: ImportRun) -> None:
    """The import stopped and took back what it had stored."""
    run.status, run.step, run.done = "cancelled", "", 0
    run.save()


@transaction.atomic
def settle(doubt: Doubt, *, answer: str, by: Mandate) -> None:
    """Note a person's answer to a doubt; it is applied by the app whose kind of doubt it is."""
    doubt.answer, doubt.answered_by, doubt.answered_at = answer, by.person, timezone.now()
    doubt.version += 1
    doubt.save()
    journal("sources.doubt-settled", by, state=doubt.owner_state, doubt=doubt.pk, kind=doubt.kind, answer=answer)


@transaction.atomic
def save_mapping(*, state: str, kind: str, signature: str, columns: Mapping[str, str], by: Mandate) -> SavedMapping:
    """Keep which column means what, for the next file with the same headings."""
    saved, _ = SavedMapping.objects.update_or_create(
        state=state, kind=kind, signature=signature, defaults={"columns": dict(columns), "author": by.person},
    )
    journal("sources.mapping-saved", by, state=state, kind=kind, signature=signature)
    return saved


def state_source(*, id: str, title: str, publisher: str, published_on: date | None, licence: str = "") -> Source:
    """The source an import's rows point to; made at the first import of the file."""
    source, _ = Source.objects.get_or_create(
        id=id, defaults={"title": title, "publisher": publisher, "published_on": published_on, "licence": licence},
    )
    return source


def load_sources(sources: Iterable[Source]) -> None:
    """Insert the sources of the reference set, or bring them up to date."""
    Source.objects.bulk_create(
        sources, batch_size=500, update_conflicts=True, unique_fields=["id"],
        update_fields=["title", "publisher", "url", "published_on", "licence", "note"],
    )


def note_reference_set(digest: str) -> None:
    """Remember which state of the reference tables is loaded."""
    ReferenceSet.objects.exclude(digest=digest).delete()
    ReferenceSet.objects.update_or_create(digest=digest)
