"""Reading the envelopes held ready for frameworks; every reading begins with what the reader may see."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from concertation.apps.funding.models import TriggerEnvelope
from concertation.core.sharing import Mandate


def envelopes(mandates: Sequence[Mandate]) -> QuerySet[TriggerEnvelope]:
    """Every envelope, the ones that end first before."""
    rows: QuerySet[TriggerEnvelope] = TriggerEnvelope.objects.visible_to(mandates).order_by("owner_state", "ends_on", "name")
    return rows


def envelope(mandates: Sequence[Mandate], envelope_id: UUID) -> TriggerEnvelope | None:
    """One envelope."""
    return envelopes(mandates).filter(pk=envelope_id).first()


def envelopes_for(mandates: Sequence[Mandate], slug: str, *, currency: str, on: date) -> list[TriggerEnvelope]:
    """The envelopes from which a framework may draw on a day, those that end first before."""
    rows = envelopes(mandates).filter(withdrawn_at__isnull=True, currency=currency, starts_on__lte=on, ends_on__gte=on)
    return [row for row in rows if slug in row.frameworks]
