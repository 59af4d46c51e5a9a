"""The situation: where are people in need and not reached? And each State and unit: what is true here, who acts, what is missing?"""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import FORMATS, TABLES, table_file
from concertation.apps.picture import exports, tables, unit_pages, unit_reading
from concertation.apps.picture import situation as situations
from concertation.apps.picture.choices import controls, is_manager
from concertation.apps.picture.hapi_files import HAPI, hapi_file
from concertation.apps.picture.maps import Picture, map_block, picture
from concertation.apps.picture.matrix import matrix, taken_matrix
from concertation.apps.picture.side_files import OF_SITUATION
from concertation.apps.picture.situation import Situation


@require_GET
def situation(request: ReaderRequest) -> HttpResponse:
    """Where are people in need and not reached?"""
    shown = situations.read(request.mandates, request.GET, today=timezone.localdate())
    readers = frozenset(state for state in shown.chosen.states if shown.whole(state))
    drawn = picture(shown.scenes, shown.chosen.measure, shown.ground, readers=readers)
    units = tables.unit_table(shown.rows, sector=shown.chosen.sector, several_states=shown.chosen.is_joint)
    wanted = request.GET.get("format", "")
    if wanted:
        return _file(request, shown, drawn, units, wanted)
    names = {iso3: state.name for iso3, state in shown.ground.states.items()}
    table = tables.shown_units(units, request.GET, readers=readers, names=names, caption=tables.units_caption(shown), sort="state")
    context = {
        "shown": shown, "sentences": shown.sentences(), "controls": controls(shown.chosen, shown.ground, shown.divisions),
        "map": map_block(drawn, more_url="#units"), "units": table, "matrix_exports": exports.links(request.GET, "table", "matrix", FORMATS),
        "kept": [(name, value) for name, value in request.GET.items() if name not in ("on", "page", "lang")], "matrix": matrix(shown), "names": names,
        "side_tables": exports.with_links([each for each in (tables.crowding_table(shown), tables.ending_table(shown), tables.disagreement_table(shown)) if each], request.GET),
        "no_presence": None if shown.has_presence else no_presence(request), "breadcrumbs": [("AES", reverse("home")), (_("Situation"), "")],
    }  # fmt: skip
    return render(request, "picture/situation.html", context)


def _file(request: ReaderRequest, shown: Situation, drawn: Picture, units: tables.UnitTable, wanted: str) -> HttpResponse:
    today = timezone.localdate()
    if wanted in exports.DRAWINGS:
        return exports.map_file(drawn, wanted, on=today)
    if wanted in HAPI:
        return hapi_file(request.mandates, wanted, states=shown.chosen.states, sector=shown.chosen.sector, ground=shown.ground, level=shown.chosen.level, on=today)
    if wanted not in TABLES:
        raise Http404
    if take := OF_SITUATION.get(request.GET.get("table", "")):
        return table_file(take(shown), wanted, on=today)
    if request.GET.get("table") == "matrix":
        return table_file(taken_matrix(shown), wanted, on=today)
    chosen = shown.chosen
    title = f"{chosen.state} {chosen.sector} niveau {chosen.level}", f"{chosen.state} {chosen.sector} level {chosen.level}"
    taken = tables.taken_units(units, (f"Situation {title[0]}", f"Situation {title[1]}"), sources=tables.sources_of(units.lines))
    return table_file(taken, wanted, on=today, geometries=exports.geometries(drawn))


def no_presence(request: ReaderRequest) -> dict[str, str]:
    """What would be here and the one step that brings it in; the same words whether rows are absent or closed to the reader."""
    told = _("Aucune ligne de présence n'est ouverte à votre lecture. Sur un nœud neuf, apportez un classeur « qui fait quoi où » :")
    command = "./run import FICHIER.xlsx --state NER"
    if is_manager(request.mandates):
        return {"title": _("Aucun classeur de présence reçu"), "text": f"{told} {command}", "url": reverse("bring-in"), "action": _("Apporter un classeur")}
    login = f"{reverse('account_login')}?next={request.get_full_path()}"
    return {"title": _("Aucune présence à montrer"), "text": f"{told} {command}", "url": login, "action": _("Se connecter")}


@require_GET
def state(request: ReaderRequest, iso3: str) -> HttpResponse:
    """A State: the unit of level 0."""
    return unit(request, iso3.lower())


@require_GET
def unit(request: ReaderRequest, unit_id: str) -> HttpResponse:
    """What is true here, who acts, what is missing?"""
    view = unit_reading.read(request.mandates, unit_id, request.GET, today=timezone.localdate())
    if view is None:
        raise Http404
    wanted = request.GET.get("format", "")
    return unit_pages.file(view, request.GET, wanted) if wanted else render(request, "picture/unit.html", unit_pages.context(view, request.GET))
