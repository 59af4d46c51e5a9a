"""Taking a release that came, and taking one away: rows in slices that hold no writer up, and one short act by which it stands or falls.

While its rows come a release is `arriving`: nobody reads it, and its rows with it. Killed, it waits; the same release again goes on
where it stopped. One that falls is closed to every reader first, then its rows go; only then is it said that they went.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from concertation.apps.ground.commands import journal
from concertation.apps.sharing.joint.commands import fall
from concertation.apps.sharing.models import Release, ReleasedFigure
from concertation.core.sharing import Mandate
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.release_steps import ARRIVING, EXPIRED, RECEIVED, WITHDRAWN
from concertation.core.sharing.released_tables import CellState, PeopleCell
from concertation.core.sharing.releases import ReleaseNote

SLICE = 1_000
GIVEN_UP_AFTER = timedelta(days=7)


def release_row(note: ReleaseNote, digest: str, *, standing: str, level: str) -> Release:
    """A release of a node, without its rows."""
    return Release.objects.create(
        node=note.node, owner_state=note.node, sensitivity=level, sequence=note.sequence, digest=digest, previous=note.previous, withdraws=note.withdraws,
        supersedes=note.supersedes, table=note.table, concept=note.concept, note=canonical_json(note.as_json()), standing=standing, expires_on=date.fromisoformat(note.expires_on),
    )  # fmt: skip


def add_rows(release: Release, cells: Sequence[PeopleCell]) -> None:
    """Rows of a release, inside the caller's transaction."""
    ReleasedFigure.objects.bulk_create([
        ReleasedFigure(
            release=release, owner_state=release.node, sensitivity=release.sensitivity, unit=cell.unit, unit_name=cell.unit_name, level=cell.level, sector=cell.sector,
            value=cell.value, state=cell.state.value,
        )
        for cell in cells
    ])  # fmt: skip


def hidden_in(cells: Sequence[PeopleCell]) -> int:
    """How many cells are hidden."""
    return sum(cell.state is CellState.HIDDEN for cell in cells)


def take_in(note: ReleaseNote, digest: str, cells: Sequence[PeopleCell], *, by: Mandate, at: datetime) -> tuple[str, int]:
    """Store a release that was read without a problem; gives back what was done (taken, purged, or held already) and the rows."""
    if Release.objects.filter(digest=digest).exclude(standing=ARRIVING).exists():
        return "held", 0
    release = begun(note, digest, by=by, at=at)
    if note.is_withdrawal:
        return "purged", take_back(release, by=by, at=at)
    ordered = sorted(cells, key=lambda each: each.key)
    while release.standing == ARRIVING and release.rows < len(ordered):
        release = next_slice(release, ordered)
    if release.standing == ARRIVING and stand(release, hidden_in(cells), by=by, at=at):
        return "taken", len(ordered)
    return ("purged" if Release.objects.get(pk=release.pk).standing == WITHDRAWN else "held"), 0


@transaction.atomic
def begun(note: ReleaseNote, digest: str, *, by: Mandate, at: datetime) -> Release:
    """The release as it arrives, begun now or before; one that its node has withdrawn already keeps no row."""
    held: Release | None = Release.objects.select_for_update().filter(digest=digest).first()
    if held is not None:
        return held
    gone = Release.objects.filter(node=note.node, withdraws=digest).exists()
    made = release_row(note, digest, standing=WITHDRAWN if gone else ARRIVING, level=note.level)
    if gone:
        journal("sharing.release-purged", by, state=note.node, at=at, release=digest, sequence=note.sequence, rows=0, withdraws="")
    return made


@transaction.atomic
def next_slice(release: Release, ordered: Sequence[PeopleCell]) -> Release:
    """Store the next rows of a release that arrives; how many are there already stands with it."""
    held: Release = Release.objects.select_for_update().get(pk=release.pk)
    if held.standing == ARRIVING:
        coming = ordered[held.rows : held.rows + SLICE]
        add_rows(held, coming)
        held.rows += len(coming)
        held.save(update_fields=["rows"])
    return held


@transaction.atomic
def stand(release: Release, hidden: int, *, by: Mandate, at: datetime) -> bool:
    """From here on a release that came whole is read; False when somebody else made it stand, or its node withdrew it."""
    held = Release.objects.select_for_update().get(pk=release.pk)
    if held.standing != ARRIVING:
        return False
    held.standing, held.hidden = RECEIVED, hidden
    held.save(update_fields=["standing", "hidden"])
    if held.supersedes:
        fall(held.supersedes, "replaced", by=by, at=at)
    journal("sharing.release-taken", by, state=held.node, at=at, release=held.digest, sequence=held.sequence, rows=held.rows)
    return True


def take_back(withdrawal: Release, *, by: Mandate, at: datetime) -> int:
    """Take away what a node withdraws, then let its withdrawal stand; gives back how many rows went."""
    target = Release.objects.filter(node=withdrawal.node, digest=withdrawal.withdraws).first()
    if target is not None:
        Release.objects.filter(pk=target.pk).update(standing=WITHDRAWN, withdrawn_at=at)
        clear_rows(target)
    return withdrawn(withdrawal, target, by=by, at=at)


@transaction.atomic
def withdrawn(withdrawal: Release, target: Release | None, *, by: Mandate, at: datetime) -> int:
    """Let a withdrawal stand, once the rows it takes back are gone."""
    if not Release.objects.filter(pk=withdrawal.pk, standing=ARRIVING).update(standing=RECEIVED):
        return 0
    rows = 0
    if target is not None:
        rows = Release.objects.select_for_update().get(pk=target.pk).rows
        Release.objects.filter(pk=target.pk).update(rows=0, hidden=0)
        fall(target.digest, "withdrawn", by=by, at=at)
    journal("sharing.release-purged", by, state=withdrawal.node, at=at, release=withdrawal.digest, sequence=withdrawal.sequence, rows=rows, withdraws=withdrawal.withdraws)
    return rows


def clear_rows(release: Release) -> None:
    """Take the rows of a release away, a slice at a time."""
    while ids := list(ReleasedFigure.objects.filter(release=release).values_list("pk", flat=True)[:SLICE]):
        with transaction.atomic():
            ReleasedFigure.objects.filter(pk__in=ids).delete()


def purge_expired(*, today: date, by: Mandate, at: datetime) -> list[tuple[str, str, int]]:
    """Take away the rows of received releases whose last day is past, and what never arrived whole; gives back node, hash and rows of each that expired."""
    give_up(at)
    past = Q(standing=RECEIVED, expires_on__lt=today) | Q(standing=EXPIRED, rows__gt=0)
    return [line for release in Release.objects.filter(past).order_by("node", "sequence") if (line := expired(release, by=by, at=at))]


def expired(release: Release, *, by: Mandate, at: datetime) -> tuple[str, str, int] | None:
    """A release past its last day: closed, cleared, and said; None where somebody else did it meanwhile."""
    Release.objects.filter(pk=release.pk).update(standing=EXPIRED, withdrawn_at=at)
    clear_rows(release)
    with transaction.atomic():
        held = Release.objects.select_for_update().get(pk=release.pk)
        rows, changed = held.rows, Release.objects.filter(pk=held.pk, withdrawn_at=at).update(rows=0, hidden=0, version=F("version") + 1)
        if not changed:
            return None
        journal("sharing.release-expired", by, state=held.node, at=at, release=held.digest, sequence=held.sequence, rows=rows)
    return held.node, held.digest, rows


def give_up(at: datetime) -> None:
    """Forget what began to arrive long ago and was never taken again: it comes anew as if for the first time."""
    for release in Release.objects.filter(standing=ARRIVING, created_at__lt=at - GIVEN_UP_AFTER):
        clear_rows(release)
        release.delete()
