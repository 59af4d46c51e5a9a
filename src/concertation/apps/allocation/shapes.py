"""Allocation rounds as programs receive them: rounds, their scenarios, the coverage of each group, the lines of a plan. Amounts are whole minor units."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from concertation.apps.allocation.models import ROUND_STATUSES, SCENARIO_STATUSES
from concertation.apps.ground.answers import Asked, PagedById, Row
from concertation.core.allocation.counting import COUNTINGS

Number = Annotated[int, Field(ge=1, le=1000)]
STATUSES = tuple(code for code, _words in ROUND_STATUSES)


class RoundRow(Row):
    """One round: its question under its hash, and how far it is. An estimate counts dollars of need, never people."""

    id: UUID
    title: str
    status: Literal[STATUSES]  # type: ignore[valid-type]
    as_of: date
    currency: str
    sources: int
    cells: int
    states: str
    held_minor: int
    needed_minor: int
    is_estimate: bool
    question_sha256: str
    proposed: int | None
    endorsed_at: datetime | None


class RoundsAsked(PagedById):
    """Rounds by how far they are."""

    status: Literal[STATUSES] | None = None  # type: ignore[valid-type]


class ScenarioRow(Row):
    """One scenario of a round: which money it counts, whether its certificate holds, what it reaches; null until it is solved."""

    round: UUID
    scenario: int
    title: str | None
    status: Literal[tuple(code for code, _words in SCENARIO_STATUSES)]  # type: ignore[valid-type]
    is_certified: bool
    question_sha256: str | None
    people_assisted: int | None
    least_coverage: float | None
    spent_minor: int | None
    reserved_minor: int | None
    overhead_minor: int | None
    counting: Literal[COUNTINGS] | None  # type: ignore[valid-type]
    counted_minor: int | None
    lines_by_hand: int | None
    currency: str


class ScenariosAsked(Asked):
    """The scenarios of one round."""

    round: UUID
    output_format: Literal["json", "csv"] | None = None


class GroupRow(Row):
    """A State's sector in a solved scenario."""

    round: UUID
    scenario: int
    state: str
    sector: str
    need_minor: int
    funded_minor: int
    given_minor: int
    coverage: float
    people: int | None
    people_assisted: int | None
    is_reachable: bool
    currency: str


class PlanLineRow(Row):
    """One line of a plan as it stands, with its reason; set by hand or not."""

    round: UUID
    scenario: int
    funder: str
    cell: str
    state: str
    sector: str
    amount_minor: int
    currency: str
    why_fr: str | None
    why_en: str | None
    is_by_hand: bool
    reason_by_hand: str | None


class OneScenarioAsked(Asked):
    """One scenario of one round."""

    round: UUID
    scenario: Number
    output_format: Literal["json", "csv"] | None = None
