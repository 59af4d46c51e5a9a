"""Bringing a file in: read it in a bounded child, let the importer of its kind understand it, show it, then store it.

An importer belongs to the app whose rows it writes and registers itself here, so that no import goes upwards.
Parsing and matching happen outside any transaction; rows are stored in short slices and count only once all are there.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol

import polars as pl

from concertation.apps.sources import commands, queries
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.previews import CountedProblem, Preview, Received
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.formats.problem_texts import in_words
from concertation.formats.recognise import Recognised, open_file

SLICE_ROWS = 1000
Progress = Callable[[str, int, int], bool]


class Importer(Protocol):
    """What the app of a kind of file has to offer."""

    kinds: frozenset[str]

    def preview(self, received: Received, recognised: Recognised) -> Preview:
        """Say what is understood of the file; stores nothing."""

    def store_slice(self, run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> None:
        """Store some of the preview's rows in one short transaction; rows stored before stay as they are."""

    def finish(self, run: ImportRun, preview: Preview, *, by: Mandate) -> None:
        """All rows are stored: name the source, let the import count, refresh what rests on it."""

    def take_back(self, run: ImportRun, *, by: Mandate) -> None:
        """Remove what a cancelled import had stored."""


IMPORTERS: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Offer an importer for its kinds of file."""
    for kind in importer.kinds:
        IMPORTERS[kind] = importer


class Cancelled(Exception):
    """Somebody asked the import to stop."""


def silent(step: str, done: int, total: int) -> bool:
    """Progress that nobody watches and nobody cancels."""
    return False


def understand(run: ImportRun, *, today: date, by: Mandate, progress: Progress = silent) -> Preview | None:
    """Read and match the run's file; keeps the preview with the run, or refuses it with problems."""
    progress("reading", 0, 0)
    path = commands.raw_path(run.file_id)
    recognised = open_file(path, kind=run.kind)
    importer = IMPORTERS.get(recognised.kind)
    if importer is None:
        commands.refuse_run(run, [CountedProblem(problem) for problem in _why_refused(recognised)], by=by)
        return None
    progress("matching", 0, 0)
    received = Received(
        path=path, name=run.file.name, state=run.owner_state, today=today, kind=recognised.kind,
        period_start=run.period_start, period_end=run.period_end, columns=queries.asked_columns(run),
    )
    preview = importer.preview(received, recognised)
    if preview.rows.is_empty():
        commands.refuse_run(run, preview.problems or [CountedProblem(Problem("no-row-understood"))], by=by)
        return None
    commands.record_preview(run, preview)
    return preview


def _why_refused(recognised: Recognised) -> list[Problem]:
    told = list(recognised.problems)
    refusals = [problem for problem in told if in_words(problem).severity == "refused"]
    return told if refusals else [*told, Problem("kind-unknown", value=", ".join(recognised.reasons)[:200])]


def slices(rows: pl.DataFrame, size: int = SLICE_ROWS) -> Iterator[pl.DataFrame]:
    """Some rows at a time, in order."""
    yield from rows.iter_slices(size)


def store(run: ImportRun, preview: Preview, *, by: Mandate, progress: Progress = silent) -> bool:
    """Store an accepted preview slice by slice; a cancelled one takes back what it stored. True when all is stored."""
    importer = IMPORTERS[preview.kind]
    commands.start_writing(run)
    written = 0
    for rows in slices(preview.rows):
        importer.store_slice(run, rows, by=by)
        written += rows.height
        stop = commands.mark_progress(run, step="writing", done=written, total=preview.rows_kept)
        if progress("writing", written, preview.rows_kept) or stop:
            importer.take_back(run, by=by)
            commands.mark_cancelled(run)
            return False
    run.refresh_from_db()
    importer.finish(run, preview, by=by)
    return True
