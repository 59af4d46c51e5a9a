"""Reading the journal, and proving that nobody altered it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from concertation.apps.ground.chain import digest_of
from concertation.apps.ground.models import JournalHead, JournalLine


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
