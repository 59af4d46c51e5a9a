"""HAPI's table of presence as a file beside a page's own: who is declared active where, at the grain the reader may see."""

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl
from django.http import HttpResponse

from concertation.apps.ground.answers import MOST_PASSED
from concertation.apps.ground.downloads import language, rows_file
from concertation.apps.needs.hapi_shapes import PresenceAsked, PresenceRow
from concertation.apps.places.queries import gazetteer
from concertation.apps.presence.bulk_reading import operational_presence
from concertation.core.sharing import Mandate

PRESENCE = "hapi-presence"


def presence_file(
    mandates: Sequence[Mandate], *, on: date, states: Sequence[str] = (), sectors: Collection[str] = (), organisation: str = "", under: Collection[str] = (),
) -> HttpResponse:
    """operational_presence of these States (all when none is named), sectors, organisation, and of what lies under these units. `on` dates the file."""
    asked = PresenceAsked.model_validate({"location_code": states[0] if len(states) == 1 else None}).model_copy(update={"limit": MOST_PASSED})
    frame = operational_presence(mandates, asked, english=language() == "en", sectors=sectors, organisation=organisation).frame
    if states:
        frame = frame.filter(pl.col("location_code").is_in(list(states)))
    if under:
        hierarchy = gazetteer().hierarchy
        frame = frame.filter(pl.col("unit").is_in([unit for unit in frame["unit"].unique() if hierarchy.descends(unit, under)]))
    told = [*(states if len(states) == 1 else ()), *(sorted(sectors)[:1] if len(sectors) == 1 else ()), organisation]
    return rows_file(frame, PresenceRow, name="hapi-operational-presence", of=told, on=on)
