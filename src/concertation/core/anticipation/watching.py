"""What a framework says today: each window in this season, unit by unit, with its evidence; whether it is half way; and the state that leads.

An alert is not an activation, and a threshold met is not one either: that takes two people with the mandate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from concertation.core.anticipation.firing import by_unit, evidence
from concertation.core.anticipation.framework import Deadlines, Framework
from concertation.core.anticipation.judging import Judgement
from concertation.core.anticipation.readings import Readings
from concertation.core.sharing import Mandate, Role

CONFIRMING = frozenset({Role.DATA_MANAGER, Role.RELEASE_AUTHORITY})
OPEN = ("met", "certified")


class Standing(StrEnum):
    """Where a framework stands, from the calmest to the most pressing."""

    WATCH = "watch"
    READINESS = "readiness"
    MET = "met"
    CERTIFIED = "certified"
    ACTIVATED = "activated"


@dataclass(frozen=True, slots=True)
class WindowVerdict:
    """One window of one unit in a season: fired, not, or not known; the readings behind it; whether some already pass."""

    window: str
    unit: str
    season: int
    fired: bool | None
    evidence: tuple[Judgement, ...]

    @property
    def is_half_way(self) -> bool:
        """Some reading passes its test, and the window has not fired."""
        return not self.fired and any(each.passes for each in self.evidence)


def verdicts(framework: Framework, readings: Readings, season: int) -> tuple[WindowVerdict, ...]:
    """Every window in a season, unit by unit."""
    return tuple(
        WindowVerdict(window, unit, season, years.has(season), evidence(framework, readings, window, unit=unit, year=season))
        for window in framework.windows
        for unit, years in by_unit(framework, readings, window, first=season, last=season).items()
    )  # fmt: skip


def standing(framework: Framework, judged: Iterable[WindowVerdict], states: Iterable[str]) -> Standing:
    """The state that leads, from what the season's windows say and the states of what already fired."""
    held = set(states)
    for state in (Standing.ACTIVATED, Standing.CERTIFIED, Standing.MET):
        if state.value in held:
            return state
    told = list(judged)
    ready = any(each.fired for each in told) or any(each.is_half_way for each in told if framework.windows[each.window].role == "action")
    return Standing.READINESS if ready else Standing.WATCH


def confirms(mandates: Iterable[Mandate], state: str) -> Mandate | None:
    """The mandate under which a person may certify, approve or stand down a State's activations.

    >>> confirms([Mandate("u1", Role.READER, state="NER")], "NER") is None
    True
    """
    return next((each for each in mandates if each.role in CONFIRMING and each.state == state and not each.organisation), None)


def delay_is_over(framework: Framework, certified_at: datetime | None, now: datetime) -> bool:
    """Whether the agreed hours without objection have passed since one person certified; never where two must confirm."""
    confirm = framework.owner.confirm
    if confirm.mode != "no-objection" or confirm.hours is None or certified_at is None:
        return False
    return now - certified_at >= timedelta(hours=confirm.hours)


@dataclass(frozen=True, slots=True)
class ClockHand:
    """One step of the clock: hours since the threshold (None: not yet), the agreed hours, whether that is late."""

    step: str
    at: datetime | None
    hours: float | None
    agreed: int | None
    late: bool


def clock(deadlines: Deadlines, met_at: datetime, now: datetime, *, steps: Sequence[tuple[str, datetime | None]]) -> tuple[ClockHand, ...]:
    """Hours from the threshold to certification, activation, transfer and first action, against the agreed hours.

    >>> from datetime import UTC
    >>> met, later = datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 8, 3, tzinfo=UTC)
    >>> [(each.hours, each.late) for each in clock(Deadlines(certification_hours=24), met, later, steps=[("certification", None)])]
    [(None, True)]
    """
    agreed = {"certification": deadlines.certification_hours, "transfer": deadlines.transfer_hours, "first-action": deadlines.first_action_hours}
    hands = []
    for step, at in steps:
        limit = agreed.get(step)
        elapsed = ((at or now) - met_at).total_seconds() / 3600
        hands.append(ClockHand(step, at, None if at is None else elapsed, limit, limit is not None and elapsed > limit))
    return tuple(hands)
