"""Figures, sectors and concepts as programs receive them, under the names of the pages."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from concertation.apps.ground.answers import Asked, Day, PagedById, Row, SectorCode, StateCode, Word
from concertation.core.concepts import CONCEPTS, DISABILITIES, MEASURES, SEXES, STATUSES
from concertation.core.sharing import Sensitivity

Dimension = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
ConceptCode = Literal[tuple(CONCEPTS)]  # type: ignore[valid-type]


class SectorRow(Row):
    """A sector of the response."""

    sector: str
    parent: str | None
    name_fr: str
    name_en: str
    hapi_code: str | None
    restricted: bool


class ConceptRow(Row):
    """One thing that is counted, and with what it may be added."""

    concept: str
    nature: str
    measure: str
    scale: str | None
    adds_over_units: bool
    adds_over_sectors: bool
    name_fr: str
    name_en: str
    definition_fr: str
    definition_en: str


class FigureRow(Row):
    """A figure with everything that makes it readable; null where the source says nothing."""

    id: UUID
    state: str
    unit: str
    concept: str
    sector: str
    group: str
    sex: str
    age: str
    disability: str
    value: int | None
    value_text: str | None
    measure: str
    reference_start: date | None
    reference_end: date | None
    extracted_on: date | None
    source: str
    scope: str | None
    method: str | None
    status: str
    estimated: bool
    holder: str | None
    sensitivity: Literal[tuple(level.value for level in Sensitivity)]  # type: ignore[valid-type]


class FiguresAsked(PagedById):
    """Every axis of a figure; what is not given is not narrowed."""

    state: StateCode | None = None
    unit: Word | None = None
    level: Annotated[int, Field(ge=0, le=3)] | None = None
    concept: ConceptCode | None = None  # type: ignore[valid-type]
    sector: SectorCode | None = None
    group: Dimension | None = None
    sex: Literal[SEXES] | None = None  # type: ignore[valid-type]
    age: Dimension | None = None
    disability: Literal[DISABILITIES] | None = None  # type: ignore[valid-type]
    measure: Literal[MEASURES] | None = None  # type: ignore[valid-type]
    status: Literal[STATUSES] | None = None  # type: ignore[valid-type]
    source: Word | None = None
    since: Day | None = None
    until: Day | None = None


class Ranked(BaseModel):
    """One figure of the same fact: where it ranks and why."""

    model_config = ConfigDict(extra="forbid")
    figure: UUID | None
    leads: bool
    value: int | None
    value_text: str | None
    reference_start: date | None
    reference_end: date | None
    source: str
    source_title: str
    scope: str | None
    status: str
    reason_fr: str
    reason_en: str


class FigureTold(BaseModel):
    """One figure, the others of the same fact side by side, and where it was read."""

    model_config = ConfigDict(extra="forbid")
    figure: FigureRow
    same_fact: list[Ranked]
    disagreement: float | None
    file: str | None
    sheet: str | None
    rows: str | None


class OneAsked(Asked):
    """One row by its id."""
