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
class MoneySource:
    """Money that waits: an amount in minor units, its earmark, its last day, and the least share that must pass through local actors."""

    id: str
    amount: int
    earmark: Earmark = Earmark()
    spend_by: date | None = None
    local_share: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class NeedCell:
    """A need money can meet: minor units needed and already funded, people concerned, severity 1 to 5, the most it can absorb.

    `local` False says that nothing here passes through local actors; it counts against a source's local share.
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

    @property
    def room(self) -> int:
        """Minor units it can still take: what is missing, within what it can absorb."""
        missing = max(self.need - self.funded, 0)
        return missing if self.cap is None else min(missing, self.cap)


@dataclass(frozen=True)
class Question:
    """Everything a joint allocation is asked with; frozen, and known by the digest of its content."""

    currency: str
    sources: tuple[MoneySource, ...]
    cells: tuple[NeedCell, ...]
    tolerance: Fraction = Fraction(0)
    weights: Mapping[int, int] = field(default_factory=lambda: SEVERITY_WEIGHTS)
    previous: Mapping[str, int] = field(default_factory=dict)
    as_of: date | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the question in canonical form: two rounds with the same digest were asked the same."""
        content = asdict(self) | {"weights": dict(self.weights), "previous": dict(self.previous)}
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
    def columns(self) -> tuple[npt.NDArray[np.str_], ...]:
        """State, sector, unit and group of the cells as arrays, in the order of an earmark's parts."""
        return tuple(np.array([getattr(cell, name) for cell in self.cells], dtype=np.str_) for name in ("state", "sector", "unit", "group"))

    def mask(self, earmark: Earmark) -> Mask:
        """Which cells an earmark admits, one truth value a cell."""
        admitted = np.ones(len(self.cells), dtype=np.bool_)
        for allowed, own in zip(earmark.parts(), self.columns, strict=True):
            if allowed:
                admitted &= np.isin(own, sorted(allowed))
        return admitted


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
    room = np.array([cell.room > 0 for cell in question.cells], dtype=np.bool_)
    masks: dict[Earmark, Mask] = {}
    merged: dict[tuple[bytes, date | None, Fraction], list[MoneySource]] = {}
    held: dict[tuple[bytes, date | None, Fraction], Mask] = {}
    for source in question.sources:
        if source.earmark not in masks:
            masks[source.earmark] = question.mask(source.earmark) & room
        admitted = masks[source.earmark]
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
    return tuple(cell.id for cell, is_reached in zip(question.cells, reached, strict=True) if cell.room > 0 and not is_reached)


def covered(cell: NeedCell, spent: int) -> Fraction:
    """The share of a cell's need that is met; a need of nothing is met."""
    return Fraction(min(cell.funded + spent, cell.need), cell.need) if cell.need else Fraction(1)


def by_group(question: Question, per_cell: Sequence[int]) -> list[int]:
    """Whole numbers of the cells, added up by group."""
    totals = [0] * len(question.groups)
    for at, value in zip(question.group_of.tolist(), per_cell, strict=True):
        totals[at] += value
    return totals
