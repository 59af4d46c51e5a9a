"""The question of a joint allocation: sources of money with their earmarks, and cells of need they may serve.

Amounts are whole minor units of one currency. An earmark is any combination of States, sectors, units and groups; a part left
empty restricts nothing, and all parts must hold. Sources with the same earmark, the same last day and the same local share
are one class to the optimiser: the answer is the same, and found many times faster.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from concertation.core.allocation.counting import USUAL, Counting

PARTS = ("states", "sectors", "units", "groups")
LATER = frozenset({"reserve", "least", "usable_from", "eligible", "overhead", "status", "end", "carriers"})
Mask = npt.NDArray[np.bool_]
SEVERITY_WEIGHTS: Mapping[int, int] = {1: 1, 2: 2, 3: 4, 4: 8, 5: 16}


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
    def room(self) -> int:
        """Minor units it can still take: what is missing, within what it can absorb."""
        missing = max(self.need - self.funded, 0)
        return missing if self.cap is None else min(missing, self.cap)


@dataclass(frozen=True)
class Question:
    """Everything a joint allocation is asked with; frozen, and known by the digest of its content.

    `observed` is money under an authority that has not joined: it is shown, and never allocated. `current` is what each cell gets
    as things go today, where somebody says it; `previous` what the last endorsed plan gave it. `counting` says which money counts,
    and `uncounted` is what does not: shown, never allocated.
    """

    currency: str
    sources: tuple[MoneySource, ...]
    cells: tuple[NeedCell, ...]
    tolerance: Fraction = Fraction(0)
    weights: Mapping[int, int] = field(default_factory=lambda: SEVERITY_WEIGHTS)
    previous: Mapping[str, int] = field(default_factory=dict)
    as_of: date | None = None
    observed: tuple[MoneySource, ...] = ()
    current: Mapping[str, int] = field(default_factory=dict)
    counting: Counting = USUAL
    uncounted: tuple[MoneySource, ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the question in canonical form: two rounds with the same digest were asked the same."""
        listed = {name: [_stated(asdict(each)) for each in getattr(self, name)] for name in ("sources", "observed", "cells")}
        content: dict[str, object] = {"currency": self.currency, "tolerance": self.tolerance, "as_of": self.as_of, **listed}
        content |= {"weights": dict(self.weights), "previous": dict(self.previous), "current": dict(self.current)}
        if self.counting != USUAL or self.uncounted:
            content |= {"counting": self.counting, "uncounted": [_stated(asdict(each)) for each in self.uncounted]}
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=_written, ensure_ascii=False).encode()).hexdigest()

    @cached_property
    def scale(self) -> int:
        """Minor units that count as one in the programme: a power of ten that leaves the largest amount between 100 and 1,000.

        In raw units the optimiser mistakes small prices for nothing; in units too large, small amounts.
        """
        largest = max((*(source.amount for source in self.sources), *by_group(self, [cell.need for cell in self.cells])), default=1)
        return int(10 ** max(len(str(largest)) - 3, 0))

    @cached_property
    def groups(self) -> tuple[tuple[str, str], ...]:
        """The groups whose coverage the floor lifts: each State with each sector."""
        return tuple(sorted({(cell.state, cell.sector) for cell in self.cells}))

    @cached_property
    def group_of(self) -> npt.NDArray[np.int64]:
        """For each cell, the place of its group."""
        place = {group: at for at, group in enumerate(self.groups)}
        return np.array([place[cell.state, cell.sector] for cell in self.cells], dtype=np.int64)

    @cached_property
    def columns(self) -> tuple[tuple[Mapping[str, int], npt.NDArray[np.int64]], ...]:
        """State, sector, unit and group of the cells, in the order of an earmark's parts: a number for each word, and each cell's number."""
        return tuple(numbered([str(getattr(cell, name)) for cell in self.cells]) for name in ("state", "sector", "unit", "group"))

    @cached_property
    def rooms(self) -> npt.NDArray[np.int64]:
        """Minor units each cell can still take."""
        return np.array([cell.room for cell in self.cells], dtype=np.int64)

    @cached_property
    def classes(self) -> tuple["SourceClass", ...]:
        """The sources merged by what they may serve."""
        return classes_of(self)

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """The day each need begins, as an ordinal; 0 for one that is there already."""
        return np.array([cell.start.toordinal() if cell.start else 0 for cell in self.cells], dtype=np.int64)

    @cached_property
    def ends(self) -> npt.NDArray[np.int64]:
        """The day each need ends, as an ordinal; the last day there is for one without."""
        return np.array([(cell.end or date.max).toordinal() for cell in self.cells], dtype=np.int64)

    def served(self, terms: Terms) -> Mask:
        """Which cells money under these terms may be spent on."""
        earmark, spend_by, usable_from, eligible = terms
        admitted = self.mask(earmark)
        if spend_by is not None:
            admitted &= self.starts <= spend_by.toordinal()
        if usable_from is not None:
            admitted &= self.ends >= usable_from.toordinal()
        if eligible:
            admitted &= np.array([not cell.carriers or bool(cell.carriers & eligible) for cell in self.cells], dtype=np.bool_)
        return admitted

    def mask(self, earmark: Earmark) -> Mask:
        """Which cells an earmark admits, one truth value a cell."""
        admitted = np.ones(len(self.cells), dtype=np.bool_)
        for part, allowed in enumerate(earmark.parts()):
            if allowed:
                admitted &= self.part_mask(part, allowed)
        return admitted

    def part_mask(self, part: int, allowed: frozenset[str]) -> Mask:
        """Which cells one part of an earmark admits; kept, as many earmarks share their parts."""
        if (part, allowed) not in self.part_masks:
            numbers, own = self.columns[part]
            is_allowed = np.zeros(len(numbers), dtype=np.bool_)
            is_allowed[[numbers[word] for word in allowed if word in numbers]] = True
            self.part_masks[part, allowed] = is_allowed[own]
        return self.part_masks[part, allowed]

    @cached_property
    def part_masks(self) -> dict[tuple[int, frozenset[str]], Mask]:
        """The parts of earmarks met so far, and which cells each admits."""
        return {}


def numbered(words: Sequence[str]) -> tuple[Mapping[str, int], npt.NDArray[np.int64]]:
    """A number for each word in the order they are met, and the number of each.

    >>> numbered(["b", "a", "b"])
    ({'b': 0, 'a': 1}, array([0, 1, 0]))
    """
    numbers: dict[str, int] = {}
    own = [numbers.setdefault(word, len(numbers)) for word in words]
    return numbers, np.array(own, dtype=np.int64)


def _stated(source: dict[str, object]) -> dict[str, object]:
    """A source's or a need's content without the parts it does not use, so that a question asked before they were known keeps its digest."""
    return {name: value for name, value in source.items() if name not in LATER or value}


def _written(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


@dataclass(frozen=True)
class SourceClass:
    """Sources that may serve exactly the same cells by the same day under the same local share."""

    sources: tuple[MoneySource, ...]
    admitted: Mask
    spend_by: date | None
    local_share: Fraction

    @cached_property
    def amount(self) -> int:
        """Minor units of all its sources that meet needs."""
        return sum(source.for_needs for source in self.sources)


def classes_of(question: Question) -> tuple[SourceClass, ...]:
    """The sources merged by what they may serve; a source that may serve nothing, or holds nothing, is in no class.

    >>> cell = NeedCell("a", "NER", "WSH", need=10)
    >>> merged = classes_of(Question("USD", (MoneySource("s1", 5), MoneySource("s2", 7)), (cell,)))
    >>> [(len(each.sources), each.amount) for each in merged]
    [(2, 12)]
    """
    room = question.rooms > 0
    masks: dict[Terms, Mask] = {}
    merged: dict[tuple[bytes, date | None, Fraction], list[MoneySource]] = {}
    held: dict[tuple[bytes, date | None, Fraction], Mask] = {}
    for source in question.sources:
        terms = source.terms
        if terms not in masks:
            masks[terms] = question.served(terms) & room
        admitted = masks[terms]
        if source.for_needs <= 0 or is_expired(source, question.as_of) or not admitted.any():
            continue
        key = (np.packbits(admitted).tobytes(), source.spend_by, source.local_share)
        merged.setdefault(key, []).append(source)
        held[key] = admitted
    return tuple(SourceClass(tuple(sources), held[key], key[1], key[2]) for key, sources in merged.items())


def is_expired(source: MoneySource, as_of: date | None) -> bool:
    """Whether the last day of some money lies before the day of the question."""
    return as_of is not None and source.spend_by is not None and source.spend_by < as_of


def unreachable(question: Question, classes: Iterable[SourceClass]) -> tuple[str, ...]:
    """The cells with a gap that no money is allowed to reach."""
    reached = np.zeros(len(question.cells), dtype=np.bool_)
    for each in classes:
        reached |= each.admitted
    return tuple(question.cells[at].id for at in np.flatnonzero((question.rooms > 0) & ~reached).tolist())


def reachable_groups(question: Question) -> list[int]:
    """The places of the groups that some money may reach, in order."""
    reached = np.zeros(len(question.cells), dtype=np.bool_)
    for each in question.classes:
        reached |= each.admitted
    return sorted(set(question.group_of[reached].tolist()))


def covered(cell: NeedCell, spent: int) -> Fraction:
    """The share of a cell's need that is met; a need of nothing is met."""
    return Fraction(min(cell.funded + spent, cell.need), cell.need) if cell.need else Fraction(1)


def by_group(question: Question, per_cell: Sequence[int]) -> list[int]:
    """Whole numbers of the cells, added up by group."""
    totals = [0] * len(question.groups)
    for at, value in zip(question.group_of.tolist(), per_cell, strict=True):
        totals[at] += value
    return totals
