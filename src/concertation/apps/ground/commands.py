"""Writing the journal, one hash chain per State, added to as the last act of a transaction and never changed; and the outbox.

A message is written in the transaction of the act that asks for it, and leaves afterwards. Whoever sends takes it in hand first,
so that two processes never send it both. A process that dies between the mail server's yes and the note of it leaves a message in
hand: it is sent once more, under the same Message-ID, and never a third time.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from concertation.apps.ground.chain import canonical, digest_of
from concertation.apps.ground.models import JournalHead, JournalLine, Message
from concertation.apps.ground.queries import is_due
from concertation.core import outbox
from concertation.core.sharing import Mandate

FRAMEWORK = "AES"


@transaction.atomic
def journal(
    act: str,
    by: Mandate,
    *,
    state: str = FRAMEWORK,
    unit: str = "",
    period: str = "",
    at: datetime | None = None,
    **facts: object,
) -> JournalLine:
    """Add one line to a State's chain inside the caller's transaction; facts must carry no personal value."""
    JournalHead.objects.get_or_create(chain=state)
    head = JournalHead.objects.select_for_update().get(chain=state)
    line = JournalLine(
        chain=state, sequence=head.sequence + 1, at=at or timezone.now(), actor=by.person, mandate=str(by), act=act,
        unit=unit, period=period, facts=canonical(facts), previous_digest=head.digest,
    )
    line.digest = digest_of(line)
    line.save(force_insert=True)
    head.sequence, head.digest = line.sequence, line.digest
    head.save()
    return line


def post_message(
    person: str, *, state: str, about: str, subject: tuple[str, str], body: tuple[str, str], useful_until: datetime,
) -> Message:
    """Put a message for one person in the outbox, inside the caller's transaction; subject and body in French, then English."""
    return Message.objects.create(
        person=person, chain=state, about=about, subject_fr=subject[0], subject_en=subject[1], body_fr=body[0], body_en=body[1],
        due_at=timezone.now(), useful_until=useful_until,
    )


def take_in_hand(message_id: UUID, *, at: datetime) -> Message | None:
    """Take a message that is due, for sending; None when another process has it, or it no longer waits."""
    due = Message.objects.filter(is_due(at), pk=message_id)
    in_hand = {"state": "sending", "due_at": at + outbox.IN_HAND_AT_MOST, "attempts": F("attempts") + 1}
    if due.filter(state="queued").update(**in_hand):
        return Message.objects.get(pk=message_id)
    if due.filter(state="sending", interruptions=0).update(**in_hand, interruptions=1):
        return Message.objects.get(pk=message_id)
    due.filter(state="sending").update(state="failed", last_error="interrupted")
    return None


def mark_sent(message: Message, *, at: datetime) -> None:
    """The mail server took it."""
    Message.objects.filter(pk=message.pk, state="sending").update(state="sent", left_at=at, last_error="")


def mark_not_sent(message: Message, *, code: str, permanent: bool, at: datetime) -> None:
    """The mail server did not take it: it waits for another try, longer each time, unless trying again is of no use."""
    wait = None if permanent else outbox.wait_after(message.attempts)
    now = {"state": "queued" if wait else "failed", "due_at": at + (wait or timedelta()), "last_error": code}
    Message.objects.filter(pk=message.pk, state="sending").update(**now)


def let_lapse(at: datetime) -> int:
    """Messages that say nothing useful any more leave no more; gives back how many."""
    return Message.objects.filter(state="queued", useful_until__lt=at).update(state="lapsed")


@transaction.atomic
def mark_handed(message: Message, *, by: Mandate, at: datetime) -> bool:
    """Somebody passed a message on by hand; False when it no longer waits."""
    done = Message.objects.filter(pk=message.pk, state__in=("queued", "failed")).update(state="handed", left_at=at)
    if done:
        journal("access.message-handed", by, state=message.chain, message=message.pk, about=message.about)
    return bool(done)


def remove_in_slices(rows: QuerySet[Any], *, most: int = 1_000) -> None:
    """Remove rows a slice at a time, so that no writer waits long."""
    while ids := list(rows.values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            rows.model.objects.filter(pk__in=ids).delete()
