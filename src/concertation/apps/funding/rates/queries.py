"""Reading exchange rates: those that stand, with who stated them; those of one day for a conversion."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from django.db.models import QuerySet

from concertation.apps.funding.models import ExchangeRate
from concertation.core.money import Rate, Rates


def standing() -> QuerySet[ExchangeRate]:
    """The rates that stand, the latest day first."""
    return ExchangeRate.objects.filter(withdrawn_at__isnull=True).select_related("source").order_by("-on", "base", "quote")


def rates_of(days: Iterable[date]) -> Rates:
    """The rates of some days, as a conversion takes them. One query."""
    rows = standing().filter(on__in=set(days))
    return Rates.of(Rate(row.base, row.quote, Fraction(row.numerator, row.denominator), row.on, row.source.title) for row in rows)


def rate(rate_id: int) -> ExchangeRate | None:
    """One rate that stands."""
    return standing().filter(pk=rate_id).first()
