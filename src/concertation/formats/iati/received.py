"""A file of IATI activities as the flows it tells: those that reach one of the framework's States, each kept whole.

The standard names the reporting organisation at the end of a transaction that names none. A payer that is not among the funders of its
activity passes on what another gave: the link stands below the first recipient and is never public. Nothing here is counted by a policy:
publishers say again in IATI what FTS already tells.
Sources: IATI 2.03 (transaction/provider-org, receiver-org, participating-org role 1, organisation types); FTS counting rules.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from concertation.core.funding import FLOW_SCHEMA
from concertation.core.problems import Cell, Problem
from concertation.formats.fts import ReadFlows, Written, canonical
from concertation.formats.iati.codes import GLOBAL_CLUSTER, STATES
from concertation.formats.iati.opening import transactions_of
from concertation.formats.limits import LIMITS, Limits

FLOW_STATUS = {"commitment": "commitment", "pledge": "pledge", "disbursement": "paid", "expenditure": "paid", "incoming": "paid"}
COUNTRY = "country:"
PLANS, CRISES = "2:", "1:"
PARENT, CHILD = "1:", "2:"
US_DOLLAR = "USD"
LONGEST_NAME, MARK = 80, 8
RECEIPTS = ("1", "11", "13")
BELOW, FIRST = "internal", "incoming"
ORGANISATION_TYPES: Mapping[str, str] = {
    "10": "Government", "11": "Local Government", "15": "Other Public Sector", "21": "International NGO", "22": "National NGO", "23": "Regional NGO", "24": "Partner Country based NGO",
    "30": "Public Private Partnership", "40": "Multilateral", "60": "Foundation", "70": "Private Sector", "71": "Private Sector", "72": "Private Sector", "73": "Private Sector",
    "80": "Academic, Training and Research", "90": "Other",
}  # fmt: skip
OURS = [f"{COUNTRY}{code}" for code in STATES]


def read_activities(path: Path, *, limits: Limits = LIMITS) -> ReadFlows:
    """The flows of a file that reach a State of the framework; how many transactions reach none is `elsewhere`. Never raises on a bad file.

    Tells what reading tells, and iati-not-a-flow for a kind of transaction that moves no aid on (a loan repaid, a sale). An activity
    related to another is not a flow that comes from another: parents and children are left to what was received.
    """
    frames, received, taken, other, elsewhere = [], dict[str, bytes](), Counter[str](), Counter[str](), 0
    with transactions_of(path, limits=limits) as found:
        for frame in found.frames():
            own = frame.filter(pl.col("places").list.eval(pl.element().is_in(OURS)).list.any().fill_null(value=False))
            elsewhere += frame.height - own.height
            moved = own.filter(moves_aid())
            other.update(own.filter(~moves_aid())["transaction_type"].fill_null("").to_list())
            kept = by_digest(moved)
            received.update(kept)
            frames.append(told(moved, [digest for digest, _content in kept], taken))
    left_out = [Problem("iati-not-a-flow", Cell(), kind, {"count": str(count)}) for kind, count in sorted(other.items())]
    flows = pl.concat(frames) if frames else pl.DataFrame(schema=FLOW_SCHEMA)
    unrelated = [pl.lit(None, FLOW_SCHEMA[name]).alias(name) for name in ("parent", "children")]
    return ReadFlows(flows.with_columns(unrelated), received, (*found.problems, *left_out), elsewhere)


def moves_aid() -> pl.Expr:
    """Whether a transaction is a pledge, a commitment or a payment."""
    return pl.col("status").is_in(list(FLOW_STATUS)).fill_null(value=False)


def by_digest(transactions: pl.DataFrame) -> list[tuple[str, bytes]]:
    """Everything read of each transaction but its line, as bytes, with their SHA-256."""
    contents = (canonical(json.loads(json.dumps(line, default=str))) for line in transactions.drop("line").iter_rows(named=True))
    return [(hashlib.sha256(content).hexdigest(), content) for content in contents]


def as_flows(transactions: pl.DataFrame) -> pl.DataFrame:
    """Transactions as flows (FLOW_SCHEMA): those that are a pledge, a commitment or a payment.

    Only an amount in dollars is one in dollars: others stay in their own currency, unconverted. What a transaction does not carry is null.
    """
    moved = transactions.filter(moves_aid())
    return told(moved, [digest for digest, _content in by_digest(moved)], Counter())


def told(moved: pl.DataFrame, digests: list[str], taken: Counter[str]) -> pl.DataFrame:
    """Transactions as flows with one name each, that stays the same in the file's next edition: `taken` counts the names given so far."""
    said = pl.coalesce("reference", pl.format("{} {}", "transaction_type", pl.coalesce("dated", "value_dated").cast(pl.String).fill_null("")))
    names = named(moved.select(pl.format("{}#{}", "activity", said)).to_series().to_list(), taken)
    dollars, receipt = pl.col("currency") == US_DOLLAR, pl.col("transaction_type").is_in(RECEIPTS)
    flows = moved.select(
        status=pl.col("status").replace(FLOW_STATUS), boundary=pl.when(pays_on()).then(pl.lit(BELOW)).otherwise(pl.lit(FIRST)),
        on_boundary=pl.when(pl.col("places").list.len() > 1).then(pl.lit("shared")).otherwise(pl.lit("single")),
        amount_minor=pl.when(dollars).then("amount_minor"), currency=pl.lit(US_DOLLAR), original_minor=pl.when(~dollars).then("amount_minor"),
        original_currency=pl.when(~dollars).then("currency"), dated="value_dated", decided="dated", reference="reference", description=pl.coalesce("description", "title"),
        earmarks=pl.when(pl.col("earmark").is_not_null()).then(pl.concat_list("earmark")), parent=first_of("related", PARENT), children=all_of("related", CHILD),
        source_names=one_of("provider", reporting=~receipt), source_types=type_of("provider"), destination_names=one_of("receiver", reporting=receipt), destination_types=type_of("receiver"),
        destination_places=all_of("places", COUNTRY).list.eval(pl.element().replace(STATES)), destination_global_clusters=all_of("sectors", f"{GLOBAL_CLUSTER}:"),
        destination_plans=all_of("scopes", PLANS), destination_emergencies=all_of("scopes", CRISES), destination_projects=pl.concat_list("activity"),
    ).with_columns(flow=pl.Series(list(names), dtype=pl.String), raw_sha256=pl.Series(digests, dtype=pl.String))  # fmt: skip
    return flows.select(flows[name].cast(kind) if name in flows.columns else pl.lit(None, kind).alias(name) for name, kind in FLOW_SCHEMA.items())


def all_of(column: str, beginning: str) -> pl.Expr:
    """The codes of a list that begin so, without their beginning; null where there is no list."""
    return pl.col(column).list.eval(pl.element().filter(pl.element().str.starts_with(beginning)).str.strip_prefix(beginning))


def first_of(column: str, beginning: str) -> pl.Expr:
    """The first such code, or null."""
    return all_of(column, beginning).list.first()


def named(names: list[str], taken: Counter[str]) -> Iterator[str]:
    """Each name once, numbered from the second on, and no longer than a name may be.

    >>> list(named(["a#T1", "a#T1", "b" * 90], Counter()))[:2]
    ['a#T1', 'a#T1/2']
    """
    for name in names:
        taken[name] += 1
        whole = name if taken[name] == 1 else f"{name}/{taken[name]}"
        yield whole if len(whole) <= LONGEST_NAME else f"{whole[: LONGEST_NAME - MARK - 1]}~{hashlib.sha256(whole.encode()).hexdigest()[:MARK]}"


def pays_on() -> pl.Expr:
    """Whether who pays is not among the funders an activity names: by reference or by name, the reporting organisation where none is named."""
    named_payer = pl.col("provider_ref").is_not_null() | pl.col("provider_name").is_not_null()
    funders = pl.col("funders").fill_null([])
    by = {end: funders.list.contains(pl.col(f"{end}_ref")).fill_null(value=False) | funders.list.contains(pl.col(f"{end}_name")).fill_null(value=False) for end in ("provider", "reporting")}
    return ~pl.when(named_payer).then(by["provider"]).otherwise(by["reporting"])


def one_of(end: str, *, reporting: pl.Expr) -> pl.Expr:
    """The organisation at an end as a list: as named, else the reporting organisation where the standard puts it there."""
    own = pl.coalesce(f"{end}_name", f"{end}_ref")
    return pl.concat_list(pl.coalesce(own, pl.when(reporting).then(pl.coalesce("reporting_name", "reporting_ref")))).list.drop_nulls()


def type_of(end: str) -> pl.Expr:
    """The type of an organisation in words, as a list."""
    return pl.concat_list(pl.col(f"{end}_type").replace_strict(dict(ORGANISATION_TYPES), default=None)).list.drop_nulls()


def organisations_of(line: Mapping[str, Any]) -> list[Written]:
    """The organisations at both ends of a flow: their names and types from its columns, their references from what was received."""
    received = json.loads(line["received"])
    refs = {"source": received.get("provider_ref"), "destination": received.get("receiver_ref")}
    reporting = received.get("reporting_name") or received.get("reporting_ref")
    found = []
    for end, ref in refs.items():
        for name in line[f"{end}_names"] or []:
            number = ref or (received.get("reporting_ref") if name == reporting else "") or ""
            found.append(Written(end, number, name, tuple(line[f"{end}_types"] or ())))
    return found
