"""Exchange rates in words: the table of those that stand, and a conversion that says which it took, or that none is held."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Page
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.funding.models import ExchangeRate
from concertation.apps.funding.words import day_words, grouped
from concertation.apps.ground.editing import problem_words
from concertation.core.money import PEG, Money, Rate, Rates, convert, in_minor_units
from concertation.core.problems import Problem
from concertation.draw.tables import Column, Source, TakenTable

MOST_DECIMALS, LEAST_DECIMALS = 8, 3
COLUMNS = (
    Column(key="base", heading_fr="Un", heading_en="One", tag="#currency+base"), Column(key="value", heading_fr="Valait", heading_en="Was worth", tag="#value+rate", numeric=True),
    Column(key="quote", heading_fr="De", heading_en="Of", tag="#currency+quote"), Column(key="on", heading_fr="Le", heading_en="On", tag="#date"),
    Column(key="source", heading_fr="Source", heading_en="Source", tag="#meta+source"),
)  # fmt: skip


def list_sentence(total: int) -> str:
    """How many rates are held, and what happens without one."""
    held = ngettext("%(count)s taux de change est tenu, avec son jour et sa source.", "%(count)s taux de change sont tenus, chacun avec son jour et sa source.", total) % {"count": grouped(total)}
    return held + " " + _("Un montant dont le jour n'a pas de taux n'est pas converti : aucun autre jour n'est pris à sa place.")


def decimals(value: Decimal) -> str:
    """A rate with the decimals it was stated with, three at least."""
    digits = -int(value.normalize().as_tuple().exponent)
    return grouped(float(value), min(max(digits, LEAST_DECIMALS), MOST_DECIMALS))


def value_of(row: ExchangeRate) -> Decimal:
    """The value of a rate as a number."""
    return Decimal(row.numerator) / Decimal(row.denominator)


def table(page: Page[ExchangeRate], exports: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The rates that stand."""
    keys = (("rate", _("Taux"), False), ("on", _("Jour"), False), ("source", _("Source"), False), ("stated", _("Tenu par"), False))
    rows = [
        {
            "rate": f"1\u202f{row.base} = {decimals(value_of(row))}\u202f{row.quote}", "on": _("tous les jours depuis le %(day)s (parité fixe)") % {"day": day_words(row.on)} if is_fixed(row) else day_words(row.on),
            "source": row.source.title, "stated": _("une personne mandatée") if row.stated_by else _("l'ensemble de référence"),
        }
        for row in page
    ]  # fmt: skip
    return {
        "id": "rates", "caption": _("Taux de change tenus"), "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys], "rows": rows, "page": page, "unfiltered": True,
        "exports": exports, "empty": {"title": _("Aucun taux n'est tenu.")},
    }  # fmt: skip


def is_fixed(row: ExchangeRate) -> bool:
    """Whether a rate is the parity of the CFA franc and the euro."""
    return {row.base, row.quote} == {"EUR", "XOF"}


def converted_words(amount: Decimal, base: str, quote: str, on: date, rates: Rates) -> tuple[str, bool]:
    """An amount in another currency with the rates it went through, or why it is not converted; and whether it was."""
    return told(Money(in_minor_units(amount, base), base), quote, on, rates)


def told(money: Money, to: str, on: date, rates: Rates) -> tuple[str, bool]:
    """The same of an amount of money."""
    found = convert(money, to=to, on=on, rates=rates)
    if isinstance(found, Problem):
        return problem_words(found), False
    return _("%(was)s = %(now)s, au taux : %(rates)s") % {"was": in_full(found.was), "now": in_full(found.money), "rates": " · ".join(map(rate_words, found.rates)) or "1"}, True


def in_full(money: Money) -> str:
    """An amount with all its digits and its currency."""
    main = money.main
    return f"{grouped(float(main), max(-int(main.as_tuple().exponent), 0))}\u202f{money.currency}"


def rate_words(rate: Rate) -> str:
    """A rate with its day and source; the parity of the CFA franc and the euro as it is known, one euro first."""
    if {rate.base, rate.quote} == {"EUR", "XOF"}:
        return _("1 EUR = %(value)s XOF (parité fixe depuis le 1er janvier 1999)") % {"value": grouped(float(PEG), LEAST_DECIMALS)}
    value = Decimal(rate.value.numerator) / Decimal(rate.value.denominator)
    return _("1 %(base)s = %(value)s %(quote)s (%(day)s, %(source)s)") % {"base": rate.base, "value": decimals(round(value, MOST_DECIMALS)), "quote": rate.quote, "day": day_words(rate.on), "source": rate.source}


def taken(rows: Sequence[ExchangeRate]) -> TakenTable:
    """The rates that stand, to take away."""
    told_rows = [{"base": row.base, "value": float(value_of(row)), "quote": row.quote, "on": row.on, "source": row.source.title} for row in rows]
    sources = tuple({row.source_id: Source(source=row.source.title, date=row.on.isoformat(), licence=row.source.licence, scope="", method="", id=row.source_id) for row in rows}.values())
    return TakenTable(title_fr="Taux de change", title_en="Exchange rates", columns=COLUMNS, rows=told_rows, sources=sources)
