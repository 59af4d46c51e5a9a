"""What `sharing` offers to the apps below it: what waits for a State's word, a signature or a confirmation."""

from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.search.words import state_names
from concertation.apps.sharing.joint.queries import waiting_rows
from concertation.apps.sources.reporting.waiting_reading import Line, Offer, offer_waiting
from concertation.apps.sources.reporting.words import due_words


def told(line: Line) -> tuple[str, str]:
    """One thing that waits, in words, and where it is."""
    said = {"state": state_names().get(line.state, line.state), "title": line.who, "day": due_words(line.due)}
    if line.what == "joint":
        return _("%(state)s : un mot est attendu sur le produit commun « %(title)s », jusqu'au %(day)s") % said, reverse("joint", args=[line.about])
    if line.what == "release":
        return _("%(state)s : la diffusion n° %(title)s attend votre signature") % said, reverse("release", args=[line.about])
    return _("%(state)s : l'accord de partage %(title)s attend votre confirmation") % said, reverse("agreement", args=[line.about])


offer_waiting(Offer(frozenset({"joint", "release", "agreement"}), waiting_rows, told))
