"""Reading the journal, and proving that nobody altered it; what waits in the outbox."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from concertation.apps.ground.chain import digest_of
from concertation.apps.ground.models import JournalHead, JournalLine, Message
from concertation.core.clock_sense import MAY_DIFFER
from concertation.core.outbox import LONGEST_WAIT


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line of a chain whose digest, order or predecessor does not hold."""

    chain: str
    sequence: int
    reason: str


def broken_lines() -> Iterator[BrokenLine]:
    """Walk every chain from its first line; yields each line that does not follow from the one before."""
    for head in JournalHead.objects.order_by("chain"):
        last, expected = "", 1
        for line in JournalLine.objects.filter(chain=head.chain).order_by("sequence").iterator():
            if line.sequence != expected:
                yield BrokenLine(head.chain, expected, "missing")
            if line.previous_digest != last or line.digest != digest_of(line):
                yield BrokenLine(head.chain, line.sequence, "altered")
            last, expected = line.digest, line.sequence + 1
        if (head.sequence, head.digest) != (expected - 1, last):
            yield BrokenLine(head.chain, head.sequence, "head")


def last_moment() -> datetime | None:
    """The latest moment the end of any chain tells; None while nothing stands in the journal."""
    ends = (JournalLine.objects.filter(chain=head.chain, sequence=head.sequence).values_list("at", flat=True).first() for head in JournalHead.objects.all())
    return max((at for at in ends if at is not None), default=None)


def is_due(at: datetime) -> Q:
    """Messages whose time has come, and those put off for longer than any wait there is: by a clock that was ahead."""
    return Q(due_at__lte=at) | Q(due_at__gt=at + LONGEST_WAIT + MAY_DIFFER)


def messages_due(at: datetime) -> list[UUID]:
    """The messages to send now, and those that a process left in hand; the oldest first."""
    return list(Message.objects.filter(is_due(at), state__in=("queued", "sending")).order_by("due_at").values_list("pk", flat=True))


def messages_waiting(chains: Iterable[str] | None) -> QuerySet[Message]:
    """What has not left yet or was refused, of these States' acts (None: of all); the oldest first."""
    held = Message.objects.filter(state__in=("queued", "sending", "failed")).order_by("created_at")
    return held if chains is None else held.filter(chain__in=sorted(chains))


def address_of(person: str) -> tuple[str, str] | None:
    """The address and the language of a person whose account is open."""
    found: tuple[str, str] | None = get_user_model().objects.filter(pk=person, is_active=True).values_list("email", "language").first()
    return found
