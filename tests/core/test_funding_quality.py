"""The quality of money: what a source does not say is unknown and never counted as no, and every share stands on all the money counted."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.funding import FLOW_SCHEMA, counts_here
from concertation.core.funding_quality import Quality, judged, quality

PLAIN: dict[str, Any] = {
    "flow": "1", "status": "paid", "boundary": "incoming", "on_boundary": "single", "flow_type": "Standard", "amount_minor": 100, "earmarks": [], "children": [],
    "source_names": ["Synthetic giver"], "source_types": ["Government", "National government"], "source_places": ["Elsewhere"], "destination_types": ["UN agency"],
    "destination_places": ["Niger"], "destination_years": [2025], "dated": date(2025, 1, 1), "decided": date(2025, 1, 1), "reported": date(2025, 1, 31),
}  # fmt: skip


def measured(*changes: dict[str, Any]) -> Quality:
    """The quality of some synthetic flows."""
    rows = [{**dict.fromkeys(FLOW_SCHEMA), **PLAIN, "flow": str(number), **each} for number, each in enumerate(changes, start=1)]
    frame = pl.DataFrame(rows, schema=FLOW_SCHEMA)
    return quality(frame, counts_here(frame), in_need=["Niger"])


@pytest.mark.parametrize(
    ("measure", "changes", "verdict"),
    [
        ("flexible", {"earmarks": ["unearmarked"]}, True),
        ("flexible", {"earmarks": ["softly earmarked"]}, True),
        ("flexible", {"earmarks": ["tightly earmarked"]}, False),
        ("flexible", {"earmarks": None}, None),
        ("predictable", {"destination_years": [2025, 2026, 2027]}, True),
        ("predictable", {"destination_years": [2025]}, False),
        ("predictable", {"decided": None}, None),
        ("domestic", {"source_places": ["Niger"]}, True),
        ("domestic", {}, False),
        ("lasting", {"destination_years": [2027]}, True),
        ("lasting", {"destination_places": ["Elsewhere"]}, None),
        ("local", {"destination_types": ["NGO", "National"]}, True),
        ("local", {"destination_types": ["NGO", "Affiliated"]}, False),
        ("local", {"destination_types": ["NGOs"]}, None),
        ("private", {"source_types": ["Private Organizations"]}, True),
        ("private", {"source_types": []}, None),
        ("diaspora", {}, None),
        ("paid_on_time", {}, None),
    ],
)
def test_a_flow_is_judged_yes_no_or_unknown(measure: str, changes: dict[str, Any], verdict: bool | None) -> None:
    frame = pl.DataFrame([{**dict.fromkeys(FLOW_SCHEMA), **PLAIN, **changes}], schema=FLOW_SCHEMA)

    assert judged(frame, in_need=["Niger"])[measure].to_list() == [verdict]


def test_a_share_stands_on_all_the_money_with_what_is_unknown_beside() -> None:
    flexible = measured({"earmarks": ["unearmarked"], "amount_minor": 30}, {"earmarks": ["earmarked"], "amount_minor": 50}, {"amount_minor": 20}).shares["flexible"]

    assert (flexible.part, flexible.whole, flexible.unknown, flexible.flows, flexible.unknown_flows) == (30, 100, 20, 1, 1)
    assert flexible.share == pytest.approx(0.3)


def test_where_no_flow_says_no_figure_is_held() -> None:
    flexible = measured({}, {}).shares["flexible"]

    assert (flexible.is_held, flexible.share) == (False, None)


def test_pledges_are_in_no_denominator() -> None:
    assert measured({}, {"status": "pledge", "earmarks": ["unearmarked"]}).shares["flexible"].whole == 100


def test_money_that_a_local_actor_received_after_one_intermediary_stands_apart() -> None:
    passed = {"boundary": "internal", "destination_types": ["NGO", "Local"], "amount_minor": 40}

    found = measured({}, {**passed, "parent": "1"}, {**passed, "parent": None, "amount_minor": 10}).shares["local_through_one"]

    assert (found.part, found.whole, found.unknown) == (40, 100, 10)


def test_files_that_link_no_flows_say_nothing_of_intermediaries() -> None:
    found = measured({"children": None}, {"children": None, "boundary": "internal"}).shares["local_through_one"]

    assert (found.is_held, found.unknown) == (False, 100)


def test_a_reader_who_sees_no_link_below_a_first_recipient_is_told_nothing_of_intermediaries() -> None:
    assert measured({}, {}).shares["local_through_one"].is_held is False


def test_days_to_report_are_the_middle_of_those_that_say() -> None:
    delays = [{"reported": date(2025, 1, 1 + days)} for days in (0, 10, 20)]

    assert (measured(*delays, {"reported": None}).delay.median, measured(*delays, {"reported": None}).delay.unknown_flows) == (10, 1)


def test_the_spread_of_givers_says_the_first_and_how_many_give_half() -> None:
    spread = measured({"amount_minor": 60, "source_names": ["A"]}, {"amount_minor": 30, "source_names": ["B"]}, {"amount_minor": 10, "source_names": ["C"]}).spread

    assert (spread.givers, spread.first_share, spread.half_from) == (3, pytest.approx(0.6), 1)


@given(st.lists(st.fixed_dictionaries({
    "amount_minor": st.integers(0, 10**12), "earmarks": st.sampled_from([None, [], ["unearmarked"], ["earmarked"]]),
    "decided": st.sampled_from([None, date(2023, 1, 1)]), "destination_types": st.sampled_from([[], ["NGOs"], ["NGO", "Local"], ["UN agency"]]),
}), max_size=12))  # fmt: skip
def test_part_and_unknown_never_pass_the_whole(changes: list[dict[str, Any]]) -> None:
    for share in measured(*changes).shares.values():
        assert min(share.part, share.unknown) >= 0 and share.part + share.unknown <= share.whole
