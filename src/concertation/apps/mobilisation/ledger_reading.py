"""The ledger read as columns: every pledge a reader may see, as it stands on a day, without an object a row. Four queries, however many there are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import polars as pl
from django.db.models import F, Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast

from concertation.apps.ground.models import visible_rows
from concertation.apps.mobilisation.models import Instalment, Pledge, PledgeReceipt, Settlement
from concertation.core.mobilisation.ledger import Standing
from concertation.core.mobilisation.standings import standings, totals_of
from concertation.core.mobilisation.totals import Total
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold

IDS = ("appeal", "envelope", "meeting")
TEXTS = ("reference", "giver_type", "giver", "country", "kind", "currency", "what", "valued_by", "states", "sectors", "owner_state")
PLEDGE: dict[str, Any] = {
    "pledge": pl.String(), **dict.fromkeys(IDS, pl.String()), **dict.fromkeys(TEXTS, pl.String()), "promised": pl.Int64(), "people": pl.Int64(), "pledged_on": pl.Date(), "taken_back_on": pl.Date(),
}  # fmt: skip
PART: dict[str, Any] = {"pledge": pl.String(), "number": pl.Int64(), "minor": pl.Int64(), "due_on": pl.Date()}
PAID: dict[str, Any] = {"pledge": pl.String(), "number": pl.Int64(), "minor": pl.Int64()}
CAME: dict[str, Any] = {"pledge": pl.String(), "received": pl.Int64(), "declared": pl.Int64()}
FETCHED = 2_000


class Told(NamedTuple):
    """What is told of a pledge in a line: the columns of its model, under the same names."""

    pk: UUID
    reference: str
    giver_type: str
    giver: str
    people: int | None
    kind: str
    currency: str
    what: str
    valued_by: str
    states: str
    sectors: str
    owner_state: str
    pledged_on: date


class Stands(NamedTuple):
    """How it stands: promised (None where in kind without a value), received, late and left, the next day awaited."""

    standing: Standing
    promised: int | None
    received: int
    late: int
    left: int | None
    next_due: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A pledge of the ledger as a line shows it; `declared` is what its giver says and nobody confirmed."""

    pledge: Told
    balance: Stands
    declared: int


def ledger_of(mandates: Sequence[Mandate], rows: QuerySet[Pledge], *, today: date) -> pl.DataFrame:
    """Some pledges as they stand on a day, in the order asked for: PLEDGE, received, declared, late, left, next_due, standing, `teller` (what tells givers apart)."""
    pledges = framed(rows, PLEDGE, pledge=text("pk"), promised=F("amount_minor"), **{name: text(f"{name}_id") for name in IDS})
    ids = rows.order_by().values("pk")
    came = PledgeReceipt.objects.visible_to(mandates).filter(pledge__in=ids, taken_back_on__isnull=True).order_by().values("pledge_id")
    received = framed(came, CAME, pledge=text("pledge_id"), received=Sum("amount_minor", filter=Q(confirmed_on__isnull=False)), declared=Sum("amount_minor", filter=Q(confirmed_on__isnull=True)))
    parts = framed(Instalment.objects.visible_to(mandates).filter(pledge__in=ids), PART, pledge=text("pledge_id"), minor=F("amount_minor"))
    confirmed = Settlement.objects.filter(visible_rows(mandates, prefix="receipt__"), receipt__pledge__in=ids, receipt__taken_back_on__isnull=True, receipt__confirmed_on__isnull=False)
    paid = framed(confirmed, PAID, pledge=text("receipt__pledge_id"), number=F("instalment__number"), minor=F("amount_minor"))
    held = pledges.join(received, on="pledge", how="left", maintain_order="left").with_columns(
        pl.col("received", "declared").fill_null(0), pl.col("taken_back_on").is_not_null().alias("taken_back"), tellers(pledges),
    )  # fmt: skip
    return standings(held, parts, paid, today=today)


def text(path: str) -> Cast:
    """An id as text, on both engines."""
    return Cast(path, TextField())


def framed(rows: QuerySet[Any], schema: dict[str, Any], **told: Any) -> pl.DataFrame:
    """Rows in the columns of a schema; those told otherwise than by the name of their column. One query."""
    named = {f"as_{name}": how for name, how in told.items()}
    lines = list(rows.annotate(**named).values_list(*(f"as_{name}" if name in told else name for name in schema)).iterator(chunk_size=FETCHED))
    columns = zip(*lines, strict=True) if lines else [[] for _ in schema]
    return pl.DataFrame([pl.Series(name, list(column), dtype=kind) for (name, kind), column in zip(schema.items(), columns, strict=True)])


def tellers(pledges: pl.DataFrame) -> pl.Series:
    """What tells one giver from another: type, name as it is compared, and country; a pool without a name is alone."""
    folded = {name: fold(name) for name in pledges["giver"].unique()}
    lines = pledges.select("giver_type", "giver", "reference", "country").iter_rows()
    return pl.Series("teller", [f"{giver_type}|{folded[giver] or reference}|{country}" for giver_type, giver, reference, country in lines], dtype=pl.String)


def lines_of(frame: pl.DataFrame) -> Iterator[Line]:
    """Rows of a ledger as lines, for the few that are shown or for those taken away."""
    for row in frame.iter_rows(named=True):
        own = Told(UUID(row["pledge"]), *(row[name] for name in Told._fields[1:]))
        yield Line(own, Stands(Standing(row["standing"]), row["promised"], row["received"], row["late"], row["left"], row["next_due"]), row["declared"])


def totals_in(frame: pl.DataFrame) -> tuple[Total, ...]:
    """The totals of some rows of a ledger, those taken back left out; a pool that does not say how many it gathers counts as one giver."""
    return totals_of(frame.with_columns(pl.col("teller").alias("giver"), pl.col("people").fill_null(1).clip(lower_bound=1)))


def shared_out(frame: pl.DataFrame, by: str) -> dict[str, pl.DataFrame]:
    """The rows of a ledger by the appeal, envelope or meeting they name, known as text."""
    return {str(key[0]): rows for key, rows in frame.filter(pl.col(by).is_not_null()).partition_by(by, as_dict=True).items()}


def own_of(found: Mapping[str, pl.DataFrame], pk: UUID, frame: pl.DataFrame) -> pl.DataFrame:
    """Its rows, none where nothing names it; ids are digits alone on one engine and have dashes on the other."""
    return found.get(str(pk), found.get(pk.hex, frame.clear()))
