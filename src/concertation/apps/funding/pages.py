"""Pages of money: how much is asked, received and missing; the same cluster between neighbours."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.funding import comparisons, overviews
from concertation.apps.ground.downloads import FORMATS, table_file
from concertation.apps.ground.drawings import CHARTS, chart_file, links


def asked_year(query: QueryDict) -> int | None:
    """The year of the address; none where it names none."""
    written = query.get("year", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) == 4 else None


def trail(title: str = "") -> list[tuple[str, str]]:
    """Where a page of money stands."""
    own = [(_("Financements"), reverse("funding") if title else "")]
    return [("AES", reverse("home")), *own, *([(title, "")] if title else [])]


def elsewhere() -> list[tuple[str, str]]:
    """The other pages of money."""
    return [
        (_("Un cluster entre voisins"), reverse("funding-clusters")), (_("Règles de comptage"), reverse("funding-counting")), (_("Qualité de l'argent"), reverse("funding-quality")),
        (_("D'où vient l'argent et où il va"), reverse("funding-streams")), (_("Flux tenus"), reverse("funding-flows")), (_("Fonds"), reverse("funding-funds")), (_("Taux de change"), reverse("funding-rates")),
    ]  # fmt: skip


@require_GET
def overview(request: ReaderRequest) -> HttpResponse:
    """How much is asked, received and missing?"""
    today = timezone.localdate()
    shown = overviews.read(request.mandates, year=asked_year(request.GET), today=today)
    if wanted := request.GET.get("format", ""):
        if request.GET.get("chart") == "years":
            return chart_file(overviews.chart(shown), wanted, title=overviews.chart_title(), on=today, sources=shown.sources())
        taken = overviews.taken_coverage(shown) if request.GET.get("table") == "coverage" else overviews.taken_years(shown)
        return table_file(taken, wanted, on=today)
    context = {
        "sentences": overviews.sentences(shown), "years": [(str(year), str(year)) for year in shown.years], "year": str(shown.year), "links": elsewhere(),
        "chart": f"?chart=years&format=svg&year={shown.year}", "chart_alt": overviews.chart_title(), "chart_exports": links(request.GET, "chart", "years", CHARTS),
        "table": overviews.years_table(shown, links(request.GET, "table", "years", FORMATS)), "coverage": overviews.coverage_table(shown, links(request.GET, "table", "coverage", FORMATS)),
        "others": overviews.others_table(shown), "sources": shown.sources(), "breadcrumbs": trail(),
    }  # fmt: skip
    return render(request, "funding/overview.html", context)


@require_GET
def clusters(request: ReaderRequest) -> HttpResponse:
    """The same cluster, from one neighbour to the next."""
    today = timezone.localdate()
    shown = overviews.read(request.mandates, year=asked_year(request.GET), today=today)
    compared = comparisons.of(shown, request.GET.get("sector", ""))
    if wanted := request.GET.get("format", ""):
        if request.GET.get("chart") == "shares":
            return chart_file(comparisons.chart(compared), wanted, title=comparisons.chart_title(compared), on=today, sources=shown.sources())
        return table_file(comparisons.taken(compared), wanted, on=today)
    context = {
        "sentence": comparisons.sentence(compared), "compared": compared, "years": [(str(year), str(year)) for year in shown.years], "year": str(shown.year),
        "sectors": [(code, overviews.names(shown)[code]) for code in overviews.families(shown)], "table": comparisons.table(compared, links(request.GET, "table", "compared", FORMATS)),
        "chart": f"?chart=shares&format=svg&year={shown.year}&sector={compared.sector}", "chart_alt": comparisons.chart_title(compared), "chart_exports": links(request.GET, "chart", "shares", CHARTS),
        "series": comparisons.years_table(compared), "sources": shown.sources(), "breadcrumbs": trail(_("Un cluster entre voisins")),
    }  # fmt: skip
    return render(request, "funding/clusters.html", context)
