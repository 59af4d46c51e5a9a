"""Pages over many activities, asked by many browsers at once from the real server: how long they wait, what they weigh, what they ask of the database.

A throw-away node gets synthetic activities of Niger (real units, invented organisations, a fixed seed) and its summaries, and is
served as `./run` serves it: one granian process with four threads. Sixteen clients on the loopback ask the pages of figures by
turns, half of them signed in as Niger's data manager, each with its own connection. The peer is the same product on the same rows
that makes every page anew (no page kept), and one naive page: organisations and activities by unit and sector counted from the
rows at each request by one GROUP BY through the same models, without map, need or words. While clients ask, an act is journalled
every few seconds, so pages do go stale and are made anew.

    PYTHONPATH=src python benchmarks/pages.py [--rows 500000] [--seconds 30] [--clients 16]
"""

import argparse
import gzip
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import django

SEED, ORGANISATIONS, SLICE, ACT_EVERY = 20251125, 300, 5_000, 5.0
SECTORS = ("FSC", "WSH", "HEA", "EDU", "NUT")
START, END = date(2022, 1, 1), date(2022, 2, 28)
PATHS = ("/", "/situation/", "/situation/?state=NER&level=2&measure=presence", "/states/NER/", "/units/ner-1-diffa/", "/sectors/WSH/", "/organisations/", "/needs/")
Lap = tuple[str, float, int, int]


def fill(rows: int) -> tuple[str, float, float]:
    """The activities, their report and summaries; gives back the data manager's session, and how long storing and counting took."""
    # Django is set up for a throw-away node first; its models can be imported only after that.
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from concertation.apps.access.commands import accept_terms, give_mandates, open_account  # noqa: PLC0415
    from concertation.apps.organisations.models import Organisation  # noqa: PLC0415
    from concertation.apps.picture.commands import refresh  # noqa: PLC0415
    from concertation.apps.places.models import AdminUnit  # noqa: PLC0415
    from concertation.apps.presence.models import Activity, ActivityPlace, Report  # noqa: PLC0415
    from concertation.apps.sources.models import ImportRun, RawFile  # noqa: PLC0415
    from concertation.core.sharing import Role  # noqa: PLC0415
    from concertation.site import node  # noqa: PLC0415

    node.make_ready()
    chance, begun = random.Random(SEED), time.perf_counter()
    shared = {"owner_state": "NER", "holder": "ner-government", "sensitivity": "public"}
    names = [f"Organisation synthetic {number:03}" for number in range(ORGANISATIONS)]
    acting = Organisation.objects.bulk_create(
        Organisation(slug=f"synthetic-{number:03}", name_fr=name, org_type="ingo", sort_key=name.lower(), owner_state="AES", sensitivity="public") for number, name in enumerate(names)
    )
    units = list(AdminUnit.objects.filter(state_id="NER", level__gte=1, valid_to__isnull=True).values_list("pk", flat=True))
    file = RawFile.objects.create(sha256="0" * 64, name="synthetic.xlsx", size=0)
    run = ImportRun.objects.create(file=file, kind="presence-5w", status="stored", by="benchmark", period_start=START, period_end=END, share_as="public", done=rows, **shared)
    Report.objects.create(import_run=run, period_start=START, period_end=END, sectors=list(SECTORS), organisations=ORGANISATIONS, **shared)
    for first in range(0, rows, SLICE):
        made = [
            Activity(
                import_run=run, sheet="MATRICE", row=row, organisation=(by := chance.choice(acting)), org_written=by.name_fr, sector=chance.choice(SECTORS),
                unit_id=chance.choice(units), placed="exact", activity="synthetic", period_start=START, period_end=END, start=START,
                end=END + timedelta(days=chance.randrange(60)), targeted=chance.randrange(2_000), **shared,
            )
            for row in range(first, min(first + SLICE, rows))
        ]  # fmt: skip
        Activity.objects.bulk_create(made)
        ActivityPlace.objects.bulk_create(ActivityPlace(activity=each, unit_id=each.unit_id) for each in made)
    stored = time.perf_counter() - begun
    begun = time.perf_counter()
    refresh("NER")
    counted = time.perf_counter() - begun

    user = open_account("benchmark@concertation.example", "a long synthetic password", name="Benchmark")
    give_mandates(user, [(Role.DATA_MANAGER, "NER")], since=date(2020, 1, 1))
    accept_terms(user, "2026-11", on=date(2026, 11, 25))
    session = SessionStore()
    session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend", HASH_SESSION_KEY: user.get_session_auth_hash()})
    session.create()
    return session.session_key, stored, counted


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


class Server:
    """The real server over the node, with pages kept or made anew, ended with the block."""

    def __init__(self, *, kept: bool) -> None:
        from concertation.site.serving import wait_until_open, web_command  # noqa: PLC0415

        self.port = free_port()
        ours = {**os.environ, **({} if kept else {"CONCERTATION_KEPT_PAGES": "0"})}
        self.process = subprocess.Popen(web_command("127.0.0.1", self.port), env=ours, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert wait_until_open("127.0.0.1", self.port, seconds=60)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def ask(connection: http.client.HTTPConnection, path: str, session: str) -> tuple[int, int]:
    """The status and the bytes over the wire of one page."""
    headers = {"Accept-Encoding": "gzip", **({"Cookie": f"sessionid={session}"} if session else {})}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, len(answer.read())


def client(port: int, number: int, session: str, until: float, laps: list[Lap]) -> None:
    """One browser: the pages in an order of its own, again and again."""
    chance, connection = random.Random(SEED + number), http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while time.perf_counter() < until:
        path, begun = chance.choice(PATHS), time.perf_counter()
        status, weight = ask(connection, path, session if number % 2 else "")
        laps.append((path, time.perf_counter() - begun, status, weight))


def acts(until: float) -> None:
    """Somebody works meanwhile: one line of the journal every few seconds."""
    from django.db import connection  # noqa: PLC0415

    from concertation.apps.ground.commands import journal  # noqa: PLC0415
    from concertation.core.sharing import Mandate, Role  # noqa: PLC0415

    while time.perf_counter() + ACT_EVERY < until:
        time.sleep(ACT_EVERY)
        journal("organisations.spelling-added", Mandate("benchmark", Role.DATA_MANAGER, state="NER"), state="NER")
    connection.close()


def measure(port: int, session: str, *, clients: int, seconds: float, busy: bool) -> list[Lap]:
    """What so many clients waited, for so many seconds."""
    warm = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for path in PATHS:
        for who in ("", session):
            assert ask(warm, path, who)[0] == 200
    laps: list[Lap] = []
    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=client, args=(port, number, session, until, laps)) for number in range(clients)]
    threads += [threading.Thread(target=acts, args=(until,))] if busy else []
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return laps


def told(name: str, laps: list[Lap], seconds: float) -> float:
    """One line of figures; gives back the 95th percentile in milliseconds."""
    waits = sorted(1000 * wait for _path, wait, _status, _weight in laps)
    failed = sum(status != 200 for _path, _wait, status, _weight in laps)
    p95 = statistics.quantiles(waits, n=20)[-1]
    print(f"{name:46} {len(waits):6} pages {len(waits) / seconds:7.1f}/s  p50 {statistics.median(waits):7.1f} ms  p95 {p95:7.1f} ms  longest {waits[-1]:7.1f} ms  failed {failed}")
    return p95


def each_page(session: str) -> None:
    """Per page, made anew in this process: milliseconds, queries, bytes compressed."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    settings.KEPT_PAGES_CHARACTERS = 0
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    reader = Client()
    reader.cookies["sessionid"] = session
    print(f"\n{'page, signed in, made anew':50} {'ms':>8} {'queries':>8} {'bytes':>8}")
    for path in PATHS:
        reader.get(path)
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as made:
            answer = reader.get(path)
        print(f"{path:50} {1000 * (time.perf_counter() - begun):8.1f} {len(made):8} {len(gzip.compress(answer.content, 6)):8}")


def naive() -> float:
    """The peer that keeps no summary: organisations and activities by unit and sector, counted from the rows. Milliseconds."""
    from django.db.models import Count  # noqa: PLC0415

    from concertation.apps.presence.queries import activities  # noqa: PLC0415

    begun = time.perf_counter()
    rows = activities(()).order_by().values("unit_id", "sector").annotate(acting=Count("organisation_id", distinct=True), rows=Count("pk"))
    assert sum(row["rows"] for row in rows) > 0
    return 1000 * (time.perf_counter() - begun)


def main(work: Callable[..., list[Lap]] = measure) -> None:
    """Fill, serve, ask; three lines of figures and the table of pages."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=500_000)
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument("--clients", type=int, default=16)
    chosen = asked.parse_args()
    session, stored, counted = fill(chosen.rows)
    print(f"{chosen.rows:,} synthetic activities stored in {stored:.0f} s, summarised in {counted:.1f} s; {chosen.clients} clients for {chosen.seconds:.0f} s each")
    with Server(kept=True) as server:
        ours = told("ours, somebody working meanwhile", work(server.port, session, clients=chosen.clients, seconds=chosen.seconds, busy=True), chosen.seconds)
        told("ours, nobody working", work(server.port, session, clients=chosen.clients, seconds=chosen.seconds, busy=False), chosen.seconds)
    with Server(kept=False) as server:
        anew = told("the same, every page made anew (peer)", work(server.port, session, clients=chosen.clients, seconds=chosen.seconds, busy=False), chosen.seconds)
    counting = naive()
    print(f"one naive page, counted from the rows (peer): {counting:.0f} ms with one client")
    print(f"p95 {ours:.0f} ms for an aim of 100 ms; made anew {anew / ours:.1f} times as long, one naive count {counting / ours:.1f} times")
    each_page(session)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(CONCERTATION_HOME=home, DJANGO_SETTINGS_MODULE="concertation.site.settings", PYTHONPATH=str(Path(__file__).resolve().parents[1] / "src"))
        sys.path.insert(0, os.environ["PYTHONPATH"])
        django.setup()
        main()
