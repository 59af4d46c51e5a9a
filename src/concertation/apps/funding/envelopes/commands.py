"""Writing envelopes: name one, withdraw it, take that back; and hold those a release draws from until its transaction ends."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concertation.apps.funding.models import TriggerEnvelope
from concertation.apps.ground.commands import journal
from concertation.core.sharing import Mandate, Sensitivity


@transaction.atomic
def name_envelope(
    state: str, *, name: str, basis: str, reference: str, authority: str, frameworks: Sequence[str], currency: str, amount_minor: int, starts_on: date, ends_on: date, source: str,
    share_as: str = Sensitivity.RESTRICTED.value, by: Mandate,
) -> TriggerEnvelope | None:
    """Keep an envelope; None where the State has one of that name already."""
    if TriggerEnvelope.objects.filter(owner_state=state, name=name).exists():
        return None
    row: TriggerEnvelope = TriggerEnvelope.objects.create(
        owner_state=state, holder=by.organisation or f"{state.lower()}-government", sensitivity=share_as, name=name, basis=basis, reference=reference, authority=authority,
        frameworks=list(frameworks), currency=currency, amount_minor=amount_minor, starts_on=starts_on, ends_on=ends_on, source=source,
    )  # fmt: skip
    journal("funding.envelope-named", by, state=state, envelope=row.pk, minor_units=amount_minor, currency=currency, frameworks=list(frameworks))
    return row


@transaction.atomic
def turn_envelope(row: TriggerEnvelope, *, withdrawn: bool, by: Mandate) -> None:
    """Nothing more is drawn from a withdrawn envelope; taken back, it can be drawn from again."""
    now: TriggerEnvelope = TriggerEnvelope.objects.select_for_update().get(pk=row.pk)
    if (now.withdrawn_at is not None) is withdrawn:
        return
    now.withdrawn_at, now.version = timezone.now() if withdrawn else None, now.version + 1
    now.save(update_fields=["withdrawn_at", "version"])
    journal("funding.envelope-withdrawn" if withdrawn else "funding.envelope-restored", by, state=now.owner_state, envelope=now.pk)


def hold(envelope_ids: Iterable[UUID]) -> None:
    """Hold envelopes until the transaction ends: two releases that draw from one wait for each other."""
    list(TriggerEnvelope.objects.select_for_update().filter(pk__in=list(envelope_ids)).order_by("pk"))
