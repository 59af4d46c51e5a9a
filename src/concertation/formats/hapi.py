"""HDX HAPI tables: humanitarian needs, operational presence, organisations.

A row its publisher marked with an error stays out, with the publisher's own words; a warning comes in with the row. The
population status REA is *expected* reach, a plan. Presence says who is declared active where, never whom they reached.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from concertation.core.problems import Problem
from concertation.core.written_values import read_dates
from concertation.formats.hpc import settle_sectors, stamp_figures, unsettled, with_category
from concertation.formats.named_columns import (
    NamedTable,
    WrittenFigures,
    hold_states,
    read_column,
    read_named,
    read_people_columns,
    without_figure,
)

PLACE_HEADINGS = {
    "state": "location_code",
    "adm1_code": "admin1_code",
    "adm1_name": "admin1_name",
    "adm2_code": "admin2_code",
    "adm2_name": "admin2_name",
    "provider_adm1": "provider_admin1_name",
    "provider_adm2": "provider_admin2_name",
}
PERIOD_HEADINGS = {"start": "reference_period_start", "end": "reference_period_end"}
MARK_HEADINGS = {"warning": "warning", "error": "error"}
NEEDS_HEADINGS = {
    **PLACE_HEADINGS, "sector": "sector_code", "category": "category", "population_status": "population_status", "value": "population",
    **PERIOD_HEADINGS, **MARK_HEADINGS,
}  # fmt: skip
PRESENCE_HEADINGS = {
    **PLACE_HEADINGS, "org_acronym": "org_acronym", "org_name": "org_name", "org_type": "org_type_description", "sector": "sector_code",
    **PERIOD_HEADINGS, **MARK_HEADINGS,
}  # fmt: skip
ORGANISATION_HEADINGS = {"acronym": "acronym", "name": "name", "org_type": "org_type_code", "org_type_name": "org_type_description"}
POPULATION_STATUSES = {"all": "population", "INN": "in_need", "TGT": "targeted", "AFF": "affected", "REA": "expected_reach"}
PRESENCE_COLUMNS = (
    "row", "state", "adm1_name", "adm1_code", "adm2_name", "adm2_code", "org_acronym", "org_name", "org_type", "sector", "start", "end", "warning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table and the problems met; columns as the reader's docstring says."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


def read_hapi_needs(
    path: Path, *, source: str, extracted_on: date | None, newest_start: date, states: Collection[str] | None = None, status: str = "operational"
) -> WrittenFigures:
    """Read HAPI's humanitarian needs into figures before placement.

    Columns out: WRITTEN_FIGURE_SCHEMA and `category` (as written); `method` keeps the publisher's warning. `newest_start` is
    the latest date on which a period can plausibly begin. Yields the problems of `read_named`, `hold_states`, `read_people`,
    `read_dates`, and source-marks-error, source-marks-warning, sector-not-recognised, row-without-figure, category-not-settled, population-status-unknown.
    """
    named = read_named(path, NEEDS_HEADINGS, needed=("state", "sector", "population_status", "value"))
    held, refused = hold_states(named, states=states)
    unmarked, marks = _without_errors(held)
    people, flaws = read_people_columns(unmarked, ["value"])
    dated, date_flaws = _with_dates(_named(people, held), newest_start)
    settled, lines = settle_sectors(_named(dated, held))
    concept = pl.col("population_status").replace_strict(POPULATION_STATUSES, default=None).alias("concept")
    told = _with_places(settled).with_columns(concept)
    unknown = told.filter(pl.col("concept").is_null()).select("row", "population_status")
    lines = (*lines, *without_figure(held, told, ["value"]))
    statuses = tuple(Problem("population-status-unknown", held.cell(row, "population_status"), code or "") for row, code in unknown.iter_rows())
    rows = told.filter(pl.col("concept").is_not_null() & pl.col("value").is_not_null())
    renamed = rows.rename({"start": "reference_start", "end": "reference_end", "warning": "method"})
    figures = with_category(stamp_figures(renamed, {"source": source, "status": status, "extracted_on": extracted_on}))
    return WrittenFigures(figures, (*named.problems, *refused, *marks, *flaws, *date_flaws, *lines, *statuses, *unsettled(figures, held)))


def read_hapi_presence(path: Path, *, newest_start: date, states: Collection[str] | None = None) -> Rows:
    """Read HAPI's operational presence into presence rows under the canonical names (PRESENCE_COLUMNS; start and end are dates).

    The sector stays as written where it is no code: placing it is the presence reader's trade. Yields the problems of
    `read_named`, `hold_states`, `read_dates`, source-marks-error and source-marks-warning.
    """
    named = read_named(path, PRESENCE_HEADINGS, needed=("state", "org_name", "sector"))
    held, refused = hold_states(named, states=states)
    unmarked, marks = _without_errors(held)
    dated, date_flaws = _with_dates(_named(unmarked.frame, held), newest_start)
    return Rows(_with_places(dated).select(PRESENCE_COLUMNS), (*named.problems, *refused, *marks, *date_flaws))


def read_hapi_organisations(path: Path) -> Rows:
    """Read HAPI's organisations, a seed for the register: row, acronym, name, org_type (code), org_type_name.

    Yields the problems of `read_named`, organisation-without-name, organisation-type-missing and organisation-acronym-shared
    (one acronym for several names: an acronym alone never settles who it is).
    """
    named = read_named(path, ORGANISATION_HEADINGS, needed=("name",))
    nameless = named.frame.filter(pl.col("name").is_null())
    kept = named.frame.filter(pl.col("name").is_not_null())
    shared = kept.filter(pl.col("acronym").is_not_null() & (pl.col("name").n_unique().over("acronym") > 1))
    problems = (
        *(Problem("organisation-without-name", named.cell(row, "name"), acronym or "") for row, acronym in nameless.select("row", "acronym").iter_rows()),
        *(Problem("organisation-acronym-shared", named.cell(row, "acronym"), acronym) for row, acronym in shared.select("row", "acronym").iter_rows()),
        *(
            Problem("organisation-type-missing", named.cell(row, "org_type"), name)
            for row, name in kept.filter(pl.col("org_type").is_null()).select("row", "name").iter_rows()
        ),
    )
    return Rows(kept, (*named.problems, *problems))


def _named(frame: pl.DataFrame, table: NamedTable) -> NamedTable:
    return NamedTable(frame, table.letters, table.sheet, ())


def _without_errors(table: NamedTable) -> tuple[NamedTable, tuple[Problem, ...]]:
    """Rows the publisher did not mark with an error, and a line for each mark, error or warning."""
    marks = tuple(
        Problem(f"source-marks-{kind}", table.cell(row, kind), words)
        for kind in ("error", "warning")
        for row, words in table.frame.filter(pl.col(kind).is_not_null()).select("row", kind).iter_rows()
    )
    return _named(table.frame.filter(pl.col("error").is_null()), table), marks


def _with_dates(table: NamedTable, newest_start: date) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    frame, problems = table.frame, list[Problem]()
    for name in PERIOD_HEADINGS:
        frame, flaws = read_column(table, frame, name, partial(read_dates, newest_start=newest_start))
        frame = frame.with_columns(pl.col(name).cast(pl.Date))
        problems += flaws
    return frame, tuple(problems)


def _with_places(frame: pl.DataFrame) -> pl.DataFrame:
    """The publisher's own names where the list of codes gave none, so that no row loses its place."""
    return frame.with_columns(pl.coalesce(f"adm{level}_name", f"provider_adm{level}").alias(f"adm{level}_name") for level in (1, 2))
