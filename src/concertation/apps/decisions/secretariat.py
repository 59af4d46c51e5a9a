"""Who keeps sessions and their decisions."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from concertation.apps.access.requests import ReaderRequest
from concertation.core.sharing import Mandate
from concertation.core.sharing.following import keeps_sessions


def secretariat_or_refuse(request: ReaderRequest) -> Mandate:
    """The mandate under which this person keeps sessions, or a refusal that says which one is missing."""
    mandate = keeps_sessions(request.mandates)
    if mandate is None:
        raise PermissionDenied(_("Il faut le mandat d'analyste du secrétariat."))
    return mandate
