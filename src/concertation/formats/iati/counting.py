"""Transactions counted by sector or by country, to the last unit: what a stated share gives, and beside it what no share tells."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from concertation.formats.iati.shares import split

Kind = Literal["sector", "place"]
SHARED_SCHEMA: dict[str, pl.DataType] = {
    "activity": pl.String(), "line": pl.Int64(), "code": pl.String(), "currency": pl.String(), "amount_minor": pl.Int64(), "known": pl.Boolean(),
}  # fmt: skip


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
