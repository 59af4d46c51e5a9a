"""Reading about sources: imports and their problems, open doubts, saved mappings, the published sources."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet, Subquery, Sum, Value

from concertation.apps.ground.models import visible_rows
from concertation.apps.ground.once import once
from concertation.apps.places.models import BoundarySet
from concertation.apps.sources.models import (
    Doubt,
    ImportProblem,
    ImportRun,
    RawFile,
    ReferenceSet,
    SavedMapping,
    Source,
)
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate, visibility_of
from concertation.core.sharing.visibility import WRITES_FOR_A_STATE
from concertation.formats.problem_texts import ProblemWords, in_words

COUNTED_STATUSES = ("stored",)
DEAD_STATUSES = ("refused", "cancelled", "withdrawn", "superseded")


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """A problem of an import with its count, its first cell and its words."""

    code: str
    value: str
    count: int
    cell: Cell
    words: ProblemWords


def runs(mandates: Sequence[Mandate]) -> QuerySet[ImportRun]:
    """The imports a reader may see, newest first."""
    return ImportRun.objects.visible_to(mandates).select_related("file", "source").order_by("-created_at")


def run_list(mandates: Sequence[Mandate]) -> QuerySet[ImportRun]:
    """The imports of a list page: without their previews, with `open_doubts`, how many questions wait."""
    alive = Q(status__in=("stored", "previewed"))
    waiting = Count("doubts", filter=alive & Q(doubts__answered_at__isnull=True))
    return runs(mandates).defer("summary", "mapping").annotate(open_doubts=waiting)


def counts_elsewhere(run: ImportRun) -> bool:
    """Whether another import of the same bytes counts for the State."""
    twins = ImportRun.objects.filter(file_id=run.file_id, owner_state=run.owner_state, status__in=("writing", "stored"))
    return twins.exclude(pk=run.pk).exists()


def run_for(mandates: Sequence[Mandate], run_id: UUID) -> ImportRun | None:
    """One import, if the reader may see it."""
    return runs(mandates).filter(pk=run_id).first()


def run_at_work(run_id: UUID) -> ImportRun:
    """An import the worker is asked to work on; the mandate was checked when the person asked."""
    run: ImportRun = ImportRun.objects.get(pk=run_id)
    return run


def is_of_a_file(source: Source) -> bool:
    """Whether a source is a file that was brought in, rather than a publication."""
    return ImportRun.objects.filter(source=source).exists()


def doubts(mandates: Sequence[Mandate]) -> QuerySet[Doubt]:
    """The doubts a reader may see, settled or not."""
    return Doubt.objects.visible_to(mandates)


def stored_runs_asking(mandates: Sequence[Mandate], doubt: Doubt, *, kinds: Iterable[str]) -> list[ImportRun]:
    """The stored imports of these kinds that ask the same question of the doubt's State, those of several States included."""
    asking = doubts(mandates).filter(owner_state=doubt.owner_state, kind=doubt.kind, key=doubt.key)
    held = asking.filter(run__status__in=COUNTED_STATUSES, run__kind__in=list(kinds)).select_related("run__file")
    return list({like.run_id: like.run for like in held}.values())


def run_under_way(*, sha256: str, state: str) -> ImportRun | None:
    """An import of these bytes for this State that counts, or may soon, whoever asks: the same file twice changes nothing."""
    alive = ImportRun.objects.filter(file_id=sha256, owner_state=state).exclude(status__in=DEAD_STATUSES)
    return min(alive.select_related("file"), key=lambda run: run.status not in COUNTED_STATUSES, default=None)


def replaceable(run: ImportRun, kind: str, start: date | None, end: date | None) -> list[ImportRun]:
    """The stored imports that a file of these days may correct: same State, kind and holder; those of the same days first, then the newest."""
    if start is None or end is None:
        return []
    held = ImportRun.objects.filter(owner_state=run.owner_state, kind=kind, holder=run.holder, status__in=COUNTED_STATUSES).exclude(pk=run.pk)
    meeting = held.filter(period_start__lte=end, period_end__gte=start).select_related("file").order_by("-stored_at")
    return sorted(meeting, key=lambda each: (each.period_start, each.period_end) != (start, end))


def replaced_by(mandates: Sequence[Mandate], run: ImportRun) -> ImportRun | None:
    """The import that took the place of one, if the reader may see it."""
    return runs(mandates).filter(replaces=run).first() if run.status == "superseded" else None


def summary_of(run: ImportRun) -> dict[str, object]:
    """The counts and first lines kept with an import."""
    kept: dict[str, object] = json.loads(bytes(run.summary) or b"{}")
    return kept


def picture_of(run: ImportRun) -> dict[str, object]:
    """The picture of its sheet kept with an import; empty where none was drawn."""
    drawn: dict[str, object] = json.loads(bytes(run.summary) or b"{}").get("picture") or {}
    return drawn


def mapping_of(run: ImportRun) -> dict[str, object]:
    """What the columns of its file were taken for, and what a person asked of them."""
    kept: dict[str, object] = json.loads(bytes(run.mapping) or b"{}")
    return kept


def columns_of(run: ImportRun) -> list[dict[str, object]]:
    """Which column of the file was taken for what."""
    kept: list[dict[str, object]] = json.loads(bytes(run.mapping) or b"{}").get("columns", [])
    return kept


def asked_columns(run: ImportRun) -> dict[str, str]:
    """What a person said the columns of this file mean."""
    asked: dict[str, str] = json.loads(bytes(run.mapping) or b"{}").get("asked", {})
    return asked


def saved_columns(*, state: str, kind: str, signature: str) -> dict[str, str]:
    """What a person said once of files with these headings."""
    saved = SavedMapping.objects.filter(state=state, kind=kind, signature=signature, put_aside_at__isnull=True).first()
    return dict(saved.columns) if saved else {}


def mappings(mandates: Sequence[Mandate]) -> QuerySet[SavedMapping]:
    """The mappings of the States a reader manages the data of, those in use first."""
    managed = sorted(own.state for own in mandates if own.role in WRITES_FOR_A_STATE and own.state and not own.organisation)
    return SavedMapping.objects.filter(state__in=managed).order_by(F("put_aside_at").asc(nulls_first=True), "state", "-at")


def mapping(mandates: Sequence[Mandate], mapping_id: UUID) -> SavedMapping | None:
    """One of those mappings."""
    return mappings(mandates).filter(pk=mapping_id).first()


def problems_of(run: ImportRun) -> list[ToldProblem]:
    """The problems of an import in words, gravest first."""
    gravity = {"refused": 0, "doubtful": 1, "note": 2}
    told = [_told(kept) for kept in run.problems.order_by("code", "row")]
    return sorted(told, key=lambda problem: (gravity.get(problem.words.severity, 3), problem.code, -problem.count))


def _told(kept: ImportProblem) -> ToldProblem:
    cell = Cell(kept.sheet or None, kept.row, kept.column or None)
    words = in_words(Problem(kept.code, cell, kept.value, kept.detail))
    return ToldProblem(kept.code, kept.value, kept.count, cell, words)


def open_doubts(mandates: Sequence[Mandate], *, state: str = "", kind: str = "") -> QuerySet[Doubt]:
    """Doubts of stored or previewed imports that nobody has settled yet, the widest first."""
    waiting = Doubt.objects.visible_to(mandates).filter(answered_at__isnull=True)
    waiting = waiting.filter(run__status__in=("stored", "previewed")).select_related("run", "run__file")
    narrowed = {name: value for name, value in (("owner_state", state), ("kind", kind)) if value}
    return waiting.filter(**narrowed).order_by("-count", "key")


def doubts_like(doubt: Doubt) -> QuerySet[Doubt]:
    """The same written thing in every import of the State that still waits for an answer."""
    return Doubt.objects.filter(
        owner_state=doubt.owner_state, kind=doubt.kind, key=doubt.key, answered_at__isnull=True,
    )


def answered_doubts(mandates: Sequence[Mandate], *, state: str = "") -> QuerySet[Doubt]:
    """Doubts that people settled, the newest answer first."""
    settled = Doubt.objects.visible_to(mandates).filter(answered_at__isnull=False).exclude(run__status="cancelled")
    settled = settled.select_related("run", "run__file").order_by("-answered_at", "-count")
    return settled.filter(owner_state=state) if state else settled


def answered_like(doubt: Doubt) -> QuerySet[Doubt]:
    """The same written thing in every import of the State, already answered."""
    return Doubt.objects.filter(
        owner_state=doubt.owner_state, kind=doubt.kind, key=doubt.key, answered_at__isnull=False,
    )


def doubts_waiting(mandates: Sequence[Mandate]) -> int:
    """How many doubts a reader could settle."""
    return open_doubts(mandates).count()


def recent_runs(mandates: Sequence[Mandate], *, most: int) -> tuple[list[Any], int]:
    """The newest imports a reader may see, and how many doubts the reader could settle in all. One query."""
    counted = open_doubts(mandates).select_related(None).order_by().annotate(one=Value(1)).values("one").annotate(all=Count("pk")).values("all")
    newest = list(runs(mandates).defer("summary", "mapping").annotate(doubts_in_all=Subquery(counted))[:most])
    return newest, int(newest[0].doubts_in_all or 0) if newest else 0


def sources(mandates: Sequence[Mandate]) -> QuerySet[Source]:
    """Published sources, those of imports the reader may see, and those of imports whose rows are open to the reader."""
    of_imports = ImportRun.objects.filter(source__isnull=False)
    levels = sorted(level.value for level in visibility_of(mandates).levels)
    seen = runs(mandates).filter(source__isnull=False).order_by().values("source_id")
    hidden = of_imports.exclude(source_id__in=seen).exclude(share_as__in=levels)
    visible_figures = visible_rows(mandates, prefix="figures__")
    counted = Source.objects.annotate(figure_count=Count("figures", filter=visible_figures, distinct=True))
    return counted.exclude(pk__in=hidden.values("source_id")).order_by("title")


def publications(names: Iterable[str]) -> dict[str, Source]:
    """The sources held under these ids, for figures that the reader sees already. One query; none without ids."""
    wanted = {name for name in names if name}
    return Source.objects.in_bulk(wanted) if wanted else {}


def loaded_reference_set() -> str:
    """Which state of the reference tables is loaded; empty on a new node."""
    return stamps()[0]


def boundaries_stamp() -> str:
    """Changes when a set of boundaries comes or is approved: what is drawn of them is kept until then."""
    return stamps()[1]


@once
def stamps() -> tuple[str, str]:
    """The reference set that is loaded, and the state of the boundaries held. One query for both."""
    every = BoundarySet.objects.order_by().values(same=Value(1))
    counted = {"sets": Count("pk"), "brought": Max("brought_at"), "approved": Max("approved_at")}
    held = {name: Subquery(every.annotate(**{f"of_{name}": count}).values(f"of_{name}")) for name, count in counted.items()}
    found = ReferenceSet.objects.annotate(**held).values_list("digest", *held).first()
    if found is not None:
        return found[0], " ".join(str(value) for value in found[1:])
    return "", " ".join(str(value) for value in BoundarySet.objects.aggregate(**counted).values())


def rows_by_state(mandates: Sequence[Mandate]) -> QuerySet[Any, Any]:
    """Rows brought in per State, as the reader may see them; in no order."""
    stored = runs(mandates).filter(status__in=COUNTED_STATUSES).order_by()
    return stored.values(state=F("owner_state")).annotate(imports=Count("id"), rows=Sum("done"))


def received_files() -> Iterator[tuple[str, int]]:
    """SHA-256 and size of every file whose bytes are kept, newest first: for the keeper of the node, who sees bytes and no rows."""
    return RawFile.objects.filter(erased_at__isnull=True).order_by("-received_at").values_list("sha256", "size").iterator()


def first_received() -> datetime | None:
    """When the first file came in; None before that."""
    return RawFile.objects.order_by("received_at").values_list("received_at", flat=True).first()
