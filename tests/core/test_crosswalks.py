"""Reading figures of old units on new ones keeps people whole and loses none."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.crosswalks import read_on_division
from concertation.formats.reference_set import read

LINES = pl.DataFrame(
    {
        "from_unit": ["sahel", "mouhoun", "mouhoun", "mouhoun", "mouhoun"],
        "to_unit": ["liptako", "bankui", "sourou", "bankui", "sourou"],
        "to_division": ["new"] * 5,
        "weight": [1.0, 0.6, 0.4, 0.75, 0.25],
        "weight_kind": ["whole", "population", "population", "area", "area"],
    }
)


def figures(**values: int | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"unit": list(values), "value": list(values.values())}, schema={"unit": pl.String, "value": pl.Int64}
    )


def test_a_whole_successor_takes_the_figure_as_it_is_and_is_not_estimated():
    answer = read_on_division(figures(sahel=1_203_873), LINES, to_division="new").frame

    assert answer.to_dicts() == [
        {"unit": "liptako", "value": 1_203_873, "estimated": False, "weight_kind": "whole", "from_units": ["sahel"]}
    ]


def test_a_split_unit_is_shared_by_the_weight_asked_for_and_says_which():
    by_people = read_on_division(figures(mouhoun=1001), LINES, to_division="new").frame
    by_area = read_on_division(figures(mouhoun=1001), LINES, to_division="new", weight_kind="area").frame

    assert by_people.select("unit", "value", "estimated", "weight_kind").rows() == [
        ("bankui", 601, True, "population"),
        ("sourou", 400, True, "population"),
    ]
    assert by_area.select("unit", "value", "weight_kind").rows() == [("bankui", 751, "area"), ("sourou", 250, "area")]


def test_what_no_crosswalk_carries_is_listed_and_a_missing_figure_stays_missing():
    answer = read_on_division(figures(sahel=None, elsewhere=12), LINES, to_division="new")

    assert answer.frame.is_empty()
    assert answer.left.rows() == [("sahel", None, "no-figure"), ("elsewhere", 12, "no-crosswalk")]


def test_weights_that_do_not_add_up_carry_nothing():
    holed = LINES.filter(pl.col("to_unit") != "sourou")

    answer = read_on_division(figures(mouhoun=10), holed, to_division="new")

    assert answer.frame.is_empty()
    assert answer.left.rows() == [("mouhoun", 10, "weights-incomplete")]


def test_a_unit_that_stands_in_both_divisions_keeps_its_figure():
    answer = read_on_division(figures(bamako=5), LINES, to_division="new", standing=["bamako"])

    assert answer.frame.select("unit", "value", "estimated").rows() == [("bamako", 5, False)]


@given(
    values=st.lists(st.one_of(st.none(), st.integers(0, 30_000_000)), min_size=1, max_size=6),
    cuts=st.lists(st.lists(st.integers(1, 1000), min_size=1, max_size=7), min_size=1, max_size=6),
)
def test_people_are_whole_and_the_total_never_changes(values, cuts):
    lines = pl.DataFrame(
        [
            (f"old{at}", f"new{to}", "new", weight / sum(cut), "whole" if len(cut) == 1 else "population")
            for at, cut in enumerate(cuts)
            for to, weight in enumerate(cut)
        ],
        schema=["from_unit", "to_unit", "to_division", "weight", "weight_kind"],
        orient="row",
    )
    held = figures(**{f"old{at}": value for at, value in enumerate(values)})

    answer = read_on_division(held, lines, to_division="new")

    assert answer.frame["value"].sum() + answer.left["value"].sum() == held["value"].sum()
    assert answer.frame["value"].min() is None or answer.frame["value"].min() >= 0


def test_the_reference_crosswalks_carry_every_region_of_burkina_faso_and_mali():
    units, parents = read("units"), read("unit_parents")
    for state, old, new in (("BFA", "bfa-2001", "bfa-2025"), ("MLI", "mli-1991", "mli-2023")):
        stands = parents.filter(pl.col("division") == new)["unit"]
        regions = units.filter((pl.col("state") == state) & (pl.col("level") == 1))["unit"]
        of_old = parents.filter(pl.col("division") == old)["unit"]
        held = pl.DataFrame({"unit": [unit for unit in regions if unit in set(of_old)]}).with_columns(
            pl.lit(1_000_003).alias("value")
        )

        answer = read_on_division(
            held, read("crosswalks"), to_division=new, standing=[unit for unit in held["unit"] if unit in set(stands)]
        )

        assert answer.left.is_empty()
        assert answer.frame["value"].sum() == held["value"].sum()
        assert set(answer.frame["unit"]) <= set(stands)
