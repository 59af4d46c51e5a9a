"""Declared activities as programs receive them: the columns of the organisations' pages, and no more."""

from datetime import date
from typing import Literal
from uuid import UUID

from concertation.apps.ground.answers import Day, PagedById, Row, SectorCode, StateCode, Word
from concertation.core.sharing import Sensitivity


class ActivityRow(Row):
    """One declared activity, at the grain its reader may see."""

    id: UUID
    state: str
    organisation: str | None
    org_written: str | None
    unit: str
    sector: str | None
    activity: str | None
    status: str | None
    start: date | None
    end: date | None
    period_start: date | None
    period_end: date | None
    targeted: int | None
    reached: int | None
    file: str
    sheet: str | None
    row: int
    holder: str | None
    sensitivity: Literal[tuple(level.value for level in Sensitivity)]  # type: ignore[valid-type]


class ActivitiesAsked(PagedById):
    """Activities by State, place, sector, organisation and days."""

    state: StateCode | None = None
    unit: Word | None = None
    sector: SectorCode | None = None
    organisation: Word | None = None
    since: Day | None = None
    until: Day | None = None
