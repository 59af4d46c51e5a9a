"""Sources as they are found: a publication by everybody, the source of a file by those who may see its import or its rows.

One that rests on imports with unlike readers is not found by words; the page of sources shows it to whom it may.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from concertation.apps.search.addresses import address_of
from concertation.apps.search.kinds import HEAVIEST, Thing, several_imports
from concertation.apps.sources.models import ImportRun, Source
from concertation.core.sharing import Sensitivity
from concertation.core.spelling import fold

BETWEEN = " · "
OPEN_LEVELS = (Sensitivity.PUBLIC.value, Sensitivity.RESTRICTED.value)
FIRST_DAY = date(1950, 1, 1)
Guard = tuple[str, str, str]


def runs_by_source() -> dict[str, list[ImportRun]]:
    """The imports each source rests on, whoever may see them: the source's entry is guarded as they are."""
    found: dict[str, list[ImportRun]] = {}
    columns = ("owner_state", "holder", "sensitivity", "share_as", "source_id")
    for run in ImportRun.objects.filter(source__isnull=False).only(*columns).order_by("pk"):
        found.setdefault(str(run.source_id), []).append(run)
    return found


def guard_of(run: ImportRun) -> Guard:
    """Who may know of the source of an import: who may see the import, and whoever its rows are open to."""
    order = [level.value for level in Sensitivity]
    more_open = run.share_as in OPEN_LEVELS and order.index(run.share_as) < order.index(run.sensitivity)
    return run.owner_state, run.holder, run.share_as if more_open else run.sensitivity


def one_guard(runs: Iterable[ImportRun]) -> Guard | None:
    """The guard of all these imports; None when their readers are not the same."""
    guards = {guard_of(run) for run in runs}
    return guards.pop() if len(guards) == 1 else None


def sources_as_things() -> Iterator[Thing]:
    """Every source whose readers are told by one guard."""
    runs = runs_by_source()
    for source in Source.objects.order_by("pk"):
        held = runs.get(source.pk, [])
        guard = one_guard(held) if held else ("AES", "", Sensitivity.PUBLIC.value)
        if guard is None:
            continue
        owner_state, holder, sensitivity = guard
        context = BETWEEN.join(filter(None, (publisher(source.publisher), source.published_on.isoformat() if source.published_on else "")))
        yield Thing(
            key=source.pk, owner_state=owner_state, holder=holder, sensitivity=sensitivity, title_fr=source.title, title_en=source.title,
            address=address_of("source", source.pk), sort_key=fold(source.title), names=(source.title, source.pk), texts=(source.title, publisher(source.publisher)),
            context_fr=context, context_en=context, weight=age(source.published_on), origin=origin_of(held),
        )  # fmt: skip


def origin_of(runs: Sequence[ImportRun]) -> str:
    """The import a source rests on, or that there are several; empty for a publication."""
    return "" if not runs else str(runs[0].pk) if len(runs) == 1 else several_imports(runs[0].owner_state)


def publisher(written: str) -> str:
    """Who publishes; a State's administration is told by the source's own page alone."""
    return "" if written.endswith("-government") else written


def age(published_on: date | None) -> int:
    """The newest first; one without a day comes last."""
    return HEAVIEST if published_on is None else max(HEAVIEST - 1 - (published_on - FIRST_DAY).days, 0)
