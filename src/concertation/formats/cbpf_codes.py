"""The code tables of the pooled funds' grant system: what a number of a cluster, a type of organisation, a fund or an allocation stands for.

An allocation is a window a fund opens in a year: its name, what was planned for it, what was approved, when it opened and closed. A code
that a table gives twice with two names is told; both lines are kept, and nobody chooses between them. Amounts are US dollars.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from concertation.core.problems import Cell, Problem
from concertation.formats.cbpf import CURRENCY, Said, dollars, in_order, moment, whole, wrong_numbers
from concertation.formats.sheets import Table
from concertation.formats.table_lines import as_received, lines_of, missing_columns, place_in

CLUSTERS, ORGANISATION_TYPES, FUNDS, ALLOCATIONS = "clusters", "organisation-types", "funds", "allocations"
NEEDED = {
    CLUSTERS: ("ClustId", "ClustNm"), ORGANISATION_TYPES: ("OrgTypeId", "OrgTypeNm"), FUNDS: ("PFId", "PFName"),
    ALLOCATIONS: ("AllocationTypeId", "AllocationTitle", "PooledFundId", "AllocationYear"),
}  # fmt: skip
SHORT = {CLUSTERS: "ClustCode", ORGANISATION_TYPES: "OrgTypeCode", FUNDS: "PFAbbrv", ALLOCATIONS: "AllocationSource"}
AMOUNTS, DAYS = ("TotalUSDPlanned", "TotalApprovedBudget", "AllocationYear"), ("PlannedStartDate", "PlannedEndDate")
CODE_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(), "code_list": pl.String(), "code": pl.String(), "name": pl.String(), "short": pl.String(), "fund": pl.String(), "year": pl.Int64(),
    "opens": pl.Date(), "closes": pl.Date(), "planned_minor": pl.Int64(), "approved_minor": pl.Int64(), "projects": pl.Int64(), "currency": pl.String(), "raw_sha256": pl.String(),
}  # fmt: skip
Line = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadCodes:
    """The lines of a code table (CODE_SCHEMA) and the problems met."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


def read_code_table(table: Table, code_list: str) -> ReadCodes:
    """The lines of one code table.

    Yields required-column-missing, row-identical, code-repeated, number-unreadable, amount-negative, date-unreadable and end-before-start.
    """
    told = list(missing_columns(table, NEEDED[code_list]))
    rows: list[dict[str, Any]] = []
    first: dict[str, int] = {}
    named: dict[tuple[str, str], str] = {}
    for number, line in lines_of(table) if not told else ():
        digest, _content = as_received(line)
        if digest in first:
            told.append(Problem("row-identical", Cell(table.sheet, number), str(number), {"first": str(first[digest])}))
            continue
        first[digest] = number
        row = {**dict.fromkeys(CODE_SCHEMA), **row_of(line, code_list), "row": number, "code_list": code_list, "currency": CURRENCY, "raw_sha256": digest}
        told += [Problem(code, place_in(table, number, heading), value) for code, heading, value in wrong_with(line, code_list)]
        if named.setdefault((row["fund"] or "", row["code"]), row["name"]) != row["name"]:
            told.append(Problem("code-repeated", Cell(table.sheet, number), row["code"], {"first": named[row["fund"] or "", row["code"]]}))
        rows.append(row)
    return ReadCodes(pl.DataFrame(rows, schema=CODE_SCHEMA), tuple(told))


def row_of(line: Line, code_list: str) -> dict[str, Any]:
    """One line of a code table, without its place and digest.

    >>> row_of({"ClustId": "10", "ClustNm": "Protection", "ClustCode": "P"}, CLUSTERS)["name"]
    'Protection'
    """
    code, name = NEEDED[code_list][:2]
    told: dict[str, Any] = {"code": line.get(code, ""), "name": " ".join(line.get(name, "").split()), "short": line.get(SHORT[code_list])}
    if code_list == FUNDS:
        told["fund"] = told["code"]
    if code_list == ALLOCATIONS:
        opens, closes = in_order(line, *DAYS)
        told |= {
            "fund": line.get("PooledFundId"), "year": whole(line.get("AllocationYear")), "opens": opens.date() if opens else None, "closes": closes.date() if closes else None,
            "planned_minor": dollars(line.get("TotalUSDPlanned")), "approved_minor": dollars(line.get("TotalApprovedBudget")), "projects": whole(line.get("TotalProjectsApproved")),
        }  # fmt: skip
    return told


def wrong_with(line: Line, code_list: str) -> Iterator[Said]:
    """What is wrong with a line: code, heading, value."""
    if code_list != ALLOCATIONS:
        return
    yield from wrong_numbers(line, AMOUNTS)
    for heading in DAYS:
        if heading in line and moment(line[heading]) is None:
            yield "date-unreadable", heading, line[heading]
    start, end = (moment(line.get(heading)) for heading in DAYS)
    if start and end and end < start:
        yield "end-before-start", DAYS[1], line[DAYS[1]]
