"""`keys.json`: every statement of a node's keys, oldest first, as it travels beside its releases. Yields statements, and problems; never raises."""

from collections.abc import Iterable
from dataclasses import dataclass

from concertation.core.problems import Problem
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.keyring import SignedRing, ring_of
from concertation.formats.release import signatures_of, strict_json

KEYS = "keys.json"
MOST_RINGS = 400


@dataclass(frozen=True, slots=True)
class ReadKeys:
    """Statements as they came, and what was wrong."""

    rings: tuple[SignedRing, ...]
    problems: tuple[Problem, ...] = ()


def written_keys(rings: Iterable[SignedRing]) -> bytes:
    """Statements as they travel.

    >>> written_keys([])
    b'[]'
    """
    return canonical_json([
        {"ring": strict_json(each.ring.statement), "signatures": [{"key": one.key, "signature": one.value.hex()} for one in each.signatures]} for each in rings
    ])  # fmt: skip


def read_keys(content: bytes) -> ReadKeys:
    """Statements of a file. Yields keys-unreadable.

    >>> [problem.code for problem in read_keys(b'[{"ring": {}}]').problems]
    ['keys-unreadable']
    """
    lines = strict_json(content)
    rings = [ring for ring in map(signed_ring, lines) if ring is not None] if isinstance(lines, list) and len(lines) <= MOST_RINGS else []
    if not isinstance(lines, list) or not rings or len(rings) < len(lines) or len({each.ring.node for each in rings}) > 1:
        return ReadKeys((), (Problem("keys-unreadable"),))
    return ReadKeys(tuple(rings))


def signed_ring(line: object) -> SignedRing | None:
    """One statement with its signatures."""
    if not isinstance(line, dict) or set(line) != {"ring", "signatures"}:
        return None
    ring, signatures = ring_of(line["ring"]), signatures_of(line["signatures"])
    return None if ring is None or signatures is None else SignedRing(ring, signatures)
