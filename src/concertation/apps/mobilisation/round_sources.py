"""What is promised and not yet received, as the sources of a question of allocation: every one a pledge, none with its giver's name.

What was received is left out: the ledger does not know what of it was spent since. Pledges in kind and those taken back are no money.
"""

from datetime import date
from typing import Any

import polars as pl

from concertation.apps.funding.words import main_amount
from concertation.apps.mobilisation.gaps import coded
from concertation.apps.mobilisation.ledger_reading import Line, lines_of
from concertation.core.mobilisation.ledger import Kind, Standing


def currencies_promised(held: pl.DataFrame) -> list[str]:
    """The currencies in which money is promised and not yet received."""
    return sorted(awaited(held)["currency"].unique().to_list())


def awaited(held: pl.DataFrame) -> pl.DataFrame:
    """The pledges of money that stand and of which something is still to come."""
    return held.filter((pl.col("kind") == Kind.CASH.value) & (pl.col("standing") != Standing.TAKEN_BACK.value) & (pl.col("left") > 0))


def question_part(held: pl.DataFrame, *, currency: str, today: date) -> dict[str, Any]:
    """The part of a question that the ledger knows: its currency and a source for each pledge still awaited in it, in the order of references."""
    rows = awaited(held).filter(pl.col("currency") == currency).sort("reference")
    return {"currency": currency, "sources": [source(each, today=today) for each in lines_of(rows)]}


def source(each: Line, *, today: date) -> dict[str, Any]:
    """One pledge as a source: what is left of it, where and for what it may go, from the day it is promised for where that is to come."""
    own, stands = each.pledge, each.balance
    earmark = {name: codes for name, codes in (("states", coded(own.states)), ("sectors", coded(own.sectors))) if codes}
    coming = {"usable_from": stands.next_due.isoformat()} if stands.next_due and stands.next_due > today else {}
    return {"id": own.reference, "amount": main_amount(stands.left, own.currency), "status": "pledge", **({"earmark": earmark} if earmark else {}), **coming}
