"""The calendar of a State as a table: to read, sort, narrow to a sector, and take away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from concertation.apps.sources.models import ReportingPeriod
from concertation.apps.sources.reporting.forms import sector_choices
from concertation.apps.sources.reporting.queries import as_value
from concertation.apps.sources.reporting.sectors import sector_words
from concertation.apps.sources.reporting.words import STATES, days_words, state_cell, state_code
from concertation.apps.sources.taken_sources import own_register
from concertation.core.reporting import Tally
from concertation.draw.tables import Column, TakenTable

COLUMNS = (
    Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"),
    Column(key="start", heading_fr="Début de la période", heading_en="Period start", tag="#date +start +period"),
    Column(key="end", heading_fr="Fin de la période", heading_en="Period end", tag="#date +end +period"),
    Column(key="sector", heading_fr="Code du secteur", heading_en="Sector code", tag="#sector +code"),
    Column(key="sector_name", heading_fr="Secteur", heading_en="Sector", tag="#sector +name"),
    Column(key="due_on", heading_fr="Dernier jour pour déclarer", heading_en="Last day to declare", tag="#date +due"),
    Column(key="standing", heading_fr="État de la période", heading_en="State of the period", tag="#status"),
    Column(key="declared", heading_fr="Organisations ayant déclaré", heading_en="Organisations that declared", tag="#org +declared", numeric=True),
    Column(key="expected", heading_fr="Organisations attendues", heading_en="Organisations expected", tag="#org +expected", numeric=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A period with the totals that the reader may see."""

    period: ReportingPeriod
    tally: Tally | None


ORDERS: Mapping[str, Callable[[Line], Any]] = {
    "period": lambda line: (line.period.start, line.period.sector), "sector": lambda line: (sector_words(line.period.sector), line.period.start),
    "due": lambda line: (line.period.due_on, line.period.start), "declared": lambda line: (line.tally.declared if line.tally else -1, line.period.start),
}  # fmt: skip


def calendar_table(lines: Sequence[Line], query: QueryDict, *, today: date, empty: Mapping[str, str]) -> dict[str, object]:
    """The periods of a year; each leads to its own page."""
    asked = query.get("sort", "")
    order = ORDERS.get(asked.removeprefix("-"), ORDERS["period"])
    return {
        "id": "periods", "caption": _("Périodes de rapport"), "sort": "period", "exports": ["csv", "xlsx", "hxl"], "unfiltered": True,
        "columns": [
            {"key": "period", "label": _("Période")}, {"key": "sector", "label": _("Secteur")}, {"key": "due", "label": _("Dernier jour pour déclarer")},
            {"key": "standing", "label": _("Où elle en est"), "sortable": False}, {"key": "declared", "label": _("Ont déclaré"), "unit": _("organisations"), "numeric": True},
            {"key": "expected", "label": _("Attendues"), "unit": _("organisations"), "numeric": True, "sortable": False},
        ],
        "rows": [_cells(line, today) for line in sorted(lines, key=order, reverse=asked.startswith("-"))],
        "filters": [{"name": "sector", "label": _("Secteur"), "options": [("any", _("chaque secteur")), *sector_choices()], "value": query.get("sector", "any")}],
        "empty": empty, "note": _("« Ont déclaré » et « attendues » comptent des organisations ; leurs noms ne se montrent qu'à elles-mêmes, au chef de file de leur secteur et au gestionnaire des données de l'État."),
    }  # fmt: skip


def _cells(line: Line, today: date) -> dict[str, object]:
    told = line.tally
    return {
        "period": {"text": days_words(line.period), "url": reverse("reporting-period", args=[line.period.pk])}, "sector": sector_words(line.period.sector),
        "due": line.period.due_on, "standing": state_cell(line.period, told, today), "declared": told.declared if told else {"text": _("réservé à l'État"), "css": "missing"},
        "expected": "" if told is None else {"text": _("liste inconnue"), "css": "missing"} if told.expected is None else told.expected,
    }  # fmt: skip


def year_strip(lines: Sequence[Line], year: int, *, today: date) -> dict[str, object]:
    """The year as twelve months across, sector by sector: how many of how many declared in each period, and where it stands."""
    by_sector: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda each: (each.period.sector != "", sector_words(each.period.sector), each.period.start)):
        by_sector.setdefault(line.period.sector, []).append(line)
    months = [date_format(date(year, month, 1), "M") for month in range(1, 13)]
    return {"months": months, "rows": [{"sector": sector_words(sector), "cells": _strip_cells(held, year, today)} for sector, held in by_sector.items()]}


def _strip_cells(lines: Sequence[Line], year: int, today: date) -> list[dict[str, object]]:
    """The cells of a sector, each as many months wide as its period; days that no period holds stay empty."""
    cells: list[dict[str, object]] = []
    reached = 0
    for line in lines:
        first = max(line.period.start.month if line.period.start.year == year else 1, reached + 1)
        last = line.period.end.month if line.period.end.year == year else 12
        if first > last:
            continue
        cells += [{"span": first - reached - 1}] if first > reached + 1 else []
        cells.append({"span": last - first + 1, "url": reverse("reporting-period", args=[line.period.pk]), "label": days_words(line.period), **_strip_words(line, today)})
        reached = last
    return [*cells, {"span": 12 - reached}] if reached < 12 else cells


def _strip_words(line: Line, today: date) -> dict[str, str]:
    code, told = state_code(as_value(line.period), line.tally, today), line.tally
    if told is None or code == "upcoming":
        return {"text": "–", "note": str(STATES[code]), "css": ""}
    if told.expected is None:
        return {"text": f"{told.declared}", "note": str(STATES[code]), "css": ""}
    step = 4 if told.declared >= told.expected else -(-3 * told.declared // told.expected)
    return {"text": f"{told.declared}/{told.expected}", "note": str(STATES[code]), "css": f"q{step}"}


def taken_calendar(lines: Sequence[Line], state: str, year: int, *, today: date) -> TakenTable:
    """The periods of a year to take away."""
    rows = [
        {
            "state": state, "start": line.period.start, "end": line.period.end, "sector": line.period.sector, "sector_name": sector_words(line.period.sector),
            "due_on": line.period.due_on, "standing": state_code(as_value(line.period), line.tally, today), "declared": line.tally.declared if line.tally else None,
            "expected": line.tally.expected if line.tally else None,
        }
        for line in lines
    ]  # fmt: skip
    source = own_register(_("calendrier de rapport, %(state)s %(year)s") % {"state": state, "year": year}, on=today)
    return TakenTable(title_fr=f"Calendrier de rapport {state} {year}", title_en=f"Reporting calendar {state} {year}", columns=COLUMNS, rows=rows, sources=(source,))
