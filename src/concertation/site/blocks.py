"""What the building blocks of a page need to know before they are drawn: headings that sort, cells in words, figures opened.

A page gives plain values, core values or mappings; every part is read by name, from a key or from an attribute. Nothing
here reads the database. The shapes each block accepts are said in `templatetags/layout.py`, one docstring per block.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from concertation.core.figures import STATUS_WORDS, method_in_words
from concertation.core.periods import Language, Period
from concertation.site.templatetags.words import day, people

MEASURE_WORDS: dict[str, Promise] = {
    "people": _("personnes"), "households": _("ménages"), "services": _("services rendus"), "USD": _("USD"), "XOF": _("FCFA"),
    "phase": _("phase"), "severity": _("sévérité"),
}  # fmt: skip
FORMAT_WORDS: dict[str, str | Promise] = {
    "csv": "CSV", "xlsx": "XLSX", "hxl": "HXL", "geojson": "GeoJSON", "png": "PNG", "svg": "SVG", "json": "JSON", "pptx": "PPTX", "slide": "PPTX", "chart": "Vega-Lite",
    "hapi-needs": _("HAPI, besoins"), "hapi-presence": _("HAPI, présence"),
}  # fmt: skip
Order = Literal["", "ascending", "descending"]


def part(thing: Any, name: str, default: Any = None) -> Any:
    """A named part of a mapping or of an object.

    >>> part({"label": "Téra"}, "label"), part({}, "label", "-")
    ('Téra', '-')
    """
    if isinstance(thing, Mapping):
        return thing.get(name, default)
    return getattr(thing, name, default)


def language() -> Language:
    """The reader's language."""
    return "en" if get_language() == "en" else "fr"


# Figures


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure in the reader's words; `value` is None and `text` says so when none is held."""

    value: int | None
    text: str
    unit: str
    date: str
    status: str
    estimated: bool
    old: bool
    source: str
    source_url: str
    scope: str
    method: str
    reason: str
    extracted_on: str
    url: str
    cell: str
    cell_url: str


def figure_view(shown: Any, *, sources: Mapping[str, Any] | None = None, reason: Any = None) -> FigureView:
    """A core figure, a stored one, or a mapping with the same names, in the reader's words."""
    value, status = part(shown, "value"), part(shown, "status") or ""
    source = source_of(part(shown, "source"), sources or {})
    return FigureView(
        value=value, text=figure_text(shown), unit=unit_words(shown) if value is not None else "", date=date_words(shown),
        status=status_words(status), estimated=status == "estimated" or bool(part(shown, "estimated", False)), old=bool(part(shown, "old", False)),
        source=source if isinstance(source, str) else str(part(source, "title") or source), source_url=source_address(shown, source),
        scope=part(shown, "scope") or "", method=method_in_words(part(shown, "method"), language()),
        reason=reason_words(reason or part(shown, "reason")), extracted_on=day(part(shown, "extracted_on")),
        url=part(shown, "url") or "", cell=str(part(shown, "cell") or ""), cell_url=part(shown, "cell_url") or "",
    )  # fmt: skip


def figure_text(shown: Any) -> str:
    """The value in words, the source's own words between guillemets, or that no figure is held."""
    value, quoted = part(shown, "value"), part(shown, "value_text")
    if value is None and quoted:
        return f"«\u202f{quoted}\u202f»" if language() == "fr" else f"“{quoted}”"
    return people(value)


def unit_words(shown: Any) -> str:
    """The unit of measure in words: as the page gave it, else from the figure's measure."""
    measure = part(shown, "measure") or "people"
    return str(part(shown, "unit_words") or MEASURE_WORDS.get(measure, ""))


def date_words(shown: Any) -> str:
    """The reference date or period in words: as the page gave it, else from its first and last day."""
    start, end = part(shown, "reference_start"), part(shown, "reference_end")
    start, end = start or end, end or start
    given = part(shown, "date")
    if given:
        return day(given) if isinstance(given, date) else str(given)
    return Period(start, end).in_words(language()) if start and end and start <= end else ""


def status_words(code: str) -> str:
    """A status in the reader's language; a word that is no code stays as it is."""
    return STATUS_WORDS[code][language() == "en"] if code in STATUS_WORDS else code


def source_of(source: Any, sources: Mapping[str, Any]) -> Any:
    """The source itself where the page gave the list of sources, else what the figure carries (a title or an id)."""
    return sources.get(source, source) if isinstance(source, str) else source or ""


def source_address(shown: Any, source: Any) -> str:
    """Where the source's page is, when the page or the source says so."""
    located = getattr(source, "get_absolute_url", None)
    return part(shown, "source_url") or (located() if located else "")


def reason_words(reason: Any) -> str:
    """Why a figure leads or not, in the reader's language."""
    return str(part(reason, language(), reason) or "")


@dataclass(frozen=True, slots=True)
class FactView:
    """The figure that leads and the others that speak of the same fact."""

    leader: FigureView
    others: tuple[FigureView, ...] = ()


def fact_view(shown: Any, *, sources: Mapping[str, Any] | None = None) -> FactView:
    """One figure, or the standing of several: the leader first, the others in their order with the reason."""
    if not hasattr(shown, "leader"):
        others = tuple(figure_view(other, sources=sources) for other in part(shown, "others") or ())
        return FactView(figure_view(shown if shown is not None else {}, sources=sources), others)
    leader = figure_view(shown.leader if shown.leader is not None else {}, sources=sources, reason=shown.reason)
    return FactView(leader, tuple(figure_view(ranked.figure, sources=sources, reason=ranked.reason) for ranked in shown.others))


# Tables


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: its words, its unit, whether its numbers stand right, and the link that sorts by it."""

    key: str
    label: str
    unit: str
    numeric: bool
    sorted: Order
    url: str


@dataclass(frozen=True, slots=True)
class TableView:
    """A table ready to draw: headings, rows of ready cells (the first is the row's heading), total or none."""

    id: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[SafeString | str, ...], ...]
    total: tuple[SafeString | str, ...]
    note: str
    filters: Sequence[Any]
    search: str
    searched: str
    kept: tuple[tuple[str, str], ...]
    exports: tuple[tuple[str, str], ...]
    empty: Any
    page: Any = field(default=None)
    unfiltered: bool = False
    stacks: bool = False


def address_with(query: QueryDict, **changes: str | None) -> str:
    """The same address with these parameters set, or taken away when None.

    >>> address_with(QueryDict("level=2&page=3"), page=None, sort="-need")
    '?level=2&sort=-need'
    """
    changed = query.copy()
    changed.pop("lang", None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = value
    return f"?{changed.urlencode()}"


def order_of(key: str, current: str) -> Order:
    """How a table sorted by `current` ("need", "-need") stands for this column.

    >>> order_of("need", "-need"), order_of("need", "name")
    ('descending', '')
    """
    return "ascending" if current == key else "descending" if current == f"-{key}" else ""


def next_sort(key: str, *, numeric: bool, current: str) -> str:
    """What a click on the heading asks for: numbers from the highest first, words from A; a second click turns it round.

    >>> next_sort("need", numeric=True, current=""), next_sort("need", numeric=True, current="-need")
    ('-need', 'need')
    """
    first, second = (f"-{key}", key) if numeric else (key, f"-{key}")
    return second if current == first else first


def heading(column: Any, query: QueryDict, *, sort: str, parameter: str) -> Heading:
    """The heading of one column, with its sorting link unless the column says `sortable: False`."""
    key, numeric = part(column, "key"), bool(part(column, "numeric", False))
    asked = {parameter: next_sort(key, numeric=numeric, current=sort), "page": None}
    url = address_with(query, **asked) if part(column, "sortable", True) else ""
    return Heading(key, str(part(column, "label", "")), str(part(column, "unit") or ""), numeric, order_of(key, sort), url)


def cell(value: Any) -> SafeString | str:
    """What stands in a cell: numbers and dates in words, a missing figure said so, a link where the value has an address."""
    if isinstance(value, Mapping):
        return linked_cell(value)
    if value is None:
        return format_html('<span class="missing">{}</span>', people(None))
    if isinstance(value, date):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), day(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return people(value)
    return value if isinstance(value, SafeString) else str(value)


def linked_cell(value: Mapping[str, Any]) -> SafeString:
    """A cell given as a mapping: `text` or `value`, and as wanted `url`, `css` and `note`."""
    words = cell(value.get("text", value.get("value")))
    css = value.get("css", "")
    shown = format_html('<span class="{}">{}</span>', css, words) if css else words
    named = format_html('<a href="{}">{}</a>', value["url"], shown) if value.get("url") else shown
    return format_html('{} <small class="soft">{}</small>', named, value["note"]) if value.get("note") else format_html("{}", named)


def export_links(formats: Iterable[Any], query: QueryDict) -> tuple[tuple[str, str], ...]:
    """(words, address) of each export: a bare format name asks this same address for `format=…`, a (name, url) goes there. A workbook comes with slides."""
    asked = [each for item in formats for each in ((item, "pptx") if item == "xlsx" else (item,))]
    pairs = ((item, address_with(query, format=item, page=None)) if isinstance(item, str) else (item[0], item[1]) for item in asked)
    return tuple((str(FORMAT_WORDS.get(name, name)), url) for name, url in pairs)


def kept_parameters(query: QueryDict, dropped: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The parameters a filter form carries along unchanged.

    >>> kept_parameters(QueryDict("level=2&q=tera&page=4"), ["q", "page"])
    (('level', '2'),)
    """
    left_out = {*dropped, "lang", "page"}
    return tuple((name, value) for name, values in query.lists() if name not in left_out for value in values)


def table_view(table: Any, query: QueryDict) -> TableView:
    """A table as the page describes it, ready to draw; see the `data_table` tag for what it may hold."""
    columns, parameter = part(table, "columns"), part(table, "sort_parameter", "sort")
    sort = query.get(parameter) or part(table, "sort", "")
    filters, search = part(table, "filters") or (), part(table, "search") or ""
    total = part(table, "total")
    return TableView(
        id=part(table, "id", "table"), caption=str(part(table, "caption", "")),
        headings=tuple(heading(column, query, sort=sort, parameter=parameter) for column in columns),
        rows=tuple(row_cells(row, columns) for row in part(table, "rows") or ()),
        total=row_cells(total, columns, missing="") if total else (),
        note=str(part(table, "note") or ""), filters=filters, search=search, searched=query.get(search, "") if search else "",
        kept=kept_parameters(query, [search, *(part(choice, "name") for choice in filters)]),
        exports=export_links(part(table, "exports") or (), query), empty=part(table, "empty"), page=part(table, "page"),
        unfiltered=bool(part(table, "unfiltered", False)), stacks=bool(part(table, "stacks", False)),
    )  # fmt: skip


def row_cells(row: Any, columns: Iterable[Any], *, missing: str | None = None) -> tuple[SafeString | str, ...]:
    """The cells of one row in the columns' order."""
    return tuple(cell(part(row, part(column, "key"), missing)) for column in columns)


# Charts and words


def bar_length(value: float | None, highest: float | None) -> float:
    """How long a bar is, from 0 to 100; nothing for a missing value.

    >>> bar_length(30, 60), bar_length(None, 60)
    (50.0, 0.0)
    """
    return round(100 * min(value / highest, 1), 1) if value and highest and value > 0 else 0.0


def spark_path(values: Sequence[float | None]) -> str:
    """A line of 100 by 24 through the held values; a missing one breaks the line.

    >>> spark_path([0, 5, None, 10, 10])
    'M0 23L25 12M75 1L100 1'
    """
    held = [value for value in values if value is not None]
    if len(values) < 2 or not held:
        return ""
    low, spread, step = min(held), (max(held) - min(held)) or 1, 100 / (len(values) - 1)
    drawn, letter = "", "M"
    for place, value in enumerate(values):
        if value is None:
            letter = "M"
            continue
        drawn += f"{letter}{place * step:g} {23 - 22 * (value - low) / spread:g}"
        letter = "L"
    return drawn


@dataclass(frozen=True, slots=True)
class TrendView:
    """A change in words; the arrow only repeats them."""

    arrow: str
    words: str


def trend_view(now: float | None, before: float | None) -> TrendView:
    """How a measure moved since the last time it was taken; under half a per cent it is stable."""
    if now is None or before is None:
        return TrendView("", gettext("pas de comparaison possible"))
    if not before:
        return TrendView("→", gettext("stable")) if not now else TrendView("↗", gettext("en hausse"))
    change = (now - before) / before
    if abs(change) < 0.005:
        return TrendView("→", gettext("stable"))
    shown = f"{abs(change) * 100:.0f}{'' if language() == 'en' else chr(0x202F)}%"
    words = gettext("en hausse de %(share)s") if change > 0 else gettext("en baisse de %(share)s")
    return TrendView("↗" if change > 0 else "↘", words % {"share": shown})
