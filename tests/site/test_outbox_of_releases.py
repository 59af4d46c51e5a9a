"""A node's outbox answers, and takes nothing: public releases to everybody, a restricted one to its recipients under their courier key."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from concertation.apps.sharing import commands
from concertation.apps.sharing.arriving import commands as arriving
from concertation.apps.sharing.nodes import commands as node_commands
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.asking import question
from concertation.core.sharing.receipts import SEAL as RECEIPT_SEAL
from concertation.core.sharing.signing import holds
from concertation.formats.outbox import SEAL, read_index
from concertation.formats.release import files_of, read_release
from concertation.site import node_keys, receipting
from concertation.site.releasing import folder_of
from node_samples import COURIERS, by, ring
from release_samples import KEYS, digest, laid, note, receiver, sealed, seen

pytestmark = pytest.mark.django_db
BY = Mandate("terminal", Role.DATA_MANAGER, state="NER")
INDEX = "/outbox/index.json"
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
RESTRICTED = {"sequence": 1, "recipients": ("BFA",), "expires_on": "2099-01-01"}


@pytest.fixture(autouse=True)
def niger(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Niger's node: its keys, Burkina Faso's and Mali's believed, a release for Burkina Faso and one for all."""
    settings.HOME = tmp_path
    now = timezone.now()
    commands.name_node("NER", by=BY, at=now)
    node_commands.believe([node_keys.first_statement("NER", now.date()).signed], by=BY, at=now)
    node_commands.believe([by(ring("BFA")), by(ring("MLI"))], by=BY, at=now)
    first = published(**RESTRICTED)
    published(sequence=2, previous=first, recipients=("*",), level="public", expires_on="2099-01-01")
    yield tmp_path


def published(**changed: object) -> str:
    """A release of Niger's that left."""
    said = note(**changed)
    files = sealed(files_of(said, seen()))
    laid(folder_of("NER", said.sequence), files)
    made = commands.draft(said, digest(files), () if said.is_withdrawal else seen(), by=BY, at=AT)
    commands.publish(made, said, by=BY, at=AT)
    return digest(files)


def asking(address: str, asker: str = "BFA", *, asked: str = "NER", about: str = "", at: datetime | None = None, key: bytes = b"") -> dict[str, str]:
    """The header under which a node asks."""
    return {"Authorization": question(key or COURIERS[asker], asker=asker, asked=asked, address=about or address, at=at or timezone.now())}


def names(asker: str = "") -> list[str]:
    """The releases somebody is offered."""
    got = Client().get(INDEX, headers=asking(INDEX, asker) if asker else {})
    told = read_index(got.content)
    assert told is not None and told.index.last == 2
    assert holds(node_keys.public_of(node_keys.private_key(node_keys.key_file("courier"))), told.signature, told.statement, SEAL)
    return [each.name for each in told.index.releases]


def test_everybody_is_offered_what_is_public_and_recipients_what_is_theirs() -> None:
    assert names() == ["ner-0002"]
    assert names("MLI") == ["ner-0002"]
    assert names("BFA") == ["ner-0001", "ner-0002"]


def test_the_bytes_are_those_of_the_folder_and_are_read_like_a_stick(tmp_path: Path) -> None:
    told = read_index(Client().get(INDEX, headers=asking(INDEX)).content)
    assert told is not None
    offer = told.index.releases[0]
    for each in offer.files:
        place = f"/outbox/{offer.name}/{each.path}"
        (tmp_path / "got" / each.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "got" / each.path).write_bytes(Client().get(place, headers=asking(place)).content)

    read = read_release(tmp_path / "got", receiver(keys=KEYS))

    assert (read.problems, read.digest, read.cells) == ((), offer.digest, seen())


REFUSED: dict[str, tuple[Callable[[], dict[str, str]], str]] = {
    "no signature at all": (lambda: {"Authorization": "Concertation 00"}, "outbox-question-unreadable"),
    "another scheme": (lambda: {"Authorization": "Bearer abc"}, "outbox-question-unreadable"),
    "more than any header": (lambda: {"Authorization": "Concertation " + "a" * 5_000}, "outbox-question-unreadable"),
    "an hour ago": (lambda: asking(INDEX, at=datetime.now(UTC) - timedelta(hours=1)), "outbox-clocks-differ"),
    "a clock two years ahead": (lambda: asking(INDEX, at=datetime.now(UTC) + timedelta(days=730)), "outbox-clocks-differ"),
    "asked of another node": (lambda: asking(INDEX, asked="MLI"), "outbox-question-refused"),
    "asked of another address": (lambda: asking(INDEX, about="/outbox/receipts.json"), "outbox-question-refused"),
    "under somebody else's name": (lambda: asking(INDEX, "BFA", key=COURIERS["MLI"]), "outbox-question-refused"),
    "under a key never shown": (lambda: asking(INDEX, "BFA", key=b"\x77" * 32), "outbox-question-refused"),
}  # fmt: skip


@pytest.mark.parametrize("way", REFUSED)
def test_a_question_that_does_not_hold_is_refused_and_told_the_hour(way: str) -> None:
    headers, code = REFUSED[way]
    got = Client().get(INDEX, headers=headers())

    assert (got.status_code, got.json()["code"]) == (403, code)
    assert "now" in got.json()


def test_what_is_not_for_whoever_asks_does_not_exist_and_no_name_leads_outside() -> None:
    places = [
        "/outbox/ner-0001/manifest.json", "/outbox/ner-0001/data/people.csv", "/outbox/ner-0002/secret", "/outbox/ner-0002/../ner-0001/manifest.json",
        "/outbox/ner-0002/%2e%2e/%2e%2e/keys/courier.key", "/outbox/ner-0002//etc/passwd", "/outbox/ner-0009/manifest.json", "/outbox/receipts.json",
    ]  # fmt: skip

    assert {place: Client().get(place).status_code for place in places} == dict.fromkeys(places, 404)
    mali = "/outbox/ner-0001/manifest.json"
    assert Client().get(mali, headers=asking(mali, "MLI")).status_code == 404
    assert [Client().post(INDEX).status_code, Client().put(INDEX).status_code, Client().delete(INDEX).status_code] == [405, 405, 405]


def test_an_answer_cut_short_goes_on_from_where_it_stopped() -> None:
    place = "/outbox/ner-0002/data/people.csv"
    whole = Client().get(place)
    tag = whole.headers["ETag"]
    rest = Client().get(place, headers={"Range": "bytes=10-", "If-Range": tag})
    other = Client().get(place, headers={"Range": "bytes=10-", "If-Range": '"another"'})
    beyond = Client().get(place, headers={"Range": "bytes=999999-", "If-Range": tag})

    assert (rest.status_code, rest.content) == (206, whole.content[10:])
    assert (other.status_code, other.content) == (200, whole.content)
    assert beyond.status_code == 416


def test_a_withdrawn_release_is_offered_no_more_and_its_withdrawal_is() -> None:
    first = read_index(Client().get(INDEX, headers=asking(INDEX)).content)
    assert first is not None
    published(sequence=3, previous=first.index.releases[1].digest, withdraws=first.index.releases[0].digest, recipients=("BFA",), expires_on="2099-01-01")
    told = read_index(Client().get(INDEX, headers=asking(INDEX)).content)

    assert told is not None
    assert [each.name for each in told.index.releases] == ["ner-0002", "ner-0003"]


def test_receipts_are_given_to_the_node_they_are_for_alone() -> None:
    arriving.take_in(note(node="BFA", recipients=("NER",)), "e" * 64, (), by=BY, at=AT)
    receipting.give("e" * 64, "taken", 6, at=timezone.now())
    place = "/outbox/receipts.json"
    told, others = (json.loads(Client().get(place, headers=asking(place, asker)).content) for asker in ("BFA", "MLI"))

    assert ([each["release"] for each in told], others) == (["e" * 64], [])
    said = {name: told[0][name] for name in receipting.SAID}
    courier = node_keys.public_of(node_keys.private_key(node_keys.key_file("courier")))
    assert holds(courier, bytes.fromhex(told[0]["signature"]), receipting.canonical_json(said), RECEIPT_SEAL)
