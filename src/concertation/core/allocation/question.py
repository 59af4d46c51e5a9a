"""The question of a joint allocation: sources of money with their earmarks, and cells of need they may serve.

Sources with the same earmark, the same last day and the same local share are one class to the optimiser: the answer is the same,
and found many times faster.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np

from concertation.core.allocation.counting import USUAL, Counting
from concertation.core.allocation.needs import Mask, Needs, Whole, needs_of
from concertation.core.allocation.terms import MoneySource, NeedCell, Terms, is_expired

LATER = frozenset({"reserve", "least", "usable_from", "eligible", "overhead", "status", "end", "carriers"})
SEVERITY_WEIGHTS: Mapping[int, int] = {1: 1, 2: 2, 3: 4, 4: 8, 5: 16}
NONE = np.zeros(0, dtype=np.int64)


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
        largest = max((*(source.amount for source in self.sources), *self.needs.totals[0]), default=1)
        return int(10 ** max(len(str(largest)) - 3, 0))

    def take_over(self, earlier: "Question") -> None:
        """Take over what an earlier question worked out of what both ask alike: worked out again, it would be the same."""
        known = vars(self)
        if self.cells == earlier.cells:
            known["needs"] = earlier.needs
        elif len(self.cells) == len(earlier.cells) and all(now is was or now.admission == was.admission for now, was in zip(self.cells, earlier.cells, strict=True)):
            known["needs"] = Needs(self.cells, earlier.needs.admission)
        else:
            return
        now_open, were_open = self.needs.rooms > 0, earlier.needs.rooms > 0
        closed = np.flatnonzero(were_open & ~now_open)
        if self.as_of == earlier.as_of and not (now_open & ~were_open).any():
            known["classes"] = classes_of(self, [each for each in earlier.classes if not each.admitted[closed].any()])

    @cached_property
    def needs(self) -> Needs:
        """What follows from the cells alone."""
        return needs_of(self.cells)

    @cached_property
    def classes(self) -> tuple["SourceClass", ...]:
        """The sources merged by what they may serve."""
        return classes_of(self)

    @cached_property
    def arcs(self) -> tuple[Whole, Whole]:
        """The cells each class may serve, class after class, and where each class begins among them."""
        counts = [len(each.served) for each in self.classes]
        return np.concatenate([NONE, *(each.served for each in self.classes)]), np.cumsum([0, *counts])[:-1]

    @cached_property
    def reached(self) -> Mask:
        """Which cells any money may serve."""
        reached = np.zeros(len(self.cells), dtype=np.bool_)
        reached[self.arcs[0]] = True
        return reached

    @cached_property
    def reachable_groups(self) -> list[int]:
        """The places of the groups that some money may reach, in order."""
        return sorted(set(self.needs.group_of[self.reached].tolist()))

    def unreachable(self) -> tuple[str, ...]:
        """The cells with a gap that no money is allowed to reach."""
        return tuple(self.cells[at].id for at in np.flatnonzero((self.needs.rooms > 0) & ~self.reached).tolist())


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

    @cached_property
    def served(self) -> Whole:
        """The places of the cells it may serve, in order."""
        return np.flatnonzero(self.admitted).astype(np.int64)

    @cached_property
    def key(self) -> "ClassKey":
        """What sets it apart from other classes."""
        return np.packbits(self.admitted).tobytes(), self.spend_by, self.local_share.as_integer_ratio()

    def of(self, sources: tuple[MoneySource, ...]) -> "SourceClass":
        """The class with these sources; the very same where they are its own."""
        return self if sources == self.sources else SourceClass(sources, self.admitted, self.spend_by, self.local_share)


ClassKey = tuple[bytes, date | None, tuple[int, int]]


def classes_of(question: Question, known: Sequence[SourceClass] = ()) -> tuple[SourceClass, ...]:
    """The sources merged by what they may serve; a source that may serve nothing, or holds nothing, is in no class.

    `known`: classes that a question with as many cells, on the same day, found to admit the same ones; a source they hold is in the same class here.

    >>> cell = NeedCell("a", "NER", "WSH", need=10)
    >>> merged = classes_of(Question("USD", (MoneySource("s1", 5), MoneySource("s2", 7)), (cell,)))
    >>> [(len(each.sources), each.amount) for each in merged]
    [(2, 12)]
    """
    held = {id(source): each for each in known for source in each.sources}
    makes = ClassMaking(question)
    merged: dict[ClassKey, tuple[SourceClass, list[MoneySource]]] = {}
    for source in question.sources:
        own = held.get(id(source)) or makes.of(source)
        if own is not None:
            merged.setdefault(own.key, (own, []))[1].append(source)
    return tuple(own.of(tuple(sources)) for own, sources in merged.values())


@dataclass(frozen=True)
class ClassMaking:
    """Finds the class of one source after the other; the masks met so far are kept."""

    question: Question
    masks: dict[Terms, Mask] = field(default_factory=dict)

    def of(self, source: MoneySource) -> SourceClass | None:
        """The class of a source alone; none when it may serve nothing, or holds nothing."""
        if source.for_needs <= 0 or is_expired(source, self.question.as_of):
            return None
        terms = source.terms
        if terms not in self.masks:
            needs = self.question.needs
            self.masks[terms] = needs.admission.served(terms) & (needs.rooms > 0)
        admitted = self.masks[terms]
        return SourceClass((source,), admitted, source.spend_by, source.local_share) if admitted.any() else None
