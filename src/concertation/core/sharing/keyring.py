"""The keys of a node in one statement, signed by its root keys: whom to believe from today, and whom no longer.

A node numbers its statements without a hole and names in each the hash of the one before. A person compares the fingerprints of the
root keys with the minutes, once; every later statement, with new keys or new roots, holds when enough roots of the one before signed
it, and enough of its own. Root keys live away from the machine, on sticks of different people.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

from concertation.core.problems import Problem
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.releases import A_DAY, day
from concertation.core.sharing.signing import SIGNERS, Signature, fingerprint, holds

Each = TypeVar("Each")
SEAL = b"concertation keys 1\n"
ROOT, COURIER, OPENING = "root", "courier", "opening"
USES = (*(role.value for role in SIGNERS), COURIER, OPENING)
GOOD_FOR = timedelta(days=365)
MOST_ROOTS, MOST_KEYS, KEY_BYTES = 9, 64, 32
WORDS = frozenset({"node", "number", "previous", "made_on", "expires_on", "roots", "needed", "keys", "revoked"})
KEY_WORDS = frozenset({"use", "public", "valid_from", "valid_to"})


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key of a statement: what it is for, its public half, its first and last day."""

    use: str
    public: bytes
    valid_from: date
    valid_to: date

    @property
    def fingerprint(self) -> str:
        """How the key is named."""
        return fingerprint(self.public)

    def as_json(self) -> dict[str, object]:
        """The key as it is written."""
        return {"use": self.use, "public": self.public.hex(), "valid_from": self.valid_from.isoformat(), "valid_to": self.valid_to.isoformat()}


@dataclass(frozen=True)
class KeyRing:
    """One statement: the roots and how many of them must sign, the keys at work, and the fingerprints nobody should believe any more."""

    node: str
    number: int
    previous: str
    made_on: date
    expires_on: date
    roots: tuple[bytes, ...]
    needed: int
    keys: tuple[RingKey, ...]
    revoked: tuple[str, ...] = ()

    @cached_property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        return canonical_json({
            "node": self.node, "number": self.number, "previous": self.previous, "made_on": self.made_on.isoformat(), "expires_on": self.expires_on.isoformat(),
            "roots": [each.hex() for each in self.roots], "needed": self.needed, "keys": [each.as_json() for each in self.keys], "revoked": list(self.revoked),
        })  # fmt: skip

    @property
    def digest(self) -> str:
        """The hash the next statement names."""
        return hashlib.sha256(self.statement).hexdigest()

    @property
    def root_fingerprints(self) -> tuple[str, ...]:
        """What is read aloud and printed in the minutes."""
        return tuple(map(fingerprint, self.roots))


@dataclass(frozen=True, slots=True)
class SignedRing:
    """A statement with the signatures it came with."""

    ring: KeyRing
    signatures: tuple[Signature, ...]

    def signed_by_enough_of(self, other: KeyRing) -> bool:
        """Whether as many roots of a statement as it asks for signed this one, each counted once."""
        roots = dict(zip(other.root_fingerprints, other.roots, strict=True))
        good = {each.key for each in self.signatures if each.key in roots and holds(roots[each.key], each.value, self.ring.statement, SEAL)}
        return len(good) >= other.needed


def ring_of(content: object) -> KeyRing | None:
    """The statement of a JSON value, None where a word lacks, is too many, or makes no sense.

    >>> ring_of({"node": "NER"}) is None
    True
    """
    if not isinstance(content, Mapping) or set(content) != WORDS:
        return None
    made, expires = day(str(content["made_on"])), day(str(content["expires_on"]))
    roots, keys, revoked = listed(content["roots"], public_half), listed(content["keys"], ring_key), listed(content["revoked"], text_of)
    number, needed = content["number"], content["needed"]
    if made is None or expires is None or roots is None or keys is None or revoked is None or type(number) is not int or type(needed) is not int:
        return None
    sound = 1 <= needed <= len(set(roots)) == len(roots) <= MOST_ROOTS and len(keys) <= MOST_KEYS and number >= 1
    if not sound or not all(isinstance(content[name], str) for name in ("node", "previous")):
        return None
    return KeyRing(str(content["node"]), number, str(content["previous"]), made, expires, roots, needed, keys, revoked)


def listed(value: object, read: Callable[[object], Each | None]) -> tuple[Each, ...] | None:
    """The members of a JSON list; None where one cannot be read.

    >>> listed(["a", 3], text_of) is None
    True
    """
    if not isinstance(value, list) or len(value) > MOST_KEYS:
        return None
    members = tuple(each for each in map(read, value) if each is not None)
    return members if len(members) == len(value) else None


def text_of(value: object) -> str | None:
    """A text, None for another value."""
    return value if isinstance(value, str) else None


def public_half(value: object) -> bytes | None:
    """A public key in hexadecimal.

    >>> public_half("zz") is None
    True
    """
    try:
        held = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return None
    return held if len(held) == KEY_BYTES else None


def ring_key(value: object) -> RingKey | None:
    """One key of a statement."""
    if not isinstance(value, Mapping) or set(value) != KEY_WORDS or value["use"] not in USES:
        return None
    public, first, last = public_half(value["public"]), day(str(value["valid_from"])), day(str(value["valid_to"]))
    return None if public is None or first is None or last is None else RingKey(str(value["use"]), public, first, last)


def following_problem(came: SignedRing, held: KeyRing | None, *, today: date) -> Problem | None:
    """What forbids to believe a statement after the one held (None: a person compared its roots), None where nothing does.

    >>> ring = KeyRing("NER", 1, "", date(2026, 1, 1), date(2027, 1, 1), (bytes(32),), 1, ())
    >>> following_problem(SignedRing(ring, ()), None, today=date(2026, 2, 1)).code
    'keys-not-signed'
    """
    ring = came.ring
    if held is not None and ring.node != held.node:
        return Problem("keys-of-another-node", value=ring.node, detail={"node": held.node})
    if held is not None and ring.number == held.number and ring.digest != held.digest:
        return Problem("keys-two-with-one-number", value=str(ring.number), detail={"node": ring.node})
    if held is not None and (ring.number != held.number + 1 or ring.previous != held.digest):
        return Problem("keys-do-not-follow", value=str(ring.number), detail={"node": ring.node, "held": str(held.number)})
    if not came.signed_by_enough_of(ring) or not (held is None or came.signed_by_enough_of(held)):
        return Problem("keys-not-signed", value=str(ring.number), detail={"node": ring.node})
    if ring.made_on > today + A_DAY:
        return Problem("keys-from-the-future", value=ring.made_on.isoformat(), detail={"today": today.isoformat()})
    return None


def out_of_date(ring: KeyRing, *, today: date) -> Problem | None:
    """The problem of a node whose last statement is past its day: it must be renewed, nothing new of it is believed."""
    if ring.expires_on >= today:
        return None
    return Problem("keys-out-of-date", value=ring.expires_on.isoformat(), detail={"node": ring.node})


@dataclass(frozen=True, slots=True)
class Followed:
    """Statements that hold, in order, and what ended the reading."""

    rings: tuple[SignedRing, ...]
    problems: tuple[Problem, ...] = ()


def follow(came: Sequence[SignedRing], held: KeyRing, *, today: date) -> Followed:
    """Go on from the statement held; those held already are passed over, unless one of them says something else."""
    last, taken = held, list[SignedRing]()
    for each in sorted(came, key=lambda one: one.ring.number):
        if each.ring.number < held.number:
            continue
        if each.ring.digest == last.digest:
            continue
        problem = following_problem(each, last, today=today)
        if problem is not None:
            return Followed(tuple(taken), (problem,))
        last = each.ring
        taken.append(each)
    late = out_of_date(last, today=today)
    return Followed(tuple(taken), (late,) if late else ())


def believed_first(came: Sequence[SignedRing], typed: Iterable[str], *, today: date) -> Followed:
    """Begin with the statement whose roots a person compared, and follow it; every fingerprint typed must be that of a key in the file."""
    compared = {"".join(each.split()).lower() for each in typed}
    named = {name.replace(" ", "") for each in came for name in (*each.ring.root_fingerprints, *(key.fingerprint for key in each.ring.keys))}
    if strangers := sorted(compared - named):
        return Followed((), (Problem("keys-fingerprint-differs", value=strangers[0]),))
    for each in sorted(came, key=lambda one: one.ring.number):
        seen = sum(name.replace(" ", "") in compared for name in each.ring.root_fingerprints)
        if seen >= each.ring.needed:
            problem = following_problem(each, None, today=today)
            if problem is not None:
                return Followed((), (problem,))
            then = follow(came, each.ring, today=today)
            return Followed((each, *then.rings), then.problems)
    needed = str(came[0].ring.needed) if came else "1"
    return Followed((), (Problem("keys-too-few-compared", value=str(len(compared)), detail={"needed": needed}),))
