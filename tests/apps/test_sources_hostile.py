"""Hostile cells through the pages: the good rows are stored, the page opens in both languages, and nothing is longer than its column."""

from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test import Client

from concertation.apps.presence.models import Activity
from concertation.apps.sources.models import Doubt, ImportProblem, ImportRun
from concertation.site import reference
from import_steps import GOOD, bring_in, manager, only_run, table

CHILDREN_START_ANEW = True
pytestmark = pytest.mark.django_db
LONG = "Très long " * 20_000
HOSTILE_ROWS = {
    "a long organisation": f"{LONG};Maradi;Dakoro;Korahane;Santé;synthetic;",
    "a long region": f"ONG synthetic A;{LONG};Dakoro;Korahane;Santé;synthetic;",
    "a long commune": f"ONG synthetic A;Maradi;Dakoro;{LONG};Santé;synthetic;",
    "a long sector": f"ONG synthetic A;Maradi;Dakoro;Korahane;{LONG};synthetic;",
    "a long activity": f"ONG synthetic A;Maradi;Dakoro;Korahane;Santé;{LONG};",
    "a name turned about": "ONG \u202esynthetic;Maradi;Dakoro;Kora\u200bhane;Santé;synthetic;",
    "a name in N'Ko": "ߓߡߊ߬ߞߐ߫ synthetic;Maradi;Dakoro;ߓߡߊ߬ߞߐ߫;Santé;synthetic;",
    "a name in Tifinagh": "ⴽⵉⴷⴰⵍ synthetic;Maradi;Dakoro;ⴽⵉⴷⴰⵍ;Santé;synthetic;",
    "a formula": "=cmd|' /C calc'!A0;Maradi;Dakoro;Korahane;@SUM(A1);-1+1;",
    "a NUL": "ONG\0 synthetic;Maradi;Dakoro;Korahane;Santé;syn\0thetic;",
}


@pytest.fixture(autouse=True)
def working_at_once(settings: Any, tmp_path: Path) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    reference.load_if_changed()


@pytest.fixture
def niger() -> Client:
    return manager("NER")


def too_long(model: type[models.Model]) -> list[tuple[str, int]]:
    """Texts longer than their column, which SQLite would keep and PostgreSQL refuse."""
    bounded = {field.name: field.max_length for field in model._meta.concrete_fields if isinstance(field, models.CharField) and field.max_length}
    kept = model._default_manager.values(*bounded)
    return [(name, len(text)) for row in kept for name, text in row.items() if isinstance(text, str) and len(text) > (bounded[name] or 0)]


@pytest.mark.parametrize("row", HOSTILE_ROWS.values(), ids=list(HOSTILE_ROWS))
def test_a_hostile_row_is_stored_or_refused_beside_the_good_ones(niger: Client, row: str) -> None:
    bring_in(niger, table(*GOOD, row))
    run = only_run()
    french, english = niger.get(f"/imports/{run.pk}/"), niger.get(f"/imports/{run.pk}/", headers={"accept-language": "en"})
    niger.post(f"/imports/{run.pk}/accept/")

    run.refresh_from_db()
    assert (french.status_code, english.status_code, run.status) == (200, 200, "stored")
    assert len(french.content) < 200_000
    assert Activity.objects.count() >= 3
    assert {model.__name__: too_long(model) for model in (Activity, ImportRun, ImportProblem, Doubt)} == {"Activity": [], "ImportRun": [], "ImportProblem": [], "Doubt": []}
