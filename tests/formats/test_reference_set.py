"""The reference set keeps its word: every line has a source, parts add up, and nothing is held that is not known."""

import importlib.util
import json
from collections import Counter
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from concertation.core.concepts import CONCEPTS, GROUPS, MEASURES, STATUSES
from concertation.core.spelling import fold
from concertation.formats import reference_set
from concertation.formats.reference_set import COLUMNS, read

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
FIGURES = ("populations", "plans", "displacement", "cadre_harmonise", "quoted")
JUNE_AUGUST_2024 = {"bfa": 2_734_195, "mli": 1_370_251, "ner": 3_436_895, "tgo": 423_162}


def rows(table: str, **wanted: object) -> pl.DataFrame:
    return read(table).filter([pl.col(column) == value for column, value in wanted.items()])


def total(frame: pl.DataFrame) -> int:
    return int(frame["value"].sum())


def division_counts(division: str) -> dict[int, int]:
    placed = rows("unit_parents", division=division).join(read("units"), on="unit")
    return dict(sorted(Counter(placed["level"].to_list()).items()))


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_holds_its_declared_columns_and_some_lines(table: str) -> None:
    assert read(table).columns == COLUMNS[table].split()
    assert read(table).height > 0


@pytest.mark.parametrize("table", [name for name, columns in COLUMNS.items() if "source" in columns.split() and name != "sources"])
def test_every_line_has_a_source_that_is_described(table: str) -> None:
    known = set(read("sources")["source"])

    named = [(written or "").split("|") for written in read(table)["source"]]

    assert {source for sources in named for source in sources} <= known


@pytest.mark.parametrize("table", [name for name, columns in COLUMNS.items() if "source_status" in columns.split()])
def test_every_fact_says_whether_it_was_seen_remembered_derived_or_estimated(table: str) -> None:
    assert set(read(table)["source_status"]) <= {"seen", "memory", "derived", "estimated"}


@pytest.mark.parametrize("table", FIGURES)
def test_every_figure_speaks_the_vocabulary_of_figures(table: str) -> None:
    figures = read(table)

    assert set(figures["concept"]) <= set(CONCEPTS)
    assert set(figures["status"]) <= set(STATUSES)
    assert set(figures["measure"]) <= set(MEASURES)
    assert set(figures["group"]) <= set(GROUPS)
    assert set(figures["unit"]) <= set(read("units")["unit"])


@pytest.mark.parametrize("table", FIGURES)
def test_no_figure_is_negative_and_none_stands_twice(table: str) -> None:
    figures = read(table)

    assert figures.filter(pl.col("value") < 0).is_empty()
    assert figures.filter(figures.is_duplicated()).is_empty()


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(KeyError):
        read("unknown")


def test_unit_ids_are_unique_and_never_look_like_a_pcode() -> None:
    units = read("units")["unit"].to_list()

    assert len(units) == len(set(units))
    assert not [unit for unit in units if unit[:1].isupper() or fold(unit).replace(" ", "")[2:].isdigit()]


def test_divisions_hold_the_units_the_states_have() -> None:
    assert division_counts("bfa-2001") == {1: 13, 2: 45, 3: 351}
    assert division_counts("bfa-2025") == {1: 17, 2: 47, 3: 351}
    assert division_counts("mli-1991") == {1: 10, 2: 53, 3: 701}
    assert division_counts("mli-2023") == {1: 20, 2: 53, 3: 701}
    assert division_counts("ner-2011") == {1: 8, 2: 67, 3: 266}
    assert division_counts("tgo-cod") == {1: 5, 2: 40, 3: 373}
    assert division_counts("tgo-2022") == {1: 6, 2: 40, 3: 373}


def test_a_parent_exists_one_level_up_unless_a_note_says_why_not() -> None:
    levels = read("units").select("unit", "level", "state")
    placed = read("unit_parents").join(levels, on="unit").join(levels, left_on="parent", right_on="unit", suffix="_parent", how="left")

    assert placed["level_parent"].null_count() == 0
    assert placed.filter(pl.col("state") != pl.col("state_parent")).is_empty()
    jumps = placed.filter(pl.col("level_parent") != pl.col("level") - 1)
    assert set(jumps["division"]) == {"bfa-2025"}
    assert jumps["note"].null_count() == 0
    assert jumps.height == 15


def test_a_unit_has_one_parent_in_a_division() -> None:
    assert read("unit_parents").select("unit", "division").is_duplicated().sum() == 0


def test_the_parent_of_a_unit_belongs_to_the_same_division() -> None:
    parents = read("unit_parents")
    inside = parents.filter(pl.col("parent").str.contains("-"))

    placed = inside.join(parents.select("unit", "division"), left_on=["parent", "division"], right_on=["unit", "division"], how="semi")

    assert placed.height == inside.height


def test_a_code_of_one_scheme_names_one_unit() -> None:
    assert read("unit_codes").select("scheme", "code").is_duplicated().sum() == 0


def test_a_region_of_niger_answers_to_its_three_codes() -> None:
    codes = rows("unit_codes", unit="ner-1-agadez")["code"].to_list()

    assert {"NE001", "NE01", "NER001"} <= set(codes)


def test_mali_keeps_its_two_code_systems_apart() -> None:
    found = {(row["unit"], row["scheme"]): row["code"] for row in read("unit_codes").iter_rows(named=True)}

    assert found["mli-1-bougouni", "ca-2023"] == "11"
    assert found["mli-1-bougouni", "ct-2023"] == "15"
    assert found["mli-1-nioro", "ca-2023"] == "13"
    assert found["mli-1-nioro", "ct-2023"] == "11"


def test_renamed_provinces_keep_their_unit_and_date_their_names() -> None:
    for unit, old, new in (("bfa-2-sanmatenga", "Sanmatenga", "Sandbondtenga"), ("bfa-2-oubritenga", "Oubritenga", "Bassitenga"), ("bfa-2-kossi", "Kossi", "Kossin")):
        names = rows("unit_names", unit=unit, kind="official")
        ended = names.filter(pl.col("name") == old)["valid_to"].item()
        begun = names.filter(pl.col("name") == new)["valid_from"].item()

        assert ended == begun
        assert str(begun) == "2025-07-02"


def test_names_carry_no_blank_at_either_end() -> None:
    names = read("unit_names")["name"]

    assert (names == names.str.strip_chars()).all()


def test_crosswalk_weights_of_a_unit_add_up_to_one() -> None:
    sums = read("crosswalks").group_by("from_unit", "from_division", "to_division", "weight_kind").agg(pl.col("weight").sum())

    assert sums.filter((pl.col("weight") - 1).abs() > 1e-9).is_empty()


def test_every_region_of_an_older_division_can_be_read_on_the_newer_one() -> None:
    for older, newer in (("bfa-2001", "bfa-2025"), ("mli-1991", "mli-2023"), ("tgo-cod", "tgo-2022")):
        regions = set(rows("unit_parents", division=older).join(rows("units", level=1), on="unit")["unit"])
        assert regions == set(rows("crosswalks", from_division=older, to_division=newer)["from_unit"])


def test_three_former_regions_cover_43_percent_of_burkina(shared: Path) -> None:
    derive = script("derive_units")
    regions = {area.name: derive.ground(area.shape) for area in derive.areas(shared / "places") if area.state == "BFA" and area.level == 1}

    share = sum(regions[name] for name in ("Boucle du Mouhoun", "Est", "Sahel")) / sum(regions.values())

    assert round(100 * share, 1) == 43.0


def test_deriving_again_gives_the_same_units_and_crosswalks(shared: Path) -> None:
    tables = script("derive_units").derive(shared / "places")

    assert {row["unit"] for row in tables.units} == set(read("units")["unit"])
    assert [float(row["weight"]) for row in tables.crosswalks] == read("crosswalks")["weight"].to_list()


def test_every_code_of_the_cadre_harmonise_meets_its_name(shared: Path) -> None:
    schemes = pl.col("scheme").is_in(["ocha-cod", "ocha-cod-older"])
    unit_of = dict(read("unit_codes").filter(schemes).select("code", "unit").iter_rows())
    names: dict[str, set[str]] = {}
    for unit, name in read("unit_names").select("unit", "name").iter_rows():
        names.setdefault(unit, set()).add(fold(name))
    unmet = set()
    for period in ("2023_10_01", "2024_06_01"):
        listed = json.loads((shared / f"food_security/ch_admin2_{period}_4_countries.json").read_text(encoding="utf-8"))["DataList"]
        unmet |= {(row["adm2_pcod2"], row["adm2_name"]) for row in listed if fold(row["adm2_name"]) not in names.get(unit_of[row["adm2_pcod2"]], set())}

    assert unmet == {("ML0605", "Taoudenit")}


def test_people_in_phase_three_or_worse_are_the_published_sums() -> None:
    found = rows("cadre_harmonise", concept="phase3plus", reference_start=pl.date(2024, 6, 1)).filter(~pl.col("unit").str.contains("-"))

    assert dict(found.select("unit", "value").iter_rows()) == JUNE_AUGUST_2024


@pytest.mark.parametrize("concept", ["population_analysed", "phase1", "phase2", "phase3", "phase4", "phase5", "phase3plus"])
def test_regions_add_up_to_their_state_in_the_cadre_harmonise(concept: str) -> None:
    found = rows("cadre_harmonise", concept=concept).filter(pl.col("source").is_in(["cadre-harmonise-2023-10", "cadre-harmonise-2024-06"]))
    regions = found.filter(pl.col("unit").str.contains("-")).with_columns(pl.col("unit").str.slice(0, 3))

    summed = regions.group_by("unit", "source").agg(pl.col("value").sum())
    states = found.filter(~pl.col("unit").str.contains("-")).select("unit", "source", "value")

    assert sorted(summed.rows()) == sorted(states.rows())


def test_gao_and_menaka_are_told_apart_and_still_add_up_to_what_was_published() -> None:
    found = rows("cadre_harmonise", concept="phase3plus", source="cadre-harmonise-2024-06")

    assert total(found.filter(pl.col("unit").is_in(["mli-1-gao", "mli-1-menaka"]))) == 279_516


def census(source: str, level: int) -> int:
    return total(rows("populations", source=source).join(rows("units", level=level), on="unit"))


def test_census_regions_add_up_to_their_state() -> None:
    assert census("tgo-rgph5-2022", 1) == 8_095_498
    assert census("ner-rgph-2012", 1) == 17_138_707
    assert abs(census("bfa-rgph-2019-preliminary", 1) - 20_487_979) <= 1
    assert abs(census("mli-rgph5-2022", 1) - 22_395_489) <= 3
    assert census("cadre-harmonise-2024-06", 1) == 26_154_895


def test_a_population_from_memory_never_passes_for_official() -> None:
    recalled = read("populations").filter(pl.col("method").str.contains("mémoire"))

    assert recalled.height == 22
    assert set(recalled["status"]) == {"estimated"}


def test_the_parts_of_burkinas_national_plan_miss_their_printed_total_by_one() -> None:
    plan = rows("plans", source="bfa-national-plan-2026", concept="in_need")

    assert total(plan.filter(pl.col("group") == "all")) == 4_474_321
    assert total(plan.filter(pl.col("group") != "all")) == 4_474_322
    assert "host" in plan["group"]


def test_niger_holds_a_requirement_and_no_people_for_2025_and_2026() -> None:
    recent = rows("plans", unit="ner").filter(pl.col("reference_start").dt.year() >= 2025)

    people = recent.filter(pl.col("concept").is_in(["in_need", "targeted", "reached"]))
    assert people.height == 6
    assert people["value"].null_count() == 6
    appeals = rows("funding_plans", state="NER").filter(pl.col("code").is_in(["HNER25", "HNER26"])).sort("year")
    assert appeals["requirement"].to_list() == [603_027_582, 675_619_589]


def test_several_funding_figures_of_one_plan_stand_side_by_side() -> None:
    found = rows("plans", unit="bfa", concept="funding", reference_start=pl.date(2024, 1, 1))

    assert found["value"].to_list() == [317_510_829, 365_200_000]


def test_every_extract_of_the_tracking_service_is_dated() -> None:
    assert read("funding_plans")["extracted_on"].null_count() == 0
    assert set(read("plans")["source"]).isdisjoint(read("funding_plans")["source"])


def test_niger_displacement_adds_up_to_the_total_of_its_source() -> None:
    assert total(rows("displacement", unit="ner")) == 936_480


def test_the_last_published_register_of_burkina_is_marked_contested() -> None:
    assert rows("displacement", unit="bfa", value=2_062_534)["status"].to_list() == ["contested"]


def test_words_of_the_appeal_stay_quoted_and_niger_has_no_number() -> None:
    quoted = {row["unit"]: row for row in read("quoted").iter_rows(named=True)}

    assert {row["concept"] for row in quoted.values()} == {"distress_as_quoted"}
    assert (quoted["mli"]["value"], quoted["bfa"]["value"], quoted["ner"]["value"]) == (4_800_000, 8_400_000, None)
    assert quoted["ner"]["value_text"] == "des millions"


def test_the_three_transit_shares_imply_one_total() -> None:
    held = rows("transit", year=2022)

    implied = (held["tonnes"] / held["share"]).to_list()

    assert max(implied) / min(implied) - 1 < 0.0007


def test_there_are_eight_decisions_in_two_languages_awaiting_their_official_wording() -> None:
    decisions = read("decisions")

    assert decisions["reference"].to_list() == [f"D{number}" for number in range(1, 9)]
    assert decisions.select("title_fr", "title_en", "text_fr", "text_en").null_count().sum_horizontal().item() == 0
    assert decisions.select("official_wording", "responsible", "due").null_count().sum_horizontal().item() == 24


def test_a_spelling_of_a_sector_leads_to_one_sector() -> None:
    spelled = read("sector_names").with_columns(pl.col("written").map_elements(fold, return_dtype=pl.String).alias("key"))

    assert spelled.group_by("key").agg(pl.col("sector").n_unique()).filter(pl.col("sector") > 1).is_empty()
    assert set(spelled["sector"]) <= set(read("sectors")["sector"])


def test_protection_and_all_its_branches_are_restricted() -> None:
    family = read("sectors").filter((pl.col("sector") == "PRO") | (pl.col("parent") == "PRO"))

    assert family.height == 6
    assert family["restricted"].all()


def test_a_spelling_of_an_organisation_leads_to_one_organisation() -> None:
    met: dict[str, set[str]] = {}
    for row in read("organisations").iter_rows(named=True):
        for written in [row["name_fr"], row["name_en"], row["acronym"], *(row["aliases"] or "").split("|")]:
            if written:
                met.setdefault(fold(written), set()).add(row["organisation"])

    assert {key: ids for key, ids in met.items() if len(ids) > 1} == {}


def test_the_register_merges_no_two_organisations_of_a_workbook(shared: Path) -> None:
    """Counted on the workbooks: 156, 151 and 50 organisations once case, accents and blanks are set aside."""
    known: dict[str, str] = {}
    for row in read("organisations").iter_rows(named=True):
        known |= {fold(written): row["organisation"] for written in [row["acronym"], row["name_fr"], *(row["aliases"] or "").split("|")] if written}

    for name, heading_rows, distinct in (("mli_5w_2022-03.xlsx", 2, 156), ("ner_3w_2022-02_redacted.xlsx", 2, 151), ("bfa_5w_2022-02_nocontact.xlsx", 3, 50)):
        book = CalamineWorkbook.from_path(shared / "presence" / name)
        sheet = "Jan - Fev Public" if name.startswith("bfa") else book.sheet_names[0]
        written = {fold(str(line[0])) for line in book.get_sheet_by_name(sheet).to_python()[heading_rows:]}
        assert len({known.get(key, key) for key in written}) == distinct == len(written)


def test_the_reference_set_is_read_once() -> None:
    assert reference_set.read("states") is reference_set.read("states")
