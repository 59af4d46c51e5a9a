"""What a unit of money is worth in a cell: the first part of a need counts most, and more where severity is higher.

A need is cut in four tranches; a unit of money in the first 40 % of a need weighs four times one in the last 20 %. Weights of
severity are a declared scenario. Both are conventions of the product, shown beside every plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from concertation.core.allocation.question import NeedCell

BOUNDS = (Fraction(0), Fraction(2, 5), Fraction(3, 5), Fraction(4, 5), Fraction(1))
WEIGHTS = (4, 3, 2, 1)
WHOLE = sum(weight * (end - start) for weight, start, end in zip(WEIGHTS, BOUNDS, BOUNDS[1:], strict=False))
SLOPES = tuple(Fraction(weight) / WHOLE for weight in WEIGHTS)


@dataclass(frozen=True, slots=True)
class Tranche:
    """A part of a cell's need still to be met: minor units it takes, and weighted people each of them is worth."""

    width: Fraction
    gain: Fraction


def tranches(cell: NeedCell, weights: Mapping[int, int]) -> tuple[Tranche, ...]:
    """The parts of a cell's need that money can still meet, first to last; a fully covered need is worth its people, times the weight.

    >>> [(str(part.width), str(part.gain)) for part in tranches(NeedCell("a", "NER", "WSH", need=100, funded=50, people=28), {1: 1})]
    [('10', '3/10'), ('20', '1/5'), ('20', '1/10')]
    """
    if cell.need <= 0:
        return ()
    start, end = Fraction(min(cell.funded, cell.need)), Fraction(min(cell.funded, cell.need) + cell.room)
    per_unit = Fraction(cell.people * weights[cell.severity], cell.need)
    cut = ((max(start, low * cell.need), min(end, high * cell.need)) for low, high in zip(BOUNDS, BOUNDS[1:], strict=False))
    return tuple(Tranche(last - first, per_unit * slope) for (first, last), slope in zip(cut, SLOPES, strict=True) if last > first)


def met(cell: NeedCell, spent: int, weights: Mapping[int, int]) -> Fraction:
    """Weighted people that `spent` minor units meet in a cell, most valuable part first.

    >>> met(NeedCell("a", "NER", "WSH", need=100, people=28), 100, {1: 1})
    Fraction(28, 1)
    """
    left, worth = Fraction(spent), Fraction(0)
    for part in tranches(cell, weights):
        used = min(left, part.width)
        worth, left = worth + used * part.gain, left - used
    return worth
