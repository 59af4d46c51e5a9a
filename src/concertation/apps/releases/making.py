"""Making, signing, publishing and withdrawing releases of this node: a table controlled, laid in a folder, waiting for two signatures.

What is made stands in `releases/` of the node's folder until both signed, then in `published/` too; nothing leaves by itself.
"""

import json
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from django.conf import settings

from concertation.apps.releases.keys import opening_keys
from concertation.apps.releases.tables import Wanted, cells_held, closed_sectors, is_known_concept, rule_for
from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.agreements.queries import agreement_problems
from concertation.apps.sharing.models import Release
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Role, Sensitivity
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.control_told import Controlled, controlled_table
from concertation.core.sharing.disclosure.control import Report
from concertation.core.sharing.release_steps import PUBLISHED
from concertation.core.sharing.released_tables import PEOPLE, PeopleCell, controlled, covers_other_units
from concertation.core.sharing.releases import PROTOCOL, ReleaseNote, day, note_of, replaces
from concertation.core.sharing.sealed import Fresh, sealed
from concertation.core.sharing.signing import Signature, fingerprint, public_of, signature_problems, signed
from concertation.formats.release import (
    MANIFEST,
    SIGNATURES,
    Receiver,
    Seal,
    digest_of,
    files_of,
    read_release,
    signatures_file,
    signatures_of,
    strict_json,
)

Mandates = Sequence[Mandate]
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Made:
    """A release made here: its row and folder, the control's report; or what forbids it."""

    release: Release | None
    folder: Path | None
    report: Report | None
    problems: tuple[Problem, ...] = ()


def refused(*problems: Problem, report: Report | None = None) -> Made:
    """Nothing made, and why."""
    return Made(None, None, report, problems)


def folder_of(state: str, sequence: int) -> Path:
    """Where a release of this node stands."""
    return Path(settings.HOME) / "releases" / f"{state.lower()}-{sequence:04}"


def published_folder() -> Path:
    """Where what was published stands, to be taken by a stick or by others' nodes."""
    return Path(settings.HOME) / "published"


def make(state: str, wanted: Wanted, *, mandates: Mandates, by: Mandate, at: datetime) -> Made:
    """Make a release of a table, or say what forbids it."""
    if closed := closed_sectors(wanted):
        return refused(Problem("release-sector-closed", value=", ".join(closed)))
    if outside := agreement_problems(mandates, state, wanted.agreement, wanted, speaks_until=None, today=at.date()):
        return refused(*outside)
    held, days = cells_held(mandates, state, wanted, at.date()) if is_known_concept(wanted) else ((), ("", ""))
    if not any(cell.value is not None for cell in held):
        return refused(Problem("release-nothing-held", value=", ".join(wanted.sectors)))
    if early := agreement_problems(mandates, state, wanted.agreement, wanted, speaks_until=day(days[1]), today=at.date()):
        return refused(*early)
    return controlled_and_laid(state, wanted, held, days, mandates=mandates, by=by, at=at)


def controlled_and_laid(state: str, wanted: Wanted, held: Sequence[PeopleCell], days: tuple[str, str], *, mandates: Mandates, by: Mandate, at: datetime) -> Made:
    """A table that may leave by its agreement, once the control let it."""
    rule, earlier = rule_for(wanted), queries.shown_before(mandates, node=state, table=wanted.table, concept=wanted.concept)
    if any(covers_other_units(held, each) for each in earlier):
        return refused(Problem("release-cut-otherwise", value=str(wanted.grain)))
    seen, report = controlled(held, rule, earlier)
    if not report.may_leave:
        return refused(*refusals(held, report), report=report)
    told = canonical_json({str(place): reason.value for place, reason in report.hidden.items()})
    note = replace(
        blank_note(state, at.date()), recipients=wanted.recipients, level=wanted.level, agreement=wanted.agreement, purpose=wanted.purpose, table=wanted.table,
        expires_on=(at.date() + wanted.good_for).isoformat(), concept=wanted.concept, grain=wanted.grain, period_start=days[0], period_end=days[1], disclosure=digest_of(told),
        threshold=rule.fewest, hidden=len(report.hidden), derived_from=(f"{state}: {wanted.concept}",),
    )  # fmt: skip
    note = replace(note, supersedes=replaced_by(note, seen, mandates))
    return laid(note, seen, controlled_table(held, report), report, by=by, at=at)


def replaced_by(note: ReleaseNote, seen: Sequence[PeopleCell], mandates: Mandates) -> str:
    """The hash of the last release that this one says anew: of the same days and sectors, for everybody who had it; empty where there is none."""
    sectors = {cell.sector for cell in seen}
    for each in queries.standing_of_table(mandates, node=note.node, table=note.table, concept=note.concept):
        if replaces(note, note_held(each)) and queries.sectors_of(mandates, each) == sectors:
            return each.digest
    return ""


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


def laid(note: ReleaseNote, seen: Sequence[PeopleCell], control: Controlled | None, report: Report | None, *, by: Mandate, at: datetime) -> Made:
    """A release in its folder and its rows, waiting for signatures."""
    seal, unknown = seal_for(note, at.date())
    if unknown:
        return refused(Problem("release-recipient-without-key", value=", ".join(unknown)))
    note = replace(note, hidden=0) if seal else note
    files, folder = files_of(note, seen, seal), folder_of(note.node, note.sequence)
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    made = commands.draft(note, digest_of(files[MANIFEST]), () if note.is_withdrawal else seen, by=by, at=at, control=control)
    return Made(made, folder, report)


def seal_for(note: ReleaseNote, today: date) -> tuple[Seal | None, list[str]]:
    """How a restricted table is sealed: to each recipient and to this node itself; or whose key is not known. What is public, or a withdrawal, is not."""
    if note.level == Sensitivity.PUBLIC.value or note.is_withdrawal:
        return None, []
    nodes = sorted({*note.recipients, note.node})
    known = queries.opening_publics(nodes, on=today)
    if unknown := [each for each in nodes if each not in known]:
        return None, unknown

    def seal(content: bytes) -> bytes:
        fresh = Fresh(secrets.token_bytes(KEY_BYTES), tuple(secrets.token_bytes(KEY_BYTES) for _node in nodes))
        return sealed(content, [known[each] for each in nodes], fresh)

    return seal, []


def withdraw(held: Release | None, *, why: str = "", by: Mandate, at: datetime) -> Made:
    """Make the release that takes one back, with its reason; it needs both signatures too."""
    if held is None or held.standing != PUBLISHED or held.withdraws:
        return refused(Problem("release-not-to-withdraw", value=str(held.sequence) if held else ""))
    told = note_held(held)
    note = replace(
        blank_note(held.node, at.date()), recipients=told.recipients, level=told.level, agreement=told.agreement, purpose=why or told.purpose, withdraws=held.digest, table=told.table,
        concept=told.concept, grain=told.grain, expires_on=told.expires_on, period_start=told.period_start, period_end=told.period_end, threshold=told.threshold,
    )  # fmt: skip
    return laid(note, (), None, None, by=by, at=at)


def note_held(release: Release) -> ReleaseNote:
    """The note of a release held here."""
    note = note_of(json.loads(bytes(release.note)))
    assert note is not None
    return note


def signatures_in(folder: Path) -> tuple[Signature, ...]:
    """The signatures a release has so far."""
    path = folder / SIGNATURES
    return (signatures_of(strict_json(path.read_bytes())) or ()) if path.exists() else ()


def sign(release: Release, private: bytes, *, by: Callable[[str, Role], Mandate], at: datetime) -> tuple[Problem, ...]:
    """Put a signature under a release of this node; what is wrong where the key or the folder is not what it was.

    `by` gives the mandate of who signs, from the key's fingerprint and role.
    """
    folder, name = folder_of(release.node, release.sequence), fingerprint(public_of(private))
    manifest = (folder / MANIFEST).read_bytes() if (folder / MANIFEST).exists() else b""
    if digest_of(manifest) != release.digest:
        return (Problem("release-file-altered", value=MANIFEST),)
    key = next((each for each in queries.held_keys() if each.fingerprint == name and each.node == release.node and each.revoked_on is None), None)
    if key is None:
        return (Problem("release-key-unknown", value=name, detail={"node": release.node}),)
    others = [each for each in signatures_in(folder) if each.key != name]
    commands.sign(release, role=key.role, key=name, by=by(name, key.role), at=at)
    (folder / SIGNATURES).write_bytes(signatures_file([*others, Signature(name, signed(private, manifest))]))
    return ()


def publish(release: Release, targets: Sequence[Path], reader: Receiver, *, by: Mandate, at: datetime) -> tuple[Problem, ...]:
    """Let a release go, once both signatures hold and nothing was changed: into folders of the reader's choice."""
    folder, note = folder_of(release.node, release.sequence), note_held(release)
    if not (folder / MANIFEST).exists():
        return (Problem("release-file-missing", value=MANIFEST),)
    problems = signature_problems(
        (folder / MANIFEST).read_bytes(), signatures_in(folder), queries.held_keys(), node=note.node, made_on=date.fromisoformat(note.made_on),
    )  # fmt: skip
    problems = problems or read_release(folder, reader).problems
    if not problems:
        for target in targets:
            shutil.copytree(folder, target / folder.name, dirs_exist_ok=True)
        commands.publish(release, note, by=by, at=at)
    return problems


def receiver(today: date) -> Receiver:
    """This node as a reader of releases."""
    return Receiver(queries.own_state(), today, queries.held_keys(), queries.received(arriving=True), opening_keys())
