"""What one step of flexibility would change, checked by solving again: never a ranking of donors, an effect per earmark.

One hundredth of the money under an earmark is made one step softer and the whole allocation solved anew; the people it meets
more, per million of money, is the answer, with the interval of two such trials (1 % and 2 %). People are counted plainly, unweighted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from concertation.core.allocation.answer import Answer, allocate, flexibility_value, marginal_prices, million_of
from concertation.core.allocation.plan import Plan
from concertation.core.allocation.question import Earmark, MoneySource, Question, covered

TRIALS = (Fraction(1, 100), Fraction(2, 100))
Progress = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class FlexibilityValue:
    """One step of flexibility of an earmark: the amount under it, the softer earmark, people more per million (low and high of the trials),
    and weighted people per million as the plan's own prices say."""

    earmark: Earmark
    softer: Earmark
    amount: int
    sources: tuple[str, ...]
    people_low: float
    people_high: float
    weighted: float


def people_met(question: Question, plan: Plan) -> Fraction:
    """People whose need the plan and earlier money cover, each need's people in proportion to its coverage; one person may stand in several needs.

    >>> from concertation.core.allocation.question import NeedCell
    >>> people_met(Question("USD", (), (NeedCell("a", "NER", "WSH", need=10, funded=5, people=40),)), Plan(()))
    Fraction(20, 1)
    """
    spent = plan.by_cell()
    return sum((cell.people * covered(cell, spent.get(cell.id, 0)) for cell in question.cells), Fraction(0))


def by_earmark(question: Question) -> Mapping[Earmark, tuple[MoneySource, ...]]:
    """The sources of each earmark that can be softened, in order."""
    held: dict[Earmark, list[MoneySource]] = {}
    for source in question.sources:
        if source.amount > 0 and source.earmark.one_step_softer() is not None:
            held.setdefault(source.earmark, []).append(source)
    return {earmark: tuple(sources) for earmark, sources in held.items()}


def softened(question: Question, sources: tuple[MoneySource, ...], part: Fraction) -> Question:
    """The question with a part of some sources one step softer; amounts are moved, never made."""
    own = {source.id for source in sources}
    changed: list[MoneySource] = []
    for source in question.sources:
        softer = source.earmark.one_step_softer()
        moved = int(source.amount * part) if source.id in own and softer is not None else 0
        changed.append(replace(source, amount=source.amount - moved))
        if moved and softer is not None:
            changed.append(replace(source, id=f"{source.id} ({softer_name(softer)})", amount=moved, earmark=softer))
    return replace(question, sources=tuple(changed))


def softer_name(earmark: Earmark) -> str:
    """An earmark in a few codes.

    >>> softer_name(Earmark(states=frozenset({"NER"}))), softer_name(Earmark())
    ('NER', '*')
    """
    return "/".join("+".join(sorted(part)) for part in earmark.parts() if part) or "*"


def values_of_flexibility(answer: Answer, *, progress: Progress = lambda done, total: True) -> Iterator[FlexibilityValue]:
    """The value of one step of flexibility of each earmark of a question; stops when `progress` says no."""
    question, prices = answer.question, marginal_prices(answer)
    before = people_met(question, answer.plan)
    earmarks = by_earmark(question)
    for done, (earmark, sources) in enumerate(earmarks.items()):
        if not progress(done, len(earmarks)):
            return
        softer = earmark.one_step_softer()
        amount = sum(source.amount for source in sources)
        rates = [rate for part in TRIALS if (rate := people_per_million(question, sources, part, before)) is not None]
        if softer is not None and rates:
            yield FlexibilityValue(earmark, softer, amount, tuple(source.id for source in sources), min(rates), max(rates), flexibility_value(question, sources[0], prices))


def people_per_million(question: Question, sources: tuple[MoneySource, ...], part: Fraction, before: Fraction) -> float | None:
    """People more per million of money made softer, by solving again; none where the part is less than a minor unit."""
    changed = softened(question, sources, part)
    moved = sum(int(source.amount * part) for source in sources)
    if not moved:
        return None
    after = people_met(changed, allocate(changed).plan)
    return float((after - before) * million_of(question) / moved)
