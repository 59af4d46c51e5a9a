"""Pages of raw files, for a State's data manager alone: which bytes are kept and until when, how long, and their erasure."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import FORMATS, table_file
from concertation.apps.places.queries import state_names
from concertation.apps.sources.models import ERASED_FOR, STATUSES, RawKeeping
from concertation.apps.sources.pages import manager_or_refuse
from concertation.apps.sources.raw import commands, queries
from concertation.apps.sources.raw.record import RETENTION
from concertation.apps.sources.taken_sources import own_register
from concertation.core.retention import MOST_MONTHS, SUGGESTED_MONTHS, erased_on
from concertation.draw.tables import Column, TakenTable

PAGE_ROWS = 25
SORTS = {"file": "file__name", "state": "state", "size": "file__size", "received": "received_at"}
BY_HAND = [(code, words) for code, words in ERASED_FOR if code != RETENTION]
TAKEN = (
    Column(key="file", heading_fr="Fichier", heading_en="File"), Column(key="state", heading_fr="État", heading_en="State"),
    Column(key="size", heading_fr="Octets", heading_en="Bytes", numeric=True), Column(key="received", heading_fr="Reçu le", heading_en="Received on"),
    Column(key="last_import", heading_fr="Dernier import", heading_en="Last import"), Column(key="kept_until", heading_fr="Gardé jusqu'au", heading_en="Kept until"),
    Column(key="erased", heading_fr="Effacé le", heading_en="Erased on"), Column(key="sha256", heading_fr="Empreinte SHA-256", heading_en="SHA-256"),
)  # fmt: skip
Months = dict[str, int | None]


class Retention(forms.Form):
    """For how many months a State keeps the bytes of files; empty: without end."""

    state = forms.ChoiceField(label=gettext_lazy("État"))
    months = forms.IntegerField(
        label=gettext_lazy("Mois de conservation"), required=False, min_value=1, max_value=MOST_MONTHS,
        help_text=format_lazy(gettext_lazy("Vide : sans fin. Proposition : {months} mois."), months=SUGGESTED_MONTHS),
    )  # fmt: skip
    sure = forms.BooleanField(label=gettext_lazy("Oui, ces octets seront effacés et ne reviendront pas"), required=False)

    def __init__(self, *args: Any, states: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["state"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = list(states.items())
        if len(states) == 1:
            chosen.widget = forms.HiddenInput()


class Erasure(forms.Form):
    """Why the bytes of a file are erased, and that the person knows it cannot be undone."""

    reason = forms.ChoiceField(label=gettext_lazy("Motif"), choices=[("", gettext_lazy("— choisir —")), *BY_HAND], error_messages={"required": gettext_lazy("Dites pourquoi ces octets sont effacés.")})
    sure = forms.BooleanField(label=gettext_lazy("Je sais que cet acte ne peut pas être défait"), error_messages={"required": gettext_lazy("Cochez que vous savez que cet acte ne peut pas être défait.")})


def managed_or_refuse(request: ReaderRequest) -> dict[str, str]:
    """The States whose raw files this person may have, by name; a refusal where there is none."""
    states = queries.managed_states(request.mandates)
    if not states:
        raise PermissionDenied(_("Les fichiers d'origine sont réservés au gestionnaire des données de leur État."))
    known = state_names()
    return {state: str(known.get(state, state)) for state in states}


@require_GET
@login_required
def raw_files(request: ReaderRequest) -> HttpResponse:
    """Which files' bytes do we keep, and until when?"""
    return _raw_files(request, managed_or_refuse(request), None)


def _raw_files(request: ReaderRequest, states: dict[str, str], form: Retention | None, *, due: int = 0) -> HttpResponse:
    months = queries.months_of(list(states))
    found = chosen(queries.keepings(request.mandates), request)
    if request.GET.get("format") in FORMATS:
        return _taken(found, request.GET["format"], months)
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    first = next(iter(states))
    context = {
        "table": _table(page, states, months, request), "total": page.paginator.count, "due": due, "rules": [(name, months[state]) for state, name in states.items()],
        "form": form or Retention(states=states, initial={"state": first, "months": months[first]}),
        "breadcrumbs": [(_("Fichiers reçus"), reverse("imports")), (_("Octets gardés"), "")],
    }  # fmt: skip
    return render(request, "sources/raw_files.html", context, status=422 if form else 200)


def chosen(found: Any, request: ReaderRequest) -> Any:
    """The files that answer to the words, the State and the order of the address; the newest first."""
    if words := request.GET.get("q", "").strip():
        found = found.filter(file__name__icontains=words[:100])
    if state := request.GET.get("state", ""):
        found = found.filter(state=state[:3])
    asked = request.GET.get("sort") or "-received"
    field = SORTS.get(asked.removeprefix("-"), "received_at")
    return found.order_by(f"-{field}" if asked.startswith("-") else field, "pk")


def _table(page: Any, states: dict[str, str], months: Months, request: ReaderRequest) -> dict[str, object]:
    columns = [
        {"key": "file", "label": _("Fichier"), "sortable": True}, {"key": "until", "label": _("Gardé jusqu'au"), "sortable": False},
        {"key": "size", "label": _("Taille"), "numeric": True, "sortable": True}, {"key": "received", "label": _("Reçu le"), "sortable": True},
        *([{"key": "state", "label": _("État"), "sortable": True}] if len(states) > 1 else []),
        {"key": "last_import", "label": _("Dernier import"), "sortable": False}, {"key": "act", "label": _("Effacer"), "sortable": False},
    ]  # fmt: skip
    every = [("", _("tous")), *states.items()]
    filters = [{"name": "state", "label": _("État"), "options": every, "value": request.GET.get("state", "")}] if len(states) > 1 else []
    return {
        "id": "raw", "caption": _("Fichiers d'origine"), "columns": columns, "rows": [_row(each, states, months[each.state]) for each in page], "page": page,
        "sort": "-received", "search": "q", "filters": filters, "exports": list(FORMATS),
        "empty": {"title": _("Aucun fichier d'origine n'est gardé."), "text": _("Chaque fichier apporté paraît ici, avec le jour où ses octets seront effacés si votre État en a fixé un.")},
    }  # fmt: skip


def _row(each: Any, states: dict[str, str], months: int | None) -> dict[str, object]:
    kept = each.erased_at is None
    return {
        "file": {"text": each.file.name, "url": reverse("import", args=[each.run_id])}, "state": states[each.state],
        "size": {"text": filesizeformat(each.file.size)}, "received": timezone.localdate(each.received_at),
        "last_import": {"text": str(dict(STATUSES).get(each.run_status, each.run_status)), "note": f"{timezone.localdate(each.run_at):%d/%m/%Y}"},
        "until": kept_until(each, months) or _("sans fin") if kept else {"text": erased_words(each), "note": str(each.get_reason_display())},
        "act": {"text": _("Effacer les octets"), "url": reverse("raw-erase", args=[each.file_id, each.state])} if kept else "–",
    }  # fmt: skip


def kept_until(keeping: RawKeeping, months: int | None) -> date | None:
    """The day the bytes are due to be erased; None where no end is set."""
    return erased_on(timezone.localdate(keeping.received_at), months) if months is not None else None


def erased_words(keeping: RawKeeping) -> str:
    """That and when the bytes were erased."""
    return _("octets effacés le %(day)s") % {"day": f"{timezone.localdate(keeping.erased_at):%d/%m/%Y}"}


def _taken(found: Any, form: str, months: Months) -> HttpResponse:
    rows = [
        {
            "file": each.file.name, "state": each.state, "size": each.file.size, "received": timezone.localdate(each.received_at).isoformat(), "last_import": each.run_status,
            "kept_until": (day := kept_until(each, months[each.state])) and each.erased_at is None and day.isoformat() or "",
            "erased": timezone.localdate(each.erased_at).isoformat() if each.erased_at else "", "sha256": each.file_id,
        }
        for each in found
    ]  # fmt: skip
    on = timezone.localdate()
    table = TakenTable(title_fr="Fichiers d'origine", title_en="Raw files", columns=TAKEN, rows=rows, sources=(own_register(_("fichiers reçus sur ce nœud"), on=on),))
    return table_file(table, form, on=on)


@require_POST
@login_required
def set_retention(request: ReaderRequest) -> HttpResponse:
    """A State says for how long it keeps files; where that would erase some at once, a person says so first."""
    states = managed_or_refuse(request)
    form = Retention(request.POST, states=states)
    if not form.is_valid():
        return _raw_files(request, states, form)
    state, months = form.cleaned_data["state"], form.cleaned_data["months"]
    due = len(queries.due_after(state, months, timezone.localdate()))
    if due and not form.cleaned_data["sure"]:
        return _raw_files(request, states, form, due=due)
    commands.set_retention(state, months, by=manager_or_refuse(request, state))
    kept = ngettext("Les octets sont désormais gardés %(months)s mois.", "Les octets sont désormais gardés %(months)s mois.", months or 0) % {"months": months}
    messages.success(request, kept if months else _("Les octets sont désormais gardés sans fin."))
    return redirect("raw-files")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def erase(request: ReaderRequest, sha256: str, state: str) -> HttpResponse:
    """The bytes of a file are erased for a State, after a page that says what stays, what goes, and that nothing brings them back."""
    keeping = queries.keeping(request.mandates, sha256, state)
    if keeping is None:
        raise Http404
    by = manager_or_refuse(request, state)
    form = Erasure(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if commands.erase(keeping, reason=form.cleaned_data["reason"], by=by):
                messages.success(request, _("Octets effacés. L'empreinte, les lignes et le journal restent."))
            return redirect("raw-files")
        except commands.StillAtWork:
            messages.error(request, _("Un import de ce fichier n'est pas fini : enregistrez-le ou annulez-le d'abord."))
            return redirect("raw-erase", sha256, state)
    context = {
        "keeping": keeping, "form": form, "state": state_names().get(state, state), "unfinished": queries.unfinished(sha256, state),
        "others": queries.kept_elsewhere(sha256, state), "run_id": getattr(keeping, "run_id", None),
        "breadcrumbs": [(_("Fichiers reçus"), reverse("imports")), (_("Octets gardés"), reverse("raw-files")), (keeping.file.name, "")],
    }  # fmt: skip
    return render(request, "sources/raw_erase.html", context, status=422 if form.errors else 200)
