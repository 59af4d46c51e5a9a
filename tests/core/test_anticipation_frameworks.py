"""A trigger fires as its published text says: Niger's past year by year, tiers, READY/SET, ranks and ties, what is not known."""

import csv
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.anticipation.amounts import expected_yearly_cost, planned, release
from concertation.core.anticipation.backtest import back_test, declared
from concertation.core.anticipation.firing import by_unit, evidence, over_the_area
from concertation.core.anticipation.judging import Spot, judge, ranked
from concertation.core.anticipation.quality import stations_missing
from concertation.core.anticipation.readings import Reading, Readings, season_of
from concertation.core.anticipation.rules import Rank, Reference
from concertation.core.anticipation.rules import Test as Trial
from concertation.core.anticipation.wording import framework_in_words, window_in_words
from concertation.core.anticipation.years import Years, years_of
from concertation.formats.framework_file import read_framework, shipped
from concertation.formats.indicator_series import read_series
from core.anticipation_samples import changed, codes, content, framework, level

MASKS = st.integers(min_value=0, max_value=(1 << 44) - 1)
NIGER = "anticipation/iri_maproom_raw.csv"
MOZAMBIQUE = "anticipation/ready_set/SPI_probabilities_season_triggers.csv"
MALAWI = "anticipation/ready_set/aa_probabilities_triggers_mwi.csv"


def readings_of(path: Path, name: str) -> Readings:
    return Readings.of(read_series(path, framework(name)).readings)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.shared
def test_niger_fires_in_the_very_years_that_were_published(shared: Path) -> None:
    result = back_test(framework("ner-drought-2026"), readings_of(shared / NIGER, "ner-drought-2026"))

    published = rows(shared / "anticipation/trigger_history.csv")
    for name, column in (("W1", "ner_drought_v1_wt1"), ("W2", "ner_drought_v1_wt2")):
        assert {int(row["year"]): result.windows[name].has(int(row["year"])) for row in published} == {int(row["year"]): row[column] == "True" for row in published}
    assert {int(row["year"]) for row in published if row["either"] == "True"} == set(result.overall.listed())
    assert len(result.expectations.met) == len(published) == 25


@pytest.mark.shared
def test_nigers_return_periods_are_those_published(shared: Path) -> None:
    result = back_test(framework("ner-drought-2026"), readings_of(shared / NIGER, "ner-drought-2026"))

    assert [round(each.return_period or 0, 2) for each in (*result.windows.values(), result.overall)] == [8.67, 4.33, 3.25]


@pytest.mark.shared
def test_each_consecutive_pair_of_months_is_told_by_its_evidence(shared: Path) -> None:
    held = framework("ner-drought-2026")
    judged = evidence(held, readings_of(shared / NIGER, "ner-drought-2026"), "W1", unit="", year=2011)

    assert [(each.issue, each.value, each.passes, each.ranked_among) for each in judged] == [(1, 42.6, True, 10), (2, 41.6, True, 10), (3, 38.1, False, 10)]


@pytest.mark.shared
def test_a_rolling_reference_that_holds_the_current_year_gives_other_years(shared: Path) -> None:
    readings = readings_of(shared / NIGER, "ner-drought-2026")
    without, including = (Rank("top", 35.0, Reference("rolling", years=10, including_current=current)) for current in (False, True))

    def met(rank: Rank, issue: int) -> bool:
        series = readings.series("forecast", "", issue)
        _limit, passes, _among = ranked(rank, series, 2002)
        return passes is not None and passes(series[2002])

    assert [(met(without, issue), met(including, issue)) for issue in (4, 5, 6)] != [(met(without, issue), met(without, issue)) for issue in (4, 5, 6)]


@pytest.mark.shared
def test_mozambiques_rows_come_out_in_their_published_states(shared: Path) -> None:
    held, readings = framework("moz-drought-2023"), readings_of(shared / MOZAMBIQUE, "moz-drought-2023")
    published = rows(shared / MOZAMBIQUE)

    def state_of(row: dict[str, str]) -> str:
        unit, year = f"{row['district']}/{row['index']}/{row['category']}", int(row["season"][:4])
        ready, then = (judge(held, readings, name, Spot(unit, int(float(row[f"issue_{name}"])), year)).passes for name in ("ready", "set"))
        return "set" if ready and then else "ready" if ready and then is None else "na"

    assert len(published) == 135
    assert [state_of(row) for row in published] == [row["state"] for row in published]


@pytest.mark.shared
def test_malawis_states_are_computed_where_none_is_published(shared: Path) -> None:
    held, readings = framework("mwi-drought-2024"), readings_of(shared / MALAWI, "mwi-drought-2024")

    fired = by_unit(held, readings, "set", first=2023, last=2024)

    lines = rows(shared / MALAWI)
    reached = [line for line in lines if all(float(line[f"prob_{name}"]) >= float(line[f"trigger_{name}"]) for name in ("ready", "set"))]
    expected = {("/".join(line[name] for name in ("district", "index", "category", "vulnerability")), int(line["season"][:4])) for line in reached}
    assert "state" not in lines[0]
    assert {(unit, year) for unit, years in fired.items() for year in (2023, 2024) if years.has(year)} == expected
    assert expected


@pytest.mark.parametrize(("levels", "tiers"), [
    ((529.0,), ()), ((530.0,), ("alert",)), ((591.9,), ("alert",)), ((592.0,), ("alert", "mobilisation")), ((500.0, 604.0), ("alert", "mobilisation", "action")),
])  # fmt: skip
def test_the_niger_river_releases_by_tiers(levels: tuple[float, ...], tiers: tuple[str, ...]) -> None:
    held = framework("ner-floods-2025")

    fired = {name for name in held.windows if over_the_area(held, level(*levels), name, first=2020, last=2020).has(2020)}

    assert fired == set(tiers)


def test_the_declared_years_of_burkina_faso_give_the_published_return_periods() -> None:
    result = declared(framework("bfa-drought-2026"))

    assert result is not None
    assert [result.windows["T1"].return_period, result.windows["T2"].return_period, result.overall.return_period] == [6.5, 5.2, 3.25]
    assert result.expectations.untested == tuple(range(2001, 2026))
    assert result.effective_return_period == result.overall.return_period


def test_a_window_of_the_guinean_flood_belongs_to_the_season_that_began_before_new_year() -> None:
    assert [season_of(date(2026, month, 1), starts=7) for month in (1, 6, 7, 12)] == [2025, 2025, 2026, 2026]


@pytest.mark.parametrize(("missing", "held", "season"), [(None, -0.9, True), (19.0, -0.9, True), (20.0, -0.9, False), (35.0, -0.9, False), (20.0, None, False), (None, None, False)])
def test_another_source_is_read_where_too_many_stations_are_missing_or_nothing_is_held(missing: float | None, held: float | None, season: bool) -> None:
    niger = framework("ner-drought-2026")
    past = [Reading(name, "", year, 8, value) for year in range(2001, 2021) for name, value in (("rain_index", year % 7 / 10), ("rain_index_chirp", -1.0 - year % 5))]
    now = [Reading("rain_index_chirp", "", 2021, 8, 0.4)]
    now += [Reading("rain_index", "", 2021, 8, held)] if held is not None else []
    now += [Reading("stations_missing", "", 2021, 8, missing)] if missing is not None else []

    judged = judge(niger, Readings.of([*past, *now]), "dry_season", Spot("", 8, 2021))

    assert (judged.passes, judged.indicator) == (season, "rain_index" if season else "rain_index_chirp")


def test_where_no_other_source_is_named_a_reading_with_missing_stations_is_not_known_and_is_told() -> None:
    whole = content("ner-drought-2026")
    del whole["indicators"]["rain_index"]["fallback"]["reading"]
    read = read_framework(yaml.safe_dump(whole, allow_unicode=True).encode())
    assert read.framework is not None and read.is_sound
    readings = [Reading("rain_index", "", year, 8, -3.0 if year == 2021 else 1.0) for year in range(2001, 2022)] + [Reading("stations_missing", "", 2021, 8, 40.0)]

    assert over_the_area(read.framework, Readings.of(readings), "W2", first=2021, last=2021).has(2021) is None
    [problem] = stations_missing(read.framework, readings)
    assert (problem.code, problem.value, problem.detail["limit"]) == ("reading-stations-missing", "40", "20")


def test_a_fallback_names_indicators_that_are_declared_and_its_share() -> None:
    assert "framework-indicator-unknown" in codes(changed("ner-drought-2026", "indicators", "rain_index", "fallback", "reading", to="nobody"))
    assert "framework-key-missing" in codes(changed("ner-drought-2026", "indicators", "rain_index", "fallback", "at_least", to=None))
    assert "CHIRP" in window_in_words(framework("ner-drought-2026"), "W2", "en")


def test_a_common_year_is_known_to_have_no_366th_day() -> None:
    held = framework("ner-floods-2025")
    days = {year: 366 if year % 4 == 0 else 365 for year in range(2019, 2025)}
    readings = Readings.of(Reading("level", "", year, day, 400.0) for year, last in days.items() for day in range(1, last + 1))

    assert [over_the_area(held, readings, "action", first=2019, last=2024).has(year) for year in days] == [False] * 6


def test_a_missing_reading_is_never_a_no() -> None:
    held = framework("ner-drought-2026")
    readings = Readings.of(Reading("forecast", "", year, issue, 30.0 + year % 7) for year in range(1991, 2002) for issue in (1, 2) if (year, issue) != (2001, 2))

    assert over_the_area(held, readings, "W1", first=2001, last=2001).has(2001) is None


def test_a_known_no_settles_a_run_even_when_its_other_issue_is_missing() -> None:
    held = framework("ner-drought-2026")
    readings = Readings.of(Reading("forecast", "", year, 2, 30.0 if year < 2001 else 1.0) for year in range(1991, 2002))

    assert over_the_area(held, readings, "W1", first=2001, last=2001).has(2001) is False


@pytest.mark.parametrize(("ties", "at_rank", "just_below"), [("observed-value", True, False), ("beyond-observed-value", False, False), ("interpolated", True, True)])
def test_ties_count_as_the_framework_says(ties: str, at_rank: bool, just_below: bool) -> None:
    rank = Rank("top", 30.0, Reference("full"), ties=ties)  # type: ignore[arg-type]
    series = dict(zip(range(2001, 2011), (9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0), strict=True))

    _limit, passing, _among = ranked(rank, series, 2003)

    assert passing is not None
    assert (passing(7.0), passing(6.5)) == (at_rank, just_below)


@pytest.mark.parametrize(("population", "weeks", "alert", "epidemic"), [
    (20_000, (0, 0, 1), False, False), (20_000, (0, 0, 2), True, False), (20_000, (0, 0, 5), True, True), (20_000, (1, 2, 4), True, True),
    (60_000, (0, 0, 1), False, False), (60_000, (0, 0, 2), True, False), (60_000, (0, 0, 6), True, True), (60_000, (1, 2, 4), True, False),
])  # fmt: skip
def test_meningitis_thresholds_follow_the_population_of_the_district(population: int, weeks: tuple[int, ...], alert: bool, epidemic: bool) -> None:
    held = framework("aes-meningitis-2014")
    cases = [Reading("cases", "d", 2026, 5 + week, float(count)) for week, count in enumerate(weeks)]
    rates = [Reading("attack_rate", "d", 2026, each.issue, each.value * 100_000 / population) for each in cases]
    readings = Readings.of([*cases, *rates, Reading("population", "d", 2026, 0, float(population))])

    fired = [bool(over_the_area(held, readings, name, first=2026, last=2026).has(2026)) for name in ("alert", "epidemic")]

    assert fired == [alert, epidemic]


def test_biomass_is_held_against_the_straight_trend_of_the_years_before() -> None:
    held = framework("tcd-drought-2025")
    rising = {year: 1000.0 + 10 * (year - 2001) for year in range(2001, 2020)}

    def fires(value: float) -> bool | None:
        readings = Readings.of(Reading("biomass", "", year, 24, amount) for year, amount in {**rising, 2020: value}.items())
        return over_the_area(held, readings, "W3", first=2020, last=2020).has(2020)

    assert (fires(0.84 * 1190), fires(0.85 * 1190)) == (True, False)


def test_a_fallback_window_is_silent_once_the_first_has_fired() -> None:
    held = framework("bfa-floods-2025")
    alerted = [Reading("national_alert", "", 2025, 250, 1.0)]
    wet, dry = ([Reading("rain", "Liptako", 2025, issue, value) for issue in (7, 8, 9)] for value in (9.0, 1.0))

    fired = [by_unit(held, Readings.of([*alerted, *rain]), "fallback", first=2025, last=2025)["Liptako"].has(2025) for rain in (wet, dry)]

    assert fired == [False, True]


def test_a_count_of_units_fires_on_the_count_alone() -> None:
    held = framework("bfa-drought-2026")

    fired = [over_the_area(held, Readings.of([Reading("biomass_provinces", "", 2026, 23, count)]), "T2", first=2026, last=2026) for count in (1.0, 2.0)]

    assert [each.has(2026) for each in fired] == [None, True]


def test_money_is_released_by_tier_and_never_beyond_the_shared_cap() -> None:
    held = framework("ner-floods-2025")

    ready, action = release(held, "mobilisation"), release(held, "action", reserved_before=250_000)
    capped = release(held, "action", reserved_before=250_000, by_sharers=14_000_000)

    assert sum(each.given for each in (*ready, *action)) == 5_000_000
    assert sum(each.given for each in capped) == 750_000
    assert sum(each.short for each in capped) == 4_000_000


def test_all_in_money_goes_whole_whichever_window_fires() -> None:
    held = framework("bfa-drought-2026")

    assert {sum(each.given for each in release(held, window)) for window in held.windows} == {8_000_000}
    assert sum(each.given for each in release(held, "T2", reserved_before=8_000_000)) == 0


def test_expected_yearly_cost_comes_from_the_money_rows() -> None:
    held = framework("tcd-drought-2025")
    periods = held.backtest.return_periods

    cost = expected_yearly_cost(held, [(name, periods[name]) for name in held.windows], periods["overall"])

    assert cost == round(3_048_000 / 13 + 1_328_000 / 13 + 3_624_000 / 5.2)
    assert expected_yearly_cost(framework("bfa-drought-2026"), [], 3.25) == round(8_000_000 / 3.25)


@pytest.mark.parametrize("name", [name for name in shipped() if framework(name).money and framework(name).money.rows])  # type: ignore[union-attr]
def test_shipped_money_adds_up_to_a_unit_a_row(name: str) -> None:
    money = framework(name).money

    assert money is not None
    assert abs(planned(money) - money.envelope.amount) < len(money.rows)


@given(MASKS, MASKS, MASKS, MASKS)
def test_what_fired_is_known_and_either_and_both_follow_de_morgan(a: int, b: int, known_a: int, known_b: int) -> None:
    first, second = Years(1981, 2024, a & known_a, known_a), Years(1981, 2024, b & known_b, known_b)

    either, both = first | second, first & second

    assert either.fired & ~either.known == both.fired & ~both.known == 0
    assert ~(~first & ~second) == Years(1981, 2024, either.fired, either.known)
    assert ~(~first | ~second) == Years(1981, 2024, both.fired, both.known)


@given(st.dictionaries(st.integers(2001, 2044), st.booleans()))
def test_masks_say_what_was_held_of_each_year(held: dict[int, bool]) -> None:
    years = years_of(2001, 2044, held)

    assert {year: years.has(year) for year in range(2001, 2045)} == {year: held.get(year) for year in range(2001, 2045)}


@given(st.lists(st.floats(-5, 5), min_size=5, max_size=44), st.floats(1, 99), st.sampled_from(["top", "bottom"]))
def test_a_rank_is_met_by_at_least_its_share_of_the_history(values: list[float], percentile: float, side: str) -> None:
    series = dict(enumerate(values, 1980))
    _limit, passes, _among = ranked(Rank(side, percentile), series, 2050)  # type: ignore[arg-type]

    assert passes is not None
    assert sum(map(passes, values)) >= percentile / 100 * len(values) - 1e-6


@pytest.mark.parametrize("name", shipped())
def test_every_rule_is_said_in_both_languages_and_names_its_thresholds(name: str) -> None:
    held = framework(name)
    french, english = (list(framework_in_words(held, language)) for language in ("fr", "en"))

    assert len(french) == len(english) == len(held.windows)
    assert all(words.endswith(".") and "  " not in words and "None" not in words for _label, words in (*french, *english))


def test_the_words_follow_the_threshold_and_not_a_text_beside_it() -> None:
    held = framework("ner-floods-2025")
    lower = type(held)(**{name: getattr(held, name) for name in held.__slots__} | {"tests": {**held.tests, "action_level": Trial("level", at_least=580.0)}})

    assert "604 cm" in window_in_words(held, "action", "en")
    assert "580 cm" in window_in_words(lower, "action", "fr")
