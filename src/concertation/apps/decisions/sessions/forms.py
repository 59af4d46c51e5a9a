"""Forms of sessions and decisions, filled by the secretariat."""

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.decisions.models import ACCEPTANCES, BODIES, CAPACITIES, KINDS, PRESENCES, SESSION_STATES
from concertation.apps.decisions.sessions.queries import sessions
from concertation.core.money import in_minor_units


class DayInput(forms.DateInput):
    """A day, in the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def long_text(rows: int = 4) -> forms.Textarea:
    """A field of several lines."""
    return forms.Textarea(attrs={"rows": rows})


class SessionForm(forms.Form):
    """A session, its communiqué and its minutes."""

    body = forms.ChoiceField(label=_("Instance"), choices=BODIES)
    title_fr = forms.CharField(label=_("Titre en français"), max_length=200)
    title_en = forms.CharField(label=_("Titre en anglais"), max_length=200)
    starts_on = forms.DateField(label=_("Premier jour"), widget=DayInput())
    ends_on = forms.DateField(label=_("Dernier jour"), widget=DayInput())
    place = forms.CharField(label=_("Lieu"), max_length=120)
    state = forms.ChoiceField(label=_("État de la session"), choices=SESSION_STATES)
    communique = forms.CharField(label=_("Communiqué, mot à mot"), widget=long_text(8), required=False, help_text=_("Le texte publié, sans le changer."))
    communique_source = forms.CharField(label=_("D'où vient ce communiqué"), max_length=80, required=False)
    minutes_fr = forms.CharField(label=_("Procès-verbal en français"), widget=long_text(8), required=False, help_text=_("Aucun nom de personne : les fonctions suffisent."))
    minutes_en = forms.CharField(label=_("Procès-verbal en anglais"), widget=long_text(8), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)


class AttendanceForm(forms.Form):
    """Who was there, by function."""

    party = forms.SlugField(label=_("Code (NER, un-agencies…)"), max_length=120)
    party_fr = forms.CharField(label=_("Partie, en français"), max_length=200, help_text=_("Une institution ou une fonction, jamais un nom de personne."))
    party_en = forms.CharField(label=_("Partie, en anglais"), max_length=200)
    capacity = forms.ChoiceField(label=_("Qualité"), choices=CAPACITIES)
    presence = forms.ChoiceField(label=_("Présence"), choices=PRESENCES)


class DecisionForm(forms.Form):
    """A decision in the product's words."""

    kind = forms.ChoiceField(label=_("Nature"), choices=KINDS, help_text=_("Ce que les ministres décident, les États le mettent en œuvre ; seule une recommandation à un tiers s'accepte."))
    title_fr = forms.CharField(label=_("Titre en français"), max_length=200)
    title_en = forms.CharField(label=_("Titre en anglais"), max_length=200)
    text_fr = forms.CharField(label=_("Texte en français"), widget=long_text())
    text_en = forms.CharField(label=_("Texte en anglais"), widget=long_text())
    responsible = forms.CharField(label=_("Responsable"), max_length=200, required=False, help_text=_("Une institution ; elle peut n'avoir aucun compte ici."))


class FollowForm(forms.Form):
    """Who answers for a decision, and what it costs."""

    responsible = forms.CharField(label=_("Responsable"), max_length=200, required=False, help_text=_("Une institution ; elle peut n'avoir aucun compte ici."))
    indicator = forms.CharField(label=_("Indicateur"), max_length=300, required=False)
    cost = forms.CharField(label=_("Coût (FCFA)"), max_length=30, required=False, help_text=_("Vide : aucun coût n'est connu."))
    funding = forms.CharField(label=_("Financement"), max_length=300, required=False)
    official_reference = forms.CharField(label=_("Référence officielle"), max_length=60, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def clean_cost(self) -> int | None:
        """Whole francs; blanks between digits are read."""
        written = "".join(str(self.cleaned_data["cost"] or "").split())
        if not written:
            return None
        if not written.isdigit():
            raise forms.ValidationError(_("Un montant en francs entiers, par exemple 1 500 000."))
        return in_minor_units(written, "XOF")


class DayForm(forms.Form):
    """The day a session sets."""

    due = forms.DateField(label=_("Échéance"), widget=DayInput(), required=False, help_text=_("Vide : non fixée."))
    session = forms.ChoiceField(label=_("Session qui la fixe"))
    why = forms.CharField(label=_("Pourquoi elle change"), widget=long_text(2), required=False, help_text=_("Nécessaire dès qu'une échéance fixée change."))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        chosen = self.fields["session"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [(each.pk, each.title) for each in sessions()]


class WordingForm(forms.Form):
    """How a document words a decision."""

    language = forms.ChoiceField(label=_("Langue"), choices=[("fr", _("français")), ("en", _("anglais"))])
    text = forms.CharField(label=_("Texte, mot à mot"), widget=long_text(6))
    origin = forms.CharField(label=_("Document d'où il vient"), max_length=200)
    written_on = forms.DateField(label=_("Date du document"), widget=DayInput(), required=False)


class AnswerForm(forms.Form):
    """What a third party answered to a recommendation."""

    addressee = forms.CharField(label=_("Qui répond"), max_length=200)
    acceptance = forms.ChoiceField(label=_("Réponse"), choices=ACCEPTANCES)
    motive = forms.CharField(label=_("Motif"), widget=long_text(3), required=False)
    answered_on = forms.DateField(label=_("Le"), widget=DayInput())
    source = forms.CharField(label=_("Document"), max_length=200, required=False)
