"""Writing what is known of nodes: statements of keys believed, where a node is asked, alarms.

A statement is kept with the keys it names in one transaction. The keys of a statement live no longer than the statement itself; one
it revokes opens nothing from that day, whatever an earlier one said.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from concertation.apps.ground.commands import journal
from concertation.apps.sharing.models import Alarm, Host, KeyStatement, SigningKey
from concertation.core.sharing import Mandate
from concertation.core.sharing.keyring import KeyRing, SignedRing
from concertation.formats.release import signatures_file


@transaction.atomic
def believe(rings: Sequence[SignedRing], *, by: Mandate, at: datetime) -> int:
    """Keep statements that hold, in order; gives back how many were new."""
    new = 0
    for each in rings:
        _held, made = KeyStatement.objects.get_or_create(node=each.ring.node, number=each.ring.number, defaults={
            "content": each.ring.statement, "signatures": signatures_file(each.signatures), "accepted_at": at,
        })  # fmt: skip
        if made:
            keep_keys(each.ring, at=at)
            journal("sharing.keys-believed", by, state=each.ring.node, at=at, number=each.ring.number, roots=list(each.ring.root_fingerprints), revoked=list(each.ring.revoked))
            new += 1
    return new


def keep_keys(ring: KeyRing, *, at: datetime) -> None:
    """The keys of a statement, and those it takes away; a key revoked once stays so."""
    for key in ring.keys:
        until = min(key.valid_to, ring.expires_on)
        held, made = SigningKey.objects.get_or_create(fingerprint=key.fingerprint, defaults={
            "node": ring.node, "role": key.use, "public": key.public, "valid_from": key.valid_from, "valid_to": until, "accepted_at": at,
        })  # fmt: skip
        if not made and (held.node, held.role) == (ring.node, key.use):
            held.valid_to = until
            held.save()
    SigningKey.objects.filter(node=ring.node, fingerprint__in=ring.revoked, revoked_on=None).update(revoked_on=ring.made_on)


@transaction.atomic
def register_host(node: str, address: str, *, state: str, by: Mandate, at: datetime) -> None:
    """Say where a node may be asked for its releases; nothing else is ever asked."""
    Host.objects.update_or_create(node=node, defaults={"address": address, "registered_at": at})
    journal("sharing.host-registered", by, state=state, at=at, node=node)


@transaction.atomic
def note_asked(node: str, *, last_sequence: int, good_until: date, at: datetime) -> None:
    """Remember what a node said of itself when it was last asked."""
    Host.objects.filter(node=node).update(asked_at=at, last_sequence=last_sequence, good_until=good_until)


@transaction.atomic
def raise_alarm(*, node: str, subject: str, number: int, held: str, came: str, told_by: str, by: Mandate, at: datetime) -> bool:
    """Two things were told under one number; False when that was noticed before."""
    _held, made = Alarm.objects.get_or_create(node=node, subject=subject, number=number, came=came, defaults={"held": held, "told_by": told_by, "at": at})
    if made:
        journal("sharing.alarm-raised", by, state=node, at=at, subject=subject, number=number, held=held, came=came, told_by=told_by)
    return made
