"""Flows of the Financial Tracking Service as its API gives them: every key kept as received, the known ones read.

An answer of several pages is one list of flows, in order; a flow found twice with one content counts once, with two contents
both are kept and told. Nothing is invented: a shared flow stays whole, a key nobody knows travels with its flow.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from concertation.core.funding import FLOW_SCHEMA
from concertation.core.money import in_minor_units, is_currency
from concertation.core.problems import Cell, Problem

KNOWN_KEYS = frozenset(
    ["id", "amountUSD", "budgetYear", "childFlowIds", "parentFlowId", "contributionType", "createdAt", "date", "decisionDate", "description", "exchangeRate", "firstReportedDate", "flowType", "grandBargainEarmarkingType", "keywords", "newMoney", "method", "originalAmount", "originalCurrency", "status", "updatedAt", "versionId", "sourceObjects", "destinationObjects", "boundary", "onBoundary", "reportDetails", "refCode"],
)
NAMED = {
    "names": "Organization", "places": "Location", "plans": "Plan", "projects": "Project", "clusters": "Cluster", "global_clusters": "GlobalCluster",
    "emergencies": "Emergency",
}  # fmt: skip
CURRENCY = "USD"
DIGEST = "sha256"
LARGEST_WHOLE = 2**31 - 1
MOST_MINOR = 10**18


@dataclass(frozen=True)
class ReadFlows:
    """The flows of one or more pages: a frame of FLOW_SCHEMA, each flow as received (canonical bytes by SHA-256), and the problems.

    `elsewhere` counts what a file says of other parts of the world and was left unread.
    """

    frame: pl.DataFrame
    received: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    elsewhere: int = 0


def is_flow_answer(content: object) -> bool:
    """Whether a JSON value is a page of flows of the FTS API."""
    return isinstance(content, Mapping) and isinstance(content.get("data"), Mapping) and isinstance(content["data"].get("flows"), list)


def read_flows(pages: Sequence[object]) -> ReadFlows:
    """The flows of some pages.

    >>> page = {"data": {"flows": [{"id": "1", "amountUSD": 5, "status": "paid", "boundary": "incoming", "colour": "red"}]}}
    >>> read = read_flows([page])
    >>> read.frame["amount_minor"].to_list(), [problem.code for problem in read.problems], list(read.received.values())[0][:18]
    ([500], ['fts-key-unknown'], b'{"amountUSD":5,"bo')
    """
    rows, received, problems = [], dict[str, bytes](), list[Problem]()
    seen: dict[str, str] = {}
    for number, flow in enumerate(flows_of(pages, problems)):
        content = canonical(flow)
        digest = hashlib.sha256(content).hexdigest()
        name = str(flow.get("id") or "")
        if seen.get(name) == digest:
            continue
        if name in seen:
            problems.append(Problem("fts-flow-twice", Cell(row=number + 1), name))
        seen[name] = digest
        received[digest] = content
        problems += told_of(flow, number + 1)
        rows.append({**row_of(flow), "raw_sha256": digest})
    problems += [Problem("fts-flow-circle", Cell(), name) for name in circles({row["flow"]: row["parent"] for row in rows})]
    return ReadFlows(flow_frame(rows), received, tuple(problems))


def flow_frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame of FLOW_SCHEMA, through lines of JSON: lists in rows would cost polars a series each.

    >>> flow_frame([{"flow": "1", "earmarks": ["unearmarked"], "dated": date(2025, 8, 8)}]).select("flow", "earmarks", "dated").row(0)
    ('1', ['unearmarked'], datetime.date(2025, 8, 8))
    """
    if not rows:
        return pl.DataFrame(schema=FLOW_SCHEMA)
    days = [name for name, kind in FLOW_SCHEMA.items() if kind == pl.Date]
    lines = (json.dumps({name: row.get(name) for name in FLOW_SCHEMA}, default=str).encode() for row in rows)
    read = pl.read_ndjson(b"\n".join(lines), schema={**FLOW_SCHEMA, **dict.fromkeys(days, pl.String())})
    return read.with_columns(pl.col(name).str.to_date("%Y-%m-%d") for name in days)


def circles(parents: Mapping[str, str | None]) -> list[str]:
    """The flows that are their own ancestors through others, in order.

    >>> circles({"1": "2", "2": "1", "3": "1", "4": "4"})
    ['1', '2']
    """
    told = []
    for name in parents:
        passed, above = set[str](), parents.get(name)
        while above and above != name and above not in passed:
            passed.add(above)
            above = parents.get(above)
        if above == name and passed:
            told.append(name)
    return told


def flows_of(pages: Sequence[object], problems: list[Problem]) -> Iterable[Mapping[str, Any]]:
    """Every flow of the pages; a page or a flow that is none is told."""
    for number, page in enumerate(pages):
        if not isinstance(page, Mapping) or not is_flow_answer(page):
            problems.append(Problem("fts-not-an-answer", Cell(row=number + 1)))
            continue
        for at, flow in enumerate(page["data"]["flows"]):
            if isinstance(flow, Mapping):
                yield flow
            else:
                problems.append(Problem("fts-not-a-flow", Cell(row=at + 1), str(flow)[:80]))


def canonical(flow: Mapping[str, Any]) -> bytes:
    """A flow as bytes that do not depend on the order of its keys; every key and value as received."""
    return json.dumps(flow, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def told_of(flow: Mapping[str, Any], row: int) -> Iterable[Problem]:
    """What is said of one flow: unknown keys, amounts that are missing or negative, currencies nobody knows, a flow that is its own parent."""
    for key in flow:
        if key not in KNOWN_KEYS:
            yield Problem("fts-key-unknown", Cell(row=row, column=str(key)), str(key))
    amount = flow.get("amountUSD")
    if not isinstance(amount, int | float) or isinstance(amount, bool):
        yield Problem("fts-amount-missing", Cell(row=row, column="amountUSD"), str(flow.get("id")))
    elif amount < 0:
        yield Problem("fts-amount-negative", Cell(row=row, column="amountUSD"), str(amount))
    currency = flow.get("originalCurrency")
    if currency and not is_currency(str(currency)):
        yield Problem("currency-unknown", Cell(row=row, column="originalCurrency"), str(currency))
    if flow.get("id") and str(flow.get("parentFlowId")) == str(flow["id"]):
        yield Problem("fts-flow-its-own-parent", Cell(row=row, column="parentFlowId"), str(flow["id"]))


def row_of(flow: Mapping[str, Any]) -> dict[str, Any]:
    """One flow as a row of FLOW_SCHEMA, without its digest."""
    currency = str(flow.get("originalCurrency") or "")
    return {
        "flow": str(flow.get("id") or ""), "version": whole(flow.get("versionId")), "status": text(flow.get("status")), "flow_type": text(flow.get("flowType")),
        "contribution": text(flow.get("contributionType")), "method": text(flow.get("method")), "boundary": text(flow.get("boundary")), "on_boundary": text(flow.get("onBoundary")),
        "amount_minor": minor(flow.get("amountUSD"), CURRENCY), "currency": CURRENCY,
        "original_minor": minor(flow.get("originalAmount"), currency) if is_currency(currency) else None, "original_currency": currency or None,
        "rate": real(flow.get("exchangeRate")), "dated": day(flow.get("date")), "decided": day(flow.get("decisionDate")), "reported": day(flow.get("firstReportedDate")),
        "new_money": truth(flow.get("newMoney")), "parent": text(flow.get("parentFlowId")), "children": texts(flow.get("childFlowIds")),
        "earmarks": texts(flow.get("grandBargainEarmarkingType")), "keywords": texts(flow.get("keywords")), "description": text(flow.get("description")),
        "reference": text(flow.get("refCode")), **ends_of(flow, "source"), **ends_of(flow, "destination"),
    }  # fmt: skip


def ends_of(flow: Mapping[str, Any], party: str) -> dict[str, list[Any]]:
    """What stands at one end of a flow: organisations and their types, places, plans, projects, clusters, emergencies, years."""
    things = [thing for thing in flow.get(f"{party}Objects") or [] if isinstance(thing, Mapping)]
    ends: dict[str, list[Any]] = {
        f"{party}_{name}": [str(thing.get("name")) for thing in things if thing.get("type") == kind] for name, kind in NAMED.items()
    }
    ends[f"{party}_types"] = sorted({
        str(kind) for thing in things for key in ("organizationTypes", "organizationSubTypes") for kind in thing.get(key) or [] if thing.get("type") == "Organization"
    })  # fmt: skip
    years = [str(thing.get("name")) for thing in things if thing.get("type") == "UsageYear"]
    ends[f"{party}_years"] = [int(year) for year in years if year.isdecimal()]
    return ends


def minor(amount: object, currency: str) -> int | None:
    """Whole minor units of an amount; none where none is given, or where it is more than all the money there is."""
    if not isinstance(amount, int | float) or isinstance(amount, bool):
        return None
    found = in_minor_units(str(amount), currency)
    return found if abs(found) <= MOST_MINOR else None


def day(written: object) -> date | None:
    """The day of a date and time as the API writes it; none when it is no date."""
    try:
        return date.fromisoformat(str(written)[:10]) if written else None
    except ValueError:
        return None


def text(value: object) -> str | None:
    """A value as text, none when absent."""
    return None if value is None else str(value)


def whole(value: object) -> int | None:
    """A whole number a database holds; none for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE else None


def real(value: object) -> float | None:
    """A number; none for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def truth(value: object) -> bool | None:
    """A truth; none for anything else."""
    return value if isinstance(value, bool) else None


def texts(values: object) -> list[str]:
    """A list of texts, empty when absent."""
    return [str(value) for value in values] if isinstance(values, list) else []


@dataclass(frozen=True, slots=True)
class Written:
    """An organisation at one end of a flow, as written: its end, its number at FTS, its name, its type and sub-type."""

    role: str
    number: str
    name: str
    types: tuple[str, ...]


def organisations_of(received: bytes) -> list[Written]:
    """The organisations at both ends of a flow as received.

    >>> organisations_of(b'{"sourceObjects":[{"type":"Organization","id":"7","name":"Synthetic fund","organizationTypes":["Pooled fund"]}]}')
    [Written(role='source', number='7', name='Synthetic fund', types=('Pooled fund',))]
    """
    flow = json.loads(received)
    return [
        Written(role, str(thing.get("id") or ""), str(thing.get("name") or ""), tuple(str(kind) for key in ("organizationTypes", "organizationSubTypes") for kind in thing.get(key) or []))
        for role in ("source", "destination") for thing in flow.get(f"{role}Objects") or []
        if isinstance(thing, Mapping) and thing.get("type") == "Organization"
    ]  # fmt: skip


def envelope_of(page: Mapping[str, Any], kept: Collection[str]) -> bytes:
    """A page of flows as received, each flow that is kept elsewhere replaced by its digest: what surrounds the flows, and their order."""
    digests = [hashlib.sha256(canonical(flow)).hexdigest() if isinstance(flow, Mapping) else "" for flow in page["data"]["flows"]]
    flows = [{DIGEST: digest} if digest in kept else flow for digest, flow in zip(digests, page["data"]["flows"], strict=True)]
    return canonical({**page, "data": {**page["data"], "flows": flows}})


def written_again(envelope: bytes, received: Mapping[str, bytes]) -> bytes:
    """An answer written again whole: each digest replaced by the bytes it stands for. An answer without flows is its own envelope.

    >>> page = {"data": {"flows": [{"id": "1", "colour": "red"}]}, "meta": {}}
    >>> kept = read_flows([page]).received
    >>> json.loads(written_again(envelope_of(page, kept), kept)) == page
    True
    """
    content = json.loads(envelope)
    data = content.get("data") or {}
    if isinstance(data.get("flows"), list):
        data["flows"] = [json.loads(received[each[DIGEST]]) if isinstance(each, Mapping) and DIGEST in each else each for each in data["flows"]]
    return canonical(content)


def written_pages(received: Iterable[bytes]) -> bytes:
    """Flows written again as one page, each exactly as received."""
    return b'{"data":{"flows":[' + b",".join(received) + b"]}}"
