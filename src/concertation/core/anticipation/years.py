"""Sets of years as masks: bit i is the year `first` + i. What fired and what is known are two masks, so that a missing reading is never a no."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Years:
    """Over the years `first` to `last`: in which something fired, and in which that is known. What fired is known."""

    first: int
    last: int
    fired: int
    known: int

    @property
    def span(self) -> int:
        """How many years."""
        return self.last - self.first + 1

    def __or__(self, other: "Years") -> "Years":
        """Either fired; known where both are, or where one fired."""
        fired = self.fired | other.fired
        return Years(self.first, self.last, fired, (self.known & other.known) | fired)

    def __and__(self, other: "Years") -> "Years":
        """Both fired; known where both are, or where one is known not to have."""
        fired = self.fired & other.fired
        return Years(self.first, self.last, fired, (self.known & other.known) | (self.known & ~self.fired) | (other.known & ~other.fired))

    def __invert__(self) -> "Years":
        """What did not fire, where that is known."""
        return Years(self.first, self.last, self.known & ~self.fired, self.known)

    def has(self, year: int) -> bool | None:
        """Whether it fired in a year; None where that is not known or the year lies outside.

        >>> [years_of(2001, 2003, {2001: True, 2002: False}).has(year) for year in (2001, 2002, 2003, 1999)]
        [True, False, None, None]
        """
        if not self.first <= year <= self.last or not self.known >> (year - self.first) & 1:
            return None
        return bool(self.fired >> (year - self.first) & 1)

    def listed(self) -> tuple[int, ...]:
        """The years in which it fired."""
        return _listed(self.first, self.span, self.fired)

    def unknown(self) -> tuple[int, ...]:
        """The years of which nobody can tell."""
        return _listed(self.first, self.span, ~self.known)

    @property
    def return_period(self) -> float | None:
        """Weibull: (years + 1) / activations; None when it never fired.

        >>> years_of(2001, 2025, {year: year in (2001, 2009, 2011) for year in range(2001, 2026)}).return_period
        8.666666666666666
        """
        return weibull(self.span, self.fired.bit_count())


def _listed(first: int, span: int, mask: int) -> tuple[int, ...]:
    return tuple(first + place for place in range(span) if mask >> place & 1)


def weibull(years: int, activations: int) -> float | None:
    """The return period in years of so many activations in so many years; None for none.

    >>> weibull(46, 9), weibull(25, 0)
    (5.222222222222222, None)
    """
    return (years + 1) / activations if activations else None


def years_of(first: int, last: int, held: dict[int, bool]) -> Years:
    """The masks of what is held year by year; a year that is absent is not known."""
    within = {year: fired for year, fired in held.items() if first <= year <= last}
    return Years(first, last, mask_of(first, (year for year, fired in within.items() if fired)), mask_of(first, within))


def mask_of(first: int, years: Iterable[int]) -> int:
    """A mask with the bits of these years.

    >>> bin(mask_of(2001, [2001, 2004]))
    '0b1001'
    """
    return sum(1 << (year - first) for year in set(years))


def nothing(first: int, last: int) -> Years:
    """Years in which nothing fired, all known: what an empty alternative gives."""
    return Years(first, last, 0, (1 << (last - first + 1)) - 1)


def everything(first: int, last: int) -> Years:
    """Years in which all fired: what an empty condition gives."""
    return ~nothing(first, last)
