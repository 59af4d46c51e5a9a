"""Which money counts, whom it may pay, what running costs take, and in which days: each rule holds in the plan, and the exact checker finds it broken."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.allocation.answer import allocate, as_json
from concertation.core.allocation.certificate import breaches, certify
from concertation.core.allocation.counting import COUNTINGS
from concertation.core.allocation.overview import overview
from concertation.core.allocation.plan import Line, Plan
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import MoneySource, NeedCell
from concertation.formats.allocation_question import read_question

WATER = NeedCell("water", "NER", "WSH", need=1_000, people=100)


def asked(**changes: object) -> dict[str, object]:
    """A question with money of every status."""
    sources = [{"id": status or "unsaid", "amount": 100, "status": status} for status in ("paid", "commitment", "pledge", "")]
    return {"currency": "USD", "sources": sources, "cells": [{"id": "a", "state": "NER", "sector": "WSH", "need": 1_000}], **changes}


@pytest.mark.parametrize(("counting", "allocated"), [("paid", 200), ("commitments", 300), ("pledges", 400)])
def test_a_scenario_allocates_only_the_money_it_says_it_counts(counting: str, allocated: int) -> None:
    question = read_question(asked(counting=counting)).question

    assert question is not None
    told = as_json(allocate(question))

    assert sum(line["amount"] for line in told["lines"]) == allocated and told["counting"] == counting
    assert sum(each["amount"] for each in told["uncounted"]) == 400 - allocated


def test_pledges_are_never_added_in_silence() -> None:
    read = read_question(asked())

    assert read.question is not None and {source.id for source in read.question.uncounted} == {"pledge"}
    assert [(problem.code, problem.value) for problem in read.problems] == [("money-not-counted", "pledge")]


def test_the_overview_says_how_far_all_money_is_counted_or_not() -> None:
    question = read_question(asked()).question

    assert question is not None
    told = overview(allocate(question))

    assert [(each["status"], each["amount"], each["counted"]) for each in told["money"]] == [("paid", 10_000, True), ("commitment", 10_000, True), ("pledge", 10_000, False), ("", 10_000, True)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["paid", "commitment", "pledge", ""]), st.integers(0, 600)), min_size=1, max_size=6))
def test_each_counting_reaches_at_least_what_the_narrower_one_reaches(money: list[tuple[str, int]]) -> None:
    sources = [{"id": f"s{at}", "amount": amount, "status": status} for at, (status, amount) in enumerate(money)]
    questions = [read_question(asked(sources=sources, counting=counting)).question for counting in COUNTINGS]

    reached = [overview(allocate(question))["spent"] for question in questions if question is not None]

    assert reached == sorted(reached) and len(reached) == 3


def test_what_running_costs_take_never_meets_a_need() -> None:
    answer = allocate(Question("USD", (MoneySource("fund", 535, overhead=Fraction(7, 100)),), (WATER,)))

    assert answer.certificate.valid and answer.plan.by_source() == {"fund": 500}
    assert overview(answer)["overhead"] == 35


def test_the_checker_finds_a_line_that_leaves_nothing_for_running_costs() -> None:
    question = Question("USD", (MoneySource("fund", 535, overhead=Fraction(7, 100)),), (WATER,))

    assert breaches(question, Plan((Line("fund", "water", 501),))) == ["overhead: fund"]
    assert breaches(question, Plan((Line("fund", "water", 536),))) == ["overspent: fund"]


def test_a_fund_pays_only_the_types_of_party_its_rules_name() -> None:
    fund = MoneySource("fund", 500, eligible=frozenset({"national_ngo", "local_ngo"}))
    cells = (replace(WATER, id="un", carriers=frozenset({"multilateral_un"})), replace(WATER, id="ngo", need=200, carriers=frozenset({"national_ngo", "ingo"})), replace(WATER, id="unsaid", need=100))

    answer = allocate(Question("USD", (fund,), cells))

    assert answer.certificate.valid and answer.plan.by_cell() == {"ngo": 200, "unsaid": 100}
    assert breaches(answer.question, Plan((Line("fund", "un", 5),))) == ["not admitted: fund -> un"]


def test_the_reason_of_a_line_says_whom_its_money_may_pay_and_that_it_is_only_pledged() -> None:
    fund = MoneySource("fund", 500, eligible=frozenset({"national_ngo", "local_ngo"}), status="pledge", usable_from=date(2026, 6, 1))
    need = replace(WATER, carriers=frozenset({"national_ngo"}), end=date(2026, 9, 30))

    line = as_json(allocate(Question("USD", (fund,), (need,))))["lines"][0]

    assert line["reason_en"].endswith("Pledged, not received. May only pay: national NGO. To be used from 1 June 2026, by 30 September 2026.")
    assert line["reason_fr"].endswith("Promis, non reçu. Ne peut payer que : ONG nationale. À employer dès le 1er juin 2026, au plus tard le 30 septembre 2026.")


def test_money_meets_a_need_only_in_days_they_share() -> None:
    cells = (replace(WATER, id="spring", need=300, end=date(2026, 5, 31)), replace(WATER, id="lean season", need=300, start=date(2026, 6, 1), end=date(2026, 8, 31)))
    sources = (MoneySource("early", 500, spend_by=date(2026, 4, 30)), MoneySource("late", 200, usable_from=date(2026, 7, 1)))

    answer = allocate(Question("USD", sources, cells))

    assert answer.certificate.valid and answer.plan.by_cell() == {"spring": 300, "lean season": 200}
    assert breaches(answer.question, Plan((Line("late", "spring", 5),))) == ["not admitted: late -> spring"]
    assert [(each["from"], each["until"], each["given"]) for each in overview(answer)["periods"]] == [("", "2026-05-31", 300), ("2026-06-01", "2026-08-31", 200)]


def test_a_need_in_two_periods_absorbs_in_each_no_more_than_its_cap() -> None:
    cells = (replace(WATER, id="q1", cap=100, end=date(2026, 3, 31)), replace(WATER, id="q2", cap=400, start=date(2026, 4, 1)))

    answer = allocate(Question("USD", (MoneySource("ends early", 600, spend_by=date(2026, 3, 31)), MoneySource("lasting", 300)), cells))

    assert answer.certificate.valid and answer.plan.by_cell() == {"q1": 100, "q2": 300}


def test_a_question_without_these_rules_keeps_the_digest_it_had() -> None:
    question = Question("USD", (MoneySource("s", 5),), (WATER,))

    assert question.digest == "8b9fe82ef140dc653ae2930add1e3cc92fc72b35c478d83d7b227d86239303c2"
    assert replace(question, counting="pledges").digest != question.digest


PLANS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 400)), max_size=5, unique_by=lambda line: line[:2])


@settings(max_examples=60, deadline=None)
@given(PLANS)
def test_no_plan_that_keeps_the_rules_passes_the_bound(lines: list[tuple[int, int, int]]) -> None:
    sources = (
        MoneySource("a", 300, overhead=Fraction(1, 10)), MoneySource("b", 300, eligible=frozenset({"local_ngo"}), status="pledge"), MoneySource("c", 200, usable_from=date(2026, 6, 1)),
    )
    cells = (replace(WATER, id="x", need=400, end=date(2026, 5, 1)), replace(WATER, id="y", need=400, carriers=frozenset({"ingo"}), severity=3), replace(WATER, id="z", need=300))
    answer = allocate(Question("USD", sources, cells))
    other = Plan(tuple(Line(sources[source].id, cells[cell].id, amount) for source, cell, amount in lines))

    verdict = certify(answer.question, other, answer.solved.stages)

    assert answer.certificate.valid
    assert not verdict.feasible or all(stage.value <= stage.bound for stage in verdict.stages)


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"counting": "all"}, "counting-unknown"), ({"sources": [{"id": "s", "amount": 1, "status": "promised"}]}, "money-status-unknown"),
        ({"sources": [{"id": "s", "amount": 1, "usable_from": "2026-07-01", "spend_by": "2026-06-01"}]}, "days-reversed"),
        ({"sources": [{"id": "s", "amount": 1, "eligible_types": ["friends"]}]}, "party-type-unknown"), ({"sources": [{"id": "s", "amount": 1, "overhead": 1.5}]}, "share-above-one"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(part: dict[str, object], code: str) -> None:
    read = read_question(asked(**part))

    assert read.question is None and [problem.code for problem in read.problems] == [code]
