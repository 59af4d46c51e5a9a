"""Plans and clusters of FTS: every published percentage comes out again, money without a cluster stays apart, bad cells are told and kept."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from concertation.core.plan_money import Asked, added, by_sector, differing, of_country_plans
from concertation.core.problems import Problem
from concertation.formats.fts_plans import plan_named, read_group_by, read_plan_overview, read_plan_table
from concertation.formats.opening import open_file

TABLES = {
    "fts_requirements_funding_4_countries.csv": ("fts-plans", "plan", 186, 72),
    "fts_requirements_funding_cluster_4_countries.csv": ("fts-clusters", "cluster", 606, 460),
    "fts_requirements_funding_globalcluster_4_countries.csv": ("fts-clusters", "global_cluster", 712, 497),
}
HEADINGS = "countryCode,id,name,code,startDate,endDate,year,clusterCode,cluster,requirements,funding,percentFunded"


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "synthetic.csv"
    path.write_text("\n".join([HEADINGS, *rows, *("NER,1,Plan synthetic,SYN25,2025-01-01,2025-12-31,2025,9,Nutrition,100,50,50",) * 2]), "utf-8")
    return path


@pytest.mark.shared
@pytest.mark.parametrize("name", TABLES)
def test_every_published_percentage_of_a_table_comes_out_again(shared: Path, name: str) -> None:
    kind, level, rows, percentages = TABLES[name]

    read = read_plan_table(shared / "funding" / name)

    assert open_file(shared / "funding" / name).kind == kind
    assert (read.frame.height, read.frame["published"].count(), read.frame["level"].unique().to_list()) == (rows, percentages, [level])
    assert differing(read.frame).is_empty()
    assert {problem.code for problem in read.problems} <= {"fts-amount-negative"}


@pytest.mark.shared
def test_the_field_notes_of_2025_come_out_of_the_tables(shared: Path) -> None:
    plans = read_plan_table(shared / "funding/fts_requirements_funding_4_countries.csv").frame
    clusters = read_plan_table(shared / "funding/fts_requirements_funding_globalcluster_4_countries.csv").frame

    asked = of_country_plans(plans).filter((pl.col("year") == 2025) & pl.col("state").is_in(["BFA", "MLI", "NER"]))
    water = by_sector(pl.concat([plans, clusters])).filter((pl.col("year") == 2025) & (pl.col("sector") == "WSH"))

    assert [(line["state"], round(line["requirement_minor"] / 1e8, 1), round(line["funding_minor"] / 1e8, 1)) for line in asked.to_dicts()] == [
        ("BFA", 792.6, 275.1), ("MLI", 771.3, 198.7), ("NER", 603.0, 157.9),
    ]  # fmt: skip
    assert added(plans.filter((pl.col("year") == 2025) & (pl.col("plan_type") == "hnrp"))).percent == 29  # type: ignore[union-attr]
    assert {line["state"]: Asked(line["requirement_minor"], line["funding_minor"]).percent for line in water.to_dicts()} == {"BFA": 8, "MLI": 10, "NER": 50}


@pytest.mark.shared
def test_an_overview_tells_the_plans_of_every_country_and_the_total_that_does_not_add_up(shared: Path) -> None:
    read = read_plan_overview(json.loads((shared / "funding/fts_plan_overview_progress_2022.json").read_text()))
    own = read.frame.filter(pl.col("state").is_in(["BFA", "MLI", "NER"]))

    assert (read.frame.height, sorted(own["code"].to_list()), [problem.code for problem in read.problems]) == (42, ["HBFA22", "HMLI22", "HNER22"], ["fts-parts-differ"])


@pytest.mark.shared
@pytest.mark.parametrize(("plan", "rows", "total"), [(929, 20, 564_467_765), (943, 12, None)])
def test_a_group_by_adds_up_to_its_total(shared: Path, plan: int, rows: int, total: int | None) -> None:
    name = f"fts_api_1-fts-flow-custom-search-planid-{plan}-groupby-cluster.json"
    content = json.loads((shared / "funding" / name).read_text())

    read = read_group_by(content, plan=plan_named(name))

    assert (read.frame.height, read.problems) == (rows, ())
    assert read.frame["funding_minor"].sum() == 100 * (total or content["data"]["report3"]["fundingTotals"]["total"])
    assert set(read.frame.tail(2)["standing"]) == {"unspecified", "shared"}


def test_plans_of_two_types_are_never_added() -> None:
    two = pl.DataFrame({"plan_type": ["hnrp", "refugee"], "requirement_minor": [5, 7], "funding_minor": [1, 1]})

    assert added(two) == Problem("plan-types-overlap", value="hnrp, refugee")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("NER,2,Plan synthetic,SYN24,2024-01-01,2024-12-31,2024,9,Nutrition,100,about fifty,", "amount-unreadable"),
        ("NER,2,Plan synthetic,SYN24,2024-01-01,2024-12-31,2024,9,Nutrition,100,-5,", "fts-amount-negative"),
        ("NER,2,Plan synthetic,SYN24,2024-01-01,2024-12-31,2024,9,Nutrition,100,50,51", "fts-percent-differs"),
        ("Niger,2,Plan synthetic,SYN24,2024-01-01,2024-12-31,2024,9,Nutrition,100,50,50", "state-unknown"),
        ("NER,1,Plan synthetic,SYN25,2025-01-01,2025-12-31,2025,9,Nutrition,100,60,60", "fts-row-twice"),
    ],
)
def test_a_row_that_is_wrong_is_told_and_kept(tmp_path: Path, row: str, code: str) -> None:
    read = read_plan_table(table(tmp_path, row))

    assert {problem.code for problem in read.problems} == {code}
    assert read.frame.height == 3


def test_parts_that_do_not_add_up_and_things_that_are_no_plan_are_told() -> None:
    plan: dict[str, Any] = {"id": 1, "code": "SYN", "countries": [{"iso3": "NER"}], "requirements": {"revisedRequirements": 10}, "funding": {"totalFunding": 5, "progress": 40}}

    read = read_plan_overview({"data": {"plans": [plan, "x"], "totals": {"objectsSum": 9}}})

    assert [problem.code for problem in read.problems] == ["fts-not-a-plan", "fts-percent-differs", "fts-parts-differ"]


def test_a_group_by_whose_name_tells_no_plan_says_so() -> None:
    answer = {"data": {"requirements": {"objects": []}, "report3": {"fundingTotals": {"total": 3, "objects": [{"objectsBreakdown": [{"id": "1", "name": "Water", "totalFunding": 2}]}]}}}}

    assert [problem.code for problem in read_group_by(answer, plan="").problems] == ["fts-plan-not-named", "fts-parts-differ"]
