"""A corrected file takes the place of the one it corrects, its difference shown before, and gives the place back when undone."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from concertation.apps.ground.models import JournalLine
from concertation.apps.presence.models import Activity
from concertation.apps.presence.queries import activities
from concertation.apps.sources import commands
from concertation.apps.sources.models import ImportRun, ReportingPeriod
from concertation.apps.sources.reporting.commands import freeze_period, open_period
from concertation.core.sharing import Mandate, Role
from concertation.site import reference
from import_steps import GOOD, bring_in, manager, table

pytestmark = pytest.mark.django_db
NIGER = Mandate("u-ner", Role.DATA_MANAGER, state="NER")
CORRECTED = (GOOD[0], GOOD[1], "ONG synthetic C;Zinder;Mirriah;Mirriah;Éducation;synthetic;")


@pytest.fixture
def niger(settings: Any, tmp_path: Any) -> Client:
    """Niger's data manager, and a worker that works at once."""
    settings.RAW_FOLDER = tmp_path / "raw"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    reference.load_if_changed()
    return manager("NER")


def stored(browser: Client, content: bytes, **accepted: str) -> ImportRun:
    """A file brought in and accepted."""
    page = bring_in(browser, content)
    run = page.context["run"]
    browser.post(f"/imports/{run.pk}/accept/", accepted)
    run.refresh_from_db()
    return run


def counted() -> list[str]:
    """The organisations of the activities that count."""
    return sorted(row.org_written for row in activities([NIGER]))


def test_the_page_shows_what_would_change_before_anything_does(niger: Client) -> None:
    earlier = stored(niger, table())

    page = bring_in(niger, table(*CORRECTED))

    [told] = page.context["corrections"]
    assert (told["run"], told["sure"]) == (str(earlier.pk), True)
    assert (told["same"], told["added"], told["removed"], told["changed"]) == (2, 1, 1, 0)
    assert "ONG synthetic C" in page.content.decode()
    assert counted() == ["ONG synthetic A", "ONG synthetic B", "ONG synthetic B"]


def test_accepted_in_its_place_it_counts_and_the_other_stays_without_counting(niger: Client) -> None:
    earlier = stored(niger, table())

    later = stored(niger, table(*CORRECTED), replaces=str(earlier.pk))

    earlier.refresh_from_db()
    assert (earlier.status, later.status) == ("superseded", "stored")
    assert counted() == ["ONG synthetic A", "ONG synthetic B", "ONG synthetic C"]
    assert Activity.objects.count() == 6
    assert "Remplacé par" in niger.get(f"/imports/{earlier.pk}/").content.decode()


def test_kept_side_by_side_both_count(niger: Client) -> None:
    stored(niger, table())

    stored(niger, table(*CORRECTED), replaces="")

    assert len(counted()) == 6


def test_undoing_the_correction_brings_the_other_back_in_one_act(niger: Client) -> None:
    earlier = stored(niger, table())
    later = stored(niger, table(*CORRECTED), replaces=str(earlier.pk))

    niger.post(f"/imports/{later.pk}/withdraw/", {"reason": "mistaken"})
    undone = counted()
    niger.post(f"/imports/{later.pk}/restore/")

    assert undone == ["ONG synthetic A", "ONG synthetic B", "ONG synthetic B"]
    assert counted() == ["ONG synthetic A", "ONG synthetic B", "ONG synthetic C"]
    assert JournalLine.objects.filter(act="sources.import-withdrawn", period="2022-02-01/2022-02-28").count() == 1


def three(niger: Client) -> tuple[ImportRun, ImportRun, ImportRun]:
    """One stored file, one that replaced it and was withdrawn, one that replaced it after."""
    first = stored(niger, table())
    second = stored(niger, table(*CORRECTED), replaces=str(first.pk))
    niger.post(f"/imports/{second.pk}/withdraw/", {"reason": "mistaken"})
    third = stored(niger, table(GOOD[0]), replaces=str(first.pk))
    return first, second, third


def test_an_import_is_replaced_by_one_other_only(niger: Client) -> None:
    _first, second, _third = three(niger)

    niger.post(f"/imports/{second.pk}/restore/")

    second.refresh_from_db()
    assert second.status == "withdrawn"
    assert counted() == ["ONG synthetic A"]


def test_two_corrections_accepted_at_once_do_not_both_count(niger: Client) -> None:
    first = stored(niger, table())
    one, other = (bring_in(niger, table(*rows)).context["run"] for rows in (CORRECTED, CORRECTED[:2]))

    accepted = [commands.accept_preview(run, by=NIGER, replaces=first) for run in (one, other)]

    assert accepted == [True, False]


def test_a_withdrawn_import_does_not_return_while_another_stands_in_its_place(niger: Client) -> None:
    first = stored(niger, table())
    stored(niger, table(*CORRECTED), replaces=str(first.pk))
    ImportRun.objects.filter(pk=first.pk).update(status="withdrawn")

    niger.post(f"/imports/{first.pk}/restore/")

    assert counted() == ["ONG synthetic A", "ONG synthetic B", "ONG synthetic C"]


def test_the_same_bytes_brought_in_again_are_not_counted_twice_by_an_undo(niger: Client) -> None:
    first = stored(niger, table())
    second = stored(niger, table(*CORRECTED), replaces=str(first.pk))
    stored(niger, table(), replaces="")

    niger.post(f"/imports/{second.pk}/withdraw/", {"reason": "mistaken"})

    assert counted() == ["ONG synthetic A", "ONG synthetic B", "ONG synthetic B"]


def test_a_frozen_period_keeps_what_it_holds_and_still_lets_a_master_withdraw(niger: Client) -> None:
    open_period("NER", sector="", start=date(2022, 2, 1), end=date(2022, 2, 28), due_on=date(2022, 3, 5), by=NIGER)
    first = stored(niger, table())
    second = stored(niger, table(*CORRECTED), replaces=str(first.pk))
    period = ReportingPeriod.objects.get()
    freeze_period(period, base_version=period.version, by=NIGER)

    niger.post(f"/imports/{second.pk}/withdraw/", {"reason": "protection"})

    first.refresh_from_db()
    assert first.status == "superseded"
    assert counted() == []


def test_a_file_of_another_period_is_offered_and_never_presumed(niger: Client) -> None:
    stored(niger, table())

    page = bring_in(niger, table(*CORRECTED), name="synthetic_2022-03.csv")

    assert page.context["corrections"] == []
    assert only_stored().period_start == date(2022, 2, 1)


def only_stored() -> ImportRun:
    """The one import that counts."""
    return ImportRun.objects.get(status="stored")


