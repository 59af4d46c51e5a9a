"""HAPI tables: a row its publisher marked wrong stays out with the publisher's words; the rest comes in whole."""

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from concertation.core.figures import check_figures
from concertation.formats.hapi import PRESENCE_COLUMNS, read_hapi_needs, read_hapi_organisations, read_hapi_presence
from concertation.formats.named_columns import WrittenFigures

NEEDS = (
    "location_code,has_hrp,in_gho,provider_admin1_name,provider_admin2_name,admin1_code,admin1_name,admin2_code,admin2_name,admin_level,sector_code,"
    "sector_name,category,population_status,population,reference_period_start,reference_period_end,dataset_hdx_id,resource_hdx_id,warning,error"
)
NEWEST = date(2025, 6, 1)


def needs(folder: Path, *lines: str, headings: str = NEEDS) -> WrittenFigures:
    path = folder / "needs.csv"
    path.write_text("\n".join((headings, *lines)) + "\n", encoding="utf-8")
    return read_hapi_needs(path, source="hapi", extracted_on=None, newest_start=NEWEST, states={"NER"})


def line(**changes: str) -> str:
    cells = dict.fromkeys(NEEDS.split(","), "")
    plain = {"location_code": "NER", "admin1_code": "NE01", "sector_code": "WSH", "population_status": "INN", "population": "500"}
    dates = {"reference_period_start": "2024-01-01", "reference_period_end": "2024-12-31"}
    return ",".join((cells | plain | dates | changes).values())


def test_the_five_population_statuses_are_five_concepts_and_rea_is_expected(tmp_path: Path) -> None:
    reading = needs(tmp_path, *(line(population_status=status) for status in ("all", "AFF", "INN", "TGT", "REA")))

    assert reading.frame["concept"].to_list() == ["population", "affected", "in_need", "targeted", "expected_reach"]


def test_intersectoral_is_the_line_of_all_sectors(tmp_path: Path) -> None:
    assert needs(tmp_path, line(sector_code="Intersectoral")).frame["sector"].to_list() == ["ALL"]


def test_a_row_marked_with_an_error_stays_out_and_a_warning_comes_in(tmp_path: Path) -> None:
    reading = needs(tmp_path, line(error="No cluster for entity 7454"), line(warning="Rounded value"))

    assert reading.frame.select("row", "method").rows() == [(3, "Rounded value")]
    assert [(problem.code, problem.cell.row) for problem in reading.problems] == [("source-marks-error", 2), ("source-marks-warning", 3)]


def test_the_publisher_s_own_name_stands_where_no_code_was_found(tmp_path: Path) -> None:
    assert needs(tmp_path, line(admin1_code="", provider_admin1_name="Tillabéri")).frame["adm1_name"].to_list() == ["Tillabéri"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"population": "-4"}, "people-negative"),
        ({"population": "x"}, "number-unreadable"),
        ({"population_status": "XXX"}, "population-status-unknown"),
        ({"sector_code": "Cash multi-sectoriel"}, "sector-not-recognised"),
        ({"location_code": "SDN"}, "state-not-held"),
        ({"location_code": ""}, "state-unknown"),
        ({"reference_period_start": "0001-01-01"}, "year-implausible"),
        ({"category": "Temporary Sites"}, "category-not-settled"),
    ],
)
def test_a_bad_row_is_a_problem_and_the_good_row_still_comes_in(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    reading = needs(tmp_path, line(), line(**changes))

    assert (code, 3) in [(problem.code, problem.cell.row) for problem in reading.problems]
    assert reading.frame.row(0, named=True)["value"] == 500


def test_the_real_needs_table_is_read_whole(shared: Path) -> None:
    path = shared / "hapi/hdx_hapi_humanitarian_needs_global_2024.csv"

    reading = read_hapi_needs(path, source="hapi", extracted_on=None, newest_start=NEWEST)

    assert reading.frame.height == 1_942 - 18
    assert Counter(problem.code for problem in reading.problems) == {"category-not-settled": 998, "source-marks-error": 18, "source-marks-warning": 9}
    assert reading.frame.filter(pl.col("group") == "host").height == 24
    assert check_figures(reading.frame) == ()


def test_the_same_need_is_read_alike_from_hapi_and_from_the_hno_file(shared: Path) -> None:
    hapi = read_hapi_needs(shared / "hapi/hdx_hapi_humanitarian_needs_global_2024.csv", source="x", extracted_on=None, newest_start=NEWEST).frame

    sudan = hapi.filter((pl.col("state") == "SDN") & (pl.col("sector") == "ALL") & pl.col("category").is_null())
    assert dict(sudan.select("concept", "value").iter_rows())["expected_reach"] == 14_000_000


def test_the_real_presence_table_keeps_every_row_but_those_marked_wrong(shared: Path) -> None:
    reading = read_hapi_presence(shared / "hapi/hdx_hapi_operational_presence_first_4000.csv", newest_start=NEWEST)

    assert reading.frame.columns == list(PRESENCE_COLUMNS)
    assert reading.frame.height == 4_000 - 32
    assert Counter(problem.code for problem in reading.problems) == {"source-marks-warning": 694, "source-marks-error": 32}
    assert reading.frame["start"].null_count() == 0


def test_the_real_organisations_seed_the_register(shared: Path) -> None:
    reading = read_hapi_organisations(shared / "hapi/hdx_hapi_organisations_global.csv")

    assert reading.frame.height == 722
    assert Counter(problem.code for problem in reading.problems) == {"organisation-acronym-shared": 45, "organisation-type-missing": 6}


def test_an_empty_file_and_a_file_without_rows_are_said(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")

    assert needs(tmp_path).problems[0].code == "file-without-rows"
    assert read_hapi_organisations(tmp_path / "empty.csv").problems[0].code == "file-empty"
