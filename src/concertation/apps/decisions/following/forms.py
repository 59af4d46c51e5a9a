"""Forms of follow-up: what a State reports, how somebody else verified it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.decisions.models import IMPLEMENTATIONS
from concertation.apps.decisions.sessions.forms import long_text
from concertation.apps.ground.models import SENSITIVITIES
from concertation.core.sharing import Sensitivity


class ReportForm(forms.Form):
    """How far a State carried a decision out, and its proof."""

    implementation = forms.ChoiceField(label=_("Mise en œuvre"), choices=IMPLEMENTATIONS)
    percent = forms.IntegerField(label=_("Part réalisée (%)"), min_value=0, max_value=100, required=False, help_text=_("Pour « en cours » ou « partiellement réalisée » seulement."))
    cause = forms.CharField(label=_("Cause ou raison du changement"), widget=long_text(2), required=False, help_text=_("Nécessaire pour « bloquée »."))
    facts = forms.CharField(label=_("Ce qui a été fait"), widget=long_text(), required=False)
    next_step = forms.CharField(label=_("Prochaine étape"), widget=long_text(2), required=False)
    documents = forms.CharField(
        label=_("Documents qui le prouvent"), widget=long_text(2), required=False,
        help_text=_("Titre, date et où les trouver. Sans document, la preuve est « déclarée » ; avec, « documentée » ; un tiers la vérifie."),
    )  # fmt: skip
    responsible = forms.CharField(label=_("Responsable dans l'État"), max_length=200, required=False)
    sensitivity = forms.ChoiceField(label=_("Qui le lit"), choices=SENSITIVITIES, initial=Sensitivity.RESTRICTED.value)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)


class VerifyForm(forms.Form):
    """How somebody else verified it."""

    how = forms.CharField(label=_("Ce qui a été vérifié, et comment"), widget=long_text())
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
