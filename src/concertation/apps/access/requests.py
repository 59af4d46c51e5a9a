"""A request as the pages receive it: with the mandates of the reader, and the version of what was read."""

from collections.abc import Sequence

from django.http import HttpRequest

from concertation.apps.access.models import PersonalToken
from concertation.core.sharing import Mandate


class ReaderRequest(HttpRequest):
    """A request to which `PersonMiddleware`, or a token, has attached what the reader is mandated to see and do.

    `audience`, for programs alone: which person or token reads; empty for anybody. `token`: the one it reads by.
    """

    mandates: Sequence[Mandate]
    audience: str
    token: PersonalToken | None


def version_of(request: HttpRequest) -> int:
    """The version of a row that a form was read from; 0, which no row has, where it says none."""
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 10 else 0
