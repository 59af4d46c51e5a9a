"""The note as PDF/A and as DOCX: two pages, tagged, fonts within, every footnote led to its source, the same bytes each time."""

import io
import re
import zipfile
from dataclasses import replace

import docx
import pypdf
import pytest

from concertation.draw.note import Drawing, Footnote, Grid, Headline, Key, Note, Told, Words, file_name
from concertation.draw.note_docx import to_docx
from concertation.draw.note_pdf import TooLong, to_pdf

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#993404"/><text x="2" y="12">Téra</text></svg>'
WORDS = Words("Concertation synthetic", "Établie pour : tout public", "Note au 31 janvier 2026", "Sources", "page", "Silences")


def grid(title: str, rows: int) -> Grid:
    lines = tuple((Told(f"Unité {number}"), Told(f"{number} 234", (1, 2))) for number in range(rows))
    return Grid(title, ("Unité", "Personnes"), (False, True), lines, "Rien ne s'additionne.")


def note(language: str = "fr", *, rows: int = 8) -> Note:
    return Note(
        language="en" if language == "en" else "fr", title="Niger : synthetic", subject="note-ner", on="2026-01-31", words=WORDS,
        sentences=(Told("Au Niger, 4,30 M de personnes dans le besoin « synthetic » – œuvre, 1 234.", (1,)),),
        headlines=(Headline("Dans le besoin", Told("4 300 000", (1,)), "2024"), Headline("Ciblés", Told("aucun chiffre disponible", held=False), "")),
        picture=Drawing("Carte", SVG, "Carte : Téra 12 personnes", (Key("0 – 10", "#ffffd4"), Key("Aucun chiffre", sign="hatch"))),
        chart=Drawing("Années", SVG, "Années : 2024 12"), beside=(grid("Besoin", rows),),
        grids=(grid("Secteurs", 4), grid("Argent", 3), grid("Décisions", 3)), silences=(Told("=SILENCE(1)", (2,)),),
        footnotes=(Footnote(1, "Plan synthetic. 2024, opérationnel.", "https://example.org/plan"), Footnote(2, "Rapport synthetic.")),
        reading="Lecture.", disclaimers=("Frontières.", "Boundaries."),
    )  # fmt: skip


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def fonts_of(reader: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    held = [font.get_object() for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()]
    return [each["/DescendantFonts"][0].get_object() if "/DescendantFonts" in each else each for each in held]


def test_the_pdf_is_an_archive_of_two_tagged_pages_in_its_language() -> None:
    reader = read(to_pdf((note(),)))
    root = reader.root_object
    metadata = root["/Metadata"].get_object().get_data().decode()

    assert len(reader.pages) == 2
    assert re.search(r"<pdfaid:part>2</pdfaid:part>", metadata)
    assert re.search(r"<pdfaid:conformance>A</pdfaid:conformance>", metadata)
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None and reader.metadata.title == "Niger : synthetic"


def test_the_pdf_carries_every_font_and_no_program() -> None:
    content = to_pdf((note(),))
    descriptors = [font["/FontDescriptor"].get_object() for font in fonts_of(read(content))]

    assert descriptors
    assert all({"/FontFile2", "/FontFile3"} & set(each) for each in descriptors)
    assert not {"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch"} & {str(key) for each in read(content).xref[0] for key in keys(read(content), each)}


def keys(reader: pypdf.PdfReader, number: int) -> set[str]:
    held = reader.get_object(number)
    return set(held) if isinstance(held, dict) else set()


def test_the_figures_of_the_pdf_can_be_read_and_copied() -> None:
    text = "\n".join(page.extract_text() for page in read(to_pdf((note(),))).pages)

    assert all(words in text.replace("\u202f", " ").replace("\xa0", " ") for words in ("4 300 000", "œuvre", "aucun chiffre disponible", "Plan synthetic", "Frontières", "Boundaries", "tout public"))


def test_a_bilingual_file_holds_two_pages_in_each_language() -> None:
    both = (note("fr"), note("en"))

    assert len(read(to_pdf(both)).pages) == 4
    assert file_name(both, "pdf") == "note-ner-fr-en-2026-01-31.pdf"


@pytest.mark.parametrize("rows", [0, 20])
def test_few_units_or_many_make_two_pages(rows: int) -> None:
    assert len(read(to_pdf((note(rows=rows),))).pages) == 2


def test_a_note_without_map_nor_figures_stands() -> None:
    bare = replace(note(rows=0), picture=None, chart=None, headlines=(), silences=(), footnotes=())

    assert len(read(to_pdf((bare,))).pages) == 2
    assert docx.Document(io.BytesIO(to_docx((bare,)))).paragraphs


def test_a_note_that_cannot_fit_is_refused_not_cut() -> None:
    with pytest.raises(TooLong):
        to_pdf((note(rows=400),))


@pytest.mark.parametrize("write", [to_pdf, to_docx])
def test_the_same_note_gives_the_same_bytes(write: object) -> None:
    first = write((note(),))  # type: ignore[operator]
    write.cache_clear()  # type: ignore[attr-defined]

    assert write((note(),)) == first  # type: ignore[operator]


def test_the_docx_has_real_headings_tables_and_pictures_with_words() -> None:
    document = docx.Document(io.BytesIO(to_docx((note(),))))
    headings = [(each.style.name, each.text) for each in document.paragraphs if each.style is not None and each.style.name.startswith("Heading")]
    described = document.element.body.xpath(".//wp:docPr/@descr")

    assert headings[0] == ("Heading 1", "Niger : synthetic")
    assert {"Secteurs", "Argent", "Décisions", "Silences", "Sources"} <= {text for _style, text in headings}
    assert described == ["Carte : Téra 12 personnes", "Années : 2024 12"]
    assert [cell.text for cell in document.tables[-1].rows[1].cells][0] == "Unité 0"
    assert document.core_properties.language == "fr-FR"


def test_each_number_of_the_docx_leads_to_a_source_that_is_there() -> None:
    document = docx.Document(io.BytesIO(to_docx((note("fr"), note("en")))))
    body = document.element.body
    anchors = set(body.xpath(".//w:hyperlink/@w:anchor"))

    assert anchors == {"source_1_1", "source_1_2", "source_2_1", "source_2_2"}
    assert anchors <= set(body.xpath(".//w:bookmarkStart/@w:name"))


def test_text_that_looks_like_a_formula_stays_text() -> None:
    with zipfile.ZipFile(io.BytesIO(to_docx((note(),)))) as parts:
        written = parts.read("word/document.xml").decode()

    assert "=SILENCE(1)" in written
    assert "w:instrText" not in written and "w:fldSimple" not in written
