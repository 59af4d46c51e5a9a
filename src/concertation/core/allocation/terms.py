"""The values of a joint allocation: money with its earmark and its terms, and the needs it may serve.

Amounts are whole minor units of one currency. An earmark is any combination of States, sectors, units and groups; a part left
empty restricts nothing, and all parts must hold.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

PARTS = ("states", "sectors", "units", "groups")


@dataclass(frozen=True, slots=True)
class Earmark:
    """What money may be spent on. Empty parts restrict nothing: four empty parts are unearmarked money."""

    states: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def admits(self, cell: "NeedCell") -> bool:
        """Whether money so earmarked may serve a cell.

        >>> niger_water = Earmark(states=frozenset({"NER"}), sectors=frozenset({"WSH"}))
        >>> niger_water.admits(NeedCell("a", "NER", "WSH", need=1)), niger_water.admits(NeedCell("b", "MLI", "WSH", need=1))
        (True, False)
        """
        where = (not self.states or cell.state in self.states) and (not self.units or cell.unit in self.units)
        return where and (not self.sectors or cell.sector in self.sectors) and (not self.groups or cell.group in self.groups)

    def parts(self) -> tuple[frozenset[str], ...]:
        """States, sectors, units and groups, in that order."""
        return (self.states, self.sectors, self.units, self.groups)

    def one_step_softer(self) -> "Earmark | None":
        """The next softer earmark: without its finest restriction (group, then unit, then sector, then State); none for unearmarked money.

        Follows the ladder of the Grand Bargain's earmarking modalities from tightly earmarked to unearmarked.

        >>> Earmark(states=frozenset({"NER"}), sectors=frozenset({"WSH"})).one_step_softer()
        Earmark(states=frozenset({'NER'}), sectors=frozenset(), units=frozenset(), groups=frozenset())
        """
        kept = dict(zip(PARTS, self.parts(), strict=True))
        finest = next((part for part in ("groups", "units", "sectors", "states") if kept[part]), None)
        return None if finest is None else Earmark(**{**kept, finest: frozenset()})


Terms = tuple[Earmark, date | None, date | None, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Reserve:
    """Minor units kept back until the window of a trigger opens, or its last day is past."""

    amount: int
    trigger: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class MoneySource:
    """Money that waits: an amount in minor units, its earmark, its last day, and the least share that must pass through local actors.

    `donor` and `authority` are organisations: whose money it is, and who decides on it where that is not the donor. `reserve` is kept
    back beside the amount; `least` is the smallest grant it makes; `usable_from` the day it comes. `eligible` are the types of party it may
    pay (none: any), `overhead` what its rules let them add for running costs, as a share of what meets a need. `status` is paid,
    commitment or pledge; empty where nobody says.
    """

    id: str
    amount: int
    earmark: Earmark = Earmark()
    spend_by: date | None = None
    local_share: Fraction = Fraction(0)
    donor: str = ""
    authority: str = ""
    reserve: Reserve | None = None
    least: int = 0
    usable_from: date | None = None
    eligible: frozenset[str] = frozenset()
    overhead: Fraction = Fraction(0)
    status: str = ""

    @property
    def for_needs(self) -> int:
        """Minor units that meet needs once the overhead on them is paid too.

        >>> MoneySource("s", 107, overhead=Fraction(7, 100)).for_needs, MoneySource("s", 107).for_needs
        (100, 107)
        """
        whole, more = self.overhead.denominator, self.overhead.numerator
        return self.amount * whole // (whole + more) if more else self.amount

    @property
    def terms(self) -> "Terms":
        """All that says which needs this money may serve."""
        return (self.earmark, self.spend_by, self.usable_from, self.eligible)

    def serves(self, cell: "NeedCell") -> bool:
        """Whether this money may be spent on a need: its earmark admits it, its days and the need's overlap, and it may pay who would carry the aid out.

        >>> spring = MoneySource("s", 1, spend_by=date(2026, 3, 31))
        >>> spring.serves(NeedCell("lean season", "NER", "FSC", start=date(2026, 6, 1)))
        False
        """
        in_time = self.spend_by is None or cell.start is None or self.spend_by >= cell.start
        not_late = self.usable_from is None or cell.end is None or self.usable_from <= cell.end
        payable = not self.eligible or not cell.carriers or bool(self.eligible & cell.carriers)
        return in_time and not_late and payable and self.earmark.admits(cell)


@dataclass(frozen=True, slots=True)
class NeedCell:
    """A need money can meet: minor units needed and already funded, people concerned, severity 1 to 5, the most it can absorb.

    `local` False says that nothing here passes through local actors; it counts against a source's local share. `start` and `end` are the
    first and last day of a need that has them (a lean season, a quarter): a need in several periods is a cell for each, with its own
    cap. `carriers` are the types of party that would carry the aid out; empty where nobody says, and then any may.
    """

    id: str
    state: str
    sector: str
    unit: str = ""
    group: str = ""
    need: int = 0
    funded: int = 0
    people: int = 0
    severity: int = 1
    cap: int | None = None
    local: bool = True
    start: date | None = None
    end: date | None = None
    carriers: frozenset[str] = frozenset()

    @property
    def admission(self) -> tuple[object, ...]:
        """All that says which money may serve it."""
        return (self.state, self.sector, self.unit, self.group, self.start, self.end, self.carriers)

    @property
    def room(self) -> int:
        """Minor units it can still take: what is missing, within what it can absorb."""
        missing = max(self.need - self.funded, 0)
        return missing if self.cap is None else min(missing, self.cap)


def is_expired(source: MoneySource, as_of: date | None) -> bool:
    """Whether the last day of some money lies before the day of the question."""
    return as_of is not None and source.spend_by is not None and source.spend_by < as_of


def met_of(cell: NeedCell, spent: int) -> int:
    """Minor units of a cell's need that earlier money and `spent` meet.

    >>> met_of(NeedCell("a", "NER", "WSH", need=10, funded=4), 9)
    10
    """
    return min(cell.funded + spent, cell.need)


def covered(cell: NeedCell, spent: int) -> Fraction:
    """The share of a cell's need that is met; a need of nothing is met."""
    return Fraction(met_of(cell, spent), cell.need) if cell.need else Fraction(1)
