"""Flows of the Financial Tracking Service as its CSV on HDX gives them: the same rows as from its API, with nothing where the CSV is silent.

The CSV leaves out what the quality of money is measured by (earmark, new money, parent and child flows, version, local cluster): those
columns are null, never empty lists, so that a figure over them reads "no figure held". A file of several countries repeats a shared flow
once per country: lines that are the same throughout are one flow.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from concertation.core.funding import FLOW_SCHEMA
from concertation.core.money import is_currency
from concertation.core.problems import Cell, Problem
from concertation.formats.fts import CURRENCY, ReadFlows
from concertation.formats.sheets import Table
from concertation.formats.table_lines import (
    NUMBER,
    as_received,
    lines_of,
    minor_or_none,
    missing_columns,
    place_in,
)

NEEDED = ("id", "amountUSD", "status", "boundary", "onBoundary", "srcOrganization", "destOrganization")
ENDS = {"source": "src", "destination": "dest"}
LISTS = {
    "source_names": "srcOrganization", "source_types": "srcOrganizationTypes", "source_places": "srcLocations",
    "destination_names": "destOrganization", "destination_types": "destOrganizationTypes", "destination_places": "destLocations",
    "destination_plans": "destPlan", "destination_projects": "destProject", "destination_global_clusters": "destGlobalClusters",
    "destination_emergencies": "destEmergency", "keywords": "keywords",
}  # fmt: skip
TEXTS = {
    "status": "status", "flow_type": "flowType", "contribution": "contributionType", "method": "method", "boundary": "boundary",
    "on_boundary": "onBoundary", "description": "description", "reference": "refCode",
}  # fmt: skip
DAYS = {"dated": "date", "decided": "decisionDate", "reported": "firstReportedDate"}
READ = frozenset([*NEEDED, *LISTS.values(), *TEXTS.values(), *DAYS.values(), "originalAmount", "originalCurrency", "exchangeRate", *(f"{end}UsageYear{edge}" for end in ENDS.values() for edge in ("Start", "End"))])
KEPT_ONLY = frozenset(["budgetYear", "destPlanCode", "destPlanId", "destProjectCode", "createdAt", "updatedAt"])
BETWEEN = re.compile(r",(?!\s)")
YEAR = re.compile(r"\d{4}", re.ASCII)
YEARS_TOLD = range(1990, 2100)


def is_flow_table(table: Table) -> bool:
    """Whether a table is a list of flows as HDX publishes them."""
    return set(NEEDED) <= set(table.headings.values())


def read_flow_table(table: Table) -> ReadFlows:
    """The flows of one table of HDX, under the columns of FLOW_SCHEMA; each line as received stands in `received` by its digest.

    A name that holds commas stays whole: only a comma without a blank behind it separates. Usage years are every year from the first to
    the last. Yields required-column-missing, fts-key-unknown, fts-amount-missing, fts-amount-negative, fts-flow-twice,
    currency-unknown, number-unreadable, date-unreadable.

    >>> headings = dict(zip("ABCDEFG", NEEDED))
    >>> line = {"row": 2, "A": "7", "B": "5", "C": "paid", "D": "incoming", "E": "single", "F": "Japan, Government of", "G": "UNHCR,WFP"}
    >>> read = read_flow_table(Table("s", 1, headings, {}, pl.DataFrame([line])))
    >>> read.frame.select("amount_minor", "source_names", "destination_names", "earmarks").row(0)
    (500, ['Japan, Government of'], ['UNHCR', 'WFP'], None)
    """
    told = [*missing_columns(table, NEEDED), *unknown_columns(table)]
    rows: list[dict[str, Any]] = []
    received: dict[str, bytes] = {}
    seen: dict[tuple[str, ...], str] = {}
    for number, line in lines_of(table) if is_flow_table(table) else ():
        digest, content = as_received(line)
        if digest in received:
            continue
        received[digest] = content
        key = (line.get("id", ""), line.get("boundary", ""))
        if key in seen:
            told.append(Problem("fts-flow-twice", place_in(table, number, "id"), key[0]))
        seen[key] = digest
        told += (Problem(code, place_in(table, number, heading), value) for code, heading, value in told_of(line))
        rows.append({**row_of(line), "raw_sha256": digest})
    return ReadFlows(pl.DataFrame(rows, schema=FLOW_SCHEMA), received, tuple(told))


def unknown_columns(table: Table) -> Iterable[Problem]:
    """One note for each column nobody knows; it is kept as received."""
    known = READ | KEPT_ONLY
    return (Problem("fts-key-unknown", Cell(table.sheet, table.heading_row, letter), heading) for letter, heading in table.headings.items() if heading not in known)


def told_of(line: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with one line: code, heading, value."""
    amount = line.get("amountUSD")
    if amount is None:
        yield "fts-amount-missing", "amountUSD", line.get("id", "")
    elif minor_or_none(amount, CURRENCY) is None:
        yield "number-unreadable", "amountUSD", amount
    elif amount.startswith("-"):
        yield "fts-amount-negative", "amountUSD", amount
    for heading in ("originalAmount", "exchangeRate"):
        if heading in line and not NUMBER.fullmatch(line[heading]):
            yield "number-unreadable", heading, line[heading]
    if (currency := line.get("originalCurrency")) and not is_currency(currency):
        yield "currency-unknown", "originalCurrency", currency
    for heading in DAYS.values():
        if heading in line and day(line[heading]) is None:
            yield "date-unreadable", heading, line[heading]


def row_of(line: Mapping[str, str]) -> dict[str, Any]:
    """One line as a row of FLOW_SCHEMA, without its digest; what the CSV does not carry is left out, and so null."""
    currency = line.get("originalCurrency", "")
    rate = line.get("exchangeRate", "")
    return {
        "flow": line.get("id", ""), "currency": CURRENCY, "amount_minor": minor_or_none(line.get("amountUSD"), CURRENCY),
        "original_minor": minor_or_none(line.get("originalAmount"), currency) if is_currency(currency) else None, "original_currency": currency or None,
        "rate": float(rate) if NUMBER.fullmatch(rate) else None,
        **{name: line.get(heading) for name, heading in TEXTS.items()},
        **{name: day(line.get(heading)) for name, heading in DAYS.items()},
        **{name: BETWEEN.split(line[heading]) if heading in line else [] for name, heading in LISTS.items()},
        **{f"{end}_years": years(line.get(f"{word}UsageYearStart", ""), line.get(f"{word}UsageYearEnd", "")) for end, word in ENDS.items()},
    }  # fmt: skip


def day(written: str | None) -> date | None:
    """A day as HDX writes it; none when it is no date."""
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError:
        return None


def years(first: str, last: str) -> list[int]:
    """Every year from the first to the last; the one given when the other is not; none when neither is a year.

    >>> years("2026", "2028"), years("2026", ""), years("", "soon")
    ([2026, 2027, 2028], [2026], [])
    """
    told = sorted(int(year) for year in (first, last) if YEAR.fullmatch(year) and int(year) in YEARS_TOLD)
    return list(range(told[0], told[-1] + 1)) if told else []
