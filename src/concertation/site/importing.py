"""`./run import`: the import of the pages, on the terminal and without waiting for a worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from concertation.apps.picture.commands import refresh
from concertation.apps.places.queries import states_with_units
from concertation.apps.sources import commands, imports, queries
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.previews import Preview
from concertation.core.named_periods import stated_period
from concertation.core.sharing import Mandate, Role, Sensitivity

ALL_STATES = "AES"
NOT_DONE = ("refused", "received", "reading", "writing")
STEPS = {"reading": "lecture / reading", "matching": "rapprochement / matching", "writing": "enregistrement / storing"}


@dataclass(frozen=True, slots=True)
class Misused:
    """Why a command cannot be understood, in both languages."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for, checked."""

    file: Path
    state: str
    kind: str
    start: date | None
    end: date | None
    share: str

    @classmethod
    def of(cls, file: Path, *, state: str, kind: str, period: str, share: str) -> Asked | Misused:
        """Check the words of the command."""
        known = [*(held.iso3 for held in states_with_units()), ALL_STATES]
        if state not in known:
            return Misused(f"Dites pour quel État : --state {' | '.join(known)}.", f"Say for which State: --state {' | '.join(known)}.")
        if share not in [level.value for level in Sensitivity]:
            return Misused(f"--share : {', '.join(Sensitivity)}.", f"--share: {', '.join(Sensitivity)}.")
        if kind and kind not in imports.IMPORTERS:
            return Misused(f"--as : {', '.join(sorted(imports.IMPORTERS))}.", f"--as: {', '.join(sorted(imports.IMPORTERS))}.")
        stated = stated_period(period)
        if period and stated is None:
            return Misused("La période s'écrit 2022-02, ou 2022-01/2022-02.", "Write the period as 2022-02, or 2022-01/2022-02.")
        return cls(file, state, kind, stated.start if stated else None, stated.end if stated else None, share)


@dataclass(slots=True)
class Outcome:
    """What became of an import: the run, the preview when there is one, and whether the bytes were already held."""

    run: ImportRun
    by: Mandate
    preview: Preview | None = None
    already: bool = False


def bring_in(asked: Asked, *, progress: imports.Progress, keep_again: bool = False) -> Outcome:
    """Keep the file and understand it; a file already stored for the State changes nothing, an interrupted import goes on.

    Raises ErasedBefore for bytes that the State had erased, unless they are to be kept again.
    """
    by = Mandate(person="terminal", role=Role.ADMINISTRATOR, state=asked.state)
    with asked.file.open("rb") as stream:
        kept = commands.keep_raw_file(stream, name=asked.file.name, state=asked.state, again=keep_again)
    run, is_new = imports.receive(
        kept, state=asked.state, kind=asked.kind, share_as=asked.share, start=asked.start, end=asked.end, by=by,
    )
    if run.status in queries.COUNTED_STATUSES:
        return Outcome(run, by, already=True)
    if run.status == "writing":
        imports.store_accepted(run, today=timezone.localdate(), by=by, progress=progress)
        return Outcome(run, by)
    if not is_new:
        period = (asked.start, asked.end) if asked.start else None
        commands.read_again(run, by=by, kind=asked.kind or None, period=period, share_as=asked.share)
    preview = imports.understand(run, today=timezone.localdate(), by=by, progress=progress)
    return Outcome(run, by, preview)


def accept(outcome: Outcome, *, keep_both: bool = False, progress: imports.Progress) -> None:
    """Store what was understood, in place of the file it surely corrects; doubtful rows stay at their nearest sure place and wait for a person."""
    if outcome.preview is not None:
        corrected = None if keep_both else imports.sure_correction(outcome.preview)
        replaced = queries.run_at_work(corrected) if corrected else None
        imports.store(outcome.run, outcome.preview, by=outcome.by, replaces=replaced, progress=progress)
        for state in changed_states(outcome.run.owner_state):
            refresh(state)


def changed_states(state: str) -> list[str]:
    """The State an import was for; every State for one that concerns them all."""
    return [held.iso3 for held in states_with_units()] if state == ALL_STATES else [state]


def agreed(screen: Console, outcome: Outcome) -> bool:
    """Show the counts and ask."""
    show(screen, outcome)
    return screen.input("Enregistrer ? / Store? [o/N] ").strip().lower() in ("o", "oui", "y", "yes")


@contextmanager
def progress_shown(screen: Console) -> Iterator[imports.Progress]:
    """A progress bar on the error stream."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        line = bar.add_task("", total=None)

        def report(step: str, done: int, total: int) -> bool:
            bar.update(line, description=STEPS.get(step, step), completed=done, total=total or None)
            return False

        yield report


def told(outcome: Outcome) -> dict[str, object]:
    """The answer in JSON; `problems` are grouped per code and value, with the first cell."""
    summary = queries.summary_of(outcome.run)
    counts = {name: summary.get(name, 0) for name in ("rows_read", "rows_kept", "rows_identical", "rows_refused")}
    return {
        "kind": outcome.run.kind, "sha256": outcome.run.file_id, "status": outcome.run.status, **counts,
        "organisations": summary.get("organisations", {}), "places": summary.get("places", {}),
        "period": [outcome.run.period_start, outcome.run.period_end],
        "problems": [
            {
                "code": problem.code, "count": problem.count, "sheet": problem.cell.sheet, "row": problem.cell.row,
                "column": problem.cell.column, "value": problem.value, "severity": problem.words.severity,
                "message_fr": problem.words.message_fr, "message_en": problem.words.message_en,
                "remedy_fr": problem.words.remedy_fr, "remedy_en": problem.words.remedy_en,
            }
            for problem in queries.problems_of(outcome.run)
        ],
        "already_imported": outcome.already, "run": str(outcome.run.pk), "supersedes": str(outcome.run.replaces_id) if outcome.run.replaces_id else None,
    }


def show(screen: Console, outcome: Outcome) -> None:
    """The counts and the gravest problems, for a person at a terminal."""
    content = told(outcome)
    if outcome.already:
        screen.print("Ce fichier est déjà enregistré : rien n'a changé. / This file is already stored: nothing changed.")
    for name in ("kind", "status", "rows_read", "rows_kept", "rows_identical", "rows_refused", "organisations", "places"):
        screen.print(f"  {name:15} {content[name]}")
    for problem in queries.problems_of(outcome.run)[:15]:
        screen.print(f"  {problem.words.severity:9} ×{problem.count:<6} {problem.cell}  {problem.words.message_fr}\n{'':19}{problem.words.message_en}")
