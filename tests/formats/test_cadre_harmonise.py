"""The Cadre Harmonisé file: exact sums, parts kept apart, and nothing dropped without a line."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.needs import food_security_figures, roll_up, sum_parts
from concertation.core.place_rows import place_rows
from concertation.core.places import Gazetteer
from concertation.formats import cadre_harmonise
from concertation.formats.cadre_harmonise import FOOD_SECURITY_SCHEMA, FoodSecurity, part_of, read_cadre_harmonise
from concertation.formats.json_file import ReadJson, parse_json
from concertation.formats.reference_set import read

STATES = ("BFA", "MLI", "NER", "TGO")
LEAN_SEASON = "food_security/ch_admin2_2024_06_01_4_countries.json"
HARVEST = "food_security/ch_admin2_2023_10_01_4_countries.json"
ROW = {
    "adm0_pcod3": "NER", "adm0_pcod2": "NE", "adm1_name": "Tillaberi", "adm1_pcod2": "NE06", "adm2_name": "Say", "adm2_pcod2": "NE0610",
    "adm2_5_name": None, "adm3_name": None, "chtype": "projected", "reference_label": "Jun-Aug", "reference_year": 2024, "start_date": "2024-06-01",
    "end_date": "2024-08-31", "population": 100.0, "phase_class": 2.0, "phase1": 60.0, "phase2": 30.0, "phase3": 8.0, "phase4": 2.0, "phase5": 0.0,
    "phase35": 10.0, "calc_pop_ph3_5_admin1": 99999.0,
}  # fmt: skip


def read_rows(folder: Path, *rows: object) -> FoodSecurity:
    path = folder / "ch.json"
    path.write_text(json.dumps({"DataList": list(rows)}))
    return read_cadre_harmonise(path, states=STATES)


def codes(reading: FoodSecurity) -> list[str]:
    return [problem.code for problem in reading.problems]


@pytest.mark.parametrize(
    ("name", "state", "population", "phase3plus", "rows"),
    [
        (LEAN_SEASON, "BFA", 22_969_083, 2_734_195, 45),
        (LEAN_SEASON, "MLI", 22_900_621, 1_370_251, 56),
        (LEAN_SEASON, "NER", 26_154_895, 3_436_895, 78),
        (LEAN_SEASON, "TGO", 6_181_975, 423_162, 37),
        (HARVEST, "BFA", 22_969_085, 2_278_027, 46),
        (HARVEST, "MLI", 22_900_619, 715_408, 56),
        (HARVEST, "NER", 26_154_897, 2_318_639, 78),
        (HARVEST, "TGO", 6_181_977, 381_099, 37),
    ],
)
def test_each_state_has_its_people_exactly(shared: Path, name: str, state: str, population: int, phase3plus: int, rows: int) -> None:
    frame = read_cadre_harmonise(shared / name, states=STATES).frame.filter(pl.col("state") == state)

    assert (frame["population"].sum(), frame["phase3plus"].sum(), frame.height) == (population, phase3plus, rows)


def test_parts_of_one_unit_are_summed_without_losing_anyone(shared: Path) -> None:
    reading = read_cadre_harmonise(shared / LEAN_SEASON, states=STATES)
    placed = reading.frame.with_columns(pl.col("adm2_code").alias("unit"))

    summed = sum_parts(placed)

    by_unit = {row["unit"]: row for row in summed.iter_rows(named=True)}
    assert by_unit["ML0901"]["phase3plus"] == 64_474
    assert by_unit["ML0901"]["parts"] == 6
    assert by_unit["NE0612"]["phase3plus"] == 51_428
    assert by_unit["NE0612"]["part_labels"] == "Tillaberi_limitedaccess; unit; Ville De Tillaberi"
    assert dict(summed.group_by("state").agg(pl.col("phase3plus").sum()).iter_rows()) == {
        "BFA": 2_734_195, "MLI": 1_370_251, "NER": 3_436_895, "TGO": 423_162,
    }  # fmt: skip


def test_every_row_placed_by_its_region_and_department_keeps_its_people(shared: Path) -> None:
    gazetteer = Gazetteer.of(read("units"), read("unit_names"), read("unit_codes"), read("unit_parents"))
    rows = read_cadre_harmonise(shared / LEAN_SEASON, states=STATES).frame.drop("adm3_name", "adm3_code")

    placed = {state: place_rows(gazetteer, rows.filter(pl.col("state") == state), state).frame for state in STATES}

    summed = {state: sum_parts(frame) for state, frame in placed.items()}
    assert [summed[state]["phase3plus"].sum() for state in STATES] == [2_734_195, 1_370_251, 3_436_895, 423_162]
    assert summed["NER"].height == 67
    assert {state: set(frame["how"]) for state, frame in placed.items() if state != "MLI"} == {"BFA": {"exact"}, "NER": {"exact"}, "TGO": {"exact"}}


def test_the_units_roll_up_to_the_same_people(shared: Path) -> None:
    placed = read_cadre_harmonise(shared / LEAN_SEASON, states=STATES).frame.with_columns(pl.col("adm2_code").alias("unit"))
    figures = food_security_figures(sum_parts(placed), source="ch-2024-06", extracted_on=None)
    parents = placed.select("unit", pl.col("state").alias("parent")).unique()

    rolled = roll_up(figures.filter(pl.col("concept") == "phase3plus"), parents)

    assert dict(rolled.select("unit", "value").iter_rows())["NER"] == 3_436_895
    assert rolled["status"].unique().to_list() == ["official"]
    assert (rolled["held"] == rolled["expected"]).all()


def test_the_real_files_say_the_published_seasons(shared: Path) -> None:
    lean, harvest = (read_cadre_harmonise(shared / name, states=STATES) for name in (LEAN_SEASON, HARVEST))

    assert lean.frame.select("kind", "reference_start", "reference_end").unique().rows() == [("projected", date(2024, 6, 1), date(2024, 8, 31))]
    assert harvest.frame.select("kind", "reference_start", "reference_end").unique().rows() == [("current", date(2023, 10, 1), date(2023, 12, 31))]
    assert set(codes(lean)) == {"dates-and-label-differ"}


def test_parts_say_their_access(shared: Path) -> None:
    lean, harvest = (read_cadre_harmonise(shared / name, states=STATES).frame["part"].to_list() for name in (LEAN_SEASON, HARVEST))

    assert Counter(lean) == {"unit": 198, "limited_access": 7, "commune": 7, "town": 3, "accessible": 1}
    assert Counter(harvest)["limited_access"] == 22


def test_a_row_in_limited_access_is_a_part_even_when_it_is_a_town() -> None:
    assert part_of(["SEBBA_AL", "Ville de Sebba"]) == "limited_access"
    assert part_of(["Ville De Diffa", "Ville De Diffa"]) == "town"
    assert part_of(["Zone inaccessible", None]) == "inaccessible"


def test_repeated_region_totals_are_never_read_as_people(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, ROW)

    assert reading.frame["phase3plus"].to_list() == [10]
    assert reading.problems == ()


def test_identical_rows_are_marked_and_different_parts_are_not(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, ROW, ROW, {**ROW, "adm2_5_name": "Say_limitedaccess"})

    assert reading.frame["identical_to"].to_list() == [None, 1, None]
    assert codes(reading) == ["row-identical"]
    assert sum_parts(reading.frame.with_columns(pl.lit("say").alias("unit")))["phase3plus"].to_list() == [20]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phase35": -10.0}, "people-negative"),
        ({"population": "beaucoup"}, "number-unreadable"),
        ({"population": True}, "number-unreadable"),
        ({"population": 100.4}, "people-decimal"),
        ({"population": 200.0}, "phases-not-population"),
        ({"phase35": 50.0}, "phase3plus-not-its-phases"),
        ({"phase_class": 7.0}, "phase-unknown"),
        ({"phase_class": [2]}, "phase-unknown"),
        ({"adm2_pcod2": "TG0513"}, "code-of-another-state"),
        ({"start_date": "2024-09-01"}, "dates-unreadable"),
        ({"end_date": "bientôt"}, "dates-unreadable"),
        ({"chtype": "guess"}, "analysis-kind-unknown"),
        ({"adm0_pcod3": "SEN", "adm0_pcod2": "SN"}, "state-not-held"),
        ({"adm0_pcod3": "Niger"}, "state-unknown"),
        ({"adm0_pcod3": None}, "state-unknown"),
    ],
)
def test_a_bad_cell_is_a_problem_with_its_row_and_the_good_rows_still_come_in(tmp_path: Path, change: dict[str, object], code: str) -> None:
    reading = read_rows(tmp_path, ROW, {**ROW, "adm2_name": "Torodi", **change})

    assert (code, 2) in [(problem.code, problem.cell.row) for problem in reading.problems]
    assert reading.frame.row(0, named=True)["phase3plus"] == 10
    assert reading.frame.height + sum(code.startswith("state-") for code in codes(reading)) == 2


def test_a_missing_phase_figure_is_none_and_not_zero(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, {**ROW, "phase35": None})

    assert reading.frame["phase3plus"].to_list() == [None]
    assert sum_parts(reading.frame.with_columns(pl.lit("say").alias("unit")))["phase3plus"].to_list() == [None]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    reading = read_rows(tmp_path, {name: value for name, value in ROW.items() if name not in ("phase35", "chtype")})

    assert [problem.value for problem in reading.problems if problem.code == "required-column-missing"] == ["phase35", "chtype"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "file-empty"),
        (b"[1, 2]", "datalist-missing"),
        (b'{"DataList": {}}', "datalist-missing"),
        (b'{"DataList": []}', "file-without-rows"),
        (b'{"DataList": [1, "x"]}', "row-not-an-object"),
        (b'{"DataList": [', "json-broken"),
        (b"[" * 200_000, "json-too-deep"),
        ('{"DataList": "é"}'.encode("latin-1"), "encoding-unknown"),
        (b'{"DataList": [{"adm0_pcod3": "NER", "population": NaN}]}', "json-not-a-number"),
        (b'{"DataList": [{"adm0_pcod3": "NER", "adm0_pcod3": "MLI"}]}', "json-key-repeated"),
    ],
)
def test_a_file_that_is_not_one_is_refused_in_words(tmp_path: Path, raw: bytes, code: str) -> None:
    path = tmp_path / "ch.json"
    path.write_bytes(raw)

    assert code in codes(read_cadre_harmonise(path))


def test_a_file_too_large_or_absent_is_refused(tmp_path: Path) -> None:
    assert codes(read_cadre_harmonise(tmp_path / "absent.json")) == ["file-unreadable"]
    assert parse_json(b"{}", name="x").content == {}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def parsed_here(path: Path) -> ReadJson:
    """The document without a child of its own: what is tried here is what is made of it, some hundred times."""
    return parse_json(path.read_bytes(), name=path.name)


@given(st.lists(st.dictionaries(st.sampled_from(sorted(ROW)), json_values, max_size=12) | json_values, max_size=4))
def test_whatever_the_rows_hold_nothing_raises_and_every_row_is_kept_or_named(tmp_path_factory: pytest.TempPathFactory, rows: list[object]) -> None:
    with patch.object(cadre_harmonise, "read_json", parsed_here):
        reading = read_rows(tmp_path_factory.getbasetemp(), *rows)

    refused = {problem.cell.row for problem in reading.problems if problem.code in ("state-unknown", "state-not-held", "row-not-an-object")}
    assert dict(reading.frame.schema) == FOOD_SECURITY_SCHEMA
    assert set(reading.frame["row"]) | refused == set(range(1, len(rows) + 1))
