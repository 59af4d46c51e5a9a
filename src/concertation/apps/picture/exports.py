"""Taking the picture away: tables as CSV, XLSX, HXL and GeoJSON, maps and charts as SVG and PNG, named after what and when."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import shapely
from django.http import Http404, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.apps.ground.downloads import FORMATS, PPTX_TYPE, attached, download, language
from concertation.apps.needs.hapi_files import NEEDS
from concertation.apps.picture.maps import Picture, map_document, sources_words
from concertation.apps.presence.hapi_files import PRESENCE
from concertation.core.geometry import Area
from concertation.draw import charts
from concertation.draw.charts import Spec
from concertation.draw.pictures import png
from concertation.draw.slides import picture_slide, source_lines
from concertation.draw.tables import Source

DRAWINGS = ("svg", "png", "slide")
CHARTS = (*DRAWINGS, "xlsx", "chart")
WORDS: Mapping[str, str | Promise] = {"slide": "PPTX", "chart": "Vega-Lite", NEEDS: gettext_lazy("HAPI, besoins"), PRESENCE: gettext_lazy("HAPI, présence")}


def links(query: QueryDict, kind: str, name: str, formats: Iterable[str]) -> list[tuple[str, str]]:
    """(words, address) of each export of one table or chart of a page (`kind`: table or chart); the reader's choices are kept."""
    kept = query.copy()
    for each in ("lang", "page", "format"):
        kept.pop(each, None)
    kept[kind] = name
    return [(str(WORDS.get(each, each.upper())), f"?{kept.urlencode()}&format={each}") for each in formats]


def with_links(tables: Sequence[Mapping[str, object]], query: QueryDict) -> list[dict[str, object]]:
    """The tables beside the main one, each with the links to its own file."""
    return [{**each, "exports": links(query, "table", str(each["id"]), FORMATS) if each["rows"] else ()} for each in tables]


def drawing_file(svg: str, wanted: str, *, title: str, on: date, sources: str = "") -> HttpResponse:
    """A drawing as SVG, PNG or a slide; Http404 where there is none to draw."""
    if not svg or wanted not in DRAWINGS:
        raise Http404
    if wanted == "slide":
        content = picture_slide(svg, title=title, sources=sources, language=language(), on=on)
        return attached(content, PPTX_TYPE, f"{slugify(title)}-{on.isoformat()}.pptx")
    name = f"{slugify(title)}-{on.isoformat()}.{wanted}"
    return attached(png(svg), "image/png", name) if wanted == "png" else attached(svg.encode(), "image/svg+xml", name)


def chart_file(spec: Spec, wanted: str, *, title: str, on: date, sources: Sequence[Source]) -> HttpResponse:
    """A chart as a drawing of its own, as its figures in a workbook, or as its specification; each with where the figures come from."""
    told = source_lines(sources)
    if wanted == "xlsx":
        return download(charts.figures_of(spec, title=title, sources=tuple(sources), language=language()), wanted, on=on)
    if wanted == "chart":
        whole = json.dumps({**spec, "usermeta": {"sources": told}}, ensure_ascii=False, indent=1, default=str)
        return attached(whole.encode(), "application/json", f"{slugify(title)}-{on.isoformat()}.vl.json")
    return drawing_file(charts.drawn(spec, language=language()), wanted, title=title, on=on, sources="\n".join(told))


def map_file(shown: Picture, wanted: str, *, on: date) -> HttpResponse:
    """The map as a document of its own."""
    sources = (sources_words(shown), shown.drawing.source if shown.drawing else "")
    return drawing_file(map_document(shown), wanted, title=shown.title, on=on, sources="\n".join(filter(None, sources)) or _("Aucun chiffre disponible."))


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
