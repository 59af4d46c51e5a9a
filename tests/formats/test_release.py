"""A release is read without trust: every way of spoiling it ends in its own words, and nothing of it comes in."""

import json
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.sharing.canonical import NotCanonical, canonical_json
from concertation.core.sharing.mandates import Role
from concertation.core.sharing.released_tables import CellState, PeopleCell, with_totals
from concertation.core.sharing.releases import Received
from concertation.formats.parcel import MOST_FILES
from concertation.formats.problem_texts import catalogue
from concertation.formats.release import (
    MANIFEST,
    NOTE,
    PACKAGE,
    SIGNATURES,
    ReadRelease,
    Receiver,
    files_of,
    manifest_of,
    read_release,
)
from release_samples import (
    HELD,
    KEYS,
    PRIVATE,
    TODAY,
    after,
    digest,
    key,
    laid,
    note,
    receiver,
    release,
    sealed,
    seen,
    zipped,
)

Files = dict[str, bytes]
TABLE = "data/people.csv"


def codes(read: ReadRelease) -> list[str]:
    """The codes of what was wrong; each has its words."""
    told = [problem.code for problem in read.problems]
    assert set(told) <= catalogue().keys()
    return told


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_release_read_back_is_the_release_made(form: str, tmp_path: Path) -> None:
    path = laid(tmp_path / "r", release()) if form == "folder" else zipped(tmp_path / "r.zip", release())
    read = read_release(path, receiver())

    assert codes(read) == []
    assert read.cells == seen()
    assert read.note == note()
    assert read.digest == digest(release())


def test_what_is_hidden_and_what_is_not_held_carry_no_value_and_zero_does() -> None:
    states = {cell.unit: (cell.state, cell.value) for cell in seen()}

    assert states["NER001"] == (CellState.HIDDEN, None)
    assert states["NER004"] == (CellState.NOT_HELD, None)
    assert states["NER003"] == (CellState.SHOWN, 0) or states["NER003"][0] is CellState.HIDDEN
    assert states["*"] == (CellState.SHOWN, 657)


@pytest.mark.shared
def test_the_schemas_of_data_package_2_accept_the_descriptor(shared: Path) -> None:
    profiles = shared / "datapackage/profiles/2.0"
    package = json.loads(release()[PACKAGE])
    for profile, content in (("datapackage", package), ("dataresource", package["resources"][0]), ("tableschema", package["resources"][0]["schema"])):
        schema = json.loads((profiles / f"{profile}.json").read_text("utf-8"))
        assert jsonschema_rs.validator_for(schema).is_valid(content), profile
        assert not jsonschema_rs.validator_for(schema).is_valid({"resources": "none", "path": 3, "fields": 3}), profile


def without(name: str) -> Callable[[Files], Files]:
    """A file left behind, as on a stick pulled out too early."""
    return lambda files: {other: content for other, content in files.items() if other != name}


def altered(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    """A file changed after the signatures."""
    return lambda files: {**files, name: change(files[name])}


def added(name: str, content: bytes) -> Callable[[Files], Files]:
    """A file nobody signed."""
    return lambda files: {**files, name: content}


def signed_again(change: Callable[[Files], Files]) -> Callable[[Files], Files]:
    """Changed, and signed by the real keys: what a State in bad faith, or a broken program of its, could send."""
    def spoil(files: Files) -> Files:
        changed = {name: content for name, content in change(files).items() if name not in (MANIFEST, SIGNATURES)}
        return sealed({**changed, MANIFEST: manifest_of(changed, note())})
    return spoil


def descriptor(**changed: object) -> Callable[[Files], Files]:
    """The descriptor of the table says something else."""
    def change(files: Files) -> Files:
        package = json.loads(files[PACKAGE])
        package["resources"][0] |= changed
        return {**files, PACKAGE: json.dumps(package).encode()}
    return signed_again(change)


FOREIGN = {"fields": [{"name": "unit", "type": "string", "constraints": {"pattern": "(a+)+$"}}], "foreignKeys": [{"fields": "unit", "reference": {"resource": "nowhere", "fields": "x"}}]}
SPOILED: dict[str, tuple[Callable[[Files], Files], str]] = {
    "half copied: no table": (without(TABLE), "release-file-missing"),
    "half copied: no signatures": (without(SIGNATURES), "release-file-missing"),
    "half copied: table cut": (altered(TABLE, lambda content: content[: len(content) // 2]), "release-file-altered"),
    "half copied: signatures cut": (altered(SIGNATURES, lambda content: content[:40]), "release-manifest-unreadable"),
    "one figure changed": (altered(TABLE, lambda content: content.replace(b"657", b"658")), "release-file-altered"),
    "the note changed": (altered(NOTE, lambda content: content.replace(b"BFA", b"TGO")), "release-file-altered"),
    "the manifest changed": (altered(MANIFEST, lambda content: content.replace(b"\"made_on\"", b" \"made_on\"")), "release-signature-wrong"),
    "an extra file": (added("data/notes.csv", b"a"), "release-file-extra"),
    "an archive inside": (added("data/more.zip", b"PK\x03\x04" + bytes(60)), "release-archive-inside"),
    "a manifest said twice": (altered(MANIFEST, lambda content: b'{"files":{},"files":{},"node":"NER","made_on":"2026-11-18"}'), "release-manifest-unreadable"),
    "a manifest nested beyond reason": (altered(MANIFEST, lambda _content: b"[" * 100_000), "release-manifest-unreadable"),
    "a table by address": (descriptor(path="http://169.254.169.254/latest"), "release-path-refused"),
    "a table by absolute path": (descriptor(path="/etc/passwd"), "release-path-refused"),
    "a table above": (descriptor(path="../people.csv"), "release-path-refused"),
    "another hash announced": (descriptor(hash="sha256:00"), "release-file-altered"),
    "a catastrophic pattern and a foreign key to nowhere": (descriptor(schema=FOREIGN), "release-schema-unknown"),
    "a negative count": (signed_again(altered(TABLE, lambda content: content.replace(b"657", b"-657"))), "release-file-altered"),
}  # fmt: skip


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("way", SPOILED)
def test_a_spoiled_release_is_refused_in_its_own_words(way: str, form: str, tmp_path: Path) -> None:
    spoil, code = SPOILED[way]
    files = spoil(release())
    read = read_release(laid(tmp_path / "r", files) if form == "folder" else zipped(tmp_path / "r.zip", files), receiver())

    assert code in codes(read)
    assert read.cells == ()


@pytest.mark.parametrize("name", ["/etc/passwd", "../evil.csv", "data/../../evil", "C:\\evil", "http://host/evil", "a/b/c.csv", "RELEASE\u202e.json", "data/people.csv\0", ".ssh"])
def test_a_name_that_is_not_plain_is_refused_before_anything_is_read(name: str, tmp_path: Path) -> None:
    read = read_release(zipped(tmp_path / "r.zip", {**release(), name: b"x"}), receiver())

    assert codes(read)[0] in ("release-name-refused", "release-name-twice")


def test_names_written_in_capitals_by_an_old_disk_are_the_same_names(tmp_path: Path) -> None:
    files = {name.upper(): content for name, content in release().items()}

    assert codes(read_release(laid(tmp_path / "r", files), receiver())) == []


def test_a_zip_that_cheats_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(MOST_FILES + 1):
            archive.writestr(f"f{number}.csv", b"")
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        link = zipfile.ZipInfo("data/people.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"data/b{number}.csv", bytes(40_000_000))
    (tmp_path / "cut.zip").write_bytes(zipped(tmp_path / "whole.zip", release()).read_bytes()[:-100])
    (tmp_path / "none.zip").write_bytes(b"")

    told = {name: codes(read_release(tmp_path / f"{name}.zip", receiver())) for name in ("many", "link", "bomb", "cut", "none", "absent")}

    assert told == {
        "many": ["release-too-many-files"], "link": ["zip-link"], "bomb": ["release-too-large"], "cut": ["release-unreadable"],
        "none": ["release-unreadable"], "absent": ["release-unreadable"],
    }  # fmt: skip


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder = laid(tmp_path / "r", without(TABLE)(release()))
    (folder / "data").mkdir(exist_ok=True)
    (folder / TABLE).symlink_to("/etc/hostname")

    assert codes(read_release(folder, receiver())) == ["release-link-refused"]


STRANGER = {role: bytes([9 + number]) * 32 for number, role in enumerate(PRIVATE)}
MANAGER, AUTHORITY = (key(role) for role in PRIVATE)
UNTRUSTED: dict[str, tuple[Files, Receiver, str]] = {
    "keys never shown": (sealed(files_of(note(), seen()), private=STRANGER), receiver(), "release-key-unknown"),
    "keys of another node": (release(), receiver(keys=tuple(key(role, node="MLI") for role in PRIVATE)), "release-key-unknown"),
    "one of two signers": (sealed(files_of(note(), seen()), [Role.DATA_MANAGER]), receiver(), "release-signature-missing"),
    "one signer twice": (sealed(files_of(note(), seen()), [Role.DATA_MANAGER] * 2), receiver(), "release-signature-missing"),
    "a key revoked": (release(), receiver(keys=(MANAGER, key(Role.RELEASE_AUTHORITY, revoked_on=date(2026, 11, 19)))), "release-key-revoked"),
    "a key out of date": (release(), receiver(keys=(MANAGER, key(Role.RELEASE_AUTHORITY, valid_to=date(2026, 11, 17)))), "release-key-out-of-date"),
    "a key not yet good": (release(), receiver(keys=(MANAGER, key(Role.RELEASE_AUTHORITY, valid_from=date(2026, 11, 19)))), "release-key-out-of-date"),
    "a key of another role": (release(), receiver(keys=(MANAGER, replace(AUTHORITY, role=Role.READER))), "release-key-unknown"),
    "the signature of another release": ({**release(), SIGNATURES: release(purpose="Autre")[SIGNATURES]}, receiver(), "release-signature-wrong"),
    "not for us": (release(), receiver(me="TGO"), "release-not-for-this-node"),
    "our clock two years behind": (release(), receiver(today=date(2024, 11, 20)), "release-from-the-future"),
    "our clock two years ahead": (release(), receiver(today=date(2028, 11, 20)), "release-expired"),
    "another protocol": (release(protocol=2), receiver(), "release-protocol-unknown"),
    "a level that never travels": (release(level="strict"), receiver(), "release-note-unreadable"),
    "a table nobody knows": (release(table="names"), receiver(), "release-note-unreadable"),
    "two under one number": (release(purpose="Autre"), receiver(received=after(digest(release()))), "release-two-with-one-number"),
    "an old one again, rolled back": (release(), receiver(received={"NER": Received({2: "b" * 64})}), "release-older-than-the-last"),
    "a broken chain": (release(sequence=2, previous="c" * 64), receiver(received=after("a" * 64)), "release-chain-broken"),
}  # fmt: skip


@pytest.mark.parametrize("way", UNTRUSTED)
def test_who_signed_when_for_whom_and_after_what_is_checked(way: str, tmp_path: Path) -> None:
    files, reader, code = UNTRUSTED[way]
    read = read_release(laid(tmp_path / "r", files), reader)

    assert code in codes(read)
    assert read.cells == () or code in {"release-two-with-one-number", "release-older-than-the-last", "release-chain-broken"}


def test_the_same_release_again_is_no_problem_and_a_hole_is_only_told(tmp_path: Path) -> None:
    again = read_release(laid(tmp_path / "a", release()), receiver(received=after(digest(release()))))
    hole = read_release(laid(tmp_path / "b", release(sequence=4, previous="d" * 64)), receiver(received=after("a" * 64)))

    assert codes(again) == []
    assert codes(hole) == ["release-numbers-missing"]
    assert (hole.problems[0].value, len(hole.cells)) == ("2–3", len(HELD))


def cell(**changed: object) -> PeopleCell:
    """One cell of one region."""
    return PeopleCell(**{"unit": "NER001", "unit_name": "Agadez", "level": 1, "sector": "FSC", "value": 40, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(("cells", "code"), [
    ((cell(value=3),), "release-discloses"),
    (tuple(each if each.unit != "NER005" else cell(unit="NER005", value=250) for each in seen()), "release-discloses"),
    ((cell(level=2),), "release-finer-than-agreed"),
    ((cell(), cell()), "release-cell-twice"),
    ((cell(value=-4),), "release-cell-unreadable"),
    ((cell(state=CellState.HIDDEN),), "release-cell-unreadable"),
    ((cell(value=None),), "release-cell-unreadable"),
])  # fmt: skip
def test_a_table_signed_by_a_state_is_checked_again_by_who_receives_it(cells: tuple[PeopleCell, ...], code: str, tmp_path: Path) -> None:
    read = read_release(laid(tmp_path / "r", release(cells)), receiver())

    assert code in codes(read)
    assert read.cells == ()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_byte_changed_anywhere_is_noticed(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    files = release()
    name = data.draw(st.sampled_from(sorted(files)))
    place, bit = data.draw(st.integers(0, len(files[name]) - 1)), data.draw(st.integers(0, 7))
    spoiled = bytearray(files[name])
    spoiled[place] ^= 1 << bit
    read = read_release(laid(tmp_path_factory.mktemp("r"), {**files, name: bytes(spoiled)}), receiver())

    assert read.problems
    assert read.cells == ()


def test_signatures_that_hold_but_are_written_otherwise_are_noticed(tmp_path: Path) -> None:
    files = release()
    otherwise = files[SIGNATURES].decode().upper().replace("KEY", "key").replace("SIGNATURE", "signature").encode()

    read = read_release(laid(tmp_path / "r", {**files, SIGNATURES: otherwise}), receiver())

    assert (codes(read), read.cells) == (["release-manifest-unreadable"], ())


def test_a_withdrawal_carries_no_table(tmp_path: Path) -> None:
    first = digest(release())
    files = sealed(files_of(note(sequence=2, previous=first, withdraws=first), ()))
    read = read_release(laid(tmp_path / "r", files), receiver(received=after(first), today=date(2028, 1, 1)))

    assert (codes(read), read.cells) == ([], ())
    assert sorted(files) == sorted([NOTE, MANIFEST, SIGNATURES])


@pytest.mark.parametrize(("value", "written"), [
    ({"\u20ac": "Euro", "\r": "CR", "\ufb33": "Dalet", "1": "One", "\U0001f600": "Smile", "\u0080": "Ctl", "\u00f6": "O"},
     '{"\\r":"CR","1":"One","\u0080":"Ctl","\u00f6":"O","\u20ac":"Euro","\U0001f600":"Smile","\ufb33":"Dalet"}'),
    ({"text": '\u20ac$\u000f\nA\'B"\\\\"/', "list": [None, True, False, -0, 2**53 - 1]}, '{"list":[null,true,false,0,9007199254740991],"text":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'),
])  # fmt: skip
def test_json_has_one_writing(value: object, written: str) -> None:
    assert canonical_json(value).decode() == written


@pytest.mark.parametrize("value", [0.5, 2**53, "\ud800", {1: "a"}, {"a": {1, 2}}])
def test_a_value_without_one_writing_is_never_signed(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical_json(value)


def test_totals_count_what_is_held_alone() -> None:
    assert with_totals([cell(value=None)], "NER")[0].state is CellState.NOT_HELD
    assert KEYS[0].fingerprint != KEYS[1].fingerprint
    assert date(2026, 11, 18) < TODAY
