"""What has changed in a State since its summaries were made: which periods, where the journal says so of every act; else all of them."""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from concertation.apps.ground.models import JournalLine
from concertation.apps.picture.models import SummaryPosition
from concertation.apps.sources.models import ReferenceSet

Period = tuple[date, date]
IMPORT_ACTS = ("sources.import-stored", "sources.import-withdrawn")
ENTERED_ACTS = (
    "presence.activity-added", "presence.activity-corrected", "presence.activity-withdrawn", "presence.activity-restored",
    "presence.activities-carried-over", "presence.carrying-over-taken-back",
)  # fmt: skip
CHANGING_ACTS = (
    *IMPORT_ACTS, "sources.import-restored", "sources.import-closed-further", "presence.rows-placed-anew", "presence.rows-taken-back", "presence.organisations-changed", *ENTERED_ACTS,
)
OF_ONE_PERIOD = ("presence-5w", "presence-form")
MOST_PERIODS, MOST_LINES = 24, 2_000


def changed_periods(state: str) -> frozenset[Period] | None:
    """The periods whose activities have changed since a State's summaries were made; None for all of them. Three queries at most.

    All, where they were never made, where nothing is known to have changed (somebody wants them anew), where the reference set
    changed since, and where one act names no period or touches others than its own.
    """
    position = SummaryPosition.objects.filter(state=state).first()
    if position is None or position.refreshed_at is None or ReferenceSet.objects.filter(loaded_at__gt=position.refreshed_at).exists():
        return None
    since = JournalLine.objects.filter(chain=state, act__in=CHANGING_ACTS, sequence__gt=position.sequence).values_list("act", "period", "facts")
    lines = [(act, period, json.loads(bytes(facts))) for act, period, facts in since[: MOST_LINES + 1]]
    return periods_of(lines) if len(lines) <= MOST_LINES else None


def periods_of(lines: Iterable[tuple[str, str, Mapping[str, object]]]) -> frozenset[Period] | None:
    """The periods that lines of the journal name; None where there are none, too many, or one line says more than a period.

    >>> entered = ("presence.activity-corrected", "2022-01-01/2022-01-31", {})
    >>> len(periods_of([entered, entered])), periods_of([entered, ("presence.organisations-changed", "", {})]), periods_of([])
    (1, None, None)
    """
    found = {_period_alone(*line) for line in lines}
    if None in found or not 0 < len(found) <= MOST_PERIODS:
        return None
    return frozenset(each for each in found if each)


def _period_alone(act: str, period: str, facts: Mapping[str, object]) -> Period | None:
    of_import = act in IMPORT_ACTS and facts.get("kind") in OF_ONE_PERIOD and not facts.get("replaces") and not facts.get("brought_back")
    if act not in ENTERED_ACTS and not of_import:
        return None
    start, _, end = period.partition("/")
    try:
        return date.fromisoformat(start), date.fromisoformat(end)
    except ValueError:
        return None
