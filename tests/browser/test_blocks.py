"""The building blocks say what they are given and nothing else."""

import doctest
from datetime import date

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from concertation.core.figures import Figure, leading
from concertation.site import blocks, help

SEASON = {"reference_start": date(2024, 6, 1), "reference_end": date(2024, 8, 31)}
PLAN = Figure(concept="phase3plus", unit="ner", source="ch", status="official", value=3_436_895, **SEASON)
PRESS = Figure(concept="phase3plus", unit="ner", source="press", status="press", value=3_000_000, **SEASON)


def drawn(template: str, address: str = "/", **given: object) -> str:
    """A template rendered for a reader at an address."""
    return Template(template).render(Context({"request": RequestFactory().get(address), **given}))


@pytest.mark.parametrize("module", [blocks, help])
def test_the_examples_of_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0


def test_a_missing_figure_is_said_and_is_never_zero() -> None:
    with override("fr"):
        shown = drawn("{% figure missing %}", missing=None)

    assert "aucun chiffre disponible" in shown
    assert "<data" not in shown


def test_figures_of_one_fact_stand_side_by_side_with_the_reason_of_their_order() -> None:
    with override("fr"):
        shown = drawn("{% figure standing sources=sources %}", standing=leading([PRESS, PLAN]), sources={"ch": {"title": "Cadre Harmonisé"}})

    assert shown.index("3\u202f436\u202f895") < shown.index("3\u202f000\u202f000")
    assert "Cadre Harmonisé" in shown
    assert "juin-août 2024" in shown


def test_an_estimate_wears_the_word() -> None:
    with override("en"):
        shown = drawn("{% figure it %}", it={"value": 1200, "status": "estimated", "date": "2024"})

    assert "1,200" in shown
    assert "(estimated, 2024)" in shown


def test_what_a_source_wrote_in_words_stays_quoted() -> None:
    with override("fr"):
        shown = drawn("{% figure it %}", it={"value": None, "value_text": "des millions", "source": "forum"})

    assert "«\u202fdes millions\u202f»" in shown


def test_a_headings_link_sorts_and_keeps_the_rest_of_the_address() -> None:
    column = {"key": "need", "label": "Besoin", "numeric": True}

    heading = blocks.heading(column, QueryDict("level=2&page=3&lang=en"), sort="-need", parameter="sort")

    assert heading.url == "?level=2&sort=need"
    assert heading.sorted == "descending"


def test_words_given_by_a_file_are_never_run_as_html() -> None:
    table = {"columns": [{"key": "name", "label": "Nom"}], "rows": [{"name": "<script>x</script>"}, {"name": {"text": "<b>", "url": "/x\"y"}}]}

    shown = drawn("{% data_table table %}", table=table)

    assert "<script>x" not in shown
    assert "&lt;b&gt;" in shown
    assert 'href="/x&quot;y"' in shown


def test_a_table_has_a_total_only_when_it_is_given_one() -> None:
    table = {"columns": [{"key": "name", "label": "Nom"}], "rows": [{"name": "Téra"}]}

    assert "<tfoot>" not in drawn("{% data_table table %}", table=table)
    assert "<tfoot>" in drawn("{% data_table table %}", table={**table, "total": {"name": "Niger"}})


def test_an_export_asks_the_same_address_for_another_format() -> None:
    links = blocks.export_links(["csv", ("xlsx", "/x.xlsx")], QueryDict("level=2&page=3"))

    assert links == (("CSV", "?level=2&format=csv"), ("XLSX", "/x.xlsx"))


def test_a_choice_marks_the_one_in_force_and_keeps_the_others() -> None:
    shown = drawn('{% choice "Niveau" "level" levels 2 %}', "/?sector=FSC&level=1", levels=[(1, "région"), (2, "département")])

    assert 'href="?sector=FSC&amp;level=2" aria-current="true"' in shown
    assert shown.count("aria-current") == 1


def test_problems_are_counted_by_gravity_in_cells() -> None:
    problems = [{"severity": "note", "count": 5}, {"severity": "refused", "count": 2}, {"severity": "refused", "count": 1}]

    shown = drawn("{% for severity, count in problems|counted %}{{ severity }}={{ count }} {% endfor %}", problems=problems)

    assert shown == "refused=3 note=5 "


@pytest.mark.parametrize(("now", "before", "words"), [(8, 5, "en hausse de 60\u202f%"), (5, 8, "en baisse de 38\u202f%"), (5, 5, "stable"), (None, 5, "pas de comparaison possible")])
def test_a_trend_is_told_in_words(now: float | None, before: float | None, words: str) -> None:
    with override("fr"):
        assert blocks.trend_view(now, before).words == words
