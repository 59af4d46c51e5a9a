"""Figures: several of one fact stand side by side, one leads by a stated rule, and what must not be mixed is refused."""

import csv
from dataclasses import replace
from datetime import date
from importlib.resources import files
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core import concepts
from concertation.core.concepts import CONCEPTS, STATUSES, one_concept
from concertation.core.figures import (
    FIGURE_SCHEMA,
    NONE_HELD,
    Figure,
    add_over_sectors,
    add_over_units,
    check_figures,
    disagreement,
    from_frame,
    leading,
    method_in_words,
    number_in_words,
    to_frame,
)
from concertation.core.periods import Period


def figure(**changes: object) -> Figure:
    plain = Figure(concept="in_need", unit="mli", source="plan", status="official", value=6_400_000, reference_end=date(2025, 1, 15))
    return replace(plain, **changes)  # type: ignore[arg-type]


figures = st.builds(
    Figure,
    concept=st.just("idps"),
    unit=st.just("bfa"),
    source=st.sampled_from("abc"),
    status=st.sampled_from(STATUSES),
    value=st.one_of(st.none(), st.integers(min_value=0, max_value=10**7)),
    reference_end=st.one_of(st.none(), st.dates(min_value=date(2020, 1, 1), max_value=date(2026, 1, 1))),
    extracted_on=st.one_of(st.none(), st.dates(min_value=date(2020, 1, 1), max_value=date(2026, 1, 1))),
)


def test_the_official_figure_leads_over_the_press_and_both_are_shown() -> None:
    press = figure(source="press", status="press", value=4_800_000, reference_end=date(2025, 8, 9))

    standing = leading([press, figure()])

    assert standing.leader == figure()
    assert [ranked.figure for ranked in standing.others] == [press]
    assert standing.others[0].reason == ("le statut presse vient après officiel", "status press comes after official")
    assert standing.disagreement == pytest.approx(0.25)


def test_at_equal_status_the_latest_reference_date_then_the_latest_extraction_leads() -> None:
    older = figure(reference_end=date(2024, 1, 1), extracted_on=date(2026, 1, 1))
    early, late = figure(extracted_on=date(2025, 2, 1), value=1), figure(extracted_on=date(2025, 3, 1), value=2)

    standing = leading([older, early, late])

    assert standing.leader == late
    assert [ranked.reason.en for ranked in standing.others] == ["earlier extraction", "earlier reference date"]


def test_a_figure_nobody_holds_reads_so_and_never_zero() -> None:
    missing = figure(value=None)

    standing = leading([missing])

    assert standing.leader is None
    assert standing.reason == ("Aucun chiffre disponible", "No figure held")
    assert missing.in_words("fr") == NONE_HELD["fr"]
    assert number_in_words(0, "en") == "0"


def test_a_quoted_word_without_a_number_is_quoted() -> None:
    quoted = figure(concept="distress_as_quoted", unit="ner", value=None, value_text="des millions", measure="quoted", status="press")

    assert quoted.in_words("fr") == "« des millions »"
    assert leading([quoted]).leader is None
    assert leading([quoted]).others[0].reason.en == "no number given"


def test_only_figures_of_the_asked_period_are_candidates() -> None:
    last_year = figure(reference_start=date(2025, 1, 1), reference_end=date(2025, 12, 31))
    this_year = figure(reference_start=date(2026, 1, 1), reference_end=date(2026, 12, 31), value=5_100_000, status="press")

    assert leading([last_year, this_year], period=Period.of_year(2026)).leader == this_year


def test_figures_of_two_facts_have_no_leader_between_them() -> None:
    with pytest.raises(ValueError, match="group them by Figure.fact first"):
        leading([figure(), figure(unit="ner")])


def test_people_in_need_are_never_added_across_sectors() -> None:
    sectors = [figure(sector=code) for code in ("WSH", "HEA")]

    with pytest.raises(ValueError, match="intersectoral"):
        add_over_sectors(sectors)
    with pytest.raises(ValueError, match="differ in sector"):
        add_over_units(sectors, unit="mli")


def test_money_required_by_sectors_adds_up_but_not_with_its_total() -> None:
    water, health = (figure(concept="requirement", measure="USD", sector=code, value=10) for code in ("WSH", "HEA"))

    assert add_over_sectors([water, health]).value == 20
    with pytest.raises(ValueError, match="total over sectors"):
        add_over_sectors([water, replace(health, sector="ALL")])


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (("area_phase", "jiaf_severity"), "different scales, never converted"),
        (("jiaf_severity", "sector_severity"), "different scales, never converted"),
        (("idps", "returned_idps"), "a stock and returned_idps a flow"),
        (("area_phase", "phase3plus"), "a position and phase3plus a stock"),
        (("in_need", "reached"), "a stock and reached a flow"),
        (("in_need", "targeted"), "two concepts, never added"),
    ],
)
def test_concepts_that_must_not_meet_are_refused_in_words(codes: tuple[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        one_concept(codes)


def test_the_phase_of_areas_does_not_add_up() -> None:
    with pytest.raises(ValueError, match="does not add up over units"):
        add_over_units([figure(concept="area_phase", measure="phase", value=3)], unit="mli")


def test_an_estimated_part_makes_the_sum_estimated() -> None:
    total = add_over_units([figure(unit="a", value=10), figure(unit="b", value=5, status="estimated")], unit="mli")

    assert (total.value, total.status) == (15, "estimated")
    assert total.in_words("fr") == "15 (estimé)"


def test_rivals_of_one_unit_and_groups_kept_as_written_enter_no_sum() -> None:
    with pytest.raises(ValueError, match="rivals, not parts"):
        add_over_units([figure(source="a"), figure(source="b")], unit="sahel")
    with pytest.raises(ValueError, match="settle the group first"):
        add_over_units([figure(group="written:Border / EC")], unit="sahel")


def test_a_sum_says_how_many_parts_had_a_figure() -> None:
    total = add_over_units([figure(unit="a", value=10), figure(unit="b", value=None)], unit="mli")

    assert total.value == 10
    assert method_in_words(total.method, "fr") == "somme de 1 unités sur 2"
    assert add_over_units([figure(value=None)], unit="x").value is None


def test_bad_rows_of_a_frame_are_problems() -> None:
    bad = to_frame([figure(value=-1), figure(concept="wishes"), figure(status="rumour"), figure(reference_start=date(2026, 1, 1))])

    found = {problem.code: problem.cell.row for problem in check_figures(bad)}

    assert found == {"figure-negative": 1, "figure-concept-unknown": 2, "figure-status-unknown": 3, "figure-dates-swapped": 4}


def test_the_vocabulary_file_and_the_core_say_the_same() -> None:
    lines = list(csv.DictReader(files("concertation").joinpath("reference", "concepts.csv").read_text(encoding="utf-8").splitlines()))
    def by_kind(kind: str) -> list[str]:
        return [line["code"] for line in lines if line["kind"] == kind]

    assert by_kind("concept") == list(CONCEPTS)
    assert [by_kind(kind) for kind in ("status", "measure", "group", "sex", "age", "disability")] == [
        list(codes) for codes in (STATUSES, concepts.MEASURES, concepts.GROUPS, concepts.SEXES, concepts.AGES, concepts.DISABILITIES)
    ]
    for line in lines:
        assert line["name_fr"] and line["name_en"]
        if line["kind"] == "concept":
            held = CONCEPTS[line["code"]]
            assert (line["nature"], line["measure"], line["scale"]) == (held.nature, held.measure, held.scale or "")
            assert (line["adds_over_units"], line["adds_over_sectors"]) == (str(held.adds_over_units).lower(), str(held.adds_over_sectors).lower())


def test_the_host_community_is_a_group() -> None:
    assert "host" in concepts.GROUPS


@given(st.lists(figures, min_size=1, max_size=6), st.randoms())
def test_the_leader_does_not_depend_on_the_order(held: list[Figure], shuffler: Random) -> None:
    shuffled = list(held)
    shuffler.shuffle(shuffled)

    standing, again = leading(held), leading(shuffled)

    assert standing == again
    assert len(standing.others) + (standing.leader is not None) == len(held)


@given(st.lists(st.integers(min_value=0, max_value=10**7), min_size=1, max_size=8))
def test_a_sum_over_units_conserves_people(values: list[int]) -> None:
    parts = [figure(unit=f"u{place}", value=value) for place, value in enumerate(values)]

    assert add_over_units(parts, unit="all").value == sum(values)
    assert add_over_units(parts[::-1], unit="all").value == sum(values)


@given(st.lists(st.one_of(st.none(), st.integers(min_value=0, max_value=10**7)), max_size=6))
def test_disagreement_is_a_share(values: list[int | None]) -> None:
    share = disagreement(values)

    assert share is None or 0 <= share <= 1


@given(st.lists(figures, max_size=5))
def test_a_frame_of_figures_gives_the_same_figures_back(held: list[Figure]) -> None:
    frame = to_frame(held)

    assert dict(frame.schema) == FIGURE_SCHEMA
    assert from_frame(frame) == tuple(held)
    assert isinstance(frame, pl.DataFrame)
