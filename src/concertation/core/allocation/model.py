"""The linear programme of a joint allocation: money flows from classes of sources to cells, cells fill tranche by tranche.

Columns: one per tranche, a departure per cell where an earlier plan is held, and one per class and cell it may serve (an arc), all of
them or those that matter. Rows: money of each class, balance of each cell, coverage of each group, local share of each class that
has one, and the departures. Money is counted in units of `Question.scale`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from concertation.core.allocation.question import Question, SourceClass
from concertation.core.allocation.worth import WEIGHTS, WHOLE, widths
from concertation.core.solver import INFINITE, Numbers, Places, Programme

Entries = tuple[Places, Places, Numbers]


@dataclass(frozen=True)
class Layout:
    """Where everything stands in the programme, and the exact numbers it was made from.

    `arc_class`, `arc_cell` and `part_cell` index classes and `live` cells; `unit` is `Question.scale`. A part is what is left of a
    tranche of a cell's need: its rank (0 the first), its width in units, and the weighted people a unit of it is worth.
    """

    question: Question
    classes: tuple[SourceClass, ...]
    live: Places
    arc_class: Places
    arc_cell: Places
    part_cell: Places
    part_rank: Places
    part_width: Numbers
    part_gain: Numbers
    groups: Places
    live_group: Places
    unit: int
    gain_scale: float

    @property
    def arcs(self) -> int:
        """How many pairs of a class and a cell it may serve there are."""
        return len(self.arc_class)

    @property
    def first_arc(self) -> int:
        """The column of the first arc: after the parts and the departures."""
        return len(self.part_cell) + len(self.departing)

    @property
    def departing(self) -> tuple[int, ...]:
        """Live cells for which an earlier plan is held, in order."""
        return tuple(range(len(self.live))) if self.question.previous else ()

    def class_row(self, at: int) -> int:
        """The row of a class's money."""
        return at

    def cell_row(self, at: int) -> int:
        """The row of a live cell's balance."""
        return len(self.classes) + at

    def group_row(self, at: int) -> int:
        """The row of a reachable group's coverage."""
        return len(self.classes) + len(self.live) + at

    @cached_property
    def sharing(self) -> tuple[int, ...]:
        """The classes that owe a local share."""
        return tuple(at for at, each in enumerate(self.classes) if each.local_share > 0)

    def share_row(self, at: int) -> int:
        """The row of the local share of the at-th class that owes one."""
        return len(self.classes) + len(self.live) + len(self.groups) + at


def lay_out(question: Question) -> Layout:
    """Choose classes, live cells (reachable, with room), reachable groups and tranches."""
    classes, group_of = question.classes, question.needs.group_of
    live = np.flatnonzero(question.reached)
    place = np.full(len(question.cells), -1, dtype=np.int64)
    place[live] = np.arange(len(live))
    unit = question.scale
    parts = cut_parts(question, live, unit)
    groups = question.reachable_groups
    return Layout(
        question=question, classes=classes, live=live,
        arc_class=np.repeat(np.arange(len(classes)), [len(each.served) for each in classes]).astype(np.int64), arc_cell=place[question.arcs[0]],
        part_cell=parts[0], part_rank=parts[1], part_width=parts[2], part_gain=parts[3],
        groups=np.array(groups, dtype=np.int64), live_group=np.searchsorted(groups, group_of[live]).astype(np.int64),
        unit=unit, gain_scale=float(parts[3].max(initial=0.0)) or 1.0,
    )  # fmt: skip


def cut_parts(question: Question, live: Places, unit: int) -> tuple[Places, Places, Numbers, Numbers]:
    """The parts of the live cells' needs that money can still meet, cell by cell, first to last: cell, rank, width, gain."""
    needs = question.needs
    cut = widths(needs)[live]
    part_cell, part_rank = np.nonzero(cut)
    people = np.array([5.0 * cell.people * question.weights[cell.severity] for cell in question.cells])[live]
    per_unit = people / (WHOLE * np.maximum(needs.asked[live].astype(np.float64), 1)) * unit
    gains = per_unit[part_cell] * np.array(WEIGHTS, dtype=np.float64)[part_rank]
    return part_cell.astype(np.int64), part_rank.astype(np.int64), cut[part_cell, part_rank] / (5.0 * unit), gains


def programme_of(layout: Layout, arcs: Places) -> Programme:
    """The arrays of the programme with some of its arcs, no gains given yet."""
    upper = np.concatenate([layout.part_width, np.full(len(layout.departing), INFINITE), arc_rooms(layout, arcs)])
    row_lower, row_upper = row_bounds(layout)
    starts, rows, values = by_column([*part_entries(layout), *departure_entries(layout), *arc_entries(layout, arcs, layout.first_arc)], len(upper))
    return Programme(
        gains=np.zeros(len(upper)), lower=np.zeros(len(upper)), upper=upper, row_lower=row_lower, row_upper=row_upper, starts=starts, rows=rows, values=values,
    )  # fmt: skip


def by_column(blocks: Sequence[Entries], columns: int) -> tuple[Places, Places, Numbers]:
    """Where each column begins, and the rows and values of the entries, column after column."""
    rows, own, values = (np.concatenate([block[part] for block in blocks]) for part in range(3))
    order = np.argsort(own, kind="stable")
    return np.concatenate([[0], np.cumsum(np.bincount(own, minlength=columns))]).astype(np.int64), rows[order].astype(np.int64), values[order].astype(np.float64)


def row_bounds(layout: Layout) -> tuple[Numbers, Numbers]:
    """Bounds of the rows: money of the classes, balances, group floors (open), local shares, departures."""
    amounts = np.array([each.amount for each in layout.classes], dtype=np.float64) / layout.unit
    classes, live, groups, sharing = len(layout.classes), len(layout.live), len(layout.groups), len(layout.sharing)
    earlier = np.array([layout.question.previous.get(layout.question.cells[layout.live[at]].id, 0) for at in layout.departing], dtype=np.float64) / layout.unit
    lower = np.concatenate([np.full(classes, -INFINITE), np.zeros(live), np.full(groups, -INFINITE), np.zeros(sharing), earlier, -earlier])
    upper = np.concatenate([amounts, np.zeros(live), np.full(groups + sharing + 2 * len(earlier), INFINITE)])
    return lower, upper


def part_entries(layout: Layout) -> list[Entries]:
    """What a part of a need takes from its cell's balance and adds to its group's coverage."""
    columns, ones = np.arange(len(layout.part_cell)), np.ones(len(layout.part_cell))
    return [(layout.cell_row(0) + layout.part_cell, columns, -ones), (layout.group_row(0) + layout.live_group[layout.part_cell], columns, ones)]


def arc_rooms(layout: Layout, arcs: Places) -> Numbers:
    """The most that may flow on some arcs: the room of their cells."""
    rooms: Numbers = (layout.question.needs.rooms[layout.live] / layout.unit)[layout.arc_cell[arcs]]
    return rooms


def arc_entries(layout: Layout, arcs: Places, first: int) -> list[Entries]:
    """What some arcs, as columns from `first` on, take of their class's money, give to their cell's balance, and weigh in a local share."""
    columns, ones = first + np.arange(len(arcs)), np.ones(len(arcs))
    blocks = [(layout.arc_class[arcs], columns, ones), (layout.cell_row(0) + layout.arc_cell[arcs], columns, ones)]
    if layout.sharing:
        place = np.full(len(layout.classes), -1, dtype=np.int64)
        place[list(layout.sharing)] = np.arange(len(layout.sharing))
        owing = np.flatnonzero(place[layout.arc_class[arcs]] >= 0)
        blocks.append((layout.share_row(0) + place[layout.arc_class[arcs[owing]]], columns[owing], share_weights(layout)[arcs[owing]]))
    return blocks


def share_weights(layout: Layout) -> Numbers:
    """What a unit of each arc weighs in its class's local share: 1 - share where delivery is local, minus the share elsewhere; a local share broken is below zero."""
    shares = np.array([float(each.local_share) for each in layout.classes])[layout.arc_class]
    return np.where(shares > 0, np.where(layout.question.needs.local[layout.live][layout.arc_cell], 1.0 - shares, -shares), 0.0)


def departure_entries(layout: Layout) -> list[Entries]:
    """Departure of each cell from the earlier plan, up or down: both rows end at or above the earlier amount, or its opposite."""
    count = len(layout.departing)
    if not count:
        return []
    above, parts = layout.share_row(len(layout.sharing)), np.arange(len(layout.part_cell))
    own, columns = np.arange(count), len(parts) + np.arange(count)
    return [
        (above + layout.part_cell, parts, np.ones(len(parts))), (above + own, columns, np.ones(count)),
        (above + count + layout.part_cell, parts, -np.ones(len(parts))), (above + count + own, columns, np.ones(count)),
    ]  # fmt: skip
