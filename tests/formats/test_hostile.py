"""Whatever is sent, reading ends in a clear problem, within ten seconds and 512 MB."""

import json
import struct
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concertation.core.problems import Problem
from concertation.formats.bounding import COUNTS_PROCESSOR_TIME, ended_badly, environment, read_in_child
from concertation.formats.delimited import read_delimited
from concertation.formats.json_file import read_json
from concertation.formats.tabular import Limits, Reading, read_file
from concertation.formats.workbook import TEXT, read_sheets
from hostile_files import MADE, MEASURE, Hostile

CHILDREN_START_ANEW = True
COMPUTING = "from concertation.formats import bounding; bounding.give_up_resources(bounding.Limits(seconds=1))\nwhile True: pass"

SOURCES = Path(__file__).resolve().parents[2] / "src"


def measured(path: Path, *, boundaries: bool = False) -> dict:
    """Read in a fresh interpreter: problem codes, rows or areas, peak of resident memory and seconds of a processor of reader and child.

    The reader's own peak is read from its status: what getrusage says of it would count the memory of the test run that started it.
    """
    command = [sys.executable, "-c", MEASURE, str(path), "boundaries" if boundaries else "tables"]
    ended = subprocess.run(command, env={"PYTHONPATH": str(SOURCES)}, capture_output=True, check=True)
    return json.loads(ended.stdout)


@pytest.mark.parametrize("hostile", MADE, ids=lambda hostile: hostile.name)
def test_a_hostile_file_made_here_ends_in_its_problem_and_its_good_rows_come_in(tmp_path: Path, hostile: Hostile) -> None:
    hostile.make(tmp_path / hostile.name)

    result = measured(tmp_path / hostile.name, boundaries=hostile.boundaries)

    assert set(hostile.codes) <= set(result["codes"])
    assert hostile.codes or not result["codes"]
    assert result["rows"] >= hostile.rows
    assert result["told"], "a problem without words or remedy in one of the languages"
    assert (result["peak_mb"] <= 512, result["seconds"] <= 10) == (True, True)


def codes(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems]


def small_workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("A").write_row(0, 0, ["Région", "Secteur"])
    return path


def with_part(source: Path, target: Path, part: str, content: bytes) -> Path:
    """The same zip with one part replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return target


@pytest.mark.parametrize(
    ("name", "code", "rows"),
    [
        ("billion_laughs.xlsx", "xml-entities", 0),
        ("bomb_400MB.xlsx", "workbook-too-large", 0),
        ("huge_dimension.xlsx", "sheet-size-false", 1),
        ("zip_slip.zip", "zip-path-outside", 0),
    ],
)
def test_a_hostile_file_ends_in_its_problem_within_512_mb_and_ten_seconds(shared: Path, name: str, code: str, rows: int) -> None:
    result = measured(shared / "hostile" / name)

    assert result["codes"] == [code]
    assert result["rows"] >= rows
    assert result["peak_mb"] <= 512
    assert result["seconds"] <= 10


def test_formula_shaped_text_is_kept_as_written(shared: Path) -> None:
    reading = read_file(shared / "hostile" / "formula.csv")

    assert reading.sheets[0].frame.rows() == [(1, "nom", "valeur"), (2, "=1+1", "+1"), (3, "-1", "@A1"), (4, "\t=1", "\r=2")]


def test_a_zip_that_unpacks_past_what_it_declares_is_refused(tmp_path: Path) -> None:
    honest = with_part(small_workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", "xl/extra.xml", b"<x>" + b" " * 1_000_000 + b"</x>")
    content = bytearray(honest.read_bytes())
    true_size, false_size = struct.pack("<L", 1_000_007), struct.pack("<L", 7)
    assert content.count(true_size) == 2
    (tmp_path / "lying.xlsx").write_bytes(bytes(content).replace(true_size, false_size))

    assert codes(read_file(tmp_path / "lying.xlsx")) == ["zip-size-false"]


def test_a_zip_of_too_many_entries_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.xlsx", "w") as archive:
        for number in range(20):
            archive.writestr(f"xl/{number}.xml", b"")

    assert codes(read_file(tmp_path / "many.xlsx", limits=Limits(entries=10))) == ["zip-too-many-entries"]


def test_two_cells_at_opposite_corners_stop_at_the_memory_limit(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "far.xlsx")) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")

    result = measured(tmp_path / "far.xlsx")

    assert result["codes"] in (["reading-too-much-memory"], ["reading-too-long"])
    assert result["peak_mb"] <= 512


def test_a_sheet_that_needs_more_memory_than_allowed_is_stopped(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "wide.xlsx")) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(3_000, 3_000, "b")

    assert codes(read_file(tmp_path / "wide.xlsx", limits=Limits(memory_mb=256))) == ["reading-too-much-memory"]


def test_reading_past_the_wall_clock_is_stopped(tmp_path: Path) -> None:
    assert codes(read_file(small_workbook(tmp_path / "a.xlsx"), limits=Limits(seconds=0.01))) == ["reading-too-long"]


@pytest.mark.skipif(not COUNTS_PROCESSOR_TIME, reason="this system goes by the clock")
def test_a_child_that_computes_past_its_time_is_told_from_one_that_takes_too_much_memory() -> None:
    ended = subprocess.run([sys.executable, "-c", COMPUTING], env=environment(), timeout=60)

    assert ended_badly(ended.returncode, Limits(seconds=1)) == Problem("reading-too-long", value="1")


def test_bytes_that_look_compressed_are_read_as_the_text_they_claim_to_be(tmp_path: Path) -> None:
    path = tmp_path / "looks-compressed.csv"
    path.write_bytes(b"\x01\x02\x01")

    assert read_file(path).kind


def test_a_workbook_encrypted_with_a_password_says_so(tmp_path: Path) -> None:
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(2000))

    assert codes(read_file(tmp_path / "locked.xlsx")) == ["password-protected"]


def test_an_old_container_without_a_workbook_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000))

    assert codes(read_file(tmp_path / "old.xls"))[-1] == "workbook-unreadable"


def test_a_zip_entry_encrypted_with_a_password_says_so(tmp_path: Path) -> None:
    content = bytearray(small_workbook(tmp_path / "a.xlsx").read_bytes())
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1
    (tmp_path / "locked.xlsx").write_bytes(content)

    assert codes(read_file(tmp_path / "locked.xlsx")) == ["password-protected"]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_workbook_is_unreadable(tmp_path: Path, share: float) -> None:
    content = small_workbook(tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(content[: int(len(content) * share)])

    assert codes(read_file(tmp_path / "cut.xlsx")) == ["workbook-unreadable"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"  \r\n ", "file-empty"),
        (b"\xef\xbb\xbf", "file-empty"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "file-is-a-web-page"),
        (b"%PDF-1.7 ...", "file-kind-unknown"),
        (b'{"type": "FeatureCollection"}', "file-is-json"),
        (b",,,\n , ,\n", "file-without-rows"),
    ],
)
def test_a_file_without_a_table_says_what_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "f.xlsx").write_bytes(content)

    assert code in codes(read_file(tmp_path / "f.xlsx"))


def test_an_empty_workbook_says_so(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "empty.xlsx")) as workbook:
        workbook.add_worksheet()

    assert codes(read_file(tmp_path / "empty.xlsx")) == ["file-without-rows"]


def test_a_zip_of_something_else_is_refused_and_a_shapefile_is_known(tmp_path: Path) -> None:
    for name in ("letter.docx", "regions.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("word/document.xml" if name.endswith("docx") else "regions.shp", b"x")

    assert codes(read_file(tmp_path / "letter.docx")) == ["zip-without-workbook"]
    assert read_file(tmp_path / "regions.zip").kind == "shapefile"


def test_a_file_too_heavy_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "big.csv").write_bytes(b"a,b\n" * 500_000)

    assert codes(read_file(tmp_path / "big.csv", limits=Limits(file_mb=1))) == ["file-too-large"]


def base_workbook() -> bytes:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("A")
        for row in range(5):
            sheet.write_row(row, 0, ["Région", row, True])
    return buffer.getvalue()


WORKBOOK = base_workbook()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_no_mutated_workbook_makes_reading_raise(tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    content = bytearray(WORKBOOK)
    for place, byte in changes:
        content[place] = byte
    (tmp_path / "mutated.xlsx").write_bytes(content)

    reading = read_file(tmp_path / "mutated.xlsx")

    assert reading.sheets or reading.problems


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(xml=st.binary(max_size=300), inside=st.booleans())
def test_no_sheet_xml_makes_reading_raise(tmp_path: Path, xml: bytes, inside: bool) -> None:
    (tmp_path / "base.xlsx").write_bytes(WORKBOOK)
    whole = b"<worksheet><sheetData><row>" + xml + b"</row></sheetData></worksheet>" if inside else xml
    mutated = with_part(tmp_path / "base.xlsx", tmp_path / "mutated.xlsx", "xl/worksheets/sheet1.xml", whole)

    reading = read_file(mutated)

    assert reading.sheets or reading.problems


@settings(max_examples=200, deadline=None)
@given(content=st.one_of(st.binary(max_size=200), st.text(alphabet='ab",;\t|\r\n\0é #=', max_size=200).map(str.encode)))
def test_no_bytes_make_reading_a_text_table_raise(content: bytes) -> None:
    reading = read_delimited(b"x" + content, limits=Limits())

    assert reading.sheets or reading.problems


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.text(alphabet='ab",;\t|\r\n\0é #=', max_size=200).map(str.encode)))
def test_the_child_reads_a_text_table_as_it_is_read_here(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f.csv").write_bytes(b"x" + content)

    there, here = read_sheets(tmp_path / "f.csv", by=TEXT, limits=Limits()), read_delimited(b"x" + content, limits=Limits())

    assert there.problems == here.problems
    assert [sheet.frame.rows() for sheet in there.sheets] == [sheet.frame.rows() for sheet in here.sheets]


@pytest.mark.parametrize("name", ["NaN", "1e400", "-1e999", "9" * 400])
def test_what_is_no_figure_becomes_nothing_and_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "f.json").write_text(f'{{"a": {name}, "b": [1.5, 2]}}')

    read = read_json(tmp_path / "f.json")

    assert read.content == {"a": None, "b": [1.5, 2]}
    assert [problem.code for problem in read.problems] == ["json-not-a-number"]


def test_half_a_sign_is_replaced_and_whole_signs_stay(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text(r'["Tahoua\ud800", "\ud83d\ude00", "\\ud800", "a\u0000b"]')

    read = read_json(tmp_path / "f.json")

    assert read.content == ["Tahoua\ufffd", "\U0001f600", "\\ud800", "ab"]
    assert [problem.code for problem in read.problems] == ["json-half-signs", "nul-left-out"]


def test_a_child_that_fails_by_itself_says_so(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"a,b\n1,2\n")

    with read_in_child("no_such_child", tmp_path / "f.csv", Limits()) as left:
        assert [problem.code for problem in left.problems] == ["reading-failed"]


def test_a_child_that_reads_json_starts_without_the_library_of_tables() -> None:
    asked = "import sys, concertation.formats.bounded_json; sys.exit('polars' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", asked], env=environment(), check=False).returncode == 0


def test_the_child_knows_nothing_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCERTATION_SECRET_KEY", "synthetic")

    assert not [name for name in environment() if name.startswith("CONCERTATION")]


@pytest.mark.parametrize(("encoding", "times"), [("cp1252", 40_000), ("utf-16", 40_000), ("utf-8-sig", 40_000)])
def test_a_large_table_of_any_encoding_fits_in_the_limit(tmp_path: Path, encoding: str, times: int) -> None:
    line = 'ORG;"Nom ""long"" du partenaire";ONG nationale;Maradi;NE004;Dakoro;Santé;Activité synthétique;2022-01-01;120\n' * 10
    (tmp_path / "big.csv").write_bytes(("A;B;C;D;E;F;G;H;I;J\n" + line * times).encode(encoding))

    result = measured(tmp_path / "big.csv")

    assert (result["rows"], set(result["codes"]) - {"encoding-assumed"}) == (times * 10 + 1, set())
    assert (result["peak_mb"] <= 1_024, result["seconds"] <= 10) == (True, True)
