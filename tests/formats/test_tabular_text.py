"""Text tables of any encoding, separator and shape come in whole."""

import csv
import time
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.formats.delimited import read_delimited, regular_frame
from concertation.formats.irregular import Shape, careful_parts, read_window
from concertation.formats.limits import Limits
from concertation.formats.sheets import Reading


def read(content: bytes | str, limits: Limits | None = None) -> Reading:
    return read_delimited(content.encode() if isinstance(content, str) else content, limits=limits or Limits())


def cells(reading: Reading) -> list[tuple]:
    return reading.sheets[0].frame.drop("row").rows()


def codes(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems]


TEXT = "Région;Cercle\nSégou;Niono\n"
EXPECTED = [("Région", "Cercle"), ("Ségou", "Niono")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_declared_or_valid_encoding_is_read_without_a_word(encoding: str) -> None:
    reading = read(TEXT.encode(encoding))

    assert (cells(reading), codes(reading)) == (EXPECTED, [])


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_an_undeclared_encoding_is_assumed_and_said(encoding: str) -> None:
    reading = read(TEXT.encode(encoding))

    assert cells(reading) == EXPECTED
    assert [(problem.code, problem.value) for problem in reading.problems] == [("encoding-assumed", encoding)]


def test_one_damaged_letter_does_not_turn_utf_8_into_another_encoding() -> None:
    reading = read(("é" * 50).encode() + b"\xff;Niono\nS\xc3\xa9gou;x\n")

    assert codes(reading) == ["encoding-broken"]
    assert cells(reading)[1] == ("Ségou", "x")


def test_nul_bytes_are_left_out_and_counted() -> None:
    reading = read(b"a,b\n1\0,2\0\n")

    assert cells(reading)[1] == ("1", "2")
    assert [(problem.code, problem.value) for problem in reading.problems] == [("nul-left-out", "2")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_end_is_found(delimiter: str, line_end: str) -> None:
    lines = [delimiter.join(record) for record in (("Région", "Personnes"), ("Est", "1"), ("Sahel", "2"))]

    assert cells(read(line_end.join(lines))) == [("Région", "Personnes"), ("Est", "1"), ("Sahel", "2")]


def test_decimal_commas_stay_as_written() -> None:
    assert cells(read("lieu;taux;part\nEst;1,5;2,25\nSahel;3,5;4,75\n"))[1] == ("Est", "1,5", "2,25")


def test_a_line_that_declares_the_separator_is_not_a_row() -> None:
    reading = read("sep=;\nlieu;taux\nEst;1\n")

    assert reading.sheets[0].frame.rows() == [(1, "lieu", "taux"), (2, "Est", "1")]


def test_rows_are_numbered_by_record_and_blank_lines_count() -> None:
    reading = read('nom,note\nA,"deux\nlignes"\n\nB,x\n')

    assert reading.sheets[0].frame.rows() == [(1, "nom", "note"), (2, "A", "deux\nlignes"), (3, None, None), (4, "B", "x")]


def test_a_row_too_long_or_too_short_is_said_and_loses_nothing() -> None:
    reading = read("a,b,c\n1,2,3\n1,2,3,4\n1,2\n5,6,7\n")

    assert cells(reading)[2:4] == [("1", "2", "3", "4"), ("1", "2", None, None)]
    assert [(problem.code, problem.cell.row, problem.value, problem.detail["expected"]) for problem in reading.problems] == [("row-too-long", 3, "4", "3"), ("row-too-short", 4, "2", "3")]


def test_titles_above_the_table_are_not_rows_too_short() -> None:
    assert codes(read("Matrice 3W\n\na,b,c\n1,2,3\n4,5,6\n")) == []


def test_separators_that_close_no_cell_are_not_a_row_too_long() -> None:
    assert codes(read("a,b\n1,2,,,\n3,4\n5,6\n")) == []


def test_a_quote_never_closed_costs_its_own_line_only() -> None:
    lines = ["nom,note", '"ACF,ouvert', *(f"org{number},x" for number in range(500))]

    reading = read("\n".join(lines))

    assert cells(reading)[1:3] == [('"ACF', "ouvert"), ("org0", "x")]
    assert reading.sheets[0].frame.height == 502
    assert [(problem.code, problem.cell.row) for problem in reading.problems] == [("quote-out-of-place", 2)]


def test_many_quotes_never_closed_stay_quick() -> None:
    content = "nom,note\n" + '"x,1\n' * 20_001

    began = time.monotonic()
    reading = read(content)

    assert time.monotonic() - began < 5
    assert reading.sheets[0].frame.height > 1


def test_quotes_inside_a_cell_are_read_the_same_both_ways() -> None:
    assert cells(read('a,b\n"Projet ""Espoir""",2\n"x,y",3\n')) == [("a", "b"), ('Projet "Espoir"', "2"), ("x,y", "3")]


def test_problems_of_one_code_are_capped_with_a_line_that_counts_the_rest() -> None:
    reading = read("a,b\n" + "1,2\n" * 30 + "1,2,3\n" * 20, Limits(problems=5))

    assert codes(reading) == ["row-too-long"] * 5 + ["more-of-the-same"]
    assert reading.problems[-1].value == "15"


def test_a_long_regular_table_takes_the_quick_way() -> None:
    text = "a,b\n" + "".join(f'{number},"x, {number}"\n' for number in range(1_000))

    assert regular_frame(text.encode(), ",") is not None


printable = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff\ufffd"), max_size=8)
cell = st.one_of(printable, st.sampled_from(["a,b", 'say "x"', "two\nlines", "1;2", "é", "'", " x "]))
tables = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=8))


@settings(max_examples=150, deadline=None)
@given(table=tables, line_end=st.sampled_from(["\n", "\r\n"]))
def test_any_table_written_as_csv_reads_the_same(table: list[list[str]], line_end: str) -> None:
    width = len(table[0])
    headed = [[f"champ {number}" for number in range(width)], *table]
    buffer = StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows(headed)

    reading = read(b"\xef\xbb\xbf" + buffer.getvalue().encode())

    seen = {(row, column): text for row, *texts in reading.sheets[0].frame.rows() for column, text in enumerate(texts) if text is not None}
    meant = {(row, column): text for row, texts in enumerate(headed, start=1) for column, text in enumerate(texts) if text.strip()}
    assert seen == meant


def without_empty_end(row: Sequence[str]) -> list[str]:
    kept = list(row)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def records_of(text: str) -> list[list[str]]:
    records: list[list[str]] = []
    lines = list(StringIO(text, newline=""))
    read_window(lines, ",", records, Shape(), end=len(lines))
    return records


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet='ab",;\n ', max_size=60))
def test_where_the_quick_way_is_certain_it_agrees_with_the_careful_way(text: str) -> None:
    quick = regular_frame(text.encode(), ",")
    if quick is None:
        return

    careful = records_of(text)

    assert [without_empty_end(row) for row in quick.drop("row").rows()] == [without_empty_end(record) for record in careful]


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet='ab",;\n\ré ', min_size=1, max_size=400), size=st.integers(3, 40))
def test_a_table_read_in_small_parts_is_the_table_read_at_once(text: str, size: int) -> None:
    whole, parted = read_delimited(text.encode(), limits=Limits()), read_delimited(text.encode(), limits=Limits(), size=size)

    assert parted.sheets[0].frame.rows() == whole.sheets[0].frame.rows()
    assert parted.problems == whole.problems


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet='ab",\n\r', min_size=1, max_size=3_000), size=st.integers(100, 800))
def test_records_that_go_on_into_the_next_window_are_read_whole(text: str, size: int) -> None:
    whole, parted = Shape(), Shape()
    list(careful_parts(text.encode(), ",", 0, whole, 10_000))
    list(careful_parts(text.encode(), ",", 0, parted, size))

    assert (parted.widths, parted.misquoted) == (whole.widths, whole.misquoted)


def test_a_million_rows_are_read_in_seconds(tmp_path: Path) -> None:
    line = 'ORG,"Nom, long",ONG nationale,Maradi,NE004,Dakoro,NE00402,Santé,Activité,2022-01-01,120,60\n'
    content = (",".join(f"champ {number}" for number in range(12)) + "\n" + line * 200_000).encode()

    began = time.monotonic()
    reading = read(content)

    assert reading.sheets[0].frame.shape == (200_001, 13)
    assert time.monotonic() - began < 3
