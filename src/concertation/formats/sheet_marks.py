"""What a workbook's own XML says and its readers drop: error cells, formulas, and formulas whose result was never saved."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from posixpath import join, normpath

CELL = re.compile(rb"<(?:\w+:)?c\b((?:[^>]*[^/>])?)>(.*?)</(?:\w+:)?c>", re.DOTALL)
REFERENCE = re.compile(rb'\br="([A-Za-z]{1,3})([0-9]{1,7})"')
ERROR_TYPE = re.compile(rb"""\bt=["']e["']""")
STRING_TYPE = re.compile(rb"""\bt=["']str["']""")
FORMULA = re.compile(rb"<(?:\w+:)?f\b")
VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?(?:/>|>([^<]*)</)")
SHEET_TAG = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
RELATIONSHIP_TAG = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s+ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
LONGEST_CELL = 1 << 18

Place = tuple[int, str]


@dataclass(slots=True)
class SheetMarks:
    """Places as (row from 1, letters). `declared_cells` is the area the sheet claims, 0 when it claims none. `errors` maps a place to its error text; an error without a place is only counted."""

    declared_cells: int = 0
    errors: dict[Place, str] = field(default_factory=dict)
    errors_without_place: int = 0
    formulas: int = 0
    first_formula: Place | None = None
    without_value: list[Place | None] = field(default_factory=list)


def marks_of(chunks: Iterable[bytes]) -> SheetMarks:
    """Read a sheet's XML in chunks and note its error cells and formulas.

    >>> found = marks_of([b'<c r="B2" t="e"><v>#REF!</v></c><c r="C3"><f>A1</f><v/></c>'])
    >>> found.errors, found.formulas, found.without_value
    ({(2, 'B'): '#REF!'}, 1, [(3, 'C')])
    """
    marks, rest = SheetMarks(), b""
    for chunk in chunks:
        marks.declared_cells = marks.declared_cells or declared_cells(chunk)
        piece = rest + chunk
        end = piece.rfind(b"c>") + 2
        whole, rest = piece[:end], piece[end:][-LONGEST_CELL:]
        if ERROR_TYPE.search(whole) or FORMULA.search(whole):
            note_cells(whole, marks)
    return marks


def declared_cells(xml: bytes) -> int:
    """The number of cells of the area a sheet declares; 0 where this piece of XML declares none.

    >>> declared_cells(b'<dimension ref="A1:C10"/>')
    30
    """
    area = DIMENSION.search(xml)
    if area is None:
        return 0
    left, top, right, bottom = (part.decode() for part in area.groups())
    return (column_index(right) - column_index(left) + 1) * (int(bottom) - int(top) + 1)


def column_index(letters: str) -> int:
    """The column counted from 0 of the spreadsheet's letters.

    >>> [column_index(letters) for letters in ("A", "Z", "AA", "XFD")]
    [0, 25, 26, 16383]
    """
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def note_cells(xml: bytes, marks: SheetMarks) -> None:
    """Add the marks of every whole cell of this piece of XML."""
    for attributes, body in CELL.findall(xml):
        has_formula = FORMULA.search(body) is not None
        is_error = ERROR_TYPE.search(attributes) is not None
        if has_formula or is_error:
            note_cell(attributes, body, has_formula, is_error, marks)


def note_cell(attributes: bytes, body: bytes, has_formula: bool, is_error: bool, marks: SheetMarks) -> None:
    """Add the marks of one cell that is a formula, an error or both."""
    reference = REFERENCE.search(attributes)
    place = (int(reference[2]), reference[1].decode().upper()) if reference else None
    value = VALUE.search(body)
    result = value[1] if value else None
    if has_formula:
        marks.formulas += 1
        marks.first_formula = marks.first_formula or place
        if not result and not STRING_TYPE.search(attributes):
            marks.without_value.append(place)
    if is_error and place is None:
        marks.errors_without_place += 1
    elif is_error and place is not None:
        marks.errors[place] = (result or b"#?").decode("utf-8", "replace")


def attributes_of(tag: bytes) -> dict[str, str]:
    """Attributes of a tag, without namespace prefix, entities of XML resolved.

    >>> attributes_of(b'name="Eau &amp; sant\\xc3\\xa9" r:id="rId1"')
    {'name': 'Eau & santé', 'id': 'rId1'}
    """
    found = ((name, double or single) for name, double, single in ATTRIBUTE.findall(tag))
    return {name.decode().rpartition(":")[2]: unescape(value.decode("utf-8", "replace")) for name, value in found}


def sheet_parts(workbook: bytes, relationships: bytes) -> list[tuple[str, str]]:
    """Name and part (`xl/worksheets/sheet1.xml`) of every sheet, in the workbook's order.

    >>> sheet_parts(b'<sheet name="A" sheetId="1" r:id="r1"/>', b'<Relationship Id="r1" Target="worksheets/sheet1.xml"/>')
    [('A', 'xl/worksheets/sheet1.xml')]
    """
    relations = (attributes_of(tag) for tag in RELATIONSHIP_TAG.findall(relationships))
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in relations}
    sheets = (attributes_of(tag) for tag in SHEET_TAG.findall(workbook))
    return [(sheet.get("name", ""), part_of_target(targets.get(sheet.get("id", ""), ""))) for sheet in sheets]


def part_of_target(target: str) -> str:
    """The zip entry a relationship of the workbook points to."""
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
