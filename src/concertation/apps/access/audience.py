"""For whom a note or a paper is made, in words: nobody is named, only mandates and the widest level of rows they open."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from concertation.apps.access.words import mandates_in_words
from concertation.core.sharing import Mandate, Sensitivity, visibility_of

SHOWN_MANDATES = 2


def level_words(level: Sensitivity) -> str:
    """The widest level of rows of a note."""
    return {
        Sensitivity.PUBLIC: _("lignes publiques seules"), Sensitivity.RESTRICTED: _("lignes publiques et restreintes au cadre"),
        Sensitivity.CONFIDENTIAL: _("lignes jusqu'au niveau confidentiel : ne pas diffuser"), Sensitivity.STRICT: _("lignes jusqu'au niveau strictement confidentiel : ne pas diffuser"),
    }[level]  # fmt: skip


def widest(mandates: Sequence[Mandate], states: Sequence[str]) -> Sensitivity:
    """The most closed level that these mandates open in any of these States."""
    sight = visibility_of(mandates)
    return max((sight.widest_level(state) for state in states), key=list(Sensitivity).index, default=Sensitivity.PUBLIC)


def audience_words(mandates: Sequence[Mandate], states: Sequence[str]) -> str:
    """For whom the note is made, and which rows it holds."""
    held = mandates_in_words(mandates)
    who = ", ".join([*held[:SHOWN_MANDATES], *(["…"] if len(held) > SHOWN_MANDATES else [])]) or _("tout public")
    return _("Établie pour : %(who)s (%(level)s)") % {"who": who, "level": level_words(widest(mandates, states))}
