"""One answer of one known host, within limits of time and size: read whole, tried again when the host falters, refused in words.

No other host is followed, no redirection taken; what came short of its announced length, or is no JSON, is asked for again.
"""

import json
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic, sleep
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from concertation.core.problems import Cell, Problem

Got = TypeVar("Got")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
CHUNK = 65_536
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "concertation", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often a host is asked: seconds without a sign, seconds in all, bytes, attempts, and how to wait between them."""

    silent_seconds: float = 20.0
    seconds: float = 180.0
    most_bytes: int = 64 << 20
    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0
    wait: Callable[[float], None] = field(default=sleep)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whole: its bytes, what they say as JSON, and how often it was asked for."""

    content: bytes
    document: Mapping[str, object]
    attempts: int


@dataclass(frozen=True, slots=True)
class Faltered:
    """An attempt that failed: why, whether another may help, and how long the host asks to be left alone."""

    problem: Problem
    again: bool = True
    after: float = 0.0


def is_safe(address: str) -> bool:
    """Whether an address may be asked at all: HTTPS, or this machine itself; no name or password in it.

    >>> is_safe("https://localhost/v1"), is_safe("http://127.0.0.1:8080/"), is_safe("ftp://localhost/")
    (True, True, False)
    """
    parts = urlsplit(address)
    if not parts.hostname or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def is_same_host(first: str, second: str) -> bool:
    """Whether two addresses are of one host, one port and one scheme.

    >>> is_same_host("https://localhost/x", "https://localhost:443/y?z=1"), is_same_host("https://localhost/", "https://127.0.0.1/")
    (True, False)
    """
    return is_safe(second) and host_of(urlsplit(first)) == host_of(urlsplit(second))


def host_of(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of an address."""
    try:
        port = parts.port
    except ValueError:
        return parts.scheme, parts.hostname, None
    return parts.scheme, parts.hostname, port or {"https": 443, "http": 80}.get(parts.scheme)


def fetch(address: str, *, patience: Patience) -> Answer | Problem:
    """The JSON object an address answers; the problem of the last attempt when none succeeded."""

    def once() -> tuple[bytes, Mapping[str, object]] | Faltered:
        got = attempted(address, patience)
        if isinstance(got, Faltered):
            return got
        document = json_of(got)
        return (got, document) if document is not None else Faltered(Problem("sync-not-json", Cell(), shown(address)))

    got, attempts = persevere(once, patience)
    return got.problem if isinstance(got, Faltered) else Answer(*got, attempts)


def persevere(attempt: Callable[[], Got | Faltered], patience: Patience) -> tuple[Got | Faltered, int]:
    """What an attempt came to, made again while that may help, as long and as often as patience allows; and how often it was made."""
    for number in range(1, patience.attempts + 1):
        got = attempt()
        if not isinstance(got, Faltered) or not got.again or number == patience.attempts:
            return got, number
        patience.wait(min(max(got.after, patience.first_wait * 2 ** (number - 1)), patience.longest_wait))
    raise ValueError("patience allows no attempt")


def json_of(content: bytes) -> Mapping[str, object] | None:
    """A JSON object, none when the bytes are no such thing."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, Mapping) else None


def attempted(address: str, patience: Patience, headers: Mapping[str, str] = HEADERS) -> bytes | Faltered:
    """One attempt: the bytes of the answer, or why there are none."""
    parts = urlsplit(address)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    ends = monotonic() + patience.seconds
    try:
        with closing(connection(parts, patience)) as line:
            line.request("GET", target or "/", headers=dict(headers))
            response = line.getresponse()
            return refused(response, address) or body_of(response, address, patience, ends)
    except TimeoutError:
        return Faltered(Problem("sync-too-slow", Cell(), shown(address)))
    except (OSError, HTTPException) as reason:
        return Faltered(Problem("sync-unreachable", Cell(), shown(address), {"reason": str(reason)[:80] or type(reason).__name__}))


def connection(parts: SplitResult, patience: Patience) -> HTTPConnection:
    """A line to the host, with its certificate checked."""
    host = parts.hostname or ""
    if parts.scheme == "https":
        return HTTPSConnection(host, parts.port, timeout=patience.silent_seconds, context=ssl.create_default_context())
    return HTTPConnection(host, parts.port, timeout=patience.silent_seconds)


def refused(response: HTTPResponse, address: str) -> Faltered | None:
    """What an answer other than 200 means."""
    if response.status == 200:
        return None
    if 300 <= response.status < 400:
        return Faltered(Problem("sync-redirected", Cell(), shown(address)), again=False)
    problem = Problem("sync-answered", Cell(), str(response.status), {"address": shown(address)})
    asked = response.getheader("Retry-After") or ""
    return Faltered(problem, again=response.status in BUSY, after=float(asked) if asked.isdecimal() else 0.0)


def body_of(response: HTTPResponse, address: str, patience: Patience, ends: float) -> bytes | Faltered:
    """The body of an answer, no longer than allowed and no shorter than announced."""
    announced = response.getheader("Content-Length") or ""
    if announced.isdecimal() and int(announced) > patience.most_bytes:
        return too_large(address, patience)
    pieces, size = [], 0
    while piece := response.read1(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > patience.most_bytes:
            return too_large(address, patience)
        if monotonic() > ends:
            return Faltered(Problem("sync-too-slow", Cell(), shown(address)))
    if announced.isdecimal() and size != int(announced):
        return Faltered(Problem("sync-cut", Cell(), shown(address), {"got": str(size), "announced": announced}))
    return b"".join(pieces)


def too_large(address: str, patience: Patience) -> Faltered:
    """An answer larger than allowed: asking again would not make it smaller."""
    return Faltered(Problem("sync-too-large", Cell(), shown(address), {"limit": str(patience.most_bytes >> 20)}), again=False)


def shown(address: str) -> str:
    """An address as a problem shows it: short, and without what follows a `#`."""
    return address.partition("#")[0][:160]
