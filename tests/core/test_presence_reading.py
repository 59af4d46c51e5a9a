"""Rows of activities as they come: what is understood, what is doubtful, and that nothing is lost without a line."""

import re
from datetime import date
from importlib.resources import files
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.activity_fields import split_donors
from concertation.core.personal import mask_text, personal_columns
from concertation.core.presence import HELP_TEXT
from presence_samples import read, reference, told

WHO = ["Organisation", "Région", "Secteur"]
ROW = ["ACF", "Diffa", "Santé"]


@pytest.mark.parametrize(("written", "people"), [("5160", 5160), ("4,686,723", 4686723), ("4 686 723", 4686723), ("4\u00a0686\u202f723", 4686723), ("1.234.567", 1234567), (" 12 ", 12), ("0", 0)])
def test_people_are_read_however_thousands_are_written(written: str, people: int) -> None:
    reading = read([*WHO, "Bénéficiaires"], [*ROW, written])

    assert reading.frame["beneficiaries"].to_list() == [people]
    assert reading.problems == ()


@pytest.mark.parametrize(("written", "people", "code"), [
    ("1234,5", 1235, "people-decimal"), ("-3", None, "people-negative"), ("14%", None, "percentage-for-number"), ("1.230", None, "number-ambiguous"),
    ("> 500 personnes", None, "number-unreadable"), ("#REF!", None, "error-cell"), ("99999999999", None, "people-implausible"),
])  # fmt: skip
def test_a_number_that_cannot_be_trusted_is_told_with_its_cell(written: str, people: int | None, code: str) -> None:
    reading = read([*WHO, "Bénéficiaires"], [*ROW, written])

    assert reading.frame["beneficiaries"].to_list() == [people]
    assert told(reading) == {code: ("MATRICE!D2", written, 1)}


@pytest.mark.parametrize("written", ["N/A", "n/a", "-", "?", "Néant", "  "])
def test_signs_of_no_value_are_no_value_and_no_problem(written: str) -> None:
    reading = read([*WHO, "Bénéficiaires", "Ville/village"], [*ROW, written, written])

    assert reading.frame.select("beneficiaries", "place_name").row(0) == (None, None)
    assert reading.problems == ()


@pytest.mark.parametrize(("written", "day"), [("2022-03-31", date(2022, 3, 31)), ("2022-03-31T00:00:00", date(2022, 3, 31)), ("31/03/2022", date(2022, 3, 31)), ("03/31/2022", date(2022, 3, 31)), ("31.03.22", date(2022, 3, 31)), ("31 mars 2022", date(2022, 3, 31)), ("March 31, 2022", date(2022, 3, 31))])
def test_dates_are_read_however_they_are_written(written: str, day: date) -> None:
    reading = read([*WHO, "Date début"], [*ROW, written])

    assert reading.frame["start"].to_list() == [day]
    assert reading.problems == ()


@pytest.mark.parametrize(("written", "code"), [
    ("1905-07-14", "year-implausible"), ("1913-09-08", "year-implausible"), ("0001-01-01", "year-implausible"), ("201", "year-implausible"),
    ("2099-01-01", "year-implausible"), ("00:00:00", "date-is-time"), ("2022", "date-year-only"), ("bientôt", "date-unreadable"), ("2022-13-45", "year-implausible"),
])  # fmt: skip
def test_a_date_that_cannot_be_trusted_is_null_and_stands_as_written(written: str, code: str) -> None:
    reading = read([*WHO, "Date début"], [*ROW, written])

    assert reading.frame.select("start", "start_written").row(0) == (None, written)
    assert told(reading) == {code: ("MATRICE!D2", written, 1)}


def test_an_end_in_2030_is_implausible_in_a_table_of_2022() -> None:
    reading = read([*WHO, "Date début", "Date fin"], [*ROW, "2021-10-01", "2030-09-01"], [*ROW, "2021-06-01", "2025-05-31"])

    assert reading.frame["end"].to_list() == [None, date(2025, 5, 31)]
    assert told(reading) == {"year-implausible": ("MATRICE!E2", "2030-09-01", 1)}


def test_a_spreadsheet_day_number_is_read_and_told() -> None:
    reading = read([*WHO, "Date début"], [*ROW, "44651"])

    assert reading.frame["start"].to_list() == [date(2022, 3, 31)]
    assert "date-serial-number" in told(reading)


def test_the_order_of_day_and_month_is_settled_by_the_column() -> None:
    settled = read([*WHO, "Date début"], [*ROW, "03/04/2022"], [*ROW, "04/25/2022"])
    unsettled = read([*WHO, "Date début"], [*ROW, "03/04/2022"])
    mixed = read([*WHO, "Date début"], [*ROW, "03/04/2022"], [*ROW, "04/25/2022"], [*ROW, "25/04/2022"])

    assert settled.frame["start"][0] == date(2022, 3, 4)
    assert settled.problems == ()
    assert (unsettled.frame["start"][0], list(told(unsettled))) == (date(2022, 4, 3), ["date-order-ambiguous"])
    assert (mixed.frame["start"][0], list(told(mixed))) == (None, ["date-order-ambiguous"])


def test_an_end_before_its_start_leaves_both_unknown() -> None:
    reading = read([*WHO, "Date début", "Date fin"], [*ROW, "2020-07-09", "2020-06-01"])

    assert reading.frame.select("start", "end").row(0) == (None, None)
    assert told(reading)["end-before-start"] == ("MATRICE!E2", "2020-07-09 > 2020-06-01", 1)


def test_a_formula_shape_is_not_a_yes() -> None:
    reading = read([*WHO, "Présence physique"], [*ROW, "OUI+I19:I19"], [*ROW, "oui"])

    assert reading.frame["physical_presence"].to_list() == [None, True]
    assert told(reading) == {"formula-in-cell": ("MATRICE!D2", "OUI+I19:I19", 1)}


def test_status_words_are_codes_and_an_unknown_one_is_kept_as_written() -> None:
    reading = read([*WHO, "Statut"], *([*ROW, word] for word in ("EN cours", "Finalisé", "En attente de financement", "En cours, presque fini", "xyz")))

    assert reading.frame["status"].to_list() == ["ongoing", "completed", "awaiting-funding", "ongoing", None]
    assert reading.frame["status_written"][4] == "xyz"
    assert told(reading) == {"read-by-its-first-words": ("MATRICE!D5", "En cours, presque fini", 1), "status-unknown": ("MATRICE!D6", "xyz", 1)}


def test_an_unknown_sector_and_several_sectors_in_a_cell_are_two_problems() -> None:
    reading = read(WHO, ["ACF", "Diffa", "Astronomie"], ["ACF", "Diffa", "Santé, Nutrition"], ["ACF", "Diffa", None], ROW)

    assert reading.frame["sector"].to_list() == [None, None, None, "HEA"]
    assert set(told(reading)) == {"sector-unknown", "sector-several", "sector-missing"}


def test_identical_rows_are_kept_and_name_the_first_of_them() -> None:
    reading = read(WHO, ROW, ["SI", "Maradi", "Santé"], ROW, ROW)

    assert reading.frame["identical_to"].to_list() == [None, None, 2, 2]
    assert (reading.rows_identical, told(reading)["identical-row"][2]) == (2, 2)


def test_a_number_repeated_on_the_places_of_one_project_is_marked() -> None:
    headings = [*WHO, "Commune", "Activité", "Bénéficiaires"]
    reading = read(headings, [*ROW, "Bosso", "Forages", "900"], [*ROW, "Chetimari", "Forages", "900"], [*ROW, "Toumour", "Forages", "80"], [*ROW, "Bosso", "Kits", "900"])

    assert reading.frame["repeated_number"].to_list() == [True, True, False, False]
    assert reading.frame["repeated_from"].to_list() == [2, 2, None, None]
    assert told(reading)["repeated-number"][2] == 2


def test_totals_rows_empty_rows_and_rows_of_another_state_are_refused_with_a_line() -> None:
    reading = read([*WHO, "Code pays", "Observation"], [*ROW, "NER", None], ["Total général", None, None, None, "9"], [None, None, None, None, "fin"], [*ROW, "MLI", None])

    assert (reading.frame.height, reading.rows_read, reading.rows_refused) == (1, 4, 3)
    assert {code: count for code, (_, _, count) in told(reading).items()} == {"totals-row": 1, "row-without-content": 1, "row-of-another-state": 1}


def test_a_total_unlike_its_sexes_is_told_and_a_missing_total_is_their_sum() -> None:
    reading = read([*WHO, "Personnes atteintes", "Personnes atteintes féminin", "Personnes atteintes masculin"], [*ROW, "100", "30", "50"], [*ROW, None, "30", "50"])

    assert reading.frame["reached"].to_list() == [100, 80]
    assert told(reading)["total-unlike-parts"] == ("MATRICE!D2", "100 ≠ 80", 1)
    assert told(reading)["total-from-parts"][2] == 1


def test_a_row_without_organisation_comes_in_and_is_told() -> None:
    reading = read(WHO, [None, "Diffa", "Santé"])

    assert reading.frame.height == 1
    assert told(reading)["organisation-missing"] == ("MATRICE!A2", "", 1)


def test_coordinates_shared_by_every_row_of_a_department_are_not_sites() -> None:
    headings = [*WHO, "Département", "Commune", "Latitude", "Longitude"]
    reading = read(headings, [*ROW, "Diffa", "Diffa", "13.31", "12.61"], [*ROW, "Diffa", "Chetimari", "13.31", "12.61"], [*ROW, "Bosso", "Bosso", "13.7", "13.3"])

    assert reading.frame["latitude"].to_list() == [None, None, None]
    assert told(reading)["coordinates-are-unit-points"][2] == 3


def test_coordinates_of_sites_are_kept() -> None:
    headings = [*WHO, "Département", "Latitude", "Longitude"]
    reading = read(headings, [*ROW, "Diffa", "13.310", "12.61"], [*ROW, "Diffa", "13.44", "12.7"])

    assert reading.frame["latitude"].to_list() == [13.31, 13.44]


def test_zero_is_not_a_village() -> None:
    reading = read([*WHO, "Ville/village"], [*ROW, "0"])

    assert reading.frame["place_name"].to_list() == [None]
    assert "place-is-a-number" in told(reading)


def test_sectors_standing_in_the_region_column_are_noticed() -> None:
    reading = read(["Organisation", "Secteur", "Région"], ["ACF", "Diffa", "Santé"], ["SI", "Maradi", "Nutrition"])

    assert told(reading)["columns-look-swapped"] == ("MATRICE!C2", "sector", 2)


def test_starts_after_ends_in_most_rows_are_noticed_as_swapped() -> None:
    reading = read([*WHO, "Date fin", "Date début"], *([*ROW, "2021-01-01", f"2021-0{month}-01"] for month in (2, 3, 4)))

    assert told(reading)["columns-look-swapped"] == ("MATRICE!E2", "end", 3)


def test_amounts_are_whole_minor_units_of_a_known_currency() -> None:
    reading = read([*WHO, "Budget (USD)"], [*ROW, "1 234,56"], [*ROW, "12 000 FCFA"])
    unnamed = read([*WHO, "Budget"], [*ROW, "12 000"])

    assert reading.frame.select("amount_minor", "currency").rows() == [(123456, "USD"), (12000, "XOF")]
    assert unnamed.frame["amount_minor"].to_list() == [None]
    assert told(unnamed)["amount-without-currency"][2] == 1


def test_a_share_over_a_hundred_is_told() -> None:
    reading = read([*WHO, "Taux de réalisation"], [*ROW, "120%"], [*ROW, "14%"])

    assert reading.frame["progress"].to_list() == [None, 14.0]
    assert told(reading)["percentage-over-100"] == ("MATRICE!D2", "120%", 1)


@pytest.mark.parametrize(("written", "donors"), [("ECHO, CDCS", ["ECHO", "CDCS"]), ("UE; ECHO", ["UE", "ECHO"]), ("Plan ", ["Plan"]), ("ACC/SOVD-CN", ["ACC/SOVD-CN"]), ("UE et ECHO", ["UE", "ECHO"]), ("UE/ECHO", ["UE", "ECHO"]), ("Fondation Bill et Melinda Gates (BMGF) et la fondation Bayer", ["Fondation Bill et Melinda Gates (BMGF) et la fondation Bayer"])])
def test_donors_are_split_only_when_sure(written: str, donors: list[str]) -> None:
    assert split_donors(written, frozenset({"ue", "echo"})) == donors


def test_contacts_never_reach_the_record_and_are_reported_without_being_repeated() -> None:
    reading = read([*WHO, "Personne de contact", "Observation"], [*ROW, "A. B. 90 12 34 56", "écrire à a.b@example.org"], [*ROW, None, "43 000 jeunes, +227 90123456"])

    assert reading.frame["contact"].to_list() == [True, False]
    assert reading.frame["observation"].to_list() == ["écrire à [masqué]", "43 000 jeunes, [masqué]"]
    assert [(str(p.problem.cell), p.problem.value, p.count) for p in reading.problems if p.problem.code == "personal-data-masked"] == [("MATRICE!D2", "", 1), ("MATRICE!E2", "", 2)]
    assert "90 12 34 56" not in str(reading)


@pytest.mark.parametrize("written", ["budget 12 345 678", "code BF490304", "96123456", "12.03.2021", "2019-2021", "secteur 4 et 5, 5160 personnes"])
def test_budgets_codes_and_dates_are_not_telephones(written: str) -> None:
    assert mask_text(written) == written


@pytest.mark.parametrize("written", ["70 12 34 56", "+226 70123456", "00226 70 12 34 56", "tél : 70123456", "x.y@ong.org"])
def test_telephones_and_mails_are_masked(written: str) -> None:
    assert "[masqué]" in mask_text(written)
    assert "3456" not in mask_text(written)


def test_columns_of_contacts_are_known_by_heading_or_tag() -> None:
    assert personal_columns({"A": "Point focal", "B": "N° de téléphone", "C": "Région"}, {"D": "#contact+name"}) == ("A", "B", "D")


CORE = ("activities", "activity_fields", "activity_checks", "written_values", "presence", "personal", "organisations")


def test_every_problem_of_presence_is_said_in_both_languages() -> None:
    source = "".join(files("concertation").joinpath("core", f"{name}.py").read_text(encoding="utf-8") for name in CORE)
    words = {line["code"]: line for line in reference("problems").iter_rows(named=True)}
    made = {code for code in re.findall(r'"([a-z]+(?:-[a-z0-9]+)+)"', source) if code != "awaiting-funding"}

    assert made - words.keys() == set()
    assert [code for code in made if not all(words[code][text] for text in ("message_fr", "message_en", "remedy_fr", "remedy_en"))] == []


CELLS = st.one_of(st.none(), st.sampled_from(["ACF", "Santé", "Diffa", "12", "-1", "14%", "2022-01-01", "1905-07-10", "#REF!", "A1:B2", "Total", "n/a", "=1+1"]), st.text(max_size=12))


@given(st.lists(st.tuples(*[CELLS] * 9), min_size=1, max_size=12))
def test_no_row_is_lost_whatever_the_cells_hold(rows: list[tuple[str | None, ...]]) -> None:
    headings = [*WHO, "Commune", "Date début", "Date fin", "Bénéficiaires", "Statut", "Bailleur"]
    reading = read(headings, *rows)

    refused = sum(p.count for p in reading.problems if p.problem.code in ("totals-row", "row-without-content", "row-of-another-state"))
    assert reading.rows_read == len(rows) == reading.frame.height + refused
    assert reading.frame["row"].is_sorted()


@pytest.mark.parametrize("text", ["x" * 200_000, "x" * 200_000 + "@", "a@" + "b" * 200_000, "tel 1" + " " * 200_000, "9" * 200_000, "(" * 200_000, ".a@b." * 40_000], ids=lambda text: text[:6])
def test_a_cell_of_200_kb_is_looked_through_for_personal_data_at_once(text: str) -> None:
    begun = process_time()

    mask_text(text)
    HELP_TEXT.sub("", text)

    assert process_time() - begun < 2
    assert mask_text(f"{text} a.b@example.org") == f"{mask_text(text)} [masqué]"
