"""All thresholds of a framework chosen together: exactly what each combination does, nothing better left out, and what noise would find."""

from itertools import product
from pathlib import Path

import pytest
from numpy.random import default_rng

from concertation.core.anticipation import joint as joint_search
from concertation.core.anticipation.backtest import back_test
from concertation.core.anticipation.joint import chance_together, left_out_together, steps_tried, together
from concertation.core.anticipation.readings import Reading, Readings
from concertation.core.anticipation.turning import turned, turned_by
from concertation.core.anticipation.years import Years, mask_of
from concertation.formats.indicator_series import read_series
from core.anticipation_samples import framework

NIGER, SPAN = "ner-drought-2026", (2001, 2025)
BAD = Years(*SPAN, mask_of(2001, (2001, 2004, 2009, 2011, 2021)), (1 << 25) - 1)


@pytest.fixture
def readings(shared: Path) -> Readings:
    """Niger's published series."""
    return Readings.of(read_series(shared / "anticipation/iri_maproom_raw.csv", framework(NIGER)).readings)


@pytest.mark.shared
def test_every_combination_of_the_front_does_what_the_back_test_says(readings: Readings) -> None:
    held = framework(NIGER)

    found = together(held, readings, BAD, span=SPAN)

    assert found.tried == 2500 and not found.is_thinned and len(found.front) >= 3
    for each in found.front:
        past = back_test(turned(held, each.values), readings).overall
        assert (past, past.fired.bit_count(), (past.fired & BAD.fired).bit_count()) == (each.years, each.activations, each.hits)


@pytest.mark.shared
def test_no_combination_tried_meets_more_bad_years_without_firing_more(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint_search, "MOST", 40)
    held = framework(NIGER)
    values, is_thinned = steps_tried(held, readings)

    found = together(held, readings, BAD, span=SPAN)

    assert is_thinned and found.is_thinned and found.tried <= 40
    for chosen in product(*values.values()):
        past = back_test(turned(held, dict(zip(values, chosen, strict=True))), readings).overall
        hits, fired = (past.fired & BAD.fired).bit_count(), past.fired.bit_count()
        assert not hits or any(each.hits >= hits and each.activations <= fired for each in found.front)


@pytest.mark.shared
def test_the_rarer_the_return_period_asked_for_the_fewer_bad_years_are_met(readings: Readings) -> None:
    found = together(framework(NIGER), readings, BAD, span=SPAN)

    chosen = [found.best(period) for period in (2.0, 3.0, 8.0, 99.0)]

    assert [each.hits if each else None for each in chosen] == [4, 4, 2, None]
    assert all(each is None or (each.return_period or 0) >= period for each, period in zip(chosen, (2.0, 3.0, 8.0, 99.0), strict=True))


@pytest.mark.shared
def test_what_noise_finds_as_good_and_the_skill_on_years_left_out_stand_beside(readings: Readings) -> None:
    found = together(framework(NIGER), readings, BAD, span=SPAN)
    best = found.best(3.0)
    assert best is not None

    chances = [chance_together(found, BAD, default_rng(5), return_period=3.0) for _time in range(2)]
    hit, _vain = left_out_together(found, BAD, return_period=3.0)

    assert chances[0] == chances[1]
    assert chances[0] is not None and 0.005 <= chances[0] < 0.5
    assert chance_together(found, BAD, default_rng(5), return_period=99.0) is None
    assert hit is not None and hit < best.hits / found.bad


def test_a_window_turns_with_its_own_thresholds_and_an_alert_turns_no_money() -> None:
    floods = framework("ner-floods-2025")
    levels = Readings.of(Reading("level", "", year, 230, 500.0 + year % 10 * 14) for year in range(1990, 2010))

    values, _is_thinned = steps_tried(floods, levels)

    assert turned_by(floods, "action") != turned_by(floods, "mobilisation")
    assert set(values) == {test for window in ("mobilisation", "action") for test in turned_by(floods, window)}
