"""Making, signing, publishing, withdrawing and pulling releases: the needs of a State on one side, folders on the other.

The table is people in need by unit and sector at the agreed grain and no finer, with totals of our own adding up. What is made
stands in `releases/` of the node's folder until both signed; nothing leaves by itself.
"""

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from concertation.apps.needs.queries import need_to_release, sectors
from concertation.apps.places.queries import units_held
from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.models import Release
from concertation.core.problems import Problem
from concertation.core.sharing import Role, Sensitivity
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.disclosure.control import Report
from concertation.core.sharing.disclosure.rules import RULES, Rule, Theme
from concertation.core.sharing.released_tables import (
    PEOPLE,
    CellState,
    PeopleCell,
    controlled,
    covers_other_units,
    with_totals,
)
from concertation.core.sharing.releases import PROTOCOL, Received, ReleaseNote, day, is_doubtful, note_of
from concertation.core.sharing.signing import (
    HeldKey,
    Signature,
    fingerprint,
    holds,
    public_of,
    signature_problems,
    signed,
)
from concertation.formats.release import (
    MANIFEST,
    SIGNATURES,
    ReadRelease,
    Receiver,
    digest_of,
    files_of,
    read_release,
    signatures_file,
    signatures_of,
    strict_json,
)
from concertation.site import node, node_keys

OPEN_AT = {Sensitivity.PUBLIC.value: ("public",), Sensitivity.RESTRICTED.value: ("public", "restricted")}
RECEIPT = b"receipt\n"
SAID = ("act", "made_on", "node", "release", "rows")
HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2}){64}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a release is to say: sectors, grain, level, recipients, agreement, purpose, for how long."""

    sectors: tuple[str, ...]
    concept: str
    grain: int
    level: str
    recipients: tuple[str, ...]
    agreement: str
    purpose: str
    good_for: timedelta


@dataclass(frozen=True, slots=True)
class Made:
    """A release made here: its row and folder, the control's report; or what forbids it."""

    release: Release | None
    folder: Path | None
    report: Report | None
    problems: tuple[Problem, ...] = ()


def folder_of(state: str, sequence: int) -> Path:
    """Where a release of this node stands."""
    return Path(settings.HOME) / "releases" / f"{state.lower()}-{sequence:04}"


def cells_held(state: str, wanted: Wanted, on: date) -> tuple[tuple[PeopleCell, ...], tuple[str, str]]:
    """The table as held, at the grain asked for, with the days it speaks of."""
    cells, days = [], []
    for sector in wanted.sectors:
        read = need_to_release(
            node.OPERATOR, state=state, level=wanted.grain, sector=sector, concept=wanted.concept, open_levels=OPEN_AT[wanted.level], on=on,
        )  # fmt: skip
        names = units_held(read["unit"].to_list())
        for line in read.to_dicts():
            value = None if line["value"] is None else int(line["value"])
            cells.append(PeopleCell(line["unit"], names[line["unit"]].name_fr, wanted.grain, sector, value))
            days += [each.isoformat() for each in (line["reference_start"], line["reference_end"]) if each]
    return with_totals(cells, state), (min(days, default=""), max(days, default=""))


def rule_for(wanted: Wanted) -> Rule:
    """The rule of a table: protection's where one sector is restricted at every level."""
    restricted = {each.code for each in sectors() if each.restricted}
    return RULES[Theme.PEOPLE if restricted.isdisjoint(wanted.sectors) else Theme.PROTECTION]


def make(state: str, wanted: Wanted, *, at: datetime) -> Made:
    """Make a release of a table, or say what forbids it."""
    held, (start, end) = cells_held(state, wanted, at.date())
    if not any(cell.value is not None for cell in held):
        return Made(None, None, None, (Problem("release-nothing-held", value=", ".join(wanted.sectors)),))
    rule, earlier = rule_for(wanted), queries.shown_before(node.OPERATOR, node=state, table=PEOPLE, concept=wanted.concept)
    if any(covers_other_units(held, each) for each in earlier):
        return Made(None, None, None, (Problem("release-cut-otherwise", value=str(wanted.grain)),))
    seen, report = controlled(held, rule, earlier)
    if not report.may_leave:
        return Made(None, None, report, refusals(held, report))
    told = canonical_json({str(place): reason.value for place, reason in report.hidden.items()})
    note = replace(
        blank_note(state, at.date()), recipients=wanted.recipients, level=wanted.level, agreement=wanted.agreement, purpose=wanted.purpose,
        expires_on=(at.date() + wanted.good_for).isoformat(), concept=wanted.concept, grain=wanted.grain, period_start=start, period_end=end, disclosure=digest_of(told),
        threshold=rule.fewest, hidden=len(report.hidden), derived_from=(f"{state}: {wanted.concept}",),
    )  # fmt: skip
    return laid(note, seen, report, at=at)


def refusals(held: Sequence[PeopleCell], report: Report) -> tuple[Problem, ...]:
    """Why a table may not leave."""
    if report.broken:
        return (Problem("release-sums-differ"),)
    given = [" ".join(held[place].key) for place in report.given_away]
    return (Problem("release-given-away", value=", ".join(given)) if given else Problem("release-discloses", value=""),)


def blank_note(state: str, today: date) -> ReleaseNote:
    """The note that follows the last release that left."""
    last, digest = queries.chain_to_follow(state)
    return ReleaseNote(
        PROTOCOL, state, last + 1, digest, (), Sensitivity.RESTRICTED.value, "", "", today.isoformat(), today.isoformat(), "", "", PEOPLE, "", 0, "", "", "", 0, 0, (),
    )  # fmt: skip


def laid(note: ReleaseNote, seen: Sequence[PeopleCell], report: Report | None, *, at: datetime) -> Made:
    """A release in its folder and its rows, waiting for signatures."""
    files, folder = files_of(note, seen), folder_of(note.node, note.sequence)
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    made = commands.draft(note, digest_of(files[MANIFEST]), () if note.is_withdrawal else seen, by=node.OPERATOR[0], at=at)
    return Made(made, folder, report)


def withdraw(state: str, sequence: int, *, at: datetime) -> Made:
    """Make the release that takes one back; it needs both signatures too."""
    held = queries.release_numbered(node.OPERATOR, state, sequence)
    if held is None or held.standing != commands.PUBLISHED or held.withdraws:
        return Made(None, None, None, (Problem("release-not-to-withdraw", value=str(sequence)),))
    told = note_held(held)
    note = replace(
        blank_note(state, at.date()), recipients=told.recipients, level=told.level, agreement=told.agreement, purpose=told.purpose, withdraws=held.digest, concept=told.concept, grain=told.grain,
        expires_on=told.expires_on, period_start=told.period_start, period_end=told.period_end, threshold=told.threshold,
    )  # fmt: skip
    return laid(note, (), None, at=at)


def note_held(release: Release) -> ReleaseNote:
    """The note of a release held here."""
    note = note_of(json.loads(bytes(release.note)))
    assert note is not None
    return note


def signatures_in(folder: Path) -> tuple[Signature, ...]:
    """The signatures a release has so far."""
    path = folder / SIGNATURES
    return (signatures_of(strict_json(path.read_bytes())) or ()) if path.exists() else ()


def sign(release: Release, private: bytes) -> tuple[Problem, ...]:
    """Put a signature under a release of this node; what is wrong where the key or the folder is not what it was."""
    folder, name = folder_of(release.node, release.sequence), fingerprint(public_of(private))
    manifest = (folder / MANIFEST).read_bytes()
    if digest_of(manifest) != release.digest:
        return (Problem("release-file-altered", value=MANIFEST),)
    if name not in {key.fingerprint for key in queries.held_keys() if key.node == release.node and key.revoked_on is None}:
        return (Problem("release-key-unknown", value=name, detail={"node": release.node}),)
    others = [each for each in signatures_in(folder) if each.key != name]
    (folder / SIGNATURES).write_bytes(signatures_file([*others, Signature(name, signed(private, manifest))]))
    return ()


def publish(release: Release, target: Path, *, at: datetime) -> tuple[Problem, ...]:
    """Let a release go, once both signatures hold and nothing was changed: into a folder of the reader's choice."""
    folder, note = folder_of(release.node, release.sequence), note_held(release)
    problems = signature_problems(
        (folder / MANIFEST).read_bytes(), signatures_in(folder), queries.held_keys(), node=note.node, made_on=date.fromisoformat(note.made_on),
    )  # fmt: skip
    problems = problems or read_release(folder, receiver(at.date())).problems
    if not problems:
        shutil.copytree(folder, target / folder.name, dirs_exist_ok=True)
        commands.publish(release, note, by=node.OPERATOR[0], at=at)
    return problems


def receiver(today: date) -> Receiver:
    """This node as a reader of releases."""
    return Receiver(queries.own_state(), today, queries.held_keys(), queries.received())


def found(path: Path) -> list[Path]:
    """The releases at a place, in the order of their numbers: itself, or those inside."""
    if path.is_file() or (path / MANIFEST).exists():
        return [path]
    return sorted(each for each in path.iterdir() if each.suffix == ".zip" or (each.is_dir() and (each / MANIFEST).exists()))


def take_in(read: ReadRelease, *, at: datetime) -> tuple[str, int]:
    """Store a release read without a problem, or only with numbers missing before it."""
    if read.note is None or not is_doubtful(read.problems):
        return "refused", 0
    return commands.take_in(read.note, read.digest, read.cells, by=node.OPERATOR[0], at=at)


def receipt(read: ReadRelease, act: str, rows: int, *, today: date) -> bytes:
    """What this node did with a release, signed by its data manager's key."""
    about = read.note.withdraws if read.note is not None and act == "purged" else read.digest
    said = {"act": act, "made_on": today.isoformat(), "node": queries.own_state(), "release": about, "rows": rows}
    private = node_keys.private_key(node_keys.key_file(Role.DATA_MANAGER))
    signature = signed(private, RECEIPT + canonical_json(said))
    return canonical_json({**said, "key": fingerprint(public_of(private)), "signature": signature.hex()})


def take_receipt(content: bytes, *, at: datetime) -> bool:
    """Keep a receipt of another node for a release of this one; False where it is not signed by a key of that node, or of no release here."""
    told = strict_json(content)
    if not isinstance(told, dict) or not is_receipt(told):
        return False
    said = {name: told[name] for name in SAID}
    key = next((each for each in queries.held_keys() if each.fingerprint == told["key"] and each.node == told["node"] and each.revoked_on is None), None)
    own, made_on, signature = queries.received().get(queries.own_state(), Received({})), day(said["made_on"]), bytes.fromhex(told["signature"])
    if key is None or made_on is None or said["release"] not in own.hashes.values() or not holds(key.public, signature, RECEIPT + canonical_json(said)):
        return False
    commands.keep_receipt(
        node=said["node"], digest=said["release"], act=said["act"], rows=said["rows"], made_on=made_on, signature=signature, state=queries.own_state(),
        by=node.OPERATOR[0], at=at,
    )  # fmt: skip
    return True


def is_receipt(told: dict[str, object]) -> bool:
    """Whether a JSON object has the words of a receipt, each of its kind."""
    kinds = {"act": str, "made_on": str, "node": str, "release": str, "rows": int, "key": str, "signature": str}
    fits = told.keys() == kinds.keys() and all(type(told[name]) is kind for name, kind in kinds.items())
    return fits and told["act"] in ("taken", "purged") and HEXADECIMAL.fullmatch(str(told["signature"])) is not None


def listed() -> list[dict[str, object]]:
    """Every release held, with its standing, shown and hidden cells, and what other nodes say they did with it."""
    return [told(each) for each in queries.releases(node.OPERATOR)]


def told(release: Release) -> dict[str, object]:
    """A release as a command answers it."""
    cells, note = queries.cells_of(node.OPERATOR, release), note_held(release)
    return {
        "node": release.node, "sequence": release.sequence, "digest": release.digest, "standing": release.standing, "withdraws": release.withdraws or None,
        "table": release.table, "grain": note.grain, "level": note.level, "recipients": list(note.recipients), "expires_on": note.expires_on,
        "rows": len(cells), "hidden": sum(cell.state is CellState.HIDDEN for cell in cells),
        "receipts": [{"node": each.node, "act": each.act, "rows": each.rows, "made_on": each.made_on.isoformat()} for each in queries.receipts(release.digest)],
    }  # fmt: skip


def accepted(keys: Iterable[HeldKey], compared: Iterable[str], *, at: datetime) -> list[HeldKey]:
    """Take those keys whose fingerprint a person typed; gives back those."""
    typed = {"".join(each.split()).lower() for each in compared}
    taken = [key for key in keys if key.fingerprint.replace(" ", "") in typed]
    for key in taken:
        commands.accept_key(key, by=node.OPERATOR[0], at=at)
    return taken
