"""Whole files of written places: every row keeps its line, each distinct place is weighed once."""

import csv
from collections import Counter
from pathlib import Path

import polars as pl
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.place_rows import PlacedRows, place_rows
from concertation.core.places import Gazetteer, WrittenPlace
from concertation.formats.reference_set import read

HELD = Gazetteer.of(
    read("units"), read("unit_names"), read("unit_codes"), read("unit_parents"), divisions=read("divisions")
)
ORACLE = Path(__file__).parents[1] / "oracles" / "niger_spellings.csv"


def written(*lines: dict[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(list(lines)).with_row_index("row", offset=4)


def sheet(path: Path, name: str, columns: dict[str, int], *, below: int) -> pl.DataFrame:
    lines = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python()[below:]
    texts = {column: [str(line[at]) or None for line in lines] for column, at in columns.items()}
    return pl.DataFrame(texts).with_row_index("row", offset=below + 1)


def how_many(placed: PlacedRows) -> Counter[str]:
    return Counter(placed.frame["how"].to_list())


def test_rows_come_back_in_order_with_their_placement_beside_them():
    frame = written(
        {"adm1_name": "Maradi", "adm2_name": "Dakoro"},
        {"adm1_name": "Diffa", "adm2_name": None},
        {"adm1_name": "MARADI", "adm2_name": "Dakoro"},
    )

    answer = place_rows(HELD, frame, "NER").frame

    assert answer.columns == ["row", "adm1_name", "adm2_name", "units", "unit", "level", "how", "named_level"]
    assert answer["unit"].to_list() == ["ner-2-dakoro", "ner-1-diffa", "ner-2-dakoro"]
    assert answer["row"].to_list() == [4, 5, 6]


def test_a_row_of_several_places_keeps_each_and_the_finest_unit_that_holds_them():
    answer = place_rows(HELD, written({"adm1_name": "Dosso", "adm2_name": "Dosso, Loga et Gaya"}), "NER").frame

    assert answer["units"].to_list() == [["ner-2-dosso", "ner-2-loga", "ner-2-gaya"]]
    assert answer["unit"].to_list() == ["ner-1-dosso"]


def test_doubts_come_once_with_how_many_rows_and_the_first():
    frame = written(*[{"adm1_name": "Niamey", "adm2_name": text} for text in ("Loga", "Niamey", "Loga")])

    doubts = place_rows(HELD, frame, "NER").doubts

    assert [(doubt.rows, doubt.first_row, doubt.placement.units) for doubt in doubts] == [(2, 4, ("ner",))]


def test_the_same_spelling_under_several_regions_is_one_problem():
    frame = written(
        *[
            {"adm1_name": "Maradi", "adm2_name": "Dakoro", "adm3_name": text}
            for text in ("Kornaca", "Kornaka", "Kornaca")
        ]
    )

    noticed = place_rows(HELD, frame, "NER").noticed

    assert [
        (each.problem.code, each.problem.value, each.problem.detail["column"], each.rows, each.first_row)
        for each in noticed
    ] == [("place-repaired", "Kornaca", "adm3_name", 2, 4)]


def test_regions_of_two_divisions_in_one_file_are_noted_and_each_is_placed_in_its_own():
    frame = written({"adm1_name": "Bankui"}, {"adm1_name": "Boucle du Mouhoun"})

    answer = place_rows(HELD, frame, "BFA")

    assert answer.frame["unit"].to_list() == ["bfa-1-bankui", "bfa-1-boucle-du-mouhoun"]
    assert [each.problem.code for each in answer.noticed] == ["divisions-mixed"]


def test_a_name_of_two_divisions_follows_the_other_regions_of_the_file():
    old = place_rows(HELD, written({"adm1_name": "Kayes"}, {"adm1_code": "MLI05", "adm1_name": "Mopti"}), "MLI")
    new = place_rows(HELD, written({"adm1_name": "Kayes"}, {"adm1_name": "Bandiagara"}), "MLI")

    assert old.frame["unit"].to_list() == ["mli-1-kayes", "mli-1-mopti"]
    assert new.frame["unit"].to_list()[0] == "mli-1-kayes-2023"


def test_every_problem_of_a_place_has_its_message_in_both_languages_with_nothing_left_open():
    texts = {line["code"]: line for line in read("problems").iter_rows(named=True)}
    frame = written(
        {"adm1_name": "Niamey", "adm2_name": "Loga"},
        {"adm1_name": "Maradi", "adm2_name": "Dakoro", "adm3_name": "Goula"},
        {"adm1_name": "Maradi", "adm2_name": "Aguié", "adm3_name": "GANANI"},
        {"adm1_name": "Maradi", "adm2_name": "Aguie; Dakaro"},
        {"adm1_name": "Sahel"},
        {"adm1_name": "Maradi", "adm1_code": "NE099"},
        {"adm1_name": "Maradi", "adm1_code": "NE002"},
        {"adm1_name": "Zinder", "adm1_code": "NE007001"},
        {"adm1_name": "Agadez", "adm2_name": "Diffa", "adm2_code": "NE002002"},
    )

    noticed = place_rows(HELD, frame, "NER").noticed + place_rows(HELD, written({"adm1_name": "Kayes"}), "MLI").noticed

    assert {each.problem.code for each in noticed} == {
        "place-not-in-parent",
        "place-doubtful",
        "place-unknown",
        "place-several",
        "place-repaired",
        "place-of-another-state",
        "place-code-unknown",
        "place-code-and-name-disagree",
        "place-code-at-other-level",
        "place-parent-disagrees",
        "place-in-two-divisions",
    }
    for problem in (each.problem for each in noticed):
        words = {"value": problem.value, **problem.detail}
        for column in ("message_fr", "message_en", "remedy_fr", "remedy_en"):
            assert "{" not in texts[problem.code][column].format_map(words)


def test_an_empty_file_has_no_placement_and_no_problem():
    frame = pl.DataFrame(schema={"row": pl.UInt32, "adm1_name": pl.String})

    answer = place_rows(HELD, frame, "NER")

    assert (answer.frame.height, answer.doubts, answer.noticed) == (0, (), ())


CELLS = st.sampled_from(
    [None, "Maradi", "Dakoro", "Kornaka", "Kornaca", "0", "Tahoua", "Dosso, Loga", "Qwzrt", "NE004", "BF13"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12))
def test_a_file_places_each_row_as_if_it_stood_alone(lines):
    names = ["adm1_name", "adm2_name", "adm3_name", "adm1_code"]
    frame = pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row").with_row_index("row")

    answer = place_rows(HELD, frame, "NER", division="ner-2011").frame

    alone = [HELD.place(WrittenPlace("NER", line[:3], (line[3], None, None)), division="ner-2011") for line in lines]
    assert answer["units"].to_list() == [list(each.units) for each in alone]
    assert answer["how"].to_list() == [each.how for each in alone]


def test_every_row_of_burkinas_workbook_is_placed_by_its_commune_code(shared: Path):
    columns = {"adm1_name": 3, "adm2_name": 4, "adm3_name": 5, "adm3_code": 7}
    frame = sheet(shared / "presence" / "bfa_5w_2022-02_nocontact.xlsx", "Jan - Fev Public", columns, below=3)

    answer = place_rows(HELD, frame, "BFA")

    assert how_many(answer) == {"exact": 420}
    assert answer.frame["level"].to_list() == [3] * 420
    codes = dict(read("unit_codes").filter(pl.col("scheme") == "ocha-cod").select("unit", "code").iter_rows())
    assert [codes[unit] for unit in answer.frame["unit"]] == answer.frame["adm3_code"].to_list()


def test_malis_workbook_is_placed_by_cercle_and_its_mismatches_wait(shared: Path):
    columns = {"adm1_code": 1, "adm1_name": 2, "adm2_code": 3, "adm2_name": 4}
    frame = sheet(shared / "presence" / "mli_5w_2022-03.xlsx", "ML_5W", columns, below=2)

    answer = place_rows(HELD, frame, "MLI")

    assert how_many(answer) == {"exact": 22_646, "doubtful": 159}
    assert set(answer.frame.filter(pl.col("how") == "exact")["level"]) == {2}
    assert {doubt.placement.units for doubt in answer.doubts} == {("mli-1-menaka",), ("mli-1-sikasso",), ("mli",)}
    assert "divisions-mixed" not in {each.problem.code for each in answer.noticed}


def test_nigers_workbook_names_2483_departments_and_2307_communes_and_places_nearly_all(shared: Path):
    columns = {"adm1_name": 5, "adm2_name": 6, "adm3_name": 7}
    frame = sheet(shared / "presence" / "ner_3w_2022-02_redacted.xlsx", "3w_Data_février_2022", columns, below=2)

    answer = place_rows(HELD, frame, "NER")

    named = answer.frame["named_level"]
    assert ((named >= 2).sum(), (named == 3).sum(), answer.frame.height) == (2_483, 2_307, 2_574)
    assert how_many(answer) == {"exact": 2_420, "repaired": 100, "doubtful": 41, "unknown": 13}


def test_every_spelling_of_nigers_workbook_that_needs_judgement_is_in_the_checked_list(shared: Path):
    columns = {"adm1_name": 5, "adm2_name": 6, "adm3_name": 7}
    frame = sheet(shared / "presence" / "ner_3w_2022-02_redacted.xlsx", "3w_Data_février_2022", columns, below=2)
    with ORACLE.open(encoding="utf-8", newline="") as lines:
        checked = {
            (line["region"], line["department"], line["commune"]): line["held_at"] for line in csv.DictReader(lines)
        }

    answer = place_rows(HELD, frame, "NER").frame
    judged = answer.filter(
        (pl.col("how") != "exact") | (pl.col("units").list.len() > 1) | (pl.col("level") != pl.col("named_level"))
    )
    distinct = judged.select("adm1_name", "adm2_name", "adm3_name", pl.col("units").list.join(";")).unique()

    assert {
        (one, two or "", three or ""): units for one, two, three, units in distinct.iter_rows()
    }.items() <= checked.items()
