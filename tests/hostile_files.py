"""Hostile files made on the spot, each with the codes its reading must end in and how many rows must still come in.

`MADE` names each file with its maker; the tests read every one under the limits, the benchmark prints what each took.
"""

import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

HEADINGS = ("Organisation", "Région", "Secteur", "Personnes ciblées")
ROWS = (("SYN-001", "Kayes", "Santé", "120"), ("SYN-002", "Gao", "Protection", "80"))
ENTRIES = 1_000_000
LOCAL, CENTRAL = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L")
Maker = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file to make: its maker, the codes that must be told, the rows that come in at least (with the headings), what reads it."""

    name: str
    make: Maker
    codes: tuple[str, ...]
    rows: int = 0
    boundaries: bool = False


# ── workbooks ──


def workbook(path: Path, write: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object] = lambda book, sheet: None, **options: object) -> Path:
    """A small good workbook, with whatever else is written in it."""
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("A")
        for number, row in enumerate((HEADINGS, *ROWS)):
            sheet.write_row(number, 0, row)
        write(book, sheet)
    return path


def with_parts(path: Path, parts: dict[str, Callable[[bytes], bytes]]) -> None:
    """The small workbook with some parts changed; a part it lacks is made from nothing."""
    good = workbook(path.with_suffix(".good"))
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in dict.fromkeys((*names, *parts)):
            content = old.read(name) if name in names else b""
            new.writestr(name, parts[name](content) if name in parts else content)
    good.unlink()


def external_entity(path: Path) -> None:
    declared = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    with_parts(path, {"xl/workbook.xml": lambda xml: xml.replace(b"?>", b"?>" + declared, 1)})


def huge_dimension(path: Path) -> None:
    with_parts(path, {"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b'ref="A1:D3"', b'ref="A1:XFD1048576"')})


def macro_renamed(path: Path) -> None:
    with_parts(path, {"xl/vbaProject.bin": lambda _: b"synthetic macro"})


def one_name_twice(path: Path) -> None:
    both = workbook(path.with_suffix(".good"), lambda book, sheet: book.add_worksheet("B").write(0, 0, "x"))
    with zipfile.ZipFile(both) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'name="B"', b'name="A"') if name == "xl/workbook.xml" else old.read(name))
    both.unlink()


def error_cells(path: Path) -> None:
    workbook(path, lambda book, sheet: sheet.write_formula(3, 0, "=1/0", value="#DIV/0!"))


def stale_formula(path: Path) -> None:
    with_parts(path, {"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"</sheetData>", b'<row r="4"><c r="A4"><f>SUM(D2:D3)</f></c></row></sheetData>')})


def dates_of_1904(path: Path) -> None:
    workbook(path, lambda book, sheet: sheet.write_datetime(3, 0, date(2022, 3, 31), book.add_format({"num_format": "yyyy-mm-dd"})), date_1904=True)


def locked(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(2000))


# ── zips ──


def zip_in_zip(path: Path) -> None:
    inner = workbook(path.with_suffix(".good"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "dedans.zip")
    inner.unlink()


def link(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("xl/workbook.xml")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")


def entries_on_each_other(path: Path) -> None:
    """Two entries of the directory that point at the same packed bytes."""
    good = bytearray(workbook(path.with_suffix(".good")).read_bytes())
    first = good.find(b"PK\x01\x02")
    second = good.find(b"PK\x01\x02", first + 4)
    good[second + 42 : second + 46] = good[first + 42 : first + 46]
    path.write_bytes(good)
    path.with_suffix(".good").unlink()


def a_million_entries(path: Path, *, told: int = ENTRIES, held: int = ENTRIES) -> None:
    """A zip whose directory lists a million empty entries; its end may tell fewer."""
    header = LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 8, 0)
    body = b"".join(header + b"%08x" % number for number in range(held))
    each = LOCAL.size + 8
    directory = b"".join(CENTRAL.pack(b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, number * each) + b"%08x" % number for number in range(held))
    long_end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 20, 20, 0, 0, told, told, len(directory), len(body))
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(body) + len(directory), 1)
    short = 0xFFFF if told > 0xFFFF else told
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, short, short, len(directory), len(body), 0)
    path.write_bytes(body + directory + (long_end + locator if told > 0xFFFF else b"") + end)


def half_a_million_entries(path: Path) -> None:
    a_million_entries(path, told=ENTRIES // 2, held=ENTRIES // 2)


def a_million_entries_hushed(path: Path) -> None:
    a_million_entries(path, told=3)


# ── text tables ──


def text(content: str, encoding: str = "utf-8") -> Maker:
    """A maker of a text table."""
    return lambda path: path.write_bytes(content.encode(encoding))


def table(rows: Iterable[Iterable[str]] = ROWS, *, separator: str = ";", end: str = "\n") -> str:
    """The small good table as text, with these rows."""
    return end.join(separator.join(row) for row in (HEADINGS, *rows)) + end


def with_region(region: str) -> Maker:
    """The small table with one more row whose region is written like this."""
    return text(table((*ROWS, ("SYN-003", region, "Santé", "5"))))


def a_million_columns(path: Path) -> None:
    path.write_bytes(b",".join(b"c%d" % number for number in range(1_000_000)) + b"\n1,2\n")


def wide_and_tall(path: Path) -> None:
    """A record of sixteen thousand cells above sixty thousand empty lines: a billion cells in some kilobytes."""
    path.write_bytes(b"a,b\n" + b"," * 16_000 + b"\n" + b"\n" * 60_000 + b"1,2\n")


def never_closed(path: Path) -> None:
    path.write_text(table((('"SYN-000', "Kayes", "Santé", "1"), *ROWS, *(("SYN-009", "Gao", "Santé", "1") for _ in range(300)))), "utf-8")


# ── JSON and boundaries ──


def ring(west: float, south: float, *, points: int = 4, size: float = 1.0) -> list[list[float]]:
    """A closed ring around a square of Niger, with as many points as asked."""
    corners = [(west, south), (west + size, south), (west + size, south + size), (west, south + size), (west, south)]
    side = max(1, points // 4)
    there = [[x1 + (x2 - x1) * step / side, y1 + (y2 - y1) * step / side] for (x1, y1), (x2, y2) in zip(corners, corners[1:], strict=False) for step in range(side)]
    return [*there, there[0]]


def geojson(*rings: list[list[float]]) -> Maker:
    """A maker of a GeoJSON file with one polygon a ring."""
    features = [{"type": "Feature", "properties": {"name": f"synthetic {number}"}, "geometry": {"type": "Polygon", "coordinates": [each]}} for number, each in enumerate(rings)]
    return lambda path: path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def too_detailed(path: Path) -> None:
    geojson(ring(2.0, 14.0, points=1_600_000))(path)


def scribble(path: Path, points: int = 300) -> None:
    """A ring that crosses itself many thousand times."""
    chance = random.Random(1)
    line = [[2 + chance.random(), 14 + chance.random()] for _ in range(points)]
    geojson([*line, line[0]])(path)


def scribble_without_end(path: Path) -> None:
    scribble(path, points=3_000)


BOW = [[2.0, 14.0], [3.0, 15.0], [3.0, 14.0], [2.0, 15.0], [2.0, 14.0]]
CH_ROW = '{"DataList": [{"adm0_name": "Niger", "population": %s, "adm0_name": "Niger", "adm1_name": "Diffa%s"}]}'

MADE = (
    Hostile("xxe.xlsx", external_entity, ("xml-entities",)),
    Hostile("dimension.xlsx", huge_dimension, ("sheet-size-false",), 3),
    Hostile("macros-renamed.xlsx", macro_renamed, ("macros-left-out",), 3),
    Hostile("one-name-twice.xlsx", one_name_twice, ("sheet-name-repeated",), 3),
    Hostile("errors.xlsx", error_cells, ("error-cells",), 4),
    Hostile("stale.xlsx", stale_formula, ("formula-without-value",), 3),
    Hostile("dates-of-1904.xlsx", dates_of_1904, (), 4),
    Hostile("locked.xlsx", locked, ("password-protected",)),
    Hostile("zip-in-zip.zip", zip_in_zip, ("zip-inside",)),
    Hostile("link.zip", link, ("zip-link",)),
    Hostile("entries-on-each-other.xlsx", entries_on_each_other, ("zip-entries-overlap",)),
    Hostile("million-entries.zip", a_million_entries, ("zip-too-many-entries",)),
    Hostile("million-entries-hushed.zip", a_million_entries_hushed, ("zip-too-many-entries",)),
    Hostile("formulas.csv", text(table((("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"), *ROWS))), (), 4),
    Hostile("mark.csv", text("\ufeff" + table()), (), 3),
    Hostile("utf-16.csv", text(table(), "utf-16"), (), 3),
    Hostile("western.csv", text(table(), "cp1252"), ("encoding-assumed",), 3),
    Hostile("nul.csv", text(table((*ROWS, ("SYN\0-003", "Gao", "Santé", "5")))), ("nul-left-out",), 4),
    Hostile("returns.csv", text(table(end="\r")), (), 3),
    Hostile("million-columns.csv", a_million_columns, ("columns-too-many",)),
    Hostile("wide-and-tall.csv", wide_and_tall, ("reading-too-much-memory",)),
    Hostile("never-closed.csv", never_closed, ("quote-out-of-place",), 303),
    Hostile("decimal-comma.csv", text(table((*ROWS, ("SYN-003", "Gao", "Santé", "1\u202f234,5")))), (), 4),
    Hostile("turned-about.csv", with_region("Kay\u202ees"), ("hidden-signs",), 4),
    Hostile("zero-width.csv", with_region("Ga\u200bo"), ("hidden-signs",), 4),
    Hostile("nko.csv", with_region("ߓߡߊ߬ߞߐ߫"), (), 4),
    Hostile("tifinagh.csv", with_region("ⴽⵉⴷⴰⵍ"), (), 4),
    Hostile("long-cell.csv", with_region("Gao " * 50_000), ("cell-very-long",), 4),
    Hostile("deep.json", text("[" * 100_000 + "]" * 100_000), ("json-too-deep",)),
    Hostile("deep-objects.json", text('{"a":' * 100_000 + "1" + "}" * 100_000), ("json-too-deep",)),
    Hostile("not-a-number.json", text(CH_ROW % ("NaN", "")), ("json-not-a-number", "json-key-repeated")),
    Hostile("beyond-measure.json", text(CH_ROW % ("1e400", "")), ("json-not-a-number", "json-key-repeated")),
    Hostile("endless-digits.json", text(CH_ROW % ("9" * 4_000, "")), ("json-not-a-number", "json-key-repeated")),
    Hostile("half-sign.json", text(CH_ROW % ("1", "\\ud800")), ("json-half-signs", "json-key-repeated")),
    Hostile("empty-lists.json", text("[" + "[]," * 20_000_000 + "[]]"), ("reading-too-much-memory",)),
    Hostile("crossing.geojson", geojson(BOW), ("ring-crosses-itself",), 1, boundaries=True),
    Hostile("scribble.geojson", scribble, ("ring-crosses-itself",), 1, boundaries=True),
    Hostile("scribble-without-end.geojson", scribble_without_end, ("reading-too-much-memory",), boundaries=True),
    Hostile("swapped.geojson", geojson([[y, x] for x, y in ring(-9.0, 14.0)]), ("latitude-longitude-swapped",), boundaries=True),
    Hostile("million-points.geojson", too_detailed, ("boundary-too-detailed",), boundaries=True),
    Hostile("deep.geojson", text('{"type":"Polygon","coordinates":' + "[" * 100_000 + "]" * 100_000 + "}"), ("json-too-deep",), boundaries=True),
    Hostile("half-a-million-entries.zip", half_a_million_entries, ("zip-too-many-entries",), boundaries=True),
)

MEASURE = """
import json, re, resource, sys, time
from pathlib import Path
from concertation.formats.boundaries import read_boundaries
from concertation.formats.opening import open_file
from concertation.formats.problem_texts import in_words
if sys.argv[2] == "boundaries":
    found = read_boundaries(Path(sys.argv[1]))
    rows = len(found.areas)
else:
    found = open_file(Path(sys.argv[1]))
    rows = max((sheet.frame.height for sheet in found.reading.sheets), default=0) if found.reading else 0
of_child = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = time.process_time() + of_child.ru_utime + of_child.ru_stime
peak = max(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]), of_child.ru_maxrss)
words = [in_words(problem) for problem in found.problems]
told = all(word.message_fr and word.message_en and word.remedy_fr and word.remedy_en for word in words)
print(json.dumps({"codes": [problem.code for problem in found.problems], "rows": rows, "peak_mb": peak / 1024, "seconds": seconds, "told": told}))
"""
