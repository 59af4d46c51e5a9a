"""Small charts as Vega-Lite specifications: plain values a reader can export with the figures, drawn to SVG without a browser.

Bars lie flat so that names read; a missing figure is said in words, never drawn as zero; phases keep their official
colours; a drawing carries no style attribute and reaches no other host.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from concertation.draw.apart import drawings
from concertation.draw.palettes import INK, PHASES, QUIET, SAND, YLORBR
from concertation.draw.svg import FONT, SVG, element
from concertation.draw.tables import Column, Language, Source, TakenTable
from concertation.draw.wording import NARROW_BLANK, say

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
ACCENT = "#1f6f6b"
GRID = "#e4e0d8"
WIDTH = 420
DRAWING_ONLY, MEASURED, COUNTED = frozenset({"rank"}), frozenset({"figure", "people"}), frozenset({"asked", "received"})
ROW_HEIGHT = 24
NUMBER = ",.0f"
FRENCH_NUMBERS = {"decimal": ",", "thousands": NARROW_BLANK, "grouping": [3], "currency": ["", f"{NARROW_BLANK}$"]}
ENGLISH_NUMBERS = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""]}
STYLE = re.compile(r'<[^<>]*\sstyle="[^"]*"[^<>]*>')
CONFIG: Spec = {
    "font": FONT,
    "background": None,
    "padding": {"left": 8, "right": 16, "top": 5, "bottom": 5},
    "view": {"stroke": None},
    "title": {"anchor": "start", "fontSize": 14, "fontWeight": 600, "color": INK, "offset": 10, "subtitleColor": QUIET, "subtitleFontSize": 12},
    "axis": {
        "labelColor": INK,
        "titleColor": QUIET,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelLimit": 220,
    },
    "legend": {"symbolStrokeWidth": 0, "symbolType": "square", "labelColor": INK, "titleColor": QUIET, "titleFontWeight": "normal", "labelFontSize": 12, "titleFontSize": 12},
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a name and its figure, None when none is held."""

    label: str
    figure: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a line: an ISO date, a figure (None where none is held: the line breaks), the series it belongs to."""

    on: str
    figure: float | None
    series: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """People of one place in one phase (1 to 5)."""

    label: str
    phase: int
    people: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of a matrix: its row, its column, its figure (None when none is held)."""

    row: str
    column: str
    figure: float | None


def framed(title: str | Spec, rows: Sequence[Mapping[str, Any]], **parts: Any) -> Spec:
    """A specification with its title, its figures inside it, and the common look."""
    return {"$schema": SCHEMA, "title": title, "data": {"values": [dict(row) for row in rows]}, "config": CONFIG, **parts}


def in_order(field: str, names: Iterable[str], **axis: Any) -> Spec:
    """A nominal axis whose names stand in the order they are first given.

    >>> in_order("row", ["b", "a", "b"])["sort"]
    ['b', 'a']
    """
    return {"field": field, "type": "nominal", "sort": list(dict.fromkeys(names)), "title": None, "axis": {"labelPadding": 8, **axis}}


def bars(rows: Sequence[Bar], *, title: str, measure: str, language: str) -> Spec:
    """Flat bars in the order given, the figure at the end of each; words where none is held.

    >>> bars([Bar("Téra", 12), Bar("Diffa", None)], title="t", measure="personnes", language="fr")["data"]["values"][1]
    {'label': 'Diffa', 'figure': None}
    """
    named = in_order("label", (row.label for row in rows))
    figure = {"field": "figure", "type": "quantitative", "title": measure, "axis": {"format": NUMBER, "tickCount": 4}}
    words = {"mark": {"type": "text", "align": "left", "dx": 5, "color": INK, "fontSize": 11}}
    held = {"filter": "isValid(datum.figure)"}
    missing = {"filter": "!isValid(datum.figure)"}
    return framed(
        title,
        [{"label": row.label, "figure": row.figure} for row in rows],
        width=WIDTH,
        height={"step": ROW_HEIGHT},
        encoding={"y": named},
        layer=[
            {"mark": {"type": "bar", "color": ACCENT, "height": {"band": 0.7}}, "encoding": {"x": figure}},
            {**words, "transform": [held], "encoding": {"x": figure, "text": {"field": "figure", "format": NUMBER}}},
            {**words, "transform": [missing], "encoding": {"x": {"datum": 0}, "text": {"value": say("no_figure", language)}, "color": {"value": QUIET}}},
        ],
    )


def trend(points: Sequence[Point], *, title: str, measure: str) -> Spec:
    """A line over time for each series; it breaks where no figure is held.

    >>> trend([Point("2024-06-01", 3)], title="t", measure="personnes")["mark"]["type"]
    'line'
    """
    many = len({point.series for point in points}) > 1
    encoding: Spec = {
        "x": {"field": "on", "type": "temporal", "title": None, "axis": {"grid": False, "tickCount": 4, "format": "%b %Y", "labelOverlap": "greedy"}},
        "y": {"field": "figure", "type": "quantitative", "title": measure, "axis": {"format": NUMBER, "tickCount": 4}},
    }
    if many:
        encoding["color"] = {"field": "series", "type": "nominal", "title": None, "scale": {"range": [ACCENT, "#c2571a", "#4a5a8a", "#8a7a1f"]}}
    return framed(
        title,
        [{"on": point.on, "figure": point.figure, "series": point.series} for point in points],
        width=WIDTH,
        height=160,
        mark={"type": "line", "color": ACCENT, "strokeWidth": 2, "point": {"filled": True, "size": 30}, "invalid": "break-paths-show-domains"},
        encoding=encoding,
    )


@dataclass(frozen=True, slots=True)
class Received:
    """One year of one panel: what was asked and what was received, None where no figure is held."""

    panel: str
    year: int
    asked: float | None
    received: float | None


def asked_and_received(rows: Sequence[Received], *, measure: str, asked: str, received: str) -> Spec:
    """Per panel and year, what was received within what was asked: a full bar inside an outlined one; nothing stands where no figure is held.

    >>> spec = asked_and_received([Received("Niger", 2025, 603.0, 157.9)], measure="M USD", asked="demandé", received="reçu")
    >>> spec["data"]["values"], spec["columns"]
    ([{'panel': 'Niger', 'year': '2025', 'asked': 603.0, 'received': 157.9}], 1)
    """
    panels = list(dict.fromkeys(row.panel for row in rows))
    years = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": "greedy", "labelFontSize": 11}}
    amount = {"type": "quantitative", "title": measure, "axis": {"format": NUMBER, "tickCount": 4}}
    named = {"scale": {"domain": [asked, received], "range": [SAND, ACCENT]}, "title": None, "legend": {"orient": "top", "symbolStrokeWidth": 1, "symbolStrokeColor": INK}}
    outlined = {"mark": {"type": "bar", "stroke": QUIET, "strokeWidth": 1}, "encoding": {"x": years, "y": {**amount, "field": "asked"}, "color": {"datum": asked, **named}}}
    filled = {"mark": {"type": "bar"}, "encoding": {"x": years, "y": {**amount, "field": "received"}, "color": {"datum": received, **named}}}
    spec = framed(
        "", [{"panel": row.panel, "year": str(row.year), "asked": row.asked, "received": row.received} for row in rows],
        facet={"field": "panel", "type": "nominal", "sort": panels, "title": None, "header": {"labelFontSize": 13, "labelFontWeight": 600, "labelAnchor": "start", "labelColor": INK}},
        columns=min(len(panels), 2) or 1, spec={"width": 250, "height": 130, "layer": [outlined, filled]},
    )  # fmt: skip
    return {name: part for name, part in spec.items() if name != "title"}


def phase_bars(shares: Sequence[Share], *, title: str, measure: str, language: str) -> Spec:
    """People by phase, one flat bar a place, in the official colours.

    >>> phase_bars([Share("Diffa", 3, 10)], title="t", measure="m", language="fr")["data"]["values"][0]["phase"]
    'Phase 3'
    """
    phases = [say("phase", language, str(phase)) for phase in range(1, 6)]
    return framed(
        title,
        [{"label": share.label, "phase": say("phase", language, str(share.phase)), "people": share.people, "rank": share.phase} for share in shares],
        width=WIDTH,
        height={"step": ROW_HEIGHT},
        mark={"type": "bar", "stroke": "#fff", "strokeWidth": 0.5, "height": {"band": 0.7}},
        encoding={
            "y": in_order("label", (share.label for share in shares)),
            "x": {"field": "people", "type": "quantitative", "title": measure, "axis": {"format": NUMBER, "tickCount": 4}},
            "color": {"field": "phase", "type": "nominal", "title": None, "scale": {"domain": phases, "range": list(PHASES.colours)}},
            "order": {"field": "rank"},
        },
    )


def matrix(cells: Sequence[Cell], *, title: str, measure: str, language: str) -> Spec:
    """Rows by columns as coloured squares with their figures; a square without a figure is sand with a dash.

    >>> matrix([Cell("WSH", "Niger", None)], title="t", measure="m", language="en")["data"]["values"]
    [{'row': 'WSH', 'column': 'Niger', 'figure': None}]
    """
    axes = {
        "y": in_order("row", (cell.row for cell in cells)),
        "x": in_order("column", (cell.column for cell in cells), orient="top", labelAngle=0),
    }
    figures = [cell.figure for cell in cells if cell.figure is not None]
    dark = (max(figures) + min(figures)) / 2 if figures else 0
    scale = {"field": "figure", "type": "quantitative", "scale": {"range": list(YLORBR.colours)}, "legend": None}
    legible = {"condition": {"test": f"isValid(datum.figure) && datum.figure > {dark}", "value": "#fff"}, "value": INK}
    shown = {"calculate": "isValid(datum.figure) ? format(datum.figure, ',.0f') : '–'", "as": "shown"}
    return framed(
        {"text": title, "subtitle": measure},
        [{"row": cell.row, "column": cell.column, "figure": cell.figure} for cell in cells],
        usermeta={"no_figure": say("no_figure", language)},
        width={"step": 88},
        height={"step": 28},
        encoding=axes,
        layer=[
            {"mark": {"type": "rect", "color": SAND, "stroke": "#fff"}},
            {"mark": {"type": "rect", "stroke": "#fff"}, "transform": [{"filter": "isValid(datum.figure)"}], "encoding": {"color": scale}},
            {"mark": {"type": "text", "fontSize": 11}, "transform": [shown], "encoding": {"text": {"field": "shown"}, "color": legible}},
        ],
    )


def figures_of(spec: Spec, *, title: str, sources: tuple[Source, ...], language: Language) -> TakenTable:
    """The figures a chart draws as a table to take away, one line a mark, in the order drawn; a figure not held is an empty cell.

    >>> table = figures_of(bars([Bar("Téra", 12)], title="t", measure="personnes", language="fr"), title="t", sources=(), language="fr")
    >>> [column.heading_fr for column in table.columns], table.rows[0]
    (['Nom', 'personnes'], {'label': 'Téra', 'figure': 12})
    """
    values = spec["data"]["values"]
    fields = [field for field in (values[0] if values else ()) if field not in DRAWING_ONLY]
    kept = [field for field in fields if any(value.get(field) not in (None, "") for value in values) or field in MEASURED | COUNTED]
    measure = measure_of(spec)
    columns = tuple(_column(field, heading_of(field, measure, language)) for field in kept)
    rows = [{**value, "on": date.fromisoformat(value["on"])} if "on" in value else value for value in values]
    return TakenTable(title_fr=title, title_en=title, columns=columns, rows=rows, sources=sources)


def heading_of(field: str, measure: str, language: Language) -> str:
    """What a column of figures is called: its measure alone, or what it counts with its measure.

    >>> heading_of("figure", "M USD", "en"), heading_of("asked", "M USD", "en")
    ('M USD', 'Required (M USD)')
    """
    if field in COUNTED:
        return f"{say(f'column_{field}', language)} ({measure})"
    return measure if field in MEASURED else say(f"column_{field}", language)


def _column(field: str, heading: str) -> Column:
    return Column(key=field, heading_fr=heading, heading_en=heading, numeric=field in MEASURED | COUNTED)


def measure_of(spec: Spec) -> str:
    """What a chart measures, as its axis or its subtitle says."""
    title = spec.get("title")
    subtitle = title.get("subtitle", "") if isinstance(title, Mapping) else ""
    parts = [spec, *spec.get("layer", ()), *spec.get("spec", {}).get("layer", ())]
    axes = [axis for part in parts for axis in part.get("encoding", {}).values() if isinstance(axis, Mapping) and axis.get("type") == "quantitative"]
    return str(next((axis["title"] for axis in axes if axis.get("title")), subtitle))


def drawn(spec: Spec, *, language: str) -> str:
    """The SVG of a specification, numbers and months in the language, without style attributes; nothing is fetched.

    Raises ValueError when the specification is wrong or asks for figures from elsewhere.
    """
    return drawn_once(json.dumps(spec), language)


@lru_cache(maxsize=64)
def drawn_once(spec: str, language: str) -> str:
    """The SVG of a specification as JSON, kept: the same charts are asked for as pictures, slides and pages."""
    numbers, months = (ENGLISH_NUMBERS, "en-GB") if language == "en" else (FRENCH_NUMBERS, "fr-FR")
    return without_styles(drawings.ask("chart", spec=json.loads(spec), numbers=numbers, months=months).decode())


def without_styles(svg: str) -> str:
    """The same drawing with each style attribute turned into attributes; one already there is kept as the style set it.

    >>> without_styles('<text style="font-size: 9px; fill: red" fill="blue">a</text>')
    '<text font-size="9px" fill="red">a</text>'
    """
    return STYLE.sub(lambda tag: with_attributes(tag[0]), svg)


def with_attributes(tag: str) -> str:
    """One opening tag, its style declarations as attributes."""
    style = re.search(r'\sstyle="([^"]*)"', tag)
    if style is None:
        return tag
    declared = [part.partition(":") for part in style[1].split(";") if ":" in part]
    wanted = {name.strip(): value.strip() for name, _, value in declared}
    for name in wanted:
        tag = re.sub(rf'\s{re.escape(name)}="[^"]*"', "", tag)
    attributes = "".join(f' {name}="{value}"' for name, value in wanted.items())
    return re.sub(r'\sstyle="[^"]*"', attributes, tag, count=1)


def sparkline(figures: Sequence[float | None], *, width: int = 96, height: int = 24) -> str:
    """A line of the size of a word in the colour of the text, the last figure a dot; it breaks where no figure is held.

    >>> sparkline([1, None, 3, 2], width=32, height=12)
    '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="12" viewBox="0 0 32 12" aria-hidden="true" class="sparkline"><path d="M2 10M20.67 2L30 6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round"/><circle cx="30" cy="6" r="2" fill="currentColor"/></svg>'
    """
    spots = spark_spots(figures, width=width, height=height)
    known = [spot for spot in spots if spot]
    line = element("path", d=spark_path(spots), fill="none", stroke="currentColor", stroke_width=1.5, stroke_linejoin="round", stroke_linecap="round")
    end = element("circle", cx=known[-1][0], cy=known[-1][1], r=2, fill="currentColor") if known else ""
    inside = line + end if known else ""
    return element("svg", inside, xmlns=SVG, width=width, height=height, viewBox=f"0 0 {width} {height}", aria_hidden="true", class_="sparkline")


def spark_spots(figures: Sequence[float | None], *, width: int, height: int) -> list[tuple[float, float] | None]:
    """Where each figure stands in the drawing, two units inside its edges; None where none is held."""
    held = [figure for figure in figures if figure is not None]
    low, span = (min(held), max(held) - min(held)) if held else (0.0, 0.0)
    step = (width - 4) / max(len(figures) - 1, 1)
    return [
        None if figure is None else (round(2 + place * step, 2), round(height - 2 - (height - 4) * ((figure - low) / span if span else 0.5), 2))
        for place, figure in enumerate(figures)
    ]


def spark_path(spots: Sequence[tuple[float, float] | None]) -> str:
    """The path through the spots, lifted over the gaps."""
    parts, lifted = [], True
    for spot in spots:
        if spot:
            parts.append(f"{'M' if lifted else 'L'}{spot[0]:g} {spot[1]:g}")
        lifted = spot is None
    return "".join(parts)
