"""The columns of lessons as a file: the same for the template, the export and the import, in both languages."""

from collections.abc import Mapping

from concertation.apps.lessons.models import COSTS, HAZARDS, KINDS, LANGUAGES, PHASES, STRENGTHS, TRANSLATIONS
from concertation.core.spelling import fold
from concertation.draw.tables import Column

COLUMNS: tuple[Column, ...] = (
    Column(key="kind", heading_fr="Nature", heading_en="Kind"), Column(key="language", heading_fr="Langue d'origine", heading_en="Language written in"),
    Column(key="translation", heading_fr="Traduction", heading_en="Translation"), Column(key="title_fr", heading_fr="Titre en français", heading_en="Title in French"),
    Column(key="title_en", heading_fr="Titre en anglais", heading_en="Title in English"), Column(key="crisis", heading_fr="Crise", heading_en="Crisis", tag="#crisis"),
    Column(key="happened_on", heading_fr="Survenu le", heading_en="Happened on", tag="#date+occurred"), Column(key="hazard", heading_fr="Aléa", heading_en="Hazard"),
    Column(key="phase", heading_fr="Phase", heading_en="Phase"), Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector+code"),
    Column(key="theme", heading_fr="Thème", heading_en="Theme"), Column(key="place", heading_fr="Lieu", heading_en="Place", tag="#loc+name"),
    Column(key="planned_fr", heading_fr="Ce qui était prévu (français)", heading_en="What was planned (French)"),
    Column(key="planned_en", heading_fr="Ce qui était prévu (anglais)", heading_en="What was planned (English)"),
    Column(key="happened_fr", heading_fr="Ce qui s'est passé (français)", heading_en="What happened (French)"),
    Column(key="happened_en", heading_fr="Ce qui s'est passé (anglais)", heading_en="What happened (English)"),
    Column(key="why_fr", heading_fr="Pourquoi (français)", heading_en="Why (French)"), Column(key="why_en", heading_fr="Pourquoi (anglais)", heading_en="Why (English)"),
    Column(key="recommendation_fr", heading_fr="La prochaine fois (français)", heading_en="Next time (French)"),
    Column(key="recommendation_en", heading_fr="La prochaine fois (anglais)", heading_en="Next time (English)"),
    Column(key="target_role", heading_fr="Pour qui", heading_en="For whom"), Column(key="strength", heading_fr="Solidité", heading_en="Strength"),
    Column(key="evidence", heading_fr="Documents et pages", heading_en="Documents and pages", tag="#meta+source"),
    Column(key="transferable_if", heading_fr="Transposable si", heading_en="Transferable if"), Column(key="cost", heading_fr="Ordre de coût", heading_en="Order of cost"),
    Column(key="consent", heading_fr="Partage consenti", heading_en="Consent to share"), Column(key="expires_on", heading_fr="Valable jusqu'au", heading_en="Valid until"),
    Column(key="sensitivity", heading_fr="Qui le lit", heading_en="Who reads it"),
)  # fmt: skip
HEADINGS: Mapping[str, tuple[str, str]] = {column.key: (column.heading_fr, column.heading_en) for column in COLUMNS}
NEEDED = ("language",)
DAYS = ("happened_on", "expires_on")
TRUE, FALSE = frozenset({"oui", "yes", "true", "vrai", "1"}), frozenset({"non", "no", "false", "faux", "0", ""})
CHOICES: Mapping[str, frozenset[str]] = {
    "kind": frozenset(code for code, _ in KINDS), "language": frozenset(code for code, _ in LANGUAGES), "translation": frozenset(code for code, _ in TRANSLATIONS),
    "hazard": frozenset(code for code, _ in HAZARDS), "phase": frozenset(code for code, _ in PHASES), "strength": frozenset(code for code, _ in STRENGTHS),
    "cost": frozenset(code for code, _ in COSTS), "sensitivity": frozenset({"public", "restricted", "confidential", "strict"}),
}  # fmt: skip
FRENCH: Mapping[str, str] = {
    fold(word): code
    for word, code in {
        "leçon": "lesson", "défi": "challenge", "français": "fr", "anglais": "en", "inondation": "flood", "sécheresse": "drought", "épidémie": "epidemic", "déplacement de population": "displacement",
        "crise alimentaire": "food", "criquets": "locust", "incendie": "fire", "autre": "other", "préparation": "preparedness", "réponse": "response", "relèvement": "recovery",
        "une observation": "observation", "plusieurs sources": "several-sources", "une évaluation": "evaluation", "aucun": "none", "faible": "low", "moyen": "medium", "élevé": "high",
        "non traduite": "none", "restreint": "restricted", "confidentiel": "confidential",
    }.items()
}  # fmt: skip
DEFAULTS: Mapping[str, str] = {"kind": "lesson", "translation": "none", "strength": "observation", "sensitivity": "confidential"}
LONGEST: Mapping[str, int] = {"title_fr": 200, "title_en": 200, "crisis": 200, "place": 160, "target_role": 160, "sector": 12, "theme": 12}
