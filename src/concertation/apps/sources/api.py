"""Sources, imports and their problems for programs; imports are for those who signed in or hold a token."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.answers import Page, Paged, Rows, frame_of, page_of, rows_answer
from concertation.apps.ground.refusals import Refused
from concertation.apps.sources import queries
from concertation.apps.sources.queries import ToldProblem
from concertation.apps.sources.shapes import ImportProblemRow, ImportRow, ImportsAsked, ProblemsAsked, SourceRow

router = Router(tags=["sources"])
SOURCE_PATHS = {name: name for name in SourceRow.model_fields} | {"source": "pk", "figures": "figure_count"}
RUN_PATHS = {name: name for name in ImportRow.model_fields} | {"state": "owner_state", "file": "file__name", "source": "source_id", "sensitivity": "share_as"}


@router.get("/sources", response=Rows[SourceRow])
def sources(request: ReaderRequest, asked: Query[Paged]) -> HttpResponse:
    """The sources on which figures rest."""
    found = queries.sources(request.mandates)
    return rows_answer(request, page_of(found, SourceRow, SOURCE_PATHS, most=asked.limit, after=asked.after), SourceRow, asked)


@router.get("/imports", response=Rows[ImportRow])
def imports(request: ReaderRequest, asked: Query[ImportsAsked]) -> HttpResponse:
    """The imports a reader may see."""
    must_be_known(request)
    found = queries.run_list(request.mandates)
    found = found.filter(owner_state=asked.state) if asked.state else found
    found = found.filter(status=asked.status) if asked.status else found
    return rows_answer(request, page_of(found, ImportRow, RUN_PATHS, most=asked.limit, after=asked.after), ImportRow, asked)


@router.get("/imports/{import_id}/problems", response=Rows[ImportProblemRow])
def import_problems(request: ReaderRequest, import_id: UUID, asked: Query[ProblemsAsked]) -> HttpResponse:
    """The problems of one import in words, gravest first."""
    must_be_known(request)
    run = queries.run_for(request.mandates, import_id)
    if run is None:
        raise Refused("api-row-unknown")
    told = [problem_row(problem) for problem in queries.problems_of(run)[: asked.limit]]
    return rows_answer(request, Page(frame_of(ImportProblemRow, told)), ImportProblemRow, asked)


def must_be_known(request: ReaderRequest) -> None:
    """Raise Refused for a reader who neither signed in nor sent a token."""
    if not request.audience:
        raise Refused("api-sign-in-needed")


def problem_row(told: ToldProblem) -> dict[str, object]:
    """One problem in the reader's language."""
    english = get_language() == "en"
    return {
        "problem": told.code, "severity": told.words.severity, "message": told.words.message_en if english else told.words.message_fr,
        "remedy": told.words.remedy_en if english else told.words.remedy_fr, "cell_value": told.value or None, "count": told.count,
        "sheet": told.cell.sheet, "row": told.cell.row, "column": told.cell.column,
    }
