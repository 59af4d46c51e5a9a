"""Pages of the register and of an organisation: who may see what, who may do what, and what a second editor is told."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activity_samples import ANALYST, activity, organisation, stored_import
from concertation.apps.access.commands import give_mandates, open_account
from concertation.apps.access.models import User
from concertation.apps.organisations import commands
from concertation.apps.organisations.models import Organisation, OrganisationMerge, OrganisationSpelling
from concertation.core.sharing import Role
from concertation.site import reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places() -> Iterator[None]:
    reference.load_if_changed()
    yield
    cache.clear()


def signed_in(role: Role = Role.DATA_MANAGER, state: str = "NER") -> Client:
    """A browser in which someone with one mandate is signed in."""
    user: User = open_account(f"{role}-{state}@example.org", "un long mot de passe", name="Essai")
    give_mandates(user, [(role, state)], since=timezone.localdate())
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def acts_on(held: Organisation, other: Organisation) -> list[tuple[str, dict[str, str]]]:
    """Every address that changes the register, with what its form sends."""
    spelling, made = held.spellings.first(), OrganisationMerge.objects.create(gone=other, kept=held, author="u")
    return [
        (reverse("organisation-names", args=[held.slug]), {"name_fr": "Changé", "version": "1"}),
        (reverse("organisation-add-spelling", args=[held.slug]), {"written": "Autre écriture synthétique"}),
        (reverse("organisation-spelling", args=[spelling.pk]), {"to": other.slug}),
        (reverse("organisation-merge", args=[held.slug]), {"into": other.slug}),
        (reverse("organisation-merge-take-back", args=[made.pk]), {}),
        (reverse("organisations-apart"), {"first": held.slug, "second": other.slug}),
    ]


def test_nobody_without_the_mandate_changes_the_register() -> None:
    held, other = organisation("Première synthétique"), organisation("Seconde synthétique")
    before = list(OrganisationSpelling.objects.order_by("pk").values_list("pk", "organisation_id"))
    strangers = [signed_in(Role.READER, "NER"), signed_in(Role.DONOR, ""), signed_in(Role.ANALYST, "NER")]

    for address, form in acts_on(held, other):
        assert Client().post(address, form).url.startswith(reverse("account_login"))
        assert [client.post(address, form).status_code for client in strangers] == [403, 403, 403]

    assert list(OrganisationSpelling.objects.order_by("pk").values_list("pk", "organisation_id")) == before
    assert Organisation.objects.get(pk=held.pk).version == 1


@pytest.mark.parametrize(("role", "state"), [(Role.DATA_MANAGER, "BFA"), (Role.ANALYST, "AES")])
def test_a_data_manager_of_any_state_and_the_frameworks_analyst_may_merge_and_undo(role: Role, state: str) -> None:
    gone, kept = organisation("Première synthétique"), organisation("Seconde synthétique")
    client = signed_in(role, state)

    answer = client.post(reverse("organisation-merge", args=[gone.slug]), {"into": kept.slug, "reason": "même siège"}, follow=True)

    assert "Première synthétique lue comme Seconde synthétique" in answer.content.decode()
    assert client.get(reverse("organisation", args=[gone.slug])).url == reverse("organisation", args=[kept.slug])
    made = OrganisationMerge.objects.get()
    client.post(reverse("organisation-merge-take-back", args=[made.pk]))
    assert client.get(reverse("organisation", args=[gone.slug])).status_code == 200


def test_the_forms_carry_a_token_against_forged_requests() -> None:
    held = organisation("Première synthétique")
    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies = signed_in().cookies

    assert guarded.post(reverse("organisation-add-spelling", args=[held.slug]), {"written": "Autre"}).status_code == 403


def test_the_second_editor_sees_the_difference_and_can_save_knowing_it() -> None:
    held = organisation("Ancien nom synthétique")
    client, address = signed_in(), reverse("organisation-names", args=[held.slug])
    commands.correct_names(held.pk, commands.Names("", "Nom de la première", "", "un"), base_version=1, by=ANALYST)

    told = client.post(address, {"acronym": "", "name_fr": "Nom du second", "name_en": "", "org_type": "ingo", "version": "1"})

    page = told.content.decode()
    assert told.status_code == 409
    assert "Nom de la première" in page
    assert "Nom du second" in page
    assert 'name="version" value="2"' in page
    client.post(address, {"acronym": "", "name_fr": "Nom du second", "name_en": "", "org_type": "ingo", "version": "2"})
    assert Organisation.objects.get(pk=held.pk).name_fr == "Nom du second"


def test_a_merge_shows_what_will_change_before_it_is_done() -> None:
    gone, kept = organisation("Première synthétique"), organisation("Seconde synthétique")
    activity(stored_import("NER"), gone)

    page = signed_in().get(reverse("organisation-merge", args=[gone.slug]), {"into": kept.slug}).content.decode()

    assert "lue comme Seconde synthétique" in page
    assert not OrganisationMerge.objects.exists()


def test_a_spelling_that_leads_elsewhere_is_refused_in_words() -> None:
    one, two = organisation("Première synthétique"), organisation("Seconde synthétique")

    page = signed_in().post(reverse("organisation-add-spelling", args=[two.slug]), {"written": "premiere synthetique"}, follow=True)

    assert "mène déjà à Première synthétique" in page.content.decode()
    assert page.redirect_chain[-1][0] == reverse("organisation", args=[one.slug])


def test_the_public_reads_the_register_and_no_confidential_activity() -> None:
    shown, hidden = organisation("Organisation publique synthétique"), organisation("Organisation restreinte synthétique", sensitivity="restricted")
    activity(stored_import("NER"), shown, written="Écriture confidentielle")

    page = Client().get(reverse("organisation", args=[shown.slug])).content.decode()

    assert "est ouverte à votre lecture" in page
    assert "Diffa" not in page
    assert "Distribution de vivres" not in page
    assert Client().get(reverse("organisation", args=[hidden.slug])).status_code == 404
    assert "restreinte" not in Client().get(reverse("organisations"), {"q": "synthetique"}).content.decode()
    assert "Distribution" not in Client().get(reverse("organisation", args=[shown.slug]), {"format": "csv"}).content.decode()


def test_a_reader_of_the_state_sees_where_it_works_and_the_cell_each_line_came_from() -> None:
    held = organisation("Organisation synthétique")
    row = activity(stored_import("NER"), held)

    page = signed_in().get(reverse("organisation", args=[held.slug]), {"level": "1"}).content.decode()

    assert "1 activité déclarée dans 1 secteur" in page
    assert f"{reverse('source-cell', args=[row.import_run.file_id])}?sheet=MATRICE&amp;row={row.row}" in page
    assert 'href="/units/ner-1-diffa/"' in page


def test_protection_of_another_state_shows_nowhere_even_when_its_rows_are_public() -> None:
    held = organisation("Organisation synthétique")
    activity(stored_import("NER", sensitivity="public"), held, sector="PRO")
    activity(stored_import("NER", sensitivity="public"), held, "ner-1-dosso", sector="FSC")

    page = signed_in(Role.DATA_MANAGER, "MLI").get(reverse("organisation", args=[held.slug])).content.decode()

    assert "Dosso" in page
    assert "1 activité déclarée" in page
    assert "Protection" not in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_speaks_one_language_and_says_nothing_in_the_other_one(language: str) -> None:
    one, two = organisation("Aide synthétique au Sahel"), organisation("Aides synthétique au Sahel")
    activity(stored_import("NER"), one)
    client, slug = signed_in(), one.slug
    addresses = [
        reverse("organisations"), reverse("organisations-alike"), reverse("organisation", args=[slug]), reverse("organisation-names", args=[slug]),
        reverse("organisation-merge", args=[slug]), f"{reverse('organisation-merge', args=[slug])}?into={two.slug}",
        f"{reverse('organisation-spelling', args=[one.spellings.get().pk])}?q=aides",
    ]  # fmt: skip

    client.cookies["language"] = language
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert f'<html lang="{language}">' in page
        assert ("Fusions" in page or "Fusionner" in page) <= (language == "fr")


@pytest.mark.parametrize(("wanted", "start"), [("csv", b"\xef\xbb\xbf"), ("hxl", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_the_register_and_an_organisations_activities_can_be_taken_away(wanted: str, start: bytes) -> None:
    held = organisation("Organisation synthétique")
    activity(stored_import("NER"), held)
    client = signed_in()

    for address in (reverse("organisations"), reverse("organisation", args=[held.slug])):
        assert client.get(address, {"format": wanted}).content.startswith(start)


def test_the_number_of_queries_does_not_grow_with_organisations_or_rows() -> None:
    held = organisation("Organisation synthétique")
    run = stored_import("NER")
    activity(run, held)
    client, addresses = signed_in(), (reverse("organisations"), reverse("organisation", args=[held.slug]), reverse("organisations-alike"))
    few = [queries_of(client, address) for address in addresses]

    for number in range(30):
        activity(run, held, "ner-1-dosso")
        activity(run, organisation(f"Organisation synthétique {number}"))

    assert [queries_of(client, address) for address in addresses] == few


def queries_of(client: Client, address: str) -> int:
    """How many queries a page makes, once what a process keeps in memory is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as made:
        client.get(address)
    return len(made)
