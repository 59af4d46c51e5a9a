"""Flows of FTS: nothing is lost of what was received, totals come out to the dollar, and every difference of policy is explained."""

import itertools
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.funding import (
    bridge,
    counted_by,
    counts_as_gha_curates,
    counts_at_fts,
    counts_here,
    percent_funded,
    total,
)
from concertation.formats.fts import ReadFlows, canonical, read_flows, written_pages

PAGES = [f"fts_api_custom-search-locationid-1-year-2020{end}.json" for end in ("", "-page-2", "-page-3")]


@pytest.fixture(scope="module")
def pages(shared: Path) -> list[Any]:
    """The recorded answer of three pages."""
    return [json.loads((shared / "funding" / name).read_text()) for name in PAGES]


@pytest.fixture(scope="module")
def flows(pages: list[Any]) -> ReadFlows:
    """The 484 flows of the recorded answer."""
    return read_flows(pages)


@pytest.mark.shared
def test_the_recorded_answer_is_written_again_as_it_was_received(pages: list[Any], flows: ReadFlows) -> None:
    as_received = [flow for page in pages for flow in page["data"]["flows"]]

    again = json.loads(written_pages(flows.received.values()))["data"]["flows"]

    assert flows.frame.height == 484
    assert again == as_received
    assert flows.problems == ()


@pytest.mark.shared
def test_totals_of_fts_come_out_to_the_dollar(pages: list[Any], flows: ReadFlows) -> None:
    told = pages[0]["data"]["incoming"]["fundingTotal"]

    assert told == 725_591_299
    assert total(counts_at_fts(flows.frame)) == told * 100


@pytest.mark.shared
def test_the_bridge_between_policies_explains_every_dollar(flows: ReadFlows) -> None:
    counted = {policy: counted_by(policy, flows.frame, year=2020) for policy in ("fts", "gha-curated", "concertation")}  # type: ignore[arg-type]

    for first, second in (("fts", "gha-curated"), ("fts", "concertation"), ("gha-curated", "concertation")):
        steps = bridge(counted[first], counted[second])

        assert int(steps["difference_minor"].sum()) == total(counted[second]) - total(counted[first])
        assert steps.height > 0


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "percentages"),
    [("fts_requirements_funding_4_countries.csv", 72), ("fts_requirements_funding_cluster_4_countries.csv", 460), ("fts_requirements_funding_globalcluster_4_countries.csv", 497)],
)
def test_every_published_percentage_is_computed_again(shared: Path, name: str, percentages: int) -> None:
    rows = pl.read_csv(shared / "funding" / name, infer_schema=False).filter(pl.col("percentFunded").is_not_null() & (pl.col("percentFunded") != ""))

    differing = [row for row in rows.iter_rows(named=True) if str(percent_funded(int(row["funding"]), int(row["requirements"]))) != row["percentFunded"]]

    assert rows.height == percentages
    assert differing == []


def flow(number: int, **changes: Any) -> dict[str, Any]:
    """A synthetic flow into one State in one year."""
    ends = [{"type": "Organization", "id": "1", "name": "Synthetic agency"}, {"type": "UsageYear", "id": "1", "name": "2025"}]
    plain = {"id": str(number), "amountUSD": 100, "status": "paid", "boundary": "incoming", "onBoundary": "single", "flowType": "Standard", "destinationObjects": ends}
    return {**plain, **changes}


def read(*flows: dict[str, Any]) -> ReadFlows:
    """One page of flows, read."""
    return read_flows([{"data": {"flows": list(flows)}}])


@pytest.mark.parametrize(
    ("changes", "counted", "reason"),
    [
        ({}, 10_000, "counted"),
        ({"status": "commitment"}, 10_000, "counted"),
        ({"status": "pledge"}, 0, "pledge"),
        ({"boundary": "internal"}, 0, "internal"),
        ({"boundary": "outgoing"}, 0, "outgoing"),
        ({"onBoundary": "shared"}, 0, "shared-not-split"),
        ({"flowType": "Carryover"}, 0, "carried-over"),
    ],
)
def test_a_flow_counts_once_where_it_crosses_into_the_boundary_and_nowhere_else(changes: dict[str, Any], counted: int, reason: str) -> None:
    verdict = counts_here(read(flow(1, **changes)).frame)

    assert verdict.rows() == [("1", counted, reason)]


def test_a_shared_flow_is_split_only_where_someone_states_the_split() -> None:
    shared = read(flow(1, onBoundary="shared")).frame

    assert total(counts_here(shared)) == 0
    assert counts_here(shared, splits={"1": Fraction(1, 4)}).rows() == [("1", 2_500, "counted-with-split")]


def test_a_flow_of_several_years_counts_for_its_share_in_the_curated_policy_alone() -> None:
    years = [{"type": "UsageYear", "id": str(year), "name": str(year)} for year in (2024, 2025, 2026, 2027)]
    several = read(flow(1, onBoundary="shared", destinationObjects=years)).frame

    assert total(counts_as_gha_curates(several, year=2025)) == 2_500
    assert total(counts_at_fts(several)) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amountUSD": None}, "fts-amount-missing"),
        ({"amountUSD": -5}, "fts-amount-negative"),
        ({"originalCurrency": "FCFA", "originalAmount": 3}, "currency-unknown"),
        ({"parentFlowId": 1}, "fts-flow-its-own-parent"),
        ({"colour": "red"}, "fts-key-unknown"),
    ],
)
def test_a_flow_that_is_wrong_is_told_and_kept(changes: dict[str, Any], code: str) -> None:
    got = read(flow(1, **changes))

    assert [problem.code for problem in got.problems] == [code]
    assert list(got.received.values()) == [canonical(flow(1, **changes))]


def test_a_flow_found_twice_counts_once_and_one_id_with_two_contents_is_told() -> None:
    same, other = read(flow(1), flow(1)), read(flow(1), flow(1, amountUSD=7))

    assert (same.frame.height, same.problems) == (1, ())
    assert [problem.code for problem in other.problems] == ["fts-flow-twice"]


def test_flows_in_a_circle_are_told_and_count_once_each() -> None:
    got = read(flow(1, parentFlowId=2), flow(2, parentFlowId=1))

    assert [(problem.code, problem.value) for problem in got.problems] == [("fts-flow-circle", "1"), ("fts-flow-circle", "2")]
    assert total(counts_at_fts(got.frame)) == 2 * 10_000


@st.composite
def trees(draw: st.DrawFn) -> tuple[int, list[dict[str, Any]]]:
    """Money given once and parked, taken by children at home or passed on inside; a parent holds what its children have not taken."""
    given, made, numbers = 0, [], itertools.count(1)
    waiting: list[tuple[str | None, int, int]] = [(None, draw(st.integers(1, 10_000)), 0) for _ in range(draw(st.integers(1, 3)))]
    given = sum(amount for _, amount, _ in waiting)
    while waiting:
        parent, amount, depth = waiting.pop()
        name = str(next(numbers))
        taken = sorted(draw(st.lists(st.integers(0, amount), max_size=3))) if depth < 3 else []
        parts = [later - earlier for earlier, later in zip([0, *taken], taken, strict=False)]
        made.append(flow(int(name), amountUSD=amount - sum(parts), flowType="Parked" if parts else "Standard", parentFlowId=parent))
        made.append(flow(next(numbers), amountUSD=draw(st.integers(0, amount)), boundary="internal", parentFlowId=name))
        waiting += [(name, part, depth + 1) for part in parts]
    return given, made


@given(tree=trees())
def test_no_dollar_of_a_tree_of_flows_counts_twice_under_any_policy(tree: tuple[int, list[dict[str, Any]]]) -> None:
    given_dollars, made = tree
    frame = read(*made).frame

    for policy in ("fts", "gha-curated", "concertation"):
        assert total(counted_by(policy, frame, year=2025)) == given_dollars * 100  # type: ignore[arg-type]


def test_what_is_no_answer_of_the_api_is_told() -> None:
    got = read_flows([{"data": {}}, [], {"data": {"flows": ["x"]}}])

    assert [problem.code for problem in got.problems] == ["fts-not-an-answer", "fts-not-an-answer", "fts-not-a-flow"]


def test_values_of_another_type_than_the_api_gives_are_kept_as_received_and_read_as_nothing() -> None:
    strange = {"versionId": "two", "newMoney": "yes", "exchangeRate": [], "status": 7, "amountUSD": 10**40, "description": {"a": 1}, "keywords": "x", "sourceObjects": ["x"]}

    got = read(flow(1, **strange))

    assert got.frame.select("version", "new_money", "rate", "status", "amount_minor", "keywords").row(0) == (None, None, None, "7", None, [])
    assert list(got.received.values()) == [canonical(flow(1, **strange))]
