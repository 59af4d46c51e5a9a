"""Laws of disclosure control: what is hidden cannot be worked out from anything published, now or before, and no more is hidden than said."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from concertation.core.sharing.disclosure.attack import Attacker
from concertation.core.sharing.disclosure.complement import Wanted, complements, loss_of, out_of_reach
from concertation.core.sharing.disclosure.control import MOST_LINKED, Report, audit, control
from concertation.core.sharing.disclosure.large import OUTSIDE
from concertation.core.sharing.disclosure.one_sum import OneSum
from concertation.core.sharing.disclosure.rules import RULES, Reason, Rule, Theme, hidden_by_themselves
from concertation.core.sharing.disclosure.tables import CountTable, Sum, programme

PEOPLE, MONEY = RULES[Theme.PEOPLE], RULES[Theme.MONEY]
COUNTS = st.one_of(st.just(0), st.integers(1, 12), st.integers(13, 400))


def crossed(inside: Sequence[Sequence[int]]) -> CountTable:
    """Rows by columns with the total of each row, of each column, and of all."""
    rows, columns = len(inside), len(inside[0])
    values, sums = [value for row in inside for value in row], []
    for row in range(rows):
        sums.append(Sum(len(values), tuple(row * columns + column for column in range(columns))))
        values.append(sum(inside[row]))
    for column in range(columns):
        sums.append(Sum(len(values), tuple(row * columns + column for row in range(rows))))
        values.append(sum(each[column] for each in inside))
    sums.append(Sum(len(values), tuple(sums[row].total for row in range(rows))))
    values.append(sum(map(sum, inside)))
    sums.append(Sum(sums[-1].total, tuple(sums[rows + column].total for column in range(columns))))
    return CountTable(tuple(values), tuple(sums))


def determined(table: CountTable, hidden: Iterable[int]) -> set[int]:
    """The hidden cells some combination of sums gives exactly, by elimination over fractions: no optimiser has a say here."""
    unknown = sorted(hidden)
    rows = [[Fraction((cell in each.parts) - (cell == each.total)) for cell in unknown] for each in table.sums]
    reduced: list[list[Fraction]] = []
    for column in range(len(unknown)):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        rows = [[value - row[column] * part for value, part in zip(row, pivot, strict=True)] for row in rows]
        reduced = [[value - row[column] * part for value, part in zip(row, pivot, strict=True)] for row in reduced] + [pivot]
    return {unknown[row.index(1)] for row in reduced if sum(map(bool, row)) == 1}


def whole_number_range(table: CountTable, hidden: Iterable[int], cell: int) -> tuple[float, float]:
    """The least and the most of a hidden cell in whole numbers, every other value and sum written out: not the attacker of the product."""
    free = set(hidden)
    lower = np.array([0.0 if place in free else float(value or 0) for place, value in enumerate(table.values)])
    upper = np.array([10_000.0 if place in free else float(value or 0) for place, value in enumerate(table.values)])
    matrix = np.array([[(place in each.parts) - (place == each.total) for place in range(len(lower))] for each in table.sums], dtype=float)
    ends = []
    for direction in (-1.0, 1.0):
        kept = programme(matrix, lower=lower, upper=upper)
        kept.whole()
        kept.change_gains(np.array([cell]), np.array([direction]))
        ends.append(direction * kept.optimum().value)
    return ends[0], ends[1]


def tables() -> st.SearchStrategy[CountTable]:
    """Crossed tables of two to four rows and columns, with small counts and zeros among them."""
    sizes = st.tuples(st.integers(2, 4), st.integers(2, 4))
    return sizes.flatmap(lambda size: st.lists(st.lists(COUNTS, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])).map(crossed)


@settings(max_examples=250, deadline=None)
@given(tables())
def test_no_hidden_cell_is_given_by_any_combination_of_totals(table: CountTable) -> None:
    told = control(table, PEOPLE)

    assert told.may_leave
    assert hidden_by_themselves(table, PEOPLE).keys() <= told.hidden.keys()
    assert determined(table, told.hidden) == set()


@settings(max_examples=25, deadline=None)
@given(tables())
def test_in_whole_numbers_too_no_hidden_cell_is_nearer_than_the_threshold(table: CountTable) -> None:
    told = control(table, PEOPLE)
    assume(told.hidden)

    for cell in told.hidden:
        least, most = whole_number_range(table, told.hidden, cell)
        assert most - least >= PEOPLE.fewest


def test_hiding_small_cells_alone_gives_them_away_and_the_control_does_not() -> None:
    table = crossed([[3, 40, 50], [60, 70, 80], [20, 30, 15]])
    naive = hidden_by_themselves(table, PEOPLE)

    assert determined(table, naive) == {0}
    assert determined(table, control(table, PEOPLE).hidden) == set()


def test_no_smaller_choice_of_complements_would_do() -> None:
    table = crossed([[3, 40, 50], [60, 70, 80], [20, 30, 15]])
    told = control(table, PEOPLE)

    assert sum(reason is Reason.COMPLEMENT for reason in told.hidden.values()) == 3
    assert table.values[16 - 1] == 368
    assert 15 not in told.hidden


def test_zero_leaves_as_zero_and_what_is_not_held_is_neither_hidden_nor_made_up() -> None:
    told = control(CountTable((0, None, 40, 12), ()), PEOPLE)

    assert told.hidden == {}
    assert told.may_leave


def test_a_cell_not_held_gives_a_small_one_no_false_shelter() -> None:
    """3 + nothing held + 40 = 43 says that what is not held is at most 0 more than 43 - 40: the small cell has a width of 3."""
    table = CountTable((3, None, 40, 43), (Sum(3, (0, 1, 2)),))

    assert not all(each.is_wide_enough for each in audit(table.without({0}), {0: 10.0}).values())
    assert control(table, PEOPLE).may_leave


def test_a_table_whose_total_is_not_the_sum_of_its_parts_may_not_leave() -> None:
    told = control(CountTable((30, 40, 71), (Sum(2, (0, 1)),)), PEOPLE)

    assert not told.may_leave
    assert told.broken == (Sum(2, (0, 1)),)


def test_money_of_almost_one_partner_is_hidden_and_stays_wide() -> None:
    table = CountTable((1_000_000, 900_000, 800_000, 2_700_000), (Sum(3, (0, 1, 2)),), largest=(860_000, 400_000, 400_000, None))
    told = control(table, MONEY)

    assert told.hidden[0] is Reason.DOMINATED
    assert len(told.hidden) == 2
    assert told.intervals[0].most - told.intervals[0].least >= 150_000
    assert control(CountTable((1_000_000,), largest=(850_000,)), MONEY).hidden == {}


def published(table: CountTable, told: Report) -> dict[int, int]:
    """What a release showed."""
    return {place: value for place, value in enumerate(table.values) if value is not None and place not in told.hidden}


def test_two_releases_read_together_give_no_more_than_one() -> None:
    """The complement of the first release is not published by the second, which would give the small cell away."""
    first = crossed([[3, 40, 50], [60, 70, 80], [20, 30, 15]])
    before = control(first, PEOPLE)
    after = control(first, PEOPLE, [published(first, before)])

    assert after.may_leave
    assert after.hidden.keys() == before.hidden.keys()
    assert determined(first, before.hidden.keys() & after.hidden.keys()) == set()


@settings(max_examples=60, deadline=None)
@given(tables(), st.data())
def test_a_curious_node_reading_every_release_of_a_table_recovers_no_hidden_cell(table: CountTable, data: st.DataObject) -> None:
    part = data.draw(st.sets(st.integers(0, len(table.values) - 1)))
    before = {place: value for place, value in published(table, control(table, PEOPLE)).items() if place in part}
    told = control(table, PEOPLE, [before])

    assert told.may_leave
    assert determined(table, told.hidden.keys() - before.keys()) == set()


def test_a_cell_already_published_cannot_be_hidden_any_more_and_it_is_said() -> None:
    table = CountTable((3, 40, 43), (Sum(2, (0, 1)),))
    told = control(table, PEOPLE, [{1: 40, 2: 43}])

    assert told.given_away == (0,)
    assert not told.may_leave


def test_a_figure_moved_by_a_handful_of_people_does_not_show_the_handful() -> None:
    told = control(CountTable((104, 240), ()), PEOPLE, [{0: 100, 1: 200}])

    assert told.hidden == {0: Reason.REVISED}


@pytest.mark.parametrize(("theme", "value", "leaves"), [
    (Theme.PEOPLE, 9, False), (Theme.PEOPLE, 10, True), (Theme.PROTECTION, 19, False), (Theme.PROTECTION, 20, True),
    (Theme.NATIONAL, 4, False), (Theme.NATIONAL, 5, True),
])  # fmt: skip
def test_each_theme_has_its_threshold(theme: Theme, value: int, leaves: bool) -> None:
    assert (control(CountTable((value,)), RULES[theme]).hidden == {}) is leaves


def test_a_commune_inside_a_region_inside_a_state_is_one_table() -> None:
    """Regions of 3 + 40 and 50 + 60: nothing of the small commune comes out of any level."""
    table = CountTable((3, 40, 50, 60, 43, 110, 153), (Sum(4, (0, 1)), Sum(5, (2, 3)), Sum(6, (4, 5))))
    told = control(table, Rule(fewest=10))

    assert told.may_leave
    assert {0, 1} <= told.hidden.keys()
    assert determined(table, told.hidden) == set()


SMALL_SUMS = st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=1, max_size=7)


@settings(max_examples=150, deadline=None)
@given(parts=SMALL_SUMS, hidden=st.lists(st.booleans(), min_size=8, max_size=8), slack=st.integers(1, 60))
def test_a_sum_read_at_once_says_what_the_optimiser_says(parts: list[int | None], hidden: list[bool], slack: int) -> None:
    values = (*parts, sum(each or 0 for each in parts))
    block = CountTable(values, (Sum(len(parts), tuple(range(len(parts)))),)).blocks()[0]
    standing = np.array([0.0 if value is None else float(value) for value in values])
    unseen = block.open | np.array(hidden[: len(values)])
    attacker = Attacker(block, standing, slack=float(slack))
    attacker.sees_all_but(unseen)

    told = OneSum.of(block, standing, float(slack)).room(unseen)

    for cell in np.flatnonzero(unseen):
        reach = attacker.reach(int(cell))
        assert (told.below[cell], told.above[cell]) == (pytest.approx(reach.below, abs=1e-6), pytest.approx(reach.above, abs=1e-6))


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(st.integers(0, 60), min_size=1, max_size=9), known=st.lists(st.booleans(), min_size=10, max_size=10))
def test_one_sum_is_protected_at_no_greater_loss_than_by_the_optimiser(parts: list[int], known: list[bool]) -> None:
    values = (*parts, sum(parts))
    block = CountTable(values, (Sum(len(parts), tuple(range(len(parts)))),)).blocks()[0]
    assert block.standing is not None
    must = np.array([0 < value < 10 for value in values])
    wanted = Wanted(must, np.array(known[: len(values)]) & ~must, np.full(len(values), 10.0))
    assume(must.any() and not out_of_reach(block, block.standing, wanted).any())

    at_once = complements(block, block.standing, wanted)
    linked = complements(replace(block, rows=block.rows * 2), block.standing, wanted)

    losses = loss_of(block.standing)
    assert losses[at_once].sum() <= losses[linked].sum() + 1e-6
    assert OneSum.of(block, block.standing, 20.0).is_wide(at_once, wanted.width, ~block.open)


def test_a_sum_of_eighty_thousand_communes_is_controlled_without_the_optimiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertation.core.sharing.disclosure.tables.KeptProgramme", None)
    monkeypatch.setattr("concertation.core.sharing.disclosure.complement.KeptProgramme", None)
    parts = tuple(3 if place == 7 else 0 if place % 11 == 0 else 10 + place % 500 for place in range(80_000))
    told = control(CountTable((*parts, sum(parts)), (Sum(80_000, tuple(range(80_000))),)), RULES[Theme.PEOPLE])

    assert told.may_leave
    assert sorted(reason.value for reason in told.hidden.values()) == ["complement", "small"]
    assert min(value for place in told.hidden if (value := parts[place]) > 3) == 10


def as_if_large(patched: pytest.MonkeyPatch) -> None:
    """Every table of several sums is taken as too large to be read whole."""
    patched.setattr("concertation.core.sharing.disclosure.control.is_too_linked", lambda block: not block.is_one_sum and OUTSIDE not in block.places)


@settings(max_examples=20, deadline=None)
@given(inside=st.lists(st.lists(COUNTS, min_size=4, max_size=4), min_size=3, max_size=5), chance=st.randoms(use_true_random=False))
def test_hidden_cells_read_group_by_group_say_exactly_what_the_whole_table_says(inside: list[list[int]], chance: Any) -> None:
    table = crossed(inside)
    hidden = {place for place in range(len(table.values) - 1) if chance.random() < 0.3}
    needed = dict.fromkeys(hidden, 10.0)
    whole = audit(table.without(hidden), needed)
    with pytest.MonkeyPatch.context() as patched:
        as_if_large(patched)
        parted = audit(table.without(hidden), needed)

    assert parted.keys() == whole.keys()
    for place, each in whole.items():
        assert (parted[place].least, parted[place].most) == pytest.approx((each.least, each.most), abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(inside=st.lists(st.lists(COUNTS, min_size=5, max_size=5), min_size=4, max_size=6))
def test_complements_grown_in_a_large_table_leave_nothing_to_work_out(inside: list[list[int]]) -> None:
    table = crossed(inside)
    with pytest.MonkeyPatch.context() as patched:
        as_if_large(patched)
        told = control(table, PEOPLE)

    if told.may_leave:
        assert not determined(table, told.hidden)
        seen = audit(table.without(told.hidden), {place: PEOPLE.width(table.values[place] or 0) for place in told.hidden})
        assert all(each.is_wide_enough for each in seen.values())


def test_a_table_of_two_ways_beyond_twenty_thousand_cells_may_leave() -> None:
    chance = random.Random(20261129)
    table = crossed([[chance.randint(1, 9) if chance.random() < 0.002 else chance.randint(12, 4_000) for _column in range(12)] for _row in range(1_700)])
    assert len(table.values) > MOST_LINKED

    told = control(table, PEOPLE)
    assert told.may_leave and sum(reason is Reason.SMALL for reason in told.hidden.values()) > 20
    assert len(told.hidden) < 12 * sum(reason is Reason.SMALL for reason in told.hidden.values())
