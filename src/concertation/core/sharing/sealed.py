"""A box that only its recipients open: one content key, wrapped once for each of them, and the content under it.

For each recipient a fresh X25519 key meets theirs; HKDF-SHA256 over both public halves gives the key that wraps the content key
(ChaCha20-Poly1305). The body is bound to the whole header, so that a byte changed anywhere opens nothing. Content is padded to
whole blocks, since its length would tell how many rows it has. Every key is used once, hence the fixed nonce.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from concertation.core.problems import Problem
from concertation.core.sharing.canonical import canonical_json

SEAL, WRAP, BODY = "concertation sealed 1", b"concertation key 1", b"concertation body 1"
NONCE = bytes(12)
BLOCK, LENGTH = 4096, 8
MOST_HEADER, MOST_RECIPIENTS = 64 * 1024, 64
FIELDS = ("ephemeral", "key", "wrapped")


def opening_public(private: bytes) -> bytes:
    """The public half of a key that opens boxes.

    >>> opening_public(bytes(32)).hex()[:8]
    '2fe57da3'
    """
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def opening_name(public: bytes) -> str:
    """How a box names the key it is for: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Fresh:
    """Randomness for one box: the content key, and one private key for each recipient; never used twice."""

    content_key: bytes
    ephemerals: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a box held, or why it does not open."""

    content: bytes
    problem: Problem | None = None


def derived(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    """A key from a secret, for one purpose."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(secret)


def wrapped(content_key: bytes, recipient: bytes, ephemeral: bytes) -> dict[str, str]:
    """The content key for one recipient."""
    private, public = X25519PrivateKey.from_private_bytes(ephemeral), opening_public(ephemeral)
    key = derived(private.exchange(X25519PublicKey.from_public_bytes(recipient)), public + recipient, WRAP)
    return {"ephemeral": public.hex(), "key": opening_name(recipient), "wrapped": ChaCha20Poly1305(key).encrypt(NONCE, content_key, None).hex()}


def sealed(content: bytes, recipients: Sequence[bytes], fresh: Fresh) -> bytes:
    """A content for these public keys.

    >>> mine, box = bytes(31) + b"\\x01", Fresh(bytes(32), (bytes(31) + b"\\x02",))
    >>> opened(sealed(b"unit,value", [opening_public(mine)], box), mine).content
    b'unit,value'
    """
    lines = [wrapped(fresh.content_key, recipient, ephemeral) for recipient, ephemeral in zip(recipients, fresh.ephemerals, strict=True)]
    header = canonical_json({"recipients": lines, "seal": SEAL})
    body = ChaCha20Poly1305(derived(fresh.content_key, b"", BODY)).encrypt(NONCE, padded(content), header)
    return header + b"\n" + body


def padded(content: bytes) -> bytes:
    """The content behind its length, filled up to whole blocks.

    >>> len(padded(b"")), len(padded(b"x" * 4096))
    (4096, 8192)
    """
    told = len(content).to_bytes(LENGTH, "big") + content
    return told + bytes(-len(told) % BLOCK)


def opened(box: bytes, private: bytes) -> Opened:
    """What a box holds for a key. Tells release-seal-unreadable, release-not-sealed-to-this-node, release-seal-broken."""
    header, _line, _rest = box[: MOST_HEADER + 1].partition(b"\n")
    lines = recipients_of(header)
    if lines is None:
        return Opened(b"", Problem("release-seal-unreadable"))
    public = opening_public(private)
    mine = next((line for line in lines if line["key"] == opening_name(public)), None)
    if mine is None:
        return Opened(b"", Problem("release-not-sealed-to-this-node", value=opening_name(public)[:8]))
    body = box[len(header) + 1 :]
    try:
        ephemeral = bytes.fromhex(mine["ephemeral"])
        key = derived(X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(ephemeral)), ephemeral + public, WRAP)
        content_key = ChaCha20Poly1305(key).decrypt(NONCE, bytes.fromhex(mine["wrapped"]), None)
        told = ChaCha20Poly1305(derived(content_key, b"", BODY)).decrypt(NONCE, body, header)
    except (InvalidTag, ValueError):
        return Opened(b"", Problem("release-seal-broken"))
    return Opened(told[LENGTH : LENGTH + int.from_bytes(told[:LENGTH], "big")])


def recipients_of(header: bytes) -> list[Mapping[str, str]] | None:
    """For whom a header says the box is; None where it is none.

    >>> recipients_of(b'{"recipients":[],"seal":"other"}') is None
    True
    """
    try:
        told = json.loads(header.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    lines = told.get("recipients") if isinstance(told, dict) and told.get("seal") == SEAL else None
    if not isinstance(lines, list) or len(lines) > MOST_RECIPIENTS:
        return None
    whole = all(isinstance(line, dict) and set(line) == set(FIELDS) and all(isinstance(value, str) for value in line.values()) for line in lines)
    return lines if whole else None
