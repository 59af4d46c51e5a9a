"""Forms of releases and agreements."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.decisions.sessions.forms import DayInput, long_text
from concertation.apps.releases.tables import Wanted
from concertation.core.sharing import Sensitivity
from concertation.core.sharing.agreements import Terms
from concertation.core.sharing.released_tables import PEOPLE, PRESENCE, PRESENCE_CONCEPTS
from concertation.core.sharing.releases import EVERYONE

WHAT = [
    (f"{PEOPLE}:in_need", _("Personnes dans le besoin")), (f"{PEOPLE}:targeted", _("Personnes ciblées")), (f"{PEOPLE}:phase3plus", _("Personnes en phase 3 ou pire")),
    *((f"{PRESENCE}:{concept}", words) for concept, words in zip(PRESENCE_CONCEPTS, (_("Présence : organisations"), _("Présence : activités")), strict=True)),
]  # fmt: skip
GRAINS = [("1", _("niveau 1 (régions)")), ("2", _("niveau 2 (départements, cercles, provinces)"))]
CLASSES = [(Sensitivity.RESTRICTED.value, _("restreinte : aux États nommés")), (Sensitivity.PUBLIC.value, _("publique"))]
MOST_KEY_BYTES = 1_000
Choices = Sequence[tuple[str, Any]]


class MakeForm(forms.Form):
    """What a release is to say. Agreements, sectors and States come from the page."""

    what = forms.ChoiceField(label=_("Tableau"), choices=WHAT)
    sectors = forms.MultipleChoiceField(label=_("Secteurs"), widget=forms.CheckboxSelectMultiple, help_text=_("La présence part par secteurs entiers, jamais en protection ni tous secteurs ensemble."))
    grain = forms.ChoiceField(label=_("Grain"), choices=GRAINS, help_text=_("Un tableau garde le grain de sa première diffusion."))
    level = forms.ChoiceField(label=_("Classe"), choices=CLASSES)
    agreement = forms.ChoiceField(label=_("Accord de partage"), required=False)
    recipients = forms.MultipleChoiceField(label=_("Destinataires"), widget=forms.CheckboxSelectMultiple, required=False)
    purpose = forms.CharField(label=_("Finalité"), max_length=200)
    days = forms.IntegerField(label=_("Valable, en jours"), min_value=1, max_value=3650, initial=180)

    def __init__(self, *args: Any, sectors: Choices, states: Choices, agreements: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        chosen: dict[str, Choices] = {"sectors": sectors, "recipients": states, "agreement": [("", _("aucun (classe publique)")), *agreements]}
        for name, choices in chosen.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """The release asked for."""
        told = self.cleaned_data
        table, _separator, concept = told["what"].partition(":")
        public = told["level"] == Sensitivity.PUBLIC.value
        return Wanted(
            tuple(told["sectors"]), concept, int(told["grain"]), told["level"], (EVERYONE,) if public else tuple(told["recipients"]), told["agreement"], told["purpose"],
            timedelta(days=told["days"]), table,
        )  # fmt: skip

    def codes(self) -> list[str]:
        """What lacks for the class asked for."""
        told = self.cleaned_data
        if told["level"] == Sensitivity.PUBLIC.value:
            return []
        return [*([] if told["recipients"] else ["release-without-recipient"]), *([] if told["agreement"] else ["release-without-agreement"])]


class SignForm(forms.Form):
    """The key a person carries, where it does not stand on the node."""

    key = forms.FileField(label=_("Fichier de votre clé"), required=False, help_text=_("Lue pour signer, puis oubliée : le nœud n'en garde rien."))

    def content(self) -> bytes:
        """The bytes attached."""
        given = self.cleaned_data.get("key")
        return b"" if given is None or given.size > MOST_KEY_BYTES else given.read()


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("Motif"), max_length=200)


class AgreementForm(forms.Form):
    """A sharing agreement: what is said of each table stands in three fields of its own."""

    reference = forms.RegexField(label=_("Référence"), regex=r"^[A-Za-z0-9][A-Za-z0-9./-]*$", max_length=40, help_text=_("Celle de l'accord signé, par exemple AES-2026-01."))
    parties = forms.MultipleChoiceField(label=_("Avec quels États"), widget=forms.CheckboxSelectMultiple)
    purpose = forms.CharField(label=_("Finalité"), max_length=300, widget=long_text(2))
    starts_on = forms.DateField(label=_("Du"), widget=DayInput())
    ends_on = forms.DateField(label=_("Au"), widget=DayInput())
    people_grain = forms.ChoiceField(label=_("Personnes : grain le plus fin"), choices=[("", _("ce tableau n'est pas partagé")), *GRAINS], required=False)
    people_delay = forms.IntegerField(label=_("Personnes : délai après la période, en jours"), min_value=0, max_value=730, initial=0, required=False)
    presence_grain = forms.ChoiceField(label=_("Présence : grain le plus fin"), choices=[("", _("ce tableau n'est pas partagé")), *GRAINS], required=False)
    presence_delay = forms.IntegerField(label=_("Présence : délai après la période, en jours"), min_value=0, max_value=730, initial=0, required=False)
    presence_recipients = forms.MultipleChoiceField(label=_("Présence : destinataires, s'ils sont moins nombreux"), widget=forms.CheckboxSelectMultiple, required=False)
    destruction = forms.CharField(
        label=_("Destruction"), max_length=300, widget=long_text(2),
        help_text=_("Quand et comment les destinataires effacent. Limite à dire : ce qui a été envoyé ne se reprend pas de force."),
    )  # fmt: skip
    contact = forms.CharField(label=_("Fonction à prévenir d'un incident, sous 72 heures"), max_length=200, required=False, help_text=_("Une fonction et son service, jamais un nom."))

    def __init__(self, *args: Any, states: Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        for name in ("parties", "presence_recipients"):
            self.fields[name].choices = states  # type: ignore[attr-defined]

    def terms(self) -> tuple[Terms, ...]:
        """What is said of each table."""
        told = self.cleaned_data
        everyone = tuple(told["parties"])
        recipients = {PEOPLE: everyone, PRESENCE: tuple(told["presence_recipients"]) or everyone}
        return tuple(Terms(table, int(told[f"{table}_grain"]), told[f"{table}_delay"] or 0, recipients[table]) for table in (PEOPLE, PRESENCE) if told[f"{table}_grain"])
