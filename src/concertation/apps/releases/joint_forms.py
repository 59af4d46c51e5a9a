"""Forms of joint products and of the look at principles."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from concertation.apps.decisions.sessions.forms import long_text
from concertation.apps.sharing.models import JOINT_KINDS, MOTIVES, PRINCIPLE_ANSWERS, VERDICTS
from concertation.core.sharing.principles import PRINCIPLES

QUESTIONS = {
    "humanity": _("Humanité : l'aide va-t-elle d'abord là où la souffrance est la plus grande, et protège-t-elle la dignité ?"),
    "neutrality": _("Neutralité : aucune partie à un conflit ne tire-t-elle avantage de notre aide ?"),
    "impartiality": _("Impartialité : les personnes sont-elles choisies sur leur seul besoin ?"),
    "independence": _("Indépendance : nos choix sont-ils libres de tout autre but que l'aide ?"),
}  # fmt: skip


class JointForm(forms.Form):
    """A joint product: what, where it stands on this node, about which States."""

    kind = forms.ChoiceField(label=_("Nature"), choices=JOINT_KINDS)
    title = forms.CharField(label=_("Titre"), max_length=200)
    states = forms.MultipleChoiceField(label=_("États dont il parle"), widget=forms.CheckboxSelectMultiple)
    address = forms.CharField(label=_("Page de ce nœud"), max_length=200, required=False, help_text=_("Commence par une barre, par exemple celle d'une note ou d'un tour d'allocation."))
    rests_on = forms.MultipleChoiceField(label=_("Diffusions sur lesquelles il s'appuie"), widget=forms.CheckboxSelectMultiple, required=False, help_text=_("Si l'une est retirée ou remplacée, le produit est marqué à recompter."))
    summary = forms.CharField(label=_("Ce qu'il dit"), widget=long_text(4), required=False)

    def __init__(self, *args: Any, states: Sequence[tuple[str, str]], releases: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["states"].choices = states  # type: ignore[attr-defined]
        self.fields["rests_on"].choices = releases  # type: ignore[attr-defined]
        if not releases:
            del self.fields["rests_on"]

    def clean_address(self) -> str:
        """An address of this node and no other."""
        address = str(self.cleaned_data["address"]).strip()
        try:
            if address:
                resolve(address)
        except Resolver404:
            raise ValidationError(_now("Aucune page de ce nœud n'est à cette adresse.")) from None
        return address


class WordForm(forms.Form):
    """What a State says of a joint product."""

    verdict = forms.ChoiceField(label=_("Le mot de l'État"), choices=VERDICTS)
    motive_code = forms.ChoiceField(label=_("Ce sur quoi porte la réserve"), choices=[("", _("aucune réserve")), *MOTIVES], required=False)
    motive = forms.CharField(label=_("Motif de la réserve"), widget=long_text(2), required=False)


class PrinciplesForm(forms.Form):
    """Four questions an organisation asks itself, each with what supports the answer."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for name in PRINCIPLES:
            self.fields[name] = forms.ChoiceField(label=QUESTIONS[name], choices=PRINCIPLE_ANSWERS)
            self.fields[f"{name}_evidence"] = forms.CharField(label=_("Sur quoi repose la réponse"), widget=long_text(2), required=False, help_text=_("Nécessaire pour « en partie » et « non ». Rien sur qui a négocié un accès."))

    def parts(self) -> tuple[dict[str, str], dict[str, str]]:
        """Answers and evidence by principle."""
        told = self.cleaned_data
        return {name: told[name] for name in PRINCIPLES}, {name: told[f"{name}_evidence"] for name in PRINCIPLES}
