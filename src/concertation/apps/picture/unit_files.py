"""The tables beside a unit's figures, as files: who acts by sector and where nothing is declared, kinds of organisation, neighbours."""

from collections.abc import Callable, Mapping

from concertation.apps.picture.side_files import (
    ACTIVITIES,
    DAYS,
    ORGANISATIONS,
    SECTOR,
    UNIT,
    need_column,
    taken_kinds,
    unit_cells,
)
from concertation.apps.picture.tables import presence_sources, sources_of
from concertation.apps.picture.unit_reading import UnitView
from concertation.apps.picture.unit_tables import kinds_of, silent_sectors
from concertation.draw.tables import Column, TakenTable

ANSWERED = ("declared", "none_declared")
PRESENCE = Column(key="presence", heading_fr="Présence", heading_en="Presence", tag="#status+presence")


def taken_actors(view: UnitView) -> TakenTable:
    """Organisations and activities by sector, then the sectors the State's report names and in which nothing is declared here."""
    columns = (
        SECTOR, Column(key="name_fr", heading_fr="Nom du secteur", heading_en="Sector (French)", tag="#sector+name+i_fr"),
        Column(key="name_en", heading_fr="Nom anglais", heading_en="Sector name", tag="#sector+name+i_en"), PRESENCE, ORGANISATIONS, ACTIVITIES,
        Column(key="no_finer", heading_fr="Placées au plus fin ici", heading_en="Placed no finer than here", tag="#activity+num+no_finer", numeric=True), DAYS[1],
    )  # fmt: skip
    day = view.own.period[1] if view.own.period else None
    counted = [{**_sector(view, line["sector"]), **{key: line[key] for key in ("organisations", "activities", "no_finer")}, "presence": "declared"} for line in view.counts.sort("organisations", descending=True).to_dicts()]
    silent = [{**_sector(view, each.pk), "organisations": 0, "activities": 0, "no_finer": 0, "presence": "none_declared"} for each in silent_sectors(view)]
    rows = [{**row, "presence_on": day} for row in (*counted, *silent)]
    sources = presence_sources([(view.unit.state_id, view.own.period)])
    return TakenTable(title_fr=f"Qui agit {view.unit.name_fr}", title_en=f"Who acts {view.unit.name_en}", columns=columns, rows=rows, sources=sources)


def _sector(view: UnitView, code: str) -> dict[str, object]:
    held = view.ground.sectors.get(code)
    return {"sector": code, "name_fr": held.name_fr if held else code, "name_en": held.name_en if held else code}


def taken_kinds_of_unit(view: UnitView) -> TakenTable:
    """Organisations of a State by kind."""
    return taken_kinds(kinds_of(view), title_fr=f"Types d'organisation {view.unit.name_fr}", title_en=f"Kinds of organisation {view.unit.name_en}")


def taken_neighbours(view: UnitView) -> TakenTable:
    """Units of other States that touch this one: need and presence, each with its day."""
    columns = (*UNIT, need_column(view.chosen.sector), DAYS[0], PRESENCE, ORGANISATIONS, DAYS[1])
    rows = [
        {**unit_cells(scene, row), "presence": row.verdict, "organisations": row.organisations if row.verdict in ANSWERED else None,
         "presence_on": scene.period[1] if scene.period and row.verdict in ANSWERED else None}
        for scene, row in view.neighbours
    ]  # fmt: skip
    titles = {"title_fr": f"Voisins de {view.unit.name_fr} {view.chosen.sector}", "title_en": f"Neighbours of {view.unit.name_en} {view.chosen.sector}"}
    return TakenTable(columns=columns, rows=rows, sources=tuple(sources_of(view.neighbours)), **titles)


OF_UNIT: Mapping[str, Callable[[UnitView], TakenTable]] = {"actors": taken_actors, "kinds": taken_kinds_of_unit, "neighbours": taken_neighbours}
