"""Forms of accounts: an invitation, a mandate, an account that opens, a token."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from concertation.apps.access.models import ROLES, HeldMandate
from concertation.apps.access.register import organisation_called
from concertation.apps.access.words import mandate_words, state_names
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.giving import FOR_AN_ORGANISATION, GIVES, gives_at_all, is_sound, may_give
from concertation.core.sharing.visibility import FRAMEWORK

LONGEST_MANDATE, LONGEST_TOKEN = timedelta(days=3 * 366), timedelta(days=366)
DAY_FIELD = {"type": "date"}


def roles_to_give(mandates: Sequence[Mandate]) -> list[tuple[str, Any]]:
    """The roles a person may give, in the order of the list of roles."""
    given = frozenset().union(*(GIVES[own.role] for own in gives_at_all(mandates)))
    return [(code, words) for code, words in ROLES if Role(code) in given]


def states_to_give(mandates: Sequence[Mandate]) -> list[tuple[str, str]]:
    """The States for which a person may give a mandate; all of them for whoever administers the node."""
    own = {each.state for each in gives_at_all(mandates)}
    everywhere = bool(own & {"", FRAMEWORK})
    named = [(code, name) for code, name in state_names().items() if everywhere or code in own]
    return [("", str(_("— tous les États, pour une organisation —"))), *named] if everywhere else named


class MandateForm(forms.Form):
    """A mandate to give: role, State, organisation, last day; only what the giver's own mandates cover."""

    role = forms.ChoiceField(label=_("Rôle"))
    state = forms.ChoiceField(label=_("État"), required=False)
    organisation = forms.CharField(label=_("Organisation"), max_length=120, required=False, help_text=_("Pour un déclarant ou un bailleur : sigle ou nom, comme dans le registre."))
    until = forms.DateField(label=_("Dernier jour du mandat"), widget=forms.DateInput(attrs=DAY_FIELD))

    def __init__(self, *args: Any, mandates: Sequence[Mandate], person: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mandates, self.person = mandates, person
        self._choices("role", roles_to_give(mandates))
        self._choices("state", states_to_give(mandates))
        self.fields["until"].initial = (timezone.localdate() + timedelta(days=365)).isoformat()

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean_until(self) -> date:
        """A day to come, not further than three years."""
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today <= until <= today + LONGEST_MANDATE:
            raise forms.ValidationError(_("Un jour à venir, dans trois ans au plus."))
        return until

    def clean(self) -> dict[str, Any]:
        """The mandate as a whole, and the one it may be given under."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        organisation = self._organisation(cleaned)
        wanted = Mandate(person=self.person, role=Role(cleaned["role"]), state=cleaned["state"], organisation=organisation)
        if not is_sound(wanted):
            raise forms.ValidationError(_("Ce rôle demande un État (ou le cadre, pour un analyste), sans organisation."))
        by = may_give(self.mandates, wanted)
        if by is None:
            raise forms.ValidationError(_("Ce mandat dépasse le vôtre : demandez à qui le couvre."))
        return {**cleaned, "wanted": wanted, "by": by}

    def _organisation(self, cleaned: dict[str, Any]) -> str:
        written = cleaned["organisation"].strip()
        if Role(cleaned["role"]) not in FOR_AN_ORGANISATION:
            return ""
        own = {each.organisation for each in gives_at_all(self.mandates) if each.organisation}
        if not written and len(own) == 1:
            return own.pop()
        found = written if written in own else organisation_called(self.mandates, written)
        if not found:
            raise forms.ValidationError({"organisation": _("Aucune organisation du registre, ou plusieurs, portent ce nom : écrivez son sigle ou son nom entier.")})
        return found


class InviteForm(MandateForm):
    """An address to which a mandate is offered."""

    email = forms.EmailField(label=_("Adresse électronique"), max_length=254)
    field_order = ("email", "role", "state", "organisation", "until")

    def clean_email(self) -> str:
        """An address of a person: not the demonstration's."""
        email: str = self.cleaned_data["email"].lower()
        if email == settings.DEMONSTRATION_ADDRESS:
            raise forms.ValidationError(_("Cette adresse est celle de la démonstration."))
        return email


class OpenAccountForm(forms.Form):
    """What a person says to open the account they were invited to."""

    name = forms.CharField(label=_("Nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Langue"), choices=settings.LANGUAGES)
    password = forms.CharField(
        label=_("Mot de passe"), max_length=128, help_text=_("Douze signes au moins ; une phrase se retient mieux qu'un mot."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(label=_("Le même mot de passe"), max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    terms = forms.BooleanField(label=_("J'ai lu les conditions d'emploi et je les accepte."))

    def clean_password(self) -> str:
        """Long enough, and not one of the common ones."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean_again(self) -> str:
        """Twice the same."""
        if self.cleaned_data["again"] != self.cleaned_data.get("password", self.cleaned_data["again"]):
            raise forms.ValidationError(_("Les deux mots de passe diffèrent."))
        return str(self.cleaned_data["again"])


class DescribeForm(forms.Form):
    """A person's name and language."""

    name = forms.CharField(label=_("Nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Langue"), choices=settings.LANGUAGES)


class TokenForm(forms.Form):
    """A token: what it is for, which of one's own mandates it carries, until when."""

    name = forms.CharField(label=_("Nom"), max_length=80, help_text=_("Ce à quoi il sert, par exemple « classeur Excel du mois »."))
    mandates = forms.MultipleChoiceField(label=_("Mandats qu'il porte"), widget=forms.CheckboxSelectMultiple)
    expires_on = forms.DateField(label=_("Dernier jour"), widget=forms.DateInput(attrs=DAY_FIELD))

    def __init__(self, *args: Any, held: Iterable[tuple[HeldMandate, Mandate]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = list(held)
        self.held = {str(row.pk): row for row, _mandate in pairs}
        field = self.fields["mandates"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(str(row.pk), mandate_words(mandate)) for row, mandate in pairs]
        self.fields["expires_on"].initial = (timezone.localdate() + timedelta(days=90)).isoformat()

    def clean_expires_on(self) -> date:
        """A day to come, not further than a year."""
        day: date = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if not today <= day <= today + LONGEST_TOKEN:
            raise forms.ValidationError(_("Un jour à venir, dans un an au plus."))
        return day

    def chosen(self) -> list[HeldMandate]:
        """The mandates chosen, as they are held."""
        return [self.held[key] for key in self.cleaned_data["mandates"]]


class JournalFilter(forms.Form):
    """Which lines of the journal are asked for; what is wrongly written is left out."""

    state = forms.CharField(required=False, max_length=3)
    act = forms.CharField(required=False, max_length=80)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def asked(self) -> dict[str, Any]:
        """What was asked and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
