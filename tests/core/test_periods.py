"""Periods: said as a person says them, and never guessed wider than what was written."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.periods import Period, day_in_words, months_of_label, reference_season, season

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2040, 12, 31))
periods = st.tuples(days, st.integers(min_value=0, max_value=900)).map(lambda pair: Period(pair[0], pair[0] + timedelta(days=pair[1])))


def test_a_lean_season_is_said_by_its_months() -> None:
    lean_season = Period.of_months(2024, first=6, last=8)

    assert lean_season.in_words("fr") == "juin-août 2024"
    assert lean_season.in_words("en") == "June-August 2024"


def test_a_single_day_is_said_as_a_day() -> None:
    assert day_in_words(date(2025, 8, 8), "fr") == "8 août 2025"
    assert Period(date(2022, 2, 28), date(2022, 2, 28)).in_words("en") == "28 February 2022"


@pytest.mark.parametrize(
    ("period", "french", "english"),
    [
        (Period.of_year(2025), "2025", "2025"),
        (Period(date(2024, 1, 1), date(2025, 12, 31)), "2024-2025", "2024-2025"),
        (Period.of_months(2024, first=2, last=2), "février 2024", "February 2024"),
        (Period.of_months(2023, first=10, last=1), "octobre 2023 - janvier 2024", "October 2023 - January 2024"),
        (Period(date(2025, 7, 30), date(2025, 8, 1)), "du 30 juillet au 1er août 2025", "30 July to 1 August 2025"),
        (Period(date(2025, 12, 30), date(2026, 1, 2)), "du 30 décembre 2025 au 2 janvier 2026", "30 December 2025 to 2 January 2026"),
    ],
)
def test_every_kind_of_period_has_words_in_both_languages(period: Period, french: str, english: str) -> None:
    assert (period.in_words("fr"), period.in_words("en")) == (french, english)


def test_the_label_and_the_wider_dates_meet_on_the_published_season() -> None:
    lean_season = reference_season("Jun-Aug", 2024, Period(date(2024, 6, 1), date(2024, 9, 30)))
    harvest = reference_season("Sep-Dec", 2023, Period(date(2023, 10, 1), date(2024, 1, 31)))

    assert lean_season == Period(date(2024, 6, 1), date(2024, 8, 31))
    assert harvest == Period(date(2023, 10, 1), date(2023, 12, 31))


def test_a_label_that_names_no_months_leaves_the_dates() -> None:
    dates = Period(date(2024, 6, 1), date(2024, 9, 30))

    assert season("soudure", 2024) is None
    assert reference_season("soudure", 2024, dates) == dates
    assert reference_season("soudure", 2024, None) is None


def test_french_labels_are_months_too() -> None:
    assert months_of_label("Juin-Août") == (6, 8)
    assert months_of_label("Juil.-Sept.") == (7, 9)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="report the dates as a problem"):
        Period(date(2024, 2, 1), date(2024, 1, 1))


@given(periods, periods)
def test_overlap_is_symmetric_and_shared_days_are_in_both(one: Period, other: Period) -> None:
    shared = one.shared(other)

    assert one.overlaps(other) == other.overlaps(one) == (shared is not None)
    assert shared is None or (one.covers(shared) and other.covers(shared))


@given(periods)
def test_every_period_is_said_in_words(period: Period) -> None:
    assert str(period.end.year) in period.in_words("fr")
    assert str(period.end.year) in period.in_words("en")
