"""The certificate of a plan: checked in whole numbers and exact fractions, by code that knows nothing of the optimiser.

Feasible: every line is a whole amount of money that may serve its cell; no source is overspent, no cell filled past its room, no
local share broken. Best: the prices of each stage give a bound that no plan can pass, whatever the optimiser believed (weak
duality of linear programming: any prices give a bound); the gap between the plan and that bound is printed. A plan is
certified when nothing is broken and every gap is within the tolerance asked for, a millionth, and a minor unit a line. Long sums
are taken in whole steps of a power of two, always rounded against the plan: its value down, the bound up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from operator import mul

import numpy as np

from concertation.core.allocation.freedom import freedoms
from concertation.core.allocation.plan import Plan
from concertation.core.allocation.prices import Aim, StagePrices
from concertation.core.allocation.question import Question, SourceClass
from concertation.core.allocation.terms import MoneySource, NeedCell, is_expired
from concertation.core.allocation.worth import WEIGHTS, WHOLE, weighed_by_cell, widths

MILLIONTH = Fraction(1, 1_000_000)
PRICE_BITS = 58
VALUE_BITS = 64


@dataclass(frozen=True, slots=True)
class CheckedStage:
    """What the plan reaches of an aim, the bound no plan can pass, and the gap between them. For a floor: coverage; for most good: weighted people;
    for freedom and change: money in units of `Question.scale`, counted as losses (below zero). `cutting` is the most that cutting every line to whole
    minor units can cost."""

    aim: Aim
    value: Fraction
    bound: Fraction
    cutting: Fraction = Fraction(0)

    @property
    def gap(self) -> Fraction:
        """How far the plan may be from the best, as a share of the bound, or in its own units (whole coverage, one person, one unit of scale) where the bound is smaller."""
        return max(self.bound - self.value, Fraction(0)) / self._scale

    @property
    def allowance(self) -> Fraction:
        """What the gap may be for the whole units alone."""
        return self.cutting / self._scale

    @property
    def _scale(self) -> Fraction:
        return max(abs(self.bound), Fraction(1))


@dataclass(frozen=True)
class Certificate:
    """The verdict on a plan: what is broken (nothing, when it is feasible), and how near each stage is to its bound.

    `before`: the verdict on the plan before its small lines were gathered. Then that plan is the one proved best, and this one is checked
    for feasibility; what the minimum cost is the difference of the two.
    """

    broken: tuple[str, ...]
    stages: tuple[CheckedStage, ...]
    tolerance: Fraction
    before: "Certificate | None" = None

    @property
    def feasible(self) -> bool:
        """Whether the plan breaks nothing."""
        return not self.broken

    @property
    def valid(self) -> bool:
        """Whether the plan is feasible and every gap within the tolerance, a millionth, and what whole minor units cost."""
        if self.before is not None:
            return self.feasible and self.before.valid
        return self.feasible and all(stage.gap <= self.tolerance + MILLIONTH + stage.allowance for stage in self.stages)


def costs_of_minimum(certificate: Certificate) -> list[tuple[Aim, Fraction, Fraction]]:
    """What each stage reached before small lines were gathered, and after; a floor's rounds as the first. Nothing where no minimum was asked for.

    >>> costs_of_minimum(Certificate((), (), Fraction(0)))
    []
    """
    if certificate.before is None:
        return []
    told: dict[Aim, tuple[Fraction, Fraction]] = {}
    for before, after in zip(certificate.before.stages, certificate.stages, strict=False):
        told.setdefault(before.aim, (before.value, after.value))
    return [(aim, *values) for aim, values in told.items()]


def certify(question: Question, plan: Plan, prices: Sequence[StagePrices]) -> Certificate:
    """Check a plan against its question and the prices it comes with."""
    broken = tuple(breaches(question, plan))
    if broken:
        return Certificate(broken, (), question.tolerance)
    checker = Checker(question, plan)
    return Certificate((), tuple(CheckedStage(stage.aim, checker.value(stage), checker.bound(stage), checker.cutting(stage)) for stage in prices), question.tolerance)


def breaches(question: Question, plan: Plan) -> list[str]:
    """Every rule the plan breaks: unknown or forbidden lines, lines below a minimum, overspent sources, reserves touched, overfilled cells, broken local shares."""
    sources, cells = {each.id: each for each in question.sources}, {each.id: each for each in question.cells}
    expired = {each.id for each in question.sources if is_expired(each, question.as_of)}
    told = []
    for line in plan.lines:
        source, cell = sources.get(line.source), cells.get(line.cell)
        if source is None or cell is None or line.amount <= 0:
            told.append(f"line {line.source} -> {line.cell}: {line.amount}")
        elif line.source in expired or not source.serves(cell):
            told.append(f"not admitted: {line.source} -> {line.cell}")
        elif line.amount < source.least:
            told.append(f"below the minimum: {line.source} -> {line.cell}")
    told += [f"{word}: {name}" for name, spent in plan.by_source().items() if name in sources and (word := beyond(sources[name], spent))]
    told += [f"overfilled: {name}" for name, spent in plan.by_cell().items() if name in cells and spent > cells[name].room]
    return told + broken_shares(question, plan, cells)


def beyond(source: MoneySource, spent: int) -> str:
    """The rule broken when a source meets needs with so many minor units, the overhead on them paid too; empty when none is.

    >>> beyond(MoneySource("s", 107, overhead=Fraction(7, 100)), 101), beyond(MoneySource("s", 107), 107)
    ('overhead', '')
    """
    more, whole = source.overhead.as_integer_ratio()
    paid = spent * (whole + more)
    if paid <= source.amount * whole:
        return ""
    if source.reserve is not None and paid <= (source.amount + source.reserve.amount) * whole:
        return "reserve touched"
    return "overhead" if spent <= source.amount else "overspent"


def broken_shares(question: Question, plan: Plan, cells: Mapping[str, NeedCell]) -> list[str]:
    """The classes of sources whose local share does not hold, a minor unit a line left for cutting to whole units."""
    told = []
    for each in question.classes:
        if not each.local_share:
            continue
        own = {source.id for source in each.sources}
        lines = [line for line in plan.lines if line.source in own and line.cell in cells]
        local = sum(line.amount for line in lines if cells[line.cell].local)
        if local + len(lines) < each.local_share * sum(line.amount for line in lines):
            told.append(f"local share: {each.sources[0].id}")
    return told


class Checker:
    """A question and a plan, and what the plan reaches; values and bounds of its stages."""

    def __init__(self, question: Question, plan: Plan) -> None:
        self.question, self.classes = question, question.classes
        self.unit = question.scale
        by_cell, by_source, self.lines = plan.by_cell(), plan.by_source(), len(plan.lines) + len(self.classes)
        self.spent = [by_cell.get(cell.id, 0) for cell in question.cells]
        self.used = [sum(by_source.get(source.id, 0) for source in each.sources) for each in self.classes]
        self.freedoms = freedoms(question)
        (self.needs, self.funded), self.reachable = question.needs.totals, question.reachable_groups
        self.parts = widths(question.needs)
        self.people = [cell.people * question.weights[cell.severity] if room else 0 for cell, room in zip(question.cells, question.needs.rooms.tolist(), strict=True)]
        self.weighed = [WHOLE * (cell.need or 1) for cell in question.cells]
        self.per_unit = np.array(self.people) * WHOLE / self.weighed
        means = question.needs.severities
        least = min((means[group] for group in self.reachable), default=Fraction(1))
        self.ratios = [mean / least for mean in means]
        self.coverage = self._coverage()
        self.gain = self._gain()
        self.freedom = Fraction(sum(used * part for used, part in zip(self.used, self.freedoms.parts, strict=True)), self.freedoms.whole * self.unit)

    def _gain(self) -> Fraction:
        """Weighted people met, each cell's rounded down to whole steps: a sum of a thousand unlike fractions would be slow, and no truer."""
        weighed: list[int] = weighed_by_cell(self.parts, np.array(self.spent, dtype=np.int64)).tolist()
        gained = sum((people * fifths << VALUE_BITS) // need for people, fifths, need in zip(self.people, weighed, self.weighed, strict=True) if fifths)
        return Fraction(gained, 2**VALUE_BITS)

    def _coverage(self) -> list[Fraction]:
        met_by_plan = self.question.needs.by_group(self.spent)
        return [Fraction(funded + met, need) if need else Fraction(1) for need, funded, met in zip(self.needs, self.funded, met_by_plan, strict=True)]

    def rising(self, stage: StagePrices) -> list[int]:
        """The groups whose floor rises with a stage."""
        return [group for group in self.reachable if stage.floors[group] is None]

    def value(self, stage: StagePrices) -> Fraction:
        """What the plan reaches of a stage's aim."""
        if stage.aim == "floor":
            return min(min(self.coverage[group] / self.ratios[group], Fraction(1)) for group in self.rising(stage))
        if stage.aim == "most-good":
            return self.gain
        return -self.freedom if stage.aim == "freedom-kept" else -self._departure()

    def cutting(self, stage: StagePrices) -> Fraction:
        """The most that whole minor units can cost an aim: a unit a line, at the best a unit could do."""
        if stage.aim == "floor":
            best = Fraction(1, min(self.needs[group] for group in self.rising(stage)))
        elif stage.aim == "most-good":
            best = Fraction(max(self.per_unit.tolist())) * 2
        else:
            best = Fraction(1, self.unit)
        return best * self.lines

    def _departure(self) -> Fraction:
        earlier = self.question.previous
        return Fraction(sum(abs(spent - earlier.get(cell.id, 0)) for cell, spent in zip(self.question.cells, self.spent, strict=True)), self.unit)

    def bound(self, stage: StagePrices) -> Fraction:
        """A value of the aim that no plan can pass that keeps what this plan keeps of the stages before; exact, from any prices."""
        more, less = departures_within(stage) if stage.aim == "least-change" else (np.zeros(0), np.zeros(0))
        groups = [Fraction(price) for price in stage.groups.tolist()]
        total: Fraction = self._money(stage) + self._room(stage, more, less)
        for group in self.reachable:
            total -= groups[group] * self._asked(stage, group)
        if stage.aim == "floor":
            left = 1 - sum((groups[group] * Fraction(self.needs[group], self.unit) * self.ratios[group] for group in self.rising(stage)), Fraction(0))
            total += max(left, Fraction(0))
        total += Fraction(stage.freedom) * self.freedom - Fraction(stage.gain) * self.gain
        if len(more):
            total -= self._earlier(np.where(self.question.reached, more - less, 1.0))
        return total

    def _earlier(self, prices: np.ndarray) -> Fraction:
        """What the earlier plan is worth at a price for each cell; a cell that no money may serve is left by any plan, at a price of one."""
        earlier = [self.question.previous.get(cell.id, 0) for cell in self.question.cells]
        return sum((Fraction(price) * amount for price, amount in zip(prices.tolist(), earlier, strict=True) if price and amount), Fraction(0)) / self.unit

    def _asked(self, stage: StagePrices, group: int) -> Fraction:
        """Money a group's floor asks for: nothing of what is funded already while it rises, else the floor as far as the plan keeps it.

        A round of floors was solved on the floors before it, the later stages on floors eased by the tolerance; so are they compared.
        """
        floor, eased = stage.floors[group], 1 - self.question.tolerance
        if floor is None:
            held = Fraction(0)
        elif stage.aim == "floor":
            held = min(floor, self.coverage[group] / eased) if eased else floor
        else:
            held = min(floor * eased, self.coverage[group])
        asked: Fraction = (held * self.needs[group] - self.funded[group]) / self.unit
        return asked

    def _money(self, stage: StagePrices) -> Fraction:
        """What the money of every class is worth at most: its best price among the cells it may serve, in whole steps of a power of two."""
        if not self.classes:
            return Fraction(0)
        bits = bits_for(stage.cells)
        best = best_prices(self.question, steps_up(stage.cells, bits), stage.shares, bits)
        cost = Fraction(stage.freedom) + (1 if stage.aim == "freedom-kept" else 0)
        per_part, whole = cost.numerator << bits, cost.denominator * self.freedoms.whole
        total = sum(max(price - per_part * part // whole, 0) * each.amount for price, part, each in zip(best, self.freedoms.parts, self.classes, strict=True))
        return Fraction(total, 2**bits * self.unit)

    def _room(self, stage: StagePrices, more: np.ndarray, less: np.ndarray) -> Fraction:
        """What filling the cells' tranches adds beyond the price of the money that fills them, each part rounded up to whole steps."""
        per_gain = Fraction(stage.gain) + (1 if stage.aim == "most-good" else 0)
        bits = bits_for(stage.cells, stage.groups, more, less, float(per_gain) * self.per_unit * 2 * self.unit)
        extra = steps_up(stage.groups, bits)[self.question.needs.group_of] - steps_down(stage.cells, bits)
        if len(more):
            extra += steps_up(more, bits) - steps_down(less, bits)
        whole = ceil(per_gain * 2**bits) * 5 * self.unit
        worth = np.array([-(-whole * people // need) for people, need in zip(self.people, self.weighed, strict=True)], dtype=np.int64)
        added = worth[:, None] * np.array(WEIGHTS, dtype=np.int64) + extra[:, None]
        adds = self.question.reached[:, None] & (added > 0)
        return Fraction(sum(map(mul, added[adds].tolist(), self.parts[adds].tolist())), 2**bits * 5 * self.unit)


def bits_for(*prices: np.ndarray) -> int:
    """How fine the whole steps may be that hold all these prices."""
    largest = max((float(np.abs(each).max(initial=1.0)) for each in prices), default=1.0)
    return int(PRICE_BITS - max(int(np.frexp(largest)[1]), 1))


def steps_up(prices: np.ndarray, bits: int) -> np.ndarray:
    """Prices in whole steps of a power of two, rounded up.

    >>> steps_up(np.array([0.3]), 2), steps_down(np.array([0.3]), 2)
    (array([2]), array([1]))
    """
    return np.ceil(np.ldexp(np.asarray(prices, dtype=np.float64), bits)).astype(np.int64)


def steps_down(prices: np.ndarray, bits: int) -> np.ndarray:
    """Prices in whole steps of a power of two, rounded down."""
    return np.floor(np.ldexp(np.asarray(prices, dtype=np.float64), bits)).astype(np.int64)


def best_prices(question: Question, whole: np.ndarray, shares: np.ndarray, bits: int) -> list[int]:
    """The best price each class finds among the cells it may serve, in whole steps; local delivery is worth more where a local share is owed."""
    cells, begins = question.arcs
    best: list[int] = np.maximum.reduceat(whole[cells], begins).tolist()
    for at in np.flatnonzero(shares).tolist():
        best[at] = best_under_a_share(question, question.classes[at], whole, Fraction(shares[at]) * 2**bits)
    return best


def best_under_a_share(question: Question, each: SourceClass, whole: np.ndarray, step: Fraction) -> int:
    """The best price of a class that owes a local share whose own price is `step`, rounded up."""
    sides = ((each.admitted & question.needs.local, 1 - each.local_share), (each.admitted & ~question.needs.local, -each.local_share))
    return max(int(whole[side].max()) + ceil(step * weight) for side, weight in sides if side.any())


def departures_within(stage: StagePrices) -> tuple[np.ndarray, np.ndarray]:
    """Prices of departures cut so that no cell's two come to more than one: only then do they bound."""
    both = np.maximum(stage.more + stage.less, 1.0)
    return stage.more / both * (1 - 2**-40), stage.less / both * (1 - 2**-40)
