"""Organisations written many ways are found again; nothing is merged by likeness alone."""

from datetime import date

import polars as pl
import pytest

from concertation.core.organisations import (
    Merge,
    Organisation,
    Register,
    likely_same,
    mint,
    organisations_counted,
    register_rows,
)
from presence_samples import read, reference

LISTED = pl.DataFrame(
    [
        ("pam", "Programme alimentaire mondial", "World Food Programme", "PAM", "un", "WFP"),
        ("mdm", "Médecins du Monde", None, "MdM-France", "ingo", None),
        ("si", "Solidarités International", None, "SI", "ingo", None),
        ("apbe", "Action pour le bien-être", None, "APBE", "nngo", "Action Pour Le Bien Etre Niger"),
    ],
    schema=["organisation", "name_fr", "name_en", "acronym", "org_type", "aliases"],
    orient="row",
)


@pytest.fixture
def register() -> Register:
    return Register.of(LISTED)


@pytest.mark.parametrize(("name", "acronym"), [(None, "WFP"), (None, " pam "), ("World food programme", None), ("Programme Alimentaire Mondial", "PAM"), ("Programme Alimentaire Mondiale", "PAM")])
def test_an_alias_a_name_or_an_acronym_in_either_language_is_exact(register: Register, name: str | None, acronym: str | None) -> None:
    match = register.match(name=name, acronym=acronym)

    assert (match.how, match.organisation) == ("exact", "pam")


def test_a_near_spelling_of_a_long_name_is_a_question_never_a_merge(register: Register) -> None:
    match = register.match(name="Programme Alimentaire Mondiale", acronym=None)

    assert (match.how, match.organisation, match.candidates[0][0]) == ("doubtful", None, "pam")


def test_a_near_acronym_is_another_organisation(register: Register) -> None:
    assert register.match(name=None, acronym="SIF").how == "new"


def test_a_near_name_beside_another_acronym_is_another_organisation(register: Register) -> None:
    assert register.match(name="Programme Alimentaire Mondiale", acronym="PAMN").how == "new"


def test_a_known_acronym_beside_a_name_that_resembles_nothing_is_a_question(register: Register) -> None:
    assert register.match(name="Bureau des zones humides côtières", acronym="SI").how == "doubtful"


def test_rows_get_an_organisation_each_and_the_register_grows_by_what_is_new(register: Register) -> None:
    reading = read(["Acronyme", "Région"], ["EdM", "Diffa"], ["Edm", "Diffa"], ["WFP", "Diffa"], ["PAM ", "Maradi"], [None, "Zinder"])

    rows = register_rows(register, reading.frame)

    assert rows.frame["organisation"].to_list() == ["edm", "edm", "pam", "pam", None]
    assert set(rows.register.organisations) - set(register.organisations) == {"edm"}
    assert organisations_counted(reading.frame) == (4, 3)


def test_a_doubtful_organisation_gets_an_id_of_its_own_and_a_question(register: Register) -> None:
    reading = read(["Organisation", "Région"], ["Programme Alimentaire Mondiale", "Diffa"])

    rows = register_rows(register, reading.frame)

    assert rows.frame["organisation"].to_list() == ["programme-alimentaire-mondiale"]
    assert [(problem.code, problem.detail["candidate"]) for problem in rows.problems] == [("organisation-doubtful", "PAM")]


def test_a_merge_is_kept_with_its_author_and_can_be_taken_back(register: Register) -> None:
    merge = Merge("mdm", "si", date(2026, 1, 5), "A. Diallo", "same office")

    merged = register.merged(merge)
    alone = merged.unmerged("mdm", on=date(2026, 2, 1))

    assert merged.match(name=None, acronym="MdM-France").organisation == "si"
    assert alone.match(name=None, acronym="MdM-France").organisation == "mdm"
    assert [(each.by, each.taken_back_on) for each in alone.merges] == [("A. Diallo", date(2026, 2, 1))]
    assert register.merges == ()


def test_merging_in_a_circle_is_refused(register: Register) -> None:
    merged = register.merged(Merge("mdm", "si", date(2026, 1, 5), "A."))

    with pytest.raises(ValueError, match="already one organisation"):
        merged.merged(Merge("si", "mdm", date(2026, 1, 6), "A."))


def test_a_person_s_alias_is_remembered(register: Register) -> None:
    assert register.with_alias("si", "Solidarites Inter").match(name="Solidarités Inter", acronym=None).organisation == "si"


def test_a_taken_id_is_numbered(register: Register) -> None:
    again = register.added([Organisation(mint("SI", None, register.organisations), acronym="SI")])

    assert "si-2" in again.organisations
    assert again.match(name=None, acronym="SI").how == "doubtful"


def test_the_reference_list_makes_a_register_whose_ids_find_themselves() -> None:
    register = Register.of(reference("organisations"))

    lost = [each.id for each in register.organisations.values() if each.acronym and register.match(name=each.name_fr, acronym=each.acronym).organisation != each.id]
    assert lost == []


def pairs(*organisations: Organisation) -> list[tuple[str, str, str]]:
    return [(pair.first, pair.second, pair.reason) for pair in likely_same(Register({}).added(organisations))]


def test_one_spelling_that_leads_to_two_organisations_is_offered_first() -> None:
    suisse, geneva = Organisation("msf-ch", name_fr="Médecins Sans Frontières Suisse", acronym="MSF CH"), Organisation("msf-ocg", name_fr="Medecins sans frontieres SUISSE", acronym="MSF/OCG")

    assert pairs(suisse, geneva, Organisation("w", acronym="Winrock"), Organisation("wi", name_fr="Winrock International", acronym="WI")) == [
        ("msf-ch", "msf-ocg", "same"), ("w", "wi", "words"),
    ]


def test_near_names_with_two_different_acronyms_are_two_organisations() -> None:
    one, other = Organisation("a", name_fr="Action pour le Sahel vert", acronym="APSV"), Organisation("b", name_fr="Actions pour le Sahel vert", acronym="ASV")

    assert pairs(one, other) == []
    assert pairs(one, Organisation("b", name_fr="Actions pour le Sahel vert")) == [("a", "b", "spelling")]


def test_a_name_begins_another_only_at_the_end_of_a_word() -> None:
    assert pairs(Organisation("care", acronym="CARE"), Organisation("caret", acronym="Caretaker"), Organisation("ci", name_fr="CARE International")) == [("care", "ci", "words")]


def test_organisations_already_merged_are_not_offered_again() -> None:
    register = Register({}).added([Organisation("w", acronym="Winrock"), Organisation("wi", name_fr="Winrock International")])

    assert likely_same(register.merged(Merge("wi", "w", date(2026, 11, 23), "u1"))) == ()
