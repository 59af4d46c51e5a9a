"""Presence, need and silence side by side, and the laws their arithmetic keeps."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.picture import (
    CALENDAR,
    ancestry,
    as_of,
    coverage,
    crowding,
    disagreements,
    ending_soon,
    grounds,
    joint,
    links,
    open_to_all,
    outside,
    people_gaps,
    presence,
    restricted_only,
    silence,
    with_parent_sectors,
)  # fmt: skip

UNITS = pl.DataFrame({"unit": ["s", "r", "q", "a", "b", "c"], "level": [0, 1, 1, 2, 2, 2]})
PARENTS = pl.DataFrame({"unit": ["r", "q", "a", "b", "c"], "parent": ["s", "s", "r", "r", "q"]})
TREE = ancestry(UNITS, PARENTS)
SECTORS = pl.DataFrame({"sector": ["HEA", "PRO", "PRO-GBV"], "parent": [None, None, "PRO"], "restricted": [False, True, True]})
ROW = {"record": pl.Int64, "units": pl.List(pl.Utf8), "sector": pl.Utf8, "organisation": pl.Utf8, "identical_to": pl.Int64}


def placed(*rows: tuple[int, list[str], str | None, str | None, int | None]) -> pl.DataFrame:
    """Activities: record, units, sector, organisation, identical_to."""
    return pl.DataFrame(rows, schema=ROW, orient="row")


def seen(counted: pl.DataFrame, unit: str, sector: str) -> tuple[int, ...]:
    """organisations, activities, no_finer of one unit and sector; zeros where there is no line."""
    found = counted.filter(unit=unit, sector=sector).select("organisations", "activities", "no_finer")
    return found.row(0) if found.height else (0, 0, 0)


def test_an_activity_of_a_commune_counts_for_its_region_and_its_state() -> None:
    counted = presence(links(placed((1, ["a"], "HEA", "x", None))), TREE)

    assert [seen(counted, unit, "HEA") for unit in "arsb"] == [(1, 1, 1), (1, 1, 0), (1, 1, 0), (0, 0, 0)]


def test_an_activity_placed_at_its_region_is_said_to_be_placed_no_finer() -> None:
    counted = presence(links(placed((1, ["r"], "HEA", "x", None), (2, ["a"], "HEA", "x", None))), TREE)

    assert seen(counted, "r", "HEA") == (1, 2, 1)
    assert seen(counted, "a", "HEA") == (1, 1, 1)


def test_an_activity_in_several_communes_counts_once_where_they_meet() -> None:
    counted = presence(links(placed((1, ["a", "b"], "HEA", "x", None), (2, ["a", "c"], "HEA", "y", None))), TREE)

    assert [seen(counted, unit, "HEA")[1] for unit in "abcrqs"] == [2, 1, 1, 2, 1, 2]


def test_an_organisation_in_two_sectors_is_one_organisation_in_all_of_them() -> None:
    counted = presence(links(placed((1, ["a"], "HEA", "x", None), (2, ["b"], "NUT", "x", None), (3, ["b"], None, None, None))), TREE)

    assert seen(counted, "r", "ALL") == (1, 3, 0)
    assert seen(counted, "r", "HEA") == (1, 1, 0)


def test_units_of_another_division_are_counted_nowhere_and_can_be_said() -> None:
    linked = links(placed((1, ["elsewhere"], "HEA", "x", None), (2, ["a"], "HEA", "x", None)))

    assert seen(presence(linked, TREE), "s", "ALL") == (1, 1, 0)
    assert outside(linked, TREE)["record"].to_list() == [1]


def test_child_protection_counts_under_protection_too() -> None:
    counted = presence(with_parent_sectors(links(placed((1, ["a"], "PRO-GBV", "x", None))), SECTORS), TREE)

    assert (seen(counted, "a", "PRO"), seen(counted, "a", "PRO-GBV"), seen(counted, "a", "ALL")) == ((1, 1, 1),) * 3


def test_restricted_sectors_leave_no_trace_in_any_total() -> None:
    linked = links(placed((1, ["a"], "HEA", "x", None), (2, ["a"], "PRO", "y", None), (3, ["a"], None, "z", None)))

    assert seen(presence(open_to_all(linked, SECTORS), TREE), "s", "ALL") == (1, 1, 0)
    assert restricted_only(linked, SECTORS)["record"].to_list() == [2]


def test_no_activity_is_no_line() -> None:
    assert presence(links(placed()), TREE).is_empty()


ACTIVITIES = st.lists(
    st.tuples(st.lists(st.sampled_from(["s", "r", "q", "a", "b", "c"]), min_size=1, max_size=3, unique=True), st.sampled_from(["HEA", "NUT", None]), st.sampled_from(["x", "y", "z", None])),
    max_size=14,
)


@given(ACTIVITIES)
def test_counts_are_those_of_sets_and_the_order_of_rows_does_not_matter(drawn: list[tuple[list[str], str | None, str | None]]) -> None:
    rows = [(number, units, sector, actor, None) for number, (units, sector, actor) in enumerate(drawn)]
    mixed = sorted(rows, key=lambda row: (row[0] * 7919) % 13)
    counted = presence(links(placed(*rows)), TREE)

    assert counted.equals(presence(links(placed(*mixed)), TREE))
    for unit, level in UNITS.iter_rows():
        under = set(TREE.filter(at=unit)["unit"])
        for sector in ("HEA", "NUT", "ALL"):
            inside = [row for row in rows if under & set(row[1]) and sector in (row[2], "ALL")]
            expected = (len({row[3] for row in inside if row[3]}), len(inside), sum(unit in row[1] for row in inside))
            assert seen(counted, unit, sector) == expected, (unit, level, sector)


@given(ACTIVITIES)
def test_identical_rows_do_not_change_any_count(drawn: list[tuple[list[str], str | None, str | None]]) -> None:
    rows = [(number, units, sector, actor, None) for number, (units, sector, actor) in enumerate(drawn)]
    again = [(number + 100, units, sector, actor, number) for number, units, sector, actor, _ in rows]

    assert presence(links(placed(*rows, *again)), TREE).equals(presence(links(placed(*rows)), TREE))


def dated(start: date | None, end: date | None, status: str | None = None) -> pl.DataFrame:
    return pl.DataFrame({"start": [start], "end": [end], "status": [status]}, schema={"start": pl.Date, "end": pl.Date, "status": pl.Utf8})


@pytest.mark.parametrize(("start", "end", "status", "standing"), [
    (date(2022, 1, 1), date(2022, 12, 31), None, "ongoing"), (date(2021, 1, 1), date(2022, 3, 14), None, "ended"), (date(2022, 3, 16), None, None, "not_started"),
    (None, None, None, "unknown"), (None, None, "ongoing", "unknown"), (None, None, "completed", "ended"), (date(2022, 1, 1), None, "ongoing", "unknown"),
    (None, date(2022, 12, 31), "planned", "not_started"), (date(2022, 3, 15), date(2022, 3, 15), None, "ongoing"),
])  # fmt: skip
def test_an_activity_stands_on_a_day_by_its_dates_and_says_when_they_do_not_tell(start: date | None, end: date | None, status: str | None, standing: str) -> None:
    assert as_of(dated(start, end, status), date(2022, 3, 15))["standing"].to_list() == [standing]


def test_activities_ending_within_sixty_days_come_nearest_first() -> None:
    ends = [date(2022, 5, 14), date(2022, 5, 15), date(2022, 3, 20), date(2022, 3, 1)]
    frame = pl.concat([dated(date(2021, 1, 1), end) for end in ends])

    assert ending_soon(frame, date(2022, 3, 15)).select("end", "days_left").rows() == [(date(2022, 3, 20), 5), (date(2022, 5, 14), 60)]


def cells(*rows: tuple[str, int | None, int | None, int | None], sector: str = "WSH") -> pl.DataFrame:
    """Need of everyone in one sector: unit, in_need, targeted, reached."""
    frame = pl.DataFrame(rows, schema={"unit": pl.Utf8, "in_need": pl.Int64, "targeted": pl.Int64, "reached": pl.Int64}, orient="row")
    return frame.with_columns(sector=pl.lit(sector), group=pl.lit("all"), sex=pl.lit("all"), age=pl.lit("all"), disability=pl.lit("all"))


def test_over_reach_in_one_place_never_hides_a_gap_in_another() -> None:
    held = people_gaps(cells(("a", 900, 500, 100), ("b", 100, 100, 400)), TREE).filter(unit="r").row(0, named=True)

    assert (held["need_not_targeted"], held["target_not_reached"]) == (400, 400)


def test_a_reach_nobody_holds_is_null_and_not_a_gap() -> None:
    held = people_gaps(cells(("a", 900, 500, None), ("b", 100, 100, None)), TREE).filter(unit="s").row(0, named=True)

    assert (held["need_not_targeted"], held["target_not_reached"], held["reached"], held["reached_held"]) == (400, None, None, 0)


def test_sectors_are_never_added() -> None:
    held = people_gaps(pl.concat([cells(("a", 900, 0, 0)), cells(("a", 700, 0, 0), sector="HEA")]), TREE)

    assert held.filter(unit="s").select("sector", "in_need").sort("sector").rows() == [("HEA", 700), ("WSH", 900)]


def test_a_unit_counted_with_what_lies_within_it_is_a_broken_promise() -> None:
    with pytest.raises(ValueError, match="r and a unit within it"):
        people_gaps(cells(("r", 900, 0, 0), ("a", 100, 0, 0)), TREE)


PEOPLE = st.one_of(st.none(), st.integers(0, 10_000))


@given(st.lists(st.tuples(st.sampled_from("abc"), PEOPLE, PEOPLE, PEOPLE), unique_by=lambda row: row[0], min_size=1))
def test_gaps_add_up_over_the_units_within(rows: list[tuple[str, int | None, int | None, int | None]]) -> None:
    held = people_gaps(cells(*rows), TREE)

    for gap in ("need_not_targeted", "target_not_reached"):
        for parent, children in (("s", ("r", "q")), ("r", ("a", "b")), ("q", ("c",))):
            parts = held.filter(pl.col("unit").is_in(children))[gap].drop_nulls()
            whole = held.filter(unit=parent)[gap].to_list()
            assert whole in ([], [parts.sum() if len(parts) else None])


def test_need_and_presence_stand_side_by_side_with_null_where_no_figure_is_held() -> None:
    present = presence(links(placed((1, ["a"], "WSH", "x", None))), TREE)

    beside = joint(people_gaps(cells(("a", 900, 500, None)), TREE), present, ["a", "b"], sector="WSH")

    assert beside.select("unit", "in_need", "organisations").rows() == [("a", 900, 1), ("b", None, 0)]


REPORTS = pl.DataFrame(
    [("NER", None, date(2022, 1, 1), date(2022, 1, 31), 12), ("NER", "HEA", date(2022, 2, 1), date(2022, 2, 28), 5), ("MLI", "NUT", date(2022, 1, 1), date(2022, 3, 31), 3)],
    schema={"state": pl.Utf8, "sector": pl.Utf8, "period_start": pl.Date, "period_end": pl.Date, "organisations": pl.Int64},
    orient="row",
)


@pytest.mark.parametrize(("state", "sector", "start", "end", "verdict", "reporting"), [
    ("NER", "HEA", date(2022, 1, 1), date(2022, 2, 28), "none_declared", 12), ("NER", "NUT", date(2022, 1, 5), date(2022, 1, 20), "none_declared", 12),
    ("NER", "NUT", date(2022, 1, 5), date(2022, 2, 20), "no_report", None), ("MLI", "HEA", date(2022, 1, 5), date(2022, 1, 20), "no_report", None),
    ("NER", "HEA", date(2022, 1, 1), date(2022, 3, 1), "no_report", None),
])  # fmt: skip
def test_no_activity_declared_is_only_said_under_a_report_that_covers(state: str, sector: str, start: date, end: date, verdict: str, reporting: int | None) -> None:
    asked = pl.DataFrame({"state": [state], "unit": ["b"], "sector": [sector]})
    present = presence(links(placed((1, ["a"], "HEA", "x", None))), TREE)

    told = silence(asked, present, REPORTS, start=start, end=end)

    assert told.select("verdict", "reporting", "activities").row(0) == (verdict, reporting, 0)


def test_a_declared_activity_is_declared_whatever_the_reports() -> None:
    asked = pl.DataFrame({"state": ["TGO"], "unit": ["a"], "sector": ["HEA"]})
    present = presence(links(placed((1, ["a"], "HEA", "x", None))), TREE)

    assert silence(asked, present, REPORTS, start=date(2022, 1, 1), end=date(2022, 1, 31))["verdict"].to_list() == ["declared"]


def calendar(*rows: tuple[str, str | None, date, date, bool, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CALENDAR, orient="row")


def verdict_of(held: pl.DataFrame, sector: str, start: date, end: date) -> str:
    asked = pl.DataFrame({"state": ["NER"], "unit": ["b"], "sector": [sector]})
    present = presence(links(placed((1, ["a"], "HEA", "x", None))), TREE)
    return str(silence(asked, present, grounds(REPORTS, held), start=start, end=end)["verdict"][0])


def test_a_report_outside_the_calendar_says_nothing_of_absence() -> None:
    january = ("NER", None, date(2022, 1, 1), date(2022, 1, 31), False, 12)

    assert verdict_of(calendar(january), "NUT", date(2022, 1, 1), date(2022, 1, 31)) == "none_declared"
    assert verdict_of(calendar(january), "HEA", date(2022, 1, 1), date(2022, 2, 28)) == "no_report"
    assert verdict_of(calendar(), "NUT", date(2022, 1, 1), date(2022, 1, 31)) == "no_report"


def test_a_closed_period_says_absence_without_a_report_and_an_open_one_does_not() -> None:
    march = (date(2022, 3, 1), date(2022, 3, 31))

    assert verdict_of(calendar(("NER", "EDU", *march, True, 0)), "EDU", *march) == "none_declared"
    assert verdict_of(calendar(("NER", "EDU", *march, True, 0)), "NUT", *march) == "no_report"
    assert verdict_of(calendar(("NER", "EDU", *march, False, 4)), "EDU", *march) == "no_report"


@given(st.lists(st.tuples(st.sampled_from(["HEA", "NUT", None]), st.integers(0, 80), st.integers(0, 40), st.booleans()), max_size=5), st.integers(0, 90))
def test_absence_is_never_said_of_a_day_that_no_period_of_the_calendar_covers(drawn: list[tuple[str | None, int, int, bool]], any_day: int) -> None:
    first = date(2022, 1, 1)
    held = [(sector, first + timedelta(days=at), first + timedelta(days=at + length), closed) for sector, at, length, closed in drawn]
    frame = calendar(*[("NER", sector, start, end, closed, 1) for sector, start, end, closed in held])

    for day in {first + timedelta(days=any_day), *(day for _, start, end, _ in held for day in (start - timedelta(days=1), end + timedelta(days=1)))}:
        covered = any(sector in ("HEA", None) and start <= day <= end for sector, start, end, _ in held)
        assert covered or verdict_of(frame, "HEA", day, day) == "no_report"


def test_many_organisations_for_small_need_are_crowding() -> None:
    beside = pl.DataFrame({"unit": ["a", "b", "c"], "in_need": [1_000, 90_000, None], "organisations": [10, 5, 9]})

    crowded = crowding(beside)

    assert crowded.select("unit", "people_per_organisation").rows() == [("a", 100.0)]
    assert crowded["overall"][0] == pytest.approx(91_000 / 15)


def test_coverage_counts_what_was_not_said_on_a_line_of_its_own() -> None:
    linked = links(placed((1, ["a", "b"], "HEA", "x", None), (2, ["a"], None, "y", None)))

    assert coverage(linked, by="sector").rows() == [(None, 1, 1, 0.5), ("HEA", 1, 1, 0.5)]


def test_sources_that_lie_apart_by_more_than_the_share_are_listed_and_none_is_chosen() -> None:
    figures = pl.DataFrame({"unit": ["s", "s", "r", "r"], "value": [6_400_000, 4_800_000, 100, 98], "source": ["plan", "press", "plan", "press"]})

    apart = disagreements(figures, share=0.1, same=["unit"])

    assert apart.rows() == [("s", 4_800_000, 6_400_000, 0.25, ["plan", "press"])]
