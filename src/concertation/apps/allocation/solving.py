"""Answering a scenario: the question, its plan with the certificate, what stands beside it; and the value of flexibility of its money."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from concertation.apps.allocation import queries
from concertation.apps.allocation.frozen import question_of
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.scenarios import commands
from concertation.core.allocation.answer import Answer, allocate, as_json
from concertation.core.allocation.flexibility import FlexibilityValue, people_met, values_of_flexibility
from concertation.core.allocation.grants import without_minimum
from concertation.core.allocation.overview import next_million, overview
from concertation.core.allocation.terms import PARTS, Earmark
from concertation.core.allocation.what_if import WhatIf, changed
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.solver import NotSolved

ANSWERS_KEPT = 4


@dataclass(frozen=True)
class Tried:
    """What one change would do: the question and answer before and after, and what could not be changed."""

    before: Answer
    after: Answer
    problems: tuple[Problem, ...]

    @property
    def people_more(self) -> int:
        """People assisted more, or fewer (below zero)."""
        return round(people_met(self.after.question, self.after.plan) - people_met(self.before.question, self.before.plan))


def solve(scenario: Scenario, *, by: Mandate) -> None:
    """Solve a scenario that waits, and keep its answer. A second call changes nothing."""
    if not commands.take_up(scenario, step="solving"):
        return
    try:
        answer = allocate(queries.question_for(scenario.round, scenario))
    except NotSolved as reason:
        commands.record_failure(scenario, reason=str(reason), by=by)
        return
    if commands.mark_progress(scenario, step="comparing", done=1, total=2):
        told = as_json(answer) | {"minor": [line.amount for line in answer.plan.lines], "next_million": next_million(answer)}
        commands.record_answer(scenario, answer=told, overview=overview(answer), by=by)
    else:
        commands.record_answer(scenario, answer={}, overview={"question_sha256": "", "valid": False}, by=by)


def value_flexibility(scenario: Scenario, *, by: Mandate) -> None:
    """Work out what flexibility of each earmark would change, by solving again; stops when somebody asks to.

    Without the minimum a line: gathering a hundredth of some money would tell of the minimum, not of the earmark.
    """
    answer = allocate(without_minimum(queries.question_for(scenario.round, scenario)))

    def going(done: int, total: int) -> bool:
        return commands.mark_progress(scenario, step="valuing", done=done, total=total)

    lines = [told(value) for value in values_of_flexibility(answer, progress=going)]
    commands.record_flexibility(scenario, lines=lines, by=by)


def told(value: FlexibilityValue) -> dict[str, Any]:
    """A value of flexibility as it is kept."""
    return {
        "donor": value.donor, "earmark": parts_of(value.earmark), "softer": parts_of(value.softer) if value.softer is not None else None, "amount": value.amount,
        "sources": list(value.sources), "step": [value.step.low, value.step.high] if value.step else None,
        "months": [value.months.low, value.months.high] if value.months else None, "weighted": value.weighted,
    }  # fmt: skip


def parts_of(earmark: Earmark) -> dict[str, list[str]]:
    """An earmark as JSON holds it: the parts that restrict."""
    return {name: sorted(part) for name, part in zip(PARTS, earmark.parts(), strict=True) if part}


@lru_cache(maxsize=ANSWERS_KEPT)
def answer_to(content: bytes, changes: bytes, on: date) -> Answer:
    """The answer to a frozen question, solved once and kept in memory while it is among the last few asked."""
    return allocate(question_of(content, changes, on))


def tried(asked: Round, scenario: Scenario, what_if: WhatIf) -> Tried:
    """What one change would do to a scenario: its answer is kept and the changed question solved from where it stands."""
    before = answer_to(bytes(asked.question), bytes(scenario.changes), asked.as_of)
    question, problems = changed(before.question, [what_if])
    return Tried(before, before if problems else allocate(question, before), problems)
