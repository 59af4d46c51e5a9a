"""Forms of the exchange rates: stating one, converting an amount."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.core.money import DIGITS

FIRST = ("XOF", "EUR", "USD")
CURRENCIES = [(code, code) for code in (*FIRST, *sorted(set(DIGITS) - set(FIRST)))]


def day_field() -> forms.DateField:
    """The day of a rate."""
    return forms.DateField(label=_("Le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class StateRate(forms.Form):
    """What one unit of a currency was worth on a day, and who says so."""

    base = forms.ChoiceField(label=_("Une unité de"), choices=CURRENCIES, initial="EUR")
    value = forms.DecimalField(label=_("valait"), min_value=Decimal("0.00000001"), max_value=Decimal(10) ** 9, decimal_places=8)
    quote = forms.ChoiceField(label=_("unités de"), choices=CURRENCIES, initial="USD")
    on = day_field()
    source = forms.CharField(label=_("Qui le dit"), max_length=300, help_text=_("La publication et son adresse, par exemple : Banque centrale européenne, taux de référence."))


class Convert(forms.Form):
    """An amount to be told in another currency at the rate of a day."""

    amount = forms.DecimalField(label=_("Montant"), min_value=Decimal(0), max_value=Decimal(10) ** 13)
    base = forms.ChoiceField(label=_("Monnaie de départ"), choices=CURRENCIES, initial="XOF")
    quote = forms.ChoiceField(label=_("Monnaie d'arrivée"), choices=CURRENCIES, initial="USD")
    on = day_field()
