"""HAPI's tables of figures under HAPI's own column names, with `warning` and `error` where there is a doubt.

What HAPI's views hold and this node does not (internal references, the provider's spelling of places, HDX resource ids) is left out
rather than sent empty; `unit` and `source` lead to our own places and sources.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from concertation.apps.ground.answers import Day, PagedByPlace, Row, SectorCode, StateCode, Word


class HapiRow(Row):
    """What every table of HAPI's says of the place."""

    location_code: str
    location_name: str
    admin1_code: str | None
    admin1_name: str | None
    admin2_code: str | None
    admin2_name: str | None
    admin_level: int


class HapiFigureRow(HapiRow):
    """A figure at a place: its people last, then our own columns."""

    reference_period_start: date | None
    reference_period_end: date | None
    unit: str
    source: str
    warning: str | None
    error: str | None


class NeedsRow(HapiFigureRow):
    """humanitarian_needs."""

    sector_code: str
    sector_name: str
    category: str
    population_status: str
    population: int | None


class FoodSecurityRow(HapiFigureRow):
    """food_security."""

    ipc_phase: str
    ipc_type: str | None
    population_in_phase: int | None
    population_fraction_in_phase: float | None


class IdpsRow(HapiFigureRow):
    """idps."""

    population: int | None


class PeopleRow(HapiFigureRow):
    """What the tables of people say of who they are."""

    gender: str
    age_range: str
    min_age: int | None
    max_age: int | None
    population: int | None


class PopulationRow(PeopleRow):
    """population."""


class RefugeesRow(PeopleRow):
    """refugees."""

    population_group: str
    origin_location_code: str | None
    asylum_location_code: str | None


class PresenceRow(HapiRow):
    """operational_presence."""

    org_acronym: str | None
    org_name: str | None
    org_type_code: str | None
    org_type_description: str | None
    sector_code: str | None
    sector_name: str | None
    reference_period_start: date | None
    reference_period_end: date | None
    unit: str
    warning: str | None
    error: str | None


class HapiAsked(PagedByPlace):
    """What every table of HAPI's understands."""

    location_code: StateCode | None = None
    admin1_code: Word | None = None
    admin2_code: Word | None = None
    admin_level: Annotated[int, Field(ge=0, le=2)] | None = None
    start_date: Day | None = None
    end_date: Day | None = None


class NeedsAsked(HapiAsked):
    """humanitarian_needs by sector and by status."""

    sector_code: SectorCode | None = None
    population_status: Literal["all", "AFF", "INN", "TGT", "REA"] | None = None


class FoodSecurityAsked(HapiAsked):
    """food_security by phase."""

    ipc_phase: Literal["1", "2", "3", "4", "5", "3+", "all"] | None = None


class PresenceAsked(HapiAsked):
    """operational_presence by sector."""

    sector_code: SectorCode | None = None
