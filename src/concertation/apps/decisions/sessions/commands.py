"""Writing sessions and what they decide: an act of the secretariat, one journal line each, on the version that was read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from concertation.apps.decisions.commands import Refused
from concertation.apps.decisions.models import Answer, Attendance, Decision, FollowUpChange, OfficialWording, Session
from concertation.apps.ground.commands import FRAMEWORK, journal
from concertation.apps.ground.editing import held_at
from concertation.core.sharing import Mandate, Sensitivity


@dataclass(frozen=True, slots=True)
class SessionWords:
    """What is held of a session beside its reference and number."""

    body: str
    title_fr: str
    title_en: str
    starts_on: date
    ends_on: date
    place: str
    state: str
    communique: str = ""
    communique_source: str = ""
    minutes_fr: str = ""
    minutes_en: str = ""


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """A decision as the secretariat enters it: the product's words, and whether it is addressed to a third party."""

    kind: str
    title_fr: str
    title_en: str
    text_fr: str
    text_en: str
    responsible: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Who answers for a decision, by what it is measured, what it costs and who pays."""

    responsible: str
    indicator: str
    cost_minor: int | None
    cost_currency: str
    funding: str
    official_reference: str


@transaction.atomic
def call_session(words: SessionWords, *, by: Mandate) -> Session:
    """Enter a session. Raises Refused where it ends before it begins."""
    _refuse_unsound(words)
    number = (Session.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    made = Session.objects.create(reference=f"S{number}", number=number, **asdict(words))
    journal("decisions.session-entered", by, state=FRAMEWORK, session=made.pk, starts_on=words.starts_on)
    return made


def _refuse_unsound(words: SessionWords) -> None:
    if words.ends_on < words.starts_on:
        raise Refused("session-ends-before-it-begins", words.ends_on.isoformat())


def held_session(reference: str, base_version: int) -> Session:
    """The session as it stands, held until the transaction ends. Raises Conflict when it changed since it was read."""
    return held_at(Session, reference, base_version)


@transaction.atomic
def change_session(reference: str, words: SessionWords, *, base_version: int, by: Mandate) -> Session:
    """Change what is held of a session. Raises Conflict, Refused."""
    _refuse_unsound(words)
    now = held_session(reference, base_version)
    changed = [name for name, value in asdict(words).items() if getattr(now, name) != value]
    for name in changed:
        setattr(now, name, getattr(words, name))
    now.version += 1
    now.save()
    journal("decisions.session-changed", by, state=FRAMEWORK, session=now.pk, changed=changed, version=now.version)
    return now


@transaction.atomic
def note_attendance(reference: str, *, party: Mapping[str, str], by: Mandate) -> Attendance:
    """Say who was at a session and in which capacity; said again, it replaces what was said of that party."""
    said = {name: party[name] for name in ("party_fr", "party_en", "capacity", "presence")}
    made, _new = Attendance.objects.update_or_create(session_id=reference, party=party["party"], defaults=said)
    journal("decisions.attendance-noted", by, state=FRAMEWORK, session=reference, party=made.party, presence=made.presence)
    return made


@transaction.atomic
def enter_decision(reference: str, words: DecisionWords, *, by: Mandate) -> Decision:
    """Enter what a session decided, in the product's words; its number follows the last one."""
    session = Session.objects.select_for_update().get(pk=reference)
    number = (Decision.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    count = Decision.objects.filter(session=session).count() + 1
    made = Decision.objects.create(reference=f"{session.pk}-D{count}", number=number, session=session, **asdict(words))
    journal("decisions.decision-entered", by, state=FRAMEWORK, decision=made.pk, session=session.pk, kind=made.kind)
    return made


def held_decision(reference: str, base_version: int) -> Decision:
    """The decision as it stands, held until the transaction ends. Raises Conflict when it changed since it was read."""
    return held_at(Decision, reference, base_version)


@transaction.atomic
def follow(reference: str, words: FollowUp, *, base_version: int, by: Mandate) -> Decision:
    """Say who answers for a decision, its indicator, cost and funding. Raises Conflict."""
    now = held_decision(reference, base_version)
    if words.responsible != now.responsible:
        _keep(now, "responsible", now.responsible, words.responsible, why="", session=None, by=by)
    changed = [name for name, value in asdict(words).items() if getattr(now, name) != value]
    for name in changed:
        setattr(now, name, getattr(words, name))
    now.version += 1
    now.save()
    journal("decisions.follow-up-changed", by, state=FRAMEWORK, decision=now.pk, changed=changed, version=now.version)
    return now


@transaction.atomic
def set_day(reference: str, due: date | None, *, session: str, why: str, base_version: int, by: Mandate) -> Decision:
    """A session sets, changes or lifts the day of a decision; the day before is kept. Raises Conflict, Refused without a session or a reason."""
    now = held_decision(reference, base_version)
    if due != now.due:
        if not Session.objects.filter(pk=session).exists():
            raise Refused("day-without-session")
        if now.due and not why.strip():
            raise Refused("day-moved-without-reason", now.due.isoformat())
        _keep(now, "due", _iso(now.due), _iso(due), why=why, session=session, by=by)
        now.due, now.due_session_id = due, session if due else None
    now.version += 1
    now.save()
    journal("decisions.day-set", by, state=FRAMEWORK, decision=now.pk, due=due, session=session, version=now.version)
    return now


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _keep(decision: Decision, what: str, before: str, after: str, *, why: str, session: str | None, by: Mandate) -> None:
    FollowUpChange.objects.create(
        owner_state=FRAMEWORK, holder="", sensitivity=Sensitivity.PUBLIC.value, decision=decision, what=what, before=before, after=after, why=why,
        session_id=session, on=timezone.localdate(), by=by.person, mandate=str(by),
    )


@transaction.atomic
def add_wording(reference: str, *, language: str, text: str, origin: str, written_on: date | None, by: Mandate) -> OfficialWording:
    """Enter how a document words a decision; those entered before stay beside it."""
    made = OfficialWording.objects.create(decision_id=reference, language=language, text=text, origin=origin, written_on=written_on)
    journal("decisions.wording-entered", by, state=FRAMEWORK, decision=reference, language=language, origin=origin)
    return made


@transaction.atomic
def note_answer(reference: str, *, addressee: str, acceptance: str, motive: str, answered_on: date, source: str, by: Mandate) -> Answer:
    """Note what a third party answered to a recommendation. Raises Refused for a decision of the ministers: States carry it out, nobody accepts it."""
    decision = Decision.objects.get(pk=reference)
    if decision.kind != "recommendation":
        raise Refused("acceptance-of-a-decision", reference)
    made = Answer.objects.create(
        decision=decision, addressee=addressee, acceptance=acceptance, motive=motive, answered_on=answered_on, source=source,
    )
    journal("decisions.answer-noted", by, state=FRAMEWORK, decision=reference, acceptance=acceptance)
    return made
