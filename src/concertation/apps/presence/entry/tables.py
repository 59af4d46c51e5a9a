"""The rows of those who declare as a table: to read, narrow, sort, and take away."""

from collections.abc import Iterable, Mapping

from django.core.paginator import Page
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import language
from concertation.apps.places.queries import state_names
from concertation.apps.presence.entry.views import sector_names
from concertation.apps.presence.models import Activity
from concertation.core.periods import Period
from concertation.draw.tables import Column, Source, TakenTable

ORDERS = {"place": "unit__sort_key", "sector": "sector", "period": "period_start", "end": "end", "targeted": "targeted", "reached": "reached"}
LONGEST_SHOWN = 120
COLUMNS = (
    Column(key="organisation", heading_fr="Organisation", heading_en="Organisation", tag="#org"),
    Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"),
    Column(key="unit", heading_fr="Identifiant du lieu", heading_en="Place identifier", tag="#adm +id"),
    Column(key="place", heading_fr="Lieu", heading_en="Place", tag="#adm +name"),
    Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector +code"),
    Column(key="activity", heading_fr="Activité", heading_en="Activity", tag="#activity"),
    Column(key="status", heading_fr="Statut", heading_en="Status", tag="#status"),
    Column(key="period_start", heading_fr="Début de la période", heading_en="Period start", tag="#date +start +period"),
    Column(key="period_end", heading_fr="Fin de la période", heading_en="Period end", tag="#date +end +period"),
    Column(key="start", heading_fr="Début", heading_en="Start", tag="#date +start"),
    Column(key="end", heading_fr="Fin", heading_en="End", tag="#date +end"),
    Column(key="targeted", heading_fr="Personnes ciblées", heading_en="People targeted", tag="#targeted", numeric=True),
    Column(key="reached", heading_fr="Personnes atteintes", heading_en="People reached", tag="#reached", numeric=True),
    Column(key="withdrawn", heading_fr="Retirée le", heading_en="Withdrawn on", tag="#date +withdrawn"),
)


def narrowed(rows: QuerySet[Activity], query: QueryDict) -> QuerySet[Activity]:
    """The rows of the State and sector asked for, in the order asked for; what is not held comes last."""
    if state := query.get("state", ""):
        rows = rows.filter(owner_state=state[:3])
    if sector := query.get("sector", ""):
        rows = rows.filter(sector=sector[:12])
    asked = query.get("sort", "-period")
    field = F(ORDERS.get(asked.removeprefix("-"), "period_start"))
    order = field.desc(nulls_last=True) if asked.startswith("-") else field.asc(nulls_last=True)
    return rows.order_by(order, "unit__sort_key", "row")


def table(page: Page[Activity], query: QueryDict) -> dict[str, object]:
    """One page of rows."""
    names, states = sector_names(), state_names()
    return {
        "id": "own", "caption": _("Activités déclarées"), "sort": "-period", "exports": ["csv", "xlsx", "hxl"], "page": page, "unfiltered": True,
        "columns": [
            {"key": "activity", "label": _("Activité"), "sortable": False}, {"key": "place", "label": _("Lieu")}, {"key": "sector", "label": _("Secteur")},
            {"key": "period", "label": _("Période")}, {"key": "targeted", "label": _("Ciblées"), "unit": _("personnes"), "numeric": True},
            {"key": "reached", "label": _("Atteintes"), "unit": _("personnes"), "numeric": True},
        ],
        "rows": [cells(row, names, states) for row in page],
        "filters": [
            {"name": "state", "label": _("État"), "options": [("", _("tous les États")), *states.items()], "value": query.get("state", "")},
            {"name": "sector", "label": _("Secteur"), "options": [("", _("tous les secteurs")), *names.items()], "value": query.get("sector", "")},
        ],
        "empty": {"title": _("Aucune activité ici"), "text": _("Ce que votre organisation déclare paraîtra ici : ajoutez une activité, ou reprenez celles du mois dernier.")},
        "note": _("Aucun total : une même personne peut être comptée dans plusieurs activités."),
    }  # fmt: skip


def cells(row: Activity, names: Mapping[str, str], states: Mapping[str, str]) -> dict[str, object]:
    """One row of the table; it leads to the activity."""
    said = row.activity or row.indicator or _("(sans intitulé)")
    period = Period(row.period_start, row.period_end).in_words(language()) if row.period_start and row.period_end else "–"
    shown = f"{said[:LONGEST_SHOWN]}…" if len(said) > LONGEST_SHOWN else said
    return {
        "activity": {"text": shown, "url": reverse("activity", args=[row.pk]), "note": _("retirée") if row.withdrawn_at else ""},
        "place": {"text": row.unit.name, "note": states.get(row.owner_state, row.owner_state)}, "sector": names.get(row.sector) or row.sector_written or "–",
        "period": period, "targeted": "–" if row.targeted is None else row.targeted, "reached": "–" if row.reached is None else row.reached,
    }  # fmt: skip


def taken(rows: Iterable[Activity]) -> TakenTable:
    """The rows to take away, with where they were declared."""
    listed = list(rows)
    runs = {row.import_run_id: row.import_run for row in listed}
    sources = [Source(source=run.file.name, date=f"{run.period_start or ''}/{run.period_end or ''}", licence="", scope=run.owner_state) for run in runs.values()]
    return TakenTable(title_fr="Mes activités", title_en="My activities", columns=COLUMNS, rows=[line(row) for row in listed], sources=tuple(sources))


def line(row: Activity) -> Mapping[str, object]:
    """One row to take away."""
    plain = {key: getattr(row, key) for key in ("activity", "status", "period_start", "period_end", "start", "end", "targeted", "reached")}
    named = {"organisation": str(row.organisation or row.org_written), "state": row.owner_state, "unit": row.unit_id, "place": row.unit.name}
    return {**plain, **named, "sector": row.sector or row.sector_written, "withdrawn": row.withdrawn_at.date() if row.withdrawn_at else None}
