"""Taking the picture away: tables as CSV, XLSX, HXL and GeoJSON, maps and charts as SVG and PNG, named after what and when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import shapely
from django.http import Http404, HttpResponse, QueryDict
from django.utils.text import slugify

from concertation.apps.ground.downloads import FORMATS, attached, language
from concertation.apps.picture.maps import Picture, map_document
from concertation.core.geometry import Area
from concertation.draw import charts
from concertation.draw.charts import Spec
from concertation.draw.pictures import png

DRAWINGS = ("svg", "png")


def links(query: QueryDict, kind: str, name: str, formats: Iterable[str]) -> list[tuple[str, str]]:
    """(words, address) of each export of one table or chart of a page (`kind`: table or chart); the reader's choices are kept."""
    kept = query.copy()
    for each in ("lang", "page", "format"):
        kept.pop(each, None)
    kept[kind] = name
    return [(each.upper(), f"?{kept.urlencode()}&format={each}") for each in formats]


def with_links(tables: Sequence[Mapping[str, object]], query: QueryDict) -> list[dict[str, object]]:
    """The tables beside the main one, each with the links to its own file."""
    return [{**each, "exports": links(query, "table", str(each["id"]), FORMATS) if each["rows"] else ()} for each in tables]


def drawing_file(svg: str, wanted: str, *, title: str, on: date) -> HttpResponse:
    """A drawing as SVG or PNG; Http404 where there is none to draw."""
    if not svg or wanted not in DRAWINGS:
        raise Http404
    name = f"{slugify(title)}-{on.isoformat()}.{wanted}"
    return attached(png(svg), "image/png", name) if wanted == "png" else attached(svg.encode(), "image/svg+xml", name)


def chart_file(spec: Spec, wanted: str, *, title: str, on: date) -> HttpResponse:
    """A chart as a drawing of its own."""
    return drawing_file(charts.drawn(spec, language=language()), wanted, title=title, on=on)


def map_file(shown: Picture, wanted: str, *, on: date) -> HttpResponse:
    """The map as a document of its own."""
    return drawing_file(map_document(shown), wanted, title=shown.title, on=on)


def geometries(shown: Picture) -> dict[str, Mapping[str, Any]]:
    """A geometry for each unit: its outline; its chief town as a point where it has none, or shares one."""
    own = {area.units[0]: area for area in (shown.drawing.sheet.areas if shown.drawing else ()) if len(area.units) == 1}
    return {
        row.unit.pk: _outline(own[row.unit.pk]) if row.unit.pk in own else {"type": "Point", "coordinates": [row.unit.longitude, row.unit.latitude]}
        for _scene, row in shown.rows if row.unit.pk in own or row.unit.longitude is not None
    }  # fmt: skip


def _outline(area: Area) -> Mapping[str, Any]:
    outline: Mapping[str, Any] = shapely.geometry.mapping(area.shape)
    return outline
