"""Pages of figures: what is held of each State, and one figure down to its source, its file and its cell."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import FORMATS, download
from concertation.apps.needs import overviews, queries
from concertation.apps.needs.figure_views import figure_context
from concertation.apps.needs.hapi_files import NEEDS, file_of_concept
from concertation.apps.places.queries import states_with_units
from concertation.apps.sources.queries import run_for


@require_GET
def overview(request: ReaderRequest) -> HttpResponse:
    """What is held of each State: per measure the figure that leads, its trend and the others."""
    states, sectors = {state.iso3: state.name for state in states_with_units()}, queries.sectors()
    asked = overviews.Asked.of(request.GET, states=list(states), sectors=[sector.code for sector in sectors])
    wanted = request.GET.get("format", "")
    if wanted == NEEDS and asked.in_hapi():
        return file_of_concept(
            request.mandates, asked.concept, states=[asked.state] if asked.state else list(states), sector=asked.sector, year=asked.year, on=timezone.localdate(),
        )
    lines = queries.national_lines(
        request.mandates, states=[asked.state] if asked.state else list(states), concepts=asked.concepts(), sectors=asked.sectors(),
        on=timezone.localdate(),
    )
    rows = overviews.rows(lines, asked, states=states, sectors={sector.code: sector.name for sector in sectors})
    if wanted in FORMATS:
        return download(overviews.taken(rows), wanted, on=timezone.localdate())
    table = overviews.table(rows, asked, states=states, sectors=sectors)
    context = {"table": table, "sentence": overviews.sentence(lines, states), "breadcrumbs": [(_("AES"), "/"), (_("Besoins et chiffres"), "")]}
    return render(request, "needs/overview.html", context)


@require_GET
def figure(request: ReaderRequest, figure_id: UUID) -> HttpResponse:
    """One figure: value, meaning, source, dates, scope, method, status, the others of the same fact, and its cell."""
    row = queries.figure(request.mandates, figure_id)
    if row is None:
        raise Http404
    run = run_for(request.mandates, row.import_run_id) if row.import_run_id else None
    return render(request, "needs/figure.html", figure_context(row, queries.standing_of(request.mandates, row), run))
