"""Sending links by e-mail, in the two languages, where the node has a mail server: of an invitation, of a new password."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

from concertation.apps.ground.outbox import sends_mail

LANGUAGES = ("fr", "en")


def send_link(email: str, link: str) -> bool:
    """Send the link; False when this node sends nothing, or the mail server did not take it: it is then passed on by hand."""
    return _sent(email, "Concertation — invitation", _invitation(link))


def send_password_link(email: str, link: str) -> bool:
    """Send the link under which a person chooses a new password; False as above."""
    return _sent(email, "Concertation — mot de passe / password", _password(link))


def _sent(email: str, subject: str, text: str) -> bool:
    if not sends_mail():
        return False
    try:
        return bool(send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [email]))
    except (SMTPException, OSError):
        return False


def _password(link: str) -> str:
    parts = []
    for language in LANGUAGES:
        with override(language):
            parts.append(_("Vous avez demandé un nouveau mot de passe pour la plateforme Concertation. Ce lien permet de le choisir\u202f; il sert une fois, dans la journée\u202f:\n%(link)s\nSi vous n'avez rien demandé, dites-le à qui administre votre nœud.") % {"link": link})
    return "\n\n".join(parts)


def _invitation(link: str) -> str:
    parts = []
    for language in LANGUAGES:
        with override(language):
            parts.append(_("Vous êtes invité(e) à rejoindre la plateforme Concertation. Ce lien ouvre votre compte ; il sert une fois, dans les sept jours :\n%(link)s\nSi vous n'attendiez pas cette invitation, ne faites rien.") % {"link": link})
    return "\n\n".join(parts)
