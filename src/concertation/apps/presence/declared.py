"""The activities of an organisation as a table: to read, a page at a time, and to take away; each line leads to the cell it came from."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.ground.answers import SECTORS, STATES
from concertation.apps.presence.hapi_files import PRESENCE
from concertation.apps.presence.models import Activity
from concertation.apps.presence.profile import Profile
from concertation.apps.sources.taken_sources import of_files
from concertation.draw.tables import Column, TakenTable

PAGE_LINES = 50
BY_HAND = "presence-form"
LONGEST_SHOWN = 160
ORDERS = {
    "place": "unit__sort_key", "sector": "sector", "start": "start", "end": "end", "targeted": "targeted", "reached": "reached",
    "state": "owner_state",
}  # fmt: skip
COLUMNS = (
    Column(key="organisation", heading_fr="Organisation", heading_en="Organisation", tag="#org"),
    Column(key="written", heading_fr="Organisation, comme écrite", heading_en="Organisation as written", tag="#org +written"),
    Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"),
    Column(key="unit", heading_fr="Identifiant du lieu", heading_en="Place identifier", tag="#adm +id"),
    Column(key="place", heading_fr="Lieu", heading_en="Place", tag="#adm +name"),
    Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector +code"),
    Column(key="activity", heading_fr="Activité", heading_en="Activity", tag="#activity"),
    Column(key="status", heading_fr="Statut", heading_en="Status", tag="#status"),
    Column(key="start", heading_fr="Début", heading_en="Start", tag="#date +start"),
    Column(key="end", heading_fr="Fin", heading_en="End", tag="#date +end"),
    Column(key="targeted", heading_fr="Personnes ciblées", heading_en="People targeted", tag="#targeted", numeric=True),
    Column(key="reached", heading_fr="Personnes atteintes", heading_en="People reached", tag="#reached", numeric=True),
    Column(key="file", heading_fr="Fichier", heading_en="File", tag="#meta +file"),
    Column(key="sheet", heading_fr="Feuille", heading_en="Sheet", tag="#meta +sheet"),
    Column(key="row", heading_fr="Ligne", heading_en="Row", tag="#meta +row", numeric=True),
)


def narrowed(rows: QuerySet[Activity], query: QueryDict) -> QuerySet[Activity]:
    """The rows of the State and sector asked for, in the order asked for; what is not held comes last."""
    if state := query.get("state", ""):
        rows = rows.filter(owner_state=state[:3])
    if sector := query.get("sector", ""):
        rows = rows.filter(sector="" if sector == "none" else sector[:12])
    asked = query.get("sort", "place")
    field = F(ORDERS.get(asked.removeprefix("-"), "unit__sort_key"))
    order = field.desc(nulls_last=True) if asked.startswith("-") else field.asc(nulls_last=True)
    return rows.order_by(order, "import_run_id", "sheet", "row")


def narrowing(query: QueryDict) -> dict[str, list[str]]:
    """The State and sector asked for, as HAPI's table is narrowed by them; a State that is none is not asked for."""
    state, sector = query.get("state", ""), query.get("sector", "")
    return {"states": [state] if state in STATES else [], "sectors": [sector] if sector in SECTORS else []}


def page_of(rows: QuerySet[Activity], query: QueryDict) -> Page[Activity]:
    """One page of the rows; a page that does not exist is the last one."""
    return Paginator(rows, PAGE_LINES).get_page(query.get("page", "1"))


def table(page: Page[Activity], shown: Profile, query: QueryDict, *, open_runs: frozenset[object]) -> dict[str, object]:
    """The rows of a page as a table; a cell of a file is linked only where the reader may open the import."""
    states = [("", _("tous les États")), *((state.pk, state.name) for state, *_others in shown.active_states())]
    named = [(code or "none", shown.sector_name(code) or _("secteur non précisé")) for code, *_counts in shown.by_sector()]
    return {
        "id": "activities", "caption": _("Ce qu'elle a déclaré"), "sort": "place", "exports": ["csv", "xlsx", "hxl", PRESENCE], "page": page,
        "columns": [
            {"key": "place", "label": _("Lieu")}, {"key": "sector", "label": _("Secteur")}, {"key": "activity", "label": _("Activité"), "sortable": False},
            {"key": "start", "label": _("Début")}, {"key": "end", "label": _("Fin")},
            {"key": "targeted", "label": _("Ciblées"), "unit": _("personnes"), "numeric": True},
            {"key": "reached", "label": _("Atteintes"), "unit": _("personnes"), "numeric": True},
            {"key": "cell", "label": _("Déclaré dans"), "sortable": False},
        ],
        "rows": [_cells(row, shown, open_runs) for row in page], "unfiltered": True,
        "filters": [
            {"name": "state", "label": _("État"), "options": states, "value": query.get("state", "")},
            {"name": "sector", "label": _("Secteur"), "options": [("", _("tous les secteurs")), *named], "value": query.get("sector", "")},
        ],
        "note": _("Aucun total : une même personne peut être comptée dans plusieurs activités."),
    }  # fmt: skip


def _cells(row: Activity, shown: Profile, open_runs: frozenset[object]) -> dict[str, object]:
    said = row.activity or row.indicator
    state = shown.states.get(row.owner_state)
    return {
        "place": {"text": row.unit.name, "url": reverse("unit", args=[row.unit_id]), "note": state.name if state else row.owner_state},
        "sector": shown.sector_name(row.sector) or row.sector_written or "–",
        "activity": f"{said[:LONGEST_SHOWN]}…" if len(said) > LONGEST_SHOWN else said or "–",
        "start": row.start or "–", "end": row.end or "–", "targeted": "–" if row.targeted is None else row.targeted,
        "reached": "–" if row.reached is None else row.reached, "cell": _cell(row, open_runs),
    }  # fmt: skip


def _cell(row: Activity, open_runs: frozenset[object]) -> dict[str, object]:
    if row.import_run.kind == BY_HAND:
        return {"text": _("saisie sur la plateforme")}
    words = _("%(sheet)s, ligne %(row)s") % {"sheet": row.sheet, "row": row.row}
    if row.import_run_id not in open_runs:
        return {"text": words}
    where = urlencode({"sheet": row.sheet, "row": row.row})
    return {"text": words, "url": f"{reverse('source-cell', args=[row.import_run.file_id])}?{where}", "note": row.import_run.file.name}


def taken(rows: Iterable[Activity], shown: Profile) -> TakenTable:
    """The activities to take away, at the grain the reader may see, with the files they came from."""
    listed = list(rows)
    name = str(shown.organisation)
    return TakenTable(
        title_fr=f"Activités {name}", title_en=f"Activities {name}", columns=COLUMNS, rows=[_line(row, name) for row in listed],
        sources=of_files(row.import_run for row in listed),
    )


def _line(row: Activity, name: str) -> Mapping[str, object]:
    plain = {key: getattr(row, key) for key in ("activity", "status", "start", "end", "targeted", "reached", "sheet", "row")}
    named = {"organisation": name, "written": row.org_written, "state": row.owner_state, "unit": row.unit_id, "place": row.unit.name}
    return {**plain, **named, "sector": row.sector or row.sector_written, "file": row.import_run.file.name}
