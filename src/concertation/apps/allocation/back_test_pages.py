"""What would the money of past plans have done, decided jointly? An estimate, and marked so."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.allocation.back_tests import LEVEL, MINOR, YEARS, held_back_tests, plan_money, question_content
from concertation.apps.allocation.frozen import understood
from concertation.apps.allocation.pages import made_of
from concertation.apps.allocation.reach import analyst_or_refuse
from concertation.apps.allocation.views import address
from concertation.apps.allocation.words import money, percent
from concertation.apps.funding.queries import plan_rows
from concertation.apps.ground.downloads import table_file
from concertation.core.allocation.backtest import BackTest
from concertation.core.allocation.overview import parts_of
from concertation.core.sharing.rounds import runs_rounds
from concertation.draw.tables import Column, Source, TakenTable

WAYS = (("actual", "tel qu'il est venu", "as it came"), ("joint", "décidé ensemble", "decided jointly"), ("flexible", "avec 30 % de souple", "with 30 % flexible"))


@require_GET
def back_test(request: ReaderRequest) -> HttpResponse:
    """Unmet need of past plans: as the money came, decided jointly, and with three tenths of it flexible."""
    found = held_back_tests(request.mandates)
    if (wanted := request.GET.get("format", "")) and found:
        return table_file(taken(found), wanted, on=timezone.localdate())
    may_open = bool(found) and runs_rounds(request.mandates) is not None
    context = {"table": table(found), "last": shown(found[-1]) if found else None, "may_open": may_open, "years": [each.year for each in reversed(found)], "breadcrumbs": [(_("Allocation"), address("rounds")), (_("Années passées"), "")]}
    return render(request, "allocation/back_test.html", context)


@require_POST
@login_required
def open_round(request: ReaderRequest) -> HttpResponse:
    """Open a round on the plans of a past year: public figures, marked an estimate."""
    by = analyst_or_refuse(request)
    year = int(request.POST["year"]) if request.POST.get("year", "").isdecimal() else 0
    rows = plan_money(plan_rows(request.mandates, levels=[LEVEL], years=YEARS), year) if year in YEARS else ()
    if not rows:
        raise Http404
    content, on = question_content(year, rows), date(year, 12, 31)
    read, _problems = understood(content, on=on)
    if read.question is None:
        raise Http404
    title = _("Plans de %(year)s, répartis ensemble (estimation)") % {"year": year}
    return redirect("round", made_of(read.question, content, name=f"plans-{year}.json", title=title, on=on, previous=None, by=by, estimate=True).pk)


def shown(each: BackTest) -> dict[str, Any]:
    """The year the page's sentence speaks of."""
    saved = each.actual - each.joint
    return {
        "year": each.year, "actual": money(each.actual, "USD"), "joint": money(each.joint, "USD"), "flexible": money(each.flexible, "USD"), "saved": money(saved, "USD"),
        "least_actual": percent(parts_of(each.least_actual)), "least_joint": percent(parts_of(each.least_joint)), "least_flexible": percent(parts_of(each.least_flexible)),
    }  # fmt: skip


def table(found: list[BackTest]) -> dict[str, Any]:
    """One line a year."""
    columns: list[dict[str, Any]] = [
        {"key": "year", "label": _("Année"), "sortable": False}, {"key": "required", "label": _("Demandé"), "numeric": True, "sortable": False}, {"key": "received", "label": _("Reçu"), "numeric": True, "sortable": False},
        {"key": "actual", "label": _("Non couvert"), "unit": _("tel qu'il est venu"), "numeric": True, "sortable": False}, {"key": "joint", "label": _("Non couvert"), "unit": _("décidé ensemble"), "numeric": True, "sortable": False},
        {"key": "flexible", "label": _("Non couvert"), "unit": _("30 % souple"), "numeric": True, "sortable": False}, {"key": "least", "label": _("Le moins couvert"), "unit": _("les trois"), "numeric": True, "sortable": False},
        {"key": "certified", "label": _("Certificat"), "sortable": False},
    ]  # fmt: skip
    rows = [
        {
            "year": str(each.year), "required": money(each.required, "USD"), "received": money(each.received, "USD"), "actual": money(each.actual, "USD"), "joint": money(each.joint, "USD"),
            "flexible": money(each.flexible, "USD"), "least": " · ".join(percent(parts_of(share)) for share in (each.least_actual, each.least_joint, each.least_flexible)),
            "certified": _("valide") if each.certified else _("non valide"),
        }
        for each in found
    ]  # fmt: skip
    return {
        "id": "back-test", "caption": _("Besoin non couvert des plans, selon la façon de décider"), "columns": columns, "rows": rows, "exports": ["csv", "xlsx"], "unfiltered": True,
        "note": _("Le même argent rencontre presque autant de besoin : ce qui change, c'est qui est laissé loin derrière."),
        "empty": {"title": _("Aucun plan par secteur n'est tenu pour ces années.")},
    }  # fmt: skip


def taken(found: list[BackTest]) -> TakenTable:
    """The same as a file."""
    columns = (
        Column(key="year", heading_fr="Année", heading_en="Year", tag="#date+year"),
        Column(key="required", heading_fr="Demandé (USD)", heading_en="Required (USD)", tag="#value+required", numeric=True), Column(key="received", heading_fr="Reçu (USD)", heading_en="Received (USD)", tag="#value+received", numeric=True),
        *(Column(key=key, heading_fr=f"Non couvert, {french} (USD)", heading_en=f"Unmet, {english} (USD)", tag=f"#value+unmet+{key}", numeric=True) for key, french, english in WAYS),
        *(Column(key=f"least_{key}", heading_fr=f"Secteur le moins couvert, {french}", heading_en=f"Least covered sector, {english}", tag=f"#value+least+{key}", numeric=True) for key, french, english in WAYS),
        Column(key="status", heading_fr="Statut", heading_en="Status", tag="#status"),
    )  # fmt: skip
    rows = [
        {
            "year": str(each.year), "required": each.required // MINOR, "received": each.received // MINOR, "status": "estimation / estimate",
            **{key: getattr(each, key) // MINOR for key, _fr, _en in WAYS}, **{f"least_{key}": float(getattr(each, f"least_{key}")) for key, _fr, _en in WAYS},
        }
        for each in found
    ]  # fmt: skip
    source = Source(source="Financial Tracking Service (OCHA)", date=str(found[-1].year), licence="", scope="BFA, MLI, NER, TGO", method="back-test: concertation.core.allocation.backtest", id="fts-2026-04-17")
    return TakenTable(title_fr="Besoin non couvert des plans passés (estimation)", title_en="Unmet need of past plans (estimate)", columns=columns, rows=rows, sources=(source,))
