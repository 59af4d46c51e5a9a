"""Which instalments a movement of a statement could settle: proposed with the reasons, never settled without a person.

A movement that names a pledge comes first, then the same amount near the promised day, then the same amount alone. Money that goes out,
and a movement in another currency, are proposed nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

NEAR_DAYS = 30
MOST = 5
REASONS = ("names-pledge", "same-amount", "near-day")


@dataclass(frozen=True, slots=True)
class Awaited:
    """An instalment with something left: its id, the reference of its pledge, what is left in minor units, its promised day."""

    id: str
    reference: str
    currency: str
    left: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a statement: the day, the amount in minor units, the pledge it names if it names one."""

    day: date | None
    minor: int | None
    currency: str | None
    promised: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An instalment that a movement could settle, and why (of REASONS)."""

    awaited: Awaited
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Queue:
    """Instalments that wait, found by the pledge a movement names, else by its currency and amount: no other could be proposed."""

    by_reference: Mapping[str, list[Awaited]]
    by_amount: Mapping[tuple[str, int], list[Awaited]]

    def candidates(self, movement: Movement) -> list[Awaited]:
        """Those a movement could settle, to be judged by `matches`."""
        if movement.promised:
            return self.by_reference.get(movement.promised, [])
        return self.by_amount.get((movement.currency or "", movement.minor or 0), [])


def in_queue(awaited: Iterable[Awaited]) -> Queue:
    """Instalments as a queue.

    >>> queue = in_queue([Awaited("i1", "PR-1", "XOF", 500, None), Awaited("i2", "PR-2", "XOF", 300, None)])
    >>> [each.id for each in queue.candidates(Movement(None, 300, "XOF"))], [each.id for each in queue.candidates(Movement(None, 300, "XOF", "PR-1"))]
    (['i2'], ['i1'])
    """
    by_reference: dict[str, list[Awaited]] = {}
    by_amount: dict[tuple[str, int], list[Awaited]] = {}
    for each in awaited:
        by_reference.setdefault(each.reference, []).append(each)
        by_amount.setdefault((each.currency, each.left), []).append(each)
    return Queue(by_reference, by_amount)


def matches(movement: Movement, awaited: Iterable[Awaited]) -> tuple[Match, ...]:
    """The instalments a movement could settle, the best reasons first, at most five.

    >>> due = Awaited("i1", "PR-2026-001", "XOF", 500, date(2026, 3, 1))
    >>> other = Awaited("i2", "PR-2026-002", "XOF", 500, date(2026, 9, 1))
    >>> [(each.awaited.id, each.reasons) for each in matches(Movement(date(2026, 3, 5), 500, "XOF"), [other, due])]
    [('i1', ('same-amount', 'near-day')), ('i2', ('same-amount',))]
    >>> [each.awaited.id for each in matches(Movement(date(2026, 3, 5), 300, "XOF", "PR-2026-002"), [other, due])], matches(Movement(None, -500, "XOF"), [due])
    (['i2'], ())
    """
    if movement.minor is None or movement.minor <= 0 or movement.currency is None:
        return ()
    found = [Match(each, reasons) for each in awaited if each.left > 0 and each.currency == movement.currency and (reasons := _reasons(movement, each))]
    ranked = sorted(found, key=lambda match: (*(reason not in match.reasons for reason in REASONS), match.awaited.due_on or date.max, match.awaited.reference, match.awaited.id))
    return tuple(ranked[:MOST])


def _reasons(movement: Movement, awaited: Awaited) -> tuple[str, ...]:
    names, same = movement.promised == awaited.reference, movement.minor == awaited.left
    if not (names or same) or (movement.promised and not names):
        return ()
    near = movement.day is not None and awaited.due_on is not None and abs((movement.day - awaited.due_on).days) <= NEAR_DAYS
    return tuple(reason for reason, holds in zip(REASONS, (names, same, near), strict=True) if holds)
