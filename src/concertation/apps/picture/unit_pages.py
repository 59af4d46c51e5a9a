"""What the page of a unit shows, put together from its reading, and the files taken from it."""

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from concertation.apps.funding.state_block import coverage_of
from concertation.apps.ground.downloads import FORMATS, TABLES, table_file
from concertation.apps.needs.figure_views import address
from concertation.apps.needs.hapi_files import NEEDS
from concertation.apps.picture import exports, tables, unit_figures, unit_tables
from concertation.apps.picture.choices import Control, controls
from concertation.apps.picture.hapi_files import HAPI, hapi_file, offered
from concertation.apps.picture.maps import Picture, map_block, picture
from concertation.apps.picture.unit_files import OF_UNIT
from concertation.apps.picture.unit_reading import UnitView
from concertation.apps.picture.words import day_words, kind_words

CHART_FORMATS = exports.CHARTS


def context(view: UnitView, query: QueryDict) -> dict[str, object]:
    """Everything the template of a unit draws."""
    drawn = children_picture(view)
    found = unit_tables.listed(view, query)
    years = unit_figures.history(view.lines)
    phases = unit_figures.phases(view.lines)
    return {
        "view": view, "kind": "" if view.unit.level == 0 else kind_of(view), "sentence": unit_tables.unit_sentence(view), "breadcrumbs": breadcrumbs(view),
        "status": status(view), "links": links(view), "controls": shown_controls(view), "sections": unit_figures.sections(view.lines, view.ground),
        "figure_exports": exports.links(query, "table", "figures", (*FORMATS, *offered([NEEDS], [view.unit.level]))), "phases": phases,
        "phase_exports": exports.links(query, "chart", "phases", CHART_FORMATS), "actors": unit_tables.actors_table(view, query), "silences": unit_tables.silences(view),
        "coverage": coverage(view, query), "neighbours": unit_tables.neighbours_table(view, query), "history": years, "history_alt": history_title(view),
        "history_chart": f"?chart=history&format=svg&on={view.chosen.on.isoformat()}", "history_exports": exports.links(query, "chart", "history", CHART_FORMATS),
        "money": money(view), "map": map_block(drawn, more_url="#units") if drawn else None, "units": children_table(view, query), "activities": unit_tables.activities_table(view, found, query),
    }  # fmt: skip


def money(view: UnitView) -> dict[str, object] | None:
    """What the clusters of a State's plan received; None below the State."""
    if view.unit.level:
        return None
    return coverage_of(view.mandates, view.ground.states[view.unit.state_id], view.ground.sectors, today=timezone.localdate())


def kind_of(view: UnitView) -> str:
    """What the unit is: "département", "ville"."""
    words = {"district": _("district"), "ville": _("ville"), "commune": _("commune")}
    return words.get(view.unit.kind) or kind_words(view.unit.state_id, view.unit.level, 1)


def breadcrumbs(view: UnitView) -> list[tuple[str, str]]:
    """AES, then the places down to the unit, in the division shown."""
    steps = [(step.name, reverse("state", args=[step.state_id]) if step.level == 0 else reverse("unit", args=[step.pk])) for step in view.path[:-1]]
    return [("AES", reverse("situation")), *steps, (view.unit.name, "")]


def shown_controls(view: UnitView) -> list[Control]:
    """The choices that change this page: sector, measure, division."""
    kept = ("sector", "measure", "division")
    return [each for each in controls(view.chosen, view.ground, {view.unit.state_id: view.division}) if each.name in kept]


def status(view: UnitView) -> list[str]:
    """What a reader has to know of the unit itself and of the figures shown: past, estimated, being made anew."""
    unit, row, told = view.unit, view.row, []
    if unit.valid_to is not None and unit.valid_to <= view.chosen.on:
        told.append(_("Cette unité n'existe plus depuis le %(day)s ; ses chiffres sont gardés.") % {"day": day_words(unit.valid_to)})
    if unit.valid_from is not None and unit.valid_from > view.chosen.on:
        told.append(_("Cette unité n'existe que depuis le %(day)s.") % {"day": day_words(unit.valid_from)})
    if unit.source_status in ("memory", "derived", "estimated"):
        told.append(_("L'appartenance de cette unité est dérivée ou tenue de mémoire ; une source officielle reste à fournir."))
    if row is not None and row.need_estimated:
        told.append(_("Son besoin est lu sur le découpage « %(division)s », estimé : les chiffres ont été relevés sur un autre.") % {"division": view.ground.divisions[view.division].name})
    if view.own.stale:
        told.append(_("De nouvelles lignes sont arrivées : les décomptes de présence sont en train d'être refaits."))
    return told


def links(view: UnitView) -> list[tuple[str, str]]:
    """Where to go from here: the codes and names of the unit, the State's situation."""
    names = address("unit-names", view.unit.pk)
    level = min(view.unit.level + 1, 2)
    situation = f"{reverse('situation')}?state={view.unit.state_id}&sector={view.chosen.sector}&level={level}"
    state = view.unit.state_id
    note = [(_("Note de deux pages et message"), address("note", state)), (_("Calendrier de rapport"), address("reporting-calendar", state))] if view.unit.level == 0 else []
    return [*([(_("Codes, noms et anciens noms"), names)] if names else []), (_("Sur la carte de la situation"), situation), *note]


def children_picture(view: UnitView) -> Picture | None:
    """The map of the units directly below."""
    if view.below is None or not view.children:
        return None
    only = frozenset(row.unit.pk for _scene, row in view.children)
    readers = frozenset([view.unit.state_id] if view.whole else [])
    return picture([view.below], view.chosen.measure, view.ground, readers=readers, only=only)


def children_units(view: UnitView) -> tables.UnitTable:
    """The units directly below as a table."""
    return tables.unit_table(view.children, sector=view.chosen.sector, several_states=False)


def children_table(view: UnitView, query: QueryDict) -> dict[str, object] | None:
    """The table of the units directly below, as the data_table tag takes it; sorted by its own parameter."""
    if not view.children:
        return None
    readers = frozenset([view.unit.state_id] if view.whole else [])
    caption = _("Les unités qui en font partie : %(kinds)s") % {"kinds": kind_words(view.unit.state_id, view.unit.level + 1, 2)}
    return tables.shown_units(children_units(view), query, readers=readers, names={}, caption=caption, sort="unit")


def coverage(view: UnitView, query: QueryDict) -> dict[str, object] | None:
    """Organisations of a State by kind, for its latest period; None below the State or without any."""
    rows = unit_tables.kinds_of(view)
    if not rows:
        return None
    column = {"numeric": True, "sortable": False}
    return {
        "id": "kinds", "caption": _("Par type d'organisation, tous secteurs"), "exports": exports.links(query, "table", "kinds", FORMATS),
        "columns": [{"key": "kind", "label": _("Type"), "sortable": False}, {"key": "organisations", "label": _("Organisations"), **column}, {"key": "activities", "label": _("Activités"), **column}],
        "rows": [{"kind": org_type_words(row.org_type), "organisations": row.organisations, "activities": row.activities} for row in rows],
    }  # fmt: skip


def org_type_words(code: str) -> str:
    """A kind of organisation in words."""
    words = {
        "": _("type non dit"), "ingo": _("ONG internationale"), "nngo": _("ONG nationale"), "un": _("Nations unies"), "government": _("État"),
        "red-cross": _("Croix-Rouge et Croissant-Rouge"), "donor": _("bailleur"), "private": _("secteur privé"), "other": _("autre"),
    }  # fmt: skip
    return words.get(code, code)


def history_title(view: UnitView) -> str:
    """What the drawing of the years shows."""
    return _("Besoin par année, %(unit)s") % {"unit": view.unit.name}


def file(view: UnitView, query: QueryDict, wanted: str) -> HttpResponse:
    """One table, chart or map of the page as a file."""
    today = timezone.localdate()
    if "chart" in query:
        return _chart(view, query.get("chart", ""), wanted)
    if wanted in exports.DRAWINGS:
        drawn = children_picture(view)
        return exports.map_file(drawn, wanted, on=today) if drawn else _nothing()
    if wanted in HAPI:
        return _hapi(view, query, wanted)
    if wanted not in TABLES:
        raise Http404
    if take := OF_UNIT.get(query.get("table", "")):
        return table_file(take(view), wanted, on=today)
    if query.get("table") == "activities":
        return table_file(unit_tables.taken_activities(view, unit_tables.listed(view, query)), wanted, on=today)
    if query.get("table") == "figures":
        taken = unit_figures.taken_figures(view.lines, f"Chiffres {view.unit.name_fr}", f"Figures {view.unit.name_en}")
        return table_file(taken, wanted, on=today)
    return _children(view, wanted)


def _hapi(view: UnitView, query: QueryDict, wanted: str) -> HttpResponse:
    """HAPI's rows of the unit itself (its figures, who acts here), or of the units directly below in the sector chosen."""
    itself = "table" in query
    units = [view.unit.pk] if itself else [row.unit.pk for _scene, row in view.children]
    return hapi_file(
        view.mandates, wanted, states=[view.unit.state_id], sector="" if itself else view.chosen.sector, ground=view.ground, units=units, on=timezone.localdate(),
    )


def _children(view: UnitView, wanted: str) -> HttpResponse:
    drawn, held = children_picture(view), children_units(view)
    titles = (f"Unités {view.unit.name_fr} {view.chosen.sector}", f"Units {view.unit.name_en} {view.chosen.sector}")
    taken = tables.taken_units(held, titles, sources=tables.sources_of(held.lines))
    return table_file(taken, wanted, on=timezone.localdate(), geometries=exports.geometries(drawn) if drawn else None)


def _chart(view: UnitView, name: str, wanted: str) -> HttpResponse:
    today = timezone.localdate()
    years, phases = unit_figures.history(view.lines), unit_figures.phases(view.lines)
    sources = unit_figures.sources_of_lines(view.lines)
    if name == "history" and years:
        title = history_title(view)
        return exports.chart_file(unit_figures.history_chart(years, title), wanted, title=title, on=today, sources=sources)
    if name == "phases" and phases:
        title = _("Personnes par phase, %(when)s, %(unit)s") % {"when": phases.when, "unit": view.unit.name}
        return exports.chart_file(unit_figures.phases_chart(phases, view.unit.name, title), wanted, title=title, on=today, sources=sources)
    return _nothing()


def _nothing() -> HttpResponse:
    raise Http404
