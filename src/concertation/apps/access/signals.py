"""What allauth writes to accounts on its own is journalled here, by signal and without a personal value."""

from ipaddress import ip_address, ip_network
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models.signals import pre_save
from django.http import HttpRequest

from concertation.apps.access.commands import note_act
from concertation.apps.access.models import User
from concertation.apps.access.queries import account_under, is_demonstration

TERMS_PENDING = "terms_pending"
KEPT_BITS = {4: 16, 6: 32}


def shortened(address: str) -> str:
    """An address without the part that tells one household from the next.

    >>> shortened("196.200.12.34"), shortened("2001:db8:1:2::3")
    ('196.200.0.0', '2001:db8::')
    """
    bits = KEPT_BITS[ip_address(address).version]
    return str(ip_network(f"{address}/{bits}", strict=False).network_address)


def shorten_address(sender: object, instance: UserSession, **_: Any) -> None:
    """A session keeps a shortened address alone."""
    instance.ip = shortened(instance.ip)


def ask_for_terms(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Who has not accepted the terms of use in force reads them before anything else."""
    if user.terms_version != settings.TERMS_VERSION and not is_demonstration(user):
        request.session[TERMS_PENDING] = True


def note_password(sender: object, user: User, **_: Any) -> None:
    """A password was changed."""
    note_act("access.password-changed", user)


def note_failure(sender: object, credentials: dict[str, str], **_: Any) -> None:
    """Somebody tried a wrong password; the address that was tried is not kept."""
    note_act("access.login-failed", account_under(credentials.get("email") or credentials.get("username") or ""))


def note_factor_failure(sender: object, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Somebody who knew the password tried a wrong code."""
    note_act("access.second-factor-failed", user, kind=str(authenticator.type))


def note_factor_added(sender: object, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor was set up."""
    note_act("access.second-factor-added", user, kind=str(authenticator.type))


def note_factor_removed(sender: object, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor was taken away."""
    note_act("access.second-factor-removed", user, kind=str(authenticator.type))


def note_factor_renewed(sender: object, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Recovery codes were made anew."""
    note_act("access.second-factor-renewed", user, kind=str(authenticator.type))


def listen() -> None:
    """Connect what is journalled to what happens."""
    pre_save.connect(shorten_address, sender=UserSession)
    user_logged_in.connect(ask_for_terms)
    user_login_failed.connect(note_failure)
    for changed in (password_changed, password_set, password_reset):
        changed.connect(note_password)
    authentication_failed.connect(note_factor_failure)
    authenticator_added.connect(note_factor_added)
    authenticator_removed.connect(note_factor_removed)
    authenticator_reset.connect(note_factor_renewed)
