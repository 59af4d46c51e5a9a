"""Displacement as figures: UNHCR and IDMC country tables, UNHCR demographics, and a DTM baseline workbook.

UNHCR's codes are not ISO (BKF, NGR, TOG): only the ISO columns are read. Refugees, asylum seekers, displaced people,
returns and others of concern are separate concepts: the first are stocks at the year's end, returns are flows during the
year. A host-community column at 0 everywhere is a column nobody fills: no figure held. A value repeated over the years
is the last publication carried on, and is marked so.
"""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import polars as pl

from concertation.core.concepts import ALL
from concertation.core.problems import Cell, Problem
from concertation.formats.hpc import stamp_figures
from concertation.formats.named_columns import (
    NamedTable,
    WrittenFigures,
    hold_states,
    read_named,
    read_people_columns,
    without_figure,
)

COUNTRY_HEADINGS = {"year": "year", "origin": "coo_iso", "state": "coa_iso"}
STOCKS = {"refugees": "refugees", "asylum_seekers": "asylum_seekers", "idps": "idps", "stateless": "stateless", "ooc": "others_of_concern", "oip": "others_needing_protection"}
FLOWS = {"returned_refugees": "returned_refugees", "returned_idps": "returned_idps"}
HOST = {"hst": "host_community"}
POPULATION_TYPES = {**STOCKS, **FLOWS, **HOST}
DEMOGRAPHIC_TYPES = {
    "REF": "refugees", "ASY": "asylum_seekers", "IDP": "idps", "OOC": "others_of_concern", "STA": "stateless", "OIP": "others_needing_protection",
    "RET": "returned_refugees", "RDP": "returned_idps",
}  # fmt: skip
AGES = {"0_4": "0_4", "5_11": "5_11", "12_17": "12_17", "18_59": "18_59", "60": "60_plus", "other": "age_unknown"}
DEMOGRAPHIC_PEOPLE = (*(f"{sex}_{age}" for sex in "fm" for age in (*AGES, "total")), "total")
LOCATION = r"^(?<place>.*?)\s*(?:\(within Admin 1:\s*(?<within>[^)]*?)\s*\)\s*)?\[Admin (?<level>\d)(?::\s*\w+)?\]\s*$"
DTM_HEADINGS = {
    "on": "Snapshot Date", "state": "Admin 0 pcode",
    **{f"adm{level}_{part}": f"Admin {level}{word}" for level in (1, 2, 3) for part, word in (("name", ""), ("code", " pcode"))},
    "idp_households": "Total No# of IDPs HH", "idps": "Total No# of IDPs Ind#", "returnees_from_abroad": "Num_RET_from_Abroad_IND",
    "returnees_former_idps": "Num_Ret_IDP_IND", "returnee_households": "Total No# of Returnees HH#", "returnees": "Total No# of Returnees Ind#",
}  # fmt: skip
DTM_FIGURES = ("idp_households", "idps", "returnees_from_abroad", "returnees_former_idps", "returnee_households", "returnees")
YEARS = range(1951, 2100)


def read_unhcr_population(path: Path, *, source: str, extracted_on: date | None, states: Collection[str] | None = None) -> WrittenFigures:
    """Read UNHCR's population table, one figure per year, country pair and population type, before placement.

    Columns out: WRITTEN_FIGURE_SCHEMA and `origin` (ISO3); the place is the country of asylum. Sum over origins with
    `national_totals`. Zeros are kept where the column is filled somewhere, left out where it is 0 in every row. Yields the
    problems of `read_named`, `hold_states`, `read_people`, year-implausible, code-not-iso and column-never-filled.
    """
    headings = {**COUNTRY_HEADINGS, **{name: name for name in POPULATION_TYPES}}
    named = read_named(path, headings, needed=("year", "origin", "state"))
    people, flaws = read_people_columns(named, list(POPULATION_TYPES))
    never = [name for name in POPULATION_TYPES if not (people[name].fill_null(0) > 0).any()]
    unfilled = tuple(Problem("column-never-filled", Cell(named.sheet, None, named.letters[name]), name) for name in never if name in named.letters)
    long = people.unpivot(
        [name for name in POPULATION_TYPES if name not in never], index=["row", *COUNTRY_HEADINGS], variable_name="type", value_name="value"
    )
    told = long.with_columns(pl.col("type").replace_strict(POPULATION_TYPES, default=None).alias("concept"), _scope_of_pair())
    read = _country_figures(_named(told, named), source=source, extracted_on=extracted_on, states=states)
    return WrittenFigures(read.frame, (*named.problems, *flaws, *unfilled, *read.problems))


def read_idmc(path: Path, *, source: str, extracted_on: date | None, states: Collection[str] | None = None) -> WrittenFigures:
    """Read IDMC's displaced people at the year's end (rounded by their source). A repeated value is marked: see `mark_unchanged`.

    Columns out and problems as for `read_unhcr_population`, and value-unchanged.
    """
    named = read_named(path, {**COUNTRY_HEADINGS, "value": "total"}, needed=("year", "state", "value"))
    people, flaws = read_people_columns(named, ["value"])
    told = people.with_columns(pl.lit("idps").alias("concept"), pl.lit("rounded by the source").alias("method"))
    read = _country_figures(_named(told, named), source=source, extracted_on=extracted_on, states=states)
    marked, unchanged = mark_unchanged(read.frame, named)
    return WrittenFigures(marked, (*named.problems, *flaws, *read.problems, *unchanged))


def mark_unchanged(figures: pl.DataFrame, table: NamedTable) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Figures with `unchanged_since` (year of the first of a run of equal values, null when it changed), and a line for each
    run of three years or more (value-unchanged): the last publication is carried on, nobody counted again.
    """
    place = ["state", "adm1_name", "adm2_name", "adm3_name", "concept"]
    ordered = figures.sort(*place, "reference_end", maintain_order=True, nulls_last=True)
    year = pl.col("reference_end").dt.year()
    changed = (pl.col("value") != pl.col("value").shift(1)) | (year != year.shift(1) + 1)
    run = ordered.with_columns(changed.fill_null(True).cum_sum().over(place).alias("_run"))
    same = [*place, "_run"]
    told = run.with_columns(year.min().over(same).alias("_first"), pl.len().over(same).alias("_years"))
    since = pl.when((pl.col("_years") >= 3) & (year > pl.col("_first"))).then(pl.col("_first")).alias("unchanged_since")
    marked = told.with_columns(since).drop("_run", "_first", "_years").sort("row", maintain_order=True)
    repeated = marked.filter(pl.col("unchanged_since").is_not_null()).select("row", "value", "state", "unchanged_since")
    problems = [
        Problem("value-unchanged", table.cell(row, "value"), str(value), {"state": state, "since": str(first)}) for row, value, state, first in repeated.iter_rows()
    ]
    return marked, tuple(problems)


def read_unhcr_demographics(path: Path, *, source: str, extracted_on: date | None, states: Collection[str] | None = None) -> WrittenFigures:
    """Read UNHCR's sex and age table: the total of each row, each sex, and each sex and age, before placement.

    A row without any age or sex gives its total alone. Columns out: WRITTEN_FIGURE_SCHEMA and `origin`. Yields the problems
    of `read_unhcr_population`, population-type-unknown and total-not-its-parts.
    """
    headings = {**COUNTRY_HEADINGS, "type": "pop_type", "location": "location", **{name: name for name in DEMOGRAPHIC_PEOPLE}}
    named = read_named(path, headings, needed=("year", "state", "type", "total"))
    people, flaws = read_people_columns(named, DEMOGRAPHIC_PEOPLE)
    concept = pl.col("type").replace_strict(DEMOGRAPHIC_TYPES, default=None).alias("concept")
    told = _with_location(people.with_columns(concept, _scope_of_pair()))
    unknown = told.filter(pl.col("concept").is_null()).select("row", "type")
    types = tuple(Problem("population-type-unknown", named.cell(row, "type"), code or "") for row, code in unknown.iter_rows())
    read = _country_figures(_named(_by_sex_and_age(told), named), source=source, extracted_on=extracted_on, states=states)
    return WrittenFigures(read.frame, (*named.problems, *flaws, *types, *_totals(told, named), *read.problems))


def read_dtm(path: Path, *, source: str, extracted_on: date | None, states: Collection[str] | None = None) -> WrittenFigures:
    """Read a DTM baseline workbook: displaced people, returnees (those from abroad and former displaced apart) and their households.

    Figures are stocks on the snapshot date. Yields the problems of `read_named`, `hold_states`, `read_people`,
    date-unreadable, row-without-figure and total-not-its-parts.
    """
    named = read_named(path, DTM_HEADINGS, needed=("state", "idps"))
    held, refused = hold_states(named, states=states)
    people, flaws = read_people_columns(held, DTM_FIGURES)
    dated = people.with_columns(pl.col("on").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("reference_end"))
    undated = dated.filter(pl.col("reference_end").is_null()).select("row", "on")
    dates = tuple(Problem("date-unreadable", held.cell(row, "on"), written or "") for row, written in undated.iter_rows())
    kept = [name for name in dated.columns if name not in DTM_FIGURES]
    long = dated.unpivot(DTM_FIGURES, index=kept, variable_name="concept", value_name="value").filter(pl.col("value").is_not_null())
    measure = pl.when(pl.col("concept").str.ends_with("households")).then(pl.lit("households")).otherwise(pl.lit("people")).alias("measure")
    ready = long.with_columns(measure, pl.col("reference_end").alias("reference_start")).sort("row", maintain_order=True)
    figures = stamp_figures(ready, {"source": source, "status": "operational", "extracted_on": extracted_on})
    parts = pl.col("returnees_from_abroad") + pl.col("returnees_former_idps")
    wrong = people.filter(parts != pl.col("returnees")).select("row", "returnees", parts.alias("sum"))
    sums = tuple(Problem("total-not-its-parts", held.cell(row, "returnees"), str(value), {"sum": str(total)}) for row, value, total in wrong.iter_rows())
    return WrittenFigures(figures, (*named.problems, *refused, *flaws, *dates, *sums, *without_figure(held, people, DTM_FIGURES)))


def national_totals(figures: pl.DataFrame) -> pl.DataFrame:
    """Country figures summed over countries of origin: one row per State, year and concept, method sum-of-origins.

    Columns in: those of `read_unhcr_population`. Columns out: WRITTEN_FIGURE_SCHEMA. `row` is the first row summed.
    """
    key = ["state", "concept", "measure", "reference_start", "reference_end", "extracted_on", "source", "status", "group", "sex", "age", "disability", "sector"]
    held = pl.col("value").is_not_null().sum()
    summed = figures.group_by(key, maintain_order=True).agg(
        pl.col("row").min(),
        pl.when(held > 0).then(pl.col("value").sum()).alias("value"),
        pl.format("sum-of-origins:{}/{}", held, pl.len()).alias("method"),
    )
    return stamp_figures(summed, {})


def abroad(figures: pl.DataFrame) -> pl.DataFrame:
    """The same country pairs seen from the country of origin: its refugees and asylum seekers hosted elsewhere.

    Columns in: those of `read_unhcr_population`. Columns out: the same, the place being the country of origin.
    """
    seen = {"refugees": "refugees_abroad", "asylum_seekers": "asylum_seekers_abroad"}
    pairs = figures.filter(pl.col("concept").is_in(list(seen)) & (pl.col("origin") != pl.col("state")))
    return pairs.with_columns(pl.col("origin").alias("state"), pl.col("state").alias("origin"), pl.col("concept").replace(seen))


def _named(frame: pl.DataFrame, table: NamedTable) -> NamedTable:
    return NamedTable(frame, table.letters, table.sheet, ())


def _scope_of_pair() -> pl.Expr:
    other = pl.col("origin") != pl.col("state")
    return pl.when(other).then(pl.format("coo {}", "origin")).alias("scope")


def _country_figures(table: NamedTable, *, source: str, extracted_on: date | None, states: Collection[str] | None) -> WrittenFigures:
    """Rows with year, state, concept and value as figures: stocks at 31 December, flows over the year."""
    held, refused = hold_states(table, states=None) if states is None else _touching(table, states)
    year = pl.col("year").str.extract(r"^(\d{4})(?:\.0+)?$").cast(pl.Int32, strict=False)
    dated = held.frame.with_columns(pl.when(year.is_in(list(YEARS))).then(year).alias("_year"))
    undated = dated.filter(pl.col("_year").is_null()).select("row", "year").unique(maintain_order=True)
    years = tuple(Problem("year-implausible", table.cell(row, "year"), written or "") for row, written in undated.iter_rows())
    last = pl.date(pl.col("_year"), 12, 31)
    first = pl.when(pl.col("concept").is_in(list(FLOWS.values()))).then(pl.date(pl.col("_year"), 1, 1)).otherwise(last)
    kept = dated.filter(pl.col("_year").is_not_null() & pl.col("value").is_not_null() & pl.col("concept").is_not_null())
    placed = kept.with_columns(first.alias("reference_start"), last.alias("reference_end")).sort("row", maintain_order=True)
    figures = stamp_figures(placed, {"source": source, "status": "operational", "extracted_on": extracted_on})
    return WrittenFigures(figures.with_columns(placed["origin"]), (*_once_per_row(refused), *years))


def _touching(table: NamedTable, states: Collection[str]) -> tuple[NamedTable, tuple[Problem, ...]]:
    """Rows whose country of asylum or of origin is held; the others leave with a line each."""
    known, lines = hold_states(table, states=None)
    touching = pl.col("state").is_in(list(states)) | pl.col("origin").is_in(list(states))
    others = known.frame.filter(~touching.fill_null(False)).select("row", "state")
    away = tuple(Problem("state-not-held", table.cell(row, "state"), state) for row, state in others.iter_rows())
    return _named(known.frame.filter(touching), table), (*lines, *away)


def _once_per_row(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple({(problem.code, problem.cell, problem.value): problem for problem in problems}.values())


def _with_location(frame: pl.DataFrame) -> pl.DataFrame:
    """The written location at its level: "Bobo-Dioulasso (within Admin 1: Hauts-Bassins ) [Admin 3: PRP]"."""
    read = frame.with_columns(pl.col("location").str.extract_groups(LOCATION).alias("_at")).unnest("_at")
    names = {level: pl.when(pl.col("level") == str(level)).then(pl.col("place")) for level in (1, 2)}
    return read.with_columns(
        pl.coalesce(names[1], pl.col("within")).alias("adm1_name"), names[2].alias("adm2_name"),
        pl.when(pl.col("level") == "3").then(pl.col("place")).alias("place_name"),
    ).drop("place", "within", "level")  # fmt: skip


def _by_sex_and_age(frame: pl.DataFrame) -> pl.DataFrame:
    kept = [name for name in frame.columns if name not in DEMOGRAPHIC_PEOPLE]
    parted = (pl.col("f_total").fill_null(0) + pl.col("m_total").fill_null(0)) > 0
    totals = frame.select(*kept, pl.col("total").alias("value"), pl.lit(ALL).alias("sex"), pl.lit(ALL).alias("age"))
    split = frame.filter(parted)
    parts = [_one_part(split, kept, sex, age, code) for sex in "fm" for age, code in {**AGES, "total": ALL}.items()]
    return pl.concat([totals, *parts])


def _one_part(frame: pl.DataFrame, kept: Collection[str], sex: str, age: str, code: str) -> pl.DataFrame:
    return frame.select(*kept, pl.col(f"{sex}_{age}").alias("value"), pl.lit(sex).alias("sex"), pl.lit(code).alias("age"))


def _totals(frame: pl.DataFrame, table: NamedTable) -> tuple[Problem, ...]:
    """A total unlike the sum of its parts, where the parts are given at all."""
    sums: Mapping[str, pl.Expr] = {
        **{f"{sex}_total": pl.sum_horizontal(f"{sex}_{age}" for age in AGES) for sex in "fm"},
        "total": pl.sum_horizontal("f_total", "m_total"),
    }
    return tuple(
        Problem("total-not-its-parts", table.cell(row, name), str(value), {"sum": str(total)})
        for name, parts in sums.items()
        for row, value, total in frame.filter((parts > 0) & (parts != pl.col(name))).select("row", name, parts.alias("sum")).iter_rows()
    )
