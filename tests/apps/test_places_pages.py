"""Pages of places in both languages: States and divisions, units, names over time, boundaries and their approval."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from concertation.apps.access.commands import give_mandates, open_account
from concertation.apps.access.models import User
from concertation.apps.places import queries
from concertation.apps.places.commands import bring_boundaries
from concertation.apps.places.models import BoundarySet
from concertation.core.sharing import Mandate, Role
from concertation.formats.boundaries import own_boundaries, written_boundaries
from concertation.site import reference

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
LANGUAGES = ("fr", "en")


@pytest.fixture(autouse=True)
def node_with_reference_set(tmp_path: Path) -> Iterator[None]:
    reference.load_if_changed()
    with override_settings(HOME=tmp_path):
        yield


def manager(state: str) -> User:
    user = open_account(f"{state.lower()}@concertation.example", "a-long-pass-phrase", name=state)
    give_mandates(user, [(Role.DATA_MANAGER, state)], since=timezone.localdate())
    return user


@pytest.fixture
def brought() -> BoundarySet:
    """Niger's regions without Agadez, brought in and not approved."""
    shipped = queries.boundaries_in_use("ner-2011", 1)
    assert shipped is not None
    fewer = [area for area in own_boundaries(bytes(shipped.geometry)).areas if area.units != ("ner-1-agadez",)]
    by = Mandate("u1", Role.DATA_MANAGER, state="NER")
    return bring_boundaries(division=queries.division_named("ner-2011"), level=1, geometry=written_boundaries(fewer), source="IGNN", licence="", by=by)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "address",
    [
        "/places/", "/places/divisions/ner-2011/", "/places/divisions/ner-2011/?level=3", "/places/divisions/bfa-2025/?level=2", "/places/bfa/names/",
        "/places/bfa-1-boucle-du-mouhoun/names/", "/places/boundaries/TGO/", "/places/boundaries/TCD/",
    ],
)
def test_every_page_of_places_opens_in_both_languages(client: Client, language: str, address: str) -> None:
    shown = client.get(address, {**dict(pair.split("=") for pair in address.partition("?")[2].split("&") if pair), "lang": language})

    assert shown.status_code == 200
    assert shown.headers["Content-Language"] == language
    assert b"style=" not in shown.content


def test_a_former_region_says_what_became_of_it_and_by_which_share(client: Client) -> None:
    page = client.get("/places/bfa-1-boucle-du-mouhoun/names/").content.decode()

    assert "Bankui" in page
    assert "Ce que ce lieu est devenu" in page
    assert "BF46" in page


def test_a_region_without_an_ocha_code_says_so(client: Client) -> None:
    page = client.get("/places/bfa-1-bankui/names/", {"lang": "en"}).content.decode()

    assert "No OCHA code to date" in page
    assert "What this place was made of" in page


def test_the_map_of_a_division_draws_a_link_for_each_of_its_units(client: Client) -> None:
    page = client.get("/places/divisions/ner-2011/").content.decode()

    assert page.count('<use href="/maps/') == 9
    assert 'href="/places/ner-1-diffa/names/"' in page


def test_a_level_without_boundaries_is_a_list_and_says_so(client: Client) -> None:
    page = client.get("/places/divisions/ner-2011/", {"level": "3"}).content.decode()

    assert "266" in page
    assert "Aucun contour n'est tenu" in page.replace("&#x27;", "'")


@pytest.mark.parametrize("address", ["/places/divisions/xxx-1999/", "/places/xxx/names/", "/places/boundaries/XXX/", "/places/divisions/ner-2011/names/"])
def test_what_does_not_exist_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_units_are_taken_away_as_csv_with_their_codes(client: Client) -> None:
    taken = client.get("/places/divisions/ner-2011/", {"level": "2", "format": "csv", "lang": "en"}).content.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(taken)))
    assert len(rows) == 67
    assert {row["OCHA code"] for row in rows if row["Identifier"] == "ner-2-aderbissinat"} == {"NE001001"}


def test_units_are_taken_away_as_geojson_with_their_outlines(client: Client) -> None:
    taken = json.loads(client.get("/places/divisions/bfa-2025/", {"format": "geojson"}).content)

    assert len(taken["features"]) == 17
    assert all(feature["geometry"]["type"] == "MultiPolygon" for feature in taken["features"])
    assert "Natural Earth" in taken["sources"][0]["source"]


def test_units_are_taken_away_as_a_workbook(client: Client) -> None:
    taken = client.get("/places/divisions/tgo-2022/", {"format": "xlsx"})

    sheet = openpyxl.load_workbook(io.BytesIO(taken.content)).worksheets[0]
    assert sheet.max_row == 7
    assert taken.headers["Content-Disposition"].endswith('.xlsx"')


def test_the_names_of_a_unit_are_taken_away(client: Client) -> None:
    taken = client.get("/places/bfa-1-boucle-du-mouhoun/names/", {"format": "csv"}).content.decode("utf-8-sig")

    assert {row["Ce que c'est"] for row in csv.DictReader(io.StringIO(taken))} == {"name", "code", "successor"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_set_brought_in_stands_beside_the_one_drawn_today(client: Client, brought: BoundarySet, language: str) -> None:
    page = client.get(f"/places/boundaries/sets/{brought.pk}/", {"lang": language}).content.decode()

    assert page.count("<figure") == 2
    assert "Agadez" in page
    assert "<form class=\"actions\"" not in page


def test_the_states_data_manager_approves_a_set_and_maps_draw_it(client: Client, brought: BoundarySet) -> None:
    client.force_login(manager("NER"))
    assert "Approuver" in client.get(f"/places/boundaries/sets/{brought.pk}/").content.decode()

    answer = client.post(f"/places/boundaries/sets/{brought.pk}/approve/")

    assert answer.status_code == 302
    assert queries.boundaries_in_use("ner-2011", 1) == brought


def test_nobody_else_approves_a_set(client: Client, brought: BoundarySet) -> None:
    address = f"/places/boundaries/sets/{brought.pk}/approve/"

    assert "/account/login" in client.post(address).headers["Location"]
    client.force_login(manager("MLI"))
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405
    assert queries.boundaries_in_use("ner-2011", 1) != brought
