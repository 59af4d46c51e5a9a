"""The private keys of this node: two files only its owner reads, outside the database and outside every backup.

The one of the release authority is best carried away on a stick: `./run release sign --key FILE` takes it from there.
"""

import json
import os
import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from concertation.core.sharing import Role
from concertation.core.sharing.releases import day
from concertation.core.sharing.signing import SIGNERS, HeldKey, public_of

GOOD_FOR = timedelta(days=90)
KEY_BYTES = 32


def key_file(role: Role) -> Path:
    """Where the private key of a role is made."""
    return Path(settings.HOME) / "keys" / f"{role.value}.key"


def make_keys(state: str, today: date) -> tuple[HeldKey, ...]:
    """The keys of both signers, made where none is yet."""
    return tuple(HeldKey(state, role, public_of(private_key(key_file(role), make=True)), today, today + GOOD_FOR) for role in SIGNERS)


def private_key(path: Path, *, make: bool = False) -> bytes:
    """A private key from its file. Raises OSError where there is none, ValueError where it is none."""
    if make and not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_hex(KEY_BYTES))
    held = bytes.fromhex(path.read_text("ascii").strip())
    if len(held) != KEY_BYTES:
        raise ValueError(path.name)
    return held


def introduction(keys: Iterable[HeldKey]) -> str:
    """Public keys as they are handed to another node, beside the fingerprints read aloud."""
    lines = [{"node": key.node, "role": key.role.value, "public": key.public.hex(), "valid_from": key.valid_from.isoformat(), "valid_to": key.valid_to.isoformat()} for key in keys]
    return json.dumps(lines, indent=2) + "\n"


def introduced(text: str) -> tuple[HeldKey, ...]:
    """The keys another node hands over. Raises ValueError where they make no sense."""
    try:
        return tuple(introduced_key(line) for line in json.loads(text))
    except (KeyError, TypeError, RecursionError) as reason:
        raise ValueError(str(reason)) from None


def introduced_key(line: dict[str, str]) -> HeldKey:
    """One key of an introduction."""
    first, last, public = day(line["valid_from"]), day(line["valid_to"]), bytes.fromhex(line["public"])
    if first is None or last is None or len(public) != KEY_BYTES or Role(line["role"]) not in SIGNERS:
        raise ValueError(line["role"])
    return HeldKey(line["node"], Role(line["role"]), public, first, last)
