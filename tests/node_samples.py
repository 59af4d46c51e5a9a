"""Nodes of tests: root keys, couriers and signers from fixed bytes, their statements, and an outbox of a made-up Niger served on this machine."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep

from concertation.core.sharing.keyring import COURIER, SEAL, KeyRing, RingKey, SignedRing
from concertation.core.sharing.mandates import Role
from concertation.core.sharing.signing import Signature, fingerprint, public_of, signed
from concertation.formats.keys_file import written_keys
from concertation.formats.outbox import Index, Offered, OfferedFile, Seen, written_index
from release_samples import PRIVATE, digest

FIRST, LAST, TODAY = date(2026, 9, 1), date(2027, 8, 31), date(2026, 11, 20)
ROOTS = tuple(bytes([40 + number]) * 32 for number in range(3))
OTHER_ROOTS = tuple(bytes([50 + number]) * 32 for number in range(3))
COURIERS = {"NER": b"\x21" * 32, "BFA": b"\x22" * 32, "MLI": b"\x23" * 32}


def ring_keys(node: str = "NER", *, until: date = LAST, signers: Mapping[Role, bytes] = PRIVATE) -> tuple[RingKey, ...]:
    """The keys at work of a node."""
    of_signers = [RingKey(role.value, public_of(private), FIRST, until) for role, private in signers.items()]
    return (*of_signers, RingKey(COURIER, public_of(COURIERS[node]), FIRST, until))


def ring(node: str = "NER", **changed: object) -> KeyRing:
    """The first statement of a node."""
    plain = KeyRing(node, 1, "", FIRST, LAST, tuple(map(public_of, ROOTS)), 2, ring_keys(node))
    return replace(plain, **changed)  # type: ignore[arg-type]


def after(held: KeyRing, **changed: object) -> KeyRing:
    """The statement that follows."""
    return replace(held, number=held.number + 1, previous=held.digest, made_on=TODAY, **changed)  # type: ignore[arg-type]


def by(statement: KeyRing, privates: Sequence[bytes] = ROOTS[:2]) -> SignedRing:
    """A statement signed by some keys."""
    return SignedRing(statement, tuple(Signature(fingerprint(public_of(each)), signed(each, statement.statement, SEAL)) for each in privates))


def offered(name: str, files: Mapping[str, bytes]) -> Offered:
    """A release as Niger offers it."""
    told = tuple(OfferedFile(path, len(content), hashlib.sha256(content).hexdigest()) for path, content in files.items())
    return Offered(name, int(name.partition("-")[2]), digest(files), told)


def index(releases: Mapping[str, Mapping[str, bytes]], **changed: object) -> Index:
    """Niger's list."""
    plain = Index("NER", TODAY, date(2026, 11, 27), len(releases), tuple(offered(name, files) for name, files in releases.items()))
    return replace(plain, **changed)  # type: ignore[arg-type]


Trick = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class Niger:
    """What Niger's server answers by address, how it cheats at the first asking of an address, and what it was asked."""

    answers: dict[str, bytes]
    tricks: dict[str, list[Trick]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""


def served(releases: Mapping[str, Mapping[str, bytes]], *, signer: bytes = COURIERS["NER"], rings: Sequence[SignedRing] = (), seen: Sequence[Seen] = (), **changed: object) -> Niger:
    """An outbox with some releases."""
    told = index(releases, seen=tuple(seen), **changed)
    files = {f"{name}/{path}": content for name, held in releases.items() for path, content in held.items()}
    return Niger({**files, "index.json": written_index(told, signer), "keys.json": written_keys(rings or [by(ring())]), "receipts.json": b"[]"})


def whole(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """The rest that is asked for."""
    start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
    handler.send_response(206 if start else 200)
    handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    handler.wfile.write(content[start:])


def cut(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Half of what was announced."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])


def stops_short(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """An answer that never holds a byte."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()


def altered(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Other bytes of the same number."""
    whole(handler, bytes(len(content)))


def too_much(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """More than was announced in the list."""
    whole(handler, content + bytes(70_000))


def elsewhere(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Sent to another host."""
    handler.send_response(302)
    handler.send_header("Location", "http://169.254.169.254/latest")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def silent(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Nothing for longer than anybody waits."""
    sleep(0.6)


@contextmanager
def serving(niger: Niger) -> Iterator[Niger]:
    """Niger's server, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = self.path.removeprefix("/outbox/")
            niger.asked.append((place, self.headers.get("Range", "")))
            tricks = niger.tricks.get(place)
            if place not in niger.answers:
                self.send_error(404)
                return
            (tricks.pop(0) if tricks else whole)(self, niger.answers[place])

        def log_message(self, *told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    niger.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield niger
    finally:
        server.shutdown()
        server.server_close()
