"""Reading appeals, pledges and receipts for programs, under the same mandates as the pages: no object per row, one query a page."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from concertation.apps.ground.answers import Page, Row, frame_of, page_of
from concertation.apps.ground.models import visible_rows
from concertation.apps.mobilisation import queries
from concertation.apps.mobilisation.models import Envelope, Instalment, Pledge, PledgeReceipt, Settlement
from concertation.apps.mobilisation.publishing.queries import content_of
from concertation.apps.mobilisation.shapes import (
    AppealEnvelopeRow,
    AppealRow,
    AppealsAsked,
    EnvelopesAsked,
    InstalmentRow,
    MeetingsAsked,
    OfPledgeAsked,
    PledgeRow,
    PledgesAsked,
    PledgeTotalRow,
    PledgeTotalsAsked,
    PledgingMeetingRow,
    ReceiptRow,
)
from concertation.core.sharing import Mandate

LISTS = ("states", "sectors")
OWNER = {"owner": "owner_state"}
RELATED = {name: f"{name}_id" for name in ("appeal", "envelope", "meeting", "pledge")}


def paths_of(shape: type[Row], **others: str) -> dict[str, str]:
    """Where each column of a shape is found in its model."""
    return {name: others.get(name) or RELATED.get(name) or OWNER.get(name) or name for name in shape.model_fields}


def without_bars(page: Page) -> Page:
    """The page with its lists without the bars before and after; null where a list is empty."""
    return page.with_frame(page.frame.with_columns(pl.col(name).str.strip_chars("|").replace("", None) for name in LISTS if name in page.frame.columns))


def given(asked: object, *names: str) -> dict[str, object]:
    """The filters a reader gave, by their path in the models."""
    return {OWNER.get(name) or RELATED.get(name) or name: value for name in names if (value := getattr(asked, name)) is not None}


def appeal_rows(mandates: Sequence[Mandate], asked: AppealsAsked) -> Page:
    """The appeals and envelopes that stand. One query."""
    rows = queries.appeals(mandates).filter(**given(asked, "kind", "owner"))
    return without_bars(page_of(rows, AppealRow, paths_of(AppealRow), most=asked.limit, after=asked.after))


def envelope_rows(mandates: Sequence[Mandate], asked: EnvelopesAsked) -> Page:
    """The parts of appeals that stand, of appeals the reader sees. One query."""
    rows = Envelope.objects.visible_to(mandates).filter(withdrawn_on__isnull=True, appeal__in=queries.appeals(mandates).order_by().values("pk"), **given(asked, "appeal"))
    return page_of(rows, AppealEnvelopeRow, paths_of(AppealEnvelopeRow, currency="appeal__currency"), most=asked.limit, after=asked.after)


def meeting_rows(mandates: Sequence[Mandate], asked: MeetingsAsked) -> Page:
    """The pledging meetings that stand. One query."""
    rows = queries.meetings(mandates).filter(**given(asked, "appeal"))
    return page_of(rows, PledgingMeetingRow, paths_of(PledgingMeetingRow, place_name="place", meeting_state="state"), most=asked.limit, after=asked.after)


def pledge_rows(mandates: Sequence[Mandate], asked: PledgesAsked) -> Page:
    """The pledges that stand, with what the reader may see received and declared. One query."""
    receipts = PledgeReceipt.objects.visible_to(mandates).filter(pledge=OuterRef("pk"), taken_back_on__isnull=True)
    rows = queries.pledges(mandates, **given(asked, "owner", "giver_type", "kind", "appeal", "meeting")).annotate(
        received=summed(receipts.filter(confirmed_on__isnull=False), "pledge"), declared=summed(receipts.filter(confirmed_on__isnull=True), "pledge"),
    )  # fmt: skip
    paths = paths_of(PledgeRow, giver_country="country", received_minor="received", declared_minor="declared")
    return without_bars(page_of(rows, PledgeRow, paths, most=asked.limit, after=asked.after))


def instalment_rows(mandates: Sequence[Mandate], asked: OfPledgeAsked) -> Page:
    """The instalments of pledges the reader sees, with what confirmed receipts paid. One query."""
    seen = Settlement.objects.filter(visible_rows(mandates, prefix="receipt__"), instalment=OuterRef("pk"), receipt__taken_back_on__isnull=True, receipt__confirmed_on__isnull=False)
    rows = Instalment.objects.visible_to(mandates).filter(pledge__in=held(mandates), **given(asked, "pledge")).annotate(paid=summed(seen, "instalment"))
    return page_of(rows, InstalmentRow, paths_of(InstalmentRow, instalment="number", paid_minor="paid", currency="pledge__currency"), most=asked.limit, after=asked.after)


def receipt_rows(mandates: Sequence[Mandate], asked: OfPledgeAsked) -> Page:
    """What was received, or is declared, of pledges the reader sees; what was taken back left out. One query."""
    rows = PledgeReceipt.objects.visible_to(mandates).filter(pledge__in=held(mandates), taken_back_on__isnull=True, **given(asked, "pledge"))
    return page_of(rows, ReceiptRow, paths_of(ReceiptRow, currency="pledge__currency"), most=asked.limit, after=asked.after)


def held(mandates: Sequence[Mandate]) -> QuerySet[Pledge, Any]:
    """The ids of the pledges that stand and a reader sees."""
    return queries.pledges(mandates).order_by().values("pk")


def summed(rows: QuerySet[Any], by: str) -> Coalesce:
    """The minor units of some rows added up, 0 where there are none."""
    return Coalesce(Subquery(rows.order_by().values(by).annotate(total=Sum(F("amount_minor"))).values("total")), 0)


def total_rows(mandates: Sequence[Mandate], asked: PledgeTotalsAsked) -> Page:
    """The totals somebody published last, line by line. One query."""
    lines = [
        {
            "owner": row.owner_state, "as_of": row.as_of, "giver_type": each.giver_type, "kind": each.kind, "currency": each.currency, "givers": each.givers, "pledges": each.pledges,
            "promised_minor": each.promised, "received_minor": each.received, "without_value": each.without_value,
        }
        for row in queries.published(mandates) if asked.owner in (None, row.owner_state) for each in content_of(row).shown
    ]  # fmt: skip
    return Page(frame_of(PledgeTotalRow, lines))
