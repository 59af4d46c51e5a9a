"""Reading about sources: imports and their problems, open doubts, saved mappings, the published sources."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum

from concertation.apps.sources.models import Doubt, ImportProblem, ImportRun, RawFile, ReferenceSet, SavedMapping, Source
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate
from concertation.formats.problem_texts import ProblemWords, in_words

COUNTED_STATUSES = ("stored",)


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


def run_for(mandates: Sequence[Mandate], run_id: UUID) -> ImportRun | None:
    """One import, if the reader may see it."""
    return runs(mandates).filter(pk=run_id).first()


def stored_run(mandates: Sequence[Mandate], *, sha256: str, state: str) -> ImportRun | None:
    """An import of these bytes for this State that already counts."""
    return runs(mandates).filter(file_id=sha256, owner_state=state, status__in=COUNTED_STATUSES).first()


def any_stored_run(*, sha256: str, state: str) -> ImportRun | None:
    """Whether these bytes already count for this State, whoever asks: the same file twice changes nothing."""
    return ImportRun.objects.filter(file_id=sha256, owner_state=state, status__in=COUNTED_STATUSES).first()


def summary_of(run: ImportRun) -> dict[str, object]:
    """The counts and first lines kept with an import."""
    kept: dict[str, object] = json.loads(bytes(run.summary) or b"{}")
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
    saved = SavedMapping.objects.filter(state=state, kind=kind, signature=signature).first()
    return dict(saved.columns) if saved else {}


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


def doubts_waiting(mandates: Sequence[Mandate]) -> int:
    """How many doubts a reader could settle."""
    return open_doubts(mandates).count()


def sources(mandates: Sequence[Mandate]) -> QuerySet[Source]:
    """Published sources, and those of imports the reader may see."""
    seen = runs(mandates).filter(source__isnull=False).values("source_id")
    of_imports = ImportRun.objects.filter(source__isnull=False).exclude(source_id__in=seen).values("source_id")
    return Source.objects.exclude(pk__in=of_imports).annotate(figure_count=Count("figures")).order_by("title")


def raw_file(sha256: str) -> RawFile | None:
    """A raw file by its hash."""
    return RawFile.objects.filter(pk=sha256).first()


def loaded_reference_set() -> str:
    """Which state of the reference tables is loaded; empty on a new node."""
    return ReferenceSet.objects.values_list("digest", flat=True).first() or ""


def rows_by_state(mandates: Sequence[Mandate]) -> Iterable[dict[str, object]]:
    """Rows brought in per State, as the reader may see them."""
    stored = runs(mandates).filter(status__in=COUNTED_STATUSES).order_by()
    return stored.values(state=F("owner_state")).annotate(imports=Count("id"), rows=Sum("done")).order_by("state")
