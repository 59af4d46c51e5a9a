"""The money of a framework: sums that must add up, what a window releases under a shared cap, and what it costs in a usual year."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from concertation.core.anticipation.framework import Framework, Money, MoneyRow


def planned(money: Money) -> int:
    """All rows together, in whole main units."""
    return sum(row.amount for row in money.rows)


def rows_released(money: Money, window: str) -> tuple[MoneyRow, ...]:
    """The rows a window releases: all of them when the money is all-in, its own and those of any window otherwise."""
    return money.rows if money.mode == "all-in" else tuple(row for row in money.rows if row.window in ("", window))


@dataclass(frozen=True, slots=True)
class Release:
    """What one agency is to receive: asked, and given under what is left."""

    agency: str
    sector: str
    asked: int
    given: int

    @property
    def short(self) -> int:
        """What the cap left out."""
        return self.asked - self.given


def release(framework: Framework, window: str, *, reserved_before: int = 0, by_sharers: int = 0) -> tuple[Release, ...]:
    """What a window reserves, in the order of the rows, within what this season left of the envelope and of the cap it shares.

    `reserved_before`: of this framework in this season; `by_sharers`: of those it shares a cap with. A tier (`release_percent`) releases
    that share of each row; the shares of the tiers of one framework add up to the whole.
    """
    money = framework.money
    if money is None:
        return ()
    left = room(money, reserved_before=reserved_before, by_sharers=by_sharers)
    percent = framework.windows[window].release_percent
    given = []
    for row in rows_released(money, window):
        asked = row.amount * round(percent * 100) // 10_000
        amount = min(asked, left)
        left -= amount
        given.append(Release(row.agency, row.sector, asked, amount))
    return tuple(given)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to draw from one named envelope, in whole main units."""

    envelope: str
    amount: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part of what one agency is to receive, and the envelope it comes from; without envelope, the framework's own amount."""

    agency: str
    sector: str
    asked: int
    given: int
    envelope: str


def drawn(releases: Iterable[Release], left: Iterable[Left]) -> tuple[Drawn, ...]:
    """Each agency's money drawn from the envelopes in their order, each down to nothing before the next; what none covers is asked and not given.

    Without any envelope the amounts stand as the framework names them.

    >>> drawn([Release("FAO", "FSC", 10, 10), Release("PAM", "FSC", 10, 10)], [Left("a", 12), Left("b", 3)])[1:]
    (Drawn(agency='PAM', sector='FSC', asked=2, given=2, envelope='a'), Drawn(agency='PAM', sector='FSC', asked=8, given=3, envelope='b'))
    """
    rooms = [[each.envelope, each.amount] for each in left]
    if not rooms:
        return tuple(Drawn(each.agency, each.sector, each.asked, each.given, "") for each in releases)
    return tuple(part for each in releases for part in _parts(each, rooms))


def _parts(release: Release, rooms: list[list[Any]]) -> list[Drawn]:
    wanted, parts = release.given, list[tuple[str, int]]()
    for room_left in rooms:
        taken = min(wanted, max(room_left[1], 0))
        if taken:
            parts.append((room_left[0], taken))
            room_left[1] -= taken
            wanted -= taken
    told = parts or [("", 0)]
    unmet = release.asked - sum(given for _envelope, given in told)
    return [Drawn(release.agency, release.sector, given + (unmet if place == len(told) - 1 else 0), given, envelope) for place, (envelope, given) in enumerate(told)]


def room(money: Money, *, reserved_before: int, by_sharers: int) -> int:
    """What is left to reserve this season.

    >>> from concertation.core.anticipation.framework import Envelope
    >>> room(Money(Envelope("CERF", "USD", 5, shared_cap=15), "split"), reserved_before=1, by_sharers=12)
    2
    """
    cap = money.envelope.shared_cap
    own = money.envelope.amount - reserved_before
    return max(min(own, own if cap is None else cap - reserved_before - by_sharers), 0)


def expected_yearly_cost(framework: Framework, return_periods: Iterable[tuple[str, float | None]], overall: float | None) -> int | None:
    """What the framework costs in a usual year, from its money rows: each window's release over its own return period.

    When the money is all-in it goes once a season whichever window fires: the envelope over the overall return period. None where no
    return period is known, or where each unit releases its own: nothing tells how many would.
    """
    money = framework.money
    if money is None or not money.rows or money.mode == "per-unit":
        return None
    if money.mode == "all-in":
        return round(planned(money) / overall) if overall else None
    periods = [(window, period) for window, period in return_periods if framework.windows[window].role != "alert"]
    if any(period is None for _window, period in periods):
        return None
    return round(sum(sum(each.asked for each in release(framework, window)) / period for window, period in periods if period))


def disagreements(money: Money) -> Iterable[tuple[int, int, str]]:
    """(held, also printed, agency) for each amount the documents print otherwise."""
    for quoted in money.also_printed:
        held = sum(row.amount for row in money.rows if row.agency == quoted.agency) if quoted.agency else money.envelope.amount
        if held != quoted.amount:
            yield held, quoted.amount, quoted.agency
