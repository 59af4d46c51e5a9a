"""Lessons as they are kept: an after-action review in four answers, what it rests on, who reused it and with which result."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.bilingual import Bilingual
from concertation.apps.ground.models import GuardedModel
from concertation.core.lessons import Phase, Strength

KINDS = [("lesson", _("leçon")), ("challenge", _("défi"))]
PHASES = [(Phase.PREPAREDNESS.value, _("préparation")), (Phase.RESPONSE.value, _("réponse")), (Phase.RECOVERY.value, _("relèvement"))]
STRENGTHS = [(Strength.OBSERVATION.value, _("une observation")), (Strength.SEVERAL_SOURCES.value, _("plusieurs sources")), (Strength.EVALUATION.value, _("une évaluation"))]
HAZARDS = [
    ("flood", _("inondation")), ("drought", _("sécheresse")), ("epidemic", _("épidémie")), ("displacement", _("déplacement de population")), ("food", _("crise alimentaire")),
    ("locust", _("criquets")), ("fire", _("incendie")), ("other", _("autre")),
]  # fmt: skip
COSTS = [("none", _("aucun")), ("low", _("faible")), ("medium", _("moyen")), ("high", _("élevé"))]
LANGUAGES = [("fr", _("français")), ("en", _("anglais"))]
FACETS = ("kind", "hazard", "phase", "sector", "theme", "strength", "owner_state")
TRANSLATIONS = [("none", _("non traduite")), ("human", _("traduite par une personne")), ("machine", _("traduite par une machine, non relue"))]


class Theme(models.Model):
    """A component of an outside taxonomy of preparedness, brought in from its file."""

    code = models.CharField(max_length=12, primary_key=True)
    name_fr = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200)
    sort = models.PositiveSmallIntegerField()

    @property
    def name(self) -> str:
        """The name in the reader's language, in English where no French one is held."""
        return self.name_en if get_language() == "en" or not self.name_fr else self.name_fr


class Lesson(Bilingual, GuardedModel):
    """One lesson: context, what was planned, what happened, why, what to do next time; its strength, where it holds, until when.

    Each text stands in the language it was written in, paired with its translation where one is held.
    """

    kind = models.CharField(max_length=10, choices=KINDS, default="lesson")
    language = models.CharField(max_length=2, choices=LANGUAGES, default="fr")
    translation = models.CharField(max_length=8, choices=TRANSLATIONS, default="none")
    title_fr = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=200, blank=True)
    crisis = models.CharField(max_length=200, blank=True)
    happened_on = models.DateField(null=True)
    hazard = models.CharField(max_length=16, choices=HAZARDS, blank=True)
    phase = models.CharField(max_length=14, choices=PHASES, blank=True)
    sector = models.CharField(max_length=12, blank=True)
    theme = models.CharField(max_length=12, blank=True)
    place = models.CharField(max_length=160, blank=True)
    planned_fr = models.TextField(blank=True)
    planned_en = models.TextField(blank=True)
    happened_fr = models.TextField(blank=True)
    happened_en = models.TextField(blank=True)
    why_fr = models.TextField(blank=True)
    why_en = models.TextField(blank=True)
    recommendation_fr = models.TextField(blank=True)
    recommendation_en = models.TextField(blank=True)
    target_role = models.CharField(max_length=160, blank=True)
    strength = models.CharField(max_length=16, choices=STRENGTHS, default=Strength.OBSERVATION.value)
    evidence = models.TextField(blank=True)
    transferable_if = models.TextField(blank=True)
    cost = models.CharField(max_length=8, choices=COSTS, blank=True)
    consent = models.BooleanField(default=False)
    expires_on = models.DateField(null=True)
    validated_on = models.DateField(null=True)
    validated_by = models.CharField(max_length=64, blank=True)
    written_by = models.CharField(max_length=64)
    written_on = models.DateField()
    withdrawn_on = models.DateField(null=True)
    search_text = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["sector", "hazard"]), models.Index(fields=["written_on", "id"], name="lessons_newest_first"),
            models.Index(fields=["owner_state", *FACETS[:-1], "sensitivity", "holder", "withdrawn_on", "expires_on"], name="lessons_counted_by_facet"),
        ]  # fmt: skip

    @property
    def is_paired(self) -> bool:
        """Whether the reader's own language is held."""
        return bool(getattr(self, f"title_{'en' if get_language() == 'en' else 'fr'}"))

    def __str__(self) -> str:
        return self.title


class Contradiction(models.Model):
    """Two lessons that say opposite things, and why they may both hold; read by whoever may read both."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "other"], name="contradiction_told_once")]


class Reuse(GuardedModel):
    """Who used a lesson, when and where, and what came of it once that is known."""

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+")
    used_on = models.DateField()
    where = models.CharField(max_length=200, blank=True)
    result = models.TextField(blank=True)
    by = models.CharField(max_length=64)
