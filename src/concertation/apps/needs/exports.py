"""Taking a table away: CSV, XLSX with its sources, HXL-tagged CSV, from one description of the table."""

from collections.abc import Callable, Mapping
from datetime import date

from django.http import HttpResponse
from django.utils.text import slugify

from concertation.apps.needs.words import language
from concertation.core.periods import Language
from concertation.draw.tables import TakenTable, to_csv, to_hxl_csv, to_xlsx

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Writer = Callable[[TakenTable, Language, date], bytes]
FORMATS: Mapping[str, tuple[str, str, Writer]] = {
    "csv": (CSV_TYPE, "csv", lambda table, words, on: to_csv(table, language=words)),
    "hxl": (CSV_TYPE, "hxl.csv", lambda table, words, on: to_hxl_csv(table, language=words)),
    "xlsx": (XLSX_TYPE, "xlsx", lambda table, words, on: to_xlsx(table, language=words, on=on)),
}


def download(table: TakenTable, wanted: str, *, on: date) -> HttpResponse:
    """The table as a file in the reader's language, named after its title and the day."""
    content_type, ending, write = FORMATS[wanted]
    words = language()
    response = HttpResponse(write(table, words, on), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{slugify(table.title(words))}-{on.isoformat()}.{ending}"'
    return response
