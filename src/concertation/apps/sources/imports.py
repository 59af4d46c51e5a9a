"""Bringing a file in: read it in a bounded child, let the importer of its kind understand it, show it, then store it.

An importer belongs to the app whose rows it writes and registers itself here, so that no import goes upwards.
Parsing and matching happen outside any transaction; rows are stored in short slices and count only once all are there.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Protocol
from uuid import UUID

import polars as pl

from concertation.apps.sources import commands, queries
from concertation.apps.sources.models import ImportRun, RawFile
from concertation.apps.sources.previews import Comparable, CountedProblem, Preview, Received
from concertation.apps.sources.reporting.commands import PeriodRefused
from concertation.apps.sources.sheet_pictures import sheet_picture
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.supersede import difference
from concertation.formats.opening import Opened, open_file
from concertation.formats.problem_texts import in_words

SLICE_ROWS = 1000
MOST_CORRECTED = 3
KEEPS_A_FILE_OUT = frozenset({"required-column-missing", "file-of-another-state", "period-frozen"})
Progress = Callable[[str, int, int], bool]


class Importer(Protocol):
    """What the app of a kind of file has to offer."""

    kinds: frozenset[str]

    def preview(self, received: Received, opened: Opened) -> Preview:
        """Say what is understood of the file; stores nothing."""

    def store_slice(self, run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> None:
        """Store some of the preview's rows in one short transaction; rows stored before stay as they are."""

    def finish(self, run: ImportRun, preview: Preview, *, by: Mandate) -> None:
        """All rows are stored: name the source, let the import count, refresh what rests on it."""

    def take_back(self, run: ImportRun, *, by: Mandate) -> None:
        """Remove what a cancelled import had stored."""

    def compared(self, earlier: ImportRun, preview: Preview) -> Comparable | None:
        """The rows of a stored import beside the preview's; None where the kind replaces nothing."""


IMPORTERS: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Offer an importer for its kinds of file."""
    for kind in importer.kinds:
        IMPORTERS[kind] = importer


FOLLOW_UPS: list[Callable[[str], None]] = []


def register_follow_up(follow: Callable[[str], None]) -> None:
    """A higher app asks to be told the State after an import was stored, taken back, or a doubt settled."""
    FOLLOW_UPS.append(follow)


def follow_up(state: str) -> None:
    """Tell the apps that rest on what was imported that a State's rows have changed."""
    for follow in FOLLOW_UPS:
        follow(state)


def silent(step: str, done: int, total: int) -> bool:
    """Progress that nobody watches and nobody cancels."""
    return False


def receive(
    file: RawFile, *, state: str, kind: str, share_as: str, start: date | None, end: date | None, by: Mandate,
) -> tuple[ImportRun, bool]:
    """The import of these bytes for a State, and whether it is new: bytes stored or under way before are not brought in twice."""
    held = queries.run_under_way(sha256=file.sha256, state=state)
    if held is not None:
        commands.keep_for(file, state=state, by=by)
        return held, False
    run = commands.open_run(file, state=state, kind=kind, holder=commands.holder_of(state), share_as=share_as, by=by)
    commands.state_period(run, start=start, end=end)
    return run, True


def understand(run: ImportRun, *, today: date, by: Mandate, progress: Progress = silent) -> Preview | None:
    """Take a received file up, read and match it; keeps the preview with the run, or refuses it with problems."""
    if not commands.take_up(run, waiting="received", working="reading"):
        return None
    with held(run):
        return _understood(run, status="previewed", today=today, by=by, progress=progress)


@contextmanager
def held(run: ImportRun) -> Iterator[None]:
    """While a worker has a run; one that ends midway says so, and the run can be taken up again."""
    try:
        yield
    finally:
        commands.let_go(run)


def _understood(run: ImportRun, *, status: str, today: date, by: Mandate, progress: Progress) -> Preview | None:
    progress("reading", 0, 0)
    path = commands.raw_path(run.file_id)
    if not path.is_file():
        return _kept(run, Opened(path, run.kind, (), (Problem("bytes-gone", value=run.file_id[:12]),)), None, status=status, by=by)
    opened = open_file(path, kind=run.kind)
    if progress("matching", 0, 0):
        commands.mark_cancelled(run)
        return None
    return _kept(run, opened, _matched(run, opened, today=today), status=status, by=by)


def _matched(run: ImportRun, opened: Opened, *, today: date) -> Preview | None:
    importer = IMPORTERS.get(opened.kind)
    if importer is None:
        return None
    received = Received(
        path=commands.raw_path(run.file_id), name=run.file.name, state=run.owner_state, today=today, kind=opened.kind,
        period_start=run.period_start, period_end=run.period_end, columns=queries.asked_columns(run),
    )
    return importer.preview(received, opened)


def _kept(run: ImportRun, opened: Opened, preview: Preview | None, *, status: str, by: Mandate) -> Preview | None:
    """Keep the preview; a file of which no row was understood is refused, with its columns, so that a person can name them."""
    picture = sheet_picture(opened, preview)
    if preview is not None and status == "previewed":
        preview = replace(preview, notes={**preview.notes, "corrects": corrections(run, preview)})
    if preview is None:
        commands.refuse_run(run, [CountedProblem(problem) for problem in _why_refused(opened)], by=by, picture=picture)
        return None
    keeps_it_out = any(told.problem.code in KEEPS_A_FILE_OUT for told in preview.problems)
    if not preview.rows.is_empty() and not keeps_it_out:
        commands.record_preview(run, preview, status=status, picture=picture)
        return preview
    refusals = [told for told in preview.problems if in_words(told.problem).severity == "refused"]
    told = preview.problems if refusals else [*preview.problems, CountedProblem(Problem("no-row-understood"))]
    commands.record_preview(run, replace(preview, problems=told, doubts=()), status="refused", picture=picture)
    return None


def corrections(run: ImportRun, preview: Preview) -> list[dict[str, object]]:
    """The stored imports that this one may correct, the surest first, each with what would change."""
    found = []
    for earlier in queries.replaceable(run, preview.kind, preview.period_start, preview.period_end)[:MOST_CORRECTED]:
        sides = IMPORTERS[preview.kind].compared(earlier, preview)
        if sides is not None:
            told = difference(sides.before, sides.after, known_by=sides.known_by, numbers=sides.numbers, by=sides.by)
            same_period = (earlier.period_start, earlier.period_end) == (preview.period_start, preview.period_end)
            found.append({"run": str(earlier.pk), "sure": same_period, **asdict(told)})
    return found


def sure_correction(preview: Preview) -> UUID | None:
    """The stored import that a preview corrects beyond doubt: one of the same State, kind, holder and period, and only one."""
    sure = [str(each["run"]) for each in corrected_in(preview.notes) if each["sure"]]
    return UUID(sure[0]) if len(sure) == 1 else None


def corrected_in(notes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The corrections kept with a preview."""
    return list(notes.get("corrects", ()))


def _why_refused(opened: Opened) -> list[Problem]:
    told = list(opened.problems)
    refusals = [problem for problem in told if in_words(problem).severity == "refused"]
    return told if refusals else [*told, Problem("kind-unknown", value=", ".join(opened.reasons)[:200])]


def slices(rows: pl.DataFrame, size: int = SLICE_ROWS) -> Iterator[pl.DataFrame]:
    """Some rows at a time, in order."""
    yield from rows.iter_slices(size)


def store_accepted(run: ImportRun, *, today: date, by: Mandate, progress: Progress = silent) -> bool:
    """Take an accepted import up and store it with the answers given since; also after a worker died midway.

    One that was cancelled meanwhile takes back what it had stored. True when all is stored.
    """
    if not commands.take_up(run, waiting="writing", working="writing"):
        return False
    with held(run):
        if run.cancel_asked:
            return _drop(run, by=by)
        preview = _understood(run, status="writing", today=today, by=by, progress=progress)
        if preview is None:
            IMPORTERS[run.kind].take_back(run, by=by)
            return False
        return _written(run, preview, by=by, progress=progress)


def store(run: ImportRun, preview: Preview, *, by: Mandate, replaces: ImportRun | None = None, progress: Progress = silent) -> bool:
    """Accept a preview and store it at once, in place of the import it corrects; True when all is stored."""
    if not commands.accept_preview(run, by=by, replaces=replaces) or not commands.take_up(run, waiting="writing", working="writing"):
        return False
    with held(run):
        return _written(run, preview, by=by, progress=progress)


def _written(run: ImportRun, preview: Preview, *, by: Mandate, progress: Progress) -> bool:
    """Store the rows slice by slice; rows of a slice stored before an interruption are stored again as they were."""
    importer = IMPORTERS[preview.kind]
    written = 0
    for rows in slices(preview.rows):
        importer.store_slice(run, rows, by=by)
        written += rows.height
        stop = commands.mark_progress(run, step="writing", done=written, total=preview.rows_kept)
        if progress("writing", written, preview.rows_kept) or stop:
            return _drop(run, by=by)
    run.refresh_from_db()
    try:
        importer.finish(run, preview, by=by)
    except PeriodRefused as refused:
        return _shut_out(run, preview, refused, by=by)
    follow_up(run.owner_state)
    return True


def _shut_out(run: ImportRun, preview: Preview, refused: PeriodRefused, *, by: Mandate) -> bool:
    """The period was frozen while the rows were written: they are taken back, and the import says why; always False."""
    IMPORTERS[run.kind].take_back(run, by=by)
    told = [*preview.problems, *(CountedProblem(problem) for problem in refused.problems)]
    commands.record_preview(run, replace(preview, problems=told, doubts=()), status="refused", picture=queries.picture_of(run))
    return False


def _drop(run: ImportRun, *, by: Mandate) -> bool:
    """Take back what was stored of a cancelled import; always False, as nothing of it counts."""
    IMPORTERS[run.kind].take_back(run, by=by)
    commands.mark_cancelled(run)
    return False
