"""What the processes of a node hold in memory: after a start, after two national workbooks came in, after thirty files were drawn.

A throw-away node gets two synthetic 5W workbooks of 3,000 rows (real communes of Niger and Mali, invented organisations, a fixed seed) and
is started as `./run` starts it. The demonstration account brings both in and accepts them, then takes charts, maps, slides, notes and
workbooks away, one after the other. Every process that was started is counted, those that read files and draw among them, in megabytes of
1,048,576 bytes. What several hold together counts once: memory by its proportional set size, a library where most of it is held, whoever
else on the machine uses it too. The most held at one moment stands beside what is held when all is done. There is no peer: the aim stands
beside the figure, and an aim missed ends with 1.

    PYTHONPATH=src python benchmarks/memory.py [--rows 3000]
"""

import argparse
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import django
import xlsxwriter

from concertation.site.serving import wait_until_open

if TYPE_CHECKING:
    from concertation.apps.sources.models import ImportRun
    from concertation.core.gazetteer import Unit
    from concertation.core.places import Gazetteer

SEED, ORGANISATIONS, AIM, PATIENCE_SECONDS, SETTLED_SECONDS, EVERY_SECONDS = 20250809, 300, 450.0, 120.0, 5.0, 0.2
HEADINGS = ("Organisation", "Type", "Secteur", "Région", "Département", "Commune", "Activité", "Date de début", "Date de fin", "Personnes ciblées")
SECTORS = ("Sécurité alimentaire", "Eau, hygiène et assainissement", "Santé", "Éducation", "Protection", "Abris et biens non alimentaires")
CHARTS, MAPS = ("/funding/?chart=years", "/funding/clusters/?chart=shares", "/states/NER/?chart=history", "/states/NER/?chart=phases"), ("/situation/?level=1", "/situation/?state=NER&level=2&measure=presence", "/sectors/WSH/?level=1")
TABLES = ("/organisations/?format=xlsx", "/organisations/?format=pptx", "/organisations/organisation-synthetique-001/?format=xlsx", "/states/NER/?table=activities&format=pptx", "/needs/?format=xlsx", "/situation/?table=matrix&format=xlsx")
NOTES = ("/notes/NER/?format=pdf&words=fr", "/notes/NER/?format=pdf&words=both", "/notes/NER/?format=docx&words=fr", "/notes/AES/?format=pdf&words=en", "/notes/AES/?format=docx&words=both")
FILES = (*(f"{path}&format={form}" for path in CHARTS for form in ("png", "slide", "xlsx")), *(f"{path}&format={form}" for path in MAPS for form in ("svg", "png"))) + (*NOTES, *TABLES, "/situation/?level=1&format=slide")
WORKBOOKS = ("NER", "MLI")
CSRF = "benchmark" * 3 + "token"
ANONYMOUS = re.compile(r"^Pss_(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)
MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ +(/.*)\n(?:[A-Z].*\n)*?Rss: +(\d+) kB\n(?:[A-Z].*\n)*?Anonymous: +(\d+) kB", re.MULTILINE)


def fill(home: Path, rows: int) -> tuple[str, dict[str, Path]]:
    """The node before it is started: its reference set, the demonstration account's session, and the workbooks that are going to come in."""
    # Django is set up for a throw-away node first; its models can be imported only after that.
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from concertation.apps.access.models import User  # noqa: PLC0415
    from concertation.apps.places.queries import gazetteer  # noqa: PLC0415
    from concertation.site import node  # noqa: PLC0415

    node.make_ready()
    user = User.objects.get(email=node.ensure_demo_account()[0])
    session = SessionStore()
    session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend", HASH_SESSION_KEY: user.get_session_auth_hash()})
    session.create()
    files = {state: home / f"{state.lower()}_5w_2022-02_synthetic.xlsx" for state in WORKBOOKS}
    for state, path in files.items():
        write_workbook(path, rows, [tuple(unit.name_fr for unit in line) for line in communes(gazetteer(), state)])
    return session.session_key, files


def communes(held: "Gazetteer", state: str) -> list[tuple["Unit", ...]]:
    """Region, department and commune of every commune of a State, in one order."""
    units = held.hierarchy.units
    own = sorted((unit for unit in units.values() if unit.state == state and unit.level == 3), key=lambda unit: unit.unit)
    return [(*(units[above] for above in reversed(list(held.ancestors(unit.unit))[:2])), unit) for unit in own]


def write_workbook(path: Path, rows: int, places: Sequence[tuple[str, ...]]) -> None:
    """A synthetic 5W workbook, the same rows every time."""
    chance = Random(SEED)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("MATRICE")
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, rows + 1):
            name = chance.randrange(ORGANISATIONS)
            told = (f"Organisation synthétique {name:03}", ("ONGI", "ONGN", "Nations Unies")[name % 3], chance.choice(SECTORS), *chance.choice(places), "Activité synthétique")
            sheet.write_row(row, 0, (*told, "2022-02-01", "2022-02-28", chance.randint(10, 9_000)))


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


# ── what is held ──


def family(process: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield process
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                for child in (task / "children").read_text().split():
                    yield from family(int(child))


def role(command: str) -> str:
    """What a process is, by how it was started."""
    named = {"granian": "web", "django work": "worker", "concertation.site.serving": "watch", "concertation.formats": "reading", "concertation.draw": "drawing"}
    return next((name for mark, name in named.items() if mark in command.replace("\0", " ")), "other")


def held_by(process: int) -> Counter[str]:
    """Megabytes held by a process and all that descend from it, by what they are; a file that several map counts once, where most of it is."""
    held: Counter[str] = Counter()
    files: dict[str, tuple[int, str]] = {}
    for each in family(process):
        with suppress(OSError, TypeError):
            folder = Path(f"/proc/{each}")
            name = role((folder / "cmdline").read_text())
            held[name] += sum(map(int, ANONYMOUS.findall((folder / "smaps_rollup").read_text())))
            for path, kilobytes in mapped(folder).items():
                files[path] = max(files.get(path, (0, "")), (kilobytes, name))
    for kilobytes, name in files.values():
        held[name] += kilobytes
    return Counter({name: kilobytes / 1024 for name, kilobytes in held.items()})


def mapped(folder: Path) -> Counter[str]:
    """Kilobytes in memory of each file that a process maps, as they are in the file."""
    found: Counter[str] = Counter()
    for path, resident, changed in MAPPING.findall((folder / "smaps").read_text()):
        found[path] += int(resident) - int(changed)
    return found


@dataclass
class Watch:
    """Looks at a family of processes now and then, and keeps the look at which they held most."""

    process: int
    most: Counter[str] = field(default_factory=Counter)
    ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Until told to end."""
        while not self.ended.wait(EVERY_SECONDS):
            self.most = max(self.most, held_by(self.process), key=Counter.total)


@contextmanager
def watched(process: int) -> Iterator[Watch]:
    """What is held at most while the block runs."""
    watch = Watch(process)
    looking = threading.Thread(target=watch.look)
    looking.start()
    try:
        yield watch
    finally:
        watch.ended.set()
        looking.join()


# ── what a person does ──


@dataclass(frozen=True)
class Browser:
    """A browser of the demonstration account."""

    port: int
    session: str

    def ask(self, path: str, *, body: bytes | None = None, content_type: str = "") -> tuple[int, bytes]:
        """Status and content of an answer; sends `body` where there is one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={CSRF}", **({"Content-Type": content_type} if content_type else {})}
        connection.request("GET" if body is None else "POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def send(self, path: str, fields: Mapping[str, str], file: Path | None = None) -> int:
        """The status of a form sent."""
        parts = [f'--{CSRF}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in {**fields, "csrfmiddlewaretoken": CSRF}.items()]
        if file:
            parts += [f'--{CSRF}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'.encode(), file.read_bytes(), b"\r\n"]
        return self.ask(path, body=b"".join((*parts, f"--{CSRF}--\r\n".encode())), content_type=f"multipart/form-data; boundary={CSRF}")[0]


def bring_in(browser: Browser, files: Mapping[str, Path]) -> None:
    """Both workbooks, each looked at and accepted."""
    from concertation.apps.sources.models import ImportRun  # noqa: PLC0415

    for state, path in files.items():
        sent = browser.send("/imports/bring-in/", {"state": state, "kind": "presence-5w", "share_as": "public", "start": "2022-02-01", "end": "2022-02-28"}, path)
        assert sent == 302, sent
        run = ImportRun.objects.get(owner_state=state)
        reach(run, "previewed")
        assert browser.ask(f"/imports/{run.pk}/")[0] == 200
        assert browser.send(f"/imports/{run.pk}/accept/", {}) == 302
        reach(run, "stored")


def reach(run: "ImportRun", status: str) -> None:
    """Wait until an import has come so far."""
    end = time.monotonic() + PATIENCE_SECONDS
    while run.status != status:
        assert time.monotonic() < end, f"{run.status}, not {status}"
        time.sleep(EVERY_SECONDS)
        run.refresh_from_db()


def draw(browser: Browser) -> list[float]:
    """Take every file away; gives back how long each took, in milliseconds."""
    waits = []
    for path in FILES:
        begun = time.perf_counter()
        status, content = browser.ask(path)
        waits.append(1000 * (time.perf_counter() - begun))
        assert status == 200 and content, f"{status} {path}"
    return waits


@contextmanager
def started(port: int) -> Iterator[int]:
    """The product as `./run` starts it, while the block runs; gives back its process."""
    process = subprocess.Popen([sys.executable, "-m", "concertation", "serve", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert wait_until_open("127.0.0.1", port, seconds=60)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def rest(process: int) -> None:
    """Wait until nothing that draws is left."""
    end = time.monotonic() + PATIENCE_SECONDS
    while "drawing" in held_by(process) and time.monotonic() < end:
        time.sleep(1)


def told(name: str, held: Counter[str]) -> None:
    """One line of figures."""
    print(f"{name:44} {held.total():6.0f} MB   " + "  ".join(f"{role} {megabytes:.0f}" for role, megabytes in sorted(held.items())), flush=True)


def main() -> int:
    """Print the figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=3_000)
    rows = asked.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="concertation-memory-") as name:
        os.environ |= {"CONCERTATION_HOME": name, "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
        django.setup()
        session, files = fill(Path(name), rows)
        browser = Browser(free_port(), session)
        with started(browser.port) as process:
            assert browser.ask("/")[0] == 200
            time.sleep(SETTLED_SECONDS)
            told("after a start", held_by(process))
            with watched(process) as most:
                bring_in(browser, files)
            told("at most while two workbooks came in", most.most)
            time.sleep(SETTLED_SECONDS)
            told("after two workbooks", held_by(process))
            with watched(process) as most:
                waits = draw(browser)
            told(f"at most while {len(FILES)} files were drawn", most.most)
            time.sleep(SETTLED_SECONDS)
            told(f"after {len(FILES)} files", held_by(process))
            rest(process)
            held = held_by(process)
            told(f"once what draws has ended; aim {AIM:.0f} MB", held)
            print(f"a file: median {statistics.median(waits):.0f} ms, longest {max(waits):.0f} ms")
    return int(held.total() > AIM)


if __name__ == "__main__":
    sys.exit(main())
