"""Pages of imports: bring a file in, follow the work, see what was understood, correct it, accept or cancel it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.places.queries import state_names, states_with_units
from concertation.apps.sources import commands, corrections, import_words, imports, jobs, queries, review, withdrawals
from concertation.apps.sources.columns.commands import save_mapping
from concertation.apps.sources.forms import BringIn, PeriodOfFile, ReadAs, limit_mb
from concertation.apps.sources.models import ImportRun, RawKeeping
from concertation.apps.sources.raw.queries import erased_for
from concertation.apps.sources.uploads import TOO_LARGE
from concertation.core.sharing import Mandate
from concertation.core.sharing.visibility import writes_for

PAGE_ROWS = 25


def manager_or_refuse(request: ReaderRequest, state: str) -> Mandate:
    """The mandate under which this person writes for a State, or a refusal that says which one is missing."""
    mandate = writes_for(request.mandates, state)
    if mandate is None:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données de cet État : %(state)s") % {"state": state})
    return mandate


def run_or_404(request: ReaderRequest, run_id: UUID) -> ImportRun:
    """The import, if the reader may see it; otherwise nothing says that it exists."""
    return found(queries.run_for(request.mandates, run_id))


@require_GET
@login_required
def imports_page(request: ReaderRequest) -> HttpResponse:
    """The imports the reader may see, and the form to bring a file in."""
    return _imports(request, None)


def _imports(request: ReaderRequest, form: BringIn | None, *, erased: RawKeeping | None = None) -> HttpResponse:
    writable = [state for state in states_with_units() if writes_for(request.mandates, state.iso3)]
    page = Paginator(queries.run_list(request.mandates), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form or BringIn(states=writable, initial={"state": request.GET.get("state", "")}), "writable": writable, "most": limit_mb(),
        "table": _runs_table(page), "waiting": queries.doubts_waiting(request.mandates), "total": page.paginator.count,
        "erased": erased,
    }
    return render(request, "sources/imports.html", context, status=422 if form else 200)


def _runs_table(page: Any) -> dict[str, object]:
    columns = [
        {"key": "file", "label": _("Fichier"), "sortable": False}, {"key": "state", "label": _("État"), "sortable": False},
        {"key": "kind", "label": _("Nature"), "sortable": False}, {"key": "period", "label": _("Période"), "sortable": False},
        {"key": "status", "label": _("Étape"), "sortable": False}, {"key": "rows", "label": _("Lignes"), "numeric": True, "sortable": False},
        {"key": "doubts", "label": _("Doutes"), "numeric": True, "sortable": False}, {"key": "at", "label": _("Reçu le"), "sortable": False},
    ]
    names = state_names()
    return {
        "id": "runs", "caption": _("Fichiers reçus"), "columns": columns, "rows": [_run_row(run, names) for run in page], "page": page,
        "empty": {"title": _("Aucun fichier n'a encore été reçu."), "text": _("Déposez ci-dessus le classeur du mois, tel que vous l'avez reçu.")},
    }


def _run_row(run: Any, names: dict[str, str]) -> dict[str, object]:
    doubts = {"text": str(run.open_doubts), "url": f"{reverse('review')}?run={run.pk}"} if run.open_doubts else "–"
    period = {"text": period_words(run)} if run.period_start else "–"
    return {
        "file": {"text": run.file.name, "url": reverse("import", args=[run.pk])}, "state": names.get(run.owner_state, run.owner_state),
        "kind": import_words.kind_words(run.kind), "period": period, "status": run.get_status_display(),
        "rows": run.done if run.status == "stored" else "–", "doubts": doubts, "at": run.created_at.date(),
    }


def period_words(run: ImportRun) -> str:
    """The period a file reports on, short; empty when none is stated."""
    if not run.period_start or not run.period_end:
        return ""
    return f"{run.period_start:%d/%m/%Y} – {run.period_end:%d/%m/%Y}"


@require_POST
@login_required
def bring_in(request: ReaderRequest) -> HttpResponse:
    """Receive a file: its bytes are kept, and the worker starts to understand it. The same file twice changes nothing."""
    writable = [state for state in states_with_units() if writes_for(request.mandates, state.iso3)]
    form = BringIn(request.POST, request.FILES, states=writable, too_large=TOO_LARGE in request.META)
    if not form.is_valid():
        return _imports(request, form)
    by = manager_or_refuse(request, form.cleaned_data["state"])
    uploaded = form.cleaned_data["file"]
    try:
        kept = commands.keep_raw_file(uploaded.file, name=uploaded.name, state=by.state, again=bool(request.POST.get("again")))
    except commands.ErasedBefore as before:
        return _imports(request, form, erased=before.keeping)
    start, end = form.period()
    run, is_new = imports.receive(
        kept, state=by.state, kind=form.cleaned_data["kind"], share_as=form.cleaned_data["share_as"], start=start, end=end, by=by,
    )
    if is_new:
        jobs.go_on(run, by.person)
    elif run.status == "stored":
        messages.info(request, _("Ce fichier est déjà enregistré pour cet État : rien n'a changé."))
    else:
        messages.info(request, _("Ce fichier est déjà en cours d'import pour cet État : voici où il en est, rien n'a changé."))
    return redirect("import", run_id=run.pk)


@require_GET
@login_required
def import_run(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """One import: progress while it works, then what was understood, doubtful and refused."""
    run = run_or_404(request, run_id)
    working = run.status in import_words.UNFINISHED
    if request.headers.get("HX-Request"):
        return _progress(request, run, working=working)
    context = _following(request, run, working=working)
    if not working:
        context |= _understood(request, run, correctable=run.status in commands.CORRECTABLE and context["erased"] is None)
    return render(request, "sources/import.html", context)


def _progress(request: ReaderRequest, run: ImportRun, *, working: bool) -> HttpResponse:
    """The block of progress alone; once the work is done, the page is asked for anew."""
    response = render(request, "sources/_progress.html", _following(request, run, working=working))
    if not working:
        response.headers["HX-Refresh"] = "true"
    return response


def _following(request: ReaderRequest, run: ImportRun, *, working: bool) -> dict[str, object]:
    state = state_names().get(run.owner_state, run.owner_state)
    return {
        "run": run, "working": working, "stuck": import_words.is_stuck(run), "step": import_words.step_words(run), "state": state,
        "may_write": writes_for(request.mandates, run.owner_state) is not None, "period": period_words(run),
        "withdrawal": withdrawals.choices_of(run, tuple(request.mandates)),
        "breadcrumbs": [(_("Fichiers reçus"), reverse("imports")), (state, ""), (run.file.name, "")],
        "erased": erased_for(run.file_id, run.owner_state),
    }


def _understood(request: ReaderRequest, run: ImportRun, *, correctable: bool) -> dict[str, object]:
    summary: dict[str, Any] = dict(queries.summary_of(run))
    questions, held = import_words.open_questions(request.mandates, run)
    counted = "rows_read" in summary
    return {
        "corrections": corrections.shown(request.mandates, run, summary), "replaced_by": queries.replaced_by(request.mandates, run),
        "sentence": import_words.sentence(run, summary if counted else {}), "questions": questions, "rows_held": held,
        "preview": import_words.preview_columns(run, summary, questions) if counted and run.status != "refused" else None,
        "sheet": import_words.sheet_shown(run, summary.get("picture") or {}), "facts": import_words.facts_of(run, summary),
        "columns": import_words.column_lines(queries.columns_of(run)), "fields": review.field_choices(run.kind),
        "groups": import_words.problem_groups(run, queries.problems_of(run)), "correctable": correctable,
        "period_form": PeriodOfFile(initial={"start": run.period_start, "end": run.period_end}), "kind_form": ReadAs(initial={"kind": run.kind}),
    }


@require_POST
@login_required
def accept(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """The preview is accepted: the worker stores the rows. A second click changes nothing."""
    run = run_or_404(request, run_id)
    by = manager_or_refuse(request, run.owner_state)
    chosen = request.POST.get("replaces", "")
    offered = {each["run"]: each["earlier"] for each in corrections.shown(request.mandates, run, queries.summary_of(run))}
    if commands.accept_preview(run, by=by, replaces=offered.get(chosen)):
        jobs.go_on(run, by.person)
    elif queries.counts_elsewhere(run):
        messages.info(request, _("Ce fichier est déjà enregistré pour cet État : rien n'a changé."))
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def cancel(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """Stop an import; what it had stored is taken back."""
    run = run_or_404(request, run_id)
    by = manager_or_refuse(request, run.owner_state)
    if commands.ask_to_cancel(run, by=by) and import_words.is_stuck(run):
        jobs.go_on(run, by.person)
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def resume(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """Start the work again where it stopped."""
    run = run_or_404(request, run_id)
    by = manager_or_refuse(request, run.owner_state)
    if commands.resume(run, by=by):
        jobs.go_on(run, by.person)
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def correct_columns(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """A person corrects what the columns mean; kept for the next file with these headings if asked."""
    run = run_or_404(request, run_id)
    by = manager_or_refuse(request, run.owner_state)
    chosen = review.chosen_columns(request.POST, queries.columns_of(run), run.kind)
    signature, kind = str(queries.summary_of(run).get("signature", "")), run.kind
    if commands.read_again(run, columns=chosen, by=by):
        if request.POST.get("remember") and signature:
            columns = {**queries.saved_columns(state=run.owner_state, kind=kind, signature=signature), **queries.asked_columns(run)}
            headings = {str(column["letter"]): str(column["heading"]) for column in queries.columns_of(run)}
            save_mapping(state=run.owner_state, kind=kind, signature=signature, columns=columns, by=by, headings=headings, name=run.file.name)
        jobs.go_on(run, by.person)
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def correct_period(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """A person says which period the file reports on."""
    run = run_or_404(request, run_id)
    by = manager_or_refuse(request, run.owner_state)
    form = PeriodOfFile(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    elif commands.read_again(run, period=(form.cleaned_data["start"], form.cleaned_data["end"]), by=by):
        jobs.go_on(run, by.person)
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def read_as(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """A person says what kind of file this is."""
    run = run_or_404(request, run_id)
    by = manager_or_refuse(request, run.owner_state)
    form = ReadAs(request.POST)
    if form.is_valid() and commands.read_again(run, kind=form.cleaned_data["kind"], by=by):
        jobs.go_on(run, by.person)
    return redirect("import", run_id=run.pk)
