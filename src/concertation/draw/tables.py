"""One description of a table gives every file people take away: CSV, HXL-tagged CSV, XLSX with its sources, GeoJSON.

A figure not held is an empty cell, never 0. Text that a spreadsheet would run as a formula is defused with a leading apostrophe in
CSV, and is never a formula in XLSX. Grouping of digits follows the reader's own spreadsheet, as the format `#,##0` means in every
language. The same table gives the same bytes.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Language = Literal["fr", "en"]
Value = str | int | float | bool | date | None

BYTE_ORDER_MARK = "\ufeff"
FORMULA_START = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
PLAIN_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
NARROWEST, WIDEST, WIDTH_ROWS = 8, 60, 200
LONGEST_SHEET_NAME = 31
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
CELL_FORMATS: Mapping[Language, Mapping[type, str]] = {
    "fr": {int: "#,##0", float: "#,##0.0##", date: "dd/mm/yyyy"},
    "en": {int: "#,##0", float: "#,##0.0##", date: "yyyy-mm-dd"},
}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "fr": {"sources": "Sources", "source": "Source", "date": "Date", "licence": "Licence", "scope": "Périmètre", "publisher": "Éditeur", "url": "Adresse", "extracted": "Relevé le", "method": "Méthode", "id": "Identifiant", "none": "Ce tableau ne porte aucune ligne : aucune source.", "total": "Total", "table": "Tableau", "true": "oui", "false": "non"},
    "en": {"sources": "Sources", "source": "Source", "date": "Date", "licence": "Licence", "scope": "Scope", "publisher": "Publisher", "url": "Address", "extracted": "Extracted on", "method": "Method", "id": "Identifier", "none": "This table holds no line: no source.", "total": "Total", "table": "Table", "true": "yes", "false": "no"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: the key of its values in a row, its headings, its HXL tag, whether it holds numbers, and whether its numbers add up.

    `total` is false wherever adding would lie: people in need over sectors, people reached over activities, percentages.
    """

    key: str
    heading_fr: str
    heading_en: str
    tag: str = ""
    numeric: bool = False
    total: bool = False

    def heading(self, language: Language) -> str:
        """The heading in this language."""
        return self.heading_fr if language == "fr" else self.heading_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where figures come from, as written on the sheet of sources."""

    source: str
    date: str
    licence: str
    scope: str
    publisher: str = ""
    url: str = ""
    extracted: str = ""
    method: str = ""
    id: str = ""


def source_lines(sources: Sequence[Source]) -> list[str]:
    """Each source once, in a line."""
    told = (", ".join(part for part in (source.source, source.publisher, source.date, source.licence, source.url) if part) for source in sources)
    return list(dict.fromkeys(told))


SOURCE_PARTS = ("source", "date", "licence", "scope", "publisher", "url", "extracted", "method", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenTable:
    """A table to take away: its titles, its columns, its rows by key, and its sources."""

    title_fr: str
    title_en: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    sources: tuple[Source, ...] = ()

    def title(self, language: Language) -> str:
        """The title in this language."""
        return self.title_fr if language == "fr" else self.title_en


def defused(text: str) -> str:
    r"""The text, with a leading apostrophe where a spreadsheet would take it for a formula; plain numbers are left alone.

    >>> [defused(text) for text in ("=1+1", "-1", "@A1", "\t=1", "＝1", "Mopti", "+22712345", "-N/A")]
    ["'=1+1", '-1', "'@A1", "'\t=1", "'＝1", 'Mopti', '+22712345', "'-N/A"]
    """
    return f"'{text}" if FORMULA_START.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def csv_cell(value: Value) -> str:
    """A value as CSV text: nothing held is empty, dates are ISO, numbers have a point and no grouping.

    >>> [csv_cell(value) for value in (None, 5160, 0.5, date(2022, 3, 31), True)]
    ['', '5160', '0.5', '2022-03-31', 'true']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return defused(value) if isinstance(value, str) else str(value)


def to_csv(table: TakenTable, *, language: Language) -> bytes:
    """The table as CSV in UTF-8 with the mark spreadsheets need, headings in one language, no total row."""
    return csv_bytes([[column.heading(language) for column in table.columns]], table)


def to_hxl_csv(table: TakenTable, *, language: Language) -> bytes:
    """The table as CSV with its row of HXL tags under the headings; a column without tag has an empty one."""
    headings = [column.heading(language) for column in table.columns]
    return csv_bytes([headings, [column.tag for column in table.columns]], table)


def csv_bytes(top: Sequence[Sequence[str]], table: TakenTable) -> bytes:
    """The top rows, then the rows of the table."""
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([defused(text) for text in row] for row in top)
    writer.writerows([csv_cell(row.get(column.key)) for column in table.columns] for row in table.rows)
    return (BYTE_ORDER_MARK + written.getvalue()).encode()


def totals(table: TakenTable) -> dict[str, int | float]:
    """The sum of the figures held, for the columns whose numbers add up; a column without any figure has no total.

    >>> column = Column(key="people", heading_fr="Personnes", heading_en="People", numeric=True, total=True)
    >>> totals(TakenTable(title_fr="T", title_en="T", columns=(column,), rows=[{"people": 2}, {"people": None}, {"people": 3}]))
    {'people': 5}
    """
    held = {column.key: [row[column.key] for row in table.rows if row.get(column.key) is not None] for column in table.columns if column.total}
    return {key: sum(figures) for key, figures in held.items() if figures}


def to_xlsx(table: TakenTable, *, language: Language, on: date) -> bytes:
    """The table as a workbook: frozen heading, filter, total row where numbers add up, a sheet of sources. `on` dates the file."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as workbook:
        workbook.set_properties({"title": table.title(language), "created": datetime(on.year, on.month, on.day)})
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        formats = {kind: workbook.add_format({"num_format": pattern}) for kind, pattern in CELL_FORMATS[language].items()}
        write_table(workbook.add_worksheet(sheet_name(table.title(language), language)), table, language, bold, formats)
        write_sources(workbook.add_worksheet(WORDS[language]["sources"]), table, language, bold)
    return written.getvalue()


def sheet_name(title: str, language: Language) -> str:
    """A name a spreadsheet accepts: no forbidden sign, at most 31 letters, not the name of the sheet of sources.

    >>> sheet_name("Présence [2022/02] : secteurs et cercles", "fr"), sheet_name("Sources", "fr")
    ('Présence  2022 02    secteurs e', 'Tableau')
    """
    name = NOT_IN_SHEET_NAMES.sub(" ", title)[:LONGEST_SHEET_NAME].strip(" '")
    taken = {WORDS[language]["sources"].casefold(), "history", ""}
    return WORDS[language]["table"] if name.casefold() in taken else name


def write_table(sheet: Worksheet, table: TakenTable, language: Language, bold: Format, formats: Mapping[type, Format]) -> None:
    """Heading, rows and totals of the table on its sheet."""
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.heading(language), bold)
        sheet.set_column(place, place, column_width(column, table.rows, language))
    for number, row in enumerate(table.rows, start=1):
        for place, column in enumerate(table.columns):
            write_value(sheet, number, place, row.get(column.key), language, formats)
    sheet.freeze_panes(1, 0)
    if table.rows and table.columns:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    write_totals(sheet, table, language, bold, formats)


def write_totals(sheet: Worksheet, table: TakenTable, language: Language, bold: Format, formats: Mapping[type, Format]) -> None:
    """The total row, one row apart so that filters leave it alone; none where no column adds up."""
    sums = totals(table)
    if not sums:
        return
    line = len(table.rows) + 2
    for place, column in enumerate(table.columns):
        write_value(sheet, line, place, sums.get(column.key), language, formats)
    if table.columns[0].key not in sums:
        sheet.write_string(line, 0, WORDS[language]["total"], bold)


def write_value(sheet: Worksheet, row: int, place: int, value: Value, language: Language, formats: Mapping[type, Format]) -> None:
    """One value: numbers and dates in their format, anything else as text, nothing where nothing is held."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(row, place, WORDS[language]["true" if value else "false"])
    elif isinstance(value, (int, float)):
        sheet.write_number(row, place, value, formats[type(value)])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, formats[date])
    else:
        sheet.write_string(row, place, str(value))


def column_width(column: Column, rows: Sequence[Mapping[str, Any]], language: Language) -> int:
    """A width in letters that shows most values, from the heading and the first rows."""
    lengths = [len(csv_cell(row.get(column.key))) for row in rows[:WIDTH_ROWS]]
    longest_word = max(map(len, column.heading(language).split()), default=0)
    return min(max([NARROWEST, longest_word, *lengths]) + 2, WIDEST)


def write_sources(sheet: Worksheet, table: TakenTable, language: Language, bold: Format) -> None:
    """One line per source, all that is known of it; a table without lines says that it has no source."""
    for place, part in enumerate(SOURCE_PARTS):
        sheet.write_string(0, place, WORDS[language][part], bold)
        sheet.set_column(place, place, 14 if part in ("date", "extracted") else 40)
    for number, source in enumerate(table.sources, start=1):
        for place, part in enumerate(SOURCE_PARTS):
            sheet.write_string(number, place, str(getattr(source, part)))
    if not table.sources and not table.rows:
        sheet.write_string(1, 0, WORDS[language]["none"])
    sheet.freeze_panes(1, 0)


def to_geojson(table: TakenTable, geometries: Mapping[str, Mapping[str, Any]], *, unit_key: str) -> bytes:
    """The rows as GeoJSON features (RFC 7946), geometry by the unit of each row; a unit without geometry has a null one.

    `geometries` maps a unit id to a GeoJSON geometry in longitude and latitude. Properties are the columns' keys; nothing is defused.
    """
    features = [feature(table, row, geometries.get(str(row.get(unit_key)))) for row in table.rows]
    sources = [{part: getattr(each, part) for part in SOURCE_PARTS} for each in table.sources]
    collection = {"type": "FeatureCollection", "features": features, "sources": sources}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def feature(table: TakenTable, row: Mapping[str, Any], geometry: Mapping[str, Any] | None) -> dict[str, Any]:
    """One row as a GeoJSON feature."""
    properties = {column.key: plain(row.get(column.key)) for column in table.columns}
    return {"type": "Feature", "geometry": None if geometry is None else dict(geometry), "properties": properties}


def plain(value: Value) -> str | int | float | bool | None:
    """A value as JSON holds it: dates are ISO text."""
    return value.isoformat() if isinstance(value, date) else value
