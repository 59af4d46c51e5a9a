"""The same form pressed five times at once makes one row; corrections of one row sent at once: one stands, each other is told what stands. Both engines."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from separate_node import SERVER, SeparateNode, new_node
from throwaway_postgresql import NoServer, server

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
from concertation.apps.presence.entry.commands import Conflict, correct_activity
from concertation.apps.presence.models import Activity
from concertation.core.entries import Entry
from concertation.core.sharing import Mandate, Role
own, begin, rows = int(sys.argv[1]), float(sys.argv[2]), json.loads(sys.argv[3])
read, told = [Activity.objects.get(pk=row) for row in rows], []
for number, row in enumerate(read):
    while time.time() < begin + number * 0.4:
        pass
    try:
        correct_activity(row, Entry("FSC", "ner-1-diffa", activity="synthetic", targeted=own), base_version=1, by=Mandate(f"u-{own}", Role.REPORTER, organisation="synthetic-alpha"))
        told.append(["stands", own])
    except Conflict as conflict:
        told.append(["told", conflict.now.targeted])
print(json.dumps(told))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SeparateNode]:
    """A node on each engine; on PostgreSQL with a server of its own where the run has none."""
    if request.param == "postgresql" and not SERVER:
        try:
            with server() as address:
                yield ready(SeparateNode(tmp_path / "node", address))
        except NoServer as missing:
            pytest.skip(str(missing))
    else:
        yield ready(new_node(tmp_path / "node") if request.param == "postgresql" else SeparateNode(tmp_path / "node"))


def ready(node: SeparateNode) -> SeparateNode:
    """The node with its reference set and one organisation."""
    node.home.mkdir(mode=0o700, exist_ok=True)
    assert node.run("migrate", "--json").returncode == 0
    node.run("import", __file__, "--state", "nowhere")
    subprocess.run([sys.executable, "-c", BEFORE], env=node.surroundings, check=True)
    return node


def test_corrections_of_one_row_sent_at_once_leave_one_and_tell_each_other_editor_what_stands(node: SeparateNode) -> None:
    entered = subprocess.run([sys.executable, "-c", ENTER, str(ROWS)], env=node.surroundings, check=True, capture_output=True, text=True)
    rows, begin = json.loads(entered.stdout), time.time() + 12
    values = range(900, 900 + EDITORS)

    editors = [subprocess.Popen([sys.executable, "-c", CORRECT, str(own), str(begin), json.dumps(rows)], env=node.surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for own in values]
    said = [editor.communicate(timeout=120) for editor in editors]

    assert [editor.returncode for editor in editors] == [0] * EDITORS, [errors.decode() for _told, errors in said]
    by_row = list(zip(*(json.loads(told) for told, _errors in said), strict=True))
    stored = {str(row).replace("-", ""): (version, targeted) for row, version, targeted in node.ask("SELECT id, version, targeted FROM presence_activity")}
    for row, outcomes in zip(rows, by_row, strict=True):
        assert Counter(word for word, _value in outcomes) == {"stands": 1, "told": EDITORS - 1}
        assert {value for _word, value in outcomes} == {stored[row.replace("-", "")][1]}
        assert stored[row.replace("-", "")][0] == 2
    assert node.ask("SELECT count(*) FROM ground_journalline WHERE act = 'presence.activity-corrected'") == [(ROWS,)]
    assert node.answer("journal", "verify") == {"broken": []}


def test_five_identical_posts_at_once_make_exactly_one_row(tmp_path: Path) -> None:
    node, token = new_node(tmp_path / "node"), str(uuid4())
    node.run("import", __file__, "--state", "nowhere")
    subprocess.run([sys.executable, "-c", BEFORE], env=node.surroundings, check=True)

    posts = [subprocess.Popen([sys.executable, "-c", POST, token], env=node.surroundings, stderr=subprocess.PIPE) for _ in range(AT_ONCE)]
    told = [post.communicate(timeout=120)[1].decode() for post in posts]

    assert [post.returncode for post in posts] == [0] * AT_ONCE, told
    assert node.ask("SELECT count(*) FROM presence_activity") == [(1,)]
    assert node.answer("journal", "verify") == {"broken": []}
