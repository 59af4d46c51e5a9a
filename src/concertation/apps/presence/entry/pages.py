"""Pages of those who declare: what did we enter, what is still to enter, what is wrong with it?

Every form says which version of the row it was read from. Whoever comes second is shown what it was, what the other saved and what
they typed, and decides; nothing typed is lost and nothing is written over.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.acting import decided
from concertation.apps.access.requests import ReaderRequest, found, version_of
from concertation.apps.ground.downloads import FORMATS, download
from concertation.apps.ground.editing import Conflict, problem_words, sealed, unsealed
from concertation.apps.places.queries import state_names
from concertation.apps.places.tables import kind_words
from concertation.apps.presence.entry import commands, queries, tables, views
from concertation.apps.presence.entry.forms import SALT, EntryForm
from concertation.apps.presence.entry.placing import typed_of
from concertation.apps.presence.models import Activity
from concertation.apps.sources.imports import follow_up
from concertation.apps.sources.reporting.commands import PeriodRefused
from concertation.core.entries import Entry, compare, entry_of
from concertation.core.sharing import Mandate

PAGE_ROWS = 50


@require_GET
@login_required
def own_activities(request: ReaderRequest) -> HttpResponse:
    """What did we declare?"""
    rows = tables.narrowed(queries.own_rows(request.mandates), request.GET)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(tables.taken(rows), wanted, on=timezone.localdate())
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page", "1"))
    offered = views.offered(request.mandates, today=timezone.localdate())
    context = {
        "table": tables.table(page, request.GET), "offered": offered, "organisations": len({each.organisation.pk for each in offered}),
        "total": page.paginator.count, "breadcrumbs": [(_("Mes activités"), "")],
    }  # fmt: skip
    return render(request, "presence/own_activities.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: ReaderRequest) -> HttpResponse:
    """Enter one activity for a period."""
    chosen = views.chosen(request.mandates, request.GET.get("for", "") or request.POST.get("for", ""), today=timezone.localdate())
    if chosen is None:
        return redirect("own-activities")
    form = EntryForm(request.POST or None, **form_words(chosen.period.state))
    token = request.POST.get("token", "") or str(uuid4())
    if request.method == "POST" and form.is_valid():
        made = tried(form, lambda: commands.add_activity(chosen.slip(), form.entry, token=as_uuid(token), by=chosen.by))
        if made is not None:
            follow_up(made.owner_state)
            messages.success(request, _("Activité enregistrée."))
            return redirect("activity", made.pk)
    context = {
        "form": form, "chosen": chosen, "token": token, "title": _("Ajouter une activité"), "states": state_names(),
        "breadcrumbs": [(_("Mes activités"), reverse("own-activities")), (_("Ajouter"), "")],
    }  # fmt: skip
    return render(request, "presence/entry.html", context, status=422 if form.errors else 200)


def form_words(state: str) -> dict[str, Any]:
    """What the form of an activity needs to know of its State."""
    return {"state": state, "sectors": views.sector_choices(), "today": timezone.localdate(), "kinds": kind_words()}


def as_uuid(text: str) -> UUID:
    """A token as it was sent; a new one for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def tried(form: EntryForm, act: Any) -> Activity | None:
    """Do an act, or say on the form why the calendar refuses it."""
    try:
        done: Activity = act()
    except PeriodRefused as refusal:
        for problem in refusal.problems:
            form.add_error(None, problem_words(problem))
        return None
    return done


def row_or_404(request: ReaderRequest, activity_id: UUID) -> Activity:
    """A row the reader may correct; 404 for any other, whether it is there or not."""
    return found(queries.activity(request.mandates, activity_id))


def writer_or_refuse(request: ReaderRequest, row: Activity) -> Mandate:
    """The mandate under which the reader corrects a row."""
    by = queries.writes_row(request.mandates, row)
    if by is None:
        raise PermissionDenied
    return by


@require_GET
@login_required
def activity(request: ReaderRequest, activity_id: UUID) -> HttpResponse:
    """What stands of one activity, and what was done to it?"""
    row = row_or_404(request, activity_id)
    context = {
        "row": row, "facts": views.facts(queries.entry_held(row)), "past": views.past(queries.past_of(request.mandates, row)),
        "may_write": queries.writes_row(request.mandates, row) is not None, "state": state_names().get(row.owner_state, row.owner_state),
        "reasons": views.reasons(), "breadcrumbs": [(_("Mes activités"), reverse("own-activities")), (row.unit.name, "")],
    }  # fmt: skip
    return render(request, "presence/activity.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def correct(request: ReaderRequest, activity_id: UUID) -> HttpResponse:
    """Correct one activity."""
    row = row_or_404(request, activity_id)
    by = writer_or_refuse(request, row)
    if request.method != "POST":
        return corrected_form(request, row, EntryForm(initial=initial_of_row(row), **form_words(row.owner_state)))
    form = EntryForm(request.POST, **form_words(row.owner_state))
    if not form.is_valid():
        return corrected_form(request, row, form)
    return store_correction(request, row, form, form.entry, version=version_of(request), by=by)


def store_correction(request: ReaderRequest, row: Activity, form: EntryForm, entry: Entry, *, version: int, by: Mandate) -> HttpResponse:
    """Store a correction, or show the difference to whoever came second."""
    try:
        made = tried(form, lambda: commands.correct_activity(row, entry, base_version=version, by=by))
    except Conflict as conflict:
        return difference(request, conflict.held, entry)
    if made is None:
        return corrected_form(request, row, form)
    follow_up(made.owner_state)
    messages.success(request, _("Correction enregistrée."))
    return redirect("activity", made.pk)


def initial_of_row(row: Activity) -> dict[str, Any]:
    """A row as its form shows it first."""
    return {**queries.entry_held(row).values(), "place": typed_of(row.unit_id)}



def corrected_form(request: ReaderRequest, row: Activity, form: EntryForm) -> HttpResponse:
    """The form of a correction, with the version and values it was read from."""
    context = {
        "form": form, "row": row, "version": request.POST.get("version", row.version), "title": _("Corriger une activité"),
        "base": request.POST.get("base", "") or sealed(queries.entry_held(row).values(), salt=SALT), "states": state_names(),
        "breadcrumbs": [(_("Mes activités"), reverse("own-activities")), (row.unit.name, reverse("activity", args=[row.pk])), (_("Corriger"), "")],
    }  # fmt: skip
    return render(request, "presence/entry.html", context, status=422 if form.errors else 200)


def difference(request: ReaderRequest, now: Activity, entry: Entry) -> HttpResponse:
    """Somebody else saved meanwhile: what it was, what they saved, what was typed; the reader decides, field by field."""
    theirs = queries.entry_held(now).values()
    was = unsealed(request.POST.get("base", ""), salt=SALT) or theirs
    changes = compare(was, theirs, entry.values())
    context = {
        "row": now, "changes": views.changes(changes), "version": now.version, "was": sealed(was, salt=SALT), "mine": sealed(entry.values(), salt=SALT),
        "hard": any(change.verdict == "both" for change in changes), "withdrawn": now.withdrawn_at is not None,
        "breadcrumbs": [(_("Mes activités"), reverse("own-activities")), (now.unit.name, reverse("activity", args=[now.pk])), (_("Deux corrections"), "")],
    }  # fmt: skip
    return render(request, "presence/difference.html", context, status=409)


@require_POST
@login_required
def settle(request: ReaderRequest, activity_id: UUID) -> HttpResponse:
    """Store what a person decided between two corrections; shown again when somebody saved once more meanwhile."""
    row = row_or_404(request, activity_id)
    by = writer_or_refuse(request, row)
    was, mine = unsealed(request.POST.get("was", ""), salt=SALT), unsealed(request.POST.get("mine", ""), salt=SALT)
    if was is None or mine is None:
        messages.error(request, _("Le formulaire est incomplet : ouvrez de nouveau l'activité."))
        return redirect("activity", row.pk)
    values = decided(request, row, theirs=queries.entry_held(row).values(), was=was, mine=mine)
    if values is None:
        return difference(request, row, entry_of(mine))
    wanted = entry_of(values)
    form = EntryForm({**wanted.values(), "place": typed_of(wanted.unit)}, **form_words(row.owner_state))
    if not form.is_valid():
        return corrected_form(request, row, form)
    return store_correction(request, row, form, wanted, version=row.version, by=by)


@require_POST
@login_required
def withdraw(request: ReaderRequest, activity_id: UUID) -> HttpResponse:
    """Take a row out of the count, for a reason of the list; it stays and can come back."""
    reason = request.POST.get("reason", "")
    if reason not in commands.WITHDRAWALS:
        messages.error(request, _("Dites pourquoi l'activité est retirée."))
        return redirect("activity", activity_id)
    return changed(request, activity_id, _("Activité retirée : elle ne compte plus."), lambda row, version, by: commands.withdraw_activity(row, reason=reason, base_version=version, by=by))


@require_POST
@login_required
def restore(request: ReaderRequest, activity_id: UUID) -> HttpResponse:
    """Let a withdrawn row count again."""
    return changed(request, activity_id, _("L'activité compte de nouveau."), lambda row, version, by: commands.restore_activity(row, base_version=version, by=by))


def changed(request: ReaderRequest, activity_id: UUID, told: str, act: Any) -> HttpResponse:
    """Do an act on a row and say so, or say what stands in its way."""
    row = row_or_404(request, activity_id)
    by = writer_or_refuse(request, row)
    try:
        act(row, version_of(request), by)
    except Conflict:
        messages.error(request, _("Quelqu'un a changé cette activité entre-temps : voici ce qu'elle dit maintenant. Rien n'a été fait."))
    except PeriodRefused as refusal:
        for problem in refusal.problems:
            messages.error(request, problem_words(problem))
    else:
        follow_up(row.owner_state)
        messages.success(request, told)
    return redirect("activity", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def same_as_last(request: ReaderRequest) -> HttpResponse:
    """Carry last month's activities into a period: shown first, left out one by one, stored in one act."""
    chosen = views.chosen(request.mandates, request.GET.get("for", "") or request.POST.get("for", ""), today=timezone.localdate())
    if chosen is None:
        return redirect("own-activities")
    proposed = views.carried(request.mandates, chosen, token=as_uuid(request.POST.get("token", "")))
    if request.method == "POST":
        return carry(request, chosen, proposed)
    context = {
        "chosen": chosen, "proposed": proposed, "going": sum(1 for each in proposed if each.entry is not None), "token": uuid4(), "states": state_names(),
        "breadcrumbs": [(_("Mes activités"), reverse("own-activities")), (_("Comme le mois dernier"), "")],
    }  # fmt: skip
    return render(request, "presence/same_as_last.html", context)


def carry(request: ReaderRequest, chosen: views.Chosen, proposed: list[views.Carried]) -> HttpResponse:
    """Store the rows a person left ticked, and offer to take that back."""
    ticked = set(request.POST.getlist("row"))
    entries: Mapping[UUID, Entry] = {each.row.pk: each.entry for each in proposed if each.entry is not None and str(each.row.pk) in ticked}
    token = as_uuid(request.POST.get("token", ""))
    try:
        made = commands.carry_over(chosen.slip(), entries, token=token, by=chosen.by)
    except PeriodRefused as refusal:
        for problem in refusal.problems:
            messages.error(request, problem_words(problem))
        return redirect("own-activities")
    follow_up(chosen.period.state)
    context = {"chosen": chosen, "made": made, "token": token, "origins": [str(pk) for pk in entries], "states": state_names(), "breadcrumbs": [(_("Mes activités"), reverse("own-activities")), (_("Comme le mois dernier"), "")]}
    return render(request, "presence/carried.html", context)


@require_POST
@login_required
def take_back(request: ReaderRequest) -> HttpResponse:
    """Undo a carrying over: the rows nobody changed since are withdrawn."""
    chosen = views.chosen(request.mandates, request.POST.get("for", ""), today=timezone.localdate())
    if chosen is None:
        raise PermissionDenied
    origins = [as_uuid(each) for each in request.POST.getlist("row")[:5_000]]
    try:
        gone = commands.take_back_carried(chosen.slip(), origins, token=as_uuid(request.POST.get("token", "")), by=chosen.by)
    except PeriodRefused as refusal:
        for problem in refusal.problems:
            messages.error(request, problem_words(problem))
        return redirect("own-activities")
    follow_up(chosen.period.state)
    messages.success(request, views.taken_back_words(gone))
    return redirect("own-activities")
