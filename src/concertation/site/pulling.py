"""Taking releases, from a folder or from another node's outbox: keys first, then each release whole or not at all, then the receipt.

Everything that comes by a line stands in quarantine under the node's folder and is read like a stick. A release is shown with what it
changes before anybody says yes. The same one again changes nothing; two under one number raise an alarm that stays.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings

from concertation.apps.sharing import queries
from concertation.apps.sharing.arriving import commands as arriving_commands
from concertation.apps.sharing.nodes import commands as node_commands
from concertation.apps.sharing.nodes.queries import KnownHost, courier_key, last_statement
from concertation.core.problems import Problem
from concertation.core.sharing.keyring import COURIER, follow
from concertation.core.sharing.receipts import Difference, difference
from concertation.core.sharing.releases import Received, is_doubtful
from concertation.core.sharing.signing import holds
from concertation.formats.keys_file import KEYS, ReadKeys, read_keys
from concertation.formats.outbox import SEAL, SignedIndex, told_otherwise
from concertation.formats.release import MANIFEST, ReadRelease, read_release
from concertation.site import node, node_keys, receipting
from concertation.site.fetching import Patience
from concertation.site.outbox_reading import Gathered, Outbox, Progress, Who, ask_index, ask_keys, gather
from concertation.site.releasing import receiver

MOST_KEY_BYTES = 1024 * 1024
TWO_WITH_ONE_NUMBER = "release-two-with-one-number"


@dataclass(frozen=True, slots=True)
class Come:
    """A release that came: what was read, what it changes, what was done and how many rows, the receipt."""

    read: ReadRelease
    changes: Difference | None = None
    done: str = ""
    rows: int = 0
    receipt: bytes = b""


def found(path: Path) -> list[Path]:
    """The releases at a place, in the order of their numbers: itself, or those inside."""
    if path.is_file() or (path / MANIFEST).exists():
        return [path]
    return sorted(each for each in path.iterdir() if each.suffix == ".zip" or (each.is_dir() and not each.name.endswith(".coming") and (each / MANIFEST).exists()))


def keys_beside(path: Path) -> list[Path]:
    """The statements of keys that travel beside releases."""
    return sorted(path.glob(f"*{KEYS}")) if path.is_dir() and not (path / MANIFEST).exists() else []


def follow_keys(path: Path, *, at: datetime) -> tuple[int, tuple[Problem, ...]]:
    """Go on from the statement held of a node; gives back how many statements were new, and what was wrong.

    A node nobody compared the keys of stays unknown: its statements are passed over, its releases refused.
    """
    came = read_keys(path.read_bytes()[: MOST_KEY_BYTES + 1])
    held = last_statement(came.rings[0].ring.node) if came.rings else None
    if held is None or held.ring.node == queries.own_state():
        return 0, came.problems
    told = follow(came.rings, held.ring, today=at.date())
    new = node_commands.believe(told.rings, by=node.OPERATOR[0], at=at)
    for problem in told.problems:
        if problem.code == "keys-two-with-one-number":
            alarm_of_keys(came, held.ring.number, held.ring.digest, at=at)
    return new, told.problems


def alarm_of_keys(came: ReadKeys, number: int, held: str, *, at: datetime) -> None:
    """A node told two statements of keys under one number."""
    for each in came.rings:
        if each.ring.number == number and each.ring.digest != held:
            node_commands.raise_alarm(node=each.ring.node, subject="keys", number=number, held=held, came=each.ring.digest, told_by=each.ring.node, by=node.OPERATOR[0], at=at)


def come(path: Path, *, at: datetime) -> Come:
    """A release read without trust, with what it would change; two under one number raise the alarm."""
    read = read_release(path, receiver(at.date()))
    if read.note is None:
        return Come(read)
    if any(problem.code == TWO_WITH_ONE_NUMBER for problem in read.problems):
        held = queries.received(arriving=True)[read.note.node].hashes[read.note.sequence]
        raise_release_alarm(read.note.node, read.note.sequence, held, read.digest, told_by=read.note.node, at=at)
    before = queries.shown_before(node.OPERATOR, node=read.note.node, table=read.note.table, concept=read.note.concept)
    is_new = read.digest not in queries.received().get(read.note.node, Received({})).hashes.values()
    return Come(read, difference(before[-1] if before else (), read.cells) if is_new and is_doubtful(read.problems) else None)


def raise_release_alarm(name: str, number: int, held: str, other: str, *, told_by: str, at: datetime) -> None:
    """Two releases under one number, as they came or as another node saw them."""
    node_commands.raise_alarm(node=name, subject="release", number=number, held=held, came=other, told_by=told_by, by=node.OPERATOR[0], at=at)


def take(each: Come, *, at: datetime) -> Come:
    """Store a release that holds, or only misses some before it, and sign what was done."""
    read = each.read
    if read.note is None or not is_doubtful(read.problems):
        return replace(each, done="refused")
    done, rows = arriving_commands.take_in(read.note, read.digest, read.cells, by=node.OPERATOR[0], at=at)
    if done not in receipting.ACTS or read.note.node == queries.own_state():
        return replace(each, done=done, rows=rows)
    about = read.note.withdraws if done == "purged" and read.note.withdraws else read.digest
    return replace(each, done=done, rows=rows, receipt=receipting.give(about, done, rows, at=at))


def take_all(path: Path, agreed: Callable[[Come], bool], *, at: datetime) -> Iterator[Come]:
    """Every release at a place, in order; one that is refused holds no other up."""
    for place in found(path):
        each = come(place, at=at)
        if not is_doubtful(each.read.problems):
            yield replace(each, done="refused")
        else:
            yield take(each, at=at) if agreed(each) else replace(each, done="left")


def quarantine_of(name: str) -> Path:
    """Where what comes from a node by a line stands until somebody said yes."""
    return Path(settings.HOME) / "quarantine" / name.lower()


def ask(host: KnownHost, *, at: datetime, patience: Patience | None = None, progress: Progress = lambda number, of: None) -> Gathered:
    """Ask a node's outbox into quarantine: its keys are followed, its list checked against them, what it saw of others compared."""
    folder, courier = quarantine_of(host.node), node_keys.private_key(node_keys.key_file(COURIER))
    outbox = Outbox(host, Who(queries.own_state(), courier), now=at, patience=patience or Patience(attempts=5))
    problem = ask_keys(outbox, folder)
    if problem is not None:
        return Gathered(folder, problems=[problem])
    _new, problems = follow_keys(folder / KEYS, at=at)
    if problems:
        return Gathered(folder, problems=list(problems))
    signed = ask_index(outbox)
    if isinstance(signed, Problem):
        return Gathered(folder, problems=[signed])
    if not is_of(signed, host.node, at=at):
        return Gathered(folder, problems=[Problem("outbox-signature-wrong", value=host.node)])
    held = queries.received()
    told = gather(outbox, signed, folder, frozenset(held[host.node].hashes.values() if host.node in held else ()), progress)
    noticed(signed, host.node, at=at)
    if not any(problem.code.startswith("outbox-") and problem.code != "outbox-more-next-time" for problem in told.problems):
        node_commands.note_asked(host.node, last_sequence=signed.index.last, good_until=signed.index.good_until, at=at)
    return told


def is_of(signed: SignedIndex, name: str, *, at: datetime) -> bool:
    """Whether a list was signed with the courier key of a node, good today."""
    public = courier_key(name, signed.key, on=at.date())
    return public is not None and holds(public, signed.signature, signed.statement, SEAL)


def noticed(signed: SignedIndex, told_by: str, *, at: datetime) -> None:
    """Whatever another node saw under a number, and this one otherwise, raises the alarm."""
    held = {name: each.hashes for name, each in queries.received().items()}
    for seen in told_otherwise(signed.index.seen, held):
        raise_release_alarm(seen.node, seen.sequence, held[seen.node][seen.sequence], seen.digest, told_by=told_by, at=at)


def clear(name: str) -> None:
    """Nothing stays in quarantine once it was read; what was half received waits for the next asking."""
    folder = quarantine_of(name)
    for each in folder.iterdir() if folder.is_dir() else ():
        if each.is_dir() and not each.name.endswith(".coming"):
            shutil.rmtree(each)


def purge_expired(*, at: datetime) -> list[bytes]:
    """Take away what is past its day, and sign receipts for it where this node has keys."""
    gone = arriving_commands.purge_expired(today=at.date(), by=node.OPERATOR[0], at=at)
    if not node_keys.key_file(COURIER).exists():
        return []
    return receipting.given_for_expired(((name, digest, rows) for name, digest, rows in gone if name != queries.own_state()), at=at)
