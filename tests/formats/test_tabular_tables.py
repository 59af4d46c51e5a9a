"""The table of a sheet is found wherever a person would find it."""

from collections.abc import Sequence

import polars as pl

from concertation.core.problems import column_letter
from concertation.formats.tabular import Reading, Sheet, Table, best_table, find_table


def sheet(rows: Sequence[Sequence[str | None]], name: str = "A", hidden: bool = False) -> Sheet:
    width = max(len(row) for row in rows)
    columns = {column_letter(place): pl.Series([row[place] if place < len(row) else None for row in rows], dtype=pl.String) for place in range(width)}
    return Sheet(name, hidden, pl.DataFrame({"row": pl.Series(range(1, len(rows) + 1), dtype=pl.UInt32)} | columns))


def table_of(rows: Sequence[Sequence[str | None]]) -> Table:
    table = find_table(sheet(rows))
    assert table is not None
    return table


BODY = [["ACTED", "Est", "WASH", "120"], ["DRC", "Sahel", "Abris", "60"], ["CRS", "Nord", "Santé", "5160"]]


def test_titles_and_a_date_above_the_heading_are_passed_over() -> None:
    table = table_of([["Matrice 3W"], ["Mise à jour :", "2022-03-31"], [], ["Organisation *", "Région", "Secteur", "Personnes"], *BODY])

    assert table.heading_row == 4
    assert table.frame["row"].to_list() == [5, 6, 7]


def test_headings_keep_their_asterisks_line_breaks_and_help_text() -> None:
    help_text = "NOM ORGANISATION\n(choisir dans la liste)"

    table = table_of([[help_text, "Région *", "Secteur", "Personnes "], *BODY])

    assert table.headings == {"A": help_text, "B": "Région *", "C": "Secteur", "D": "Personnes "}


def test_repeated_headings_keep_their_own_columns() -> None:
    table = table_of([["Région", "Nombre", "Région", "Nombre"], ["Est", "1", "Est", "2"], ["Nord", "3", "Nord", "4"]])

    assert table.headings == {"A": "Région", "B": "Nombre", "C": "Région", "D": "Nombre"}


def test_one_tag_row_is_not_a_row_of_the_body() -> None:
    table = table_of([["Organisation", "Région", "Secteur", "Personnes"], ["#org", "#adm1 +name", None, "#reached"], *BODY])

    assert table.tags == {"A": "#org", "B": "#adm1 +name", "D": "#reached"}
    assert table.frame["row"].to_list() == [3, 4, 5]


def test_a_second_partial_tag_row_completes_the_first() -> None:
    table = table_of([["Organisation", "Région", "Secteur", "Personnes"], ["#org", "#adm1", "Colonne7", None], [None, "#adm1+name", "#sector", None], *BODY])

    assert table.tags == {"A": "#org", "B": "#adm1", "C": "#sector"}
    assert table.frame["row"].to_list() == [4, 5, 6]


def test_a_sheet_that_begins_with_its_tags_has_them_as_headings() -> None:
    table = table_of([["#org", "#adm1+name", "#sector", "#reached"], *BODY])

    assert table.heading_row == 1
    assert table.headings == table.tags == {"A": "#org", "B": "#adm1+name", "C": "#sector", "D": "#reached"}
    assert table.frame.height == 3


def test_blank_rows_inside_the_body_are_skipped_and_numbers_kept() -> None:
    table = table_of([["Organisation", "Région", "Secteur", "Personnes"], BODY[0], [], BODY[1]])

    assert table.frame["row"].to_list() == [2, 4]


def test_a_number_sign_in_a_cell_is_not_a_tag() -> None:
    table = table_of([["Organisation", "Région", "Secteur", "Personnes"], ["# de bornes", "#2", "#", "1"], *BODY])

    assert table.tags == {} and table.frame.height == 4


def test_a_sheet_without_heading_has_no_table() -> None:
    assert find_table(sheet([["1", "2"], ["3", "4"]])) is None
    assert find_table(Sheet("A", False, pl.DataFrame(schema={"row": pl.UInt32}))) is None


def test_a_list_of_one_column_is_a_table() -> None:
    assert table_of([["Région"], ["Est"], ["Nord"]]).frame.height == 2


def test_the_report_is_chosen_over_notes_lists_pivots_and_hidden_sheets() -> None:
    report = [["Organisation", "Région", "Secteur", "Personnes"], *(BODY * 10)]
    notes = sheet([["Instructions", "Une ligne par activité"], ["Contact", "x"]], "Lisez-moi")
    names = sheet([["Organisation", "Sigle"], *([f"o{number}", f"s{number}"] for number in range(200))], "QUI")
    pivot = sheet([["Étiquettes de lignes", "Total", "b", "c", "d", "e", "f"], *([str(number)] * 7 for number in range(900))], "Pivot")
    hidden = sheet([[f"champ {number}" for number in range(30)], *([["x"] * 30] * 900)], "Base", hidden=True)

    best = best_table(Reading("xlsx", (notes, names, pivot, hidden, sheet(report, "MATRICE")), ()))

    assert best is not None and best.sheet == "MATRICE"


def test_a_file_with_hidden_sheets_only_has_no_table() -> None:
    assert best_table(Reading("xlsx", (sheet([["Région"], ["Est"]], hidden=True),), ())) is None
