"""The linear programme of a joint allocation: money flows from classes of sources to cells, cells fill tranche by tranche.

Columns: one per class and cell it may serve, one per tranche, the floor, and two departures per cell where an earlier plan is
held. Rows: money of each class, balance of each cell, coverage of each group, local share of each class that has one, and the
departures. Money is counted in units of `Question.scale`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from concertation.core.allocation.question import Question, SourceClass
from concertation.core.allocation.worth import WEIGHTS, WHOLE, widths
from concertation.core.solver import INFINITE, Numbers, Places, Programme


@dataclass(frozen=True)
class Layout:
    """Where everything stands in the programme, and the exact numbers it was made from.

    `arc_class`, `arc_cell` and `part_cell` index classes and `live` cells; `unit` is `Question.scale`. A part is what is left of a
    tranche of a cell's need: its rank (0 the first), its width in units, and the weighted people a unit of it is worth.
    """

    question: Question
    classes: tuple[SourceClass, ...]
    live: tuple[int, ...]
    arc_class: Places
    arc_cell: Places
    part_cell: Places
    part_rank: Places
    part_width: Numbers
    part_gain: Numbers
    groups: tuple[int, ...]
    live_group: Places
    unit: int
    gain_scale: float

    @property
    def arcs(self) -> int:
        """How many class-to-cell columns there are."""
        return len(self.arc_class)

    @property
    def floor(self) -> int:
        """The column of the floor."""
        return self.arcs + len(self.part_cell)

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
    classes = question.classes
    reached = np.zeros(len(question.cells), dtype=np.bool_)
    for each in classes:
        reached |= each.admitted
    live = tuple(np.flatnonzero(reached).tolist())
    place = np.full(len(question.cells), -1, dtype=np.int64)
    place[list(live)] = np.arange(len(live))
    served = [place[np.flatnonzero(each.admitted)] for each in classes]
    unit = question.scale
    parts = cut_parts(question, live, unit)
    groups = tuple(sorted({int(question.group_of[at]) for at in live}))
    group_place = {group: at for at, group in enumerate(groups)}
    return Layout(
        question=question, classes=classes, live=live,
        arc_class=np.repeat(np.arange(len(classes)), [len(cells) for cells in served]).astype(np.int64),
        arc_cell=np.concatenate(served) if served else np.zeros(0, dtype=np.int64),
        part_cell=parts[0], part_rank=parts[1], part_width=parts[2], part_gain=parts[3],
        groups=groups, live_group=np.array([group_place[int(question.group_of[at])] for at in live], dtype=np.int64),
        unit=unit, gain_scale=float(parts[3].max(initial=0.0)) or 1.0,
    )  # fmt: skip


def cut_parts(question: Question, live: Sequence[int], unit: int) -> tuple[Places, Places, Numbers, Numbers]:
    """The parts of the live cells' needs that money can still meet, cell by cell, first to last: cell, rank, width, gain."""
    cells = [question.cells[at] for at in live]
    cut = widths(cells)
    part_cell, part_rank = np.nonzero(cut)
    need = np.array([cell.need for cell in cells], dtype=np.float64)
    people = np.array([5.0 * cell.people * question.weights[cell.severity] for cell in cells])
    per_unit = people / (WHOLE * np.maximum(need, 1)) * unit
    gains = per_unit[part_cell] * np.array(WEIGHTS, dtype=np.float64)[part_rank]
    return part_cell.astype(np.int64), part_rank.astype(np.int64), cut[part_cell, part_rank] / (5.0 * unit), gains


def severity_ratio(question: Question, group: int) -> Fraction:
    """How much more coverage a group is owed than the least severe one: its need-weighted mean severity, over the least of all groups."""
    means = severity_means(question)
    return means[group] / min(means)


def severity_means(question: Question) -> list[Fraction]:
    """Mean severity of each group, weighted by need; groups without need count as severity 1."""
    weighted, need = [0] * len(question.groups), [0] * len(question.groups)
    for cell, group in zip(question.cells, question.group_of.tolist(), strict=True):
        weighted[group] += cell.need * cell.severity
        need[group] += cell.need
    return [Fraction(top, bottom) if bottom else Fraction(1) for top, bottom in zip(weighted, need, strict=True)]


def group_needs(question: Question) -> tuple[list[int], list[int]]:
    """Need and what is funded of it, in minor units, by group."""
    need, funded = [0] * len(question.groups), [0] * len(question.groups)
    for cell, group in zip(question.cells, question.group_of.tolist(), strict=True):
        need[group] += cell.need
        funded[group] += min(cell.funded, cell.need)
    return need, funded


def programme_of(layout: Layout) -> Programme:
    """The arrays of the programme, floor rows open, no gains given yet."""
    arcs, parts, departing = layout.arcs, len(layout.part_cell), layout.departing
    rooms = layout.question.rooms[list(layout.live)] / layout.unit
    columns = arcs + parts + 1 + len(departing)
    upper = np.concatenate([rooms[layout.arc_cell], layout.part_width, [1.0], np.full(len(departing), INFINITE)])
    row_lower, row_upper = row_bounds(layout)
    rows, starts, values = entries(layout)
    order = np.lexsort((rows, starts))
    counts = np.bincount(starts, minlength=columns)
    return Programme(
        gains=np.zeros(columns), lower=np.zeros(columns), upper=upper, row_lower=row_lower, row_upper=row_upper,
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), rows=rows[order], values=values[order],
    )  # fmt: skip


def row_bounds(layout: Layout) -> tuple[Numbers, Numbers]:
    """Bounds of the rows: money of the classes, balances, group floors (open), local shares, departures."""
    amounts = np.array([each.amount for each in layout.classes], dtype=np.float64) / layout.unit
    classes, live, groups, sharing = len(layout.classes), len(layout.live), len(layout.groups), len(layout.sharing)
    earlier = np.array([layout.question.previous.get(layout.question.cells[layout.live[at]].id, 0) for at in layout.departing], dtype=np.float64) / layout.unit
    lower = np.concatenate([np.full(classes, -INFINITE), np.zeros(live), np.full(groups, -INFINITE), np.zeros(sharing), earlier, -earlier])
    upper = np.concatenate([amounts, np.zeros(live), np.full(groups + sharing + 2 * len(earlier), INFINITE)])
    return lower, upper


def entries(layout: Layout) -> tuple[Places, Places, Numbers]:
    """Row, column and value of every entry of the matrix but the floor's, which the stages give and take."""
    arc_columns, part_columns = np.arange(layout.arcs), layout.arcs + np.arange(len(layout.part_cell))
    first_cell, first_group = len(layout.classes), len(layout.classes) + len(layout.live)
    blocks = [
        (layout.arc_class, arc_columns, np.ones(layout.arcs)),
        (first_cell + layout.arc_cell, arc_columns, np.ones(layout.arcs)),
        (first_cell + layout.part_cell, part_columns, -np.ones(len(layout.part_cell))),
        (first_group + layout.live_group[layout.part_cell], part_columns, np.ones(len(layout.part_cell))),
        *share_entries(layout), *departure_entries(layout, part_columns),
    ]  # fmt: skip
    rows, columns, values = (np.concatenate([block[part] for block in blocks]) for part in range(3))
    return rows.astype(np.int64), columns.astype(np.int64), values.astype(np.float64)


def share_weights(layout: Layout) -> Numbers:
    """What a million of each arc weighs in its class's local share: 1 - share where delivery is local, minus the share elsewhere."""
    shares = np.array([float(each.local_share) for each in layout.classes])[layout.arc_class]
    is_local = np.array([layout.question.cells[at].local for at in layout.live], dtype=np.bool_)
    return np.where(shares > 0, np.where(is_local[layout.arc_cell], 1.0 - shares, -shares), 0.0)


def share_entries(layout: Layout) -> list[tuple[Places, Places, Numbers]]:
    """A class's local share: local money times (1 - share), less other money times the share, is never below zero."""
    weights = share_weights(layout)
    served = [np.flatnonzero(layout.arc_class == place) for place in layout.sharing]
    return [(np.full(len(columns), layout.share_row(at), dtype=np.int64), columns.astype(np.int64), weights[columns]) for at, columns in enumerate(served)]


def departure_entries(layout: Layout, part_columns: Places) -> list[tuple[Places, Places, Numbers]]:
    """Departure of each cell from the earlier plan, up or down: both rows end at or above the earlier amount, or its opposite."""
    count = len(layout.departing)
    if not count:
        return []
    above, first = layout.share_row(len(layout.sharing)), layout.floor + 1
    own, columns = np.arange(count), first + np.arange(count)
    ones = np.ones(len(part_columns))
    return [
        (above + layout.part_cell, part_columns, ones), (above + own, columns, np.ones(count)),
        (above + count + layout.part_cell, part_columns, -ones), (above + count + own, columns, np.ones(count)),
    ]  # fmt: skip
