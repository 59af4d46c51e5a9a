"""Headings as the countries write them, and what each column is taken for."""

import pytest

from concertation.core.presence import Vocabulary, propose_mapping
from presence_samples import vocabulary

BFA = {"A": "Organisation *", "B": "Partenaire de mise en œuvre", "C": "Bailleur de fonds", "D": "Région *", "E": "Province  *", "F": "Commune *", "G": "Ville/village", "H": "HNO Commune Pcode (Automatic)", "I": "Secteur/Cluster*"}
NER = {"A": "Acronyme", "B": "Organisation", "C": "Type d'organisation", "D": "Type de Projet", "E": "Personne de contact", "L": "Projet HRP", "O": "Nombre Bénéficiaire ", "P": "Etat du Projet "}
NER_TAGS = {"A": "#org+impl", "B": "#org+impl+name", "C": "#org+impl+type", "D": "#activity +project +type", "E": "#contact+email", "L": "#activity+project+type", "O": "#beneficiary", "P": "#activity+project+status"}


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary()


def test_headings_with_asterisks_accents_and_double_blanks_are_understood(words: Vocabulary) -> None:
    letters = propose_mapping(BFA, {}, words).letters()

    assert letters == {"org_name": "A", "implementer": "B", "donors": "C", "adm1_name": "D", "adm2_name": "E", "adm3_name": "F", "place_name": "G", "adm3_code": "H", "sector": "I"}


def test_help_text_and_line_breaks_inside_a_heading_are_set_aside(words: Vocabulary) -> None:
    mapping = propose_mapping({"A": "NOM ORGANISATION\n(Saisir)", "B": "ACCRONYME (Choisir dans la liste)", "C": "TYPE ORGANISATION...", "D": "REGION..."}, {}, words)

    assert mapping.letters() == {"org_name": "A", "org_acronym": "B", "org_type": "C", "adm1_name": "D"}


def test_a_name_tag_over_a_column_titled_acronym_is_read_as_the_acronym(words: Vocabulary) -> None:
    mapping = propose_mapping({"A": "Organisation Accronyme", "B": "Region"}, {"A": "#org+name", "B": "#adm1+name"}, words)

    assert mapping.letters()["org_acronym"] == "A"
    assert [column.how for column in mapping.columns] == ["heading", "tag"]


def test_nigers_tags_and_titles_are_read_together(words: Vocabulary) -> None:
    letters = propose_mapping(NER, NER_TAGS, words).letters()

    assert letters == {"org_acronym": "A", "org_name": "B", "org_type": "C", "project_kind": "D", "contact": "E", "in_plan": "L", "beneficiaries": "O", "status": "P"}


def test_tags_alone_are_enough(words: Vocabulary) -> None:
    tags = {"A": "#org+impl+name", "B": "#org+impl+acronym", "C": "#sector+cluster+name", "D": "#adm2+code", "E": "#reached +f +children", "F": "#targeted", "G": "#org+funder"}

    assert propose_mapping({}, tags, words).letters() == {"org_name": "A", "org_acronym": "B", "sector": "C", "adm2_code": "D", "reached_girls": "E", "targeted": "F", "donors": "G"}


def test_english_headings_of_the_global_table_are_understood(words: Vocabulary) -> None:
    headings = {"A": "location_code", "B": "org_acronym", "C": "org_name", "D": "sector_code", "E": "admin1_name", "F": "admin2_code", "G": "reference_period_start"}

    assert propose_mapping(headings, {}, words).letters() == {"country": "A", "org_acronym": "B", "org_name": "C", "sector": "D", "adm1_name": "E", "adm2_code": "F", "period_start": "G"}


@pytest.mark.parametrize(("heading", "field"), [("Nombre de femmes atteintes", "reached_women"), ("Hommes ciblés", "targeted_men"), ("Filles touchées", "reached_girls"), ("Personnes handicapées atteintes", "reached_disability"), ("Total bénéficiaires", "beneficiaries"), ("Bénéficiaires ciblés", "targeted")])
def test_people_are_told_apart_by_measure_and_by_sex(words: Vocabulary, heading: str, field: str) -> None:
    assert propose_mapping({"A": heading}, {}, words).columns[0].field == field


def test_what_a_person_saved_wins_over_tag_and_heading(words: Vocabulary) -> None:
    mapping = propose_mapping(BFA, {"A": "#org+name"}, words, saved={"organisation": "implementer", "B": ""})

    assert mapping.letters()["implementer"] == "A"
    assert [column.how for column in mapping.columns[:2]] == ["saved", "saved"]


def test_a_saved_mapping_is_the_proposal_for_the_next_file(words: Vocabulary) -> None:
    first = propose_mapping(NER, NER_TAGS, words)

    again = propose_mapping(NER, {}, words, saved=first.to_save())

    assert again.letters() == first.letters()


def test_a_table_without_organisation_or_place_says_so(words: Vocabulary) -> None:
    problems = propose_mapping({"A": "Secteur", "B": "Colonne7"}, {}, words).problems

    assert [(problem.code, problem.value) for problem in problems] == [("heading-unknown", "Colonne7"), ("required-column-missing", "organisation"), ("required-column-missing", "region")]


def test_two_columns_for_one_field_keep_the_first_and_tell_the_other(words: Vocabulary) -> None:
    mapping = propose_mapping({"A": "Région", "B": "Région", "C": "ONG"}, {}, words)

    assert mapping.letters()["adm1_name"] == "A"
    assert [(problem.code, problem.cell.column) for problem in mapping.problems] == [("column-mapped-twice", "B")]


def test_a_province_above_a_department_is_level_one(words: Vocabulary) -> None:
    assert propose_mapping({"A": "Province", "B": "Département", "C": "ONG"}, {}, words).letters() == {"adm1_name": "A", "adm2_name": "B", "org_name": "C"}
