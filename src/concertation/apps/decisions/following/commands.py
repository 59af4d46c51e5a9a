"""Writing what a State did of a decision: an act of its data manager; verifying it is an act of somebody else.

Each change of state, proof or day is kept beside the row with who, when and why. A new report is declared or documented again: it
never keeps the verification of the one before.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from concertation.apps.decisions.commands import Refused
from concertation.apps.decisions.models import Decision, FollowUpChange, NationalImplementation, Session
from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import Conflict
from concertation.core.decisions import Evidence, grade_after_report, problems_of_report
from concertation.core.sharing import Mandate

KEPT = ("implementation", "evidence", "responsible")


@dataclass(frozen=True, slots=True)
class StateReport:
    """What a State reports of a decision."""

    implementation: str
    percent: int | None
    cause: str
    facts: str
    next_step: str
    documents: str
    responsible: str
    sensitivity: str


def holder_of(state: str) -> str:
    """The administration that holds what a State reports."""
    return f"{state.lower()}-government"


@transaction.atomic
def report(decision: str, state: str, words: StateReport, *, base_version: int, on: date, by: Mandate) -> NationalImplementation:
    """A State reports how far it carried a decision out. Raises Conflict, Refused (`base_version` 0: nothing was reported yet)."""
    if Decision.objects.get(pk=decision).kind != "decision":
        raise Refused("implementation-of-a-recommendation", decision)
    for code in problems_of_report(state=words.implementation, percent=words.percent, cause=words.cause):
        raise Refused(code, words.implementation)
    now = _held(decision, state, base_version)
    before = {name: getattr(now, name) for name in KEPT}
    for name in ("implementation", "percent", "cause", "facts", "next_step", "documents", "responsible", "sensitivity"):
        setattr(now, name, getattr(words, name))
    now.evidence = grade_after_report(documents=bool(words.documents.strip())).value
    now.verified_by, now.verified_on, now.verified_how = "", None, ""
    now.reported_on, now.declared_by = on, by.person
    _store(now, base_version)
    _keep_changes(now, before, why=words.cause, on=on, by=by)
    FollowUpChange.objects.filter(decision_id=decision, owner_state=state).update(sensitivity=words.sensitivity)
    journal("decisions.implementation-reported", by, state=state, decision=decision, implementation=now.implementation, evidence=now.evidence)
    return now


def _held(decision: str, state: str, base_version: int) -> NationalImplementation:
    found: NationalImplementation | None = NationalImplementation.objects.select_for_update().filter(decision_id=decision, owner_state=state).first()
    if found is None:
        return NationalImplementation(decision_id=decision, owner_state=state, holder=holder_of(state), implementation="", evidence="", version=0)
    if found.version != base_version:
        raise Conflict(found)
    return found


def _locked(row_id: UUID, base_version: int) -> NationalImplementation:
    now: NationalImplementation = NationalImplementation.objects.select_for_update().get(pk=row_id)
    if now.version != base_version:
        raise Conflict(now)
    return now


def _store(row: NationalImplementation, base_version: int) -> None:
    row.version = base_version + 1
    row.save()


def _keep_changes(row: NationalImplementation, before: dict[str, str], *, why: str, on: date, by: Mandate) -> None:
    FollowUpChange.objects.bulk_create(
        FollowUpChange(
            owner_state=row.owner_state, holder=row.holder, sensitivity=row.sensitivity, decision_id=row.decision_id, what=name, before=before[name],
            after=getattr(row, name), why=why, on=on, by=by.person, mandate=str(by),
        )
        for name in KEPT if before[name] != getattr(row, name)
    )


@transaction.atomic
def set_day(row_id: UUID, due: date | None, *, session: str, why: str, base_version: int, on: date, by: Mandate) -> NationalImplementation:
    """The day a session set for a State, or its change, which keeps the day before. Raises Conflict, Refused."""
    now = _locked(row_id, base_version)
    if due == now.due:
        return now
    if not Session.objects.filter(pk=session).exists():
        raise Refused("day-without-session")
    if now.due and not why.strip():
        raise Refused("day-moved-without-reason", now.due.isoformat())
    before, now.due, now.due_session_id = now.due, due, session if due else None
    _store(now, base_version)
    FollowUpChange.objects.create(
        owner_state=now.owner_state, holder=now.holder, sensitivity=now.sensitivity, decision_id=now.decision_id, what="due",
        before=before.isoformat() if before else "", after=due.isoformat() if due else "", why=why, session_id=session, on=on, by=by.person, mandate=str(by),
    )
    journal("decisions.national-day-set", by, state=now.owner_state, decision=now.decision_id, due=due, session=session)
    return now


@transaction.atomic
def verify(row_id: UUID, *, how: str, base_version: int, on: date, by: Mandate) -> NationalImplementation:
    """Somebody who did not declare it verifies what a State documented. Raises Conflict, Refused."""
    now = _locked(row_id, base_version)
    if now.declared_by == by.person:
        raise Refused("verified-by-its-author", now.decision_id)
    if not how.strip():
        raise Refused("verified-without-saying-how", now.decision_id)
    before = {name: getattr(now, name) for name in KEPT}
    now.evidence, now.verified_by, now.verified_on, now.verified_how = Evidence.VERIFIED.value, by.person, on, how
    _store(now, base_version)
    _keep_changes(now, before, why=how, on=on, by=by)
    journal("decisions.implementation-verified", by, state=now.owner_state, decision=now.decision_id)
    return now
