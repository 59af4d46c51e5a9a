"""Whether a machine's clock may be believed for acts that cannot be taken back: erasing, letting a delay pass, declaring a message useless.

A flat battery sets a clock years back, a wrong keystroke years forward. What was seen before is remembered: a clock behind it, or
far ahead of it, or that ran much faster than the machine's own counter, is in doubt. The doubt ends when the clock is back in
line, or after it has gone on steadily for some days: then the machine had simply been off for long.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MAY_DIFFER = timedelta(hours=1)
OFF_AT_MOST = timedelta(days=60)
STEADY_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The latest moment that was believed, and the moment at which a doubt began, by the doubtful clock."""

    seen: datetime
    doubted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is remembered from now on, and whether the clock went back behind what it showed before."""

    remembered: Remembered
    went_back: bool = False

    @property
    def believed(self) -> bool:
        """Whether the clock is not in doubt."""
        return self.remembered.doubted is None


def judged(before: Remembered, now: datetime, *, gained: timedelta = timedelta()) -> Judged:
    """Judge a clock; `gained` is by how much it ran faster than the machine's own counter since the last look.

    >>> day, years = datetime(2026, 1, 1), timedelta(days=730)
    >>> [judged(Remembered(day), day + moved).believed for moved in (timedelta(), timedelta(days=30), years, -years)]
    [True, True, False, False]
    >>> ahead = judged(Remembered(day), day + years).remembered
    >>> judged(ahead, day + timedelta(days=1)).believed, judged(ahead, day + timedelta(days=1)).went_back, judged(ahead, day + years + timedelta(days=4)).believed
    (True, True, True)
    """
    went_back = now < (before.doubted or before.seen) - MAY_DIFFER or gained < -MAY_DIFFER
    in_line = before.seen - MAY_DIFFER <= now <= before.seen + OFF_AT_MOST
    if before.doubted is None:
        believed = in_line and gained <= MAY_DIFFER
    else:
        was_behind, fell = before.doubted < before.seen - MAY_DIFFER, now < before.doubted - MAY_DIFFER
        believed = (in_line and (was_behind or fell)) or (abs(gained) <= MAY_DIFFER and now - before.doubted >= STEADY_FOR)
    if believed:
        return Judged(Remembered(max(before.seen, now) if in_line else now), went_back)
    began = now if before.doubted is None or went_back or gained > MAY_DIFFER else before.doubted
    return Judged(replace(before, doubted=began), went_back)
