"""What lies in what, across divisions: a unit lies in another when all its smallest units do, whichever division drew it.

So an old province is known to lie in a new region, and a figure on it counts there exactly. The smallest units are those
that nothing is below of.
"""

from dataclasses import dataclass

import polars as pl

FINEST = 3


@dataclass(frozen=True, slots=True)
class Terrain:
    """The units of all States over time.

    `units`: unit, state, level. `standing`: unit, level, division, leaves (how many smallest units it has there). `inside`:
    unit, level, from_division, leaves, into, into_level, division, into_leaves; one line per unit and unit that holds it.
    """

    units: pl.DataFrame
    standing: pl.DataFrame
    inside: pl.DataFrame
    crosswalks: pl.DataFrame

    @classmethod
    def of(cls, units: pl.DataFrame, parents: pl.DataFrame, crosswalks: pl.DataFrame) -> "Terrain":
        """Build from `units` (unit, state, level), `unit_parents` (unit, division, parent) and `crosswalks` of the reference set."""
        below = _smallest_below(parents)
        standing = below.group_by("unit", "division").agg(pl.len().alias("leaves")).join(units.select("unit", "level"), on="unit")
        split = crosswalks.filter(pl.col("weight_kind") != "whole").select(unit="from_unit", from_division="from_division").unique()
        renamed_or_finer = _inside(below, standing).join(split.with_columns(pl.lit(value=True).alias("_split")), on=["unit", "from_division"], how="left")
        kept = renamed_or_finer.filter((pl.col("level") > pl.col("into_level")) | pl.col("_split").is_null()).drop("_split")
        return cls(units, standing.select("unit", "level", "division", "leaves"), kept, crosswalks)

    def of_level(self, level: int, division: str) -> pl.DataFrame:
        """The units of one level that stand in a division; column unit."""
        return self.standing.filter((pl.col("division") == division) & (pl.col("level") == level)).select("unit")

    def divisions(self, state: str) -> list[str]:
        """The divisions in which units of a State stand."""
        own = self.units.filter((pl.col("state") == state) & (pl.col("level") == 1))
        return self.standing.join(own.select("unit"), on="unit", how="semi")["division"].unique().sort().to_list()

    def tree(self, division: str) -> pl.DataFrame:
        """Unit and parent in a division, one level apart."""
        here = (pl.col("division") == division) & (pl.col("from_division") == division)
        return self.inside.filter(here & (pl.col("level") == pl.col("into_level") + 1)).select("unit", pl.col("into").alias("parent"))


def _smallest_below(parents: pl.DataFrame) -> pl.DataFrame:
    """Every unit with each of the smallest units below it, itself where nothing is below: unit, division, leaf."""
    lines = parents.select("unit", "division", "parent")
    leaves = lines.filter(~pl.col("unit").is_in(lines["parent"].unique().implode()))
    steps = [leaves.select("unit", "division", pl.col("unit").alias("leaf"))]
    up = lines.rename({"parent": "above"})
    for _ in range(FINEST):
        steps.append(steps[-1].join(up, on=["unit", "division"]).select(pl.col("above").alias("unit"), "division", "leaf"))
    return pl.concat(steps).unique()


def _inside(below: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    levels = standing.select("unit", "level").unique()
    into = below.rename({"unit": "into"}).join(levels.rename({"unit": "into", "level": "into_level"}), on="into")
    into_leaves = standing.select(pl.col("unit").alias("into"), "division", pl.col("leaves").alias("into_leaves"))
    shared = (
        below.rename({"division": "from_division"})
        .join(levels, on="unit")
        .join(into.filter(pl.col("into_level") < FINEST), on="leaf")
        .filter((pl.col("level") >= pl.col("into_level")) & (pl.col("unit") != pl.col("into")))
        .group_by("unit", "level", "from_division", "into", "into_level", "division")
        .agg(pl.len().alias("shared"))
    )
    whole = shared.join(standing.select("unit", pl.col("division").alias("from_division"), "leaves"), on=["unit", "from_division"])
    return whole.filter(pl.col("shared") == pl.col("leaves")).drop("shared").join(into_leaves, on=["into", "division"])
