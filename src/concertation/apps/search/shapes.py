"""What was found, as programs receive it."""

from typing import Annotated, Literal

from pydantic import Field

from concertation.apps.ground.answers import Asked, Row, SectorCode, StateCode, Words
from concertation.apps.search.matching import Way
from concertation.apps.search.queries import MOST

FOUND_BY = tuple(way.name.lower() for way in Way)


class FoundRow(Row):
    """One thing found: what it is, the page that shows it, and how it was found; the best of its kind first."""

    kind: str
    key: str
    title_fr: str
    title_en: str
    context_fr: str | None
    context_en: str | None
    page: str
    state: str | None
    sector: str | None
    found_by: Literal[FOUND_BY]  # type: ignore[valid-type]


class SearchAsked(Asked):
    """Words to look for, as on the page; no more than `most` things of each kind."""

    q: Words
    kind: Annotated[str, Field(pattern=r"^[a-z-]{1,16}$")] | None = None
    state: StateCode | None = None
    sector: SectorCode | None = None
    most: Annotated[int, Field(ge=1, le=MOST)] = 20
    output_format: Literal["json", "csv"] | None = None
