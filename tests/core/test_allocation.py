"""Laws of the joint allocation: what is floored first, what nothing may break, and what the certificate refuses."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.allocation.answer import Answer, allocate, as_json
from concertation.core.allocation.baselines import without_floor
from concertation.core.allocation.certificate import certify
from concertation.core.allocation.flexibility import people_met
from concertation.core.allocation.plan import Line, Plan
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import Earmark, MoneySource, NeedCell, covered
from concertation.core.allocation.worth import met
from concertation.formats.allocation_question import read_question
from core.allocation_samples import MILLION, STATES, questions, three_countries


@pytest.mark.parametrize("unit", [1, 100, 100 * 1_000, 100 * 1_000_000])
def test_tied_money_frees_the_free_money_for_the_others_in_any_unit(unit: int) -> None:
    answer = allocate(three_countries(unit))

    assert answer.plan.by_cell() == {"NER": 100 * unit, "BFA": 50 * unit, "MLI": 50 * unit}
    assert answer.certificate.valid
    assert [stage.value for stage in answer.certificate.stages if stage.aim == "floor"][0] == Fraction(1, 2)


@settings(max_examples=120, deadline=None)
@given(question=questions())
def test_every_plan_is_feasible_and_certified_against_a_bound_no_plan_can_pass(question: Question) -> None:
    answer = allocate(question)

    assert answer.certificate.broken == ()
    assert answer.certificate.valid, [(stage.aim, float(stage.value), float(stage.bound)) for stage in answer.certificate.stages]


def floor_of(answer: Answer) -> Fraction:
    """The first floor a plan reaches, 0 when no money may go anywhere."""
    return next((stage.value for stage in answer.certificate.stages if stage.aim == "floor"), Fraction(0))


def same_severity(question: Question) -> Question:
    """The same question with one severity everywhere and every cell open."""
    return replace(question, cells=tuple(replace(cell, severity=1, cap=None, local=True) for cell in question.cells), tolerance=Fraction(0))


@settings(max_examples=60, deadline=None)
@given(question=questions(), more=st.integers(1, 30))
def test_more_free_money_never_lowers_the_least_coverage(question: Question, more: int) -> None:
    free = replace(same_severity(question), sources=(*question.sources, MoneySource("free", 5 * MILLION)))

    before = floor_of(allocate(free))
    after = floor_of(allocate(replace(free, sources=(*question.sources, MoneySource("free", (5 + more) * MILLION)))))

    assert after >= before - Fraction(1, 1_000_000)


@settings(max_examples=60, deadline=None)
@given(question=questions())
def test_softer_earmarks_never_lower_the_least_coverage_of_the_same_groups(question: Question) -> None:
    fixed = replace(same_severity(question), sources=(*(replace(source, local_share=Fraction(0)) for source in question.sources), MoneySource("free", MILLION)))
    softer = tuple(replace(source, earmark=source.earmark.one_step_softer() or source.earmark) for source in fixed.sources)

    before, after = floor_of(allocate(fixed)), floor_of(allocate(replace(fixed, sources=softer)))

    assert after >= before - Fraction(1, 1_000_000)


@settings(max_examples=60, deadline=None)
@given(question=questions(), more=st.integers(1, 30))
def test_more_free_money_never_lowers_the_weighted_people_met_where_no_floor_is_owed(question: Question, more: int) -> None:
    before = replace(question, sources=(*question.sources, MoneySource("free", 5 * MILLION)))
    after = replace(question, sources=(*question.sources, MoneySource("free", (5 + more) * MILLION)))

    assert weighted_people(after) >= weighted_people(before) * (1 - 1e-6)


def weighted_people(question: Question) -> float:
    """Weighted people met by the plan that owes no floor."""
    spent = without_floor(question).by_cell()
    return float(sum(met(cell, spent.get(cell.id, 0), question.weights) for cell in question.cells))


@settings(max_examples=60, deadline=None)
@given(needs=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9_000)), min_size=1, max_size=6), amounts=st.lists(st.integers(0, 60), min_size=1, max_size=4), more=st.integers(1, 40), choose=st.data())
def test_more_free_money_never_lowers_the_people_reached(needs: list[tuple[int, int]], amounts: list[int], more: int, choose: st.DataObject) -> None:
    cells = tuple(NeedCell(f"c{at}", STATES[at % 3], f"S{at}", need=need * MILLION, people=people) for at, (need, people) in enumerate(needs))
    tied = tuple(
        MoneySource(f"s{at}", amount * MILLION, Earmark(sectors=choose.draw(st.frozensets(st.sampled_from([cell.sector for cell in cells]), min_size=1))))
        for at, amount in enumerate(amounts)
    )  # fmt: skip
    before = Question("USD", (*tied, MoneySource("free", 3 * MILLION)), cells)
    after = replace(before, sources=(*tied, MoneySource("free", (3 + more) * MILLION)))

    assert people_met(after, allocate(after).plan) >= people_met(before, allocate(before).plan) - Fraction(1, 1000)


@settings(max_examples=60, deadline=None)
@given(question=questions())
def test_no_money_is_made_or_lost(question: Question) -> None:
    answer = allocate(question)

    given_out, held = answer.plan.by_source(), {source.id: source.amount for source in question.sources}
    assert sum(given_out.values()) == sum(answer.plan.by_cell().values())
    assert all(amount <= held[source] for source, amount in given_out.items())


def test_a_source_cut_in_parts_changes_nothing_for_the_cells() -> None:
    whole = three_countries(MILLION)
    cut = replace(whole, sources=(whole.sources[0], *(MoneySource(f"free-{part}", 10 * MILLION) for part in range(10))))

    assert allocate(cut).plan.by_cell() == allocate(whole).plan.by_cell()


def test_more_severe_groups_are_owed_more_in_proportion() -> None:
    cells = (NeedCell("calm", "NER", "WSH", need=100 * MILLION, people=1, severity=1), NeedCell("severe", "MLI", "WSH", need=100 * MILLION, people=1, severity=3))
    answer = allocate(Question("USD", (MoneySource("free", 40 * MILLION),), cells))

    assert answer.plan.by_cell() == pytest.approx({"calm": 10 * MILLION, "severe": 30 * MILLION}, rel=1e-7)


def test_tight_money_and_money_that_ends_soon_is_spent_first() -> None:
    cells = (NeedCell("a", "NER", "WSH", need=10 * MILLION, people=1), NeedCell("b", "MLI", "WSH", need=10 * MILLION, people=1))
    tight = MoneySource("tight", 10 * MILLION, Earmark(states=frozenset({"NER"})))
    soon, late = MoneySource("soon", 10 * MILLION, spend_by=date(2026, 8, 1)), MoneySource("late", 10 * MILLION, spend_by=date(2028, 8, 1))

    spent = allocate(Question("USD", (late, soon, tight), cells, as_of=date(2026, 6, 1))).plan.by_source()

    assert spent == pytest.approx({"tight": 10 * MILLION, "soon": 10 * MILLION}, rel=1e-7)


def test_an_earlier_plan_is_kept_where_nothing_is_lost_by_it() -> None:
    cells = tuple(NeedCell(name, "NER", "WSH", unit=name, need=10 * MILLION, people=100) for name in ("a", "b"))
    asked = Question("USD", (MoneySource("free", 8 * MILLION),), cells)

    kept = allocate(replace(asked, previous={"a": 3 * MILLION, "b": 5 * MILLION})).plan.by_cell()

    assert kept["b"] > kept["a"]
    assert abs(kept["a"] - 4 * MILLION) <= MILLION


def test_an_earlier_plan_is_left_on_a_need_closed_since_and_that_is_proved_too() -> None:
    asked = three_countries(MILLION)
    closed = replace(asked, cells=tuple(replace(cell, cap=0) if cell.id == "MLI" else cell for cell in asked.cells), previous={"NER": 100 * MILLION, "MLI": 40 * MILLION})

    answer = allocate(closed)

    assert answer.certificate.valid
    assert answer.certificate.stages[-1].aim == "least-change" and answer.certificate.stages[-1].value <= -40


def test_gaps_that_no_money_may_reach_are_listed_and_hold_no_floor_down() -> None:
    asked = replace(three_countries(MILLION), sources=(MoneySource("tied", 100 * MILLION, Earmark(states=frozenset({"NER"}))),))

    answer = as_json(allocate(asked))

    assert answer["unreachable"] == ["BFA", "MLI"]
    assert answer["cells"][0]["coverage"] == 0.5
    assert answer["certificate"]["valid"]


def test_money_that_may_go_nowhere_gives_an_empty_plan_and_no_fault() -> None:
    nowhere = Question("USD", (MoneySource("s", 5, Earmark(states=frozenset({"TCD"}))),), (NeedCell("a", "NER", "WSH", need=5, people=1),))

    answer = as_json(allocate(nowhere))

    assert answer["lines"] == []
    assert answer["unreachable"] == ["a"]


def changed(plan: Plan, **amounts: int) -> Plan:
    """The plan with other amounts on some cells."""
    return Plan(tuple(Line(line.source, line.cell, amounts.get(line.cell, line.amount)) for line in plan.lines))


@pytest.mark.parametrize(
    ("amounts", "broken"),
    [({"MLI": 60 * MILLION}, "overspent: free"), ({"NER": 201 * MILLION}, "overfilled: NER"), ({"BFA": -1}, "line free -> BFA: -1")],
)
def test_the_certificate_names_what_a_plan_breaks(amounts: dict[str, int], broken: str) -> None:
    answer = allocate(three_countries(MILLION))

    verdict = certify(answer.question, changed(answer.plan, **amounts), answer.solved.stages)

    assert broken in verdict.broken
    assert not verdict.valid


def test_the_certificate_refuses_money_where_its_earmark_forbids_it() -> None:
    answer = allocate(three_countries(MILLION))
    strayed = Plan((*answer.plan.lines[1:], Line("tied", "MLI", 1)))

    assert "not admitted: tied -> MLI" in certify(answer.question, strayed, answer.solved.stages).broken


def test_the_certificate_refuses_a_feasible_plan_that_is_not_the_best() -> None:
    answer = allocate(three_countries(MILLION))
    worse = changed(answer.plan, BFA=60 * MILLION, MLI=40 * MILLION)

    verdict = certify(answer.question, worse, answer.solved.stages)

    assert verdict.feasible
    assert not verdict.valid


@settings(max_examples=40, deadline=None)
@given(question=questions(), factor=st.floats(0, 3), seed=st.integers(0, 5))
def test_no_prices_whatever_give_a_bound_below_what_a_plan_reaches(question: Question, factor: float, seed: int) -> None:
    answer = allocate(question)
    bent = [replace(stage, cells=stage.cells * factor, groups=stage.groups * (seed / 3)) for stage in answer.solved.stages]

    verdict = certify(question, answer.plan, bent)

    assert all(stage.bound >= stage.value for stage in verdict.stages)


def test_coverage_never_passes_the_whole_need() -> None:
    assert covered(NeedCell("a", "NER", "WSH", need=10, funded=12), 0) == 1


def asked(**changes: Any) -> dict[str, Any]:
    """A sound question in JSON, changed."""
    sound: dict[str, Any] = {
        "currency": "USD", "sources": [{"id": "s", "amount": 10, "earmark": {"states": ["NER"]}}],
        "cells": [{"id": "a", "state": "NER", "sector": "WSH", "need": 20}],
    }  # fmt: skip
    return {**sound, **changes}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([], "allocation-not-a-question"),
        (asked(currency="FCFA"), "currency-unknown"),
        (asked(sources=None), "allocation-list-missing"),
        (asked(sources=[{"id": "s"}]), "amount-missing"),
        (asked(sources=[{"id": "s", "amount": -1}]), "amount-negative"),
        (asked(sources=[{"id": "s", "amount": "beaucoup"}]), "amount-not-a-number"),
        (asked(sources=[{"id": "s", "amount": float("inf")}]), "amount-not-a-number"),
        (asked(sources=[{"id": "s", "amount": 1e300}]), "amount-not-a-number"),
        (asked(sources=[{"amount": 1}]), "allocation-id-missing"),
        (asked(sources=[{"id": "s", "amount": 1}, {"id": "s", "amount": 2}]), "allocation-id-repeated"),
        (asked(sources=[{"id": "s", "amount": 1, "earmark": {"countries": ["NER"]}}]), "earmark-part-unknown"),
        (asked(sources=[{"id": "s", "amount": 1, "earmark": {"states": "NER"}}]), "allocation-not-a-list-of-words"),
        (asked(sources=[{"id": "s", "amount": 1, "earmark": "NER"}]), "allocation-not-an-object"),
        (asked(sources=[{"id": "s", "amount": 1, "spend_by": "bientôt"}]), "date-not-a-day"),
        (asked(sources=[{"id": "s", "amount": 1, "local_share": 1.5}]), "share-above-one"),
        (asked(cells=[{"id": "a", "state": "NER", "sector": "WSH", "need": 1, "severity": 6}]), "severity-out-of-scale"),
        (asked(cells=[{"id": "a", "state": 3, "sector": "WSH", "need": 1}]), "allocation-not-a-word"),
        (asked(cells=[{"id": "a", "state": "NER", "sector": "WSH", "need": 1, "local": "oui"}]), "allocation-not-yes-or-no"),
    ],
)
def test_what_cannot_be_meant_refuses_the_question_and_says_where(content: object, code: str) -> None:
    read = read_question(content)

    assert read.question is None
    assert [problem.code for problem in read.problems] == [code]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (asked(sources=[{"id": "s", "amount": 1, "spend_by": "2020-01-01"}]), "money-expired"),
        (asked(sources=[{"id": "s", "amount": 1, "earmark": {"states": ["TCD"]}}]), "earmark-admits-nothing"),
        (asked(cells=[{"id": "a", "state": "NER", "sector": "WSH", "need": 0}]), "need-of-nothing"),
        (asked(cells=[{"id": "a", "state": "NER", "sector": "WSH", "need": 1, "funded": 2}]), "funded-beyond-need"),
        (asked(colour="red"), "allocation-key-unknown"),
        (asked(sources=[{"id": "s", "amount": 1, "authority": "cerf"}]), "money-observed"),
        (asked(previous={"gone": 3}), "allocation-cell-unknown"),
    ],
)
def test_what_can_be_answered_all_the_same_is_told(content: object, code: str) -> None:
    read = read_question(content, today=date(2026, 6, 1))

    assert read.question is not None
    assert code in [problem.code for problem in read.problems]
    assert allocate(read.question).certificate.valid


def test_money_under_an_authority_is_only_seen_until_that_authority_joins() -> None:
    sources = [{"id": "s", "amount": 10, "authority": "cerf"}]

    seen, joined = (read_question(asked(sources=sources, joined=names)).question for names in ([], ["cerf"]))

    assert seen is not None and joined is not None
    assert allocate(seen).plan.lines == ()
    assert [source.id for source in seen.observed] == ["s"]
    assert allocate(joined).plan.by_cell() == {"a": 1_000}
