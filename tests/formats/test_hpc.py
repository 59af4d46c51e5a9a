"""The HNO file and the answers of the HPC service: expected reach is a plan, free-text categories only where sure."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.figures import WRITTEN_FIGURE_SCHEMA, check_figures
from concertation.formats import hpc_answers
from concertation.formats.hpc import category_dimensions, read_hno
from concertation.formats.hpc_answers import read_plan_progress, read_response_monitoring
from concertation.formats.json_file import ReadJson, parse_json
from concertation.formats.named_columns import WrittenFigures

HEADINGS = (
    "Country ISO3,Admin 1 PCode,Admin 1 Name,Admin 2 PCode,Admin 2 Name,Description,Cluster,Category,Population,In Need,Targeted,Affected,Reached,Info"
)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def hno(folder: Path, *lines: str, headings: str = HEADINGS) -> WrittenFigures:
    path = folder / "hno.csv"
    path.write_text("\n".join((headings, *lines)) + "\n", encoding="utf-8")
    return read_hno(path, year=2024, source="hno", extracted_on=None, states={"NER", "MLI", "BFA", "TGO"})


def values(reading: WrittenFigures) -> dict[str, int]:
    return dict(reading.frame.select("concept", "value").iter_rows())


def test_reached_of_the_hno_file_is_expected_reach(tmp_path: Path) -> None:
    reading = hno(tmp_path, "NER,,,,,Final,ALL,,26000000,4300000,2700000,,2500000,")

    assert values(reading) == {"population": 26_000_000, "in_need": 4_300_000, "targeted": 2_700_000, "expected_reach": 2_500_000}
    assert reading.frame["sector"].unique().to_list() == ["ALL"]
    assert reading.problems == ()


def test_an_empty_measure_is_no_figure_and_not_zero(tmp_path: Path) -> None:
    assert values(hno(tmp_path, "NER,NE01,Agadez,,,Nutrition,NUT,,,120,,,,")) == {"in_need": 120}


def test_the_real_file_gives_its_national_figures(shared: Path) -> None:
    reading = read_hno(shared / "hapi/hpc_hno_2024.csv", year=2024, source="hno", extracted_on=None)

    national = reading.frame.filter((pl.col("sector") == "ALL") & pl.col("category").is_null()).select("state", "concept", "value")
    assert ("SDN", "in_need", 24_786_370) in national.rows()
    assert ("AFG", "expected_reach", 18_400_000) in national.rows()
    assert "reached" not in reading.frame["concept"].to_list()
    assert Counter(problem.code for problem in reading.problems) == {
        "category-not-settled": 555, "source-marks-error": 9, "sector-not-recognised": 9, "people-decimal": 9, "target-over-need": 1,
        "row-without-figure": 1,
    }  # fmt: skip
    assert check_figures(reading.frame) == ()


def test_every_row_of_the_real_file_gives_figures_or_a_line(shared: Path) -> None:
    reading = read_hno(shared / "hapi/hpc_hno_2024.csv", year=2024, source="hno", extracted_on=None)

    named = {problem.cell.row for problem in reading.problems}
    assert set(reading.frame["row"]) | named == set(range(2, 1060))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("NER,NE01,,,,Nutrition,NUT,,,-5,10,,,", "people-negative"),
        ("NER,NE01,,,,Nutrition,NUT,,,beaucoup,10,,,", "number-unreadable"),
        ("NER,NE01,,,,Nutrition,NUT,,,14%,10,,,", "percentage-for-number"),
        ("NER,NE01,,,,Nutrition,NUT,,,10,20,,,", "target-over-need"),
        ("NER,NE01,,,,Nutrition,NUT,,5,10,5,,,", "need-over-population"),
        ("NER,NE01,,,,Refugee Response,,,,10,5,,,No cluster", "sector-not-recognised"),
        ("NER,NE01,,,,Refugee Response,,,,10,5,,,No cluster", "source-marks-error"),
        ("SEN,SN01,,,,Nutrition,NUT,,,10,5,,,", "state-not-held"),
        ("Niger,NE01,,,,Nutrition,NUT,,,10,5,,,", "state-unknown"),
        ("NER,NE01,,,,Nutrition,NUT,Femmes enceintes,,10,5,,,", "category-not-settled"),
    ],
)
def test_a_bad_row_is_a_problem_and_the_good_row_still_comes_in(tmp_path: Path, line: str, code: str) -> None:
    reading = hno(tmp_path, "NER,NE02,Diffa,,,Nutrition,NUT,,,120,60,,,", line)

    assert (code, 3) in [(problem.code, problem.cell.row) for problem in reading.problems]
    assert reading.frame.filter(pl.col("row") == 2)["value"].to_list() == [120, 60]


def test_a_file_without_its_columns_is_refused_by_their_names(tmp_path: Path) -> None:
    reading = hno(tmp_path, "NER,5", headings="Country ISO3,Persons")

    assert [problem.value for problem in reading.problems if problem.code == "required-column-missing"] == ["Cluster", "In Need", "Targeted"]
    assert reading.frame.is_empty()


@pytest.mark.parametrize(
    ("category", "sex", "age", "group", "disability"),
    [
        ("Children - Female - IDP", "f", "children", "idp", "all"),
        ("Hostcommunities", "all", "all", "host", "all"),
        ("IDP - Total", "all", "all", "idp", "all"),
        ("People with Disabilities", "all", "all", "all", "with"),
        ("Adult - Male - Border / EC", "m", "adult", "written:Border / EC", "all"),
        ("IDP - Temporary Sites", "all", "all", "written:idp - Temporary Sites", "all"),
        ("Female - Male", "f", "all", "written:Male", "all"),
        ("", "all", "all", "all", "all"),
    ],
)
def test_a_category_says_only_what_is_sure(category: str, sex: str, age: str, group: str, disability: str) -> None:
    told = category_dimensions(category)

    assert (told["sex"], told["age"], told["group"], told["disability"]) == (sex, age, group, disability)


def test_households_are_not_people() -> None:
    assert category_dimensions("Female-Headed Households")["measure"] == "households"
    assert category_dimensions("Female-Headed Households")["sex"] == "all"


def test_plans_of_one_state_give_people_and_money(shared: Path) -> None:
    states = {"BFA", "MLI", "NER", "TGO"}
    reading = read_plan_progress(shared / "funding/fts_plan_overview_progress_2022.json", source="fts", extracted_on=None, states=states)

    mali = dict(reading.frame.filter(pl.col("state") == "MLI").select("concept", "value").iter_rows())
    assert mali == {
        "population": 21_111_977, "affected": 12_911_566, "in_need": 7_522_833, "targeted": 5_264_731, "reached": 114_399,
        "requirement": 685_734_819, "funding": 75_976_890,
    }  # fmt: skip
    assert Counter(problem.code for problem in reading.problems) == {"state-not-held": 32, "plan-over-states": 7, "measure-not-taken": 2}
    assert dict(reading.frame.schema) == WRITTEN_FIGURE_SCHEMA


def test_response_monitoring_gives_totals_and_parts_by_place_and_category(shared: Path) -> None:
    path = shared / "hapi/hpc_responsemonitoring_1188.json"

    reading = read_response_monitoring(path, state="SDN", period=YEAR, source="hpc", extracted_on=None)

    host = reading.frame.filter((pl.col("group") == "host") & (pl.col("sector") == "ALL") & (pl.col("concept") == "targeted"))
    assert host.select("adm2_code", "adm1_name", "value").rows() == [("SD01001", "Khartoum", 15_445)]
    assert [(problem.code, problem.value) for problem in reading.problems] == [("sector-not-recognised", "Refugee Response")]


@pytest.mark.parametrize("raw", ["[]", "{}", '{"data": []}', '{"data": {"plans": {}}}', '{"data": {"plans": 3}}'])
def test_an_answer_of_another_shape_is_refused(tmp_path: Path, raw: str) -> None:
    path = tmp_path / "answer.json"
    path.write_text(raw)

    assert [problem.code for problem in read_plan_progress(path, source="x", extracted_on=None).problems] == ["answer-unrecognised"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["iso3", "value", "type", "name", "en", "totals", "id", "adminLevel", "locationId", "dataMatrix"]), inner, max_size=4)
    ),
    max_leaves=10,
)
plans = st.dictionaries(st.sampled_from(["name", "countries", "caseLoads", "requirements", "funding", "startDate"]), json_values, max_size=6)
caseloads = st.dictionaries(st.sampled_from(["caseloadType", "availableGlobalClusterCode", "inNeed", "target", "disaggregatedAttachments"]), json_values)


def parsed_here(path: Path) -> ReadJson:
    """The document without a child of its own: what is tried here is what is made of it, some hundred times."""
    return parse_json(path.read_bytes(), name=path.name)


@given(st.lists(plans, max_size=3), st.lists(caseloads, max_size=3), st.lists(json_values, max_size=3))
def test_whatever_an_answer_holds_nothing_raises(tmp_path_factory: pytest.TempPathFactory, held: list[object], loads: list[object], locations: list[object]) -> None:
    path = tmp_path_factory.getbasetemp() / "answer.json"
    path.write_text(json.dumps({"data": {"plans": held, "caseloads": loads, "locations": locations}}))

    with patch.object(hpc_answers, "read_json", parsed_here):
        progress = read_plan_progress(path, source="x", extracted_on=None)
        monitoring = read_response_monitoring(path, state="NER", period=YEAR, source="x", extracted_on=None)

    assert (progress.frame["value"] >= 0).all()
    assert (monitoring.frame["value"] >= 0).all()
