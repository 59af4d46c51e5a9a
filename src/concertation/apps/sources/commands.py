"""Writing about sources: following an import through its steps, and the sources its rows point to."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from concertation.apps.ground.chain import canonical
from concertation.apps.ground.commands import journal
from concertation.apps.sources import workers
from concertation.apps.sources.doubts.commands import replace_doubts
from concertation.apps.sources.models import ImportProblem, ImportRun, RawFile, ReferenceSet, Source
from concertation.apps.sources.previews import CountedProblem, Preview
from concertation.apps.sources.raw.commands import ErasedBefore as ErasedBefore
from concertation.apps.sources.raw.commands import keep_for as keep_for
from concertation.apps.sources.raw.commands import keep_raw_file as keep_raw_file
from concertation.apps.sources.raw.commands import raw_path as raw_path
from concertation.apps.sources.reporting.queries import frozen_within
from concertation.core.sharing import Mandate, Sensitivity

QUEUED, STOPPED = "queued", "stopped"
OF_ACTIVITIES = frozenset({"presence-5w", "hapi-presence", "presence-form"})
WAITING_STEPS = (QUEUED, STOPPED)
WORKING = ("reading", "writing")
CORRECTABLE = ("previewed", "refused")
CANCELLABLE = ("received", "reading", "previewed", "writing")
SILENCE = timedelta(minutes=3)


def holder_of(state: str) -> str:
    """The holder of what a State's own data manager brings in: the State's administration."""
    return f"{state.lower()}-government"


@transaction.atomic
def open_run(file: RawFile, *, state: str, kind: str, holder: str, share_as: str, by: Mandate) -> ImportRun:
    """Start following the import of a file for one State. Whoever may see its rows, the import itself stays with the State."""
    closed = Sensitivity.STRICT if share_as == Sensitivity.STRICT else Sensitivity.CONFIDENTIAL
    run = ImportRun.objects.create(
        file=file, owner_state=state, kind=kind, holder=holder, share_as=share_as, sensitivity=closed.value, by=by.person,
    )
    keep_for(file, state=state, by=by)
    journal("sources.file-received", by, state=state, run=run.pk, sha256=file.sha256, size=file.size)
    return run


def _now(run: ImportRun) -> ImportRun:
    """The run as it stands now, held until the transaction ends."""
    held: ImportRun = ImportRun.objects.select_for_update().get(pk=run.pk)
    return held


def _keep(run: ImportRun, **changed: object) -> None:
    """Write these fields alone, so that what others wrote meanwhile (a wish to cancel) stays."""
    for name, value in changed.items():
        setattr(run, name, value)
    run.save(update_fields=list(changed))


def is_silent(run: ImportRun, now: datetime) -> bool:
    """Whether the work on a run died here, or gave no sign of life for so long that it must have died, or was never taken up."""
    return workers.died_at_work(run.pk) or abs(now - (run.beat_at or run.created_at)) > SILENCE


@transaction.atomic
def take_up(run: ImportRun, *, waiting: str, working: str) -> bool:
    """Claim a run for one worker: it waits for this work, or the worker that had it fell silent. False: somebody has it."""
    held, now = _now(run), timezone.now()
    free = held.status == waiting and (waiting != working or held.step in WAITING_STEPS)
    if not free and not (held.status == working and is_silent(held, now)):
        return False
    _keep(held, status=working, step="reading", beat_at=now, done=0, total=0)
    workers.start_work(run.pk)
    run.refresh_from_db()
    return True


@transaction.atomic
def resume(run: ImportRun, *, by: Mandate) -> bool:
    """Let the work on a run start again where it stopped; False when somebody is at it."""
    held = _now(run)
    idle = held.status in ("received", *WORKING) and (held.step in WAITING_STEPS or is_silent(held, timezone.now()))
    if not idle:
        return False
    status, step = ("writing", QUEUED) if held.status == "writing" else ("received", "")
    _keep(held, status=status, step=step, beat_at=timezone.now())
    journal("sources.import-resumed", by, state=held.owner_state, run=held.pk)
    run.refresh_from_db()
    return True


def let_go(run: ImportRun) -> None:
    """The work on a run ends; one that ends midway says so, and can be taken up again or cancelled."""
    ImportRun.objects.filter(pk=run.pk, status__in=WORKING).exclude(step=QUEUED).update(step=STOPPED)
    workers.end_work(run.pk)


@transaction.atomic
def record_preview(run: ImportRun, preview: Preview, *, status: str, picture: Mapping[str, object]) -> None:
    """Keep what was understood of a file: counts, problems, doubts and its first lines; nothing of its rows is stored yet.

    One that was cancelled meanwhile is dropped, unless rows of it stand already: the writing then stops and takes them back.
    """
    held = _now(run)
    status = "cancelled" if held.cancel_asked and status == "previewed" else status
    asked = json.loads(bytes(held.mapping) or b"{}").get("asked", {})
    _keep(
        held, kind=preview.kind, status=status, step="", period_start=preview.period_start, period_end=preview.period_end,
        summary=canonical({**preview.summary(), "picture": picture}), mapping=canonical({"columns": preview.columns, "asked": asked}),
    )
    _replace_problems(held, preview.problems)
    replace_doubts(held, preview.doubts)
    run.refresh_from_db()


def _replace_problems(run: ImportRun, problems: Iterable[CountedProblem]) -> None:
    run.problems.all().delete()
    ImportProblem.objects.bulk_create([_problem(run, counted) for counted in problems], batch_size=500)


def _problem(run: ImportRun, counted: CountedProblem) -> ImportProblem:
    problem = counted.problem
    return ImportProblem(
        run=run, code=problem.code, value=problem.value[:300], detail=dict(problem.detail), count=counted.count,
        sheet=(problem.cell.sheet or "")[:120], row=problem.cell.row, column=(problem.cell.column or "")[:120],
    )


@transaction.atomic
def read_again(
    run: ImportRun, *, by: Mandate, columns: Mapping[str, str] | None = None, kind: str | None = None,
    period: tuple[date | None, date | None] | None = None, share_as: str | None = None,
) -> bool:
    """A person says what the columns mean, what kind of file it is, which period it reports on or who may see it: it is understood anew.

    False when the run no longer waits for a person: a stored or cancelled import stays as it is.
    """
    held = _now(run)
    if held.status not in CORRECTABLE:
        return False
    mapping = json.loads(bytes(held.mapping) or b"{}")
    asked = {**mapping.get("asked", {}), **(columns or {})}
    start, end = period or (held.period_start, held.period_end)
    _keep(
        held, mapping=canonical({**mapping, "asked": asked}), kind=held.kind if kind is None else kind, period_start=start, period_end=end,
        status="received", step="", beat_at=timezone.now(), cancel_asked=False, share_as=share_as or held.share_as,
    )
    journal("sources.import-corrected", by, state=run.owner_state, run=run.pk, columns=dict(columns or {}), kind=held.kind, period=f"{start or ''}/{end or ''}")
    run.refresh_from_db()
    return True


@transaction.atomic
def state_period(run: ImportRun, *, start: date | None, end: date | None) -> None:
    """The sender says which period the file reports on, as it is received."""
    _keep(run, period_start=start, period_end=end)


@transaction.atomic
def refuse_run(run: ImportRun, problems: Iterable[CountedProblem], *, by: Mandate, picture: Mapping[str, object]) -> None:
    """The file cannot be read or is of no kind we know: the problems say why, and the raw file stays."""
    held = _now(run)
    _keep(held, status="refused", step="", summary=canonical({"picture": picture}), mapping=canonical({}))
    _replace_problems(held, problems)
    run.refresh_from_db()
    journal("sources.import-refused", by, state=run.owner_state, run=run.pk)


def mark_progress(run: ImportRun, *, step: str, done: int, total: int) -> bool:
    """Say how far an import is, and that this process is at it; gives back whether somebody asked to cancel it."""
    workers.start_work(run.pk)
    ImportRun.objects.filter(pk=run.pk).update(step=step, done=done, total=total, beat_at=timezone.now())
    return ImportRun.objects.filter(pk=run.pk, cancel_asked=True).exists()


@transaction.atomic
def accept_preview(run: ImportRun, *, by: Mandate, replaces: ImportRun | None = None) -> bool:
    """A person accepts a preview; False when it was no longer waiting, so that a second click changes nothing.

    False too when the same bytes already count for the State, or are about to. `replaces` names the import it corrects: its
    rows count until this one's are all stored, and from that moment no longer.
    """
    held = _now(run)
    if held.status != "previewed" or _twins(held).exists() or (replaces is not None and not may_replace(replaces)):
        return False
    _keep(held, status="writing", step=QUEUED, cancel_asked=False, done=0, beat_at=timezone.now(), replaces=replaces)
    journal("sources.import-accepted", by, state=run.owner_state, run=run.pk, replaces=replaces.pk if replaces else "")
    run.refresh_from_db()
    return True


@transaction.atomic
def finish_run(run: ImportRun, *, source: Source, by: Mandate) -> None:
    """Every row is stored: from this moment the import counts."""
    held = _now(run)
    if held.status == "stored":
        return
    _keep(held, status="stored", step="", source=source, stored_at=timezone.now())
    _supersede(held.replaces)
    period = f"{held.period_start or ''}/{held.period_end or ''}"
    journal(
        "sources.import-stored", by, state=held.owner_state, period=period, run=held.pk, kind=held.kind,
        sha256=held.file_id, rows=held.done, replaces=held.replaces_id or "",
    )
    run.refresh_from_db()


@transaction.atomic
def ask_to_cancel(run: ImportRun, *, by: Mandate) -> bool:
    """Ask an import to stop. One that nobody works on is dropped at once; True when a worker has to take back what it stored."""
    held = _now(run)
    if held.status not in CANCELLABLE:
        return False
    idle = held.status != "writing" and (held.status != "reading" or held.step == STOPPED or is_silent(held, timezone.now()))
    if idle:
        _keep(held, cancel_asked=True, status="cancelled", step="")
    else:
        _keep(held, cancel_asked=True)
    journal("sources.import-cancel-asked", by, state=held.owner_state, run=held.pk)
    run.refresh_from_db()
    return run.status == "writing"


@transaction.atomic
def mark_cancelled(run: ImportRun) -> None:
    """The import stopped and took back what it had stored."""
    _keep(_now(run), status="cancelled", step="", done=0)
    run.refresh_from_db()


@transaction.atomic
def withdraw_run(run: ImportRun, *, reason: str, by: Mandate) -> bool:
    """Either master withdraws a stored import: its rows stay and no longer count. The reason is one of a list, never free words."""
    held = _now(run)
    if held.status != "stored":
        return False
    _keep(held, status="withdrawn", cancel_asked=False)
    brought_back = _bring_back(held.replaces)
    period = f"{held.period_start or ''}/{held.period_end or ''}"
    journal("sources.import-withdrawn", by, state=held.owner_state, period=period, run=held.pk, kind=held.kind, reason=reason, rows=held.done, brought_back=brought_back)
    run.refresh_from_db()
    return True


def _twins(run: ImportRun) -> QuerySet[ImportRun]:
    """Other imports of the same bytes that count for the State, or are about to."""
    return ImportRun.objects.filter(file=run.file_id, owner_state=run.owner_state, status__in=("writing", "stored")).exclude(pk=run.pk)


def _rivals(run: ImportRun) -> QuerySet[ImportRun]:
    """Imports that stand in the place of one, or are about to."""
    return ImportRun.objects.filter(replaces=run, status__in=("writing", "stored"))


def may_replace(earlier: ImportRun) -> bool:
    """Whether an import counts still and no other is taking its place: only then may a correction."""
    return _now(earlier).status == "stored" and not _rivals(earlier).exists() and not _in_frozen_period(earlier)


def _in_frozen_period(run: ImportRun) -> bool:
    """Whether an import of activities reports on days whose period takes nothing any more."""
    if run.kind not in OF_ACTIVITIES or run.period_start is None or run.period_end is None:
        return False
    return frozen_within(run.owner_state, [""], run.period_start, run.period_end) is not None


def _supersede(replaced: ImportRun | None) -> None:
    """The import that another corrects no longer counts."""
    if replaced is not None and (held := _now(replaced)).status == "stored":
        _keep(held, status="superseded")


def _bring_back(replaced: ImportRun | None) -> str:
    """The import that a withdrawn one had replaced counts again; gives back its id, empty when there is none or it may not.

    It may not where its bytes came in again meanwhile, or where its period is frozen: a withdrawal is anyone's right, a return is not.
    """
    if replaced is None or (held := _now(replaced)).status != "superseded" or _twins(held).exists() or _in_frozen_period(held):
        return ""
    _keep(held, status="stored")
    return str(held.pk)


@transaction.atomic
def restore_run(run: ImportRun, *, by: Mandate) -> bool:
    """A withdrawn import counts again; False when the same file was brought in anew meanwhile."""
    held = _now(run)
    if held.status != "withdrawn" or _twins(held).exists() or _rivals(held).exists() or _in_frozen_period(held):
        return False
    if held.replaces is not None and (_rivals(held.replaces).exists() or held.replaces.status == "superseded"):
        return False
    _keep(held, status="stored")
    _supersede(held.replaces)
    period = f"{held.period_start or ''}/{held.period_end or ''}"
    journal("sources.import-restored", by, state=held.owner_state, period=period, run=held.pk, kind=held.kind, rows=held.done)
    run.refresh_from_db()
    return True


@transaction.atomic
def close_run_further(run: ImportRun, *, level: Sensitivity, rows: int, by: Mandate) -> None:
    """Note that the rows of an import are shared with fewer readers from now on; strictly confidential rows close the run itself too."""
    held = _now(run)
    _keep(held, share_as=level.value)
    if level is Sensitivity.STRICT:
        _keep(held, sensitivity=level.value)
        held.doubts.update(sensitivity=level.value)
    journal("sources.import-closed-further", by, state=held.owner_state, run=held.pk, kind=held.kind, level=level.value, rows=rows)
    run.refresh_from_db()


def state_source(*, id: str, title: str, publisher: str, published_on: date | None, licence: str = "") -> Source:
    """The source an import's rows point to; made at the first import of the file."""
    source, _ = Source.objects.get_or_create(
        id=id, defaults={"title": title, "publisher": publisher, "published_on": published_on, "licence": licence},
    )
    return source


def load_sources(table: pl.DataFrame) -> None:
    """Insert the sources of the reference set (table `sources`), or bring them up to date."""
    Source.objects.bulk_create(
        [_source(line) for line in table.to_dicts()], batch_size=500, update_conflicts=True, unique_fields=["id"],
        update_fields=["title", "publisher", "url", "published_on", "licence", "note"],
    )


def _source(line: Mapping[str, Any]) -> Source:
    texts = {name: line[name] or "" for name in ("title", "publisher", "url", "licence", "note")}
    return Source(id=line["source"], published_on=line["published_on"], **texts)


def note_reference_set(digest: str) -> None:
    """Remember which state of the reference tables is loaded."""
    ReferenceSet.objects.exclude(digest=digest).delete()
    ReferenceSet.objects.update_or_create(digest=digest)
