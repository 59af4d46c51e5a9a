"""Figures held on the units of one division, read on those of another. People stay whole and the total never changes.

A unit with one whole successor passes its figure on as it is. A unit that was split is shared by weight (area or population):
what comes of it is estimated, and says by which weight. A figure that no crosswalk carries is listed, never dropped.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

READ: dict[str, pl.DataType | type[pl.DataType]] = {
    "unit": pl.String,
    "value": pl.Int64,
    "estimated": pl.Boolean,
    "weight_kind": pl.String,
    "from_units": pl.List(pl.String),
}
LEAST_WEIGHT, MOST_WEIGHT = 0.999, 1.001


@dataclass(frozen=True, slots=True)
class ReadOnDivision:
    """`frame`: unit, value, estimated, weight_kind (whole, area, population, or several), from_units. `left`: what was not carried.

    `left` has unit, value and reason: no-figure, no-crosswalk, or weights-incomplete (they do not add up to 1).
    """

    frame: pl.DataFrame
    left: pl.DataFrame


def read_on_division(
    figures: pl.DataFrame,
    crosswalk: pl.DataFrame,
    *,
    to_division: str,
    weight_kind: str = "population",
    standing: Collection[str] = (),
) -> ReadOnDivision:
    """Read figures (unit, value in whole people) on the units of `to_division`.

    `crosswalk` has the columns of `crosswalks.csv`. `weight_kind` is area or population. `standing` names units that stand in
    `to_division` already: their figures stay where they are. The sum over `frame` and `left` is the sum over `figures`.

    >>> lines = pl.DataFrame({"from_unit": ["old", "old"], "to_unit": ["a", "b"], "to_division": "new", "weight": [0.5, 0.5], "weight_kind": "area"})
    >>> figures = pl.DataFrame({"unit": ["old"], "value": [3]})
    >>> read_on_division(figures, lines, to_division="new", weight_kind="area").frame.select("unit", "value", "estimated").rows()
    [('a', 2, True), ('b', 1, True)]
    """
    numbered = figures.select("unit", pl.col("value").cast(pl.Int64)).with_row_index("figure")
    lines = pl.concat([successors(crosswalk, to_division, weight_kind), unchanged(standing)])
    parts = shares(numbered, lines)
    carried = numbered["figure"].is_in(parts["figure"].unique().implode())
    return ReadOnDivision(gathered(parts), left_over(numbered.filter(~carried), lines))


def successors(crosswalk: pl.DataFrame, to_division: str, weight_kind: str) -> pl.DataFrame:
    """The lines to use: whole ones, and those of the weight asked for. Columns: unit, to_unit, weight, weight_kind."""
    wanted = (pl.col("to_division") == to_division) & pl.col("weight_kind").is_in(["whole", weight_kind])
    return crosswalk.filter(wanted).select(
        pl.col("from_unit").alias("unit"), "to_unit", pl.col("weight").cast(pl.Float64), "weight_kind"
    )


def unchanged(standing: Collection[str]) -> pl.DataFrame:
    """Units that stand in both divisions, each its own whole successor."""
    units = pl.Series("unit", sorted(standing), dtype=pl.String)
    return pl.DataFrame({"unit": units, "to_unit": units}).with_columns(
        pl.lit(1.0).alias("weight"), pl.lit("whole").alias("weight_kind")
    )


def shares(figures: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Each figure cut by largest remainder over the successors of its unit: the parts are whole and add up to the figure."""
    held = lines.unique(["unit", "to_unit"], maintain_order=True).with_columns(
        pl.col("weight").sum().over("unit").alias("whole")
    )
    complete = held.filter(pl.col("whole").is_between(LEAST_WEIGHT, MOST_WEIGHT))
    exact = pl.col("value") * pl.col("weight") / pl.col("whole")
    cut = (
        figures.drop_nulls("value")
        .join(complete, on="unit")
        .with_columns(exact.floor().cast(pl.Int64).alias("part"), (exact - exact.floor()).alias("rest"))
    )
    ordered = cut.sort("figure", -pl.col("rest"), "to_unit")
    missing = pl.col("value").first().over("figure") - pl.col("part").sum().over("figure")
    place = pl.int_range(pl.len()).over("figure")
    return ordered.with_columns((pl.col("part") + (place < missing).cast(pl.Int64)).alias("part"))


def gathered(parts: pl.DataFrame) -> pl.DataFrame:
    """The parts summed on the units that receive them, with where they come from and by which weight."""
    split = pl.col("weight_kind") != "whole"
    return (
        parts.group_by(pl.col("to_unit").alias("unit"))
        .agg(
            pl.col("part").sum().alias("value"),
            split.any().alias("estimated"),
            pl.col("weight_kind").unique().sort().str.join(", ").alias("weight_kind"),
            pl.col("unit").unique().sort().alias("from_units"),
        )
        .sort("unit")
        .select(*READ)
        .cast(pl.Schema(READ))
    )


def left_over(figures: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Figures that were not carried, each with its reason."""
    known = pl.col("unit").is_in(lines["unit"].unique().implode())
    reason = (
        pl.when(pl.col("value").is_null())
        .then(pl.lit("no-figure"))
        .when(known)
        .then(pl.lit("weights-incomplete"))
        .otherwise(pl.lit("no-crosswalk"))
    )
    return figures.select("unit", "value", reason.alias("reason"))
