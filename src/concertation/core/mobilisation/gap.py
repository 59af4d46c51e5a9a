"""The gap a pledge could close: what a cluster of a plan still lacks, and the most of it the pledge would be if all of it went there.

A pledge that names several places or sectors is split by nobody: each gap is shown with the whole of the pledge, and the shares are not added.
"""

from dataclasses import dataclass
from fractions import Fraction

from concertation.core.money import Money, Rate


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing in one State, or one cluster of it, of a year's plan, as extracted."""

    state: str
    sector: str
    year: int
    missing: Money


@dataclass(frozen=True, slots=True)
class Closing:
    """A gap and the most of it that a pledge could close; no share where no rate of that day is held."""

    gap: Gap
    share: Fraction | None
    rates: tuple[Rate, ...] = ()


def closes(pledge: Money | None, gap: Gap, *, rates: tuple[Rate, ...] = ()) -> Closing:
    """The most of a gap that a pledge in the gap's own currency could close; nothing missing is nothing to close.

    >>> wash = Gap("BFA", "WSH", 2025, Money(200, "USD"))
    >>> closes(Money(50, "USD"), wash).share, closes(Money(500, "USD"), wash).share, closes(None, wash).share
    (Fraction(1, 4), Fraction(1, 1), None)
    """
    if pledge is None or pledge.currency != gap.missing.currency or gap.missing.minor <= 0:
        return Closing(gap, None, ())
    return Closing(gap, min(Fraction(pledge.minor, gap.missing.minor), Fraction(1)), rates)
