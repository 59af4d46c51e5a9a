"""Projects, places and contributions of the country-based pooled funds, from the files of their grant system.

A cell may be a list of lists: `|||` between clusters, `##` between parts. The money of a place is written again at each level of
administration: it is read once, at the deepest. People are four numbers whose order the files do not say: they are kept as written and
added only for one line. Contributions do not say what is paid and what is pledged, so no status is read. Amounts are US dollars.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold
from concertation.formats.sheets import Table
from concertation.formats.table_lines import (
    NUMBER,
    as_received,
    lines_of,
    minor_or_none,
    missing_columns,
    place_in,
)

CURRENCY = "USD"
BETWEEN_CLUSTERS, BETWEEN_PARTS = "|||", "##"
LEVELS = range(1, 7)
US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))? ?([AP]M)?)?", re.ASCII)
PARTY_TYPES = {"INGO": "ingo", "NGO": "national_ngo", "UN": "multilateral_un", "O": "other"}
WINDOWS = {"SA": "standard", "S": "standard", "RA": "reserve", "R": "reserve"}
HUNDRED, SLACK = 100, 0.05
YEARS = ("AllYr", "FiscalYear", "AllocationYear")
NEEDED = {
    "projects": ("PFId", "PrjCode", "AllYr", "OrgNm", "PrgBdg"),
    "locations": ("PFId", "PrjCode", "ClstAgg", "AdmLoc1", "AdmLocClustBdg1"),
    "contributions": ("PooledFundId", "FiscalYear", "DonorName", "ContributionAmt"),
}
PROJECT_SCHEMA: dict[str, pl.DataType] = {
    "fund": pl.String(), "code": pl.String(), "allocation": pl.String(), "window": pl.String(), "year": pl.Int32(), "organisation": pl.String(),
    "party_type": pl.String(), "title": pl.String(), "starts": pl.Date(), "ends": pl.Date(), "amount_minor": pl.Int64(), "direct_minor": pl.Int64(),
    "support_minor": pl.Int64(), "currency": pl.String(), "submitted": pl.Datetime("us"), "approved": pl.Datetime("us"), "people": pl.List(pl.Int64()),
    "gender_marker": pl.String(), "status": pl.String(), "raw_sha256": pl.String(),
}  # fmt: skip
LOCATION_SCHEMA: dict[str, pl.DataType] = {
    "fund": pl.String(), "code": pl.String(), "cluster": pl.String(), "share_percent": pl.Float64(), "places": pl.List(pl.String()), "place_key": pl.String(),
    "latitude": pl.Float64(), "longitude": pl.Float64(), "amount_minor": pl.Int64(), "currency": pl.String(), "people": pl.List(pl.Int64()),
    "year": pl.Int32(), "raw_sha256": pl.String(),
}  # fmt: skip
CONTRIBUTION_SCHEMA: dict[str, pl.DataType] = {
    "fund": pl.String(), "fund_name": pl.String(), "year": pl.Int32(), "donor": pl.String(), "donor_code": pl.String(), "amount_minor": pl.Int64(),
    "currency": pl.String(), "raw_sha256": pl.String(),
}  # fmt: skip
SCHEMAS = {"projects": PROJECT_SCHEMA, "locations": LOCATION_SCHEMA, "contributions": CONTRIBUTION_SCHEMA}
Line = Mapping[str, str]
Said = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ReadFund:
    """What a file of a pooled fund gave: its kind (projects, locations, contributions), a frame of SCHEMAS[kind], each line as received, the problems."""

    kind: str
    frame: pl.DataFrame
    received: Mapping[str, bytes]
    problems: tuple[Problem, ...]


def kind_of(table: Table) -> str:
    """Which file of a pooled fund a table is: projects, locations or contributions; empty when none."""
    headings = set(table.headings.values())
    return next((kind for kind, needed in NEEDED.items() if headings >= set(needed)), "")


def read_fund_table(table: Table, *, kind: str = "") -> ReadFund:
    """The lines of one table of a pooled fund; `kind` says which file it should be when its headings do not.

    Yields required-column-missing, number-unreadable, date-unreadable, end-before-start, amount-negative, cbpf-lists-differ,
    cbpf-levels-differ, percentages-not-100 and row-identical.
    """
    found = kind_of(table) or kind or "projects"
    told = list(missing_columns(table, NEEDED[found]))
    rows: list[dict[str, Any]] = []
    received: dict[str, bytes] = {}
    first: dict[str, int] = {}
    for number, line in lines_of(table) if not told else ():
        digest, content = as_received(line)
        if digest in received:
            told.append(Problem("row-identical", Cell(table.sheet, number), str(number), {"first": str(first[digest])}))
            continue
        received[digest], first[digest] = content, number
        told += [Problem(code, place_in(table, number, heading), value) for code, heading, value in WHAT_IS_WRONG[found](line)]
        rows += [{**row, "currency": CURRENCY, "raw_sha256": digest} for row in ROWS[found](line)]
    return ReadFund(found, pl.DataFrame(rows, schema=SCHEMAS[found]), received, tuple(told))


def project_rows(line: Line) -> Iterator[dict[str, Any]]:
    """A project as a row of PROJECT_SCHEMA, without currency and digest."""
    (starts, ends), (submitted, approved) = in_order(line, "AStrDt", "AEndDt"), in_order(line, "PrjSubDt", "ApprDt")
    yield {
        "fund": line.get("PFId"), "code": line.get("PrjCode"), "allocation": line.get("AllNm"), "year": whole(line.get("AllYr")),
        "organisation": line.get("OrgNm"), "title": line.get("PrjTitle"), "starts": starts.date() if starts else None, "ends": ends.date() if ends else None,
        "amount_minor": dollars(line.get("PrgBdg")), "direct_minor": dollars(line.get("BgdDC")),
        "support_minor": dollars(line.get("BdgSC")), "submitted": submitted, "approved": approved,
        "people": people(line.get("BenAgg", "")), "gender_marker": (line.get("PrjGM") or "").partition("-")[0] or None, "status": line.get("PrjStsNm"),
        **named_in_code(line.get("PrjCode", "")),
    }  # fmt: skip


def named_in_code(code: str) -> dict[str, str | None]:
    """The window and the type of organisation that a project's code names.

    >>> named_in_code("NER-21/NI_CBPF_RHPF/SA/CP/INGO/20180"), named_in_code("CBPF-NER-24-R-NGO-32697")["window"]
    ({'window': 'standard', 'party_type': 'ingo'}, 'reserve')
    """
    parts = code.split("/") if "/" in code else code.split("-")
    window = parts[2:3] if "/" in code else parts[-3:-2]
    return {"window": WINDOWS.get("".join(window)), "party_type": PARTY_TYPES.get("".join(parts[-2:-1]))}


def location_rows(line: Line) -> Iterator[dict[str, Any]]:
    """A line of places as one row of LOCATION_SCHEMA per cluster, at its deepest level, without currency and digest."""
    deepest = deepest_level(line)
    clusters = listed(line.get("ClstAgg", ""))
    shares, amounts = listed(line.get("ClstPrct", "")), listed(line.get(f"AdmLocClustBdg{deepest}", ""))
    reached = listed(line.get(f"AdmLocBenClustAgg{deepest}", ""))
    latitude, _, longitude = line.get(f"AdmLocCord{deepest}", "").partition(",")
    places = [line[f"AdmLoc{level}"] for level in LEVELS if f"AdmLoc{level}" in line]
    for at, cluster in enumerate(clusters):
        yield {
            "fund": line.get("PFId"), "code": line.get("PrjCode"), "cluster": cluster, "share_percent": real(at_place(shares, at)), "places": places,
            "place_key": " / ".join(fold(place) for place in places), "latitude": real(latitude), "longitude": real(longitude), "year": whole(line.get("AYr")),
            "amount_minor": dollars(at_place(amounts, at)) if len(amounts) == len(clusters) else None, "people": people(at_place(reached, at)),
        }  # fmt: skip


def contribution_rows(line: Line) -> Iterator[dict[str, Any]]:
    """A contribution as a row of CONTRIBUTION_SCHEMA, without currency and digest."""
    yield {
        "fund": line.get("PooledFundId"), "fund_name": line.get("PooledFundName"), "year": whole(line.get("FiscalYear")), "donor": line.get("DonorName"),
        "donor_code": line.get("DonorCode"), "amount_minor": dollars(line.get("ContributionAmt")),
    }  # fmt: skip


def in_order(line: Line, first: str, last: str) -> tuple[datetime | None, datetime | None]:
    """Two moments of a line; neither where the last comes before the first."""
    start, end = moment(line.get(first)), moment(line.get(last))
    return (None, None) if start and end and end < start else (start, end)


def dollars(written: str | None) -> int | None:
    """Minor units of an amount in dollars; none where it is no number or below nothing.

    >>> dollars("1E+07"), dollars("-3")
    (1000000000, None)
    """
    amount = minor_or_none(written, CURRENCY)
    return None if amount is None or amount < 0 else amount


def wrong_with_project(line: Line) -> Iterator[Said]:
    """What is wrong with a line of projects: code, heading, value."""
    yield from wrong_numbers(line, ("PrgBdg", "BgdDC", "BdgSC", "AllYr"))
    for heading in ("AStrDt", "AEndDt", "PrjSubDt", "ApprDt"):
        if heading in line and moment(line[heading]) is None:
            yield "date-unreadable", heading, line[heading]
    for first, last in (("AStrDt", "AEndDt"), ("PrjSubDt", "ApprDt")):
        start, end = moment(line.get(first)), moment(line.get(last))
        if start and end and end < start:
            yield "end-before-start", last, line[last]
    if "BenAgg" in line and people(line["BenAgg"]) is None:
        yield "number-unreadable", "BenAgg", line["BenAgg"]


def wrong_with_location(line: Line) -> Iterator[Said]:
    """What is wrong with a line of places: lists of unlike length, shares that do not add to 100, levels that do not agree on the money."""
    deepest = deepest_level(line)
    clusters = listed(line.get("ClstAgg", ""))
    for heading in ("ClstPrct", f"AdmLocClustBdg{deepest}", f"AdmLocBenClustAgg{deepest}"):
        if heading in line and len(listed(line[heading])) != len(clusters):
            yield "cbpf-lists-differ", heading, line[heading]
    for heading in ("ClstPrct", f"AdmLocClustBdg{deepest}"):
        yield from (("number-unreadable", heading, part) for part in listed(line.get(heading, "")) if not NUMBER.fullmatch(part))
    shares = [real(share) for share in listed(line.get("ClstPrct", ""))]
    if shares and None not in shares and abs(sum(share or 0 for share in shares) - HUNDRED) > SLACK:
        yield "percentages-not-100", "ClstPrct", line["ClstPrct"]
    money = [line[f"AdmLocClustBdg{level}"] for level in LEVELS if f"AdmLocClustBdg{level}" in line]
    if len(set(money)) > 1:
        yield "cbpf-levels-differ", f"AdmLocClustBdg{deepest}", " ≠ ".join(dict.fromkeys(money))


def wrong_with_contribution(line: Line) -> Iterator[Said]:
    """What is wrong with a line of contributions."""
    return wrong_numbers(line, ("ContributionAmt", "FiscalYear"))


def wrong_numbers(line: Line, headings: Sequence[str]) -> Iterator[Said]:
    """Numbers nobody can read, and amounts below nothing."""
    for heading in headings:
        written = line.get(heading, "")
        if written and (minor_or_none(written, CURRENCY) is None or (heading in YEARS and whole(written) is None)):
            yield "number-unreadable", heading, written
        elif written.startswith("-"):
            yield "amount-negative", heading, written


def deepest_level(line: Line) -> int:
    """The last level of administration a line names, at least the first."""
    return max((level for level in LEVELS if f"AdmLoc{level}" in line), default=1)


def listed(written: str) -> list[str]:
    """The parts of a list of clusters.

    >>> listed("3|||10"), listed("")
    (['3', '10'], [])
    """
    return [part.strip() for part in written.split(BETWEEN_CLUSTERS)] if written else []


def at_place(parts: Sequence[str], at: int) -> str:
    """The part at one place of a list, empty beyond its end."""
    return parts[at] if at < len(parts) else ""


def people(written: str) -> list[int] | None:
    """Numbers of people as written, in the file's order; none where one is no number.

    >>> people("1751##2010##1660##1904"), people("95##96##"), people("12##x")
    ([1751, 2010, 1660, 1904], [95, 96], None)
    """
    parts = [part for part in written.split(BETWEEN_PARTS) if part.strip()]
    counts = [whole(part) for part in parts]
    return None if not counts or None in counts else [count for count in counts if count is not None]


def moment(written: str | None) -> datetime | None:
    """A day and hour as the United States write them, month first; none where it is none.

    >>> moment("12/2/2021 8:37:29 PM"), moment("13/2/2021")
    (datetime.datetime(2021, 12, 2, 20, 37, 29), None)
    """
    found = US_DAY.fullmatch(written or "")
    if not found:
        return None
    month, day, year, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    hour = hour % 12 + 12 * (found[7] == "PM") if found[7] else hour
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def whole(written: str | None) -> int | None:
    """A whole number; none where it is none."""
    return int(written) if written and re.fullmatch(r"[+-]?\d{1,9}", written, re.ASCII) else None


def real(written: str | None) -> float | None:
    """A number; none where it is none.

    >>> real("14.18"), real(" ")
    (14.18, None)
    """
    return float(written) if written and NUMBER.fullmatch(written.strip()) else None


WHAT_IS_WRONG = {"projects": wrong_with_project, "locations": wrong_with_location, "contributions": wrong_with_contribution}
ROWS = {"projects": project_rows, "locations": location_rows, "contributions": contribution_rows}
