"""Forms of mobilisation; amounts are written in the main unit of their currency, with blanks between digits or not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import SENSITIVITIES
from concertation.apps.mobilisation.models import APPEAL_KINDS, CHANNELS, GIVER_TYPES, KINDS, MEETING_STATES, VALUERS
from concertation.apps.search.words import sector_names, state_names
from concertation.core.mobilisation.ledger import Instalment
from concertation.core.money import DIGITS, Money, in_minor_units
from concertation.core.sharing import Sensitivity

NONE = ("", "—")
USUAL, EVERY_SECTOR = ("XOF", "EUR", "USD"), "ALL"
CURRENCIES = [(code, code) for code in (*USUAL, *sorted(set(DIGITS) - set(USUAL)))]
LONGEST_AMOUNT = 30
AMOUNT = re.compile(r"[-+]?\d{1,13}(\.\d{1,6})?", re.ASCII)  # no exponent: a short text would make a number without end
FEWEST_LINES, MORE_LINES, MOST_LINES = 4, 2, 40


class DayInput(forms.DateInput):
    """A day, in the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day(label: Any, **more: Any) -> forms.DateField:
    """A field of one day."""
    return forms.DateField(label=label, widget=DayInput(), **more)


def text(label: Any, *, rows: int = 3, **more: Any) -> forms.CharField:
    """A field of several lines."""
    return forms.CharField(label=label, required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": rows}), **more)


class AmountField(forms.CharField):
    """An amount as people write it: blanks between digits, a comma or a point; nothing where nothing is written. A sign is kept: it is judged after."""

    def __init__(self, *, label: Any, **more: Any) -> None:
        super().__init__(label=label, max_length=LONGEST_AMOUNT, widget=forms.TextInput(attrs={"inputmode": "decimal", "size": "12"}), **{"required": False, **more})

    def to_python(self, value: Any) -> Any:
        """The amount as an exact decimal; nothing where nothing is written."""
        written = "".join(str(value if value is not None else "").split()).replace("\u202f", "").replace("−", "-").replace(",", ".")
        if not written:
            return None
        if not AMOUNT.fullmatch(written):
            raise forms.ValidationError(_("Un montant, par exemple 1 500 000 ou 1 500,50."))
        return Decimal(written)

    def run_validators(self, value: Any) -> None:
        """An amount has no length."""


def minor_of(form: forms.Form, name: str, currency: str) -> int | None:
    """The amount of a field in minor units; an amount finer than its currency is told, never rounded."""
    written = form.cleaned_data.get(name)
    if written is None or currency not in DIGITS:
        return None
    if Fraction(written) * 10 ** DIGITS[currency] % 1:
        form.add_error(name, _("Cette monnaie n'a pas de fraction aussi fine : rien n'est arrondi à votre place."))
        return None
    return in_minor_units(written, currency)


def main_of(minor: int | None, currency: str) -> str:
    """An amount as its field shows it."""
    return "" if minor is None else f"{Money(minor, currency).main:f}"


class Guarded(forms.Form):
    """What every form ends with: who reads the row, and the version it was read at."""

    sensitivity = forms.ChoiceField(label=_("Qui le lit"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def offer(self, levels: Iterable[Sensitivity]) -> None:
        """The levels that may be given, in order."""
        named = dict(SENSITIVITIES)
        choices(self, "sensitivity", [(level.value, named[level.value]) for level in levels])


def choices(form: forms.Form, name: str, offered: Sequence[tuple[Any, Any]]) -> None:
    """What a field offers."""
    chosen = form.fields[name]
    if isinstance(chosen, forms.ChoiceField):
        chosen.choices = list(offered)


def barred(values: Iterable[str]) -> str:
    """Codes as they are held: between bars, none for any."""
    kept = [value for value in values if value]
    return f"|{'|'.join(kept)}|" if kept else ""


class Tied(Guarded):
    """A form with States and sectors: none ticked means any."""

    states = forms.MultipleChoiceField(label=_("Pour quels États"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Aucun : tous."))
    sectors = forms.MultipleChoiceField(label=_("Pour quels secteurs"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Aucun : tous."))

    def __init__(self, *args: Any, members: Sequence[str], levels: Iterable[Sensitivity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = state_names()
        choices(self, "states", [(code, names.get(code, code)) for code in members])
        choices(self, "sectors", [(code, name) for code, name in sector_names().items() if code != EVERY_SECTOR])
        self.offer(levels)

    def clean(self) -> dict[str, Any]:
        """States and sectors as they are held."""
        cleaned = super().clean() or {}
        for name in ("states", "sectors"):
            cleaned[name] = barred(cleaned.get(name) or [])
        return cleaned


class AppealForm(Tied):
    """A joint appeal, or an envelope."""

    kind = forms.ChoiceField(label=_("Nature"), choices=APPEAL_KINDS)
    title_fr = forms.CharField(label=_("Titre en français"), max_length=200)
    title_en = forms.CharField(label=_("Titre en anglais"), max_length=200)
    purpose_fr = text(_("Pour quoi faire, en français"))
    purpose_en = text(_("Pour quoi faire, en anglais"))
    asked = AmountField(label=_("Montant demandé"), help_text=_("Vide : aucun montant n'est arrêté."))
    currency = forms.ChoiceField(label=_("Monnaie"), choices=CURRENCIES)
    opens_on = day(_("Ouvert le"))
    closes_on = day(_("Clos le"), required=False)
    document = forms.CharField(label=_("Document (décision, lettre, page)"), max_length=200, required=False)
    field_order = ("kind", "title_fr", "title_en", "purpose_fr", "purpose_en", "asked", "currency", "opens_on", "closes_on", "states", "sectors", "document", "sensitivity")

    def clean(self) -> dict[str, Any]:
        """The amount in minor units."""
        cleaned = super().clean()
        cleaned["asked_minor"] = minor_of(self, "asked", cleaned.get("currency", ""))
        return cleaned


class EnvelopeForm(forms.Form):
    """A part of an appeal."""

    title_fr = forms.CharField(label=_("Titre en français"), max_length=200)
    title_en = forms.CharField(label=_("Titre en anglais"), max_length=200)
    state = forms.ChoiceField(label=_("État"), required=False)
    sector = forms.ChoiceField(label=_("Secteur"), required=False)
    amount = AmountField(label=_("Montant"), required=True)

    def __init__(self, *args: Any, members: Sequence[str], sectors: Sequence[str], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, states, named = currency, state_names(), sector_names()
        choices(self, "state", [("", _("tous")), *((code, states.get(code, code)) for code in members)])
        choices(self, "sector", [("", _("tous")), *((code, name) for code, name in named.items() if not sectors or code in sectors)])
        self.fields["amount"].label = f"{self.fields['amount'].label} ({currency})"

    def clean(self) -> dict[str, Any]:
        """The amount in minor units."""
        cleaned = super().clean() or {}
        cleaned["amount_minor"] = minor_of(self, "amount", self.currency)
        return cleaned


class MeetingForm(Guarded):
    """A pledging meeting."""

    title_fr = forms.CharField(label=_("Titre en français"), max_length=200)
    title_en = forms.CharField(label=_("Titre en anglais"), max_length=200)
    appeal = forms.ChoiceField(label=_("Pour l'appel"), required=False)
    held_on = day(_("Jour"))
    place = forms.CharField(label=_("Lieu"), max_length=120, required=False)
    state = forms.ChoiceField(label=_("État de la réunion"), choices=MEETING_STATES)
    outcome_fr = text(_("Ce qui en est sorti, en français"), help_text=_("Aucun nom de personne ; les promesses ont leur propre page."))
    outcome_en = text(_("Ce qui en est sorti, en anglais"))
    document = forms.CharField(label=_("Document (procès-verbal, page)"), max_length=200, required=False)
    field_order = ("title_fr", "title_en", "appeal", "held_on", "place", "state", "outcome_fr", "outcome_en", "document", "sensitivity")

    def __init__(self, *args: Any, appeals: Sequence[tuple[str, str]], levels: Iterable[Sensitivity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "appeal", [NONE, *appeals])
        self.offer(levels)


class PledgeForm(Tied):
    """A pledge as its giver made it; what is not known stays empty."""

    giver_type = forms.ChoiceField(label=_("Type de donateur"), choices=GIVER_TYPES)
    giver = forms.CharField(label=_("Nom de l'organisation"), max_length=240, required=False, help_text=_("Vide pour un ensemble de particuliers : personne n'y est nommé."))
    people = forms.IntegerField(label=_("Combien de personnes, pour un ensemble"), required=False, min_value=1, max_value=100_000_000)
    country = forms.RegexField(label=_("Pays du donateur (code à trois lettres)"), regex=r"^[A-Za-z]{3}$", max_length=3, required=False)
    kind = forms.ChoiceField(label=_("Forme"), choices=KINDS)
    amount = AmountField(label=_("Montant, ou valeur de ce qui est en nature"), help_text=_("En nature sans valeur connue : laissez vide."))
    currency = forms.ChoiceField(label=_("Monnaie"), choices=CURRENCIES)
    what = forms.CharField(label=_("En nature : quoi et combien"), max_length=300, required=False)
    valued_by = forms.ChoiceField(label=_("En nature : valeur donnée par"), choices=[NONE, *VALUERS], required=False)
    valued_on = day(_("En nature : valeur donnée le"), required=False)
    valued_how = forms.CharField(label=_("En nature : comment"), max_length=300, required=False, help_text=_("Prix d'achat, prix du marché, tarif d'assurance…"))
    pledged_on = day(_("Promis le"))
    due_on = day(_("Jour promis, si tout vient en une fois"), required=False, help_text=_("Plusieurs versements : dites-les ensuite, à la page de la promesse."))
    appeal = forms.ChoiceField(label=_("Pour l'appel"), required=False)
    envelope = forms.ChoiceField(label=_("Pour l'enveloppe"), required=False)
    meeting = forms.ChoiceField(label=_("Faite à la réunion"), required=False)
    document = forms.CharField(label=_("Écrit qui le dit (lettre, procès-verbal)"), max_length=200, required=False)
    owner_state = forms.ChoiceField(label=_("Promis à"))
    counted_publicly = forms.BooleanField(label=_("Compté dans les totaux publics, sans aucun nom"), required=False)
    field_order = (
        "giver_type", "giver", "people", "country", "kind", "amount", "currency", "what", "valued_by", "valued_on", "valued_how", "pledged_on", "due_on", "owner_state", "states", "sectors",
        "appeal", "envelope", "meeting", "document", "sensitivity", "counted_publicly",
    )  # fmt: skip

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in the order a pledge is told: who, what, when, for whom, and what may be read of it."""
        told = (
            (_("Qui promet"), ("giver_type", "giver", "people", "country")), (_("Combien"), ("kind", "amount", "currency")), (_("Seulement si c'est en nature"), ("what", "valued_by", "valued_on", "valued_how")),
            (_("Quand"), ("pledged_on", "due_on")), (_("Pour qui"), ("owner_state", "states", "sectors", "appeal", "envelope", "meeting")), (_("Ce qui en est lu"), ("document", "sensitivity", "counted_publicly")),
        )  # fmt: skip
        return [(legend, [self[name] for name in names if name in self.fields and not self[name].is_hidden]) for legend, names in told]

    def __init__(self, *args: Any, offered: Mapping[str, Sequence[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("appeal", "envelope", "meeting"):
            choices(self, name, [NONE, *offered[name]])
        choices(self, "owner_state", offered["owner_state"])
        if len(offered["owner_state"]) == 1:
            self.fields["owner_state"].initial, self.fields["owner_state"].widget = offered["owner_state"][0][0], forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """The amount in minor units, the code of the country in capitals; ids of what it belongs to."""
        cleaned = super().clean()
        cleaned["amount_minor"], cleaned["country"] = minor_of(self, "amount", cleaned.get("currency", "")), cleaned.get("country", "").strip().upper()
        for name in ("appeal", "envelope", "meeting"):
            cleaned[f"{name}_id"] = cleaned.get(name) or None
        if cleaned.get("owner_state") == "AES" and cleaned.get("sensitivity") == Sensitivity.CONFIDENTIAL.value:
            self.add_error("sensitivity", _("Ce qui est promis au cadre entier est lu au moins par lui : choisissez « restreint »."))
        return cleaned


class ScheduleForm(forms.Form):
    """The instalments of a pledge, a line each; a line left empty is none."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, held: Sequence[Instalment], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.numbers = currency, range(1, min(max(FEWEST_LINES, max((each.number for each in held), default=0) + MORE_LINES), MOST_LINES) + 1)
        known = {each.number: each for each in held}
        for number in self.numbers:
            own = known.get(number)
            self.fields[f"amount_{number}"] = AmountField(label=_("Versement %(number)s : montant (%(currency)s)") % {"number": number, "currency": currency}, initial=main_of(own.minor, currency) if own else "")
            self.fields[f"due_{number}"] = day(_("Versement %(number)s : jour promis") % {"number": number}, required=False, initial=own.due_on if own else None)

    @property
    def lines(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        """The fields of each line."""
        return [(number, self[f"amount_{number}"], self[f"due_{number}"]) for number in self.numbers]

    def clean(self) -> dict[str, Any]:
        """The instalments written; a day without an amount is told."""
        cleaned, parts = super().clean() or {}, list[Instalment]()
        for number in self.numbers:
            minor, due_on = minor_of(self, f"amount_{number}", self.currency), cleaned.get(f"due_{number}")
            if minor is not None:
                parts.append(Instalment(number, minor, due_on))
            elif due_on is not None and f"amount_{number}" not in self.errors:
                self.add_error(f"amount_{number}", _("Un jour sans montant : dites le montant, ou effacez le jour."))
        cleaned["parts"] = parts
        return cleaned


class ReceiptForm(forms.Form):
    """What was received of a pledge, and which instalment it pays."""

    received_on = day(_("Reçu le"))
    amount = AmountField(label=_("Montant reçu, ou valeur de ce qui est livré"), required=True)
    currency = forms.ChoiceField(label=_("Monnaie"), choices=CURRENCIES)
    channel = forms.ChoiceField(label=_("Comment"), choices=CHANNELS)
    reference = forms.CharField(label=_("Référence du virement ou du reçu"), max_length=80, required=False, help_text=_("Un code, jamais un nom ni un téléphone."))
    instalment = forms.ChoiceField(label=_("Pour le versement"), required=False)
    rest = forms.ChoiceField(label=_("S'il dépasse ce versement"), choices=[("refuse", _("me le dire, ne rien noter")), ("next", _("le reste paie les versements suivants")), ("beyond", _("le reste est au-delà de ce qui était promis"))])
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, instalments: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "instalment", [*instalments, ("", _("aucun : au-delà des versements dits"))])

    def clean(self) -> dict[str, Any]:
        """The amount in minor units."""
        cleaned = super().clean() or {}
        cleaned["amount_minor"] = minor_of(self, "amount", cleaned.get("currency", ""))
        return cleaned


class StatementForm(forms.Form):
    """A statement of a bank or of mobile money."""

    file = forms.FileField(label=_("Relevé (.csv ou .xlsx)"))
    currency = forms.ChoiceField(label=_("Monnaie, si le fichier ne la dit pas"), choices=[NONE, *CURRENCIES], required=False)
    state = forms.ChoiceField(label=_("Compte de"))

    def __init__(self, *args: Any, states: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = state_names()
        choices(self, "state", [(code, names.get(code, code)) for code in states])


class ReasonForm(forms.Form):
    """Why a pledge was taken back, or a line put aside."""

    why = forms.CharField(label=_("Pourquoi, en quelques mots"), max_length=300, required=False)


