"""Forms of the plan: one line, and a file of lines."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.decisions.models import PLAN_KINDS, PLAN_STATES
from concertation.apps.decisions.plan.queries import decision_references
from concertation.apps.decisions.sessions.forms import DayInput, long_text
from concertation.apps.ground.models import SENSITIVITIES
from concertation.core.plan import PlanLine
from concertation.core.sharing import Sensitivity


class FrancsField(forms.CharField):
    """A whole number written with blanks between its digits, or nothing."""

    def __init__(self, *, label: object, help_text: object = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False, max_length=30)  # type: ignore[arg-type]

    def to_python(self, value: object) -> int | None:  # type: ignore[override]
        """The number; nothing where nothing is written."""
        written = "".join(str(value if value is not None else "").split())
        if not written:
            return None
        if not written.removeprefix("-").isdecimal() or len(written) > 18:
            raise forms.ValidationError(_("Un nombre entier, par exemple 1 500 000."))
        return int(written)

    def run_validators(self, value: object) -> None:
        """A number has no length."""


class LineForm(forms.Form):
    """One line of the plan; what is empty is not held."""

    kind = forms.ChoiceField(label=_("Nature"), choices=PLAN_KINDS)
    code = forms.RegexField(label=_("Code"), regex=r"^[\w.\-]+$", max_length=24, help_text=_("Par exemple O1, R1.2, I1.2.1, A1.2.3."))
    parent = forms.CharField(label=_("Sous quel objectif ou résultat (code)"), max_length=24, required=False)
    title_fr = forms.CharField(label=_("Intitulé en français"), max_length=300)
    title_en = forms.CharField(label=_("Intitulé en anglais"), max_length=300)
    decisions = forms.MultipleChoiceField(label=_("Décisions servies"), required=False, widget=forms.CheckboxSelectMultiple)
    national_plan = forms.CharField(label=_("Plan ou priorité nationale"), max_length=300, required=False)
    assumptions = forms.CharField(label=_("Hypothèses et risques"), widget=long_text(2), required=False)
    unit_of_measure = forms.CharField(label=_("Unité de mesure"), max_length=60, required=False)
    baseline = FrancsField(label=_("Valeur de référence"))
    baseline_on = forms.DateField(label=_("Référence au"), widget=DayInput(), required=False)
    target = FrancsField(label=_("Cible"))
    target_on = forms.DateField(label=_("Cible au"), widget=DayInput(), required=False)
    value = FrancsField(label=_("Valeur"), help_text=_("Laissez vide si une mesure vivante la donne."))
    value_on = forms.DateField(label=_("Valeur au"), widget=DayInput(), required=False)
    source = forms.CharField(label=_("Source de la valeur"), max_length=300, required=False)
    measure = forms.CharField(label=_("Code de la mesure vivante"), max_length=60, required=False, help_text=_("Ceux de la page d'une décision, fichier CSV, colonne Code."))
    lead = forms.CharField(label=_("Chef de file"), max_length=200, required=False)
    partners = forms.CharField(label=_("Partenaires"), max_length=300, required=False)
    starts_on = forms.DateField(label=_("Début"), widget=DayInput(), required=False)
    ends_on = forms.DateField(label=_("Fin"), widget=DayInput(), required=False)
    budget = FrancsField(label=_("Budget (FCFA)"), help_text=_("Vide : aucun budget n'est connu."))
    funded = FrancsField(label=_("Déjà financé (FCFA)"))
    funding = forms.CharField(label=_("Financement"), max_length=300, required=False)
    state = forms.ChoiceField(label=_("État d'avancement"), choices=[("", "—"), *PLAN_STATES], required=False)
    sensitivity = forms.ChoiceField(label=_("Qui le lit"), choices=SENSITIVITIES, initial=Sensitivity.PUBLIC.value)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        chosen = self.fields["decisions"]
        if isinstance(chosen, forms.MultipleChoiceField):
            chosen.choices = list(decision_references().items())


def line_from(cleaned: Mapping[str, object]) -> PlanLine:
    """The line of a form."""
    values = {name: value for name, value in cleaned.items() if name not in ("sensitivity", "version", "decisions")}
    written = cleaned["decisions"]
    return PlanLine(**values, decisions=tuple(written) if isinstance(written, list) else ())  # type: ignore[arg-type]


class FileForm(forms.Form):
    """A file of the plan."""

    file = forms.FileField(label=_("Fichier .xlsx ou .csv"), help_text=_("Les colonnes du modèle ; une ligne par objectif, résultat, indicateur ou activité."))
