"""Rapid response in words: kinds of alert, groups, what sectors did, delays, reasons."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from concertation.apps.ground.downloads import language
from concertation.core.figures import number_in_words
from concertation.core.response.alerts import Delay

NATURES: Mapping[str, str | Promise] = {
    "displacement": gettext_lazy("déplacement de population"), "return": gettext_lazy("retour de population"), "flood": gettext_lazy("inondation"),
    "fire": gettext_lazy("incendie"), "drought": gettext_lazy("sécheresse"), "epidemic": gettext_lazy("épidémie"),
    "schools-closed": gettext_lazy("écoles fermées"), "health-posts-closed": gettext_lazy("postes de santé fermés"), "other": gettext_lazy("autre choc"),
}  # fmt: skip
GROUPS: Mapping[str, str | Promise] = {
    "idp": gettext_lazy("personnes déplacées"), "host": gettext_lazy("communauté hôte"), "returnee": gettext_lazy("retournés"), "refugee": gettext_lazy("réfugiés"),
    "asylum_seeker": gettext_lazy("demandeurs d'asile"), "all": gettext_lazy("tous"), "other": gettext_lazy("autre groupe"),
}  # fmt: skip
TELLERS: Mapping[str, str | Promise] = {
    "authority": gettext_lazy("autorité locale"), "service": gettext_lazy("service technique de l'État"), "community": gettext_lazy("communauté"),
    "partner": gettext_lazy("partenaire"), "other": gettext_lazy("autre ou non dit"),
}  # fmt: skip
OUTCOMES: Mapping[str, str | Promise] = {
    "waiting": gettext_lazy("à vérifier"), "confirmed": gettext_lazy("confirmée"), "not-confirmed": gettext_lazy("non confirmée"),
}  # fmt: skip
COVERAGES: Mapping[str, str | Promise] = {
    "covered": gettext_lazy("couverte"), "partly": gettext_lazy("couverte en partie"), "waiting": gettext_lazy("réponse prévue"), "not-covered": gettext_lazy("non couverte"),
    "not-needed": gettext_lazy("sans besoin"), "unsaid": gettext_lazy("aucune réponse dite"),
}  # fmt: skip
STATES: Mapping[str, str | Promise] = {
    "covered": gettext_lazy("couvert"), "partly": gettext_lazy("couvert en partie"), "waiting": gettext_lazy("prévu"), "not-covered": gettext_lazy("non couvert"),
    "not-needed": gettext_lazy("pas de besoin"),
}  # fmt: skip
REASONS: Mapping[str, str | Promise] = {
    "no-money": gettext_lazy("pas d'argent"), "no-stock": gettext_lazy("pas de stock"), "no-partner": gettext_lazy("pas de partenaire"),
    "access": gettext_lazy("contraintes d'accès"), "below-threshold": gettext_lazy("sous le seuil d'intervention"), "not-confirmed": gettext_lazy("besoins non confirmés"),
    "helped-elsewhere": gettext_lazy("assistance reçue d'ailleurs"), "moved-on": gettext_lazy("personnes reparties"), "other": gettext_lazy("autre raison"),
}  # fmt: skip
TAGS: Mapping[str, str] = {
    "in-time": "understood", "late": "doubtful", "running": "", "due": "doubtful", "overdue": "refused", "not-needed": "", "no-aim": "",
}  # fmt: skip
WITHDRAWALS: Mapping[str, str | Promise] = {
    "entered-twice": gettext_lazy("saisie deux fois"), "mistaken": gettext_lazy("saisie par erreur"), "did-not-take-place": gettext_lazy("n'a pas eu lieu"),
    "not-to-be-shared": gettext_lazy("ne doit pas être partagée"),
}  # fmt: skip
DELAYS: Mapping[str, str | Promise] = {
    "answered": gettext_lazy("répondue"), "in-time": gettext_lazy("répondue dans le délai"), "late": gettext_lazy("répondue en retard"),
    "open": gettext_lazy("sans réponse"), "overdue": gettext_lazy("sans réponse, délai passé"),
}  # fmt: skip
HAZARDS: Mapping[str, str | Promise] = {
    "flood": gettext_lazy("inondations"), "fire": gettext_lazy("incendies"), "wind": gettext_lazy("vents violents"), "drought": gettext_lazy("sécheresse"),
    "epidemic": gettext_lazy("épidémie"), "other": gettext_lazy("autre catastrophe"), "unsaid": gettext_lazy("aléa non dit"),
}  # fmt: skip
MEASURES: Mapping[str, str | Promise] = {
    "households": gettext_lazy("ménages sinistrés"), "people": gettext_lazy("personnes sinistrées"), "houses": gettext_lazy("maisons effondrées"),
    "livestock": gettext_lazy("têtes de bétail perdues"), "assisted_households": gettext_lazy("ménages assistés"), "assisted_people": gettext_lazy("personnes assistées"),
    "assisted_households_percent": gettext_lazy("part des ménages assistés"), "assisted_people_percent": gettext_lazy("part des personnes assistées"),
}  # fmt: skip


def nature_words(nature: str, facilities: int | None) -> str:
    """The kind of an alert, with how many facilities closed where it counts those."""
    told = str(NATURES.get(nature, nature))
    return f"{told} ({number_in_words(facilities, language())})" if facilities is not None else told


def days_words(days: int) -> str:
    """A number of days."""
    return ngettext("%(count)s jour", "%(count)s jours", days) % {"count": number_in_words(days, language())}


def delay_words(delay: Delay) -> str:
    """A delay as a person reads it: colours repeat what these words say."""
    days = days_words(delay.days)
    if delay.standing == "in-time":
        return _("réponse en %(days)s") % {"days": days}
    if delay.standing == "late":
        return _("réponse en %(days)s, %(over)s de trop") % {"days": days, "over": number_in_words(-(delay.left or 0), language())}
    if delay.standing == "overdue":
        return _("sans réponse depuis %(days)s, délai passé") % {"days": days}
    if delay.standing == "not-needed":
        return _("rien à répondre")
    if delay.standing == "no-aim":
        return _("%(days)s, aucun délai convenu") % {"days": days}
    return _("échéance aujourd'hui") if not delay.left else _("encore %(days)s") % {"days": days_words(delay.left)}
