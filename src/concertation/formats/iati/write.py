"""Flows written as IATI 2.03, one activity each, so that schema and rules hold: nothing is added that the flow does not say.

A flow over several countries or sectors states no split, and percentages are not made up: it is given to a region or to "not specified"
as the standard has it, with the names in words. What IATI has no place for (new money, keywords, versions) stays behind, and is said.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import polars as pl
from lxml import etree

from concertation.core.money import Money, is_currency
from concertation.core.problems import Cell, Problem
from concertation.formats.iati.codes import EARMARKS

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TYPES = {"pledge": "12", "commitment": "2", "paid": "3"}
CATEGORIES = {name: code for code, name in EARMARKS.items()}
AID_TO_FUNDS_OF_PARTNERS, NOT_SPECIFIED, DEVELOPING_COUNTRIES, OTHER = "B03", "99810", "998", "A9"
FUNDING, IMPLEMENTING, IMPLEMENTATION, CLOSED, PLANNED_START, PLANNED_END = "1", "4", "2", "4", "1", "3"
PARENT, CHILD, CRISIS, PLAN, OWN = "1", "2", "1", "2", "99"
ORGANISATIONS: Mapping[str, str] = {
    "Governments": "10", "National government": "10", "Multilateral Organizations": "40", "NGO International": "21", "NGO National": "22", "NGO Local": "24",
    "Private Organizations": "70", "Private International": "70", "Foundations": "60",
}  # fmt: skip
COUNTRY_CODES: Mapping[str, str] = {
    "BFA": "BF", "MLI": "ML", "NER": "NE", "TGO": "TG", "DZA": "DZ", "BEN": "BJ", "CIV": "CI", "GHA": "GH", "GIN": "GN", "MRT": "MR", "NGA": "NG", "SEN": "SN", "TCD": "TD", "AFG": "AF",
    "Burkina Faso": "BF", "Mali": "ML", "Niger": "NE", "Togo": "TG", "Algeria": "DZ", "Benin": "BJ", "Ghana": "GH", "Guinea": "GN", "Mauritania": "MR", "Nigeria": "NG", "Senegal": "SN", "Chad": "TD", "Afghanistan": "AF",
}  # fmt: skip
CLUSTER_CODES: Mapping[str, str] = {
    "Camp Coordination / Management": "1", "Early Recovery": "2", "Education": "3", "Emergency Shelter and NFI": "4", "Emergency Telecommunications": "5",
    "Food Security": "6", "Health": "7", "Logistics": "8", "Nutrition": "9", "Protection": "10", "Water Sanitation Hygiene": "11",
}  # fmt: skip
NO_PLACE = re.compile(r"[/&|?\s]+")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LEFT_BEHIND = ("new_money", "keywords", "version", "method", "contribution", "flow_type")
Flow = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the file: its IATI identifier, its name, its type of organisation."""

    ref: str
    name: str
    type: str = "10"


@dataclass(frozen=True, slots=True)
class Exported:
    """How many flows were written, and what was left out and why."""

    written: int
    problems: tuple[Problem, ...]


def write_flows(flows: pl.DataFrame, to: BinaryIO, *, publisher: Publisher, today: date, language: str = "en") -> Exported:
    """Write flows (FLOW_SCHEMA) as a file of activities, one at a time. Gives iati-export-left-out for a flow without day, amount or
    status, or dated after today, and iati-export-left-behind once for each key that IATI cannot carry."""
    written, problems, behind = 0, list[Problem](), dict[str, int]()
    with etree.xmlfile(to, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("iati-activities", version="2.03", attrib={"generated-datetime": f"{today.isoformat()}T00:00:00Z"}):
            for number, flow in enumerate(flows.iter_rows(named=True), 1):
                if missing := left_out(flow, today):
                    problems.append(Problem("iati-export-left-out", Cell(row=number, column=missing), str(flow["flow"])))
                    continue
                for name in left_behind(flow):
                    behind[name] = behind.get(name, 0) + 1
                file.write(activity_of(flow, publisher, today, language), pretty_print=True)
                written += 1
    told = (Problem("iati-export-left-behind", Cell(column=name), name, {"count": str(count)}) for name, count in behind.items())
    return Exported(written, (*problems, *told))


def left_behind(flow: Flow) -> list[str]:
    """The keys a flow bears that IATI cannot carry; the amount in dollars too, where it is written in its own currency."""
    own = money_of(flow)
    dollars = ["amount_minor"] if own and own.currency != flow["currency"] and flow["amount_minor"] is not None else []
    return [*(name for name in LEFT_BEHIND if flow[name] not in (None, [], False)), *dollars]


def left_out(flow: Flow, today: date) -> str:
    """The key without which a flow cannot be written as a transaction; empty when nothing is missing."""
    on = day_of(flow)
    if flow["status"] not in TYPES:
        return "status"
    if on is None or on > today:
        return "date"
    return "amount" if money_of(flow) is None else ""


def day_of(flow: Flow) -> date | None:
    """The day of a flow: its decision, else its own date, else its first report."""
    found: date | None = flow["decided"] or flow["dated"] or flow["reported"]
    return found


def money_of(flow: Flow) -> Money | None:
    """The amount in the currency it was given in, else in dollars."""
    currency = flow["original_currency"]
    if flow["original_minor"] is not None and currency and is_currency(currency):
        return Money(flow["original_minor"], currency)
    return None if flow["amount_minor"] is None else Money(flow["amount_minor"], flow["currency"] or "USD")


def activity_of(flow: Flow, publisher: Publisher, today: date, language: str) -> Any:
    """One flow as an activity, its parts in the standard's order."""
    activity = etree.Element("iati-activity", {XML_LANG: language, "default-currency": "USD", "humanitarian": "1"})
    put(activity, "iati-identifier").text = identifier(publisher, str(flow["flow"]))
    put(activity, "reporting-org", words=publisher.name, ref=publisher.ref, type=publisher.type, **{"secondary-reporter": "1"})
    put(activity, "title", words=clean(flow["description"] or "") or f"FTS {flow['flow']}")
    put(activity, "description", words=clean(flow["description"] or "") or f"FTS {flow['flow']}", type="1")
    add_parties(activity, flow)
    for reference in worded([flow["reference"]]):
        put(activity, "other-identifier", ref=reference, type=OTHER)
    add_dates(activity, flow, today)
    add_places(activity, worded(flow["destination_places"]))
    add_sectors(activity, worded(flow["destination_global_clusters"]))
    for kind, names in ((CRISIS, flow["destination_emergencies"]), (PLAN, flow["destination_plans"])):
        for name in worded(names):
            put(activity, "humanitarian-scope", words=name, type=kind, vocabulary=OWN, code=name[:120])
    add_transaction(activity, flow)
    if flow["parent"]:
        put(activity, "related-activity", ref=identifier(publisher, flow["parent"]), type=PARENT)
    for child in flow["children"] or []:
        put(activity, "related-activity", ref=identifier(publisher, child), type=CHILD)
    return activity


def identifier(publisher: Publisher, flow: str) -> str:
    """The identifier of a flow's activity, without the signs that an identifier must not hold.

    >>> identifier(Publisher("XM-1", "x"), "a/b 7")
    'XM-1-FTS-a-b-7'
    """
    return f"{publisher.ref}-FTS-{NO_PLACE.sub('-', clean(flow))}"


def add_parties(activity: Any, flow: Flow) -> None:
    """Who gives and who carries out; the publisher knows no more of them than their names and kinds."""
    for role, party in ((FUNDING, "source"), (IMPLEMENTING, "destination")):
        for name in named(flow, party):
            put(activity, "participating-org", words=name, role=role, **kind_of(flow, party))


def named(flow: Flow, party: str) -> list[str]:
    """The names at one end of a flow; one that is not named is said to be so."""
    return worded(flow[f"{party}_names"]) or ["Not specified"]


def worded(texts: Iterable[str | None] | None) -> list[str]:
    r"""The texts that hold any sign at all, as XML can bear them.

    >>> worded([" a\x00 ", " ", None])
    ['a']
    """
    return [bare for text in texts or () if (bare := clean(text or ""))]


def kind_of(flow: Flow, party: str) -> dict[str, str]:
    """The type of the organisation at one end, where there is one and its type is of the standard."""
    kinds = {ORGANISATIONS[kind] for kind in flow[f"{party}_types"] or [] if kind in ORGANISATIONS}
    return {"type": kinds.pop()} if len(kinds) == 1 and len(named(flow, party)) == 1 else {}


def add_dates(activity: Any, flow: Flow, today: date) -> None:
    """The status by the last usage year, and the planned start and end: usage years where there are any, else the day of the flow."""
    on = day_of(flow) or today
    years: Sequence[int] = flow["destination_years"] or []
    start, end = (date(min(years), 1, 1), date(max(years), 12, 31)) if years else (on, None)
    put(activity, "activity-status", code=CLOSED if end and end < today else IMPLEMENTATION)
    put(activity, "activity-date", type=PLANNED_START, **{"iso-date": start.isoformat()})
    if end:
        put(activity, "activity-date", type=PLANNED_END, **{"iso-date": end.isoformat()})


def add_places(activity: Any, places: Sequence[str]) -> None:
    """One country that is known, by its code; several, or one unknown, as one region with their names in words, since no split is said."""
    if len(places) == 1 and places[0] in COUNTRY_CODES:
        put(activity, "recipient-country", code=COUNTRY_CODES[places[0]])
    else:
        put(activity, "recipient-region", words=", ".join(places) or "Not specified", code=DEVELOPING_COUNTRIES, vocabulary="1")


def add_sectors(activity: Any, clusters: Sequence[str]) -> None:
    """The sector of the DAC that FTS does not say is "not specified"; one cluster that is known by its code, several as tags."""
    put(activity, "sector", vocabulary="1", code=NOT_SPECIFIED)
    if len(clusters) == 1 and clusters[0] in CLUSTER_CODES:
        put(activity, "sector", vocabulary="10", code=CLUSTER_CODES[clusters[0]])
        return
    for cluster in clusters:
        put(activity, "tag", words=cluster, vocabulary=OWN, code=cluster[:120])


def add_transaction(activity: Any, flow: Flow) -> None:
    """The transaction of a flow, with its earmark; the kind of aid beside it is what the standard asks where an earmark is told."""
    on, money = day_of(flow), money_of(flow)
    if on is None or money is None:
        return
    transaction = put(activity, "transaction", ref=clean(str(flow["flow"])), humanitarian="1")
    put(transaction, "transaction-type", code=TYPES[flow["status"]])
    put(transaction, "transaction-date", **{"iso-date": on.isoformat()})
    put(transaction, "value", currency=money.currency, **{"value-date": on.isoformat()}).text = plain(money.main)
    put(transaction, "provider-org", words="; ".join(named(flow, "source")), **kind_of(flow, "source"))
    put(transaction, "receiver-org", words="; ".join(named(flow, "destination")), **kind_of(flow, "destination"))
    earmarks = [CATEGORIES[earmark.lower()] for earmark in flow["earmarks"] or [] if earmark.lower() in CATEGORIES]
    if len(earmarks) == 1:
        put(transaction, "aid-type", code=AID_TO_FUNDS_OF_PARTNERS, vocabulary="1")
        put(transaction, "aid-type", code=earmarks[0], vocabulary="2")


def put(parent: Any, tag: str, /, *, words: str = "", **attributes: str) -> Any:
    """A new element in another, with its attributes, and a narrative where it has words."""
    element = etree.SubElement(parent, tag, {name: value for name, value in attributes.items() if value})
    if words:
        etree.SubElement(element, "narrative").text = clean(words) or "-"
    return element


def clean(text: str) -> str:
    """A text without the signs XML cannot hold, and without outer blanks."""
    return CONTROL.sub("", text).strip()


def plain(amount: Decimal) -> str:
    """An amount in digits, without exponent.

    >>> plain(Decimal("1E+3"))
    '1000'
    """
    return f"{amount:f}"
