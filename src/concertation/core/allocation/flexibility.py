"""What one step of flexibility would change, checked by solving again: never a ranking of donors, an effect per earmark.

One hundredth of the money of a donor under an earmark is made one step softer, or usable three months longer, and the whole
allocation is solved anew; the people it meets more, per million of money, is the answer, with the interval of two such trials
(1 % and 2 %). People are counted plainly, unweighted. An effect may be nothing, or less than nothing: it is told as it is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from concertation.core.allocation.answer import Answer, allocate, flexibility_value, marginal_prices, million_of
from concertation.core.allocation.plan import Plan
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import Earmark, MoneySource, covered, met_of

TRIALS = (Fraction(1, 100), Fraction(2, 100))
MONTHS_LONGER = 3
ADDED_EXACTLY, STEPS = 200, 64
Progress = Callable[[int, int], bool]
Change = Callable[[MoneySource], MoneySource | None]


@dataclass(frozen=True, slots=True)
class Effect:
    """People more per million of money: the low and the high of the trials."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FlexibilityValue:
    """What flexibility of one donor's money under one earmark would change.

    `amount` in minor units; `softer` the next softer earmark, none for unearmarked money; `step` the effect of that step, `months` that
    of three months more, none where the money has no last day; `weighted` people per million, weighted, as the plan's own prices say.
    """

    donor: str
    earmark: Earmark
    amount: int
    sources: tuple[str, ...]
    softer: Earmark | None
    step: Effect | None
    months: Effect | None
    weighted: float


def people_met(question: Question, plan: Plan) -> Fraction:
    """People whose need the plan and earlier money cover, each need's people in proportion to its coverage; one person may stand in several needs.

    >>> from concertation.core.allocation.terms import NeedCell
    >>> people_met(Question("USD", (), (NeedCell("a", "NER", "WSH", need=10, funded=5, people=40),)), Plan(()))
    Fraction(20, 1)
    """
    return people_in(question, plan.by_cell())


def people_in(question: Question, spent: Mapping[str, int]) -> Fraction:
    """The same, from minor units by cell; in many cells each one's people are rounded down to a tiny step, as a sum of unlike fractions is slow."""
    if len(question.cells) <= ADDED_EXACTLY:
        return sum((cell.people * covered(cell, spent.get(cell.id, 0)) for cell in question.cells), Fraction(0))
    steps = sum((cell.people * met_of(cell, spent.get(cell.id, 0)) << STEPS) // cell.need if cell.need else cell.people << STEPS for cell in question.cells)
    return Fraction(steps, 1 << STEPS)


def by_earmark(question: Question) -> Mapping[tuple[str, Earmark], tuple[MoneySource, ...]]:
    """The sources of each donor and earmark that could be more flexible, in the order of the question."""
    held: dict[tuple[str, Earmark], list[MoneySource]] = {}
    for source in question.sources:
        if source.amount > 0 and (source.spend_by is not None or source.earmark.one_step_softer() is not None):
            held.setdefault((source.donor, source.earmark), []).append(source)
    return {money: tuple(sources) for money, sources in held.items()}


def made_softer(source: MoneySource) -> MoneySource | None:
    """The source under its next softer earmark; none when it is unearmarked."""
    softer = source.earmark.one_step_softer()
    return None if softer is None else replace(source, earmark=softer)


def made_longer(source: MoneySource) -> MoneySource | None:
    """The source with three months more; none when it has no last day."""
    return None if source.spend_by is None else replace(source, spend_by=months_after(source.spend_by, MONTHS_LONGER))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month.

    >>> months_after(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (after - first).days))


def changed_in_part(question: Question, sources: tuple[MoneySource, ...], part: Fraction, change: Change) -> Question:
    """The question with a part of some sources changed; amounts are moved, never made."""
    own = {source.id for source in sources}
    parted: list[MoneySource] = []
    for source in question.sources:
        moved = int(source.amount * part) if source.id in own else 0
        other = change(source) if moved else None
        parted.append(source if other is None else replace(source, amount=source.amount - moved))
        if other is not None:
            parted.append(replace(other, id=f"{source.id} (+)", amount=moved, reserve=None))
    return replace(question, sources=tuple(parted))


def softened(question: Question, sources: tuple[MoneySource, ...], part: Fraction) -> Question:
    """The question with a part of some sources one step softer."""
    return changed_in_part(question, sources, part, made_softer)


def softer_name(earmark: Earmark) -> str:
    """An earmark in a few codes.

    >>> softer_name(Earmark(states=frozenset({"NER"}))), softer_name(Earmark())
    ('NER', '*')
    """
    return "/".join("+".join(sorted(part)) for part in earmark.parts() if part) or "*"


def values_of_flexibility(answer: Answer, *, progress: Progress = lambda done, total: True) -> Iterator[FlexibilityValue]:
    """What flexibility of each donor's money under each earmark would change; stops when `progress` says no."""
    question, prices = answer.question, marginal_prices(answer)
    before = people_met(question, answer.plan)
    held = by_earmark(question)
    for done, ((donor, earmark), sources) in enumerate(held.items()):
        if not progress(done, len(held)):
            return
        yield FlexibilityValue(
            donor=donor, earmark=earmark, amount=sum(source.amount for source in sources), sources=tuple(source.id for source in sources),
            softer=earmark.one_step_softer(), step=effect_of(answer, sources, made_softer, before), months=effect_of(answer, sources, made_longer, before),
            weighted=flexibility_value(question, sources[0], prices),
        )  # fmt: skip


def effect_of(answer: Answer, sources: tuple[MoneySource, ...], change: Change, before: Fraction) -> Effect | None:
    """The effect of a change on a part of some sources; none where it changes nothing of them, or the part is less than a minor unit."""
    open_to_it = tuple(source for source in sources if change(source) is not None)
    rates = [rate for part in TRIALS if (rate := people_per_million(answer, open_to_it, part, change, before)) is not None]
    return Effect(min(rates), max(rates)) if rates else None


def people_per_million(answer: Answer, sources: tuple[MoneySource, ...], part: Fraction, change: Change, before: Fraction) -> float | None:
    """People more per million of money changed, by solving again; none where the part is less than a minor unit."""
    moved = sum(int(source.amount * part) for source in sources)
    if not moved:
        return None
    question = answer.question
    changed = changed_in_part(question, sources, part, change)
    after = people_met(changed, allocate(changed, answer).plan)
    return float((after - before) * million_of(question) / moved)
