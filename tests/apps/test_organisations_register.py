"""The register of organisations: a person's acts are kept, journalled, and can be taken back; rows follow."""

import json

import polars as pl
import pytest

from activity_samples import MALI, NIGER, activity, now_of, organisation, stored_import
from concertation.apps.ground.editing import Conflict
from concertation.apps.ground.models import JournalLine
from concertation.apps.ground.queries import broken_lines
from concertation.apps.organisations import commands, queries
from concertation.apps.organisations.commands import Names, NotPossible
from concertation.apps.organisations.models import Organisation, OrganisationMerge, OrganisationSpelling
from concertation.apps.picture.queries import stale_states
from concertation.apps.presence.queries import links_of_state, of_organisation
from concertation.core.sharing import Mandate, Role
from concertation.formats import reference_set
from concertation.site import reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places() -> None:
    reference.load_if_changed()


def acts() -> list[str]:
    return list(JournalLine.objects.filter(act__startswith="organisations.").order_by("sequence").values_list("act", flat=True))


def test_rows_of_a_merged_organisation_are_read_as_the_one_it_now_is_and_come_back_when_the_merge_is_taken_back() -> None:
    run = stored_import()
    winrock, wi = organisation("Winrock Synthétique"), organisation("WI Synthétique")
    row = activity(run, wi)

    made = commands.merge(wi.pk, winrock.pk, reason="même organisation", by=NIGER)

    assert of_organisation([NIGER], winrock.pk).get().pk == row.pk
    assert links_of_state("NER")["organisation"].to_list() == [str(winrock.pk)]
    assert now_of(row) == wi.pk

    commands.take_merge_back(made.pk, by=NIGER)

    assert not of_organisation([NIGER], winrock.pk).exists()
    assert of_organisation([NIGER], wi.pk).get().pk == row.pk
    assert OrganisationMerge.objects.get().taken_back_by == NIGER.person
    assert acts() == ["organisations.merged", "organisations.merge-taken-back"]
    assert list(broken_lines()) == []


def test_a_chain_of_merges_leads_to_the_last_one_and_unwinds_one_link_at_a_time() -> None:
    one, two, three = (organisation(f"Organisation synthétique {name}") for name in "abc")
    commands.merge(one.pk, two.pk, reason="", by=NIGER)
    second = commands.merge(two.pk, three.pk, reason="", by=NIGER)
    merged = dict(Organisation.objects.filter(pk__in=[one.pk, two.pk]).values_list("pk", "merged_into_id"))
    assert merged == {one.pk: three.pk, two.pk: three.pk}

    commands.take_merge_back(second.pk, by=NIGER)

    unwound = dict(Organisation.objects.filter(pk__in=[one.pk, two.pk]).values_list("pk", "merged_into_id"))
    assert unwound == {one.pk: two.pk, two.pk: None}


def test_a_merge_is_refused_when_one_of_them_already_stands_merged_or_both_are_the_same() -> None:
    one, two = organisation("Première synthétique"), organisation("Seconde synthétique")
    commands.merge(one.pk, two.pk, reason="", by=NIGER)

    for gone, kept in ((one.pk, two.pk), (two.pk, one.pk), (two.pk, two.pk)):
        with pytest.raises(NotPossible):
            commands.merge(gone, kept, reason="", by=NIGER)


def test_a_merge_taken_back_once_is_not_taken_back_again() -> None:
    one, two = organisation("Première synthétique"), organisation("Seconde synthétique")
    made = commands.merge(one.pk, two.pk, reason="", by=NIGER)
    commands.take_merge_back(made.pk, by=NIGER)

    with pytest.raises(NotPossible):
        commands.take_merge_back(made.pk, by=NIGER)


def test_a_merge_makes_the_summaries_of_the_states_with_its_rows_stale_and_no_others() -> None:
    one, two = organisation("Première synthétique"), organisation("Seconde synthétique")
    activity(stored_import("NER"), one)

    commands.merge(one.pk, two.pk, reason="", by=MALI)

    assert stale_states(["NER", "MLI"]) == {"NER"}


def test_files_to_come_that_write_a_merged_organisation_lead_to_the_one_it_now_is() -> None:
    one, two = organisation("Première synthétique"), organisation("Seconde synthétique")
    commands.merge(one.pk, two.pk, reason="", by=NIGER)
    written = pl.DataFrame({"organisation_key": ["premiere synthetique"], "org_acronym": ["Première synthétique"], "org_name": [None], "org_type": [None]})

    found = commands.register_written(written, sensitivity="restricted", owner_state="NER", author="u-test")

    assert found == {"premiere synthetique": two.pk}


def test_a_moved_spelling_takes_the_rows_written_so_with_it_and_leaves_the_others() -> None:
    run = stored_import()
    red_cross, crescent = organisation("Croix-Rouge synthétique"), organisation("Croissant-Rouge synthétique")
    spelling = commands.add_spelling(red_cross.pk, "C.R. Synth", by=NIGER)
    follows, stays = activity(run, red_cross, written="CR synth"), activity(run, red_cross, written="C.R. SYNTH")
    other = activity(run, red_cross, written="Croix-Rouge synthétique")

    moved = commands.move_spelling(spelling.pk, to=crescent.pk, by=NIGER)

    assert moved == 1
    assert (now_of(follows), now_of(stays), now_of(other)) == (red_cross.pk, crescent.pk, red_cross.pk)
    assert OrganisationSpelling.objects.get(folded="c r synth").organisation_id == crescent.pk


def test_a_spelling_that_leads_elsewhere_is_not_added_but_says_where_it_leads() -> None:
    one, two = organisation("Première synthétique"), organisation("Seconde synthétique")

    with pytest.raises(NotPossible) as refused:
        commands.add_spelling(two.pk, "PREMIERE  synthetique", by=NIGER)

    assert refused.value.organisation == one


def test_the_second_of_two_editors_is_told_and_overwrites_nothing() -> None:
    held = organisation("Ancien nom synthétique")
    first, second = Names("ANS", "Nom de la première", "", "ingo"), Names("", "Nom du second", "", "ingo")
    commands.correct_names(held.pk, first, base_version=1, by=NIGER)

    with pytest.raises(Conflict) as told:
        commands.correct_names(held.pk, second, base_version=1, by=MALI)

    assert (told.value.held.name_fr, told.value.held.version) == ("Nom de la première", 2)
    assert Organisation.objects.get(pk=held.pk).name_fr == "Nom de la première"


def test_a_corrected_name_leads_to_the_organisation_as_the_old_one_still_does() -> None:
    held = organisation("Ancien nom synthétique")

    commands.correct_names(held.pk, Names("", "Nouveau nom synthétique", "", "nngo"), base_version=1, by=NIGER)

    folded = set(OrganisationSpelling.objects.filter(organisation=held).values_list("folded", flat=True))
    assert folded == {"ancien nom synthetique", "nouveau nom synthetique"}
    line = JournalLine.objects.get(act="organisations.names-corrected")
    assert json.loads(bytes(line.facts))["before"] == {"name_fr": "Ancien nom synthétique", "org_type": "ingo"}


def test_the_reference_set_loaded_again_leaves_a_persons_correction_and_a_moved_spelling_alone() -> None:
    unicef, pam = Organisation.objects.get(slug="unicef"), Organisation.objects.get(slug="pam")
    commands.correct_names(unicef.pk, Names("UNICEF", "Nom corrigé", unicef.name_en, "un"), base_version=1, by=NIGER)
    commands.move_spelling(OrganisationSpelling.objects.get(organisation=pam, folded="wfp").pk, to=unicef.pk, by=NIGER)

    commands.load_organisations(reference_set.read("organisations"))

    assert Organisation.objects.get(slug="unicef").name_fr == "Nom corrigé"
    assert OrganisationSpelling.objects.get(folded="wfp").organisation_id == unicef.pk


def test_like_names_are_offered_once_and_no_more_after_a_person_keeps_them_apart() -> None:
    one, two = organisation("Aide synthétique au Sahel"), organisation("Aides synthétique au Sahel")
    assert [(pair.first, pair.second) for pair in queries.may_be_one([NIGER], about=one)] in ([(one, two)], [(two, one)])

    commands.keep_apart(two.pk, one.pk, by=NIGER)

    assert queries.may_be_one([NIGER], about=one) == []


def test_the_public_sees_public_organisations_and_published_spellings_alone() -> None:
    shown, hidden = organisation("Organisation publique synthétique"), organisation("Organisation restreinte synthétique", sensitivity="restricted")
    commands.add_spelling(shown.pk, "OPS Diffa", by=NIGER)
    reader = Mandate("u-r", Role.READER, state="MLI")

    assert queries.organisation((), hidden.slug) is None
    assert not queries.register((), search="ops diffa").exists()
    assert queries.register((), search="publique synthet").get().ways == 1
    assert queries.register([reader], search="ops diffa").get().ways == 2
    assert queries.organisation([reader], hidden.slug) == hidden


def test_activity_that_a_reader_may_not_see_counts_nowhere_in_the_register() -> None:
    held = organisation("Organisation synthétique")
    activity(stored_import("NER"), held)
    activity(stored_import("MLI", sensitivity="public"), held, unit="mli", sector="FSC")
    activity(stored_import("MLI", sensitivity="public"), held, unit="mli", sector="PRO")

    assert queries.declared((), [held.pk]) == {held.pk: {"MLI": 1}}
    assert queries.declared([NIGER], [held.pk]) == {held.pk: {"NER": 1, "MLI": 1}}
    assert queries.declared([MALI], [held.pk]) == {held.pk: {"MLI": 2}}
    assert not queries.register((), state="NER").exists()
    assert queries.register([NIGER], state="NER").get() == held
