"""What a unit of money is worth in a cell: the first part of a need counts most, and more where severity is higher.

A need is cut in four tranches; a unit of money in the first 40 % of a need weighs four times one in the last 20 %. Weights of
severity are a declared scenario. Both are conventions of the product, shown beside every plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from concertation.core.allocation.needs import Needs, Whole, needs_of
from concertation.core.allocation.terms import NeedCell

FIFTHS = (0, 2, 3, 4, 5)
WEIGHTS = (4, 3, 2, 1)
WHOLE = sum(weight * (end - start) for weight, start, end in zip(WEIGHTS, FIFTHS, FIFTHS[1:], strict=False))


@dataclass(frozen=True, slots=True)
class Tranche:
    """A part of a cell's need still to be met: minor units it takes, and weighted people each of them is worth."""

    width: Fraction
    gain: Fraction


def widths(needs: Needs) -> Whole:
    """The parts of each cell's need that money can still meet, first to last, in fifths of a minor unit: one row a cell, as many columns as WEIGHTS.

    >>> widths(needs_of([NeedCell("a", "NER", "WSH", need=100, funded=50)])).tolist()
    [[0, 50, 100, 100]]
    """
    need, start = needs.asked[:, None], 5 * needs.funded[:, None]
    end = start + 5 * needs.rooms[:, None]
    cut: Whole = np.minimum(end, np.array(FIFTHS[1:], dtype=np.int64) * need) - np.maximum(start, np.array(FIFTHS[:-1], dtype=np.int64) * need)
    cut[cut < 0] = 0
    return cut


def tranches(cell: NeedCell, weights: Mapping[int, int]) -> tuple[Tranche, ...]:
    """The same parts as the optimiser takes them; a fully covered need is worth its people, times the weight of its severity.

    >>> [(str(part.width), str(part.gain)) for part in tranches(NeedCell("a", "NER", "WSH", need=100, funded=50, people=28), {1: 1})]
    [('10', '3/10'), ('20', '1/5'), ('20', '1/10')]
    """
    people = 5 * cell.people * weights[cell.severity]
    held = zip(WEIGHTS, widths(needs_of([cell]))[0].tolist(), strict=True)
    return tuple(Tranche(Fraction(width, 5), Fraction(people * weight, WHOLE * cell.need)) for weight, width in held if width)


def met(cell: NeedCell, spent: int, weights: Mapping[int, int]) -> Fraction:
    """Weighted people that `spent` minor units meet in a cell, most valuable part first.

    >>> met(NeedCell("a", "NER", "WSH", need=100, people=28), 100, {1: 1})
    Fraction(28, 1)
    """
    weighed = weighed_fifths(widths(needs_of([cell]))[0].tolist(), spent)
    return Fraction(cell.people * weights[cell.severity] * weighed, WHOLE * cell.need) if weighed else Fraction(0)


def weighed_fifths(parts: Sequence[int], spent: int) -> int:
    """Fifths of a minor unit spent on the parts of a need, first part first, each times the weight of its part.

    >>> weighed_fifths([0, 50, 100, 100], 20)
    250
    """
    left, weighed = 5 * spent, 0
    for weight, width in zip(WEIGHTS, parts, strict=True):
        used = min(left, width)
        weighed, left = weighed + used * weight, left - used
    return weighed


def weighed_by_cell(parts: Whole, spent: Whole) -> Whole:
    """The same for every cell at once: one row of parts, and minor units spent, a cell.

    >>> weighed_by_cell(np.array([[0, 50, 100, 100], [10, 10, 10, 10]]), np.array([20, 4])).tolist()
    [250, 70]
    """
    used = np.clip(5 * spent[:, None] - (np.cumsum(parts, axis=1) - parts), 0, parts)
    weighed: Whole = used @ np.array(WEIGHTS, dtype=np.int64)
    return weighed
