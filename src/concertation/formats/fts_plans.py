"""Requirements and funding of plans as the Financial Tracking Service publishes them: tables of plans and of clusters, plan overviews, group-bys.

Tables name no day of extraction and write dollars whole. A cluster table holds either the clusters a plan names or the global
ones: the codes say which. Every published percentage is computed again, parts are held to their total, and nothing is put right.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from concertation.core.money import in_minor_units
from concertation.core.plan_money import (
    NAMED,
    OUTSIDE,
    PLAN_SCHEMA,
    SHARED,
    differing,
    parts_told,
    standing_of,
    type_of,
)
from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold
from concertation.formats import reference_set
from concertation.formats.fts import canonical, day
from concertation.formats.named_columns import NamedTable, read_named

CURRENCY = "USD"
GLOBAL_CLUSTERS: Mapping[str, str] = {
    "1": "CCM", "2": "ERY", "3": "EDU", "4": "SHL", "5": "TEL", "6": "FSC", "7": "HEA", "8": "LOG", "9": "NUT", "10": "PRO", "11": "WSH", "12": "PRO-CPN",
    "13": "PRO-GBV", "14": "PRO-HLP", "15": "PRO-MIN", "16": "MPC", "26479": "MS", "26480": "CSS", "26481": "OTH", "26512": "AGR", "26513": "COV19", "26546": "PRO-HTS",
}  # fmt: skip
PLAN_HEADINGS = {
    "state": "countryCode", "plan_number": "id", "plan": "name", "code": "code", "type_written": "typeName", "start": "startDate", "end": "endDate", "year": "year",
    "cluster_code": "clusterCode", "cluster": "cluster", "requirement": "requirements", "funding": "funding", "published": "percentFunded",
}  # fmt: skip
NEEDED = ("state", "year", "requirement", "funding")
WHOLE = re.compile(r"-?\d+(?:\.0+)?")
PLAN_IN_NAME = re.compile(r"plan-?id[-_=]?(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class ReadPlans:
    """Rows of plans (PLAN_SCHEMA), the problems, and the last day the file itself names, before which it was not extracted (none where it names none)."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]
    not_before: date | None = None


def read_plan_table(path: Path) -> ReadPlans:
    """A table of plans or of clusters. Yields the problems of `read_named`, state-unknown, amount-unreadable, fts-amount-negative, fts-percent-differs and fts-row-twice."""
    table = read_named(path, PLAN_HEADINGS, needed=NEEDED)
    problems = [*table.problems]
    has_clusters = "cluster" in table.letters
    level = level_of(table.frame) if has_clusters else "plan"
    names = sector_names()
    rows = [row_of(line, level, table, names, problems) for line in table.frame.to_dicts()]
    frame = pl.DataFrame(rows, schema=PLAN_SCHEMA)
    return ReadPlans(frame, (*problems, *percentages(frame, table.sheet), *twice(frame, table.sheet)))


def level_of(frame: pl.DataFrame) -> str:
    """Whether a table of clusters holds the global ones: most of its codes are theirs."""
    codes = frame["cluster_code"].drop_nulls()
    known = codes.is_in(list(GLOBAL_CLUSTERS)).sum()
    return "global_cluster" if len(codes) and 2 * known > len(codes) else "cluster"


def sector_names() -> dict[str, str]:
    """Our sector of each spelling of a cluster that the reference set holds, by its folded form."""
    return {fold(written): sector for written, sector in reference_set.read("sector_names").select("written", "sector").iter_rows()}


def row_of(line: Mapping[str, Any], level: str, table: NamedTable, names: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """One row of a table as a row of PLAN_SCHEMA; what cannot be read is told and left empty."""
    row, state = line["row"], line["state"] or ""
    if not re.fullmatch(r"[A-Z]{3}", state):
        problems.append(Problem("state-unknown", table.cell(row, "state"), state))
    amounts = {name: dollars(line[name], table.cell(row, name), problems) for name in ("requirement", "funding")}
    standing = standing_of(line["cluster"]) if level != "plan" else NAMED if line["code"] else OUTSIDE
    content = {name: line[name] for name in PLAN_HEADINGS}
    return {
        "row": row, "level": level, "state": state, "states": [state] if state else [], "year": int(line["year"]) if (line["year"] or "").isdecimal() else None,
        "plan_number": line["plan_number"], "plan": line["plan"] if line["code"] else None, "code": line["code"], "plan_type": type_of(line["type_written"]),
        "type_written": line["type_written"], "start": day(line["start"]), "end": day(line["end"]), "standing": standing, "cluster_code": line["cluster_code"],
        "cluster": line["cluster"], "sector": sector_of(line["cluster_code"], line["cluster"], level, names) if standing == NAMED else None,
        "requirement_minor": amounts["requirement"], "original_minor": None, "funding_minor": amounts["funding"], "currency": CURRENCY,
        "published": line["published"] or None, "raw_sha256": hashlib.sha256(canonical(content)).hexdigest(),
    }  # fmt: skip


def dollars(written: str | None, cell: Cell, problems: list[Problem]) -> int | None:
    """Whole dollars in cents; none where the cell is empty. What is no whole number is told and left empty; a negative amount is told and kept.

    >>> told = []
    >>> dollars("93907", Cell(), told), dollars("-5", Cell(), told), dollars("about 3", Cell(), told), [problem.code for problem in told]
    (9390700, -500, None, ['fts-amount-negative', 'amount-unreadable'])
    """
    if not written:
        return None
    if not WHOLE.fullmatch(written):
        problems.append(Problem("amount-unreadable", cell, written))
        return None
    amount = in_minor_units(written, CURRENCY)
    if amount < 0:
        problems.append(Problem("fts-amount-negative", cell, written))
    return amount


def sector_of(code: str | None, cluster: str | None, level: str, names: Mapping[str, str]) -> str | None:
    """Our sector of a cluster: by its code where it is a global one, by its name in a plan; none where nobody said.

    >>> sector_of("12", "Protection - Child Protection", "global_cluster", {}), sector_of("8871", "Coordination", "cluster", {"coordination": "CSS"})
    ('PRO-CPN', 'CSS')
    """
    if level == "global_cluster":
        return GLOBAL_CLUSTERS.get(code or "")
    return names.get(fold((cluster or "").replace("COVID-19", "")))


def percentages(frame: pl.DataFrame, sheet: str | None = None) -> Iterable[Problem]:
    """A line (fts-percent-differs) for each row whose published percentage is not the one computed again."""
    for row, published, computed in differing(frame).select("row", "published", "computed").iter_rows():
        yield Problem("fts-percent-differs", Cell(sheet, row), published, {"computed": computed or "–"})


def twice(frame: pl.DataFrame, sheet: str | None = None) -> Iterable[Problem]:
    """A line (fts-row-twice) for each row that speaks of the same plan, year and cluster as one before it and says otherwise."""
    key = ["level", "state", "year", "plan_number", "cluster_code", "cluster"]
    again = frame.filter((pl.int_range(pl.len()).over(key) > 0) & (pl.col("raw_sha256").n_unique().over(key) > 1))
    for row, code, cluster in again.select("row", "code", "cluster").iter_rows():
        yield Problem("fts-row-twice", Cell(sheet, row), " · ".join(part for part in (code, cluster) if part))


# JSON answers


def is_plan_overview(content: object) -> bool:
    """Whether a JSON value is an overview of the plans of a year."""
    return isinstance(content, Mapping) and isinstance(content.get("data"), Mapping) and isinstance(content["data"].get("plans"), list)


def is_group_by(content: object) -> bool:
    """Whether a JSON value is a total of flows grouped by cluster, place or plan."""
    return isinstance(content, Mapping) and isinstance(content.get("data"), Mapping) and isinstance(content["data"].get("report3"), Mapping)


def read_plan_overview(content: Mapping[str, Any]) -> ReadPlans:
    """Each plan of an overview as one row; `states` are every country it names. Yields fts-not-a-plan, fts-amount-negative, fts-percent-differs and fts-parts-differ.

    >>> plan = {"id": 1, "code": "HMLI22", "countries": [{"iso3": "MLI"}], "requirements": {"revisedRequirements": 200}, "funding": {"totalFunding": 50, "progress": 25}}
    >>> read_plan_overview({"data": {"plans": [plan]}}).frame.select("state", "requirement_minor", "published").rows()
    [('MLI', 20000, '25')]
    """
    rows, days, problems = [], list[date](), list[Problem]()
    for number, plan in enumerate(content["data"]["plans"], start=1):
        if not isinstance(plan, Mapping) or not plan.get("id"):
            problems.append(Problem("fts-not-a-plan", Cell(row=number), str(plan)[:80]))
            continue
        rows.append({**plan_row(plan, number), "raw_sha256": hashlib.sha256(canonical(plan)).hexdigest()})
        days += [touched] if (touched := day(plan.get("updatedAt"))) else []
    frame = pl.DataFrame(rows, schema=PLAN_SCHEMA)
    problems += [Problem("fts-amount-negative", Cell(row=row), code or "") for row, code in frame.filter((pl.col("funding_minor") < 0) | (pl.col("requirement_minor") < 0)).select("row", "code").iter_rows()]
    return ReadPlans(frame, (*problems, *percentages(frame), *overview_sum(content["data"])), max(days, default=None))


def plan_row(plan: Mapping[str, Any], number: int) -> dict[str, Any]:
    """One plan of an overview as a row of PLAN_SCHEMA, without its digest."""
    countries = [str(each.get("iso3")) for each in plan.get("countries") or [] if isinstance(each, Mapping) and each.get("iso3")]
    years = [str(each.get("year")) for each in plan.get("usageYears") or [] if isinstance(each, Mapping)]
    asked, held = plan.get("requirements") or {}, plan.get("funding") or {}
    written = (plan.get("planType") or {}).get("name")
    return {
        "row": number, "level": "plan", "state": countries[0] if len(countries) == 1 else "", "states": sorted(set(countries)),
        "year": int(years[0]) if years and years[0].isdecimal() else None, "plan_number": str(plan["id"]), "plan": plan.get("name"), "code": plan.get("code"),
        "plan_type": type_of(written), "type_written": written, "start": day(plan.get("startDate")), "end": day(plan.get("endDate")), "standing": NAMED,
        "requirement_minor": cents(asked.get("revisedRequirements")), "original_minor": cents(asked.get("origRequirements")),
        "funding_minor": cents(held.get("totalFunding")), "currency": CURRENCY, "published": text_of(held.get("progress")),
    }  # fmt: skip


def overview_sum(data: Mapping[str, Any]) -> Iterable[Problem]:
    """Whether the fundings of the plans add up to the total the overview gives (fts-parts-differ)."""
    told = (data.get("totals") or {}).get("objectsSum")
    found = parts_told([plan.get("funding") or {} for plan in data["plans"] if isinstance(plan, Mapping)])
    if isinstance(told, int) and told != found:
        yield Problem("fts-parts-differ", Cell(column="totals.objectsSum"), str(told), {"found": str(found)})


def plan_named(name: str) -> str:
    """The number of the plan that a file's name says, as the address asked for it; empty where it says none.

    >>> plan_named("fts_api_1-fts-flow-custom-search-planid-929-groupby-cluster.json"), plan_named("answer.json")
    ('929', '')
    """
    found = PLAN_IN_NAME.search(name)
    return found[1] if found else ""


def read_group_by(content: Mapping[str, Any], *, plan: str) -> ReadPlans:
    """Requirement and funding of each group of one plan; what nobody specified and what several share stand apart.

    Yields fts-plan-not-named where no plan is given, fts-parts-differ, and fts-amount-negative.
    """
    data = content["data"]
    asked = {str(each.get("id")): each for each in (data.get("requirements") or {}).get("objects") or []}
    totals: Mapping[str, Any] = next(iter((data["report3"].get("fundingTotals") or {}).get("objects") or []), {})
    held = totals.get("objectsBreakdown") or []
    by_id = {str(each["id"]): each for each in held if "id" in each and str(each["id"]) != "undefined"}
    names = sector_names()
    lines = [group_row(asked.get(code), by_id.get(code), code, names) for code in dict.fromkeys((*asked, *by_id))]
    lines += [apart(standing_of(each.get("name")), str(each.get("name")), each.get("totalFunding")) for each in held if str(each.get("id", "undefined")) == "undefined"]
    shared = (totals.get("totalBreakdown") or {}).get("sharedFunding")
    lines += [apart(SHARED, "Multiple clusters/sectors (shared)", shared)] if shared else []
    rows = [{**line, "row": place, "level": "cluster", "plan_number": plan or None, "states": [], "state": "", "currency": CURRENCY, "raw_sha256": digest_of(line)} for place, line in enumerate(lines, start=1)]
    problems = [] if plan else [Problem("fts-plan-not-named", Cell())]
    problems += [Problem("fts-amount-negative", Cell(row=row["row"]), row["cluster"]) for row in rows if (row["funding_minor"] or 0) < 0]
    return ReadPlans(pl.DataFrame(rows, schema=PLAN_SCHEMA), (*problems, *group_sum(data, totals, held)))


def group_row(asked: Mapping[str, Any] | None, held: Mapping[str, Any] | None, code: str, names: Mapping[str, str]) -> dict[str, Any]:
    """One group: what it asks for, what it holds alone."""
    name = str((asked or held or {}).get("name") or code)
    return {
        "standing": NAMED, "cluster_code": code, "cluster": name, "sector": sector_of(code, name, "cluster", names),
        "requirement_minor": cents((asked or {}).get("revisedRequirements")), "original_minor": cents((asked or {}).get("origRequirements")),
        "funding_minor": cents((held or {}).get("totalFunding")),
    }  # fmt: skip


def apart(standing: str, name: str, amount: object) -> dict[str, Any]:
    """Money that no single group holds."""
    return {"standing": standing, "cluster_code": None, "cluster": name, "sector": None, "requirement_minor": None, "original_minor": None, "funding_minor": cents(amount)}


def group_sum(data: Mapping[str, Any], totals: Mapping[str, Any], held: Sequence[Mapping[str, Any]]) -> Iterable[Problem]:
    """Whether the groups add up to what the answer says of them, and these with the shared part to the total (fts-parts-differ)."""
    told = totals.get("totalBreakdown") or {}
    whole = (data["report3"].get("fundingTotals") or {}).get("total")
    found = parts_told(held)
    if isinstance(told.get("objectsSum"), int) and told["objectsSum"] != found:
        yield Problem("fts-parts-differ", Cell(column="objectsSum"), str(told["objectsSum"]), {"found": str(found)})
    summed = found + (told.get("sharedFunding") or 0) - (told.get("overlapCorrection") or 0)
    if isinstance(whole, int) and whole != summed:
        yield Problem("fts-parts-differ", Cell(column="total"), str(whole), {"found": str(summed)})


def cents(amount: object) -> int | None:
    """Whole dollars of JSON in cents; none where no number stands."""
    return in_minor_units(str(amount), CURRENCY) if isinstance(amount, int | float) and not isinstance(amount, bool) else None


def text_of(number: object) -> str | None:
    """A number of JSON as it is written; none where none stands.

    >>> text_of(25.47), text_of(30), text_of(None)
    ('25.47', '30', None)
    """
    return json.dumps(number) if isinstance(number, int | float) and not isinstance(number, bool) else None


def digest_of(line: Mapping[str, Any]) -> str:
    """SHA-256 of a row read from parts of an answer."""
    return hashlib.sha256(canonical(line)).hexdigest()

