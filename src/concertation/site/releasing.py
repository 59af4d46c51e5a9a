"""Releases at the terminal: made, signed, published and withdrawn by the node's operator."""

from datetime import datetime
from pathlib import Path

from concertation.apps.releases import making
from concertation.apps.releases.making import Made, folder_of, note_held, receiver
from concertation.apps.releases.tables import OPEN_AT, Wanted
from concertation.apps.sharing import queries
from concertation.apps.sharing.models import Release
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.released_tables import CellState
from concertation.site import node

__all__ = ["OPEN_AT", "Made", "Wanted", "folder_of", "note_held", "receiver"]


def make(state: str, wanted: Wanted, *, at: datetime) -> Made:
    """Make a release of a table, or say what forbids it."""
    return making.make(state, wanted, mandates=node.OPERATOR, by=node.OPERATOR[0], at=at)


def withdraw(state: str, sequence: int, *, why: str = "", at: datetime) -> Made:
    """Make the release that takes one back; it needs both signatures too."""
    return making.withdraw(queries.release_numbered(node.OPERATOR, state, sequence), why=why, by=node.OPERATOR[0], at=at)


def sign(release: Release, private: bytes, *, at: datetime) -> tuple[Problem, ...]:
    """Put a signature under a release of this node; at the terminal, a person is known by their key alone."""
    return making.sign(release, private, by=lambda key, role: Mandate(f"key {key}", role, state=release.node), at=at)


def publish(release: Release, target: Path, *, at: datetime) -> tuple[Problem, ...]:
    """Let a release go, once both signatures hold: into a folder of the reader's choice."""
    return making.publish(release, [target], receiver(at.date()), by=node.OPERATOR[0], at=at)


def listed() -> list[dict[str, object]]:
    """Every release held, with its standing, shown and hidden cells, and what other nodes say they did with it."""
    return [told(each) for each in queries.releases(node.OPERATOR)]


def told(release: Release) -> dict[str, object]:
    """A release as a command answers it."""
    cells, note = queries.cells_of(node.OPERATOR, release), note_held(release)
    return {
        "node": release.node, "sequence": release.sequence, "digest": release.digest, "standing": release.standing, "withdraws": release.withdraws or None,
        "table": release.table, "grain": note.grain, "level": note.level, "recipients": list(note.recipients), "expires_on": note.expires_on,
        "rows": len(cells), "hidden": sum(cell.state is CellState.HIDDEN for cell in cells),
        "receipts": [{"node": each.node, "act": each.act, "rows": each.rows, "made_on": each.made_on.isoformat()} for each in queries.receipts(release.digest)],
    }  # fmt: skip
