"""Displacement: stocks and flows apart, a zero nobody filled is no figure, a value carried on is said to be."""

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from concertation.core.figures import check_figures
from concertation.formats.displacement import (
    abroad,
    national_totals,
    read_dtm,
    read_idmc,
    read_unhcr_demographics,
    read_unhcr_population,
)
from concertation.formats.named_columns import WrittenFigures

STATES = ("BFA", "MLI", "NER", "TGO")
COUNTRIES = "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso"
POPULATION = COUNTRIES + ",refugees,asylum_seekers,returned_refugees,idps,returned_idps,stateless,ooc,oip,hst"
IDMC = COUNTRIES + ",total"
LAST_YEAR = date(2025, 12, 31)


def population(folder: Path, *lines: str) -> WrittenFigures:
    path = folder / "population.csv"
    path.write_text("\n".join((POPULATION, *lines)) + "\n")
    return read_unhcr_population(path, source="unhcr", extracted_on=None, states=STATES)


def idmc(folder: Path, *lines: str) -> WrittenFigures:
    path = folder / "idmc.csv"
    path.write_text("\n".join((IDMC, *lines)) + "\n")
    return read_idmc(path, source="idmc", extracted_on=None, states=STATES)


def test_codes_of_unhcr_are_not_iso_and_the_iso_columns_are_read(tmp_path: Path) -> None:
    reading = population(tmp_path, "2025.0,Mali,MLI,MLI,Niger,NGR,NER,10.0,1.0,0,0,0,0,0,,0")

    assert reading.frame["state"].unique().to_list() == ["NER"]
    assert reading.frame["origin"].unique().to_list() == ["MLI"]


def test_stocks_stand_at_the_year_s_end_and_returns_run_over_the_year(tmp_path: Path) -> None:
    reading = population(tmp_path, "2025.0,Mali,MLI,MLI,Niger,NGR,NER,10.0,1.0,3.0,0,0,0,0,,0")

    dates = {row["concept"]: (row["reference_start"], row["reference_end"]) for row in reading.frame.iter_rows(named=True)}
    assert dates == {
        "refugees": (LAST_YEAR, LAST_YEAR), "asylum_seekers": (LAST_YEAR, LAST_YEAR), "returned_refugees": (date(2025, 1, 1), LAST_YEAR),
    }  # fmt: skip


def test_a_host_column_at_zero_everywhere_is_no_figure(shared: Path) -> None:
    reading = read_unhcr_population(shared / "displacement/unhcr_population_aes_togo.csv", source="unhcr", extracted_on=None, states=STATES)

    assert "host_community" not in reading.frame["concept"].to_list()
    assert [(problem.code, problem.value) for problem in reading.problems] == [
        ("column-never-filled", "stateless"), ("column-never-filled", "oip"), ("column-never-filled", "hst"),
    ]  # fmt: skip


def test_the_real_population_table_gives_each_state_its_people(shared: Path) -> None:
    figures = read_unhcr_population(shared / "displacement/unhcr_population_aes_togo.csv", source="unhcr", extracted_on=None, states=STATES).frame

    held = national_totals(figures).filter(pl.col("reference_end") == LAST_YEAR)
    away = national_totals(abroad(figures)).filter(pl.col("reference_end") == LAST_YEAR)

    told = {(row["state"], row["concept"]): row["value"] for row in pl.concat([held, away]).iter_rows(named=True)}
    assert told["NER", "idps"] == 459_585
    assert told["BFA", "idps"] == 2_062_534
    assert told["MLI", "refugees"] == 286_715
    assert told["MLI", "refugees_abroad"] == 519_738
    assert told["NER", "others_of_concern"] == 47_376


def test_summing_over_origins_conserves_people(shared: Path) -> None:
    figures = read_unhcr_population(shared / "displacement/unhcr_population_aes_togo.csv", source="unhcr", extracted_on=None, states=STATES).frame

    assert national_totals(figures)["value"].sum() == figures["value"].sum()
    assert national_totals(figures.reverse()).sort("state", "concept", "reference_end")["value"].equals(
        national_totals(figures).sort("state", "concept", "reference_end")["value"]
    )


def test_burkina_s_displaced_carried_on_from_2023_are_marked(shared: Path) -> None:
    reading = read_idmc(shared / "displacement/unhcr_idmc_aes_togo.csv", source="idmc", extracted_on=None, states=STATES)

    burkina = reading.frame.filter((pl.col("state") == "BFA") & pl.col("unchanged_since").is_not_null())
    assert burkina.select("value", "unchanged_since").rows() == [(2_063_000, 2023), (2_063_000, 2023)]
    assert Counter(problem.code for problem in reading.problems) == {"value-unchanged": 12}


def test_a_value_that_comes_back_after_a_change_or_a_gap_is_not_carried_on(tmp_path: Path) -> None:
    lines = [f"{year},Togo,TOG,TGO,Togo,TOG,TGO,{value}" for year, value in ((2019, 5), (2020, 5), (2022, 5), (2023, 6), (2024, 5))]

    reading = idmc(tmp_path, *lines)

    assert reading.frame["unchanged_since"].to_list() == [None] * 5


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1905,Togo,TOG,TGO,Togo,TOG,TGO,5", "year-implausible"),
        ("soon,Togo,TOG,TGO,Togo,TOG,TGO,5", "year-implausible"),
        ("2024,Togo,TOG,TGO,Togo,TOG,TGO,-5", "people-negative"),
        ("2024,Togo,TOG,TGO,Togo,TOG,,5", "state-unknown"),
        ("2024,Ghana,GHA,GHA,Ghana,GHA,GHA,5", "state-not-held"),
    ],
)
def test_a_bad_row_is_a_problem_and_the_good_row_still_comes_in(tmp_path: Path, line: str, code: str) -> None:
    reading = idmc(tmp_path, "2024.0,Niger,NGR,NER,Niger,NGR,NER,379000.0", line)

    assert (code, 3) in [(problem.code, problem.cell.row) for problem in reading.problems]
    assert reading.frame["value"].to_list() == [379_000]


def test_sex_and_age_of_the_real_table_and_totals_that_are_not_their_parts(shared: Path) -> None:
    path = shared / "displacement/unhcr_demographics_aes_togo.csv"

    reading = read_unhcr_demographics(path, source="unhcr", extracted_on=None, states=STATES)

    whole = reading.frame.filter((pl.col("sex") == "all") & (pl.col("age") == "all"))
    assert whole.height == 1_059
    assert Counter(problem.code for problem in reading.problems) == {"total-not-its-parts": 15}
    assert check_figures(reading.frame) == ()


def test_a_written_location_is_read_at_its_level(shared: Path) -> None:
    frame = read_unhcr_demographics(shared / "displacement/unhcr_demographics_aes_togo.csv", source="unhcr", extracted_on=None, states=STATES).frame

    places = set(frame.select("adm1_name", "adm2_name", "place_name").iter_rows())
    assert ("Tillabéri", None, None) in places
    assert (None, "Lome Commune", None) in places
    assert ("Hauts-Bassins", None, "Bobo-Dioulasso") in places


def test_the_dtm_baseline_of_mali_is_read_with_its_tag_row(shared: Path) -> None:
    reading = read_dtm(shared / "displacement/mli_iom_dtm_baseline_r72.xlsx", source="dtm", extracted_on=None, states=STATES)

    sums = dict(reading.frame.group_by("concept").agg(pl.col("value").sum()).iter_rows())
    assert reading.frame["row"].n_unique() == 56
    assert (sums["idps"], sums["returnees"]) == (401_736, 690_329)
    assert sums["returnees"] == sums["returnees_from_abroad"] + sums["returnees_former_idps"]
    assert reading.frame["reference_end"].unique().to_list() == [date(2021, 9, 30)]
    assert "total-not-its-parts" not in [problem.code for problem in reading.problems]


def test_the_dtm_regions_are_those_published(shared: Path) -> None:
    frame = read_dtm(shared / "displacement/mli_iom_dtm_baseline_r72.xlsx", source="dtm", extracted_on=None).frame

    idps = dict(frame.filter(pl.col("concept") == "idps").group_by("adm1_name").agg(pl.col("value").sum()).iter_rows())
    assert (idps["Mopti"], idps["Gao"]) == (159_027, 97_859)
