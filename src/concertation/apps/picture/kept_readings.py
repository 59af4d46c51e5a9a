"""Readings of need on units kept in memory, so that a map is read once a process for the same figures."""

import polars as pl

from concertation.apps.needs.queries import need_on_units
from concertation.apps.needs.remembered import Remembered, content_of
from concertation.apps.needs.terrain import Terrain

KEPT = Remembered[pl.DataFrame](most=256)


def need_read(figures: pl.DataFrame, *, state: str, level: int, sector: str, division: str, terrain: Terrain) -> pl.DataFrame:
    """Need on the units of a level of a State (READING_SCHEMA), from memory where the same figures were read before."""
    own = figures.filter(pl.col("owner_state") == state)
    return KEPT.reading(
        (content_of(own), state, level, sector, division), standing_on=terrain,
        make=lambda: need_on_units(own, state=state, level=level, sector=sector, division=division, ground=terrain),
    )
