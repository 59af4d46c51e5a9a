"""Pages of imports: bring a file in, see what was understood, settle doubts, follow the work, see where figures come from."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.places.queries import states_with_units
from concertation.apps.sources import commands, jobs, queries, review
from concertation.apps.sources.forms import BringIn, PeriodOfFile
from concertation.apps.sources.models import Doubt, ImportRun, Source
from concertation.core.sharing import Mandate
from concertation.core.sharing.visibility import writes_for

PAGE_ROWS = 50
UNFINISHED = ("received", "reading", "writing")


def manager_or_refuse(request: HttpRequest, state: str) -> Mandate:
    """The mandate under which this person writes for a State, or a refusal that says which one is missing."""
    mandate = writes_for(request.mandates, state)
    if mandate is None:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données de cet État : %(state)s") % {"state": state})
    return mandate


def run_or_404(request: HttpRequest, run_id: UUID) -> ImportRun:
    """The import, if the reader may see it; otherwise nothing says that it exists."""
    run = queries.run_for(request.mandates, run_id)
    if run is None:
        raise Http404
    return run


@require_GET
@login_required
def imports(request: HttpRequest) -> HttpResponse:
    """The imports the reader may see, and the form to bring a file in."""
    writable = [state for state in states_with_units() if writes_for(request.mandates, state.iso3)]
    context = {
        "form": BringIn(states=writable), "writable": writable, "runs": queries.runs(request.mandates)[:PAGE_ROWS],
        "waiting": queries.doubts_waiting(request.mandates),
    }
    return render(request, "sources/imports.html", context)


@require_POST
@login_required
def bring_in(request: HttpRequest) -> HttpResponse:
    """Receive a file: its bytes are kept, and the worker starts to understand it."""
    writable = [state for state in states_with_units() if writes_for(request.mandates, state.iso3)]
    form = BringIn(request.POST, request.FILES, states=writable)
    if not form.is_valid():
        context = {"form": form, "writable": writable, "runs": queries.runs(request.mandates)[:PAGE_ROWS]}
        return render(request, "sources/imports.html", context, status=422)
    by = manager_or_refuse(request, form.cleaned_data["state"])
    uploaded = form.cleaned_data["file"]
    kept = commands.keep_raw_file(uploaded.file, name=uploaded.name)
    known = queries.stored_run(request.mandates, sha256=kept.sha256, state=by.state)
    if known is not None:
        messages.info(request, _("Ce fichier est déjà enregistré : rien n'a changé."))
        return redirect("import", run_id=known.pk)
    run = commands.open_run(
        kept, state=by.state, kind=form.cleaned_data["kind"], holder=commands.holder_of(by.state),
        share_as=form.cleaned_data["share_as"], by=by,
    )
    start, end = form.period()
    commands.state_period(run, start=start, end=end)
    jobs.understand_file.enqueue(str(run.pk), by.person, timezone.localdate().isoformat())
    return redirect("import", run_id=run.pk)


@require_GET
@login_required
def import_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One import: progress while it works, then what was understood, doubtful and refused."""
    run = run_or_404(request, run_id)
    context = {
        "run": run, "summary": queries.summary_of(run), "columns": queries.columns_of(run),
        "problems": queries.problems_of(run), "working": run.status in UNFINISHED or bool(run.step),
        "doubts": queries.open_doubts(request.mandates).filter(run=run).count(),
        "may_write": writes_for(request.mandates, run.owner_state) is not None,
        "period_form": PeriodOfFile(initial={"start": run.period_start, "end": run.period_end}),
        "fields": review.field_choices(run.kind),
    }
    fragment = "sources/_progress.html" if request.headers.get("HX-Request") and context["working"] else "sources/import.html"
    response = render(request, fragment, context)
    if request.headers.get("HX-Request") and not context["working"]:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@login_required
def accept(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The preview is accepted: the worker stores the rows."""
    run = run_or_404(request, run_id)
    by = manager_or_refuse(request, run.owner_state)
    if run.status == "previewed":
        commands.start_writing(run)
        jobs.store_file.enqueue(str(run.pk), by.person)
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Stop an import; what it had stored is taken back."""
    run = run_or_404(request, run_id)
    commands.ask_to_cancel(run, by=manager_or_refuse(request, run.owner_state))
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def correct_columns(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A person corrects what the columns mean; kept for the next file with these headings if asked."""
    run = run_or_404(request, run_id)
    by = manager_or_refuse(request, run.owner_state)
    chosen = review.chosen_columns(request.POST, queries.columns_of(run), run.kind)
    commands.correct_columns(run, chosen, by=by)
    if request.POST.get("remember"):
        signature = str(queries.summary_of(run).get("signature", ""))
        commands.save_mapping(state=run.owner_state, kind=run.kind, signature=signature, columns=chosen, by=by)
    jobs.understand_file.enqueue(str(run.pk), by.person, timezone.localdate().isoformat())
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def correct_period(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A person says which period the file reports on."""
    run = run_or_404(request, run_id)
    manager_or_refuse(request, run.owner_state)
    form = PeriodOfFile(request.POST)
    if form.is_valid():
        start: date | None = form.cleaned_data["start"]
        commands.state_period(run, start=start, end=form.cleaned_data["end"])
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("import", run_id=run.pk)


@require_GET
@login_required
def doubts(request: HttpRequest) -> HttpResponse:
    """What needs a person: one doubt per row, candidates with their distance and reason."""
    state, kind = request.GET.get("state", "")[:3], request.GET.get("kind", "")[:20]
    waiting = queries.open_doubts(request.mandates, state=state, kind=kind)
    run = request.GET.get("run", "")
    if run:
        waiting = waiting.filter(run_id=uuid_or_404(run))
    shown = [review.offered(doubt) for doubt in waiting[:PAGE_ROWS]]
    context = {"doubts": shown, "total": waiting.count(), "state": state, "kind": kind, "run": run, "states": states_with_units()}
    return render(request, "sources/review.html", context)


@require_POST
@login_required
def settle(request: HttpRequest, doubt_id: UUID) -> HttpResponse:
    """Apply a person's answer to the doubt and to all like it, now and in later files."""
    doubt = get_object_or_404(Doubt.objects.visible_to(request.mandates), pk=doubt_id)
    by = manager_or_refuse(request, doubt.owner_state)
    answer = request.POST.get("answer", "")[:120]
    problem = review.settle(doubt, answer=answer, by=by)
    if problem:
        messages.error(request, problem)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204 if problem else 200)
    return redirect(request.POST.get("next") if request.POST.get("next", "").startswith("/review") else "review")


def uuid_or_404(written: str) -> UUID:
    """The id a reader's address holds, if it is one."""
    try:
        return UUID(written)
    except ValueError:
        raise Http404 from None


@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """Where the figures come from."""
    return render(request, "sources/sources.html", {"sources": queries.sources(request.mandates)})


@require_GET
def source(request: HttpRequest, source_id: str) -> HttpResponse:
    """One source: file, date, licence, who brought it in, and the figures that rest on it."""
    found = get_object_or_404(Source, pk=source_id)
    seen = queries.runs(request.mandates).filter(source=found)
    if found.runs.exists() and not seen.exists():
        raise Http404
    return render(request, "sources/source.html", {"source": found, "runs": seen, **review.rests_on(found, request.mandates)})


def raw_file(request: HttpRequest, sha256: str) -> HttpResponse:
    """The raw bytes of a file, for the data manager of the State it was brought in for."""
    by_state = [run for run in queries.runs(request.mandates).filter(file_id=sha256) if writes_for(request.mandates, run.owner_state)]
    if not by_state:
        raise Http404
    response = HttpResponse(commands.raw_path(sha256).read_bytes(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{sha256[:12]}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


UPLOAD_LIMIT = settings.UPLOAD_LIMIT_BYTES
