"""The register of organisations for programs, as far as the reader may see it."""

from django.http import HttpResponse
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.answers import Rows, page_of, rows_answer
from concertation.apps.organisations import queries
from concertation.apps.organisations.shapes import OrganisationRow, OrganisationsAsked

router = Router(tags=["organisations"])
PATHS = {name: name for name in OrganisationRow.model_fields} | {"organisation": "slug"}


@router.get("/organisations", response=Rows[OrganisationRow])
def organisations(request: ReaderRequest, asked: Query[OrganisationsAsked]) -> HttpResponse:
    """The organisations of the register; those merged into another are left out."""
    found = queries.register(request.mandates, search=asked.search or "", org_type=asked.org_type or "", state=asked.state or "")
    return rows_answer(request, page_of(found, OrganisationRow, PATHS, most=asked.limit, after=asked.after), OrganisationRow, asked)
