"""Written figures given their place: rows of each State through the gazetteer, parts of one unit summed, doubts set apart.

A figure whose place is in doubt is held at the nearest sure ancestor as a fact of its own, "place to be settled": it is no
figure of that ancestor, but counts in the sums of what surely holds it. It moves to its place with a person's answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from concertation.core.concepts import AS_WRITTEN
from concertation.core.figures import FACT, FIGURE_SCHEMA, WRITTEN_PLACE_SCHEMA, counted_method
from concertation.core.needs import food_security_figures, sum_parts
from concertation.core.place_rows import Doubt, Noticed, place_rows
from concertation.core.places import Gazetteer

STORED_SCHEMA: dict[str, pl.DataType] = {
    **FIGURE_SCHEMA, "owner_state": pl.String(), "sheet": pl.String(), "row": pl.UInt32(), "rows_summed": pl.String(),
}
SURE = ("exact", "repaired", "none_given")
HOWS = ("exact", "repaired", "doubtful", "unknown", "none_given")
SEVERAL = 2
WAITING = f"{AS_WRITTEN}lieu à préciser : "
LABEL = "\x1f"
LONGEST_GROUP = 100
ONE_FIGURE = [*FACT, "owner_state", "reference_start", "reference_end", "source", "scope", "status"]


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """`rows`: one line per row of the file with `unit`, `waiting` and `how`; the doubts and problems of placing.

    Where a place is in doubt, `waiting` is what was written of it and `unit` the nearest sure ancestor; else `waiting` is null.
    """

    rows: pl.DataFrame
    doubts: tuple[Doubt, ...]
    noticed: tuple[Noticed, ...]

    def counts(self) -> dict[str, int]:
        """Rows by how their finest named place was found."""
        found = dict(self.rows["how"].value_counts().iter_rows())
        return {how: int(found.get(how, 0)) for how in HOWS}


def place_file(rows: pl.DataFrame, gazetteer: Gazetteer, *, at_level: int | None = None) -> PlacedFile:
    """Place rows of any States (`state`, ISO3); with `at_level`, places finer than that count for their ancestor there.

    Columns in: those of WRITTEN_PLACE_SCHEMA and any other. Columns added: unit, waiting, how. A row that names several
    places is in doubt, since people are not shared out.
    """
    sheets = rows.partition_by("state", as_dict=True, maintain_order=True)
    placed = [place_rows(gazetteer, sheet, str(state)) for (state,), sheet in sheets.items()]
    frames = [_settled(each.frame, gazetteer, at_level).select(*rows.columns, "unit", "waiting", "how") for each in placed]
    none = [pl.lit(None, pl.String).alias(name) for name in ("unit", "waiting", "how")]
    return PlacedFile(
        pl.concat(frames).sort("row", maintain_order=True) if frames else rows.clear().with_columns(none),
        tuple(doubt for each in placed for doubt in each.doubts),
        tuple(noticed for each in placed for noticed in each.noticed),
    )


def _settled(frame: pl.DataFrame, gazetteer: Gazetteer, at_level: int | None) -> pl.DataFrame:
    lifted = {unit: _at_most(gazetteer, unit, at_level) for unit in frame["unit"].drop_nulls().unique().to_list()}
    sure = pl.col("how").is_in(SURE) & (pl.col("units").list.len() < SEVERAL)
    written = pl.concat_str([pl.col(f"adm{level}_name") for level in (1, 2, 3)], separator=" / ", ignore_nulls=True)
    return frame.with_columns(
        pl.col("unit").replace_strict(lifted, default=None, return_dtype=pl.String), pl.when(~sure).then(written).alias("waiting"),
    )


def _at_most(gazetteer: Gazetteer, unit: str, level: int | None) -> str:
    line = (unit, *gazetteer.ancestors(unit))
    return next(each for each in line if level is None or gazetteer.hierarchy.level(each) <= level)


def with_waiting(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures whose `unit` still carries what waits for an answer: that goes to the group, as written."""
    parts = pl.col("unit").str.split_exact(LABEL, 1)
    waiting = parts.struct.field("field_1")
    return figures.with_columns(
        parts.struct.field("field_0").alias("unit"),
        pl.when(waiting.is_not_null()).then((pl.lit(WAITING) + waiting).str.slice(0, LONGEST_GROUP)).otherwise("group").alias("group"),
    )


def _labelled(placed: pl.DataFrame) -> pl.DataFrame:
    """Rows in doubt are kept apart from those of the ancestor that holds them."""
    return placed.with_columns(pl.concat_str(["unit", "waiting"], separator=LABEL, ignore_nulls=True).alias("unit"))


def figures_of_food_security(placed: pl.DataFrame, *, source: str) -> pl.DataFrame:
    """Placed Cadre Harmonisé rows as figures to store (STORED_SCHEMA): the parts of one unit are one figure."""
    labelled = _labelled(placed)
    made = food_security_figures(sum_parts(labelled), source=source, extracted_on=None)
    distinct = labelled.filter(pl.col("identical_to").is_null())
    key = ["unit", "scope", "reference_start", "reference_end"]
    rows = distinct.rename({"kind": "scope"}).group_by(key).agg(pl.col("state").first().alias("owner_state"), *_rows_of())
    joined = made.join(rows, on=key, how="left", nulls_equal=True, maintain_order="left")
    return _shaped(with_waiting(joined), sheet="DataList")


def figures_of_rows(written: pl.DataFrame, placed: pl.DataFrame, *, sheet: str | None) -> pl.DataFrame:
    """Written figures on the unit of their row (STORED_SCHEMA), each row its own figure."""
    units = _labelled(placed).select("row", "unit", pl.col("state").alias("owner_state"))
    joined = written.join(units, on="row", how="inner", maintain_order="left")
    return _shaped(with_waiting(joined.with_columns(pl.col("row").cast(pl.String).alias("rows_summed"))), sheet=sheet)


def summed_by_unit(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures of several rows of one unit added into one, with how many parts (STORED_SCHEMA in and out)."""
    held = pl.col("value").is_not_null().sum()
    parts = figures.group_by(ONE_FIGURE, maintain_order=True).agg(
        pl.when(held > 0).then(pl.col("value").sum()).alias("value"), held.alias("_held"), pl.len().alias("_parts"),
        pl.col("method").first(), pl.col("value_text").first(), pl.col("extracted_on").min(), pl.col("sheet").first(), *_rows_of(),
    )  # fmt: skip
    counted = [counted_method("sum-of-parts", held, parts) if parts > 1 else method for held, parts, method in parts.select("_held", "_parts", "method").iter_rows()]
    return _shaped(parts.with_columns(pl.Series("method", counted, dtype=pl.String)), sheet=None)


def place_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """One line per row of the file: its number and what it writes of its place."""
    missing = [pl.lit(None, kind).alias(name) for name, kind in WRITTEN_PLACE_SCHEMA.items() if name not in frame.columns]
    return frame.with_columns(missing).select(list(WRITTEN_PLACE_SCHEMA)).unique("row", keep="first", maintain_order=True)


def _rows_of() -> Sequence[pl.Expr]:
    rows = pl.col("row").unique().sort()
    return (pl.col("row").min().alias("row"), rows.cast(pl.String).str.join(", ").alias("rows_summed"))


def _shaped(frame: pl.DataFrame, *, sheet: str | None) -> pl.DataFrame:
    named = frame if "sheet" in frame.columns else frame.with_columns(pl.lit(sheet, pl.String).alias("sheet"))
    return named.select(pl.col(name).cast(kind) for name, kind in STORED_SCHEMA.items())
