"""The same form pressed five times at once on a slow line makes exactly one row, on either engine."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from separate_node import new_node

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


def test_five_identical_posts_at_once_make_exactly_one_row(tmp_path: Path) -> None:
    node, token = new_node(tmp_path / "node"), str(uuid4())
    node.run("import", __file__, "--state", "nowhere")
    subprocess.run([sys.executable, "-c", BEFORE], env=node.surroundings, check=True)

    posts = [subprocess.Popen([sys.executable, "-c", POST, token], env=node.surroundings, stderr=subprocess.PIPE) for _ in range(AT_ONCE)]
    told = [post.communicate(timeout=120)[1].decode() for post in posts]

    assert [post.returncode for post in posts] == [0] * AT_ONCE, told
    assert node.ask("SELECT count(*) FROM presence_activity") == [(1,)]
    assert node.answer("journal", "verify") == {"broken": []}
