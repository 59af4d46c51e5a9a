"""People in need, by place, sector and group: which figure leads, what is added, and what never is.

Two gaps are kept apart: need that no plan targets, and targets not reached; each is None where its measure is not held.
Sectors are never added: the published intersectoral figure leads, and otherwise the highest sector is taken per finest
unit and group, then summed over places, and called a calculation of the product (after JIAF 2.0). Each sum says how many
of its units have a figure. The population a share is taken of stays beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from concertation.core.concepts import (
    ALL,
    AS_WRITTEN,
    HOST,
    INTERSECTORAL,
    PEOPLE_MEASURES,
    PHASES,
    STATUSES,
    must_add_over_units,
    one_concept,
)
from concertation.core.figures import FACT, FIGURE_SCHEMA, counted_method
from concertation.core.problems import Cell, Problem

CELL = ("unit", "sector", "group", "sex", "age", "disability")
GAPS = ("need_not_targeted", "target_not_reached")
FOOD_SECURITY_PEOPLE = ("population", *PHASES, "phase3plus")
SETTLED = ~(pl.col("group").str.starts_with(AS_WRITTEN) | pl.col("age").str.starts_with(AS_WRITTEN))
WHOLE_PEOPLE = (pl.col("sex") == ALL) & (pl.col("age") == ALL) & (pl.col("disability") == ALL)


def leading_rows(figures: pl.DataFrame) -> pl.DataFrame:
    """One row per fact: the figure that leads by the stated rule (see `figures.leading`), and `rivals`, how many others there are.

    Columns in: FIGURE_SCHEMA. Columns out: the same, and rivals (other rows of the fact with a value).
    """
    order = pl.col("status").replace_strict({status: place for place, status in enumerate(STATUSES)}, default=len(STATUSES))
    dated = pl.coalesce("reference_end", "reference_start")
    ranked = figures.with_columns(pl.col("value").is_null().alias("_none"), order.alias("_order"), dated.alias("_dated")).sort(
        ["_none", "_order", "_dated", "extracted_on", "source", "value"],
        descending=[False, False, True, True, False, False],
        nulls_last=True,
    )
    rivals = (pl.col("value").is_not_null().sum().over(FACT) - pl.col("value").is_not_null().cast(pl.Int32)).alias("rivals")
    return ranked.with_columns(rivals).unique(FACT, keep="first", maintain_order=True).drop("_none", "_order", "_dated")


def cells(figures: pl.DataFrame) -> pl.DataFrame:
    """The people measures side by side, one row per unit, sector, group, sex, age and disability; null where none is held.

    Columns in: FIGURE_SCHEMA (rivals are settled by `leading_rows`). Columns out: CELL and affected, in_need, targeted,
    prioritised, expected_reach, reached (people).
    """
    led = leading_rows(figures.filter(pl.col("concept").is_in(PEOPLE_MEASURES)))
    values = [pl.col("value").filter(pl.col("concept") == measure).first().alias(measure) for measure in PEOPLE_MEASURES]
    return led.group_by(CELL, maintain_order=True).agg(values)


def gaps(cells: pl.DataFrame) -> pl.DataFrame:
    """People in need whom no target covers, and people targeted but not reached; null where either measure is not held.

    Expected reach is a plan, never counted as reached. Columns in: in_need, targeted, reached (people). Columns out: the
    same, and need_not_targeted, target_not_reached (people, never below 0).

    >>> gaps(pl.DataFrame({"in_need": [900, 100], "targeted": [400, 250], "reached": [None, 10]})).select(GAPS).rows()
    [(500, None), (0, 240)]
    """
    return cells.with_columns(
        (pl.col("in_need") - pl.col("targeted")).clip(lower_bound=0).alias("need_not_targeted"),
        (pl.col("targeted") - pl.col("reached")).clip(lower_bound=0).alias("target_not_reached"),
    )


def gaps_by(cells: pl.DataFrame, *, by: Sequence[str]) -> pl.DataFrame:
    """The gaps summed, per value of `by`; over-reach in one place never hides a gap in another.

    Columns in: CELL and the measures. Columns out: `by`, the two gaps, and for each `..._held`, how many of the `cells`
    had one. Raises ValueError when sectors, groups, sexes, ages or disabilities would be added together.
    """
    for name in CELL[1:]:
        if name not in by and cells[name].n_unique() > 1:
            raise ValueError(f"these cells hold several values of {name}, never added together; keep one, or put {name} in `by`")
    held = [pl.col(gap).is_not_null().sum().alias(f"{gap}_held") for gap in GAPS]
    return gaps(cells).group_by(by, maintain_order=True).agg(*(_sum_or_null(gap) for gap in GAPS), *held, pl.len().alias("cells"))


def with_host(cells: pl.DataFrame) -> pl.DataFrame:
    """The same cells, with a host-community row wherever groups are split and none stands for it: all measures null.

    A host community nobody counted is shown as "no figure held", not left out.
    """
    split = cells.filter((pl.col("group") != ALL) & SETTLED)
    key = [name for name in CELL if name != "group"]
    without = split.select(key).unique(maintain_order=True).join(split.filter(pl.col("group") == HOST), on=key, how="anti")
    return pl.concat([cells, without.with_columns(pl.lit(HOST).alias("group"))], how="diagonal_relaxed")


def intersectoral(figures: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """People over all sectors where none is published: highest sector per finest unit and group, then summed upwards.

    At a unit whose own sector figures exceed the sum of its parts, the highest of them is kept (a sector may publish
    only at the coarser level). Columns in: FIGURE_SCHEMA; parents: unit, parent. Columns out: FIGURE_SCHEMA, sector ALL,
    status calculation. Groups kept as written, and rows by sex, age or disability, take no part.

    >>> from concertation.core.figures import Figure, to_frame
    >>> rows = [Figure(concept="in_need", unit=unit, source="x", status="official", sector=sector, value=value)
    ...         for unit, sector, value in (("a", "WSH", 50), ("a", "HEA", 80), ("b", "WSH", 30))]
    >>> tree = pl.DataFrame({"unit": ["a", "b"], "parent": ["r", "r"]})
    >>> intersectoral(to_frame(rows), tree).select("unit", "value", "method").rows()
    [('a', 80, 'highest-of-sectors:1/1'), ('b', 30, 'highest-of-sectors:1/1'), ('r', 110, 'highest-of-sectors:2/2')]
    """
    usable = leading_rows(figures.filter(SETTLED & WHOLE_PEOPLE & (pl.col("sector") != INTERSECTORAL) & pl.col("value").is_not_null()))
    tree = _Tree.of(parents)
    made = [
        _calculation(sheet, concept=str(concept), start=start, end=end, tree=tree)
        for (concept, start, end), sheet in usable.partition_by("concept", "reference_start", "reference_end", as_dict=True, maintain_order=True).items()
        if str(concept) in PEOPLE_MEASURES
    ]
    return pl.concat(made) if made else pl.DataFrame(schema=FIGURE_SCHEMA)


def leading_intersectoral(figures: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """The intersectoral figure of each unit: the published one where there is one, else the product's calculation.

    Columns out: FIGURE_SCHEMA and rivals.
    """
    published = figures.filter((pl.col("sector") == INTERSECTORAL) & pl.col("concept").is_in(PEOPLE_MEASURES))
    return leading_rows(pl.concat([published.select(list(FIGURE_SCHEMA)), intersectoral(figures, parents)]))


def roll_up(figures: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """Figures of units added into their parents, with how many of the parent's units have one.

    Columns in: FIGURE_SCHEMA, of one concept; parents: unit, parent (every unit that should have a figure). Columns out:
    FIGURE_SCHEMA with unit = parent, and held, expected (units). The status is the weakest of the parts, estimated as soon
    as one is. Groups kept as written are left out. Raises ValueError for what does not add up over units.
    """
    if figures.is_empty():
        return pl.DataFrame(schema={**FIGURE_SCHEMA, "held": pl.UInt32(), "expected": pl.UInt32()})
    must_add_over_units(one_concept(figures["concept"].unique()).code)
    expected = parents.unique(["unit", "parent"]).group_by("parent").agg(pl.len().alias("expected"))
    key = [name for name in FACT if name != "unit"] + ["reference_start", "reference_end"]
    led = figures.filter(SETTLED).select(list(FIGURE_SCHEMA)).pipe(_leading_per_period)
    summed = (
        led.join(parents.select("unit", "parent"), on="unit")
        .group_by("parent", *key, maintain_order=True)
        .agg(
            _sum_or_null("value"), pl.col("value").is_not_null().sum().alias("held"), pl.col("extracted_on").min(),
            *(pl.col(name).drop_nulls().unique().sort().str.join("; ").replace("", None) for name in ("source", "scope")), _weakest(),
        )
        .join(expected, on="parent")
    )  # fmt: skip
    method = pl.format("sum-of-units:{}/{}", "held", "expected").alias("method")
    named = summed.with_columns(method, pl.lit(None, pl.String).alias("value_text")).rename({"parent": "unit"})
    return named.select(*FIGURE_SCHEMA, "held", "expected").cast({"held": pl.UInt32, "expected": pl.UInt32})


def sum_parts(placed: pl.DataFrame) -> pl.DataFrame:
    """Rows of one unit added into the unit: accessible and limited access, a town and its surroundings, communes of a capital.

    Columns in: those of a Cadre Harmonisé reading and `unit`; rows whose `identical_to` is set are the same row again and
    are left out. Columns out: unit, state, kind, reference_start, reference_end, people columns, `..._held` (parts with a
    value), parts, part_labels, area_phase (only where the parts agree) and area_phases (each part's own). Rows without a
    unit are left out: they stand in the problems of their placement. One unit's area phase is never made from its parts'.
    """
    distinct = placed.filter(pl.col("identical_to").is_null() & pl.col("unit").is_not_null())
    key = ["unit", "state", "kind", "reference_start", "reference_end"]
    agreed = pl.when(pl.col("area_phase").n_unique() == 1).then(pl.col("area_phase").first()).alias("area_phase")
    return (
        distinct.sort("row")
        .group_by(key, maintain_order=True)
        .agg(
            *(_sum_or_null(name) for name in FOOD_SECURITY_PEOPLE),
            *(pl.col(name).is_not_null().sum().alias(f"{name}_held") for name in FOOD_SECURITY_PEOPLE),
            pl.len().alias("parts"),
            pl.coalesce("part_label", "part").str.join("; ").alias("part_labels"),
            agreed,
            pl.col("area_phase").alias("area_phases"),
        )
    )


def food_security_figures(summed: pl.DataFrame, *, source: str, extracted_on: date | None, status: str = "official") -> pl.DataFrame:
    """Units of `sum_parts` as figures: population analysed, people per phase and in phase 3+, and the area's phase.

    Columns out: FIGURE_SCHEMA. The population is the one analysed, not the unit's; `scope` keeps current or projected.
    """
    concepts = {"population": "population_analysed", **{name: name for name in (*PHASES, "phase3plus")}}
    people = [_food_security(summed, name, concept, held=f"{name}_held", measure="people") for name, concept in concepts.items()]
    phase = _food_security(summed, "area_phase", "area_phase", held=None, measure="phase").filter(pl.col("value").is_not_null())
    stamped = pl.concat([*people, phase]).with_columns(
        pl.lit(source).alias("source"), pl.lit(extracted_on, pl.Date).alias("extracted_on"), pl.lit(status).alias("status"),
        pl.lit("FSC").alias("sector"), pl.lit(None, pl.String).alias("value_text"),
        *(pl.lit(ALL).alias(name) for name in ("group", "sex", "age", "disability")),
    )  # fmt: skip
    return stamped.select(pl.col(name).cast(kind) for name, kind in FIGURE_SCHEMA.items())


@dataclass(frozen=True, slots=True)
class Shares:
    """Rows with their share (0 to 1, null when it cannot be taken) and the problems of the shares."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


def shares(rows: pl.DataFrame, *, numerator: str, denominator: str) -> Shares:
    """The share of the denominator, kept beside it; above 100 % is a problem (share-over-100) and no share.

    Columns in: unit, the two named columns (people of one source and scope). Columns out: the same and `share`.

    >>> rows = pl.DataFrame({"unit": ["a", "b"], "phase3plus": [40, 12], "population": [100, 10]})
    >>> taken = shares(rows, numerator="phase3plus", denominator="population")
    >>> taken.frame["share"].to_list(), taken.problems[0].code
    ([0.4, None], 'share-over-100')
    """
    possible = (pl.col(denominator) > 0) & (pl.col(numerator) <= pl.col(denominator))
    frame = rows.with_columns(pl.when(possible).then(pl.col(numerator) / pl.col(denominator)).alias("share"))
    over = rows.filter(pl.col(numerator) > pl.col(denominator)).select("unit", numerator, denominator)
    problems = tuple(Problem("share-over-100", Cell(), str(value), {"unit": unit, "population": str(whole)}) for unit, value, whole in over.iter_rows())
    return Shares(frame, problems)


def analysed_share(analysed: pl.DataFrame, population: pl.DataFrame) -> pl.DataFrame:
    """How much of each unit's population an analysis covers: the denominator trap made visible.

    Columns in: unit, value (people) in both. Columns out: unit, analysed, population, covered (0 to 1, null when unknown).

    >>> one = pl.DataFrame({"unit": ["tgo"], "value": [6_181_975]})
    >>> analysed_share(one, pl.DataFrame({"unit": ["tgo"], "value": [8_095_498]}))["covered"].round(3).to_list()
    [0.764]
    """
    both = analysed.select("unit", pl.col("value").alias("analysed")).join(population.select("unit", pl.col("value").alias("population")), on="unit", how="left")
    return both.with_columns(pl.when(pl.col("population") > 0).then(pl.col("analysed") / pl.col("population")).alias("covered"))


@dataclass(frozen=True, slots=True)
class _Tree:
    """Units and their parents, and how many finest units each one has."""

    parent: Mapping[str, str]
    leaves: Mapping[str, int]

    @classmethod
    def of(cls, parents: pl.DataFrame) -> "_Tree":
        parent = dict(parents.select("unit", "parent").drop_nulls().iter_rows())
        leaves: dict[str, int] = {}
        for leaf in set(parent) - set(parent.values()):
            for unit in _upwards(leaf, parent):
                leaves[unit] = leaves.get(unit, 0) + 1
        return cls(parent, leaves)


def _upwards(unit: str, parent: Mapping[str, str]) -> Iterable[str]:
    seen: set[str] = set()
    here: str | None = unit
    while here is not None and here not in seen:
        seen.add(here)
        yield here
        here = parent.get(here)


def _calculation(sheet: pl.DataFrame, *, concept: str, start: date | None, end: date | None, tree: _Tree) -> pl.DataFrame:
    own = _highest_per_unit(sheet)
    totals = _summed_upwards(own, tree)
    method = "highest-of-sectors-estimated" if "estimated" in sheet["status"].to_list() else "highest-of-sectors"
    source, extracted = "; ".join(sorted(set(sheet["source"]))), sheet["extracted_on"].min()
    rows: list[dict[str, Any]] = [
        {
            "concept": concept, "unit": unit, "sector": INTERSECTORAL, "group": ALL, "sex": ALL, "age": ALL, "disability": ALL, "value": value,
            "measure": "people", "reference_start": start, "reference_end": end, "extracted_on": extracted, "source": source,
            "method": counted_method(method, held, max(held, tree.leaves.get(unit, 1))), "status": "calculation",
        }
        for unit, (value, held) in sorted(totals.items())
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=FIGURE_SCHEMA)


def _highest_per_unit(sheet: pl.DataFrame) -> dict[str, int]:
    """Per unit, the sum over groups of the highest sector, or the highest sector's own total when that is larger."""
    per_group = sheet.group_by("unit", "group").agg(pl.col("value").max())
    split = per_group.filter(pl.col("group") != ALL).group_by("unit").agg(pl.col("value").sum())
    whole = per_group.filter(pl.col("group") == ALL).select("unit", "value")
    return dict(pl.concat([split, whole]).group_by("unit").agg(pl.col("value").max()).iter_rows())


def _summed_upwards(own: Mapping[str, int], tree: _Tree) -> dict[str, tuple[int, int]]:
    """Value and number of finest units with a figure, for each unit with a figure and each of its ancestors."""
    depth = {unit: sum(1 for _ in _upwards(unit, tree.parent)) for start in own for unit in _upwards(start, tree.parent)}
    totals: dict[str, tuple[int, int]] = {}
    for unit in sorted(depth, key=lambda unit: (-depth[unit], unit)):
        below = totals.get(unit, (0, 0))
        totals[unit] = (max(below[0], own.get(unit, 0)), max(below[1], 1))
        above = tree.parent.get(unit)
        if above is not None and depth.get(above, 0) < depth[unit]:
            reached = totals.get(above, (0, 0))
            totals[above] = (reached[0] + totals[unit][0], reached[1] + totals[unit][1])
    return totals


def _leading_per_period(figures: pl.DataFrame) -> pl.DataFrame:
    periods = figures.partition_by("reference_start", "reference_end", maintain_order=True)
    return pl.concat([leading_rows(sheet) for sheet in periods]) if periods else figures


def _sum_or_null(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum()).alias(column)


def _weakest() -> pl.Expr:
    place = pl.col("status").replace_strict({status: place for place, status in enumerate(STATUSES)}, default=len(STATUSES) - 1)
    last = place.max().replace_strict(dict(enumerate(STATUSES)), return_dtype=pl.String)
    return pl.when((pl.col("status") == "estimated").any()).then(pl.lit("estimated")).otherwise(last).alias("status")


def _food_security(summed: pl.DataFrame, column: str, concept: str, *, held: str | None, measure: str) -> pl.DataFrame:
    method = pl.when(pl.col("parts") > 1).then(pl.format("sum-of-parts:{}/{}", held, "parts")) if held else pl.lit(None, pl.String)
    return summed.select(
        "unit",
        "reference_start",
        "reference_end",
        pl.col("kind").alias("scope"),
        pl.col(column).cast(pl.Int64).alias("value"),
        method.alias("method"),
        pl.lit(concept).alias("concept"),
        pl.lit(measure).alias("measure"),
    )
