"""The form of one activity: short enough for a phone, checked where it is sent, nothing typed is lost."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.editing import problem_words
from concertation.apps.presence.entry import placing
from concertation.core.entries import MEASURES, Entry, check, parts
from concertation.core.personal import mask_text

STATUSES = [
    ("", _("— non précisé —")), ("planned", _("prévue")), ("ongoing", _("en cours")), ("completed", _("terminée")), ("suspended", _("suspendue")),
    ("awaiting-funding", _("en attente de financement")),
]  # fmt: skip
MODALITIES = [
    ("", _("— non précisée —")), ("in-kind", _("en nature")), ("cash", _("en espèces")), ("voucher", _("coupons")), ("service", _("services")),
    ("mixed", _("plusieurs à la fois")),
]  # fmt: skip
GROUPS = [
    ("all", _("tous")), ("host", _("communauté hôte")), ("idp", _("personnes déplacées")), ("returnee", _("retournés")), ("refugee", _("réfugiés")),
    ("asylum_seeker", _("demandeurs d'asile")), ("other", _("autre")),
]  # fmt: skip
PART_LABELS: Mapping[str, Any] = {
    "f": _("femmes et filles"), "m": _("hommes et garçons"), "children": _("enfants"), "adults": _("adultes"), "disability": _("avec un handicap"),
}  # fmt: skip
LABELS: Mapping[str, Any] = {
    "sector": _("Secteur"), "unit": _("Lieu"), "activity": _("Activité"), "indicator": _("Indicateur"), "modality": _("Modalité"), "status": _("Statut"),
    "place_name": _("Localité ou site"), "start": _("Début"), "end": _("Fin"), "group": _("Groupe"), "targeted": _("Personnes ciblées"),
    "reached": _("Personnes atteintes"), "donors": _("Bailleurs"), "implementer": _("Partenaire de mise en œuvre"), "observation": _("Remarque"),
}  # fmt: skip
DAY = {"type": "date"}
COUNT = {"inputmode": "numeric"}
SALT = "presence.entry"


def people(label: Any) -> forms.IntegerField:
    """A number of people; the checks of the core say what is wrong with it."""
    return forms.IntegerField(label=label, required=False, widget=forms.NumberInput(attrs=COUNT))


class EntryForm(forms.Form):
    """One activity. `unit` is the place chosen among those offered; `base` is what stood when the form was read."""

    sector = forms.ChoiceField(label=LABELS["sector"])
    place = forms.CharField(label=LABELS["unit"], max_length=200, help_text=_("Région, département ou commune : « Téra », ou « Tillabéri, Téra » ; un code convient aussi."))
    activity = forms.CharField(label=LABELS["activity"], max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))
    status = forms.ChoiceField(label=LABELS["status"], choices=STATUSES, required=False)
    start = forms.DateField(label=LABELS["start"], required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    end = forms.DateField(label=LABELS["end"], required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    group = forms.ChoiceField(label=LABELS["group"], choices=GROUPS, required=False)
    targeted, reached = people(LABELS["targeted"]), people(LABELS["reached"])
    place_name = forms.CharField(label=LABELS["place_name"], max_length=240, required=False)
    modality = forms.ChoiceField(label=LABELS["modality"], choices=MODALITIES, required=False)
    indicator = forms.CharField(label=LABELS["indicator"], max_length=2_000, required=False)
    donors = forms.CharField(label=LABELS["donors"], max_length=400, required=False, help_text=_("Séparés par des points-virgules."))
    implementer = forms.CharField(label=LABELS["implementer"], max_length=240, required=False)
    observation = forms.CharField(label=LABELS["observation"], max_length=2_000, required=False, help_text=_("Aucun nom, téléphone ni courriel : ils seraient masqués."))
    unit = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)

    MAIN = ("sector", "place", "activity", "status", "start", "end", "group", "targeted", "reached")
    MORE = ("place_name", "modality", "indicator", "donors", "implementer", "observation")

    def __init__(self, *args: Any, state: str, sectors: Sequence[tuple[str, str]], today: date, kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state, self.today, self.kinds = state, today, kinds
        self.offers: tuple[placing.Offer, ...] = ()
        for name in parts():
            self.fields[name] = people(PART_LABELS[name.partition("_")[2]])
        chosen = self.fields["sector"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [("", "—"), *sectors]

    def clean_observation(self) -> str:
        """A remark without the addresses and numbers of people."""
        return mask_text(self.cleaned_data["observation"])

    def clean(self) -> dict[str, Any]:
        """The place found or chosen, then the entry as a whole."""
        cleaned = super().clean() or {}
        unit = self._unit(cleaned)
        if not set(self.errors) - {"place"}:
            self.entry = self._entry(cleaned, unit)
            for problem in check(self.entry, today=self.today):
                self.add_error(problem.cell.column or None, problem_words(problem))
        return cleaned

    def _unit(self, cleaned: Mapping[str, Any]) -> str:
        typed, chosen = cleaned.get("place", ""), cleaned.get("unit", "")
        found = placing.find(self.state, typed) if typed else placing.Found("", ())
        if found.unit:
            return found.unit
        if chosen and placing.is_as_typed(self.state, chosen, typed):
            return str(chosen)
        self.offers = found.offers
        if chosen and chosen in {offer.unit for offer in found.offers}:
            return str(chosen)
        if typed:
            told = _("Plusieurs lieux portent ce nom ou lui ressemblent : choisissez-en un.") if found.offers else _("Aucun lieu de cet État ne porte ce nom : écrivez aussi la région.")
            self.add_error("place", told)
        return ""

    def _entry(self, cleaned: Mapping[str, Any], unit: str) -> Entry:
        split = {name: cleaned[name] for name in parts() if cleaned.get(name) is not None}
        names = ("sector", "activity", "indicator", "modality", "status", "place_name", "start", "end", "targeted", "reached", "donors", "implementer", "observation")
        return Entry(unit=unit, group=cleaned.get("group") or "all", split=split, **{name: cleaned[name] for name in names})

    def main_fields(self) -> list[forms.BoundField]:
        """The lines everyone fills."""
        return [self[name] for name in self.MAIN]

    def more_fields(self) -> list[forms.BoundField]:
        """The lines under "more"."""
        return [self[name] for name in self.MORE]

    def parts_by_measure(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """People by sex, age and disability, under each measure."""
        return [(LABELS[measure], [self[name] for name in parts() if name.startswith(measure)]) for measure in MEASURES]

    def has_more(self) -> bool:
        """Whether the lines under "more" hold or ask for something."""
        return any(self[name].value() or self[name].errors for name in (*self.MORE, *parts()))


def initial_of(entry: Entry) -> dict[str, Any]:
    """An entry as a form shows it."""
    return {**entry.values(), "place": placing.typed_of(entry.unit)}
