"""Forms of the calendar of reports: a year of periods, one period, the days of a period, who is expected, who leads a sector."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from concertation.apps.sources.reporting.sectors import parents, sector_words
from concertation.apps.sources.reporting.words import EXCUSES, REOPENINGS
from concertation.core.reporting import ALL_SECTORS, FIRST_YEAR, LAST_YEAR, CalendarPeriod, Rhythm, year_of_periods

RHYTHMS = [("month", _("douze mois")), ("quarter", _("quatre trimestres"))]
USUAL_DAYS, MOST_DAYS = 10, 92
CHOOSE = ("", _("— choisir —"))


def sector_choices() -> list[tuple[str, str]]:
    """All sectors together, then each by its name."""
    return [(ALL_SECTORS, sector_words(ALL_SECTORS)), *sorted(((code, sector_words(code)) for code in parents()), key=lambda each: each[1])]


def choices(form: forms.Form, name: str, offered: Iterable[tuple[str, Any]]) -> None:
    """Give a field of choice its choices."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(offered)


def day_field(label: Any) -> forms.DateField:
    """A day, chosen in a calendar where the browser has one."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class YearOfPeriods(forms.Form):
    """A year of months or quarters to open, due so many days after the end of each, for all sectors or for one."""

    year = forms.IntegerField(label=_("Année"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    rhythm = forms.ChoiceField(label=_("Rythme"), choices=RHYTHMS)
    due_days = forms.IntegerField(label=_("Jours pour déclarer, après la fin"), min_value=0, max_value=MOST_DAYS, initial=USUAL_DAYS)
    sector = forms.ChoiceField(label=_("Secteur"), required=False, help_text=_("Un secteur qui a son propre rythme garde ses propres périodes."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "sector", sector_choices())

    def wanted(self) -> tuple[CalendarPeriod, ...]:
        """The periods asked for."""
        asked = self.cleaned_data
        rhythm: Rhythm = "quarter" if asked["rhythm"] == "quarter" else "month"
        return year_of_periods(asked["year"], rhythm=rhythm, due_days=asked["due_days"], sectors=(asked["sector"],))


class DaysOfPeriod(forms.Form):
    """The days of a period and its last day to declare; whether they can stand is the calendar's to say."""

    start, end, due_on = day_field(_("Du")), day_field(_("Au")), day_field(_("Dernier jour pour déclarer"))


class OnePeriod(DaysOfPeriod):
    """One period to open."""

    sector = forms.ChoiceField(label=_("Secteur"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "sector", sector_choices())

    def wanted(self) -> CalendarPeriod:
        """The period asked for."""
        asked = self.cleaned_data
        return CalendarPeriod(asked["start"], asked["end"], asked["due_on"], asked["sector"])


class Reopening(forms.Form):
    """Why a period is opened again."""

    reason = forms.ChoiceField(label=_("Pourquoi la rouvrir"), choices=[CHOOSE, *REOPENINGS.items()])


class OrganisationField(forms.CharField):
    """An organisation by its acronym or a name of the register; cleaned, it is the word it is kept under."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Organisation"), max_length=120, help_text=_("Sigle ou nom, comme dans le registre."), **kwargs)


class NamingForm(forms.Form):
    """A form that names an organisation; `called` finds the word it is kept under, empty when it finds none or several."""

    organisation = OrganisationField()

    def __init__(self, *args: Any, called: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.called = called

    def clean_organisation(self) -> str:
        """The word of the organisation."""
        written: str = self.cleaned_data["organisation"]
        slug = self.called(written) if written else ""
        if written and not slug:
            raise ValidationError(_("Le registre ne connaît pas cette organisation, ou en connaît plusieurs de ce nom : écrivez son nom entier."))
        return slug


class Expecting(NamingForm):
    """An organisation that is expected by a person's word."""


class Excusing(forms.Form):
    """An organisation that is expected no longer, and why."""

    organisation = forms.ChoiceField(label=_("Organisation"))
    reason = forms.ChoiceField(label=_("Pourquoi"), choices=[CHOOSE, *EXCUSES.items()])

    def __init__(self, *args: Any, organisations: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "organisation", organisations)


class NamingLead(NamingForm):
    """The organisation that leads a sector in a year from a day on; none ends the one before."""

    organisation = OrganisationField(required=False)
    sector = forms.ChoiceField(label=_("Secteur"))
    year = forms.IntegerField(widget=forms.HiddenInput, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    since = day_field(_("À partir du"))
    field_order = ["sector", "organisation", "since", "year"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "sector", [CHOOSE, *sector_choices()[1:]])
        self.fields["organisation"].help_text = _("Sigle ou nom, comme dans le registre ; vide : le secteur n'a plus de chef de file.")
