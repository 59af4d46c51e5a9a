"""Alerts handed to the windows of frameworks that read them: what the register counts becomes readings, and the watch judges them.

Only confirmed alerts, placed without doubt, are counted: households or people by commune, and facilities closed by region. A framework
asks for them by naming the register as its source, and what is counted as its variable. Nothing is activated here: a threshold met waits for two people like any other.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from concertation.apps.anticipation.commands import Brought, store_readings
from concertation.apps.anticipation.commands import watch as judge
from concertation.apps.anticipation.queries import FrameworkInView, frameworks
from concertation.apps.places.queries import gazetteer
from concertation.apps.response.models import Alert
from concertation.apps.response.queries import countable
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.readings import Reading, issue_of
from concertation.core.sharing import Mandate, Sensitivity

REGISTER = "rapid-response-register"
COUNTED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "displacement-alerts": (("displacement", "return"), "households"), "flood-alerts": (("flood",), "households"), "fire-alerts": (("fire",), "households"),
    "drought-alerts": (("drought",), "households"), "epidemic-alerts": (("epidemic",), "people"), "schools-closed": (("schools-closed",), "facilities"),
    "health-posts-closed": (("health-posts-closed",), "facilities"),
}  # fmt: skip
LEVELS = list(Sensitivity)


def asking(mandates: Sequence[Mandate], state: str) -> list[FrameworkInView]:
    """The frameworks that read the register of a State."""
    return [
        each for each in frameworks(mandates)
        if each.framework.country in (state, "AES") and each.framework.status != "ended" and any(one.source == REGISTER for one in each.framework.indicators.values())
    ]  # fmt: skip


def unit_counted(framework: Framework, unit: str) -> str:
    """The unit under which a framework counts an alert: its region where it counts closures, else its own place."""
    if framework.hazard != "services-closed":
        return unit
    places = gazetteer()
    above = [each for each in places.ancestors(unit) if places.hierarchy.units[each].level == 1]
    return above[0] if above else unit


def readings_of(framework: Framework, rows: Iterable[Alert]) -> list[Reading]:
    """What alerts give each indicator of a framework: added up by unit and issue; what nobody counted is left out, never 0."""
    counted: dict[tuple[str, str, int, int], int] = {}
    every = list(rows)
    for name, indicator in framework.indicators.items():
        natures, measure = COUNTED.get(indicator.variable, ((), "households"))
        for row in every if indicator.source == REGISTER else ():
            number = getattr(row, measure)
            if row.nature in natures and number is not None:
                year = row.raised_on.isocalendar().year if indicator.every == "week" else row.raised_on.year
                key = (name, unit_counted(framework, row.unit_id), year, issue_of(indicator.every, row.raised_on))
                counted[key] = counted.get(key, 0) + number
    return [Reading(name, unit, year, issue, float(number)) for (name, unit, year, issue), number in sorted(counted.items())]


def feed(state: str, *, at: datetime, by: Mandate) -> dict[str, int]:
    """Hand the confirmed alerts of a State to every framework that asks for them; gives back how many windows fired just now, by framework."""
    natures = {nature for natures, _measure in COUNTED.values() for nature in natures}
    rows = [row for row in countable([by], natures=natures) if row.owner_state == state]
    level = max((LEVELS.index(Sensitivity(row.sensitivity)) for row in rows), default=LEVELS.index(Sensitivity.RESTRICTED))
    brought = Brought("", "", "register", LEVELS[max(level, LEVELS.index(Sensitivity.RESTRICTED))].value)
    fired = {}
    for shown in asking([by], state):
        if readings := readings_of(shown.framework, rows):
            store_readings(shown.framework, readings, brought, at=at, by=by)
            fired[shown.row.slug] = sum(len(watched.fired) for watched in judge(at, only=shown.row.slug))
    return fired
