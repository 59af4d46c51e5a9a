"""Forms of the allocation pages."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.allocation.models import STANCES, Round
from concertation.apps.allocation.words import COUNTING_WORDS
from concertation.core.allocation.counting import COUNTINGS
from concertation.core.allocation.what_if import KINDS
from concertation.core.money import in_minor_units

EACH_WAY = "each"
MOST = Decimal(10) ** 13
WHAT_IF_WORDS = {
    "amount": _("le montant d'une source devient"), "softer": _("une source devient un cran plus souple"), "longer": _("une source est utilisable trois mois de plus"),
    "release": _("la réserve d'une source est ouverte"), "cap": _("le plafond d'un besoin devient"),
}  # fmt: skip


def date_field(label: Any, **more: Any) -> forms.DateField:
    """A day."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def amount_field(label: Any, **more: Any) -> forms.DecimalField:
    """An amount in the main unit of the currency."""
    return forms.DecimalField(label=label, min_value=Decimal(0), max_value=MOST, **more)


class NewRound(forms.Form):
    """A new round: its title, the question as a file, the day it is judged on, the plan to stay near to."""

    title = forms.CharField(label=_("Titre"), max_length=200)
    file = forms.FileField(label=_("Question (fichier JSON)"), widget=forms.FileInput(attrs={"accept": ".json,application/json"}))
    as_of = date_field(_("Jour de la question"), help_text=_("L'argent dont le dernier jour est passé à cette date n'est pas alloué."))
    previous = forms.ChoiceField(label=_("Rester près du plan endossé de"), required=False)

    def __init__(self, *args: Any, endorsed: list[Round], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        previous = self.fields["previous"]
        if isinstance(previous, forms.ChoiceField):
            previous.choices = [("", _("aucun")), *((str(each.pk), each.title) for each in endorsed)]


class NewScenario(forms.Form):
    """A new scenario with what States ask and who joined by now; which money it counts, or all three ways beside each other."""

    title = forms.CharField(label=_("Titre du scénario"), max_length=120, required=False)
    counting = forms.ChoiceField(
        label=_("Argent compté"), required=False, choices=[("", _("comme la question le dit")), *COUNTING_WORDS.items(), (EACH_WAY, _("les trois, côte à côte"))],
    )

    def countings(self) -> list[str]:
        """The ways of counting asked for."""
        wanted = self.cleaned_data["counting"]
        return list(COUNTINGS) if wanted == EACH_WAY else [wanted]


class AskConstraint(forms.Form):
    """What a State asks on its soil: which needs, a cap or none at all, why, since when."""

    sector = forms.ChoiceField(label=_("Secteur"), required=False)
    unit = forms.CharField(label=_("Lieu (code de la question)"), max_length=120, required=False)
    cap = amount_field(_("Plafond pour chaque besoin"), required=False, help_text=_("Vide : aucun argent de ce tour pour ces besoins."))
    motive = forms.CharField(label=_("Motif"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)
    stated_on = date_field(_("Dit le"))

    def __init__(self, *args: Any, sectors: list[tuple[str, str]], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        sector = self.fields["sector"]
        if isinstance(sector, forms.ChoiceField):
            sector.choices = [("", _("tous les secteurs")), *sectors]

    def cap_minor(self) -> int:
        """The cap in minor units; 0 for an exclusion."""
        return in_minor_units(self.cleaned_data["cap"] or 0, self.currency)


class TakePosition(forms.Form):
    """What a State says of the scenario put to it."""

    stance = forms.ChoiceField(label=_("Position"), choices=STANCES, widget=forms.RadioSelect)
    motive = forms.CharField(label=_("Motif (obligatoire pour une réserve)"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=False)


class Join(forms.Form):
    """That an authority joins: its written word and the day."""

    reference = forms.CharField(label=_("Écrit qui le dit (lettre, courriel, procès-verbal)"), max_length=200)
    joined_on = date_field(_("Depuis le"))


class ChangeLine(forms.Form):
    """A line of the plan set by hand."""

    source = forms.CharField(label=_("Source"), max_length=200)
    cell = forms.CharField(label=_("Besoin"), max_length=200)
    amount = amount_field(_("Nouveau montant"), help_text=_("0 retire la ligne."))
    reason = forms.CharField(label=_("Raison"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)


class TryWhatIf(forms.Form):
    """One thing changed, to see what it would do."""

    kind = forms.ChoiceField(label=_("Et si"), choices=[(kind, WHAT_IF_WORDS[kind]) for kind in KINDS])
    id = forms.CharField(label=_("Source ou besoin (identifiant)"), max_length=200, widget=forms.TextInput(attrs={"list": "known-ids", "autocomplete": "off"}))
    amount = amount_field(_("Montant"), required=False)

    def clean(self) -> dict[str, Any]:
        """An amount where the change needs one."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") in ("amount", "cap") and cleaned.get("amount") is None:
            self.add_error("amount", _("Donnez un montant."))
        return cleaned


class ReplyAsDonor(forms.Form):
    """A donor's reply to the value of flexibility of its money."""

    text = forms.CharField(label=_("Votre réponse, jointe partout où ces lignes paraissent"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
