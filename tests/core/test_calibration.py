"""Thresholds are chosen as trying every pair would choose, from the middle of the plateau, and noise is called noise."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from typer.testing import CliRunner

from concertation.core.anticipation.calibration.honesty import (
    ACCEPTED_AT,
    calibrate,
    chance,
    intervals,
    left_out,
    worth,
)
from concertation.core.anticipation.calibration.plateau import choose, plateau, steps_to_edge, whole_grid
from concertation.core.anticipation.calibration.search import Rules, best_pairs
from concertation.formats.calibration_series import read_calibration
from concertation.site.cli_trigger import trigger_app

YEARS = 23
RULES = Rules(hit_rate=0.4, success_rate=0.5, return_period=2.5)
READINGS = arrays.arrays(np.uint8, (1, YEARS), elements=st.integers(0, 100))
BAD = arrays.arrays(np.bool_, (1, YEARS))


def forced(first: np.ndarray, second: np.ndarray, bad: np.ndarray) -> float:
    """The least score of the published rule over all pairs, written plainly; 1 where none keeps the rules."""
    least = 1.0
    for one in range(100):
        for two in range(100):
            fired = (first >= one) & (second >= two)
            hits, activated = int((fired & bad).sum()), int(fired.sum())
            if hits and hits / bad.sum() >= RULES.hit_rate and hits / activated >= RULES.success_rate and (YEARS + 1) / activated >= RULES.return_period:
                least = min(least, -hits / bad.sum() + 0.001 * (activated - hits) / activated)
    return least


@settings(max_examples=25)
@given(READINGS, READINGS, BAD)
def test_the_search_finds_the_optimum_of_all_ten_thousand_pairs(first: np.ndarray, second: np.ndarray, bad: np.ndarray) -> None:
    best = best_pairs(first, second, bad, RULES)

    expected = forced(first[0], second[0], bad[0])
    assert bool(best.found[0]) is bool(expected < 1)
    if best.found[0]:
        assert -worth(best, bad)[0] == pytest.approx(expected)


@settings(max_examples=50)
@given(READINGS, READINGS, BAD)
def test_the_pair_told_does_what_is_told_of_it(first: np.ndarray, second: np.ndarray, bad: np.ndarray) -> None:
    best = best_pairs(first, second, bad, RULES)

    if best.found[0]:
        fired = (np.minimum(first[0], 99) >= best.first[0]) & (np.minimum(second[0], 99) >= best.second[0])
        assert (int((fired & bad[0]).sum()), int(fired.sum())) == (best.hits[0], best.fired[0])


@settings(max_examples=50)
@given(READINGS, READINGS, BAD)
def test_the_choice_stands_on_the_best_plateau_and_furthest_from_its_edge(first: np.ndarray, second: np.ndarray, bad: np.ndarray) -> None:
    best, choice = best_pairs(first, second, bad, RULES), choose(first[0], second[0], bad[0], RULES)

    assert (choice is not None) is bool(best.found[0])
    if choice is not None:
        assert (choice.hits, choice.fired) == (best.hits[0], best.fired[0])
        flat = plateau(*whole_grid(first[0], second[0], bad[0]), events=int(bad.sum()), years=YEARS, rules=RULES)
        assert flat[choice.first, choice.second] and choice.steps_to_edge == steps_to_edge(flat).max()


def test_the_choice_is_not_the_first_minimum_whose_first_stage_never_sleeps() -> None:
    first, second = np.array([60, 70, 55, 10, 12, 9, 11, 8], np.uint8), np.array([80, 75, 90, 20, 15, 18, 12, 10], np.uint8)
    bad = np.array([True] * 3 + [False] * 5)

    choice = choose(first, second, bad, Rules(0.5, 0.5, 2.0))

    assert choice is not None and choice.first > 0 and choice.steps_to_edge > 10


def test_more_than_sixty_four_years_are_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="keep the latest 64"):
        best_pairs(np.zeros((1, 65), np.uint8), np.zeros((1, 65), np.uint8), np.zeros((1, 65), np.bool_), RULES)


def noise(generator: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    bad = np.broadcast_to(generator.permutation(YEARS) < 7, (count, YEARS))
    return generator.integers(0, 101, (count, YEARS)).astype(np.uint8), generator.integers(0, 101, (count, YEARS)).astype(np.uint8), bad


def test_on_pure_noise_few_districts_are_accepted_where_the_plain_rule_accepts_most() -> None:
    generator = np.random.default_rng(7)
    districts = [noise(generator, 30) for _ in range(60)]

    plain = sum(bool(best_pairs(*each, RULES).found.any()) for each in districts)
    ours = sum(bool((chance(*each, RULES, generator, shuffles=99) <= ACCEPTED_AT).any()) for each in districts)

    assert plain > 50
    assert ours <= 7  # 5 % of 60 is 3; 8 or more would come by chance less than once in fifty runs


def test_a_real_signal_is_not_called_noise_and_holds_on_years_it_was_not_chosen_on() -> None:
    generator = np.random.default_rng(3)
    first, second, bad = noise(generator, 4)
    first, second = (np.where(bad, 60 + each // 3, each // 3).astype(np.uint8) for each in (first, second))

    found = calibrate(first, second, bad, Rules(0.5, 0.65, 3.0), generator)

    assert all(each is not None and not each.could_be_noise for each in found)
    assert all(each is not None and (each.left_out.hit_rate or 0) > 0.8 for each in found)


def test_a_trigger_fitted_to_noise_loses_its_skill_on_years_left_out() -> None:
    generator = np.random.default_rng(11)
    first, second, bad = noise(generator, 200)
    found = best_pairs(first, second, bad, RULES)
    chosen = np.flatnonzero(found.found)[:20]

    inside = np.mean([found.hits[at] / bad[at].sum() for at in chosen])
    outside = np.mean([left_out(first[at], second[at], bad[at], RULES).hit_rate or 0 for at in chosen])

    assert outside < inside - 0.15


def test_the_same_generator_gives_the_same_interval_and_it_holds_the_rate() -> None:
    bad = np.arange(YEARS) < 8
    fired = np.arange(YEARS) % 3 == 0

    told = [intervals(fired, bad, np.random.default_rng(5)) for _ in range(2)]

    assert told[0] == told[1]
    hit, vain = told[0]
    assert hit is not None and hit.low <= 3 / 8 <= hit.high
    assert vain is not None and vain.low <= 5 / 8 <= vain.high


def written(tmp_path: Path, lines: list[str]) -> Path:
    path = tmp_path / "series.csv"
    path.write_text("unit,year,first,second,bad\n" + "\n".join(lines), "utf-8")
    return path


def test_series_are_read_as_percent_or_shares_and_gaps_are_told(tmp_path: Path) -> None:
    lines = [f"a,{year},0.5,0.25,{year % 2}" for year in range(2000, 2020)] + [f"b,{year},0.5,0.25,1" for year in range(2000, 2019)] + ["a,2020,x,0.1,1"]

    read = read_calibration(written(tmp_path, lines))

    assert (read.units, read.first[0, 0], read.second[0, 0]) == (("a",), 50, 25)
    assert [problem.code for problem in read.problems] == ["calibration-row-unreadable", "calibration-series-with-gaps"]


def test_a_short_history_is_refused(tmp_path: Path) -> None:
    read = read_calibration(written(tmp_path, [f"a,{year},50,25,1" for year in range(2010, 2020)]))

    assert read.units == () and [problem.code for problem in read.problems] == ["calibration-history-short"]


def test_the_terminal_marks_in_words_what_noise_could_have_found(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    first, second, bad = noise(generator, 12)
    lines = [f"s{unit},{1990 + year},{first[unit, year]},{second[unit, year]},{int(bad[unit, year])}" for unit in range(12) for year in range(YEARS)]

    answered = CliRunner().invoke(trigger_app, ["calibrate", str(written(tmp_path, lines)), "--hit-rate", "0.4", "--success-rate", "0.5", "--return-period", "2.5", "--json"])

    told = json.loads(answered.stdout)
    found = [line for line in told["series"] if line["thresholds"]]
    assert found and all(line["could_be_noise"] == ("could have found" in line["words_en"]) for line in found)
    assert told["searched"] == 12
