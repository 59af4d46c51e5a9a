"""Slides open anywhere, say where their figures come from, run nothing, and are the same bytes twice."""

import io
from datetime import date

import pytest
from pptx import Presentation

from concertation.core.periods import Language
from concertation.draw.slides import MOST_PARTS, ROWS, picture_slide, table_slides
from concertation.draw.tables import Column, Source, TakenTable

NAME = Column(key="name", heading_fr="Cercle", heading_en="Cercle")
NEED = Column(key="need", heading_fr="Besoin", heading_en="Need", numeric=True)
EMPTY = Column(key="never", heading_fr="Jamais rempli", heading_en="Never filled")
SOURCE = Source(source="Cadre Harmonisé", date="2024-03-29", licence="CC BY", scope="Mali")
ON = date(2024, 4, 1)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100"><rect width="400" height="100" fill="#0b5351"/></svg>'


def table(count: int) -> TakenTable:
    rows = tuple(
        {"name": f"Cercle {number}", "need": None if number == 1 else 1000 + number} for number in range(count)
    )
    return TakenTable(
        title_fr="Besoins", title_en="Needs", columns=(NAME, EMPTY, NEED), rows=rows, sources=(SOURCE, SOURCE)
    )


def cells(content: bytes, slide: int = 0) -> list[list[str]]:
    [shape] = [each for each in Presentation(io.BytesIO(content)).slides[slide].shapes if each.has_table]
    return [[cell.text for cell in row.cells] for row in shape.table.rows]


@pytest.mark.parametrize(("language", "figure", "title"), [("fr", "1\u202f000", "Besoins"), ("en", "1,000", "Needs")])
def test_a_table_is_a_real_table_with_its_title_its_dash_and_no_empty_column(
    language: Language, figure: str, title: str
) -> None:
    content = table_slides(table(2), language=language, on=ON)

    assert cells(content) == [
        ["Cercle", {"fr": "Besoin", "en": "Need"}[language]],
        ["Cercle 0", figure],
        ["Cercle 1", "–"],
    ]
    assert Presentation(io.BytesIO(content)).slides[0].shapes[0].text_frame.text == title


def test_a_long_table_goes_on_over_slides_and_says_how_much_is_left_for_the_workbook() -> None:
    deck = Presentation(io.BytesIO(table_slides(table(ROWS * MOST_PARTS + 3), language="fr", on=ON)))

    assert len(deck.slides) == MOST_PARTS
    assert any("3 lignes de plus" in shape.text_frame.text for shape in deck.slides[-1].shapes if shape.has_text_frame)
    assert {slide.notes_slide.notes_text_frame.text for slide in deck.slides} == {"Cadre Harmonisé, 2024-03-29, CC BY"}


def test_a_wide_table_goes_on_over_slides_that_repeat_what_names_a_row_and_loses_no_cell() -> None:
    columns = (NAME, *(Column(key=f"c{number}", heading_fr=f"Colonne {number}", heading_en=f"Column {number}", numeric=True) for number in range(19)))
    rows = tuple({"name": f"Cercle {line}", **{f"c{number}": 100 * line + number for number in range(19)}} for line in range(ROWS + 2))
    content = table_slides(TakenTable(title_fr="Besoins", title_en="Needs", columns=columns, rows=rows, sources=(SOURCE,)), language="en", on=ON)

    grids = [cells(content, slide) for slide in range(6)]

    titles = [slide.shapes[0].text_frame.text for slide in Presentation(io.BytesIO(content)).slides]
    assert titles == [f"Needs (columns, {part} of 3)" for part in (1, 2, 3)] * 2
    assert [[line[0] for line in grid[1:]] for grid in grids] == [[f"Cercle {line}" for line in range(ROWS)]] * 3 + [[f"Cercle {ROWS}", f"Cercle {ROWS + 1}"]] * 3
    assert [heading for grid in grids[:3] for heading in grid[0][1:]] == [f"Column {number}" for number in range(19)]
    told = {(line[0], heading): value for grid in grids for line in grid[1:] for heading, value in zip(grid[0][1:], line[1:], strict=True)}
    assert told == {(row["name"], f"Column {number}"): f"{row[f'c{number}']:,}" for row in rows for number in range(19)}


def test_words_too_long_for_a_cell_are_marked_and_stand_whole_in_the_notes() -> None:
    long = "Appui synthétique " * 40
    told = TakenTable(title_fr="t", title_en="t", columns=(NAME,), rows=({"name": long},), sources=(SOURCE,))

    content = table_slides(told, language="fr", on=ON)

    assert cells(content)[1][0].endswith("…")
    assert Presentation(io.BytesIO(content)).slides[0].notes_slide.notes_text_frame.text == f"Cadre Harmonisé, 2024-03-29, CC BY\nCercle (1): {long}"


def test_an_empty_table_is_one_slide_with_its_headings() -> None:
    assert cells(table_slides(table(0), language="fr", on=ON)) == [["Cercle", "Jamais rempli", "Besoin"]]


def test_a_drawing_keeps_its_shape_says_what_it_is_and_where_it_comes_from() -> None:
    [slide] = Presentation(
        io.BytesIO(picture_slide(SVG, title="Besoin par année", sources="Cadre Harmonisé\nHPC", language="fr", on=ON))
    ).slides
    [shown] = [shape for shape in slide.shapes if hasattr(shape, "image")]

    assert shown.width / shown.height == pytest.approx(4, rel=0.01)
    assert shown.left >= 0 and shown.top + shown.height <= 6_858_000
    assert shown._element.nvPicPr.cNvPr.get("descr") == "Besoin par année"
    assert slide.notes_slide.notes_text_frame.text == "Cadre Harmonisé\nHPC"


def test_sources_too_long_for_the_foot_stand_whole_in_the_notes() -> None:
    long = "\n".join(f"Source numéro {number} de la série des publications" for number in range(30))

    [slide] = Presentation(io.BytesIO(picture_slide(SVG, title="t", sources=long, language="fr", on=ON))).slides

    assert slide.notes_slide.notes_text_frame.text == long
    assert any(
        shape.text_frame.text.endswith("la suite dans les commentaires)")
        for shape in slide.shapes
        if shape.has_text_frame
    )


def test_the_same_values_give_the_same_bytes() -> None:
    assert table_slides(table(20), language="fr", on=ON) == table_slides(table(20), language="fr", on=ON)
    assert picture_slide(SVG, title="t", sources="s", language="en", on=ON) == picture_slide(
        SVG, title="t", sources="s", language="en", on=ON
    )
