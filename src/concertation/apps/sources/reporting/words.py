"""The calendar of reports in the reader's words: where a period stands, where an organisation stands in it, and why."""

from collections.abc import Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.apps.ground.downloads import language
from concertation.apps.sources.models import ReportingPeriod
from concertation.apps.sources.reporting.queries import as_value
from concertation.core.periods import Period, day_in_words
from concertation.core.reporting import CalendarPeriod, Standing, Tally, due_state

STATES: Mapping[str, str | Promise] = {
    "upcoming": gettext_lazy("à venir"), "running": gettext_lazy("en cours"), "due_soon": gettext_lazy("à rendre bientôt"), "due_today": gettext_lazy("à rendre aujourd'hui"),
    "overdue": gettext_lazy("délai passé"), "complete": gettext_lazy("à valider"), "validated": gettext_lazy("validée"), "frozen": gettext_lazy("gelée"),
}  # fmt: skip
STATE_TAGS = {"due_soon": "doubtful", "due_today": "doubtful", "overdue": "doubtful", "validated": "understood", "frozen": "understood"}
VERDICTS: Mapping[str, str | Promise] = {
    "on_time": gettext_lazy("à temps"), "late": gettext_lazy("après le délai"), "awaited": gettext_lazy("attendue"), "overdue": gettext_lazy("pas encore déclaré"),
    "excused": gettext_lazy("excusée"),
}  # fmt: skip
VERDICT_TAGS = {"on_time": "understood", "late": "understood", "overdue": "doubtful"}
EXCUSES: Mapping[str, str | Promise] = {
    "no-activity-here": gettext_lazy("n'agit pas dans cet État"), "access": gettext_lazy("contraintes d'accès"), "suspended": gettext_lazy("activités suspendues"),
    "merged": gettext_lazy("fusionnée avec une autre"), "reports-elsewhere": gettext_lazy("déclare par une autre organisation"),
}  # fmt: skip
REOPENINGS: Mapping[str, str | Promise] = {
    "late-declaration": gettext_lazy("une déclaration est arrivée après"), "mistaken-rows": gettext_lazy("des lignes sont fautives"),
    "frozen-too-early": gettext_lazy("gelée trop tôt"), "lead-asks": gettext_lazy("le chef de file le demande"),
}  # fmt: skip


def state_code(period: CalendarPeriod, tally: Tally | None, today: date) -> str:
    """Where a period stands on a day: its due state while it is open, "complete" past its due day with everybody in, else validated or frozen."""
    if period.status != "open":
        return period.status
    code = due_state(period, today)
    is_complete = tally is not None and tally.expected is not None and tally.declared >= tally.expected > 0
    return "complete" if code == "overdue" and is_complete else code


def days_words(period: ReportingPeriod | CalendarPeriod) -> str:
    """The days reported on, as a person says them."""
    return Period(period.start, period.end).in_words(language())


def due_words(day: date) -> str:
    """A due day in words."""
    return day_in_words(day, language())


def state_cell(period: ReportingPeriod, tally: Tally | None, today: date) -> dict[str, str]:
    """Where a period stands, as a cell of a table."""
    code = state_code(as_value(period), tally, today)
    return {"text": str(STATES[code]), "css": f"tag {STATE_TAGS.get(code, '')}".strip()}


def tally_words(tally: Tally | None) -> str:
    """How many of how many have declared; that it is not shown, or that nobody can say how many are expected."""
    if tally is None:
        return _("réservé à l'État")
    if tally.expected is None:
        return _("%(declared)s, liste attendue inconnue") % {"declared": tally.declared}
    return _("%(declared)s sur %(expected)s") % {"declared": tally.declared, "expected": tally.expected}


def because_words(standing: Standing) -> str:
    """Why an organisation is expected."""
    told = {"declared-before": _("a déclaré dans les périodes précédentes"), "added": _("ajoutée à la main"), "": _("déclare sans être attendue")}
    return told[standing.because]
