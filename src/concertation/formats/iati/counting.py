"""Transactions counted by sector or by country, to the last unit: what a stated share gives, and beside it what no share tells."""

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from concertation.core.funding import FLOW_SCHEMA
from concertation.formats.iati.codes import GLOBAL_CLUSTER, STATES
from concertation.formats.iati.shares import split

Kind = Literal["sector", "place"]
SHARED_SCHEMA: dict[str, pl.DataType] = {
    "activity": pl.String(), "line": pl.Int64(), "code": pl.String(), "currency": pl.String(), "amount_minor": pl.Int64(), "known": pl.Boolean(),
}  # fmt: skip
FLOW_STATUS = {"commitment": "commitment", "pledge": "pledge", "disbursement": "paid", "expenditure": "paid", "incoming": "paid"}
COUNTRY = "country:"
PLANS, CRISES = "2:", "1:"
PARENT, CHILD = "1:", "2:"
US_DOLLAR = "USD"


def shared_out(transactions: pl.DataFrame, kind: Kind, *, vocabulary: str = "") -> pl.DataFrame:
    """Each amount by its sectors or places, as SHARED_SCHEMA: one row per known share, else one row without code (`known` false).

    `vocabulary` chooses one list of sectors (`1` for the DAC, `10` for global clusters); the default for places is all of them. Rows
    of one transaction add to its amount exactly. Transactions without an amount are left out.

    >>> row = {"activity": "a", "line": 3, "currency": "USD", "amount_minor": 100, "sectors": ["1:1", "1:2", "10:7"], "sector_shares": [None, None, 100.0]}
    >>> shared_out(pl.DataFrame([row]), "sector", vocabulary="1").select("code", "amount_minor", "known").rows()
    [(None, 100, False)]
    """
    codes, shares = f"{kind}s", f"{kind}_shares"
    rows = transactions.filter(pl.col("amount_minor").is_not_null()).select("activity", "line", "currency", "amount_minor", codes, shares)
    made = [part for row in rows.iter_rows(named=True) for part in parts_of(row, row[codes] or [], row[shares] or [], f"{vocabulary}:" if vocabulary else "")]
    return pl.DataFrame(made, schema=SHARED_SCHEMA)


def parts_of(row: dict[str, Any], codes: list[str], shares: list[float | None], beginning: str) -> Iterator[dict[str, Any]]:
    """The parts of one transaction."""
    held = {"activity": row["activity"], "line": row["line"], "currency": row["currency"]}
    known = [(code, Fraction(str(share))) for code, share in zip(codes, shares, strict=True) if code.startswith(beginning) and share is not None]
    if not sum((share for _, share in known), Fraction(0)):
        yield {**held, "code": None, "amount_minor": row["amount_minor"], "known": False}
        return
    for (code, _), minor in zip(known, split(row["amount_minor"], [share for _, share in known]), strict=True):
        yield {**held, "code": code, "amount_minor": minor, "known": True}


def as_flows(transactions: pl.DataFrame) -> pl.DataFrame:
    """Transactions as flows (FLOW_SCHEMA): those that are a pledge, a commitment or a payment.

    A flow is named by its activity and its reference, else its line. Only an amount in dollars is one in dollars: others stay in their
    own currency, unconverted. What a transaction does not carry is null.
    """
    names = [name for name in transactions.columns if name in FLOW_SCHEMA and name not in ("status", "currency", "amount_minor", "reference", "dated")]
    kept = transactions.filter(pl.col("status").is_in(list(FLOW_STATUS)))
    dollars = pl.col("currency") == US_DOLLAR
    flows = kept.select(
        *names, flow=pl.format("{}#{}", "activity", pl.coalesce("reference", pl.col("line").cast(pl.String))), status=pl.col("status").replace(FLOW_STATUS),
        amount_minor=pl.when(dollars).then("amount_minor"), currency=pl.lit(US_DOLLAR), original_minor=pl.when(~dollars).then("amount_minor"),
        original_currency=pl.when(~dollars).then("currency"), dated="value_dated", decided="dated", reference="reference",
        earmarks=pl.when(pl.col("earmark").is_not_null()).then(pl.concat_list("earmark")), parent=first_of("related", PARENT), children=all_of("related", CHILD),
        source_names=pl.concat_list(pl.coalesce("provider_name", "provider_ref")).list.drop_nulls(),
        destination_names=pl.concat_list(pl.coalesce("receiver_name", "receiver_ref")).list.drop_nulls(),
        destination_places=all_of("places", COUNTRY).list.eval(pl.element().replace(STATES)), destination_global_clusters=all_of("sectors", f"{GLOBAL_CLUSTER}:"),
        destination_plans=all_of("scopes", PLANS), destination_emergencies=all_of("scopes", CRISES), destination_projects=pl.concat_list("activity"),
    )  # fmt: skip
    flows = flows.with_columns(raw_sha256=pl.Series([digest_of(row) for row in kept.drop("line").iter_rows()], dtype=pl.String))
    return flows.select(flows[name].cast(kind) if name in flows.columns else pl.lit(None, kind).alias(name) for name, kind in FLOW_SCHEMA.items())


def digest_of(row: tuple[Any, ...]) -> str:
    """The SHA-256 of what is read of a transaction, whatever its line."""
    return hashlib.sha256(repr(row).encode()).hexdigest()


def all_of(column: str, beginning: str) -> pl.Expr:
    """The codes of a list that begin so, without their beginning; null where there is no list."""
    return pl.col(column).list.eval(pl.element().filter(pl.element().str.starts_with(beginning)).str.strip_prefix(beginning))


def first_of(column: str, beginning: str) -> pl.Expr:
    """The first such code, or null."""
    return all_of(column, beginning).list.first()
