"""The days of the framework for anybody's calendar: sessions, and the days they set, as the reader may see them."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.decisions.models import Decision, NationalImplementation, Session
from concertation.apps.decisions.queries import every_decision, national
from concertation.apps.decisions.sessions.queries import sessions
from concertation.apps.decisions.words import state_name
from concertation.core.sharing import Mandate
from concertation.draw.calendar import Event, calendar

CALENDAR_TYPE = "text/calendar; charset=utf-8"


@require_GET
def days(request: ReaderRequest) -> HttpResponse:
    """Sessions and days set, as a calendar to subscribe to."""
    origin = f"{request.scheme}://{request.get_host()}"
    feed = calendar(events(request.mandates, origin), name=_("Cadre de concertation humanitaire"), made_on=timezone.localdate())
    return HttpResponse(feed, content_type=CALENDAR_TYPE, headers={"Content-Disposition": 'inline; filename="concertation.ics"'})


def events(mandates: Sequence[Mandate], origin: str) -> list[Event]:
    """Every session, every day set for a decision, every day set for a State that the reader may see."""
    every, reported = every_decision(), national(mandates)
    of_sessions = [of_session(each, origin) for each in sessions()]
    of_decisions = [of_decision(each, origin) for each in every if each.due]
    of_states = [of_state(row, each, origin) for each in every for row in reported.get(each.pk, ()) if row.due]
    return [*of_sessions, *of_decisions, *of_states]


def of_session(session: Session, origin: str) -> Event:
    """A session."""
    status = "CANCELLED" if session.state == "cancelled" else "TENTATIVE" if session.state == "planned" else "CONFIRMED"
    return Event(
        f"session-{session.pk}@concertation", session.starts_on, session.ends_on, session.title, about=str(session.get_body_display()), place=session.place,
        address=f"{origin}{reverse('forum-session', args=[session.pk])}", changed=session.version - 1, status=status,  # type: ignore[arg-type]
    )  # fmt: skip


def of_decision(decision: Decision, origin: str) -> Event:
    """The day a session set for a decision."""
    assert decision.due is not None
    return Event(
        f"decision-{decision.pk}@concertation", decision.due, decision.due, _("Échéance : %(what)s") % {"what": f"{decision.number}. {decision.title}"},
        about=decision.responsible, address=f"{origin}{reverse('decision', args=[decision.number])}", changed=decision.version - 1,
    )  # fmt: skip


def of_state(row: NationalImplementation, decision: Decision, origin: str) -> Event:
    """The day a session set for a State."""
    assert row.due is not None
    title = _("Échéance, %(state)s : %(what)s") % {"state": state_name(row.owner_state), "what": f"{decision.number}. {decision.title}"}
    return Event(
        f"implementation-{row.pk}@concertation", row.due, row.due, title, about=row.next_step, address=f"{origin}{reverse('decision', args=[decision.number])}",
        changed=row.version - 1,
    )  # fmt: skip
