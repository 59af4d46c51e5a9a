"""Requirement and funding of whole plans as figures of their State, so that the pages of States and the joint picture hold them too.

Plans overlap: only the country's humanitarian plan stands for the whole State. A regional plan, a flash appeal and money outside any
plan keep their own name as group, so that they are neither its rivals nor added to it.
"""

import polars as pl

from concertation.core.concepts import AS_WRITTEN
from concertation.core.figures import FIGURE_SCHEMA
from concertation.core.plan_money import COUNTRY, type_of

COLUMNS = ("state", "year", "plan", "code", "plan_type", "start", "end", "requirement", "funding", "measure", "extracted_on", "source", "status")


def plan_money(plans: pl.DataFrame) -> pl.DataFrame:
    """Requirement and funding of each plan in whole US dollars. Columns in: those of the table `funding_plans`; out: FIGURE_SCHEMA."""
    kinds = [type_of(written) == COUNTRY for written in plans["plan_type"].to_list()]
    own_name = pl.concat_str(pl.lit(AS_WRITTEN), pl.coalesce(pl.concat_str("plan_type", pl.lit(" "), "code"), pl.lit("hors plan")))
    dated = plans.with_columns(
        pl.col("state").str.to_lowercase().alias("unit"), pl.lit("ALL").alias("sector"),
        pl.when(pl.Series(kinds, dtype=pl.Boolean)).then(pl.lit("all")).otherwise(own_name).alias("group"),
        *(pl.lit("all").alias(name) for name in ("sex", "age", "disability")),
        pl.coalesce("start", pl.date("year", 1, 1)).alias("reference_start"), pl.coalesce("end", pl.date("year", 12, 31)).alias("reference_end"),
        pl.coalesce(pl.format("{} ({})", "plan", "code"), pl.lit("Hors plan")).alias("scope"),
        *(pl.lit(None, pl.String).alias(name) for name in ("method", "value_text")),
    )  # fmt: skip
    held = [dated.with_columns(pl.lit(concept).alias("concept"), pl.col(concept).alias("value")) for concept in ("requirement", "funding")]
    return pl.concat(held).filter(pl.col("value").is_not_null()).select(*FIGURE_SCHEMA)


def figures_of(rows: pl.DataFrame, *, source: str) -> pl.DataFrame:
    """The figures of the plan rows of an import (PLAN_SCHEMA, owner, extracted_on) that are one State's: FIGURE_SCHEMA, owner_state, sheet, row, rows_summed."""
    whole = rows.filter((pl.col("level") == "plan") & (pl.col("state") != "") & pl.col("year").is_not_null())
    if whole.is_empty():
        return pl.DataFrame(schema={**FIGURE_SCHEMA, "owner_state": pl.String, "sheet": pl.String, "row": pl.Int64, "rows_summed": pl.String})
    cents = {name: (pl.col(f"{name}_minor") // 100).alias(name) for name in ("requirement", "funding")}
    table = whole.select(
        "state", "year", "plan", "code", pl.col("type_written").alias("plan_type"), "start", "end", *cents.values(), pl.col("currency").alias("measure"), "extracted_on",
        pl.lit(source).alias("source"), pl.lit("operational").alias("status"),
    )  # fmt: skip
    parts = [plan_money(line).with_columns(pl.lit(owner).alias("owner_state"), pl.lit(number, pl.Int64).alias("row")) for line, owner, number in zip(table.iter_slices(1), whole["owner"], whole["row"], strict=True)]
    return pl.concat(parts).with_columns(pl.lit("").alias("sheet"), pl.lit("").alias("rows_summed"))
