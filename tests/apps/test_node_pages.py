"""The pages of nodes: fingerprints for everybody, what came and what is missing for people of the node, nothing to push."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from access_steps import browser_of, person
from concertation.apps.sharing import commands
from concertation.apps.sharing.arriving import commands as arriving
from concertation.apps.sharing.nodes import commands as node_commands
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.signing import fingerprint, public_of
from node_samples import ROOTS, by, ring
from release_samples import note, seen

pytestmark = pytest.mark.django_db
BY = Mandate("terminal", Role.DATA_MANAGER, state="NER")
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST, BACK = "a" * 64, "b" * 64


@pytest.fixture(autouse=True)
def niger(settings: Any, tmp_path: Path) -> None:
    """Niger's node: Burkina Faso and Mali believed, a release withdrawn, one receipt of two, a hole and an alarm."""
    settings.HOME = tmp_path
    commands.name_node("NER", by=BY, at=AT)
    node_commands.believe([by(ring("BFA")), by(ring("MLI")), by(ring("NER", expires_on=date(2026, 1, 1)))], by=BY, at=AT)
    commands.publish(commands.draft(note(), FIRST, seen(), by=BY, at=AT), note(), by=BY, at=AT)
    taken_back = note(sequence=2, previous=FIRST, withdraws=FIRST)
    commands.publish(commands.draft(taken_back, BACK, (), by=BY, at=AT), taken_back, by=BY, at=AT)
    commands.keep_receipt(node="BFA", digest=FIRST, act="purged", rows=6, made_on=AT.date(), key="", signature=b"", state="NER", by=BY, at=AT)
    arriving.take_in(note(node="MLI", sequence=3), "c" * 64, (), by=BY, at=AT)
    node_commands.register_host("MLI", "https://localhost", state="NER", by=BY, at=AT)
    node_commands.note_asked("MLI", last_sequence=4, good_until=date(2026, 11, 1), at=AT)
    node_commands.raise_alarm(node="MLI", subject="release", number=3, held="c" * 64, came="d" * 64, told_by="BFA", by=BY, at=AT)


def shown(client: Client, path: str, language: str = "fr") -> str:
    """The page of an address."""
    answer = client.get(f"{path}?lang={language}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_names_what_is_missing_awaited_past_its_day_and_told_twice() -> None:
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))
    told, english = shown(manager, "/nodes/"), shown(manager, "/nodes/", "en")

    assert "1, 2, 4" in told and "https://localhost" in told
    assert "Mali a dit deux choses sous le numéro 3 (diffusions)." in told
    assert "fraîcheur non garantie" in told and "ne valait que jusqu" in told
    assert "Receipts of erasure awaited" in english and "Receipts kept" in english
    assert "It believes the keys of 2 other nodes." in english


def test_a_page_of_nodes_asks_the_database_at_most_twelve_times(django_assert_max_num_queries: Any) -> None:
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))
    manager.get("/nodes/")

    with django_assert_max_num_queries(12):
        manager.get("/nodes/")


def test_somebody_without_mandate_sees_no_address_and_no_receipt_and_nobody_signed_in_sees_no_page() -> None:
    told = shown(browser_of(person("stranger")), "/nodes/")

    assert "https://localhost" not in told and "effacée" not in told
    assert Client().get("/nodes/").status_code == 302


def test_fingerprints_are_there_for_everybody_to_compare() -> None:
    told = shown(Client(), "/nodes/fingerprints/")

    assert all(fingerprint(public_of(root)) in told for root in ROOTS)


def test_a_node_that_is_nobodys_says_how_to_begin(settings: Any) -> None:
    commands.OwnNode.objects.all().delete()

    assert "./run node init" in shown(browser_of(person("manager", (Role.DATA_MANAGER, "NER"))), "/nodes/")
