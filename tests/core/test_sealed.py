"""Sealed boxes: opened by each recipient and nobody else, whole or not at all."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.sharing.sealed import BLOCK, Fresh, opened, opening_name, opening_public, sealed
from concertation.formats.release import SEALED, Receiver, files_of, read_release
from release_samples import KEYS, TODAY, digest, laid, note, receiver, seen
from release_samples import sealed as signed_files

BURKINA, MALI, STRANGER = b"\x11" * 32, b"\x22" * 32, b"\x33" * 32
FRESH = Fresh(b"\x44" * 32, (b"\x55" * 32, b"\x66" * 32))
CONTENT = b"unit,sector,value\n" * 20
BOX = sealed(CONTENT, [opening_public(BURKINA), opening_public(MALI)], FRESH)


@pytest.mark.parametrize("private", [BURKINA, MALI])
def test_each_recipient_opens_the_box(private: bytes) -> None:
    assert opened(BOX, private).content == CONTENT


def test_who_is_no_recipient_opens_nothing_and_is_told_so() -> None:
    told = opened(BOX, STRANGER)

    assert (told.content, told.problem and told.problem.code) == (b"", "release-not-sealed-to-this-node")


def test_a_false_key_under_the_name_of_a_recipient_opens_nothing() -> None:
    stolen = BOX.replace(opening_name(opening_public(MALI)).encode(), opening_name(opening_public(STRANGER)).encode())

    told = opened(stolen, STRANGER)

    assert told.problem and told.problem.code == "release-seal-broken"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_one_byte_flipped_anywhere_opens_nothing(data: st.DataObject) -> None:
    place, change = data.draw(st.integers(0, len(BOX) - 1)), data.draw(st.integers(1, 255))
    spoiled = BOX[:place] + bytes([BOX[place] ^ change]) + BOX[place + 1 :]

    told = opened(spoiled, BURKINA)

    assert told.content == b"" and told.problem is not None


@given(st.integers(0, len(BOX) - 1))
@settings(max_examples=80, deadline=None)
def test_a_box_cut_short_opens_nothing(length: int) -> None:
    told = opened(BOX[:length], BURKINA)

    assert told.content == b"" and told.problem is not None


def test_the_length_of_a_box_tells_no_count_of_rows() -> None:
    few, more = (sealed(b"x" * size, [opening_public(BURKINA), opening_public(MALI)], FRESH) for size in (10, BLOCK - 100))

    assert len(few) == len(more)


def boxed(*privates: bytes) -> dict[str, bytes]:
    """Niger's first release, sealed to some keys and signed twice."""
    fresh = Fresh(b"\x44" * 32, tuple(bytes([number]) * 32 for number in range(1, len(privates) + 1)))
    return signed_files(files_of(note(hidden=0), seen(), lambda content: sealed(content, [opening_public(each) for each in privates], fresh)))


def test_a_sealed_release_is_read_by_its_recipient_and_its_folder_shows_no_figure(tmp_path: Path) -> None:
    files = boxed(BURKINA)

    read = read_release(laid(tmp_path / "r", files), receiver(opening=(STRANGER, BURKINA)))

    assert (read.problems, read.digest, read.cells) == ((), digest(files), seen())
    assert sorted(files) == ["manifest.json", "release.json", SEALED, "signatures.json"]
    assert not any(b"Diffa" in content or b"400" in content for content in files.values())


@pytest.mark.parametrize(("opening", "code"), [((), "release-not-sealed-to-this-node"), ((STRANGER,), "release-not-sealed-to-this-node")])
def test_a_release_sealed_to_others_is_refused_though_signed(opening: tuple[bytes, ...], code: str, tmp_path: Path) -> None:
    read = read_release(laid(tmp_path / "r", boxed(BURKINA)), Receiver("BFA", TODAY, KEYS, {}, opening))

    assert ([each.code for each in read.problems], read.cells) == ([code], ())


@pytest.mark.parametrize("inside", [b"[]", b"\xff", b'{"datapackage.json": 3}', b'{"data/people.csv": "unit"}'])
def test_a_box_that_holds_something_else_is_refused(inside: bytes, tmp_path: Path) -> None:
    fresh = Fresh(b"\x44" * 32, (b"\x55" * 32,))
    files = signed_files(files_of(note(hidden=0), seen(), lambda _content: sealed(inside, [opening_public(BURKINA)], fresh)))

    read = read_release(laid(tmp_path / "r", files), receiver(opening=(BURKINA,)))

    assert read.cells == () and read.problems
