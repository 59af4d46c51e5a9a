"""Private keys of a node: made once, renewed under two root keys from their sticks, replaced when revoked, never left half done."""

import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from concertation.core.sharing.keyring import OPENING, USES, KeyRing, follow
from concertation.core.sharing.sealed import opening_public
from concertation.core.sharing.signing import public_of
from concertation.site import node_keys

MADE, LATER = date(2026, 11, 20), date(2027, 1, 15)


@pytest.fixture
def first(settings: Any, tmp_path: Path) -> KeyRing:
    """The first statement of Niger, its root keys carried away."""
    settings.HOME = tmp_path / "node"
    settings.HOME.mkdir()
    made = node_keys.first_statement("NER", MADE).signed.ring
    (tmp_path / "sticks").mkdir()
    for path in node_keys.root_files():
        path.rename(tmp_path / "sticks" / path.name)
    return made


def sticks(tmp_path: Path, *numbers: int) -> list[Path]:
    """The sticks that were brought."""
    return [tmp_path / "sticks" / f"root-{number}.key" for number in numbers]


def renewed(held: KeyRing, files: list[Path], **changed: Any) -> node_keys.NewKeys:
    """The next statement."""
    return node_keys.next_statement(held, LATER, **{"uses": USES, "revoked": (), "files": files, "new_roots": False, **changed})


def public(use: str) -> bytes:
    """The public half of the key that stands for a use."""
    private = node_keys.private_key(node_keys.key_file(use))
    return opening_public(private) if use == OPENING else public_of(private)


def test_keys_are_made_once_for_their_owner_alone(first: KeyRing) -> None:
    assert {key.use: key.public for key in first.keys} == {use: public(use) for use in USES}
    assert {stat.S_IMODE(node_keys.key_file(use).stat().st_mode) for use in USES} == {0o600}
    assert stat.S_IMODE(node_keys.folder().stat().st_mode) == 0o700


def test_two_sticks_renew_the_keys_and_others_follow(first: KeyRing, tmp_path: Path) -> None:
    made = renewed(first, sticks(tmp_path, 1, 3))
    before = {use: public(use) for use in USES}
    assert before == {key.use: key.public for key in first.keys}

    made.put_in_place()

    assert {key.use: key.public for key in made.signed.ring.keys} == {use: public(use) for use in USES} != before
    assert follow([made.signed], first, today=LATER).rings == (made.signed,)
    assert not list(node_keys.folder().glob("*.next"))


def test_one_stick_or_strange_ones_renew_nothing(first: KeyRing, tmp_path: Path) -> None:
    strange = tmp_path / "sticks" / "strange.key"
    node_keys.made_key(strange)

    for files in (sticks(tmp_path, 2), [*sticks(tmp_path, 2), strange], [*sticks(tmp_path, 2, 2)], []):
        with pytest.raises(node_keys.TooFewRoots):
            renewed(first, files)
    assert {key.use: key.public for key in first.keys} == {use: public(use) for use in USES}


def test_a_revoked_key_is_replaced_and_the_others_stay(first: KeyRing, tmp_path: Path) -> None:
    stolen = first.keys[0]
    ring = renewed(first, sticks(tmp_path, 1, 2), uses=(), revoked=(stolen.fingerprint,)).signed.ring

    assert ring.revoked == (stolen.fingerprint,)
    assert stolen.public not in {key.public for key in ring.keys}
    assert {key.use for key in ring.keys} == set(USES)
    assert set(first.keys[1:]) <= set(ring.keys)


def test_new_roots_are_signed_by_the_old_and_the_new(first: KeyRing, tmp_path: Path) -> None:
    made = renewed(first, sticks(tmp_path, 2, 3), new_roots=True)

    assert follow([made.signed], first, today=LATER).problems == ()
    assert not set(made.signed.ring.roots) & set(first.roots)
    assert len(made.signed.signatures) == 2 + node_keys.ROOTS


def test_what_an_attempt_that_was_cut_left_does_not_stop_the_next(first: KeyRing, tmp_path: Path) -> None:
    renewed(first, sticks(tmp_path, 1, 2))
    made = renewed(first, sticks(tmp_path, 1, 2))
    made.put_in_place()

    assert {key.use: key.public for key in made.signed.ring.keys} == {use: public(use) for use in USES}
