"""Pages of sectors: which are held by each State, and in one of them: who covers what?"""

from collections.abc import Mapping

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import table_file
from concertation.apps.picture import exports, reading, sector_reading, sector_tables, tables
from concertation.apps.picture import situation as situations
from concertation.apps.picture.choices import controls
from concertation.apps.picture.hapi_files import HAPI, family, hapi_file
from concertation.apps.picture.maps import map_block, picture
from concertation.apps.picture.models import CoverageSummary
from concertation.apps.picture.queries import coverage_rows
from concertation.apps.picture.reading import Ground
from concertation.apps.picture.sector_reading import AtState
from concertation.apps.picture.side_files import OF_SITUATION, taken_kinds, titles
from concertation.apps.picture.situation import Situation
from concertation.apps.picture.words import day_words, in_state, number
from concertation.core.concepts import INTERSECTORAL

USUAL_MEASURE, MEASURE_OF_RESTRICTED = "organisations", "presence"


@require_GET
def sectors(request: ReaderRequest) -> HttpResponse:
    """The sectors of the response: who is declared in each State, and since when each is held."""
    ground, today = reading.ground(), timezone.localdate()
    presence = sector_reading.at_state_level(request.mandates, ground.sectors, states=list(ground.states), on=today)
    lists = sector_reading.lists()
    if wanted := request.GET.get("format", ""):
        of_lists = request.GET.get("table") == "lists"
        taken = sector_tables.taken_lists(ground, lists) if of_lists else sector_tables.taken_presence(ground, presence, on=today)
        return table_file(taken, wanted, on=today)
    whole = {state: reading.reads_whole(request.mandates, state) for state in ground.states}
    context = {
        "sentences": [_of_state(state, ground, presence, whole=whole[state]) for state in ground.states],
        "presence": sector_tables.presence_table(ground, presence, request.GET, whole=whole.__getitem__),
        "lists": sector_tables.lists_table(ground, lists), "breadcrumbs": [("AES", reverse("home")), (_("Secteurs"), "")],
    }  # fmt: skip
    return render(request, "picture/sectors.html", context)


def _of_state(state: str, ground: Ground, presence: Mapping[tuple[str, str], AtState], *, whole: bool) -> str:
    """In how many sectors activity is declared in a State, with the day of the report."""
    tops = [presence[state, each.pk] for each in ground.sectors.values() if each.pk != INTERSECTORAL and not each.parent]
    where, day = in_state(state, ground.states[state].name), next((each.day for each in tops if each.day), None)
    if day is None:
        silent = _("aucun rapport de présence reçu") if whole else _("aucun rapport de présence ouvert à votre lecture")
        return f"{where}, {silent}."
    declared = sum(each.verdict == "declared" for each in tops)
    told = {"count": number(declared), "day": day_words(day), "where": where}
    if not declared:
        return _("%(where)s, le rapport au %(day)s ne nomme aucun secteur.") % told
    words = ngettext("%(where)s, une activité est déclarée dans %(count)s secteur (au %(day)s).", "%(where)s, une activité est déclarée dans %(count)s secteurs (au %(day)s).", declared)
    return words % told


@require_GET
def sector(request: ReaderRequest, code: str) -> HttpResponse:
    """Who covers what in a sector: units with activity and without, organisations, what ends, against the need."""
    shown = situations.read(request.mandates, _asked(request.GET, code), today=timezone.localdate())
    if code == INTERSECTORAL or shown.chosen.sector != code:
        raise Http404
    readers = frozenset(state for state in shown.chosen.states if shown.whole(state))
    drawn = picture(shown.scenes, shown.chosen.measure, shown.ground, readers=readers)
    units = tables.unit_table(shown.rows, sector=code, several_states=shown.chosen.is_joint)
    acting = sector_reading.actors(request.mandates, states=shown.chosen.states, sectors=family(shown.ground, code))
    if wanted := request.GET.get("format", ""):
        if wanted in exports.DRAWINGS:
            return exports.map_file(drawn, wanted, on=timezone.localdate())
        if wanted in HAPI:
            return hapi_file(request.mandates, wanted, states=shown.chosen.states, sector=code, ground=shown.ground, level=shown.chosen.level, on=timezone.localdate())
        return _table_file(request, shown, units, acting, wanted)
    names = {iso3: state.name for iso3, state in shown.ground.states.items()}
    caption = tables.units_caption(shown)
    context = {
        "shown": shown, "sector": shown.ground.sectors[code], "sentences": shown.sentences(), "map": map_block(drawn, more_url="#units"),
        "controls": [each for each in controls(shown.chosen, shown.ground, shown.divisions) if each.name != "sector"],
        "units": tables.shown_units(units, request.GET, readers=readers, names=names, caption=caption, sort="state"),
        "side_tables": _side_tables(request, shown, acting), "parts": [each for each in shown.ground.sectors.values() if each.parent == code],
        "parent": shown.ground.sectors.get(shown.ground.sectors[code].parent), "lists": _lists_of(shown),
        "situation_url": f"{reverse('situation')}?{_asked(request.GET, code).urlencode()}",
        "breadcrumbs": [("AES", reverse("home")), (_("Secteurs"), reverse("sectors")), (shown.sector_name, "")],
    }  # fmt: skip
    return render(request, "picture/sector.html", context)


def _asked(query: QueryDict, code: str) -> QueryDict:
    """The choices in the address, with this sector, and the usual measure where none was chosen."""
    asked = query.copy()
    for name in ("page", "format", "lang", "sort", "q", "table"):
        asked.pop(name, None)
    asked["sector"] = code
    held = reading.ground().sectors.get(code)
    asked.setdefault("measure", MEASURE_OF_RESTRICTED if held and held.restricted else USUAL_MEASURE)
    return asked


def _side_tables(request: ReaderRequest, shown: Situation, acting: list[sector_reading.Actor]) -> list[dict[str, object]]:
    made = (
        sector_tables.actors_table(shown, acting), sector_tables.kinds_table(shown, _coverage(request, shown)), sector_tables.silence_table(shown),
        tables.crowding_table(shown), tables.ending_table(shown),
    )
    return exports.with_links([each for each in made if each], request.GET)


def _coverage(request: ReaderRequest, shown: Situation) -> list[CoverageSummary]:
    return list(coverage_rows(request.mandates, states=shown.chosen.states, sector=shown.chosen.sector))


def _lists_of(shown: Situation) -> list[tuple[str, str]]:
    """In which years each State's coordination lists this sector."""
    held = sector_reading.lists()
    code = shown.chosen.sector
    return [(state.name, sector_tables.held_words(held.get((iso3, code)))) for iso3, state in shown.ground.states.items()]


def _table_file(request: ReaderRequest, shown: Situation, units: tables.UnitTable, acting: list[sector_reading.Actor], wanted: str) -> HttpResponse:
    today, chosen = timezone.localdate(), shown.chosen
    named = request.GET.get("table", "")
    if take := OF_SITUATION.get(named):
        return table_file(take(shown), wanted, on=today)
    if named == "kinds":
        lines = sector_tables.kinds_of(shown, _coverage(request, shown))
        return table_file(taken_kinds(lines, **titles(shown, "Types d'organisation", "Kinds of organisation")), wanted, on=today)
    if named == "actors":
        return table_file(sector_tables.taken_actors(shown, acting), wanted, on=today)
    title = f"Couverture {chosen.state} {chosen.sector} niveau {chosen.level}", f"Coverage {chosen.state} {chosen.sector} level {chosen.level}"
    taken = tables.taken_units(units, title, sources=tables.sources_of(units.lines))
    drawn = picture(shown.scenes, chosen.measure, shown.ground, readers=frozenset())
    return table_file(taken, wanted, on=today, geometries=exports.geometries(drawn))
