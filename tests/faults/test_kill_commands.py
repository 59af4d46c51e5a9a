"""The power goes in the middle of a command or of a change of version: what was acknowledged is there, the journal verifies, and the work can be done again."""

import os
import random
import signal
import tarfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from psycopg.errors import UndefinedTable

from separate_node import OTHER_MOMENTS, ROOT, SERVER, SeparateNode, kills, new_database, new_node

KILLS_OF_A_COMMAND, KILLS_OF_A_CHANGE = (int(os.environ.get("CONCERTATION_KILLS", each)) for each in ("7", "2"))
SEED = 20261125
EARLIER = ROOT / "tests" / "upgrades" / "synthetic_node_of_2026-11-23.tar.xz"
WRITERS, ACTS = 50, 4
STATES = ("BFA", "MLI", "NER", "TGO", "AES")
OPEN_ACCOUNTS = """
import sys, django
django.setup()
from datetime import date
from concertation.apps.access.commands import give_mandates, open_account
from concertation.core.sharing import Role
start, number = sys.argv[1], 0
while True:
    number += 1
    user = open_account(f"synthetic-{start}-{number}@concertation.example", None, name="Synthetic")
    give_mandates(user, [(Role.READER, "NER")], since=date(2026, 1, 1))
    print(user.email, flush=True)
"""
WRITE_AT_ONCE = """
import sys, threading, time, django
django.setup()
from django.db import connection
from concertation.apps.ground.commands import journal
from concertation.core.sharing import Mandate, Role
writers, acts, states = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].split()
took, wrong, ready = [], [], threading.Barrier(writers)
def write(number):
    ready.wait()
    for act in range(acts):
        began = time.monotonic()
        try:
            journal("test.written", Mandate(f"writer-{number}", Role.REPORTER), state=states[number % len(states)], act_number=act)
        except Exception as failure:
            wrong.append(repr(failure))
        took.append(time.monotonic() - began)
    connection.close()
threads = [threading.Thread(target=write, args=[number]) for number in range(writers)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
took.sort()
print(len(took), len(wrong), f"{took[len(took) // 2]:.3f}", f"{took[int(len(took) * 0.99) - 1]:.3f}", *wrong[:3])
"""


def test_accounts_acknowledged_before_a_kill_are_there_with_their_mandates(tmp_path: Path) -> None:
    node, chance, acknowledged = new_node(tmp_path / "node"), random.Random(SEED + OTHER_MOMENTS), set[str]()

    for kill in kills(KILLS_OF_A_COMMAND):
        running = node.begin(OPEN_ACCOUNTS, str(kill))
        assert running.stdout is not None
        acknowledged.add(running.stdout.readline().strip())
        time.sleep(chance.uniform(0, 0.3))
        running.send_signal(signal.SIGKILL)
        told, _ = running.communicate(timeout=20)
        acknowledged |= {line for line in told.splitlines() if line.endswith("@concertation.example")}

    assert len(acknowledged) >= kill
    with_mandates = {address for (address,) in node.ask("SELECT email FROM access_user JOIN access_heldmandate ON access_heldmandate.person_id = access_user.id")}
    assert acknowledged <= with_mandates
    assert node.is_whole()
    assert node.answer("journal", "verify") == {"broken": []}
    print(f"{kill} kills of a command that opens accounts: {len(acknowledged)} acknowledged, {len(acknowledged - with_mandates)} lost")


def earlier_node(folder: Path) -> SeparateNode:
    """A node of an earlier release; on PostgreSQL one that still lacks every table."""
    if SERVER:
        folder.mkdir(mode=0o700)
        return SeparateNode(folder, new_database())
    with tarfile.open(EARLIER) as packed:
        packed.extractall(folder, filter="data")
    folder.chmod(0o700)
    return SeparateNode(folder)


def applied(node: SeparateNode) -> list[tuple[str, str]]:
    """The migrations a node has been through."""
    with suppress(UndefinedTable):
        return sorted(node.ask("SELECT app, name FROM django_migrations"))
    return []


def test_a_change_of_version_killed_at_random_moments_is_finished_by_the_next(tmp_path: Path) -> None:
    earlier, chance, found = earlier_node(tmp_path / "earlier"), random.Random(SEED + OTHER_MOMENTS), Counter[str]()
    before = applied(earlier)
    whole = earlier.copied(tmp_path / "whole")
    began = time.monotonic()
    assert whole.run("migrate", "--json", seconds=180).returncode == 0
    took, node = time.monotonic() - began, earlier.copied(tmp_path / "0")
    wanted = applied(whole)

    for number in kills(KILLS_OF_A_CHANGE):
        running = node.begin_command("migrate")
        time.sleep(chance.uniform(0.3, 1) * took)
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=20)
        assert node.is_whole()
        done = applied(node)
        found["done" if done == wanted else "begun" if len(done) > len(before) else "not begun"] += 1
        if done == wanted:
            node = earlier.copied(tmp_path / f"{number}")

    _migrated, journal, findings = node.answers(["migrate"], ["journal", "verify"], ["doctor"])
    assert applied(node) == wanted
    assert node.ask("SELECT count(*) FROM presence_activity") == [(0 if SERVER else 4,)]
    assert node.is_whole()
    assert journal == {"broken": []}
    assert [finding["code"] for finding in findings if not finding["holds"]] == []
    print(f"{found.total()} kills of a change of version of {took:.1f} s; found afterwards: {dict(found)}")


def test_fifty_writers_at_once_all_write(tmp_path: Path) -> None:
    node = new_node(tmp_path / "node")

    done = node.code(WRITE_AT_ONCE, str(WRITERS), str(ACTS), " ".join(STATES))

    assert done.returncode == 0, done.stderr
    acts, wrong, *_ = done.stdout.split()
    assert (acts, wrong) == (str(WRITERS * ACTS), "0"), done.stdout
    assert node.ask("SELECT count(*) FROM ground_journalline WHERE act = 'test.written'") == [(WRITERS * ACTS,)]
    assert node.answer("journal", "verify") == {"broken": []}
    print(f"{WRITERS} writers at once: {done.stdout.strip()} (acts, errors, median s, p99 s)")
