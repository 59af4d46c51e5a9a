"""Charts that say what is missing, keep their order and their language, and carry no style attribute."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from concertation.draw.charts import (
    Bar,
    Cell,
    Point,
    Share,
    Spec,
    bars,
    drawn,
    matrix,
    phase_bars,
    sparkline,
    trend,
    without_styles,
)
from concertation.draw.palettes import PHASES

SVG = "{http://www.w3.org/2000/svg}"
BARS = bars([Bar("Tillabéri", 823_456), Bar("Diffa", None), Bar("Agadez", 4_300)], title="Phase 3+", measure="personnes", language="fr")
TREND = trend([Point("2022-03-01", 10), Point("2022-06-01", None), Point("2022-09-01", 30), Point("2022-12-01", 20)], title="Tendance", measure="personnes")
PHASE_BARS = phase_bars([Share("Diffa", phase, 10_000) for phase in range(1, 6)], title="Phases", measure="personnes", language="fr")
MATRIX = matrix([Cell("EHA", "Mali", 12), Cell("EHA", "Niger", None), Cell("Santé", "Mali", 900)], title="Secteurs", measure="personnes", language="fr")


def words(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("spec", [BARS, TREND, PHASE_BARS, MATRIX])
def test_a_chart_has_its_title_and_breaks_no_security_policy(spec: Spec) -> None:
    svg = drawn(spec, language="fr")

    title = spec["title"] if isinstance(spec["title"], str) else spec["title"]["text"]
    assert title in words(svg)
    assert not re.search(r'\sstyle="|<style|<script|<image|href=|url\(', svg)


def test_bars_keep_the_order_given_and_say_what_is_not_held() -> None:
    found = words(drawn(BARS, language="fr"))

    assert [word for word in found if word in {"Tillabéri", "Diffa", "Agadez"}] == ["Tillabéri", "Diffa", "Agadez"]
    assert "Aucun chiffre disponible" in found
    assert "823\u202f456" in found


def test_numbers_follow_the_language() -> None:
    assert "823,456" in words(drawn(BARS, language="en"))


def test_a_line_breaks_where_no_figure_is_held() -> None:
    lines = re.findall(r'<path aria-label[^>]* d="([^"]*)"[^>]*stroke="#1f6f6b"', drawn(TREND, language="fr"))

    assert any(line.count("M") == 2 for line in lines)


def test_months_follow_the_language() -> None:
    assert any("juil." in word or "avr." in word or "mars" in word for word in words(drawn(TREND, language="fr")))


def test_phases_are_stacked_in_their_official_colours() -> None:
    svg = drawn(PHASE_BARS, language="fr")

    assert all(colour in svg.lower() for colour in PHASES.colours)


def test_a_square_without_a_figure_shows_a_dash_and_no_colour_of_the_scale() -> None:
    found = words(drawn(MATRIX, language="fr"))

    assert found.count("–") == 1
    assert "0" not in found


def test_a_chart_never_fetches_figures_from_elsewhere() -> None:
    spec = {**BARS, "data": {"url": "https://example.org/figures.csv"}}

    with pytest.raises(ValueError, match=r"example\.org"):
        drawn(spec, language="fr")


def test_a_style_becomes_attributes_and_wins_over_the_one_it_replaces() -> None:
    assert without_styles('<g style="opacity:.5"><text fill="blue" style="fill: red">a</text></g>') == '<g opacity=".5"><text fill="red">a</text></g>'


def test_a_sparkline_of_nothing_is_empty_and_of_one_figure_a_dot() -> None:
    assert "<path" not in sparkline([None, None])
    assert "<circle" in sparkline([5])
    assert "NaN" not in sparkline([7, 7, 7])


def test_a_sparkline_stays_inside_its_edges() -> None:
    numbers = [float(number) for number in re.findall(r"[\d.]+", re.findall(r' d="([^"]*)"', sparkline([3, 1, None, 9, 2, 8]))[0])]

    assert all(2 <= across <= 94 for across in numbers[::2])
    assert all(2 <= down <= 22 for down in numbers[1::2])
