"""Pages of sources: where figures come from, the raw file for those who may have it, and one row of it as written."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import FORMATS, table_file
from concertation.apps.places.queries import state_names
from concertation.apps.sources import commands, import_words, queries, review
from concertation.apps.sources.cells import row_as_written, row_kept
from concertation.apps.sources.pages import period_words
from concertation.apps.sources.raw.queries import erased_for
from concertation.apps.sources.taken_sources import own_register
from concertation.core.sharing.visibility import writes_for
from concertation.draw.tables import Column, TakenTable

SORTS = {"title": "title", "publisher": "publisher", "date": "published_on", "licence": "licence", "figures": "figure_count"}
TAKEN = (
    Column(key="id", heading_fr="Identifiant", heading_en="Identifier"), Column(key="title", heading_fr="Titre", heading_en="Title"),
    Column(key="publisher", heading_fr="Éditeur", heading_en="Publisher"), Column(key="published_on", heading_fr="Date", heading_en="Date"),
    Column(key="licence", heading_fr="Licence", heading_en="Licence"), Column(key="url", heading_fr="Adresse", heading_en="Address"),
    Column(key="figure_count", heading_fr="Chiffres", heading_en="Figures", numeric=True),
)


@require_GET
def sources(request: ReaderRequest) -> HttpResponse:
    """Where the figures come from."""
    found = queries.sources(request.mandates)
    if words := request.GET.get("q", "").strip():
        found = found.filter(Q(title__icontains=words) | Q(publisher__icontains=words) | Q(pk__icontains=words))
    asked = request.GET.get("sort") or "title"
    field = SORTS.get(asked.removeprefix("-"), "title")
    found = found.order_by(f"-{field}" if asked.startswith("-") else field, "pk")
    if request.GET.get("format") in FORMATS:
        return _taken(found, request.GET["format"])
    return render(request, "sources/sources.html", {"table": _table(found), "total": found.count()})


def _table(found: Any) -> dict[str, object]:
    columns = [
        {"key": "title", "label": _("Titre"), "sortable": True}, {"key": "publisher", "label": _("Éditeur"), "sortable": True},
        {"key": "date", "label": _("Date"), "sortable": True}, {"key": "licence", "label": _("Licence")},
        {"key": "figures", "label": _("Chiffres"), "numeric": True, "sortable": True},
    ]
    rows = [
        {
            "title": {"text": source.title, "url": reverse("source", args=[source.pk])}, "publisher": publisher_words(source.publisher),
            "date": source.published_on or _("non datée"), "licence": source.licence or "–", "figures": source.figure_count,
        }
        for source in found
    ]
    return {"id": "sources", "caption": _("Sources"), "columns": columns, "rows": rows, "sort": "title", "search": "q", "exports": list(FORMATS)}


def publisher_words(publisher: str) -> str:
    """Who publishes, in words: a State's administration by the name of the State."""
    state, _dash, office = publisher.rpartition("-")
    if office != "government":
        return publisher
    return _("Administration de l'État : %(state)s") % {"state": state_names().get(state.upper(), state.upper())}


def _taken(found: Any, form: str) -> HttpResponse:
    rows = [
        {column.key: getattr(source, column.key) for column in TAKEN} | {"publisher": publisher_words(source.publisher)} for source in found
    ]
    on = timezone.localdate()
    table = TakenTable(title_fr="Provenance des chiffres", title_en="Where figures come from", columns=TAKEN, rows=rows, sources=(own_register(_("sources tenues sur ce nœud"), on=on),))
    return table_file(table, form, on=on)


@require_GET
def source(request: ReaderRequest, source_id: str) -> HttpResponse:
    """One source: file, date, licence, who brought it in, and the figures that rest on it."""
    found = get_object_or_404(queries.sources(request.mandates), pk=source_id)
    runs = list(queries.runs(request.mandates).filter(source=found))
    shown = [_run_shown(request, run) for run in runs]
    context = {
        "source": found, "runs": shown, "publisher": publisher_words(found.publisher), "of_file": queries.is_of_a_file(found),
        "breadcrumbs": [(_("Sources"), reverse("sources")), (found.title, "")], **review.rests_on(found, request.mandates),
    }
    return render(request, "sources/source.html", context)


def _run_shown(request: ReaderRequest, run: Any) -> dict[str, object]:
    summary: dict[str, Any] = dict(queries.summary_of(run))
    return {
        "run": run, "state": state_names().get(run.owner_state, run.owner_state), "period": period_words(run),
        "kind": import_words.kind_words(run.kind), "rows": summary.get("rows_kept", run.done), "read": summary.get("rows_read", run.done),
        "problems": run.problems.count(), "by": author_words(run.by, request), "may_take": writes_for(request.mandates, run.owner_state) is not None, "again": review.written_again(run),
    }


def author_words(person: str, request: ReaderRequest) -> str:
    """Who acted, by role; never a name."""
    if person == str(request.user.pk):
        return _("vous, gestionnaire des données")
    return _("l'administrateur du nœud, depuis le terminal") if person == "terminal" else _("un gestionnaire des données de l'État")


@require_GET
@login_required
def raw_file(request: ReaderRequest, sha256: str) -> HttpResponseBase:
    """The raw bytes of a file, for the data manager of the State it was brought in for."""
    mine = [run for run in queries.runs(request.mandates).filter(file_id=sha256) if writes_for(request.mandates, run.owner_state)]
    if not mine:
        raise Http404
    gone = {run.owner_state: erased for run in mine if (erased := erased_for(sha256, run.owner_state))}
    if len(gone) == len({run.owner_state for run in mine}):
        return render(request, "sources/raw_gone.html", {"run": mine[0], "erased": gone[mine[0].owner_state]}, status=410)
    stream = commands.raw_path(sha256).open("rb")
    response = FileResponse(stream, as_attachment=True, filename=mine[0].file.name, content_type="application/octet-stream")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@login_required
def cell(request: ReaderRequest, sha256: str) -> HttpResponse:
    """One row of a file as written, with its headings; only for readers who may see the import."""
    run = queries.runs(request.mandates).filter(file_id=sha256).first()
    written = request.GET.get("row", "")
    if run is None or not written.isascii() or not written.isdigit():
        raise Http404
    erased = erased_for(sha256, run.owner_state)
    sheet, number = request.GET.get("sheet", ""), int(written[:9])
    row = row_kept(queries.picture_of(run), sheet=sheet, row=number) if erased else row_as_written(commands.raw_path(sha256), sheet=sheet, row=number)
    if row is None:
        raise Http404
    columns = {str(column["letter"]): str(column["field"]) for column in queries.columns_of(run)}
    words = dict(review.field_choices(run.kind))
    column = request.GET.get("column", "")
    lines = [{"letter": line.letter, "heading": line.heading, "text": line.text, "field": words.get(columns.get(line.letter, ""), ""), "asked": line.letter == column} for line in row.cells]
    trail = [(_("Fichiers reçus"), reverse("imports")), (run.file.name, reverse("import", args=[run.pk])), (", ".join(part for part in (row.sheet, str(row.number)) if part), "")]
    problems = [import_words.problem_line(run, told) for told in queries.problems_of(run) if told.cell.row == row.number and told.cell.sheet in (row.sheet, None)]
    return render(request, "sources/cell.html", {"run": run, "row": row, "lines": lines, "erased": erased, "problems": problems, "column": column, "breadcrumbs": trail})
