"""What a reminder of a day says, in both languages: the decision, the day, where to report."""

from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.decisions.models import NationalImplementation
from concertation.apps.decisions.words import day_or_not_fixed, implementation_words, state_name
from concertation.apps.sources.reminding.words import in_both
from concertation.core.decisions import Stage
from concertation.core.periods import Language


def subject(row: NationalImplementation, stage: Stage) -> tuple[str, str]:
    """The subject of a reminder."""
    def write(_language: Language) -> str:
        told = {"number": row.decision.number, "due": day_or_not_fixed(row.due)}
        return (_("Concertation : décision %(number)s, échéance le %(due)s") if stage == "before" else _("Concertation : décision %(number)s, échéance du %(due)s passée")) % told

    return in_both(write)


def body(row: NationalImplementation, *, origin: str) -> tuple[str, str]:
    """The text of a reminder to one State."""
    def write(_language: Language) -> str:
        told = {
            "title": f"{row.decision.number}. {row.decision.title}", "due": day_or_not_fixed(row.due), "state": state_name(row.owner_state), "stands": implementation_words(row),
            "link": f"{origin}{reverse('implementation-report', args=[row.decision.number, row.owner_state])}",
        }  # fmt: skip
        return _(
            "Bonjour,\n\nDécision %(title)s (%(state)s).\nÉchéance fixée par une session : %(due)s. Dernier compte rendu : %(stands)s.\n\nPour rendre compte de ce qui a été fait :\n%(link)s"
        ) % told

    return in_both(write)
