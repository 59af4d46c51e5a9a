"""The way of a release on its pages: prepared and controlled, signed by two people, published, taken away, withdrawn with a reason."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from access_steps import browser_of, person
from activity_samples import activity, organisation, stored_import
from concertation.apps.ground.models import JournalLine
from concertation.apps.picture.commands import refresh
from concertation.apps.releases import making
from concertation.apps.sharing import queries
from concertation.apps.sharing.models import Release, ReleasedFigure, SigningKey
from concertation.core.sharing import Mandate, Role
from concertation.formats.release import Receiver, read_release
from concertation.site import reference
from release_samples import PRIVATE
from release_steps import OPENING_KEYS, Signers, in_force, made, needs, own_node, signers

pytestmark = pytest.mark.django_db
MANAGER = Mandate("manager", Role.DATA_MANAGER, state="NER")


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> Signers:
    settings.HOME = tmp_path
    reference.load_if_changed()
    own_node()
    needs()
    in_force()
    return signers()


def signed(browser: Client, release: Release, role: Role, private: bytes | None = None) -> Any:
    key = SimpleUploadedFile("key", (private or PRIVATE[role]).hex().encode())
    return browser.post(f"/releases/{release.pk}/sign/", {"role": role.value, "key": key}, follow=True)


def published(people: Signers) -> Release:
    release = made(people.manager)
    signed(people.manager, release, Role.DATA_MANAGER)
    signed(people.authority, release, Role.RELEASE_AUTHORITY)
    people.authority.post(f"/releases/{release.pk}/publish/")
    release.refresh_from_db()
    return release


def told(answer: Any) -> list[str]:
    return [str(each) for each in answer.context["messages"]][::-1]


def test_the_table_as_held_stands_beside_the_table_as_others_will_see_it(people: Signers) -> None:
    release = made(people.manager)

    page = people.manager.get(f"/releases/{release.pk}/")

    lines = {line["unit"]: (line["held"], line["hidden"], line["why"]) for line in page.context["lines"]}
    assert lines["Agadez"] == (7, True, "seuil\u202f: moins de 10")
    assert lines["Tahoua"] == (250, True, "complément\u202f: sans elle, une autre case se déduirait")
    assert lines["Diffa"] == (400, False, "")
    assert lines["Dosso"] == (0, False, "")
    assert lines["Maradi"] == (None, False, "")
    assert "2 cases sur 9 restent dans l'État." in page.context["report"]


def test_a_release_is_signed_by_two_people_published_and_read_by_whom_it_is_meant_for(people: Signers) -> None:
    release = made(people.manager)
    assert people.reader.get(f"/releases/{release.pk}/").status_code == 404

    early = people.authority.post(f"/releases/{release.pk}/publish/", follow=True)
    signed(people.manager, release, Role.DATA_MANAGER)
    signed(people.authority, release, Role.RELEASE_AUTHORITY)
    done = people.authority.post(f"/releases/{release.pk}/publish/", follow=True)

    assert "Il manque une signature" in told(early)[0]
    assert told(done)[:1] == ["Publiée\u202f: elle est prête à être téléchargée, copiée sur une clé, ou prise par les autres nœuds."]
    seen = people.reader.get(f"/releases/{release.pk}/")
    assert {line["unit"]: line["held"] for line in seen.context["lines"]}["Agadez"] is None
    assert b">7<" not in seen.content and not seen.context["has_control"]
    assert [line.act for line in JournalLine.objects.filter(act__startswith="sharing.release").order_by("sequence")] == [
        "sharing.release-made", "sharing.release-signed", "sharing.release-signed", "sharing.release-published",
    ]  # fmt: skip


def test_the_package_taken_away_is_the_release_that_another_node_believes(people: Signers, tmp_path: Path) -> None:
    release = published(people)

    content = people.reader.get(f"/releases/{release.pk}/package.zip").content

    (tmp_path / "taken.zip").write_bytes(content)
    read = read_release(tmp_path / "taken.zip", Receiver("BFA", timezone.localdate(), queries.held_keys(), {}, (OPENING_KEYS["BFA"],)))
    assert (read.problems, read.digest, len(read.cells)) == ((), release.digest, 9)
    assert zipfile.ZipFile(BytesIO(content)).namelist() == ["manifest.json", "release.json", "sealed.bin", "signatures.json"]


def test_a_recipient_whose_key_is_not_known_receives_nothing_restricted(people: Signers) -> None:
    SigningKey.objects.filter(node="BFA").delete()

    answer = people.manager.post("/releases/make/", asked_for())

    assert any("clé d'ouverture" in error and "BFA" in error for error in answer.context["form"].non_field_errors())


def test_who_may_not_act_is_told_why(people: Signers) -> None:
    release, both = made(people.manager), browser_of(person("both", (Role.DATA_MANAGER, "NER"), (Role.RELEASE_AUTHORITY, "NER")))

    assert "vient d'abord" in told(signed(people.authority, release, Role.RELEASE_AUTHORITY))[0]
    assert "autre rôle" in told(signed(people.authority, release, Role.DATA_MANAGER))[0]
    assert "clé jointe est celle d'un autre rôle" in told(signed(people.manager, release, Role.DATA_MANAGER, PRIVATE[Role.RELEASE_AUTHORITY]))[0]
    assert "n'est pas une clé" in told(signed(people.manager, release, Role.DATA_MANAGER, b"\x09" * 32))[0]
    assert "Aucune clé privée" in told(people.manager.post(f"/releases/{release.pk}/sign/", {"role": "data-manager"}, follow=True))[0]
    signed(both, release, Role.DATA_MANAGER)
    assert "même personne" in told(signed(both, release, Role.RELEASE_AUTHORITY))[0]
    assert people.reader.post(f"/releases/{release.pk}/sign/", {"role": "data-manager"}).status_code == 404
    assert people.reader.get("/releases/make/").status_code == 403
    assert list(queries.signatures(release)) == [Role.DATA_MANAGER]


def test_a_withdrawal_says_its_reason_and_passes_by_both_signatures(people: Signers) -> None:
    release = published(people)

    silent = people.authority.post(f"/releases/{release.pk}/withdraw/", {"why": ""}, follow=True)
    people.authority.post(f"/releases/{release.pk}/withdraw/", {"why": "Erreur de saisie (synthétique)"})
    back = Release.objects.get(withdraws=release.digest)
    assert people.reader.get(f"/releases/{release.pk}/").status_code == 200
    signed(people.manager, back, Role.DATA_MANAGER)
    signed(people.authority, back, Role.RELEASE_AUTHORITY)
    people.manager.post(f"/releases/{back.pk}/publish/")

    assert "dit son motif" in told(silent)[0]
    assert people.reader.get(f"/releases/{release.pk}/").status_code == 404
    page = people.manager.get(f"/releases/{release.pk}/")
    assert "Erreur de saisie (synthétique)" in page.context["related"][0][0]
    assert making.note_held(back).withdraws == release.digest


def test_a_release_outside_its_agreement_is_refused_with_what_lacks(people: Signers) -> None:
    cases = {
        "agreement-recipient-outside": {"recipients": ["TGO"]}, "agreement-finer": {"grain": "2", "recipients": ["BFA"]}, "release-without-agreement": {"agreement": ""},
        "release-without-recipient": {"recipients": []}, "release-nothing-held": {"sectors": ["HEA"]}, "release-sector-closed": {"what": "presence:organisations", "sectors": ["PRO"]},
    }  # fmt: skip
    for code, changed in cases.items():
        answer = people.manager.post("/releases/make/", {**asked_for(), **changed})
        words = making_words(code)
        assert answer.status_code == 422
        assert any(words in error for error in answer.context["form"].non_field_errors()), (code, answer.context["form"].errors)
    assert not Release.objects.exists()


def asked_for() -> dict[str, object]:
    from_page: dict[str, object] = {
        "what": "people:in_need", "sectors": ["WSH"], "grain": "1", "level": "restricted", "agreement": "AES-2026-01", "recipients": ["BFA"], "purpose": "Synthétique", "days": "90",
    }  # fmt: skip
    return from_page


def making_words(code: str) -> str:
    return {
        "agreement-recipient-outside": "pas prévu par l'accord (TGO)", "agreement-finer": "plus fin que celui de l'accord", "release-without-agreement": "suit un accord de partage",
        "release-without-recipient": "nomme ses destinataires", "release-nothing-held": "Aucun chiffre n'est tenu", "release-sector-closed": "ne quitte pas l'État (PRO)",
    }[code]  # fmt: skip


def test_a_preparation_given_up_leaves_nothing(people: Signers) -> None:
    release = made(people.manager)

    people.manager.post(f"/releases/{release.pk}/discard/")

    assert not Release.objects.exists() and not ReleasedFigure.objects.exists()


def test_an_agreement_is_confirmed_by_somebody_else_and_ended_with_a_reason(people: Signers) -> None:
    words = {
        "reference": "AES-2026-02", "parties": ["MLI"], "purpose": "Synthétique", "starts_on": "2026-01-01", "ends_on": "2030-01-01", "people_grain": "2", "people_delay": "0",
        "destruction": "Un an (synthétique)", "contact": "",
    }  # fmt: skip
    address = people.manager.post("/releases/agreements/new/", words).headers["Location"]
    twice = people.manager.post("/releases/agreements/new/", words)

    assert people.manager.post(f"{address}confirm/").status_code == 403
    assert people.authority.get(address).context["standing"][0] == "à confirmer"
    people.authority.post(f"{address}confirm/")
    assert people.reader.get(address).context["standing"][0] == "en vigueur"
    people.authority.post(f"{address}end/", {"why": "Fin du projet (synthétique)"})
    assert people.reader.get(address).context["standing"][0] == "terminé"
    assert twice.status_code == 422 and "déjà celle d'un autre accord" in twice.context["form"].non_field_errors()[0]
    assert [line.act for line in JournalLine.objects.filter(act__startswith="sharing.agreement").order_by("sequence")][-3:] == [
        "sharing.agreement-written", "sharing.agreement-confirmed", "sharing.agreement-ended",
    ]  # fmt: skip


def test_a_node_that_nobody_named_says_how_to_name_it(db: None) -> None:
    assert "./run node init" in Client().get("/releases/").content.decode()


def test_presence_leaves_as_its_recipients_see_it_small_counts_hidden_and_silence_is_no_zero(people: Signers) -> None:
    held, closed = stored_import("NER", sensitivity="public", sectors=("FSC", "PRO")), stored_import("NER", sensitivity="confidential", sectors=("FSC",))
    actors = [organisation(f"Organisation synthétique {number}") for number in range(4)]
    for actor in actors:
        activity(held, actor, "ner-1-diffa")
        activity(held, actor, "ner-1-diffa", sector="PRO")
    activity(held, actors[0], "ner-1-maradi")
    activity(closed, actors[1], "ner-1-zinder")
    refresh("NER")

    release = made(people.manager, what="presence:organisations", sectors=["FSC"], level="public", agreement="", recipients=[])

    cells = {cell.unit_name: (cell.value, cell.state.value) for cell in queries.cells_of([MANAGER], release)}
    assert cells["Diffa"] == (4, "shown")
    assert cells["Maradi"] == (None, "hidden")
    assert cells["Zinder"] == cells["Agadez"] == (None, "not-held")
    assert {cell.sector for cell in queries.cells_of([MANAGER], release)} == {"FSC"}
    lines = {line["unit"]: line["held"] for line in people.manager.get(f"/releases/{release.pk}/").context["lines"]}
    assert lines["Maradi"] == 1 and lines["Zinder"] is None


def test_who_has_no_second_factor_signs_nothing(people: Signers, settings: Any) -> None:
    release, unsecured = made(people.manager), browser_of(person("unsecured", (Role.DATA_MANAGER, "NER")))
    settings.SECOND_FACTOR = True

    page = unsecured.get(f"/releases/{release.pk}/")
    answer = signed(unsecured, release, Role.DATA_MANAGER)

    assert page.status_code == 200 and not [step for step in page.context["steps"] if step.act]
    assert "autre rôle" in told(answer)[0]
    assert not queries.signatures(release)


def test_a_release_that_says_the_table_anew_replaces_the_one_before_and_gives_its_place_back_when_withdrawn(people: Signers) -> None:
    first = published(people)
    wider, narrower = made(people.manager, recipients=["BFA", "MLI"]), made(people.manager, recipients=["MLI"])
    assert [making.note_held(each).supersedes for each in (first, wider, narrower)] == ["", first.digest, ""]

    second = published(people)
    assert making.note_held(second).supersedes == second.supersedes == first.digest
    texts = {path: people.reader.get(path).content.decode() for path in ("/releases/", f"/releases/{first.pk}/", f"/releases/{second.pk}/")}
    assert "remplacée" in texts["/releases/"] and "Remplacée par la diffusion n° 2" in texts[f"/releases/{first.pk}/"] and "Remplace la diffusion n° 1" in texts[f"/releases/{second.pk}/"]

    people.authority.post(f"/releases/{second.pk}/withdraw/", {"why": "Erreur de saisie (synthétique)"})
    back = Release.objects.get(withdraws=second.digest)
    signed(people.manager, back, Role.DATA_MANAGER)
    signed(people.authority, back, Role.RELEASE_AUTHORITY)
    people.manager.post(f"/releases/{back.pk}/publish/")
    assert "remplacée" not in people.reader.get("/releases/").content.decode()
    assert "Remplacée" not in people.reader.get(f"/releases/{first.pk}/").content.decode()
