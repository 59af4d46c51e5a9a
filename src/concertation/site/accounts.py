"""Accounts are opened by a person with the mandate to do so, never by signing up; a second factor keeps them.

What allauth is told about this node, and what every answer to a signed-in person goes through: the terms of use come first,
and the session remembers when it was last seen.
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, tostring

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from concertation.apps.access.commands import note_act, note_seen
from concertation.apps.access.queries import NOBODY, account_under, is_demonstration
from concertation.apps.access.signals import TERMS_PENDING
from concertation.site import faults

LOCKED_FOR = 300
SEEN_EVERY = timedelta(minutes=15)
SEEN = "seen_at"
QUIET_ZONE = 4
OPEN_BEFORE_TERMS = ("/account/terms/", "/account/logout/", "/static/", "/maps/", "/help/", "/api/")


class ClosedAccounts(DefaultAccountAdapter):
    """No open registration; a locked address is told so in clear words, and journalled once."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("Adresse ou mot de passe inexact."),
        "too_many_login_attempts": _("Trop d'essais manqués\u202f: par prudence, la connexion est fermée pendant cinq minutes. Attendez, puis réessayez."),
        "rate_limited": _("Trop de demandes en peu de temps\u202f: attendez une minute, puis réessayez."),
        "incorrect_password": _("Mot de passe inexact."),
        "enter_current_password": _("Écrivez votre mot de passe actuel."),
        "account_inactive": _("Ce compte est fermé."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody opens an account alone."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Count the attempt; when there were too many, journal it once for as long as the lock holds."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            address = credentials.get("email") or credentials.get("username") or ""
            if cache.add(f"login-locked:{hashlib.sha256(address.lower().encode()).hexdigest()}", True, timeout=LOCKED_FOR):
                note_act("access.login-locked", account_under(address))
            raise


class SecondFactor(DefaultMFAAdapter):
    """Secrets of second factors are kept encrypted; the square to scan is drawn without a style."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _("Code inexact\u202f: attendez le suivant, et vérifiez l'heure du téléphone.")}

    def encrypt(self, text: str) -> str:
        """The secret as the database keeps it."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret as the telephone knows it."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The square to scan, as a drawing to stand in the page."""
        return square_to_scan(url, str(_("Carré à lire avec l'application de codes")))


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"second-factor:" + settings.SECRET_KEY.encode()).digest()))


def square_to_scan(text: str, label: str) -> str:
    """A QR code as SVG: dark runs on white, one path, no style attribute.

    >>> square_to_scan("otpauth://totp/a", "b").count("<path")
    1
    """
    code = qrcode.QRCode(border=QUIET_ZONE, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    size = str(len(rows))
    drawing = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {size} {size}", "width": "240", "height": "240", "role": "img", "aria-label": label})
    SubElement(drawing, "rect", {"width": size, "height": size, "fill": "#fff"})
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    SubElement(drawing, "path", {"d": dark, "fill": "#000", "shape-rendering": "crispEdges"})
    return tostring(drawing, encoding="unicode")


class AccountMiddleware:
    """A person who signed in reads the terms of use first; their session says when it was last seen."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, unless the terms of use wait."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.respond(request)
        if request.session.get(TERMS_PENDING) and not request.path.startswith(OPEN_BEFORE_TERMS):
            return redirect(f"{reverse('terms')}?{urlencode({'next': request.get_full_path()})}")
        note_presence(request, timezone.now())
        return self.respond(request)


def note_presence(request: HttpRequest, now: datetime) -> None:
    """Every quarter of an hour, note when this session was last seen; a node that only reads notes nothing."""
    seen = request.session.get(SEEN)
    if seen is None or datetime.fromisoformat(seen) + SEEN_EVERY < now:
        if not request.user.is_authenticated or request.session.session_key is None or faults.only_reads():
            return
        request.session[SEEN] = now.isoformat()
        note_seen(request.session.session_key, now)


def account_notice(request: HttpRequest) -> dict[str, object]:
    """What every page tells a signed-in person about their account: a second factor that is missing, a demonstration."""
    return {"account_notice": SimpleLazyObject(lambda: notice_for(request))}


def notice_for(request: HttpRequest) -> dict[str, object]:
    """Whether mandates wait for a second factor, and whether this is the demonstration account."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    standing = getattr(request, "standing", NOBODY)
    return {"waiting": standing.waiting, "demonstration": is_demonstration(user)}
