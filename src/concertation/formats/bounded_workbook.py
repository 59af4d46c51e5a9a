"""The child that opens a workbook nobody has vouched for: it measures the zip, then reads every cell as text, and leaves one
Arrow file a sheet. `workbook.read_workbook` asks for it.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile
from zlib import error as BrokenStream

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from concertation.core.problems import Cell, Problem, column_letter
from concertation.formats import zipped
from concertation.formats.bounding import plain, serve
from concertation.formats.cell_text import text_of
from concertation.formats.limits import Limits
from concertation.formats.sheet_marks import SheetMarks, marks_of, sheet_parts
from concertation.formats.sheets import ROW, tidy
from concertation.formats.signature import COMPOUND_MAGIC, ENCRYPTED_PACKAGE
from concertation.formats.strange_cells import strange_cells

SHEET_NAME = re.compile(rb'(<(?:\w+:)?sheet\s[^>]*?\bname=")([^"]*)(")')
BLOCK = 10_000
DECLARED_CELLS_WORTH_SAYING = 10_000
DECLARED_TIMES_HELD = 5
BROKEN = (BadZipFile, BrokenStream, CalamineError, EOFError, ValueError, OverflowError, NotImplementedError, OSError)


@dataclass(slots=True)
class Package:
    """What was learnt of a workbook before its cells are read: kind, marks by sheet position, problems, the bytes to open."""

    kind: str
    marks: dict[int, SheetMarks] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    content: BinaryIO | None = None
    refused: bool = False


def inspect(path: Path, limits: Limits) -> Package:
    """Measure the file before a reader opens it."""
    with path.open("rb") as source:
        if source.read(len(COMPOUND_MAGIC)) == COMPOUND_MAGIC:
            return inspect_compound(path)
        if listed := zipped.listed_problems(source, limits):
            return Package("zip", problems=list(listed), refused=True)
        with ZipFile(source) as archive:
            return inspect_zip(archive, source, limits)


def inspect_compound(path: Path) -> Package:
    """An old Office container: either a workbook encrypted with a password, or an .xls, whose error cells read as empty."""
    if ENCRYPTED_PACKAGE in path.read_bytes():
        return Package("compound", problems=[Problem("password-protected")], refused=True)
    return Package("xls", problems=[Problem("workbook-of-old-format", value="xls")])


def inspect_zip(archive: ZipFile, source: BinaryIO, limits: Limits) -> Package:
    """Check the zip as declared, then as it really unpacks, and note what the sheets' XML says beside the values."""
    package = Package(zipped.kind_of_entries(archive.namelist()))
    package.problems += zipped.declared_problems(archive, limits)
    if not package.problems:
        package.problems += streamed_problems(archive, source, limits)
    if not package.problems and package.kind in ("zip", "shapefile"):
        inside = zipped.archives_in(archive) if package.kind == "zip" else []
        package.problems.append(Problem("zip-inside", value=inside[0]) if inside else Problem("zip-without-workbook", value=package.kind))
    package.refused = bool(package.problems)
    if package.kind == "xlsx" and not package.refused:
        note_workbook(archive, source, package)
    if package.kind == "xlsb":
        package.problems.append(Problem("workbook-of-old-format", value="xlsb"))
    return package


def streamed_problems(archive: ZipFile, source: BinaryIO, limits: Limits) -> list[Problem]:
    """Unpack every entry once without keeping it: real sizes, and no declared entity in any XML."""
    left = limits.unpacked_mb * zipped.MEGABYTE
    for entry in archive.infolist():
        try:
            found = zipped.declares_entities(zipped.unpacked(source, entry, at_most=left))
        except zipped.FalseSize:
            return [Problem("zip-size-false", value=entry.filename)]
        left -= entry.file_size
        if found and entry.filename.lower().endswith((".xml", ".rels")):
            return [Problem("xml-entities", value=entry.filename)]
    return []


def note_workbook(archive: ZipFile, source: BinaryIO, package: Package) -> None:
    """Macros, sheets of one name, errors and formulas of an .xlsx."""
    entries = {entry.filename.replace("\\", "/").lower(): entry for entry in archive.infolist()}
    if any(name.endswith("vbaproject.bin") for name in entries):
        package.problems.append(Problem("macros-left-out"))
    if "xl/workbook.xml" not in entries or "xl/_rels/workbook.xml.rels" not in entries:
        return
    workbook = archive.read(entries["xl/workbook.xml"])
    parts = sheet_parts(workbook, archive.read(entries["xl/_rels/workbook.xml.rels"]))
    for position, (_, part) in enumerate(parts):
        if entry := entries.get(part.lower()):
            package.marks[position] = marks_of(zipped.unpacked(source, entry, at_most=entry.file_size))
    repeated = [name for name, times in Counter(name for name, _ in parts).items() if times > 1]
    if repeated:
        package.problems += [Problem("sheet-name-repeated", Cell(sheet=name), value=name) for name in repeated]
        package.content = renamed(archive, workbook, entries["xl/workbook.xml"].filename)


def renamed(archive: ZipFile, workbook: bytes, part: str) -> BinaryIO:
    """The same workbook with its sheets' names made distinct (`A`, `A (2)`), in memory: the reader finds sheets by name only."""
    seen: Counter[bytes] = Counter()

    def distinct(match: re.Match[bytes]) -> bytes:
        seen[match[2]] += 1
        return bytes(match[1] + match[2] + (b" (%d)" % seen[match[2]] if seen[match[2]] > 1 else b"") + match[3])

    copy = BytesIO()
    with ZipFile(copy, "w") as out:
        for entry in archive.infolist():
            out.writestr(entry.filename, SHEET_NAME.sub(distinct, workbook) if entry.filename == part else archive.read(entry))
    copy.seek(0)
    return copy


def sheet_frame(rows: Iterable[list[Any]], marks: SheetMarks, left: int) -> pl.DataFrame:
    """All cells as text, error cells restored, in blocks of rows so that Python objects never pile up.

    The reader gives every row of the sheet from the first, but no column before `left`, the first that holds anything (from 0).
    """
    frames = [block_frame(first, block, marks, left) for first, block in blocks(iter(rows))]
    if not frames:
        frames = [pl.DataFrame(schema={ROW: pl.UInt32})]
    return tidy(pl.concat(frames, how="diagonal"))


def blocks(rows: Iterator[list[Any]]) -> Iterator[tuple[int, list[list[Any]]]]:
    """Blocks of rows, each with the number of its first row."""
    first = 1
    while block := list(islice(rows, BLOCK)):
        yield first, block
        first += len(block)


def block_frame(first: int, block: list[list[Any]], marks: SheetMarks, left: int) -> pl.DataFrame:
    """One block of rows as text columns."""
    columns: dict[str, list[str | None]] = {column_letter(index): [None] * len(block) for index in range(left)}
    columns |= {column_letter(left + index): list(map(text_of, cells)) for index, cells in enumerate(zip(*block, strict=True))}
    for (row, letter), text in marks.errors.items():
        if first <= row < first + len(block) and letter in columns:
            columns[letter][row - first] = text
    numbers = pl.Series(ROW, range(first, first + len(block)), dtype=pl.UInt32)
    return pl.DataFrame([numbers, *(pl.Series(letter, cells, dtype=pl.String) for letter, cells in columns.items())])


def marks_problems(name: str, marks: SheetMarks) -> Iterator[Problem]:
    """Notes on error cells, formulas and formulas without saved result of one sheet: one line each, with the first cell."""
    if marks.errors or marks.errors_without_place:
        row, letter = min(marks.errors, default=(None, None))
        count = len(marks.errors) + marks.errors_without_place
        yield Problem("error-cells", Cell(name, row, letter), value=next(iter(marks.errors.values()), ""), detail={"count": str(count)})
    if marks.formulas:
        yield Problem("formula-cells", cell_at(name, marks.first_formula), value=str(marks.formulas))
    if marks.without_value:
        yield Problem("formula-without-value", cell_at(name, marks.without_value[0]), value=str(len(marks.without_value)))


def cell_at(sheet: str, place: tuple[int, str] | None) -> Cell:
    """The cell of a (row, letters) place in a sheet, or the sheet alone."""
    return Cell(sheet, *place) if place else Cell(sheet)


def read_sheets(path: Path, folder: Path, package: Package) -> list[dict[str, Any]]:
    """Read every worksheet, one Arrow file each; returns name, hidden and file of each."""
    listed = []
    with CalamineWorkbook.from_object(package.content or path) as workbook:
        for position, metadata in enumerate(workbook.sheets_metadata):
            if metadata.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(metadata.name)
            marks = package.marks.get(position, SheetMarks())
            file = f"{position}.arrow"
            frame = sheet_frame(sheet.iter_rows(), marks, sheet.start[1] if sheet.start else 0)
            frame.write_ipc(folder / file)
            package.problems += marks_problems(metadata.name, marks)
            package.problems += size_problem(metadata.name, marks.declared_cells, sheet.total_height * sheet.total_width)
            package.problems += strange_cells(metadata.name, frame)
            package.problems += merged_problem(metadata.name, sheet.merged_cell_ranges)
            listed.append({"name": metadata.name, "hidden": metadata.visible != SheetVisibleEnum.Visible, "files": [file]})
    return listed


def size_problem(name: str, declared: int, held: int) -> list[Problem]:
    """A sheet that declares far more cells than it holds is read by what it holds; said once a sheet."""
    if declared < DECLARED_CELLS_WORTH_SAYING or declared < held * DECLARED_TIMES_HELD:
        return []
    return [Problem("sheet-size-false", Cell(name), value=str(declared))]


def merged_problem(name: str, ranges: list[tuple[tuple[int, int], tuple[int, int]]] | None) -> list[Problem]:
    """Merged cells keep their value in the top left cell only; said once a sheet."""
    if not ranges:
        return []
    row, column = ranges[0][0]
    return [Problem("merged-cells", Cell(name, row + 1, column_letter(column)), value=str(len(ranges)))]


def read(path: Path, folder: Path, limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Inspect, then read; every way a file can be broken ends as a problem."""
    package = Package("unknown")
    sheets: list[dict[str, Any]] = []
    try:
        package = inspect(path, limits)
        sheets = [] if package.refused else read_sheets(path, folder, package)
    except PasswordError:
        package.problems.append(Problem("password-protected"))
    except BROKEN as reason:
        package.problems.append(Problem("workbook-unreadable", value=str(reason)[:200]))
    return {"kind": package.kind, "sheets": sheets, "problems": [plain(problem) for problem in package.problems]}


if __name__ == "__main__":
    sys.exit(serve(read, sys.argv[1:]))
