"""Releases at the terminal: made, signed, published and withdrawn by the node's operator; pulled from folders with receipts."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from concertation.apps.releases import making
from concertation.apps.releases.making import Made, folder_of, note_held, receiver
from concertation.apps.releases.tables import OPEN_AT, Wanted
from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.models import Release
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.released_tables import CellState
from concertation.core.sharing.releases import Received, day, is_doubtful
from concertation.core.sharing.signing import HeldKey, fingerprint, holds, public_of, signed
from concertation.formats.release import MANIFEST, ReadRelease, strict_json
from concertation.site import node, node_keys

__all__ = ["OPEN_AT", "Made", "Wanted", "folder_of", "note_held", "receiver"]
RECEIPT = b"receipt\n"
SAID = ("act", "made_on", "node", "release", "rows")
HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2}){64}")


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


def found(path: Path) -> list[Path]:
    """The releases at a place, in the order of their numbers: itself, or those inside."""
    if path.is_file() or (path / MANIFEST).exists():
        return [path]
    return sorted(each for each in path.iterdir() if each.suffix == ".zip" or (each.is_dir() and (each / MANIFEST).exists()))


def take_in(read: ReadRelease, *, at: datetime) -> tuple[str, int]:
    """Store a release read without a problem, or only with numbers missing before it."""
    if read.note is None or not is_doubtful(read.problems):
        return "refused", 0
    return commands.take_in(read.note, read.digest, read.cells, by=node.OPERATOR[0], at=at)


def receipt(read: ReadRelease, act: str, rows: int, *, today: date) -> bytes:
    """What this node did with a release, signed by its data manager's key."""
    about = read.note.withdraws if read.note is not None and act == "purged" else read.digest
    said = {"act": act, "made_on": today.isoformat(), "node": queries.own_state(), "release": about, "rows": rows}
    private = node_keys.private_key(node_keys.key_file(Role.DATA_MANAGER))
    signature = signed(private, RECEIPT + canonical_json(said))
    return canonical_json({**said, "key": fingerprint(public_of(private)), "signature": signature.hex()})


def take_receipt(content: bytes, *, at: datetime) -> bool:
    """Keep a receipt of another node for a release of this one; False where it is not signed by a key of that node, or of no release here."""
    told = strict_json(content)
    if not isinstance(told, dict) or not is_receipt(told):
        return False
    said = {name: told[name] for name in SAID}
    key = next((each for each in queries.held_keys() if each.fingerprint == told["key"] and each.node == told["node"] and each.revoked_on is None), None)
    own, made_on, signature = queries.received().get(queries.own_state(), Received({})), day(said["made_on"]), bytes.fromhex(told["signature"])
    if key is None or made_on is None or said["release"] not in own.hashes.values() or not holds(key.public, signature, RECEIPT + canonical_json(said)):
        return False
    commands.keep_receipt(
        node=said["node"], digest=said["release"], act=said["act"], rows=said["rows"], made_on=made_on, signature=signature, state=queries.own_state(),
        by=node.OPERATOR[0], at=at,
    )  # fmt: skip
    return True


def is_receipt(told: dict[str, object]) -> bool:
    """Whether a JSON object has the words of a receipt, each of its kind."""
    kinds = {"act": str, "made_on": str, "node": str, "release": str, "rows": int, "key": str, "signature": str}
    fits = told.keys() == kinds.keys() and all(type(told[name]) is kind for name, kind in kinds.items())
    return fits and told["act"] in ("taken", "purged") and HEXADECIMAL.fullmatch(str(told["signature"])) is not None


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


def accepted(keys: Iterable[HeldKey], compared: Iterable[str], *, at: datetime) -> list[HeldKey]:
    """Take those keys whose fingerprint a person typed; gives back those."""
    typed = {"".join(each.split()).lower() for each in compared}
    taken = [key for key in keys if key.fingerprint.replace(" ", "") in typed]
    for key in taken:
        commands.accept_key(key, by=node.OPERATOR[0], at=at)
    return taken
