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
from concertation.formats.iati.codes import STATES
from concertation.formats.iati.counting import COUNTRY, FLOW_STATUS, as_flows
from concertation.formats.iati.opening import transactions_of
from concertation.formats.limits import LIMITS, Limits

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

    Tells what reading tells, and iati-not-a-flow for a kind of transaction that moves no aid on (a loan repaid, a sale).
    """
    frames, received, taken, elsewhere = [], dict[str, bytes](), Counter[str](), 0
    other = Counter[str]()
    with transactions_of(path, limits=limits) as found:
        for frame in found.frames():
            own = frame.filter(pl.col("places").list.eval(pl.element().is_in(OURS)).list.any().fill_null(value=False))
            elsewhere += frame.height - own.height
            other.update(own.filter(~pl.col("status").is_in(list(FLOW_STATUS)).fill_null(value=False))["transaction_type"].fill_null("").to_list())
            moved = own.filter(pl.col("status").is_in(list(FLOW_STATUS)))
            content = [canonical(json.loads(json.dumps(line, default=str))) for line in moved.drop("line").iter_rows(named=True)]
            digests = [hashlib.sha256(each).hexdigest() for each in content]
            received.update(zip(digests, content, strict=True))
            frames.append(told_apart(moved, digests, taken))
    left_out = [Problem("iati-not-a-flow", Cell(), kind, {"count": str(count)}) for kind, count in sorted(other.items())]
    return ReadFlows(pl.concat(frames) if frames else pl.DataFrame(schema=FLOW_SCHEMA), received, (*found.problems, *left_out), elsewhere)


def told_apart(moved: pl.DataFrame, digests: list[str], taken: Counter[str]) -> pl.DataFrame:
    """Transactions as flows with one name each, that stays the same in the file's next edition: `taken` counts the names given so far."""
    said = pl.coalesce("reference", pl.format("{} {}", "transaction_type", pl.coalesce("dated", "value_dated").cast(pl.String).fill_null("")))
    names = list(named(moved.select(pl.format("{}#{}", "activity", said)).to_series().to_list(), taken))
    receipt = pl.col("transaction_type").is_in(RECEIPTS)
    ends = moved.select(
        below=pl.when(pays_on()).then(pl.lit(BELOW)).otherwise(pl.lit(FIRST)), shared=pl.when(pl.col("places").list.len() > 1).then(pl.lit("shared")).otherwise(pl.lit("single")),
        source=one_of("provider", reporting=~receipt), destination=one_of("receiver", reporting=receipt), giver=type_of("provider"), receiver=type_of("receiver"),
    )  # fmt: skip
    return as_flows(moved).with_columns(
        flow=pl.Series(names, dtype=pl.String), raw_sha256=pl.Series(digests, dtype=pl.String), boundary=ends["below"], on_boundary=ends["shared"],
        source_names=ends["source"], destination_names=ends["destination"], source_types=ends["giver"], destination_types=ends["receiver"], description=moved.select(pl.coalesce("description", "title")).to_series(), parent=pl.lit(None, pl.String), flow_type=pl.lit(None, pl.String),
    )  # fmt: skip


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
