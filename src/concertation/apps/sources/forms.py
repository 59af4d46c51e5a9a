"""Forms of the import pages."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import SENSITIVITIES
from concertation.apps.places.models import State

ACCEPTED = ".xlsx,.xlsm,.csv,.tsv,.txt,.json,.geojson,.zip"
KINDS = [
    ("", _("reconnaître d'après le contenu")),
    ("presence-5w", _("qui fait quoi où (5W)")),
    ("response-alerts", _("alertes (réponse rapide)")),
    ("disaster-bulletin", _("bulletin de catastrophe")),
    ("cadre-harmonise", _("Cadre harmonisé")),
    ("hpc-needs", _("besoins (HPC)")),
    ("hapi-needs", _("besoins (HAPI)")),
    ("hapi-presence", _("présence (HAPI)")),
    ("unhcr-population", _("déplacements (HCR)")),
    ("dtm-baseline", _("déplacements (DTM)")),
    ("boundaries", _("contours administratifs")),
    ("fts-flows", _("flux d'argent (FTS)")),
    ("fts-plans", _("besoins et financements des plans (FTS)")),
    ("fts-clusters", _("besoins et financements par cluster (FTS)")),
    ("fts-plan-overview", _("aperçu des plans d'une année (FTS)")),
    ("fts-group-by", _("financements d'un plan par cluster (FTS)")),
    ("fts-flow-table", _("flux d'argent (tableau HDX de FTS)")),
    ("cbpf-projects", _("projets d'un fonds commun")),
    ("cbpf-locations", _("lieux des projets d'un fonds commun")),
    ("cbpf-contributions", _("contributions à un fonds commun")),
    ("cbpf-clusters", _("codes des clusters des fonds communs")),
    ("cbpf-organisation-types", _("codes des types d'organisation des fonds communs")),
    ("cbpf-funds", _("codes des fonds communs")),
    ("cbpf-allocations", _("allocations des fonds communs")),
    ("iati-activities", _("activités IATI (XML)")),
]


def limit_mb() -> int:
    """The largest file this node accepts, in megabytes."""
    return int(settings.UPLOAD_LIMIT_BYTES) // 1024 // 1024


def too_large_words() -> str:
    """Why a file was not kept, and what to do."""
    return gettext("Fichier trop grand : %(most)s Mo au plus. Retirez les feuilles et images inutiles, ou découpez-le par période.") % {"most": limit_mb()}


class PeriodOfFile(forms.Form):
    """The period a file reports on."""

    start = forms.DateField(label=_("Du"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    end = forms.DateField(label=_("Au"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """Both dates or none, in order."""
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if (start is None) != (end is None):
            raise forms.ValidationError(_("Donnez les deux dates de la période, ou aucune."))
        if start and end and start > end:
            raise forms.ValidationError(_("La période finit avant de commencer."))
        return cleaned


class BringIn(PeriodOfFile):
    """A file to bring in, for which State, of which kind, and who may see its rows."""

    file = forms.FileField(label=_("Fichier"), widget=forms.FileInput(attrs={"accept": ACCEPTED}))
    state = forms.ChoiceField(label=_("État"))
    kind = forms.ChoiceField(label=_("Nature du fichier"), choices=KINDS, required=False)
    share_as = forms.ChoiceField(
        label=_("Qui peut voir ces lignes"), choices=SENSITIVITIES, initial="confidential",
        help_text=_("Les adresses et numéros de téléphone sont masqués dans tous les cas."),
    )
    field_order = ["file", "state", "kind", "start", "end", "share_as"]

    def __init__(self, *args: Any, states: Iterable[State], too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages |= {
            "required": too_large_words() if too_large else _("Choisissez un fichier."),
            "empty": _("Ce fichier est vide : il ne contient aucun octet. Vérifiez l'envoi, puis recommencez."),
        }
        choices = self.fields["state"]
        if isinstance(choices, forms.ChoiceField):
            choices.choices = [(state.iso3, state.name) for state in states]

    def clean_file(self) -> Any:
        """A file within the size that this node accepts."""
        uploaded = self.cleaned_data["file"]
        if uploaded.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(too_large_words())
        return uploaded

    def period(self) -> tuple[date | None, date | None]:
        """The period given, if any."""
        return self.cleaned_data.get("start"), self.cleaned_data.get("end")


class ReadAs(forms.Form):
    """What kind of file this is, when it was not recognised or was taken for another."""

    kind = forms.ChoiceField(label=_("Nature du fichier"), choices=KINDS, required=False)
