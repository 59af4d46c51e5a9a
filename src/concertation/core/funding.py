"""Money as it is reported: flows between parties, and named policies that say which of them count.

A pledge is never money received. What crosses into a boundary (a State and a year) is counted there once: flows inside it move
money on, flows out of it are another's. A shared flow covers several States or years and says no split: it is counted whole
nowhere, unless someone states the split and signs it. A parked flow holds what its children have not yet taken.
Sources: the Financial Tracking Service's own words; Development Initiatives' published curation for the second policy.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal

import polars as pl

Policy = Literal["fts", "gha-curated", "concertation"]

PARTIES = ("source", "destination")
FLOW_SCHEMA: dict[str, pl.DataType] = {
    "flow": pl.String(), "version": pl.Int64(), "status": pl.String(), "flow_type": pl.String(), "contribution": pl.String(),
    "method": pl.String(), "boundary": pl.String(), "on_boundary": pl.String(), "amount_minor": pl.Int64(), "currency": pl.String(),
    "original_minor": pl.Int64(), "original_currency": pl.String(), "rate": pl.Float64(), "dated": pl.Date(), "decided": pl.Date(),
    "reported": pl.Date(), "new_money": pl.Boolean(), "parent": pl.String(), "children": pl.List(pl.String()), "earmarks": pl.List(pl.String()),
    "keywords": pl.List(pl.String()), "description": pl.String(), "reference": pl.String(),
    **{f"{party}_{name}": pl.List(pl.String()) for party in PARTIES for name in ("names", "types", "places", "plans", "projects", "clusters", "global_clusters", "emergencies")},
    **{f"{party}_years": pl.List(pl.Int32()) for party in PARTIES},
    "raw_sha256": pl.String(),
}  # fmt: skip
COUNTED_SCHEMA: dict[str, pl.DataType] = {"flow": pl.String(), "counted_minor": pl.Int64(), "reason": pl.String()}

REASONS: Mapping[str, tuple[str, str]] = {
    "counted": ("compté : entre dans le cadre, engagé ou versé", "counted: crosses into the boundary, committed or paid"),
    "counted-with-split": ("compté pour la part qu'une personne a dite et signée", "counted for the share someone stated and signed"),
    "split-over-years": ("partagé à parts égales entre ses années", "split equally over its years"),
    "shared-places-whole": ("couvre plusieurs pays, compté entier", "covers several countries, counted whole"),
    "pledge": ("promesse : n'est pas de l'argent reçu", "pledge: not money received"),
    "internal": ("passe de l'un à l'autre à l'intérieur du cadre", "moves on inside the boundary"),
    "outgoing": ("sort du cadre", "leaves the boundary"),
    "shared-not-split": ("couvre plusieurs pays ou années, sans partage dit", "covers several countries or years, no split stated"),
    "carried-over": ("reporté d'une année antérieure, compté alors", "carried over from an earlier year, counted then"),
}
RECEIVED = ("commitment", "paid")


def counts_at_fts(flows: pl.DataFrame) -> pl.DataFrame:
    """FTS's own totals: incoming commitments and payments on one boundary; shared flows are listed beside, not added.

    Columns in: those of FLOW_SCHEMA. Columns out: flow, counted_minor (minor units), reason (of REASONS).
    """
    return _judged(flows, pl.when(is_shared()).then(pl.lit("shared-not-split")).otherwise(pl.lit("counted")))


def counts_as_gha_curates(flows: pl.DataFrame, *, year: int) -> pl.DataFrame:
    """Development Initiatives' curation for one year: a flow over several years counts for an equal share of each, one over several places whole.

    Not deflated, and the European institutions are left as they are reported.
    """
    years = pl.col("destination_years").list.len()
    in_year = pl.col("destination_years").list.contains(year)
    verdict = pl.when((years > 1) & in_year).then(pl.lit("split-over-years")).when(is_shared()).then(pl.lit("shared-places-whole")).otherwise(pl.lit("counted"))
    judged = _judged(flows, verdict)
    shares = flows.select("flow", years.alias("years"))
    split = (pl.col("counted_minor") / pl.col("years")).round().cast(pl.Int64)
    return judged.join(shares, on="flow", how="left", maintain_order="left").with_columns(
        counted_minor=pl.when(pl.col("reason") == "split-over-years").then(split).otherwise("counted_minor"),
    ).select(list(COUNTED_SCHEMA))  # fmt: skip


def counts_here(flows: pl.DataFrame, *, splits: Mapping[str, Fraction] | None = None) -> pl.DataFrame:
    """The product's own count: as FTS, without what was carried over from an earlier year, and with a shared flow's share where someone stated it."""
    stated = dict(splits or {})
    known = pl.col("flow").is_in(sorted(stated))
    verdict = (
        pl.when(pl.col("flow_type") == "Carryover").then(pl.lit("carried-over"))
        .when(is_shared() & known).then(pl.lit("counted-with-split"))
        .when(is_shared()).then(pl.lit("shared-not-split")).otherwise(pl.lit("counted"))
    )  # fmt: skip
    judged = _judged(flows, verdict)
    amounts = dict(flows.select("flow", "amount_minor").iter_rows())
    shares = {flow: round(amounts[flow] * share) for flow, share in stated.items() if flow in amounts}
    split = pl.col("flow").replace_strict(shares, default=None, return_dtype=pl.Int64)
    return judged.with_columns(counted_minor=pl.when(pl.col("reason") == "counted-with-split").then(split).otherwise("counted_minor"))


def told_apart(flows: pl.DataFrame) -> pl.DataFrame:
    """The flows with one name each: a flow that several boundaries report (into one State, out of another) bears its boundary, and its turn.

    >>> told_apart(pl.DataFrame({"flow": ["1", "1", "2"], "boundary": ["incoming", "outgoing", "incoming"]}))["flow"].to_list()
    ['1/incoming', '1/outgoing', '2']
    """
    bounded = pl.when(pl.len().over("flow") > 1).then(pl.concat_str("flow", pl.col("boundary").fill_null(""), separator="/")).otherwise("flow")
    named = flows.with_columns(bounded.alias("flow"))
    turn = pl.int_range(pl.len()).over("flow")
    return named.with_columns(pl.when(pl.len().over("flow") > 1).then(pl.concat_str("flow", turn.cast(pl.String), separator="/")).otherwise("flow").alias("flow"))


def is_shared() -> pl.Expr:
    """Whether a flow stands on several boundaries at once."""
    return pl.col("on_boundary") == "shared"


ADDED = ("counted", "counted-with-split", "split-over-years", "shared-places-whole")


def _judged(flows: pl.DataFrame, verdict: pl.Expr) -> pl.DataFrame:
    """What every policy shares, then its own verdict on what crosses into the boundary; what no reason adds counts nothing."""
    reason = (
        pl.when(pl.col("boundary") == "internal").then(pl.lit("internal"))
        .when(pl.col("boundary") == "outgoing").then(pl.lit("outgoing"))
        .when(~pl.col("status").is_in(RECEIVED)).then(pl.lit("pledge")).otherwise(verdict)
    )  # fmt: skip
    return flows.select("flow", reason.alias("reason"), pl.col("amount_minor").fill_null(0)).select(
        "flow", pl.when(pl.col("reason").is_in(ADDED)).then("amount_minor").otherwise(0).alias("counted_minor"), "reason",
    )  # fmt: skip


def total(counted: pl.DataFrame) -> int:
    """What a policy counts in all, in minor units.

    >>> total(pl.DataFrame({"flow": ["a", "b"], "counted_minor": [5, 0], "reason": ["counted", "pledge"]}, schema=COUNTED_SCHEMA))
    5
    """
    return int(counted["counted_minor"].sum())


def bridge(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """From one policy's total to another's: per pair of reasons, how many flows differ and by how much; every unit is explained.

    Columns out: from_reason, to_reason, flows, difference_minor (second less first), largest first. The differences add up to the
    difference of the totals.
    """
    both = first.rename({"counted_minor": "before", "reason": "from_reason"}).join(
        second.rename({"counted_minor": "after", "reason": "to_reason"}), on="flow", how="full", coalesce=True,
    )  # fmt: skip
    moved = both.with_columns(pl.col("before", "after").fill_null(0)).with_columns(difference=pl.col("after") - pl.col("before")).filter(pl.col("difference") != 0)
    return (
        moved.group_by("from_reason", "to_reason", maintain_order=True)
        .agg(pl.len().alias("flows"), pl.col("difference").sum().alias("difference_minor"))
        .sort(pl.col("difference_minor").abs(), descending=True)
    )


def percent_funded(funding: int, requirement: int) -> int | None:
    """The share of a requirement that is funded, in whole percent as FTS rounds it (half up); None where nothing is required.

    >>> percent_funded(72_939_948, 658_486_359), percent_funded(5, 0)
    (11, None)
    """
    return None if requirement <= 0 else int(Fraction(100 * funding, requirement) + Fraction(1, 2))


POLICIES: Mapping[Policy, tuple[str, str]] = {
    "fts": ("règle de FTS", "FTS rule"),
    "gha-curated": ("règle GHA (Development Initiatives)", "GHA rule (Development Initiatives)"),
    "concertation": ("règle du produit", "rule of the product"),
}


def counted_by(policy: Policy, flows: pl.DataFrame, *, year: int, splits: Mapping[str, Fraction] | None = None) -> pl.DataFrame:
    """Count by a named policy."""
    counters: Mapping[Policy, Callable[[], pl.DataFrame]] = {
        "fts": lambda: counts_at_fts(flows),
        "gha-curated": lambda: counts_as_gha_curates(flows, year=year),
        "concertation": lambda: counts_here(flows, splits=splits),
    }
    return counters[policy]()
