"""Plan rows and flows as programs receive them, under the names of the pages. Amounts are whole minor units of their currency."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from concertation.apps.ground.answers import Asked, PagedById, Row, SectorCode, StateCode
from concertation.core.funding import POLICIES
from concertation.core.funding_quality import WORDS
from concertation.core.plan_money import LEVELS, PLAN_TYPES
from concertation.core.sharing import Sensitivity

Year = Annotated[int, Field(ge=1990, le=2100)]


class PlanMoneyRow(Row):
    """What a plan or one of its clusters asks for and holds; null where no figure is held."""

    id: UUID
    plan_level: str
    state: str | None
    year: int | None
    plan: str | None
    code: str | None
    plan_type: str | None
    start: date | None
    end: date | None
    standing: str
    cluster_code: str | None
    cluster: str | None
    sector: str | None
    requirement_minor: int | None
    original_requirement_minor: int | None
    funding_minor: int | None
    currency: str
    published_percent: str | None
    extracted_on: date | None
    source: str
    holder: str | None
    sensitivity: Literal[tuple(level.value for level in Sensitivity)]  # type: ignore[valid-type]


class PlanMoneyAsked(PagedById):
    """Plan rows by State, year, level, sector and type of plan."""

    state: StateCode | None = None
    year: Year | None = None
    plan_level: Literal[LEVELS] | None = None  # type: ignore[valid-type]
    sector: SectorCode | None = None
    plan_type: Literal[tuple(PLAN_TYPES)] | None = None  # type: ignore[valid-type]


class MoneyFlowRow(Row):
    """One flow in the version reported last, at the grain its reader may see."""

    id: UUID
    system: str
    flow: str
    reported_version: int
    status: str | None
    flow_type: str | None
    boundary: str | None
    on_boundary: str | None
    amount_minor: int | None
    currency: str
    original_minor: int | None
    original_currency: str | None
    dated: date | None
    decided: date | None
    reported: date | None
    year: int | None
    places: str | None
    parent_flow: str | None
    raw_sha256: str
    holder: str | None
    sensitivity: Literal[tuple(level.value for level in Sensitivity)]  # type: ignore[valid-type]


class MoneyFlowsAsked(PagedById):
    """Flows by the State they reach, year and status."""

    state: StateCode | None = None
    year: Year | None = None
    status: Literal["paid", "commitment", "pledge"] | None = None


class MoneyOverviewRow(Row):
    """What a State's country plan asked for and received in a year, as extracted last."""

    state: str
    year: int
    requirement_minor: int | None
    funding_minor: int | None
    currency: str
    covered_percent: int | None
    extracted_on: date | None


class MoneyOverviewAsked(Asked):
    """Country plans by State and year."""

    state: StateCode | None = None
    year: Year | None = None
    output_format: Literal["json", "csv"] | None = None


class MoneyQualityRow(Row):
    """One measure of quality of the money counted: the part, the whole, and what no source says."""

    quality: Literal[tuple(WORDS)]  # type: ignore[valid-type]
    share: float | None
    part_minor: int | None
    whole_minor: int
    unknown_minor: int
    currency: str
    flows: int
    unknown_flows: int


class MoneyBridgeRow(Row):
    """One step of the bridge between two counting policies; the steps of a pair add up to the difference of its totals."""

    from_policy: Literal[tuple(POLICIES)]  # type: ignore[valid-type]
    to_policy: Literal[tuple(POLICIES)]  # type: ignore[valid-type]
    from_total_minor: int
    to_total_minor: int
    from_reason: str
    to_reason: str
    flows: int
    difference_minor: int
    currency: str


class MoneyCountedAsked(Asked):
    """The flows of a State, year and sector, or all of them."""

    state: StateCode | None = None
    year: Year | None = None
    sector: SectorCode | None = None
    output_format: Literal["json", "csv"] | None = None
