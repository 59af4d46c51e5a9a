"""Files of the pooled funds: nested lists, American dates and exponents are read, and the published totals come out."""

from datetime import datetime
from pathlib import Path
from statistics import median

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.spelling import fold
from concertation.formats.cbpf import (
    CONTRIBUTION_SCHEMA,
    LOCATION_SCHEMA,
    PROJECT_SCHEMA,
    ReadFund,
    kind_of,
    read_fund_table,
)
from concertation.formats.cbpf_codes import ALLOCATIONS, CLUSTERS, read_code_table
from concertation.formats.sheets import Table
from concertation.formats.tabular import best_table, read_file

FILES = {"projects": "cbpf_projects_ner_bfa.csv", "locations": "cbpf_project_locations_ner_bfa.csv", "contributions": "cbpf_contributions_3_countries.csv"}
NIGER, BURKINA = "84", "85"


def opened(path: Path) -> Table:
    """The table of one published file."""
    table = best_table(read_file(path))
    assert table is not None
    return table


@pytest.fixture(scope="module")
def fund(shared: Path) -> dict[str, ReadFund]:
    """The three files of the fund, read."""
    return {kind: read_fund_table(opened(shared / "funding" / name)) for kind, name in FILES.items()}


def count_and_millions(frame: pl.DataFrame) -> tuple[int, float]:
    """How many rows, and their millions of dollars."""
    return frame.height, round(frame["amount_minor"].sum() / 1e8, 1)


@pytest.mark.shared
def test_each_published_file_is_known_by_its_headings_and_read_without_a_problem(fund: dict[str, ReadFund]) -> None:
    assert {kind: read.kind for kind, read in fund.items()} == {kind: kind for kind in FILES}
    assert [problem for read in fund.values() for problem in read.problems] == []
    assert [dict(read.frame.schema) for read in fund.values()] == [PROJECT_SCHEMA, LOCATION_SCHEMA, CONTRIBUTION_SCHEMA]


@pytest.mark.shared
def test_grants_of_niger_and_burkina_come_out_as_counted_by_hand(fund: dict[str, ReadFund]) -> None:
    projects = fund["projects"].frame

    assert count_and_millions(projects) == (204, 118.7)
    assert {kind: count_and_millions(part) for (kind,), part in projects.group_by("party_type")} == {"ingo": (137, 86.7), "national_ngo": (64, 30.1), "other": (3, 1.9)}
    assert {kind: part.height for (kind,), part in projects.group_by("window")} == {"standard": 137, "reserve": 67}
    days = projects.with_columns(days=(pl.col("approved") - pl.col("submitted")).dt.total_seconds() / 86_400)
    assert {fund: round(median(part["days"])) for (fund,), part in days.group_by("fund")} == {NIGER: 68, BURKINA: 87}


@pytest.mark.shared
def test_money_of_the_places_adds_to_the_grants_and_is_read_at_one_level_alone(fund: dict[str, ReadFund]) -> None:
    places = fund["locations"].frame.group_by("code").agg(pl.col("amount_minor").sum().alias("placed"))
    both = fund["projects"].frame.join(places, on="code", how="full", coalesce=True)

    assert both.height == 204
    assert both.filter((pl.col("placed") - pl.col("amount_minor")).abs() > 100).height == 0
    assert set(fund["locations"].frame.filter(pl.col("fund") == NIGER)["places"].list.first()) == {"Tillabéri", "Diffa", "Maradi", "Tahoua", "Zinder"}


@pytest.mark.shared
def test_contributions_by_year_come_out_as_counted_by_hand(fund: dict[str, ReadFund]) -> None:
    by_year = fund["contributions"].frame.group_by("fund", "year").agg(pl.col("amount_minor").sum())
    held = {(fund, year): round(amount / 1e8, 1) for fund, year, amount in by_year.iter_rows()}

    assert [held[BURKINA, year] for year in range(2021, 2027)] == [20.1, 16.5, 17.7, 16.0, 13.1, 10.7]
    assert [held["86", year] for year in range(2023, 2027)] == [7.6, 9.4, 11.0, 9.6]
    assert [held[NIGER, year] for year in range(2021, 2027)] == [15.9, 15.2, 7.7, 11.6, 10.8, 7.8]


@pytest.mark.shared
def test_code_tables_of_the_fund_name_every_cluster_of_the_places(shared: Path, fund: dict[str, ReadFund]) -> None:
    read = read_code_table(opened(shared / "funding" / "cbpf_MstClusters.csv"), CLUSTERS)
    names = dict(read.frame.select("code", "name").iter_rows())

    assert read.problems == ()
    assert set(fund["locations"].frame["cluster"]) <= set(names)
    assert names["11"] == "Water, Sanitation and Hygiene"


@pytest.mark.shared
def test_allocations_of_the_fund_say_what_was_planned_and_approved(shared: Path) -> None:
    read = read_code_table(opened(shared / "funding" / "cbpf_AllocationTypes.csv"), ALLOCATIONS)
    niger = read.frame.filter((pl.col("fund") == NIGER) & (pl.col("year") == 2021)).row(0, named=True)

    assert read.frame.height == 831
    assert (niger["name"], niger["short"], niger["planned_minor"], niger["approved_minor"]) == ("2021 Standard Allocation", "Standard", 1_250_000_000, 1_248_262_000)
    assert {problem.code for problem in read.problems} <= {"end-before-start", "code-repeated", "row-identical"}


def test_a_code_with_two_names_is_told_and_both_lines_are_kept() -> None:
    read = read_code_table(table({"ClustId": "1", "ClustNm": "Health"}, {"ClustId": "1", "ClustNm": "Water"}, {"ClustId": "2", "ClustNm": "Food"}), CLUSTERS)

    assert [(problem.code, problem.value, problem.detail["first"]) for problem in read.problems] == [("code-repeated", "1", "Health")]
    assert read.frame["name"].to_list() == ["Health", "Water", "Food"]


def table(line: dict[str, str], *others: dict[str, str]) -> Table:
    """A synthetic table of these lines."""
    headings = list(dict.fromkeys(heading for each in (line, *others) for heading in each))
    letters = {heading: chr(ord("A") + place) for place, heading in enumerate(headings)}
    rows = [{"row": number, **{letter: each.get(heading) for heading, letter in letters.items()}} for number, each in enumerate((line, *others), 2)]
    return Table("s", 1, {letter: heading for heading, letter in letters.items()}, {}, pl.DataFrame(rows))


PROJECT = {"PFId": "1", "PrjCode": "CBPF-NER-24-R-NGO-1", "AllYr": "2024", "OrgNm": "Synthetic", "PrgBdg": "1E+07"}
PLACE = {"PFId": "1", "PrjCode": "x", "ClstAgg": "3|||10", "ClstPrct": "60|||40", "AdmLoc1": "Ménaka", "AdmLoc2": "Ansongo", "AdmLocClustBdg1": "6|||4", "AdmLocClustBdg2": "6|||4"}
GIFT = {"PooledFundId": "1", "FiscalYear": "2024", "DonorName": "Synthetic", "ContributionAmt": "5"}


def test_exponents_and_american_hours_are_read() -> None:
    row = read_fund_table(table({**PROJECT, "PrjSubDt": "10/1/2021 12:19:35 AM", "ApprDt": "12/2/2021 12:37:29 PM"})).frame.row(0, named=True)

    assert row["amount_minor"] == 10_000_000_00
    assert (row["submitted"], row["approved"]) == (datetime(2021, 10, 1, 0, 19, 35), datetime(2021, 12, 2, 12, 37, 29))


def test_a_place_of_two_clusters_is_two_rows_and_its_money_is_read_once() -> None:
    read = read_fund_table(table(PLACE))

    assert read.frame.select("cluster", "share_percent", "amount_minor").rows() == [("3", 60.0, 600), ("10", 40.0, 400)]
    assert read.frame["places"].to_list() == [["Ménaka", "Ansongo"]] * 2


def test_two_spellings_of_one_place_have_one_key() -> None:
    read = read_fund_table(table(PLACE, {**PLACE, "AdmLoc1": "Menaka"}))

    assert set(read.frame["place_key"]) == {f"{fold('Ménaka')} / ansongo"}


@pytest.mark.parametrize(
    ("line", "changes", "code"),
    [
        (PROJECT, {"PrgBdg": "beaucoup"}, "number-unreadable"),
        (PROJECT, {"PrgBdg": "-5"}, "amount-negative"),
        (PROJECT, {"AStrDt": "31/12/2021"}, "date-unreadable"),
        (PROJECT, {"AStrDt": "12/31/2021", "AEndDt": "1/1/2021"}, "end-before-start"),
        (PROJECT, {"BenAgg": "1##x##"}, "number-unreadable"),
        (PLACE, {"ClstPrct": "60|||30"}, "percentages-not-100"),
        (PLACE, {"AdmLocClustBdg2": "10"}, "cbpf-lists-differ"),
        (PLACE, {"AdmLocClustBdg2": "6|||5"}, "cbpf-levels-differ"),
        (GIFT, {"ContributionAmt": "n/a"}, "number-unreadable"),
    ],
)
def test_a_wrong_cell_is_told_and_its_value_left_out_or_kept_as_told(line: dict[str, str], changes: dict[str, str], code: str) -> None:
    read = read_fund_table(table({**line, **changes}))

    assert code in [problem.code for problem in read.problems]
    assert all(problem.cell.column for problem in read.problems)
    assert read.frame.height >= 1


def test_amounts_of_unlike_lists_belong_to_no_cluster() -> None:
    assert read_fund_table(table({**PLACE, "AdmLocClustBdg2": "10"})).frame["amount_minor"].to_list() == [None, None]


def test_dates_out_of_order_are_not_kept() -> None:
    row = read_fund_table(table({**PROJECT, "AStrDt": "12/31/2021", "AEndDt": "1/1/2021"})).frame.row(0, named=True)

    assert (row["starts"], row["ends"]) == (None, None)


def test_the_same_line_twice_counts_once_and_a_table_of_something_else_is_refused() -> None:
    twice, other = read_fund_table(table(GIFT, GIFT)), table({"colour": "red"})

    assert (twice.frame.height, [problem.code for problem in twice.problems]) == (1, ["row-identical"])
    assert kind_of(other) == ""
    assert {problem.code for problem in read_fund_table(other).problems} == {"required-column-missing"}


TEXT = st.text(max_size=15) | st.sampled_from(["1E+99", "9" * 40, "99999999999", "13/13/2021", "12/31/0000", "1##2", "|||", "1|||2", "##", "-5", "nan", "inf"])
EVERY = {"projects": [*PROJECT, "AStrDt", "AEndDt", "PrjSubDt", "ApprDt", "BenAgg", "BgdDC"], "locations": [*PLACE, "AYr", "AdmLocCord1", "AdmLocBenClustAgg2"], "contributions": [*GIFT, "DonorCode"]}


@pytest.mark.parametrize("kind", EVERY)
@given(cells=st.lists(TEXT, min_size=12, max_size=12))
def test_no_text_whatever_raises(kind: str, cells: list[str]) -> None:
    line = dict(zip(EVERY[kind], cells, strict=False))

    assert read_fund_table(table({**dict.fromkeys(EVERY[kind], "x"), **line})).kind == kind
