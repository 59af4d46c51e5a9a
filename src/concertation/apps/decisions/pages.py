"""The page of one decision: what was decided, by which sources, who owes what, what each State did, and what is measured of it today."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.decisions import files, queries
from concertation.apps.decisions.following.queries import lines
from concertation.apps.decisions.measures import Measure
from concertation.apps.decisions.models import FollowUpChange
from concertation.apps.decisions.words import (
    EVIDENCE_WORDS,
    IMPLEMENTATION_WORDS,
    evidence_words,
    implementation_words,
    proof_in_short,
    said,
    slippage_words,
    state_name,
    states_in_short,
)
from concertation.apps.ground.downloads import table_file
from concertation.core.periods import Period
from concertation.core.sharing.following import keeps_sessions


def spoken(measure: Measure) -> Mapping[str, object]:
    """A measure in the reader's words, with its line over time."""
    values = [value for _, value in measure.trend]
    years = [year for year, _ in measure.trend]
    words = measure.label_en if get_language() == "en" else measure.label_fr
    told = _("de %(first)s à %(last)s") % {"first": years[0], "last": years[-1]} if len(years) > 1 else ""
    when = Period(measure.since or measure.on, measure.on).in_words("en" if get_language() == "en" else "fr") if measure.on else ""
    return {"measure": measure, "when": when, "words": words, "values": values, "told": told, "percent": measure.unit_of_measure == "percent"}


def in_words(view: queries.DecisionInView) -> Mapping[str, object]:
    """A decision in the reader's language, with its measures and how the States stand."""
    row = view.decision
    return {
        "view": view, "number": row.number, "title": row.title, "text": row.text, "measures": [spoken(measure) for measure in view.measures],
        "responsible": row.responsible, "due": row.due, "overdue": view.is_overdue(timezone.localdate()),
        "states": states_in_short(view.national), "reported": bool(view.national), "proof": proof_in_short(view.national),
        "count": ngettext("%(count)s mesure", "%(count)s mesures", len(view.measures)) % {"count": len(view.measures)},
    }  # fmt: skip


def changed_words(row: FollowUpChange) -> Mapping[str, object]:
    """One change in the reader's words."""
    known: Mapping[str, Any] = {"implementation": IMPLEMENTATION_WORDS, "evidence": EVIDENCE_WORDS}.get(row.what, {})
    before, after = (str(known.get(value, value)) or _("rien") for value in (row.before, row.after))
    return {"row": row, "state": state_name(row.owner_state), "told": said(row.get_what_display(), f"{before} → {after}")}


@require_GET
def decision(request: ReaderRequest, number: int) -> HttpResponse:
    """One decision."""
    beside = queries.with_neighbours(number)
    held = beside.get(number)
    if held is None:
        raise Http404
    shown = queries.in_view([held], request.mandates)[0]
    if request.GET.get("table") == "measures" and (wanted := request.GET.get("format", "")):
        return table_file(files.taken_measures(shown), wanted, on=timezone.localdate())
    context = {
        "decision": in_words(shown), "breadcrumbs": [(_("Décisions"), reverse("home")), (str(number), None)], "row": held, "exports": files.links("", "measures") if shown.measures else (),
        "sources": queries.sources_named(shown.source_names), "before": beside.get(number - 1), "after": beside.get(number + 1), **followed(request, shown),
    }  # fmt: skip
    return render(request, "decisions/decision.html", context)


def followed(request: ReaderRequest, view: queries.DecisionInView) -> Mapping[str, object]:
    """Wordings, answers, each State's line, the history, and what the reader may do."""
    held, changed = view.decision, queries.changes(request.mandates, view.decision.pk)
    is_decision = held.kind == "decision"
    told: Sequence[Mapping[str, object]] = [
        {"line": line, "state": state_name(line.state), "implementation": implementation_words(line.row), "evidence": evidence_words(line.row), "slipped": slippage_words(line.slipped)}
        for line in lines(view.national, changed, request.mandates, today=timezone.localdate())
    ] if is_decision else []  # fmt: skip
    return {
        "wordings": queries.wordings(held.pk), "answers": [] if is_decision else queries.answers(held.pk), "is_decision": is_decision, "lines": told,
        "history": [changed_words(row) for row in reversed(changed)], "may_keep": keeps_sessions(request.mandates) is not None,
    }  # fmt: skip
