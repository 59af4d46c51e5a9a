"""Writing exchange rates: one stated with its day and source, or taken back; nothing is overwritten, each act leaves a line in the journal.

One pair has one rate a day: two figures for it would make two conversions of one amount. The fixed parity of the CFA franc and the euro is
a fact of the reference set, that nobody states anew.
"""

import hashlib
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from concertation.apps.funding.models import ExchangeRate
from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused
from concertation.apps.sources.commands import state_source
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate

FIXED = frozenset({"EUR", "XOF"})


class RateRefused(ActRefused):
    """A rate that cannot be stated, for the reason given."""


@transaction.atomic
def state_rate(*, base: str, quote: str, on: date, value: Decimal, source: str, today: date, by: Mandate) -> ExchangeRate:
    """State what one main unit of a currency was worth on a day, and who says so. Raises RateRefused: one currency twice, the fixed parity, a day to come, a rate that stands."""
    pair = {"value": f"{base}/{quote}", "day": on.isoformat()}
    if base == quote or value <= 0 or not source.strip():
        raise RateRefused([Problem("rate-says-nothing", Cell(), pair["value"], pair)])
    if {base, quote} == FIXED:
        raise RateRefused([Problem("rate-is-fixed", Cell(), pair["value"], pair)])
    if on > today:
        raise RateRefused([Problem("rate-to-come", Cell(), pair["value"], pair)])
    same = ExchangeRate.objects.select_for_update().filter(Q(base=base, quote=quote) | Q(base=quote, quote=base), on=on, withdrawn_at__isnull=True)
    if same.exists():
        raise RateRefused([Problem("rate-already-held", Cell(), pair["value"], pair)])
    exact = Fraction(value)
    title = source.strip()[:300]
    named = state_source(id=f"rate-{hashlib.sha256(title.encode()).hexdigest()[:16]}", title=title, publisher="", published_on=None)
    made = ExchangeRate.objects.create(base=base, quote=quote, on=on, numerator=exact.numerator, denominator=exact.denominator, source=named, stated_by=by.person, stated_at=timezone.now())
    journal("funding.rate-stated", by, state=by.state or "AES", period=on.isoformat(), rate=made.pk, base=base, quote=quote, value=str(value), source=named.pk)
    return made


@transaction.atomic
def withdraw_rate(held: ExchangeRate, *, by: Mandate) -> bool:
    """Take back a rate a person stated; it stays to be read in the journal. False where it is gone, or is one of the reference set's."""
    done = ExchangeRate.objects.filter(pk=held.pk, withdrawn_at__isnull=True).exclude(stated_by="").update(withdrawn_at=timezone.now())
    if done:
        journal("funding.rate-withdrawn", by, state=by.state or "AES", period=held.on.isoformat(), rate=held.pk, base=held.base, quote=held.quote)
    return bool(done)
