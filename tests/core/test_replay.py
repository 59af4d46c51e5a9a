"""The past as it went: nothing of later years is known, each window fires at the first issue that is enough, and the whole watch would say the same."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.readings import Reading, Readings
from concertation.core.anticipation.replay import Met, moment, replay
from concertation.core.anticipation.watching import verdicts
from concertation.formats.indicator_series import read_series
from core.anticipation_samples import framework


def watched(held: Framework, readings: Sequence[Reading]) -> set[Met]:
    """The same, by the watch itself judging everything again after each reading."""
    found, seen, known = set(), set(), list[Reading]()
    for reading in sorted(readings, key=lambda each: moment(held, each)):
        known.append(reading)
        for verdict in verdicts(held, Readings.of(known), reading.year):
            where = (verdict.window, verdict.unit, verdict.season)
            if verdict.fired and where not in seen:
                seen.add(where)
                found.add(Met(*where, reading.indicator, reading.issue))
    return found


@pytest.mark.shared
def test_niger_would_have_fired_in_its_published_years_at_the_second_issue_of_a_pair(shared: Path) -> None:
    held = framework("ner-drought-2026")
    readings = read_series(shared / "anticipation/iri_maproom_raw.csv", held).readings

    went = replay(held, readings)

    since = [each for each in went if each.season >= 2001]
    assert {each.season for each in since if each.window == "W1"} == {2001, 2009, 2011}
    assert {each.season for each in since if each.window == "W2"} == {2001, 2004, 2006, 2013, 2022, 2023}
    assert {(each.season, each.issue) for each in since if each.window == "W2" and each.indicator == "forecast"} == {(2001, 4), (2023, 5)}
    assert set(went) == watched(held, readings)


LEVELS = st.lists(st.tuples(st.integers(2018, 2021), st.integers(1, 366), st.sampled_from([500.0, 531.0, 593.0, 606.0])), max_size=14)
UNITS = st.lists(st.tuples(st.sampled_from(["rain", "national_alert"]), st.sampled_from(["Liptako", "Koulsé"]), st.integers(2020, 2022), st.sampled_from([7, 8, 9]), st.sampled_from([0.0, 1.0, 9.0])), max_size=12)


@settings(deadline=None, max_examples=60)
@given(LEVELS)
def test_tiers_of_a_river_fire_on_the_days_the_watch_says(rows: list[tuple[int, int, float]]) -> None:
    held = framework("ner-floods-2025")
    readings = [Reading("level", "", year, day, value) for (year, day), value in {(year, day): value for year, day, value in rows}.items()]

    assert set(replay(held, readings)) == watched(held, readings)


@settings(deadline=None, max_examples=60)
@given(UNITS)
def test_a_window_that_waits_for_another_to_stay_silent_fires_as_the_watch_says(rows: list[tuple[str, str, int, int, float]]) -> None:
    held = framework("bfa-floods-2025")
    once = {(name, unit if name == "rain" else "", year, issue): value for name, unit, year, issue, value in rows}
    readings = [Reading(*where, value) for where, value in once.items()]

    assert {(each.window, each.unit, each.season) for each in replay(held, readings)} == {(each.window, each.unit, each.season) for each in watched(held, readings)}


def test_a_year_is_never_ranked_among_those_that_came_after_it() -> None:
    held = framework("ner-drought-2026")
    calm = [Reading("rain_index", "", year, 8, 1.0 + year % 7 / 10) for year in range(2000, 2010)]
    drier = [Reading("rain_index", "", year, 8, -3.0) for year in range(2011, 2016)]

    went = replay(held, [*calm, Reading("rain_index", "", 2010, 8, -1.0), *drier])

    assert 2010 in {each.season for each in went if each.window == "W2"}
