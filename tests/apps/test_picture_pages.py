"""The situation and the pages of units: figures with both dates, nothing told of what is closed, the same number of queries whatever is held."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from activity_samples import NIGER, activity, organisation, stored_import
from concertation.apps.needs import queries
from concertation.apps.picture import reading
from concertation.apps.picture.commands import refresh
from concertation.apps.picture.kept_readings import need_read
from concertation.core.sharing import Role
from concertation.site import reference
from import_steps import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
LATER_PAGE_BYTES = 15_000
PAGES = {
    "situation": "/situation/",
    "situation, level 2": "/situation/?level=2&sector=ALL&measure=presence",
    "State": "/states/NER/",
    "unit": "/units/ner-1-diffa/",
    "unit of level 2": "/units/ner-2-diffa/",
}


@pytest.fixture(autouse=True)
def places(tmp_path: Path) -> Iterator[None]:
    reference.load_if_changed()
    with override_settings(HOME=tmp_path):
        yield


def declare(organisations: int = 1, *, sector: str = "FSC", unit: str = "ner-1-diffa", sensitivity: str = "confidential", end: date | None = None) -> None:
    """Niger's report of January and February 2022: so many synthetic organisations with one activity each."""
    run = stored_import("NER", sensitivity=sensitivity, sectors=(sector, "WSH"))
    for number in range(organisations):
        activity(run, organisation(f"Organisation synthetic {run.pk} {number}"), unit, sector=sector, end=end)
    refresh("NER")


def page(address: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode()).replace("\u202f", " ")


def manager() -> Client:
    return signed_in((Role.DATA_MANAGER, "NER"))


def rows_of(answer: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.decode("utf-8-sig"))))


def test_the_sentence_carries_the_date_of_need_and_the_date_of_presence() -> None:
    declare(3)

    told = page("/situation/?state=NER&level=1", manager())

    assert "Au Niger, 3,44 M de personnes en phase 3 ou pire (juin-août 2024)" in told
    assert "dans 1 région sur 8 une activité est déclarée (au 28 février 2022, 2 organisations ont déclaré)" in told


def test_the_sentence_reads_as_well_in_english() -> None:
    declare(3)

    told = page("/situation/?state=NER&level=1&lang=en", manager())

    assert "In Niger, 3.44 million people in phase 3 or worse (June-August 2024)" in told
    assert "(at 28 February 2022, 2 organisations reported)" in told


def test_the_page_without_presence_says_the_one_step_that_brings_it_in() -> None:
    told = page("/situation/")

    assert "./run import FICHIER.xlsx --state NER" in told
    assert "aucun rapport de présence ouvert à votre lecture" in told


def test_confidential_presence_leaves_no_trace_for_somebody_not_signed_in() -> None:
    addresses = ["/situation/", "/situation/?level=2&state=NER&measure=presence", "/states/NER/", "/units/ner-1-diffa/"]
    before = [page(address) for address in addresses]

    declare(3, end=date(2022, 3, 31))

    assert [page(address) for address in addresses] == before


def test_public_presence_in_protection_is_hidden_with_the_reason_why() -> None:
    declare(2, sector="PRO", sensitivity="public")

    told = page("/units/ner-1-diffa/")

    assert "Organisation synthetic" not in told
    assert "n'est montrée qu'à l'État et au détenteur" in told


def test_public_presence_of_an_open_sector_is_shown_to_everybody() -> None:
    declare(2, sensitivity="public")

    assert "Organisation synthetic" in page("/units/ner-1-diffa/")


def test_a_report_makes_it_possible_to_say_that_nothing_is_declared() -> None:
    declare()

    lines = {line["Identifiant"]: line for line in rows_of(manager().get("/situation/?state=NER&format=csv").content)}

    assert (lines["ner-1-diffa"]["Organisations"], lines["ner-1-diffa"]["Présence"]) == ("1", "declared")
    assert (lines["ner-1-zinder"]["Organisations"], lines["ner-1-zinder"]["Présence"]) == ("0", "none_declared")


def test_without_a_report_a_count_is_empty_and_never_zero() -> None:
    lines = rows_of(Client().get("/situation/?state=MLI&format=csv").content)

    assert {line["Organisations"] for line in lines} == {""}
    assert {line["Présence"] for line in lines} == {"no_report"}


def test_the_table_adds_up_to_the_published_phase_3_of_niger() -> None:
    lines = rows_of(Client().get("/situation/?state=NER&format=csv").content)

    assert sum(int(line["Phase 3 ou pire"]) for line in lines) == 3_436_895
    assert "3 436 895" in page("/situation/?state=NER")


def test_every_area_of_the_map_is_a_link_to_its_unit() -> None:
    told = page("/situation/?state=NER")

    drawn = told[told.index('class="map-areas') : told.index("<figcaption")]
    assert {f"/units/{unit}/" in drawn for unit in ("ner-1-diffa", "ner-1-agadez", "ner-1-tillaberi", "ner-1-niamey")} == {True}


def test_a_level_without_outlines_is_shown_as_squares_and_that_is_said() -> None:
    told = page("/situation/?state=NER&level=2")

    assert "aucun contour de département n'est tenu" in told
    assert 'class="tiles' in told
    assert told.count('href="/units/ner-2-') >= 67


def test_a_unit_read_on_another_division_says_that_its_need_is_estimated() -> None:
    told = page("/situation/?state=BFA&division=bfa-2025")

    assert "Lu sur un autre découpage que celui des chiffres, estimé : 17 régions" in told
    assert 'class="estimated"' in told


def test_the_page_of_a_unit_shows_the_places_it_lies_in_and_its_neighbours_abroad() -> None:
    told = page("/units/ner-1-tillaberi/")

    assert 'href="/states/NER/">Niger' in told
    assert "De l'autre côté de la frontière" in told
    assert "/units/bfa-1-est/" in told


def test_a_figure_nobody_holds_reads_so() -> None:
    assert "aucun chiffre disponible sur le besoin" in page("/units/ner-2-tera/")


def test_a_quoted_term_stays_in_the_words_of_its_source() -> None:
    assert "« des millions" in page("/states/NER/")


def test_an_unknown_day_is_said_and_today_is_shown() -> None:
    assert "« 31/08/2024 » n'est pas un jour" in page("/situation/?on=31/08/2024")


def test_the_picture_of_an_earlier_day_leaves_out_later_figures() -> None:
    told = page("/situation/?state=NER&on=2023-12-31")

    assert "octobre-décembre 2023" in told
    assert "juin-août 2024" not in told.split("choices")[0]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "hxl", "geojson", "svg", "png"])
def test_the_situation_can_be_taken_away(ending: str) -> None:
    answer = Client().get(f"/situation/?state=NER&format={ending}")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert len(answer.content) > 400


@pytest.mark.parametrize(
    "query", ["table=activities&format=csv", "table=figures&format=xlsx", "format=geojson", "chart=history&format=svg", "chart=phases&format=png", "format=svg"],
)
def test_what_a_state_shows_can_be_taken_away(query: str) -> None:
    answer = Client().get(f"/states/NER/?{query}")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")


@pytest.mark.parametrize("address", ["/units/nowhere/", "/states/FRA/", "/situation/?format=docx", "/units/ner-2-tera/?chart=phases&format=svg"])
def test_what_nobody_holds_is_not_found(address: str) -> None:
    assert Client().get(address).status_code == 404


def test_geojson_gives_each_region_its_outline() -> None:
    features = json.loads(Client().get("/situation/?state=NER&format=geojson").content)["features"]

    assert {feature["geometry"]["type"] for feature in features} <= {"Polygon", "MultiPolygon"}
    assert len(features) == 8


def test_a_map_of_the_confidential_picture_goes_only_to_its_readers() -> None:
    declare(3)
    address = "/situation/?state=NER&measure=organisations&format=svg"

    assert Client().get(address).content != manager().get(address).content


def counted(address: str, client: Client) -> int:
    """Queries of a page once what is kept in memory is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_activities() -> None:
    reader = manager()
    declare(2, end=date(2027, 1, 10))
    declare(2, unit="ner-2-diffa")
    before = {name: counted(address, reader) for name, address in PAGES.items()}

    declare(40, sector="HEA", unit="ner-2-diffa", end=date(2027, 1, 15))

    assert {name: counted(address, reader) for name, address in PAGES.items()} == before


@pytest.mark.parametrize("address", [*PAGES.values(), "/situation/?level=2", "/situation/?level=2&sector=ALL"])
def test_a_page_weighs_little(address: str) -> None:
    declare(20)

    answer = manager().get(address, headers={"accept-encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) <= LATER_PAGE_BYTES


def test_only_the_reader_of_the_state_is_told_that_no_report_was_received() -> None:
    assert reading.reads_whole((NIGER,), "NER")
    assert not reading.reads_whole((NIGER,), "MLI")
    assert not reading.reads_whole((), "NER")


def test_a_reading_kept_in_memory_is_given_only_for_the_same_figures() -> None:
    ground, division = reading.ground(), "ner-2011"
    seen = queries.figures((), states=["NER"], concepts=["phase3plus"])
    asked = {"state": "NER", "level": 1, "sector": "FSC", "division": division, "terrain": ground.terrain}

    first = need_read(seen, **asked)
    fewer = need_read(seen.filter(seen["reference_end"] < date(2024, 1, 1)), **asked)

    assert need_read(seen, **asked) is first
    assert first["value"].sum() == 3_436_895
    assert fewer["value"].sum() == 2_318_639


@pytest.mark.sqlite
def test_the_list_of_a_state_is_read_in_its_order_and_counted_without_its_rows() -> None:
    declare(3, sensitivity="public", end=date(2022, 3, 1))
    with CaptureQueriesContext(connection) as asked:
        Client().get("/states/NER/")
    of_activities = [each["sql"] for each in asked if 'FROM "presence_activity"' in each["sql"]]
    with connection.cursor() as cursor:
        plans = [" / ".join(line[3] for line in cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()) for sql in of_activities]
    listed = [plan for sql, plan in zip(of_activities, plans, strict=True) if 'ORDER BY "presence_activity"."end"' in sql]
    counted = [plan for sql, plan in zip(of_activities, plans, strict=True) if sql.startswith("SELECT COUNT(*)")]

    assert len(listed) == len(counted) == 1
    assert "ORDER BY" not in listed[0]
    assert "COVERING INDEX" in counted[0]
