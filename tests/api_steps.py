"""What the tests of the programming interface share: clients that send a token, rows as they come, every address."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections
from django.test import Client
from django.utils import timezone

from access_steps import NEXT_YEAR, person
from concertation.apps.access.commands import make_token
from concertation.apps.access.models import User
from concertation.apps.access.queries import held_today
from concertation.core.sharing import Role
from concertation.site.api_description import description

PREFIX = "/api/v1"
NO_ROUND = "?round=00000000-0000-0000-0000-000000000000"
ONE_ROUND = {f"/api/v1/allocation-{table}": f"{NO_ROUND}{more}" for table, more in (("scenarios", ""), ("groups", "&scenario=1"), ("lines", "&scenario=1"))}
NEEDS_MORE = {"/api/v1/search": "?q=diffa", "/api/v1/picture": "?state=NER", **ONE_ROUND}


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


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests answered inside the test keep its connection to the database."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


class Quiet(WSGIRequestHandler):
    """A server that does not tell of each request."""

    def log_message(self, format: str, *told: Any) -> None:
        """Nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The address of a server that answers from the test's own database."""
    with one_connection(), make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        ours = connections["default"]
        ours.inc_thread_sharing()

        def answer() -> None:
            connections["default"] = ours
            server.serve_forever()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            ours.dec_thread_sharing()
