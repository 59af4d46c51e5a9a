"""Where each unit lies, in HAPI's columns: its State, its first- and its second-level unit with names and OCHA's codes."""

from functools import lru_cache

import polars as pl
from django.utils.translation import get_language

from concertation.apps.places.bulk_reading import codes_of, divisions_newest_first
from concertation.apps.places.models import AdminUnit, State
from concertation.apps.places.queries import parents_frame
from concertation.apps.sources.queries import loaded_reference_set

PLACE = ("location_code", "location_name", "admin1_code", "admin1_name", "admin2_code", "admin2_name", "admin_level")


def hapi_places() -> pl.DataFrame:
    """Every unit, those below the second level at the second: `unit`, `unit_told` (the unit of the row) and PLACE, in the reader's language. One query."""
    return _hapi_places(loaded_reference_set(), "en" if get_language() == "en" else "fr")


@lru_cache(maxsize=4)
def _hapi_places(digest: str, language: str) -> pl.DataFrame:
    columns = {"unit": pl.String, "state": pl.String, "level": pl.Int64, "name": pl.String}
    units = pl.DataFrame(list(AdminUnit.objects.values_list("pk", "state_id", "level", f"name_{language}")), schema=columns, orient="row")
    coded = units.join(codes_of(units["unit"].to_list()), on="unit", how="left")
    states = pl.DataFrame(list(State.objects.values_list("pk", f"name_{language}")), schema={"state": pl.String, "location_name": pl.String}, orient="row")
    newest = pl.DataFrame(list(enumerate(divisions_newest_first())), schema={"rank": pl.Int64, "division": pl.String}, orient="row")
    above = parents_frame().join(newest, on="division").sort("rank").unique("unit", keep="first", maintain_order=True).select("unit", "parent")
    stepped = coded.join(above, on="unit", how="left").join(above.rename({"unit": "parent", "parent": "parent2"}), on="parent", how="left")
    level, own = pl.col("level"), pl.col("unit")
    placed = stepped.with_columns(
        pl.when(level == 1).then(own).when(level == 2).then("parent").when(level == 3).then("parent2").alias("admin1"),
        pl.when(level == 2).then(own).when(level == 3).then("parent").alias("admin2"),
    )
    for rank in ("admin1", "admin2"):
        named = coded.select(pl.col("unit").alias(rank), pl.col("name").alias(f"{rank}_name"), pl.col("pcode").alias(f"{rank}_code"))
        placed = placed.join(named, on=rank, how="left")
    told = placed.join(states, on="state", how="left").with_columns(pl.when(level == 3).then("admin2").otherwise("unit").alias("unit_told"))
    return told.select("unit", "unit_told", pl.col("state").alias("location_code"), *PLACE[1:-1], level.clip(upper_bound=2).alias("admin_level"))


def units_coded(*, admin1_code: str | None, admin2_code: str | None) -> list[str] | None:
    """The units at or under these codes of OCHA's; None when no code is asked for."""
    wanted = {name: code for name, code in (("admin1_code", admin1_code), ("admin2_code", admin2_code)) if code}
    if not wanted:
        return None
    return hapi_places().filter(pl.col(name) == code for name, code in wanted.items())["unit"].to_list()
