"""The keys of a node: believed once by people, followed afterwards by signatures of its roots, never otherwise."""

from dataclasses import replace
from datetime import date

import pytest

from concertation.core.sharing.keyring import KeyRing, SignedRing, believed_first, follow, out_of_date, ring_of
from concertation.core.sharing.signing import fingerprint, public_of
from concertation.formats.keys_file import read_keys, written_keys
from node_samples import LAST, OTHER_ROOTS, ROOTS, TODAY, after, by, ring, ring_keys
from release_samples import PRIVATE

MINUTES = [fingerprint(public_of(root)) for root in ROOTS]
ROLE = next(iter(PRIVATE))


def codes(held: KeyRing, *came: SignedRing, today: date = TODAY) -> list[str]:
    """What is wrong with statements after the one held."""
    return [problem.code for problem in follow(came, held, today=today).problems]


@pytest.mark.parametrize(("typed", "code"), [
    (MINUTES[:2], ""), (MINUTES, ""), ([MINUTES[0].upper().replace(" ", ""), MINUTES[2]], ""),
    (MINUTES[:1], "keys-too-few-compared"), ([MINUTES[0], MINUTES[0]], "keys-too-few-compared"), ([], "keys-too-few-compared"),
    ([MINUTES[0], MINUTES[1].replace(MINUTES[1][0], "0" if MINUTES[1][0] != "0" else "1")], "keys-fingerprint-differs"),
])  # fmt: skip
def test_a_node_is_believed_when_a_person_compared_enough_of_its_roots(typed: list[str], code: str) -> None:
    told = believed_first([by(ring())], typed, today=TODAY)

    assert [problem.code for problem in told.problems] == ([code] if code else [])
    assert [each.ring for each in told.rings] == ([] if code else [ring()])


def test_later_keys_come_without_a_person_when_the_roots_signed_them() -> None:
    renewed = after(ring(), keys=ring_keys(until=date(2027, 2, 18)), revoked=(fingerprint(public_of(PRIVATE[ROLE])),))
    again = after(renewed)

    assert follow([by(ring()), by(renewed), by(again)], ring(), today=TODAY).rings == (by(renewed), by(again))
    assert believed_first([by(ring()), by(renewed)], MINUTES[:2], today=TODAY).rings == (by(ring()), by(renewed))


def test_new_roots_hold_when_the_old_and_the_new_signed() -> None:
    moved = after(ring(), roots=tuple(map(public_of, OTHER_ROOTS)))

    assert codes(ring(), by(moved, [*ROOTS[:2], *OTHER_ROOTS[1:]])) == []
    assert codes(ring(), by(moved, ROOTS)) == ["keys-not-signed"]
    assert codes(ring(), by(moved, OTHER_ROOTS)) == ["keys-not-signed"]
    assert codes(ring(), by(moved, [ROOTS[0], *OTHER_ROOTS])) == ["keys-not-signed"]


RENEWED = after(ring())
ATTACKS: dict[str, tuple[list[SignedRing], date, str]] = {
    "signed by one root": ([by(RENEWED, ROOTS[:1])], TODAY, "keys-not-signed"),
    "one root twice": ([by(RENEWED, [ROOTS[0], ROOTS[0]])], TODAY, "keys-not-signed"),
    "signed by keys at work": ([by(RENEWED, list(PRIVATE.values()))], TODAY, "keys-not-signed"),
    "signed by roots of its own making": ([by(after(ring(), roots=tuple(map(public_of, OTHER_ROOTS))), OTHER_ROOTS)], TODAY, "keys-not-signed"),
    "fewer roots asked for": ([by(after(ring(), needed=1), ROOTS[:1])], TODAY, "keys-not-signed"),
    "the signatures of another statement": ([SignedRing(RENEWED, by(after(ring(), revoked=("x",))).signatures)], TODAY, "keys-not-signed"),
    "two under one number": ([by(ring(keys=ring_keys()[:1]))], TODAY, "keys-two-with-one-number"),
    "a number jumped": ([by(replace(RENEWED, number=3))], TODAY, "keys-do-not-follow"),
    "another past": ([by(replace(RENEWED, previous="0" * 64))], TODAY, "keys-do-not-follow"),
    "another node's": ([by(replace(RENEWED, node="MLI"))], TODAY, "keys-of-another-node"),
    "dated two years on": ([by(replace(RENEWED, made_on=date(2028, 11, 20), expires_on=date(2029, 11, 20)))], TODAY, "keys-from-the-future"),
    "past its day, while a newer one is kept back": ([by(ring())], date(2028, 11, 20), "keys-out-of-date"),
}  # fmt: skip


@pytest.mark.parametrize("way", ATTACKS)
def test_a_statement_that_does_not_follow_changes_nothing(way: str) -> None:
    came, today, code = ATTACKS[way]
    told = follow(came, ring(), today=today)

    assert ([problem.code for problem in told.problems], told.rings) == ([code], ())


def test_an_old_statement_again_rolls_nothing_back() -> None:
    assert follow([by(ring()), by(RENEWED)], RENEWED, today=TODAY) == follow([], RENEWED, today=TODAY)


def test_a_node_past_its_day_is_told_so() -> None:
    assert out_of_date(ring(), today=LAST) is None
    assert out_of_date(ring(), today=date(2027, 9, 1)).code == "keys-out-of-date"  # type: ignore[union-attr]


def test_statements_read_back_are_those_written_and_nonsense_is_none() -> None:
    assert read_keys(written_keys([by(ring()), by(RENEWED)])).rings == (by(ring()), by(RENEWED))
    for spoiled in (b"", b"{}", b"[]", b"[1]", written_keys([by(ring())]).replace(b'"needed":2', b'"needed":0'), written_keys([by(ring()), by(ring("MLI"))])):
        assert [problem.code for problem in read_keys(spoiled).problems] == ["keys-unreadable"]
    assert ring_of({"needed": 1, "roots": "x"}) is None
