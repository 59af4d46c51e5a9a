"""Who reads through the programming interface: a token sent as `Authorization: Bearer`, else whoever is signed in, else anybody.

A token that is sent and not good is refused, never read as nobody's: a program must learn that its key is dead. Requests are
counted per token (per person, per address) in the shared cache, a booklet of requests at a time, so that reading does not
write at each request.
"""

import re
import threading
from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import DatabaseError
from django.http import HttpRequest

from concertation.apps.access.commands import note_token_used
from concertation.apps.access.links import TOKEN_MARK
from concertation.apps.access.models import PersonalToken
from concertation.apps.access.queries import carried_by, is_demonstration, token_under
from concertation.apps.access.signals import TERMS_PENDING
from concertation.apps.ground.refusals import Refused
from concertation.core.sharing import Mandate

PER_MINUTE, BOOKLET = 600, 20
WELL_FORMED = re.compile(rf"{TOKEN_MARK}[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True, slots=True)
class Bearer:
    """The reader behind a request: `audience` names the token or the person, empty for anybody."""

    audience: str
    mandates: tuple[Mandate, ...] = ()
    token: PersonalToken | None = None


def bearer_of(header: str, *, on: date) -> Bearer:
    """The reader a header names. Raises Refused for one that is malformed, unknown, expired, revoked, or carries nothing any more."""
    scheme, _, raw = header.partition(" ")
    if scheme.lower() != "bearer" or not WELL_FORMED.fullmatch(raw.strip()):
        raise Refused("api-token-malformed")
    token = token_under(raw.strip())
    if token is None or not token.person.is_active:
        raise Refused("api-token-unknown")
    if token.revoked_at is not None:
        raise Refused("api-token-revoked")
    if token.expires_on < on:
        raise Refused("api-token-expired", detail={"day": token.expires_on.isoformat()})
    if token.person.terms_version != settings.TERMS_VERSION and not is_demonstration(token.person):
        raise Refused("api-terms-to-accept")
    mandates = carried_by(token, on)
    if not mandates:
        raise Refused("api-token-without-mandate")
    return Bearer(f"token:{token.pk}", mandates, token)


def session_reader(request: HttpRequest) -> Bearer:
    """Whoever signed in with a browser, else anybody; the terms of use come first."""
    user = request.user
    if not user.is_authenticated:
        return Bearer("")
    if request.session.get(TERMS_PENDING):
        raise Refused("api-terms-to-accept")
    return Bearer(f"person:{user.pk}", tuple(request.mandates))  # type: ignore[attr-defined]


def read_as(request: HttpRequest, *, now: datetime) -> Bearer:
    """Attach to the request the reader it comes from, after counting it. Raises Refused."""
    header, address = request.headers.get("Authorization", ""), f"address:{client_address(request)}"
    try:
        bearer = bearer_of(header, on=now.date()) if header else session_reader(request)
    except Refused:
        count(address, now=now)
        raise
    count(bearer.audience or address, now=now)
    if bearer.token is not None:
        note_token_used(bearer.token, now)
    request.mandates, request.audience, request.token = bearer.mandates, bearer.audience, bearer.token  # type: ignore[attr-defined]
    return bearer


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, behind as many proxies as the node was told of."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied, ValidationError, ValueError):
        return str(request.META.get("REMOTE_ADDR", ""))


class Booklets:
    """How many requests each reader has left in this process, taken from the shared count a booklet at a time."""

    def __init__(self) -> None:
        self.left: dict[tuple[str, int], int] = {}
        self.lock = threading.Lock()

    def use_one(self, who: str, minute: int) -> bool:
        """Whether one more request may be answered in this minute."""
        with self.lock:
            self.left = {key: left for key, left in self.left.items() if key[1] == minute} if len(self.left) > 1_000 else self.left
            left = self.left.get((who, minute))
            if left is None or left == 0:
                left = BOOKLET if take_booklet(who, minute) else -1
            self.left[who, minute] = left - 1 if left > 0 else left
            return left > 0


BOOKLETS = Booklets()


def take_booklet(who: str, minute: int) -> bool:
    """Take a booklet from the count that every process shares; a node that cannot write goes on reading."""
    key = f"api:{minute}:{who}"
    try:
        if cache.add(key, BOOKLET, timeout=120):
            return True
        return bool(cache.incr(key, BOOKLET) <= PER_MINUTE)
    except (DatabaseError, ValueError):
        return True


def count(who: str, *, now: datetime) -> None:
    """Count one request; raises Refused, saying how long to wait, when there were too many in this minute."""
    if not BOOKLETS.use_one(who, int(now.timestamp()) // 60):
        wait = str(60 - int(now.timestamp()) % 60)
        raise Refused("api-too-many-requests", detail={"limit": str(PER_MINUTE), "seconds": wait}, headers={"Retry-After": wait})
