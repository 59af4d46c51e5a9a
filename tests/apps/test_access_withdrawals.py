"""Either master takes its rows out of sight: the owner State or the holder; the rows stay, the picture follows, the act can be undone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access_steps import browser_of, person
from activity_samples import NIGER, activity, organisation, stored_import
from concertation.apps.ground.models import JournalLine
from concertation.apps.picture.models import PresenceSummary
from concertation.apps.presence import queries
from concertation.apps.presence.models import Activity
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
HOLDER = "alpha-synthetique"


@pytest.fixture
def run(settings: Any) -> ImportRun:
    """Two activities of an organisation in Niger, shared with the framework; the worker works at once."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    reference.load_if_changed()
    made = stored_import("NER", sensitivity="restricted")
    ImportRun.objects.filter(pk=made.pk).update(holder=HOLDER)
    made.refresh_from_db()
    for unit in ("ner-1-diffa", "ner-1-maradi"):
        activity(made, organisation(f"Alpha synthétique {unit}"), unit)
    return made


def browser(*mandate: Any) -> Client:
    return browser_of(person("-".join(part.lower() for part in mandate), mandate))


def withdraw(client: Client, run: ImportRun, reason: str = "agreement") -> Any:
    return client.post(reverse("import-withdraw", args=[run.pk]), {"reason": reason})


@pytest.mark.parametrize("mandate", [(Role.DATA_MANAGER, "NER"), (Role.RELEASE_AUTHORITY, "NER"), (Role.REPORTER_LEAD, "NER", HOLDER), (Role.REPORTER, "", HOLDER)])
def test_the_state_and_the_holder_each_withdraw_and_restore(run: ImportRun, mandate: Any) -> None:
    client = browser(*mandate)

    withdraw(client, run)
    run.refresh_from_db()
    assert (run.status, queries.activities([NIGER]).count(), Activity.objects.count()) == ("withdrawn", 0, 2)
    assert not PresenceSummary.objects.filter(activities__gt=0).exists()
    assert "ne comptent plus" in client.get(reverse("import", args=[run.pk])).content.decode()
    client.post(reverse("import-restore", args=[run.pk]))

    run.refresh_from_db()
    assert (run.status, queries.activities([NIGER]).count()) == ("stored", 2)
    assert PresenceSummary.objects.filter(activities__gt=0).exists()
    acts = list(JournalLine.objects.filter(chain="NER", act__startswith="sources.import-").values_list("act", flat=True))
    assert acts == ["sources.import-withdrawn", "sources.import-restored"]


@pytest.mark.parametrize("mandate", [(Role.DATA_MANAGER, "MLI"), (Role.READER, "NER"), (Role.AUDITOR, "NER"), (Role.ANALYST, "AES"), (Role.REPORTER, "MLI", HOLDER), (Role.REPORTER, "NER", "beta"), (Role.ADMINISTRATOR, "")])
def test_nobody_else_withdraws(run: ImportRun, mandate: Any) -> None:
    client = browser(*mandate)

    answers = {withdraw(client, run).status_code, client.post(reverse("import-close-further", args=[run.pk]), {"level": "strict"}).status_code}

    run.refresh_from_db()
    assert answers <= {403, 404}
    assert (run.status, run.share_as) == ("stored", "restricted")


def test_rows_are_only_ever_closed_further(run: ImportRun) -> None:
    client = browser(Role.DATA_MANAGER, "NER")

    client.post(reverse("import-close-further", args=[run.pk]), {"level": "public"})
    assert set(Activity.objects.values_list("sensitivity", flat=True)) == {"restricted"}
    client.post(reverse("import-close-further", args=[run.pk]), {"level": "strict"})

    run.refresh_from_db()
    assert set(Activity.objects.values_list("sensitivity", flat=True)) == {"strict"}
    assert (run.share_as, run.sensitivity) == ("strict", "strict")
    assert browser(Role.READER, "NER").get(reverse("import", args=[run.pk])).status_code == 404


def test_a_withdrawal_says_why_in_a_word_of_the_list(run: ImportRun) -> None:
    client = browser(Role.DATA_MANAGER, "NER")

    withdraw(client, run, "parce que M. Untel l'a demandé")

    run.refresh_from_db()
    assert run.status == "stored"
    assert "Untel" not in "".join(bytes(line.facts).decode() for line in JournalLine.objects.all())


def test_a_file_brought_in_anew_bars_the_way_back(run: ImportRun) -> None:
    client = browser(Role.DATA_MANAGER, "NER")
    withdraw(client, run)
    ImportRun.objects.create(file=run.file, owner_state="NER", holder=HOLDER, kind=run.kind, status="stored", by="u")

    client.post(reverse("import-restore", args=[run.pk]))

    run.refresh_from_db()
    assert run.status == "withdrawn"
