"""`./run picture`: the joint picture on the terminal, the same reading as the pages."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from rich.console import Console
from rich.table import Table

from concertation.apps.needs.queries import sectors
from concertation.apps.picture import commands
from concertation.apps.picture.jobs import refresh_state
from concertation.apps.picture.queries import Asked, division_of_figures, stale_states
from concertation.apps.picture.telling import picture_told
from concertation.apps.places.queries import divisions, states_with_units
from concertation.core.concepts import INTERSECTORAL
from concertation.site import node
from concertation.site.importing import Misused


def asked(*, state: str, level: int, sector: str, division: str, as_of: str) -> Asked | Misused:
    """Check the words of the command."""
    known = [held.iso3 for held in states_with_units()]
    if state not in known:
        return Misused(f"Dites quel État : --state {' | '.join(known)}.", f"Say which State: --state {' | '.join(known)}.")
    codes = [INTERSECTORAL, *(each.code for each in sectors())]
    if sector not in codes:
        return Misused(f"Secteurs connus : {', '.join(codes)}.", f"Known sectors: {', '.join(codes)}.")
    held = [each.pk for each in divisions(state)]
    if division and division not in held:
        return Misused(f"Découpages de {state} : {', '.join(held)}.", f"Divisions of {state}: {', '.join(held)}.")
    try:
        day = date.fromisoformat(as_of) if as_of else timezone.localdate()
    except ValueError:
        return Misused("Le jour s'écrit 2024-08-31.", "Write the day as 2024-08-31.")
    return Asked(state, level, division or division_of_figures(node.OPERATOR, state, sector, day), sector, day)


def told(wanted: Asked) -> dict[str, object]:
    """The picture as JSON, as the operator of the node sees it."""
    return picture_told(node.OPERATOR, wanted)


def show(screen: Console, content: dict[str, object]) -> None:
    """The picture as a table."""
    grid = Table(title=f"{content['state']} · {content['sector']} · {content['division']}")
    for heading in ("", "besoin / need", "ciblés / targeted", "acteurs / actors", "présence / presence"):
        grid.add_column(heading, justify="left" if heading in ("", "présence / presence") else "right")
    rows = content["rows"] if isinstance(content["rows"], list) else []
    for row in rows:
        grid.add_row(row["name_fr"], _shown(row["need"]), _shown(row["targeted"]), _shown(row["actors"]), row["presence"])
    screen.print(grid)


def _shown(value: int | None) -> str:
    return "—" if value is None else f"{value:,}".replace(",", "\u202f")


def follow() -> None:
    """At start: ask the worker for the summaries that activities have overtaken, after a worker that was killed at them for instance."""
    for state in sorted(stale_states([held.iso3 for held in states_with_units()])):
        refresh_state.enqueue(state)


def refresh(state: str, *, check: bool) -> list[dict[str, object]]:
    """Recompute (unless only checking) and compare what is kept with what the activities give."""
    chosen = [state] if state else [held.iso3 for held in states_with_units()]
    made = {each: commands.count_kept(each) if check else commands.refresh(each, anew=True) for each in chosen}
    return [{"state": each, "rows": rows, "differences": commands.differences(each)} for each, rows in made.items()]
