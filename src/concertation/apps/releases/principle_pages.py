"""Pages of principles: an organisation's own look at four questions, and money and presence beside need before a round is endorsed."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.allocation import queries as rounds
from concertation.apps.allocation.models import Round
from concertation.apps.ground.editing import problem_words
from concertation.apps.releases import principle_views
from concertation.apps.releases.joint_forms import QUESTIONS, PrinciplesForm
from concertation.apps.releases.pages import crumbs
from concertation.apps.sharing.principles import commands, queries
from concertation.core.problems import Problem
from concertation.core.sharing.principles import answers_for, sits_on_panel


@require_http_methods(["GET", "POST"])
@login_required
def principles(request: ReaderRequest) -> HttpResponse:
    """The four questions: answered by an organisation of itself, read by it and by the joint panel."""
    by, panel = answers_for(request.mandates), sits_on_panel(request.mandates)
    if by is None and not panel:
        raise PermissionDenied(_("Cette page est à l'organisation qui se regarde, et au comité conjoint ; aucun État ne la lit."))
    form = PrinciplesForm(request.POST or None) if by is not None else None
    if request.method == "POST" and by is None:
        raise PermissionDenied(_("Une organisation répond d'elle-même."))
    if form is not None and by is not None and form.is_valid():
        try:
            commands.assess(*form.parts(), on=timezone.localdate(), by=by)
        except commands.AssessmentRefused as refused:
            for each in refused.principles:
                form.add_error(f"{each}_evidence", problem_words(Problem("principle-unexplained")))
        else:
            messages.success(request, _("Réponses gardées : votre organisation et le comité conjoint les lisent, aucun État."))
            return redirect("principles")
    context = {
        "form": form, "organisation": by.organisation if by else "", "lines": principle_views.assessment_lines(queries.assessments(request.mandates)), "panel": panel, "questions": QUESTIONS,
        "breadcrumbs": crumbs((_("Principes"), None)),
    }  # fmt: skip
    return render(request, "releases/principles.html", context, status=422 if form is not None and form.errors else 200)


@require_GET
@login_required
def impartiality(request: ReaderRequest) -> HttpResponse:
    """Money and presence beside need across areas and groups; with a round, what its plan gives."""
    asked = round_of(request)
    scenario = principle_views.scenario_of(asked, request.GET.get("scenario", ""))
    areas = principle_views.areas(request.mandates, timezone.localdate())
    context = {
        "round": asked, "scenario": scenario, "areas": areas, "sentence": principle_views.sentence(areas), "money": principle_views.money_tables(asked, scenario) if asked and scenario else [],
        "rounds": list(rounds.rounds(request.mandates)[:8]) if asked is None else [], "breadcrumbs": crumbs((_("Impartialité"), None)),
    }  # fmt: skip
    return render(request, "releases/impartiality.html", context)


def round_of(request: ReaderRequest) -> Round | None:
    """The round an address names, if the reader may see it."""
    written = request.GET.get("round", "")
    if not written:
        return None
    try:
        found = rounds.round_for(request.mandates, UUID(written))
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found
