"""The forms of rapid response: an alert short enough for a phone, a sector's answer, an agreed delay. Nothing typed is lost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.editing import problem_words
from concertation.apps.ground.models import SENSITIVITIES
from concertation.apps.presence.entry import placing
from concertation.apps.response import words
from concertation.core.response.alerts import (
    GROUPS,
    NATURES,
    OUTCOMES,
    REASONS,
    STATES,
    TELLERS,
    AlertEntry,
    SectorLine,
    check_alert,
    check_line,
)

DAY = {"type": "date"}
COUNT = {"inputmode": "numeric", "min": "0"}
SALT = "response.alert"
MOST = 2_000_000_000
SHARED = [choice for choice in SENSITIVITIES if choice[0] != "strict"]


def chosen_from(codes: Iterable[str], told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Codes with their words."""
    return [(code, told[code]) for code in codes]


def day(label: Any, *, required: bool = False) -> forms.DateField:
    """A day, as telephones offer it."""
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))


def count(label: Any, *, help_text: Any = "") -> forms.IntegerField:
    """A whole number nobody has to give."""
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST, widget=forms.NumberInput(attrs=COUNT), help_text=help_text)


class AlertForm(forms.Form):
    """One alert. `unit` is the place chosen among those offered. No line takes free words in which an event could be told."""

    state = forms.ChoiceField(label=_("État"))
    nature = forms.ChoiceField(label=_("De quoi s'agit-il"), choices=chosen_from(NATURES, words.NATURES))
    place = forms.CharField(label=_("Commune d'accueil"), max_length=200, help_text=_("Commune, ou département : « Téra », ou « Tillabéri, Téra ». Ni village, ni site, ni position."))
    raised_on = day(_("Date de l'alerte"), required=True)
    households = count(_("Ménages"))
    people = count(_("Personnes"))
    group = forms.ChoiceField(label=_("Groupe"), choices=chosen_from(GROUPS, words.GROUPS))
    teller = forms.ChoiceField(label=_("Qui a donné l'alerte"), choices=chosen_from(TELLERS, words.TELLERS), help_text=_("Une sorte de source, jamais un nom."))
    facilities = count(_("Établissements fermés depuis la dernière alerte"), help_text=_("Pour des écoles ou des postes de santé."))
    outcome = forms.ChoiceField(label=_("Évaluation conjointe"), choices=chosen_from(OUTCOMES, words.OUTCOMES))
    assessed_on = day(_("Date de l'évaluation"))
    assessors = forms.CharField(label=_("Organisations de l'évaluation"), max_length=240, required=False)
    share_as = forms.ChoiceField(label=_("Qui voit cette alerte"), choices=SHARED, initial="confidential")
    unit = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)

    MAIN = ("state", "nature", "place", "raised_on", "households", "people", "group", "teller", "share_as")
    MORE = ("outcome", "assessed_on", "assessors", "facilities")

    def __init__(self, *args: Any, states: Sequence[tuple[str, str]], today: date, kinds: Mapping[str, str], is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.kinds = today, kinds
        self.offers: tuple[placing.Offer, ...] = ()
        chosen = self.fields["state"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = states
        if len(states) == 1:
            chosen.initial, chosen.widget = states[0][0], forms.HiddenInput()
        if not is_new:
            del self.fields["share_as"]

    def clean(self) -> dict[str, Any]:
        """The place found or chosen, then the alert as a whole."""
        cleaned = super().clean() or {}
        unit = self._unit(cleaned)
        if not self.errors:
            names = [name for name in AlertEntry.__dataclass_fields__ if name != "unit"]
            self.alert = AlertEntry(unit, **{name: cleaned[name] for name in names})
            for problem in check_alert(self.alert, today=self.today):
                self.add_error(problem.cell.column or None, problem_words(problem))
        return cleaned

    def _unit(self, cleaned: Mapping[str, Any]) -> str:
        state, typed, chosen = cleaned.get("state", ""), cleaned.get("place", ""), cleaned.get("unit", "")
        if not state or not typed:
            return ""
        found = placing.find(state, typed)
        if found.unit:
            return found.unit
        if chosen and placing.is_as_typed(state, chosen, typed):
            return str(chosen)
        self.offers = found.offers
        if chosen and chosen in {offer.unit for offer in found.offers}:
            return str(chosen)
        self.add_error("place", _("Plusieurs lieux portent ce nom ou lui ressemblent : choisissez-en un.") if found.offers else _("Aucun lieu de cet État ne porte ce nom : écrivez aussi la région."))
        return ""

    def main_fields(self) -> list[forms.BoundField]:
        """The lines everyone fills."""
        return [self[name] for name in self.MAIN if name in self.fields and not self[name].is_hidden]

    def more_fields(self) -> list[forms.BoundField]:
        """The assessment, and facilities."""
        return [self[name] for name in self.MORE]

    def has_more(self) -> bool:
        """Whether the lines under "more" hold or ask for something."""
        return any(self[name].errors or self[name].value() not in (None, "", "waiting") for name in self.MORE)


class AnswerForm(forms.Form):
    """What a sector did about an alert."""

    sector = forms.ChoiceField(label=_("Secteur"))
    state = forms.ChoiceField(label=_("Couvert ?"), choices=chosen_from(STATES, words.STATES))
    reason = forms.ChoiceField(label=_("Pourquoi pas, ou pas tout"), required=False, choices=[("", "—"), *chosen_from(REASONS, words.REASONS)])
    begun_on = day(_("Début de la réponse"))
    assisted = count(_("Ménages assistés"))
    organisation = forms.CharField(label=_("Organisation"), max_length=240, required=False)

    def __init__(self, *args: Any, sectors: Sequence[tuple[str, str]], alert: AlertEntry, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alert, self.today = alert, today
        chosen = self.fields["sector"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [("", "—"), *sectors]

    def clean(self) -> dict[str, Any]:
        """The answer as a whole."""
        cleaned = super().clean() or {}
        if not self.errors:
            self.line = SectorLine(cleaned["sector"], cleaned["state"], cleaned["reason"], cleaned["organisation"].strip(), cleaned["assisted"], cleaned["begun_on"])
            for problem in check_line(self.line, self.alert, today=self.today):
                self.add_error(problem.cell.column or None, problem_words(problem))
        return cleaned


class AimForm(forms.Form):
    """The delay a State agreed to."""

    state = forms.ChoiceField(label=_("État"))
    days = forms.IntegerField(label=_("Jours entre l'alerte et la première réponse"), min_value=1, max_value=365, widget=forms.NumberInput(attrs=COUNT))
    source = forms.CharField(label=_("Texte qui le dit"), max_length=240)
    agreed_on = day(_("Convenu le"))

    def __init__(self, *args: Any, states: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["state"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = states
