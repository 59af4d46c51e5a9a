"""The files of a pooled fund as the flows they tell: what donors give the fund, what the fund grants, and where its projects spend.

A grant stands below the donor's first recipient: it is never public. A contribution does not say what is paid and what is pledged, so it
has no status. Neither is counted by a policy: FTS tells the same money. The funds of the region are numbered by State.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from concertation.core.funding import FLOW_SCHEMA
from concertation.core.problems import Problem
from concertation.formats import cbpf_codes
from concertation.formats.cbpf import ReadFund, read_fund_table
from concertation.formats.fts import ReadFlows, Written, canonical
from concertation.formats.fts_csv import read_flow_table
from concertation.formats.opening import Opened
from concertation.formats.recognise import CBPF_ALLOCATIONS, CBPF_CLUSTERS, CBPF_FUNDS, CBPF_ORGANISATION_TYPES

STATES = {"84": ("NER", "Niger"), "85": ("BFA", "Burkina Faso"), "86": ("MLI", "Mali")}
CODE_LISTS = {
    CBPF_CLUSTERS: cbpf_codes.CLUSTERS, CBPF_ORGANISATION_TYPES: cbpf_codes.ORGANISATION_TYPES, CBPF_FUNDS: cbpf_codes.FUNDS, CBPF_ALLOCATIONS: cbpf_codes.ALLOCATIONS,
}  # fmt: skip
FUND_TYPES = ["Pooled fund", "Country-based"]
TYPES: Mapping[str, list[str]] = {"ingo": ["NGO", "International"], "national_ngo": ["NGO", "National"], "multilateral_un": ["UN agency"]}
COMMITTED = "commitment"


def flow_table(opened: Opened) -> ReadFlows:
    """The flows of a table of HDX."""
    if opened.table is None:
        return ReadFlows(pl.DataFrame(schema=FLOW_SCHEMA), {}, ())
    return read_flow_table(opened.table)


def fund_table(opened: Opened) -> ReadFund | None:
    """The lines of a file of a pooled fund; None where no table stands in it."""
    return None if opened.table is None else read_fund_table(opened.table)


def grants(opened: Opened) -> ReadFlows:
    """Each project as a flow from its fund to its organisation."""
    read = fund_table(opened)
    return _as_flows(read, _grant)


def contributions(opened: Opened) -> ReadFlows:
    """Each contribution as a flow from a donor to a fund."""
    read = fund_table(opened)
    return _as_flows(read, _contribution)


def _as_flows(read: ReadFund | None, told: Any) -> ReadFlows:
    if read is None:
        return ReadFlows(pl.DataFrame(schema=FLOW_SCHEMA), {}, ())
    rows = [{**dict.fromkeys(FLOW_SCHEMA), **told(line), "on_boundary": "single", "raw_sha256": line["raw_sha256"]} for line in read.frame.iter_rows(named=True)]
    return ReadFlows(pl.DataFrame(rows, schema=FLOW_SCHEMA), read.received, read.problems)


def _grant(line: Mapping[str, Any]) -> dict[str, Any]:
    state, name = STATES.get(line["fund"] or "", ("", line["fund"] or ""))
    approved = line["approved"].date() if isinstance(line["approved"], datetime) else None
    span = [each.year for each in (line["starts"], line["ends"]) if isinstance(each, date)]
    return {
        "flow": line["code"], "status": COMMITTED, "flow_type": "Standard", "boundary": "internal", "amount_minor": line["amount_minor"], "currency": line["currency"],
        "dated": approved, "decided": approved, "source_names": [fund_name(name)], "source_types": FUND_TYPES, "source_places": [state] if state else [],
        "destination_names": [line["organisation"]] if line["organisation"] else [], "destination_types": TYPES.get(line["party_type"] or "", []), "destination_places": [state] if state else [],
        "destination_years": list(range(min(span), max(span) + 1)) if span else [line["year"]] if line["year"] else [], "destination_projects": [line["code"]], "description": line["title"],
    }  # fmt: skip


def _contribution(line: Mapping[str, Any]) -> dict[str, Any]:
    state, name = STATES.get(line["fund"] or "", ("", line["fund_name"] or line["fund"] or ""))
    key = canonical({"fund": line["fund"], "year": line["year"], "donor": line["donor"]})
    return {
        "flow": f"{line['fund']}-{line['year']}-{hashlib.sha256(key).hexdigest()[:12]}", "boundary": "incoming", "amount_minor": line["amount_minor"], "currency": line["currency"],
        "dated": None, "source_names": [line["donor"]] if line["donor"] else [], "destination_names": [fund_name(name)], "destination_types": FUND_TYPES,
        "destination_places": [state] if state else [], "destination_years": [line["year"]] if line["year"] else [],
    }  # fmt: skip


def fund_name(state: str) -> str:
    """What a country's window of the regional fund is called.

    >>> fund_name("Niger")
    'Fonds humanitaire régional, Niger'
    """
    return f"Fonds humanitaire régional, {state}"


def of_columns(line: Mapping[str, Any]) -> list[Written]:
    """The organisations of a flow read from a table; where several stand at one end, the table does not say whose type is whose."""
    return list(_ends(line))


def _ends(line: Mapping[str, Any]) -> Iterator[Written]:
    for end in ("source", "destination"):
        names = line[f"{end}_names"] or []
        types = tuple(line[f"{end}_types"] or ()) if len(names) == 1 else ()
        yield from (Written(end, "", name, types) for name in names)


def spending(opened: Opened) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Where projects spend: row, state, code, cluster, places, amount_minor, currency, year, raw_sha256."""
    read = fund_table(opened)
    schema: dict[str, Any] = {"row": pl.UInt32, "state": pl.String, "code": pl.String, "cluster": pl.String, "places": pl.List(pl.String), "amount_minor": pl.Int64, "currency": pl.String, "year": pl.Int64, "raw_sha256": pl.String}
    if read is None:
        return pl.DataFrame(schema=schema), ()
    states = {number: state for number, (state, _name) in STATES.items()}
    rows = read.frame.with_row_index("row", offset=1).with_columns(pl.col("fund").replace_strict(states, default="").alias("state"), pl.col("row").cast(pl.UInt32), pl.col("year").cast(pl.Int64))
    return rows.select(list(schema)), read.problems


def codes(opened: Opened) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """A code table of the funds (CODE_SCHEMA and `state`, whose fund a line speaks of; empty where it is of none held)."""
    read = cbpf_codes.read_code_table(opened.table, CODE_LISTS[opened.kind]) if opened.table is not None else cbpf_codes.ReadCodes(pl.DataFrame(schema=cbpf_codes.CODE_SCHEMA), ())
    states = {number: state for number, (state, _name) in STATES.items()}
    fund = pl.col("fund").fill_null("")
    return read.frame.with_columns(fund, fund.replace_strict(states, default="").alias("state")), read.problems


def number_of_fund(name: str) -> str:
    """The number of a country's window of the regional fund in the grant system; empty for another fund.

    >>> number_of_fund("Fonds humanitaire régional, Niger"), number_of_fund("CERF")
    ('84', '')
    """
    return next((number for number, (_state, country) in STATES.items() if fund_name(country) == name), "")
