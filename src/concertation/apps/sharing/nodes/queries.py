"""Reading what is known of nodes: their statements of keys, where they are asked, holes in their numbers, receipts kept and awaited."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from concertation.apps.sharing.models import Alarm, Host, KeyStatement, Receipt, SigningKey
from concertation.apps.sharing.queries import releases
from concertation.core.sharing import Mandate
from concertation.core.sharing.keyring import COURIER, SignedRing, ring_of
from concertation.core.sharing.receipts import Awaited, awaited
from concertation.core.sharing.releases import note_of
from concertation.formats.release import signatures_of, strict_json


def statements(node: str) -> tuple[SignedRing, ...]:
    """Every statement of a node's keys that is believed here, oldest first."""
    return tuple(map(as_ring, KeyStatement.objects.filter(node=node).order_by("number")))


def as_ring(held: KeyStatement) -> SignedRing:
    """A statement as the core reads it."""
    ring, signatures = ring_of(strict_json(bytes(held.content))), signatures_of(strict_json(bytes(held.signatures)))
    assert ring is not None and signatures is not None
    return SignedRing(ring, signatures)


def last_statement(node: str) -> SignedRing | None:
    """The statement in force for a node."""
    held = KeyStatement.objects.filter(node=node).order_by("-number").first()
    return None if held is None else as_ring(held)


def nodes_believed() -> tuple[str, ...]:
    """The nodes whose keys are believed here, in order."""
    return tuple(KeyStatement.objects.order_by("node").values_list("node", flat=True).distinct())


def latest_statements() -> tuple[SignedRing, ...]:
    """The statement in force of every node believed, in one query."""
    latest = {held.node: held for held in KeyStatement.objects.order_by("number")}
    return tuple(as_ring(latest[node]) for node in sorted(latest))


def courier_key(node: str, fingerprint: str, *, on: date) -> bytes | None:
    """The public half of a node's courier key, where it is good that day."""
    held = SigningKey.objects.filter(pk=fingerprint, node=node, role=COURIER, revoked_on=None, valid_from__lte=on, valid_to__gte=on).first()
    return None if held is None else bytes(held.public)


@dataclass(frozen=True, slots=True)
class KnownHost:
    """Where a node is asked, and what it said last."""

    node: str
    address: str
    asked_at: datetime | None
    last_sequence: int
    good_until: date | None


def hosts() -> dict[str, KnownHost]:
    """Where each node is asked."""
    return {each.node: KnownHost(each.node, each.address, each.asked_at, each.last_sequence, each.good_until) for each in Host.objects.order_by("node")}


def own_receipts(node: str, about: Iterable[str]) -> tuple[Receipt, ...]:
    """What this node (`node`) did with releases of another, as it signed it."""
    return tuple(Receipt.objects.filter(node=node, digest__in=list(about)).order_by("digest", "act"))


def receipts_awaited(mandates: Sequence[Mandate], own: str, *, today: date) -> tuple[Awaited, ...]:
    """The withdrawals of this node that a recipient has not answered with a purge receipt, oldest first."""
    return receipts_told(mandates, own, [node for node in nodes_believed() if node != own], today=today)[1]


def receipts_told(mandates: Sequence[Mandate], own: str, others: Sequence[str], *, today: date) -> tuple[list[tuple[Receipt, int]], tuple[Awaited, ...]]:
    """What other nodes said of this one's releases, with their numbers, newest release first; and who has not said that they erased one. Two queries."""
    held = list(releases(mandates, node=own).exclude(standing="draft"))
    numbers = {each.digest: each.sequence for each in held}
    told = list(Receipt.objects.filter(digest__in=numbers).exclude(node=own).order_by("node", "act"))
    erased = {(each.digest, each.node) for each in told if each.act == "purged"}
    lines: list[Awaited] = []
    for each in held:
        note = note_of(json.loads(bytes(each.note))) if each.withdraws else None
        if note is not None:
            lines += awaited(note, numbers.get(each.withdraws, 0), {node for digest, node in erased if digest == each.withdraws}, others, today=today)
    return sorted(((each, numbers[each.digest]) for each in told), key=lambda pair: -pair[1]), tuple(lines)


def alarms() -> tuple[Alarm, ...]:
    """Every pair of things told under one number, newest first."""
    return tuple(Alarm.objects.order_by("-at"))
