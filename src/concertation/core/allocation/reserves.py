"""Money kept back for triggers: a share or an amount of a source that no plan touches until the window of its trigger opens, or lapses.

What is kept back is set apart before the programme is made, so that no stage can spend it, and the certificate checks that no line
did. It is shown beside every plan with its trigger and its last day: money that waits is not money that is missing.
"""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import MoneySource, Reserve


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What one source keeps back: minor units, its trigger, the last day it is kept, and whether the plan left it untouched."""

    source: str
    reserve: Reserve
    untouched: bool


def set_apart(source: MoneySource, *, amount: int | None, share: Fraction, trigger: str, until: date | None) -> MoneySource:
    """The source with an amount of minor units, or a share of its money, kept back for a trigger; a share is rounded up, so that never less waits.

    >>> kept = set_apart(MoneySource("s", 10), amount=None, share=Fraction(1, 4), trigger="ner-floods", until=None)
    >>> kept.amount, kept.reserve.amount
    (7, 3)
    """
    held = amount if amount is not None else -(-source.amount * share.numerator // share.denominator)
    return replace(source, amount=source.amount - held, reserve=Reserve(held, trigger, until))


def released(source: MoneySource) -> MoneySource:
    """The source with what it kept back given to the plan.

    >>> released(set_apart(MoneySource("s", 10), amount=4, share=Fraction(0), trigger="t", until=None))
    MoneySource(id='s', amount=10, earmark=Earmark(states=frozenset(), sectors=frozenset(), units=frozenset(), groups=frozenset()), spend_by=None, local_share=Fraction(0, 1), donor='', authority='', reserve=None, least=0, usable_from=None, eligible=frozenset(), overhead=Fraction(0, 1), status='')
    """
    return source if source.reserve is None else replace(source, amount=source.amount + source.reserve.amount, reserve=None)


def has_lapsed(reserve: Reserve, as_of: date | None) -> bool:
    """Whether the window of a reserve is past on the day of the question."""
    return as_of is not None and reserve.until is not None and reserve.until < as_of


def kept_back(question: Question, spent: dict[str, int]) -> tuple[KeptBack, ...]:
    """What every source keeps back beside a plan that spends so many minor units of each, in the order of the question."""
    return tuple(KeptBack(source.id, source.reserve, spent.get(source.id, 0) <= source.for_needs) for source in question.sources if source.reserve is not None)
