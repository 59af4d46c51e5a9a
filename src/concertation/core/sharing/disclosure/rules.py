"""What may not leave as it stands: small counts of people, by theme, and cells of money that one partner makes up almost alone.

Thresholds are the framework's: 10 people by commune, 20 where the theme is protection, 5 in a public national table; of presence, a
count below 3, which would name one or two organisations; a cell of money is dominated when one contribution is more than 85 % of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from concertation.core.sharing.disclosure.tables import CountTable


class Theme(StrEnum):
    """What a table counts, and how fine."""

    PEOPLE = "people"
    PROTECTION = "protection"
    NATIONAL = "national"
    MONEY = "money"
    PRESENCE = "presence"


class Reason(StrEnum):
    """Why a cell stays at home."""

    SMALL = "small"
    DOMINATED = "dominated"
    REVISED = "revised"
    COMPLEMENT = "complement"


@dataclass(frozen=True, slots=True)
class Rule:
    """The fewest people a cell may count, or the largest share in thousandths one partner may have of it."""

    fewest: int = 0
    largest_share: int = 1000

    def hides(self, value: int | None, largest: int | None = None) -> Reason | None:
        """Why a cell may not leave by itself; zero and "no figure held" may.

        >>> [RULES[Theme.PEOPLE].hides(value) for value in (None, 0, 9, 10)]
        [None, None, <Reason.SMALL: 'small'>, None]
        """
        if not value:
            return None
        if abs(value) < self.fewest:
            return Reason.SMALL
        if largest is not None and largest * 1000 > value * self.largest_share:
            return Reason.DOMINATED
        return None

    def width(self, value: int) -> float:
        """How far apart the least and the most of a hidden cell must stay, for whoever adds up all the rest.

        >>> RULES[Theme.PEOPLE].width(3), RULES[Theme.MONEY].width(1_000)
        (10.0, 150.0)
        """
        return float(max(self.fewest, abs(value) * (1000 - self.largest_share) / 1000, 1))


RULES: Mapping[Theme, Rule] = MappingProxyType({
    Theme.PEOPLE: Rule(fewest=10),
    Theme.PROTECTION: Rule(fewest=20),
    Theme.NATIONAL: Rule(fewest=5),
    Theme.MONEY: Rule(largest_share=850),
    Theme.PRESENCE: Rule(fewest=3),
})  # fmt: skip


def hidden_by_themselves(table: CountTable, rule: Rule) -> dict[int, Reason]:
    """The cells a rule keeps at home whatever stands around them.

    >>> hidden_by_themselves(CountTable((3, 0, None, 40)), RULES[Theme.PEOPLE])
    {0: <Reason.SMALL: 'small'>}
    """
    largest = table.largest or (None,) * len(table.values)
    told = ((place, rule.hides(value, part)) for place, (value, part) in enumerate(zip(table.values, largest, strict=True)))
    return {place: reason for place, reason in told if reason}
