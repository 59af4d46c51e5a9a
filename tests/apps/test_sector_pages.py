"""Pages of sectors: who covers what, where nobody is declared, and never a word on protection to those outside the State."""

from collections.abc import Iterator
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity_samples import ANALYST, MALI, NIGER, activity, organisation, stored_import
from concertation.apps.access.commands import give_mandates, open_account
from concertation.apps.organisations import commands
from concertation.apps.picture import sector_reading
from concertation.apps.picture.commands import refresh
from concertation.apps.picture.reading import ground
from concertation.apps.picture.sector_tables import year_words
from concertation.core.sharing import Mandate, Role
from concertation.site import reference

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
LATER_PAGE_BYTES = 15_000
PAGES = {
    "sectors": "/sectors/", "sector": "/sectors/WSH/", "sector of one State": "/sectors/WSH/?state=NER&level=2",
    "organisations": "/organisations/", "organisation": "/organisations/organisation-synthetique/",
}  # fmt: skip
STATES = ["BFA", "MLI", "NER", "TGO"]


@pytest.fixture(autouse=True)
def places() -> Iterator[None]:
    reference.load_if_changed()
    yield


def signed_in(state: str = "NER") -> Client:
    """A browser in which a State's data manager is signed in."""
    user = open_account(f"{state}@example.org", "un long mot de passe", name="Essai")
    give_mandates(user, [(Role.DATA_MANAGER, state)], since=timezone.localdate())
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def declare(*sectors: str, sensitivity: str = "confidential") -> None:
    """Niger reports on some sectors: one organisation has an activity of each in Diffa."""
    run = stored_import("NER", sensitivity=sensitivity, sectors=sectors)
    held = organisation("Organisation synthétique")
    for sector in sectors:
        activity(run, held, sector=sector)
    refresh("NER")


def verdicts(mandates: tuple[Mandate, ...], code: str) -> dict[str, str]:
    at = sector_reading.at_state_level(mandates, ground().sectors, states=STATES, on=timezone.localdate())
    return {state: at[state, code].verdict for state in STATES}


def test_absence_is_said_only_under_a_report_that_names_the_sector() -> None:
    stored_import("NER", sectors=("FSC", "WSH"))
    declare("FSC")

    assert verdicts((NIGER,), "FSC")["NER"] == "declared"
    assert verdicts((NIGER,), "WSH")["NER"] == "none_declared"
    assert verdicts((NIGER,), "HEA")["NER"] == "no_report"
    assert verdicts((NIGER,), "FSC")["MLI"] == "no_report"


def test_protection_is_restricted_for_everyone_outside_the_state_even_when_its_rows_are_public() -> None:
    declare("PRO", "FSC", sensitivity="public")

    assert verdicts((), "PRO") == dict.fromkeys(STATES, "restricted")
    assert verdicts((MALI,), "PRO")["NER"] == "restricted"
    assert verdicts((NIGER,), "PRO")["NER"] == "declared"
    assert verdicts((), "FSC")["NER"] == "declared"
    page = Client().get("/sectors/PRO/").content.decode()
    assert "Organisation synthétique" not in page
    assert sector_reading.actors((), states=STATES, sectors=["PRO"]) == []
    assert [each.activities for each in sector_reading.actors((), states=STATES, sectors=["FSC", "PRO"])] == [1]


def test_units_without_activity_stand_in_the_list_of_silence_with_the_day_of_the_report() -> None:
    declare("WSH")

    page = unescape(signed_in().get("/sectors/WSH/", {"state": "NER"}).content.decode())

    assert "Où aucune activité n'est déclarée\u202f: 7 unités sur 8" in page
    assert "28 février 2022" in page
    assert "Qui déclare une activité dans ce secteur" in page


def test_a_sector_nobody_reported_on_says_so_and_lists_no_silence() -> None:
    declare("FSC")

    page = signed_in().get("/sectors/EDU/", {"state": "NER"}).content.decode()

    assert "aucun rapport reçu" in page
    assert "Où aucune activité" not in page


def test_confidential_presence_is_told_to_nobody_outside() -> None:
    declare("WSH")

    for client in (Client(), signed_in("MLI")):
        page = client.get("/sectors/WSH/", {"state": "NER"}).content.decode()
        assert "Organisation synthétique" not in page
        assert "aucune activité déclarée" not in page


def test_merged_organisations_are_one_actor() -> None:
    declare("WSH")
    other = organisation("Organisation synthétique bis")
    activity(stored_import("NER", sectors=("WSH",)), other, "ner-1-dosso", sector="WSH")
    first = sector_reading.actors((NIGER,), states=STATES, sectors=["WSH"])

    commands.merge(other.pk, first[0].organisation.pk if first[0].organisation != other else first[1].organisation.pk, reason="", by=ANALYST)

    assert [(each.activities, each.places) for each in sector_reading.actors((NIGER,), states=STATES, sectors=["WSH"])] == [(2, 2)]
    refresh("NER")
    assert sector_reading.at_state_level((NIGER,), ground().sectors, states=STATES, on=timezone.localdate())["NER", "WSH"].organisations == 1


@pytest.mark.parametrize("address", ["/sectors/", "/sectors/FSC/", "/sectors/FSC/?state=NER&level=2", "/sectors/PRO-GBV/"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_sectors_stands_in_both_languages(address: str, language: str) -> None:
    declare("FSC", "PRO-GBV")
    client = signed_in()
    client.cookies["language"] = language

    page = client.get(address)

    assert page.status_code == 200
    assert ("Secteurs" in page.content.decode()) == (language == "fr")


def test_an_unknown_sector_and_all_sectors_together_have_no_page() -> None:
    assert [Client().get(f"/sectors/{code}/").status_code for code in ("XYZ", "ALL")] == [404, 404]


@pytest.mark.parametrize("address", ["/sectors/?format=csv", "/sectors/?format=hxl", "/sectors/?table=lists&format=csv", "/sectors/WSH/?format=csv", "/sectors/WSH/?table=actors&format=csv"])
def test_every_table_of_sectors_can_be_taken_away_as_the_reader_may_see_it(address: str) -> None:
    declare("WSH")

    own, public = (client.get(address).content.decode() for client in (signed_in(), Client()))

    assert own.startswith("\ufeff")
    assert "Organisation synthétique" not in public


def test_the_number_of_queries_does_not_grow_with_rows_or_organisations() -> None:
    declare("WSH")
    client, addresses = signed_in(), ("/sectors/", "/sectors/WSH/", "/sectors/WSH/?state=NER&level=2")
    few = [queries_of(client, address) for address in addresses]
    run = stored_import("NER", sectors=("WSH", "FSC"))
    for number in range(20):
        activity(run, organisation(f"Organisation synthétique {number}"), "ner-1-dosso", sector="WSH")
    refresh("NER")

    assert [queries_of(client, address) for address in addresses] == few


@pytest.mark.parametrize("address", PAGES.values())
def test_a_page_weighs_little(address: str) -> None:
    declare("FSC", "WSH", "HEA")

    page = signed_in().get(address, headers={"accept-encoding": "gzip"})

    assert page.headers["Content-Encoding"] == "gzip"
    assert len(page.content) <= LATER_PAGE_BYTES


def queries_of(client: Client, address: str) -> int:
    """How many queries a page makes, once what a process keeps in memory is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as made:
        client.get(address)
    return len(made)


def test_years_close_up_into_runs() -> None:
    assert year_words([2019, 2023, 2024, 2025]) == "2019, 2023–2025"
