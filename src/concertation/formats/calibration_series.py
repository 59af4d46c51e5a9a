"""Series to calibrate on: a table with the columns unit, year, first, second and bad (1 or 0), readings in percent or as shares of one.

A unit is one series (an index, a pair of issues). Every series has to tell the same years; one with a gap is left out and told.
"""

from collections import defaultdict
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np

from concertation.core.anticipation.calibration.search import MOST_YEARS, Percents, Truths
from concertation.core.problems import Cell, Problem
from concertation.formats.named_columns import read_named

COLUMNS = ("unit", "year", "first", "second", "bad")
LEAST_YEARS = 15
Line = tuple[int, int, bool]


class ReadCalibration(NamedTuple):
    """The series by name, their years, arrays of series x years, and what was wrong."""

    units: tuple[str, ...]
    years: tuple[int, ...]
    first: Percents
    second: Percents
    bad: Truths
    problems: tuple[Problem, ...]


def read_calibration(path: Path) -> ReadCalibration:
    """The series of a file. Never raises; no unit where nothing can be searched."""
    named = read_named(path, {name: name for name in COLUMNS}, needed=COLUMNS)
    problems, held = list(named.problems), defaultdict[str, dict[int, Line]](dict)
    written = [_numbers(row) for row in named.frame.to_dicts()]
    scale = 100.0 if all(max(each[1:3]) <= 1 for each in written if each) else 1.0
    for row, numbers in zip(named.frame.to_dicts(), written, strict=True):
        values = [round(each * scale) for each in numbers[1:3]] if numbers else []
        if numbers is None or not all(0 <= each <= 100 for each in values) or numbers[3] not in (0, 1):
            problems.append(Problem("calibration-row-unreadable", named.cell(row["row"], "year"), str(row["year"] or "")))
            continue
        held[str(row["unit"] or "").strip()][int(numbers[0])] = (values[0], values[1], bool(numbers[3]))
    return _arranged(held, problems)


def _numbers(row: dict[str, object]) -> tuple[float, float, float, float] | None:
    try:
        year, first, second, bad = (float(str(row[name] or "").replace(",", ".")) for name in COLUMNS[1:])
    except ValueError:
        return None
    return (year, first, second, bad) if all(map(isfinite, (year, first, second, bad))) else None


def _arranged(held: dict[str, dict[int, Line]], problems: list[Problem]) -> ReadCalibration:
    """The series in arrays, those that lack a year left out; too few years, or more than a mask holds, give none."""
    years = tuple(sorted({year for series in held.values() for year in series}))[-MOST_YEARS:]
    whole = {unit: series for unit, series in held.items() if all(year in series for year in years)}
    problems += [Problem("calibration-series-with-gaps", Cell(), unit) for unit in held if unit not in whole]
    if held and len(years) < LEAST_YEARS:
        problems.append(Problem("calibration-history-short", Cell(), str(len(years)), {"least": str(LEAST_YEARS)}))
        whole = {}
    lines = np.array([[series[year] for year in years] for series in whole.values()], np.int64).reshape(len(whole), len(years), 3)
    first, second = lines[:, :, 0].astype(np.uint8), lines[:, :, 1].astype(np.uint8)
    return ReadCalibration(tuple(whole), years, first, second, lines[:, :, 2] == 1, tuple(problems))
