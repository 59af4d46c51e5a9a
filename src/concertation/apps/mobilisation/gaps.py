"""The gaps that pledges could close: what each cluster of a State's plan still lacks, from the overview of money, beside the pledge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from concertation.apps.funding import overviews
from concertation.apps.funding.overviews import Overview
from concertation.apps.funding.queries import rates
from concertation.apps.mobilisation.models import Pledge
from concertation.core.mobilisation.gap import Closing, Gap, closes
from concertation.core.money import Converted, Money, Rate, Rates, convert
from concertation.core.sharing import Mandate

DOLLARS = "USD"
MOST = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """The gaps beside a pledge or an appeal, the overview they come from, and the pledge in dollars where a rate of its day is held."""

    overview: Overview
    closings: tuple[Closing, ...]
    pledge: Converted | None


def coded(written: str) -> list[str]:
    """The codes held between bars."""
    return [code for code in written.split("|") if code]


def beside(mandates: Sequence[Mandate], *, states: str, sectors: str, today: date, pledge: Pledge | None = None, dollar: Fraction | None = None) -> Shown:
    """The widest gaps in the States and sectors named, all of them where none is; `dollar` is what a reader says one is worth in the pledge's currency.

    Three or four queries.
    """
    overview = overviews.read(mandates, year=None, today=today)
    found = in_dollars(pledge, dollar) if pledge is not None else None
    held = [closes(found.money if found else None, gap, rates=found.rates if found else ()) for gap in widest(overview, coded(states), coded(sectors))]
    return Shown(overview, tuple(held), found)


def in_dollars(pledge: Pledge, dollar: Fraction | None = None) -> Converted | None:
    """A pledge in dollars, at the rate stated or one held of the day it was made; none where it has no value or there is no such rate."""
    if pledge.amount_minor is None:
        return None
    money = Money(pledge.amount_minor, pledge.currency)
    stated = Rates.of([Rate(DOLLARS, pledge.currency, dollar, pledge.pledged_on, _("taux dit par le lecteur"))]) if dollar else rates()
    found = Converted(money, money, ()) if pledge.currency == DOLLARS else convert(money, to=DOLLARS, on=pledge.pledged_on, rates=stated)
    return found if isinstance(found, Converted) else None


def widest(overview: Overview, states: Iterable[str], sectors: Iterable[str]) -> list[Gap]:
    """The gaps of the year shown, the widest first."""
    wanted_states, wanted = set(states) or set(overview.states), set(sectors)
    families = {code: overview.sectors[code].parent or code for code in wanted if code in overview.sectors}
    found = [
        Gap(state, family, year, Money(asked.missing, DOLLARS))
        for (state, year, family), asked in overview.clusters.items()
        if year == overview.year and state in wanted_states and family in overview.sectors and (not wanted or family in families.values()) and asked.missing
    ]  # fmt: skip
    return sorted(found, key=lambda gap: (-gap.missing.minor, gap.state, gap.sector))[:MOST]
