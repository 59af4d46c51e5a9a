"""What presence offers to the apps below it: its importer, and how an answer to a doubt reaches its rows."""

import json
from collections.abc import Mapping, Sequence

import polars as pl

from concertation.apps.places.queries import gazetteer
from concertation.apps.presence import commands
from concertation.apps.presence.imports import ActivityImporter
from concertation.apps.presence.models import Activity
from concertation.apps.sources import imports, review
from concertation.apps.sources.models import Doubt
from concertation.core.place_rows import place_rows
from concertation.core.sharing import Mandate

LEVELS = (1, 2, 3)


def place_waiting_rows(doubt: Doubt, answer: str, by: Mandate) -> int:
    """Place anew the rows that waited on this doubt, with the answer now remembered."""
    waiting = list(Activity.objects.filter(owner_state=doubt.owner_state, doubt_key=doubt.key))
    if not waiting or answer == review.KEEP:
        return 0
    placed = placements(sorted({activity.place_written for activity in waiting}), doubt.owner_state)
    return commands.place_anew(waiting, placed, state=doubt.owner_state, by=by)


def placements(written: Sequence[str], state: str) -> Mapping[str, tuple[Sequence[str], str, str]]:
    """Where each written place lies now: (units, unit, how)."""
    lines = [json.loads(text) for text in written]
    columns = {f"adm{level}_{part}": [line[f"{part}s"][level - 1] for line in lines] for level in LEVELS for part in ("name", "code")}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Utf8)).with_row_index("row", offset=1)
    placed = place_rows(gazetteer(), frame, state).frame
    return dict(zip(written, placed.select("units", "unit", "how").iter_rows(), strict=True))


imports.register(ActivityImporter())
review.register_applier("place", place_waiting_rows)
