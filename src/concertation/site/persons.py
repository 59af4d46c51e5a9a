"""Who is reading and under which mandates: asked of the database once a request, and at every request anew.

A session that was ended, an account that was closed, a password that changed, a mandate that was revoked take effect at the
next request: nothing about a person is kept between two.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from concertation.apps.access.queries import NOBODY, Standing, recognised, standing_of
from concertation.apps.ground.once import one_reading

READING = ("GET", "HEAD")


class PersonMiddleware:
    """`request.user`, `request.standing` (mandates, and those that wait for a second factor) and `request.mandates`, read when first needed."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the reader; a request that only reads asks each question once."""
        standing = SimpleLazyObject(lambda: standing_in(request))
        request.user = SimpleLazyObject(lambda: person_in(request))  # type: ignore[assignment]
        request.standing = standing  # type: ignore[attr-defined]
        request.mandates = SimpleLazyObject(lambda: standing.mandates)  # type: ignore[attr-defined]
        if request.method not in READING:
            return not_to_be_kept(request, self.respond(request))
        with one_reading():
            return not_to_be_kept(request, self.respond(request))


def not_to_be_kept(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """What is answered to a session stays out of every cache, the browser's too: a shared computer shows nothing afterwards."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        answer.headers.setdefault("Cache-Control", "private, no-store")
    return answer


def person_in(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """The person signed in to a session, else nobody."""
    if not hasattr(request, "_cached_user"):  # the name under which Django's own code keeps it
        request._cached_user = at_once(request) or auth.get_user(request)  # type: ignore[attr-defined]
    person: AbstractBaseUser | AnonymousUser = request._cached_user  # type: ignore[attr-defined]
    return person


def at_once(request: HttpRequest) -> AbstractBaseUser | None:
    """The person with their mandates in one query; None where anything about the session is unusual: Django then judges it."""
    session = request.session
    if session.get(auth.BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    found = recognised(session[auth.SESSION_KEY], timezone.localdate())
    if found is None or not found[0].is_active:
        return None
    if not constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), found[0].get_session_auth_hash()):
        return None
    request._read_with = found  # type: ignore[attr-defined]
    return found[0]


def standing_in(request: HttpRequest) -> Standing:
    """The standing of the person in a request."""
    if not request.user.is_authenticated:  # asking this reads the person
        return NOBODY
    read = getattr(request, "_read_with", None)
    return read[1] if read is not None and read[0].pk == request.user.pk else standing_of(request.user, timezone.localdate())
