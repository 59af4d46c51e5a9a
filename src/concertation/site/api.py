"""The programming interface: every subject's typed routes under one address, one door for readers, one form of refusal.

It only reads. A token (`Authorization: Bearer`) carries mandates of its person; a browser's session reads as on the pages, and
since nothing is written here, no request of another site can do harm with it.
"""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.security.base import AuthBase

from concertation.apps.access.api import router as access
from concertation.apps.access.bearers import Bearer, read_as
from concertation.apps.allocation.api import router as allocation
from concertation.apps.decisions.api import router as decisions
from concertation.apps.funding.api import router as funding
from concertation.apps.ground.refusals import BY_STATUS, Refused, WrongFilter, problem_answer
from concertation.apps.mobilisation.api import router as mobilisation
from concertation.apps.needs.api import hapi as hapi_needs
from concertation.apps.needs.api import router as needs
from concertation.apps.organisations.api import router as organisations
from concertation.apps.picture.api import router as picture
from concertation.apps.places.api import hapi as hapi_places
from concertation.apps.places.api import router as places
from concertation.apps.presence.api import hapi as hapi_presence
from concertation.apps.presence.api import router as presence
from concertation.apps.response.api import router as response
from concertation.apps.search.api import router as search
from concertation.apps.sources.api import router as sources
from concertation.site.api_stamps import Unchanged, stamp_request
from concertation.site.context import VERSION
from concertation.site.refusals import AGAIN_IN_SECONDS

logger = logging.getLogger(__name__)
EXPECTED = {
    "less_than_equal": ("au plus {le}", "at most {le}"), "greater_than_equal": ("au moins {ge}", "at least {ge}"),
    "int_parsing": ("un nombre entier", "a whole number"), "int_from_float": ("un nombre entier", "a whole number"),
    "literal_error": ("l'un de : {expected}", "one of: {expected}"), "string_too_long": ("au plus {max_length} caractères", "at most {max_length} characters"),
    "string_too_short": ("au moins {min_length} caractère", "at least {min_length} character"),
    "string_pattern_mismatch": ("la forme {pattern}", "the form {pattern}"), "missing": ("une valeur : ce filtre est nécessaire", "a value: this filter is needed"),
    "uuid_parsing": ("un identifiant (UUID)", "an identifier (UUID)"),
}  # fmt: skip
A_DAY, ANOTHER = ("un jour, écrit 2024-08-31", "a day, written 2024-08-31"), ("une autre valeur", "another value")


class Token(AuthBase):
    """A personal token in the Authorization header, a browser's session, or nobody: see `apps.access.bearers`."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Bearer:
        """Attach the reader to the request. Raises Refused, or Unchanged where the reader holds the answer already."""
        bearer = read_as(request, now=timezone.now())
        stamp_request(request, bearer)
        return bearer


class Interface(NinjaAPI):
    """Routes are called by their function's name, in the description as in addresses."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's name."""
        return str(operation.view_func.__name__)


api = Interface(title="Concertation", version=VERSION, urls_namespace="api", docs_url=None, openapi_url=None, auth=Token())
for router in (places, organisations, sources, needs, presence, funding, mobilisation, allocation, picture, decisions, response, search, access):
    api.add_router("", router)
for router in (hapi_needs, hapi_presence, hapi_places):
    api.add_router("/hapi", router)


@api.exception_handler(Unchanged)
def unchanged(request: HttpRequest, found: Unchanged) -> HttpResponse:
    """What the reader holds already."""
    return found.answer()


@api.exception_handler(Refused)
def refused(request: HttpRequest, found: Refused) -> HttpResponse:
    """A refusal with its code."""
    return found.answer()


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, found: ValidationError) -> HttpResponse:
    """Filters, or parts of the address, whose value is not one that is accepted."""
    wrong = [wrong_filter(error) for error in found.errors]
    code = "api-row-unknown" if all(each.place == "path" for each in wrong) else "api-filter-value"
    return problem_answer(code, detail={"names": ", ".join(each.name for each in wrong)}, filters=wrong)


@api.exception_handler(HttpError)
def of_the_library(request: HttpRequest, found: HttpError) -> HttpResponse:
    """What the library itself refuses."""
    return problem_answer(BY_STATUS.get(found.status_code, BY_STATUS[400]))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, found: Http404) -> HttpResponse:
    """A row that is not there, or not for this reader."""
    return problem_answer("api-row-unknown")


@api.exception_handler(PermissionDenied)
def not_allowed(request: HttpRequest, found: PermissionDenied) -> HttpResponse:
    """An act beyond the reader's mandates."""
    return problem_answer("api-not-allowed")


@api.exception_handler(InterfaceError)
@api.exception_handler(OperationalError)
def busy(request: HttpRequest, found: Exception) -> HttpResponse:
    """The database does not answer just now."""
    return problem_answer("api-node-busy", headers={"Retry-After": AGAIN_IN_SECONDS})


@api.exception_handler(Exception)
def failed(request: HttpRequest, found: Exception) -> HttpResponse:
    """The node failed: the log has the whole story, the answer has none of it."""
    logger.error("programming interface: %s", request.path, exc_info=found)
    return problem_answer("api-node-failed")


def wrong_filter(error: dict[str, Any]) -> WrongFilter:
    """One value that was not accepted, with what would be."""
    place, *path = error["loc"]
    words = EXPECTED.get(error["type"]) or (A_DAY if error["type"].startswith("date") else ANOTHER)
    french, english = (text.format_map({"le": "", "ge": "", "expected": "", "pattern": ""} | error.get("ctx", {})) for text in words)
    return WrongFilter(place=str(place), name=str(path[-1]) if path else "", expected_fr=french, expected_en=english.replace(" or ", ", "))
