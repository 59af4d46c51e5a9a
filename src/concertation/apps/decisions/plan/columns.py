"""The columns of the plan as a file: the same for the template, the export and the import, in both languages."""

from collections.abc import Mapping

from concertation.core.plan import ActivityState, LineKind
from concertation.core.spelling import fold
from concertation.draw.tables import Column

COLUMNS: tuple[Column, ...] = (
    Column(key="kind", heading_fr="Nature", heading_en="Kind"), Column(key="code", heading_fr="Code", heading_en="Code", tag="#meta+code"),
    Column(key="parent", heading_fr="Sous", heading_en="Under"), Column(key="title_fr", heading_fr="Intitulé en français", heading_en="Title in French"),
    Column(key="title_en", heading_fr="Intitulé en anglais", heading_en="Title in English"), Column(key="decisions", heading_fr="Décisions", heading_en="Decisions"),
    Column(key="national_plan", heading_fr="Plan ou priorité nationale", heading_en="National plan or priority"),
    Column(key="assumptions", heading_fr="Hypothèses et risques", heading_en="Assumptions and risks"),
    Column(key="unit_of_measure", heading_fr="Unité de mesure", heading_en="Unit of measure", tag="#indicator+unit"),
    Column(key="baseline", heading_fr="Valeur de référence", heading_en="Baseline", tag="#indicator+baseline+num", numeric=True),
    Column(key="baseline_on", heading_fr="Référence au", heading_en="Baseline on"),
    Column(key="target", heading_fr="Cible", heading_en="Target", tag="#indicator+target+num", numeric=True), Column(key="target_on", heading_fr="Cible au", heading_en="Target on"),
    Column(key="value", heading_fr="Valeur", heading_en="Value", tag="#indicator+value+num", numeric=True), Column(key="value_on", heading_fr="Valeur au", heading_en="Value on"),
    Column(key="source", heading_fr="Source", heading_en="Source", tag="#meta+source"), Column(key="measure", heading_fr="Mesure vivante", heading_en="Live measure"),
    Column(key="lead", heading_fr="Chef de file", heading_en="Lead"), Column(key="partners", heading_fr="Partenaires", heading_en="Partners"),
    Column(key="starts_on", heading_fr="Début", heading_en="Start", tag="#date+start"), Column(key="ends_on", heading_fr="Fin", heading_en="End", tag="#date+end"),
    Column(key="budget", heading_fr="Budget (FCFA)", heading_en="Budget (XOF)", tag="#value+budget+num", numeric=True),
    Column(key="funded", heading_fr="Financé (FCFA)", heading_en="Funded (XOF)", tag="#value+funded+num", numeric=True),
    Column(key="funding", heading_fr="Financement", heading_en="Funding"), Column(key="state", heading_fr="État", heading_en="State"),
)  # fmt: skip
HEADINGS: Mapping[str, tuple[str, str]] = {column.key: (column.heading_fr, column.heading_en) for column in COLUMNS}
NEEDED = ("kind", "code", "title_fr", "title_en")
NUMBERS = ("baseline", "target", "value", "budget", "funded")
DAYS = ("baseline_on", "target_on", "value_on", "starts_on", "ends_on")
LONGEST: Mapping[str, int] = {
    "code": 24, "parent": 24, "title_fr": 300, "title_en": 300, "national_plan": 300, "unit_of_measure": 60, "source": 300, "measure": 60, "lead": 200, "partners": 300,
    "funding": 300,
}  # fmt: skip
KIND_WORDS: Mapping[str, str] = {
    fold(word): code.value
    for code, words in {
        LineKind.OBJECTIVE: ("objective", "objectif"), LineKind.RESULT: ("result", "résultat"), LineKind.INDICATOR: ("indicator", "indicateur"),
        LineKind.ACTIVITY: ("activity", "activité"),
    }.items() for word in words
}  # fmt: skip
STATE_WORDS: Mapping[str, str] = {
    fold(word): code.value
    for code, words in {
        ActivityState.PLANNED: ("planned", "planifiée"), ActivityState.UNDER_WAY: ("under-way", "under way", "en cours"), ActivityState.DONE: ("done", "réalisée"),
        ActivityState.BLOCKED: ("blocked", "bloquée"), ActivityState.CANCELLED: ("cancelled", "annulée"),
    }.items() for word in words
}  # fmt: skip
