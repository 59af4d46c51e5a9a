"""Two recorded answers of OCHA's HPC service: the progress of plans, and the response monitoring of one plan.

Only what is clear is taken: population, affected, in need, targeted, expected reach, the cumulative number reached where it
is named so, requirement and funding in US dollars. Every other measure is left with a line. A plan over several States is
not divided among them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import polars as pl

from concertation.core.concepts import INTERSECTORAL
from concertation.core.figures import WRITTEN_FIGURE_SCHEMA
from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold
from concertation.formats.hpc import SECTOR_WORDS, stamp_figures, with_category
from concertation.formats.json_file import read_json
from concertation.formats.named_columns import WrittenFigures

METRICS = {"totalPopulation": "population", "affected": "affected", "inNeed": "in_need", "target": "targeted", "expectedReach": "expected_reach"}
CUMULATIVE_REACH = frozenset(fold(words) for words in ("Cumulative reach", "Cumul atteint", "Cumulative reached"))
NOT_A_SECTOR = frozenset(("", "n/a", "na"))

Row = dict[str, object]
Json = Mapping[str, object]


def read_plan_progress(path: Path, *, source: str, extracted_on: date | None, states: Collection[str] | None = None) -> WrittenFigures:
    """Read the progress of plans: people, requirement and funding of each plan of a single State.

    Columns out: WRITTEN_FIGURE_SCHEMA; `row` is the plan's place in the answer, from 1; `scope` its name. Yields the problems
    of `read_json`, answer-unrecognised, state-not-held, plan-over-states, measure-not-taken, number-unreadable and
    people-negative.
    """
    content, problems = read_json(path)
    plans = _list(_part(content, "data"), "plans")
    if plans is None:
        return _nothing(problems or (Problem("answer-unrecognised", Cell(), path.name),))
    rows: list[Row] = []
    found = list(problems)
    for number, plan in enumerate(plans, 1):
        countries = [str(country.get("iso3")) for country in _list(plan, "countries") or ()]
        refusal = _plan_refused(number, countries, str(plan.get("name")), states)
        if refusal:
            found.append(refusal)
        else:
            rows += _plan_rows(number, plan, countries[0], found)
    return WrittenFigures(_figures(rows, source=source, extracted_on=extracted_on).select(list(WRITTEN_FIGURE_SCHEMA)), tuple(found))


def read_response_monitoring(path: Path, *, state: str, period: tuple[date, date], source: str, extracted_on: date | None) -> WrittenFigures:
    """Read the response monitoring of one plan: the totals of each caseload, and its parts by place and category.

    Columns out: WRITTEN_FIGURE_SCHEMA and `category`; `row` is the caseload's place in the answer, from 1. Yields the
    problems of `read_json`, answer-unrecognised, sector-not-recognised, location-not-listed and number-unreadable.
    """
    content, problems = read_json(path)
    caseloads = _list(_part(content, "data"), "caseloads")
    if caseloads is None:
        return _nothing(problems or (Problem("answer-unrecognised", Cell(), path.name),))
    places = _places(_list(_part(content, "data"), "locations") or [])
    rows: list[Row] = []
    found = list(problems)
    for number, caseload in enumerate(caseloads, 1):
        sector = _sector(caseload)
        if sector is None:
            found.append(Problem("sector-not-recognised", Cell(row=number), str(caseload.get("caseloadDescription"))))
            continue
        stamp: Row = {"row": number, "state": state, "sector": sector, "scope": caseload.get("caseloadDescription")}
        stamp |= {"reference_start": period[0], "reference_end": period[1]}
        rows += _metric_rows(stamp, ((name, caseload.get(name)) for name in METRICS), found)
        rows += _part_rows(stamp, _list(caseload, "disaggregatedAttachments") or [], places, found)
    return WrittenFigures(_figures(rows, source=source, extracted_on=extracted_on), tuple(found))


def _nothing(problems: tuple[Problem, ...]) -> WrittenFigures:
    return WrittenFigures(pl.DataFrame(schema=WRITTEN_FIGURE_SCHEMA), problems)


def _part(content: object, key: str) -> Json:
    part = content.get(key) if isinstance(content, dict) else None
    return part if isinstance(part, dict) else {}


def _list(content: Json, key: str) -> list[Json] | None:
    """The objects of a list; None when there is no such list."""
    part = content.get(key)
    return [item for item in part if isinstance(item, dict)] if isinstance(part, list) else None


def _figures(rows: Iterable[Row], *, source: str, extracted_on: date | None) -> pl.DataFrame:
    given = {**WRITTEN_FIGURE_SCHEMA, "category": pl.String()}
    frame = pl.DataFrame([{**dict.fromkeys(given), **row} for row in rows], schema=given)
    stamped = stamp_figures(frame.drop("sex", "age", "group", "disability", "source", "status", "extracted_on"), {"source": source, "status": "operational", "extracted_on": extracted_on})
    return with_category(stamped).with_columns(pl.coalesce(frame["measure"], "measure").alias("measure"))


def _plan_refused(number: int, countries: list[str], name: str, states: Collection[str] | None) -> Problem | None:
    if len(countries) != 1:
        return Problem("plan-over-states", Cell(row=number), name, {"states": ", ".join(countries)})
    if states is not None and countries[0] not in states:
        return Problem("state-not-held", Cell(row=number), countries[0])
    return None


def _plan_rows(number: int, plan: Json, state: str, found: list[Problem]) -> list[Row]:
    stamp: Row = {"row": number, "state": state, "sector": INTERSECTORAL, "scope": plan.get("name")}
    stamp |= {"reference_start": _date(plan.get("startDate")), "reference_end": _date(plan.get("endDate"))}
    rows: list[Row] = []
    for caseload in _list(plan, "caseLoads") or ():
        rows += _total_rows(stamp, _list(caseload, "totals") or [], found)
    for concept, part, field in (("requirement", "requirements", "revisedRequirements"), ("funding", "funding", "totalFunding")):
        amount = _whole(_part(plan, part).get(field), Cell(row=number, column=field), found)
        rows += [{**stamp, "concept": concept, "measure": "USD", "value": amount}] if amount is not None else []
    return rows


def _total_rows(stamp: Row, totals: list[Json], found: list[Problem]) -> Iterator[Row]:
    for total in totals:
        kind, name = str(total.get("type")), str(_part(total, "name").get("en") or "")
        concept = "reached" if kind == "measure" and fold(name) in CUMULATIVE_REACH else METRICS.get(kind)
        cell = Cell(row=int(str(stamp["row"])), column=name or kind)
        if concept is None:
            found.append(Problem("measure-not-taken", cell, str(total.get("value"))))
            continue
        value = _whole(total.get("value"), cell, found)
        if value is not None:
            yield {**stamp, "concept": concept, "value": value}


def _metric_rows(stamp: Row, metrics: Iterable[tuple[str, object]], found: list[Problem]) -> Iterator[Row]:
    for name, written in metrics:
        value = _whole(written, Cell(row=int(str(stamp["row"])), column=name), found)
        if value is not None:
            yield {**stamp, "concept": METRICS[name], "value": value}


def _part_rows(stamp: Row, parts: list[Json], places: Mapping[str, Row], found: list[Problem]) -> Iterator[Row]:
    for part in parts:
        place = places.get(str(part.get("locationId")))
        if place is None:
            found.append(Problem("location-not-listed", Cell(row=int(str(stamp["row"]))), str(part.get("locationId"))))
            continue
        metrics = ((str(metric.get("metricType")), metric.get("value")) for metric in _list(part, "dataMatrix") or ())
        placed = {**stamp, **place, "category": part.get("categoryLabel")}
        yield from _metric_rows(placed, (pair for pair in metrics if pair[0] in METRICS), found)


def _places(locations: list[Json]) -> dict[str, Row]:
    """Written place columns by location id, each with its ancestors down from level 1."""
    by_id = {str(location.get("id")): location for location in locations}
    return {key: _place(location, by_id) for key, location in by_id.items()}


def _place(location: Json, by_id: Mapping[str, Json]) -> Row:
    place: Row = {}
    here: Json | None = location
    for _ in range(4):
        level = here.get("adminLevel") if here else None
        if here is None or level not in (1, 2, 3):
            break
        place |= {f"adm{level}_name": here.get("name"), f"adm{level}_code": here.get("pcode")}
        here = by_id.get(str(here.get("parentLocationId")))
    return place


def _sector(caseload: Json) -> str | None:
    code = str(caseload.get("availableGlobalClusterCode") or "").strip()
    if code.lower() in NOT_A_SECTOR:
        return INTERSECTORAL if caseload.get("caseloadType") == "plan" else None
    return SECTOR_WORDS.get(fold(code), code)


def _whole(value: object, cell: Cell, found: list[Problem]) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        found.append(Problem("number-unreadable", cell, str(value)))
        return None
    if value < 0:
        found.append(Problem("people-negative", cell, str(value)))
        return None
    return round(value)


def _date(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None
