"""Alerts entered on a phone: raise one, correct one, and decide between two corrections; nothing typed is lost, nothing is written over."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from concertation.apps.access.acting import decided
from concertation.apps.access.requests import ReaderRequest, version_of
from concertation.apps.ground.editing import Conflict, sealed, unsealed
from concertation.apps.places.queries import state_names
from concertation.apps.places.tables import kind_words
from concertation.apps.presence.entry.pages import as_uuid
from concertation.apps.presence.entry.placing import typed_of
from concertation.apps.response import commands, queries, views
from concertation.apps.response.forms import SALT, AlertForm
from concertation.apps.response.models import Alert
from concertation.apps.response.pages import seen
from concertation.core.entries import compare
from concertation.core.response.alerts import AlertEntry, alert_of
from concertation.core.sharing import Mandate


def crumbs(*last: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page of the register."""
    return [(_("AES"), "/"), (_("Réponse rapide"), reverse("response")), *last]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: ReaderRequest) -> HttpResponse:
    """Raise an alert."""
    states = state_names()
    open_to = queries.raises_in(request.mandates, states)
    if not open_to:
        raise PermissionDenied
    form = AlertForm(request.POST or None, states=[(state, states[state]) for state in open_to], today=timezone.localdate(), kinds=kind_words(), initial={"raised_on": timezone.localdate()})
    token = request.POST.get("token", "") or str(uuid4())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        made = commands.raise_alert(form.alert, state=told["state"], share_as=told["share_as"], token=as_uuid(token), by=open_to[told["state"]])
        messages.success(request, _("Alerte enregistrée."))
        return redirect("alert", made.pk)
    context = {"form": form, "token": token, "title": _("Saisir une alerte"), "breadcrumbs": crumbs((_("Saisir"), ""))}
    return render(request, "response/entry.html", context, status=422 if form.errors else 200)


def writer_or_refuse(request: ReaderRequest, row: Alert) -> Mandate:
    """The mandate under which the reader corrects an alert."""
    by = queries.writes_alert(request.mandates, row)
    if by is None:
        raise PermissionDenied
    return by


def form_of(row: Alert, posted: Any = None, **kwargs: Any) -> AlertForm:
    """The form of one alert."""
    return AlertForm(posted, states=[(row.owner_state, row.owner_state)], today=timezone.localdate(), kinds=kind_words(), is_new=False, **kwargs)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def correct(request: ReaderRequest, alert_id: UUID) -> HttpResponse:
    """Correct one alert."""
    row = seen(request, alert_id)
    by = writer_or_refuse(request, row)
    if request.method != "POST":
        return corrected_form(request, row, form_of(row, initial=views.initial_of(row)))
    form = form_of(row, request.POST)
    if not form.is_valid():
        return corrected_form(request, row, form)
    return store_correction(request, row, form.alert, version=version_of(request), by=by)


def store_correction(request: ReaderRequest, row: Alert, alert: AlertEntry, *, version: int, by: Mandate) -> HttpResponse:
    """Store a correction, or show the difference to whoever came second."""
    try:
        made = commands.correct_alert(row, alert, base_version=version, by=by)
    except Conflict as conflict:
        return difference(request, conflict.held, alert)
    messages.success(request, _("Correction enregistrée."))
    return redirect("alert", made.pk)


def corrected_form(request: ReaderRequest, row: Alert, form: AlertForm) -> HttpResponse:
    """The form of a correction, with the version and values it was read from."""
    context = {
        "form": form, "row": row, "version": request.POST.get("version", row.version), "title": _("Corriger une alerte"),
        "base": request.POST.get("base", "") or sealed(queries.alert_held(row).values(), salt=SALT),
        "breadcrumbs": crumbs((row.unit.name, reverse("alert", args=[row.pk])), (_("Corriger"), "")),
    }  # fmt: skip
    return render(request, "response/entry.html", context, status=422 if form.errors else 200)


def difference(request: ReaderRequest, now: Alert, alert: AlertEntry) -> HttpResponse:
    """Somebody else saved meanwhile: what it was, what they saved, what was typed; the reader decides, field by field."""
    theirs = queries.alert_held(now).values()
    was = unsealed(request.POST.get("base", "") or request.POST.get("was", ""), salt=SALT) or theirs
    compared = compare(was, theirs, alert.values())
    context = {
        "row": now, "changes": views.changes(compared), "version": now.version, "was": sealed(was, salt=SALT), "mine": sealed(alert.values(), salt=SALT),
        "hard": any(change.verdict == "both" for change in compared), "withdrawn": now.withdrawn_at is not None,
        "breadcrumbs": crumbs((now.unit.name, reverse("alert", args=[now.pk])), (_("Deux corrections"), "")),
    }  # fmt: skip
    return render(request, "response/difference.html", context, status=409)


@require_POST
@login_required
def settle(request: ReaderRequest, alert_id: UUID) -> HttpResponse:
    """Store what a person decided between two corrections; shown again when somebody saved once more meanwhile."""
    row = seen(request, alert_id)
    by = writer_or_refuse(request, row)
    was, mine = unsealed(request.POST.get("was", ""), salt=SALT), unsealed(request.POST.get("mine", ""), salt=SALT)
    if was is None or mine is None:
        messages.error(request, _("Le formulaire est incomplet : ouvrez de nouveau l'alerte."))
        return redirect("alert", row.pk)
    wanted = decided(request, row, theirs=queries.alert_held(row).values(), was=was, mine=mine)
    if wanted is None:
        return difference(request, row, alert_of(mine))
    form = form_of(row, {**wanted, "state": row.owner_state, "place": typed_of(wanted["unit"])})
    if not form.is_valid():
        return corrected_form(request, row, form)
    return store_correction(request, row, form.alert, version=row.version, by=by)
