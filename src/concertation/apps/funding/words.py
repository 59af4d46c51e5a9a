"""Money in words: millions of dollars, shares, days, types of plans and parties, in the reader's language; what is not held is said so."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import language
from concertation.core.funding_quality import WORDS
from concertation.core.money import DIGITS, USUAL_DIGITS, Money
from concertation.core.periods import day_in_words
from concertation.core.plan_money import PLAN_TYPES, SHARED, UNSPECIFIED

NARROW = "\u202f"
MILLION_MINOR = 100_000_000
ONE_MORE_DECIMAL = 10
THOUSANDS = 1_000
LEAST_SHOWN = 0.01
SIGNS: Mapping[str, str] = {"XOF": "FCFA", "EUR": "€"}



def none_held() -> str:
    """Words where no figure is held."""
    return _("aucun chiffre disponible")


def grouped(number: float, decimals: int = 0) -> str:
    """A number with the language's signs."""
    written = f"{number:,.{decimals}f}"
    return written if language() == "en" else written.replace(",", NARROW).replace(".", ",")


def in_millions(minor: int | None) -> str:
    """An amount of cents in millions of dollars, one decimal, none from a thousand millions on, whole dollars below ten thousand; words where none is held."""
    if minor is None:
        return none_held()
    millions = minor / MILLION_MINOR
    if 0 < abs(millions) < LEAST_SHOWN:
        return whole_dollars(minor)
    decimals = 0 if abs(millions) >= THOUSANDS or minor == 0 else 1 if abs(millions) >= 1 else 2
    shown = grouped(millions, decimals)
    return f"${shown}M" if language() == "en" else f"{shown}{NARROW}M${NARROW}US"


def whole_dollars(minor: int | None) -> str:
    """An amount of cents in whole dollars; words where none is held."""
    if minor is None:
        return none_held()
    return f"${grouped(minor / 100)}" if language() == "en" else f"{grouped(minor / 100)}{NARROW}$"


def amount_words(minor: int | None, currency: str) -> str:
    """An amount in the main unit with its currency, without cents where it has none; words where no figure is held."""
    if minor is None:
        return none_held()
    digits = DIGITS.get(currency, USUAL_DIGITS)
    whole, cents = divmod(minor, 10**digits)
    written = grouped(whole) if cents == 0 else grouped(minor / 10**digits, digits)
    return f"{written}{NARROW}{SIGNS.get(currency, currency)}" if language() == "fr" else f"{currency} {written}"


def flow_amount(dollars: int | None, original: int | None, currency: str) -> str:
    """What a flow moves, in minor units: whole dollars where it says dollars, else its own currency, unconverted."""
    return whole_dollars(dollars) if dollars is not None else amount_words(original, currency)


def main_amount(minor: int | None, currency: str) -> int | float | None:
    """An amount in the main unit, whole where it is whole.

    >>> main_amount(1205, "USD"), main_amount(1200, "USD"), main_amount(None, "USD")
    (12.05, 12, None)
    """
    if minor is None:
        return None
    main = Money(minor, currency).main
    return int(main) if main == int(main) else float(main)


def percent(value: float | None) -> str:
    """A percentage, with two decimals where it is not whole; words where it cannot be said."""
    if value is None:
        return none_held()
    number = grouped(value, 0 if value == int(value) else 2)
    return f"{number}%" if language() == "en" else f"{number}{NARROW}%"


def share_words(share: Fraction | None) -> str:
    """A share as a percentage, one decimal under ten; words where none is held."""
    if share is None:
        return none_held()
    hundredths = float(100 * share)
    shown = grouped(hundredths, 1 if 0 < hundredths < ONE_MORE_DECIMAL else 0)
    return f"{shown}%" if language() == "en" else f"{shown}{NARROW}%"


def day_words(day: date | None) -> str:
    """A day in words; empty where none is known."""
    return day_in_words(day, language()) if day else ""


def plan_type_words(code: str | None) -> str:
    """A type of plan in words."""
    words = PLAN_TYPES.get(code or "", ("", ""))
    return words[language() == "en"]


def measure_words(name: str) -> str:
    """A measure of quality in words."""
    return WORDS[name][language() == "en"]


def sector_words(code: str, names: Mapping[str, str]) -> str:
    """A sector, or what stands where no single cluster is named, in words."""
    apart = {UNSPECIFIED: _("cluster non précisé"), SHARED: _("partagé entre plusieurs clusters")}
    return apart.get(code) or names.get(code, code)


def status_words(code: str) -> str:
    """The status of a flow in words."""
    return {"paid": _("versé"), "commitment": _("engagé"), "pledge": _("promis"), "expenditure": _("dépensé"), "cancelled": _("annulé")}.get(code, code)


def boundary_words(code: str) -> str:
    """Where a flow stands to the boundary it was asked for."""
    return {"incoming": _("entre dans le cadre"), "internal": _("passe à l'intérieur"), "outgoing": _("sort du cadre")}.get(code, code)
