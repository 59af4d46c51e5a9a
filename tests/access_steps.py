"""What the tests of access share: people with mandates, a browser that signs in through the page, codes of a second factor."""

from datetime import date, timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.signals import got_request_exception
from django.test import Client
from django.utils import timezone

from concertation.apps.access.commands import NODE, accept_terms, give_mandate
from concertation.apps.access.models import User
from concertation.core.sharing import Mandate, Role

PASSWORD = "une longue phrase synthétique"
NEXT_YEAR = timedelta(days=365)


class Walker(Client):
    """A browser that asks, and keeps nothing of how the answer was made."""

    def request(self, **asked: Any) -> Any:
        """The answer; what fails is raised here."""
        name = f"walker-{id(self)}"
        got_request_exception.connect(self.store_exc_info, dispatch_uid=name)
        try:
            answer = self.handler(self._base_environ(**asked))
        finally:
            got_request_exception.disconnect(dispatch_uid=name)
        self.check_exception(answer)
        self.cookies.update(answer.cookies)
        return answer


def person(name: str, *mandates: tuple[Role, str] | tuple[Role, str, str], secured: bool = False) -> User:
    """Somebody with these mandates (role, State, organisation), who accepted the terms of use."""
    user = User.objects.create_user(f"{name}@concertation.example.org", PASSWORD, name=f"Synthetic {name}")
    accept_terms(user, settings.TERMS_VERSION, on=date(2026, 11, 23))
    for role, state, *organisation in mandates:
        give_mandate(user, Mandate(str(user.pk), role, state, *organisation), since=date(2020, 1, 1), until=None, by=NODE)
    if secured:
        TOTP.activate(user, generate_totp_secret())
    return user


def browser_of(user: User, client: Client | None = None) -> Client:
    """A browser in which somebody is signed in."""
    client = client or Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def sign_in(client: Client, user: User, password: str = PASSWORD, **headers: Any) -> Any:
    """Sign in through the page."""
    return client.post("/account/login/", {"login": user.email, "password": password}, **headers)


def mandate_form(role: Role, state: str = "", organisation: str = "", **more: str) -> dict[str, str]:
    """What the form of a mandate sends."""
    until = (timezone.localdate() + NEXT_YEAR).isoformat()
    return {"role": role.value, "state": state, "organisation": organisation, "until": until, **more}
