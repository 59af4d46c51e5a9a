"""The register of organisations as programs receive it."""

from typing import Literal
from uuid import UUID

from concertation.apps.ground.answers import PagedById, Row, StateCode, Words
from concertation.apps.organisations.queries import UNSTATED
from concertation.apps.organisations.words import TYPES

KNOWN_TYPES = tuple(code or UNSTATED for code in TYPES)


class OrganisationRow(Row):
    """An organisation; `organisation` stands in its address and never changes."""

    id: UUID
    organisation: str
    acronym: str | None
    name_fr: str | None
    name_en: str | None
    org_type: str | None


class OrganisationsAsked(PagedById):
    """Organisations by a part of a name, by type, by a State where they declared."""

    search: Words | None = None
    org_type: Literal[KNOWN_TYPES] | None = None  # type: ignore[valid-type]
    state: StateCode | None = None
