"""How free the money of each class is: the share of all need it may serve, times how far its last day lies.

Two years, or no last day, is far; days are counted from the day of the question, or else from the earliest last day of any money.
"""

from dataclasses import dataclass

import numpy as np

from concertation.core.allocation.question import Question, SourceClass

NEAR_DAYS = 720
MOST_ADDED = 2**62


@dataclass(frozen=True, slots=True)
class Freedoms:
    """The freedom of each class, from 0 to 1, in whole parts of `whole`: exact, and added without a fraction made."""

    parts: tuple[int, ...]
    whole: int


def freedoms(question: Question) -> Freedoms:
    """The freedom of every class of a question.

    >>> from concertation.core.allocation.terms import Earmark, MoneySource, NeedCell
    >>> cells = (NeedCell("a", "NER", "WSH", need=10), NeedCell("b", "MLI", "WSH", need=30))
    >>> found = freedoms(Question("USD", (MoneySource("tied", 1, Earmark(states=frozenset({"NER"}))), MoneySource("free", 1)), cells))
    >>> [part / found.whole for part in found.parts]
    [0.25, 1.0]
    """
    if not question.classes:
        return Freedoms((), 1)
    whole = sum(cell.need for cell in question.cells) or 1
    asked = question.needs.asked if whole < MOST_ADDED else question.needs.asked.astype(np.object_)
    cells, begins = question.arcs
    breadths: list[int] = np.add.reduceat(asked[cells], begins).tolist()
    start = question.as_of or min((each.spend_by for each in question.classes if each.spend_by), default=None)
    first = start.toordinal() if start else 0
    return Freedoms(tuple(breadth * days_far(each, first) for breadth, each in zip(breadths, question.classes, strict=True)), whole * NEAR_DAYS)


def days_far(each: SourceClass, first: int) -> int:
    """Days that the money of a class may still be spent, from a first day given as an ordinal: one at least, two years at most."""
    return NEAR_DAYS if each.spend_by is None else max(min(each.spend_by.toordinal() - first + 1, NEAR_DAYS), 1)
