"""A joint allocation is solved in stages, each keeping what the ones before it reached.

1. Floor: the least coverage of any group (State and sector) is raised as high as it goes, then the next least, and so on;
   more severe groups are owed more, in proportion to their severity. Groups that no money may reach are left out and listed.
2. Most good: the most weighted people, the first part of each need first.
3. Freedom kept: tight money and money that expires soonest is spent before free money.
4. Least change: as close as possible to the last endorsed plan, where there is one.
Lexicographic fairness after Ogryczak and others (2014), with the proportional weights of Singh (2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from concertation.core.allocation.floors import Floors, no_floors, over_all_groups, raise_floors
from concertation.core.allocation.model import Layout, group_needs, lay_out, programme_of, share_weights
from concertation.core.allocation.prices import Aim, StagePrices
from concertation.core.allocation.question import Question, SourceClass
from concertation.core.allocation.starting import Stands, Start, fitted, main_basis, recognise
from concertation.core.solver import Basis, KeptProgramme, Numbers, Optimum

SLACK = 1e-9
NEAR_DAYS = 720
MOST_ADDED = 2**62


@dataclass(frozen=True)
class Solved:
    """The flow of money by class and cell (millions), the prices of each stage, and the steps taken."""

    layout: Layout
    flows: Numbers
    stages: tuple[StagePrices, ...]
    iterations: int
    stands: Stands | None = None


@dataclass
class Solving:
    """A programme being solved stage by stage, and what the stages so far ask of it."""

    layout: Layout
    kept: KeptProgramme
    floors: tuple[Fraction, ...]
    tolerance: float
    worth: Numbers
    stages: list[StagePrices]
    kept_rows: dict[Aim, int] = field(default_factory=dict)
    iterations: int = 0
    start: Start | None = None
    good: Basis | None = None


def solve(question: Question, start: Solved | None = None) -> Solved:
    """Solve every stage; the answer is as the optimiser gives it, still to be cut to whole minor units and checked.

    `start`: the answer to a question much like this one, from which this one is found faster; an answer so found is no start for another.
    """
    layout = lay_out(question)
    if not layout.live:
        return Solved(layout, np.zeros(0), (), 0)
    begun = Start(start.stands, recognise(start.stands.layout, layout)) if start and start.stands else None
    floors = raise_floors(layout, begun)
    solving = begin(layout, floors, begun)
    most_good(solving)
    last = keep_freedom(solving)
    if layout.departing:
        last = least_change(solving)
    now = Stands(layout, floors.merged, floors.basis, solving.good, solving.kept.basis()) if floors.merged and floors.basis and solving.good else None
    return Solved(layout, last.columns[: layout.arcs], tuple(solving.stages), solving.iterations, now)


def solve_without_floors(question: Question) -> Solved:
    """Only the most good, then freedom: no group is owed a floor."""
    layout = lay_out(question)
    if not layout.live:
        return Solved(layout, np.zeros(0), (), 0)
    solving = begin(layout, no_floors(layout))
    most_good(solving)
    last = keep_freedom(solving)
    return Solved(layout, last.columns[: layout.arcs], tuple(solving.stages), solving.iterations)


def begin(layout: Layout, floors: Floors, start: Start | None = None) -> Solving:
    """The programme with the floors it has to keep."""
    worth = np.array([float(each) for each in freedoms(layout.question, layout.classes)])[layout.arc_class]
    solving = Solving(
        layout, KeptProgramme(programme_of(layout)), floors.held, float(layout.question.tolerance), worth, list(floors.rounds), iterations=floors.iterations, start=start,
    )  # fmt: skip
    needs, funded = (np.array([totals[group] for group in layout.groups], dtype=np.float64) / layout.unit for totals in group_needs(layout.question))
    for at, floor in enumerate(floors.held):
        least = float(min(floor, Fraction(1))) * (1 - solving.tolerance) - SLACK
        solving.kept.change_row(layout.group_row(at), lower=least * needs[at] - funded[at])
    return solving


def start_at(solving: Solving, basis: Basis) -> None:
    """Begin a stage where the same stage of the earlier answer stood."""
    if solving.start is not None:
        rows = solving.layout.share_row(len(solving.layout.sharing)) + 2 * len(solving.layout.departing) + len(solving.kept_rows)
        before = solving.start.stands.layout
        if solving.layout.arcs > before.arcs:
            solving.kept.gains_more_columns()
        solving.kept.start_from(fitted(main_basis(before, basis, solving.layout, solving.start.known), rows=rows))


def solved(solving: Solving, aim: Aim, scale: float) -> Optimum:
    """Solve the programme as it stands and note the prices of the stage; `scale` is what one unit of its objective is worth."""
    best = solving.kept.optimum()
    solving.iterations += best.iterations
    solving.stages.append(prices_of(solving, aim, best, scale))
    return best


def prices_of(solving: Solving, aim: Aim, best: Optimum, scale: float) -> StagePrices:
    """The prices of a stage over all cells, groups and classes of the question, from the duals of the programme's rows.

    A column at its upper bound (a cell filled by one class) has a price of its own: it is moved into the price of the room.
    """
    layout, question = solving.layout, solving.layout.question
    duals = -best.duals * scale
    cells, groups, shares = np.zeros(len(question.cells)), np.zeros(len(question.groups)), np.zeros(len(layout.classes))
    cells[list(layout.live)] = duals[layout.cell_row(0) : layout.group_row(0)]
    groups[list(layout.groups)] = np.maximum(duals[layout.group_row(0) : layout.share_row(0)], 0.0)
    shares[list(layout.sharing)] = np.maximum(duals[layout.share_row(0) : layout.share_row(len(layout.sharing))], 0.0)
    more, less = np.zeros(len(question.cells)), np.zeros(len(question.cells))
    if layout.departing:
        first, count = layout.share_row(len(layout.sharing)), len(layout.departing)
        more[list(layout.live)] = np.maximum(duals[first : first + count], 0.0)
        less[list(layout.live)] = np.maximum(duals[first + count : first + 2 * count], 0.0)
    held = {kept: max(float(duals[row]), 0.0) for kept, row in solving.kept_rows.items()}
    freedom = held.get("freedom-kept", 0.0)
    cost = freedom + (1.0 if aim == "freedom-kept" else 0.0)
    limits = -duals[layout.arc_class] - shares[layout.arc_class] * share_weights(layout) + cost * solving.worth
    np.minimum.at(cells, np.array(layout.live)[layout.arc_cell], limits)
    return StagePrices(
        aim, over_all_groups(layout, solving.floors), cells, groups, shares,
        gain=held.get("most-good", 0.0) / layout.gain_scale, freedom=freedom, more=more, less=less,
    )  # fmt: skip


def most_good(solving: Solving) -> None:
    """Meet the most weighted people, floors kept, and hold that gain."""
    layout, columns = solving.layout, solving.layout.arcs + np.arange(len(solving.layout.part_cell))
    gains = layout.part_gain / layout.gain_scale
    solving.kept.change_gains(columns, gains)
    if solving.start is not None:
        start_at(solving, solving.start.stands.most_good)
    best = solved(solving, "most-good", layout.gain_scale)
    solving.good = solving.kept.basis() if solving.start is None else None
    solving.kept.change_gains(columns, np.zeros(len(columns)))
    least = best.value * (1 - solving.tolerance) - SLACK * max(1.0, abs(best.value))
    solving.kept_rows["most-good"] = solving.kept.add_row(columns, gains, lower=least)


def keep_freedom(solving: Solving) -> Optimum:
    """Spend the tightest and soonest-expiring money first: the least freedom is used up for the same gain."""
    layout, columns = solving.layout, np.arange(solving.layout.arcs)
    solving.kept.change_gains(columns, -solving.worth)
    if solving.start is not None:
        start_at(solving, solving.start.stands.last)
    best = solved(solving, "freedom-kept", 1.0)
    if layout.departing:
        solving.kept.change_gains(columns, np.zeros(layout.arcs))
        least = best.value * (1 + solving.tolerance) - SLACK * max(1.0, abs(best.value))
        solving.kept_rows["freedom-kept"] = solving.kept.add_row(columns, -solving.worth, lower=least)
    return best


def freedoms(question: Question, classes: Sequence[SourceClass]) -> list[Fraction]:
    """How free the money of each class is, from 0 to 1: the share of all need it may serve, times how far its last day lies (two years or no date: 1).

    Days are counted from the day of the question, or else from the earliest last day of any money.
    """
    whole = sum(cell.need for cell in question.cells) or 1
    needs = np.array([cell.need for cell in question.cells], dtype=np.int64 if whole < MOST_ADDED else np.object_)
    days = [each.spend_by for each in classes if each.spend_by]
    start = question.as_of or min(days, default=None)
    worth = []
    for each in classes:
        breadth = Fraction(int(needs[each.admitted].sum()), whole)
        far = Fraction(1) if each.spend_by is None or start is None else min(Fraction((each.spend_by - start).days + 1, NEAR_DAYS), Fraction(1))
        worth.append(breadth * max(far, Fraction(1, NEAR_DAYS)))
    return worth


def least_change(solving: Solving) -> Optimum:
    """Stay as near as possible to the last endorsed plan."""
    columns = solving.layout.floor + 1 + np.arange(len(solving.layout.departing))
    solving.kept.change_gains(columns, -np.ones(len(columns)))
    return solved(solving, "least-change", 1.0)
