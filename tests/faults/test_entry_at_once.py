"""The same form pressed five times at once makes one row; corrections of one row sent at once: one stands, each other is told what stands."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest

from separate_node import SeparateNode, new_node

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes at once are forks of one")
POSTS, ROWS, EDITORS = 5, 6, 4
READY = """
import json, multiprocessing, sys, django; django.setup()
from datetime import date
from uuid import UUID, uuid4
from concertation.apps.ground.editing import Conflict
from concertation.apps.organisations.models import Organisation
from concertation.apps.presence.entry.commands import Slip, add_activity, correct_activity
from concertation.apps.presence.models import Activity
from concertation.core.entries import Entry
from concertation.core.sharing import Mandate, Role
at_once = multiprocessing.get_context("fork")
def mandate(person): return Mandate(person, Role.REPORTER, organisation="synthetic-alpha")
def slip(): return Slip(Organisation.objects.get(slug="synthetic-alpha"), "NER", date(2026, 2, 1), date(2026, 2, 28))
def all_at_once(work, each):
    together, told = at_once.Barrier(len(each)), at_once.Queue()
    def run(own): told.put((own, work(own, together)))
    running = [at_once.Process(target=run, args=[own]) for own in each]
    for process in running: process.start()
    said = dict(told.get(timeout=120) for _ in running)
    for process in running: process.join()
    print(json.dumps([said[own] for own in each]))
    sys.exit(any(process.exitcode for process in running))
"""
BEFORE = """
Organisation.objects.create(slug="synthetic-alpha", name_fr="Synthetic Alpha", sort_key="synthetic alpha", owner_state="AES", sensitivity="public")
entry = Entry("FSC", "ner-1-diffa", activity="synthetic", targeted=10)
print(json.dumps([str(add_activity(slip(), entry, token=uuid4(), by=mandate("u-alpha")).pk) for _ in range(int(sys.argv[1]))]))
"""
POST = """
def post(own, together):
    held, token = slip(), UUID(sys.argv[1])
    together.wait(60)
    add_activity(held, Entry("FSC", "ner-1-diffa", activity="pressed at once"), token=token, by=mandate("u-alpha"))
all_at_once(post, range(int(sys.argv[2])))
"""
CORRECT = """
def correct(own, together):
    told = []
    for row in [Activity.objects.get(pk=row) for row in json.loads(sys.argv[1])]:
        together.wait(60)
        try:
            correct_activity(row, Entry("FSC", "ner-1-diffa", activity="synthetic", targeted=own), base_version=1, by=mandate(f"u-{own}"))
            told.append(["stands", own])
        except Conflict as conflict:
            told.append(["told", conflict.held.targeted])
    return told
all_at_once(correct, range(900, 900 + int(sys.argv[2])))
"""


def said(node: SeparateNode, script: str, *words: str) -> list[list[list[object]]]:
    """What a script says that runs on a node."""
    done = subprocess.run([sys.executable, "-c", READY + script, *words], env=node.surroundings, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    told: list[list[list[object]]] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> tuple[SeparateNode, list[str]]:
    """A node with its reference set and one organisation's rows; each test works on a copy."""
    node = new_node(tmp_path_factory.mktemp("entered") / "node", with_reference_set=True)
    return node, [str(row) for row in said(node, BEFORE, str(ROWS))]


def test_corrections_of_one_row_sent_at_once_leave_one_and_tell_each_other_editor_what_stands(entered: tuple[SeparateNode, list[str]], tmp_path: Path) -> None:
    node, rows = entered[0].copied(tmp_path / "node"), entered[1]

    by_row = list(zip(*said(node, CORRECT, json.dumps(rows), str(EDITORS)), strict=True))

    stored = {str(row).replace("-", ""): (version, targeted) for row, version, targeted in node.ask("SELECT id, version, targeted FROM presence_activity")}
    for row, outcomes in zip(rows, by_row, strict=True):
        assert Counter(word for word, _value in outcomes) == {"stands": 1, "told": EDITORS - 1}
        assert {value for _word, value in outcomes} == {stored[row.replace("-", "")][1]}
        assert stored[row.replace("-", "")][0] == 2
    assert node.ask("SELECT count(*) FROM ground_journalline WHERE act = 'presence.activity-corrected'") == [(ROWS,)]
    assert node.answer("journal", "verify") == {"broken": []}


def test_five_identical_posts_at_once_make_exactly_one_row(entered: tuple[SeparateNode, list[str]], tmp_path: Path) -> None:
    node = entered[0].copied(tmp_path / "node")

    posts = said(node, POST, str(uuid4()), str(POSTS))

    assert posts == [None] * POSTS
    assert node.ask("SELECT count(*) FROM presence_activity WHERE activity = 'pressed at once'") == [(1,)]
    assert node.answer("journal", "verify") == {"broken": []}
