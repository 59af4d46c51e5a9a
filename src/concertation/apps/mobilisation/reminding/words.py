"""What a reminder of an instalment says, in both languages: the pledge by its reference, the day, what is left, where to look. It names nobody."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.funding.words import amount_words
from concertation.apps.mobilisation.models import Pledge
from concertation.apps.mobilisation.words import day_words, owner_words
from concertation.apps.sources.reminding.words import in_both
from concertation.core.decisions import Stage
from concertation.core.mobilisation.ledger import Stood
from concertation.core.periods import Language


def subject(row: Pledge, due: date, stage: Stage) -> tuple[str, str]:
    """The subject of a reminder."""
    def write(_language: Language) -> str:
        told = {"reference": row.reference, "due": day_words(due)}
        return (_("Concertation : promesse %(reference)s, versement promis pour le %(due)s") if stage == "before" else _("Concertation : promesse %(reference)s, versement du %(due)s attendu")) % told

    return in_both(write)


def body(row: Pledge, stood: Stood, due: date, *, origin: str) -> tuple[str, str]:
    """The text of a reminder."""
    def write(_language: Language) -> str:
        told = {
            "reference": row.reference, "number": stood.instalment.number, "due": day_words(due), "left": amount_words(stood.left, row.currency), "owner": owner_words(row.owner_state),
            "link": f"{origin}{reverse('pledge', args=[row.pk])}",
        }  # fmt: skip
        return _(
            "Bonjour,\n\nPromesse %(reference)s (%(owner)s), versement %(number)s.\nJour promis : %(due)s. Reste à recevoir : %(left)s.\n\nUn paiement qui porte la référence %(reference)s sera proposé pour cette promesse, et une personne le confirmera.\n\nPour voir la promesse, ou noter ce qui a été reçu :\n%(link)s\n\nSi c'est déjà fait, ne tenez pas compte de ce message."
        ) % told

    return in_both(write)
