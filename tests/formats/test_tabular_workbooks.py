"""Workbooks become text, cell for cell, with what their readers usually drop."""

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from concertation.core.problems import Cell, Problem
from concertation.formats.tabular import Reading, Table, best_table, read_file


def written(path: Path, cells: dict[tuple[int, int], object], **options: object) -> Path:
    """A workbook of one sheet `A` with these cells, by (row, column) from 0; dates in a date format."""
    with xlsxwriter.Workbook(str(path), options) as workbook:
        sheet = workbook.add_worksheet("A")
        formats = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm", time: "hh:mm", timedelta: "[h]:mm"}
        for (row, column), value in cells.items():
            pattern = formats.get(type(value))
            sheet.write(row, column, value, *([workbook.add_format({"num_format": pattern})] if pattern else []))
    return path


def only_row(path: Path) -> tuple:
    frame = read_file(path).sheets[0].frame
    assert frame.height == 1
    return frame.drop("row").row(0)


def found(reading: Reading, code: str) -> list[Problem]:
    return [problem for problem in reading.problems if problem.code == code]


def report_of(path: Path) -> Table:
    table = best_table(read_file(path))
    assert table is not None
    return table


def test_every_kind_of_cell_becomes_the_text_a_reader_would_copy(tmp_path: Path) -> None:
    values = ["Nutrition ", 5160, 14.36787, True, date(2022, 3, 31), datetime(2022, 3, 31, 4, 5), time(6, 0), timedelta(hours=36), "000123", "  "]
    path = written(tmp_path / "a.xlsx", {(0, column): value for column, value in enumerate(values)} | {(0, 10): "end"})

    assert only_row(path) == ("Nutrition ", "5160", "14.36787", "true", "2022-03-31", "2022-03-31T04:05:00", "06:00:00", "36:00:00", "000123", None, "end")


def test_a_workbook_counting_from_1904_gives_the_same_dates(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", {(0, 0): date(2022, 3, 31)}, date_1904=True)

    assert only_row(path) == ("2022-03-31",)


def test_error_cells_keep_their_text_and_are_counted(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        sheet = workbook.add_worksheet("A")
        sheet.write_row(0, 0, ["Nom", "Taux"])
        sheet.write_formula(1, 1, "=#REF!+1", None, "#REF!")
        sheet.write_formula(12_000, 1, "=1/0", None, "#DIV/0!")
    reading = read_file(tmp_path / "a.xlsx")

    frame = reading.sheets[0].frame

    assert frame.filter(pl.col("row").is_in([2, 12_001]))["B"].to_list() == ["#REF!", "#DIV/0!"]
    assert found(reading, "error-cells") == [Problem("error-cells", Cell("A", 2, "B"), "#REF!", {"count": "2"})]


def test_a_formula_is_read_by_its_saved_value_and_said(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        sheet = workbook.add_worksheet("A")
        sheet.write(0, 0, 5)
        sheet.write_formula(0, 1, "=A1*2", None, 7)
    reading = read_file(tmp_path / "a.xlsx")

    assert reading.sheets[0].frame.row(0) == (1, "5", "7")
    assert found(reading, "formula-cells") == [Problem("formula-cells", Cell("A", 1, "B"), "1", {})]


def test_a_formula_without_saved_value_is_a_doubt_at_its_cell(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"], workbook.active["C4"] = 5, "=A1*2"
    workbook.save(tmp_path / "a.xlsx")

    reading = read_file(tmp_path / "a.xlsx")

    assert [problem.cell for problem in found(reading, "formula-without-value")] == [Cell("Sheet", 4, "C")]


def test_merged_cells_keep_their_value_in_the_first_cell_only(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        sheet = workbook.add_worksheet("A")
        sheet.merge_range(0, 0, 1, 1, "Sahel")
        sheet.write(1, 2, "Dori")
    reading = read_file(tmp_path / "a.xlsx")

    assert reading.sheets[0].frame.rows() == [(1, "Sahel", None, None), (2, None, None, "Dori")]
    assert found(reading, "merged-cells") == [Problem("merged-cells", Cell("A", 1, "A"), "1", {})]


def test_a_table_that_starts_away_from_the_corner_keeps_its_rows_and_letters(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", {(2, 1): "Région", (2, 2): "Secteur", (4, 1): "Est", (4, 2): "WASH"})

    frame = read_file(path).sheets[0].frame

    assert frame.columns == ["row", "A", "B", "C"]
    assert frame.schema["row"] == pl.UInt32
    assert frame.rows()[2:] == [(3, None, "Région", "Secteur"), (4, None, None, None), (5, None, "Est", "WASH")]


def test_trailing_blank_rows_and_columns_are_gone(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", {(0, 0): "x", (900, 3): "   ", (0, 200): " "})

    assert read_file(path).sheets[0].frame.rows() == [(1, "x")]


def test_two_sheets_of_one_name_are_both_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        workbook.add_worksheet("Mars").write(0, 0, "first")
        workbook.add_worksheet("Avril").write(0, 0, "second")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'name="Avril"', b'name="Mars"'))

    reading = read_file(tmp_path / "b.xlsx")

    assert [(sheet.name, sheet.frame["A"].to_list()) for sheet in reading.sheets] == [("Mars", ["first"]), ("Mars (2)", ["second"])]
    assert found(reading, "sheet-name-repeated")


def test_hidden_sheets_are_read_and_marked(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        workbook.add_worksheet("Vu").write(0, 0, "x")
        hidden, very_hidden = workbook.add_worksheet("Caché"), workbook.add_worksheet("Très caché")
        hidden.hide()
        very_hidden.very_hidden()

    assert [(sheet.name, sheet.hidden) for sheet in read_file(tmp_path / "a.xlsx").sheets] == [("Vu", False), ("Caché", True), ("Très caché", True)]


def test_macros_are_left_out_and_said(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", {(0, 0): "x"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xcc\x61")

    reading = read_file(path)

    assert found(reading, "macros-left-out") and reading.sheets[0].frame.height == 1


def test_text_renamed_as_a_workbook_is_read_as_text_and_said(tmp_path: Path) -> None:
    (tmp_path / "matrice.xlsx").write_text("Région;Secteur\nEst;WASH\n", encoding="utf-8")

    reading = read_file(tmp_path / "matrice.xlsx")

    assert reading.kind == "csv" and reading.sheets[0].frame.height == 2
    assert found(reading, "file-kind-not-as-named")[0].detail == {"named": ".xlsx"}


def test_a_workbook_renamed_as_text_is_read_as_a_workbook(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", {(0, 0): "x"}).rename(tmp_path / "a.csv")

    reading = read_file(path)

    assert reading.kind == "xlsx" and found(reading, "file-kind-not-as-named")


def test_an_opendocument_sheet_is_read(tmp_path: Path) -> None:
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in ("office", "table", "text"))
    cells = "".join(f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>' for value in ("Région", "Est"))
    body = f'<table:table table:name="A"><table:table-row>{cells}</table:table-row></table:table>'
    content = f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>'
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')

    reading = read_file(tmp_path / "a.ods")

    assert (reading.kind, reading.sheets[0].frame.rows()) == ("ods", [(1, "Région", "Est")])


def test_the_workbook_of_burkina_gives_its_420_rows_below_two_rows_of_tags(shared: Path) -> None:
    reading = read_file(shared / "presence" / "bfa_5w_2022-02_nocontact.xlsx")

    table = best_table(reading)

    assert table is not None
    assert (table.sheet, table.heading_row, table.frame.height) == ("Jan - Fev Public", 1, 420)
    assert (table.frame["row"].min(), table.frame["row"].max()) == (4, 423)
    assert table.tags["H"] == "#adm3+code" and "G" not in table.tags
    assert next(sheet for sheet in reading.sheets if sheet.name == table.sheet).frame.height == 423


def test_the_workbook_of_mali_gives_its_22805_rows(shared: Path) -> None:
    table = report_of(shared / "presence" / "mli_5w_2022-03.xlsx")

    assert (table.sheet, table.heading_row, table.frame.height) == ("ML_5W", 1, 22_805)
    assert table.tags == {"A": "#org+name", "B": "#adm1+code", "C": "#adm1+name", "D": "#adm2+code", "E": "#adm2+name"}
    assert table.frame.drop("row").unique().height == 1_451


def test_the_workbook_of_niger_gives_its_2574_rows_with_the_errors_kept(shared: Path) -> None:
    table = report_of(shared / "presence" / "ner_3w_2022-02_redacted.xlsx")

    assert (table.sheet, table.heading_row, table.frame.height) == ("3w_Data_février_2022", 1, 2_574)
    assert table.frame["O"][0] == "5160" and table.frame["M"][0] == "2021-03-01" and table.frame["R"][0] == "14.36787"
    assert table.frame.filter(pl.col("row") == 55)["R"].item() == "#N/A"


def test_the_displacement_workbook_sums_to_its_published_totals(shared: Path) -> None:
    table = report_of(shared / "displacement" / "mli_iom_dtm_baseline_r72.xlsx")

    assert table.frame.height == 56
    assert table.frame.select(pl.col("K", "Q").cast(pl.Int64).sum()).row(0) == (401_736, 690_329)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_missing_file_is_a_broken_promise_not_a_problem(tmp_path: Path, kind: str) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / f"absent.{kind}")


def test_errors_are_restored_in_a_table_that_starts_away_from_the_corner(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        sheet = workbook.add_worksheet("A")
        sheet.write(5, 3, "Région")
        sheet.write_formula(6, 4, "=#N/A", None, "#N/A")

    frame = read_file(tmp_path / "a.xlsx").sheets[0].frame

    assert (frame.height, frame["D"][5], frame["E"][6]) == (7, "Région", "#N/A")
