"""What a reminder says, in both languages: the period, the day, where to declare. It names no organisation but the reader's own."""

from collections.abc import Callable
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from concertation.apps.places.queries import state_names
from concertation.apps.sources.models import ReportingPeriod
from concertation.apps.sources.reporting.sectors import sector_words
from concertation.core.periods import Language, Period
from concertation.core.reminders import Stage
from concertation.core.sharing import Sensitivity

LANGUAGES: tuple[Language, Language] = ("fr", "en")


def in_both(write: Callable[[Language], str]) -> tuple[str, str]:
    """A text in French, then in English."""
    made = []
    for language in LANGUAGES:
        with override(language):
            made.append(write(language))
    return made[0], made[1]


def subject(period: ReportingPeriod, stage: Stage) -> tuple[str, str]:
    """The subject of a reminder."""
    def write(language: Language) -> str:
        told = {"period": days(period, language), "due": day(period.due_on)}
        if stage == "before":
            return _("Concertation : %(period)s, déclaration attendue le %(due)s") % told
        if stage == "on":
            return _("Concertation : %(period)s, déclaration à remettre") % told
        return _("Concertation : %(period)s, déclaration en retard") % told

    return in_both(write)


def body(period: ReportingPeriod, organisation: str, *, origin: str) -> tuple[str, str]:
    """The text of a reminder to one organisation."""
    def write(language: Language) -> str:
        told = {
            "organisation": organisation, "period": days(period, language), "due": day(period.due_on), "sector": sector_words(period.sector),
            "state": state_names().get(period.owner_state, period.owner_state), "link": f"{origin}{page_of(period)}",
        }
        return _(
            "Bonjour,\n\nNous n'avons pas encore reçu les activités de %(organisation)s pour %(period)s (%(state)s, %(sector)s). Dernier jour : %(due)s.\n\nPour les déclarer, reprendre celles du mois dernier, ou dire qu'il n'y a rien à déclarer :\n%(link)s\n\nSi c'est déjà fait, ne tenez pas compte de ce message."
        ) % told

    return in_both(write)


def page_of(period: ReportingPeriod) -> str:
    """Where a reporter declares for a period: its own page, or their activities where the State keeps the period to itself."""
    is_open = period.sensitivity in (Sensitivity.PUBLIC.value, Sensitivity.RESTRICTED.value)
    return reverse("reporting-period", args=[period.pk]) if is_open else reverse("own-activities")


def days(period: ReportingPeriod, language: Language) -> str:
    """The days of a period in words."""
    return Period(period.start, period.end).in_words(language)


def day(on: date) -> str:
    """A day in the language in force."""
    return date_format(on, "j F Y")
