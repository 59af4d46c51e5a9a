"""What stands beside a joint plan: proportional spreading, the value of one step of flexibility, and the back-test."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.allocation.answer import allocate
from concertation.core.allocation.backtest import (
    PlanMoney,
    as_it_came,
    back_test,
    question_of,
    unmet,
    with_flexible_part,
)
from concertation.core.allocation.baselines import beside, each_by_itself, in_proportion_to_need, shares
from concertation.core.allocation.certificate import breaches
from concertation.core.allocation.consent import ChangedLine, Constraint, broken_by_hand, constrained, people_bound
from concertation.core.allocation.flexibility import people_met, softened, values_of_flexibility
from concertation.core.allocation.overview import next_million, overview, streams
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import Earmark, MoneySource, NeedCell

MILLION = 100_000_000
NIGER_WATER = Earmark(states=frozenset({"NER"}), sectors=frozenset({"WSH"}))
CELLS = (
    NeedCell("water", "NER", "WSH", need=10 * MILLION, people=1_000),
    NeedCell("food", "NER", "FSC", need=100 * MILLION, people=900_000),
    NeedCell("mali", "MLI", "FSC", need=100 * MILLION, people=800_000),
)


def asked(*sources: MoneySource) -> Question:
    """Three needs and some money."""
    return Question("USD", sources, CELLS)


@given(amount=st.integers(0, 500), lacking=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 90), min_size=1))
def test_shares_add_up_to_the_amount_and_fill_nobody_past_what_they_lack(amount: int, lacking: dict[str, int]) -> None:
    given_out = shares(amount, lacking)

    assert sum(given_out.values()) == min(amount, sum(lacking.values()))
    assert all(part <= lacking[name] for name, part in given_out.items())


def test_spreading_in_proportion_breaks_no_rule_either() -> None:
    question = asked(MoneySource("tied", 30 * MILLION, NIGER_WATER), MoneySource("free", 50 * MILLION))

    plan = in_proportion_to_need(question)

    assert breaches(question, plan) == []
    assert plan.by_source() == {"tied": 10 * MILLION, "free": 50 * MILLION}


def test_money_stuck_where_need_is_met_is_worth_much_more_one_step_softer() -> None:
    answer = allocate(asked(MoneySource("tied", 30 * MILLION, NIGER_WATER), MoneySource("free", 10 * MILLION)))

    [value] = values_of_flexibility(answer)

    assert value.softer == Earmark(states=frozenset({"NER"}))
    assert value.step is not None and 0 < value.step.low <= value.step.high
    assert value.months is None
    assert value.weighted > 0


def test_unearmarked_money_has_no_softer_step_and_softening_makes_no_money() -> None:
    free, tied = MoneySource("free", 10 * MILLION), MoneySource("tied", 30 * MILLION, NIGER_WATER)
    question = asked(free, tied)

    changed = softened(question, (tied,), Fraction(1, 100))

    assert list(values_of_flexibility(allocate(asked(free)))) == []
    assert sum(source.amount for source in changed.sources) == 40 * MILLION


def test_the_valuation_of_earmarks_can_be_stopped() -> None:
    answer = allocate(asked(MoneySource("tied", 30 * MILLION, NIGER_WATER)))

    assert list(values_of_flexibility(answer, progress=lambda done, total: False)) == []


def test_people_met_follow_coverage() -> None:
    question = asked(MoneySource("free", 0))
    half = replace(question, cells=tuple(replace(cell, funded=cell.need // 2) for cell in CELLS))

    assert people_met(half, in_proportion_to_need(half)) == Fraction(1_701_000, 2)


ROWS = (
    PlanMoney("NER", "WSH", 30, 15), PlanMoney("NER", "FSC", 190, 46), PlanMoney("NER", "", 0, 20),
    PlanMoney("BFA", "WSH", 95, 8), PlanMoney("BFA", "", 0, 10), PlanMoney("BFA", "", 0, 5), PlanMoney("BFA", "LOG", 0, 3),
)  # fmt: skip


def test_a_back_test_conserves_the_money_and_lifts_the_least_covered() -> None:
    tested = back_test(2025, ROWS)

    assert tested.received == 107 * 100
    assert tested.required == 315 * 100
    assert tested.certified
    assert tested.least_actual <= tested.least_joint <= tested.least_flexible
    assert tested.flexible <= tested.joint <= tested.actual


def test_money_that_came_for_no_sector_goes_where_its_state_still_lacks() -> None:
    came = as_it_came(question_of(ROWS))

    assert came["NER WSH"] + came["NER FSC"] == 81 * 100
    assert came["BFA WSH"] == 23 * 100


def test_a_flexible_part_is_taken_from_every_source_alike() -> None:
    question = question_of(ROWS)

    freed = with_flexible_part(question, Fraction(3, 10))

    assert sum(source.amount for source in freed.sources) == sum(source.amount for source in question.sources)
    assert unmet(question, {}) == 315 * 100


def test_money_that_ends_before_a_need_begins_meets_it_only_when_it_may_wait() -> None:
    season = NeedCell("season", "NER", "FSC", need=10 * MILLION, people=50_000, start=date(2026, 6, 1))
    early = MoneySource("early", 8 * MILLION, spend_by=date(2026, 4, 30))
    question = Question("USD", (early,), (season,), as_of=date(2026, 1, 1))

    answer = allocate(question)
    [value] = values_of_flexibility(answer)

    assert answer.plan.lines == ()
    assert value.softer is None and value.step is None
    assert value.months is not None and value.months.low == pytest.approx(50_000 / 10, rel=0.01)


def test_each_donor_of_one_earmark_has_a_line_of_its_own() -> None:
    sources = (MoneySource("a", 30 * MILLION, NIGER_WATER, donor="alpha"), MoneySource("b", 3 * MILLION, NIGER_WATER, donor="beta"))

    values = list(values_of_flexibility(allocate(asked(*sources))))

    assert [(value.donor, value.sources) for value in values] == [("alpha", ("a",)), ("beta", ("b",))]


def test_each_source_by_itself_promises_some_needs_more_than_they_lack() -> None:
    question = asked(MoneySource("a", 10 * MILLION, NIGER_WATER), MoneySource("b", 10 * MILLION, NIGER_WATER))

    assert each_by_itself(question) == {"water": 10 * MILLION}
    assert each_by_itself(replace(question, current={"food": 7})) == {"water": 0, "food": 7, "mali": 0}


def test_the_most_people_without_a_floor_are_never_fewer_weighted_than_with_it() -> None:
    cells = (NeedCell("dear", "NER", "WSH", need=100 * MILLION, people=10), NeedCell("cheap", "MLI", "WSH", need=100 * MILLION, people=1_000_000))
    answer = allocate(Question("USD", (MoneySource("free", 50 * MILLION),), cells))

    shown = beside(answer)

    assert shown["without-floor"].people > shown["joint"].people
    assert shown["without-floor"].least == 0 < shown["joint"].least


def test_a_state_caps_its_own_needs_and_no_other_and_the_plan_obeys() -> None:
    question = constrained(asked(MoneySource("free", 100 * MILLION)), [Constraint("NER", "FSC", cap=5 * MILLION)])

    spent = allocate(question).plan.by_cell()

    assert spent["food"] <= 5 * MILLION < spent["mali"]
    assert people_bound(question, Constraint("NER")) == 901_000


def test_a_line_changed_by_hand_is_checked_by_the_exact_checker() -> None:
    question = asked(MoneySource("tied", 30 * MILLION, NIGER_WATER), MoneySource("free", 10 * MILLION))
    plan = allocate(question).plan

    assert broken_by_hand(question, plan, [ChangedLine("tied", "mali", 1)]) == ["not admitted: tied -> mali"]
    assert broken_by_hand(question, plan, [ChangedLine("free", "mali", 11 * MILLION)]) == ["overspent: free"]
    assert broken_by_hand(question, plan, [ChangedLine("free", "mali", 0)]) == []


def test_an_overview_adds_up_and_names_what_no_money_may_reach() -> None:
    answer = allocate(asked(MoneySource("tied", 30 * MILLION, NIGER_WATER)))

    told = overview(answer)

    assert told["people"] == sum(group["assisted"] for group in told["groups"]) == 1_000
    assert [gap["state"] for gap in told["unreachable"]] == ["MLI", "NER"]
    assert sum(amount for *_names, amount in streams(answer.question, answer.plan)) == told["spent"] == 10 * MILLION
    assert {line["cell"] for line in next_million(answer)} == {"food", "mali"}
