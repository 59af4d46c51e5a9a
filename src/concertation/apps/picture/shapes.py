"""The joint picture of one State as programs receive it: what `./run picture --json` says."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from concertation.apps.ground.answers import Asked, Day, SectorCode, StateCode, Word


class PictureUnit(BaseModel):
    """One unit of the picture; null is "no figure held", never 0."""

    model_config = ConfigDict(extra="forbid")
    unit: str
    pcode: str | None
    name_fr: str
    name_en: str
    need: int | None
    targeted: int | None
    reached: int | None
    gap: int | None
    not_reached: int | None
    actors: int | None
    activities: int | None
    presence: str
    need_estimated: bool
    source: str | None


class PictureTotal(BaseModel):
    """Sums over the units that hold the measure."""

    model_config = ConfigDict(extra="forbid")
    need: int | None
    targeted: int | None
    reached: int | None
    gap: int | None


class PictureTold(BaseModel):
    """Need and presence on the units of one level, with the dates that both carry."""

    model_config = ConfigDict(extra="forbid")
    state: str
    level: int
    sector: str
    division: str
    as_of: date
    need_date: list[date | None]
    presence_period: list[date] | None
    organisations_reporting: int | None
    rows: list[PictureUnit]
    total: PictureTotal


class PictureAsked(Asked):
    """One State, a level, a sector, a division, a day."""

    state: StateCode
    level: Annotated[int, Field(ge=0, le=3)] = 1
    sector: SectorCode = "FSC"
    division: Word | None = None
    as_of: Day | None = None
