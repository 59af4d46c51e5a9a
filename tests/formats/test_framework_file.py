"""The file of a framework: published schema, one hash for one content, and a named problem for everything that could mislead."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.anticipation.checks import refusals
from concertation.formats import reference_set
from concertation.formats.framework_file import read_framework, schema, shipped
from concertation.formats.yaml_file import read_yaml
from core.anticipation_samples import changed, codes, content, problems_of, with_change

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = json.loads((ROOT / "docs/schemas/framework.json").read_text("utf-8"))
NIGER, FLOODS, BURKINA = "ner-drought-2026", "ner-floods-2025", "bfa-drought-2026"


def test_the_published_schema_is_the_grammar_of_the_product() -> None:
    assert schema() == PUBLISHED


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_framework_is_sound_and_follows_the_published_schema(name: str) -> None:
    held = shipped()[name]

    assert held.read.is_sound, held.read.problems
    assert held.read.framework is not None and held.read.framework.framework == name
    assert jsonschema_rs.is_valid(PUBLISHED, read_yaml(held.written).content)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_framework_names_sources_that_are_described(name: str) -> None:
    held = shipped()[name].read.framework

    assert held is not None
    assert set(held.sources) <= set(reference_set.read("sources")["source"])


@pytest.mark.parametrize("name", shipped())
def test_a_framework_has_published_years_to_check_or_says_why_not(name: str) -> None:
    held = shipped()[name].read.framework

    assert held is not None
    assert held.backtest.untested or (held.backtest.expect and held.backtest.table)


def test_blanks_comments_and_the_order_of_keys_do_not_change_the_hash() -> None:
    whole = content(NIGER)
    turned = {name: whole[name] for name in reversed(whole)}

    written = yaml.safe_dump(turned, sort_keys=False, allow_unicode=True).encode() + b"\n# a remark\n"

    assert read_framework(written).sha256 == shipped()[NIGER].read.sha256
    assert read_framework(yaml.safe_dump(with_change(NIGER, "tests", "dry_forecast", "rank", "percentile", to=34)).encode()).sha256 != shipped()[NIGER].read.sha256


@pytest.mark.parametrize(("place", "value", "code"), [
    (("tests", "dry_forecast", "indicator"), "nobody", "framework-indicator-unknown"),
    (("indicators", "forecast", "measure"), "furlongs", "framework-measure-unknown"),
    (("tests", "dry_forecast", "rank", "percentile"), 135, "framework-percentile-out-of-range"),
    (("tests", "dry_forecast", "rank", "percentile"), 0, "framework-percentile-out-of-range"),
    (("tests", "dry_forecast", "rank", "side"), "north", "framework-value-wrong"),
    (("tests", "dry_forecast", "rank", "reference"), {"kind": "rolling"}, "framework-key-missing"),
    (("tests", "dry_forecast", "rank", "reference"), {"kind": "rolling", "years": 3}, "framework-reference-too-short"),
    (("tests", "dry_season"), {"indicator": "rain_index"}, "framework-one-of"),
    (("tests", "dry_season"), {"indicator": "rain_index", "at_least": 1, "at_most": -1}, "framework-tests-contradict"),
    (("tests", "dry_season", "also"), "dry_season", "framework-tests-contradict"),
    (("tests", "dry_season", "also"), "nobody", "framework-test-unknown"),
    (("windows", "W1", "fire", "consecutive", "n"), 4, "framework-window-never-fires"),
    (("windows", "W1", "fire", "consecutive", "issues"), [13, 14], "framework-window-never-fires"),
    (("windows", "W2", "decide"), [1], "framework-window-never-fires"),
    (("windows", "W1", "decide"), [], "framework-window-never-fires"),
    (("windows", "W1", "fire"), {}, "framework-one-of"),
    (("windows", "W1", "fire"), {"unless": {"fired": "W9", "then": {"once": {"test": "dry_forecast"}}}}, "framework-window-unknown"),
    (("windows", "W1", "fire"), {"once": {"test": "nobody"}}, "framework-test-unknown"),
    (("backtest", "expect", "W1"), [1950], "framework-year-outside"),
    (("kind",), "weather", "framework-value-wrong"),
    (("surprise",), 1, "framework-key-unknown"),
    (("version",), 2026, "framework-value-wrong"),
])  # fmt: skip
def test_a_wrong_framework_is_refused_under_a_stable_code(place: tuple[object, ...], value: object, code: str) -> None:
    found = changed(NIGER, *place, to=value)

    assert code in codes(found)
    assert refusals(found)


def test_a_comparison_with_a_truth_value_that_could_never_fire_is_refused() -> None:
    whole = with_change("tcd-floods-2025", "indicators", "short_flow", "valid", to=[0, 1])

    assert "framework-threshold-never-reached" in codes(problems_of(whole))


def test_two_tests_that_exclude_each_other_are_refused() -> None:
    whole = with_change(FLOODS, "tests", "low", to={"indicator": "level", "below": 500})
    whole["windows"]["action"]["fire"] = {"all": [{"once": {"test": "low"}}, {"once": {"test": "action_level"}}]}

    assert "framework-tests-contradict" in codes(problems_of(whole))


def test_the_amounts_that_documents_print_otherwise_are_said_and_do_not_refuse() -> None:
    for name, printed, held in ((BURKINA, "1 600 000", "1 900 000"), (FLOODS, "4 000 000", "5 000 000")):
        (problem,) = shipped()[name].read.problems
        assert (problem.code, *(text.replace("\u202f", " ") for text in (problem.value, problem.detail["held"]))) == ("framework-money-printed-otherwise", printed, held)
        assert shipped()[name].read.is_sound


def test_money_rows_that_do_not_add_up_are_refused() -> None:
    found = changed(BURKINA, "money", "rows", 2, "amount", to=1_600_000)

    assert "framework-money-not-adding-up" in codes(refusals(found))


def test_a_health_threshold_never_passes_over_the_ministry() -> None:
    found = changed("aes-meningitis-2014", "owner", "confirm", to={"mode": "no-objection", "hours": 48})

    assert "framework-health-authority-bypassed" in codes(refusals(found))


@pytest.mark.parametrize("variable", ["events", "fatalities", "armed-groups", "positions"])
def test_a_protective_framework_reads_no_event_position_or_force(variable: str) -> None:
    found = changed("aes-displacement-proposal", "indicators", "arrivals", "variable", to=variable)

    assert "framework-security-variable-refused" in codes(refusals(found))


def test_a_problem_names_the_line_of_its_place() -> None:
    lines = shipped()[NIGER].written.decode().splitlines()
    written = "\n".join(line.replace("percentile: 35", "percentile: 135") for line in lines).encode()

    (problem,) = read_framework(written).problems

    assert problem.cell.row == next(number for number, line in enumerate(lines, 1) if "percentile: 35" in line)


@pytest.mark.parametrize(("written", "code"), [
    (b"a: 1\na: 2\n", "yaml-key-repeated"), (b"a: &x [1]\nb: *x\n", "yaml-construct-refused"), (b"a: !!python/object:os.system x\n", "yaml-construct-refused"),
    (b"a: [1\n", "yaml-not-readable"), (b"\xff\xfe\x00a", "yaml-not-readable"), (b"", "file-empty"), (b"a: 1\n---\nb: 2\n", "yaml-not-readable"),
    (b"<<: {a: 1}\n", "yaml-construct-refused"), (b"? [1]\n: 2\n", "yaml-construct-refused"), (b"[" * 100 + b"]" * 100, "yaml-construct-refused"),
])  # fmt: skip
def test_hostile_or_broken_yaml_is_refused_in_words(written: bytes, code: str) -> None:
    read = read_framework(written)

    assert read.framework is None
    assert codes(read.problems) == {code}


@pytest.mark.parametrize(("written", "value"), [("NO", "NO"), ("on", "on"), ("1:20", "1:20"), ("2024-10-24", "2024-10-24"), ("0o14", "0o14"), ("012", "012"), (".nan", ".nan"), ("1_000", "1_000"), ("1e3", 1000.0), ("'5'", "5"), ("true", True), ("", None)])
def test_a_word_that_yaml_would_turn_into_something_else_stays_as_written(written: str, value: object) -> None:
    assert read_yaml(f"a: {written}".encode()).content == {"a": value}


@given(st.binary(max_size=200))
def test_no_bytes_raise(written: bytes) -> None:
    read = read_framework(written)

    assert read.framework is None and read.problems
