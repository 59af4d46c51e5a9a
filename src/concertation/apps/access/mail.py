"""Sending the link of an invitation by e-mail, in the two languages, where the node has a mail server."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

LANGUAGES = ("fr", "en")


def sends_mail() -> bool:
    """Whether this node has a way to send e-mail."""
    return not str(settings.EMAIL_BACKEND).endswith("dummy.EmailBackend")


def send_link(email: str, link: str) -> bool:
    """Send the link; False when this node sends nothing, or the mail server did not take it: it is then passed on by hand."""
    if not sends_mail():
        return False
    try:
        return bool(send_mail(_subject(), _text(link), settings.DEFAULT_FROM_EMAIL, [email]))
    except (SMTPException, OSError):
        return False


def _subject() -> str:
    return "Concertation — invitation"


def _text(link: str) -> str:
    parts = []
    for language in LANGUAGES:
        with override(language):
            parts.append(_("Vous êtes invité(e) à rejoindre la plateforme Concertation. Ce lien ouvre votre compte ; il sert une fois, dans les sept jours :\n%(link)s\nSi vous n'attendiez pas cette invitation, ne faites rien.") % {"link": link})
    return "\n\n".join(parts)
