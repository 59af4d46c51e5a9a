"""A workbook to fill in: one sheet of columns with drop-down lists, the lists themselves on sheets of their own, and how to use it.

No macro: dependent lists (a region's provinces, a province's communes) are formulas that every spreadsheet reads. Lists stand on a
sheet and never in a cell's own rule, which holds 255 letters at most. Under the headings stand HXL tags, by which the file is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from concertation.draw.tables import CELL_FORMATS, LONGEST_SHEET_NAME, NOT_IN_SHEET_NAMES, Language

Kind = Literal["text", "day", "people", "list", "open list", "level"]
FIRST_ROW, ROWS_TO_FILL = 2, 3_000
LONGEST_MESSAGE, LONGEST_TITLE = 255, 32
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
MOST_PEOPLE = 1_000_000_000
LISTS = "_listes"
WORDS: Mapping[Language, Mapping[str, str]] = {
    "fr": {"day": "Un jour, par exemple 15/02/2026.", "people": "Un nombre entier de personnes. Laissez vide ce qui n'est pas connu : vide n'est pas zéro.", "list": "Choisissez dans la liste.", "open list": "Choisissez dans la liste, ou écrivez le nom en toutes lettres s'il n'y est pas.", "level": "Choisissez dans la liste, du plus large au plus fin. Laissez vide ce qui n'est pas connu.", "wrong": "Valeur non reconnue"},
    "en": {"day": "A day, for instance 2026-02-15.", "people": "A whole number of people. Leave empty what is not known: empty is not zero.", "list": "Choose from the list.", "open list": "Choose from the list, or write the full name if it is not there.", "level": "Choose from the list, from the widest to the finest. Leave empty what is not known.", "wrong": "Value not recognised"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One column to fill in: its heading, its HXL tag, what goes in, the list it is chosen from, whether it must be filled."""

    heading: str
    tag: str
    kind: Kind = "text"
    choices: str = ""
    level: int = 0
    needed: bool = False
    width: int = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSheet:
    """A list to read and to choose from: headings, their tags (each with `+list`), rows of text."""

    name: str
    headings: tuple[str, ...]
    tags: tuple[str, ...]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A workbook to fill in. `choices` are lists by name; `places` are (region, province, commune) names, "" where a level is skipped."""

    title: str
    sheet: str
    blanks: tuple[Blank, ...]
    choices: Mapping[str, Sequence[str]]
    places: Sequence[tuple[str, str, str]]
    lists: tuple[ListSheet, ...]
    instructions: str
    told: Sequence[str]


@dataclass(frozen=True, slots=True)
class Area:
    """Where a list stands on the sheet of lists: its column and how many lines, and the column of what it depends on (-1: nothing)."""

    column: int
    count: int
    keys: int = -1


def to_template(template: Template, *, language: Language, on: date) -> bytes:
    """The workbook. `on` dates the file: the same template gives the same bytes."""
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"title": template.title, "created": datetime(on.year, on.month, on.day)})
        main = workbook.add_worksheet(sheet_name(template.sheet))
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        told = workbook.add_worksheet(sheet_name(template.instructions))
        for each in template.lists:
            write_list(workbook.add_worksheet(sheet_name(each.name)), each, bold)
        areas = write_choices(workbook.add_worksheet(LISTS), template)
        write_blanks(main, workbook, template, areas, language)
        write_instructions(told, template, bold, workbook.add_format({"text_wrap": True, "valign": "top"}))
    return written.getvalue()


def sheet_name(words: str) -> str:
    """A name a spreadsheet accepts.

    >>> sheet_name("5W janvier/mars 2026")
    '5W janvier mars 2026'
    """
    return NOT_IN_SHEET_NAMES.sub(" ", words)[:LONGEST_SHEET_NAME].strip(" '")


def write_blanks(sheet: Worksheet, workbook: xlsxwriter.Workbook, template: Template, areas: Mapping[str, Area], language: Language) -> None:
    """The sheet to fill in: headings, tags, and the rule of each column over the rows to fill."""
    heading = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF2"}
    plain, needed = workbook.add_format(heading), workbook.add_format({**heading, "bg_color": "#F6E3C5"})
    tags = workbook.add_format({"font_color": "#767676", "font_size": 8})
    bodies = {"day": workbook.add_format({"num_format": CELL_FORMATS[language][date]}), "people": workbook.add_format({"num_format": "#,##0"}), "text": workbook.add_format({"num_format": "@"})}
    for place, blank in enumerate(template.blanks):
        sheet.set_column(place, place, blank.width, bodies.get(blank.kind, bodies["text"]))
        sheet.write_string(0, place, f"{blank.heading} *" if blank.needed else blank.heading, needed if blank.needed else plain)
        sheet.write_string(1, place, blank.tag, tags)
        rule = rule_of(place, template.blanks, areas, language)
        if rule:
            sheet.data_validation(FIRST_ROW, place, FIRST_ROW + ROWS_TO_FILL - 1, place, rule)
    sheet.set_row(0, 62)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)


def rule_of(place: int, blanks: Sequence[Blank], areas: Mapping[str, Area], language: Language) -> dict[str, Any]:
    """What a spreadsheet checks of one column: a day, a whole number, a list; nothing of free text."""
    blank, words = blanks[place], WORDS[language]
    if blank.kind == "text":
        return {}
    message = words[blank.kind][:LONGEST_MESSAGE]
    said = {"input_title": blank.heading[:LONGEST_TITLE], "input_message": message, "error_title": words["wrong"][:LONGEST_TITLE], "error_message": message}
    if blank.kind == "day":
        return {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY, **said}
    if blank.kind == "people":
        return {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": MOST_PEOPLE, **said}
    strict = blank.kind == "list" or blank.level == 1
    source = dependent(place, blanks, areas) if blank.level > 1 else plain_range(areas[blank.choices])
    return {"validate": "list", "source": source, "error_type": "stop" if strict else "warning", **said}


def plain_range(area: Area) -> str:
    """The cells of a list, as a formula.

    >>> plain_range(Area(1, 8))
    '=_listes!$B$1:$B$8'
    """
    column = xl_col_to_name(area.column)
    return f"={LISTS}!${column}$1:${column}${max(area.count, 1)}"


def dependent(place: int, blanks: Sequence[Blank], areas: Mapping[str, Area]) -> str:
    """The part of a sorted list that lies under what the row says of the wider levels, as a formula of the first row to fill."""
    blank = blanks[place]
    wider = [f"${xl_col_to_name(at)}{FIRST_ROW + 1}" for at, each in enumerate(blanks) if 0 < each.level < blank.level]
    area, key = areas[blank.choices], '&"|"&'.join(wider)
    column, keys = xl_col_to_name(area.column), xl_col_to_name(area.keys)
    among = f"{LISTS}!${keys}$1:${keys}${max(area.count, 1)}"
    return f"=OFFSET({LISTS}!${column}$1,MATCH({key},{among},0)-1,0,COUNTIF({among},{key}),1)"


def write_choices(sheet: Worksheet, template: Template) -> dict[str, Area]:
    """Every list on one hidden sheet, a column each; places with the column of what they lie in. Gives back where each stands."""
    sheet.hide()
    areas: dict[str, Area] = {}
    for name, entries in template.choices.items():
        areas[name] = Area(len(areas), len(entries))
        sheet.write_column(0, areas[name].column, list(entries))
    at = len(areas)
    for level in (1, 2, 3):
        pairs = under(template.places, level)
        areas[f"level {level}"] = Area(at + 1, len(pairs), at)
        sheet.write_column(0, at, [key for key, _name in pairs])
        sheet.write_column(0, at + 1, [name for _key, name in pairs])
        at += 2
    return areas


def under(places: Sequence[tuple[str, str, str]], level: int) -> list[tuple[str, str]]:
    """Each distinct name of a level with the names above it joined, those under one name together, in the order given.

    >>> under([("Est", "Gourma", "Fada"), ("Est", "Gourma", "Diabo"), ("Nord", "", "Titao")], 3)
    [('Est|Gourma', 'Fada'), ('Est|Gourma', 'Diabo'), ('Nord|', 'Titao')]
    """
    held: dict[str, dict[str, None]] = {}
    for place in places:
        if place[level - 1]:
            held.setdefault("|".join(place[: level - 1]), {})[place[level - 1]] = None
    return [(key, name) for key, names in held.items() for name in names]


def write_list(sheet: Worksheet, shown: ListSheet, bold: Format) -> None:
    """One list: headings, tags, rows; text alone."""
    for place, (heading, tag) in enumerate(zip(shown.headings, shown.tags, strict=True)):
        sheet.write_string(0, place, heading, bold)
        sheet.write_string(1, place, tag)
        longest = max((len(row[place]) for row in shown.rows), default=0)
        sheet.set_column(place, place, min(max(longest, len(heading), 10) + 2, 60))
    for number, row in enumerate(shown.rows, start=2):
        for place, text in enumerate(row):
            if text:
                sheet.write_string(number, place, text)
    sheet.freeze_panes(2, 0)
    if shown.rows:
        sheet.autofilter(1, 0, len(shown.rows) + 1, len(shown.headings) - 1)


def write_instructions(sheet: Worksheet, template: Template, bold: Format, body: Format) -> None:
    """How to use the workbook: a title, then one sentence a line."""
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, template.title, bold)
    sheet.write_string(1, 0, "#meta+list")
    for number, line in enumerate(template.told, start=2):
        sheet.write_string(number, 0, line, body)
