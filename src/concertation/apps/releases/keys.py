"""Private keys that stand on this node: the site says where; a release authority's is better carried away and attached to the form."""

from collections.abc import Callable

from concertation.core.sharing import Role

KeySource = Callable[[Role], bytes | None]
SOURCES: list[KeySource] = []
OPENERS: list[Callable[[], tuple[bytes, ...]]] = []
KEY_CHARACTERS = 64


def register_keys(source: KeySource) -> None:
    """Say where the keys of this node are; saying it again changes nothing."""
    if source not in SOURCES:
        SOURCES.append(source)


def register_openers(source: Callable[[], tuple[bytes, ...]]) -> None:
    """Say where the keys that open sealed releases are; saying it again changes nothing."""
    if source not in OPENERS:
        OPENERS.append(source)


def opening_keys() -> tuple[bytes, ...]:
    """The private keys that open what is sealed to this node."""
    return tuple(key for source in OPENERS for key in source())


def key_on_node(role: Role) -> bytes | None:
    """The private key of a role that stands on this node, if one does."""
    return next((key for source in SOURCES if (key := source(role)) is not None), None)


def attached_key(content: bytes) -> bytes | None:
    """The private key of a file as a person attached it; None where it is none.

    >>> attached_key(b"00" * 32 + b"\\n") == bytes(32), attached_key(b"zz" * 32)
    (True, None)
    """
    try:
        key = bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        return None
    return key if len(key) * 2 == KEY_CHARACTERS else None
