"""The Cadre Harmonisé as PRISM publishes it: one row per analysed area, people in each phase, and the area's own phase.

People in phase 3 or worse and the phase of the area are two figures. Several rows of one unit (accessible, limited
access, a town, the communes of Bamako) are parts and are summed once placed; rows identical in every cell are one row;
the `calc_*` columns repeat a region's total on each of its rows and are never read as people of the row. The population
is the one analysed (Togo's leaves out Grand Lomé): it is kept as the denominator of these figures and of no other.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import polars as pl

from concertation.core.concepts import PHASES
from concertation.core.figures import WRITTEN_PLACE_SCHEMA
from concertation.core.periods import Period, reference_season
from concertation.core.problems import Cell, Problem
from concertation.formats.json_file import read_json

PEOPLE = ("population", *PHASES, "phase3plus")
FIELDS_OF_PEOPLE = {"population": "population", **{phase: phase for phase in PHASES}, "phase3plus": "phase35"}
PLACE_FIELDS = {
    "state": "adm0_pcod3",
    **{f"adm{level}_{part}": f"adm{level}_{field}" for level in (1, 2, 3) for part, field in (("name", "name"), ("code", "pcod2"))},
}
NEEDED = ("adm0_pcod3", "adm2_name", "population", "phase35", "phase_class", "reference_label", "reference_year", "chtype")
KINDS = ("current", "projected")
ROUNDING = 10
"""People by which five rounded phases may differ from the population they divide."""

FOOD_SECURITY_SCHEMA: dict[str, pl.DataType] = {
    **WRITTEN_PLACE_SCHEMA,
    "part": pl.String(),
    "part_label": pl.String(),
    "kind": pl.String(),
    "reference_label": pl.String(),
    "reference_start": pl.Date(),
    "reference_end": pl.Date(),
    **{name: pl.Int64() for name in PEOPLE},
    "area_phase": pl.Int64(),
    "identical_to": pl.UInt32(),
}
LIMITED = re.compile(r"(limited[ _]?access|acc[eè]s[ _]limit[eé]|_al)\s*$", re.IGNORECASE)
CLOSED = re.compile(r"(inaccessible|no[ _]?access)", re.IGNORECASE)
OPEN = re.compile(r"[_ ](accessible|access)\s*$", re.IGNORECASE)
TOWN = re.compile(r"^\s*ville\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoodSecurity:
    """The rows of a file, before placement (FOOD_SECURITY_SCHEMA, `row` counted from 1 in DataList), and its problems."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


def read_cadre_harmonise(path: Path, *, states: Collection[str] | None = None) -> FoodSecurity:
    """Read a PRISM file {"DataList": [...]}. With `states` (ISO3), rows of other States are refused with a line each.

    Never raises. Yields the problems of `read_json`, datalist-missing, required-column-missing, row-not-an-object, state-unknown,
    state-not-held, number-unreadable, people-negative, phase-unknown, phases-not-population, phase3plus-not-its-phases,
    code-of-another-state, dates-and-label-differ, dates-unreadable, analysis-kind-unknown, people-decimal and row-identical.
    """
    content, problems = read_json(path)
    if content is None:
        return _nothing(problems)
    rows = content.get("DataList") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        return _nothing((*problems, Problem("datalist-missing", Cell(), path.name)))
    missing = _missing(rows)
    readings = [_read_row(number, row, states) for number, row in enumerate(rows, 1)]
    kept = [reading.cells for reading in readings if reading.cells]
    frame = _mark_identical(pl.DataFrame(kept, schema=FOOD_SECURITY_SCHEMA))
    return FoodSecurity(frame, (*problems, *missing, *chain.from_iterable(reading.problems for reading in readings), *_identical(frame)))


def part_of(labels: Iterable[str | None]) -> str:
    """Which part of its unit a row is: limited_access, inaccessible, accessible, town, commune or unit.

    Labels are the name between levels 2 and 3, then the level 3 name, as written.

    >>> [part_of(labels) for labels in (["Say_limitedaccess", None], [None, "Ville De Dosso"], [None, "Commune VI"], [None, None])]
    ['limited_access', 'town', 'commune', 'unit']
    """
    written = [label for label in labels if label]
    for part, pattern in (("limited_access", LIMITED), ("inaccessible", CLOSED), ("accessible", OPEN), ("town", TOWN)):
        if any(pattern.search(label) for label in written):
            return part
    return "commune" if written and list(labels)[1:] != [None] else "unit"


@dataclass(frozen=True, slots=True)
class _ReadRow:
    cells: Mapping[str, object]
    problems: tuple[Problem, ...]


def _nothing(problems: tuple[Problem, ...]) -> FoodSecurity:
    return FoodSecurity(pl.DataFrame(schema=FOOD_SECURITY_SCHEMA), problems)


def _missing(rows: list[object]) -> tuple[Problem, ...]:
    if not rows:
        return (Problem("file-without-rows", Cell(), "DataList"),)
    present = {key for row in rows if isinstance(row, dict) for key in row}
    return tuple(Problem("required-column-missing", Cell(column=name), name) for name in NEEDED if name not in present)


def _read_row(number: int, row: object, states: Collection[str] | None) -> _ReadRow:
    if not isinstance(row, dict):
        return _ReadRow({}, (Problem("row-not-an-object", Cell(row=number), str(row)[:80]),))
    place = {name: _text(row.get(field)) for name, field in PLACE_FIELDS.items()}
    refusal = _wrong_state(number, place["state"], states)
    if refusal:
        return _ReadRow({}, (refusal,))
    problems: list[Problem] = []
    people = {name: _people(number, field, row.get(field), problems) for name, field in FIELDS_OF_PEOPLE.items()}
    area_phase = _phase(number, row.get("phase_class"), problems)
    period = _period(number, row, problems)
    labels = [_text(row.get("adm2_5_name")), place["adm3_name"]]
    problems += [*_phase_sums(number, people), *_foreign_codes(number, place, _text(row.get("adm0_pcod2")))]
    cells = {
        "row": number, **place, "place_name": None, "part": part_of(labels), "part_label": " / ".join(label for label in labels if label) or None,
        "kind": _kind(number, row.get("chtype"), problems), "reference_label": _text(row.get("reference_label")),
        "reference_start": period and period.start, "reference_end": period and period.end,
        **people, "area_phase": area_phase, "identical_to": None,
    }  # fmt: skip
    return _ReadRow(cells, tuple(problems))


def _text(value: object) -> str | None:
    return str(value).strip() or None if value is not None else None


def _wrong_state(number: int, state: str | None, states: Collection[str] | None) -> Problem | None:
    cell = Cell(row=number, column=PLACE_FIELDS["state"])
    if state is None or not re.fullmatch(r"[A-Z]{3}", state):
        return Problem("state-unknown", cell, state or "")
    return Problem("state-not-held", cell, state) if states is not None and state not in states else None


def _people(number: int, field: str, value: object, problems: list[Problem]) -> int | None:
    if value is None:
        return None
    cell = Cell(row=number, column=field)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e10:
        problems.append(Problem("number-unreadable", cell, str(value)))
        return None
    if value < 0:
        problems.append(Problem("people-negative", cell, str(value)))
        return None
    if value != int(value):
        problems.append(Problem("people-decimal", cell, str(value)))
    return round(value)


def _phase(number: int, value: object, problems: list[Problem]) -> int | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and value in (1, 2, 3, 4, 5):
        return int(value)
    problems.append(Problem("phase-unknown", Cell(row=number, column="phase_class"), str(value)))
    return None


def _kind(number: int, value: object, problems: list[Problem]) -> str | None:
    if value not in KINDS:
        problems.append(Problem("analysis-kind-unknown", Cell(row=number, column="chtype"), str(value)))
    return _text(value)


def _period(number: int, row: Mapping[str, object], problems: list[Problem]) -> Period | None:
    dates = _dates(number, row, problems)
    year, label = row.get("reference_year"), _text(row.get("reference_label"))
    if not isinstance(year, int) or label is None:
        return dates
    period = reference_season(label, year, dates)
    if dates is not None and period != dates:
        detail = {"start": str(dates.start), "end": str(dates.end), "year": str(year)}
        problems.append(Problem("dates-and-label-differ", Cell(row=number, column="reference_label"), label, detail))
    return period


def _dates(number: int, row: Mapping[str, object], problems: list[Problem]) -> Period | None:
    written = [_text(row.get("start_date")), _text(row.get("end_date"))]
    if written == [None, None]:
        return None
    try:
        start, end = (date.fromisoformat(text or "") for text in written)
        return Period(start, end)
    except ValueError:
        problems.append(Problem("dates-unreadable", Cell(row=number, column="start_date"), " - ".join(text or "" for text in written)))
        return None


def _phase_sums(number: int, people: Mapping[str, int | None]) -> list[Problem]:
    phases = [people[phase] for phase in PHASES]
    held = [value for value in phases if value is not None]
    if len(held) < len(PHASES):
        return []
    found = []
    for code, field, total, parts in (
        ("phases-not-population", "population", people["population"], held),
        ("phase3plus-not-its-phases", "phase35", people["phase3plus"], held[2:]),
    ):
        if total is not None and abs(sum(parts) - total) > ROUNDING:
            found.append(Problem(code, Cell(row=number, column=field), str(total), {"sum": str(sum(parts))}))
    return found


def _foreign_codes(number: int, place: Mapping[str, str | None], state_of_two: str | None) -> list[Problem]:
    own = tuple(prefix for prefix in (place["state"], state_of_two) if prefix)
    written = {PLACE_FIELDS[name]: code for name, code in place.items() if name.endswith("_code") and code}
    return [
        Problem("code-of-another-state", Cell(row=number, column=field), code, {"state": place["state"] or ""})
        for field, code in written.items()
        if not code.upper().startswith(own)
    ]


def _mark_identical(frame: pl.DataFrame) -> pl.DataFrame:
    same = [name for name in FOOD_SECURITY_SCHEMA if name not in ("row", "identical_to")]
    first = pl.col("row").min().over(same)
    return frame.with_columns(pl.when(first < pl.col("row")).then(first).alias("identical_to"))


def _identical(frame: pl.DataFrame) -> tuple[Problem, ...]:
    repeated = frame.filter(pl.col("identical_to").is_not_null()).select("row", "adm2_name", "identical_to")
    return tuple(Problem("row-identical", Cell(row=row), name or "", {"first": str(first)}) for row, name, first in repeated.iter_rows())
