"""Forms of anticipatory action: a series of readings, a confirmation, a reason."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import SENSITIVITIES
from concertation.apps.sources.forms import too_large_words

SHARED = [choice for choice in SENSITIVITIES if choice[0] != "strict"]


class SeriesForm(forms.Form):
    """A series of readings for a framework, who published it and who may see it."""

    file = forms.FileField(label=_("Série (CSV ou XLSX)"), widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.xlsx"}))
    source = forms.CharField(label=_("Publiée par"), max_length=120)
    licence = forms.CharField(label=_("Licence"), max_length=120, required=False)
    share_as = forms.ChoiceField(label=_("Qui peut voir ces relevés"), choices=SHARED, initial="restricted")

    def clean_file(self) -> Any:
        """A file within the size that this node accepts."""
        uploaded = self.cleaned_data["file"]
        if uploaded.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(too_large_words())
        return uploaded


class FieldForm(forms.Form):
    """A field on a grid for an indicator of a framework, and the ground it is counted over."""

    field_file = forms.FileField(label=_("Champ (GeoTIFF ou NetCDF)"), widget=forms.FileInput(attrs={"accept": ".tif,.tiff,.nc,.nc4"}))
    indicator = forms.ChoiceField(label=_("Indicateur"))
    scope = forms.ChoiceField(label=_("Calculer sur"))
    on = forms.DateField(label=_("Jour de l'émission"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Pour un fichier qui ne porte pas ses dates (GeoTIFF)."))
    field_source = forms.CharField(label=_("Publié par"), max_length=120)
    field_licence = forms.CharField(label=_("Licence"), max_length=120, required=False)
    field_share_as = forms.ChoiceField(label=_("Qui peut voir ces relevés"), choices=SHARED, initial="restricted")

    def __init__(self, *args: Any, indicators: Sequence[tuple[str, str]], scopes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("indicator", indicators), ("scope", scopes)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = list(choices)

    def clean_field_file(self) -> Any:
        """A file within the size that this node accepts."""
        uploaded = self.cleaned_data["field_file"]
        if uploaded.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(too_large_words())
        return uploaded


class DeclareForm(forms.Form):
    """The file of a framework."""

    file = forms.FileField(label=_("Fichier du cadre (YAML)"), widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}))


class NoteForm(forms.Form):
    """What was looked at before confirming."""

    note = forms.CharField(label=_("Ce que vous avez vérifié"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(forms.Form):
    """Why something ends."""

    reason = forms.CharField(label=_("Raison"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
