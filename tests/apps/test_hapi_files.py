"""HAPI's tables as files beside a page's own: the columns are HAPI's, the rows those of the page, and nobody gets more than they may see. Synthetic."""

import csv
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.test.utils import override_settings

from activity_samples import activity, organisation, stored_import
from concertation.apps.needs.hapi_shapes import FoodSecurityRow, NeedsRow, PresenceRow
from concertation.apps.picture.commands import refresh
from concertation.core.sharing import Role
from concertation.draw import charts
from concertation.draw.charts import Bar, Cell, Point, Share
from concertation.draw.tables import Source, to_xlsx
from concertation.site import reference
from import_steps import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
NEEDS = ("/needs/?state=NER", "/situation/?state=NER&sector=WSH", "/sectors/WSH/?state=NER", "/states/NER/?table=figures", "/units/ner-1-diffa/?table=figures")
FOOD = ("/needs/?state=NER&concept=phase3plus", "/situation/?state=NER&sector=FSC", "/sectors/FSC/?state=NER", "/states/NER/?sector=FSC")
PRESENCE = ("/situation/?state=NER&sector=FSC", "/sectors/FSC/?state=NER", "/states/NER/?table=actors", "/units/ner-1-diffa/?table=actors", "/organisations/organisation-synthetic-1/")


@pytest.fixture(autouse=True)
def niger(tmp_path: Path) -> Any:
    """Niger's confidential report: three synthetic organisations in Diffa and one in Maradi, in two sectors."""
    reference.load_if_changed()
    with override_settings(HOME=tmp_path):
        run = stored_import("NER", sectors=("WSH", "FSC"))
        for number in range(3):
            activity(run, organisation(f"Organisation synthetic {number}"), "ner-2-diffa", sector="FSC")
        activity(run, organisation("=SUM(1) synthetic"), "ner-1-maradi", sector="WSH")
        refresh("NER")
        yield


def manager(state: str = "NER") -> Client:
    return signed_in((Role.DATA_MANAGER, state), name=f"manager-{state}")


def taken(client: Client, address: str, wanted: str) -> list[dict[str, str]]:
    answer = client.get(f"{address}{'&' if '?' in address else '?'}format={wanted}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def by_program(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/api/v1/hapi/{address}&output_format=csv").content.decode("utf-8-sig"))))


@pytest.mark.parametrize("address", NEEDS)
def test_needs_go_out_under_hapis_columns_from_every_page_that_shows_them(address: str) -> None:
    answer = manager().get(f"{address}&format=hapi-needs")

    told = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert told.fieldnames == list(NeedsRow.model_fields)
    assert {row["location_code"] for row in told} <= {"NER"}


@pytest.mark.parametrize("address", FOOD)
def test_where_the_phases_lead_the_file_is_hapis_table_of_food_security(address: str) -> None:
    rows = taken(manager(), address, "hapi-needs")

    assert rows
    assert list(rows[0]) == list(FoodSecurityRow.model_fields)
    assert {row["location_code"] for row in rows} == {"NER"}


@pytest.mark.parametrize("address", PRESENCE)
def test_presence_goes_out_under_hapis_columns_from_every_page_that_shows_it(address: str) -> None:
    rows = taken(manager(), address, "hapi-presence")

    assert rows
    assert list(rows[0]) == list(PresenceRow.model_fields)


def test_a_file_holds_the_rows_the_interface_for_programs_gives() -> None:
    client = manager()

    assert taken(client, "/sectors/FSC/?state=NER", "hapi-presence") == by_program(client, "operational-presence?location_code=NER&sector_code=FSC")
    assert taken(client, "/situation/?state=NER&sector=FSC&level=2", "hapi-needs") == by_program(client, "food-security?location_code=NER&admin_level=2")
    assert taken(client, "/needs/?state=NER&sector=WSH", "hapi-needs") == by_program(client, "humanitarian-needs?location_code=NER&sector_code=WSH&admin_level=0")


@pytest.mark.parametrize("address", PRESENCE[:-1])
def test_nobody_else_takes_a_confidential_presence_away(address: str) -> None:
    assert taken(Client(), address, "hapi-presence") == []
    assert taken(manager("BFA"), address, "hapi-presence") == []


def test_a_unit_takes_what_lies_under_it_an_organisation_what_is_its_own_and_all_together_every_state() -> None:
    client = manager()
    diffa = taken(client, "/units/ner-1-diffa/?table=actors", "hapi-presence")
    own = taken(client, "/organisations/organisation-synthetic-1/", "hapi-presence")
    below = taken(client, "/states/NER/?sector=FSC", "hapi-needs")

    assert {row["unit"] for row in diffa} == {"ner-2-diffa"}
    assert {row["org_name"] for row in own} == {"Organisation synthetic 1"}
    assert {row["admin_level"] for row in below} == {"1"}
    assert {row["location_code"] for row in taken(client, "/needs/", "hapi-needs")} >= {"NER", "MLI"}


def test_a_cell_that_a_spreadsheet_would_run_is_defused() -> None:
    names = {row["org_name"] for row in taken(manager(), "/states/NER/?table=actors", "hapi-presence")}

    assert "'=SUM(1) synthetic" in names


@pytest.mark.parametrize("address", ["/organisations/?format=hapi-presence", "/needs/?concept=idps&format=hapi-needs", "/sources/?format=hapi-needs"])
def test_a_table_that_hapi_has_not_offers_no_such_file(address: str) -> None:
    answer = manager().get(address)

    assert answer.status_code == 404 or answer.headers["Content-Type"].startswith("text/html")
    assert not re.search(r'href="[^"]*format=hapi[^"]*" download', answer.content.decode())


def test_a_chart_gives_its_figures_as_a_workbook_with_their_sources() -> None:
    answer = manager().get("/states/NER/?chart=history&format=xlsx&lang=en")

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    lines = list(book.worksheets[0].values)
    assert answer.status_code == 200
    assert lines[0][0] == "Date" and lines[0][1] == "people"
    assert len(lines) > 2 and any(isinstance(line[1], int | float) for line in lines[1:])
    assert len(list(book["Sources"].values)) > 1


@pytest.mark.parametrize(
    ("spec", "headings"),
    [
        (charts.bars([Bar("Téra", 12), Bar("Diffa", None)], title="t", measure="personnes", language="fr"), ["Nom", "personnes"]),
        (charts.trend([Point("2024-06-01", 3, "a"), Point("2024-07-01", None, "b")], title="t", measure="personnes"), ["Date", "personnes", "Série"]),
        (charts.phase_bars([Share("Diffa", 3, 10)], title="t", measure="personnes", language="fr"), ["Nom", "Phase", "personnes"]),
        (charts.matrix([Cell("WSH", "Niger", None)], title="t", measure="personnes", language="fr"), ["Ligne", "Colonne", "personnes"]),
    ],
)
def test_every_kind_of_chart_becomes_a_table_whose_missing_figures_are_empty_cells(spec: charts.Spec, headings: list[str]) -> None:
    source = Source(source="Synthetic", date="2024-06-01", licence="", scope="")
    table = charts.figures_of(spec, title="Synthetic", sources=(source,), language="fr")

    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(table, language="fr", on=date(2024, 6, 1))))
    lines = list(book.worksheets[0].values)
    assert list(lines[0]) == headings
    assert len(lines) == 1 + len(spec["data"]["values"])
    drawn = [next(value[name] for name in ("figure", "people") if name in value) for value in spec["data"]["values"]]
    assert [line[headings.index("personnes")] for line in lines[1:]] == drawn
