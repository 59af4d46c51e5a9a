"""What the tests of the programming interface share: clients that send a token, rows as they come, every address."""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.utils import timezone

from access_steps import NEXT_YEAR, person
from concertation.apps.access.commands import make_token
from concertation.apps.access.models import User
from concertation.apps.access.queries import held_today
from concertation.core.sharing import Role
from concertation.site.api_description import description

PREFIX = "/api/v1"
NEEDS_MORE = {"/api/v1/picture": "?state=NER"}


def token_of(user: User, *, name: str = "synthetic") -> str:
    """A token with everything its person holds."""
    _token, raw = make_token(user, name=name, mandates=held_today(user), expires_on=timezone.localdate() + NEXT_YEAR)
    return raw


def with_token(raw: str) -> Client:
    """A program that sends this token."""
    return Client(headers={"Authorization": f"Bearer {raw}"})


def program(*mandates: tuple[Role, str] | tuple[Role, str, str], name: str = "program") -> Client:
    """A program of somebody with these mandates."""
    return with_token(token_of(person(name, *mandates)))


def addresses() -> Iterator[str]:
    """Every address without an id in it, with the filters it needs."""
    for path in description("fr")["paths"]:
        if "{" not in path:
            yield path + NEEDS_MORE.get(path, "")


def tables() -> Iterator[str]:
    """The addresses that answer pages of rows."""
    for path, methods in description("fr")["paths"].items():
        if "{" not in path and any(given["name"] == "limit" for given in methods["get"]["parameters"]):
            yield path


def rows(client: Client, address: str, **headers: str) -> list[dict[str, Any]]:
    """The rows of one page."""
    answer = client.get(address if address.startswith(PREFIX) else f"{PREFIX}{address}", headers=headers)
    assert answer.status_code == 200, (address, answer.content)
    found: list[dict[str, Any]] = answer.json()["data"]
    return found
