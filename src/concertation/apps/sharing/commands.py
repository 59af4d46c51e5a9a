"""Writing what may leave and what came: the node's name, keys accepted and revoked, releases, their rows, receipts.

Each act is one line of the journal of the State concerned. What comes from others is taken in `arriving`. This node keeps what it
withdrew of its own, closed to everybody but its State, because what once left counts for every later control.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from concertation.apps.ground.commands import journal
from concertation.apps.sharing.arriving.commands import add_rows, hidden_in, release_row
from concertation.apps.sharing.joint.commands import fall
from concertation.apps.sharing.models import (
    OwnNode,
    Receipt,
    Release,
    ReleaseControl,
    ReleasedFigure,
    ReleaseSignature,
    SigningKey,
)
from concertation.core.sharing import Mandate, Role, Sensitivity
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.control_told import Controlled, as_json
from concertation.core.sharing.release_steps import DRAFT, PUBLISHED, WITHDRAWN
from concertation.core.sharing.released_tables import PeopleCell
from concertation.core.sharing.releases import ReleaseNote
from concertation.core.sharing.signing import HeldKey


@transaction.atomic
def name_node(state: str, *, by: Mandate, at: datetime) -> bool:
    """Say whose node this is, once for all; False when it was said already."""
    if OwnNode.objects.exists():
        return False
    OwnNode.objects.create(state=state, made_at=at)
    journal("sharing.node-named", by, state=state, at=at)
    return True


@transaction.atomic
def accept_key(key: HeldKey, *, by: Mandate, at: datetime) -> bool:
    """Take a key whose fingerprint a person compared; False when it is held already."""
    _held, made = SigningKey.objects.get_or_create(fingerprint=key.fingerprint, defaults={
        "node": key.node, "role": key.role.value, "public": key.public, "valid_from": key.valid_from, "valid_to": key.valid_to, "accepted_at": at,
    })  # fmt: skip
    if made:
        journal("sharing.key-accepted", by, state=key.node, at=at, key=key.fingerprint, role=key.role.value)
    return made


@transaction.atomic
def revoke_key(fingerprint: str, *, by: Mandate, at: datetime) -> bool:
    """From today nothing signed with a key comes in; False when it is not held, or was revoked before."""
    held = SigningKey.objects.filter(pk=fingerprint, revoked_on=None).first()
    if held is None:
        return False
    held.revoked_on = at.date()
    held.save()
    journal("sharing.key-revoked", by, state=held.node, at=at, key=fingerprint)
    return True


@transaction.atomic
def draft(note: ReleaseNote, digest: str, cells: Sequence[PeopleCell], *, by: Mandate, at: datetime, control: Controlled | None = None) -> Release:
    """Keep a release made here, in place of a draft that never left; nobody outside the State reads it before it is published, and nobody ever reads `control`."""
    Release.objects.filter(node=note.node, standing=DRAFT).delete()
    made = kept(note, digest, cells, standing=DRAFT, level=Sensitivity.CONFIDENTIAL.value)
    if control is not None:
        ReleaseControl.objects.create(release=made, owner_state=note.node, sensitivity=Sensitivity.CONFIDENTIAL.value, content=canonical_json(as_json(control)))
    journal("sharing.release-made", by, state=note.node, at=at, release=digest, sequence=note.sequence, rows=len(cells), hidden=note.hidden)
    return made


def kept(note: ReleaseNote, digest: str, cells: Sequence[PeopleCell], *, standing: str, level: str) -> Release:
    """A release and its rows, inside the caller's transaction."""
    made = release_row(note, digest, standing=standing, level=level)
    add_rows(made, cells)
    made.rows, made.hidden = len(cells), hidden_in(cells)
    made.save(update_fields=["rows", "hidden"])
    return made


@transaction.atomic
def sign(release: Release, *, role: Role, key: str, by: Mandate, at: datetime) -> None:
    """Note who put which signature, in place of what the same role put before. Raises IntegrityError where one person signs in both roles."""
    ReleaseSignature.objects.filter(release=release, role=role.value).delete()
    ReleaseSignature.objects.create(release=release, role=role.value, person=by.person, mandate=str(by), key=key, at=at)
    journal("sharing.release-signed", by, state=release.node, at=at, release=release.digest, sequence=release.sequence, role=role.value, key=key)


@transaction.atomic
def discard(release: Release, *, by: Mandate, at: datetime) -> bool:
    """Give up a draft that never left; False when it left, or is gone."""
    gone, _by_model = Release.objects.filter(pk=release.pk, standing=DRAFT).delete()
    if gone:
        journal("sharing.release-discarded", by, state=release.node, at=at, release=release.digest, sequence=release.sequence)
    return bool(gone)


@transaction.atomic
def publish(release: Release, note: ReleaseNote, *, by: Mandate, at: datetime) -> bool:
    """A signed release leaves; its rows open to whom it is meant for, or what it withdraws closes. False when it had left before."""
    held = Release.objects.select_for_update().get(pk=release.pk)
    if held.standing != DRAFT:
        return False
    level = Sensitivity.CONFIDENTIAL.value if note.is_withdrawal else note.level
    held.standing, held.sensitivity = PUBLISHED, level
    held.save()
    ReleasedFigure.objects.filter(release=held).update(sensitivity=level)
    if note.withdraws:
        close(note.withdraws, at=at)
        fall(note.withdraws, "withdrawn", by=by, at=at)
    if note.supersedes:
        fall(note.supersedes, "replaced", by=by, at=at)
    journal("sharing.release-published", by, state=note.node, at=at, release=held.digest, sequence=note.sequence, withdraws=note.withdraws)
    return True


def close(digest: str, *, at: datetime) -> None:
    """A release of this node is withdrawn: its State alone reads it from here on."""
    closed = Sensitivity.CONFIDENTIAL.value
    Release.objects.filter(digest=digest).update(standing=WITHDRAWN, withdrawn_at=at, sensitivity=closed)
    ReleasedFigure.objects.filter(release__digest=digest).update(sensitivity=closed)


@transaction.atomic
def keep_receipt(*, node: str, digest: str, act: str, rows: int, made_on: date, key: str, signature: bytes, state: str, by: Mandate, at: datetime) -> bool:
    """Keep what a node says it did, another or this one; False when it was said before."""
    _held, made = Receipt.objects.get_or_create(node=node, digest=digest, act=act, defaults={"rows": rows, "made_on": made_on, "key": key, "signature": signature})
    if made:
        journal("sharing.receipt-kept", by, state=state, at=at, release=digest, node=node, done=act)
    return made
