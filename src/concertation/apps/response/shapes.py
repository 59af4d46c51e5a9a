"""Alerts, what sectors did about them, and lines of bulletins, as programs receive them: codes, counts and days, as the pages show them."""

from datetime import date
from typing import Literal
from uuid import UUID

from concertation.apps.ground.answers import Day, PagedById, Row, SectorCode, StateCode, Word
from concertation.core.response.alerts import COVERAGES, GROUPS, NATURES, OUTCOMES, REASONS, STATES, TELLERS
from concertation.core.response.bulletins import HAZARDS
from concertation.core.sharing import Sensitivity

LEVELS = tuple(level.value for level in Sensitivity)


class AlertRow(Row):
    """One alert that counts; a number nobody told is null."""

    id: UUID
    state: str
    unit: str
    shock: Literal[NATURES]  # type: ignore[valid-type]
    group: Literal[GROUPS]  # type: ignore[valid-type]
    raised_on: date
    teller: Literal[TELLERS]  # type: ignore[valid-type]
    households: int | None
    persons: int | None
    facilities: int | None
    outcome: Literal[OUTCOMES]  # type: ignore[valid-type]
    assessed_on: date | None
    assessors: str | None
    covered: Literal[COVERAGES]  # type: ignore[valid-type]
    begun_on: date | None
    took_days: int | None
    holder: str | None
    sensitivity: Literal[LEVELS]  # type: ignore[valid-type]


class AlertsAsked(PagedById):
    """Alerts by State, place, shock, group, what sectors cover, and the day they were raised."""

    state: StateCode | None = None
    unit: Word | None = None
    shock: Literal[NATURES] | None = None  # type: ignore[valid-type]
    group: Literal[GROUPS] | None = None  # type: ignore[valid-type]
    covered: Literal[COVERAGES] | None = None  # type: ignore[valid-type]
    raised_since: Day | None = None
    raised_until: Day | None = None


class ResponseRow(Row):
    """What one sector, as one holder tells it, did about an alert."""

    id: UUID
    alert: UUID
    state: str
    sector: str
    answer: Literal[STATES]  # type: ignore[valid-type]
    why_not: Literal[REASONS] | None  # type: ignore[valid-type]
    org_written: str | None
    households: int | None
    begun_on: date | None
    holder: str | None
    sensitivity: Literal[LEVELS]  # type: ignore[valid-type]


class ResponsesAsked(PagedById):
    """Responses by State, alert, sector and what was done."""

    state: StateCode | None = None
    alert: UUID | None = None
    sector: SectorCode | None = None
    answer: Literal[STATES] | None = None  # type: ignore[valid-type]


class BulletinRow(Row):
    """One line of a bulletin as published: cumulative since the season began; a number nobody printed is null."""

    id: UUID
    bulletin: UUID
    state: str
    disaster: Literal[HAZARDS]  # type: ignore[valid-type]
    season: int
    counted_until: date
    service: str | None
    unit: str | None
    is_total: bool
    place_written: str | None
    households: int | None
    persons: int | None
    houses: int | None
    livestock: int | None
    assisted_households: int | None
    assisted_people: int | None
    assisted_households_percent: float | None
    assisted_people_percent: float | None
    file: str
    row: int
    holder: str | None
    sensitivity: Literal[LEVELS]  # type: ignore[valid-type]


class BulletinsAsked(PagedById):
    """Lines of bulletins by State, disaster and season."""

    state: StateCode | None = None
    disaster: Literal[HAZARDS] | None = None  # type: ignore[valid-type]
    season: int | None = None
