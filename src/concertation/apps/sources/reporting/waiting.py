"""What waits for a reader, in their own words: a few lines on the home page, each leading to the period or the calendar."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.access.words import state_names
from concertation.apps.sources.reporting.sectors import sector_words
from concertation.apps.sources.reporting.waiting_reading import Awaiting, everything_awaiting
from concertation.apps.sources.reporting.words import days_words, due_words
from concertation.core.sharing import Mandate

MOST = 6


def waiting_lines(mandates: Sequence[Mandate], today: date) -> list[tuple[str, str]]:
    """(words, address) of what waits for a reader: what the apps above say; each period to declare or validate; periods past their last day by State."""
    found, above = everything_awaiting(mandates, today)
    own = {each.organisation for each in found if each.organisation}
    lines = [(_period_words(each, several=len(own) > 1), reverse("reporting-period", args=[each.period])) for each in found if each.why != "overdue"]
    left = len(lines) - MOST
    if left > 0:
        lines = [*lines[:MOST], (ngettext("et %(count)s autre période", "et %(count)s autres périodes", left) % {"count": left}, reverse("reporting"))]
    return [*above[:MOST], *lines, *_past_lines([each for each in found if each.why == "overdue"])]


def _period_words(each: Awaiting, *, several: bool) -> str:
    told = {
        "state": state_names().get(each.state, each.state), "period": days_words(each.days), "sector": sector_words(each.days.sector), "due": due_words(each.days.due_on),
        "organisation": each.organisation,
    }  # fmt: skip
    if each.why == "validate":
        return _("%(state)s, %(period)s, %(sector)s : à valider") % told
    if several:
        return _("%(state)s, %(period)s, %(sector)s : %(organisation)s n'a pas encore déclaré (dernier jour : %(due)s)") % told
    return _("%(state)s, %(period)s, %(sector)s : votre organisation n'a pas encore déclaré (dernier jour : %(due)s)") % told


def _past_lines(found: Sequence[Awaiting]) -> list[tuple[str, str]]:
    lines = []
    for state in sorted({each.state for each in found}):
        held = [each for each in found if each.state == state]
        words = ngettext("%(state)s : %(count)s période au délai passé reste ouverte", "%(state)s : %(count)s périodes au délai passé restent ouvertes", len(held))
        lines.append((words % {"state": state_names().get(state, state), "count": len(held)}, f"{reverse('reporting-calendar', args=[state])}?year={held[-1].days.start.year}"))
    return lines
