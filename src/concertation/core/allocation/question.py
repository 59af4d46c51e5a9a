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

PARTS = ("states", "sectors", "units", "groups")
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
        return all(not allowed or own in allowed for allowed, own in zip(self.parts(), (cell.state, cell.sector, cell.unit, cell.group), strict=True))

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
    back beside the amount, which is what the plan may spend; `least` is the smallest grant it makes.
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

    def serves(self, cell: "NeedCell") -> bool:
        """Whether this money may be spent on a need: its earmark admits it, and its last day is not before the need begins.

        >>> spring = MoneySource("s", 1, spend_by=date(2026, 3, 31))
        >>> spring.serves(NeedCell("lean season", "NER", "FSC", start=date(2026, 6, 1)))
        False
        """
        return self.earmark.admits(cell) and (self.spend_by is None or cell.start is None or self.spend_by >= cell.start)


@dataclass(frozen=True, slots=True)
class NeedCell:
    """A need money can meet: minor units needed and already funded, people concerned, severity 1 to 5, the most it can absorb.

    `local` False says that nothing here passes through local actors; it counts against a source's local share. `start` is the day
    the need begins, where it is not there yet (a lean season): money that ends before cannot meet it.
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

    @property
    def room(self) -> int:
        """Minor units it can still take: what is missing, within what it can absorb."""
        missing = max(self.need - self.funded, 0)
        return missing if self.cap is None else min(missing, self.cap)


@dataclass(frozen=True)
class Question:
    """Everything a joint allocation is asked with; frozen, and known by the digest of its content.

    `observed` is money under an authority that has not joined: it is shown, and never allocated. `current` is what each cell gets
    as things go today, where somebody says it; `previous` what the last endorsed plan gave it.
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

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the question in canonical form: two rounds with the same digest were asked the same."""
        sources = {name: [_stated(asdict(source)) for source in getattr(self, name)] for name in ("sources", "observed")}
        content = asdict(self) | sources | {"weights": dict(self.weights), "previous": dict(self.previous), "current": dict(self.current)}
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

    def served(self, earmark: Earmark, spend_by: date | None) -> Mask:
        """Which cells money with an earmark and a last day may be spent on."""
        admitted = self.mask(earmark)
        return admitted if spend_by is None else admitted & (self.starts <= spend_by.toordinal())

    def mask(self, earmark: Earmark) -> Mask:
        """Which cells an earmark admits, one truth value a cell."""
        admitted = np.ones(len(self.cells), dtype=np.bool_)
        for allowed, (numbers, own) in zip(earmark.parts(), self.columns, strict=True):
            if allowed:
                is_allowed = np.zeros(len(numbers), dtype=np.bool_)
                is_allowed[[numbers[word] for word in allowed if word in numbers]] = True
                admitted &= is_allowed[own] if len(numbers) else False
        return admitted


def numbered(words: Sequence[str]) -> tuple[Mapping[str, int], npt.NDArray[np.int64]]:
    """A number for each word in the order they are met, and the number of each.

    >>> numbered(["b", "a", "b"])
    ({'b': 0, 'a': 1}, array([0, 1, 0]))
    """
    numbers: dict[str, int] = {}
    own = [numbers.setdefault(word, len(numbers)) for word in words]
    return numbers, np.array(own, dtype=np.int64)


def _stated(source: dict[str, object]) -> dict[str, object]:
    """A source's content without the parts it does not use, so that a question asked before they were known keeps its digest."""
    return {name: value for name, value in source.items() if name not in ("reserve", "least") or value}


def _written(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


@dataclass(frozen=True, slots=True)
class SourceClass:
    """Sources that may serve exactly the same cells by the same day under the same local share."""

    sources: tuple[MoneySource, ...]
    admitted: Mask
    spend_by: date | None
    local_share: Fraction

    @property
    def amount(self) -> int:
        """Minor units of all its sources."""
        return sum(source.amount for source in self.sources)


def classes_of(question: Question) -> tuple[SourceClass, ...]:
    """The sources merged by what they may serve; a source that may serve nothing, or holds nothing, is in no class.

    >>> cell = NeedCell("a", "NER", "WSH", need=10)
    >>> merged = classes_of(Question("USD", (MoneySource("s1", 5), MoneySource("s2", 7)), (cell,)))
    >>> [(len(each.sources), each.amount) for each in merged]
    [(2, 12)]
    """
    room = question.rooms > 0
    masks: dict[tuple[Earmark, date | None], Mask] = {}
    merged: dict[tuple[bytes, date | None, Fraction], list[MoneySource]] = {}
    held: dict[tuple[bytes, date | None, Fraction], Mask] = {}
    for source in question.sources:
        money = source.earmark, source.spend_by
        if money not in masks:
            masks[money] = question.served(*money) & room
        admitted = masks[money]
        if source.amount <= 0 or is_expired(source, question.as_of) or not admitted.any():
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
