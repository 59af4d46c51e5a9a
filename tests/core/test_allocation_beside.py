"""What stands beside a joint plan: proportional spreading, the value of one step of flexibility, and the back-test."""

from dataclasses import replace
from fractions import Fraction

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
from concertation.core.allocation.baselines import in_proportion_to_need, shares
from concertation.core.allocation.certificate import breaches
from concertation.core.allocation.flexibility import people_met, softened, values_of_flexibility
from concertation.core.allocation.question import Earmark, MoneySource, NeedCell, Question

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
    assert 0 < value.people_low <= value.people_high
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
