"""What `./run doctor --security` looks at: how the node is reached, who signs without a second factor, keys and where they lie, other nodes.

Everything here can be looked at without leaving the machine; what only its keeper can see (the disk, the network, the room) is said as
advice in the operations guide.
"""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from concertation.apps.access.queries import has_account, signers_without_second_factor
from concertation.apps.sharing.nodes.queries import alarms, last_statement, receipts_awaited
from concertation.apps.sharing.queries import expired_releases, own_state
from concertation.site import health, health_database, node, node_keys
from concertation.site.findings import ADVICE, WELL, WRONG, Finding, told

SOON_DAYS = 14
HERE_ALONE = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})


def findings() -> Iterator[Finding]:
    """Every finding on security, in the order a person mends them."""
    for code, check in CHECKS.items():
        yield health.examined(code, check)


def is_reached_from_outside() -> bool:
    """Whether other machines may ask this node."""
    return bool(set(settings.ALLOWED_HOSTS) - HERE_ALONE)


def https() -> Finding:
    """A node others reach speaks HTTPS; one on this machine alone may do without."""
    if settings.HTTPS:
        return told("https", WELL)
    return told("https", WRONG if is_reached_from_outside() else ADVICE)


def debugging() -> Finding:
    """No page tells the node's insides."""
    return told("debugging", WRONG if settings.DEBUG else WELL)


def second_factor() -> Finding:
    """Whoever signs or administers has a second factor, or only reads until then."""
    lacking = signers_without_second_factor(timezone.localdate())
    if not settings.SECOND_FACTOR:
        return told("second-factor", WRONG, people=lacking)
    return told("second-factor", ADVICE if lacking else WELL, people=lacking)


def demonstration() -> Finding:
    """The demonstration account, whose password stands in a file, is not on a node that others reach."""
    there = has_account(settings.DEMONSTRATION_ADDRESS)
    return told("demonstration", WRONG if there and is_reached_from_outside() else ADVICE if there else WELL)


def secrets_private() -> Finding:
    """Nobody else on the machine reads the secret of sessions or a private key."""
    held = [settings.HOME / "secret-key", settings.HOME / "demo-password", *sorted(node_keys.folder().glob("*"))]
    loose = [path.name for path in held if path.exists() and is_loose(path)]
    return told("secrets-private", WRONG if loose else WELL, names=", ".join(loose))


def is_loose(path: Path) -> bool:
    """Whether others than its owner may read or write a file."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def roots_away() -> Finding:
    """Root keys lie on sticks, not on the machine they would let a thief rename."""
    here = sum(path.exists() for path in node_keys.root_files())
    return told("roots-away", ADVICE if here else WELL, here=here)


def own_keys() -> Finding:
    """The keys of this node are good, and for a while yet."""
    held = last_statement(own_state())
    if held is None:
        return told("own-keys", ADVICE, words_of="own-keys-none")
    until = min([held.ring.expires_on, *(key.valid_to for key in held.ring.keys)])
    left = (until - timezone.localdate()).days
    return told("own-keys", WRONG if left < 0 else ADVICE if left <= SOON_DAYS else WELL, until=until)


def told_twice() -> Finding:
    """No node told two things under one number."""
    held = alarms()
    return told("told-twice", WRONG if held else WELL, alarms=len(held), node=held[0].node if held else "")


def receipts_late() -> Finding:
    """Whoever received what was withdrawn said that they erased it."""
    late = [each for each in receipts_awaited(node.OPERATOR, own_state(), today=timezone.localdate()) if each.is_late]
    return told("receipts-late", ADVICE if late else WELL, receipts=len(late), node=late[0].node if late else "")


def releases_past() -> Finding:
    """What was received until a day is not kept beyond it."""
    past = expired_releases(node.OPERATOR, timezone.localdate())
    return told("releases-past", WRONG if past else WELL, releases=past)


CHECKS: dict[str, Callable[[], Finding]] = {
    "https": https, "debugging": debugging, "second-factor": second_factor, "demonstration": demonstration, "secrets-private": secrets_private, "folder": health.folder,
    "roots-away": roots_away, "own-keys": own_keys, "told-twice": told_twice, "receipts-late": receipts_late, "releases-past": releases_past,
    "journal-triggers": health_database.journal_triggers, "journal": health_database.journal_chains,
}  # fmt: skip
