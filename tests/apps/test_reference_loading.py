"""The reference set: loaded once, whole, with stable ids, and loaded again without changing anything."""

import polars as pl
import pytest

from concertation.apps.decisions.models import Decision
from concertation.apps.funding.figures import plan_money
from concertation.apps.ground.models import JournalLine
from concertation.apps.needs.commands import load_figures
from concertation.apps.needs.models import Figure, Sector
from concertation.apps.organisations.models import Organisation
from concertation.apps.places.models import AdminUnit, BoundarySet
from concertation.apps.sources.models import Source
from concertation.core.figures import FIGURE_SCHEMA
from concertation.formats import reference_set
from concertation.site import reference

pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    models = (AdminUnit, BoundarySet, Decision, Figure, Organisation, Sector, Source)
    return {model.__name__: model.objects.count() for model in models}


def test_the_set_is_loaded_once_and_again_only_when_a_table_changed() -> None:
    reference.load("a set with other tables")
    assert reference.load_if_changed()
    lines = JournalLine.objects.count()

    assert not reference.load_if_changed()
    assert JournalLine.objects.count() == lines


def test_loading_the_same_set_again_changes_nothing() -> None:
    reference.load("first")
    before, figures = counts(), set(Figure.objects.values_list("pk", "value", "status", "version"))

    reference.load("second")

    assert counts() == before
    assert set(Figure.objects.values_list("pk", "value", "status", "version")) == figures


def test_every_line_of_every_table_of_figures_is_held() -> None:
    reference.load_if_changed()

    written = sum(reference_set.read(name).height for name in reference.FIGURES)
    money = reference_set.read("funding_plans").select(pl.col("requirement", "funding").count()).sum_horizontal().item()
    assert Figure.objects.count() == written + money


def test_reference_figures_are_public_and_held_by_their_publisher() -> None:
    reference.load_if_changed()

    assert set(Figure.objects.values_list("sensitivity", flat=True)) == {"public"}
    assert not Figure.objects.filter(owner_state="").exists()
    assert not Figure.objects.filter(holder="").exists()


def test_a_corrected_value_keeps_its_figures_id_and_a_withdrawn_figure_leaves() -> None:
    reference.load_if_changed()
    figures = reference.reference_figures()
    first = Figure.objects.get(concept="idps", unit_id="mli", reference_end="2025-06-30", source_id="mli-displacement-2025")
    corrected = figures.filter(pl.col("concept") == "idps").with_columns(pl.col("value") + 1)

    load_figures(corrected, holders={})

    assert Figure.objects.get(pk=first.pk).value == first.value + 1
    assert Figure.objects.count() == corrected.height


def test_an_unnumbered_claim_keeps_its_words_and_has_no_value() -> None:
    reference.load_if_changed()

    quoted = Figure.objects.get(concept="distress_as_quoted", unit_id="ner")

    assert (quoted.value, quoted.value_text, quoted.measure) == (None, "des millions", "quoted")


def test_people_of_the_cadre_harmonise_stand_under_food_security() -> None:
    figures = reference.reference_figures()

    assert figures.schema == pl.Schema({**FIGURE_SCHEMA, "owner_state": pl.String()})
    assert figures.filter(pl.col("concept") == "phase3plus")["sector"].unique().to_list() == ["FSC"]


def test_only_a_countrys_own_plan_stands_for_the_whole_state() -> None:
    plans = reference_set.read("funding_plans")

    money = plan_money(plans)

    whole = money.filter((pl.col("group") == "all") & (pl.col("concept") == "requirement"))
    assert set(whole.filter(pl.col("unit") == "ner")["value"]) >= {603_027_582, 675_619_589}
    outside = money.filter(pl.col("scope") == "Hors plan")
    assert set(outside["group"]) == {"written:hors plan"}


def test_every_boundary_set_of_the_repository_is_brought_in_unapproved() -> None:
    reference.load_if_changed()

    assert BoundarySet.objects.count() == 9
    assert set(BoundarySet.objects.values_list("approved_by", flat=True)) == {""}
