"""The tables beside the units, as files: who is crowded, what ends, what disagrees, where nothing is declared, kinds of organisation.

Each holds every line its page knows, and only what its reader may see; codes and dates stand as they are kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from concertation.apps.needs.queries import LEADING_CONCEPT, HeldFigure, InStanding
from concertation.apps.needs.taken_sources import sources_of_figures
from concertation.apps.needs.words import term
from concertation.apps.picture.models import CoverageSummary
from concertation.apps.picture.queries import Row, Scene
from concertation.apps.picture.situation import Situation
from concertation.apps.picture.tables import bounds, presence_source, sources_of
from concertation.apps.presence.models import Activity
from concertation.draw.tables import Column, Source, TakenTable

MOST_TAKEN = 50_000
STATE = Column(key="state", heading_fr="État", heading_en="State", tag="#country+code")
SECTOR = Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector+code")
UNIT = (
    STATE, Column(key="unit", heading_fr="Identifiant", heading_en="Unit id", tag="#adm+id"),
    Column(key="name_fr", heading_fr="Nom", heading_en="Name (French)", tag="#adm+name+i_fr"), Column(key="name_en", heading_fr="Nom (anglais)", heading_en="Name", tag="#adm+name+i_en"),
)  # fmt: skip
ORGANISATIONS = Column(key="organisations", heading_fr="Organisations", heading_en="Organisations", tag="#org+num", numeric=True)
ACTIVITIES = Column(key="activities", heading_fr="Activités", heading_en="Activities", tag="#activity+num", numeric=True)
DAYS = (
    Column(key="need_end", heading_fr="Besoin au", heading_en="Need to", tag="#date+need+end"), Column(key="presence_on", heading_fr="Présence au", heading_en="Presence on", tag="#date+presence"),
)  # fmt: skip


def need_column(sector: str) -> Column:
    """The column of the need of a sector, under the name of what leads there."""
    lead = term("concept", LEADING_CONCEPT.get(sector, "in_need"))
    return Column(key="need", heading_fr=lead.name_fr, heading_en=lead.name_en, tag="#inneed", numeric=True)


def unit_cells(scene: Scene, row: Row) -> dict[str, object]:
    """A unit, its need and the two days."""
    return {
        "state": row.unit.state_id, "unit": row.unit.pk, "name_fr": row.unit.name_fr, "name_en": row.unit.name_en, "need": row.need,
        "need_end": row.need_end, "presence_on": scene.period[1] if scene.period else None,
    }  # fmt: skip


def titles(shown: Situation, french: str, english: str) -> dict[str, str]:
    """The titles of a file with the State and the sector chosen."""
    asked = f"{shown.chosen.state} {shown.chosen.sector}"
    return {"title_fr": f"{french} {asked}", "title_en": f"{english} {asked}"}


def taken_crowding(shown: Situation) -> TakenTable:
    """Units where many organisations are declared for small need."""
    scenes = {scene.asked.state: scene for scene in shown.scenes}
    found = [(scenes[row.unit.state_id], row, own, overall) for row, own, overall in shown.crowded()]
    columns = (
        *UNIT, ORGANISATIONS, need_column(shown.chosen.sector),
        Column(key="each", heading_fr="Besoin par organisation", heading_en="Need per organisation", tag="#inneed+per_org", numeric=True),
        Column(key="overall", heading_fr="Besoin par organisation dans l'État", heading_en="Need per organisation in the State", tag="#inneed+per_org+state", numeric=True), *DAYS,
    )  # fmt: skip
    rows = [{**unit_cells(scene, row), "organisations": row.organisations, "each": round(own), "overall": round(overall)} for scene, row, own, overall in found]
    sources = tuple(sources_of([(scene, row) for scene, row, _own, _overall in found]))
    return TakenTable(columns=columns, rows=rows, sources=sources, **titles(shown, "Beaucoup d'organisations, peu de besoin", "Many organisations, little need"))


def taken_ending(shown: Situation) -> TakenTable:
    """Every activity that ends within sixty days of the day shown."""
    columns = (
        Column(key="organisation", heading_fr="Organisation", heading_en="Organisation", tag="#org+name"), Column(key="activity", heading_fr="Activité", heading_en="Activity", tag="#activity"),
        SECTOR, *UNIT, Column(key="end", heading_fr="Fin", heading_en="End", tag="#date+end"),
        Column(key="left", heading_fr="Jours restants", heading_en="Days left", tag="#meta+days_left", numeric=True),
    )  # fmt: skip
    on = shown.chosen.on
    rows = [_ending(each, on) for each in shown.every_ending()[:MOST_TAKEN]]
    sources = tuple(presence_source(state, on.isoformat()) for state in dict.fromkeys(str(row["state"]) for row in rows))
    return TakenTable(columns=columns, rows=rows, sources=sources, **titles(shown, "Activités finissant bientôt", "Activities ending soon"))


def _ending(each: Activity, on: date) -> dict[str, object]:
    return {
        "organisation": str(each.organisation or ""), "activity": each.activity or each.indicator, "sector": each.sector, "state": each.owner_state, "unit": each.unit_id,
        "name_fr": each.unit.name_fr, "name_en": each.unit.name_en, "end": each.end, "left": (each.end - on).days if each.end else None,
    }  # fmt: skip


def taken_disagreements(shown: Situation) -> TakenTable:
    """Every fact on which sources lie apart, widest first: what leads, the lowest, the highest, the gap (0 to 1)."""
    columns = (
        *UNIT, Column(key="concept", heading_fr="Concept", heading_en="Concept", tag="#indicator+code"), Column(key="fact_fr", heading_fr="Fait", heading_en="Fact (French)", tag="#indicator+name+i_fr"),
        Column(key="fact_en", heading_fr="Fait (anglais)", heading_en="Fact", tag="#indicator+name+i_en"), SECTOR,
        Column(key="group", heading_fr="Groupe", heading_en="Group", tag="#beneficiary+group"), Column(key="measure", heading_fr="Mesure", heading_en="Measure", tag="#indicator+unit"),
        Column(key="start", heading_fr="Du", heading_en="From", tag="#date+start"), Column(key="stop", heading_fr="Au", heading_en="To", tag="#date+end"),
        Column(key="leads", heading_fr="Chiffre retenu", heading_en="Figure that leads", tag="#indicator+value+num", numeric=True),
        Column(key="source", heading_fr="Sa source", heading_en="Its source", tag="#meta+source"),
        Column(key="lowest", heading_fr="Le plus bas", heading_en="Lowest", tag="#indicator+value+min", numeric=True),
        Column(key="highest", heading_fr="Le plus haut", heading_en="Highest", tag="#indicator+value+max", numeric=True),
        Column(key="apart", heading_fr="Écart", heading_en="Gap", tag="#indicator+gap", numeric=True),
    )  # fmt: skip
    found = shown.disagreeing()
    rows = [_disagreement(each, each.leader, shown) for each in found if each.leader is not None]
    return TakenTable(columns=columns, rows=rows, sources=tuple(figure_sources(found)), **titles(shown, "Désaccords entre sources", "Sources that disagree"))


def _disagreement(each: InStanding, leader: HeldFigure, shown: Situation) -> dict[str, object]:
    fact, (lowest, highest) = leader.figure, bounds(each)
    named, unit = term("concept", fact.concept), shown.ground.units.get(fact.unit)
    return {
        "state": unit.state_id if unit else None, "unit": fact.unit, "name_fr": unit.name_fr if unit else None, "name_en": unit.name_en if unit else None,
        "concept": fact.concept, "fact_fr": named.name_fr, "fact_en": named.name_en, "sector": fact.sector, "group": fact.group, "measure": fact.measure,
        "start": fact.reference_start, "stop": fact.reference_end, "leads": fact.value, "source": leader.source_title, "lowest": lowest, "highest": highest,
        "apart": round(each.disagreement or 0.0, 4),
    }  # fmt: skip


def figure_sources(found: Iterable[InStanding]) -> list[Source]:
    """Where figures side by side come from, each source and day once."""
    every = [held for each in found for held in (*([each.leader] if each.leader else []), *(other for other, _why in each.others))]
    return list(sources_of_figures(every))


def taken_silence(shown: Situation) -> TakenTable:
    """Every unit where a report covers the sector and no activity is declared, the most people in need first."""
    silent = sorted(((scene, row) for scene, row in shown.rows if row.verdict == "none_declared"), key=lambda line: (-(line[1].need or 0), line[1].unit.sort_key))
    rows = [unit_cells(scene, row) for scene, row in silent]
    columns = (*UNIT, need_column(shown.chosen.sector), *DAYS)
    return TakenTable(columns=columns, rows=rows, sources=tuple(sources_of(silent)), **titles(shown, "Aucune activité déclarée", "No activity declared"))


def taken_kinds(lines: Sequence[CoverageSummary], *, title_fr: str, title_en: str) -> TakenTable:
    """Organisations and activities by kind of organisation, with the State, the sector and the report they are of."""
    columns = (
        STATE, SECTOR, Column(key="kind", heading_fr="Type d'organisation", heading_en="Kind of organisation", tag="#org+type"), ORGANISATIONS, ACTIVITIES,
        Column(key="start", heading_fr="Rapport du", heading_en="Report from", tag="#date+start"), Column(key="stop", heading_fr="Rapport au", heading_en="Report to", tag="#date+end"),
    )  # fmt: skip
    rows = [
        {"state": line.owner_state, "sector": line.sector, "kind": line.org_type, "organisations": line.organisations, "activities": line.activities, "start": line.period_start, "stop": line.period_end}
        for line in lines
    ]
    sources = tuple(presence_source(state, day.isoformat()) for state, day in dict.fromkeys((line.owner_state, line.period_end) for line in lines))
    return TakenTable(title_fr=title_fr, title_en=title_en, columns=columns, rows=rows, sources=sources)


OF_SITUATION: Mapping[str, Callable[[Situation], TakenTable]] = {
    "crowded": taken_crowding, "ending": taken_ending, "disagreements": taken_disagreements, "silence": taken_silence,
}  # fmt: skip
