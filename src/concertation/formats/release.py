"""A release as it travels: five files in a folder or a zip, written once, and read back without trust.

A restricted release carries its table and description in one sealed box (`sealed.bin`) that only its recipients open, and no count.
`manifest.json` names every other file with its size and SHA-256; `signatures.json` signs the manifest. Reading goes in that order:
quarantine, signatures, hashes, the note, its days and its place in the chain, the table, the control of what it discloses. The
first step that refuses ends it. Nothing but those two files is looked into before the signatures hold.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from concertation.core.problems import Problem
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.released_tables import COLUMNS, PeopleCell, holds_outside
from concertation.core.sharing.releases import Received, ReleaseNote, day, note_of, note_problems, order_problems
from concertation.core.sharing.sealed import Opened, opened
from concertation.core.sharing.signing import HeldKey, Signature, signature_problems
from concertation.formats.datapackage import csv_bytes, descriptor, descriptor_problems, pretty, read_cells
from concertation.formats.parcel import read_parcel

NOTE, PACKAGE, MANIFEST, SIGNATURES, SEALED = "release.json", "datapackage.json", "manifest.json", "signatures.json", "sealed.bin"
Seal = Callable[[bytes], bytes]
MOST_JSON, MOST_SIGNATURES = 1024 * 1024, 16


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who reads: this node, its day, the keys a person accepted, what it holds of each node already, its own keys that open boxes, the newest first."""

    me: str
    today: date
    keys: tuple[HeldKey, ...]
    received: Mapping[str, Received]
    opening: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadRelease:
    """A release as read: its note, hash and cells where they may be believed, and every problem met."""

    note: ReleaseNote | None
    digest: str
    cells: tuple[PeopleCell, ...] = ()
    problems: tuple[Problem, ...] = ()


def table_path(note: ReleaseNote) -> str:
    """Where a release keeps its table."""
    return f"data/{note.table}.csv"


def files_of(note: ReleaseNote, cells: Sequence[PeopleCell], seal: Seal | None = None) -> dict[str, bytes]:
    """The files of a release but its signatures; a withdrawal carries no table, a sealed release a box in place of it."""
    files = {NOTE: canonical_json(note.as_json())}
    if not note.is_withdrawal:
        told = table_files(note, cells)
        files |= told if seal is None else {SEALED: seal(canonical_json({name: content.decode() for name, content in told.items()}))}
    return {**files, MANIFEST: manifest_of(files, note)}


def table_files(note: ReleaseNote, cells: Sequence[PeopleCell]) -> dict[str, bytes]:
    """The table of a release and its description: a Data Package."""
    table = csv_bytes(cells)
    return {table_path(note): table, PACKAGE: pretty(descriptor(note, table_path(note), table))}


def unsealed(files: Mapping[str, bytes], receiver: Receiver) -> tuple[Mapping[str, bytes], Problem | None]:
    """The files of a release, those of its box among them; or why the box does not open."""
    if SEALED not in files:
        return files, None
    tried = [opened(files[SEALED], private) for private in receiver.opening] or [Opened(b"", Problem("release-not-sealed-to-this-node", value=receiver.me))]
    found = next((each for each in tried if each.problem is None), tried[0])
    if found.problem is not None:
        return files, found.problem
    inside = json_object(found.content)
    if inside is None or PACKAGE in files or any(not isinstance(text, str) for text in inside.values()):
        return files, Problem("release-seal-unreadable")
    return {**files, **{name: text.encode() for name, text in inside.items()}}, None


def json_object(content: bytes) -> dict[str, str] | None:
    """What a box holds, file by file; None where it is no such thing.

    >>> json_object(b"[]") is None
    True
    """
    try:
        told = json.loads(content.decode("utf-8"), object_pairs_hook=once, parse_constant=no_figure)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def manifest_of(files: Mapping[str, bytes], note: ReleaseNote) -> bytes:
    """The list that is signed: every file with its size and hash, the node and the day."""
    return canonical_json({"files": {name: measured(content) for name, content in files.items()}, "made_on": note.made_on, "node": note.node})


def measured(content: bytes) -> dict[str, object]:
    """Size and hash of a file.

    >>> measured(b"")["bytes"]
    0
    """
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def digest_of(manifest: bytes) -> str:
    """The hash of a release.

    >>> digest_of(b"{}")[:8]
    '44136fa3'
    """
    return hashlib.sha256(manifest).hexdigest()


def signatures_file(signatures: Iterable[Signature]) -> bytes:
    """Signatures as they travel."""
    return canonical_json([{"key": each.key, "signature": each.value.hex()} for each in signatures])


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A release as one zip, the same bytes for the same files.

    >>> zip_bytes({"manifest.json": b"{}"}) == zip_bytes({"manifest.json": b"{}"})
    True
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def read_release(path: Path, receiver: Receiver) -> ReadRelease:
    """Read a folder or a zip. Yields what `parcel`, `signing`, `releases` and `datapackage` yield, and release-file-missing,
    release-file-extra, release-file-altered, release-manifest-unreadable, release-note-unreadable, release-discloses."""
    parcel = read_parcel(path)
    if parcel.problems:
        return ReadRelease(None, "", problems=parcel.problems)
    files = parcel.files
    manifest, problems = trusted_manifest(files, receiver)
    if problems:
        return ReadRelease(None, "", problems=problems)
    problems = whole_problems(files, manifest)
    if problems:
        return ReadRelease(None, "", problems=problems)
    return told(files, manifest, receiver)


def told(files: Mapping[str, bytes], manifest: Mapping[str, object], receiver: Receiver) -> ReadRelease:
    """What whole and signed files say."""
    digest, note = digest_of(files[MANIFEST]), note_of(strict_json(files.get(NOTE, b"")))
    if note is None or note.node != manifest["node"] or note.made_on != manifest["made_on"] or note.table not in COLUMNS:
        return ReadRelease(None, digest, problems=(Problem("release-note-unreadable"),))
    problems = note_problems(note, me=receiver.me, today=receiver.today)
    order = order_problems(note, digest, receiver.received.get(note.node, Received({})))
    if problems or note.is_withdrawal:
        return ReadRelease(note, digest, problems=(*problems, *order))
    whole, shut = unsealed(files, receiver)
    if shut is not None:
        return ReadRelease(note, digest, problems=(*order, shut))
    cells, worse = table_of(whole, note)
    return ReadRelease(note, digest, cells, (*order, *worse))


def table_of(files: Mapping[str, bytes], note: ReleaseNote) -> tuple[tuple[PeopleCell, ...], tuple[Problem, ...]]:
    """The cells of a release and what is wrong with them."""
    path = table_path(note)
    if path not in files or PACKAGE not in files:
        return (), (Problem("release-file-missing", value=path if path not in files else PACKAGE),)
    problems = descriptor_problems(strict_json(files[PACKAGE]), note, path, files[path])
    if problems:
        return (), problems
    cells, problems = read_cells(files[path], note.grain)
    if not problems and not holds_outside(cells, note.threshold):
        problems = (Problem("release-discloses", value=str(note.threshold)),)
    return (() if problems else cells), problems


def trusted_manifest(files: Mapping[str, bytes], receiver: Receiver) -> tuple[Mapping[str, object], tuple[Problem, ...]]:
    """The manifest, once both signatures hold and are written as they travel, to the byte; what is wrong otherwise."""
    absent = [name for name in (MANIFEST, SIGNATURES) if name not in files]
    if absent:
        return {}, (Problem("release-file-missing", value=absent[0]),)
    manifest, signatures = strict_json(files[MANIFEST]), signatures_of(strict_json(files[SIGNATURES]))
    made = day(str(manifest.get("made_on"))) if isinstance(manifest, dict) else None
    if not isinstance(manifest, dict) or made is None or signatures is None or files[SIGNATURES] != signatures_file(signatures) or not isinstance(manifest.get("files"), dict):
        return {}, (Problem("release-manifest-unreadable"),)
    problems = signature_problems(files[MANIFEST], signatures, receiver.keys, node=str(manifest.get("node")), made_on=made)
    return manifest, problems


def signatures_of(content: object) -> tuple[Signature, ...] | None:
    """The signatures of a JSON value; None where it is none.

    >>> signatures_of([{"key": "ab", "signature": "zz"}]) is None
    True
    """
    if not isinstance(content, list) or len(content) > MOST_SIGNATURES:
        return None
    try:
        return tuple(Signature(str(each["key"]), bytes.fromhex(each["signature"])) for each in content)
    except (TypeError, KeyError, ValueError):
        return None


def whole_problems(files: Mapping[str, bytes], manifest: Mapping[str, object]) -> tuple[Problem, ...]:
    """What lacks, is too much or was altered against the manifest."""
    listed = manifest["files"]
    assert isinstance(listed, dict)
    present = files.keys() - {MANIFEST, SIGNATURES}
    told = [Problem("release-file-missing", value=name) for name in sorted(listed.keys() - present)]
    told += [Problem("release-file-extra", value=name) for name in sorted(present - listed.keys())]
    told += [Problem("release-file-altered", value=name) for name in sorted(present & listed.keys()) if measured(files[name]) != listed[name]]
    return tuple(told)


def strict_json(content: bytes) -> object:
    """A JSON value of a signed or signing file; None where it is too large, not UTF-8, too deep, or says a key twice.

    >>> strict_json(b'{"a": 1, "a": 2}') is None, strict_json(b'{"a": NaN}') is None, strict_json(b'[1]')
    (True, True, [1])
    """
    if len(content) > MOST_JSON:
        return None
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=once, parse_constant=no_figure)
    except (ValueError, RecursionError):
        return None


def once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys are said once."""
    if len({key for key, _value in pairs}) < len(pairs):
        raise ValueError(pairs[0][0])
    return dict(pairs)


def no_figure(word: str) -> object:
    """NaN and Infinity are no figures."""
    raise ValueError(word)
