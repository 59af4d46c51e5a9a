"""The same form pressed five times at once makes one row; corrections of one row sent at once: one stands, each other is told what stands."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from separate_node import SeparateNode, new_node

AT_ONCE = 5
BEFORE = """
import django; django.setup()
from concertation.apps.organisations.models import Organisation
Organisation.objects.create(slug="synthetic-alpha", name_fr="Synthetic Alpha", sort_key="synthetic alpha", owner_state="AES", sensitivity="public")
"""
POST = """
import sys, django; django.setup()
from datetime import date
from uuid import UUID
from concertation.apps.organisations.models import Organisation
from concertation.apps.presence.entry.commands import Slip, add_activity
from concertation.core.entries import Entry
from concertation.core.sharing import Mandate, Role
alpha = Organisation.objects.get(slug="synthetic-alpha")
slip = Slip(alpha, "NER", date(2026, 2, 1), date(2026, 2, 28))
add_activity(slip, Entry("FSC", "ner-1-diffa", activity="synthetic"), token=UUID(sys.argv[1]), by=Mandate("u-alpha", Role.REPORTER, organisation="synthetic-alpha"))
"""
ROWS, EDITORS = 6, 4
ENTER = """
import json, sys, django; django.setup()
from datetime import date
from uuid import uuid4
from concertation.apps.organisations.models import Organisation
from concertation.apps.presence.entry.commands import Slip, add_activity
from concertation.core.entries import Entry
from concertation.core.sharing import Mandate, Role
alpha = Organisation.objects.get(slug="synthetic-alpha")
slip, by = Slip(alpha, "NER", date(2026, 2, 1), date(2026, 2, 28)), Mandate("u-alpha", Role.REPORTER, organisation="synthetic-alpha")
print(json.dumps([str(add_activity(slip, Entry("FSC", "ner-1-diffa", activity="synthetic", targeted=10), token=uuid4(), by=by).pk) for _ in range(int(sys.argv[1]))]))
"""
CORRECT = """
import json, sys, time, django; django.setup()
from concertation.apps.ground.editing import Conflict
from concertation.apps.presence.entry.commands import correct_activity
from concertation.apps.presence.models import Activity
from concertation.core.entries import Entry
from concertation.core.sharing import Mandate, Role
own, rows = int(sys.argv[1]), json.loads(sys.argv[2])
read, told = [Activity.objects.get(pk=row) for row in rows], []
print("ready", flush=True)
begin = float(input())
for number, row in enumerate(read):
    time.sleep(max(0, begin + number * 0.4 - time.time()))
    try:
        correct_activity(row, Entry("FSC", "ner-1-diffa", activity="synthetic", targeted=own), base_version=1, by=Mandate(f"u-{own}", Role.REPORTER, organisation="synthetic-alpha"))
        told.append(["stands", own])
    except Conflict as conflict:
        told.append(["told", conflict.held.targeted])
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> SeparateNode:
    """A node with its reference set and one organisation."""
    made = new_node(tmp_path_factory.mktemp("before") / "node", with_reference_set=True)
    assert made.code(BEFORE).returncode == 0
    return made


@pytest.fixture
def node(before: SeparateNode, tmp_path: Path) -> SeparateNode:
    """A copy of that node."""
    return before.copied(tmp_path / "node")


def test_corrections_of_one_row_sent_at_once_leave_one_and_tell_each_other_editor_what_stands(node: SeparateNode) -> None:
    rows = json.loads(node.code(ENTER, str(ROWS)).stdout)
    values = range(900, 900 + EDITORS)

    editors: list[Any] = [node.begin(CORRECT, str(own), json.dumps(rows)) for own in values]
    assert [editor.stdout.readline() for editor in editors] == ["ready\n"] * EDITORS
    begin = time.time() + 0.5
    for editor in editors:
        print(begin, file=editor.stdin, flush=True)
    said = [editor.communicate(timeout=120) for editor in editors]

    assert [editor.returncode for editor in editors] == [0] * EDITORS, [errors for _told, errors in said]
    by_row = list(zip(*(json.loads(told) for told, _errors in said), strict=True))
    stored = {str(row).replace("-", ""): (version, targeted) for row, version, targeted in node.ask("SELECT id, version, targeted FROM presence_activity")}
    for row, outcomes in zip(rows, by_row, strict=True):
        assert Counter(word for word, _value in outcomes) == {"stands": 1, "told": EDITORS - 1}
        assert {value for _word, value in outcomes} == {stored[row.replace("-", "")][1]}
        assert stored[row.replace("-", "")][0] == 2
    assert node.ask("SELECT count(*) FROM ground_journalline WHERE act = 'presence.activity-corrected'") == [(ROWS,)]
    assert node.answer("journal", "verify") == {"broken": []}


def test_five_identical_posts_at_once_make_exactly_one_row(node: SeparateNode) -> None:
    token = str(uuid4())

    posts = [node.begin(POST, token) for _ in range(AT_ONCE)]
    told = [post.communicate(timeout=120)[1] for post in posts]

    assert [post.returncode for post in posts] == [0] * AT_ONCE, told
    assert node.ask("SELECT count(*) FROM presence_activity") == [(1,)]
    assert node.answer("journal", "verify") == {"broken": []}
