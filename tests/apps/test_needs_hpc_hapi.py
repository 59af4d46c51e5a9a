"""Needs of HPC and HAPI files, end to end: synthetic rows of Niger's units become figures of the right concept, or a problem."""

import csv
from datetime import date
from pathlib import Path

import pytest

from concertation.apps.needs import queries
from concertation.apps.needs.models import Figure
from concertation.apps.sources import commands, imports
from concertation.apps.sources import queries as source_queries
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Mandate, Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 1)
BY = Mandate("u1", Role.DATA_MANAGER, state="NER")
YEAR = {(date(2024, 1, 1), date(2024, 12, 31))}
HPC_HEADINGS = (
    "Country ISO3", "Admin 1 PCode", "Admin 1 Name", "Admin 2 PCode", "Admin 2 Name", "Description", "Cluster", "Category", "Population",
    "In Need", "Targeted", "Affected", "Reached", "Info",
)  # fmt: skip
HAPI_HEADINGS = (
    "location_code", "has_hrp", "in_gho", "provider_admin1_name", "provider_admin2_name", "admin1_code", "admin1_name", "admin2_code",
    "admin2_name", "admin_level", "sector_code", "sector_name", "category", "population_status", "population", "reference_period_start",
    "reference_period_end", "dataset_hdx_id", "resource_hdx_id", "warning", "error",
)  # fmt: skip
DIFFA = {"Country ISO3": "NER", "Admin 1 PCode": "NE002", "Admin 1 Name": "Diffa", "Description": "synthetic", "Cluster": "WSH"}
DAKORO = DIFFA | {"Admin 1 PCode": "NE004", "Admin 1 Name": "Maradi", "Admin 2 PCode": "NE004003", "Admin 2 Name": "Dakoro"}
TERA = {
    "location_code": "NER", "admin1_code": "NE006", "admin1_name": "Tillabéri", "admin2_code": "NE006011", "admin2_name": "Téra", "sector_code": "WSH",
    "population_status": "INN", "population": "900", "reference_period_start": "2024-01-01", "reference_period_end": "2024-12-31",
    "dataset_hdx_id": "synthetic",
}  # fmt: skip
NATIONAL = TERA | dict.fromkeys(("admin1_code", "admin1_name", "admin2_code", "admin2_name"), "")


@pytest.fixture(autouse=True)
def node(tmp_path: Path, settings: object) -> None:
    settings.RAW_FOLDER = tmp_path / "raw"  # type: ignore[attr-defined]
    reference.load_if_changed()


def a_table(path: Path, headings: tuple[str, ...], *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, headings)
        table.writeheader()
        table.writerows(rows)
    return path


def hpc(folder: Path, *rows: dict[str, str], name: str = "synthetic_hpc_hno_2024.csv") -> Path:
    return a_table(folder / name, HPC_HEADINGS, *rows)


def hapi(folder: Path, *rows: dict[str, str]) -> Path:
    return a_table(folder / "synthetic_hapi_needs.csv", HAPI_HEADINGS, *rows)


def brought_in(path: Path) -> ImportRun:
    """A file taken from its bytes to its stored rows, as the command line and the pages do; one refused stays so."""
    with path.open("rb") as stream:
        file = commands.keep_raw_file(stream, name=path.name)
    run, is_new = imports.receive(file, state="NER", kind="", share_as="public", start=None, end=None, by=BY)
    assert is_new
    preview = imports.understand(run, today=TODAY, by=BY)
    if preview is not None:
        assert imports.store(run, preview, by=BY)
    run.refresh_from_db()
    return run


def people(run: ImportRun) -> dict[tuple[str, str, str], int]:
    """What stands after the import: (unit, sector, concept) -> people."""
    held = queries.held_figures(()).filter(import_run=run)
    return {(figure.unit_id, figure.sector, figure.concept): figure.value for figure in held}


def problems(run: ImportRun) -> set[tuple[str, int | None]]:
    """Codes told, each with the row of its first cell."""
    return {(told.code, told.cell.row) for told in source_queries.problems_of(run)}


def test_the_measures_of_an_hpc_row_become_figures_and_reached_is_expected_reach(tmp_path: Path) -> None:
    run = brought_in(hpc(tmp_path, DAKORO | {"Population": "9000", "Affected": "5000", "In Need": "4000", "Targeted": "2500", "Reached": "2000"}))

    assert (run.kind, run.status) == ("hpc-needs", "stored")
    assert people(run) == {
        ("ner-2-dakoro", "WSH", "population"): 9000, ("ner-2-dakoro", "WSH", "affected"): 5000, ("ner-2-dakoro", "WSH", "in_need"): 4000,
        ("ner-2-dakoro", "WSH", "targeted"): 2500, ("ner-2-dakoro", "WSH", "expected_reach"): 2000,
    }  # fmt: skip
    assert set(Figure.objects.filter(import_run=run).values_list("reference_start", "reference_end")) == YEAR


def test_the_intersectoral_line_of_both_files_is_held_for_all_sectors(tmp_path: Path) -> None:
    national = {"Country ISO3": "NER", "Description": "synthetic", "In Need": "700", "Targeted": "300"}

    first = brought_in(hpc(tmp_path, national | {"Cluster": "ALL"}))
    second = brought_in(hapi(tmp_path, NATIONAL | {"sector_code": "Intersectoral"}))

    assert people(first) == {("ner", "ALL", "in_need"): 700, ("ner", "ALL", "targeted"): 300}
    assert people(second) == {("ner", "ALL", "in_need"): 900}


def test_the_five_population_statuses_of_hapi_are_five_concepts_and_rea_is_expected_reach(tmp_path: Path) -> None:
    statuses = {"all": "9000", "AFF": "5000", "INN": "4000", "TGT": "2500", "REA": "2000"}

    run = brought_in(hapi(tmp_path, *(TERA | {"population_status": status, "population": value} for status, value in statuses.items())))

    assert (run.kind, run.status) == ("hapi-needs", "stored")
    assert people(run) == {
        ("ner-2-tera", "WSH", "population"): 9000, ("ner-2-tera", "WSH", "affected"): 5000, ("ner-2-tera", "WSH", "in_need"): 4000,
        ("ner-2-tera", "WSH", "targeted"): 2500, ("ner-2-tera", "WSH", "expected_reach"): 2000,
    }  # fmt: skip
    assert set(Figure.objects.filter(import_run=run).values_list("reference_start", "reference_end")) == YEAR


def test_nothing_a_plan_expects_is_ever_held_as_reached(tmp_path: Path) -> None:
    brought_in(hpc(tmp_path, DIFFA | {"In Need": "90", "Targeted": "50", "Reached": "40"}))
    brought_in(hapi(tmp_path, TERA | {"population_status": "REA"}))

    assert not Figure.objects.filter(import_run__isnull=False, concept="reached").exists()
    assert Figure.objects.filter(import_run__isnull=False, concept="expected_reach").count() == 2


def test_host_communities_women_and_people_with_disabilities_keep_their_dimension(tmp_path: Path) -> None:
    categories = ("Hostcommunities", "Children - Female - IDP", "People with Disabilities")

    run = brought_in(hpc(tmp_path, *(DIFFA | {"Category": category, "In Need": "10"} for category in categories)))

    told = Figure.objects.filter(import_run=run).order_by("row").values_list("group", "sex", "age", "disability")
    assert list(told) == [("host", "all", "all", "all"), ("idp", "f", "children", "all"), ("all", "all", "all", "with")]


FLAWED_HPC = {
    "people-negative": ({"In Need": "-5"}, {"targeted"}),
    "percentage-for-number": ({"In Need": "14%"}, {"targeted"}),
    "number-unreadable": ({"In Need": "beaucoup"}, {"targeted"}),
    "target-over-need": ({"Targeted": "200"}, {"in_need", "targeted"}),
}
WITHOUT_FIGURE_HPC = {
    "sector-not-recognised": {"Cluster": "Réponse multiple"},
    "state-unknown": {"Country ISO3": "Niger"},
    "row-without-figure": {"In Need": "", "Targeted": ""},
}
WITHOUT_FIGURE_HAPI = {
    "people-negative": {"population": "-4"},
    "population-status-unknown": {"population_status": "XXX"},
    "sector-not-recognised": {"sector_code": "Cash multi-sectoriel"},
    "source-marks-error": {"error": "synthetic mark of the publisher"},
    "state-unknown": {"location_code": ""},
}


def hpc_with(folder: Path, changes: dict[str, str]) -> ImportRun:
    """A good row, then a row with these changes."""
    return brought_in(hpc(folder, DIFFA | {"In Need": "120", "Targeted": "60"}, DAKORO | {"In Need": "100", "Targeted": "50"} | changes))


def hapi_with(folder: Path, changes: dict[str, str]) -> ImportRun:
    """A good row, then a row with these changes."""
    return brought_in(hapi(folder, TERA, TERA | {"sector_code": "HEA"} | changes))


@pytest.mark.parametrize("code", FLAWED_HPC)
def test_a_flawed_cell_of_an_hpc_file_is_told_and_the_other_figures_of_its_row_come_in(tmp_path: Path, code: str) -> None:
    changes, kept = FLAWED_HPC[code]

    run = hpc_with(tmp_path, changes)

    assert (code, 3) in problems(run)
    assert set(Figure.objects.filter(import_run=run, row=3).values_list("concept", flat=True)) == kept


@pytest.mark.parametrize("changes", [*WITHOUT_FIGURE_HPC.values(), *(changes for changes, _ in FLAWED_HPC.values())])
def test_the_good_row_of_an_hpc_file_comes_in_whatever_stands_below_it(tmp_path: Path, changes: dict[str, str]) -> None:
    run = hpc_with(tmp_path, changes)

    assert set(Figure.objects.filter(import_run=run, row=2).values_list("concept", "value")) == {("in_need", 120), ("targeted", 60)}


@pytest.mark.parametrize("changes", WITHOUT_FIGURE_HPC.values())
def test_a_bad_row_of_an_hpc_file_gives_no_figure(tmp_path: Path, changes: dict[str, str]) -> None:
    run = hpc_with(tmp_path, changes)

    assert not Figure.objects.filter(import_run=run, row=3).exists()


@pytest.mark.parametrize("changes", WITHOUT_FIGURE_HAPI.values())
def test_a_bad_row_of_a_hapi_file_gives_no_figure_and_the_good_row_comes_in(tmp_path: Path, changes: dict[str, str]) -> None:
    run = hapi_with(tmp_path, changes)

    assert people(run) == {("ner-2-tera", "WSH", "in_need"): 900}


@pytest.mark.parametrize("code", WITHOUT_FIGURE_HPC)
def test_a_row_of_an_hpc_file_that_gives_no_figure_leaves_a_line(tmp_path: Path, code: str) -> None:
    assert (code, 3) in problems(hpc_with(tmp_path, WITHOUT_FIGURE_HPC[code]))


@pytest.mark.parametrize("code", WITHOUT_FIGURE_HAPI)
def test_a_row_of_a_hapi_file_that_gives_no_figure_leaves_a_line(tmp_path: Path, code: str) -> None:
    assert (code, 3) in problems(hapi_with(tmp_path, WITHOUT_FIGURE_HAPI[code]))


def test_a_year_nobody_can_mean_is_told_and_the_figure_is_held_without_that_date(tmp_path: Path) -> None:
    run = brought_in(hapi(tmp_path, TERA | {"reference_period_start": "1905-01-01"}))

    assert ("year-implausible", 2) in problems(run)
    assert Figure.objects.get(import_run=run).reference_start is None


def test_rows_of_another_state_stay_out_with_one_line(tmp_path: Path) -> None:
    run = brought_in(hapi(tmp_path, TERA, TERA | {"location_code": "MLI", "admin1_code": "ML01", "admin1_name": "Kayes"}))

    assert [told.value for told in source_queries.problems_of(run) if told.code == "rows-of-another-state"] == ["MLI"]
    assert people(run) == {("ner-2-tera", "WSH", "in_need"): 900}


def test_people_of_a_place_nobody_knows_wait_for_an_answer_and_are_no_figure_of_the_region(tmp_path: Path) -> None:
    unknown = DAKORO | {"Admin 2 PCode": "", "Admin 2 Name": "Zzyzx", "In Need": "30"}

    run = brought_in(hpc(tmp_path, DAKORO | {"In Need": "100"}, unknown))

    waiting = Figure.objects.get(import_run=run, row=3)
    assert (waiting.unit_id, waiting.group) == ("ner-1-maradi", "written:lieu à préciser : Maradi / Zzyzx")
    assert run.doubts.get().written["text"] == "zzyzx"
    assert queries.standing((), unit="ner-1-maradi", concept="in_need", sector="WSH").leader is None


def test_an_hpc_file_whose_name_says_no_year_is_refused_and_says_what_is_missing(tmp_path: Path) -> None:
    run = brought_in(hpc(tmp_path, DIFFA | {"In Need": "120"}, name="synthetic_needs.csv"))

    assert run.status == "refused"
    assert "period-not-stated" in {code for code, _row in problems(run)}
    assert not Figure.objects.filter(import_run=run).exists()
