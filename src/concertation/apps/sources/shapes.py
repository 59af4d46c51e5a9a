"""Sources, imports and their problems as programs receive them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from concertation.apps.ground.answers import Paged, PagedById, Row, StateCode
from concertation.apps.sources.models import STATUSES

RUN_STATUSES = tuple(code for code, _words in STATUSES)


class SourceRow(Row):
    """A publication, a data set or a file on which figures rest."""

    source: str
    title: str
    publisher: str | None
    url: str | None
    published_on: date | None
    licence: str | None
    note: str | None
    figures: int


class ImportRow(Row):
    """One file brought in for one State."""

    id: UUID
    state: str
    kind: str | None
    status: str
    file: str
    source: str | None
    period_start: date | None
    period_end: date | None
    sensitivity: str
    done: int
    total: int
    open_doubts: int
    created_at: datetime
    stored_at: datetime | None


class ImportProblemRow(Row):
    """A problem of an import, counted over the cells with the same value, with the first of them."""

    problem: str
    severity: str
    message: str
    remedy: str
    cell_value: str | None
    count: int
    sheet: str | None
    row: int | None
    column: str | None


class ImportsAsked(PagedById):
    """Imports of a State, by how far they are."""

    state: StateCode | None = None
    status: Literal[RUN_STATUSES] | None = None  # type: ignore[valid-type]


class ProblemsAsked(Paged):
    """All problems of an import; they are counted, so they fit one page."""
