"""The tables of a unit's page: who acts by sector and where nothing is declared, kinds of organisation, activities, neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import FORMATS
from concertation.apps.needs.figure_views import address
from concertation.apps.needs.models import Sector
from concertation.apps.picture.exports import links
from concertation.apps.picture.hapi_files import offered
from concertation.apps.picture.measures import need_words
from concertation.apps.picture.models import CoverageSummary
from concertation.apps.picture.queries import coverage_rows
from concertation.apps.picture.reading import reads_whole
from concertation.apps.picture.unit_reading import UnitView
from concertation.apps.picture.words import (
    day_words,
    in_state,
    kind_words,
    leader_of,
    need_clause,
    number,
    presence_clause,
    verdict_words,
)
from concertation.apps.presence.hapi_files import PRESENCE
from concertation.apps.presence.models import Activity
from concertation.apps.sources.taken_sources import of_files
from concertation.core.concepts import INTERSECTORAL
from concertation.draw.tables import Column, TakenTable

PAGE_ROWS = 25
MOST_TAKEN = 50_000
SORTS: Mapping[str, str] = {"organisation": "organisation__sort_key", "sector": "sector", "place": "unit__sort_key", "start": "start", "end": "end", "status": "status"}


def unit_sentence(view: UnitView) -> str:
    """What is true of the unit, with the date of the need and the date of presence."""
    sector = view.ground.sectors.get(view.chosen.sector)
    name = sector.name if sector else view.chosen.sector
    if view.unit.level == 0:
        scene = view.below or view.own
        units = kind_words(view.unit.state_id, scene.asked.level, scene.counted("declared"))
        told = presence_clause(scene, whole=view.whole, units=units)
        need = need_clause(leader_of(view.lines, view.unit.state_id, view.chosen.sector), sector=view.chosen.sector, sector_name=name)
        return _("%(where)s, %(need)s ; %(presence)s.") % {"where": in_state(view.unit.state_id, view.unit.name), "need": need, "presence": told}
    where = ", ".join(step.name for step in view.path[::-1])
    return _("%(where)s : %(need)s ; %(presence)s.") % {"where": where, "need": _need_of_row(view, name), "presence": _presence_of_unit(view)}


def _need_of_row(view: UnitView, sector_name: str) -> str:
    held = leader_of(view.lines, view.unit.state_id, view.chosen.sector)
    row = view.row
    if held is None and row is not None and row.need is not None:
        return _("%(count)s personnes (%(what)s), lu sur un autre découpage ou additionné des unités") % {"count": number(row.need), "what": need_words(view.chosen.sector).lower()}
    return need_clause(held, sector=view.chosen.sector, sector_name=sector_name)


def _presence_of_unit(view: UnitView) -> str:
    scene = view.own
    counted = dict(view.counts.select("sector", "organisations").iter_rows())
    if scene.period is None:
        return presence_clause(scene, whole=view.whole, units="")
    told = {"day": day_words(scene.period[1])}
    if INTERSECTORAL in counted:
        return _("%(count)s organisations y déclarent une activité, tous secteurs (au %(day)s)") % {**told, "count": number(counted[INTERSECTORAL])}
    return _("aucune activité n'y est déclarée (au %(day)s)") % told


def actors_table(view: UnitView, query: QueryDict) -> dict[str, object]:
    """Organisations and activities by sector; sectors are parts of others, so nothing is added."""
    lines = view.counts.sort("organisations", descending=True).to_dicts()
    sectors = view.ground.sectors
    rows = [
        {
            "sector": {"text": sectors[line["sector"]].name if line["sector"] in sectors else line["sector"], "note": _("part de %(sector)s") % {"sector": sectors[parent].name} if (parent := sectors[line["sector"]].parent if line["sector"] in sectors else "") else ""},
            "organisations": line["organisations"], "activities": line["activities"], "no_finer": line["no_finer"],
        }
        for line in lines
    ]  # fmt: skip
    caption = _("Qui agit ici, par secteur")
    when = _("Présence au %(day)s.") % {"day": day_words(view.own.period[1])} if view.own.period else ""
    return {
        "id": "actors", "caption": caption, "rows": rows, "exports": links(query, "table", "actors", (*FORMATS, *offered([PRESENCE], [view.unit.level]))) if rows or silent_sectors(view) else [],
        "columns": [
            {"key": "sector", "label": _("Secteur"), "sortable": False}, {"key": "organisations", "label": _("Organisations"), "numeric": True, "sortable": False},
            {"key": "activities", "label": _("Activités"), "numeric": True, "sortable": False}, {"key": "no_finer", "label": _("Placées au plus fin ici"), "numeric": True, "sortable": False},
        ],
        "note": " ".join(part for part in (when, _("Une organisation peut agir dans plusieurs secteurs : rien ne s'additionne."), protection_note(view)) if part),
        "empty": {"title": _("Aucune activité à montrer ici"), "text": no_actor_words(view)},
    }  # fmt: skip


def no_actor_words(view: UnitView) -> str:
    """Why no actor is listed: what a report allows to say, or that none is open to the reader."""
    if view.own.period is None:
        return verdict_words("no_report", whole=view.whole).capitalize() + "."
    return _("Le rapport du %(day)s couvre l'État et ne déclare aucune activité ici.") % {"day": day_words(view.own.period[1])} + protection_note(view)


def protection_note(view: UnitView) -> str:
    """Why presence in protection is not shown to readers outside the State."""
    if view.whole:
        return ""
    return _("La présence en protection, en violences basées sur le genre et en protection de l'enfant n'est montrée qu'à l'État et au détenteur : la publier pourrait mettre des personnes en danger.")


def silences(view: UnitView) -> list[str]:
    """Sectors that the State's report names and in which nothing is declared here."""
    return [sector.name for sector in silent_sectors(view)]


def silent_sectors(view: UnitView) -> list[Sector]:
    """The sectors behind `silences`; restricted ones only for who sees the whole State."""
    declared = set(view.counts.filter(view.counts["activities"] > 0)["sector"].to_list())
    named = [view.ground.sectors[code] for code in view.own.named if code in view.ground.sectors]
    return [sector for sector in named if sector.pk not in declared and (view.whole or not sector.restricted)]


def kinds_of(view: UnitView) -> list[CoverageSummary]:
    """Organisations of a State by kind, for its latest period; none below the State."""
    if view.unit.level or view.own.period is None:
        return []
    return [row for row in coverage_rows(view.mandates, states=[view.unit.state_id]) if row.period_end == view.own.period[1]]


@dataclass(frozen=True, slots=True)
class Listed:
    """The activities asked for: sorted, narrowed to a sector, one page of them."""

    rows: QuerySet[Activity]
    page: Page[Activity]
    sort: str
    sector: str


def listed(view: UnitView, query: QueryDict) -> Listed:
    """The activities of the unit as the address asks."""
    sector = query.get("of", "")
    sort = query.get("by") or "-end"
    field = SORTS.get(sort.lstrip("-"), "end")
    rows = view.activities().filter(**({"sector": sector} if sector else {}))
    ordered = rows.order_by(F(field).desc(nulls_last=True) if sort.startswith("-") else F(field).asc(nulls_last=True), "pk")
    return Listed(ordered, Paginator(ordered, PAGE_ROWS).get_page(query.get("page")), sort, sector)


def activities_table(view: UnitView, found: Listed, query: QueryDict) -> dict[str, object]:
    """The activities at the grain the reader may see, as the data_table tag takes them."""
    sectors = {code: sector.name for code, sector in view.ground.sectors.items()}
    rows = [_activity_cells(each, sectors) for each in found.page.object_list]
    named = sorted({code for code in view.counts["sector"].to_list() if code in sectors and code != INTERSECTORAL}, key=lambda code: sectors[code])
    return {
        "id": "activities", "caption": _("Activités déclarées ici ou dans les unités qui en font partie"), "sort_parameter": "by", "sort": found.sort, "page": found.page,
        "filters": [{"name": "of", "label": _("Secteur"), "value": found.sector, "options": [("", _("tous")), *((code, sectors[code]) for code in named)]}] if named else [],
        "columns": _held_columns(rows, [
            {"key": "organisation", "label": _("Organisation")}, {"key": "activity", "label": _("Activité"), "sortable": False}, {"key": "sector", "label": _("Secteur")},
            {"key": "place", "label": _("Lieu")}, {"key": "status", "label": _("Avancement")}, {"key": "start", "label": _("Début")}, {"key": "end", "label": _("Fin")},
            {"key": "reached", "label": _("Atteintes"), "unit": _("personnes"), "numeric": True, "sortable": False},
        ]),
        "rows": rows, "note": protection_note(view),
        "exports": links(query, "table", "activities", FORMATS) if found.page.object_list else [],
        "empty": {"title": _("Aucune activité à montrer ici"), "text": no_actor_words(view)},
    }  # fmt: skip


def _held_columns(rows: Sequence[Mapping[str, object]], columns: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """The columns in which some row says something, and those that can be sorted by."""
    asked = ("organisation", "sector", "place")
    return [column for column in columns if column["key"] in asked or any(row[str(column["key"])] not in (None, "") for row in rows)]


def _activity_cells(each: Activity, sectors: Mapping[str, str]) -> dict[str, object]:
    organisation = each.organisation
    page = address("organisation", organisation.slug) if organisation else ""
    return {
        "organisation": {"text": str(organisation), "url": page} if organisation else "", "activity": Truncator(each.activity or each.indicator).chars(90),
        "sector": sectors.get(each.sector, each.sector_written), "place": {"text": each.unit.name, "url": reverse("unit", args=[each.unit_id])},
        "status": status_words(each.status), "start": each.start or "", "end": each.end or "", "reached": each.reached,
    }  # fmt: skip


def status_words(status: str) -> str:
    """How far an activity has come, in words; a word of the file that is none of ours stays as it is."""
    words = {
        "planned": _("prévue"), "ongoing": _("en cours"), "completed": _("achevée"), "suspended": _("suspendue"), "awaiting-funding": _("en attente de financement"),
    }  # fmt: skip
    return words.get(status, status)


def taken_activities(view: UnitView, found: Listed) -> TakenTable:
    """Every activity of the list to take away."""
    listed = list(found.rows[:MOST_TAKEN])
    columns = (
        Column(key="organisation", heading_fr="Organisation", heading_en="Organisation", tag="#org+name"), Column(key="activity", heading_fr="Activité", heading_en="Activity", tag="#activity"),
        Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector+code"), Column(key="unit", heading_fr="Unité", heading_en="Unit", tag="#adm+id"),
        Column(key="place", heading_fr="Lieu", heading_en="Place", tag="#adm+name"), Column(key="status", heading_fr="Avancement", heading_en="Status", tag="#status"),
        Column(key="start", heading_fr="Début", heading_en="Start", tag="#date+start"), Column(key="end", heading_fr="Fin", heading_en="End", tag="#date+end"),
        Column(key="reached", heading_fr="Personnes atteintes", heading_en="People reached", tag="#reached", numeric=True),
        Column(key="file", heading_fr="Fichier", heading_en="File", tag="#meta+file"), Column(key="row", heading_fr="Ligne", heading_en="Row", tag="#meta+row", numeric=True),
    )  # fmt: skip
    rows = [
        {
            "organisation": str(each.organisation or ""), "activity": each.activity or each.indicator, "sector": each.sector, "unit": each.unit_id, "place": each.unit.name,
            "status": each.status, "start": each.start, "end": each.end, "reached": each.reached, "file": each.import_run.file.name, "row": each.row,
        }
        for each in listed
    ]  # fmt: skip
    sources = of_files(each.import_run for each in listed)
    return TakenTable(title_fr=f"Activités {view.unit.name_fr}", title_en=f"Activities {view.unit.name_en}", columns=columns, rows=rows, sources=sources)


def neighbours_table(view: UnitView, query: QueryDict) -> dict[str, object] | None:
    """Units of other States that touch this one; a border hides what happens ten kilometres away."""
    near = view.neighbours
    if not near:
        return None
    return {
        "id": "neighbours", "caption": _("De l'autre côté de la frontière"), "exports": links(query, "table", "neighbours", FORMATS),
        "columns": [
            {"key": "unit", "label": _("Unité"), "sortable": False}, {"key": "need", "label": need_words(view.chosen.sector), "unit": _("personnes"), "numeric": True, "sortable": False},
            {"key": "presence", "label": _("Présence"), "sortable": False},
        ],
        "rows": [
            {"unit": {"text": row.unit.name, "url": reverse("unit", args=[row.unit.pk]), "note": view.ground.states[row.unit.state_id].name}, "need": row.need,
             "presence": _neighbour_presence(view, row.verdict, row.organisations, scene.asked.state)}
            for scene, row in near
        ],
        "note": _("Unités dont le contour touche celui-ci, d'après les contours tenus. Chaque État a ses dates : elles sont sur la page de l'unité."),
    }  # fmt: skip


def _neighbour_presence(view: UnitView, verdict: str, organisations: int, state: str) -> str:
    if verdict == "declared":
        return _("%(count)s organisations") % {"count": number(organisations)}
    return verdict_words(verdict, whole=reads_whole(view.mandates, state))

