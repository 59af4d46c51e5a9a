"""The note as DOCX that a ministry edits: real headings, lists and tables, pictures with words for who cannot see them.

Each footnote number is a link to its numbered source at the end. The same note gives the same bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Written
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.text.paragraph import Paragraph

from concertation.draw.note import Drawing, Footnote, Grid, Headline, Note, Told
from concertation.draw.packages import settled
from concertation.draw.paper import Paper
from concertation.draw.pictures import png

ACCENT, SOFT, INK = RGBColor(0x0B, 0x53, 0x51), RGBColor(0x52, 0x60, 0x63), RGBColor(0x1A, 0x23, 0x24)
SERIF, SANS = "Georgia", "Arial"
TEXT, SMALL, TINY = Pt(8.5), Pt(7), Pt(6)
WHOLE, HALF = Cm(17.6), Cm(8.4)
REGIONS = {"fr": "fr-FR", "en": "en-GB"}
TALLEST = Cm(5.4)
PICTURE_SCALE = 2.5
FOOTNOTES_IN_TWO_COLUMNS = 20


@lru_cache(maxsize=32)
def to_docx(notes: tuple[Note, ...]) -> bytes:
    """One note, or the note in several languages one after the other."""
    document = Document()
    dress(document, notes[0])
    for place, note in enumerate(notes):
        section = document.sections[0] if place == 0 else document.add_section(WD_SECTION.NEW_PAGE)
        shape(section, columns=1)
        frame(section, note)
        first_page(document, note, place)
        second_page(document, note, place)
    written = BytesIO()
    document.save(written)
    return settled(written.getvalue())


def dress(document: Written, note: Note | Paper) -> None:
    """Styles, language and properties of the document; no clock enters it."""
    moment = datetime.fromisoformat(note.on)
    properties = document.core_properties
    properties.title, properties.author, properties.language = note.title, note.words.brand, REGIONS[note.language]
    properties.created = properties.modified = moment
    properties.comments, properties.last_modified_by = note.words.audience, note.words.brand
    styles: Any = document.styles
    for name, size, font, colour in (("Normal", TEXT, SANS, INK), ("Title", Pt(22), SERIF, INK), ("Heading 1", Pt(22), SERIF, INK), ("Heading 2", Pt(11), SERIF, ACCENT), ("List Bullet", TEXT, SANS, INK)):
        style = styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, size, colour
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for part in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(part), None)
        fonts.set(qn("w:hAnsi"), font)
        style.paragraph_format.space_before, style.paragraph_format.space_after = (Pt(5), Pt(2)) if name == "Heading 2" else (Pt(0), Pt(2))
    styles["Heading 1"].paragraph_format.space_after = Pt(6)
    tongue = OxmlElement("w:lang")
    tongue.set(qn("w:val"), REGIONS[note.language])
    styles["Normal"].element.get_or_add_rPr().append(tongue)


def shape(section: Any, *, columns: int) -> None:
    """A4 with narrow margins, in so many columns."""
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.7)
    section.top_margin, section.bottom_margin = Cm(1.5), Cm(1.3)
    section.header_distance = section.footer_distance = Cm(0.7)
    found = section._sectPr.xpath("./w:cols")
    element = found[0] if found else OxmlElement("w:cols")
    element.set(qn("w:num"), str(columns))
    element.set(qn("w:space"), "450")
    if not found:
        section._sectPr.append(element)


def frame(section: Any, note: Note | Paper) -> None:
    """What stands over and under every page: whose note, of which day; for whom it was made."""
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    over, under = section.header.paragraphs[0], section.footer.paragraphs[0]
    add(over, f"{note.words.brand}  ·  ", size=SMALL, colour=ACCENT).bold = True
    add(over, note.words.made, size=SMALL, colour=SOFT)
    add(under, note.words.audience, size=TINY, colour=SOFT)


def add(paragraph: Paragraph, words: str, *, size: Pt | None = None, colour: RGBColor | None = None, italic: bool = False) -> Any:
    """Words at the end of a paragraph."""
    run = paragraph.add_run(words)
    run.font.size, run.italic = size, italic or None
    if colour is not None:
        run.font.color.rgb = colour
    return run


def tell(paragraph: Paragraph, told: Told, place: int, *, size: Pt | None = None, heavy: bool = False) -> None:
    """Words with their footnote numbers, each a link to its source."""
    run = add(paragraph, told.words, size=size, colour=None if told.held else SOFT, italic=not told.held)
    run.bold = heavy and told.held or None
    for number in told.notes:
        refer(paragraph, number, place, first=number == told.notes[0])


def refer(paragraph: Paragraph, number: int, place: int, *, first: bool) -> None:
    """A raised number that leads to its source."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), mark(number, place))
    run = add(paragraph, f"{'' if first else ','}{number}", size=TEXT, colour=ACCENT)
    run.font.superscript = True
    link.append(run._r)
    paragraph._p.append(link)


def mark(number: int, place: int) -> str:
    """The name of the mark a source carries."""
    return f"source_{place + 1}_{number}"


def first_page(document: Written, note: Note, place: int) -> None:
    """Title, sentences, headline figures; then map, chart and tables, on the States together the one of sectors too."""
    document.add_heading(note.title, level=1)
    for told in note.sentences:
        tell(document.add_paragraph(), told, place, size=Pt(9.5))
    headlines(document, note.headlines, place)
    pictures(document, [each for each in (note.picture, note.chart) if each], joint=note.is_joint)
    for grid in (*note.beside, *(note.grids[:1] if note.is_joint else ())):
        table(document, grid, place)


def second_page(document: Written, note: Note, place: int) -> None:
    """Sectors, displacement, money, decisions, silences; the numbered sources in columns; how to read the note."""
    for number, grid in enumerate(note.grids[1:] if note.is_joint else note.grids):
        table(document, grid, place, breaks=number == 0)
    if note.silences:
        document.add_heading(note.words.silences, level=2)
    for told in note.silences:
        tell(document.add_paragraph(style="List Bullet"), told, place)
    if note.footnotes:
        document.add_heading(note.words.sources, level=2)
    shape(document.add_section(WD_SECTION.CONTINUOUS), columns=2 if len(note.footnotes) <= FOOTNOTES_IN_TWO_COLUMNS else 3)
    sources(document, note.footnotes, place)
    shape(document.add_section(WD_SECTION.CONTINUOUS), columns=1)
    for words in (note.reading, *note.disclaimers):
        add(document.add_paragraph(), words, size=TINY, colour=SOFT)


def pictures(document: Written, every: Sequence[Drawing], *, joint: bool) -> None:
    """Map and chart: side by side for one State, the map large above for the States together."""
    if joint:
        for each, width in zip(every, (Cm(12.5), Cm(13)), strict=False):
            document.add_heading(each.title, level=2)
            picture(document.add_paragraph(), each, width, Cm(9.5))
        return
    held = document.add_table(rows=1, cols=max(len(every), 1))
    for cell, each in zip(held.rows[0].cells, every, strict=False):
        heading = cell.paragraphs[0]
        heading.style = document.styles["Heading 2"]
        heading.add_run(each.title)
        picture(cell.add_paragraph(), each, HALF)


def headlines(document: Written, every: Sequence[Headline], place: int) -> None:
    """The headline figures as one row of a table."""
    if not every:
        return
    held = document.add_table(rows=1, cols=len(every))
    for cell, each in zip(held.rows[0].cells, every, strict=True):
        edge(cell, "top", "12", "0B5351")
        add(cell.paragraphs[0], each.label, size=SMALL, colour=SOFT)
        tell(cell.add_paragraph(), each.figure, place, size=Pt(14) if each.figure.held else TEXT, heavy=True)
        add(cell.add_paragraph(), each.about, size=TINY, colour=SOFT)


def picture(paragraph: Paragraph, each: Drawing, width: Cm, tallest: Cm = TALLEST) -> None:
    """A map or a chart with words for who cannot see it; under it its legend and its sources."""
    shown = paragraph.add_run().add_picture(BytesIO(png(each.svg, scale=PICTURE_SCALE)), width=width)
    if shown.height > tallest:
        shown.width, shown.height = Emu(int(shown.width * tallest / shown.height)), tallest
    properties = shown._inline.docPr
    properties.set("descr", each.alt)
    properties.set("title", each.title)
    if each.keys:
        paragraph.add_run().add_break()
    for key in each.keys:
        add(paragraph, "■\u00a0" if key.colour else "▨\u00a0", size=TEXT, colour=RGBColor.from_string(key.colour.lstrip("#").upper()) if key.colour else SOFT)
        add(paragraph, f"{key.words.replace(' ', chr(160))}  ", size=TINY)
    if each.under:
        paragraph.add_run().add_break()
        add(paragraph, each.under, size=TINY, colour=SOFT)


def table(document: Written, grid: Grid, place: int, *, breaks: bool = False, room: int = WHOLE) -> None:
    """A real table under its heading: its first row repeats on every page, numbers stand to the right; `breaks` begins a page."""
    if grid.title:
        document.add_heading(grid.title, level=2).paragraph_format.page_break_before = breaks or None
    held = document.add_table(rows=1, cols=len(grid.headings))
    held.autofit = False
    heads = held.rows[0]
    repeat = OxmlElement("w:tblHeader")
    heads._tr.get_or_add_trPr().append(repeat)
    for cell, words, numeric in zip(heads.cells, grid.headings, grid.numeric, strict=True):
        add(aligned(cell.paragraphs[0], numeric), words, size=SMALL, colour=SOFT)
        edge(cell, "bottom", "6", "1A2324")
    for row in grid.rows:
        cells = held.add_row().cells
        for cell, told, numeric in zip(cells, row, grid.numeric, strict=True):
            tell(aligned(cell.paragraphs[0], numeric), told, place, size=Pt(7.5))
            edge(cell, "bottom", "3", "D9D2C3")
    fit_columns(held, grid, room)
    if grid.under:
        add(document.add_paragraph(), grid.under, size=TINY, colour=SOFT)


def fit_columns(held: Any, grid: Grid, room: int) -> None:
    """Widths by the longest words of each column, the whole as wide as the page."""
    longest = [max(len(grid.headings[at]) * 0.6, *(len(row[at].words) for row in grid.rows), 3) if grid.rows else 5 for at in range(len(grid.headings))]
    shares = [min(each, 40) + 4 for each in longest]
    widths = [int(room * share / sum(shares)) for share in shares]
    for column, wide in zip(held.columns, widths, strict=True):
        column.width = wide
    for row in held.rows:
        for cell, wide in zip(row.cells, widths, strict=True):
            cell.width = wide


def aligned(paragraph: Paragraph, numeric: bool) -> Paragraph:
    """A paragraph of a cell, close to its lines."""
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(0.2), Pt(0)
    if numeric:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return paragraph


def edge(cell: Any, side: str, size: str, colour: str) -> None:
    """One edge of a cell."""
    properties = cell._tc.get_or_add_tcPr()
    borders = OxmlElement("w:tcBorders")
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", size), ("space", "0"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties.append(borders)


def sources(document: Written, footnotes: Iterable[Footnote], place: int) -> None:
    """The numbered sources, each with the mark that its numbers lead to."""
    for each in footnotes:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (begin, end):
            element.set(qn("w:id"), str(1000 * place + each.number))
        begin.set(qn("w:name"), mark(each.number, place))
        paragraph._p.append(begin)
        add(paragraph, f"{each.number}  ", size=TINY, colour=ACCENT).bold = True
        paragraph._p.append(end)
        add(paragraph, f"{each.words} {each.url}".strip(), size=TINY)
