"""The back-test on plans as they were: requirements and money of plans by cluster, decided as they came, jointly, and with three tenths flexible.

An estimate, said so wherever it shows. Plans of one State and year overlap and are never added: the one that asks for most is taken.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from concertation.apps.funding.queries import plan_rows
from concertation.apps.ground.chain import canonical
from concertation.core.allocation.backtest import BackTest, PlanMoney, back_test, question_of
from concertation.core.sharing import Mandate

YEARS = (2022, 2023, 2024, 2025)
LEVEL = "cluster"
MINOR = 100
KEPT = 16


def plan_money(frame: pl.DataFrame, year: int) -> tuple[PlanMoney, ...]:
    """Requirement and funding of each sector of each State's plan in a year, in whole dollars; what names no sector has an empty one.

    Columns in: level, state, year, code, cluster, sector, standing, requirement_minor, funding_minor.
    """
    own = frame.filter((pl.col("level") == LEVEL) & (pl.col("year") == year)).with_columns(pl.col("requirement_minor", "funding_minor").fill_null(0))
    asks = own.group_by("state", "code").agg(pl.col("requirement_minor").sum().alias("asks")).sort("asks", "code", descending=[True, False])
    largest = asks.unique("state", keep="first", maintain_order=True).select("state", "code")
    kept = own.join(largest, on=["state", "code"], nulls_equal=True).sort("state", "cluster")
    sector = pl.when(pl.col("standing") == "named").then(pl.coalesce("sector", "cluster")).otherwise(pl.lit(""))
    lines = kept.select("state", sector.alias("sector"), "requirement_minor", "funding_minor").iter_rows()
    return tuple(PlanMoney(state, named, required // MINOR, funded // MINOR) for state, named, required, funded in lines)


def question_content(year: int, rows: Sequence[PlanMoney]) -> bytes:
    """The question a year's plans ask, as the bytes of a file that `./run allocate` takes too: requirements for needs, money observed for sources."""
    asked = question_of(rows)
    sources = [
        {"id": source.id, "amount": source.amount // MINOR, "earmark": {"states": sorted(source.earmark.states), "sectors": sorted(source.earmark.sectors)}} for source in asked.sources
    ]
    cells = [{"id": cell.id, "state": cell.state, "sector": cell.sector, "need": cell.need // MINOR} for cell in asked.cells]
    return canonical({"currency": asked.currency, "as_of": f"{year}-12-31", "sources": sources, "cells": cells})


@lru_cache(maxsize=KEPT)
def tested(year: int, rows: tuple[PlanMoney, ...]) -> BackTest:
    """The three for one year, kept for the next time it is asked."""
    return back_test(year, rows)


def back_tests(frame: pl.DataFrame, years: Iterable[int] = YEARS) -> list[BackTest]:
    """Every year that the plans hold."""
    found = [(year, plan_money(frame, year)) for year in years]
    return [tested(year, rows) for year, rows in found if rows]


def held_back_tests(mandates: Sequence[Mandate]) -> list[BackTest]:
    """The back-tests on the plan rows a reader may see."""
    return back_tests(plan_rows(mandates, levels=[LEVEL], years=YEARS))


def told(each: BackTest) -> dict[str, Any]:
    """A back-test as programs receive it: whole dollars, shares as numbers."""
    return {
        "year": each.year, "currency": "USD", "required": each.required // MINOR, "received": each.received // MINOR,
        "unmet": {"actual": each.actual // MINOR, "joint": each.joint // MINOR, "flexible_30": each.flexible // MINOR},
        "least_coverage": {"actual": float(each.least_actual), "joint": float(each.least_joint), "flexible_30": float(each.least_flexible)},
        "certified": each.certified, "estimate": True,
    }  # fmt: skip
