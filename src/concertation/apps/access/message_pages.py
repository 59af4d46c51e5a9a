"""Messages that wait: what the node could not send, with the text to pass on by hand."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access import queries
from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.commands import mark_handed
from concertation.apps.ground.models import Message
from concertation.apps.ground.outbox import sends_mail
from concertation.core.sharing import Mandate
from concertation.core.sharing.giving import passes_on


def only_for_who_passes_on(request: ReaderRequest) -> Mandate:
    """The mandate the reader passes messages on under. Raises PermissionDenied for those who answer for no State's messages."""
    own = next((each for each in request.mandates if passes_on([each])), None)
    if own is None:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données d'un État, ou d'administrateur."))
    return own


@require_GET
@login_required
@never_cache
def waiting(request: ReaderRequest) -> HttpResponse:
    """What has not left, for whom, why, and the text."""
    only_for_who_passes_on(request)
    english = get_language() == "en"
    lines = [
        {
            "message": message, "person": person, "subject": message.subject_en if english else message.subject_fr, "why": why(message),
            "texts": (message.body_en, message.body_fr) if person.language == "en" else (message.body_fr, message.body_en),
        }
        for message, person in queries.messages_waiting(request.mandates)
    ]
    context = {"lines": lines, "sends_mail": sends_mail(), "breadcrumbs": [(_("Personnes"), reverse("people")), (_("Messages en attente"), "")]}
    return render(request, "access/messages_waiting.html", context)


def why(message: Message) -> str:
    """Why a message has not left."""
    if message.last_error == "no-account":
        return _("compte fermé")
    if message.last_error == "interrupted":
        return _("interrompu deux fois : peut-être déjà reçu")
    if message.state == "failed":
        return _("refusé par le serveur de courriel (%(code)s)") % {"code": message.last_error}
    if message.last_error:
        return _("nouvel essai prévu (%(code)s)") % {"code": message.last_error}
    return _("en attente d'envoi") if sends_mail() else _("ce nœud n'envoie pas de courriel")


@require_POST
@login_required
def handed(request: ReaderRequest, message_id: UUID) -> HttpResponse:
    """Somebody passed a message on by hand."""
    own = only_for_who_passes_on(request)
    found = next((message for message, _person in queries.messages_waiting(request.mandates) if message.pk == message_id), None)
    if found is None:
        raise Http404
    if mark_handed(found, by=own, at=timezone.now()):
        messages.success(request, _("Noté : ce message ne partira plus."))
    return redirect("messages-waiting")
