"""The page of an activation: what was read, who confirmed, the clock, the money and the actions; and the CAP file."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.anticipation import queries, views
from concertation.apps.anticipation.acting import commands
from concertation.apps.anticipation.behind import behind
from concertation.apps.anticipation.forms import NoteForm, ReasonForm
from concertation.apps.anticipation.messages import cap_of
from concertation.apps.anticipation.models import Activation
from concertation.apps.anticipation.words import refusal_words
from concertation.apps.ground.downloads import language
from concertation.apps.lessons import queries as lessons
from concertation.core.anticipation.watching import confirms
from concertation.core.lessons import hazard_of_lessons
from concertation.core.sharing import Mandate
from concertation.core.sharing.learning import keeps_lessons
from concertation.formats.cap import cap_bytes


def seen(request: ReaderRequest, activation_id: UUID) -> Activation:
    """An activation the reader may see; 404 otherwise."""
    return found(queries.activation(request.mandates, activation_id))


@require_GET
def activation(request: ReaderRequest, activation_id: UUID) -> HttpResponse:
    """What happened, who must act, and how long did it take?"""
    held = seen(request, activation_id)
    shown = queries.in_view(held.framework)
    by, taken = confirms(request.mandates, held.owner_state), queries.steps_of(held)
    title = shown.framework.title.told(language())
    context = {
        **views.activation_page(held, shown, taken, timezone.now()), "may_act": by is not None, "note_form": NoteForm(), "reason_form": ReasonForm(),
        "refusal": views.refusal_before(held, shown, taken, by), "behind": behind(request.mandates, held, shown.framework),
        "offered": lessons.offered(request.mandates, most=3, kind="lesson", hazard=hazard_of_lessons(shown.framework.hazard)), "may_use": bool(keeps_lessons(request.mandates)), "title": title,
        "breadcrumbs": [(_("AES"), "/"), (_("Action anticipée"), reverse("frameworks")), (title, reverse("framework", args=[held.slug])), (str(held.season), "")],
    }  # fmt: skip
    return render(request, "anticipation/activation.html", context)


@require_GET
def cap_file(request: ReaderRequest, activation_id: UUID) -> HttpResponse:
    """The CAP 1.2 message as it stands."""
    held = seen(request, activation_id)
    sender = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].strip("> ") or "concertation"
    content = cap_bytes(cap_of(held, queries.in_view(held.framework).framework, sender=sender, at=timezone.now()))
    return HttpResponse(content, content_type="application/cap+xml; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="cap-{held.pk}.xml"'})


Step = Callable[[UUID, Mapping[str, Any], datetime, Mandate], object]
STEPS: Mapping[str, Step] = {
    "confirm": lambda key, given, at, by: commands.confirm(key, note=str(given.get("note", "")), at=at, by=by),
    "stand-down": lambda key, given, at, by: commands.stand_down(key, reason=str(given.get("reason", "")), at=at, by=by),
    "close": lambda key, given, at, by: commands.close(key, reason=str(given.get("reason", "")), at=at, by=by),
    "transfer": lambda key, given, at, by: commands.note_transfer(key, place_of(given), at=at, by=by),
    "action": lambda key, given, at, by: commands.note_action(key, place_of(given), at=at, by=by),
}


def place_of(given: Mapping[str, Any]) -> int:
    """The line an act is about; one that is no number is none of them."""
    written = str(given.get("place", ""))
    return int(written) if written.isdecimal() and len(written) < 5 else -1


@require_POST
@login_required
def step(request: ReaderRequest, activation_id: UUID) -> HttpResponse:
    """Take one step of an activation, under the State's mandate."""
    held = seen(request, activation_id)
    by = confirms(request.mandates, held.owner_state)
    if by is None:
        return render(request, "403.html", status=403)
    take = STEPS.get(request.POST.get("step", ""))
    if take is None:
        raise Http404
    try:
        take(held.pk, request.POST, timezone.now(), by)
    except commands.NotPossible as refusal:
        messages.error(request, refusal_words(refusal.code))
    else:
        messages.success(request, _("C'est noté, et inscrit au journal."))
    return redirect("activation", activation_id=held.pk)
