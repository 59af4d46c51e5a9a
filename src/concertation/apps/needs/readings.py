"""Reading figures on the units of one level and division: as published, else summed from what lies in them, else by crosswalk.

A published figure of the unit itself leads over any sum. A sum says how many of its units have a figure. What a crosswalk
shares out by weight is estimated; it is used only where it reaches a quarter more units than exact readings do, and never
mixed with them, so that nobody is counted twice.
"""

from collections.abc import Mapping, Sequence
from functools import reduce

import polars as pl

from concertation.apps.needs.placing import WAITING
from concertation.apps.needs.terrain import Terrain
from concertation.core.concepts import ALL, CONCEPTS, INTERSECTORAL, PEOPLE_MEASURES
from concertation.core.crosswalks import read_on_division
from concertation.core.figures import FACT, FIGURE_SCHEMA
from concertation.core.needs import leading_intersectoral, leading_rows, roll_up

HELD_SCHEMA: dict[str, pl.DataType] = {**FIGURE_SCHEMA, "figure": pl.String(), "owner_state": pl.String(), "source_title": pl.String()}
READING_SCHEMA: dict[str, pl.DataType] = {
    **FIGURE_SCHEMA,
    "how": pl.String(),
    "weight_kind": pl.String(),
    "held": pl.UInt32(),
    "expected": pl.UInt32(),
    "covered": pl.Float64(),
    "rivals": pl.Int64(),
    "figure": pl.String(),
}
FACT_AND_PERIOD = [*FACT, "reference_start", "reference_end"]
FACT_BUT_UNIT = [name for name in FACT_AND_PERIOD if name != "unit"]
LEAST_COVERAGE = 0.5
"""Share of a State's smallest units that must be covered before a sum stands for the State."""
EXACT_ENOUGH = 0.8
"""Exact readings lead while they reach at least this share of the units that estimates would reach."""
WHOLE = 0.999


def over_states(figures: pl.DataFrame, terrain: Terrain) -> pl.DataFrame:
    """Each State's figure per fact and period: published for the State, else the sum that covers it best, if half is covered.

    Columns in: HELD_SCHEMA. Columns out: READING_SCHEMA, unit = the State's.
    """
    states = terrain.units.filter(pl.col("level") == 0)
    own = published(figures, states)
    settled = own.join(states.select("unit", pl.col("state").alias("owner_state")), on="unit").select("owner_state", *FACT_BUT_UNIT)
    below = figures.join(settled, on=["owner_state", *FACT_BUT_UNIT], how="anti", nulls_equal=True)
    summed = best_sums(below, terrain.inside.filter(pl.col("into_level") == 0))
    return _first_of([own, summed.filter(pl.col("covered") >= LEAST_COVERAGE)])


def on_units(figures: pl.DataFrame, terrain: Terrain, *, state: str, level: int, division: str) -> pl.DataFrame:
    """The figures of one State on the units of a level of a division, for every fact and period held.

    Columns in: HELD_SCHEMA. Columns out: READING_SCHEMA; `how` is published, summed or crosswalk; `covered` is the share (0 to
    1) of the unit that the reading covers. Units without are left out.
    """
    own = figures.filter(pl.col("owner_state") == state)
    if own.is_empty():
        return pl.DataFrame(schema=READING_SCHEMA)
    if level == 0:
        return over_states(own, terrain)
    exact = exact_readings(own, terrain, level=level, division=division)
    others = [each for each in terrain.divisions(state) if each != division]
    shared_out = [shared_readings(own, terrain, level=level, division=division, other=each) for each in others]
    return reduce(_wider, shared_out, exact)


def published(figures: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """The leading published figure per fact and period of these units (column unit); READING_SCHEMA, `how` is published."""
    held = figures.filter(pl.col("value").is_not_null()).join(units.select("unit"), on="unit", how="semi")
    period = pl.concat_str("concept", pl.col("reference_start", "reference_end").cast(pl.String).fill_null(""), separator="|")
    led = leading_rows(held.with_columns(pl.col("concept").alias("_concept"), period)).with_columns(pl.col("_concept").alias("concept"))
    whole = [pl.lit(1).alias(name) for name in ("held", "expected", "covered")]
    return _as_reading(led.with_columns(pl.lit("published").alias("how"), *whole))


def exact_readings(figures: pl.DataFrame, terrain: Terrain, *, level: int, division: str) -> pl.DataFrame:
    """What is published for the units of a division, else the sum of what lies wholly in them, whichever division drew it."""
    own = published(figures, terrain.of_level(level, division))
    into = terrain.inside.filter((pl.col("division") == division) & (pl.col("into_level") == level))
    return _first_of([own, best_sums(figures, into)])


def best_sums(figures: pl.DataFrame, inside: pl.DataFrame) -> pl.DataFrame:
    """Sums into units, each from the one level and division that covers it best; of two alike, the coarser (READING_SCHEMA).

    `inside` has the columns of Terrain.inside. People whose place within the unit is still to be settled are added: they
    surely lie in it.
    """
    origin = ["into", "division", "from_division", "level"]
    lines = inside.with_columns(pl.concat_str([pl.col(name).cast(pl.String) for name in origin], separator="|").alias("parent"))
    sums = [summed for sheet in _adding_up(figures, lines) if (summed := _sum(sheet, lines)).height]
    if not sums:
        return pl.DataFrame(schema=READING_SCHEMA)
    ranked = pl.concat(sums).sort("covered", "level", "_foreign", descending=[True, False, False], maintain_order=True)
    return _as_reading(_with_waiting(ranked.unique(FACT_AND_PERIOD, keep="first", maintain_order=True), figures, inside))


def _sum(figures: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Figures of one concept summed into each `parent`: a unit as seen from one division and level."""
    summed = roll_up(figures, lines.select("unit", "parent"))
    once = figures.select(FACT_AND_PERIOD).unique().join(lines.select("unit", "parent", "leaves", "into_leaves"), on="unit")
    covered = once.group_by("parent", *FACT_BUT_UNIT).agg((pl.col("leaves").sum() / pl.col("into_leaves").first()).alias("covered"))
    told = lines.select("parent", "into", "level", "into_level", (pl.col("from_division") != pl.col("division")).alias("_foreign")).unique("parent")
    renamed = pl.col("level") == pl.col("into_level")
    return (
        summed.rename({"unit": "parent"})
        .join(covered, on=["parent", *FACT_BUT_UNIT], nulls_equal=True)
        .join(told, on="parent")
        .rename({"into": "unit"})
        .with_columns(
            pl.when(renamed).then(pl.lit("crosswalk")).otherwise(pl.lit("summed")).alias("how"),
            pl.when(renamed).then(pl.lit("whole")).alias("weight_kind"), pl.lit(0).alias("rivals"),
        )
    )  # fmt: skip


def _adding_up(figures: pl.DataFrame, source: pl.DataFrame) -> list[pl.DataFrame]:
    held = figures.filter(pl.col("value").is_not_null()).join(source.select("unit").unique(), on="unit", how="semi")
    sheets = held.partition_by("concept", as_dict=True, maintain_order=True)
    return [sheet for (code,), sheet in sheets.items() if code in CONCEPTS and CONCEPTS[str(code)].adds_over_units]


def _with_waiting(sums: pl.DataFrame, figures: pl.DataFrame, inside: pl.DataFrame) -> pl.DataFrame:
    """The sums, with people whose place in the unit waits for an answer."""
    waiting = figures.filter(pl.col("group").str.starts_with(WAITING))
    if waiting.is_empty():
        return sums
    units = inside.select("into").unique()
    holds = pl.concat([inside.select("unit", "into").unique(), units.select(pl.col("into").alias("unit"), "into")])
    more = waiting.join(holds, on="unit").drop("unit").rename({"into": "unit"}).with_columns(pl.lit(ALL).alias("group"))
    added = more.group_by(FACT_AND_PERIOD).agg(pl.col("value").sum().alias("_more"))
    joined = sums.join(added, on=FACT_AND_PERIOD, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.col("value") + pl.col("_more").fill_null(0)).drop("_more")


def shared_readings(figures: pl.DataFrame, terrain: Terrain, *, level: int, division: str, other: str) -> pl.DataFrame:
    """Whole readings of another division shared out over this one by crosswalk: only onto units whose every part has a figure."""
    there = exact_readings(figures, terrain, level=level, division=other).filter(pl.col("covered") >= WHOLE)
    lines = terrain.crosswalks.filter((pl.col("from_division") == other) & (pl.col("to_division") == division))
    common = set(terrain.of_level(level, division)["unit"]) & set(terrain.of_level(level, other)["unit"])
    sheets = [sheet for sheet in there.partition_by(FACT_BUT_UNIT, maintain_order=True) if CONCEPTS[sheet["concept"][0]].adds_over_units]
    shared_out = [_shared_out(sheet, lines, division=division, common=common) for sheet in sheets]
    return pl.concat(shared_out) if shared_out else pl.DataFrame(schema=READING_SCHEMA)


def _shared_out(sheet: pl.DataFrame, lines: pl.DataFrame, *, division: str, common: set[str]) -> pl.DataFrame:
    read = read_on_division(sheet, lines, to_division=division, standing=common).frame
    needed: Mapping[str, set[str]] = {unit: set(froms) for unit, froms in lines.group_by("to_unit").agg(pl.col("from_unit")).iter_rows()}
    whole = [needed.get(unit, {unit}) <= set(froms) for unit, froms in read.select("unit", "from_units").iter_rows()]
    kept = read.filter(pl.Series(whole, dtype=pl.Boolean)).with_columns(pl.col("from_units").list.first().alias("_from"))
    first = sheet.drop("unit", "value", "how", "weight_kind", "figure", "covered").with_columns(sheet["unit"].alias("_from"))
    status = pl.when(pl.col("estimated")).then(pl.lit("estimated")).otherwise("status").alias("status")
    return _as_reading(kept.join(first, on="_from").with_columns(status, pl.lit("crosswalk").alias("how"), pl.lit(1).alias("covered")))


def _wider(exact: pl.DataFrame, shared_out: pl.DataFrame) -> pl.DataFrame:
    """Per fact and period, the exact readings, unless those shared out reach clearly more units."""
    reach = [frame.group_by(FACT_BUT_UNIT).agg(pl.col("covered").sum().alias(name)) for name, frame in (("_exact", exact), ("_shared", shared_out))]
    both = reach[0].join(reach[1], on=FACT_BUT_UNIT, how="full", coalesce=True, nulls_equal=True).fill_null(0)
    wins = pl.col("_exact") >= pl.col("_shared") * EXACT_ENOUGH
    kept = exact.join(both.filter(wins), on=FACT_BUT_UNIT, how="semi", nulls_equal=True)
    return pl.concat([kept, shared_out.join(both.filter(~wins), on=FACT_BUT_UNIT, how="semi", nulls_equal=True)])


def intersectoral_figures(figures: pl.DataFrame, terrain: Terrain, division: str) -> pl.DataFrame:
    """The figures over all sectors of every unit: published where there is one, else the product's calculation.

    Columns in and out: HELD_SCHEMA (a calculation has no figure id). Other concepts than people measures stay as published.
    """
    people = pl.col("concept").is_in(PEOPLE_MEASURES)
    over_all = figures.filter(pl.col("sector") == INTERSECTORAL)
    by_sector = figures.filter(people & (pl.col("sector") != INTERSECTORAL))
    if by_sector.is_empty():
        return over_all
    periods = figures.filter(people).select(list(FIGURE_SCHEMA)).partition_by("reference_start", "reference_end")
    led = pl.concat([leading_intersectoral(sheet, terrain.tree(division)) for sheet in periods])
    made = led.filter(pl.col("status") == "calculation").join(terrain.units.select("unit", pl.col("state").alias("owner_state")), on="unit")
    return pl.concat([over_all, _shaped(made, HELD_SCHEMA)])


def latest(readings: pl.DataFrame) -> pl.DataFrame:
    """Of the readings, only those of the latest period in which any unit has a figure."""
    dated = pl.coalesce("reference_end", "reference_start")
    first = readings.sort(dated, "reference_start", descending=True, nulls_last=True).select("reference_start", "reference_end").head(1)
    return readings.join(first, on=["reference_start", "reference_end"], how="semi", nulls_equal=True)


def _first_of(readings: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Per fact and period, the reading of the first frame that has one."""
    return reduce(_completed, readings)


def _completed(first: pl.DataFrame, then: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([first, then.join(first, on=FACT_AND_PERIOD, how="anti", nulls_equal=True)])


def _as_reading(frame: pl.DataFrame) -> pl.DataFrame:
    return _shaped(frame, READING_SCHEMA)


def _shaped(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.items())
