"""The page of the template: which workbook do we send to those who declare?"""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import XLSX_TYPE, attached, language
from concertation.apps.organisations.queries import organisation
from concertation.apps.places.queries import division_on, states_with_units
from concertation.apps.presence.blank_template import Wanted, sectors_within, template_of
from concertation.apps.sources.reporting.sectors import sector_words
from concertation.core.named_periods import stated_period
from concertation.draw.template import to_template


@require_GET
def template(request: ReaderRequest) -> HttpResponse:
    """Which State, sector, organisation and period? `format=xlsx` gives the workbook."""
    if request.GET.get("format"):
        return workbook(request)
    asked = {name: request.GET.get(name, "") for name in ("state", "sector", "organisation", "period")}
    context = {
        "asked": asked, "states": states_with_units(), "sectors": [(code, sector_words(code)) for code in sectors_within("")],
        "organisation": organisation(request.mandates, asked["organisation"]) if asked["organisation"] else None,
        "breadcrumbs": [(_("Fichiers reçus"), reverse("imports")), (_("Modèle à remplir"), "")],
    }  # fmt: skip
    return render(request, "presence/template.html", context)


def workbook(request: ReaderRequest) -> HttpResponse:
    """The workbook; Http404 where the State is not held, or a sector, organisation, period or format is none."""
    wanted = wanted_of(request)
    if wanted is None or request.GET["format"] != "xlsx":
        raise Http404
    content = to_template(template_of(request.mandates, wanted), language=language(), on=timezone.localdate())
    return attached(content, XLSX_TYPE, f"{wanted.name}.xlsx")


def wanted_of(request: ReaderRequest) -> Wanted | None:
    """What the address asks for; None where a part of it is not known, so that nobody fills in another State's workbook."""
    asked, today = request.GET, timezone.localdate()
    state = next((each for each in states_with_units() if each.pk == asked.get("state")), None)
    period = stated_period(asked.get("period", ""))
    sector = asked.get("sector", "")
    own = organisation(request.mandates, asked["organisation"]) if asked.get("organisation") else None
    wrong = (asked.get("period") and period is None) or (sector and not sectors_within(sector)) or (asked.get("organisation") and own is None)
    division = division_on(state.pk, period.end if period else today) if state else None
    if state is None or division is None or wrong:
        return None
    return Wanted(state, division, sector, own, period)
