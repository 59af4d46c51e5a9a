"""Reading keys, releases, their rows and receipts; releases and rows through `visible_to`, as every guarded row."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from concertation.apps.sharing.models import (
    OwnNode,
    Receipt,
    Release,
    ReleaseControl,
    ReleasedFigure,
    ReleaseSignature,
    SigningKey,
)
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.control_told import Controlled, from_json
from concertation.core.sharing.keyring import OPENING
from concertation.core.sharing.released_tables import CellState, PeopleCell
from concertation.core.sharing.releases import Received
from concertation.core.sharing.signing import SIGNERS, HeldKey


def own_state() -> str:
    """The State whose node this is; empty when nobody said."""
    held = OwnNode.objects.first()
    return held.state if held else ""


def held_keys() -> tuple[HeldKey, ...]:
    """Every key that signs releases, as accepted here."""
    return tuple(
        HeldKey(each.node, Role(each.role), bytes(each.public), each.valid_from, each.valid_to, each.revoked_on)
        for each in SigningKey.objects.filter(role__in=[role.value for role in SIGNERS]).order_by("node", "role", "valid_from")
    )


def opening_publics(nodes: Sequence[str], *, on: date) -> dict[str, bytes]:
    """The public key to which a release is sealed for each of these nodes that has one good that day, the newest. One query."""
    held = SigningKey.objects.filter(role=OPENING, node__in=list(nodes), revoked_on=None, valid_from__lte=on, valid_to__gte=on).order_by("valid_from")
    return {each.node: bytes(each.public) for each in held}


def releases(mandates: Sequence[Mandate], *, node: str = "") -> QuerySet[Release]:
    """The releases a reader may see, in order."""
    held = Release.objects.visible_to(mandates).order_by("node", "sequence")
    return held.filter(node=node) if node else held


def release_numbered(mandates: Sequence[Mandate], node: str, sequence: int) -> Release | None:
    """One release of a node."""
    return releases(mandates, node=node).filter(sequence=sequence).first()


def release(mandates: Sequence[Mandate], release_id: UUID) -> Release | None:
    """One release, if the reader may see it."""
    held: Release | None = Release.objects.visible_to(mandates).filter(pk=release_id).first()
    return held


def related(mandates: Sequence[Mandate], held: Release) -> dict[str, Release]:
    """What a release withdraws (`withdrawn`) and what withdraws it (`withdrawing`), where the reader may see them. One query."""
    both = Release.objects.visible_to(mandates).filter(node=held.node, digest=held.withdraws) if held.withdraws else Release.objects.visible_to(mandates).filter(node=held.node, withdraws=held.digest)
    found = both.order_by("-sequence").first()
    return {} if found is None else {"withdrawn" if held.withdraws else "withdrawing": found}


def control_of(mandates: Sequence[Mandate], held: Release) -> Controlled:
    """The table as its State held it, with the control's word on each cell; nothing for anybody else."""
    kept = ReleaseControl.objects.visible_to(mandates).filter(release=held).first()
    return () if kept is None else from_json(json.loads(bytes(kept.content)))


def signatures(held: Release) -> Mapping[Role, ReleaseSignature]:
    """Who signed a release of this node, by role. One query."""
    return {Role(each.role): each for each in ReleaseSignature.objects.filter(release=held)}


def counted_cells(mandates: Sequence[Mandate], listed: Sequence[Release]) -> dict[UUID, tuple[int, int]]:
    """Of some releases, how many rows and how many hidden ones the reader may see. One query."""
    rows = ReleasedFigure.objects.visible_to(mandates).filter(release__in=[each.pk for each in listed])
    told = rows.values("release").annotate(rows=Count("pk"), hidden=Count("pk", filter=Q(state="hidden"))).order_by()
    return {line["release"]: (line["rows"], line["hidden"]) for line in told}


def chain_to_follow(node: str) -> tuple[int, str]:
    """The number and hash of the last release of this node that left; a draft takes no number from the next."""
    last = Release.objects.filter(node=node).exclude(standing="draft").order_by("-sequence").values_list("sequence", "digest").first()
    return last or (0, "")


def received() -> dict[str, Received]:
    """The chain of every node as held here: hashes alone, whoever may read the rows."""
    hashes: dict[str, dict[int, str]] = {}
    named: dict[str, dict[int, str]] = {}
    for node, sequence, digest, previous in Release.objects.values_list("node", "sequence", "digest", "previous"):
        hashes.setdefault(node, {})[sequence] = digest
        named.setdefault(node, {})[sequence - 1] = previous
    return {node: Received(held, named[node]) for node, held in hashes.items()}


def cells_of(mandates: Sequence[Mandate], release: Release) -> tuple[PeopleCell, ...]:
    """The rows of a release that a reader may see."""
    rows = ReleasedFigure.objects.visible_to(mandates).filter(release=release).order_by("sector", "level", "unit")
    return tuple(PeopleCell(row.unit, row.unit_name, row.level, row.sector, row.value, CellState(row.state)) for row in rows)


def shown_before(mandates: Sequence[Mandate], *, node: str, table: str, concept: str) -> list[tuple[PeopleCell, ...]]:
    """The rows of every release of a table that ever left a node, withdrawn ones too: what others may have kept."""
    held = releases(mandates, node=node).filter(table=table, concept=concept, withdraws="").exclude(standing="draft")
    return [cells_of(mandates, each) for each in held]


def expired_releases(mandates: Sequence[Mandate], today: date) -> int:
    """How many releases of others are kept beyond their last day, of those a reader may see."""
    return releases(mandates).filter(standing="received", expires_on__lt=today).count()


def receipts(digest: str) -> QuerySet[Receipt]:
    """What other nodes say they did with a release."""
    return Receipt.objects.filter(digest=digest).order_by("node", "act")
