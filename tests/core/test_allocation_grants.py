"""Grants of a least size, and money kept back for triggers: nothing is touched, nothing is hidden, and what it costs is said."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.allocation.answer import allocate, as_json
from concertation.core.allocation.certificate import breaches, certify, costs_of_minimum
from concertation.core.allocation.consent import ChangedLine, broken_by_hand
from concertation.core.allocation.grants import gathered, small_lines
from concertation.core.allocation.plan import Line, Plan
from concertation.core.allocation.question import Question
from concertation.core.allocation.reserves import kept_back, set_apart
from concertation.core.allocation.terms import Earmark, MoneySource, NeedCell
from concertation.core.allocation.what_if import WhatIf, changed
from concertation.formats.allocation_question import read_question
from core.test_allocation import questions, three_countries

ON = date(2026, 6, 1)


def read(**changes: Any) -> Any:
    """A question of two sources and two needs, read from JSON."""
    return read_question({
        "currency": "USD", "sources": [{"id": "a", "amount": 100, **changes.pop("a", {})}, {"id": "b", "amount": 40}],
        "cells": [{"id": "x", "state": "NER", "sector": "WSH", "need": 200}, {"id": "y", "state": "MLI", "sector": "WSH", "need": 100}], **changes,
    }, today=ON)  # fmt: skip


def codes(found: Any) -> list[str]:
    return [problem.code for problem in found.problems]


def test_a_share_kept_back_is_never_spent_and_stands_in_the_answer_and_its_certificate() -> None:
    answer = allocate(read(a={"reserve": {"share": 0.25, "trigger": "ner-floods", "until": "2026-10-31"}}).question)
    told = as_json(answer)

    assert sum(line["amount"] for line in told["lines"] if line["source"] == "a") == 75
    assert told["reserves"] == [{"source": "a", "kept": 25, "trigger": "ner-floods", "until": "2026-10-31", "untouched": True}]
    assert told["certificate"]["valid"]


def test_a_line_that_touches_a_reserve_breaks_the_certificate() -> None:
    question = read(a={"reserve": {"amount": 30, "trigger": "ner-floods"}}).question

    assert breaches(question, Plan((Line("a", "x", 7_100),))) == ["reserve touched: a"]
    assert breaches(question, Plan((Line("a", "x", 10_100),))) == ["overspent: a"]
    assert not certify(question, Plan((Line("a", "x", 7_100),)), ()).valid


@pytest.mark.parametrize(("more", "code"), [({"open_triggers": ["ner-floods"]}, "reserve-opened"), ({"as_of": "2026-11-01"}, "reserve-lapsed")])
def test_a_reserve_is_allocated_once_its_window_opens_or_is_past(more: dict[str, Any], code: str) -> None:
    found = read(a={"reserve": {"amount": 30, "trigger": "ner-floods", "until": "2026-10-31"}}, **more)

    assert codes(found) == [code]
    assert (found.question.sources[0].amount, found.question.sources[0].reserve) == (10_000, None)


@pytest.mark.parametrize(
    ("reserve", "code"),
    [
        ({"amount": 300, "trigger": "t"}, "reserve-above-amount"), ({"trigger": "t"}, "reserve-share-or-amount"), ({"amount": 1, "share": 0.1, "trigger": "t"}, "reserve-share-or-amount"),
        ({"share": 0.1}, "reserve-without-trigger"), ({"share": 1.5, "trigger": "t"}, "share-above-one"), ({"share": 0.1, "trigger": "t", "colour": "red"}, "reserve-part-unknown"),
    ],
)  # fmt: skip
def test_a_reserve_that_cannot_be_meant_refuses_the_question(reserve: dict[str, Any], code: str) -> None:
    found = read(a={"reserve": reserve})

    assert found.question is None and codes(found) == [code]


def test_an_open_trigger_for_which_nothing_is_kept_is_told() -> None:
    assert codes(read(open_triggers=["nowhere"])) == ["trigger-keeps-nothing"]


def test_a_reserve_may_be_opened_to_see_what_it_would_do() -> None:
    asked, problems = changed(read(a={"reserve": {"amount": 30, "trigger": "t"}}).question, [WhatIf("release", "a"), WhatIf("release", "b")])

    assert asked.sources[0].amount == 10_000
    assert [(problem.code, problem.value) for problem in problems] == [("what-if-no-reserve", "b")]


def test_a_question_without_reserve_or_minimum_keeps_the_digest_it_had() -> None:
    assert three_countries(100).digest == "7b69d7e959e06e11e413ffe0a4675bbe03bd6bee099d353567636a6e37403243"


def test_lines_below_the_minimum_are_gathered_and_the_cost_is_printed() -> None:
    needs = (NeedCell("x", "NER", "WSH", need=9_000, people=900), NeedCell("y", "MLI", "WSH", need=1_000, people=100))
    answer = allocate(Question("USD", (MoneySource("s", 5_000, least=1_500),), needs))
    told = as_json(answer)["certificate"]

    assert [(line.cell, line.amount) for line in answer.plan.lines] == [("x", 5_000)]
    assert told["valid"] and told["minimum"]["proved_without"] and told["minimum"]["lines_gathered"] == 1
    floor = told["minimum"]["stages"][0]
    assert (floor["name"], floor["without"], floor["with"], floor["cost"]) == ("floor", "0.5", "0", "0.5")
    assert float(floor["bound"]) == pytest.approx(0.5) and float(floor["gap"]) < 1e-6


def test_an_exchange_between_two_sources_ends_a_small_line_at_no_cost() -> None:
    needs = (NeedCell("x", "NER", "WSH", need=100, people=10), NeedCell("y", "MLI", "WSH", need=100, people=10))
    asked = Question("USD", (MoneySource("s", 60, least=20), MoneySource("t", 60, least=20)), needs)

    found = gathered(asked, Plan((Line("s", "x", 55), Line("s", "y", 5), Line("t", "x", 5), Line("t", "y", 55))))

    assert small_lines(asked, found) == []
    assert found.by_cell() == {"x": 60, "y": 60} and found.by_source() == {"s": 60, "t": 60}


def test_money_below_its_own_minimum_stays_whole_and_is_told() -> None:
    found = read(a={"minimum_line": 500})

    assert codes(found) == ["source-below-minimum"]
    assert "a" not in allocate(found.question).plan.by_source()


def test_a_line_set_by_hand_below_the_minimum_is_refused() -> None:
    question = read(minimum_line=20).question
    plan = allocate(question).plan

    assert broken_by_hand(question, plan, [ChangedLine("b", "x", 500), ChangedLine("b", "y", 0)]) == ["below the minimum: b -> x"]


@settings(max_examples=60, deadline=None)
@given(question=questions(), least=st.integers(1, 2_000_000_000))
def test_no_plan_holds_a_line_below_its_minimum_and_none_is_better_than_the_plan_without_one(question: Question, least: int) -> None:
    asked = replace(question, tolerance=Fraction(0), sources=tuple(replace(source, least=least, local_share=Fraction(0)) for source in question.sources))
    answer = allocate(asked)

    assert breaches(asked, answer.plan) == []
    assert answer.certificate.valid
    for aim, before, after in costs_of_minimum(answer.certificate)[:1]:
        assert after <= before + Fraction(1, 1_000_000), aim


@settings(max_examples=40, deadline=None)
@given(question=questions(), share=st.fractions(0, 1))
def test_whatever_is_kept_back_no_plan_touches_it(question: Question, share: Fraction) -> None:
    asked = replace(question, sources=tuple(set_apart(source, amount=None, share=share, trigger="t", until=None) for source in question.sources))
    answer = allocate(asked)
    spent, whole = answer.plan.by_source(), {source.id: source.amount for source in question.sources}

    assert all(each.untouched for each in kept_back(asked, spent))
    assert all(spent.get(source.id, 0) + source.reserve.amount <= whole[source.id] for source in asked.sources if source.reserve)


def test_a_tied_source_is_gathered_on_what_it_may_serve_alone() -> None:
    needs = (NeedCell("x", "NER", "WSH", need=1_000, people=10), NeedCell("y", "NER", "FSC", need=1_000, people=10), NeedCell("z", "MLI", "WSH", need=1_000, people=10))
    asked = Question("USD", (MoneySource("tied", 900, Earmark(states=frozenset({"NER"})), least=800), MoneySource("free", 900, least=400)), needs)

    answer = allocate(asked)

    assert breaches(asked, answer.plan) == []
    assert {line.cell for line in answer.plan.lines if line.source == "tied"} <= {"x", "y"}
