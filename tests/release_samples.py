"""Releases of a made-up Niger for tests: keys from fixed bytes, a table of four regions with one small cell, and ways to spoil them."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from concertation.core.sharing.disclosure.rules import RULES, Theme
from concertation.core.sharing.mandates import Role
from concertation.core.sharing.released_tables import PeopleCell, controlled, with_totals
from concertation.core.sharing.releases import Received, ReleaseNote
from concertation.core.sharing.signing import SIGNERS, HeldKey, Signature, fingerprint, public_of, signed
from concertation.formats.release import MANIFEST, SIGNATURES, Receiver, digest_of, files_of, signatures_file

TODAY = date(2026, 11, 20)
PRIVATE = {Role.DATA_MANAGER: b"\1" * 32, Role.RELEASE_AUTHORITY: b"\2" * 32}
HELD = with_totals(
    (PeopleCell(f"NER00{number}", name, 1, "FSC", value) for number, (name, value) in enumerate((("Agadez", 7), ("Diffa", 400), ("Dosso", 0), ("Maradi", None), ("Tahoua", 250)), 1)), "NER",
)


def key(role: Role, **changed: object) -> HeldKey:
    """A key of Niger's, in order unless changed."""
    return replace(HeldKey("NER", role, public_of(PRIVATE[role]), date(2026, 9, 1), date(2026, 11, 30)), **changed)  # type: ignore[arg-type]


KEYS = tuple(key(role) for role in SIGNERS)


def receiver(**changed: object) -> Receiver:
    """Burkina Faso's node, which knows Niger's keys and holds nothing yet."""
    return replace(Receiver("BFA", TODAY, KEYS, {}), **changed)  # type: ignore[arg-type]


def after(*digests: str) -> dict[str, Received]:
    """What is held once these releases of Niger have come."""
    return {"NER": Received(dict(enumerate(digests, 1)))}


def note(**changed: object) -> ReleaseNote:
    """The note of Niger's first release."""
    plain = ReleaseNote(
        protocol=1, node="NER", sequence=1, previous="", recipients=("BFA", "MLI"), level="restricted", agreement="AES-2026-01", purpose="Cluster",
        made_on="2026-11-18", expires_on="2027-05-18", supersedes="", withdraws="", table="people", concept="in_need", grain=1, period_start="2026-01-01",
        period_end="2026-12-31", disclosure="", threshold=10, hidden=2, derived_from=("HRP 2026",),
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]


def seen(cells: Sequence[PeopleCell] = HELD) -> tuple[PeopleCell, ...]:
    """The cells as others will see them."""
    return controlled(cells, RULES[Theme.PEOPLE])[0]


def sealed(files: Mapping[str, bytes], roles: Sequence[Role] = SIGNERS, private: Mapping[Role, bytes] = PRIVATE) -> dict[str, bytes]:
    """Files with their signatures."""
    signatures = [Signature(fingerprint(public_of(private[role])), signed(private[role], files[MANIFEST])) for role in roles]
    return {**files, SIGNATURES: signatures_file(signatures)}


def release(cells: Sequence[PeopleCell] | None = None, **changed: object) -> dict[str, bytes]:
    """A whole signed release."""
    return sealed(files_of(note(**changed), seen() if cells is None else cells))


def digest(files: Mapping[str, bytes]) -> str:
    """The hash of a release."""
    return digest_of(files[MANIFEST])


def laid(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A release in a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """A release in a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
