"""Taking a table away, the same from every page: CSV, HXL-tagged CSV, XLSX with its sources, slides, GeoJSON, HAPI's columns; named after what and when."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language

from concertation.apps.ground.answers import Row, csv_of
from concertation.core.periods import Language
from concertation.draw.documents import table_slides
from concertation.draw.tables import TakenTable, to_csv, to_geojson, to_hxl_csv, to_xlsx

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
GEOJSON_TYPE = "application/geo+json"
Writer = Callable[[TakenTable, Language, date], bytes]
FORMATS: Mapping[str, tuple[str, str, Writer]] = {
    "csv": (CSV_TYPE, "csv", lambda table, words, on: to_csv(table, language=words)),
    "hxl": (CSV_TYPE, "hxl.csv", lambda table, words, on: to_hxl_csv(table, language=words)),
    "xlsx": (XLSX_TYPE, "xlsx", lambda table, words, on: to_xlsx(table, language=words, on=on)),
    "pptx": (PPTX_TYPE, "pptx", lambda table, words, on: table_slides(table, language=words, on=on)),
}
TABLES = (*FORMATS, "geojson")


def language() -> Language:
    """The reader's language."""
    return "en" if get_language() == "en" else "fr"


def attached(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file to keep."""
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def download(table: TakenTable, wanted: str, *, on: date) -> HttpResponse:
    """The table as a file in the reader's language, named after its title and the day; `wanted` is one of FORMATS."""
    content_type, ending, write = FORMATS[wanted]
    words = language()
    return attached(write(table, words, on), content_type, f"{slugify(table.title(words))}-{on.isoformat()}.{ending}")


def table_file(table: TakenTable, wanted: str, *, on: date, geometries: Mapping[str, Mapping[str, Any]] | None = None) -> HttpResponse:
    """A table in the format asked, GeoJSON where `geometries` are given by unit; Http404 for a format this table has not."""
    if wanted in FORMATS:
        return download(table, wanted, on=on)
    if wanted != "geojson" or geometries is None:
        raise Http404
    return attached(to_geojson(table, geometries, unit_key="unit"), GEOJSON_TYPE, f"{slugify(table.title(language()))}-{on.isoformat()}.geojson")


def rows_file(frame: pl.DataFrame, shape: type[Row], *, name: str, of: Sequence[str], on: date) -> HttpResponse:
    """Rows as the interface for programs gives them, in a file named after the table, what it is `of` and the day."""
    told = "-".join(slugify(part) for part in (name, *of) if part)
    return attached(csv_of(frame.select(list(shape.model_fields))), CSV_TYPE, f"{told}-{on.isoformat()}.csv")
