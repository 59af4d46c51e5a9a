"""Reading places in bulk for programs: States, divisions, units as they stand in the divisions in force on a day."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from concertation.apps.ground.answers import Page, Row, page_of
from concertation.apps.places.models import AdminUnit, Division, State, UnitCode
from concertation.apps.places.queries import UNIT_CODE_SCHEME
from concertation.apps.places.shapes import (
    Admin1Row,
    Admin2Row,
    AdminAsked,
    DivisionRow,
    DivisionsAsked,
    StateRow,
    UnitRow,
    UnitsAsked,
)

UNIT_PATHS = {
    "unit": "pk", "state": "state_id", "level": "level", "kind": "kind", "name_fr": "name_fr", "name_en": "name_en", "parent": "parents__parent_id",
    "division": "parents__division_id", "valid_from": "valid_from", "valid_to": "valid_to", "chef_lieu": "chef_lieu", "latitude": "latitude",
    "longitude": "longitude", "source": "source",
}  # fmt: skip


def state_rows(*, most: int, after: object) -> Page:
    """The States of the framework. One query."""
    return page_of(State.objects.all(), StateRow, {name: name for name in StateRow.model_fields}, most=most, after=after)


def division_rows(asked: DivisionsAsked) -> Page:
    """Divisions. One query."""
    rows = Division.objects.filter(state_id=asked.state) if asked.state else Division.objects.all()
    paths = {name: name for name in DivisionRow.model_fields} | {"division": "pk", "state": "state_id"}
    return page_of(rows, DivisionRow, paths, most=asked.limit, after=asked.after)


def unit_rows(asked: UnitsAsked, *, today: date) -> Page:
    """Units of the division named, else of each State's division in force on the day, with OCHA's code. Three queries."""
    rows = _units(asked.state, asked.division, asked.on or today)
    if asked.level is not None:
        rows = rows.filter(level=asked.level)
    page = page_of(rows, UnitRow, UNIT_PATHS, most=asked.limit, after=asked.after)
    codes = codes_of(page.frame["unit"].to_list())
    return page.with_frame(page.frame.join(codes, on="unit", how="left"))


def _units(state: str | None, division: str | None, on: date) -> QuerySet[AdminUnit]:
    wanted = [division] if division else divisions_on(on)
    placed = Q(parents__division_id__in=wanted)
    rows = AdminUnit.objects.filter(placed if division else placed | Q(level=0))
    return rows.filter(state_id=state) if state else rows


def divisions_on(on: date) -> list[str]:
    """The division of each State in force on a day. One query."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    not_ended = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    latest = dict(Division.objects.filter(begun & not_ended).order_by("valid_from", "pk").values_list("state_id", "pk"))
    return sorted(latest.values())


def codes_of(units: Sequence[str]) -> pl.DataFrame:
    """OCHA's current code of each unit that has one: unit, pcode. One query."""
    held = UnitCode.objects.filter(unit_id__in=units, scheme=UNIT_CODE_SCHEME, valid_to__isnull=True).order_by("unit_id", "code")
    return pl.DataFrame(list(held.values_list("unit_id", "code")), schema={"unit": pl.String, "pcode": pl.String}, orient="row").unique("unit", keep="first")


def admin_rows(asked: AdminAsked, *, level: int, today: date) -> Page:
    """Units of the first or second level under HAPI's names. Four queries."""
    shape: type[Row] = Admin1Row if level == 1 else Admin2Row
    name = "name_en" if get_language() == "en" else "name_fr"
    paths = {
        "id": "pk", "name": name, "location_code": "state_id", "location_name": f"state__{name}", "reference_period_start": "valid_from",
        "reference_period_end": "valid_to", "parent": "parents__parent_id", "admin1_name": f"parents__parent__{name}",
    }  # fmt: skip
    page = page_of(_units(asked.state, asked.division, today).filter(level=level), shape, paths, most=asked.limit, after=asked.after)
    codes = codes_of([*page.frame["id"].to_list(), *page.frame["parent"].unique().drop_nulls().to_list()])
    told = page.frame.join(codes.rename({"unit": "id", "pcode": "code"}), on="id", how="left").join(
        codes.rename({"unit": "parent", "pcode": "admin1_code"}), on="parent", how="left",
    )
    uncoded = pl.when(pl.col("code").is_null()).then(pl.lit(no_code_yet())).alias("warning")
    return page.with_frame(told.with_columns(uncoded, pl.col("code").is_not_null().alias("from_cods"), pl.lit(None, pl.String).alias("error")))


def no_code_yet() -> str:
    """What is said of a unit for which OCHA has published no code."""
    return _("Cette unité n'a pas encore de code OCHA.")


def divisions_newest_first() -> list[str]:
    """Every division, the newest first. One query."""
    return list(Division.objects.order_by("-valid_from", "pk").values_list("pk", flat=True))
