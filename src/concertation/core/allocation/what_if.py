"""One thing changed in a question, to see what it would do: an amount, an earmark one step softer, a last day, a reserve opened, a cap.

A change names what it changes by its id. What cannot be (an unknown id, unearmarked money made softer) is a problem, and the
question stays as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from concertation.core.allocation.flexibility import made_longer, made_softer
from concertation.core.allocation.question import Question
from concertation.core.allocation.reserves import released
from concertation.core.allocation.terms import MoneySource, NeedCell
from concertation.core.problems import Cell, Problem

Kind = Literal["amount", "softer", "longer", "release", "cap"]
KINDS: tuple[Kind, ...] = ("amount", "softer", "longer", "release", "cap")
CANNOT = {"softer": "what-if-no-softer", "longer": "what-if-no-last-day", "release": "what-if-no-reserve"}
OF_NEEDS = ("cap",)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is changed: the amount of a source or the cap of a need to `amount` minor units, or a source one step softer, three months longer, or with what it keeps back for a trigger."""

    kind: Kind
    id: str
    amount: int = 0

    def on_source(self, source: MoneySource) -> MoneySource | None:
        """The source as changed; none when it cannot be changed so.

        >>> WhatIf("amount", "s", 9).on_source(MoneySource("s", 5)).amount
        9
        """
        if self.kind == "amount":
            return replace(source, amount=self.amount)
        if self.kind == "release":
            return released(source) if source.reserve else None
        return made_softer(source) if self.kind == "softer" else made_longer(source)

    def on_need(self, cell: NeedCell) -> NeedCell:
        """The need under another cap."""
        return replace(cell, cap=self.amount)


def changed(question: Question, what_ifs: Sequence[WhatIf]) -> tuple[Question, tuple[Problem, ...]]:
    """The question with each change made in turn, and what could not be changed.

    >>> asked, problems = changed(Question("USD", (MoneySource("s", 5),), ()), [WhatIf("softer", "s"), WhatIf("amount", "x", 3)])
    >>> [problem.code for problem in problems], asked.sources[0].amount
    (['what-if-no-softer', 'what-if-unknown'], 5)
    """
    sources: dict[str, MoneySource] = {source.id: source for source in question.sources}
    cells: dict[str, NeedCell] = {cell.id: cell for cell in question.cells}
    problems = [problem for each in what_ifs if (problem := apply(each, sources, cells)) is not None]
    return replace(question, sources=tuple(sources.values()), cells=tuple(cells.values())), tuple(problems)


def apply(each: WhatIf, sources: dict[str, MoneySource], cells: dict[str, NeedCell]) -> Problem | None:
    """Make one change in place; a problem when it cannot be made."""
    held: Mapping[str, object] = cells if each.kind in OF_NEEDS else sources
    if each.id not in held:
        return Problem("what-if-unknown", Cell(column=each.kind), each.id)
    if each.kind in OF_NEEDS:
        cells[each.id] = each.on_need(cells[each.id])
        return None
    now = each.on_source(sources[each.id])
    if now is None:
        return Problem(CANNOT[each.kind], Cell(column=each.kind), each.id)
    sources[each.id] = now
    return None
