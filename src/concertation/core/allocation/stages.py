"""A joint allocation is solved in stages, each keeping what the ones before it reached.

1. Floor: the least coverage of any group (State and sector) is raised as high as it goes, then the next least, and so on;
   more severe groups are owed more, in proportion to their severity. Groups that no money may reach are left out and listed.
2. Most good: the most weighted people, the first part of each need first.
3. Freedom kept: tight money and money that expires soonest is spent before free money.
4. Least change: as close as possible to the last endorsed plan, where there is one.
Lexicographic fairness after Ogryczak and others (2014), with the proportional weights of Singh (2019).
"""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from concertation.core.allocation.floors import Floors, no_floors, over_all_groups, raise_floors
from concertation.core.allocation.freedom import freedoms
from concertation.core.allocation.model import (
    Layout,
    arc_entries,
    arc_rooms,
    by_column,
    lay_out,
    programme_of,
    share_weights,
)
from concertation.core.allocation.prices import Aim, StagePrices
from concertation.core.allocation.question import Question
from concertation.core.allocation.starting import (
    Stands,
    Start,
    arcs_that_mattered,
    fitted,
    main_basis,
    recognise,
)
from concertation.core.solver import FEASIBLE_WITHIN, Basis, KeptProgramme, NotSolved, Numbers, Optimum, Places

SLACK = 1e-9


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
    """A programme being solved stage by stage, and what the stages so far ask of it.

    `inside`: the arcs in the programme, in the order of its last columns. `worth`: how free the money of each arc is.
    """

    layout: Layout
    kept: KeptProgramme
    inside: Places
    floors: tuple[Fraction, ...]
    tolerance: float
    worth: Numbers
    stages: list[StagePrices]
    kept_rows: dict[Aim, int] = field(default_factory=dict)
    iterations: int = 0
    start: Start | None = None
    good: Basis | None = None

    @property
    def columns(self) -> Places:
        """The columns of the arcs in the programme."""
        return self.layout.first_arc + np.arange(len(self.inside))

    def flows(self, best: Optimum) -> Numbers:
        """What flows on every arc."""
        flows = np.zeros(self.layout.arcs)
        flows[self.inside] = best.columns[self.layout.first_arc :]
        return flows


def solve(question: Question, start: Solved | None = None) -> Solved:
    """Solve every stage; the answer is as the optimiser gives it, still to be cut to whole minor units and checked.

    `start`: the answer to a question much like this one, from which this one is found faster; an answer so found is no start for another.
    """
    layout = lay_out(question)
    if not len(layout.live):
        return Solved(layout, np.zeros(0), (), 0)
    begun = Start(start.stands, recognise(start.stands.layout, layout)) if start and start.stands else None
    floors = raise_floors(layout, begun)
    solving = begin(layout, floors, begun)
    most_good(solving)
    last = keep_freedom(solving)
    if layout.departing:
        last = least_change(solving)
    now = Stands(layout, floors.merged, floors.basis, solving.good, solving.kept.basis()) if floors.merged and floors.basis and solving.good else None
    return Solved(layout, solving.flows(last), tuple(solving.stages), solving.iterations, now)


def solve_without_floors(question: Question) -> Solved:
    """Only the most good, then freedom: no group is owed a floor."""
    layout = lay_out(question)
    if not len(layout.live):
        return Solved(layout, np.zeros(0), (), 0)
    solving = begin(layout, no_floors(layout))
    most_good(solving)
    last = keep_freedom(solving)
    return Solved(layout, solving.flows(last), tuple(solving.stages), solving.iterations)


def begin(layout: Layout, floors: Floors, start: Start | None = None) -> Solving:
    """The programme with the floors it has to keep: all its arcs, or those that mattered to the answer it starts from."""
    freedom = freedoms(layout.question)
    worth = np.array([part / freedom.whole for part in freedom.parts])[layout.arc_class]
    inside = np.arange(layout.arcs) if start is None else arcs_that_mattered(start)
    solving = Solving(
        layout, KeptProgramme(programme_of(layout, inside)), inside, floors.held, float(layout.question.tolerance), worth, list(floors.rounds), iterations=floors.iterations, start=start,
    )  # fmt: skip
    needs, funded = (np.array([totals[group] for group in layout.groups], dtype=np.float64) / layout.unit for totals in layout.question.needs.totals)
    for at, floor in enumerate(floors.held):
        least = float(min(floor, Fraction(1))) * (1 - solving.tolerance) - SLACK
        solving.kept.change_row(layout.group_row(at), lower=least * needs[at] - funded[at])
    return solving


def start_at(solving: Solving, basis: Basis) -> None:
    """Begin a stage where the same stage of the earlier answer stood."""
    if solving.start is not None:
        rows = solving.layout.share_row(len(solving.layout.sharing)) + 2 * len(solving.layout.departing) + len(solving.kept_rows)
        solving.kept.start_from(fitted(main_basis(solving.start, basis, solving.layout, solving.inside), rows=rows))


def solved(solving: Solving, aim: Aim, scale: float) -> Optimum:
    """Solve the programme as it stands, with every arc that pays, and note the prices of the stage; `scale` is what one unit of its objective is worth."""
    best = reached(solving, aim)
    while len(paying := arcs_that_pay(solving, aim, best)):
        add_arcs(solving, aim, paying)
        best = reached(solving, aim)
    solving.stages.append(prices_of(solving, aim, best, scale))
    return best


def reached(solving: Solving, aim: Aim) -> Optimum:
    """The best answer with the arcs in the programme; with all of them where those cannot keep what is held. Raises NotSolved when the optimiser finds none."""
    try:
        best = solving.kept.optimum()
    except NotSolved:
        left_out = np.setdiff1d(np.arange(solving.layout.arcs), solving.inside)
        if not len(left_out):
            raise
        add_arcs(solving, aim, left_out)
        best = solving.kept.optimum()
    solving.iterations += best.iterations
    return best


def arcs_that_pay(solving: Solving, aim: Aim, best: Optimum) -> Places:
    """The arcs left out whose cell pays more than their money costs: none when the answer is the best of the whole programme."""
    if len(solving.inside) == solving.layout.arcs:
        return solving.inside[:0]
    duals = -best.duals
    more = duals[solving.layout.cell_row(0) + solving.layout.arc_cell] - limits_of(solving, aim, duals)
    more[solving.inside] = 0.0
    return np.flatnonzero(more > FEASIBLE_WITHIN)


def add_arcs(solving: Solving, aim: Aim, arcs: Places) -> None:
    """Let arcs into the programme, as its last columns."""
    blocks = arc_entries(solving.layout, arcs, 0)
    if "freedom-kept" in solving.kept_rows:
        blocks.append((np.full(len(arcs), solving.kept_rows["freedom-kept"]), np.arange(len(arcs)), -solving.worth[arcs]))
    gains = -solving.worth[arcs] if aim == "freedom-kept" else np.zeros(len(arcs))
    solving.kept.add_columns(gains, arc_rooms(solving.layout, arcs), *by_column(blocks, len(arcs)))
    solving.inside = np.concatenate([solving.inside, arcs])


def limits_of(solving: Solving, aim: Aim, duals: Numbers) -> Numbers:
    """For each arc, what its money costs where it stands: the most its cell's price may be at the best answer."""
    layout = solving.layout
    shares = np.zeros(len(layout.classes))
    shares[list(layout.sharing)] = np.maximum(duals[layout.share_row(0) : layout.share_row(len(layout.sharing))], 0.0)
    cost = (max(float(duals[solving.kept_rows["freedom-kept"]]), 0.0) if "freedom-kept" in solving.kept_rows else 0.0) + (1.0 if aim == "freedom-kept" else 0.0)
    limits: Numbers = cost * solving.worth - duals[layout.arc_class]
    return limits - shares[layout.arc_class] * share_weights(layout) if layout.sharing else limits


def prices_of(solving: Solving, aim: Aim, best: Optimum, scale: float) -> StagePrices:
    """The prices of a stage over all cells, groups and classes of the question, from the duals of the programme's rows.

    A column at its upper bound (a cell filled by one class) has a price of its own: it is moved into the price of the room.
    """
    layout, question = solving.layout, solving.layout.question
    duals = -best.duals * scale
    cells, groups, shares = np.zeros(len(question.cells)), np.zeros(len(question.needs.groups)), np.zeros(len(layout.classes))
    cells[layout.live] = duals[layout.cell_row(0) : layout.group_row(0)]
    groups[layout.groups] = np.maximum(duals[layout.group_row(0) : layout.share_row(0)], 0.0)
    shares[list(layout.sharing)] = np.maximum(duals[layout.share_row(0) : layout.share_row(len(layout.sharing))], 0.0)
    more, less = np.zeros(len(question.cells)), np.zeros(len(question.cells))
    if layout.departing:
        first, count = layout.share_row(len(layout.sharing)), len(layout.departing)
        more[layout.live] = np.maximum(duals[first : first + count], 0.0)
        less[layout.live] = np.maximum(duals[first + count : first + 2 * count], 0.0)
    held = {kept: max(float(duals[row]), 0.0) for kept, row in solving.kept_rows.items()}
    np.minimum.at(cells, layout.live[layout.arc_cell], limits_of(solving, aim, duals))
    return StagePrices(
        aim, over_all_groups(layout, solving.floors), cells, groups, shares,
        gain=held.get("most-good", 0.0) / layout.gain_scale, freedom=held.get("freedom-kept", 0.0), more=more, less=less,
    )  # fmt: skip


def most_good(solving: Solving) -> None:
    """Meet the most weighted people, floors kept, and hold that gain."""
    layout, columns = solving.layout, np.arange(len(solving.layout.part_cell))
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
    solving.kept.change_gains(solving.columns, -solving.worth[solving.inside])
    if solving.start is not None:
        start_at(solving, solving.start.stands.last)
    best = solved(solving, "freedom-kept", 1.0)
    if solving.layout.departing:
        solving.kept.change_gains(solving.columns, np.zeros(len(solving.inside)))
        least = best.value * (1 + solving.tolerance) - SLACK * max(1.0, abs(best.value))
        solving.kept_rows["freedom-kept"] = solving.kept.add_row(solving.columns, -solving.worth[solving.inside], lower=least)
    return best


def least_change(solving: Solving) -> Optimum:
    """Stay as near as possible to the last endorsed plan."""
    columns = len(solving.layout.part_cell) + np.arange(len(solving.layout.departing))
    solving.kept.change_gains(columns, -np.ones(len(columns)))
    return solved(solving, "least-change", 1.0)
