"""Anticipatory action in words: states, hazards, notices, why a step cannot be taken."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.apps.anticipation.models import Activation
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.wording import window_in_words
from concertation.core.figures import number_in_words
from concertation.core.periods import Language

STANDINGS: Mapping[str, str | Promise] = {
    "watch": gettext_lazy("en veille"), "readiness": gettext_lazy("préparation"), "met": gettext_lazy("seuil atteint, non activé"),
    "certified": gettext_lazy("lecture certifiée, non activé"), "activated": gettext_lazy("activé"), "closed": gettext_lazy("clos"),
    "stood-down": gettext_lazy("levé"), "alert": gettext_lazy("alerte, sans argent"),
}  # fmt: skip
STATUSES: Mapping[str, str | Promise] = {
    "in-force": gettext_lazy("en vigueur"), "draft": gettext_lazy("projet"), "ended": gettext_lazy("terminé"), "proposal": gettext_lazy("proposition"),
}  # fmt: skip
HAZARDS: Mapping[str, str | Promise] = {
    "drought": gettext_lazy("sécheresse"), "flood": gettext_lazy("inondation"), "meningitis": gettext_lazy("méningite"), "cholera": gettext_lazy("choléra"),
    "measles": gettext_lazy("rougeole"), "displacement": gettext_lazy("déplacement"), "services-closed": gettext_lazy("services fermés"),
}  # fmt: skip
KINDS: Mapping[str, str | Promise] = {"climate": gettext_lazy("climat"), "health": gettext_lazy("santé"), "security": gettext_lazy("protection")}
STEPS: Mapping[str, str | Promise] = {
    "certification": gettext_lazy("certification de la lecture"), "activation": gettext_lazy("activation"), "transfer": gettext_lazy("premier versement"),
    "first-action": gettext_lazy("première action"),
}  # fmt: skip
ROLES: Mapping[str, str | Promise] = {"alert": gettext_lazy("alerte"), "readiness": gettext_lazy("préparation"), "action": gettext_lazy("action")}
NO_FIGURE = gettext_lazy("aucun chiffre")
REDUCTIONS: Mapping[str, str | Promise] = {
    "as-published": gettext_lazy("Moyenne des mailles, chacune pour la part de son aire qui est dans la zone."),
    "area-mean": gettext_lazy("Moyenne des mailles, chacune pour la part de son aire qui est dans la zone."),
    "share-of-area": gettext_lazy("Part de l'aire, en pour cent, où les conditions du cadre sont tenues."),
    "spatial-quantile": gettext_lazy("Valeur sous laquelle se trouve la part de l'aire que le cadre demande."),
    "count-of-units": gettext_lazy("Nombre d'unités dont la moyenne tient les conditions du cadre."),
    "ensemble-mean": gettext_lazy("Moyenne des membres de l'ensemble maille par maille, puis moyenne sur l'aire."),
    "ensemble-probability": gettext_lazy("Part des membres sous le seuil maille par maille, puis moyenne sur l'aire."),
}  # fmt: skip
REFUSALS: Mapping[str, str | Promise] = {
    "moved-on": gettext_lazy("Cette étape a déjà été franchie, ou ne peut plus l'être : relisez la page."),
    "not-signed": gettext_lazy("Cette version du cadre n'est pas signée : aucune activation ne peut s'appuyer sur elle. Signez-la d'abord."),
    "not-in-force": gettext_lazy("Ce cadre n'est pas en vigueur : il est veillé, il n'active rien."),
    "same-person": gettext_lazy("Vous avez déjà confirmé : la seconde confirmation revient à une autre personne."),
    "no-reason": gettext_lazy("Donnez la raison : elle reste au journal."),
}  # fmt: skip
CONFIRMED: Mapping[str, str | Promise] = {
    "certify": gettext_lazy("certifie la lecture"), "approve": gettext_lazy("approuve l'activation"), "no-objection": gettext_lazy("délai passé sans objection"),
}  # fmt: skip
RESERVED: Mapping[str, str | Promise] = {"reserved": gettext_lazy("réservé"), "transferred": gettext_lazy("versé"), "returned": gettext_lazy("rendu")}


def money_words(minor: int, digits: int, currency: str, language: Language) -> str:
    """An amount in whole main units with its currency, said as such when it has a fraction."""
    whole, rest = divmod(minor, 10**digits)
    fraction = f"{',' if language == 'fr' else '.'}{rest:0{digits}d}" if rest else ""
    return f"{number_in_words(whole, language)}{fraction}\u00a0{currency}"


def refusal_words(code: str) -> str:
    """Why a step cannot be taken."""
    return str(REFUSALS[code])


def hazard_words(hazard: str) -> str:
    """A hazard in the reader's language; a word nobody listed stays as written."""
    return str(HAZARDS.get(hazard, hazard))


def notice(activation: Activation, framework: Framework) -> tuple[tuple[str, str], tuple[str, str]]:
    """The message that leaves when a threshold is met, French then English: nothing is activated by it."""
    name, window = framework.title, framework.windows[activation.window]
    where = f" ({activation.unit})" if activation.unit else ""
    subject = (f"Seuil atteint, non activé\u202f: {name.fr}{where}", f"Threshold met, not activated: {name.en}{where}")
    french = (
        f"{name.fr}, {window.label.fr}, saison {activation.season}.\n{window_in_words(framework, activation.window, 'fr')}\n\n"
        "Rien n'est activé. Deux personnes mandatées confirment la lecture puis l'activation, ou la lèvent avec une raison.\n"
        f"/anticipation/activations/{activation.pk}/"
    )
    english = (
        f"{name.en}, {window.label.en}, season {activation.season}.\n{window_in_words(framework, activation.window, 'en')}\n\n"
        "Nothing is activated. Two people with the mandate confirm the reading, then the activation, or stand it down with a reason.\n"
        f"/anticipation/activations/{activation.pk}/"
    )
    return (subject[0][:200], subject[1][:200]), (french, english)


def state_words(state: str) -> str:
    """The state of an activation or of a framework."""
    return str(STANDINGS[state])


def unit_words(unit: str, names: Mapping[str, str]) -> str:
    """The unit of a verdict by its name where it is one of ours, else as its series writes it; the whole area has no name of its own."""
    return names.get(unit, unit) or _("toute la zone")
