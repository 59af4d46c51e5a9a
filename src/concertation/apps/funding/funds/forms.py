"""Forms of the funds: registering one, correcting its rules."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.apps.funding.models import FUND_KINDS, PARTY_TYPES, Fund
from concertation.apps.ground.models import SENSITIVITIES
from concertation.core.money import DIGITS, in_minor_units

MOST = Decimal(10) ** 13
HUNDREDTHS = 100
SHARED_AS = [choice for choice in SENSITIVITIES if choice[0] in ("public", "restricted")]


class FundRules(forms.Form):
    """The rules of a fund, and what ties its money; what is left empty restricts nothing."""

    least_grant = forms.DecimalField(label=_("Plus petite subvention"), min_value=Decimal(0), max_value=MOST, required=False)
    most_grant = forms.DecimalField(label=_("Plus grande subvention"), min_value=Decimal(0), max_value=MOST, required=False)
    overhead = forms.DecimalField(label=_("Frais généraux, au plus (%)"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, required=False)
    local_share = forms.DecimalField(label=_("Part locale, au moins (%)"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, required=False)
    eligible_types = forms.MultipleChoiceField(label=_("Qui peut recevoir (aucun choix : tous)"), choices=PARTY_TYPES, required=False, widget=forms.CheckboxSelectMultiple)
    states = forms.MultipleChoiceField(label=_("Seulement dans ces États"), required=False, widget=forms.CheckboxSelectMultiple)
    sectors = forms.MultipleChoiceField(label=_("Seulement pour ces secteurs"), required=False, widget=forms.SelectMultiple(attrs={"size": 6}))
    earmark_text = forms.CharField(label=_("Ce que le fonds en écrit"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, required=False)

    def __init__(self, *args: Any, states: list[tuple[str, str]], sectors: list[tuple[str, str]], currency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_currency = currency
        for name, choices in (("states", states), ("sectors", sectors)):
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = choices

    def told(self) -> dict[str, Any]:
        """The rules as the register keeps them: minor units, hundredths of a per cent, codes."""
        given, currency = self.cleaned_data, self.in_currency or self.cleaned_data["currency"]
        return {
            "least_grant_minor": minor(given["least_grant"], currency), "most_grant_minor": minor(given["most_grant"], currency),
            "overhead_cap": hundredths(given["overhead"]), "least_local_share": hundredths(given["local_share"]), "eligible_types": sorted(given["eligible_types"]),
            "earmark": {part: sorted(given[part]) for part in ("states", "sectors") if given[part]}, "earmark_text": given["earmark_text"].strip(),
        }  # fmt: skip


class NewFund(FundRules):
    """A fund that no flow has told of."""

    name_fr = forms.CharField(label=_("Nom en français"), max_length=200)
    name_en = forms.CharField(label=_("Nom en anglais"), max_length=200)
    party = forms.CharField(label=_("Qui le tient"), max_length=200)
    party_type = forms.ChoiceField(label=_("Type de qui le tient"), choices=PARTY_TYPES)
    kind = forms.ChoiceField(label=_("Nature du fonds"), choices=FUND_KINDS)
    currency = forms.ChoiceField(label=_("Monnaie"), choices=[(code, code) for code in sorted(DIGITS)], initial="XOF")
    owner = forms.ChoiceField(label=_("Pour qui"))
    share_as = forms.ChoiceField(label=_("Qui peut le lire"), choices=SHARED_AS)
    field_order = ("name_fr", "name_en", "party", "party_type", "kind", "currency", "owner", "share_as")

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        if isinstance(owner, forms.ChoiceField):
            owner.choices = owners

    def told(self) -> dict[str, Any]:
        """The fund as the register keeps it."""
        return {**super().told(), **{name: self.cleaned_data[name] for name in ("name_fr", "name_en", "party", "party_type", "kind", "currency")}}


def rules_of(one: Fund) -> dict[str, Any]:
    """The rules of a fund as its form shows them."""
    scale = Decimal(10) ** -DIGITS.get(one.currency, 2)
    return {
        "least_grant": None if one.least_grant_minor is None else one.least_grant_minor * scale, "most_grant": None if one.most_grant_minor is None else one.most_grant_minor * scale,
        "overhead": None if one.overhead_cap is None else Decimal(one.overhead_cap) / HUNDREDTHS, "local_share": None if one.least_local_share is None else Decimal(one.least_local_share) / HUNDREDTHS,
        "eligible_types": one.eligible_types, "states": one.earmark.get("states", []), "sectors": one.earmark.get("sectors", []), "earmark_text": one.earmark_text,
    }  # fmt: skip


def minor(amount: Decimal | None, currency: str) -> int | None:
    """Minor units of an amount in the main unit; none where none is given."""
    return None if amount is None else in_minor_units(amount, currency)


def hundredths(percent: Decimal | None) -> int | None:
    """Hundredths of a per cent."""
    return None if percent is None else int(percent * HUNDREDTHS)
