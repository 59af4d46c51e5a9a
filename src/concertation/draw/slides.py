"""A table, a map or a chart as slides to edit: the title, the drawing or a real table, where it comes from at the foot and in the notes.

A wide table goes on over further slides that repeat its first column, a long one likewise; one longer than a deck stops at a stated
length: the rest is in the workbook. Words too long for a cell stand whole in the notes. The same values give the same bytes.
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
from concertation.draw.tables import Column, Language, TakenTable, source_lines

WIDE, HIGH = Inches(13.333), Inches(7.5)
MARGIN, TOP, FOOT = Inches(0.6), Inches(1.2), Inches(6.95)
ROWS, MOST_PARTS, MOST_COLUMNS = 9, 60, 8
BLANK = 6
FOOT_SIGNS, CELL_SIGNS = 330, 160
ACCENT, SOFT = "0B5351", "526063"
NONE = "–"
REST: Mapping[str, str] = {"fr": "{count} lignes de plus : voir le classeur.", "en": "{count} more rows: see the workbook."}
COLUMNS: Mapping[str, str] = {"fr": "{title} (colonnes, {part} sur {parts})", "en": "{title} (columns, {part} of {parts})"}
CUT: Mapping[str, str] = {"fr": "… (la suite dans les commentaires)", "en": "… (the rest in the notes)"}
FROM: Mapping[str, str] = {"fr": "Sources : ", "en": "Sources: "}


def table_slides(table: TakenTable, *, language: Language, on: date) -> bytes:
    """A table as slides: nine rows with as many columns as a slide has room for, their other columns on the next ones."""
    deck = new_deck(table.title(language), on)
    parts, sources = column_parts(columns_held(table, language)), source_lines(table.sources)
    shown = table.rows[: ROWS * MOST_PARTS]
    for start in range(0, max(len(shown), 1), ROWS):
        for number, columns in enumerate(parts, start=1):
            titled = COLUMNS[language].format(title=table.title(language), part=number, parts=len(parts)) if len(parts) > 1 else table.title(language)
            slide = new_slide(deck, titled)
            too_long = fill_table(slide, columns, shown[start : start + ROWS], language)
            say_lines(slide, sources, language, notes=too_long)
    if len(table.rows) > len(shown):
        say(deck.slides[-1], REST[language].format(count=number_in_words(len(table.rows) - len(shown), language)), top=Inches(6.6))
    return written(deck)


def columns_held(table: TakenTable, language: Language) -> list[Column]:
    """The columns that say something: none that is empty, or named in the other language.

    >>> columns = (Column(key="a", heading_fr="A", heading_en="A", tag="#adm1+name+i_en"), Column(key="b", heading_fr="B", heading_en="B"))
    >>> table = TakenTable(title_fr="t", title_en="t", columns=columns, rows=({"a": "x", "b": "y"},), sources=())
    >>> [column.key for column in columns_held(table, "fr")], [column.key for column in columns_held(table, "en")]
    (['b'], ['a', 'b'])
    """
    other = "+i_en" if language == "fr" else "+i_fr"
    return [column for column in table.columns if not column.tag.endswith(other) and any(row.get(column.key) not in (None, "") for row in table.rows)] or list(table.columns)


def column_parts(columns: Sequence[Column]) -> list[list[Column]]:
    """The columns of each slide of one part of the rows, of like number; the column that names a row stands on all of them.

    >>> columns = [Column(key=letter, heading_fr=letter, heading_en=letter, numeric=letter == "a") for letter in "abcdefghij"]
    >>> [[column.key for column in part] for part in column_parts(columns)]
    [['b', 'a', 'c', 'd', 'e', 'f'], ['b', 'g', 'h', 'i', 'j']]
    """
    if len(columns) <= MOST_COLUMNS:
        return [list(columns)]
    naming = next((column for column in columns if not column.numeric and not column.tag.endswith("+code")), columns[0])
    others = [column for column in columns if column is not naming]
    parts = -(-len(others) // (MOST_COLUMNS - 1))
    each = -(-len(others) // parts)
    return [[naming, *others[start : start + each]] for start in range(0, len(others), each)]


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


def fill_table(slide: Any, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], language: Language) -> list[str]:
    """A real table: headings, then a line a row; numbers to the right. Gives back what was too long for its cell, for the notes."""
    shape = slide.shapes.add_table(len(rows) + 1, len(columns), MARGIN, TOP, WIDE - 2 * MARGIN, Inches(0.36) * (len(rows) + 1))
    too_long: list[str] = []
    for at, column in enumerate(columns):
        put(shape.table.cell(0, at), column.heading(language), bold=True, right=column.numeric)
    for line, row in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            words = in_words(row.get(column.key), language)
            put(shape.table.cell(line, at), cell_words(words), right=column.numeric)
            too_long += [f"{column.heading(language)} ({line}): {words}"] if len(words) > CELL_SIGNS else []
    return too_long


def cell_words(words: str) -> str:
    """The words a cell has room for; what was cut is marked.

    >>> cell_words("Téra"), len(cell_words("x" * 1000)), cell_words("x" * 1000)[-2:]
    ('Téra', 160, 'x…')
    """
    return words if len(words) <= CELL_SIGNS else words[: CELL_SIGNS - 1] + "…"


def put(cell: Any, words: str, *, bold: bool = False, right: bool = False) -> None:
    """Words in a cell of a table."""
    paragraph = cell.text_frame.paragraphs[0]
    run = paragraph.add_run()
    run.text, run.font.size, run.font.bold = words, Pt(11), bold
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


def say_lines(slide: Any, lines: Sequence[str], language: Language, *, notes: Sequence[str] = ()) -> None:
    """Where it comes from: at the foot as far as it goes, whole in the notes, before whatever else they hold."""
    if lines:
        foot = FROM[language] + "; ".join(lines)
        say(slide, foot if len(foot) <= FOOT_SIGNS else foot[:FOOT_SIGNS] + CUT[language], top=FOOT, size=9)
    if lines or notes:
        slide.notes_slide.notes_text_frame.text = "\n".join([*lines, *notes])


def written(deck: Any) -> bytes:
    """The deck as a file, every part dated alike."""
    file = BytesIO()
    deck.save(file)
    return settled(file.getvalue())
