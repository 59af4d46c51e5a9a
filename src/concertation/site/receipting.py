"""Receipts: what this node did with another's release, signed with its courier key, and what others say they did with ours."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.models import Receipt
from concertation.apps.sharing.nodes.queries import courier_key, own_receipts
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.keyring import COURIER
from concertation.core.sharing.receipts import SEAL
from concertation.core.sharing.releases import Received, day
from concertation.core.sharing.signing import fingerprint, holds, public_of, signed
from concertation.formats.release import strict_json
from concertation.site import node, node_keys

SAID = ("act", "made_on", "node", "release", "rows")
KINDS = {"act": str, "made_on": str, "node": str, "release": str, "rows": int, "key": str, "signature": str}
ACTS = ("taken", "purged")
HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2}){64}")
MOST_RECEIPTS, MOST_ROWS = 10_000, 1_000_000_000


def give(about: str, act: str, rows: int, *, at: datetime) -> bytes:
    """Say what this node did with a release, and keep it: the same words are given whenever its node asks."""
    own = queries.own_state()
    private = node_keys.private_key(node_keys.key_file(COURIER))
    said = {"act": act, "made_on": at.date().isoformat(), "node": own, "release": about, "rows": rows}
    key, signature = fingerprint(public_of(private)), signed(private, canonical_json(said), SEAL)
    commands.keep_receipt(node=own, digest=about, act=act, rows=rows, made_on=at.date(), key=key, signature=signature, state=own, by=node.OPERATOR[0], at=at)
    return canonical_json({**said, "key": key, "signature": signature.hex()})


def as_sent(held: Receipt) -> dict[str, object]:
    """A receipt as it travels."""
    return {
        "act": held.act, "made_on": held.made_on.isoformat(), "node": held.node, "release": held.digest, "rows": held.rows, "key": held.key,
        "signature": bytes(held.signature).hex(),
    }  # fmt: skip


def for_node(asker: str) -> bytes:
    """Every receipt of this node for releases of another."""
    theirs = queries.received().get(asker, Received({}))
    return canonical_json([as_sent(each) for each in own_receipts(queries.own_state(), theirs.hashes.values())])


def take(content: bytes, *, at: datetime) -> bool:
    """Keep a receipt of another node for a release of this one; False where it is not signed by that node's courier, or of no release here."""
    told = strict_json(content)
    return isinstance(told, dict) and keep(told, at=at)


def take_all(content: bytes, *, at: datetime) -> tuple[int, int]:
    """Keep the receipts of a list; gives back how many hold and how many do not."""
    told = strict_json(content)
    lines = told[:MOST_RECEIPTS] if isinstance(told, list) else []
    held = [isinstance(line, dict) and keep(line, at=at) for line in lines]
    return sum(held), len(held) - sum(held)


def keep(told: Mapping[str, object], *, at: datetime) -> bool:
    """Keep a receipt that holds."""
    if not is_receipt(told):
        return False
    said, made_on, signature = {name: told[name] for name in SAID}, day(str(told["made_on"])), bytes.fromhex(str(told["signature"]))
    sender, about, own = str(told["node"]), str(told["release"]), queries.own_state()
    if made_on is None or sender == own or about not in queries.received().get(own, Received({})).hashes.values():
        return False
    public = courier_key(sender, str(told["key"]), on=made_on)
    if public is None or not holds(public, signature, canonical_json(said), SEAL):
        return False
    commands.keep_receipt(
        node=sender, digest=about, act=str(told["act"]), rows=rows_of(told), made_on=made_on, key=str(told["key"]), signature=signature, state=own, by=node.OPERATOR[0], at=at,
    )  # fmt: skip
    return True


def rows_of(told: Mapping[str, object]) -> int:
    """How many rows a receipt speaks of."""
    rows = told["rows"]
    assert isinstance(rows, int)
    return rows


def is_receipt(told: Mapping[str, object]) -> bool:
    """Whether a JSON object has the words of a receipt, each of its kind."""
    fits = told.keys() == KINDS.keys() and all(type(told[name]) is kind for name, kind in KINDS.items())
    return fits and told["act"] in ACTS and 0 <= rows_of(told) <= MOST_ROWS and HEXADECIMAL.fullmatch(str(told["signature"])) is not None


def given_for_expired(gone: Iterable[tuple[str, str, int]], *, at: datetime) -> list[bytes]:
    """Receipts for releases whose last day is past and whose rows went."""
    return [give(digest, "purged", rows, at=at) for _node, digest, rows in gone]
