"""Reading alerts, responses and lines of bulletins in bulk for programs: the rows a page would show, without an object per row."""

from collections.abc import Mapping, Sequence
from typing import Any

from concertation.apps.ground.answers import Page, Row, page_of
from concertation.apps.response import queries
from concertation.apps.response.models import BulletinLine, SectorAnswer
from concertation.apps.response.shapes import (
    AlertRow,
    AlertsAsked,
    BulletinRow,
    BulletinsAsked,
    ResponseRow,
    ResponsesAsked,
)
from concertation.core.sharing import Mandate


def paths(shape: type[Row], **others: str) -> Mapping[str, str]:
    """Where each column of a shape stands in the models."""
    return {name: others.get(name, name) for name in shape.model_fields}


ALERTS = paths(AlertRow, state="owner_state", unit="unit_id", shock="nature", persons="people", covered="coverage")
RESPONSES = paths(ResponseRow, alert="alert_id", state="owner_state", answer="state", why_not="reason", org_written="organisation")
BULLETINS = paths(
    BulletinRow, bulletin="bulletin_id", state="owner_state", disaster="bulletin__hazard", season="bulletin__season", counted_until="bulletin__as_of", service="bulletin__service",
    unit="unit_id", persons="people", file="bulletin__import_run__file__name",
)  # fmt: skip


def given(**filters: Any) -> dict[str, Any]:
    """The filters that were asked for."""
    return {path: value for path, value in filters.items() if value is not None}


def alert_rows(mandates: Sequence[Mandate], asked: AlertsAsked) -> Page:
    """Alerts that count, as the reader may see them. One query."""
    wanted = given(
        owner_state=asked.state, unit_id=asked.unit, nature=asked.shock, group=asked.group, coverage=asked.covered, raised_on__gte=asked.raised_since, raised_on__lte=asked.raised_until,
    )  # fmt: skip
    rows = queries.alerts(mandates).prefetch_related(None).select_related(None).filter(**wanted)
    return page_of(rows, AlertRow, ALERTS, most=asked.limit, after=asked.after)


def response_rows(mandates: Sequence[Mandate], asked: ResponsesAsked) -> Page:
    """What sectors did about the alerts a reader may see; a closer answer is for its own readers. One query."""
    alerts = queries.alerts(mandates).prefetch_related(None).order_by().values("pk")
    wanted = given(owner_state=asked.state, alert_id=asked.alert, sector=asked.sector, state=asked.answer)
    rows = SectorAnswer.objects.visible_to(mandates).filter(alert__in=alerts, **wanted)
    return page_of(rows, ResponseRow, RESPONSES, most=asked.limit, after=asked.after)


def bulletin_rows(mandates: Sequence[Mandate], asked: BulletinsAsked) -> Page:
    """Lines of the bulletins a reader may see, as published. One query."""
    held = queries.bulletins(mandates).prefetch_related(None).order_by().values("pk")
    wanted = given(owner_state=asked.state, bulletin__hazard=asked.disaster, bulletin__season=asked.season)
    rows = BulletinLine.objects.visible_to(mandates).filter(bulletin__in=held, **wanted)
    return page_of(rows, BulletinRow, BULLETINS, most=asked.limit, after=asked.after)
