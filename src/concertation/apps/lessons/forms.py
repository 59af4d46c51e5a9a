"""Forms of lessons: the after-action review in four questions, the reuse in one act, a file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import SENSITIVITIES
from concertation.apps.lessons.models import COSTS, HAZARDS, KINDS, LANGUAGES, PHASES, STRENGTHS, TRANSLATIONS
from concertation.apps.lessons.queries import themes
from concertation.apps.search.words import sector_names
from concertation.core.sharing import Sensitivity

NONE = ("", "—")


class DayInput(forms.DateInput):
    """A day, in the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def text(label: object, help_text: object = "") -> forms.CharField:
    """A field of several lines."""
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))  # type: ignore[arg-type]


class LessonForm(forms.Form):
    """A lesson, asked for as after-action reviews do: what was planned, what happened, why, what next time."""

    kind = forms.ChoiceField(label=_("Nature"), choices=KINDS, help_text=_("Un défi n'a pas encore sa réponse."))
    language = forms.ChoiceField(label=_("Langue dans laquelle vous écrivez"), choices=LANGUAGES)
    title_fr = forms.CharField(label=_("La leçon en une phrase, en français"), max_length=200, required=False)
    planned_fr = text(_("1. Qu'est-ce qui était prévu ? (français)"))
    happened_fr = text(_("2. Que s'est-il passé ? (français)"))
    why_fr = text(_("3. Pourquoi l'écart ? (français)"))
    recommendation_fr = text(_("4. Que faire la prochaine fois ? (français)"))
    title_en = forms.CharField(label=_("La leçon en une phrase, en anglais"), max_length=200, required=False)
    planned_en = text(_("1. Qu'est-ce qui était prévu ? (anglais)"))
    happened_en = text(_("2. Que s'est-il passé ? (anglais)"))
    why_en = text(_("3. Pourquoi l'écart ? (anglais)"))
    recommendation_en = text(_("4. Que faire la prochaine fois ? (anglais)"))
    translation = forms.ChoiceField(label=_("L'autre langue est"), choices=TRANSLATIONS)
    crisis = forms.CharField(label=_("Crise"), max_length=200, required=False)
    happened_on = forms.DateField(label=_("Survenu le"), widget=DayInput(), required=False)
    place = forms.CharField(label=_("Lieu"), max_length=160, required=False, help_text=_("Une commune ou plus large ; jamais un site ni une position."))
    hazard = forms.ChoiceField(label=_("Aléa"), choices=[NONE, *HAZARDS], required=False)
    phase = forms.ChoiceField(label=_("Phase"), choices=[NONE, *PHASES], required=False)
    sector = forms.ChoiceField(label=_("Secteur"), required=False)
    theme = forms.ChoiceField(label=_("Thème"), required=False)
    target_role = forms.CharField(label=_("Pour qui"), max_length=160, required=False)
    strength = forms.ChoiceField(label=_("Ce qui l'appuie"), choices=STRENGTHS)
    evidence = text(_("Documents et pages"), _("Un par ligne : titre, page. Aucun nom de personne."))
    transferable_if = text(_("Transposable ailleurs si"))
    cost = forms.ChoiceField(label=_("Ordre de coût"), choices=[NONE, *COSTS], required=False)
    expires_on = forms.DateField(label=_("Valable jusqu'au"), widget=DayInput(), required=False, help_text=_("Vide : sans fin."))
    sensitivity = forms.ChoiceField(label=_("Qui le lit"), choices=SENSITIVITIES, initial=Sensitivity.RESTRICTED.value)
    consent = forms.BooleanField(label=_("Ceux dont elle parle consentent à son partage"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, known in (("sector", sector_names()), ("theme", themes())):
            chosen = self.fields[name]
            if isinstance(chosen, forms.ChoiceField):
                chosen.choices = [NONE, *known.items()]


class ReuseForm(forms.Form):
    """That a lesson was used; where and with which result may be told later."""

    where = forms.CharField(label=_("Où et pour quoi"), max_length=200, required=False)
    result = forms.CharField(label=_("Résultat, s'il est connu"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ContradictForm(forms.Form):
    """That another lesson says the opposite."""

    other = forms.CharField(label=_("Adresse ou identifiant de l'autre leçon"), max_length=200)
    why = forms.CharField(label=_("En quoi elles se contredisent"), max_length=300, required=False)


class FileForm(forms.Form):
    """A file of lessons, or a taxonomy of themes."""

    file = forms.FileField(label=_("Fichier .xlsx, .csv ou Data Package"), help_text=_("Les colonnes du modèle ; une ligne par leçon."))
    content = forms.ChoiceField(label=_("Ce que c'est"), choices=[("lessons", _("des leçons")), ("themes", _("une taxonomie de thèmes (composantes PER)"))])
