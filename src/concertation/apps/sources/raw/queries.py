"""Reading which bytes a State keeps: for its own data manager alone."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from concertation.apps.sources.models import ImportRun, RawKeeping, RawRetention
from concertation.core.retention import erased_on, received_up_to
from concertation.core.sharing import Mandate
from concertation.core.sharing.visibility import WRITES_FOR_A_STATE

UNFINISHED = ("received", "reading", "previewed", "writing")


def managed_states(mandates: Sequence[Mandate]) -> list[str]:
    """The States whose raw files a reader may have."""
    return sorted({own.state for own in mandates if own.role in WRITES_FOR_A_STATE and own.state and not own.organisation})


def keepings(mandates: Sequence[Mandate]) -> QuerySet[RawKeeping]:
    """The files kept or erased by the States a reader manages, with the last import the reader may see of each (`run_id`, `run_status`, `run_at`)."""
    runs = ImportRun.objects.visible_to(mandates).filter(file=OuterRef("file"), owner_state=OuterRef("state")).order_by("-created_at")
    last = {f"run_{name}": Subquery(runs.values(field)[:1]) for name, field in (("id", "pk"), ("status", "status"), ("at", "created_at"))}
    return RawKeeping.objects.filter(Exists(runs), state__in=managed_states(mandates)).select_related("file").annotate(**last)


def keeping(mandates: Sequence[Mandate], sha256: str, state: str) -> RawKeeping | None:
    """One of those."""
    return keepings(mandates).filter(file=sha256, state=state).first()


def erased_for(sha256: str, state: str) -> RawKeeping | None:
    """The note that a State had the bytes of a file erased; None while it keeps them."""
    return RawKeeping.objects.filter(file=sha256, state=state, erased_at__isnull=False).first()


def kept_elsewhere(sha256: str, state: str) -> bool:
    """Whether another State brought in the same bytes and keeps them."""
    return RawKeeping.objects.filter(file=sha256, erased_at__isnull=True).exclude(state=state).exists()


def unfinished(sha256: str, state: str) -> bool:
    """Whether an import of a file for a State still needs its bytes."""
    return ImportRun.objects.filter(file=sha256, owner_state=state, status__in=UNFINISHED).exists()


def retentions() -> QuerySet[RawRetention]:
    """The States that chose for how long they keep the bytes of files."""
    return RawRetention.objects.filter(months__isnull=False).order_by("state")


def months_of(states: Sequence[str]) -> dict[str, int | None]:
    """For how many months each State keeps files; None where no end is set."""
    held = dict(RawRetention.objects.filter(state__in=states).values_list("state", "months"))
    return {state: held.get(state) for state in states}


def due(retention: RawRetention, today: date) -> list[RawKeeping]:
    """The files of a State that it has kept for as long as it chose, the oldest first."""
    return due_after(retention.state, retention.months, today)


def due_after(state: str, months: int | None, today: date) -> list[RawKeeping]:
    """The files of a State that would be due to be erased today if it kept them for so many months."""
    if months is None:
        return []
    end = datetime.combine(received_up_to(today, months) + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())
    held = RawKeeping.objects.filter(state=state, erased_at__isnull=True, received_at__lt=end).select_related("file").order_by("received_at", "pk")
    return [each for each in held if erased_on(timezone.localdate(each.received_at), months) <= today]
