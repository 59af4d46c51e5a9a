"""The page of one decision: what was decided, by which sources, who owes what, and what is measured of it today."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.decisions import files, queries
from concertation.apps.decisions.measures import Measure
from concertation.apps.ground.downloads import table_file
from concertation.core.periods import Period


def spoken(measure: Measure) -> Mapping[str, object]:
    """A measure in the reader's words, with its line over time."""
    values = [value for _, value in measure.trend]
    years = [year for year, _ in measure.trend]
    words = measure.label_en if get_language() == "en" else measure.label_fr
    told = _("de %(first)s à %(last)s") % {"first": years[0], "last": years[-1]} if len(years) > 1 else ""
    when = Period(measure.since or measure.on, measure.on).in_words("en" if get_language() == "en" else "fr") if measure.on else ""
    return {"measure": measure, "when": when, "words": words, "values": values, "told": told, "percent": measure.unit_of_measure == "percent"}


def in_words(view: queries.DecisionInView) -> Mapping[str, object]:
    """A decision in the reader's language, with its measures."""
    english = get_language() == "en"
    row = view.decision
    return {
        "view": view, "number": row.number, "title": row.title_en if english else row.title_fr,
        "text": row.text_en if english else row.text_fr, "measures": [spoken(measure) for measure in view.measures],
        "responsible": row.responsible, "due": row.due,
        "count": ngettext("%(count)s mesure", "%(count)s mesures", len(view.measures)) % {"count": len(view.measures)},
    }


@require_GET
def decision(request: ReaderRequest, number: int) -> HttpResponse:
    """One decision."""
    every = queries.decisions(request.mandates)
    shown = next((view for view in every if view.decision.number == number), None)
    if shown is None:
        raise Http404
    if request.GET.get("table") == "measures" and (wanted := request.GET.get("format", "")):
        return table_file(files.taken_measures(shown), wanted, on=timezone.localdate())
    context = {
        "decision": in_words(shown), "breadcrumbs": [(_("Décisions"), reverse("home")), (str(number), None)],
        "exports": files.links("", "measures") if shown.measures else (),
        "before": next((in_words(view) for view in every if view.decision.number == number - 1), None),
        "after": next((in_words(view) for view in every if view.decision.number == number + 1), None),
    }
    return render(request, "decisions/decision.html", context)
