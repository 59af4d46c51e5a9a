"""A map says what is held and what is not, weighs little, and breaks no security policy."""

import gzip
import re
import xml.etree.ElementTree as ElementTree

import pytest

from concertation.core.classification import given_classes, natural_classes, quantile_classes
from concertation.core.geometry import Area
from concertation.draw.map_exports import Caption, standalone
from concertation.draw.maps import Mark, choropleth, layers, legend_of, legend_of_phases, steps_of, symbols
from concertation.draw.palettes import CIVIDIS, PALETTES, PHASES, YLORBR, stylesheet
from concertation.draw.pictures import png
from concertation.formats.boundaries import reference_boundaries

SVG = "{http://www.w3.org/2000/svg}"
FOUR_STATES = ("bfa-2025", "mli-1991", "ner-2011", "tgo-cod")
GAO, MENAKA, BAMAKO, LOME = (-0.0447, 16.2717), (2.3961, 15.9199), (-7.9752, 12.6091), (1.2215, 6.1287)


def areas_of(*divisions: str, level: int = 1) -> tuple[Area, ...]:
    return tuple(area for division in divisions for area in reference_boundaries(division, level).areas)


def marks_for(areas: tuple[Area, ...], *, step: int | None = 0) -> list[Mark]:
    return [Mark(unit, f"{name} : 1 200 personnes", step, f"/fr/unites/{unit}") for area in areas for unit, name in zip(area.units, area.names, strict=True)]


def page(areas: tuple[Area, ...], marks: list[Mark], language: str = "fr") -> str:
    sheet = symbols(areas)
    legend = legend_of(given_classes(0, (10, 20, 30)), title="Personnes", palette=YLORBR, language=language)
    return choropleth(sheet, marks, legend=legend, title="Carte", language=language, sheet_href=f"/maps/{sheet.digest}.svg")


def document(areas: tuple[Area, ...], marks: list[Mark], language: str = "fr") -> str:
    legend = legend_of(given_classes(0, (10, 20, 30)), title="Personnes", palette=CIVIDIS, language=language)
    return standalone(symbols(areas), marks, legend=legend, caption=Caption("Besoins & présence", "juin 2024", "CILSS"), language=language)


def test_a_sheet_holds_one_shape_per_area_and_the_outline_of_the_states() -> None:
    tree = ElementTree.fromstring(symbols(areas_of(*FOUR_STATES)).content)

    ids = [path.get("id") for path in tree.iter(f"{SVG}path")]

    assert len(ids) == len(set(ids)) == 17 + 9 + 8 + 5 + 1
    assert {"bfa-1-liptako", "ner-1-niamey", "frame"} <= set(ids)
    assert all(path.get("d") for path in tree.iter(f"{SVG}path"))


def test_the_same_areas_give_the_same_bytes_and_name() -> None:
    symbols.cache_clear()
    first = symbols(areas_of("ner-2011"))
    symbols.cache_clear()

    assert symbols(areas_of("ner-2011")).content == first.content
    assert symbols(areas_of("tgo-cod")).digest != first.digest


def test_paths_are_whole_numbers_only() -> None:
    shapes = re.findall(r' d="([^"]*)"', symbols(areas_of(*FOUR_STATES)).content.decode())

    assert all(re.fullmatch(r"[Mlhvz\d\s-]+", shape) for shape in shapes)


def test_the_map_of_four_states_weighs_two_kilobytes_a_page_and_eleven_once() -> None:
    areas = areas_of(*FOUR_STATES)

    assert len(gzip.compress(page(areas, marks_for(areas)).encode())) < 2_048
    assert len(gzip.compress(symbols(areas).content)) < 11_264


def test_every_unit_with_a_figure_is_a_link_with_its_sentence() -> None:
    areas = areas_of("ner-2011")

    links = re.findall(r'<a href="/fr/unites/([^"]+)"><title>([^<]+)</title><use href="/maps/\w{16}\.svg#([^"]+)" class="q0"/></a>', page(areas, marks_for(areas)))

    assert len(links) == 8
    assert all(unit == shape and "1 200 personnes" in sentence for unit, sentence, shape in links)


def test_a_unit_without_a_figure_is_hatched_and_never_coloured() -> None:
    areas = areas_of("ner-2011")

    asked_but_empty = page(areas, marks_for(areas, step=None))
    nothing_asked = page(areas, [], language="en")

    for drawing in (asked_but_empty, nothing_asked):
        uses = re.findall(r"<use [^>]*#ner-1-[^>]*>", drawing)
        assert len(uses) == 8
        assert all('fill="url(#hatch-' in use and "class=" not in use for use in uses)
    assert "Aucun chiffre disponible" in asked_but_empty
    assert "Zinder: No figure held" in nothing_asked


def test_gao_and_menaka_stand_as_two_dots_on_their_one_outline() -> None:
    areas = areas_of("mli-1991")
    marks = [Mark("mli-1-gao", "Gao", 0, at=GAO), Mark("mli-1-menaka", "Ménaka", 2, at=MENAKA)]

    sorted_marks = layers(symbols(areas), marks)

    assert sorted_marks.shared == ("mli-1-gao",)
    assert [mark.unit for *_, mark in sorted_marks.dots] == ["mli-1-gao", "mli-1-menaka"]
    assert "mli-1-gao" not in dict(sorted_marks.filled)
    assert "un point par chef-lieu" in page(areas, marks)


def test_gao_alone_fills_its_outline() -> None:
    sorted_marks = layers(symbols(areas_of("mli-1991")), [Mark("mli-1-gao", "Gao", 0, at=GAO)])

    assert dict(sorted_marks.filled).keys() == {"mli-1-gao"}
    assert sorted_marks.dots == ()


def test_a_unit_without_outline_is_a_dot_and_without_chief_town_it_is_named_unplaced() -> None:
    marks = [Mark("mrt-1-nouakchott", "Nouakchott", 1, at=(-15.98, 18.09)), Mark("mrt-1-adrar", "Adrar", 1)]

    sorted_marks = layers(symbols(areas_of("mli-1991")), marks)

    assert [mark.unit for *_, mark in sorted_marks.dots] == ["mrt-1-nouakchott"]
    assert [mark.unit for mark in sorted_marks.unplaced] == ["mrt-1-adrar"]


def test_bamako_is_a_dot_among_four_states_and_tillaberi_is_not() -> None:
    marks = [Mark("mli-1-bamako", "Bamako", 1, "/b", at=BAMAKO), Mark("ner-1-tillaberi", "Tillabéri", 1, "/t", at=(1.4542, 14.2071))]

    sorted_marks = layers(symbols(areas_of(*FOUR_STATES)), marks)

    assert [mark.unit for *_, mark in sorted_marks.dots] == ["mli-1-bamako"]
    assert dict(sorted_marks.filled).keys() == {"ner-1-tillaberi"}


def test_no_mark_is_lost_between_the_layers() -> None:
    areas = areas_of("bfa-2025", "mli-2023", "ner-2011", "tgo-2022")
    marks = [Mark(unit, unit, 0, at=LOME) for area in areas for unit in area.units]

    sorted_marks = layers(symbols(areas), marks)

    drawn = [mark.unit for _, mark in sorted_marks.filled] + [mark.unit for *_, mark in sorted_marks.dots]
    assert sorted(drawn) == sorted(mark.unit for mark in marks)
    assert len(drawn) == 17 + 20 + 8 + 6


def test_dots_stay_inside_the_drawing() -> None:
    sheet = symbols(areas_of(*FOUR_STATES))
    right, down = sheet.frame.place_one(*LOME)

    assert 22 <= right <= sheet.frame.width - 22
    assert 22 <= down <= sheet.frame.height - 22


def test_an_estimate_has_a_dotted_outline_and_the_legend_says_so() -> None:
    areas = areas_of("ner-2011")

    drawing = page(areas, [Mark("ner-1-zinder", "Zinder", 1, estimated=True)])

    assert re.search(r'<use href="[^"]*#ner-1-zinder" class="estimated"/>', drawing)
    assert "Estimation (contour pointillé)" in drawing
    assert "Estimation" not in page(areas, [Mark("ner-1-zinder", "Zinder", 1)])


@pytest.mark.parametrize(("language", "words"), [("fr", "n'emportent ni reconnaissance ni prise de position officielle"), ("en", "imply neither recognition")])
def test_every_map_carries_the_disclaimer_and_the_origin_of_its_boundaries(language: str, words: str) -> None:
    areas = areas_of("tgo-cod")

    for drawing in (page(areas, [], language), document(areas, [], language)):
        joined = " ".join(re.sub(r"<[^>]+>", " ", drawing).split())
        assert words in joined
        assert "Natural Earth" in joined


@pytest.mark.parametrize("drawn", [page, document])
def test_no_drawing_carries_a_style_a_script_or_another_host(drawn: object) -> None:
    areas = areas_of("mli-2023", "tgo-2022")
    svg = drawn(areas, marks_for(areas))  # type: ignore[operator]

    assert "style" not in svg.replace("stylesheet", "")
    assert not re.search(r"<script|\son\w+=|javascript:", svg)
    assert set(re.findall(r"https?://[^\s\"'<]+", svg)) <= {"http://www.w3.org/2000/svg"}


def test_names_and_sentences_are_escaped() -> None:
    areas = areas_of("ner-2011")
    mark = Mark("ner-1-zinder", '<script>alert("x")</script>', 1, '/a"onclick="b')

    for drawing in (page(areas, [mark]), document(areas, [mark])):
        assert "<script" not in drawing
        ElementTree.fromstring(drawing)


def test_the_legend_says_classes_and_the_rule_that_made_them() -> None:
    figures = {"ner-1-agadez": 4_300, "ner-1-diffa": 120_000, "ner-1-dosso": 90_000, "ner-1-zinder": None}

    by_count, by_break = quantile_classes(figures.values(), classes=3), natural_classes(figures.values(), classes=2)

    assert by_count is not None
    assert by_break is not None
    assert legend_of(by_count, title="", palette=YLORBR, language="fr").rule == "Classes de même effectif (quantiles)"
    assert legend_of(by_break, title="", palette=YLORBR, language="en").labels == ("4,300", "4,301 – 120,000")
    assert steps_of(figures, by_break) == {"ner-1-agadez": 0, "ner-1-diffa": 1, "ner-1-dosso": 1, "ner-1-zinder": None}


def test_phases_keep_their_official_colours_on_page_and_export() -> None:
    areas = areas_of("ner-2011")
    marks = [Mark(area.units[0], area.names[0], phase) for phase, area in enumerate(areas[:5])]
    legend = legend_of_phases(title="Phase", language="fr")

    exported = standalone(symbols(areas), marks, legend=legend, caption=Caption("Phases"), language="fr")

    assert PHASES.colours == ("#cdfacd", "#fae61e", "#e67800", "#c80000", "#640000")
    assert all(f'fill="{colour}"' in exported for colour in PHASES.colours)
    assert all(f".phases .q{step}{{fill:{colour}}}" in stylesheet() for step, colour in enumerate(PHASES.colours))


def test_sequential_scales_darken_from_class_to_class() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for palette in PALETTES.values():
        steps = [lightness(colour) for colour in palette.colours]
        assert len(steps) == 5
        assert steps == sorted(steps, reverse=True) or palette is PHASES


def test_an_export_fits_its_page_whatever_the_shape_of_the_state() -> None:
    for division in FOUR_STATES:
        tree = ElementTree.fromstring(document(areas_of(division), []))
        width, height = float(tree.get("width", 0)), float(tree.get("height", 0))
        assert width == 960
        assert 500 < height < 1_000
        assert all(0 <= float(word.get("x", 0)) <= width and 0 <= float(word.get("y", 0)) <= height for word in tree.iter(f"{SVG}text"))


def test_labels_never_touch_each_other() -> None:
    tree = ElementTree.fromstring(document(areas_of("bfa-2001", level=2), []))
    words = [(float(word.get("x", 0)), float(word.get("y", 0)), float(group.get("font-size", 0)), word.text or "") for group in tree.iter(f"{SVG}g") if group.get("paint-order") for word in group.iter(f"{SVG}text")]

    boxes = [(x - 0.26 * size * len(text), y - 0.7 * size, x + 0.26 * size * len(text), y) for x, y, size, text in words]

    assert len(boxes) > 30
    assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for i, a in enumerate(boxes) for b in boxes[:i])


def test_an_export_becomes_a_picture_of_its_size() -> None:
    picture = png(document(areas_of("tgo-cod"), []), scale=1)

    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(picture[16:20]) == 960
