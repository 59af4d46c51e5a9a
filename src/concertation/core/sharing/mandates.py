"""A mandate says for whom a person acts: a role, for a State or for an organisation.

Roles and levels follow the access rules of the framework: two masters for every row, the owner State (territory)
and the holder (the organisation that supplied it).
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do under a mandate."""

    READER = "reader"
    REPORTER = "reporter"
    REPORTER_LEAD = "reporter-lead"
    DATA_MANAGER = "data-manager"
    RELEASE_AUTHORITY = "release-authority"
    ANALYST = "analyst"
    DONOR = "donor"
    FACILITATOR = "facilitator"
    PSEA_FOCAL_POINT = "psea-focal-point"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Sensitivity(StrEnum):
    """The four levels of the OCHA data responsibility guidelines, from open to closed."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Mandate:
    """A person acting in a role, for a State (ISO3, `AES` for the framework itself) or for an organisation.

    `person` is a stable text id kept in the journal; it is never a name or an address.
    """

    person: str
    role: Role
    state: str = ""
    organisation: str = ""

    def __str__(self) -> str:
        """The mandate as the journal writes it.

        >>> str(Mandate("u1", Role.DATA_MANAGER, state="NER"))
        'data-manager:NER'
        """
        return ":".join(part for part in (self.role.value, self.state, self.organisation) if part)
