"""Appeals, pledges and what was received, as programs receive them, under the names of the pages. Amounts are whole minor units of their currency; lists stand between bars.

A pledge is never money received: `received_minor` is what the receiving side confirmed, `declared_minor` what the giver says alone.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from concertation.apps.ground.answers import Asked, PagedById, Row
from concertation.apps.mobilisation.models import (
    APPEAL_KINDS,
    CHANNELS,
    GIVER_TYPES,
    KINDS,
    MEETING_STATES,
    SIDES,
    VALUERS,
)
from concertation.core.mobilisation.totals import OTHERS
from concertation.core.sharing import Sensitivity

LEVELS, APPEALS, GIVERS, FORMS = (tuple(codes) for codes in (
    (level.value for level in Sensitivity), (code for code, _words in APPEAL_KINDS), (code for code, _words in GIVER_TYPES), (code for code, _words in KINDS),
))  # fmt: skip
Level = Literal[LEVELS]  # type: ignore[valid-type]
AppealKind = Literal[APPEALS]  # type: ignore[valid-type]
GiverType = Literal[GIVERS]  # type: ignore[valid-type]
PledgeKind = Literal[FORMS]  # type: ignore[valid-type]
Owner = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class AppealRow(Row):
    """A joint appeal, or an envelope opened beforehand: what is asked together, for whom, until when."""

    id: UUID
    kind: AppealKind
    title_fr: str
    title_en: str
    states: str | None
    sectors: str | None
    asked_minor: int | None
    currency: str
    opens_on: date
    closes_on: date | None
    owner: str
    holder: str | None
    sensitivity: Level


class AppealsAsked(PagedById):
    """Appeals by their kind and whose they are."""

    kind: AppealKind | None = None
    owner: Owner | None = None


class AppealEnvelopeRow(Row):
    """One part of an appeal: an amount for a State and a sector."""

    id: UUID
    appeal: UUID
    state: str | None
    sector: str | None
    title_fr: str
    title_en: str
    amount_minor: int
    currency: str
    sensitivity: Level


class EnvelopesAsked(PagedById):
    """The parts of an appeal, or of all."""

    appeal: UUID | None = None


class PledgingMeetingRow(Row):
    """A meeting where givers announce pledges; who spoke is not kept."""

    id: UUID
    appeal: UUID | None
    title_fr: str
    title_en: str
    held_on: date
    place_name: str | None
    meeting_state: Literal[tuple(code for code, _words in MEETING_STATES)]  # type: ignore[valid-type]
    owner: str
    holder: str | None
    sensitivity: Level


class MeetingsAsked(PagedById):
    """Meetings, or those of an appeal."""

    appeal: UUID | None = None


class PledgeRow(Row):
    """What a giver promised, and what came of it. A pool of individuals has no name."""

    id: UUID
    reference: str
    appeal: UUID | None
    envelope: UUID | None
    meeting: UUID | None
    giver_type: GiverType
    giver: str | None
    people: int | None
    giver_country: str | None
    kind: PledgeKind
    amount_minor: int | None
    currency: str
    received_minor: int
    declared_minor: int
    what: str | None
    valued_by: Literal[tuple(code for code, _words in VALUERS)] | None  # type: ignore[valid-type]
    pledged_on: date
    states: str | None
    sectors: str | None
    taken_back_on: date | None
    owner: str
    holder: str | None
    sensitivity: Level


class PledgesAsked(PagedById):
    """Pledges by whom they were made to, type of giver, kind, appeal and meeting."""

    owner: Owner | None = None
    giver_type: GiverType | None = None
    kind: PledgeKind | None = None
    appeal: UUID | None = None
    meeting: UUID | None = None


class InstalmentRow(Row):
    """One part of a pledge, the day promised for it, and what confirmed receipts paid of it."""

    id: UUID
    pledge: UUID
    instalment: int
    amount_minor: int
    paid_minor: int
    currency: str
    due_on: date | None
    sensitivity: Level


class ReceiptRow(Row):
    """Money or goods received of a pledge; what a giver declares counts once it is confirmed."""

    id: UUID
    pledge: UUID
    received_on: date
    amount_minor: int
    currency: str
    channel: Literal[tuple(code for code, _words in CHANNELS)]  # type: ignore[valid-type]
    said_by: Literal[tuple(code for code, _words in SIDES)]  # type: ignore[valid-type]
    confirmed_on: date | None
    sensitivity: Level


class OfPledgeAsked(PagedById):
    """What belongs to a pledge, or to all."""

    pledge: UUID | None = None


class PledgeTotalRow(Row):
    """Public totals of one type of giver, kind and currency, as somebody published them; fewer than three givers never stand alone."""

    owner: str
    as_of: date
    giver_type: Literal[(*GIVERS, OTHERS)]  # type: ignore[valid-type]
    kind: PledgeKind
    currency: str
    givers: int
    pledges: int
    promised_minor: int
    received_minor: int
    without_value: int


class PledgeTotalsAsked(Asked):
    """Public totals, or those of a State or of the framework."""

    owner: Owner | None = None
    output_format: Literal["json", "csv"] | None = None
