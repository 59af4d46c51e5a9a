"""Needs as OCHA's HPC tools publish them: the HNO file (CSV) and two answers of the HPC service (JSON).

"Reached" in the HNO file and `expectedReach` in the answers are *expected* reach, a plan, never people reached. The
intersectoral line has the code ALL and is never the sum of the others. The category is free text: sex, age, group and
disability are taken from it only where sure; anything else is kept as written and enters no sum.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path

import polars as pl

from concertation.core.concepts import ALL, AS_WRITTEN, INTERSECTORAL
from concertation.core.figures import WRITTEN_FIGURE_SCHEMA
from concertation.core.periods import Period
from concertation.core.problems import Problem
from concertation.core.spelling import fold
from concertation.formats.named_columns import (
    NamedTable,
    WrittenFigures,
    hold_states,
    read_named,
    read_people_columns,
    without_figure,
)

HNO_HEADINGS = {
    "state": "Country ISO3",
    **{f"adm{level}_{part}": f"Admin {level} {word}" for level in (1, 2, 3) for part, word in (("code", "PCode"), ("name", "Name"))},
    "description": "Description",
    "sector": "Cluster",
    "category": "Category",
    "population": "Population",
    "in_need": "In Need",
    "targeted": "Targeted",
    "affected": "Affected",
    "expected_reach": "Reached",
    "info": "Info",
}
HNO_MEASURES = ("population", "in_need", "targeted", "affected", "expected_reach")
SECTOR_WORDS = {"intersectoral": INTERSECTORAL, "all": INTERSECTORAL, "multi": "MS"}
SECTOR_CODE = r"^[A-Z]{2,4}[0-9]{0,2}(-[A-Z]{3})?$"

CATEGORY_WORDS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("total", "all"), ("", "")),
    **dict.fromkeys(("female", "women", "femmes", "feminin"), ("sex", "f")),
    **dict.fromkeys(("male", "men", "hommes", "masculin"), ("sex", "m")),
    **dict.fromkeys(("children", "enfants"), ("age", "children")),
    **dict.fromkeys(("adult", "adults", "adultes"), ("age", "adult")),
    **dict.fromkeys(("elderly", "personnes agees"), ("age", "elderly")),
    **dict.fromkeys(("idp", "idps", "pdi", "deplaces internes", "internally displaced persons"), ("group", "idp")),
    **dict.fromkeys(("refugee", "refugees", "refugies"), ("group", "refugee")),
    **dict.fromkeys(("returnee", "returnees", "retournes", "rapatries"), ("group", "returnee")),
    **dict.fromkeys(("hostcommunities", "host communities", "host community", "communautes hotes", "communaute hote"), ("group", "host")),
    **dict.fromkeys(("non displaced", "non deplaces"), ("group", "non_displaced")),
    **dict.fromkeys(("disability", "people with disabilities", "persons with disabilities", "personnes handicapees"), ("disability", "with")),
}
HOUSEHOLD_WORDS = ("household", "menage")


def read_hno(
    path: Path, *, year: int, source: str, extracted_on: date | None, states: Collection[str] | None = None, status: str = "operational"
) -> WrittenFigures:
    """Read the HNO file of one year into figures before placement: one per row and measure that has a number.

    Columns out: WRITTEN_FIGURE_SCHEMA and `category` (as written). Yields the problems of `read_named`, `hold_states`,
    `read_people`, and sector-not-recognised, row-without-figure, category-not-settled, source-marks-error, target-over-need, need-over-population.
    """
    named = read_named(path, HNO_HEADINGS, needed=("state", "sector", "in_need", "targeted"))
    held, refused = hold_states(named, states=states)
    people, flaws = read_people_columns(held, HNO_MEASURES)
    settled, lines = settle_sectors(NamedTable(people, held.letters, held.sheet, ()))
    marks = (*_info_marks(held.frame, held), *without_figure(held, settled, HNO_MEASURES))
    period = Period.of_year(year)
    stamps = {"source": source, "status": status, "extracted_on": extracted_on, "reference_start": period.start, "reference_end": period.end}
    figures = with_category(stamp_figures(_one_row_per_measure(settled), stamps))
    problems = (*named.problems, *refused, *flaws, *lines, *marks, *unsettled(figures, held), *_order_problems(settled, held))
    return WrittenFigures(figures, problems)


def category_dimensions(category: str | None) -> dict[str, str]:
    """Sex, age, group, disability and measure said by a category; what is not sure stays as written, marked so.

    >>> category_dimensions("Children - Female - IDP")["age"], category_dimensions("Adult - Male - Border / EC")["group"]
    ('children', 'written:Border / EC')
    >>> category_dimensions("Total Households")["measure"]
    'households'
    """
    found = {"sex": ALL, "age": ALL, "group": ALL, "disability": ALL, "measure": "people"}
    unsure = []
    for part in (category or "").split(" - "):
        dimension, code = CATEGORY_WORDS.get(fold(part), ("unsure", part.strip()))
        if dimension == "unsure" and code or found.get(dimension, ALL) not in (ALL, code):
            unsure.append(part.strip())
        elif dimension:
            found[dimension] = code
    if unsure:
        found["group"] = AS_WRITTEN + " - ".join(([found["group"]] if found["group"] != ALL else []) + unsure)
    if any(word in fold(category or "") for word in HOUSEHOLD_WORDS):
        found["measure"] = "households"
    return {dimension: code for dimension, code in found.items() if dimension != "unsure"}


def with_category(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures with the dimensions of their `category` (text as written) filled in.

    Columns out: WRITTEN_FIGURE_SCHEMA and category.
    """
    distinct = figures["category"].unique(maintain_order=True).to_list()
    rows = [{"category": category, **category_dimensions(category)} for category in distinct]
    told = pl.DataFrame(rows, schema={"category": pl.String, **dict.fromkeys(("sex", "age", "group", "disability", "measure"), pl.String)})
    return (
        figures.drop("sex", "age", "group", "disability", "measure")
        .join(told, on="category", how="left", nulls_equal=True, maintain_order="left")
        .select(*WRITTEN_FIGURE_SCHEMA, "category")
    )


def unsettled(figures: pl.DataFrame, table: NamedTable) -> tuple[Problem, ...]:
    """One line per row whose category was kept as written (category-not-settled)."""
    rows = figures.filter(pl.col("group").str.starts_with(AS_WRITTEN)).select("row", "category").unique(maintain_order=True)
    return tuple(Problem("category-not-settled", table.cell(row, "category"), category) for row, category in rows.iter_rows())


def settle_sectors(table: NamedTable) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Rows with a sector code (Intersectoral is ALL); rows without leave, each with a line (sector-not-recognised)."""
    written = pl.col("sector").fill_null("")
    code = written.replace_strict(_as_written(table.frame["sector"]), default=written)
    known = code.str.contains(SECTOR_CODE)
    lines = table.frame.filter(~known).select("row", written)
    problems = tuple(Problem("sector-not-recognised", table.cell(row, "sector"), sector) for row, sector in lines.iter_rows())
    return table.frame.filter(known).with_columns(code.alias("sector")), problems


def stamp_figures(rows: pl.DataFrame, stamps: Mapping[str, object]) -> pl.DataFrame:
    """Rows (place, sector, concept, value) with source, status and dates; columns not given are null or "all".

    Columns out: WRITTEN_FIGURE_SCHEMA, and `category` where the rows have one.
    """
    wholes = dict.fromkeys(("group", "sex", "age", "disability"), ALL) | {"measure": "people", "sector": INTERSECTORAL}
    filled = {**wholes, **dict.fromkeys(set(WRITTEN_FIGURE_SCHEMA) - set(wholes)), **stamps}
    missing = [pl.lit(value).alias(name) for name, value in filled.items() if name not in rows.columns]
    kept = [pl.col(name).cast(kind) for name, kind in WRITTEN_FIGURE_SCHEMA.items()]
    return rows.with_columns(missing).select(*kept, *(name for name in ("category",) if name in rows.columns))


def _as_written(sectors: pl.Series) -> dict[str, str]:
    distinct: Iterable[str] = sectors.drop_nulls().unique().to_list()
    return {written: SECTOR_WORDS[fold(written)] for written in distinct if fold(written) in SECTOR_WORDS}


def _one_row_per_measure(rows: pl.DataFrame) -> pl.DataFrame:
    places = [name for name in rows.columns if name not in HNO_MEASURES]
    long = rows.unpivot(HNO_MEASURES, index=places, variable_name="concept", value_name="value")
    return long.filter(pl.col("value").is_not_null()).sort("row", maintain_order=True).rename({"description": "scope"})


def _info_marks(rows: pl.DataFrame, table: NamedTable) -> tuple[Problem, ...]:
    marked = rows.filter(pl.col("info").is_not_null()).select("row", "info")
    return tuple(Problem("source-marks-error", table.cell(row, "info"), info) for row, info in marked.iter_rows())


def _order_problems(rows: pl.DataFrame, table: NamedTable) -> tuple[Problem, ...]:
    found = []
    for code, low, high in (("target-over-need", "targeted", "in_need"), ("need-over-population", "in_need", "population")):
        over = rows.filter(pl.col(low) > pl.col(high)).select("row", low, high)
        found += [Problem(code, table.cell(row, low), str(value), {"most": str(most)}) for row, value, most in over.iter_rows()]
    return tuple(found)
