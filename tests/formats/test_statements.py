"""Statements of banks and mobile money: money is read or said to be doubtful, and nobody's name comes through."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.formats.problem_texts import in_words
from concertation.formats.sheets import Table
from concertation.formats.statements import STATEMENT_SCHEMA, ReadStatement, is_statement, read_statement
from concertation.formats.tabular import best_table, read_file

TODAY = date(2026, 11, 29)
BANK = """Date opération;Libellé;Débit;Crédit;Devise;Référence
05/03/2026;VIR SYNTHETIC PERSONNE UNE PROMESSE PL-2026-001;;1 250 000;XOF;V1
17/03/2026;FRAIS;1 500;;XOF;V2
18/03/2026;VIR SYNTHETIC SOCIETE PL-2026-002;;2 000 000,00;XOF;V3
"""
MOBILE = """Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Other Party Info,Currency
R1,2026-03-05 10:11:12,Synthetic gift PL-2026-001,Completed,"12,500.00",,90123456 - SYNTHETIC PERSON,XOF
R2,2026-03-06 08:00:00,Synthetic gift,Failed,"5,000.00",,90123457 - SYNTHETIC OTHER,XOF
R3,2026-03-07 09:30:00,Synthetic fee,Completed,,-150.00,90123456 - SYNTHETIC PERSON,XOF
"""


def opened(folder: Path, text: str) -> Table:
    """A statement written to a file and opened as any file is."""
    path = folder / "statement.csv"
    path.write_text(text, encoding="utf-8")
    table = best_table(read_file(path))
    assert table is not None
    return table


def read(folder: Path, text: str, **more: object) -> ReadStatement:
    """A statement, read."""
    return read_statement(opened(folder, text), today=TODAY, **more)  # type: ignore[arg-type]


def codes(got: ReadStatement) -> list[str]:
    """The codes told, personal columns left aside."""
    assert all("…" not in in_words(problem).message_fr for problem in got.problems)
    return [problem.code for problem in got.problems if problem.code != "personal-data-masked"]


def test_a_bank_statement_gives_days_signed_amounts_and_references(tmp_path: Path) -> None:
    got = read(tmp_path, BANK, references=["PL-2026-001", "PL-2026-002"])

    assert dict(got.frame.schema) == STATEMENT_SCHEMA
    assert got.frame.select("day", "amount_minor", "currency", "reference", "promised").rows() == [
        (date(2026, 3, 5), 1_250_000, "XOF", "V1", "PL-2026-001"), (date(2026, 3, 17), -1_500, "XOF", "V2", None), (date(2026, 3, 18), 2_000_000, "XOF", "V3", "PL-2026-002"),
    ]  # fmt: skip
    assert codes(got) == []


def test_a_mobile_statement_leaves_out_what_failed_and_tells_it(tmp_path: Path) -> None:
    got = read(tmp_path, MOBILE, secret=b"synthetic")

    assert got.frame.select("amount_minor", "reference").rows() == [(12_500, "R1"), (-150, "R3")]
    assert codes(got) == ["statement-not-done"]
    assert got.frame["payer_key"].n_unique() == 1


@pytest.mark.parametrize("secret", [b"", b"synthetic"])
@pytest.mark.parametrize("text", [BANK, MOBILE])
def test_no_name_no_telephone_and_no_label_comes_through(tmp_path: Path, text: str, secret: bytes) -> None:
    got = read(tmp_path, text, secret=secret, references=["PL-2026-001"])

    shown = repr(got.frame.rows()) + repr(got.problems)
    assert "SYNTHETIC" not in shown.upper().replace("PERSONAL", "")
    assert "90123456" not in shown
    assert "personal-data-masked" in {problem.code for problem in got.problems}
    assert (got.frame["payer_key"].null_count() == got.frame.height) or (secret == b"synthetic" and text == MOBILE)


def amounts(folder: Path, *written: str, currency: str = "EUR", heading: str = "Montant") -> ReadStatement:
    """A column of amounts."""
    lines = "".join(f'2026-03-{number:02};"{text}"\n' for number, text in enumerate(written, 1))
    return read(folder, f"Date;{heading}\n{lines}", currency=currency)


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        (["1.234,50", "12,00"], [123_450, 1_200]), (["1,234.50", "1,234"], [123_450, 123_400]), (["1 234,5"], [123_450]), (["(12.50)", "1.5"], [-1_250, 150]),
        (["12.50-"], [-1_250]), (["−7", "+7"], [-700, 700]), (["1'234.00"], [123_400]), (["1,234,567", "5"], [123_456_700, 500]),
    ],
)  # fmt: skip
def test_the_decimal_sign_is_settled_by_the_whole_column(tmp_path: Path, written: list[str], minor: list[int]) -> None:
    got = amounts(tmp_path, *written)

    assert got.frame["amount_minor"].to_list() == minor
    assert codes(got) == []


@pytest.mark.parametrize(
    ("written", "told", "minor"),
    [
        (["1,234", "5"], ["number-ambiguous"], [None, 500]),
        (["1.234,50", "1,234.50", "7"], ["statement-two-decimal-signs", "number-ambiguous", "number-ambiguous"], [None, None, 700]),
        (["beaucoup", "5"], ["number-unreadable"], [None, 500]),
        (["1.2.3,4,5", "5"], ["number-unreadable"], [None, 500]),
        (["9" * 30, "5"], ["number-unreadable"], [None, 500]),
    ],
)
def test_an_amount_that_can_be_read_two_ways_is_told_and_not_kept(tmp_path: Path, written: list[str], told: list[str], minor: list[int | None]) -> None:
    got = amounts(tmp_path, *written)

    assert codes(got) == told
    assert got.frame["amount_minor"].to_list() == minor


def test_a_currency_without_hundredths_settles_what_is_a_thousand(tmp_path: Path) -> None:
    assert amounts(tmp_path, "1.234", "5", currency="XOF").frame["amount_minor"].to_list() == [1_234, 5]


@pytest.mark.parametrize(("heading", "currency", "told", "held"), [("Montant (FCFA)", "", ["statement-currency-supposed"], "XOF"), ("Montant EUR", "", [], "EUR"), ("Montant", "EUR", [], "EUR"), ("Montant", "", ["amount-without-currency"], None), ("Montant", "ZZZ", ["currency-unknown", "currency-unknown", "amount-without-currency"], None)])
def test_the_currency_comes_from_the_file_before_the_one_stated_and_is_never_guessed(tmp_path: Path, heading: str, currency: str, told: list[str], held: str | None) -> None:
    got = amounts(tmp_path, "5", "7", currency=currency, heading=heading)

    assert codes(got) == told
    assert got.frame["currency"].to_list() == [held, held]


def test_days_whose_order_nothing_settles_are_told(tmp_path: Path) -> None:
    doubtful = read(tmp_path, "Date;Montant\n05/03/2026;5\n06/04/2026;7\n", currency="EUR")
    settled = read(tmp_path, "Date;Montant\n05/03/2026;5\n26/04/2026;7\n", currency="EUR")

    assert codes(doubtful) == ["date-order-ambiguous", "date-order-ambiguous"]
    assert codes(settled) == []
    assert settled.frame["day"].to_list() == [date(2026, 3, 5), date(2026, 4, 26)]


def test_money_on_both_sides_of_one_row_is_told_and_not_kept(tmp_path: Path) -> None:
    got = read(tmp_path, "Date;Débit;Crédit\n2026-03-01;5;7\n2026-03-02;0,00;7\n", currency="EUR")

    assert codes(got) == ["statement-both-sides"]
    assert got.frame["amount_minor"].to_list() == [None, 700]


def test_a_row_that_names_two_pledges_is_matched_to_neither(tmp_path: Path) -> None:
    text = "Date;Montant;Libellé\n2026-03-01;5;PL-1 et PL-2\n2026-03-02;5;PL-12\n2026-03-03;5;don PL-1.\n"

    assert read(tmp_path, text, currency="EUR", references=["PL-1", "PL-2"]).frame["promised"].to_list() == [None, None, "PL-1"]


def test_a_name_in_the_wrong_column_is_not_repeated(tmp_path: Path) -> None:
    text = "Date;Montant;Devise;Référence;Statut\nSYNTHETIC PERSON;SYNTHETIC PERSON;SYNTHETIC PERSON;SYNTHETIC PERSON;\n2026-03-01;90123456 SYNTHETIC;XOF;90123456;SYNTHETIC PERSON\n2026-03-02;5;XOF;V1;\n"

    got = read(tmp_path, text)

    assert "SYNTHETIC" not in repr((got.frame.rows(), got.problems))
    assert "90123456" not in repr((got.frame.rows(), got.problems))
    assert got.frame["reference"].to_list() == [None, "V1"]


def test_a_table_of_something_else_is_no_statement(tmp_path: Path) -> None:
    table = opened(tmp_path, "Région;Secteur\nMaradi;Santé\nZinder;Santé\n")

    assert not is_statement(table)
    assert [problem.code for problem in read_statement(table, today=TODAY).problems] == ["required-column-missing", "required-column-missing"]


TEXT = st.text(max_size=15)


@given(lines=st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=6))
def test_no_text_whatever_raises(lines: list[tuple[str, str, str, str, str]]) -> None:
    letters = dict(zip("ABCDE", ("Date", "Débit", "Crédit", "Devise", "Nom"), strict=True))
    frame = pl_frame(lines)

    got = read_statement(Table("s", 1, letters, {}, frame), today=TODAY, secret=b"x", references=["a"])

    assert dict(got.frame.schema) == STATEMENT_SCHEMA


def pl_frame(lines: list[tuple[str, str, str, str, str]]) -> pl.DataFrame:
    """A sheet of these lines."""
    return pl.DataFrame([{"row": number, **dict(zip("ABCDE", line, strict=True))} for number, line in enumerate(lines, 2)])
