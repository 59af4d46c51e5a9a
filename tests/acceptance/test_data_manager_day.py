"""A day of a State's data manager: this month's workbook goes in as received, one doubt is settled, the rows are there."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from concertation.apps.presence.models import Activity, Report
from concertation.apps.sources.models import Doubt, ImportRun
from concertation.core.sharing import Role
from concertation.site import reference
from import_steps import bring_in, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
WORKBOOKS = {"BFA": "bfa_5w_2022-02_nocontact.xlsx", "NER": "ner_3w_2022-02_redacted.xlsx"}
ROWS = {"BFA": 420, "NER": 2574}


@pytest.fixture
def client_of_both(settings: Any, tmp_path: Path) -> Client:
    """A person who manages the data of both States; the worker works at once."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()
    return signed_in((Role.DATA_MANAGER, "BFA"), (Role.DATA_MANAGER, "NER"))


@pytest.mark.parametrize("state", ["BFA", "NER"])
def test_the_months_workbook_is_understood_corrected_and_stored_without_losing_a_row(client_of_both: Client, shared: Path, state: str) -> None:
    client, name = client_of_both, WORKBOOKS[state]
    bring_in(client, (shared / "presence" / name).read_bytes(), state=state, name=name)
    run = ImportRun.objects.get()
    widest = Doubt.objects.order_by("-count").first()
    waiting = sum(Doubt.objects.values_list("count", flat=True))

    if widest is not None:
        client.post(f"/review/{widest.pk}/settle/", {"answer": widest.candidates[0]["answer"]})
    client.post(f"/imports/{run.pk}/accept/")

    run.refresh_from_db()
    assert (run.status, run.done) == ("stored", ROWS[state])
    assert Activity.objects.filter(import_run=run).count() == ROWS[state]
    assert Report.objects.get().owner_state == state
    still = Activity.objects.filter(placed__in=["doubtful", "unknown"]).count()
    assert still == waiting - (widest.count if widest else 0)


def test_a_row_of_the_workbook_is_followed_from_the_source_to_its_cell(client_of_both: Client, shared: Path) -> None:
    client, name = client_of_both, WORKBOOKS["NER"]
    bring_in(client, (shared / "presence" / name).read_bytes(), state="NER", name=name)
    run = ImportRun.objects.get()
    client.post(f"/imports/{run.pk}/accept/")
    run.refresh_from_db()
    activity = Activity.objects.order_by("row")[100]

    source = client.get(f"/sources/{run.source_id}/").content.decode()
    row = client.get(f"/sources/files/{run.file_id}/cell/", {"sheet": activity.sheet, "row": activity.row}).content.decode()

    assert run.file_id in source
    assert activity.organisation is not None
    assert "[masqué]" in row
