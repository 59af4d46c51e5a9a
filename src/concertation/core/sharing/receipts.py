"""What comes after a release: which numbers are missing, what a newer table changes, who still owes word of an erasure.

A receipt is what a node says it did with a release, signed with its courier key. What was once sent cannot be forced back: a receipt
that does not come is named, and that is all anybody can do.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from concertation.core.sharing.released_tables import PeopleCell
from concertation.core.sharing.releases import EVERYONE, Received, ReleaseNote

SEAL = b"concertation receipt 1\n"
ANSWERED_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A purge receipt that has not come: from whom, for which number of ours, since when, and whether it is late."""

    node: str
    sequence: int
    since: date
    is_late: bool


def awaited(note: ReleaseNote, sequence: int, answered: Collection[str], others: Iterable[str], *, today: date) -> tuple[Awaited, ...]:
    """Who has not yet said that they erased what a withdrawal takes back; where it went to everybody, of the nodes known.

    >>> from dataclasses import fields
    >>> note = ReleaseNote(**{each.name: "" for each in fields(ReleaseNote)} | {"recipients": ("BFA", "MLI"), "made_on": "2026-01-01", "node": "NER"})
    >>> [(each.node, each.is_late) for each in awaited(note, 1, {"MLI"}, (), today=date(2026, 1, 20))]
    [('BFA', True)]
    """
    asked = set(others) if EVERYONE in note.recipients else set(note.recipients)
    since = date.fromisoformat(note.made_on)
    return tuple(Awaited(node, sequence, since, today > since + ANSWERED_WITHIN) for node in sorted(asked - set(answered) - {note.node}))


def holes(received: Received, announced: int = 0) -> tuple[int, ...]:
    """The numbers of a node that are missing below the highest known.

    >>> holes(Received({1: "a", 4: "d"})), holes(Received({1: "a"}), announced=2)
    ((2, 3), (2,))
    """
    return tuple(number for number in range(1, max(received.last, announced) + 1) if number not in received.hashes)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a release changes against the one before of the same table: cells that are new, told otherwise, gone, and as they were."""

    new: int
    changed: int
    gone: int
    same: int


def difference(before: Sequence[PeopleCell], now: Sequence[PeopleCell]) -> Difference:
    """Compare two releases cell by cell; hidden, not held and shown are three things.

    >>> one, other = PeopleCell("a", "A", 1, "FSC", 30), PeopleCell("a", "A", 1, "FSC", 45)
    >>> difference([one], [other])
    Difference(new=0, changed=1, gone=0, same=0)
    """
    earlier = {cell.key: (cell.value, cell.state) for cell in before}
    later = {cell.key: (cell.value, cell.state) for cell in now}
    both = earlier.keys() & later.keys()
    changed = sum(earlier[key] != later[key] for key in both)
    return Difference(len(later.keys() - both), changed, len(earlier.keys() - both), len(both) - changed)
