"""What rapid response offers to the apps below it: its importers, how an answer to a doubt reaches its alerts, and alerts as they are found."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from concertation.apps.anticipation import behind
from concertation.apps.presence.wiring import placements
from concertation.apps.response.bulletin_imports import BulletinImporter
from concertation.apps.response.imports import AlertImporter
from concertation.apps.response.queries import places_written, rows_waiting, runs_waiting, runs_with_alerts
from concertation.apps.response.search_reading import alert_stamps, alerts_as_things
from concertation.apps.response.storing import commands
from concertation.apps.response.windows import alerts_behind
from concertation.apps.search.kinds import Kind, offer
from concertation.apps.sources import imports, review, withdrawals
from concertation.apps.sources.doubts.commands import KEEP
from concertation.apps.sources.models import Doubt, ImportRun
from concertation.core.sharing import Mandate


def place_waiting_alerts(doubt: Doubt, answer: str, by: Mandate) -> int:
    """Place anew the alerts that waited on this doubt, with the answer now remembered; gives back the rows moved."""
    if answer == KEEP:
        return 0
    return sum(place_run_anew(run, by) for run in runs_waiting(state=doubt.owner_state, doubt_key=doubt.key))


def place_alerts_again(doubt: Doubt, by: Mandate) -> Mapping[ImportRun, tuple[int, int]]:
    """An answer was taken back: every alert of the State that rested on it waits again. Per import: rows, and the first of them."""
    moved = [run for run in runs_with_alerts(doubt.owner_state) if place_run_anew(run, by)]
    asking = {run: rows_waiting(run, doubt_key=doubt.key) for run in moved}
    return {run: (len(rows), min(rows)) for run, rows in asking.items() if rows}


def place_run_anew(run: ImportRun, by: Mandate) -> int:
    """Place what an import wrote once more, and move the alerts whose place changed."""
    held = places_written(run)
    now = placements(sorted(held), run.owner_state)
    changed = {written: place for written, place in now.items() if held[written] != (place.unit, place.how, place.doubt_key)}
    return commands.place_anew(run, changed, by=by) if changed else 0


behind.register(alerts_behind)
imports.register(AlertImporter())
imports.register(BulletinImporter())
review.register_applier("place", place_waiting_alerts)
review.register_undoer("place", place_alerts_again)
withdrawals.register_closer(commands.close_further)
offer(
    Kind(
        "alert", 6, _("Alertes"), frozenset({"response", "sources"}), alert_stamps, alerts_as_things, of_each_state=True,
        narrowing=frozenset({"sources.import-stored", "sources.import-withdrawn", "sources.import-closed-further", "response.alert-withdrawn", "response.alert-corrected"}),
    ),
)
