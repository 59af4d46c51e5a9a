"""The page of search and the few lines offered while a person types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.search import queries
from concertation.apps.search.kinds import KINDS, in_order
from concertation.apps.search.queries import Found, Results
from concertation.apps.search.words import marked, sector_names, state_names
from concertation.core.search_words import LONGEST_QUERY, Wanted

LINES, LINES_OF_A_GROUP = 20, 5
EXAMPLES = ("Tillabéri", "NER004", "hôpitaux", "distribution de vivres", "UNICEF", "Cadre Harmonisé")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing found, as the page shows it."""

    title: SafeString
    context: SafeString
    address: str
    kind: object


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asked for; a kind, State or sector nobody knows is as good as none."""

    words: str
    kind: str
    state: str
    sector: str
    page: int

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        """Read the address."""
        kind, state, sector, page = (query.get(name, "") for name in ("kind", "state", "sector", "page"))
        return cls(
            query.get("q", "")[:LONGEST_QUERY].replace("\0", ""), kind if kind in KINDS else "", state if state in state_names() else "",
            sector if sector in sector_names() else "", int(page[:3]) if page.isascii() and page.isdigit() else 1,
        )  # fmt: skip

    @property
    def narrowed(self) -> bool:
        """Whether a State or a sector was chosen."""
        return bool(self.state or self.sector)


@require_GET
def search(request: ReaderRequest) -> HttpResponse:
    """What the words of the address find: a few of each kind, or one kind page by page."""
    asked = Asked.of(request.GET)
    results, page = results_of(request, asked)
    nothing = bool(results.wanted) and not results.count
    context = {
        "searched": asked.words.strip(), "asked": asked, "results": results, "groups": [group_of(group, results.wanted, asked) for group in shown_groups(results, asked)],
        "page": page, "facets": facets(results, asked) if results.count or asked.narrowed else [], "examples": EXAMPLES, "kinds": in_order(), "most": queries.MOST,
        "alike": queries.alike(request.mandates, asked.words) if nothing else [], "behind": queries.is_behind(),
    }  # fmt: skip
    return render(request, "search/search.html", context)


def results_of(request: ReaderRequest, asked: Asked) -> tuple[Results, Any]:
    """What is found, and the page of it when one kind was chosen; a page beyond the last is the last."""
    most = LINES if asked.kind else LINES_OF_A_GROUP

    def found(first: int) -> Results:
        return queries.search(request.mandates, asked.words, kind=asked.kind, state=asked.state, sector=asked.sector, first=first, most=most)

    wished = min(max(asked.page, 1), queries.MOST // LINES) if asked.kind else 1
    results = found((wished - 1) * LINES)
    if not asked.kind:
        return results, None
    group = results.group(asked.kind)
    page = Paginator(range(group.count if group else 0), LINES).get_page(wished)
    return results if page.number == wished else found((page.number - 1) * LINES), page


def shown_groups(results: Results, asked: Asked) -> Sequence[queries.Group]:
    """The groups of the page: all, or that of the kind chosen."""
    return [group for group in results.groups if asked.kind in ("", group.kind.code)]


def group_of(group: queries.Group, wanted: Wanted, asked: Asked) -> dict[str, object]:
    """A group as the page shows it."""
    kept = {name: value for name, value in (("q", asked.words), ("state", asked.state), ("sector", asked.sector)) if value}
    return {
        "kind": group.kind, "count": group.count, "more": group.more, "lines": [line_of(each, wanted) for each in group.found],
        "rest": group.more or group.count > len(group.found), "address": f"?{urlencode({**kept, 'kind': group.kind.code})}",
    }


def line_of(found: Found, wanted: Wanted) -> Line:
    """A thing found, in the reader's language."""
    english = get_language() == "en"
    title, context = (found.title_en, found.context_en) if english else (found.title_fr, found.context_fr)
    return Line(marked(title, wanted), marked(context, wanted), found.address, KINDS[found.kind].label)


def facets(results: Results, asked: Asked) -> list[dict[str, object]]:
    """The choices that narrow what was found: kind, State, sector; counts are of what the reader may see."""
    kinds = [(group.kind.code, _counted(group.kind.label, group.count, more=group.more)) for group in results.groups]
    offered = [
        {"label": _("Nature"), "name": "kind", "options": kinds, "current": asked.kind, "all": _("tout")},
        {"label": _("État"), "name": "state", "options": _named(state_names(), results.states, asked.state, results), "current": asked.state, "all": _("tous les États")},
        {"label": _("Secteur"), "name": "sector", "options": _named(sector_names(), results.sectors, asked.sector, results), "current": asked.sector, "all": _("tous les secteurs")},
    ]  # fmt: skip
    return [{**each, "options": [("", each["all"]), *each["options"]]} for each in offered if len(each["options"]) > 1 or each["current"]]


def _named(names: Mapping[str, str], counts: Mapping[str, int], chosen: str, results: Results) -> list[tuple[str, str]]:
    """The values met, by name; of a kind with more than were looked at the counts would be wrong, and are not told."""
    met = [(code, name) for code, name in names.items() if code in counts or code == chosen]
    return [(code, name if results.more else _counted(name, counts.get(code, 0), more=False)) for code, name in met]


def _counted(label: object, count: int, *, more: bool) -> str:
    return f"{label} ({count}+)" if more else f"{label} ({count})"


@require_GET
def suggestions(request: ReaderRequest) -> HttpResponse:
    """The few best things while a person types; the whole page without the rest of it."""
    written = request.GET.get("q", "")[:LONGEST_QUERY]
    wanted = Wanted.of(written)
    lines = [line_of(found, wanted) for found in queries.suggestions(request.mandates, written)]
    return render(request, "search/_suggestions.html", {"lines": lines, "written": wanted.written})
