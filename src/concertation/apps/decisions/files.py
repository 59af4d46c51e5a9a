"""The decisions and their measures as files: one row a decision, one row a measure and a year, with the sources they rest on."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from concertation.apps.decisions.measures import Measure
from concertation.apps.decisions.models import Session
from concertation.apps.decisions.queries import DecisionInView, sources_named
from concertation.apps.decisions.words import EVIDENCE_WORDS, IMPLEMENTATION_WORDS, members
from concertation.apps.sources.models import Source as Publication
from concertation.apps.sources.taken_sources import of_publication
from concertation.draw.tables import Column, Source, TakenTable

FORMATS = ("csv", "xlsx")
MEASURE = (
    Column(key="measure_fr", heading_fr="Mesure", heading_en="Measure (French)", tag="#indicator+name+i_fr"), Column(key="measure_en", heading_fr="Mesure (anglais)", heading_en="Measure", tag="#indicator+name+i_en"),
    Column(key="value", heading_fr="Valeur", heading_en="Value", tag="#indicator+value+num", numeric=True), Column(key="unit", heading_fr="Unité de mesure", heading_en="Unit of measure", tag="#indicator+unit"),
    Column(key="since", heading_fr="Du", heading_en="From", tag="#date+start"), Column(key="on", heading_fr="Au", heading_en="To", tag="#date+end"),
)  # fmt: skip
DECISION = (
    Column(key="number", heading_fr="Numéro", heading_en="Number", numeric=True), Column(key="title_fr", heading_fr="Décision", heading_en="Decision (French)"),
    Column(key="title_en", heading_fr="Décision (anglais)", heading_en="Decision"),
)  # fmt: skip


def links(address: str, table: str) -> list[tuple[str, str]]:
    """(words, address) of each file of a table of decisions."""
    return [(each.upper(), f"{address}?table={table}&format={each}") for each in FORMATS]


def taken_decisions(every: Sequence[DecisionInView]) -> TakenTable:
    """The decisions in order, each with the measure that stands first."""
    columns = (
        *DECISION, *MEASURE, Column(key="responsible", heading_fr="Responsable", heading_en="Responsible"),
        Column(key="due", heading_fr="Échéance", heading_en="Due"),
    )  # fmt: skip
    rows = [{**_decision(view), **(_measure(view.measures[0]) if view.measures else {})} for view in every]
    sources = _sources(sources_named(name for view in every for name in view.source_names))
    return TakenTable(title_fr="Décisions du forum", title_en="Decisions of the forum", columns=columns, rows=rows, sources=sources)


def taken_matrix(session: Session, every: Sequence[DecisionInView]) -> TakenTable:
    """One row a decision and member State: state and proof as reported, days, never an empty state for a State that reported none."""
    columns = (
        *DECISION, Column(key="state", heading_fr="État", heading_en="State", tag="#country+code"), Column(key="implementation", heading_fr="Mise en œuvre", heading_en="Implementation", tag="#status"),
        Column(key="percent", heading_fr="Part réalisée (%)", heading_en="Share carried out (%)", numeric=True), Column(key="evidence", heading_fr="Preuve", heading_en="Evidence"),
        Column(key="responsible", heading_fr="Responsable", heading_en="Responsible"), Column(key="due", heading_fr="Échéance", heading_en="Due"),
        Column(key="reported_on", heading_fr="Rapporté le", heading_en="Reported on", tag="#date+reported"),
    )  # fmt: skip
    rows = [{**_decision(view), **_national(view, state)} for view in every for state in members()]
    sources = _sources(sources_named(name for view in every for name in view.source_names))
    return TakenTable(title_fr=f"Matrice des décisions, {session.title_fr}", title_en=f"Matrix of decisions, {session.title_en}", columns=columns, rows=rows, sources=sources)


def _national(view: DecisionInView, state: str) -> dict[str, object]:
    row = next((each for each in view.national if each.owner_state == state), None)
    if row is None:
        return {"state": state, "implementation": None, "evidence": None, "percent": None, "reported_on": None}
    return {
        "state": state, "implementation": str(IMPLEMENTATION_WORDS[row.implementation]), "percent": row.percent, "evidence": str(EVIDENCE_WORDS[row.evidence]),
        "responsible": row.responsible or None, "due": row.due, "reported_on": row.reported_on,
    }  # fmt: skip


def taken_measures(view: DecisionInView) -> TakenTable:
    """Every measure of a decision as it stands, and each year of its line; the year is empty for what stands."""
    columns = (
        *DECISION, Column(key="code", heading_fr="Code", heading_en="Code", tag="#indicator+code"), *MEASURE,
        Column(key="year", heading_fr="Année", heading_en="Year", tag="#date+year"), Column(key="source", heading_fr="Sources", heading_en="Sources", tag="#meta+source"),
    )  # fmt: skip
    rows = [{**_decision(view), **row} for measure in view.measures for row in _years(measure)]
    sources = _sources(sources_named(name for measure in view.measures for name in measure.sources))
    number = view.decision.number
    return TakenTable(title_fr=f"Mesures de la décision {number}", title_en=f"Measures of decision {number}", columns=columns, rows=rows, sources=sources)


def _decision(view: DecisionInView) -> dict[str, object]:
    row = view.decision
    return {"number": row.number, "title_fr": row.title_fr, "title_en": row.title_en, "responsible": row.responsible or None, "due": row.due}


def _measure(measure: Measure) -> dict[str, object]:
    return {
        "code": measure.code, "measure_fr": measure.label_fr, "measure_en": measure.label_en, "value": measure.value, "unit": measure.unit_of_measure,
        "since": measure.since, "on": measure.on,
    }  # fmt: skip


def _years(measure: Measure) -> list[Mapping[str, object]]:
    named = {"source": " ".join(measure.sources)}
    stands = {**_measure(measure), **named}
    years = [{**stands, "since": None, "on": None, "year": str(year), "value": value} for year, value in measure.trend]
    return [stands, *years]


def _sources(every: Iterable[Publication]) -> tuple[Source, ...]:
    once = {source.pk: source for source in every}
    return tuple(of_publication(key, once, scope=_("décisions et mesures")) for key in once)
