"""Who leads which sector of a State in a year: open to read for the framework, named by the State's data manager."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.register import organisation_called
from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import FORMATS, download
from concertation.apps.ground.editing import problem_words
from concertation.apps.places.models import State
from concertation.apps.sources.models import SectorLead
from concertation.apps.sources.pages import manager_or_refuse
from concertation.apps.sources.reporting import commands, queries
from concertation.apps.sources.reporting.forms import NamingLead
from concertation.apps.sources.reporting.pages import state_or_404, trail, year_asked
from concertation.apps.sources.reporting.sectors import parents, sector_words
from concertation.apps.sources.taken_sources import own_register
from concertation.core.sharing.visibility import writes_for
from concertation.draw.tables import Column, TakenTable

COLUMNS = (
    Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"), Column(key="year", heading_fr="Année", heading_en="Year", tag="#date +year"),
    Column(key="sector", heading_fr="Code du secteur", heading_en="Sector code", tag="#sector +code"), Column(key="sector_name", heading_fr="Secteur", heading_en="Sector", tag="#sector +name"),
    Column(key="organisation", heading_fr="Chef de file", heading_en="Lead", tag="#org +lead"), Column(key="since", heading_fr="Depuis le", heading_en="Since", tag="#date +start"),
    Column(key="ended", heading_fr="Jusqu'au", heading_en="Until", tag="#date +end"),
)  # fmt: skip


@require_GET
@login_required
def leads(request: ReaderRequest, iso3: str) -> HttpResponse:
    """Who leads which sector this year?"""
    of = state_or_404(iso3)
    return _leads(request, of, year_asked(request, timezone.localdate()), None)


def _leads(request: ReaderRequest, of: State, year: int, form: NamingLead | None) -> HttpResponse:
    today, held = timezone.localdate(), list(queries.leads(request.mandates, state=of.iso3, year=year))
    if request.method == "GET" and (wanted := request.GET.get("format", "")) in FORMATS:
        return download(_taken(held, of, year), wanted, on=today)
    in_office = {each.sector: each for each in held if each.ended_on is None}
    writes = writes_for(request.mandates, of.iso3) is not None
    years = [(str(each), str(each)) for each in range(today.year - 1, today.year + 2)]
    first = today if today.year == year else today.replace(year=year, month=1, day=1)
    context = {
        "state": of, "year": year, "years": years, "table": _table(in_office), "named": len(in_office), "sectors": len(parents()), "past": _past(held),
        "form": form or NamingLead(called=lambda _written: "", initial={"year": year, "since": first}) if writes else None,
        "breadcrumbs": trail((of.name, reverse("reporting-calendar", args=[of.iso3])), (_("Chefs de file"), "")),
    }  # fmt: skip
    return render(request, "sources/reporting_leads.html", context, status=422 if form is not None and form.errors else 200)


def _table(in_office: Mapping[str, SectorLead]) -> dict[str, object]:
    """Every sector with who leads it; a sector that nobody leads says so."""
    ordered = sorted(parents(), key=lambda code: (code not in in_office, sector_words(code)))
    column = {"sortable": False}
    return {
        "id": "leads", "caption": _("Chefs de file des secteurs"), "exports": ["csv", "xlsx"], "unfiltered": True,
        "columns": [{"key": "sector", "label": _("Secteur"), **column}, {"key": "lead", "label": _("Chef de file"), **column}, {"key": "since", "label": _("Depuis le"), **column}],
        "rows": [_row(code, in_office.get(code)) for code in ordered],
    }  # fmt: skip


def _row(code: str, held: SectorLead | None) -> dict[str, object]:
    if held is None:
        return {"sector": sector_words(code), "lead": {"text": _("personne n'est nommé"), "css": "missing"}, "since": "–"}
    return {"sector": sector_words(code), "lead": {"text": str(now_of(held)), "url": reverse("organisation", args=[now_of(held).slug])}, "since": held.since}


def now_of(held: SectorLead) -> Any:
    """The organisation that leads; after a merge, the one that stands for it."""
    return held.organisation.merged_into or held.organisation


def _past(held: Sequence[SectorLead]) -> list[tuple[str, str, SectorLead]]:
    return [(sector_words(each.sector), str(now_of(each)), each) for each in held if each.ended_on is not None]


def _taken(held: Sequence[SectorLead], of: State, year: int) -> TakenTable:
    rows = [
        {
            "state": of.iso3, "year": each.year, "sector": each.sector, "sector_name": sector_words(each.sector), "organisation": str(now_of(each)), "since": each.since,
            "ended": each.ended_on,
        }
        for each in held
    ]  # fmt: skip
    source = own_register(_("chefs de file des secteurs, %(state)s %(year)s") % {"state": of.iso3, "year": year}, on=timezone.localdate())
    return TakenTable(title_fr=f"Chefs de file {of.iso3} {year}", title_en=f"Sector leads {of.iso3} {year}", columns=COLUMNS, rows=rows, sources=(source,))


@require_POST
@login_required
def name_lead(request: ReaderRequest, iso3: str) -> HttpResponse:
    """The data manager names who leads a sector, or says that nobody does any more; the one before ends."""
    of = state_or_404(iso3)
    by = manager_or_refuse(request, of.iso3)
    form = NamingLead(request.POST, called=lambda written: organisation_called(request.mandates, written))
    if form.is_valid():
        asked = form.cleaned_data
        organisation = queries.organisations_called([asked["organisation"]]).get(asked["organisation"]) if asked["organisation"] else None
        if asked["organisation"] and organisation is None:
            raise Http404
        try:
            commands.name_lead(of.iso3, sector=asked["sector"], year=asked["year"], organisation=organisation, since=asked["since"], by=by)
        except commands.PeriodRefused as refusal:
            for problem in refusal.problems:
                form.add_error(None, problem_words(problem))
        else:
            words = _("%(organisation)s est chef de file : %(sector)s.") if organisation else _("Le secteur n'a plus de chef de file : %(sector)s.")
            messages.success(request, words % {"organisation": organisation, "sector": sector_words(asked["sector"])})
            return redirect(f"{reverse('reporting-leads', args=[of.iso3])}?year={asked['year']}")
    return _leads(request, of, form.cleaned_data.get("year") or timezone.localdate().year, form)
