"""Many pledges as they stand on a day, counted as columns: the same rules as `ledger.balance` and `totals.totals`, for a ledger of any length."""

from datetime import date

import polars as pl

from concertation.core.mobilisation.ledger import Kind, Standing
from concertation.core.mobilisation.totals import Total

OF_TOTAL = ("giver_type", "kind", "currency")


def standings(pledges: pl.DataFrame, instalments: pl.DataFrame, payments: pl.DataFrame, *, today: date) -> pl.DataFrame:
    """The pledges with how each stands on a day, in minor units of its currency, as `ledger.balance` judges one.

    Columns in: pledges (pledge, promised, received, taken_back, and any others), instalments (pledge, number, minor, due_on), payments (pledge, number, minor; confirmed alone).
    Columns added: late, left, next_due, standing.

    >>> pledges = pl.DataFrame({"pledge": ["p"], "promised": [1000], "received": [400], "taken_back": [False]})
    >>> parts = pl.DataFrame({"pledge": ["p", "p"], "number": [1, 2], "minor": [400, 600], "due_on": [date(2026, 1, 1), date(2026, 3, 1)]})
    >>> paid = pl.DataFrame({"pledge": ["p"], "number": [1], "minor": [400]})
    >>> standings(pledges, parts, paid, today=date(2026, 6, 1)).select("late", "left", "next_due", "standing").rows()
    [(600, 600, datetime.date(2026, 3, 1), 'late')]
    """
    held = pledges.join(of_instalments(instalments, payments, today=today), on="pledge", how="left", maintain_order="left").with_columns(
        pl.col("late").fill_null(0), pl.col("is_open", "is_dated").fill_null(False),
    )  # fmt: skip
    taken_back, is_late = pl.col("taken_back"), pl.col("late") > 0
    standing = (
        pl.when(taken_back).then(pl.lit(Standing.TAKEN_BACK.value))
        .when((pl.col("received") >= pl.col("promised")).fill_null(False) & ~pl.col("is_open")).then(pl.lit(Standing.PAID.value))
        .when(is_late).then(pl.lit(Standing.LATE.value)).when(pl.col("received") > 0).then(pl.lit(Standing.PART.value))
        .when(pl.col("is_dated")).then(pl.lit(Standing.DUE.value)).otherwise(pl.lit(Standing.UNDATED.value))
    )  # fmt: skip
    return held.with_columns(
        standing.alias("standing"), pl.when(taken_back).then(0).otherwise(pl.col("late")).alias("late"), pl.when(~taken_back).then(pl.col("next_due")).alias("next_due"),
        (pl.col("promised") - pl.col("received")).clip(lower_bound=0).alias("left"),
    ).drop("is_open", "is_dated")  # fmt: skip


def of_instalments(instalments: pl.DataFrame, payments: pl.DataFrame, *, today: date) -> pl.DataFrame:
    """What the instalments of each pledge say together: what is late, whether any is open or has a day, the next day awaited."""
    paid = payments.group_by("pledge", "number").agg(pl.col("minor").sum().alias("paid"))
    left = (pl.col("minor") - pl.col("paid").fill_null(0)).clip(lower_bound=0)
    parts = instalments.join(paid, on=["pledge", "number"], how="left").with_columns(left.alias("left"))
    waits = pl.col("left") > 0
    return parts.group_by("pledge").agg(
        pl.col("left").filter(pl.col("due_on") < today).sum().alias("late"), waits.any().alias("is_open"), pl.col("due_on").is_not_null().any().alias("is_dated"),
        pl.col("due_on").filter(waits).min().alias("next_due"),
    )  # fmt: skip


def totals_of(pledges: pl.DataFrame) -> tuple[Total, ...]:
    """Pledges added by type of giver, kind and currency, those taken back left out, as `totals.totals` adds them.

    Columns in: giver (what tells givers apart), giver_type, kind, currency, promised, received, late, people, standing.
    """
    counted = pledges.filter(pl.col("standing") != Standing.TAKEN_BACK.value)
    of_giver = counted.group_by(*OF_TOTAL, "giver").agg(
        pl.col("people").max(), pl.len().alias("pledges"), pl.col("promised").sum(), pl.col("received").sum(), pl.col("late").sum(), pl.col("promised").is_null().sum().alias("without_value"),
    )  # fmt: skip
    added = of_giver.group_by(*OF_TOTAL).agg(pl.col("people").sum().alias("givers"), pl.col("pledges", "promised", "received", "late", "without_value").sum())
    lines = [Total(**line) for line in added.iter_rows(named=True)]
    return tuple(sorted(lines, key=lambda each: (each.kind != Kind.CASH, each.currency, -each.promised, each.giver_type)))
