"""The floor: the least coverage of any group is raised as high as it goes, then the next least, until none can rise.

Cells that the same classes of money may serve, in one group, are one cell here: coverage of a group does not ask which of them
is served, so the answer is the same and the programme small. Groups are owed coverage in proportion to their severity.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from concertation.core.allocation.model import Layout
from concertation.core.allocation.prices import StagePrices
from concertation.core.allocation.starting import (
    NOWHERE,
    MergedCells,
    Start,
    looked_up,
    once,
    places_of_pairs,
)
from concertation.core.solver import (
    AT_LOWER,
    BASIC,
    INFINITE,
    Basis,
    KeptProgramme,
    Numbers,
    Optimum,
    Places,
    Programme,
)

BINDING = 1e-9
FULL = 1 - 1e-9


@dataclass(frozen=True)
class Floors:
    """The coverage each reachable group is held at, and the prices of every round that led there."""

    held: tuple[Fraction, ...]
    rounds: tuple[StagePrices, ...]
    iterations: int
    merged: MergedCells | None = None
    basis: Basis | None = None


def merge_cells(layout: Layout) -> MergedCells:
    """Merge the live cells of a layout."""
    question = layout.question
    order = np.argsort(layout.arc_cell, kind="stable")
    serving, ends = layout.arc_class[order], np.cumsum(np.bincount(layout.arc_cell, minlength=len(layout.live))).tolist()
    place: dict[tuple[int, bool, bytes], int] = {}
    of = np.zeros(len(layout.live), dtype=np.int64)
    begin = 0
    for at, (end, group, local) in enumerate(zip(ends, layout.live_group.tolist(), question.needs.local[layout.live].tolist(), strict=True)):
        of[at] = place.setdefault((group, local, serving[begin:end].tobytes()), len(place))
        begin = end
    rooms = question.needs.rooms[layout.live] / layout.unit
    return MergedCells(
        of=of, group=np.array([key[0] for key in place], dtype=np.int64), local=np.array([key[1] for key in place], dtype=np.bool_),
        classes=tuple(np.frombuffer(key[2], dtype=serving.dtype) for key in place), room=np.bincount(of, weights=rooms, minlength=len(place)).astype(np.float64),
    )  # fmt: skip


def raise_floors(layout: Layout, start: Start | None = None) -> Floors:
    """Raise the least coverage, hold the groups that cannot go higher, and go on with the others."""
    merged = merge_cells(layout)
    needs, funded = (np.array([totals[group] for group in layout.groups], dtype=np.float64) / layout.unit for totals in layout.question.needs.totals)
    ratios = severity_ratios(layout)
    kept = KeptProgramme(floor_programme(layout, merged, needs=needs, funded=funded, ratios=ratios))
    floors: list[Fraction | None] = [None] * len(layout.groups)
    rounds, iterations, column = [], 0, sum(map(len, merged.classes))
    first: Basis | None = None
    if start is not None:
        kept.start_from(floor_basis(start, layout, merged))
    while None in floors:
        best = kept.optimum()
        first = first or (kept.basis() if start is None else None)
        iterations += best.iterations
        rounds.append(round_prices(layout, merged, tuple(floors), best))
        level = Fraction(best.columns[column])
        for at in bottlenecks(layout, floors, best, needs):
            floors[at] = level * ratios[at]
            row = first_group_row(layout, merged) + at
            kept.change_coefficient(row, column, 0.0)
            kept.change_row(row, lower=float(min(level * ratios[at], Fraction(1))) * (1 - BINDING) * needs[at] - funded[at])
    return Floors(tuple(floor for floor in floors if floor is not None), tuple(rounds), iterations, merged, first)


def no_floors(layout: Layout) -> Floors:
    """Nothing owed to any group."""
    return Floors((Fraction(0),) * len(layout.groups), (), 0)


def first_cells(layout: Layout, merged: MergedCells) -> tuple[str, ...]:
    """What a merged cell is known by from one question to another: the first of its cells."""
    firsts = np.unique(merged.of, return_index=True)[1]
    return tuple(layout.question.cells[layout.live[at]].id for at in firsts.tolist())


def floor_basis(start: Start, layout: Layout, merged: MergedCells) -> Basis:
    """Where the first round of floors of an earlier answer stood, as a start for this one."""
    before, earlier, known = start.stands.layout, start.stands.merged, start.known
    held = {name: at for at, name in enumerate(first_cells(before, earlier))}
    cells = once([held.get(name, NOWHERE) for name in first_cells(layout, merged)])
    own, theirs = columns_of(merged), columns_of(earlier)
    arcs = places_of_pairs(theirs[0], theirs[1], len(before.classes) or 1, (cells[own[0]], known.classes[own[1]]))
    sharing = {place: at for at, place in enumerate(before.sharing)}
    shares = np.array([sharing.get(int(known.classes[place]), NOWHERE) for place in layout.sharing], dtype=np.int64)
    first_room, first_group, first_share = len(before.classes), first_group_row(before, earlier), first_group_row(before, earlier) + len(before.groups)
    columns, rows = start.stands.floor.columns, start.stands.floor.rows
    return Basis(
        np.concatenate([looked_up(columns[:-1], arcs, otherwise=AT_LOWER), columns[-1:]]),
        np.concatenate([
            looked_up(rows[:first_room], known.classes, otherwise=BASIC), looked_up(rows[first_room:first_group], cells, otherwise=BASIC),
            looked_up(rows[first_group:first_share], known.groups, otherwise=BASIC), looked_up(rows[first_share:], shares, otherwise=BASIC),
        ]),
    )  # fmt: skip


def columns_of(merged: MergedCells) -> tuple[Places, Places]:
    """Merged cell and class of each column of money."""
    cells = np.repeat(np.arange(len(merged.classes)), [len(each) for each in merged.classes])
    return cells, np.concatenate(merged.classes)


def severity_ratios(layout: Layout) -> tuple[Fraction, ...]:
    """How much more coverage each reachable group is owed than the least severe of them."""
    means = layout.question.needs.severities
    least = min(means[group] for group in layout.groups)
    return tuple(means[group] / least for group in layout.groups)


def bottlenecks(layout: Layout, floors: list[Fraction | None], best: Optimum, needs: Numbers) -> list[int]:
    """The rising groups that the floor cannot rise past, as their duals say; all of them at full coverage or when none says so."""
    rising = [at for at, floor in enumerate(floors) if floor is None]
    first = len(best.duals) - len(layout.sharing) - len(layout.groups)
    bound = [at for at in rising if abs(best.duals[first + at]) * needs[at] > BINDING]
    return rising if best.columns[-1] >= FULL else bound or rising


def first_group_row(layout: Layout, merged: MergedCells) -> int:
    """The row of the first group: after the money of the classes and the room of the merged cells."""
    return len(layout.classes) + len(merged.classes)


def floor_programme(layout: Layout, merged: MergedCells, *, needs: Numbers, funded: Numbers, ratios: tuple[Fraction, ...]) -> Programme:
    """Columns: money of a class in a merged cell, then the floor. Rows: money, room, coverage of groups, local shares."""
    arc_cell, arc_class = columns_of(merged)
    arcs, first = len(arc_class), first_group_row(layout, merged)
    columns, floor = np.arange(arcs), np.full(len(layout.groups), arcs)
    places = np.full(len(layout.classes), NOWHERE)
    places[list(layout.sharing)] = np.arange(len(layout.sharing))
    owing = np.flatnonzero(places[arc_class] != NOWHERE)
    shares = np.array([float(each.local_share) for each in layout.classes])[arc_class[owing]]
    owed = np.where(merged.local[arc_cell[owing]], 1.0 - shares, -shares)
    rows = np.concatenate([
        arc_class, len(layout.classes) + arc_cell, first + merged.group[arc_cell], first + np.arange(len(layout.groups)),
        first + len(layout.groups) + places[arc_class[owing]],
    ])  # fmt: skip
    placed = np.concatenate([columns, columns, columns, floor, owing])
    values = np.concatenate([np.ones(3 * arcs), -needs * np.array([float(ratio) for ratio in ratios]), owed])
    order = np.argsort(placed, kind="stable")
    amounts = np.array([each.amount for each in layout.classes], dtype=np.float64) / layout.unit
    others = len(layout.groups) + len(layout.sharing)
    return Programme(
        gains=np.append(np.zeros(arcs), 1.0), lower=np.zeros(arcs + 1), upper=np.append(np.full(arcs, INFINITE), 1.0),
        row_lower=np.concatenate([np.full(first, -INFINITE), -funded, np.zeros(len(layout.sharing))]),
        row_upper=np.concatenate([amounts, merged.room, np.full(others, INFINITE)]),
        starts=np.concatenate([[0], np.cumsum(np.bincount(placed, minlength=arcs + 1))]).astype(np.int64), rows=rows[order], values=values[order],
    )  # fmt: skip


def round_prices(layout: Layout, merged: MergedCells, floors: tuple[Fraction | None, ...], best: Optimum) -> StagePrices:
    """The prices of one round over all cells, groups and classes of the question: a merged cell's price is that of each of its cells."""
    question, first = layout.question, first_group_row(layout, merged)
    of_groups = -best.duals[first : first + len(layout.groups)]
    of_rooms = best.duals[len(layout.classes) : first]
    cells, groups, shares = np.zeros(len(question.cells)), np.zeros(len(question.needs.groups)), np.zeros(len(layout.classes))
    cells[layout.live] = of_groups[layout.live_group] - of_rooms[merged.of]
    groups[layout.groups] = of_groups
    shares[list(layout.sharing)] = -best.duals[first + len(layout.groups) :]
    return StagePrices("floor", over_all_groups(layout, floors), cells, np.maximum(groups, 0.0), np.maximum(shares, 0.0))


def over_all_groups(layout: Layout, floors: tuple[Fraction | None, ...]) -> tuple[Fraction | None, ...]:
    """Floors of the reachable groups as floors of all groups; one that no money may reach is asked for nothing."""
    every: list[Fraction | None] = [Fraction(0)] * len(layout.question.needs.groups)
    for group, floor in zip(layout.groups, floors, strict=True):
        every[group] = floor
    return tuple(every)
