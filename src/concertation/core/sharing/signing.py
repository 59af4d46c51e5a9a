"""Two signatures under a release: the data manager's and the release authority's, each with a key the receiver was shown by a person.

A key says nothing of itself: node, role and days come from the list of keys held, never from the release. A revoked key opens nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from concertation.core.problems import Problem
from concertation.core.sharing.mandates import Role

SIGNERS = (Role.DATA_MANAGER, Role.RELEASE_AUTHORITY)
SEAL = b"concertation release 1\n"
GROUP = 4


def public_of(private: bytes) -> bytes:
    """The public half of a private key.

    >>> public_of(bytes(32)).hex()[:8]
    '3b6a27bc'
    """
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """What is read aloud and printed in the minutes: the first 16 bytes of the key's SHA-256, in groups of four.

    >>> fingerprint(public_of(bytes(32)))[:14]
    '139e 3940 e64b'
    """
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))


def signed(private: bytes, manifest: bytes, seal: bytes = SEAL) -> bytes:
    """The signature of a manifest under a private key; another seal is for another purpose, so that no signature serves two."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(seal + manifest)


def holds(public: bytes, signature: bytes, manifest: bytes, seal: bytes = SEAL) -> bool:
    """Whether a signature of a manifest was made with the key, for that purpose.

    >>> holds(public_of(bytes(32)), signed(bytes(32), b"{}"), b"{}"), holds(public_of(bytes(32)), signed(bytes(32), b"{}"), b"[]")
    (True, False)
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, seal + manifest)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key this node was shown: whose, for what, from and to which day, and since when it is revoked."""

    node: str
    role: Role
    public: bytes
    valid_from: date
    valid_to: date
    revoked_on: date | None = None

    @property
    def fingerprint(self) -> str:
        """How the key is named."""
        return fingerprint(self.public)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it came: the fingerprint of its key and its bytes."""

    key: str
    value: bytes


def signature_problems(
    manifest: bytes, signatures: Iterable[Signature], keys: Iterable[HeldKey], *, node: str, made_on: date,
) -> tuple[Problem, ...]:
    """What is wrong with who signed: nothing when both roles of the node signed, each with a key of its own that was good that day."""
    held = {key.fingerprint: key for key in keys}
    problems: list[Problem] = []
    signers: dict[Role, bytes] = {}
    for each in signatures:
        problem = key_problem(each, held, manifest, node=node, made_on=made_on)
        if problem:
            problems.append(problem)
        else:
            signers[held[each.key].role] = held[each.key].public
    missing = [role.value for role in SIGNERS if role not in signers]
    if missing and not problems:
        problems.append(Problem("release-signature-missing", value=", ".join(missing)))
    return tuple(problems)


def key_problem(each: Signature, held: Mapping[str, HeldKey], manifest: bytes, *, node: str, made_on: date) -> Problem | None:
    """What is wrong with one signature."""
    key = held.get(each.key)
    if key is None or key.node != node or key.role not in SIGNERS:
        return Problem("release-key-unknown", value=each.key, detail={"node": node})
    if key.revoked_on is not None:
        return Problem("release-key-revoked", value=each.key, detail={"day": key.revoked_on.isoformat()})
    if not key.valid_from <= made_on <= key.valid_to:
        return Problem("release-key-out-of-date", value=each.key, detail={"first": key.valid_from.isoformat(), "last": key.valid_to.isoformat()})
    if not holds(key.public, each.value, manifest):
        return Problem("release-signature-wrong", value=each.key)
    return None
