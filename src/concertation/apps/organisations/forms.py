"""Forms of the register: names, a spelling, a merge."""

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.organisations.commands import Names
from concertation.apps.organisations.models import Organisation
from concertation.apps.organisations.words import TYPES
from concertation.core.spelling import fold


class NamesForm(forms.Form):
    """What an organisation is called, and the version the editor read."""

    acronym = forms.CharField(label=_("Sigle"), max_length=60, required=False)
    name_fr = forms.CharField(label=_("Nom en français"), max_length=240, required=False)
    name_en = forms.CharField(label=_("Nom en anglais"), max_length=240, required=False)
    org_type = forms.ChoiceField(label=_("Type"), choices=list(TYPES.items()), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    @classmethod
    def about(cls, held: Organisation) -> "NamesForm":
        """The form filled with what is held."""
        names = {name: getattr(held, name) for name in ("acronym", "name_fr", "name_en", "org_type", "version")}
        return cls(initial=names)

    def clean(self) -> dict[str, object]:
        """At least one name that holds a letter or a digit."""
        cleaned = super().clean() or {}
        if not any(fold(cleaned.get(name) or "") for name in ("acronym", "name_fr", "name_en")):
            raise forms.ValidationError(_("Donnez au moins un sigle ou un nom."))
        return cleaned

    def names(self) -> Names:
        """What the editor wrote."""
        return Names(**{name: self.cleaned_data[name] for name in ("acronym", "name_fr", "name_en", "org_type")})


class SpellingForm(forms.Form):
    """Another way an organisation is written in files."""

    written = forms.CharField(label=_("Autre écriture"), max_length=240)

    def clean_written(self) -> str:
        """Something that holds a letter or a digit."""
        written = str(self.cleaned_data["written"]).strip()
        if not fold(written):
            raise forms.ValidationError(_("Une écriture contient au moins une lettre ou un chiffre."))
        return written
