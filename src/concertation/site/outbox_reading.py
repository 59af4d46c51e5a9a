"""Asking another node's outbox: its keys, its list, the releases not held yet and its receipts, under limits of number, bytes and time.

Only the address a person registered is asked; a redirection ends it. What was cut goes on from where it stopped, what changed meanwhile
is asked for again. Nothing received is believed here: it stands in quarantine as it would on a stick, and is read like one.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from concertation.apps.sharing.nodes.queries import KnownHost
from concertation.core.problems import Problem
from concertation.core.sharing.asking import question
from concertation.formats.keys_file import KEYS
from concertation.formats.outbox import NAME, Offered, OfferedFile, SignedIndex, index_problems, read_index
from concertation.formats.parcel import MOST_BYTES
from concertation.site.fetching import (
    CHUNK,
    HEADERS,
    Faltered,
    Patience,
    attempted,
    connection,
    is_safe,
    persevere,
    refused,
)

MOST_LIST = 4 * 1024 * 1024
MOST_AT_ONCE, MOST_BYTES_AT_ONCE, SECONDS_AT_ONCE = 200, 8 * MOST_BYTES, 3_600.0
OUTBOX = "/outbox/"
Asker = Callable[[str], dict[str, str]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks: the State of this node and its courier's private key."""

    state: str
    courier: bytes


@dataclass(slots=True)
class Gathered:
    """What stands in quarantine: its folder, the list, the receipts as they came, and what was wrong."""

    folder: Path
    index: SignedIndex | None = None
    receipts: bytes = b"[]"
    problems: list[Problem] = field(default_factory=list)


class Outbox:
    """One outbox, asked under one name within one limit of time."""

    def __init__(self, host: KnownHost, who: Who, *, now: datetime, patience: Patience) -> None:
        self.host, self.who, self.now, self.patience = host, who, now, patience
        self.base = host.address.rstrip("/")
        self.ends = monotonic() + SECONDS_AT_ONCE

    def headers(self, place: str) -> dict[str, str]:
        """What is said with a question for one place."""
        address = urlsplit(self.base + OUTBOX + place).path
        asks = question(self.who.courier, asker=self.who.state, asked=self.host.node, address=address, at=self.now)
        return {**HEADERS, "Accept": "*/*", "Authorization": asks}

    def small(self, place: str) -> bytes | Problem:
        """A list or a statement, whole."""
        patience = Patience(self.patience.silent_seconds, self.patience.seconds, MOST_LIST, self.patience.attempts, self.patience.first_wait, self.patience.longest_wait, self.patience.wait)
        got, _attempts = persevere(lambda: attempted(self.base + OUTBOX + place, patience, self.headers(place)), self.patience)
        return got.problem if isinstance(got, Faltered) else got

    def file(self, name: str, offered: OfferedFile, target: Path) -> Problem | None:
        """One file, from where an earlier attempt was cut; None when it stands there with the bytes announced."""
        part = target.with_name(target.name + ".part")
        target.parent.mkdir(parents=True, exist_ok=True)
        got, _attempts = persevere(lambda: self.rest_of(f"{name}/{offered.path}", offered, part), self.patience)
        if isinstance(got, Faltered):
            return got.problem
        part.replace(target)
        return None

    def rest_of(self, place: str, offered: OfferedFile, part: Path) -> bool | Faltered:
        """One attempt at what is left of a file; true when the whole has the hash announced."""
        start = part.stat().st_size if part.exists() else 0
        if start > offered.size or (start == offered.size and start and digest_of(part) != offered.sha256):
            part.unlink()
            start = 0
        if start < offered.size or not part.exists():
            wrong = self.appended(place, offered, part, start)
            if wrong is not None:
                return wrong
        if part.stat().st_size == offered.size and digest_of(part) == offered.sha256:
            return True
        part.unlink()
        return Faltered(Problem("outbox-file-changed", value=place))

    def appended(self, place: str, offered: OfferedFile, part: Path, start: int) -> Faltered | None:
        """The bytes of one answer at the end of what is there."""
        address = self.base + OUTBOX + place
        more = {"Range": f"bytes={start}-", "If-Range": f'"{offered.sha256}"'} if start else {}
        parts = urlsplit(address)
        try:
            with closing(connection(parts, self.patience)) as line:
                line.request("GET", parts.path, headers={**self.headers(place), **more})
                response = line.getresponse()
                if response.status not in (200, 206):
                    return refused(response, address) or Faltered(Problem("sync-answered", value=str(response.status), detail={"address": address}))
                return self.written(response, offered, part, start if response.status == 206 else 0, address)
        except TimeoutError:
            return Faltered(Problem("sync-too-slow", value=address))
        except (OSError, HTTPException) as reason:
            return Faltered(Problem("sync-unreachable", value=address, detail={"reason": str(reason)[:80] or type(reason).__name__}))

    def written(self, response: HTTPResponse, offered: OfferedFile, part: Path, start: int, address: str) -> Faltered | None:
        """The body of an answer on disk, no longer than announced, within the time there is."""
        ends = min(monotonic() + self.patience.seconds, self.ends)
        size = start
        with part.open("r+b" if start else "wb") as stream:
            stream.seek(start)
            while piece := response.read1(CHUNK):
                size += len(piece)
                if size > offered.size:
                    stream.truncate(0)
                    return Faltered(Problem("outbox-file-changed", value=offered.path))
                stream.write(piece)
                if monotonic() > ends:
                    return Faltered(Problem("sync-too-slow", value=address))
        return None if size == offered.size else Faltered(Problem("sync-cut", value=address, detail={"got": str(size), "announced": str(offered.size)}))


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def ask_keys(outbox: Outbox, folder: Path) -> Problem | None:
    """Put a node's statements of keys into quarantine, before anything signed by them is read."""
    got = outbox.small(KEYS)
    if isinstance(got, Problem):
        return got
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / KEYS).write_bytes(got)
    return None


def ask_index(outbox: Outbox) -> SignedIndex | Problem:
    """A node's list as it came; who signed it is checked by whoever holds the keys."""
    got = outbox.small("index.json")
    if isinstance(got, Problem):
        return got
    index = read_index(got)
    return Problem("outbox-unreadable", value=outbox.host.node) if index is None else index


def to_ask(offers: tuple[Offered, ...], held: frozenset[str]) -> Iterator[Offered | Problem]:
    """The releases not held yet, oldest first, and why the reading stops where there are too many for once."""
    size = 0
    for number, each in enumerate(sorted((each for each in offers if each.digest not in held), key=lambda one: one.sequence), 1):
        size += each.size
        if number > MOST_AT_ONCE or size > MOST_BYTES_AT_ONCE:
            yield Problem("outbox-more-next-time", value=each.name)
            return
        yield each


def gather(outbox: Outbox, signed: SignedIndex, folder: Path, held: frozenset[str], progress: Progress) -> Gathered:
    """Put every release not held yet into quarantine, and the receipts; a release that does not come whole stays out."""
    told = Gathered(folder, signed)
    told.problems += index_problems(signed.index, node=outbox.host.node, last_seen=outbox.host.last_sequence, today=outbox.now.date())
    if told.problems:
        return told
    wanted = list(to_ask(signed.index.releases, held))
    for number, each in enumerate(wanted, 1):
        problem = each if isinstance(each, Problem) else bring(outbox, each, folder)
        progress(number, len(wanted))
        if problem is not None:
            told.problems.append(problem)
    got = outbox.small("receipts.json")
    told.receipts = got if isinstance(got, bytes) else told.receipts
    return told


def bring(outbox: Outbox, offered: Offered, folder: Path) -> Problem | None:
    """One release into its own folder; it only takes its name there when every file is whole."""
    assert NAME.fullmatch(offered.name)
    named = f"{offered.name}-{offered.digest[:12]}"
    coming, place = folder / f"{named}.coming", folder / named
    if place.exists():
        return None
    for file in offered.files:
        if (coming / file.path).exists() and digest_of(coming / file.path) == file.sha256:
            continue
        problem = outbox.file(offered.name, file, coming / file.path)
        if problem is not None:
            return problem
    coming.rename(place)
    return None


def may_be_registered(address: str) -> bool:
    """Whether an address may be that of a node: HTTPS, or this machine itself; nothing after the path.

    >>> may_be_registered("https://localhost/ner"), may_be_registered("https://localhost/?x=1"), may_be_registered("ftp://localhost/")
    (True, False, False)
    """
    parts = urlsplit(address)
    return is_safe(address) and not parts.query and not parts.fragment and len(address) <= 200
