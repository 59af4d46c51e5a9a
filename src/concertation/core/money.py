"""Money never drifts: whole minor units of one currency, and a conversion that states its rate, its day and its source.

A rate that nobody holds is a problem, never a guess: there is no fallback to another day or another pair. The CFA franc of
the West African union stands at a fixed parity with the euro (655.957 for one, since 1 January 1999).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction

from concertation.core.problems import Cell, Problem

USUAL_DIGITS = 2
OTHER_DIGITS: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
USUAL = (
    "AED AFN ALL AMD AOA ARS AUD AZN BAM BBD BDT BGN BND BOB BRL BSD BTN BWP BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD GBP GEL GHS GMD GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN "
    "PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SLE SOS SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW"
)
DIGITS: Mapping[str, int] = {**dict.fromkeys(USUAL.split(), USUAL_DIGITS), **OTHER_DIGITS}
EXACTLY = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole minor units, so that sums never drift.

    Raises ValueError when two currencies are added: convert first, with a rate that says its day and source.

    >>> Money(150, "USD") + Money(50, "USD"), -Money(5, "XOF")
    (Money(minor=200, currency='USD'), Money(minor=-5, currency='XOF'))
    """

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}; convert first")
        return Money(self.minor + other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + -other

    @property
    def main(self) -> Decimal:
        """The amount in the currency's main unit, exactly.

        >>> Money(1205, "USD").main, Money(1205, "XOF").main
        (Decimal('12.05'), Decimal('1205'))
        """
        return Decimal(self.minor).scaleb(-DIGITS[self.currency])


def in_minor_units(written: Decimal | int | str, currency: str) -> int:
    """Whole minor units of an amount in the main unit, half to even where a source wrote finer than the currency has.

    Raises KeyError for a currency nobody knows; callers ask `is_currency` first and tell it as a problem.

    >>> in_minor_units("0.125", "USD"), in_minor_units(12, "XOF")
    (12, 12)
    """
    return round(Decimal(written).scaleb(DIGITS[currency], EXACTLY))


def is_currency(code: str) -> bool:
    """Whether a code is a currency of ISO 4217 in use.

    >>> is_currency("XOF"), is_currency("FCFA")
    (True, False)
    """
    return code in DIGITS


@dataclass(frozen=True, slots=True)
class Rate:
    """How many main units of `quote` one main unit of `base` is worth on a day, as an exact ratio, and who says so."""

    base: str
    quote: str
    value: Fraction
    on: date
    source: str

    def __str__(self) -> str:
        """The rate as it stands beside every converted amount.

        >>> str(Rate("EUR", "XOF", Fraction(655957, 1000), date(2026, 1, 1), "parité fixe"))
        '1 EUR = 655.957 XOF (2026-01-01, parité fixe)'
        """
        shown = Decimal(self.value.numerator) / Decimal(self.value.denominator)
        return f"1 {self.base} = {shown.normalize():f} {self.quote} ({self.on.isoformat()}, {self.source})"


PEG = Fraction(655_957, 1_000)
PEG_SOURCE = "BCEAO: parité fixe depuis le 1er janvier 1999"


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in another currency, the amount it was, and the rates it went through, first to last."""

    money: Money
    was: Money
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates someone holds, by pair and day. The fixed parity of XOF and EUR is always held."""

    held: Mapping[tuple[str, str, date], Rate]

    @classmethod
    def of(cls, rates: Iterable[Rate]) -> "Rates":
        """Rates from a list; a pair is also held the other way round, as the exact inverse."""
        held: dict[tuple[str, str, date], Rate] = {}
        for rate in rates:
            held[rate.base, rate.quote, rate.on] = rate
            held.setdefault((rate.quote, rate.base, rate.on), Rate(rate.quote, rate.base, 1 / rate.value, rate.on, rate.source))
        return cls(held)

    def between(self, base: str, quote: str, on: date) -> tuple[Rate, ...] | None:
        """The rates that lead from one currency to another on that very day: one, or two through the euro; none when not held."""
        if direct := self._one(base, quote, on):
            return (direct,)
        first, second = self._one(base, "EUR", on), self._one("EUR", quote, on)
        return (first, second) if first and second else None

    def _one(self, base: str, quote: str, on: date) -> Rate | None:
        if (base, quote) == ("EUR", "XOF"):
            return Rate(base, quote, PEG, on, PEG_SOURCE)
        if (base, quote) == ("XOF", "EUR"):
            return Rate(base, quote, 1 / PEG, on, PEG_SOURCE)
        return self.held.get((base, quote, on))


def convert(money: Money, *, to: str, on: date, rates: Rates) -> Converted | Problem:
    """The amount in another currency at the rate of its value date, half to even; a problem when no rate of that day is held.

    >>> rates = Rates.of([Rate("EUR", "USD", Fraction(110, 100), date(2025, 8, 8), "ECB")])
    >>> converted = convert(Money(655_957, "XOF"), to="USD", on=date(2025, 8, 8), rates=rates)
    >>> converted.money, len(converted.rates)
    (Money(minor=110000, currency='USD'), 2)
    >>> convert(Money(1, "XOF"), to="USD", on=date(2025, 8, 9), rates=rates).code
    'rate-not-held'
    """
    if money.currency == to:
        return Converted(money, money, ())
    for currency in (money.currency, to):
        if not is_currency(currency):
            return Problem("currency-unknown", Cell(), currency)
    path = rates.between(money.currency, to, on)
    if path is None:
        return Problem("rate-not-held", Cell(), f"{money.currency}/{to}", {"day": on.isoformat()})
    value = Fraction(money.minor, 10 ** DIGITS[money.currency])
    for rate in path:
        value *= rate.value
    return Converted(Money(round(value * 10 ** DIGITS[to]), to), money, path)
