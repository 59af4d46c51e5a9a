"""Search for programs: what the page finds, in the page's order."""

from django.http import HttpResponse
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.answers import Page, Rows, frame_of, rows_answer
from concertation.apps.ground.refusals import Refused, WrongFilter
from concertation.apps.search import queries
from concertation.apps.search.kinds import KINDS, in_order
from concertation.apps.search.queries import Found
from concertation.apps.search.shapes import FoundRow, SearchAsked

router = Router(tags=["search"])


@router.get("/search", response=Rows[FoundRow])
def search(request: ReaderRequest, asked: Query[SearchAsked]) -> HttpResponse:
    """Places, organisations, activities and sources by words."""
    if asked.kind and asked.kind not in KINDS:
        known = ", ".join(kind.code for kind in in_order())
        raise Refused("api-filter-value", detail={"names": "kind"}, filters=[WrongFilter(place="query", name="kind", expected_fr=known, expected_en=known)])
    results = queries.search(request.mandates, asked.q, kind=asked.kind or "", state=asked.state or "", sector=asked.sector or "", most=asked.most)
    rows = [row(found) for group in results.groups for found in group.found]
    return rows_answer(request, Page(frame_of(FoundRow, rows)), FoundRow, asked)


def row(found: Found) -> dict[str, object]:
    """One thing found as a row."""
    return {
        "kind": found.kind, "key": found.key, "title_fr": found.title_fr, "title_en": found.title_en, "context_fr": found.context_fr or None,
        "context_en": found.context_en or None, "page": found.address, "state": found.state or None, "sector": found.sector or None,
        "found_by": found.way.name.lower(),
    }
