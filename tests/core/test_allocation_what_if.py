"""A question much like one already answered: found from there it is the same answer, and nothing that stays is worked out again.

`CONCERTATION_WHAT_IFS` sets how many generated questions are tried.
"""

import os
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.allocation.answer import Answer, allocate
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import Earmark, MoneySource
from concertation.core.solver import Basis
from core.allocation_samples import MILLION, questions, three_countries

EXAMPLES = int(os.environ.get("CONCERTATION_WHAT_IFS", "40"))


@settings(max_examples=EXAMPLES, deadline=None)
@given(question=questions(), part=st.integers(0, 3), amount=st.integers(0, 20))
def test_an_answer_found_from_another_is_the_one_found_from_nothing(question: Question, part: int, amount: int) -> None:
    start = allocate(question)
    sources = tuple(replace(source, amount=amount * MILLION, earmark=source.earmark.one_step_softer() or source.earmark) if at % 3 == part else source for at, source in enumerate(question.sources))
    cells = tuple(replace(cell, cap=0) if at % 5 == part else cell for at, cell in enumerate(question.cells))
    now = replace(question, sources=sources, cells=cells)

    warm, cold = allocate(now, start), allocate(now)

    assert warm.certificate.valid
    assert proved(warm) == pytest.approx(proved(cold), rel=1e-6, abs=1e-6)


def proved(answer: Answer) -> list[float]:
    """The first floor and the most good that are proved the best there is; a plan may stay under them by the declared tolerance, where several do."""
    stages = answer.certificate.stages
    return [float(stage.bound) for at, stage in enumerate(stages) if stage.aim == "most-good" or (stage.aim == "floor" and at == 0)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(question=questions(), previous=st.booleans())
def test_arcs_left_out_of_the_programme_are_let_in_where_they_pay(question: Question, previous: bool) -> None:
    asked = replace(question, previous={cell.id: MILLION for cell in question.cells} if previous else {})
    cold = allocate(asked)

    from_nothing_moving = allocate(replace(asked), with_nothing_moving(cold))

    assert from_nothing_moving.certificate.valid
    assert proved(from_nothing_moving) == pytest.approx(proved(cold), rel=1e-6, abs=1e-6)


def with_nothing_moving(answer: Answer) -> Answer:
    """The answer as if no money could have moved in it: a start whose programme has no arc at all."""
    stands = answer.solved.stands
    if stands is None:
        return answer
    still = {name: Basis(np.zeros_like(getattr(stands, name).columns), getattr(stands, name).rows) for name in ("most_good", "last")}
    return replace(answer, solved=replace(answer.solved, stands=replace(stands, **still)))


@settings(max_examples=EXAMPLES, deadline=None)
@given(question=questions(), part=st.integers(0, 3), amount=st.integers(0, 20))
def test_what_a_question_takes_over_from_another_is_what_it_would_find_itself(question: Question, part: int, amount: int) -> None:
    sources = tuple(replace(source, amount=amount * MILLION, earmark=source.earmark.one_step_softer() or source.earmark) if at % 3 == part else source for at, source in enumerate(question.sources))
    cells = tuple(replace(cell, cap=(0, None)[at % 2]) if at % 5 == part else cell for at, cell in enumerate(question.cells))
    taken, found = (replace(question, sources=sources, cells=cells) for _ in range(2))

    taken.take_over(question)

    assert [(each.sources, each.key) for each in taken.classes] == [(each.sources, each.key) for each in found.classes]
    assert taken.needs.totals == found.needs.totals and taken.needs.severities == found.needs.severities
    assert taken.needs.rooms.tolist() == found.needs.rooms.tolist()


def test_a_question_with_another_day_or_other_places_takes_over_nothing_that_changed() -> None:
    soon = MoneySource("soon", MILLION, spend_by=date(2026, 6, 1))
    asked = replace(three_countries(MILLION), sources=(soon,), as_of=date(2026, 5, 1))
    later = replace(asked, as_of=date(2026, 7, 1))
    elsewhere = replace(asked, sources=(replace(soon, earmark=Earmark(states=frozenset({"NER"}))),), cells=tuple(replace(cell, state="TGO") for cell in asked.cells))

    for other in (later, elsewhere):
        other.take_over(asked)

    assert [len(each.classes) for each in (asked, later, elsewhere)] == [1, 0, 0]


def test_a_what_if_works_out_again_only_what_it_changes() -> None:
    before = allocate(three_countries(MILLION))
    tied, free = before.question.sources

    more, capped = (allocate(each, before) for each in (
        replace(before.question, sources=(tied, replace(free, amount=50 * MILLION))),
        replace(before.question, cells=(replace(before.question.cells[0], cap=MILLION), *before.question.cells[1:])),
    ))  # fmt: skip

    assert more.question.needs is before.question.needs and more.question.classes[0] is before.question.classes[0]
    assert capped.question.needs.admission is before.question.needs.admission and capped.question.classes[1] is before.question.classes[1]
    assert more.certificate.valid and capped.certificate.valid
