"""Reached is not additive over activities, months or partners: services delivered and people reached are two labelled values.

Services delivered add up. People reached in one place, sector and group are at most as many as the largest activity says, since
others may have served the same people; groups are different people and are added, and the maximum is summed over places. A number repeated on the rows of one project is
neither, and is left out of both.
"""

import polars as pl

from concertation.core.concepts import INTERSECTORAL


def reach(linked: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Services and people reached per unit, at every level, per sector and for all sectors (the largest sector of each place).

    Columns in: record, unit, sector, group, reached (people, null when not held), repeated_number; tree: an `ancestry`.
    Columns out: unit, sector, services, reached; only where some activity holds a number.

    >>> rows = pl.DataFrame({"record": ["1", "2"], "unit": ["a", "a"], "sector": ["WSH", "WSH"], "group": ["all", "all"],
    ...     "reached": [100, 250], "repeated_number": [False, False]})
    >>> tree = pl.DataFrame({"unit": ["a"], "at": ["a"], "level": [2]})
    >>> reach(rows, tree).filter(sector="WSH").row(0)
    ('a', 'WSH', 350, 250)
    """
    single = pl.col("record").is_unique()
    told = linked.filter(pl.col("reached").is_not_null() & ~pl.col("repeated_number") & single)
    cells = told.group_by("unit", "sector", "group").agg(services=pl.col("reached").sum(), reached=pl.col("reached").max())
    everyone, of_groups = pl.col("reached").filter(pl.col("group") == "all"), pl.col("reached").filter(pl.col("group") != "all")
    people = pl.max_horizontal(everyone.sum(), of_groups.sum()).alias("reached")
    per_sector = cells.group_by("unit", "sector").agg(pl.col("services").sum(), people)
    whole = per_sector.group_by("unit").agg(pl.col("services").sum(), pl.col("reached").max()).with_columns(sector=pl.lit(INTERSECTORAL))
    both = pl.concat([per_sector, whole.select(per_sector.columns)]).join(tree, on="unit")
    summed = both.group_by("at", "sector").agg(pl.col("services").sum(), pl.col("reached").sum())
    return summed.rename({"at": "unit"}).select("unit", "sector", "services", "reached").sort("unit", "sector")
