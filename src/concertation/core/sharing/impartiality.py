"""Money and presence beside need, area by area and group by group: is what is planned where the need is? Shares, never a score of anybody.

Money and need are amounts of one currency, so that they add up; people in need are never added across sectors, and distinct
organisations never across areas: presence is told as people in need for each organisation declared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """One State, area or group of a plan, in minor units: what it needs, and what it has (earlier money and the plan's)."""

    name: str
    need: int
    money: int


@dataclass(frozen=True, slots=True)
class Share:
    """Its share in thousandths of all the need and of all the money, and the difference: below zero it receives less than its need."""

    told: Told
    of_need: int | None
    of_money: int | None

    @property
    def gap(self) -> int | None:
        """Money's share less need's."""
        return None if self.of_need is None or self.of_money is None else self.of_money - self.of_need


def shares(lines: Sequence[Told]) -> tuple[Share, ...]:
    """The shares of each, whoever receives least beside its need first.

    >>> [(each.told.name, each.of_need, each.of_money, each.gap) for each in shares([Told("a", 900, 100), Told("b", 100, 900)])]
    [('a', 900, 100, -800), ('b', 100, 900, 800)]
    """
    need, money = sum(each.need for each in lines), sum(each.money for each in lines)
    told = [Share(each, thousandths(each.need, need), thousandths(each.money, money)) for each in lines]
    return tuple(sorted(told, key=lambda each: (each.gap if each.gap is not None else 0, -each.told.need, each.told.name)))


def thousandths(part: int, whole: int) -> int | None:
    """A share in thousandths; None where there is nothing to share.

    >>> thousandths(1, 3), thousandths(1, 0)
    (333, None)
    """
    return round(part * 1000 / whole) if whole else None


@dataclass(frozen=True, slots=True)
class Area:
    """People in need in an area, None where no figure is held, and the organisations declared there, None where no report says."""

    area: str
    need: int | None
    organisations: int | None

    @property
    def per_organisation(self) -> int | None:
        """People in need for each organisation declared; None where nothing is held or nobody declared.

        >>> Area("a", 900, 2).per_organisation, Area("a", 900, 0).per_organisation
        (450, None)
        """
        return None if self.need is None or not self.organisations else round(self.need / self.organisations)


def thinnest_first(areas: Iterable[Area]) -> tuple[Area, ...]:
    """The areas where most people stand beside fewest organisations: those with none declared first, those
    of which no report says, then those without a figure, last.

    >>> [each.area for each in thinnest_first([Area("a", 10, 1), Area("b", None, 3), Area("c", 5, 0), Area("d", 99, 1), Area("e", 500, None)])]
    ['c', 'd', 'a', 'e', 'b']
    """
    def thinness(each: Area) -> tuple[bool, bool, bool, int, str]:
        return each.need is None, each.organisations is None, bool(each.organisations), -(each.per_organisation or each.need or 0), each.area

    return tuple(sorted(areas, key=thinness))
