"""The template goes out, is filled in as a person fills it, and comes back through the ordinary importer with every row at its place. Synthetic."""

import re
import zipfile
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from openpyxl.worksheet.worksheet import Worksheet

from activity_samples import organisation
from concertation.apps.organisations.models import Organisation
from concertation.apps.presence.blank_template import ASKED
from concertation.apps.presence.models import Activity
from concertation.apps.sources import queries
from concertation.apps.sources.models import ImportRun
from concertation.site import reference
from import_steps import bring_in, manager, only_run

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
STATES = ("BFA", "MLI", "NER", "TGO")
LISTS = "_listes"
LONGEST_RULE = 255


@pytest.fixture(autouse=True)
def grounds(settings: Any, tmp_path: Path) -> None:
    """Jobs run as they are asked for, raw files stay in a folder of the test, the reference set and a few organisations are there."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()
    organisation("Alpha synthétique", acronym="ALS")
    organisation("Beta synthétique")


def taken(browser: Client, state: str, **asked: str) -> openpyxl.Workbook:
    """The workbook as it is downloaded."""
    answer = browser.get("/activities/template/", {"state": state, "format": "xlsx", "period": "2026-02", **asked})
    assert answer.status_code == 200
    return openpyxl.load_workbook(BytesIO(answer.content))


def main_sheet(book: openpyxl.Workbook) -> Worksheet:
    return book.worksheets[0]


def places(book: openpyxl.Workbook) -> list[tuple[Any, ...]]:
    """(level 1, level 2, level 3, our id) of the sheet of places."""
    return [row[:4] for row in book.worksheets[2].iter_rows(min_row=3, values_only=True)]


def choices(book: openpyxl.Workbook, field: str) -> list[str]:
    """What the drop-down menu of a column holds, read as a spreadsheet reads it."""
    letter = openpyxl.utils.get_column_letter(list(ASKED).index(field) + 1)
    rule = next(rule for rule in main_sheet(book).data_validations.dataValidation if str(rule.sqref).startswith(f"{letter}3:"))
    area = str(rule.formula1).lstrip("=").partition("!")[2].replace("$", "")
    return [str(cell.value) for (cell,) in book[LISTS][area] if cell.value is not None]


def filled(book: openpyxl.Workbook, lines: list[dict[str, Any]]) -> bytes:
    """The workbook with these rows, saved by another programme."""
    sheet, fields = main_sheet(book), list(ASKED)
    for number, line in enumerate(lines, start=3):
        for field, value in line.items():
            sheet.cell(number, fields.index(field) + 1, value)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def line_for(place: tuple[Any, ...], number: int, **more: Any) -> dict[str, Any]:
    names = dict(zip(("adm1_name", "adm2_name", "adm3_name"), place[:3], strict=True))
    return {**{key: name for key, name in names.items() if name}, "activity": f"synthetic {number}", **more}


def stored(client: Client, content: bytes, state: str) -> ImportRun:
    bring_in(client, content, state=state, name=f"5w-{state.lower()}.xlsx")
    run = only_run()
    client.post(f"/imports/{run.pk}/accept/")
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(("state", "language"), zip(STATES, cycle(["fr", "en"]), strict=False))
def test_a_row_for_every_unit_comes_back_exactly_where_it_was_chosen(state: str, language: str) -> None:
    client = manager(state)
    client.cookies["django_language"] = language
    book = taken(client, state, lang=language)
    known = set(Organisation.objects.values_list("pk", flat=True))
    words = {field: cycle(choices(book, field)) for field in ("org_name", "sector", "status", "group", "modality", "in_plan")}
    lines = [line_for(place, number, **{field: next(menu) for field, menu in words.items()}, targeted=1_000 + number) for number, place in enumerate(places(book))]

    run = stored(client, filled(book, lines), state)

    rows = list(Activity.objects.filter(import_run=run).order_by("row"))
    assert run.status == "stored"
    assert [(row.unit_id, row.placed) for row in rows] == [(place[3], "exact") for place in places(book)]
    assert {row.activity: row.targeted for row in rows} == {line["activity"]: line["targeted"] for line in lines}
    assert all(row.sector and row.status and row.modality and row.group for row in rows)
    assert set(Organisation.objects.values_list("pk", flat=True)) == known
    assert {str(run.period_start), str(run.period_end)} == {"2026-02-01", "2026-02-28"}
    assert set(run.problems.values_list("code", flat=True)) <= {"period-from-name"}
    assert [column["field"] for column in queries.columns_of(run)] == list(ASKED)


@pytest.mark.parametrize(("state", "region"), [("MLI", "Kayes"), ("MLI", "Mopti"), ("BFA", "Tapoa")])
def test_a_name_that_two_divisions_share_is_settled_by_the_workbooks_own_places(state: str, region: str) -> None:
    client = manager(state)
    book = taken(client, state)
    place = next(each for each in places(book) if each[:3] == (region, None, None))

    run = stored(client, filled(book, [line_for(place, 1, org_name="Alpha synthétique", sector="Éducation")]), state)

    assert Activity.objects.get(import_run=run).unit_id == place[3]
    assert not run.doubts.exists()


def test_an_empty_template_is_refused_with_what_to_do() -> None:
    client = manager("NER")
    book = BytesIO()
    taken(client, "NER").save(book)

    page = bring_in(client, book.getvalue(), name="5w-ner.xlsx").content.decode()

    run = only_run()
    assert run.status == "refused"
    assert set(run.problems.values_list("code", flat=True)) == {"no-row-below-headings", "period-from-name"}
    assert "porte ses titres et aucune ligne remplie en dessous" in page


@pytest.mark.parametrize("state", STATES)
def test_each_menu_of_places_holds_what_lies_in_the_wider_place_and_nothing_else(state: str) -> None:
    book = taken(Client(), state)
    lists = {letter: [cell.value for cell in book[LISTS][letter]] for letter in [openpyxl.utils.get_column_letter(at) for at in range(1, book[LISTS].max_column + 1)]}
    for field, level in (("adm2_name", 1), ("adm3_name", 2)):
        letter = openpyxl.utils.get_column_letter(list(ASKED).index(field) + 1)
        rule = next(str(rule.formula1) for rule in main_sheet(book).data_validations.dataValidation if str(rule.sqref).startswith(f"{letter}3:"))
        column, keys = re.findall(r"_listes!\$([A-Z]+)\$1[,:]", rule)[:2]
        found: dict[str, set[str]] = {}
        for key in dict.fromkeys(key for key in lists[keys] if key):
            first, count = lists[keys].index(key), lists[keys].count(key)
            found[key] = set(lists[column][first : first + count])
        wanted: dict[str, set[str]] = {}
        for place in places(book):
            if place[level] and not (level == 1 and place[2]):
                wanted.setdefault("|".join(name or "" for name in place[:level]), set()).add(place[level])
        assert found == wanted


def test_the_workbook_keeps_within_a_spreadsheets_limits_and_runs_nothing() -> None:
    content = Client().get("/activities/template/", {"state": "MLI", "format": "xlsx"}).content
    book = openpyxl.load_workbook(BytesIO(content))
    rules = main_sheet(book).data_validations.dataValidation

    assert not [name for name in zipfile.ZipFile(BytesIO(content)).namelist() if "vba" in name.lower() or "externalLink" in name]
    assert all(len(str(rule.formula1)) <= LONGEST_RULE and len(rule.prompt or "") <= LONGEST_RULE and len(rule.promptTitle or "") <= 32 for rule in rules)
    assert {rule.type for rule in rules} == {"list", "date", "whole"}
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert book[LISTS].sheet_state == "hidden"
    assert len(content) < 100_000


def test_a_sector_and_an_organisation_narrow_the_menus() -> None:
    book = taken(Client(), "NER", sector="PRO", organisation="alpha-synthetique")

    assert choices(book, "org_name") == ["Alpha synthétique"]
    assert "Protection" in choices(book, "sector")
    assert 1 < len(choices(book, "sector")) < 8


def test_an_organisation_closed_to_the_reader_is_in_no_menu_and_no_address() -> None:
    organisation("Gamma synthétique", sensitivity="confidential")

    assert "Gamma synthétique" not in choices(taken(Client(), "NER"), "org_name")
    assert Client().get("/activities/template/", {"state": "NER", "format": "xlsx", "organisation": "gamma-synthetique"}).status_code == 404


@pytest.mark.parametrize("wrong", [{"state": "TCD"}, {"state": ""}, {"sector": "NOT"}, {"period": "février"}, {"organisation": "nobody"}, {"format": "xlsm"}, {"period": "2026-13"}])
def test_an_address_that_asks_for_something_unknown_gives_no_workbook_of_something_else(wrong: dict[str, str]) -> None:
    assert Client().get("/activities/template/", {"state": "NER", "format": "xlsx", **wrong}).status_code == 404


def test_the_page_keeps_what_the_address_asks_for() -> None:
    page = Client().get("/activities/template/", {"state": "NER", "sector": "WSH", "period": "2026-02", "organisation": "alpha-synthetique"}).content.decode()

    assert '<option value="NER" selected>' in page and '<option value="WSH" selected>' in page
    assert 'value="2026-02"' in page and 'value="alpha-synthetique"' in page
