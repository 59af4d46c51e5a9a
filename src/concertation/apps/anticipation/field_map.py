"""The map of a field's last issue over the units it was counted for; the table and the map as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from concertation.apps.anticipation import words
from concertation.apps.anticipation.models import FieldBrought
from concertation.apps.ground.downloads import FORMATS, language, table_file
from concertation.apps.ground.drawings import DRAWINGS, drawing_file
from concertation.apps.places import queries as places
from concertation.apps.places.drawing import Drawing
from concertation.apps.places.drawing import drawing as drawn
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.from_fields import Counted
from concertation.core.anticipation.wording import measured
from concertation.core.classification import quantile_classes
from concertation.draw.map_exports import Caption, standalone
from concertation.draw.maps import Legend, Mark, choropleth, legend_of
from concertation.draw.palettes import CIVIDIS
from concertation.draw.tables import Column, Source, TakenTable, source_lines

CLASSES = 4
AREAS = (
    Column(key="unit", heading_fr="Unité", heading_en="Unit", tag="#adm+code"), Column(key="name", heading_fr="Nom", heading_en="Name", tag="#adm+name"),
    Column(key="cells", heading_fr="Mailles touchées", heading_en="Cells touched", tag="#indicator+cells", numeric=True), Column(key="km2", heading_fr="Terrain, km²", heading_en="Ground, km²", tag="#indicator+area", numeric=True),
    Column(key="on_grid", heading_fr="Part sur la grille", heading_en="Share on the grid", tag="#indicator+on_grid", numeric=True), Column(key="held", heading_fr="Part qui porte une valeur, au moins", heading_en="Share that holds a value, at least", tag="#indicator+held", numeric=True),
    Column(key="last", heading_fr="Dernière émission", heading_en="Last issue", tag="#indicator+value+num", numeric=True), Column(key="tiny", heading_fr="Plus petite qu'une maille", heading_en="Smaller than a cell", tag="#status+tiny"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldMap:
    """What the map is drawn of."""

    drawing: Drawing
    marks: list[Mark]
    legend: Legend
    title: str


def field_map(row: FieldBrought, framework: Framework, areas: Sequence[Counted]) -> FieldMap | None:
    """The units by their figure of the last issue; None for a whole area, or where no figure or no outlines are held."""
    indicator = framework.indicators.get(row.indicator)
    classes = quantile_classes([rounded(each) for each in areas], classes=CLASSES)
    division = places.division_on(framework.country, timezone.localdate()) if row.level and indicator and classes else None
    drawing = drawn(division.pk, row.level) if division is not None else None
    if drawing is None or indicator is None or classes is None:
        return None
    marks = [Mark(unit, sentence(each, indicator.measure), classes.step(rounded(each))) for each in areas for unit in each.units]
    title = indicator.label.told(language())
    return FieldMap(drawing, marks, legend_of(classes, title=title, palette=CIVIDIS, language=language()), title)


def rounded(each: Counted) -> float | None:
    """The last figure of an area as it is shown."""
    return None if each.last is None else round(each.last, 2)


def sentence(each: Counted, measure: str) -> str:
    """What the map says of one unit."""
    figure = rounded(each)
    told = measured(figure, measure, language()) if figure is not None else str(words.NO_FIGURE)
    return f"{each.name}{':' if language() == 'en' else chr(0x202F) + ':'} {told}"


def map_block(held: FieldMap | None) -> dict[str, object] | None:
    """The map on the page of the field."""
    if held is None:
        return None
    svg = choropleth(held.drawing.sheet, held.marks, legend=held.legend, title=held.title, language=language(), sheet_href=held.drawing.href, boundary_source=held.drawing.source)
    return {"title": held.title, "palette": CIVIDIS.name, "exports": DRAWINGS, "drawing": mark_safe(svg)}  # noqa: S308 — escaped by draw.svg


def field_file(row: FieldBrought, framework: Framework, areas: Sequence[Counted], wanted: str, *, on: date) -> HttpResponse:
    """The areas of a field as a table, or the map as a drawing; Http404 for another form, or where there is nothing to draw."""
    indicator = framework.indicators.get(row.indicator)
    if indicator is None:
        raise Http404
    source = Source(source=row.source, date=row.last_day.isoformat(), licence=row.licence, scope=framework.area.words.told(language()), method=str(words.REDUCTIONS[indicator.reduce.how]))
    if wanted in FORMATS:
        title = indicator.label
        rows = [line(each, unit) for each in areas for unit in each.units]
        return table_file(TakenTable(title_fr=title.fr, title_en=title.en, columns=AREAS, rows=rows, sources=(source,)), wanted, on=on)
    held = field_map(row, framework, areas) if wanted in DRAWINGS else None
    if held is None:
        raise Http404
    told = source_lines((source,))
    caption = Caption(title=held.title, subtitle=row.last_day.isoformat(), sources="; ".join(told), boundary_source=held.drawing.source)
    return drawing_file(standalone(held.drawing.sheet, held.marks, legend=held.legend, caption=caption, language=language()), wanted, title=held.title, on=on, sources="\n".join(told))


def line(each: Counted, unit: str) -> dict[str, object]:
    """One area as a row; no figure is left empty."""
    return {
        "unit": unit, "name": each.name, "cells": each.cells, "km2": round(each.km2, 1), "on_grid": round(each.on_grid, 4), "held": round(each.held, 4), "last": each.last,
        "tiny": (_("oui") if each.is_tiny else _("non")),
    }  # fmt: skip
