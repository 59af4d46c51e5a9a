"""Data Package v2 with Table Schema: the descriptor and the CSV of one released table, written in one way only.

Reading is narrower than the standard: one resource, beside the descriptor, with the very columns the product knows. No remote
path, no pattern, no foreign key is ever followed, for none is ever read.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence

from concertation.core.problems import Cell, Problem, column_letter
from concertation.core.sharing.released_tables import COLUMNS, CellState, Column, PeopleCell
from concertation.core.sharing.releases import ReleaseNote

PROFILE = "https://datapackage.org/profiles/2.0"
MOST_ROWS, MOST_DIGITS, MOST_PROBLEMS = 1_000_100, 15, 20


def csv_bytes(cells: Iterable[PeopleCell]) -> bytes:
    """The table as CSV: UTF-8, commas, LF; nothing where nothing is shown.

    >>> csv_bytes([PeopleCell("NER001", "Agadez", 1, "FSC", 120)])
    b'unit,unit_name,level,sector,value,state\\nNER001,Agadez,1,FSC,120,shown\\n'
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["unit", "unit_name", "level", "sector", "value", "state"])
    for cell in cells:
        writer.writerow([cell.unit, cell.unit_name, cell.level, cell.sector, "" if cell.value is None else cell.value, cell.state.value])
    return stream.getvalue().encode()


def field(column: Column) -> dict[str, object]:
    """A column as Table Schema writes it."""
    required = {} if column.name == "value" else {"constraints": {"required": True}}
    return {"name": column.name, "type": column.kind, "title": f"{column.title_fr} / {column.title_en}", **required}


def schema(table: str) -> dict[str, object]:
    """The Table Schema of a released table."""
    return {"fields": [field(column) for column in COLUMNS.get(table, ())], "primaryKey": ["unit", "sector"], "missingValues": [""]}


def descriptor(note: ReleaseNote, path: str, content: bytes) -> dict[str, object]:
    """The descriptor of the release of a table."""
    return {
        "$schema": f"{PROFILE}/datapackage.json",
        "name": f"{note.table}-{note.node}-{note.sequence}".lower(),
        "title": note.purpose or note.table,
        "created": f"{note.made_on}T00:00:00Z",
        "version": f"{note.sequence}.0.0",
        "sources": [{"title": each} for each in note.derived_from] or [{"title": note.node}],
        "resources": [{
            "$schema": f"{PROFILE}/dataresource.json", "name": note.table, "type": "table", "path": path, "format": "csv", "mediatype": "text/csv",
            "encoding": "utf-8", "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "schema": schema(note.table),
        }],
    }  # fmt: skip


def descriptor_problems(content: object, note: ReleaseNote, path: str, table: bytes) -> tuple[Problem, ...]:
    """What differs between a descriptor and the one way a release of this table is written: another path, schema or hash."""
    resources = content.get("resources") if isinstance(content, dict) else None
    only = resources[0] if isinstance(resources, list) and len(resources) == 1 else None
    if not isinstance(only, dict):
        return (Problem("release-package-unreadable"),)
    if only.get("path") != path:
        return (Problem("release-path-refused", value=str(only.get("path"))[:200]),)
    if only.get("schema") != schema(note.table):
        return (Problem("release-schema-unknown", value=note.table),)
    same = only.get("hash") == f"sha256:{hashlib.sha256(table).hexdigest()}" and only.get("bytes") == len(table)
    return () if same else (Problem("release-file-altered", value=path),)


def read_cells(content: bytes, grain: int) -> tuple[tuple[PeopleCell, ...], tuple[Problem, ...]]:
    """The cells of a received table. Yields release-table-unreadable, release-cell-unreadable, release-finer-than-agreed, release-cell-twice."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return (), (Problem("release-table-unreadable"),)
    if not rows or rows[0] != [column.name for column in COLUMNS["people"]] or len(rows) > MOST_ROWS:
        return (), (Problem("release-table-unreadable"),)
    cells, problems = [], []
    for number, row in enumerate(rows[1:], 2):
        cell = cell_of(row)
        if cell is None:
            problems.append(Problem("release-cell-unreadable", cell=Cell(row=number), value=", ".join(row)[:80]))
        elif cell.level > grain:
            problems.append(Problem("release-finer-than-agreed", cell=Cell(row=number, column=column_letter(2)), value=str(cell.level), detail={"grain": str(grain)}))
        else:
            cells.append(cell)
    return tuple(cells), (*problems[:MOST_PROBLEMS], *twice(cells))


def twice(cells: Sequence[PeopleCell]) -> tuple[Problem, ...]:
    """One problem when a unit and sector come more than once."""
    seen: set[tuple[str, str]] = set()
    again = next((cell.key for cell in cells if cell.key in seen or seen.add(cell.key)), None)  # type: ignore[func-returns-value]
    return () if again is None else (Problem("release-cell-twice", value=" ".join(again)),)


def cell_of(row: Sequence[str]) -> PeopleCell | None:
    """A row as a cell; None when a value is no whole number of people, or its state and value disagree.

    >>> cell_of(["NER001", "Agadez", "1", "FSC", "-5", "shown"]) is None
    True
    """
    if len(row) != len(COLUMNS["people"]) or row[5] not in {each.value for each in CellState} or not row[0] or not row[3]:
        return None
    if not is_count(row[2]) or (row[5] == CellState.SHOWN) != is_count(row[4]) or (row[4] and not is_count(row[4])):
        return None
    return PeopleCell(row[0], row[1], int(row[2]), row[3], int(row[4]) if row[4] else None, CellState(row[5]))


def is_count(text: str) -> bool:
    """Whether a text is a plain whole number.

    >>> [is_count(text) for text in ("12", "-1", "1e3", "٣", "")]
    [True, False, False, False, False]
    """
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def pretty(content: object) -> bytes:
    """A descriptor as a person reads it too."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
