"""Laws of the ledger: money is conserved, nothing is paid twice, nobody stands alone in a public total."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.mobilisation.ledger import Instalment, Kind, Payment, Rest, Standing, balance, spread, stand
from concertation.core.mobilisation.matching import Awaited, Movement, in_queue, matches
from concertation.core.mobilisation.quality import Held, paid_on_time, received_from
from concertation.core.mobilisation.totals import FEWEST_GIVERS, OTHERS, Counted, in_one, protected, totals
from concertation.core.money import Rate, Rates

DAY = date(2026, 6, 1)
AMOUNTS = st.integers(1, 10**9)
TYPES = st.sampled_from(["company", "foundation", "diaspora_association", "individual_pool", "unknown"])
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
PLEDGES = st.lists(
    st.builds(Counted, st.text("abcdef", min_size=1, max_size=1), TYPES, st.sampled_from(["cash", "in-kind"]), st.sampled_from(["XOF", "EUR"]), st.none() | AMOUNTS, AMOUNTS, AMOUNTS, st.integers(1, 4)), max_size=25,
)  # fmt: skip


@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=6), minor=AMOUNTS, first=st.none() | st.integers(1, 6), rest=st.sampled_from(["refuse", "next", "beyond"]))
def test_a_receipt_is_spread_whole_and_no_instalment_gets_more_than_it_lacks(amounts: list[int], minor: int, first: int | None, rest: Rest) -> None:
    stood = [stand(Instalment(number, amount), [], today=DAY) for number, amount in enumerate(amounts, 1)]

    where = spread(minor, stood, first=first, rest=rest)

    assert sum(part for _number, part in where.parts) + where.beyond == minor
    assert all(0 < part <= amounts[number - 1] for number, part in where.parts)


@given(due=DAYS, minor=AMOUNTS, paid=st.lists(st.tuples(AMOUNTS, DAYS), max_size=5), today=DAYS)
def test_what_was_in_time_never_passes_what_was_paid_nor_the_instalment(due: date, minor: int, paid: list[tuple[int, date]], today: date) -> None:
    stood = stand(Instalment(1, minor, due), [Payment(1, part, on) for part, on in paid], today=today)

    assert stood.in_time <= min(stood.paid, minor)
    assert stood.left == max(minor - stood.paid, 0)
    assert (stood.standing is Standing.LATE) == (stood.left > 0 and due < today)


def test_a_day_is_not_late_on_itself_and_a_pledge_without_a_day_never_is() -> None:
    parts = [Instalment(1, 5, DAY), Instalment(2, 5)]

    standings = [balance(10, parts, [], received=0, taken_back=False, today=DAY + timedelta(days=days)).standing for days in (0, 1)]

    assert standings == [Standing.DUE, Standing.LATE]
    assert balance(10, [Instalment(1, 10)], [], received=0, taken_back=False, today=date(2099, 1, 1)).standing is Standing.UNDATED


@given(pledges=PLEDGES)
def test_totals_lose_nothing_and_public_ones_hold_nobody_alone(pledges: list[Counted]) -> None:
    every = totals(pledges)
    shown = protected(every)

    assert sum(each.promised for each in every) == sum(each.promised or 0 for each in pledges)
    assert all(each.givers >= FEWEST_GIVERS for each in shown.shown)
    assert sum(each.pledges for each in shown.shown) <= len(pledges)
    together = [each for each in shown.shown if each.giver_type == OTHERS]
    assert len(every) >= len(shown.shown) - len(together) + shown.withheld


def test_money_and_goods_are_never_added_and_a_missing_rate_leaves_the_sum_unsaid() -> None:
    lines = totals([Counted("a", "company", "cash", "USD", 500, 100, 0), Counted("b", "company", Kind.IN_KIND, "USD", 900, 0, 0), Counted("c", "company", "cash", "XOF", 1000, 0, 0)])

    without = in_one(lines, to="USD", on=DAY, rates=Rates.of([]))
    stated = in_one(lines, to="USD", on=DAY, rates=Rates.of([Rate("XOF", "USD", Fraction(1, 500), DAY, "said")]))

    assert [each.value for each in without.problems] == ["XOF/USD"]
    assert (stated.promised.minor, stated.received.minor) == (700, 100)


@given(minor=st.none() | st.integers(-5, 5), left=st.integers(0, 5), currency=st.sampled_from(["XOF", "EUR", None]), names=st.sampled_from(["", "PR-1", "PR-2"]))
def test_a_proposal_is_of_the_same_currency_with_something_left_and_never_of_another_pledge_than_the_one_named(minor: int | None, left: int, currency: str | None, names: str) -> None:
    awaited = [Awaited("i1", "PR-1", "XOF", left, DAY), Awaited("i2", "PR-2", "EUR", left, None)]

    for found in matches(Movement(DAY, minor, currency, names), awaited):
        assert found.awaited.currency == currency and found.awaited.left > 0 and (minor or 0) > 0
        assert found.awaited.reference == names or (not names and found.awaited.left == minor)


@given(
    waiting=st.lists(st.tuples(st.sampled_from(["PR-1", "PR-2"]), st.sampled_from(["XOF", "EUR"]), st.integers(0, 3)), max_size=8),
    minor=st.none() | st.integers(-1, 3), currency=st.sampled_from(["XOF", "EUR", None]), names=st.sampled_from(["", "PR-1", "PR-3"]),
)  # fmt: skip
def test_a_queue_finds_every_instalment_that_would_be_proposed(waiting: list[tuple[str, str, int]], minor: int | None, currency: str | None, names: str) -> None:
    awaited = [Awaited(f"i{at}", *each, None) for at, each in enumerate(waiting)]
    movement = Movement(DAY, minor, currency, names)

    assert matches(movement, in_queue(awaited).candidates(movement)) == matches(movement, awaited)


def test_what_a_giver_declares_and_what_bears_no_day_is_unknown_and_stays_in_the_whole() -> None:
    late, undated = (stand(Instalment(number, 100, due), [], today=DAY) for number, due in ((1, date(2026, 1, 1)), (2, None)))
    held = Held("XOF", "company", "cash", 200, date(2026, 1, 1), False, (late, undated), (), {1: 60})

    [found] = paid_on_time([held], today=DAY)

    assert (found.share.part, found.share.whole, found.share.unknown) == (0, 200, 160)


@pytest.mark.parametrize("year", [2024, 2026])
def test_a_year_counts_what_came_in_it(year: int) -> None:
    held = Held("XOF", "diaspora_association", "cash", 9, date(2024, 1, 1), False, (), ((date(2026, 5, 1), 9),))

    assert [each.share.part for each in received_from([held], measure="diaspora", year=year)] == ([9] if year == 2026 else [])
