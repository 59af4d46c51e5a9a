"""A pledge, its instalments and what was received of it. A pledge is never money received.

An instalment is paid by receipts that the receiving side confirmed; it is late once its promised day has passed and something is left.
What a receipt brings beyond the instalment it names is never moved by itself: a person says where the rest goes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """Money, or goods and services with a value of their own."""

    CASH = "cash"
    IN_KIND = "in-kind"


class Standing(StrEnum):
    """How an instalment, or a whole pledge, stands on a day."""

    DUE = "due"
    UNDATED = "undated"
    PART = "part"
    PAID = "paid"
    LATE = "late"
    TAKEN_BACK = "taken-back"


Rest = Literal["refuse", "next", "beyond"]


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of a pledge, in minor units of the pledge's currency; no day where none was promised."""

    number: int
    minor: int
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What a confirmed receipt settled of one instalment, and the day it was received."""

    instalment: int
    minor: int
    on: date


@dataclass(frozen=True, slots=True)
class Stood:
    """An instalment as it stands on a day: paid and left in minor units, of which paid by the promised day, and the day it was paid whole."""

    instalment: Instalment
    standing: Standing
    paid: int
    left: int
    in_time: int
    paid_on: date | None

    @property
    def days_late(self) -> int | None:
        """Days between the promised day and the day it was paid whole, 0 where it was in time; None until both are known."""
        due = self.instalment.due_on
        return None if due is None or self.paid_on is None else max((self.paid_on - due).days, 0)


def stand(instalment: Instalment, payments: Iterable[Payment], *, today: date) -> Stood:
    """How one instalment stands on a day.

    >>> promised = Instalment(1, 500, date(2026, 3, 1))
    >>> stood = stand(promised, [Payment(1, 300, date(2026, 2, 27)), Payment(1, 200, date(2026, 3, 5))], today=date(2026, 4, 1))
    >>> stood.standing.value, stood.left, stood.in_time, stood.days_late
    ('paid', 0, 300, 4)
    >>> stand(promised, [], today=date(2026, 3, 1)).standing.value, stand(promised, [], today=date(2026, 3, 2)).standing.value
    ('due', 'late')
    """
    own = sorted((each for each in payments if each.instalment == instalment.number), key=lambda each: each.on)
    paid, whole_on = 0, None
    for each in own:
        paid += each.minor
        if whole_on is None and paid >= instalment.minor:
            whole_on = each.on
    due, left = instalment.due_on, max(instalment.minor - paid, 0)
    in_time = min(sum(each.minor for each in own if due is not None and each.on <= due), instalment.minor)
    return Stood(instalment, _standing(left, paid, due, today), paid, left, in_time, whole_on)


def _standing(left: int, paid: int, due: date | None, today: date) -> Standing:
    if left == 0:
        return Standing.PAID
    if due is not None and due < today:
        return Standing.LATE
    if paid:
        return Standing.PART
    return Standing.UNDATED if due is None else Standing.DUE


@dataclass(frozen=True, slots=True)
class Balance:
    """A pledge as it stands on a day: promised (None where in kind without a value), received, late, in minor units of its currency."""

    standing: Standing
    promised: int | None
    received: int
    late: int
    beyond: int
    next_due: date | None
    instalments: tuple[Stood, ...]

    @property
    def left(self) -> int | None:
        """What is still to come; None where the pledge has no value."""
        return None if self.promised is None else max(self.promised - self.received, 0)


def balance(
    promised: int | None, instalments: Sequence[Instalment], payments: Sequence[Payment], *, received: int, taken_back: bool, today: date,
) -> Balance:
    """How a whole pledge stands. `received` is all the receiving side confirmed, what no instalment claims included.

    >>> parts = [Instalment(1, 400, date(2026, 1, 1)), Instalment(2, 600, date(2026, 9, 1))]
    >>> held = balance(1000, parts, [Payment(1, 400, date(2026, 1, 1))], received=400, taken_back=False, today=date(2026, 6, 1))
    >>> held.standing.value, held.left, held.late, held.next_due.isoformat()
    ('part', 600, 0, '2026-09-01')
    >>> balance(None, [], [], received=0, taken_back=True, today=date(2026, 6, 1)).standing.value
    'taken-back'
    """
    stood = tuple(stand(each, payments, today=today) for each in sorted(instalments, key=lambda each: each.number))
    late = 0 if taken_back else sum(each.left for each in stood if each.standing is Standing.LATE)
    coming = [each.instalment.due_on for each in stood if each.left and each.instalment.due_on is not None]
    beyond = received - sum(each.paid for each in stood)
    return Balance(_of_pledge(promised, stood, received, late, taken_back=taken_back), promised, received, late, beyond, None if taken_back else min(coming, default=None), stood)


def _of_pledge(promised: int | None, stood: Sequence[Stood], received: int, late: int, *, taken_back: bool) -> Standing:
    if taken_back:
        return Standing.TAKEN_BACK
    if promised is not None and received >= promised and all(each.left == 0 for each in stood):
        return Standing.PAID
    if late:
        return Standing.LATE
    if received:
        return Standing.PART
    return Standing.DUE if any(each.instalment.due_on for each in stood) else Standing.UNDATED


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the amount of a receipt goes: (instalment, minor units) in order, and what is beyond every instalment named."""

    parts: tuple[tuple[int, int], ...]
    beyond: int

    @property
    def is_whole(self) -> bool:
        """Whether all of it settles instalments."""
        return self.beyond == 0


def spread(minor: int, stood: Sequence[Stood], *, first: int | None, rest: Rest) -> Spread:
    """What a receipt settles: the instalment named first, then, where a person said `next`, those that follow it; what is left is beyond.

    >>> open_parts = [stand(Instalment(number, 400), [], today=date(2026, 1, 1)) for number in (1, 2)]
    >>> spread(500, open_parts, first=1, rest="next"), spread(500, open_parts, first=1, rest="beyond")
    (Spread(parts=((1, 400), (2, 100)), beyond=0), Spread(parts=((1, 400),), beyond=100))
    >>> spread(500, open_parts, first=None, rest="refuse")
    Spread(parts=(), beyond=500)
    """
    if first is None:
        return Spread((), minor)
    ordered = [each for each in stood if each.instalment.number == first or (rest == "next" and each.instalment.number > first)]
    parts, left = [], minor
    for each in ordered:
        share = min(left, each.left)
        if share:
            parts.append((each.instalment.number, share))
            left -= share
    return Spread(tuple(parts), left)
