"""What is said of organisations on the screen: types, why two may be one, why an act is refused."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.apps.organisations.models import Organisation

TYPES: Mapping[str, str | Promise] = {
    "un": gettext_lazy("Nations Unies"), "ingo": gettext_lazy("ONG internationale"), "nngo": gettext_lazy("ONG nationale ou locale"),
    "red-cross": gettext_lazy("Croix-Rouge et Croissant-Rouge"), "government": gettext_lazy("État et services techniques"),
    "donor": gettext_lazy("bailleur"), "academic": gettext_lazy("université et recherche"), "private": gettext_lazy("entreprise"),
    "other": gettext_lazy("autre"), "": gettext_lazy("type non précisé"),
}  # fmt: skip


def type_words(org_type: str) -> str:
    """A type of organisation in the reader's language; a word that is no code stays as it is."""
    return str(TYPES.get(org_type, org_type))


def full_name(organisation: Organisation, language: str) -> str:
    """The name in the reader's language, else in the other; empty where only an acronym is known."""
    names = (organisation.name_en, organisation.name_fr) if language == "en" else (organisation.name_fr, organisation.name_en)
    return next((name for name in names if name and name != organisation.acronym), "")


def reason_words(reason: str) -> str:
    """Why two organisations may be one."""
    return {
        "same": _("une même écriture mène aux deux"), "spelling": _("noms presque identiques"),
        "words": _("le nom de l'une commence celui de l'autre"),
    }[reason]


def refusal_words(code: str, name: str) -> str:
    """Why an act on the register cannot be done, and what to do instead."""
    return {
        "spelling-taken": _(
            "Cette écriture mène déjà à %(name)s. Déplacez-la depuis la page de cette organisation, ou fusionnez les deux organisations.",
        ),
        "already-merged": _("La fusion n'est plus possible : %(name)s est déjà fusionnée, ou c'est la même organisation."),
        "already-taken-back": _("Cette fusion a déjà été défaite."),
        "cannot-take-it": _("%(name)s ne peut pas recevoir cette écriture : elle est fusionnée, ou c'est déjà la sienne."),
    }[code] % {"name": name}
