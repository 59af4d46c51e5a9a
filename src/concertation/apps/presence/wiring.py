"""What presence offers to the apps below it: its importer, how an answer to a doubt reaches its rows, what rests on a source, activities
as they are found.
"""

import json
from collections.abc import Mapping, Sequence

import polars as pl
from django.utils.translation import gettext_lazy as _

from concertation.apps.organisations.rows import register_rows
from concertation.apps.places.queries import gazetteer
from concertation.apps.presence import commands
from concertation.apps.presence.commands import PlacedAnew
from concertation.apps.presence.imports import ActivityImporter, ready_rows
from concertation.apps.presence.queries import (
    activities,
    places_written,
    rows_waiting,
    runs_waiting,
    runs_with_activities,
)
from concertation.apps.presence.register import ActivityRows
from concertation.apps.presence.search_reading import activities_as_things, stamps
from concertation.apps.search.kinds import Kind, offer
from concertation.apps.sources import imports, review, withdrawals
from concertation.apps.sources.doubts.commands import KEEP
from concertation.apps.sources.models import Doubt, ImportRun, Source
from concertation.apps.sources.queries import summary_of
from concertation.core.place_rows import place_rows
from concertation.core.sharing import Mandate

LEVELS = (1, 2, 3)


def place_waiting_rows(doubt: Doubt, answer: str, by: Mandate) -> int:
    """Place anew the rows that waited on this doubt, with the answer now remembered; gives back the rows moved."""
    if answer == KEEP:
        return 0
    return sum(place_run_anew(run, by) for run in runs_waiting(state=doubt.owner_state, doubt_key=doubt.key))


def place_rows_again(doubt: Doubt, by: Mandate) -> Mapping[ImportRun, tuple[int, int]]:
    """An answer was taken back: every row of the State that rested on it waits again. Per import: rows, and the first of them."""
    moved = [run for run in runs_with_activities(doubt.owner_state) if place_run_anew(run, by)]
    asking = {run: rows_waiting(run, doubt_key=doubt.key) for run in moved}
    return {run: (len(rows), min(rows)) for run, rows in asking.items() if rows}


def place_run_anew(run: ImportRun, by: Mandate) -> int:
    """Place what an import wrote once more, and move the rows whose place changed. Only whole files, or their own lists, tell their division."""
    held = places_written(run)
    now = placements(sorted(held), run.owner_state, division=str(summary_of(run).get("division") or "") or None)
    changed = {written: place for written, place in now.items() if held[written] != (place.unit, place.how, place.doubt_key)}
    return commands.place_anew(run, changed, by=by) if changed else 0


def placements(written: Sequence[str], state: str, *, division: str | None = None) -> Mapping[str, PlacedAnew]:
    """Where each written place lies now."""
    lines = [json.loads(text) for text in written]
    columns = {f"adm{level}_{part}": [line[f"{part}s"][level - 1] for line in lines] for level in LEVELS for part in ("name", "code")}
    columns["place_name"] = [line["place_name"] for line in lines]
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Utf8)).with_row_index("row", offset=1)
    placed = ready_rows(place_rows(gazetteer(), frame, state, division=division), "").select("units", "unit", "how", "doubt_key")
    return {text: PlacedAnew(*place) for text, place in zip(written, placed.iter_rows(), strict=True)}


def activities_resting(source: Source, mandates: Sequence[Mandate]) -> Mapping[str, object]:
    """How many activities a reader may see rest on a source."""
    return {"activities": activities(mandates).filter(import_run__source=source).count()}


imports.register(ActivityImporter())
review.register_applier("place", place_waiting_rows)
review.register_undoer("place", place_rows_again)
review.register_resting(activities_resting)
withdrawals.register_closer(commands.close_further)
register_rows(ActivityRows())
offer(
    Kind(
        "activity", 3, _("Activités"), frozenset({"presence", "sources", "organisations"}), stamps, activities_as_things, of_each_state=True,
        narrowing=frozenset({
            "sources.import-stored", "sources.import-withdrawn", "sources.import-closed-further", "presence.activity-withdrawn",
            "presence.activity-corrected", "presence.carrying-over-taken-back",
        }),
    ),
)
