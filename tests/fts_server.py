"""A server on this machine that replays recorded answers of the FTS API: whole, slow, cut, changed, in error, as a test asks."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any


@dataclass
class Recorded:
    """What the server answers: the pages, and a trick for chosen requests by their number (from 1); what it was asked."""

    pages: list[bytes]
    tricks: dict[int, Callable[[BaseHTTPRequestHandler, bytes], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    always: Callable[[BaseHTTPRequestHandler, bytes], None] | None = None
    address: str = ""


def whole(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """The page as it is."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def cut(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Half of what was announced."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


def cut_unannounced(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Half, with no length announced."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


def slow(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """A byte now and then, for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    for at in range(40):
        handler.wfile.write(content[at : at + 1])
        handler.wfile.flush()
        sleep(0.05)


def silent(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Nothing at all for longer than anybody waits."""
    sleep(1.0)


def status(code: int, **headers: str) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    """An answer of this status."""

    def answer(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def endless(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """More than allowed, with no length announced."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(64):
        handler.wfile.write(b" " * 65_536)


def instead(other: bytes) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    """Another content."""
    return lambda handler, content: whole(handler, other)


def at_home(pages: Sequence[Any], address: str) -> list[bytes]:
    """Recorded pages with their next pages on this server."""
    found = []
    for number, page in enumerate(pages, 1):
        meta = {name: value for name, value in page["meta"].items() if name != "nextLink"}
        following = {"nextLink": f"{address}?page={number + 1}"} if number < len(pages) else {}
        found.append(json.dumps({**page, "meta": {**meta, **following}}).encode())
    return found


@contextmanager
def serving(pages: Sequence[Any]) -> Iterator[Recorded]:
    """The server, for as long as the block lasts."""
    recorded = Recorded([])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            recorded.asked.append(self.path)
            number = int(self.path.partition("page=")[2] or 1)
            answer = recorded.always or recorded.tricks.get(len(recorded.asked), whole)
            try:
                answer(self, recorded.pages[number - 1])
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *arguments: object) -> None:
            """Nothing is written down."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recorded.address = f"http://127.0.0.1:{server.server_port}/flow"
    recorded.pages = at_home(pages, recorded.address)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield recorded
    finally:
        server.shutdown()
        server.server_close()
