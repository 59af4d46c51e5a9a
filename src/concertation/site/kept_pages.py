"""Pages of figures are made once for each audience, language and state of the node, then given again until anything changes.

A page is kept under its address, its language, the day, what its reader's mandates are, and a stamp of the node: how far every
chain of the journal has come (each act adds its line in its own transaction), when summaries were made, which reference set and
boundaries are held. The stamp is asked of the database at every request, so no figure outlives an act by one page. What belongs
to one person (name, form token, waiting message) is never kept: it is set into the page each time. Only the process's memory
holds pages, bounded in bytes; those for people not signed in, which hold nothing of anybody, as they are sent.

Of several readers who ask the same page while it is made, the first makes it and the others are given it.
"""

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.html import escape

from concertation.apps.access.queries import Standing
from concertation.apps.picture.queries import node_stamp

KEPT_VIEWS = frozenset({
    "home", "forum-sessions", "plan", "situation", "sectors", "sector", "state", "unit", "organisations", "organisation", "needs", "funding", "funding-clusters", "decision", "sources", "places", "division", "unit-names",
    "help", "help-subject", "sharing-levels",
})  # fmt: skip
TOKEN_PLACE, NAME_PLACE = "\x02form-token\x03", "\x02own-name\x03"  # noqa: S105  (marks in a kept page, not secrets)
OWN_NAME = re.compile(r'(<a class="small" href="[^"]*">)[^<]*(</a>)')
TAKES_GZIP = re.compile(r"\bgzip\b")
HTML = "text/html; charset=utf-8"
LONGEST_QUERY = 500
LONGEST_WAIT_SECONDS = 10.0  # for a page that another reader's request is making; then it is made once more
EFFORT = 6


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page without what belongs to one person, compressed where it was made for nobody signed in, and the tag under which a browser may ask whether it changed."""

    text: str
    packed: bytes
    tag: str

    @property
    def weight(self) -> int:
        """What it takes of the memory for pages."""
        return len(self.text) + len(self.packed)


class Shelf:
    """Pages in memory, the longest unused put away first."""

    def __init__(self) -> None:
        self.pages: OrderedDict[tuple[object, ...], KeptPage] = OrderedDict()
        self.held, self.lock = 0, Lock()
        self.making: dict[tuple[object, ...], Event] = {}

    def take(self, key: tuple[object, ...]) -> KeptPage | None:
        """A page, if it is kept."""
        with self.lock:
            found = self.pages.get(key)
            if found is not None:
                self.pages.move_to_end(key)
            return found

    def put(self, key: tuple[object, ...], page: KeptPage) -> None:
        """Keep a page; others make room for it."""
        with self.lock:
            before = self.pages.pop(key, None)
            self.held += page.weight - (before.weight if before else 0)
            self.pages[key] = page
            while self.held > settings.KEPT_PAGES_CHARACTERS and self.pages:
                _key, gone = self.pages.popitem(last=False)
                self.held -= gone.weight

    def take_or_make(self, key: tuple[object, ...]) -> KeptPage | None:
        """A page, once whoever makes it just now has ended; None where it is the caller's to make, who says `made` afterwards."""
        with self.lock:
            made = None if key in self.pages else self.making.get(key)
            if key not in self.pages and made is None:
                self.making[key] = Event()
                return None
        if made is not None:
            made.wait(LONGEST_WAIT_SECONDS)
        return self.take(key)

    def made(self, key: tuple[object, ...]) -> None:
        """Whoever waits for a page goes on, whether it was kept or not."""
        with self.lock:
            waiting = self.making.pop(key, None)
        if waiting is not None:
            waiting.set()

    def clear(self) -> None:
        """Forget every page."""
        with self.lock:
            self.pages.clear()
            self.held = 0


SHELF = Shelf()


def is_keepable(request: HttpRequest) -> bool:
    """Whether the page at an address may be kept: a page of figures, asked plainly, with no message waiting for its reader."""
    match = request.resolver_match
    if settings.KEPT_PAGES_CHARACTERS <= 0 or match is None or match.view_name not in KEPT_VIEWS or request.method != "GET":
        return False
    if "format" in request.GET or len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY or "HX-Request" in request.headers:
        return False
    return "messages" not in request.COOKIES and (settings.SESSION_COOKIE_NAME not in request.COOKIES or "_messages" not in request.session)


def key_of(request: HttpRequest) -> tuple[object, ...]:
    """Under what a page is kept: nothing in it tells one person from another with the same mandates."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    signed_in = request.user.is_authenticated
    mandates = tuple(sorted((held.role.value, held.state, held.organisation) for held in standing.mandates))
    demonstration = signed_in and getattr(request.user, "email", "") == settings.DEMONSTRATION_ADDRESS
    return (
        request.get_host(), request.get_full_path(), request.LANGUAGE_CODE, timezone.localdate(), signed_in, mandates, bool(standing.waiting), demonstration,
        node_stamp(),
    )  # fmt: skip


class KeptPagesMiddleware:
    """Gives a kept page, or keeps the page that is made."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; a page that was made for this audience is put on the shelf, and those who wait for it are told."""
        try:
            return self.kept(request, self.respond(request))
        finally:
            if (key := getattr(request, "_kept_under", None)) is not None:
                SHELF.made(key)

    def kept(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        """The answer, kept where it is a page made for a whole audience."""
        key = getattr(request, "_kept_under", None)
        if key is None or answer.status_code != 200 or answer.streaming or answer.headers.get("Content-Type") != HTML or answer.cookies:
            return answer
        tag = f'"{hashlib.sha256(repr(key).encode() + answer.content).hexdigest()[:32]}"'
        if request.user.is_authenticated:
            SHELF.put(key, KeptPage(impersonal(answer.content.decode(), request), b"", tag))
            return answer
        page = KeptPage("", gzip.compress(answer.content, EFFORT, mtime=0), tag)
        SHELF.put(key, page)
        return given(request, page)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """The page as it is kept, set for its reader; None where it has to be made."""
        if not is_keepable(request):
            return None
        key = key_of(request)
        page = SHELF.take_or_make(key)
        if page is None:
            request._kept_under = key  # type: ignore[attr-defined]
            return None
        return given(request, page)


def impersonal(text: str, request: HttpRequest) -> str:
    """A page without the name and the form token of the person it was made for."""
    for token in set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"|X-CSRFToken&quot;: &quot;([^&]+)|"X-CSRFToken": "([^"]+)"', text)):
        for written in filter(None, token):
            text = text.replace(written, TOKEN_PLACE)
    return OWN_NAME.sub(rf"\g<1>{NAME_PLACE}\g<2>", text, count=1)


def given(request: HttpRequest, page: KeptPage) -> HttpResponse:
    """A kept page for one reader; to somebody not signed in, 304 where their browser holds it already."""
    if request.user.is_authenticated:
        name = escape(getattr(request.user, "name", "") or getattr(request.user, "email", ""))
        return HttpResponse(page.text.replace(NAME_PLACE, name).replace(TOKEN_PLACE, get_token(request)))
    headers = {"ETag": page.tag, "Cache-Control": "no-cache"}
    held = request.headers.get("If-None-Match", "").replace("W/", "")
    if page.tag in (tag.strip() for tag in held.split(",")):
        return HttpResponse(status=304, headers=headers)
    if not TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")):
        return HttpResponse(gzip.decompress(page.packed), headers=headers)
    return HttpResponse(page.packed, headers={**headers, "ETag": f"W/{page.tag}", "Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
