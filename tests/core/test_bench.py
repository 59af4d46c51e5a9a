"""The bench: other thresholds tried on Niger's published past, plateaus on which nothing changes, noise that is told, a file that reads back."""

from pathlib import Path

import pytest
from numpy.random import default_rng

from concertation.core.anticipation.backtest import back_test
from concertation.core.anticipation.bench import attempt, proposed, sweep
from concertation.core.anticipation.readings import Reading, Readings
from concertation.core.anticipation.turning import knobs, turned
from concertation.formats.framework_file import read_framework, shipped, written_framework
from concertation.formats.indicator_series import read_series
from core.anticipation_samples import framework

BAD = (2001, 2004, 2009, 2011)


def niger(shared: Path) -> Readings:
    return Readings.of(read_series(shared / "anticipation/iri_maproom_raw.csv", framework("ner-drought-2026")).readings)


@pytest.mark.shared
def test_nothing_turned_gives_the_published_past(shared: Path) -> None:
    trial = attempt(framework("ner-drought-2026"), niger(shared), {}, (), default_rng(1))

    assert trial.past.overall.listed() == (2001, 2004, 2006, 2009, 2011, 2013, 2022, 2023)
    assert (trial.bad, trial.chance, trial.hit_interval) == (None, None, None)


@pytest.mark.shared
def test_a_stricter_rank_fires_in_some_of_the_years_of_a_looser_one_and_in_no_other(shared: Path) -> None:
    held, readings = framework("ner-drought-2026"), niger(shared)

    strict, loose = (back_test(turned(held, {"dry_season": percent}), readings).overall for percent in (5.0, 30.0))

    assert set(strict.listed()) < set(loose.listed())


@pytest.mark.shared
def test_no_year_changes_anywhere_on_the_plateau_and_one_does_beyond(shared: Path) -> None:
    held, readings = framework("ner-drought-2026"), niger(shared)
    knob = next(each for each in knobs(held) if each.test == "dry_season")
    tried = sweep(held, readings, knob)
    low, high = tried.plateau(knob.value)

    here = back_test(held, readings).overall.listed()

    assert {back_test(turned(held, {"dry_season": value}), readings).overall.listed() for value in tried.values if low <= value <= high} == {here}
    assert back_test(turned(held, {"dry_season": high + 4}), readings).overall.listed() != here


@pytest.mark.shared
def test_noise_is_told_and_the_same_seed_tells_the_same(shared: Path) -> None:
    one, two = (attempt(framework("ner-drought-2026"), niger(shared), {}, BAD, default_rng(7)) for _time in range(2))

    assert one.chance == two.chance
    assert one.chance is not None
    assert one.hit_interval == (1.0, 1.0)
    assert one.vain_interval is not None
    assert one.vain_interval.low <= 0.5 <= one.vain_interval.high


def test_a_threshold_that_tells_the_bad_years_apart_is_hardly_noise_and_its_middle_lies_between_them() -> None:
    held = framework("ner-floods-2025")
    values = {year: 650.0 + year % 3 if year % 5 == 0 else 500.0 + year % 7 for year in range(1981, 2021)}
    readings = Readings.of([Reading("level", "", year, 240, value) for year, value in values.items()])
    test = next(knob.test for knob in knobs(held) if knob.value == 592)

    trial = attempt(held, readings, {}, tuple(range(1985, 2021, 5)), default_rng(1))

    assert trial.chance is not None
    assert trial.chance <= 0.05
    middle = trial.middles[test]
    assert middle is not None
    assert 506 < middle <= 652


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_framework_of_the_reference_set_reads_back_as_it_is_written(name: str) -> None:
    held = shipped()[name].read.framework
    assert held is not None

    read = read_framework(written_framework(held))

    assert (read.framework, read.is_sound) == (held, True)


def test_the_version_a_trial_proposes_is_a_draft_without_the_published_past_and_leaves_the_first_as_it_is() -> None:
    held = framework("ner-drought-2026")

    made = read_framework(written_framework(proposed(held, {"dry_season": 20.0}, "2026-1-abc"))).framework

    assert made is not None
    assert made.tests["dry_season"].rank is not None
    assert (made.version, made.status, made.tests["dry_season"].rank.percentile, made.backtest.expect) == ("2026-1-abc", "draft", 20.0, {})
    assert held.tests["dry_season"].rank is not None
    assert held.tests["dry_season"].rank.percentile == 15.0
