"""Whole files of written places: each distinct combination is weighed once, then every row takes its placement.

The rows come back in their order with the placement beside them; doubts and problems come back once each, with how many
rows they concern and the first of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from concertation.core.places import Gazetteer, Placement, WrittenPlace
from concertation.core.problems import Problem
from concertation.core.spelling import name_key

NAME_COLUMNS = ("adm1_name", "adm2_name", "adm3_name")
CODE_COLUMNS = ("adm1_code", "adm2_code", "adm3_code")
WRITTEN = NAME_COLUMNS + CODE_COLUMNS
PLACED: dict[str, pl.DataType | type[pl.DataType]] = {
    "units": pl.List(pl.String),
    "unit": pl.String,
    "level": pl.Int64,
    "how": pl.String,
    "named_level": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One distinct written place that needs a person: its placement for now, how many rows write it, the first of them."""

    written: WrittenPlace
    placement: Placement
    rows: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Noticed:
    """One problem as it stands in the file: how many rows show it, and the first of them. `detail["column"]` says where."""

    problem: Problem
    rows: int
    first_row: int


@dataclass(frozen=True, slots=True)
class PlacedRows:
    """`frame`: the rows with units, unit, level, how and named_level; `doubts` for the review list; `noticed` for the report."""

    frame: pl.DataFrame
    doubts: tuple[Doubt, ...]
    noticed: tuple[Noticed, ...]


def place_rows(gazetteer: Gazetteer, frame: pl.DataFrame, state: str, *, division: str | None = None) -> PlacedRows:
    """Place every row of a file of one State (ISO3).

    Columns in: row, and any of adm1_name ... adm3_code (text, null where empty). Columns added: units (list), unit (the place,
    or the finest unit that holds all of them), level, how, named_level. Where two divisions share a name, `division` decides,
    else the other names and codes of the file do, else the row is doubtful.
    """
    whole = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in WRITTEN if name not in frame.columns
    )
    distinct = whole.group_by(WRITTEN, maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("row").min().alias("first_row")
    )
    written = [
        WrittenPlace(state, (line[0], line[1], line[2]), (line[3], line[4], line[5]))
        for line in distinct.select(WRITTEN).iter_rows()
    ]
    shown = divisions_shown(gazetteer, written)
    asked = division or (next(iter(shown)) if len(shown) == 1 else None)
    placements = gazetteer.place_all(written, division=asked)
    sizes = list(distinct.select("rows", "first_row").iter_rows())
    placed = distinct.select(WRITTEN).hstack(placement_columns(gazetteer, placements))
    joined = whole.join(placed, on=WRITTEN, how="left", nulls_equal=True, maintain_order="left")
    mixed = mixed_divisions(shown, sizes)
    return PlacedRows(
        joined.select(*frame.columns, *PLACED),
        doubts_of(written, placements, sizes),
        mixed + noticed_in(placements, sizes),
    )


def placement_columns(gazetteer: Gazetteer, placements: Sequence[Placement]) -> pl.DataFrame:
    """The columns of PLACED, one line per placement."""
    lines = [
        (list(each.units), single(gazetteer, each.units), each.level, each.how, each.named_level) for each in placements
    ]
    return pl.DataFrame(lines, schema=pl.Schema(PLACED), orient="row")


def single(gazetteer: Gazetteer, units: tuple[str, ...]) -> str | None:
    """The one unit, or the finest that holds them all."""
    return units[0] if len(units) == 1 else gazetteer.hierarchy.nearest_common(units)


def divisions_shown(gazetteer: Gazetteer, written: Sequence[WrittenPlace]) -> dict[str, str]:
    """The divisions that the region names and codes of a file can only belong to, each with the text that shows it."""
    shown: dict[str, str] = {}
    texts = dict.fromkeys((place.state, text) for place in written for text in (place.names[0], place.codes[0]) if text)
    for state, text in texts:
        for division in only_division(gazetteer, state, text):
            shown.setdefault(division, text)
    return shown


def only_division(gazetteer: Gazetteer, state: str, text: str) -> tuple[str, ...]:
    """The one division in which a region name or code is found; nothing when it is found in several or in none."""
    hierarchy = gazetteer.hierarchy
    bearers = gazetteer.names.units(state, 1, name_key(text)) or gazetteer.codes.units(text)
    homes = {home for unit in bearers if hierarchy.units[unit].state == state for home in hierarchy.in_divisions(unit)}
    return tuple(homes) if len(homes) == 1 else ()


def mixed_divisions(shown: dict[str, str], sizes: Sequence[tuple[int, int]]) -> tuple[Noticed, ...]:
    """One problem when a file names regions of several divisions; each row is placed in its own."""
    if len(shown) < 2:
        return ()
    detail = {
        "column": "adm1_name",
        "divisions": "; ".join(f"{division} ({text})" for division, text in sorted(shown.items())),
    }
    return (
        Noticed(
            Problem("divisions-mixed", value="; ".join(shown.values()), detail=detail),
            sum(rows for rows, _ in sizes),
            min(first for _, first in sizes),
        ),
    )


def doubts_of(
    written: Sequence[WrittenPlace], placements: Sequence[Placement], sizes: Sequence[tuple[int, int]]
) -> tuple[Doubt, ...]:
    """The distinct places that need a person, those of most rows first."""
    unsure = [
        Doubt(place, placement, rows, first)
        for place, placement, (rows, first) in zip(written, placements, sizes, strict=True)
        if placement.how in ("doubtful", "unknown")
    ]
    return tuple(sorted(unsure, key=lambda doubt: (-doubt.rows, doubt.first_row)))


def noticed_in(placements: Sequence[Placement], sizes: Sequence[tuple[int, int]]) -> tuple[Noticed, ...]:
    """Problems grouped by code, column, value and detail, in the order of the file."""
    grouped: dict[tuple[str, ...], Noticed] = {}
    for placement, (rows, first) in zip(placements, sizes, strict=True):
        for problem in placement.problems:
            key = (problem.code, problem.value, *sorted(f"{name}={text}" for name, text in problem.detail.items()))
            held = grouped.get(key)
            grouped[key] = Noticed(
                problem, rows + (held.rows if held else 0), min(first, held.first_row) if held else first
            )
    return tuple(sorted(grouped.values(), key=lambda noticed: noticed.first_row))
