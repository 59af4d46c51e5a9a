"""The building blocks every page is made of, one tag each; they are builtins, so no page needs `{% load %}`.

Everywhere, a "thing with parts" is a mapping or an object: `{"label": …}` and `.label` are read alike. Words given by a
page are already in the reader's language. Blocks that need no computing are templates to include; each says its
parameters in its first lines: components/{breadcrumbs,notice,empty,problems,preview,progress,side_by_side,field}.html.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from concertation.site import blocks

register = template.Library()


def query_of(context: Context) -> QueryDict:
    """The parameters of the address being shown; none outside a request."""
    request = context.get("request")
    return request.GET if request else QueryDict()


@register.inclusion_tag("components/figure.html")
def figure(shown: Any, sources: Mapping[str, Any] | None = None, css: str = "", label: str = "") -> dict[str, Any]:
    """A figure chip: value, unit and date; opened: source, scope, method, status, the other figures, the cell.

    `shown`: a `core.figures.Standing` (leader and others), a core or stored Figure, or a mapping with the same names:
    value, value_text, measure, status, reference_start, reference_end, extracted_on, source, scope, method, estimated.
    It may add: unit_words, date (words or a day), url (the figure's own page), source_url, cell ("MATRICE!H12") and
    cell_url, old (True draws the clock), others (more of the same). `sources`: id -> source with a title, when figures
    carry only the id. `css`: "lead" writes it large, "bare" (in a table whose
    headings say unit and date) shows the value alone; `label` names it for screen readers.
    It is a <details>: put it in a div, a cell or a list line, never in a <p>.

    {% figure standing sources=sources %}   {% figure figure css="lead" label="Personnes dans le besoin" %}
    """
    return {"fact": blocks.fact_view(shown, sources=sources), "css": css, "label": label}


@register.simple_tag
def figure_words(shown: Any, sources: Mapping[str, Any] | None = None) -> blocks.FigureView:
    """The parts of a figure in the reader's words, for a template that lays them out itself.

    {% figure_words shown sources as figure %}{{ figure.text }}, {{ figure.date }}, {{ figure.source }}
    """
    return blocks.figure_view(shown, sources=sources)


@register.inclusion_tag("components/table.html", takes_context=True)
def data_table(context: Context, table: Any) -> dict[str, Any]:
    """A table with caption, sorting links, filters, total, exports and pages. Sorting and filtering are the view's work.

    `table` has: id, caption, columns, rows; and as wanted total (a row; only where adding is allowed), note (why there is
    no total, what a column means), sort (the order shown when the address names none), sort_parameter ("sort"), search
    (name of the text parameter the view filters by), filters, exports, page (a django Page), empty (see empty.html), unfiltered (True where the page
    has its own form above the table), stacks (True where a row becomes a card on a telephone, each cell under its heading).
    A column has: key, label; and unit, numeric, sortable (True).
    A row is a thing with one part per column key. A cell is a number, a day, words, None ("no figure held"), ready HTML,
    or {text or value, url, css, note}. The first column is the row's heading.
    A filter has: name, label, options (value, label), value (the chosen one).
    exports: ["csv", "xlsx", "hxl", "geojson"] asks this same address for ?format=…; or pairs (name, url).

    {% data_table table %}
    """
    return {"table": blocks.table_view(table, query_of(context)), "request": context.get("request")}


@register.inclusion_tag("components/map.html", takes_context=True)
def map_block(context: Context, shown: Any) -> dict[str, Any]:
    """A map with its legend and disclaimer, and beside it the ranked list in the same colours.

    `shown` has: title, drawing (ready markup, what `draw.maps.choropleth` gives, legend and disclaimer included), palette
    ("ylorbr", "cividis" or "phases"); and as wanted caption (sources of the figures), ranked (things with label, url,
    value, css, note; in order), ranked_label, unit (of the ranked values), exports (["png", "svg"] or pairs), more_url and
    more_label (the whole table). css of a ranked line is the class its area has: "q0" to "q4", "none", "q2 estimated".

    {% map_block map %}
    """
    ranked = list(blocks.part(shown, "ranked") or ())
    values = [value for line in ranked if (value := blocks.part(line, "value")) is not None]
    exports = blocks.export_links(blocks.part(shown, "exports") or (), query_of(context))
    return {"map": shown, "ranked": ranked, "highest": max(values, default=None), "exports": exports}


@register.inclusion_tag("components/choice.html", takes_context=True)
def choice(context: Context, label: str, name: str, options: Iterable[tuple[Any, str]], current: Any = None) -> dict[str, Any]:
    """Tabs as plain links: "Niveau : région | département". The other parameters of the address are kept.

    `options`: (value, words) pairs; `current`: the value in force (else the one in the address). Stand several in
    <div class="choices">.

    {% choice "Niveau" "level" levels current=level %}
    """
    query = query_of(context)
    chosen = str(query.get(name, "") if current is None else current)
    lines = [(words, blocks.address_with(query, **{name: str(value), "page": None}), str(value) == chosen) for value, words in options]
    return {"label": label, "lines": lines}


@register.inclusion_tag("components/paging.html", takes_context=True)
def paging(context: Context, page: Any) -> dict[str, Any]:
    """Links to the pages before and after, and where we are. `page`: a django Page; nothing is shown for a single page."""
    query = query_of(context)
    before = blocks.address_with(query, page=str(page.previous_page_number())) if page.has_previous() else ""
    after = blocks.address_with(query, page=str(page.next_page_number())) if page.has_next() else ""
    return {"page": page, "before": before, "after": after}


@register.simple_tag
def bar(value: float | None, highest: float | None, css: str = "") -> SafeString:
    """A bar from 0 to `highest`; the number stands beside it in words, so the bar is for the eye alone."""
    length = blocks.bar_length(value, highest)
    rect = '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="{}" width="{}" height="8"/></svg>'
    return format_html(rect, css, length)


@register.simple_tag
def sparkline(values: Sequence[float | None], words: str) -> SafeString:
    """A small line of a measure over time; `words` say the same to who cannot see it."""
    drawing = '<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label="{}"><path d="{}"/></svg>'
    return format_html(drawing, words, blocks.spark_path(values))


@register.simple_tag
def trend(now: float | None, before: float | None) -> SafeString:
    """How a measure moved, in words, with an arrow that repeats them."""
    view = blocks.trend_view(now, before)
    return format_html('<span class="small"><span aria-hidden="true">{}</span> {}</span>', view.arrow, view.words)


@register.filter
def at(items: Sequence[Any], place: int) -> Any:
    """The item at a place counted from 0."""
    return items[place]


@register.filter
def counted(problems: Iterable[Any]) -> list[tuple[str, int]]:
    """How many problems there are of each severity, the gravest first; nothing for a severity that does not occur."""
    totals = {"refused": 0, "doubtful": 0, "note": 0}
    for problem in problems:
        totals[blocks.part(problem, "severity")] += blocks.part(problem, "count", 1)
    return [(severity, count) for severity, count in totals.items() if count]
