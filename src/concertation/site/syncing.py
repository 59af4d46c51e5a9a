"""Flows of FTS from its API, page after page, kept as received: begun again where it was cut, begun anew when the list changed meanwhile.

The host is the one the node's setting names, and no other: a next page elsewhere ends the reading. Nothing is handed over before the list
is whole: as many flows as the first page announced, none twice.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from concertation.core.problems import Cell, Problem
from concertation.formats.fts import is_flow_answer
from concertation.site.fetching import Answer, Patience, fetch, is_safe, is_same_host

CURSOR = "cursor.json"
MOST_PAGES, MOST_BYTES_IN_ALL = 1_000, 1 << 30
BEGINNINGS = 3
GOOD_FOR = timedelta(hours=24)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was received: its file, its digest, how many flows it holds."""

    file: str
    sha256: str
    size: int
    flows: int


@dataclass(slots=True)
class Cursor:
    """How far a reading has come: what was asked, when it began, how many flows are announced, the pages, what comes next."""

    asked: str
    begun: str
    announced: int | None = None
    pages: list[Page] = field(default_factory=list)
    next: str | None = None
    whole: bool = False

    @property
    def flows(self) -> int:
        """How many flows the pages hold."""
        return sum(page.flows for page in self.pages)


@dataclass(frozen=True, slots=True)
class Synced:
    """What a reading came to: whole or not, the files of its pages, its flows, how it went, and what stopped it."""

    whole: bool
    folder: Path
    pages: tuple[Path, ...]
    flows: int
    requests: int
    resumed: bool
    beginnings: int
    problems: tuple[Problem, ...]


def address_for(base: str, *, state: str, year: int) -> str:
    """The address of the first page: the node's setting, with the State and the year.

    >>> address_for("https://localhost/flow", state="NER", year=2026)
    'https://localhost/flow?countryISO3=NER&year=2026'
    >>> address_for("https://localhost/flow?where={state}&when={year}", state="NER", year=2026)
    'https://localhost/flow?where=NER&when=2026'
    """
    if "{state}" in base or "{year}" in base:
        return base.replace("{state}", state).replace("{year}", str(year))
    return f"{base}{'&' if '?' in base else '?'}{urlencode({'countryISO3': state, 'year': year})}"


class Reading:
    """One list of flows being read into a folder."""

    def __init__(self, folder: Path, address: str, *, now: datetime, patience: Patience, progress: Progress) -> None:
        self.folder, self.address, self.now, self.patience, self.progress = folder, address, now, patience, progress
        self.requests, self.beginnings, self.resumed = 0, 1, False
        self.cursor = self.begun_before() or self.begin()

    def begin(self) -> Cursor:
        """A reading that begins: earlier pages go."""
        for old in self.folder.glob("page-*.json") if self.folder.is_dir() else ():
            old.unlink()
        self.folder.mkdir(parents=True, exist_ok=True)
        return Cursor(self.address, self.now.isoformat(), next=self.address)

    def begun_before(self) -> Cursor | None:
        """The reading that was cut here, where it is of the same address, recent, and its pages are as they were."""
        try:
            kept = json.loads((self.folder / CURSOR).read_text("utf-8"))
            cursor = Cursor(**{**kept, "pages": [Page(**page) for page in kept["pages"]]})
            good = cursor.asked == self.address and not cursor.whole and self.now - datetime.fromisoformat(cursor.begun) < GOOD_FOR
            held = good and all(digest_of((self.folder / page.file).read_bytes()) == page.sha256 for page in cursor.pages)
        except (OSError, ValueError, TypeError, KeyError):
            return None
        self.resumed = bool(held and cursor.pages)
        return cursor if self.resumed else None

    def keep(self) -> None:
        """Write the cursor so that a cut leaves either the old or the new."""
        written(self.folder / CURSOR, json.dumps({**asdict(self.cursor)}, indent=1).encode())

    def run(self) -> Synced:
        """Read to the end, beginning anew a few times when the list changed meanwhile."""
        problem = self.read_pages()
        while problem is not None and problem.code == "sync-changed" and self.beginnings < BEGINNINGS:
            self.cursor, self.beginnings, self.resumed = self.begin(), self.beginnings + 1, False
            problem = self.read_pages()
        if problem is None:
            self.cursor.whole = True
            self.keep()
        pages = tuple(self.folder / page.file for page in self.cursor.pages)
        return Synced(problem is None, self.folder, pages, self.cursor.flows, self.requests, self.resumed, self.beginnings, (problem,) if problem else ())

    def read_pages(self) -> Problem | None:
        """Every page that is left, then whether the list is whole; the problem that stopped it."""
        visited: set[str] = set()
        while (address := self.cursor.next) is not None:
            if address in visited or len(self.cursor.pages) >= MOST_PAGES:
                return Problem("sync-without-end", Cell(), address[:160])
            visited.add(address)
            got = fetch(address, patience=self.patience)
            if isinstance(got, Problem):
                return got
            self.requests += got.attempts
            if problem := self.take(got):
                return problem
            self.progress(self.cursor.flows, self.cursor.announced or 0)
        return None if self.is_whole() else Problem("sync-changed", Cell(), str(self.cursor.flows), {"announced": str(self.cursor.announced)})

    def take(self, got: Answer) -> Problem | None:
        """Keep one page and say what comes next; the problem of a page that does not follow."""
        if not is_flow_answer(got.document):
            return Problem("sync-not-flows", Cell(), self.cursor.next or "")
        announced, following = meta_of(got.document)
        if self.cursor.pages and announced != self.cursor.announced:
            return Problem("sync-changed", Cell(), str(announced), {"announced": str(self.cursor.announced)})
        if following is not None and not is_same_host(self.address, following):
            return Problem("sync-link-elsewhere", Cell(), following[:160])
        if sum(page.size for page in self.cursor.pages) + len(got.content) > MOST_BYTES_IN_ALL:
            return Problem("sync-too-large", Cell(), self.address, {"limit": str(MOST_BYTES_IN_ALL >> 20)})
        name = f"page-{len(self.cursor.pages) + 1:04}.json"
        written(self.folder / name, got.content)
        self.cursor.pages.append(Page(name, digest_of(got.content), len(got.content), len(flow_ids(got.document))))
        self.cursor.announced, self.cursor.next = announced, following
        self.keep()
        return None

    def is_whole(self) -> bool:
        """Whether the pages hold as many flows as announced, each once."""
        names = [name for page in self.cursor.pages for name in flow_ids(json.loads((self.folder / page.file).read_bytes()))]
        return len(set(names)) == len(names) and self.cursor.announced in (None, len(names))


def sync_flows(base: str, *, state: str, year: int, folder: Path, now: datetime, afresh: bool = False, patience: Patience | None = None, progress: Progress = lambda flows, announced: None) -> Synced:
    """Read the flows of a State and a year into a folder. Never raises on what a host does.

    Problems: sync-address-unsafe, and those of `fetch`; sync-not-flows, sync-link-elsewhere, sync-without-end, sync-too-large; sync-changed
    when the list went on changing under the reading. What was received stays in the folder, and the next call goes on from there.
    """
    address = address_for(base, state=state, year=year)
    if not is_safe(address):
        return Synced(False, folder, (), 0, 0, False, 0, (Problem("sync-address-unsafe", Cell(), address[:160]),))
    if afresh and (folder / CURSOR).exists():
        (folder / CURSOR).unlink()
    return Reading(folder, address, now=now, patience=patience or Patience(), progress=progress).run()


def meta_of(document: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """How many flows a page announces in all, and the address of the next page."""
    meta = document.get("meta")
    held = meta if isinstance(meta, Mapping) else {}
    count, following = held.get("count"), held.get("nextLink")
    return (count if isinstance(count, int) else None), (following if isinstance(following, str) and following else None)


def flow_ids(document: Mapping[str, Any]) -> list[str]:
    """The ids of a page's flows, in order."""
    flows: Sequence[Any] = document["data"]["flows"]
    return [str(flow.get("id")) for flow in flows if isinstance(flow, Mapping)]


def digest_of(content: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def written(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_suffix(".part")
    fresh.write_bytes(content)
    fresh.replace(path)
