"""Reading money: flows in their latest version, plan rows as extracted last, parties, rates. Every reading begins with what the reader may see.

A row of an import counts once the import is stored whole. Of several versions of one flow the one reported last is read; of several
extractions of one plan row, the latest.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Exists, OuterRef, Q, QuerySet

from concertation.apps.funding.models import (
    Answer,
    Earmark,
    ExchangeRate,
    Flow,
    FlowParty,
    FundCode,
    GrantPlace,
    Party,
    PlanMoney,
    SplitStated,
)
from concertation.apps.ground.models import visible_rows
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.queries import COUNTED_STATUSES
from concertation.core.funding import FLOW_SCHEMA
from concertation.core.money import Rate, Rates
from concertation.core.plan_money import PLAN_SCHEMA
from concertation.core.sharing import Mandate
from concertation.formats.fts import written_again

PLAN_COMPARED: dict[str, pl.DataType] = {
    "level": pl.String(), "state": pl.String(), "year": pl.Int64(), "plan_number": pl.String(), "code": pl.String(), "cluster_code": pl.String(), "cluster": pl.String(),
    "requirement_minor": pl.Int64(), "funding_minor": pl.Int64(),
}  # fmt: skip
HELD_PLANS: dict[str, pl.DataType] = {
    **{name: kind for name, kind in PLAN_SCHEMA.items() if name not in ("row", "states")}, "extracted_on": pl.Date(), "source": pl.String(), "source_title": pl.String(), "id": pl.String(),
}  # fmt: skip
PLAN_PATHS = {**{name: name for name in HELD_PLANS}, "source": "source_id", "source_title": "source__title", "id": "pk"}
PLAN_KEY = ("level", "state", "year", "code", "cluster_code", "cluster", "standing")
MILLION = 1_000_000
TRACKING, FUNDS, ACTIVITIES = "fts", "cbpf", "iati"


def flows(mandates: Sequence[Mandate], *, state: str = "", year: int | None = None) -> QuerySet[Flow]:
    """The flows a reader may see that count, each in the version reported last; of one State and year where asked."""
    seen = Flow.objects.visible_to(mandates).filter(import_run__status__in=COUNTED_STATUSES)
    same = Flow.objects.visible_to(mandates).filter(import_run__status__in=COUNTED_STATUSES, system=OuterRef("system"), flow=OuterRef("flow"), boundary=OuterRef("boundary")).exclude(import_run=OuterRef("import_run"))
    later = same.filter(Q(reported_version__gt=OuterRef("reported_version")) | Q(reported_version=OuterRef("reported_version"), import_run__gt=OuterRef("import_run")))
    newest = seen.exclude(Exists(later))
    if state:
        newest = newest.filter(states__contains=f"|{state}|")
    return newest.filter(year=year) if year is not None else newest


def places_of(mandates: Sequence[Mandate], row: Flow) -> list[GrantPlace]:
    """Where a project of a pooled fund spends, as far as the reader may see."""
    held = GrantPlace.objects.visible_to(mandates).filter(import_run__status__in=COUNTED_STATUSES, code=row.flow)
    return list(held.order_by("-amount_minor")) if row.system == FUNDS else []


def flow_list(mandates: Sequence[Mandate], *, state: str, year: int | None, status: str, words: str) -> QuerySet[Flow]:
    """The flows of a list page: of a status, and with these words in their number, their description or their parties' names, where asked."""
    rows = flows(mandates, state=state, year=year).defer("received", "columns")
    if status:
        rows = rows.filter(status=status)
    if words:
        named = FlowParty.objects.filter(flow=OuterRef("pk"), party__name_fr__icontains=words)
        rows = rows.filter(Q(flow=words) | Q(description__icontains=words) | Exists(named))
    return rows


def flow(mandates: Sequence[Mandate], flow_id: UUID) -> Flow | None:
    """One flow, in whichever version, if the reader may see it."""
    seen = Flow.objects.visible_to(mandates).filter(import_run__status__in=COUNTED_STATUSES)
    return seen.select_related("import_run__file", "import_run__source").filter(pk=flow_id).first()


def versions(mandates: Sequence[Mandate], row: Flow) -> list[Flow]:
    """Every version of a flow that the reader may see, the latest first."""
    same = Flow.objects.visible_to(mandates).filter(import_run__status__in=COUNTED_STATUSES, system=row.system, flow=row.flow)
    return list(same.order_by("-reported_version", "-import_run"))


def flow_frame(rows: QuerySet[Flow]) -> pl.DataFrame:
    """Some flows in the columns the policies read (FLOW_SCHEMA). One query."""
    lines = [bytes(columns) for columns in rows.order_by("import_run", "row").values_list("columns", flat=True)]
    if not lines:
        return pl.DataFrame(schema=FLOW_SCHEMA)
    written = {name: pl.String() if kind == pl.Date else kind for name, kind in FLOW_SCHEMA.items()}
    read = pl.read_ndjson(b"\n".join(lines), schema=written)
    return read.with_columns(pl.col(name).str.to_date("%Y-%m-%d", strict=False) for name, kind in FLOW_SCHEMA.items() if kind == pl.Date)


def flow_frame_of(row: Flow) -> Mapping[str, Any]:
    """One flow in the columns the policies read, days as days."""
    read: dict[str, Any] = json.loads(bytes(row.columns))
    return {name: date.fromisoformat(value) if FLOW_SCHEMA[name] == pl.Date and value else value for name, value in read.items()}


def ends(mandates: Sequence[Mandate], row: Flow) -> list[tuple[str, Party]]:
    """The parties at the ends of a flow that the reader may see, those who give first."""
    held = FlowParty.objects.filter(flow=row).filter(visible_rows(mandates, prefix="party__")).select_related("party")
    return [(each.get_role_display(), each.party) for each in held.order_by("-role", "party__name_fr")]


def earmarks(mandates: Sequence[Mandate], row: Flow) -> list[Earmark]:
    """What a flow the reader may see is tied to."""
    return list(Earmark.objects.filter(flow=row).filter(visible_rows(mandates, prefix="flow__")))


def source_ids(mandates: Sequence[Mandate], *, state: str = "", year: int | None = None) -> list[str]:
    """The sources the flows asked for rest on. One query."""
    held = flows(mandates, state=state, year=year).order_by("import_run__source_id").values_list("import_run__source_id", flat=True).distinct()
    return [name for name in held if name]


def splits(*, state: str, year: int | None) -> Mapping[str, Fraction]:
    """The share of each shared flow that someone stated as one State's in a year (all years where none is named)."""
    stated = SplitStated.objects.filter(state=state) if state else SplitStated.objects.all()
    found: dict[str, Fraction] = {}
    for name, millionths in (stated.filter(year=year) if year is not None else stated).values_list("flow", "millionths"):
        found[name] = found.get(name, Fraction(0)) + Fraction(millionths, MILLION)
    return found


def held_plan_rows(mandates: Sequence[Mandate]) -> QuerySet[PlanMoney]:
    """The plan rows a reader may see that count: of the reference set, and of imports stored whole."""
    return PlanMoney.objects.visible_to(mandates).filter(Q(import_run__isnull=True) | Q(import_run__status__in=COUNTED_STATUSES))


def plan_rows(mandates: Sequence[Mandate], *, levels: Iterable[str] = (), states: Iterable[str] = (), years: Iterable[int] = ()) -> pl.DataFrame:
    """Plan rows (HELD_PLANS), of each plan, year and cluster the one extracted last. One query."""
    asked = {"level__in": list(levels), "state__in": list(states), "year__in": list(years)}
    rows = held_plan_rows(mandates).filter(**{name: values for name, values in asked.items() if values})
    lines = [(*line[:-1], str(line[-1])) for line in rows.values_list(*PLAN_PATHS.values())]
    frame = pl.DataFrame(lines, schema=HELD_PLANS, orient="row")
    texts = [name for name, kind in HELD_PLANS.items() if kind == pl.String and name not in PLAN_KEY]
    newest = frame.sort("extracted_on", nulls_last=False, maintain_order=True).unique(list(PLAN_KEY), keep="last", maintain_order=True)
    return newest.with_columns(pl.col(name).replace("", None) for name in texts).sort("state", "year", "level", "code", "cluster")


def plan_rows_to_compare(run: ImportRun) -> pl.DataFrame:
    """The plan rows of an import in the columns by which a corrected file is compared."""
    return pl.DataFrame(list(PlanMoney.objects.filter(import_run=run).values_list(*PLAN_COMPARED)), schema=PLAN_COMPARED, orient="row")


def code_rows(mandates: Sequence[Mandate], *code_lists: str) -> list[FundCode]:
    """The lines of some code tables that the reader may see, the earlier files first. One query."""
    return list(FundCode.objects.visible_to(mandates).filter(import_run__status__in=COUNTED_STATUSES, code_list__in=code_lists).order_by("import_run", "row"))


def rates() -> Rates:
    """The exchange rates that stand on this node, each with its day and source. One query."""
    standing = ExchangeRate.objects.filter(withdrawn_at__isnull=True)
    lines = standing.values_list("base", "quote", "numerator", "denominator", "on", "source__title")
    return Rates.of(Rate(base, quote, Fraction(over, under), on, title) for base, quote, over, under, on, title in lines)


def answer_again(mandates: Sequence[Mandate], run: ImportRun) -> bytes | None:
    """The JSON answer of an import written again whole; None where it was none, or where the reader may not see every row of it."""
    kept = Answer.objects.filter(import_run=run).values_list("envelope", flat=True).first()
    if kept is None:
        return None
    seen = Flow.objects.visible_to(mandates).filter(import_run=run)
    received = {digest: bytes(content) for digest, content in seen.values_list("raw_sha256", "received")}
    try:
        return written_again(bytes(kept), received)
    except KeyError:
        return None


def has_answer(run: ImportRun) -> bool:
    """Whether an import came as a JSON answer that can be written again."""
    return Answer.objects.filter(import_run=run).exists()


def parties(mandates: Sequence[Mandate]) -> QuerySet[Party]:
    """The parties a reader may see, by name."""
    return Party.objects.visible_to(mandates).order_by("name_fr")


def extracted_last(rows: pl.DataFrame) -> date | None:
    """The day of the latest extraction among plan rows."""
    days = rows["extracted_on"].drop_nulls()
    latest = days.max() if len(days) else None
    return latest if isinstance(latest, date) else None


def rest_on_source(source_id: str, mandates: Sequence[Mandate]) -> int:
    """How many flows and plan rows that the reader may see rest on a source. One query."""
    flow_rows = Flow.objects.visible_to(mandates).filter(import_run__source_id=source_id, import_run__status__in=COUNTED_STATUSES).values("pk")
    return flow_rows.union(held_plan_rows(mandates).filter(source_id=source_id).values("pk"), all=True).count()
