"""Writing about doubts: what an import asks of a person, the answer, and an answer taken back."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from concertation.apps.ground.commands import journal
from concertation.apps.sources.models import Doubt, ImportRun
from concertation.apps.sources.previews import DoubtToSettle
from concertation.core.sharing import Mandate

KEEP = "keep"


def replace_doubts(run: ImportRun, doubts: Iterable[DoubtToSettle]) -> None:
    """The open doubts of a run; one that a person already left at its sure place in another file is left there again."""
    run.doubts.filter(answered_at__isnull=True).delete()
    answered = set(run.doubts.values_list("owner_state", "kind", "key"))
    made = [_doubt(run, doubt) for doubt in doubts]
    fresh = [doubt for doubt in made if (doubt.owner_state, doubt.kind, doubt.key) not in answered]
    left = Doubt.objects.filter(owner_state__in={doubt.owner_state for doubt in fresh}, answer=KEEP, answered_at__isnull=False)
    left_before = {(doubt.owner_state, doubt.kind, doubt.key): doubt for doubt in left}
    for doubt in fresh:
        if same := left_before.get((doubt.owner_state, doubt.kind, doubt.key)):
            doubt.answer, doubt.answered_by, doubt.answered_at = same.answer, same.answered_by, same.answered_at
    Doubt.objects.bulk_create(fresh, batch_size=500)


def _doubt(run: ImportRun, doubt: DoubtToSettle) -> Doubt:
    return Doubt(
        run=run, owner_state=doubt.state or run.owner_state, holder=run.holder, sensitivity=run.sensitivity, kind=doubt.kind,
        key=doubt.key[:400], written=dict(doubt.written), candidates=[dict(c) for c in doubt.candidates],
        count=doubt.count, row=doubt.row,
    )


@transaction.atomic
def settle(doubt: Doubt, *, answer: str, by: Mandate) -> None:
    """Note a person's answer to a doubt; it is applied by the app whose kind of doubt it is."""
    doubt.answer, doubt.answered_by, doubt.answered_at = answer, by.person, timezone.now()
    doubt.version += 1
    doubt.save()
    journal("sources.doubt-settled", by, state=doubt.owner_state, doubt=doubt.pk, kind=doubt.kind, answer=answer)


@transaction.atomic
def ask_again(doubt: Doubt, *, by: Mandate) -> None:
    """Take an answer back: the doubt waits for a person again."""
    before, doubt.answer, doubt.answered_by, doubt.answered_at = doubt.answer, "", "", None
    doubt.version += 1
    doubt.save()
    journal("sources.answer-taken-back", by, state=doubt.owner_state, doubt=doubt.pk, kind=doubt.kind, answer=before)


@transaction.atomic
def ask_in(run: ImportRun, like: Doubt, *, count: int, row: int | None) -> None:
    """Put the question of a doubt to a person for another import too, whose rows rested on the answer taken back."""
    Doubt.objects.get_or_create(
        run=run, kind=like.kind, key=like.key,
        defaults={
            "owner_state": run.owner_state, "holder": run.holder, "sensitivity": run.sensitivity, "written": like.written,
            "candidates": like.candidates, "count": count, "row": row,
        },
    )
