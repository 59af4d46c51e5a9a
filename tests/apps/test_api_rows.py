"""Rows for programs: exactly what the description says, whole, in pages that hold while rows are added, at the reader's grain."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activity_samples import END, START, activity, organisation, stored_import
from api_steps import PREFIX, addresses, program, rows, tables
from budgets.budget_files import compare
from concertation.apps.access import bearers
from concertation.apps.needs.models import Figure
from concertation.apps.picture.commands import refresh
from concertation.apps.picture.queries import Asked
from concertation.core.sharing import Role
from concertation.site import picturing, reference
from concertation.site.api import api
from concertation.site.api_description import description

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def niger(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference set and Niger's confidential report, restricted sector and merged organisation included."""
    monkeypatch.setattr(bearers, "BOOKLETS", bearers.Booklets())
    reference.load_if_changed()
    run = stored_import("NER", sectors=("FSC", "PRO"))
    known = organisation("ONG synthetic", acronym="OS")
    activity(run, known, "ner-1-diffa", sector="FSC")
    activity(run, known, "ner-2-dakoro", sector="PRO")
    activity(run, organisation("Hidden synthetic", sensitivity="strict"), "ner-1-diffa", sector="WSH", written="=cmd|synthetic")
    opened = stored_import("MLI", sensitivity="public", sectors=("FSC",))
    activity(opened, known, "mli-1-mopti", sector="FSC")
    activity(opened, known, "mli-1-mopti", sector="PRO")


def manager() -> Client:
    return program((Role.DATA_MANAGER, "NER"), name="manager")


def figure(number: int, **columns: Any) -> Figure:
    """A public synthetic figure of Diffa."""
    given = {"concept": "in_need", "unit_id": "ner-1-diffa", "sector": "FSC", "source_id": "cadre-harmonise-2024-06", "status": "official", "owner_state": "NER"}
    dated = {"reference_start": date(2024, 1, 1), "reference_end": date(2024, 12, 31), "sensitivity": "public", "scope": "synthetic", "value": number}
    made: Figure = Figure.objects.create(**given | dated | columns)
    return made


def shapes() -> Iterator[tuple[str, Any]]:
    """Each table's address with the typed shape that describes its answer."""
    for bound in api._get_bound_routers():
        for path, view in bound.path_operations.items():
            for operation in view.operations:
                shape = operation.response_models[200].model_fields["response"].annotation
                yield f"{PREFIX}/{bound.prefix.strip('/')}/{path.strip('/')}".replace("//", "/"), shape


def test_every_answer_written_in_bulk_is_valid_against_its_shape_and_has_every_column_in_order() -> None:
    client, checked = manager(), 0
    figure(1, value=None, value_text="environ mille", scope="", reference_start=None, reference_end=None)

    for path, shape in shapes():
        if path not in set(tables()):
            continue
        answer = client.get(f"{path}?limit=10000")
        told = shape.model_validate_json(answer.content, strict=False)
        [row_shape] = shape.__pydantic_generic_metadata__["args"]
        for row, typed in zip(json.loads(answer.content)["data"], told.data, strict=True):
            assert list(row) == list(row_shape.model_fields)
            assert typed.model_dump(mode="json") == as_json(row), path
        checked += len(told.data)

    assert checked > 4500


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """A row as received; moments are compared in the form pydantic writes."""
    return {name: value.replace("+00:00", "Z") if name.endswith("_at") and value else value for name, value in row.items()}


def test_every_address_answers_and_answers_what_its_description_says() -> None:
    client = manager()

    assert {client.get(address).status_code for address in addresses()} == {200}
    assert len(list(addresses())) >= 22


# Pages


def test_pages_hold_every_row_once_while_rows_are_added_and_withdrawn() -> None:
    for number in range(40):
        figure(number)
    before = {row["id"] for row in rows(Client(), "/figures?concept=in_need&limit=10000")}
    address, seen = f"{PREFIX}/figures?concept=in_need&limit=7", []

    while address:
        answer = Client().get(address).json()
        seen += [row["id"] for row in answer["data"]]
        figure(1000 + len(seen))
        Figure.objects.filter(value=1007).delete()
        address = answer["next"]

    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_every_table_can_be_walked_to_its_end_in_small_pages() -> None:
    client = manager()

    for path in tables():
        whole = client.get(f"{path}?limit=10000")
        step = max(len(whole.json()["data"]) // 3, 1)
        address, walked = f"{path}?limit={step}", []
        while address:
            answer = client.get(address)
            assert answer.headers.get("Link", "") == (f'<{answer.json()["next"]}>; rel="next"' if answer.json()["next"] else "")
            walked += answer.json()["data"]
            address = answer.json()["next"]

        key = lambda row: json.dumps(row, sort_keys=True)  # noqa: E731
        assert sorted(walked, key=key) == sorted(whole.json()["data"], key=key), path


def test_a_csv_holds_the_same_rows_and_no_formula() -> None:
    answer = manager().get("/api/v1/activities?output_format=csv&sector=WSH")

    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    [told] = rows(program((Role.DATA_MANAGER, "NER"), name="second"), "/activities?sector=WSH")
    assert list(row) == list(told)
    assert told["org_written"] in (None, "=cmd|synthetic") and not row["org_written"].startswith("=")


# Filters


@pytest.mark.parametrize(
    "query",
    ["state=NER", "concept=phase3plus", "unit=ner", "sector=FSC", "status=official", "source=cadre-harmonise-2024-06", "group=all", "sex=all", "measure=people"],
)
def test_a_filter_narrows_to_its_value_and_leaves_nothing_out(query: str) -> None:
    name, _, value = query.partition("=")

    every, narrowed = rows(Client(), "/figures?limit=10000"), rows(Client(), f"/figures?limit=10000&{query}")

    assert narrowed == [row for row in every if row[name] == value]
    assert narrowed


def test_days_keep_the_figures_whose_period_touches_them() -> None:
    figure(5, reference_start=date(2030, 3, 1), reference_end=date(2030, 5, 31))
    figure(6, reference_start=date(2030, 4, 1), reference_end=None)

    def found(query: str) -> list[int]:
        return sorted(row["value"] for row in rows(Client(), f"/figures?concept=in_need&{query}") if row["value"] in (5, 6) and row["scope"] == "synthetic")

    assert found("since=2030-05-31&until=2030-12-31") == [5]
    assert found("since=2030-03-01&until=2030-03-31") == [5]
    assert found("since=2030-03-01") == [5, 6]
    assert found("until=2030-02-28") == []


def test_units_follow_the_division_of_the_day() -> None:
    old, new = ({row["unit"] for row in rows(Client(), f"/units?state=BFA&level=1&on={day}")} for day in ("2024-01-01", "2026-01-01"))

    assert (len(old), len(new)) == (13, 17)
    assert {row["division"] for row in rows(Client(), "/units?division=bfa-2001&level=1")} == {"bfa-2001"}
    assert rows(Client(), "/units?state=NER&level=0")[0]["unit"] == "ner"


# Figures side by side


def test_one_figure_stands_beside_the_others_of_its_fact() -> None:
    first, second = figure(100), figure(400, source_id="bfa-idp-register", status="press")

    told = Client().get(f"/api/v1/figures/{first.pk}").json()

    assert told["figure"]["id"] == str(first.pk)
    assert [(each["value"], each["leads"]) for each in told["same_fact"]] == [(100, True), (400, False)]
    assert told["disagreement"] == 0.75
    assert told["same_fact"][1]["figure"] == str(second.pk) and told["same_fact"][1]["reason_en"]


def test_the_picture_is_the_one_of_the_terminal() -> None:
    refresh("NER")

    told = manager().get("/api/v1/picture?state=NER&level=1&sector=FSC&as_of=2024-08-31").json()

    assert told == json.loads(json.dumps(picturing.told(Asked("NER", 1, "ner-2011", "FSC", date(2024, 8, 31))), default=str))
    assert Client().get("/api/v1/picture?state=NER&division=mli-1991").status_code == 422
    assert Client().get("/api/v1/picture?state=TGO&level=3").status_code == 200


# At the reader's grain


def test_confidential_rows_stay_with_their_state_and_restricted_sectors_with_their_own_readers() -> None:
    def seen(client: Client, address: str) -> set[tuple[str, str]]:
        return {(row["state"], row["sector"]) for row in rows(client, address)}

    assert seen(Client(), "/activities") == {("MLI", "FSC")}
    assert seen(program((Role.READER, "MLI")), "/activities") == {("MLI", "FSC"), ("MLI", "PRO")}
    assert seen(manager(), "/activities") == {("MLI", "FSC"), ("NER", "FSC"), ("NER", "PRO"), ("NER", "WSH")}


def test_an_organisation_the_reader_may_not_see_loses_its_name_and_the_row_stays() -> None:
    [row] = rows(program((Role.READER, "NER"), name="reader"), "/activities?sector=WSH")

    assert (row["organisation"], row["org_written"]) == (None, None)
    assert not [each for each in rows(program((Role.READER, "NER"), name="other"), "/hapi/operational-presence") if each["sector_code"] == "WSH"]


# HAPI's columns


def test_humanitarian_needs_has_hapis_columns_codes_and_statuses() -> None:
    figure(77, unit_id="ner-2-dakoro", sector="WSH", group="idp", sex="f")
    figure(88, unit_id="ner-3-korahane", sector="WSH")

    found = rows(Client(), "/hapi/humanitarian-needs?location_code=NER&sector_code=WSH&population_status=INN&lang=en")

    [row] = [each for each in found if each["population"] == 77]
    assert {"location_code", "admin1_code", "admin2_code", "admin_level", "sector_name", "category", "population_status", "population", "warning", "error"} <= set(row)
    assert (row["location_name"], row["admin1_code"], row["admin2_name"], row["admin_level"]) == ("Niger", "NE004", "Dakoro", 2)
    assert (row["sector_name"], row["category"], row["population_status"]) == ("Water, sanitation and hygiene", "idp, f", "INN")
    assert not [each for each in found if each["population"] == 88]  # HAPI goes no deeper than the second level
    assert rows(Client(), f"/hapi/humanitarian-needs?admin2_code={row['admin2_code']}&sector_code=WSH")[0]["population"] == 77


def test_a_doubt_is_said_and_a_row_that_must_not_be_used_says_why() -> None:
    figure(1, value=None, value_text="environ mille", reference_start=None, reference_end=None, unit_id="bfa-1-bankui", owner_state="BFA", status="press")

    [row] = [each for each in rows(Client(), "/hapi/humanitarian-needs?location_code=BFA&lang=en&limit=10000") if each["population"] is None]

    assert "no OCHA code" in row["warning"] and "status" in row["warning"]
    assert "no number" in row["error"] and "no reference date" in row["error"]


def test_phases_carry_their_share_of_the_people_analysed_and_their_kind_of_period() -> None:
    found = rows(Client(), "/hapi/food-security?location_code=NER&limit=10000")
    methods = {(each["unit"], each["concept"], each["reference_start"]): each["method"] or "" for each in rows(Client(), "/figures?state=NER&limit=10000")}

    [three] = [each for each in found if each["ipc_phase"] == "3+" and each["admin_level"] == 0 and each["reference_period_start"] == "2024-06-01" and each["population_fraction_in_phase"]]
    [analysed] = [each for each in found if each["ipc_phase"] == "all" and each["admin_level"] == 0 and each["reference_period_start"] == "2024-06-01"]
    assert three["population_fraction_in_phase"] == round(three["population_in_phase"] / analysed["population_in_phase"], 4)
    for each in found:
        method = methods.get((each["unit"], "population_analysed", each["reference_period_start"]), "")
        assert not method.startswith("Situation projetée") or each["ipc_type"] == "first projection"
        assert not method.startswith("Situation courante") or each["ipc_type"] == "current"


def test_presence_counts_who_is_where_once_at_the_second_level_with_hapis_types() -> None:
    run = stored_import("NER", sensitivity="public")
    who = organisation("Deux synthetic", org_type="ingo")
    for unit in ("ner-3-korahane", "ner-2-dakoro", "ner-2-dakoro"):
        activity(run, who, unit, sector="HEA")

    [row] = rows(Client(), "/hapi/operational-presence?location_code=NER&sector_code=HEA&lang=en")

    assert (row["admin2_name"], row["org_name"], row["org_type_code"], row["org_type_description"]) == ("Dakoro", "Deux synthetic", "437", "International NGO")
    assert (row["reference_period_start"], row["reference_period_end"]) == (START.isoformat(), END.isoformat())


def test_refugees_tell_where_from_and_where_to_as_far_as_the_source_does() -> None:
    figure(9, concept="refugees", sector="ALL", scope="coo MLI", unit_id="ner")
    figure(8, concept="refugees_abroad", sector="ALL", scope="coo TCD", unit_id="ner")

    found = {row["population"]: (row["population_group"], row["origin_location_code"], row["asylum_location_code"]) for row in rows(Client(), "/hapi/refugees?location_code=NER")}

    assert (found[9], found[8]) == (("REF", "MLI", "NER"), ("REF", "NER", "TCD"))


def test_ages_and_sexes_are_written_as_hapi_writes_them() -> None:
    figure(3, concept="population", sector="ALL", age="5_11", sex="f")
    figure(4, concept="population", sector="ALL", age="60_plus", sex="other")

    found = {row["population"]: tuple(row[name] for name in ("gender", "age_range", "min_age", "max_age")) for row in rows(Client(), "/hapi/population?location_code=NER&limit=10000")}

    assert found[3] == ("f", "5-11", 5, 11)
    assert found[4] == ("o", "60+", 60, None)


# Cost


def test_the_queries_of_an_address_do_not_grow_with_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearers, "take_booklet", lambda who, minute: True)  # counting requests is another matter: it writes once in twenty
    client = manager()
    client.get("/api/v1/states")

    def counted() -> dict[str, int]:
        found = {}
        for address in addresses():
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found[address] = len(asked)
        return found

    counted()
    few = counted()
    run = stored_import("NER", sectors=("FSC",))
    for number in range(25):
        figure(number)
        activity(run, organisation(f"Plus synthetic {number}"), "ner-1-diffa")
    more = counted()

    assert more == few
    assert max(few.values()) <= 12
    now, before = compare("queries", few, section="programming interface")
    assert now == before


def test_ids_are_ids_and_the_shapes_hold_only_plain_columns() -> None:
    assert UUID(rows(Client(), "/figures?limit=1")[0]["id"])
    for _path, shape in shapes():
        for inner in get_args(shape.model_fields["data"].annotation) if "data" in shape.model_fields else ():
            assert set(inner.model_fields) == set(inner.model_json_schema()["properties"])
    assert description("fr")["openapi"] == "3.1.0"
