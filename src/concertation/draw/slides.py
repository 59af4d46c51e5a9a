"""A table, a map or a chart as slides to edit: the title, the drawing or a real table, where it comes from at the foot and in the notes.

A long table goes on over several slides and stops at a stated length: the rest is in the workbook. The same values give the same bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Inches, Pt

from concertation.core.figures import number_in_words
from concertation.draw.packages import settled
from concertation.draw.pictures import png
from concertation.draw.tables import Column, Language, Source, TakenTable

WIDE, HIGH = Inches(13.333), Inches(7.5)
MARGIN, TOP, FOOT = Inches(0.6), Inches(1.2), Inches(6.95)
ROWS, MOST_SLIDES, MOST_COLUMNS = 9, 30, 8
BLANK = 6
FOOT_SIGNS = 330
ACCENT, SOFT = "0B5351", "526063"
NONE = "–"
REST: Mapping[str, str] = {"fr": "{count} lignes de plus : voir le classeur.", "en": "{count} more rows: see the workbook."}
CUT: Mapping[str, str] = {"fr": "… (la suite dans les commentaires)", "en": "… (the rest in the notes)"}
FROM: Mapping[str, str] = {"fr": "Sources : ", "en": "Sources: "}


def table_slides(table: TakenTable, *, language: Language, on: date) -> bytes:
    """A table as slides of nine rows, with the columns a slide has room for."""
    deck = new_deck(table.title(language), on)
    columns = columns_shown(table, language)
    shown = table.rows[: ROWS * MOST_SLIDES]
    for start in range(0, max(len(shown), 1), ROWS):
        slide = new_slide(deck, table.title(language))
        fill_table(slide, columns, shown[start : start + ROWS], language)
        say_lines(slide, source_lines(table.sources), language)
    if len(table.rows) > len(shown):
        say(deck.slides[-1], REST[language].format(count=number_in_words(len(table.rows) - len(shown), language)), top=Inches(6.6))
    return written(deck)


def columns_shown(table: TakenTable, language: Language) -> list[Column]:
    """The columns a slide has room for: none that is empty, named twice or in the other language; every number before the last words.

    >>> columns = (Column(key="a", heading_fr="A", heading_en="A", tag="#adm1+name+i_en"), Column(key="b", heading_fr="B", heading_en="B"))
    >>> table = TakenTable(title_fr="t", title_en="t", columns=columns, rows=({"a": "x", "b": "y"},), sources=())
    >>> [column.key for column in columns_shown(table, "fr")], [column.key for column in columns_shown(table, "en")]
    (['b'], ['a', 'b'])
    """
    other = "+i_en" if language == "fr" else "+i_fr"
    held = [column for column in table.columns if not column.tag.endswith(other) and any(row.get(column.key) not in (None, "") for row in table.rows)] or list(table.columns)
    if len(held) <= MOST_COLUMNS:
        return held
    kept = sorted(held, key=lambda column: (not column.numeric, column.tag.endswith("+code")))[:MOST_COLUMNS]
    return [column for column in held if column in kept]


def picture_slide(svg: str, *, title: str, sources: str, language: Language, on: date) -> bytes:
    """A map or a chart as one slide, as large as it goes, with its title and where it comes from."""
    deck = new_deck(title, on)
    slide = new_slide(deck, title)
    shown = slide.shapes.add_picture(BytesIO(png(svg, scale=3.0)), MARGIN, TOP)
    room = (int(WIDE - 2 * MARGIN), int(FOOT - TOP - Inches(0.1)))
    scale = min(room[0] / shown.width, room[1] / shown.height)
    shown.width, shown.height = Emu(int(shown.width * scale)), Emu(int(shown.height * scale))
    shown.left = Emu(int((WIDE - shown.width) / 2))
    shown._element.nvPicPr.cNvPr.set("descr", title)
    say_lines(slide, sources.splitlines(), language)
    return written(deck)


def new_deck(title: str, on: date) -> Any:
    """An empty wide deck, dated by what it shows."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDE, HIGH
    moment = datetime(on.year, on.month, on.day)
    properties = deck.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "Concertation", "Concertation"
    properties.created = properties.modified = moment
    return deck


def new_slide(deck: Any, title: str) -> Any:
    """A blank slide with its title."""
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    say(slide, title, top=Inches(0.4), size=24, colour=ACCENT, bold=True)
    return slide


def say(slide: Any, words: str, *, top: Any, size: int = 10, colour: str = SOFT, bold: bool = False) -> None:
    """A line of words over the width of a slide."""
    if not words:
        return
    frame = slide.shapes.add_textbox(MARGIN, top, WIDE - 2 * MARGIN, Inches(0.5)).text_frame
    frame.word_wrap = True
    run = frame.paragraphs[0].add_run()
    run.text, run.font.size, run.font.bold, run.font.color.rgb = words, Pt(size), bold, as_colour(colour)


def as_colour(six_digits: str) -> Any:
    """A colour as slides take it, from its six hexadecimal digits."""
    return RGBColor.from_string(six_digits)  # type: ignore[no-untyped-call]


def fill_table(slide: Any, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], language: Language) -> None:
    """A real table: headings, then a line a row; numbers to the right."""
    shape = slide.shapes.add_table(len(rows) + 1, len(columns), MARGIN, TOP, WIDE - 2 * MARGIN, Inches(0.36) * (len(rows) + 1))
    for at, column in enumerate(columns):
        put(shape.table.cell(0, at), column.heading(language), bold=True, right=column.numeric)
    for line, row in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            put(shape.table.cell(line, at), in_words(row.get(column.key), language), right=column.numeric)


def put(cell: Any, words: str, *, bold: bool = False, right: bool = False) -> None:
    """Words in a cell of a table."""
    paragraph = cell.text_frame.paragraphs[0]
    run = paragraph.add_run()
    run.text, run.font.size, run.font.bold = words[:300], Pt(11), bold
    if right:
        paragraph.alignment = PP_ALIGN.RIGHT


def in_words(value: Any, language: Language) -> str:
    """A value as a slide shows it; a figure not held is a dash, never 0.

    >>> in_words(None, "fr"), in_words(5160, "en"), in_words(date(2022, 3, 31), "fr")
    ('–', '5,160', '31/03/2022')
    """
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return number_in_words(value, language)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}" if language == "fr" else value.isoformat()
    return str(value)


def say_lines(slide: Any, lines: Sequence[str], language: Language) -> None:
    """Where it comes from: at the foot as far as it goes, whole in the notes."""
    if lines:
        foot = FROM[language] + "; ".join(lines)
        say(slide, foot if len(foot) <= FOOT_SIGNS else foot[:FOOT_SIGNS] + CUT[language], top=FOOT, size=9)
        slide.notes_slide.notes_text_frame.text = "\n".join(lines)


def source_lines(sources: Sequence[Source]) -> list[str]:
    """Each source once, in a line."""
    told = (", ".join(part for part in (source.source, source.publisher, source.date, source.licence, source.url) if part) for source in sources)
    return list(dict.fromkeys(told))


def written(deck: Any) -> bytes:
    """The deck as a file, every part dated alike."""
    file = BytesIO()
    deck.save(file)
    return settled(file.getvalue())
