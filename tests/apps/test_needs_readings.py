"""Reading figures: which one leads, sums and crosswalks on any division, what a reader may see, a constant number of queries."""

from datetime import date

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from concertation.apps.needs import queries
from concertation.apps.needs.models import Figure
from concertation.apps.needs.readings import HELD_SCHEMA, exact_readings, intersectoral_figures, latest, on_units
from concertation.core.figures import FIGURE_SCHEMA
from concertation.core.sharing import Mandate, Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 1)
STATES = ("BFA", "MLI", "NER", "TGO")
PHASE3PLUS_2024 = {"BFA": 2_734_195, "MLI": 1_370_251, "NER": 3_436_895, "TGO": 423_162}


@pytest.fixture
def reference_set() -> None:
    reference.load_if_changed()


def some(unit: str, value: int | None, **more: object) -> dict[str, object]:
    """One figure as a row of HELD_SCHEMA."""
    blank: dict[str, object] = dict.fromkeys(HELD_SCHEMA)
    usual = {"concept": "phase3plus", "sector": "FSC", "measure": "people", "source": "s", "status": "official", "owner_state": unit[:3].upper()}
    whole = dict.fromkeys(("group", "sex", "age", "disability"), "all")
    return blank | usual | whole | {"unit": unit, "value": value, "reference_start": date(2024, 6, 1), "reference_end": date(2024, 8, 31)} | more


def held(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=HELD_SCHEMA)


@pytest.mark.parametrize("state", STATES)
def test_the_regions_of_the_published_division_add_up_to_the_published_people(state: str, reference_set: None) -> None:
    division = {"BFA": "bfa-2001", "MLI": "mli-1991", "NER": "ner-2011", "TGO": "tgo-cod"}[state]

    read = queries.need_by_unit((), state=state, level=1, sector="FSC", on=date(2024, 8, 31), division=division)

    assert read["value"].sum() == PHASE3PLUS_2024[state]
    assert set(read.filter(pl.col("value").is_not_null())["reference_start"]) == {date(2024, 6, 1)}


def test_grand_lome_which_the_analysis_leaves_out_has_no_figure(reference_set: None) -> None:
    read = queries.need_by_unit((), state="TGO", level=1, sector="FSC", on=TODAY, division="tgo-2022")

    assert dict(read.select("unit", "value").iter_rows())["tgo-1-grand-lome"] is None
    assert read["value"].sum() == PHASE3PLUS_2024["TGO"]


def test_thirteen_regions_read_on_seventeen_keep_every_person_and_mark_what_is_estimated(reference_set: None) -> None:
    read = queries.need_by_unit((), state="BFA", level=1, sector="FSC", on=TODAY, division="bfa-2025")

    assert (read.height, read["value"].sum()) == (17, PHASE3PLUS_2024["BFA"])
    split = read.filter(pl.col("status") == "estimated")["unit"].to_list()
    assert split == [f"bfa-1-{name}" for name in ("bankui", "goulmou", "liptako", "sirba", "soum", "sourou", "tapoa")]


def test_provinces_of_the_old_division_count_exactly_in_the_new_regions(reference_set: None) -> None:
    terrain = queries.terrain()
    old = terrain.of_level(2, "bfa-2001")["unit"].to_list()
    figures = held(*(some(unit, 100) for unit in old))

    read = on_units(figures, terrain, state="BFA", level=1, division="bfa-2025")

    assert (read.height, read["value"].sum()) == (17, 4500)
    assert min(read["covered"]) > 0.85
    assert set(read["status"]) == {"official"}
    assert read.filter(pl.col("unit") == "bfa-1-tapoa")["value"].to_list() == [100]


def test_a_published_region_leads_over_the_sum_of_its_provinces(reference_set: None) -> None:
    terrain = queries.terrain()
    figures = held(some("ner-1-diffa", 900), *(some(unit, 100) for unit in children_of("ner-1-diffa")))

    read = exact_readings(figures, terrain, level=1, division="ner-2011")

    assert read.select("unit", "value", "how").rows() == [("ner-1-diffa", 900, "published")]


def test_a_sum_says_how_many_of_its_units_have_a_figure(reference_set: None) -> None:
    first = children_of("ner-1-diffa")[0]

    [line] = exact_readings(held(some(first, 100)), queries.terrain(), level=1, division="ner-2011").to_dicts()

    assert (line["value"], line["how"], line["held"]) == (100, "summed", 1)
    assert line["expected"] == len(children_of("ner-1-diffa"))
    assert 0 < line["covered"] < 1


def test_people_whose_place_waits_for_an_answer_count_in_the_sum_of_what_holds_them(reference_set: None) -> None:
    units = children_of("ner-1-diffa")
    waiting = some("ner-1-diffa", 7, group="written:lieu à préciser : Diffa / N'Guel")

    read = exact_readings(held(waiting, *(some(unit, 100) for unit in units)), queries.terrain(), level=1, division="ner-2011")

    assert read.filter(pl.col("group") == "all")["value"].to_list() == [100 * len(units) + 7]


def test_a_position_on_a_scale_is_never_summed(reference_set: None) -> None:
    phases = held(*(some(unit, 3, concept="area_phase", measure="phase") for unit in children_of("ner-1-diffa")))

    assert exact_readings(phases, queries.terrain(), level=1, division="ner-2011").is_empty()


def test_a_partial_sum_does_not_stand_for_a_state(reference_set: None) -> None:
    lines = queries.national_lines((), states=["TGO"], concepts=["idps"])

    assert lines == ()


def test_a_unit_without_a_figure_has_a_row_and_no_value(reference_set: None) -> None:
    read = queries.need_by_unit((), state="NER", level=2, sector="WSH", on=TODAY)

    assert read.height == queries.terrain().of_level(2, "ner-2011").height
    assert read["value"].null_count() == read.height


def test_before_the_day_asked_only_earlier_periods_are_read(reference_set: None) -> None:
    read = queries.need_by_unit((), state="NER", level=1, sector="FSC", on=date(2024, 1, 1))

    assert read["value"].sum() == 2_318_639
    assert set(read["reference_start"]) == {date(2023, 10, 1)}


def test_sectors_published_without_a_total_make_a_calculation_of_the_product(reference_set: None) -> None:
    region = children_of("ner-1-diffa")[0]
    rows = [some(region, value, concept="in_need", sector=sector) for sector, value in (("WSH", 50), ("HEA", 80))]

    made = intersectoral_figures(held(*rows), queries.terrain(), "ner-2011")

    read = latest(on_units(made, queries.terrain(), state="NER", level=2, division="ner-2011"))
    assert read.select("unit", "sector", "value", "status").rows() == [(region, "ALL", 80, "calculation")]


def test_the_latest_year_leads_and_the_others_stand_beside_it_with_a_reason(reference_set: None) -> None:
    standing = queries.standing((), unit="bfa", concept="in_need")

    assert standing.leader is not None
    assert (standing.leader.figure.value, standing.leader.figure.source) == (4_500_000, "bfa-hnrp-2026-launch")
    assert {held.figure.reference_end.year for held, reason in standing.others if reason.en == "earlier period"} >= {2022, 2024, 2025}
    assert standing.disagreement is not None and 0 < standing.disagreement < 0.01


def test_what_a_text_quotes_never_stands_among_people_in_need(reference_set: None) -> None:
    standing = queries.standing((), unit="ner", concept="distress_as_quoted")

    assert standing.leader is None
    assert [held.figure.value_text for held, _ in standing.others] == ["des millions"]
    assert all(held.figure.value_text != "des millions" for held, _ in queries.standing((), unit="ner", concept="in_need").others)


def test_the_series_of_a_state_has_one_leader_a_year(reference_set: None) -> None:
    series = queries.trend((), state="NER", concept="phase3plus", sector="FSC")

    assert [(year, held.figure.value) for year, held in series] == [(2022, 4_402_404), (2023, 2_318_639), (2024, 3_436_895)]


def test_money_of_another_plan_is_no_rival_of_the_country_plan(reference_set: None) -> None:
    standing = queries.standing((), unit="ner", concept="requirement")

    assert standing.leader is not None and standing.leader.figure.value == 675_619_589
    assert all(held.figure.group == "all" for held, _ in standing.others)


def test_sources_that_differ_on_one_year_are_told_widest_first(reference_set: None) -> None:
    found = queries.disagreements((), states=STATES)

    widths = [each.disagreement or 0 for each in found]
    assert widths == sorted(widths, reverse=True)
    assert min(widths) >= queries.WORTH_SHOWING
    facts = {(each.leader.figure.concept, each.leader.figure.unit) for each in found if each.leader}
    assert {("funding", "bfa"), ("in_need", "bfa"), ("targeted", "ner")} <= facts


def test_a_confidential_figure_is_read_by_its_state_alone(reference_set: None) -> None:
    figure = Figure.objects.filter(concept="in_need", unit_id="ner").first()
    Figure.objects.filter(pk=figure.pk).update(sensitivity="confidential", holder="")

    reader, neighbour = Mandate("a", Role.READER, state="NER"), Mandate("b", Role.READER, state="MLI")

    assert queries.figure([reader], figure.pk) is not None
    assert queries.figure([neighbour], figure.pk) is None
    assert queries.figure([], figure.pk) is None
    assert str(figure.pk) not in queries.figures([neighbour], units=["ner"])["figure"].to_list()


def test_reading_takes_the_same_number_of_queries_for_one_state_as_for_four(reference_set: None) -> None:
    queries.terrain()

    def asked(*states: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            queries.national_lines((), states=states)
        return len(counted)

    assert asked("NER") == asked(*STATES) == 2


def test_a_frame_of_figures_has_the_core_schema(reference_set: None) -> None:
    frame = queries.figures((), states=["MLI"], concepts=["idps"])

    assert frame.select(list(FIGURE_SCHEMA)).schema == pl.Schema(FIGURE_SCHEMA)
    assert set(frame["owner_state"]) == {"MLI"}


def children_of(region: str) -> list[str]:
    """The units of level 2 that lie in a region."""
    inside = queries.terrain().inside
    return sorted(inside.filter((pl.col("into") == region) & (pl.col("level") == 2))["unit"].unique())
