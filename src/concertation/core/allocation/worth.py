"""What a unit of money is worth in a cell: the first part of a need counts most, and more where severity is higher.

A need is cut in four tranches; a unit of money in the first 40 % of a need weighs four times one in the last 20 %. Weights of
severity are a declared scenario. Both are conventions of the product, shown beside every plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from concertation.core.allocation.question import NeedCell

FIFTHS = (0, 2, 3, 4, 5)
WEIGHTS = (4, 3, 2, 1)
WHOLE = sum(weight * (end - start) for weight, start, end in zip(WEIGHTS, FIFTHS, FIFTHS[1:], strict=False))


@dataclass(frozen=True, slots=True)
class Tranche:
    """A part of a cell's need still to be met: minor units it takes, and weighted people each of them is worth."""

    width: Fraction
    gain: Fraction


def widths(cells: Sequence[NeedCell]) -> npt.NDArray[np.int64]:
    """The parts of each cell's need that money can still meet, first to last, in fifths of a minor unit: one row a cell, as many columns as WEIGHTS.

    >>> widths([NeedCell("a", "NER", "WSH", need=100, funded=50)]).tolist()
    [[0, 50, 100, 100]]
    """
    need = np.array([cell.need for cell in cells], dtype=np.int64)[:, None]
    start = 5 * np.array([min(cell.funded, cell.need) for cell in cells], dtype=np.int64)[:, None]
    end = start + 5 * np.array([cell.room for cell in cells], dtype=np.int64)[:, None]
    cut: npt.NDArray[np.int64] = np.minimum(end, np.array(FIFTHS[1:], dtype=np.int64) * need) - np.maximum(start, np.array(FIFTHS[:-1], dtype=np.int64) * need)
    cut[cut < 0] = 0
    return cut


def tranches(cell: NeedCell, weights: Mapping[int, int]) -> tuple[Tranche, ...]:
    """The same parts as the optimiser takes them; a fully covered need is worth its people, times the weight of its severity.

    >>> [(str(part.width), str(part.gain)) for part in tranches(NeedCell("a", "NER", "WSH", need=100, funded=50, people=28), {1: 1})]
    [('10', '3/10'), ('20', '1/5'), ('20', '1/10')]
    """
    people = 5 * cell.people * weights[cell.severity]
    held = zip(WEIGHTS, widths([cell])[0].tolist(), strict=True)
    return tuple(Tranche(Fraction(width, 5), Fraction(people * weight, WHOLE * cell.need)) for weight, width in held if width)


def met(cell: NeedCell, spent: int, weights: Mapping[int, int]) -> Fraction:
    """Weighted people that `spent` minor units meet in a cell, most valuable part first.

    >>> met(NeedCell("a", "NER", "WSH", need=100, people=28), 100, {1: 1})
    Fraction(28, 1)
    """
    weighed = weighed_fifths(widths([cell])[0].tolist(), spent)
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
