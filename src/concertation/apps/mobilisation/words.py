"""Mobilisation in words: amounts with their currency, days, types of givers, standings, places and sectors, in the reader's language."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.funding.words import NARROW, amount_words, grouped, share_words
from concertation.apps.ground.downloads import language
from concertation.apps.mobilisation.gaps import Shown, coded
from concertation.apps.mobilisation.ledger_reading import Told
from concertation.apps.mobilisation.models import GIVER_TYPES, KINDS, Pledge
from concertation.apps.search.words import sector_names, state_names
from concertation.core.mobilisation.gap import Closing
from concertation.core.mobilisation.ledger import Standing, Stood
from concertation.core.mobilisation.totals import OTHERS
from concertation.core.money import PEG_SOURCE, Rate
from concertation.core.periods import day_in_words

FRAMEWORK = "AES"
TENTH_OF_A_PERCENT = Fraction(1, 1000)


def day_words(day: date | None) -> str:
    """A day in words."""
    return day_in_words(day, language()) if day else ""


def giver_type_words(code: str) -> str:
    """A type of giver in words."""
    return _("autres types, réunis") if code == OTHERS else str(dict(GIVER_TYPES).get(code, code))


def kind_words(code: str) -> str:
    """In money, or in kind."""
    return str(dict(KINDS).get(code, code))


def giver_words(row: Pledge | Told) -> str:
    """Who promised: an organisation by its name, a pool by its type and how many people it gathers."""
    if row.giver:
        return row.giver
    if row.people:
        return ngettext("%(type)s (%(people)s personne)", "%(type)s (%(people)s personnes)", row.people) % {"type": giver_type_words(row.giver_type), "people": grouped(row.people)}
    return giver_type_words(row.giver_type)


def standing_words(standing: Standing) -> str:
    """How a pledge or an instalment stands."""
    return {
        Standing.DUE: _("attendu"), Standing.UNDATED: _("sans jour promis"), Standing.PART: _("reçu en partie"), Standing.PAID: _("reçu"), Standing.LATE: _("en retard"),
        Standing.TAKEN_BACK: _("repris par le donateur"),
    }[standing]  # fmt: skip


def standing_css(standing: Standing) -> str:
    """The tag of a standing."""
    return {Standing.PAID: "tag understood", Standing.LATE: "tag refused", Standing.PART: "tag doubtful"}.get(standing, "tag")


def days_late_words(stood: Stood) -> str:
    """How an instalment paid whole stood to its day."""
    late = stood.days_late
    if late is None:
        return ""
    return _("au jour promis") if late == 0 else ngettext("%(days)s jour après le jour promis", "%(days)s jours après le jour promis", late) % {"days": grouped(late)}


def states_words(written: str) -> str:
    """The States between bars, in words."""
    names = state_names()
    return ", ".join(names.get(code, code) for code in coded(written)) or _("tous les États du cadre")


def sectors_words(written: str) -> str:
    """The sectors between bars, in words."""
    names = sector_names()
    return ", ".join(names.get(code, code) for code in coded(written)) or _("tous les secteurs")


def owner_words(code: str) -> str:
    """Whose row it is: a State's, or the framework's."""
    return _("le cadre") if code == FRAMEWORK else state_names().get(code, code)


def rates_words(rates: Iterable[Rate]) -> str:
    """The rates some amounts went through, each the way round in which it is a finite number."""
    stop = f"{NARROW}; " if language() == "fr" else "; "
    return stop.join(str(each if is_finite(each.value) else Rate(each.quote, each.base, 1 / each.value, each.on, each.source)) for each in map(with_source_words, rates))


def with_source_words(rate: Rate) -> Rate:
    """A rate with its source in the reader's language, where it is the fixed parity."""
    return replace(rate, source=_("BCEAO, parité fixe depuis le 1er janvier 1999")) if rate.source == PEG_SOURCE else rate


def is_finite(value: Fraction) -> bool:
    """Whether a ratio is written with a last decimal.

    >>> is_finite(Fraction(560)), is_finite(Fraction(1, 560))
    (True, False)
    """
    under = value.denominator
    for factor in (2, 5):
        while under % factor == 0:
            under //= factor
    return under == 1


def gap_lines(shown: Shown) -> list[dict[str, object]]:
    """The gaps beside a pledge: where, what is missing, the most of it the pledge could close."""
    names = {code: each.name for code, each in shown.overview.sectors.items()}
    return [
        {
            "where": f"{shown.overview.states[each.gap.state].name}, {names.get(each.gap.sector, each.gap.sector)}", "missing": amount_words(each.gap.missing.minor, each.gap.missing.currency),
            "share": closing_words(each), "value": None if each.share is None else float(each.share), "url": f"/funding/clusters/?sector={each.gap.sector}&year={each.gap.year}",
        }
        for each in shown.closings
    ]  # fmt: skip


def closing_words(closing: Closing) -> str:
    """The most of a gap that a pledge could close."""
    if closing.share is None:
        return ""
    if closing.share < TENTH_OF_A_PERCENT:
        return _("moins de 0,1 %")
    return _("au plus %(share)s") % {"share": share_words(closing.share)}
