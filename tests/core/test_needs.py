"""Needs: gaps kept apart, sectors never added, sums that say what they cover."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.figures import Figure, leading, to_frame
from concertation.core.needs import (
    analysed_share,
    cells,
    food_security_figures,
    gaps,
    gaps_by,
    intersectoral,
    leading_intersectoral,
    leading_rows,
    roll_up,
    shares,
    sum_parts,
    with_host,
)

TREE = pl.DataFrame({"unit": ["a", "b", "r"], "parent": ["r", "r", "ner"]})


def need(unit: str, value: int | None, **changes: object) -> Figure:
    plain: dict[str, object] = {"concept": "in_need", "unit": unit, "source": "hno", "status": "operational", "sector": "WSH", "value": value}
    return Figure(**{**plain, **changes})  # type: ignore[arg-type]


def value_of(frame: pl.DataFrame, unit: str) -> int | None:
    return frame.filter(pl.col("unit") == unit)["value"].item()  # type: ignore[no-any-return]


def part(row: int, unit: str | None, phase3plus: int | None, **changes: object) -> dict[str, object]:
    people = {"population": 1000, "phase1": 0, "phase2": 0, "phase3": phase3plus, "phase4": 0, "phase5": 0, "phase3plus": phase3plus}
    plain: dict[str, object] = {
        "row": row, "unit": unit, "state": "NER", "kind": "projected", "reference_start": date(2024, 6, 1), "reference_end": date(2024, 8, 31),
        **people, "area_phase": 2, "part": "unit", "part_label": None, "identical_to": None,
    }  # fmt: skip
    return {**plain, **changes}


def test_need_not_targeted_and_target_not_reached_are_two_gaps() -> None:
    both = cells(to_frame([need("a", 900), need("a", 400, concept="targeted"), need("a", 100, concept="reached")]))

    assert gaps(both).select("need_not_targeted", "target_not_reached").row(0) == (500, 300)


def test_a_gap_is_not_known_where_reached_is_not_held() -> None:
    unreached = cells(to_frame([need("a", 900), need("a", 400, concept="targeted"), need("a", 350, concept="expected_reach")]))

    assert gaps(unreached)["target_not_reached"].to_list() == [None]
    assert gaps_by(unreached, by=["sector"]).select("target_not_reached", "target_not_reached_held", "cells").row(0) == (None, 0, 1)


def test_over_reach_in_one_place_never_hides_a_gap_in_another() -> None:
    figures = [need(unit, 100) for unit in "ab"] + [need("a", 300, concept="targeted"), need("b", 20, concept="targeted")]

    assert gaps_by(cells(to_frame(figures)), by=["sector"])["need_not_targeted"].to_list() == [80]


def test_gaps_of_two_sectors_are_not_added() -> None:
    two = cells(to_frame([need("a", 100), need("a", 100, sector="HEA")]))

    with pytest.raises(ValueError, match="several values of sector"):
        gaps_by(two, by=["unit"])


def test_the_host_community_has_a_row_wherever_groups_are_split() -> None:
    split = cells(to_frame([need("a", 10, group="idp"), need("b", 5, group="idp"), need("b", 7, group="host"), need("c", 9)]))

    shown = with_host(split)

    assert shown.filter(pl.col("group") == "host").select("unit", "in_need").sort("unit").rows() == [("a", None), ("b", 7)]


def test_over_sectors_the_highest_is_taken_per_unit_and_group_then_summed() -> None:
    figures = [
        need("a", 50, group="idp"), need("a", 80, group="idp", sector="HEA"), need("a", 40, group="host"), need("a", 10, group="host", sector="HEA"),
        need("b", 30),
    ]  # fmt: skip

    computed = intersectoral(to_frame(figures), TREE)

    assert (value_of(computed, "a"), value_of(computed, "b"), value_of(computed, "r"), value_of(computed, "ner")) == (120, 30, 150, 150)
    assert computed["status"].unique().to_list() == ["calculation"]
    assert computed["sector"].unique().to_list() == ["ALL"]


def test_a_sector_published_only_for_the_region_is_not_lost() -> None:
    computed = intersectoral(to_frame([need("a", 50), need("b", 30), need("r", 200, sector="HEA")]), TREE)

    assert value_of(computed, "r") == 200


def test_estimated_parts_are_said_in_the_calculation() -> None:
    computed = intersectoral(to_frame([need("a", 50, status="estimated"), need("b", 30)]), TREE)

    assert set(computed["method"].str.split(":").list.first()) == {"highest-of-sectors-estimated"}


def test_the_published_intersectoral_figure_leads_over_the_calculation() -> None:
    figures = to_frame([need("r", 140, sector="ALL"), need("a", 50), need("b", 130)])

    led = leading_intersectoral(figures, TREE)

    assert led.filter(pl.col("unit") == "r").select("value", "status", "rivals").row(0) == (140, "operational", 1)
    assert value_of(led, "a") == 50


def test_groups_kept_as_written_take_no_part() -> None:
    computed = intersectoral(to_frame([need("a", 999, group="written:Border / EC"), need("a", 50)]), TREE)

    assert value_of(computed, "a") == 50


def test_a_roll_up_says_how_many_units_have_a_figure() -> None:
    rolled = roll_up(to_frame([need("a", 10)]), TREE)

    assert rolled.select("unit", "value", "held", "expected", "method").row(0) == ("r", 10, 1, 2, "sum-of-units:1/2")


def test_a_roll_up_with_an_estimated_part_is_estimated() -> None:
    rolled = roll_up(to_frame([need("a", 10), need("b", 10, status="estimated")]), TREE)

    assert rolled["status"].to_list() == ["estimated"]


def test_the_phase_of_areas_is_not_rolled_up() -> None:
    with pytest.raises(ValueError, match="does not add up over units"):
        roll_up(to_frame([need("a", 3, concept="area_phase", measure="phase", sector="FSC")]), TREE)


def test_accessible_and_limited_access_and_town_are_summed_and_keep_their_labels() -> None:
    rows = [part(1, "tillaberi", 10, part="accessible"), part(2, "tillaberi", 20, part="limited_access", area_phase=3), part(3, "tillaberi", 5, part="town")]

    summed = sum_parts(pl.DataFrame(rows))

    assert summed.select("phase3plus", "population", "parts", "part_labels").row(0) == (35, 3000, 3, "accessible; limited_access; town")
    assert summed.select("area_phase", "area_phases").row(0) == (None, [2, 3, 2])


def test_an_identical_row_is_counted_once() -> None:
    summed = sum_parts(pl.DataFrame([part(1, "say", 10), part(2, "say", 10, identical_to=1)], schema_overrides={"identical_to": pl.UInt32}))

    assert summed["phase3plus"].to_list() == [10]


def test_current_and_projected_are_never_summed_together() -> None:
    assert sum_parts(pl.DataFrame([part(1, "say", 10), part(2, "say", 10, kind="current")])).height == 2


def test_area_phase_and_people_are_two_figures_and_the_population_is_the_one_analysed() -> None:
    summed = sum_parts(pl.DataFrame([part(1, "say", 10)]))

    figures = food_security_figures(summed, source="ch-2024", extracted_on=date(2024, 4, 1))

    told = {row["concept"]: (row["value"], row["measure"], row["sector"]) for row in figures.iter_rows(named=True)}
    assert told["phase3plus"] == (10, "people", "FSC")
    assert told["area_phase"] == (2, "phase", "FSC")
    assert told["population_analysed"] == (1000, "people", "FSC")
    assert "population" not in told


def test_a_share_over_one_hundred_percent_is_a_problem() -> None:
    taken = shares(pl.DataFrame({"unit": ["a"], "phase3plus": [12], "population": [10]}), numerator="phase3plus", denominator="population")

    assert taken.frame["share"].to_list() == [None]
    assert [(problem.code, problem.value) for problem in taken.problems] == [("share-over-100", "12")]


def test_the_togo_denominator_leaves_out_a_quarter_of_the_country() -> None:
    covered = analysed_share(pl.DataFrame({"unit": ["tgo"], "value": [6_181_975]}), pl.DataFrame({"unit": ["tgo"], "value": [8_095_498]}))

    assert covered["covered"].item() == pytest.approx(0.764, abs=0.001)


units = st.sampled_from(["a", "b", "c", "d"])
rows = st.lists(
    st.builds(
        Figure, concept=st.just("in_need"), unit=units, sector=st.sampled_from(["WSH", "HEA", "FSC"]), group=st.sampled_from(["all", "idp", "host"]),
        source=st.sampled_from("xy"), status=st.sampled_from(["operational", "press", "estimated"]),
        value=st.one_of(st.none(), st.integers(min_value=0, max_value=10**6)), reference_end=st.just(date(2024, 12, 31)),
    ),
    min_size=1, max_size=20,
)  # fmt: skip


@given(rows)
def test_the_frame_rule_and_the_value_rule_choose_the_same_leader(figures: list[Figure]) -> None:
    led = leading_rows(to_frame(figures))

    for row in led.iter_rows(named=True):
        rivals = [figure for figure in figures if figure.unit == row["unit"] and figure.sector == row["sector"] and figure.group == row["group"]]
        leader = leading(rivals).leader
        assert row["value"] == (leader.value if leader else None)


@given(rows)
def test_the_intersectoral_calculation_lies_between_the_highest_sector_and_the_sum(figures: list[Figure]) -> None:
    tree = pl.DataFrame({"unit": list("abcd"), "parent": ["r"] * 4})
    led = leading_rows(to_frame(figures))
    computed = intersectoral(to_frame(figures), tree)

    for unit in computed.filter(pl.col("unit") != "r")["unit"]:
        own = led.filter(pl.col("unit") == unit)
        assert (own["value"].max() or 0) <= (value_of(computed, unit) or 0) <= own["value"].sum()  # type: ignore[operator]


@given(rows)
def test_the_calculation_does_not_depend_on_the_order(figures: list[Figure]) -> None:
    tree = pl.DataFrame({"unit": list("abcd"), "parent": ["r"] * 4})

    assert intersectoral(to_frame(figures), tree).equals(intersectoral(to_frame(figures[::-1]), tree))


@given(st.lists(st.tuples(units, st.integers(min_value=0, max_value=10**6)), min_size=1, max_size=20))
def test_summing_parts_conserves_people(parts: list[tuple[str, int]]) -> None:
    placed = pl.DataFrame([part(place, unit, people) for place, (unit, people) in enumerate(parts)])

    assert sum_parts(placed)["phase3plus"].sum() == sum(people for _, people in parts)
    assert sum_parts(placed.reverse()).equals(sum_parts(placed))
