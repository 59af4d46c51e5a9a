"""Reading figures in bulk for programs: every axis, no object per row, one query a page."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from concertation.apps.ground.answers import Page, page_of
from concertation.apps.needs.models import Sector
from concertation.apps.needs.queries import held_figures
from concertation.apps.needs.shapes import FigureRow, FiguresAsked, SectorRow
from concertation.core.sharing import Mandate

FIGURE_PATHS = {name: name for name in FigureRow.model_fields} | {"state": "owner_state", "unit": "unit_id", "source": "source_id"}
EQUAL = {
    "state": "owner_state", "unit": "unit_id", "level": "unit__level", "source": "source_id",
    **{name: name for name in ("concept", "sector", "group", "sex", "age", "disability", "measure", "status")},
}  # fmt: skip


def figure_rows(mandates: Sequence[Mandate], asked: FiguresAsked) -> Page:
    """Figures a reader may see, narrowed by every axis given. One query."""
    given = {path: value for name, path in EQUAL.items() if (value := getattr(asked, name)) is not None}
    rows = held_figures(mandates).filter(within(asked.since, asked.until), **given)
    return page_of(rows, FigureRow, FIGURE_PATHS, most=asked.limit, after=asked.after)


def within(since: object, until: object) -> Q:
    """Figures whose period touches these days; one without a date is in no period."""
    touched = Q(reference_end__gte=since) | Q(reference_end__isnull=True, reference_start__gte=since) if since else Q()
    return touched & Q(reference_start__lte=until) if until else touched


def figures_counting(mandates: Sequence[Mandate], concepts: Iterable[str]) -> QuerySet[Any]:
    """Figures of some concepts a reader may see, on the State and its two upper levels, as HAPI's tables go no deeper."""
    return held_figures(mandates).filter(concept__in=list(concepts), unit__level__lte=2)


def sector_rows(*, most: int, after: object) -> Page:
    """The sectors of the response. One query."""
    paths = {name: name for name in SectorRow.model_fields} | {"sector": "pk"}
    return page_of(Sector.objects.all(), SectorRow, paths, most=most, after=after)
