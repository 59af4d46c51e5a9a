"""Readings of a framework's indicators from a table as its publisher lays it out (`backtest.table` of the framework), or from our long table.

The long table has the columns indicator, year, issue, value, and where they are needed unit and issued_on. A cell without figure is a
missing reading, never 0. Numbers may carry a comma; a season "2023-24" is the year in which it starts.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from concertation.core.anticipation.framework import Column, Framework, TableShape
from concertation.core.anticipation.quality import Written, believed
from concertation.core.anticipation.readings import Reading, issue_of, season_of
from concertation.core.problems import Problem
from concertation.formats.named_columns import NamedTable, read_named

SEASON = re.compile(r"(\d{4})(?:\.0+)?(?:\s*[-/]\s*\d{2,4})?")
MISSING = frozenset({"", "na", "n/a", "-", "–", "null", "none"})
LONG = ("indicator", "year", "issue", "value", "unit", "issued_on")
YEARS = range(1800, 2200)
JOINT = "/"


class ReadSeries(NamedTuple):
    """Readings that may be judged, and what was wrong with the file."""

    readings: tuple[Reading, ...]
    problems: tuple[Problem, ...]


def read_series(path: Path, framework: Framework) -> ReadSeries:
    """The readings of a file, laid out as the framework says or as the long table. Never raises."""
    shape = framework.backtest.table
    wanted = headings_of(shape) if shape else {name: name for name in LONG}
    named = read_named(path, wanted, needed=needed_of(shape))
    written: list[Written] = []
    problems = list(named.problems)
    for row in named.frame.to_dicts():
        for each in _laid_out(named, row, framework, shape) if shape else _long(named, row, framework):
            (written if isinstance(each, Written) else problems).append(each)  # type: ignore[arg-type]
    if named.frame.height and not written and not problems:
        problems.append(Problem("readings-none", value=path.name))
    kept = believed(framework, written)
    return ReadSeries(kept.readings, (*problems, *kept.problems))


def headings_of(shape: TableShape) -> dict[str, str]:
    """The headings a laid-out table is read by."""
    single = [name for name in (shape.year, shape.date) if name]
    return {name: name for name in (*single, *shape.unit, *shape.issue.values(), *shape.columns)}


def needed_of(shape: TableShape | None) -> tuple[str, ...]:
    """The headings without which nothing can be read."""
    if shape is None:
        return ("indicator", "year", "value")
    return tuple(name for name in (shape.year, shape.date, *shape.unit) if name) + tuple(name for name, column in shape.columns.items() if column.issue is None)


Found = Iterator[Written | Problem]


def _laid_out(named: NamedTable, row: Mapping[str, Any], framework: Framework, shape: TableShape) -> Found:
    where = shape.date or shape.year
    day = _day(row.get(shape.date)) if shape.date else None
    year = season_of(day, starts=framework.season_starts) if day else _year(row.get(shape.year)) if shape.year else None
    if year is None:
        yield Problem("reading-year-unreadable", named.cell(row["row"], where), str(row.get(where) or ""))
        return
    unit = JOINT.join(str(row[name] or "") for name in shape.unit)
    for heading, column in shape.columns.items():
        issue = _issue(row, framework, shape, column, day)
        if heading in named.letters:
            yield from _value(named, row, heading, Reading(column.indicator, unit, year, issue, 0.0, day or issued(framework, column.indicator, year, issue)))


def _issue(row: Mapping[str, Any], framework: Framework, shape: TableShape, column: Column, day: date | None) -> int:
    if column.issue is not None:
        return column.issue
    if named := shape.issue.get(column.indicator):
        return int(_number(row.get(named)) or 0)
    return issue_of(framework.indicators[column.indicator].every, day) if day else 0


def _long(named: NamedTable, row: Mapping[str, Any], framework: Framework) -> Found:
    name, year = str(row["indicator"] or "").strip(), _year(row["year"])
    if name not in framework.indicators:
        yield Problem("framework-indicator-unknown", named.cell(row["row"], "indicator"), name, {"known": ", ".join(framework.indicators)})
        return
    if year is None:
        yield Problem("reading-year-unreadable", named.cell(row["row"], "year"), str(row["year"] or ""))
        return
    issue = int(_number(row["issue"]) or 0)
    at = _day(row["issued_on"]) or issued(framework, name, year, issue)
    yield from _value(named, row, "value", Reading(name, str(row["unit"] or "").strip(), year, issue, 0.0, at))


def _value(named: NamedTable, row: Mapping[str, Any], heading: str, reading: Reading) -> Found:
    text = str(row[heading] or "").strip()
    if text.lower() in MISSING:
        return
    value, cell = _number(text), named.cell(row["row"], heading)
    if value is None:
        yield Problem("reading-not-a-number", cell, text[:40])
        return
    yield Written(Reading(reading.indicator, reading.unit, reading.year, reading.issue, value, reading.issued_on), cell)


def issued(framework: Framework, indicator: str, year: int, issue: int) -> date | None:
    """The first day of the month or dekad an issue is named by, within its season; None for other rhythms.

    A file that does not say when it was issued is dated so; the day it was brought in is kept besides.
    """
    every = framework.indicators[indicator].every
    month, day = (issue, 1) if every == "month" else ((issue - 1) // 3 + 1, (issue - 1) % 3 * 10 + 1) if every == "dekad" else (0, 1)
    if not 1 <= month <= 12:
        return None
    return date(year + (month < framework.season_starts), month, day)


def _number(text: object) -> float | None:
    written = str(text or "").strip().replace("\u202f", "").replace("\u00a0", "")
    if written.count(",") == 1 and "." not in written:
        written = written.replace(",", ".")
    try:
        value = float(written)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _year(text: object) -> int | None:
    found = SEASON.fullmatch(str(text or "").strip())
    return int(found[1]) if found and int(found[1]) in YEARS else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text or "").strip()[:10])
    except ValueError:
        return None
