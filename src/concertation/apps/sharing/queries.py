"""Reading keys, releases, their rows and receipts; releases and rows through `visible_to`, as every guarded row."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

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
from concertation.core.sharing.release_steps import ARRIVING, DRAFT, EXPIRED, PUBLISHED, RECEIVED, WITHDRAWN
from concertation.core.sharing.released_tables import CellState, PeopleCell
from concertation.core.sharing.releases import SHARED_LEVELS, Received
from concertation.core.sharing.signing import SIGNERS, HeldKey

STAND = (PUBLISHED, RECEIVED)


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
    """The releases a reader may see, in order; one that is still arriving is not there."""
    held = Release.objects.visible_to(mandates).exclude(standing=ARRIVING).order_by("node", "sequence")
    return held.filter(node=node) if node else held


def release_numbered(mandates: Sequence[Mandate], node: str, sequence: int) -> Release | None:
    """One release of a node."""
    return releases(mandates, node=node).filter(sequence=sequence).first()


def release(mandates: Sequence[Mandate], release_id: UUID) -> Release | None:
    """One release, if the reader may see it."""
    return releases(mandates).filter(pk=release_id).first()


def related(mandates: Sequence[Mandate], held: Release) -> list[tuple[str, Release]]:
    """What a release withdraws or replaces (`withdrawn`, `replaced`), what withdraws or replaces it (`withdrawing`, `replacing`), where the reader may see them. One query."""
    ways = {"withdrawn": Q(digest=held.withdraws), "replaced": Q(digest=held.supersedes), "withdrawing": Q(withdraws=held.digest), "replacing": Q(supersedes=held.digest)}
    found = releases(mandates, node=held.node).filter(reduce(or_, ways.values())).exclude(digest="")
    return [(how, each) for each in found for how in ways if is_related(how, each, held)]


def is_related(how: str, each: Release, held: Release) -> bool:
    """Whether one release stands to another in a way; what replaces counts while it stands itself."""
    if how in ("withdrawn", "replaced"):
        return each.digest == (held.withdraws if how == "withdrawn" else held.supersedes)
    return each.withdraws == held.digest if how == "withdrawing" else each.supersedes == held.digest and each.standing in STAND


def replaced(mandates: Sequence[Mandate], listed: Sequence[Release]) -> frozenset[str]:
    """The hashes, of some releases, that a later one which stands has replaced. One query."""
    rows = releases(mandates).filter(supersedes__in=[each.digest for each in listed], standing__in=STAND)
    return frozenset(rows.values_list("supersedes", flat=True))


def standing_releases(mandates: Sequence[Mandate]) -> QuerySet[Release]:
    """The releases of tables that left a node and stand, newest first."""
    return releases(mandates).filter(withdraws="", standing__in=STAND).order_by("-created_at")


def standing_of_table(mandates: Sequence[Mandate], *, node: str, table: str, concept: str) -> QuerySet[Release]:
    """The releases of a table that left a node and stand, newest first."""
    return releases(mandates, node=node).filter(table=table, concept=concept, withdraws="", standing__in=STAND).order_by("-sequence")


def control_of(mandates: Sequence[Mandate], held: Release) -> Controlled:
    """The table as its State held it, with the control's word on each cell; nothing for anybody else."""
    kept = ReleaseControl.objects.visible_to(mandates).filter(release=held).first()
    return () if kept is None else from_json(json.loads(bytes(kept.content)))


def signatures(held: Release) -> Mapping[Role, ReleaseSignature]:
    """Who signed a release of this node, by role. One query."""
    return {Role(each.role): each for each in ReleaseSignature.objects.filter(release=held)}


def standing_rows(mandates: Sequence[Mandate]) -> QuerySet[ReleasedFigure]:
    """The rows a reader may see of releases that stand: none of one that is arriving, none of another's that was withdrawn or is past its day."""
    rows = ReleasedFigure.objects.visible_to(mandates).exclude(release__standing=ARRIVING)
    return rows.exclude(release__standing__in=(WITHDRAWN, EXPIRED), sensitivity__in=SHARED_LEVELS)


def chain_to_follow(node: str) -> tuple[int, str]:
    """The number and hash of the last release of this node that left; a draft takes no number from the next."""
    last = Release.objects.filter(node=node).exclude(standing__in=(DRAFT, ARRIVING)).order_by("-sequence").values_list("sequence", "digest").first()
    return last or (0, "")


def received(*, arriving: bool = False) -> dict[str, Received]:
    """The chain of every node as held here: hashes alone, whoever may read the rows; what has only begun to arrive where it is asked for."""
    hashes: dict[str, dict[int, str]] = {}
    named: dict[str, dict[int, str]] = {}
    for node, sequence, digest, previous in Release.objects.exclude(standing="" if arriving else ARRIVING).values_list("node", "sequence", "digest", "previous"):
        hashes.setdefault(node, {})[sequence] = digest
        named.setdefault(node, {})[sequence - 1] = previous
    return {node: Received(held, named[node]) for node, held in hashes.items()}


def cells_of(mandates: Sequence[Mandate], release: Release) -> tuple[PeopleCell, ...]:
    """The rows of a release that a reader may see."""
    rows = standing_rows(mandates).filter(release=release).order_by("sector", "level", "unit")
    return tuple(PeopleCell(row.unit, row.unit_name, row.level, row.sector, row.value, CellState(row.state)) for row in rows)


def sectors_of(mandates: Sequence[Mandate], release: Release) -> set[str]:
    """The sectors a release speaks of."""
    return set(standing_rows(mandates).filter(release=release).order_by().values_list("sector", flat=True).distinct())


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
