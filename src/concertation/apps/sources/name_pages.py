"""Names of places a person settled once: what each means, who said so and when; add one, take one back."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.places.commands import forget_name, remember_name
from concertation.apps.places.queries import names_remembered, state_names
from concertation.apps.sources import review
from concertation.apps.sources.imports import follow_up
from concertation.apps.sources.pages import manager_or_refuse
from concertation.core.sharing.visibility import writes_for
from concertation.core.spelling import fold

PAGE_NAMES = 50
LEVELS = [(1, gettext_lazy("région")), (2, gettext_lazy("département, cercle ou province")), (3, gettext_lazy("commune"))]


class NameForm(forms.Form):
    """A written name, the level of the column it stands in, and the place it means."""

    state = forms.ChoiceField(label=gettext_lazy("État"))
    written = forms.CharField(label=gettext_lazy("Tel qu'écrit dans les fichiers"), max_length=160)
    level = forms.TypedChoiceField(label=gettext_lazy("Dans la colonne"), choices=LEVELS, coerce=int)
    place = forms.CharField(label=gettext_lazy("Lieu"), max_length=120, help_text=gettext_lazy("Le nom du lieu, tel que le registre l'écrit."))
    unit = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def names(request: ReaderRequest) -> HttpResponse:
    """Which names of places were settled once for all?"""
    known = state_names()
    managed = [(state, known[state]) for state in known if writes_for(request.mandates, state)]
    form = NameForm(request.POST or None)
    chosen = form.fields["state"]
    if isinstance(chosen, forms.ChoiceField):
        chosen.choices = managed
    found = add(request, form) if request.method == "POST" else []
    if found is None:
        return redirect("remembered-names")
    looked_for = request.GET.get("q", "")[:80]
    page = Paginator(names_remembered([state for state, _name in managed], state=request.GET.get("state", "")[:3], searched=looked_for), PAGE_NAMES).get_page(request.GET.get("page"))
    context = {
        "page": page, "total": page.paginator.count, "names": known, "writable": {state for state, _name in managed}, "form": form if managed else None, "found": found,
        "q": looked_for, "state": request.GET.get("state", ""), "levels": dict(LEVELS), "states": [("", _("tous")), *known.items()],
        "breadcrumbs": [(_("Doutes à lever"), reverse("review")), (_("Noms de lieux retenus"), "")],
    }  # fmt: skip
    return render(request, "sources/names.html", context, status=422 if form.errors else 200)


def add(request: ReaderRequest, form: NameForm) -> list[review.Offer] | None:
    """Remember a name; None when done, else the places to choose from."""
    if not form.is_valid():
        return []
    state = form.cleaned_data["state"]
    by = manager_or_refuse(request, state)
    offers = review.units_found(state, form.cleaned_data["place"])
    exact = [offer for offer in offers if offer.answer == form.cleaned_data["unit"]] or (offers if len(offers) == 1 else [])
    if not exact:
        form.add_error("place", _("Choisissez le lieu parmi ceux-ci.") if offers else _("Aucun lieu de cet État ne porte ce nom."))
        return offers
    remember_name(state=state, level=form.cleaned_data["level"], written=fold(form.cleaned_data["written"]), context="", unit=exact[0].answer, by=by)
    follow_up(state)
    messages.success(request, _("Nom retenu pour les prochains fichiers."))
    return None


@require_POST
@login_required
def forget(request: ReaderRequest, name_id: UUID) -> HttpResponse:
    """Take a remembered name back: it is a question again in the next files."""
    held = names_remembered([own.state for own in request.mandates if writes_for(request.mandates, own.state)]).filter(pk=name_id).first()
    if held is None:
        raise Http404
    by = writes_for(request.mandates, held.state)
    if by is None:
        raise PermissionDenied
    forget_name(state=held.state, level=held.level, written=held.folded, context=held.context, by=by)
    messages.success(request, _("Nom oublié : il sera de nouveau une question dans les prochains fichiers."))
    return redirect("remembered-names")
