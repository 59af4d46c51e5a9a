"""What a joint plan stands beside: the same money spread in proportion to need."""

from fractions import Fraction

from concertation.core.allocation.plan import Line, Plan
from concertation.core.allocation.question import Question, is_expired


def in_proportion_to_need(question: Question) -> Plan:
    """Each source, tightest first, spread over the cells it may serve in proportion to what they still lack, until it is spent or they are full.

    >>> from concertation.core.allocation.question import MoneySource, NeedCell
    >>> cells = (NeedCell("a", "NER", "WSH", need=30), NeedCell("b", "MLI", "WSH", need=10))
    >>> in_proportion_to_need(Question("USD", (MoneySource("s", 20),), cells)).by_cell()
    {'a': 15, 'b': 5}
    """
    left = {cell.id: cell.room for cell in question.cells}
    admitted = {source.id: [cell.id for cell in question.cells if source.earmark.admits(cell)] for source in question.sources}
    lines: list[Line] = []
    for source in sorted(question.sources, key=lambda source: (len(admitted[source.id]), source.id)):
        if is_expired(source, question.as_of):
            continue
        for cell, amount in shares(source.amount, {cell: left[cell] for cell in admitted[source.id] if left[cell]}).items():
            left[cell] -= amount
            lines.append(Line(source.id, cell, amount))
    return Plan(tuple(lines))


def shares(amount: int, lacking: dict[str, int]) -> dict[str, int]:
    """Whole parts of an amount in proportion to what each lacks, never more than it lacks.

    >>> shares(10, {"a": 2, "b": 2}), shares(3, {"a": 1, "b": 1, "c": 4})
    ({'a': 2, 'b': 2}, {'a': 1, 'c': 2})
    """
    whole = sum(lacking.values())
    if amount >= whole:
        return {cell: lack for cell, lack in lacking.items() if lack}
    exact = {cell: Fraction(amount * lack, whole) for cell, lack in lacking.items()}
    given = {cell: int(part) for cell, part in exact.items()}
    rest = amount - sum(given.values())
    for cell in sorted(exact, key=lambda cell: (given[cell] - exact[cell], -lacking[cell], cell))[:rest]:
        given[cell] += 1
    return {cell: part for cell, part in given.items() if part}
