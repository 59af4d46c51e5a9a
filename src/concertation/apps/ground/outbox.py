"""Sending what waits in the outbox: taken in hand, given to the mail server, marked. Without a mail server nothing is touched."""

from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from concertation.apps.ground import commands
from concertation.apps.ground.models import Message
from concertation.apps.ground.queries import address_of, messages_due
from concertation.core.outbox import is_permanent


def sends_mail() -> bool:
    """Whether this node has a way to send e-mail."""
    return not str(settings.EMAIL_BACKEND).endswith("dummy.EmailBackend")


def send_waiting(*, clock_believed: bool = True) -> int:
    """Send every message that is due; gives back how many left. Under a clock in doubt none is declared useless."""
    now = timezone.now()
    if clock_believed:
        commands.let_lapse(now)
    return sum(send(each, at=now) for each in messages_due(now)) if sends_mail() else 0


def send(message_id: UUID, *, at: datetime) -> bool:
    """Send one message if it is due and in nobody else's hand; whether it left."""
    message = commands.take_in_hand(message_id, at=at)
    if message is None:
        return False
    to = address_of(message.person)
    if to is None:
        commands.mark_not_sent(message, code="no-account", permanent=True, at=timezone.now())
        return False
    try:
        written(message, *to).send()
    except (SMTPException, OSError) as fault:
        code = code_of(fault)
        commands.mark_not_sent(message, code=code, permanent=code.isdigit() and is_permanent(int(code)), at=timezone.now())
        return False
    commands.mark_sent(message, at=timezone.now())
    return True


def written(message: Message, address: str, language: str) -> EmailMessage:
    """The message as it leaves: both languages, the reader's first; one id however often it is sent."""
    subjects, bodies = [message.subject_fr, message.subject_en], [message.body_fr, message.body_en]
    if language == "en":
        subjects.reverse()
        bodies.reverse()
    sender = settings.DEFAULT_FROM_EMAIL
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    headers = {"Message-ID": f"<{message.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(" / ".join(subjects), "\n\n-- \n\n".join(bodies), sender, [address], headers=headers)


def code_of(fault: Exception) -> str:
    """What the mail server said, as a number; the kind of fault when it said nothing."""
    if isinstance(fault, SMTPRecipientsRefused):
        return str(max(code for code, _words in fault.recipients.values()))
    if isinstance(fault, SMTPResponseException):
        return str(fault.smtp_code)
    return type(fault).__name__[:40]
