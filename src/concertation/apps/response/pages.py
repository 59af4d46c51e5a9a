"""The rapid response board, and one alert: who is in sudden need, who covers them, why not, and within which delay?"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest, found, version_of
from concertation.apps.ground.downloads import FORMATS, download
from concertation.apps.ground.editing import Conflict
from concertation.apps.places.queries import state_names
from concertation.apps.response import board as boards
from concertation.apps.response import commands, feeding, queries, views, words
from concertation.apps.response.forms import AimForm, AnswerForm
from concertation.apps.response.models import Alert
from concertation.apps.response.windows import opened_by
from concertation.core.sharing import Mandate
from concertation.core.sharing.visibility import writes_for


@require_GET
def board(request: ReaderRequest) -> HttpResponse:
    """Which alerts wait, who covers them, why not, and how late?"""
    today, aims, states = timezone.localdate(), queries.aims(request.mandates), state_names()
    rows = boards.narrowed(queries.alerts(request.mandates), request.GET, aims, today)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(boards.taken(rows, aims=aims, today=today, states=states), wanted, on=today)
    totals = boards.totals(rows, aims, today)
    page = Paginator(rows, boards.PAGE_ROWS).get_page(request.GET.get("page", "1"))
    sectors = views.sector_names()
    chosen = [state for state in states if request.GET.get("state", "") in ("", state)]
    context = {
        "sentence": views.sentence(totals, chosen, aims), "table": boards.table(page, request.GET, aims=aims, today=today, states=states, sectors=sectors),
        "sectors": boards.by_sector(queries.answers_by_sector(request.mandates, rows), sectors), "average": totals["average"],
        "aims": views.aims_words(aims, {state: states[state] for state in chosen}), "may_add": bool(queries.raises_in(request.mandates, states)),
        "may_set": any(writes_for(request.mandates, state) for state in states), "breadcrumbs": [(_("AES"), "/"), (_("Réponse rapide"), "")],
    }  # fmt: skip
    return render(request, "response/board.html", context)


def seen(request: ReaderRequest, alert_id: UUID) -> Alert:
    """An alert the reader may see; 404 otherwise."""
    return found(queries.alert(request.mandates, alert_id))


@require_GET
def alert(request: ReaderRequest, alert_id: UUID) -> HttpResponse:
    """Who is in need here, what did each sector do, and when?"""
    return alert_page(request, seen(request, alert_id))


def alert_page(request: ReaderRequest, row: Alert, *, form: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    """The page of one alert, with the form of a sector's answer for whoever may tell one."""
    today, aim = timezone.localdate(), queries.aims(request.mandates).get(row.owner_state)
    late = boards.delay_of(row, {row.owner_state: aim} if aim else {}, today)
    answers_by = None if row.withdrawn_at else queries.answers_alert(request.mandates, row)
    names, sectors = queries.organisations_named(request.mandates, [each.holder for each in row.seen if not each.organisation]), views.sector_names()
    counts = not row.withdrawn_at and row.outcome == "confirmed"
    asking = feeding.asking(request.mandates, row.owner_state) if counts else []
    context = {
        "row": row, "state": state_names().get(row.owner_state, row.owner_state), "facts": views.facts(row), "nature": words.NATURES.get(row.nature, row.nature),
        "group": words.GROUPS.get(row.group, row.group), "coverage": words.COVERAGES[row.coverage], "delay": words.delay_words(late), "css": words.TAGS[late.standing],
        "clock": views.clock(row, aim), "answers": views.answers(row.seen, names, sectors), "may_write": queries.writes_alert(request.mandates, row) is not None,
        "form": (form or AnswerForm(sectors=list(sectors.items()), alert=queries.alert_held(row), today=today)) if answers_by else None,
        "past": views.past(queries.past_of(request.mandates, row), sectors), "reasons": words.WITHDRAWALS.items(),
        "windows": asking, "may_count": counts and writes_for(request.mandates, row.owner_state) is not None, "opened": opened_by(request.mandates, row, asking),
        "breadcrumbs": [(_("AES"), "/"), (_("Réponse rapide"), reverse("response")), (row.unit.name, "")],
    }  # fmt: skip
    return render(request, "response/alert.html", context, status=status)


@require_POST
@login_required
def answer(request: ReaderRequest, alert_id: UUID) -> HttpResponse:
    """Tell what a sector did about an alert."""
    row = seen(request, alert_id)
    by = queries.answers_alert(request.mandates, row)
    if by is None or row.withdrawn_at:
        raise PermissionDenied
    form = AnswerForm(request.POST, sectors=list(views.sector_names().items()), alert=queries.alert_held(row), today=timezone.localdate())
    if not form.is_valid():
        return alert_page(request, row, form=form, status=422)
    try:
        commands.answer_sector(row, form.line, base_version=version_of(request), by=by)
    except Conflict:
        form.add_error(None, _("Quelqu'un a changé cette alerte entre-temps : voici ce qu'elle dit maintenant. Votre réponse n'est pas enregistrée, elle est encore dans le formulaire."))
        return alert_page(request, seen(request, alert_id), form=form, status=409)
    messages.success(request, _("C'est noté, et inscrit au journal."))
    return redirect("alert", row.pk)


def changed(request: ReaderRequest, alert_id: UUID, told: str, act: Any) -> HttpResponse:
    """Do an act on an alert and say so, or say what stands in its way."""
    row = seen(request, alert_id)
    by = queries.writes_alert(request.mandates, row)
    if by is None:
        raise PermissionDenied
    try:
        act(row, version_of(request), by)
    except Conflict:
        messages.error(request, _("Quelqu'un a changé cette alerte entre-temps : voici ce qu'elle dit maintenant. Rien n'a été fait."))
    else:
        messages.success(request, told)
    return redirect("alert", row.pk)


@require_POST
@login_required
def withdraw(request: ReaderRequest, alert_id: UUID) -> HttpResponse:
    """Take an alert out of the count, for a reason of the list; it stays and can come back."""
    reason = request.POST.get("reason", "")
    if reason not in commands.WITHDRAWALS:
        messages.error(request, _("Dites pourquoi l'alerte est retirée."))
        return redirect("alert", alert_id)
    return changed(request, alert_id, _("Alerte retirée : elle ne compte plus."), lambda row, version, by: commands.withdraw_alert(row, reason=reason, base_version=version, by=by))


@require_POST
@login_required
def restore(request: ReaderRequest, alert_id: UUID) -> HttpResponse:
    """Let a withdrawn alert count again."""
    return changed(request, alert_id, _("L'alerte compte de nouveau."), lambda row, version, by: commands.restore_alert(row, base_version=version, by=by))


@require_POST
@login_required
def count(request: ReaderRequest, alert_id: UUID) -> HttpResponse:
    """Hand the register of the State to the windows that read it: a threshold met then waits for two people."""
    row = seen(request, alert_id)
    by = writes_for(request.mandates, row.owner_state)
    if by is None:
        raise PermissionDenied
    fired = feeding.feed(row.owner_state, at=timezone.now(), by=by)
    commands.note_counted(row, frameworks=fired, by=by)
    met = sum(fired.values())
    if met:
        messages.warning(request, ngettext("%(count)s fenêtre : seuil atteint, non activé.", "%(count)s fenêtres : seuil atteint, non activé.", met) % {"count": met})
    else:
        messages.success(request, _("Compté. Aucun seuil nouveau n'est atteint."))
    return redirect("alert", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def aims(request: ReaderRequest) -> HttpResponse:
    """In how many days does each State agree to answer, and who says so?"""
    states = state_names()
    managed = {state: by for state in states if (by := writes_for(request.mandates, state))}
    form = AimForm(request.POST or None, states=[(state, states[state]) for state in managed]) if managed else None
    if request.method == "POST":
        return _aim_posted(request, managed, form)
    return _aims_page(request, form)


def _aim_posted(request: ReaderRequest, managed: dict[str, Mandate], form: AimForm | None) -> HttpResponse:
    undone = managed.get(request.POST.get("undo", ""))
    held = queries.aims(request.mandates).get(undone.state) if undone else None
    if undone and held and held.row:
        commands.undo_aim(held.row, by=undone)
        messages.success(request, _("Annulé : le délai d'avant compte de nouveau."))
        return redirect("response-aims")
    if form is None:
        raise PermissionDenied
    if not form.is_valid():
        return _aims_page(request, form, status=422)
    told = form.cleaned_data
    commands.set_aim(told["state"], days=told["days"], source=told["source"], agreed_on=told["agreed_on"], by=managed[told["state"]])
    messages.success(request, _("Délai noté : le tableau compte avec lui."))
    return redirect("response-aims")


def _aims_page(request: ReaderRequest, form: AimForm | None, *, status: int = 200) -> HttpResponse:
    states = state_names()
    managed = {state for state in states if writes_for(request.mandates, state)}
    context = {
        "aims": views.aims_words(queries.aims(request.mandates), states), "managed": managed, "form": form,
        "breadcrumbs": [(_("AES"), "/"), (_("Réponse rapide"), reverse("response")), (_("Délais convenus"), "")],
    }  # fmt: skip
    return render(request, "response/aims.html", context, status=status)
