"""What became of a decision: how far each State carried it out, and how well that is proven, are two axes that are never mixed.

A day is held only once a session sets it; until then nothing is late. Every change of day or state is kept, so that slippage can
be read years later. What ministers decided is carried out by States; acceptance is asked of third parties alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal


class Implementation(StrEnum):
    """How far a State carried a decision out."""

    NOT_STARTED = "not-started"
    PLANNED = "planned"
    UNDER_WAY = "under-way"
    PARTLY = "partly"
    DONE = "done"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not-applicable"


class Evidence(StrEnum):
    """How well a state of implementation is proven, from the weakest to the strongest."""

    NONE = "none"
    DECLARED = "declared"
    DOCUMENTED = "documented"
    VERIFIED = "verified"


class Acceptance(StrEnum):
    """What a third party answered to a recommendation addressed to it."""

    ACCEPTED = "accepted"
    WITH_RESERVATION = "with-reservation"
    UNDER_EXAMINATION = "under-examination"
    NOT_ACCEPTED = "not-accepted"


CLOSED = frozenset({Implementation.DONE, Implementation.NOT_APPLICABLE})
STRENGTH: Mapping[Evidence, int] = {grade: place for place, grade in enumerate(Evidence)}
DIFFERS, UNREPORTED = "differs-by-state", "no-report-yet"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one thing followed: what it was, what it became, when, and for which State (`AES` for the decision itself)."""

    decision: str
    state: str
    what: str
    before: str
    after: str
    on: date


@dataclass(frozen=True, slots=True)
class Slippage:
    """How often a day was put off, by how many days in all, and the day first set."""

    times: int
    days: int
    first: date | None


def together(states: Iterable[str]) -> str:
    """The state of a decision over the States that reported: theirs when they agree, else that they differ.

    >>> together(["done", "done"]), together(["done", "blocked"]), together([])
    ('done', 'differs-by-state', 'no-report-yet')
    """
    seen = set(states)
    if not seen:
        return UNREPORTED
    return seen.pop() if len(seen) == 1 else DIFFERS


def grade_after_report(*, documents: bool) -> Evidence:
    """The grade of a State's own report: a State declares, or documents; it never verifies itself.

    >>> grade_after_report(documents=True), grade_after_report(documents=False)
    (<Evidence.DOCUMENTED: 'documented'>, <Evidence.DECLARED: 'declared'>)
    """
    return Evidence.DOCUMENTED if documents else Evidence.DECLARED


def is_overdue(due: date | None, state: str, today: date) -> bool:
    """Past its day and not closed; without a day set by a session nothing is ever overdue.

    >>> is_overdue(None, "blocked", date(2099, 1, 1)), is_overdue(date(2026, 1, 1), "under-way", date(2026, 1, 2))
    (False, True)
    >>> is_overdue(date(2026, 1, 1), "done", date(2026, 1, 2))
    False
    """
    return due is not None and due < today and state not in CLOSED


def slippage(changes: Iterable[Change]) -> Slippage:
    """How a day slipped, from its changes in order; a day brought forward does not make up for one put off.

    >>> moved = [Change("D1", "NER", "due", "2026-01-31", "2026-03-31", date(2026, 1, 20)), Change("D1", "NER", "due", "2026-03-31", "2026-04-10", date(2026, 3, 1))]
    >>> slippage(moved)
    Slippage(times=2, days=69, first=datetime.date(2026, 1, 31))
    """
    days = [(date.fromisoformat(each.before) if each.before else None, date.fromisoformat(each.after) if each.after else None) for each in changes if each.what == "due"]
    put_off = [(after - before).days for before, after in days if before and after and after > before]
    first = next((before or after for before, after in days), None)
    return Slippage(len(put_off), sum(put_off), first)


def as_of(changes: Sequence[Change], day: date, *, what: str) -> Mapping[tuple[str, str], str]:
    """What stood at the end of a day, by decision and State, read from the changes in order; nothing where nothing was said yet.

    >>> said = [Change("D1", "NER", "implementation", "", "planned", date(2026, 1, 1)), Change("D1", "NER", "implementation", "planned", "done", date(2026, 6, 1))]
    >>> as_of(said, date(2026, 3, 1), what="implementation")
    {('D1', 'NER'): 'planned'}
    """
    return {(each.decision, each.state): each.after for each in changes if each.what == what and each.on <= day}


def problems_of_report(*, state: str, percent: int | None, cause: str) -> tuple[str, ...]:
    """What keeps a report from standing: a cause for what is blocked, a percentage where it means something.

    >>> problems_of_report(state="blocked", percent=None, cause=""), problems_of_report(state="done", percent=40, cause="")
    (('report-cause-needed',), ('report-percent-without-sense',))
    """
    told = []
    if state == Implementation.BLOCKED and not cause.strip():
        told.append("report-cause-needed")
    if percent is not None and state not in (Implementation.UNDER_WAY, Implementation.PARTLY):
        told.append("report-percent-without-sense")
    return tuple(told)


Stage = Literal["before", "after"]
DAYS_BEFORE, DAYS_AFTER, USEFUL_DAYS = 14, 7, 30


def days_reminded(today: date) -> tuple[date, date]:
    """The first and the last day that `stage_due` may ask a reminder of.

    >>> days_reminded(date(2026, 6, 30))
    (datetime.date(2026, 5, 24), datetime.date(2026, 7, 14))
    """
    return today - timedelta(days=DAYS_AFTER + USEFUL_DAYS), today + timedelta(days=DAYS_BEFORE)


def stage_due(due: date, today: date) -> Stage | None:
    """Whether a day asks for a reminder: from two weeks before it, then once a week has passed, for a month.

    >>> [stage_due(date(2026, 6, 30), date(2026, month, day)) for month, day in ((6, 15), (6, 16), (6, 30), (7, 6), (7, 7), (9, 1))]
    [None, 'before', 'before', None, 'after', None]
    """
    if due - timedelta(days=DAYS_BEFORE) <= today <= due:
        return "before"
    late = today - due
    return "after" if timedelta(days=DAYS_AFTER) <= late <= timedelta(days=DAYS_AFTER + USEFUL_DAYS) else None
