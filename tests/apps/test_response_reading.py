"""The register as programs read it and as a search finds it: the same rows as the pages, for the same readers, nothing of a closed answer."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from activity_samples import stored_import
from api_steps import program, rows
from apps.test_response import NIGER, TERA, raised
from concertation.apps.access import bearers
from concertation.apps.response import commands
from concertation.apps.response.models import Bulletin, BulletinLine
from concertation.apps.search.commands import refresh
from concertation.core.response.alerts import SectorLine
from concertation.core.sharing import Role
from concertation.site import reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def grounds(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference set, a folder for raw files, nobody counted yet."""
    settings.RAW_FOLDER = tmp_path / "raw"
    monkeypatch.setattr(bearers, "BOOKLETS", bearers.Booklets())
    reference.load_if_changed()


@pytest.fixture
def manager() -> Client:
    """A program of Niger's data manager."""
    return program((Role.DATA_MANAGER, "NER"), name="manager")


def found(browser: Client, words: str) -> list[str]:
    """The titles of the alerts a search finds."""
    refresh("NER")
    return [each["title_fr"] for each in rows(browser, f"/search?q={words}&kind=alert")]


def test_a_program_reads_alerts_and_what_sectors_did_as_their_pages_say(manager: Client) -> None:
    row = raised(households=120, people=None)
    commands.answer_sector(row, SectorLine("SHL", "not-covered", "no-stock"), base_version=row.version, by=NIGER)

    [alert], [told] = rows(manager, f"/alerts?state=NER&unit={TERA}&shock=displacement"), rows(manager, f"/alert-responses?alert={row.pk}")

    assert (alert["id"], alert["households"], alert["persons"], alert["covered"], alert["outcome"]) == (str(row.pk), 120, None, "not-covered", "confirmed")
    assert (told["alert"], told["sector"], told["answer"], told["why_not"]) == (str(row.pk), "SHL", "not-covered", "no-stock")
    assert rows(manager, "/alerts?state=MLI") == rows(manager, "/alerts?raised_since=2099-01-01") == []


def test_a_closed_answer_and_a_withdrawn_alert_are_for_no_program_that_may_not_read_them(manager: Client) -> None:
    row, gone = raised(), raised(households=60)
    commands.answer_sector(row, SectorLine("PRO", "covered", begun_on=timezone.localdate()), base_version=row.version, by=NIGER)
    commands.withdraw_alert(gone, reason="mistaken", base_version=gone.version, by=NIGER)
    reader = program((Role.READER, "MLI"), name="neighbour")

    assert [each["id"] for each in rows(manager, "/alerts")] == [str(row.pk)]
    assert [each["sector"] for each in rows(manager, "/alert-responses")] == ["PRO"]
    assert rows(reader, "/alert-responses") == rows(Client(), "/alert-responses") == rows(Client(), "/alerts") == []


def test_a_program_reads_a_bulletin_line_by_line_with_what_nobody_printed_as_null() -> None:
    run = stored_import("NER", sensitivity="public")
    held = Bulletin.objects.create(import_run=run, owner_state="NER", holder="ner-government", sensitivity="public", hazard="flood", season=2026, as_of=date(2026, 9, 1), service="Service synthétique")
    for number, unit in enumerate((None, TERA)):
        BulletinLine.objects.create(bulletin=held, owner_state="NER", holder="ner-government", sensitivity="public", row=number + 1, unit_id=unit, is_total=unit is None, households=10 + number)

    told = rows(Client(), "/bulletins?state=NER&disaster=flood&season=2026")

    assert sorted((each["is_total"], each["unit"], each["households"], each["persons"], each["counted_until"]) for each in told) == [(False, TERA, 11, None, "2026-09-01"), (True, None, 10, None, "2026-09-01")]


def test_a_program_asks_the_same_questions_however_many_alerts_there_are(manager: Client, django_assert_max_num_queries: Any) -> None:
    for _each in range(3):
        raised()
    rows(manager, "/alerts")

    with django_assert_max_num_queries(5):
        assert len(rows(manager, "/alerts")) == 3


def test_an_alert_is_found_by_its_place_and_its_kind_by_those_who_may_read_it(manager: Client) -> None:
    raised(nature="flood", households=40, people=None)

    assert found(manager, "inondation Tera") == ["Téra, inondation"]
    assert found(manager, "floods Tillaberi") == ["Téra, inondation"]
    assert found(Client(), "inondation Tera") == []


def test_a_withdrawn_alert_is_found_no_more_at_once_and_again_when_it_counts_again(manager: Client) -> None:
    row = raised(nature="flood", households=40, people=None)
    assert found(manager, "inondation Tera")

    commands.withdraw_alert(row, reason="entered-twice", base_version=row.version, by=NIGER)
    at_once = rows(manager, "/search?q=inondation Tera&kind=alert")
    row.refresh_from_db()
    commands.restore_alert(row, base_version=row.version, by=NIGER)

    assert at_once == []
    assert found(manager, "inondation Tera") == ["Téra, inondation"]
