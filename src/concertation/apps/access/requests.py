"""A request as the pages receive it: with the mandates of the reader, and the version of what was read."""

from collections.abc import Sequence
from typing import TypeVar

from django.http import Http404, HttpRequest

from concertation.apps.access.models import PersonalToken
from concertation.core.sharing import Mandate

Thing = TypeVar("Thing")


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


def found(thing: Thing | None) -> Thing:
    """What an address names, if the reader may see it. Raises Http404 for what is not there, or not open to them: both are told alike."""
    if thing is None:
        raise Http404
    return thing
