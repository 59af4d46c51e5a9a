"""Taking drawings away, the same from every page: charts and maps as SVG, PNG, a slide, a chart's figures as a workbook, or its specification."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.http import Http404, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.text import slugify

from concertation.apps.ground.downloads import FORMATS, PPTX_TYPE, attached, download, language
from concertation.draw import charts
from concertation.draw.charts import Spec
from concertation.draw.documents import picture_slide
from concertation.draw.pictures import png
from concertation.draw.tables import Source, source_lines

DRAWINGS = ("svg", "png", "slide")
CHARTS = (*DRAWINGS, "xlsx", "chart")
WORDS: dict[str, str | Promise] = {"slide": "PPTX", "chart": "Vega-Lite"}
"""What a form of export is called; a subject adds the words of its own forms."""


def links(query: QueryDict, kind: str, name: str, formats: Iterable[str]) -> list[tuple[str, str]]:
    """(words, address) of each export of one table or chart of a page (`kind`: table or chart); the reader's choices are kept."""
    kept = query.copy()
    for each in ("lang", "page", "format"):
        kept.pop(each, None)
    kept[kind] = name
    return [(str(WORDS.get(each, each.upper())), f"?{kept.urlencode()}&format={each}") for each in formats]


def plain_links(formats: Iterable[str]) -> list[tuple[str, str]]:
    """(words, address) of each export of a page that has one table and one drawing."""
    return [(str(WORDS.get(each, each.upper())), f"?format={each}") for each in formats]


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
