"""Pages of sharing agreements: which are in force, one of them, a new one; confirmed by a second person, ended with a reason."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.acting import Entry, answered
from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.ground.editing import problem_words
from concertation.apps.releases import agreement_views, views, words
from concertation.apps.releases.forms import AgreementForm, WhyForm
from concertation.apps.releases.pages import crumbs
from concertation.apps.sharing.agreements import commands, queries
from concertation.apps.sharing.models import SharingAgreement
from concertation.apps.sharing.queries import own_state
from concertation.core.problems import Problem
from concertation.core.sharing.agreements import Terms, confirms
from concertation.core.sharing.release_steps import lets_go
from concertation.core.sharing.visibility import writes_for


@require_GET
@login_required
def agreements(request: ReaderRequest) -> HttpResponse:
    """The sharing agreements the reader may see."""
    held = list(queries.agreements(request.mandates))
    terms, own = queries.terms_of(held), own_state()
    context = {
        "table": agreement_views.agreements_table(held, terms, timezone.localdate()), "may_write": bool(own) and writes_for(request.mandates, own) is not None,
        "count": sum(queries.as_measured(each, ()).is_in_force(timezone.localdate()) for each in held), "breadcrumbs": crumbs((_("Accords de partage"), None)),
    }  # fmt: skip
    return render(request, "releases/agreements.html", context)


def agreement_or_404(request: ReaderRequest, agreement_id: UUID) -> SharingAgreement:
    """The agreement of an address, if the reader may see it."""
    return found(queries.agreement(request.mandates, agreement_id))


@require_GET
@login_required
def agreement(request: ReaderRequest, agreement_id: UUID) -> HttpResponse:
    """One agreement: who, which table how fine and after how long, for what, destroyed when."""
    held, today = agreement_or_404(request, agreement_id), timezone.localdate()
    terms: tuple[Terms, ...] = queries.terms_of([held]).get(held.pk, ())
    here = held.owner_state == own_state()
    context = {
        "agreement": held, "standing": agreement_views.agreement_standing(held, today), "terms": agreement_views.terms_lines(terms), "state": words.state_words(held.owner_state), "parties": words.states_words(held.parties.split()),
        "may_confirm": here and not held.confirmed_on and not held.ended_on and confirms(request.mandates, held.owner_state, written_by=held.written_by) is not None,
        "may_end": here and not held.ended_on and lets_go(request.mandates, held.owner_state) is not None, "why_form": WhyForm(),
        "breadcrumbs": crumbs((_("Accords de partage"), reverse("agreements")), (held.reference, None)),
    }  # fmt: skip
    return render(request, "releases/agreement.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def new(request: ReaderRequest) -> HttpResponse:
    """Write an agreement; it holds once the release authority confirmed it."""
    own = own_state()
    by = writes_for(request.mandates, own) if own else None
    if by is None:
        raise PermissionDenied(_("Un accord s'écrit sur le nœud d'un État, par son gestionnaire des données."))
    form = AgreementForm(request.POST or None, states=views.other_states(own))
    entry = Entry(
        _("Écrire un accord de partage"), _("L'accord est signé ailleurs, par qui en a le pouvoir : ici s'écrit ce que le nœud en applique. L'autorité de diffusion le confirme ensuite."),
        _("Écrire"), reverse("agreements"), _("Accord écrit : il attend la confirmation de l'autorité de diffusion."), crumbs((_("Accords de partage"), reverse("agreements")), (_("Écrire un accord"), None)),
    )  # fmt: skip

    def act(told: Any) -> object:
        names = ("reference", "purpose", "destruction", "contact", "starts_on", "ends_on")
        words_of = commands.Written(parties=tuple(told["parties"]), terms=form.terms(), **{name: told[name] for name in names})
        return commands.write(words_of, state=own, by=by)

    return answered(request, form, entry, act, to=lambda made: reverse("agreement", args=[made.pk]))


@require_POST
@login_required
def confirm(request: ReaderRequest, agreement_id: UUID) -> HttpResponse:
    """Put an agreement in force."""
    held = agreement_or_404(request, agreement_id)
    by = confirms(request.mandates, held.owner_state, written_by=held.written_by)
    if by is None or held.owner_state != own_state():
        raise PermissionDenied(_("Un accord se confirme par l'autorité de diffusion de l'État, qui ne l'a pas écrit."))
    if commands.confirm(held, on=timezone.localdate(), by=by):
        messages.success(request, _("Accord en vigueur."))
    return redirect("agreement", agreement_id=held.pk)


@require_POST
@login_required
def end(request: ReaderRequest, agreement_id: UUID) -> HttpResponse:
    """End an agreement before its day."""
    held, form = agreement_or_404(request, agreement_id), WhyForm(request.POST)
    by = lets_go(request.mandates, held.owner_state)
    if by is None or held.owner_state != own_state():
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données ou d'autorité de diffusion de cet État."))
    if not form.is_valid():
        messages.error(request, problem_words(Problem("agreement-ended-without-reason")))
    elif commands.end(held, why=form.cleaned_data["why"], on=timezone.localdate(), by=by):
        messages.success(request, _("Accord terminé : aucune diffusion ne s'appuie plus sur lui."))
    return redirect("agreement", agreement_id=held.pk)
