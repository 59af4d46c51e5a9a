"""A joint product about States: proposed, open to each of them for some working days, then approved, approved by silence, or reserved.

A reservation concerns the joint product only: it leaves that State's part blank and says why. What partners published under their
own name stays, attributed, side by side with the State's own figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from concertation.core.sharing.mandates import Mandate
from concertation.core.sharing.rounds import runs_rounds

SILENCE_DAYS = 5
SATURDAY = 5
A_DAY = timedelta(days=1)


class Verdict(StrEnum):
    """What a State says of a joint product."""

    APPROVES = "approves"
    RESERVES = "reserves"


class Part(StrEnum):
    """How the part of a State in a joint product stands."""

    OPEN = "open"
    APPROVED = "approved"
    SILENT = "silent"
    RESERVED = "reserved"


@dataclass(frozen=True, slots=True)
class Word:
    """What a State said."""

    verdict: Verdict
    motive: str = ""


def silent_until(proposed_on: date, days: int = SILENCE_DAYS) -> date:
    """The last day to speak: so many working days after the proposal, Saturdays and Sundays apart.

    >>> silent_until(date(2026, 11, 27)).isoformat()
    '2026-12-04'
    """
    last, left = proposed_on, days
    while left:
        last += A_DAY
        left -= last.weekday() < SATURDAY
    return last


def part_of(word: Word | None, *, until: date, today: date) -> Part:
    """How a State's part stands: its word, or its silence once the period is over.

    >>> part_of(None, until=date(2026, 12, 4), today=date(2026, 12, 5)).value
    'silent'
    """
    if word is not None:
        return Part.RESERVED if word.verdict is Verdict.RESERVES else Part.APPROVED
    return Part.OPEN if today <= until else Part.SILENT


def waits_for(parts: Mapping[str, Part]) -> tuple[str, ...]:
    """The States whose word is still awaited; a product is published once there is none.

    >>> waits_for({"NER": Part.OPEN, "MLI": Part.SILENT})
    ('NER',)
    """
    return tuple(state for state, part in parts.items() if part is Part.OPEN)


def wrong_with(verdict: Verdict, motive: str, *, part: Part) -> str:
    """The code of why a word cannot be said; empty where it can.

    >>> wrong_with(Verdict.RESERVES, " ", part=Part.OPEN)
    'joint-reserved-without-motive'
    """
    if part is Part.SILENT:
        return "joint-silence-over"
    return "joint-reserved-without-motive" if verdict is Verdict.RESERVES and not motive.strip() else ""


def proposes(mandates: Iterable[Mandate]) -> Mandate | None:
    """The mandate under which a joint product is proposed and published: the secretariat's analyst's."""
    return runs_rounds(mandates)
