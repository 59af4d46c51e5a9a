"""The tables of the pages of sectors: sectors by State, who acts in one, of which kind, and where nobody is declared."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.ground.downloads import language
from concertation.apps.needs.models import Sector
from concertation.apps.needs.words import term
from concertation.apps.organisations.words import full_name, type_words
from concertation.apps.picture.measures import need_words
from concertation.apps.picture.models import CoverageSummary
from concertation.apps.picture.reading import Ground
from concertation.apps.picture.sector_reading import Actor, AtState, Held
from concertation.apps.picture.situation import Situation
from concertation.apps.picture.words import day_words, number, verdict_words
from concertation.apps.sources.queries import publications
from concertation.apps.sources.taken_sources import of_publication
from concertation.core.concepts import INTERSECTORAL
from concertation.draw.tables import Column, Source, TakenTable

SHOWN_ACTORS, SHOWN_SILENT = 40, 15
ANSWERED = ("declared", "none_declared")
Presence = Mapping[tuple[str, str], AtState]
Lists = Mapping[tuple[str, str], Held]


def ordered_sectors(ground: Ground) -> list[Sector]:
    """The sectors in the order of the reference set, each followed by its parts; all sectors together left out."""
    listed = [each for each in ground.sectors.values() if each.pk != INTERSECTORAL]
    tops = [each for each in listed if not each.parent]
    return [each for top in tops for each in (top, *(part for part in listed if part.parent == top.pk))]


def presence_table(ground: Ground, presence: Presence, query: QueryDict, *, whole: Callable[[str], bool]) -> dict[str, object]:
    """Organisations per sector and State, with activities beside; what may not be said is said so."""
    rows = [_presence_row(sector, ground, presence, whole=whole) for sector in _sorted(ground, presence, query.get("sort", ""))]
    states = [{"key": iso3, "label": state.name, "unit": _("organisations"), "numeric": True} for iso3, state in ground.states.items()]
    return {
        "id": "sectors", "caption": _("Organisations déclarées par secteur et par État"), "columns": [{"key": "sector", "label": _("Secteur")}, *states],
        "rows": rows, "unfiltered": True, "exports": ["csv", "xlsx", "hxl"],
        "note": _("Aucun total : une même organisation peut agir dans plusieurs secteurs et plusieurs États. La présence en protection n'est ouverte qu'à l'État et au détenteur."),
    }  # fmt: skip


def _sorted(ground: Ground, presence: Presence, sort: str) -> list[Sector]:
    listed = ordered_sectors(ground)
    key = sort.removeprefix("-")
    if key == "sector":
        return sorted(listed, key=lambda each: each.name, reverse=sort.startswith("-"))
    if key in ground.states:
        said = [each for each in listed if presence[key, each.pk].verdict in ANSWERED]
        held = sorted(said, key=lambda each: presence[key, each.pk].organisations, reverse=sort.startswith("-"))
        return [*held, *(each for each in listed if each not in said)]
    return listed


def _presence_row(sector: Sector, ground: Ground, presence: Presence, *, whole: Callable[[str], bool]) -> dict[str, object]:
    note = ", ".join(filter(None, (ground.sectors[sector.parent].name if sector.parent else "", _("présence restreinte") if sector.restricted else "")))
    name = {"text": sector.name, "url": reverse("sector", args=[sector.pk]), "note": note}
    return {"sector": name, **{iso3: _presence_cell(sector, iso3, presence[iso3, sector.pk], whole=whole(iso3)) for iso3 in ground.states}}


def _presence_cell(sector: Sector, state: str, at: AtState, *, whole: bool) -> dict[str, object]:
    if at.verdict != "declared":
        return {"text": verdict_words(at.verdict, whole=whole), "css": "missing"}
    activities = ngettext("%(count)s activité", "%(count)s activités", at.activities) % {"count": number(at.activities)}
    return {"value": at.organisations, "url": f"{reverse('sector', args=[sector.pk])}?state={state}", "note": activities}


def lists_table(ground: Ground, held: Lists) -> dict[str, object]:
    """Which years each State's coordination lists a sector, and who leads it where that is known."""
    states = [{"key": iso3, "label": state.name, "sortable": False} for iso3, state in ground.states.items()]
    rows = [
        {"sector": {"text": sector.name, "url": reverse("sector", args=[sector.pk])}, **{iso3: held_words(held.get((iso3, sector.pk))) for iso3 in ground.states}}
        for sector in ordered_sectors(ground) if any((iso3, sector.pk) in held for iso3 in ground.states)
    ]
    known = any(each.lead for each in held.values())
    return {
        "id": "lists", "caption": _("Secteurs tenus par la coordination de chaque État, par année"), "unfiltered": True, "rows": rows,
        "columns": [{"key": "sector", "label": _("Secteur"), "sortable": False}, *states],
        "note": _("D'après les secteurs financés de chaque plan.") + ("" if known else " " + _("Aucun chef de file n'est encore nommé dans les sources tenues.")),
        "exports": [(name.upper(), f"?table=lists&format={name}") for name in ("csv", "xlsx")],
    }  # fmt: skip


def held_words(held: Held | None) -> str:
    """The years a State lists a sector, the lead and the status."""
    if held is None:
        return "–"
    return ", ".join(filter(None, (year_words(held.years), held.lead, _status_words(held.status))))


def _status_words(status: str) -> str:
    words = {"handed over": _("transféré"), "merged": _("fusionné"), "not held": _("non tenu")}
    return words.get(status, "" if status == "active" else status)


def year_words(years: Sequence[int]) -> str:
    """Years with their runs closed up.

    >>> year_words([2019, 2020, 2021, 2023])
    '2019–2021, 2023'
    """
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def actors_table(shown: Situation, found: Sequence[Actor]) -> dict[str, object]:
    """Who declares activity in the sector, the busiest first."""
    return {
        "id": "actors", "caption": _("Qui déclare une activité dans ce secteur ?"), "unfiltered": len(found) <= SHOWN_ACTORS,
        "columns": [
            {"key": "organisation", "label": _("Organisation"), "sortable": False}, {"key": "type", "label": _("Type"), "sortable": False},
            {"key": "state", "label": _("État"), "sortable": False}, {"key": "activities", "label": _("Activités"), "numeric": True, "sortable": False},
            {"key": "places", "label": _("Lieux nommés"), "numeric": True, "sortable": False},
        ],
        "rows": [_actor(each, shown) for each in found[:SHOWN_ACTORS]],
        "note": _("Les %(count)s premières ; le fichier à télécharger les porte toutes.") % {"count": SHOWN_ACTORS} if len(found) > SHOWN_ACTORS else "",
        "empty": {"title": _("Aucune organisation de ce secteur n'est ouverte à votre lecture"), "text": _("Ce n'est pas dire qu'aucune n'agit.")},
    }  # fmt: skip


def _actor(each: Actor, shown: Situation) -> dict[str, object]:
    held = each.organisation
    named = {"text": str(held), "url": f"{reverse('organisation', args=[held.slug])}?state={each.state}", "note": full_name(held, language()) if held.acronym else ""}
    return {"organisation": named, "type": type_words(held.org_type), "state": shown.ground.states[each.state].name, "activities": each.activities, "places": each.places}


def kinds_table(shown: Situation, coverage: Sequence[CoverageSummary]) -> dict[str, object] | None:
    """Organisations and activities by kind of organisation, State by State, for the report shown."""
    periods = {scene.asked.state: scene.period for scene in shown.scenes if not scene.restricted}
    own = kinds_of(shown, coverage)
    if not own:
        return None
    return {
        "id": "kinds", "caption": _("Quelles organisations ?"), "unfiltered": True,
        "columns": [
            {"key": "type", "label": _("Type"), "sortable": False}, {"key": "state", "label": _("État"), "sortable": False},
            {"key": "organisations", "label": _("Organisations"), "numeric": True, "sortable": False},
            {"key": "activities", "label": _("Activités"), "numeric": True, "sortable": False},
        ],
        "rows": [
            {"type": type_words(line.org_type), "state": shown.ground.states[line.owner_state].name, "organisations": line.organisations, "activities": line.activities}
            for line in own
        ],
        "note": ("; " if language() == "en" else "\u202f; ").join(
            _("%(state)s : rapport au %(day)s") % {"state": shown.ground.states[state].name, "day": day_words(period[1])}
            for state, period in periods.items() if period
        ),
    }  # fmt: skip


def kinds_of(shown: Situation, coverage: Sequence[CoverageSummary]) -> list[CoverageSummary]:
    """The lines by kind of organisation of the reports shown, State by State, the most organisations first."""
    periods = {scene.asked.state: scene.period for scene in shown.scenes if not scene.restricted}
    own = [line for line in coverage if periods.get(line.owner_state) == (line.period_start, line.period_end)]
    return sorted(own, key=lambda line: (line.owner_state, -line.organisations))


def silence_table(shown: Situation) -> dict[str, object] | None:
    """Units where a report covers the sector and no activity is declared, the most people in need first."""
    silent = [(scene, row) for scene, row in shown.rows if row.verdict == "none_declared"]
    if not silent:
        return None
    first = sorted(silent, key=lambda pair: (-(pair[1].need or 0), pair[1].unit.sort_key))
    return {
        "id": "silence", "caption": _("Où aucune activité n'est déclarée : %(count)s unités sur %(all)s") % {"count": number(len(silent)), "all": number(len(shown.rows))},
        "columns": [
            {"key": "unit", "label": _("Unité"), "sortable": False}, {"key": "need", "label": need_words(shown.chosen.sector), "unit": _("personnes"), "numeric": True, "sortable": False},
            {"key": "day", "label": _("Rapport au"), "sortable": False},
        ],
        "rows": [
            {
                "unit": {"text": row.unit.name, "url": reverse("unit", args=[row.unit.pk]), "note": shown.ground.states[row.unit.state_id].name},
                "need": row.need, "day": scene.period[1] if scene.period else None,
            }
            for scene, row in first[:SHOWN_SILENT]
        ],
        "note": _("Aucune activité déclarée ne veut pas dire aucun acteur : toutes les organisations ne déclarent pas."), "unfiltered": True,
    }  # fmt: skip


def taken_presence(ground: Ground, presence: Presence, *, on: date) -> TakenTable:
    """Presence by sector and State, one line for each, to take away."""
    columns = (
        Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector +code"),
        Column(key="name_fr", heading_fr="Nom du secteur", heading_en="Sector name (French)", tag="#sector +name +i_fr"),
        Column(key="name_en", heading_fr="Nom anglais", heading_en="Sector name", tag="#sector +name +i_en"),
        Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"), *PRESENCE_COLUMNS,
    )
    rows = [
        {"sector": sector.pk, "name_fr": sector.name_fr, "name_en": sector.name_en, "state": state, **_presence_values(presence[state, sector.pk])}
        for sector in ordered_sectors(ground) for state in ground.states
    ]
    return TakenTable(title_fr="Secteurs et présence", title_en="Sectors and presence", columns=columns, rows=rows, sources=(_activities_source(on),))


PRESENCE_COLUMNS = (
    Column(key="verdict", heading_fr="Présence", heading_en="Presence", tag="#status +presence"),
    Column(key="organisations", heading_fr="Organisations", heading_en="Organisations", tag="#org +num", numeric=True),
    Column(key="activities", heading_fr="Activités", heading_en="Activities", tag="#activity +num", numeric=True),
    Column(key="day", heading_fr="Rapport au", heading_en="Report of", tag="#date +presence"),
)


def _presence_values(at: AtState) -> dict[str, Any]:
    said = at.verdict in ANSWERED
    return {
        "verdict": at.verdict, "organisations": at.organisations if said else None, "activities": at.activities if said else None,
        "day": at.day if said else None,
    }  # fmt: skip


def taken_lists(ground: Ground, held: Lists) -> TakenTable:
    """The sector lists by State and year, to take away."""
    columns = (
        Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"), Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector +code"),
        Column(key="year", heading_fr="Année", heading_en="Year", tag="#date +year", numeric=True), Column(key="lead", heading_fr="Chef de file", heading_en="Lead", tag="#org +lead"),
        Column(key="status", heading_fr="Statut", heading_en="Status", tag="#status"), Column(key="source", heading_fr="Source", heading_en="Source", tag="#meta +source"),
    )  # fmt: skip
    rows = [
        {"state": state, "sector": sector, "year": year, "lead": each.lead, "status": each.status, "source": each.source}
        for (state, sector), each in held.items() if state in ground.states for year in each.years
    ]
    named = dict.fromkeys((str(row["source"]), str(row["status"])) for row in rows if row["source"])
    known = publications(name for name, _status in named)
    sources = tuple(of_publication(name, known, scope=_("secteurs"), method=term("status", status).name) for name, status in named)
    return TakenTable(title_fr="Listes de secteurs par année", title_en="Sector lists by year", columns=columns, rows=rows, sources=sources)


def taken_actors(shown: Situation, found: Sequence[Actor]) -> TakenTable:
    """Who declares activity in the sector, to take away."""
    columns = (
        Column(key="organisation", heading_fr="Organisation", heading_en="Organisation", tag="#org"), Column(key="type", heading_fr="Type", heading_en="Type", tag="#org +type"),
        Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"), Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector +code"),
        Column(key="activities", heading_fr="Activités", heading_en="Activities", tag="#activity +num", numeric=True),
        Column(key="places", heading_fr="Lieux nommés", heading_en="Places named", tag="#adm +num", numeric=True),
    )  # fmt: skip
    sector = shown.chosen.sector
    rows = [
        {"organisation": str(each.organisation), "type": each.organisation.org_type, "state": each.state, "sector": sector, "activities": each.activities, "places": each.places}
        for each in found
    ]
    titles = {"title_fr": f"Organisations {sector}", "title_en": f"Organisations {sector}"}
    return TakenTable(columns=columns, rows=rows, sources=(_activities_source(shown.chosen.on),), **titles)


def _activities_source(on: date) -> Source:
    return Source(source=_("Activités déclarées"), date=on.isoformat(), licence="", scope=_("présence"))
