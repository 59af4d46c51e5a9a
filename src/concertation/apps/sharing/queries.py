"""Reading keys, releases, their rows and receipts; releases and rows through `visible_to`, as every guarded row."""

from collections.abc import Sequence

from django.db.models import QuerySet

from concertation.apps.sharing.models import OwnNode, Receipt, Release, ReleasedFigure, SigningKey
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.released_tables import CellState, PeopleCell
from concertation.core.sharing.releases import Received
from concertation.core.sharing.signing import HeldKey


def own_state() -> str:
    """The State whose node this is; empty when nobody said."""
    held = OwnNode.objects.first()
    return held.state if held else ""


def held_keys() -> tuple[HeldKey, ...]:
    """Every key accepted here."""
    return tuple(
        HeldKey(each.node, Role(each.role), bytes(each.public), each.valid_from, each.valid_to, each.revoked_on)
        for each in SigningKey.objects.order_by("node", "role", "valid_from")
    )


def releases(mandates: Sequence[Mandate], *, node: str = "") -> QuerySet[Release]:
    """The releases a reader may see, in order."""
    held = Release.objects.visible_to(mandates).order_by("node", "sequence")
    return held.filter(node=node) if node else held


def release_numbered(mandates: Sequence[Mandate], node: str, sequence: int) -> Release | None:
    """One release of a node."""
    return releases(mandates, node=node).filter(sequence=sequence).first()


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


def receipts(digest: str) -> QuerySet[Receipt]:
    """What other nodes say they did with a release."""
    return Receipt.objects.filter(digest=digest).order_by("node", "act")
