"""The private keys of this node: files only its owner reads, outside the database and outside every backup.

Three root keys are made once and carried away on sticks of three people; two of them sign which keys are at work. The one of the
release authority is best carried away too: `./run release sign --key FILE` takes it from there. The courier's stays: it signs what
this node offers, asks and answers by itself, and opens no release. The opening key opens what is sealed to this node; one that was
replaced stays beside it, since releases sealed to it may still be on their way.
"""

import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from concertation.core.sharing.keyring import GOOD_FOR, OPENING, ROOT, SEAL, USES, KeyRing, RingKey, SignedRing
from concertation.core.sharing.sealed import opening_name, opening_public
from concertation.core.sharing.signing import Signature, fingerprint, public_of, signed

KEY_GOOD_FOR = timedelta(days=90)
KEY_BYTES = 32
ROOTS, ROOTS_NEEDED = 3, 2


class TooFewRoots(ValueError):
    """Fewer root keys were found than the statement in force asks for."""


def folder() -> Path:
    """Where private keys are made."""
    return Path(settings.HOME) / "keys"


def key_file(use: str) -> Path:
    """Where the private key of a use stands."""
    return folder() / f"{use}.key"


def root_files() -> tuple[Path, ...]:
    """Where root keys are made, and stand until they are carried away."""
    return tuple(folder() / f"{ROOT}-{number}.key" for number in range(1, ROOTS + 1))


def private_key(path: Path) -> bytes:
    """A private key from its file. Raises OSError where there is none, ValueError where it is none."""
    held = bytes.fromhex(path.read_text("ascii").strip())
    if len(held) != KEY_BYTES:
        raise ValueError(path.name)
    return held


def made_key(path: Path) -> bytes:
    """A new private key in its file, in place of none."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(secrets.token_hex(KEY_BYTES))
    return private_key(path)


def kept_or_made(path: Path) -> bytes:
    """The key of a file, made where there is none yet."""
    return private_key(path) if path.exists() else made_key(path)


@dataclass(frozen=True, slots=True)
class NewKeys:
    """A statement ready to be believed, and the files that take their places once it is."""

    signed: SignedRing
    waiting: tuple[tuple[Path, Path], ...]

    def put_in_place(self) -> None:
        """The new private keys become those in use."""
        for fresh, place in self.waiting:
            if place == key_file(OPENING) and place.exists():
                place.rename(place.with_name(f"{OPENING}-{opening_name(opening_public(private_key(place)))[:16]}.key"))
            fresh.replace(place)


def public_half(use: str, private: bytes) -> bytes:
    """The public half of a key: one that opens boxes is of another kind than those that sign."""
    return opening_public(private) if use == OPENING else public_of(private)


def opening_keys() -> tuple[bytes, ...]:
    """The keys that open what is sealed to this node, the one in use first."""
    files = [key_file(OPENING), *sorted(folder().glob(f"{OPENING}-*.key"))]
    return tuple(private_key(path) for path in files if path.exists())


def first_statement(state: str, today: date) -> NewKeys:
    """The first statement of a node, with root keys and keys of its own."""
    roots = [kept_or_made(path) for path in root_files()]
    keys = tuple(RingKey(use, public_half(use, kept_or_made(key_file(use))), today, today + KEY_GOOD_FOR) for use in USES)
    ring = KeyRing(state, 1, "", today, today + GOOD_FOR, tuple(map(public_of, roots)), ROOTS_NEEDED, keys)
    return NewKeys(by_roots(ring, roots), ())


def by_roots(ring: KeyRing, privates: Iterable[bytes]) -> SignedRing:
    """A statement signed by root keys."""
    return SignedRing(ring, tuple(Signature(fingerprint(public_of(each)), signed(each, ring.statement, SEAL)) for each in privates))


def roots_found(held: KeyRing, files: Sequence[Path]) -> list[bytes]:
    """The private root keys of a statement in these files, enough to sign. Raises TooFewRoots, OSError, ValueError."""
    named = files or [path for path in root_files() if path.exists()]
    found = {public: private for private in map(private_key, named) if (public := public_of(private)) in held.roots}
    if len(found) < held.needed:
        raise TooFewRoots(f"{len(found)}/{held.needed}")
    return list(found.values())


def next_statement(held: KeyRing, today: date, *, uses: Iterable[str], revoked: Iterable[str], files: Sequence[Path], new_roots: bool) -> NewKeys:
    """The statement that follows: new keys for some uses, keys nobody should believe any more, new roots where asked.

    Raises TooFewRoots where the sticks at hand do not suffice, OSError and ValueError where one cannot be read.
    """
    gone = tuple(dict.fromkeys([*held.revoked, *revoked]))
    renewed = set(uses) | {key.use for key in held.keys if key.fingerprint in gone}
    privates, waiting = roots_found(held, files), []
    kept = [key for key in held.keys if key.use not in renewed]
    for use in sorted(renewed):
        fresh = fresh_file(key_file(use))
        kept.append(RingKey(use, public_half(use, made_key(fresh)), today, today + KEY_GOOD_FOR))
        waiting.append((fresh, key_file(use)))
    ring = replace(held, number=held.number + 1, previous=held.digest, made_on=today, expires_on=today + GOOD_FOR, keys=tuple(kept), revoked=gone)
    if new_roots:
        made = [(fresh_file(path), path) for path in root_files()]
        fresh_roots = [made_key(fresh) for fresh, _place in made]
        privates, waiting = [*privates, *fresh_roots], [*waiting, *made]
        ring = replace(ring, roots=tuple(map(public_of, fresh_roots)), needed=ROOTS_NEEDED)
    return NewKeys(by_roots(ring, privates), tuple(waiting))


def fresh_file(place: Path) -> Path:
    """Where a key waits until its statement is believed; what an attempt that was cut left there goes."""
    fresh = place.with_suffix(".next")
    fresh.unlink(missing_ok=True)
    return fresh
