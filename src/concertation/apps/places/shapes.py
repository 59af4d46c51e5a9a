"""The rows of places as programs receive them; every column is explained in `reference/api_words.csv`."""

from datetime import date
from typing import Annotated

from pydantic import Field

from concertation.apps.ground.answers import Day, Paged, Row, StateCode, Word

Level = Annotated[int, Field(ge=0, le=3)]


class StateRow(Row):
    """A State of the framework."""

    iso3: str
    name_fr: str
    name_en: str
    status: str
    since: date | None
    until: date | None
    has_units: bool
    source: str


class DivisionRow(Row):
    """A division of a State in force for a time."""

    division: str
    state: str
    name_fr: str
    name_en: str
    valid_from: date | None
    valid_to: date | None
    source: str


class UnitRow(Row):
    """A unit of administration as it stands in one division."""

    unit: str
    state: str
    level: int
    kind: str
    name_fr: str
    name_en: str
    pcode: str | None
    parent: str | None
    division: str | None
    valid_from: date | None
    valid_to: date | None
    chef_lieu: str | None
    latitude: float | None
    longitude: float | None
    source: str


class Admin1Row(Row):
    """A first-level unit under HAPI's column names."""

    id: str
    code: str | None
    name: str
    from_cods: bool
    location_code: str
    location_name: str
    reference_period_start: date | None
    reference_period_end: date | None
    warning: str | None
    error: str | None


class Admin2Row(Admin1Row):
    """A second-level unit under HAPI's column names."""

    admin1_code: str | None
    admin1_name: str


class DivisionsAsked(Paged):
    """Divisions of one State."""

    state: StateCode | None = None


class UnitsAsked(DivisionsAsked):
    """Units of a State, a division, a level, on a day."""

    division: Word | None = None
    level: Level | None = None
    on: Day | None = None


class AdminAsked(DivisionsAsked):
    """First- or second-level units of a State or a division."""

    division: Word | None = None
