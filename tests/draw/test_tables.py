"""Every file people take away says the same thing, and runs nothing on their machine."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import hxl
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.draw.tables import (
    Column,
    Source,
    TakenTable,
    defused,
    to_csv,
    to_geojson,
    to_hxl_csv,
    to_xlsx,
    totals,
)
from concertation.formats.tabular import best_table, read_file

PLACE = Column(key="unit", heading_fr="Unité", heading_en="Unit", tag="#adm2+code")
NAME = Column(key="name", heading_fr="Cercle", heading_en="Cercle", tag="#adm2+name")
NEED = Column(key="need", heading_fr="Personnes dans le besoin", heading_en="People in need", tag="#inneed", numeric=True, total=True)
SHARE = Column(key="share", heading_fr="Part", heading_en="Share", numeric=True)
SINCE = Column(key="since", heading_fr="Depuis", heading_en="Since", tag="#date+start")
ROWS = (
    {"unit": "mli-2-niono", "name": "Niono", "need": 51_600, "share": 0.25, "since": date(2022, 3, 31)},
    {"unit": "mli-2-segou", "name": "Ségou", "need": None, "share": None, "since": None},
    {"unit": "mli-2-san", "name": "=cmd|' /C calc'!A0", "need": 400, "share": 0.5, "since": date(2022, 1, 1)},
)
SOURCE = Source(source="Cadre Harmonisé", date="2024-03-29", licence="CC BY", scope="Mali, juin-août 2024")
TABLE = TakenTable(title_fr="Besoins : cercles", title_en="Needs: cercles", columns=(PLACE, NAME, NEED, SHARE, SINCE), rows=ROWS, sources=(SOURCE,))
ON = date(2024, 4, 1)


def records(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_has_the_mark_spreadsheets_need_and_headings_of_its_language() -> None:
    french, english = to_csv(TABLE, language="fr"), to_csv(TABLE, language="en")

    assert french.startswith(b"\xef\xbb\xbf")
    assert records(french)[0] == ["Unité", "Cercle", "Personnes dans le besoin", "Part", "Depuis"]
    assert records(english)[0] == ["Unit", "Cercle", "People in need", "Share", "Since"]
    assert records(french)[1:] == records(english)[1:]


def test_a_figure_not_held_is_an_empty_cell_and_never_nought() -> None:
    assert records(to_csv(TABLE, language="fr"))[2] == ["mli-2-segou", "Ségou", "", "", ""]


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1+1", "－1-1", "＠A1", " =1", "-N/A"])
def test_text_shaped_like_a_formula_is_defused(text: str) -> None:
    assert defused(text) == "'" + text


@pytest.mark.parametrize("text", ["-5", "+12", "-1.5", "-1,5", "1e5", "Mopti", "a=b", "N'Guigmi", ""])
def test_numbers_and_ordinary_text_are_left_alone(text: str) -> None:
    assert defused(text) == text


@given(st.text(max_size=20))
def test_no_text_leaves_as_a_formula(text: str) -> None:
    table = TakenTable(title_fr="T", title_en="T", columns=(NAME,), rows=({"name": text},))

    cell = records(to_csv(table, language="fr"))[1:]

    written = cell[0][0] if cell and cell[0] else ""
    assert not written.startswith(("=", "@", "\t", "\r", "＝", "＠", "＋", "－"))
    assert not written.startswith(("+", "-")) or written[1:].replace(".", "").replace(",", "").replace("-", "").replace("+", "").replace("e", "").replace("E", "").isdigit()


def test_a_heading_shaped_like_a_formula_is_defused() -> None:
    column = Column(key="x", heading_fr="=1", heading_en="=1")

    assert records(to_csv(TakenTable(title_fr="T", title_en="T", columns=(column,), rows=()), language="fr")) == [["'=1"]]


def test_totals_are_only_where_adding_is_allowed_and_over_figures_held() -> None:
    assert totals(TABLE) == {"need": 52_000}


def test_the_workbook_holds_values_in_their_types_and_no_formula(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(to_xlsx(TABLE, language="fr", on=ON))

    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]

    assert sheet.title == "Besoins   cercles"
    assert [cell.value for cell in sheet[2]][:4] == ["mli-2-niono", "Niono", 51_600, 0.25]
    assert sheet["E2"].value.date() == date(2022, 3, 31) and sheet["E2"].number_format == "dd/mm/yyyy"
    assert (sheet["B4"].value, sheet["B4"].data_type) == ("=cmd|' /C calc'!A0", "s")
    assert sheet["C3"].value is None
    assert (sheet["A6"].value, sheet["C6"].value, sheet["D6"].value) == ("Total", 52_000, None)
    assert sheet.freeze_panes == "A2"


def test_the_workbook_has_its_sources_in_its_language(tmp_path: Path) -> None:
    for language, headings in (("fr", ("Source", "Date", "Licence", "Périmètre")), ("en", ("Source", "Date", "Licence", "Scope"))):
        (tmp_path / "t.xlsx").write_bytes(to_xlsx(TABLE, language=language, on=ON))

        rows = list(openpyxl.load_workbook(tmp_path / "t.xlsx")["Sources"].values)

        assert [line[:4] for line in rows] == [headings, ("Cadre Harmonisé", "2024-03-29", "CC BY", "Mali, juin-août 2024")]
        assert len(rows[0]) == 9


def test_the_same_table_gives_the_same_workbook() -> None:
    assert to_xlsx(TABLE, language="fr", on=ON) == to_xlsx(TABLE, language="fr", on=ON)


def test_a_table_without_rows_still_gives_every_file() -> None:
    empty = TakenTable(title_fr="Sources", title_en="", columns=(PLACE, NEED), rows=())

    assert records(to_csv(empty, language="fr")) == [["Unité", "Personnes dans le besoin"]]
    assert openpyxl.load_workbook(io.BytesIO(to_xlsx(empty, language="fr", on=ON))).sheetnames == ["Tableau", "Sources"]
    assert json.loads(to_geojson(empty, {}, unit_key="unit"))["features"] == []


def test_the_hxl_file_is_read_by_the_standard_s_own_library(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(to_hxl_csv(TABLE, language="fr"))

    with hxl.data(str(path), hxl.InputOptions(allow_local=True)) as source:
        rows = [row.values for row in source]
        tags = [column.display_tag for column in source.columns]

    assert tags[:3] == ["#adm2+code", "#adm2+name", "#inneed"]
    assert rows[0][:3] == ["mli-2-niono", "Niono", "51600"]
    assert len(rows) == 3


def test_our_own_files_come_back_through_our_own_reading(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(to_hxl_csv(TABLE, language="fr"))
    (tmp_path / "t.xlsx").write_bytes(to_xlsx(TABLE, language="fr", on=ON))

    tagged, workbook = best_table(read_file(tmp_path / "t.csv")), best_table(read_file(tmp_path / "t.xlsx"))

    assert tagged is not None and workbook is not None
    assert tagged.tags == {"A": "#adm2+code", "B": "#adm2+name", "C": "#inneed", "E": "#date+start"}
    assert tagged.frame["C"].to_list() == ["51600", None, "400"]
    assert workbook.frame["C"].to_list() == ["51600", None, "400", "52000"]
    assert workbook.frame["E"].to_list()[:3] == ["2022-03-31", None, "2022-01-01"]


def test_geojson_puts_each_row_on_the_geometry_of_its_unit() -> None:
    point = {"type": "Point", "coordinates": [-5.99, 14.25]}

    collection = json.loads(to_geojson(TABLE, {"mli-2-niono": point}, unit_key="unit"))

    assert collection["type"] == "FeatureCollection"
    assert [feature["geometry"] for feature in collection["features"]] == [point, None, None]
    assert collection["features"][0]["properties"] == {"unit": "mli-2-niono", "name": "Niono", "need": 51_600, "share": 0.25, "since": "2022-03-31"}
    assert collection["sources"][0]["licence"] == "CC BY"


cells = st.none() | st.integers(-(10**12), 10**12) | st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=10)


@settings(max_examples=40, deadline=None)
@given(values=st.lists(cells, min_size=1, max_size=6))
def test_any_value_written_to_a_workbook_comes_back(values: list[str | int | None]) -> None:
    table = TakenTable(title_fr="T", title_en="T", columns=(NAME,), rows=[{"name": value} for value in values])

    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(table, language="en", on=ON))).worksheets[0]

    assert [sheet.cell(place, 1).value for place in range(2, len(values) + 2)] == values
