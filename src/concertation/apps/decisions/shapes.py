"""The ministers' decisions as programs receive them: what `./run decisions list --json` says."""

from datetime import date

from pydantic import BaseModel, ConfigDict


class SourceNamed(BaseModel):
    """A source of a decision."""

    model_config = ConfigDict(extra="forbid")
    id: str
    title: str
    url: str


class MeasureTold(BaseModel):
    """One thing counted for a decision; null when no figure is held."""

    model_config = ConfigDict(extra="forbid")
    code: str
    label_fr: str
    label_en: str
    value: int | None
    unit_of_measure: str
    on: date | None
    since: date | None
    address: str
    sources: list[str]
    trend: list[tuple[int, int]]


class NationalTold(BaseModel):
    """What one State reported of a decision: state and evidence are two axes."""

    model_config = ConfigDict(extra="forbid")
    state: str
    implementation: str
    percent: int | None
    evidence: str
    due: date | None
    reported_on: date


class DecisionTold(BaseModel):
    """One decision with its sources, what each State reported, and what is measured of it."""

    model_config = ConfigDict(extra="forbid")
    reference: str
    number: int
    session: str | None
    title_fr: str
    title_en: str
    text_fr: str
    text_en: str
    official_wording: str | None
    subjects: list[str]
    sources: list[SourceNamed]
    responsible: str | None
    due: str
    due_en: str
    implementation: str
    evidence: list[str]
    national: list[NationalTold]
    measures: list[MeasureTold]


class DecisionsTold(BaseModel):
    """The eight decisions."""

    model_config = ConfigDict(extra="forbid")
    decisions: list[DecisionTold]
