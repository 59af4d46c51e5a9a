"""A node asks another's outbox over a bad line: nothing half received counts, nothing forged is believed, everything is told."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

import node_samples as samples
from concertation.apps.ground.queries import broken_lines
from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.arriving import commands as arriving
from concertation.apps.sharing.nodes import commands as node_commands
from concertation.apps.sharing.nodes.queries import KnownHost, alarms, hosts, last_statement
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.receipts import SEAL
from concertation.core.sharing.signing import fingerprint, public_of, signed
from concertation.formats.outbox import Seen
from concertation.formats.release import files_of
from concertation.site import node_keys, pulling, receipting
from concertation.site.fetching import Patience
from node_samples import Niger, after, by, ring, ring_keys, served, serving
from release_samples import PRIVATE, digest, note, release, sealed, seen

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
BY = Mandate("terminal", Role.DATA_MANAGER, state="BFA")
BURKINA = [Mandate("b", Role.READER, state="BFA")]
QUICK = Patience(silent_seconds=0.3, seconds=2, attempts=3, wait=lambda _seconds: None)
FIRST = release()
SECOND = release(sequence=2, previous=digest(FIRST), purpose="Suite")
TABLE = "ner-0001/data/people.csv"


@pytest.fixture(autouse=True)
def burkina(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Burkina Faso's node: its own keys, and Niger's believed."""
    settings.HOME = tmp_path
    commands.name_node("BFA", by=BY, at=AT)
    node_commands.believe([node_keys.first_statement("BFA", AT.date()).signed, by(ring())], by=BY, at=AT)
    yield


def pulled(niger: Niger, *, at: datetime = AT) -> tuple[list[str], list[str]]:
    """What was done with each release of an outbox, and the codes of what was wrong on the way."""
    with serving(niger):
        node_commands.register_host("NER", niger.address, state="BFA", by=BY, at=at)
        told = pulling.ask(hosts()["NER"], at=at, patience=QUICK)
    done = [each.done for each in pulling.take_all(told.folder, lambda _each: True, at=at)] if told.folder.exists() else []
    pulling.clear("NER")
    return done, [problem.code for problem in told.problems]


def cells_held() -> int:
    """How many cells of Niger's stand here."""
    return sum(len(queries.cells_of(BURKINA, each)) for each in queries.releases(BURKINA, node="NER"))


def outbox(**changed: object) -> Niger:
    """Niger's outbox with two releases."""
    return served({"ner-0001": FIRST, "ner-0002": SECOND}, **changed)  # type: ignore[arg-type]


def test_what_is_offered_comes_once_in_order_with_a_receipt_each() -> None:
    niger = outbox()
    assert pulled(niger) == (["taken", "taken"], [])
    asked = len(niger.asked)
    assert pulled(niger) == ([], [])

    assert cells_held() == 2 * len(seen())
    assert len(niger.asked) - asked == 3  # keys, list, receipts: no release is asked for twice
    assert [(each.node, each.act) for each in queries.receipts(digest(FIRST))] == [("BFA", "taken")]
    assert (hosts()["NER"].last_sequence, hosts()["NER"].good_until) == (2, date(2026, 11, 27))
    assert list(broken_lines()) == []


def test_a_line_cut_in_the_middle_goes_on_from_there() -> None:
    niger = outbox()
    niger.tricks = {TABLE: [samples.cut, samples.cut]}

    assert pulled(niger) == (["taken", "taken"], [])
    assert [since for place, since in niger.asked if place == TABLE][:2] == ["", f"bytes={len(FIRST['data/people.csv']) // 2}-"]


@pytest.mark.parametrize(("trick", "code"), [
    (samples.altered, "outbox-file-changed"), (samples.too_much, "outbox-file-changed"), (samples.stops_short, "sync-cut"), (samples.silent, "sync-too-slow"),
    (samples.elsewhere, "sync-redirected"),
])  # fmt: skip
def test_a_release_that_does_not_come_whole_stays_out_and_holds_no_other_up(trick: samples.Trick, code: str) -> None:
    niger = outbox()
    niger.tricks = {TABLE: [trick] * 3}

    assert pulled(niger) == (["taken"], [code])


FORGED: dict[str, tuple[Mapping[str, object], str]] = {
    "signed by another courier": ({"signer": samples.COURIERS["MLI"]}, "outbox-signature-wrong"),
    "of another node": ({"node": "MLI"}, "outbox-of-another-node"),
    "kept back for a month": ({"made_on": date(2026, 10, 1), "good_until": date(2026, 10, 8)}, "outbox-out-of-date"),
    "from two years on": ({"made_on": date(2028, 11, 20), "good_until": date(2028, 11, 27)}, "outbox-from-the-future"),
    "keys nobody's roots signed": ({"rings": [by(ring()), by(after(ring()), samples.OTHER_ROOTS)]}, "keys-not-signed"),
    "two statements of keys under one number": ({"rings": [by(ring(keys=ring_keys()[1:]))]}, "keys-two-with-one-number"),
}  # fmt: skip


@pytest.mark.parametrize("way", FORGED)
def test_a_list_or_keys_that_do_not_hold_bring_nothing(way: str) -> None:
    changed, code = FORGED[way]

    assert pulled(outbox(**changed)) == ([], [code])
    assert cells_held() == 0
    assert [each.subject for each in alarms()] == (["keys"] if code == "keys-two-with-one-number" else [])


def test_a_list_shorter_than_one_seen_before_is_noticed() -> None:
    pulled(outbox())

    assert pulled(served({"ner-0001": FIRST})) == ([], ["outbox-went-back"])


def test_new_keys_come_with_the_list_and_a_revoked_one_opens_nothing() -> None:
    signers = {role: bytes([70 + number]) * 32 for number, role in enumerate(PRIVATE)}
    renewed = after(ring(), keys=ring_keys(signers=signers), revoked=tuple(key.fingerprint for key in ring_keys()[:2]))
    later = sealed(files_of(note(sequence=2, previous=digest(FIRST)), seen()), private=signers)

    done, codes = pulled(served({"ner-0001": FIRST, "ner-0002": later}, rings=[by(ring()), by(renewed)]))

    assert (done, codes) == (["refused", "taken"], [])
    assert last_statement("NER").ring == renewed  # type: ignore[union-attr]


def test_two_releases_under_one_number_are_found_out_even_when_each_recipient_got_one() -> None:
    pulled(served({"ner-0001": FIRST}))
    twin = release(purpose="Pour les autres")

    assert pulled(served({"ner-0001": twin})) == (["refused"], [])
    arriving.take_in(note(node="MLI"), "a" * 64, (), by=BY, at=AT)
    pulled(served({"ner-0001": FIRST}, seen=[Seen("MLI", 1, "b" * 64)]))

    assert {(each.node, each.number, each.came, each.told_by) for each in alarms()} == {("NER", 1, digest(twin), "NER"), ("MLI", 1, "b" * 64, "NER")}


def test_a_release_past_its_day_is_erased_with_a_receipt() -> None:
    pulled(served({"ner-0001": FIRST}))
    later = datetime(2027, 6, 1, tzinfo=UTC)

    assert [len(pulling.purge_expired(at=later)) for _ in range(2)] == [1, 0]
    assert cells_held() == 0
    assert [(each.act, each.rows) for each in queries.receipts(digest(FIRST))] == [("purged", len(seen())), ("taken", len(seen()))]


def test_a_node_nobody_compared_is_not_believed_whatever_it_offers() -> None:
    with serving(served({"ner-0001": FIRST}, node="MLI", rings=[by(ring("MLI"))], signer=samples.COURIERS["MLI"])) as mali:
        told = pulling.ask(KnownHost("MLI", mali.address, None, 0, None), at=AT, patience=QUICK)

    assert [problem.code for problem in told.problems] == ["outbox-signature-wrong"]
    assert last_statement("MLI") is None


def test_a_receipt_is_kept_when_that_nodes_courier_signed_it_for_a_release_of_ours() -> None:
    own = note(node="BFA", recipients=("NER",))
    commands.publish(commands.draft(own, "f" * 64, seen(), by=BY, at=AT), own, by=BY, at=AT)

    def receipt(key: bytes = samples.COURIERS["NER"], **changed: object) -> bytes:
        said = {"act": "taken", "made_on": "2026-11-20", "node": "NER", "release": "f" * 64, "rows": 6, **changed}
        return canonical_json({**said, "key": fingerprint(public_of(key)), "signature": signed(key, canonical_json(said), SEAL).hex()})

    altered = receipt().replace(b'"rows":6', b'"rows":7')
    forged = [receipt(b"\x09" * 32), receipt(samples.COURIERS["MLI"]), receipt(next(iter(PRIVATE.values()))), receipt(release="0" * 64), receipt(node="BFA"), receipt(act="sold"), receipt(rows=-1), altered, b"{}", b"[]"]

    assert [receipting.take(each, at=AT) for each in forged] == [False] * len(forged)
    assert receipting.take(receipt(), at=AT)
    assert receipting.take_all(b"[" + receipt() + b"," + altered + b"]", at=AT) == (1, 1)
    assert [(each.node, each.act, each.rows) for each in queries.receipts("f" * 64)] == [("NER", "taken", 6)]
