"""A question that differs little from one already answered is answered from where that answer stands.

Classes, cells and parts of needs are recognised from one question to the other (a class by an earmark of its money, a cell by its id),
and what was free to move in the first answer is free to move at the start of the second. The start changes how fast the answer
is found, never what it is: each stage is solved to its own optimum, and certified like any other.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from concertation.core.allocation.model import Layout
from concertation.core.allocation.needs import Mask
from concertation.core.allocation.terms import MoneySource
from concertation.core.solver import AT_LOWER, BASIC, Basis, Numbers, Places, Standing

NOWHERE = -1
RANKS = 4


@dataclass(frozen=True)
class MergedCells:
    """Live cells merged by group, admitted classes and local delivery: `of` gives the merged cell of each live cell."""

    of: Places
    group: Places
    local: Mask
    classes: tuple[Places, ...]
    room: Numbers


@dataclass(frozen=True)
class Stands:
    """Where the stages of an answer stood: the first round of floors, most good, and the last stage."""

    layout: Layout
    merged: MergedCells
    floor: Basis
    most_good: Basis
    last: Basis


@dataclass(frozen=True)
class Start:
    """Where an earlier answer stands, and what the question has in common with that one."""

    stands: Stands
    known: "Recognised"


def known_classes(before: Layout, now: Layout) -> Places:
    """For each class now, its place before: the very same, else the one that held money under one of its earmarks, else one of its sources, once; -1 for a new one."""
    same = {id(each): at for at, each in enumerate(before.classes)}
    places = [same.pop(id(each), NOWHERE) for each in now.classes]
    left = [(source, at) for at in same.values() for source in before.classes[at].sources]
    by_terms, by_name = {named(source): at for source, at in left}, {source.id: at for source, at in left}
    found = once([
        next((by_terms[named(source)] for source in each.sources if named(source) in by_terms), NOWHERE) if place == NOWHERE else place
        for place, each in zip(places, now.classes, strict=True)
    ])  # fmt: skip
    moved = [by_name.get(each.sources[0].id, NOWHERE) if place == NOWHERE else NOWHERE for place, each in zip(found.tolist(), now.classes, strict=True)]
    taken = set(found.tolist())
    return np.where(found == NOWHERE, once([NOWHERE if place in taken else place for place in moved]), found)


def named(source: MoneySource) -> Hashable:
    """What money is known by from one question to another: its terms and its local share."""
    return source.terms, source.local_share


def known_cells(before: Layout, now: Layout) -> Places:
    """For each live cell now, its place before; -1 for one that was not live."""
    held = {before.question.cells[cell].id: at for at, cell in enumerate(before.live)}
    return np.array([held.get(now.question.cells[cell].id, NOWHERE) for cell in now.live], dtype=np.int64)


def known_groups(before: Layout, now: Layout) -> Places:
    """For each reachable group now, its place before; -1 for a new one."""
    held = {before.question.needs.groups[group]: at for at, group in enumerate(before.groups)}
    return np.array([held.get(now.question.needs.groups[group], NOWHERE) for group in now.groups], dtype=np.int64)


def once(places: Sequence[int]) -> Places:
    """The places, each given to the first that asks for it.

    >>> once([3, 1, 3]).tolist()
    [3, 1, -1]
    """
    taken: set[int] = set()
    kept = []
    for place in places:
        kept.append(NOWHERE if place in taken else place)
        taken.add(place)
    return np.array(kept, dtype=np.int64)


def looked_up(standing: Standing, places: Places, *, otherwise: int) -> Standing:
    """The standing of what is known, and `otherwise` for what is new.

    >>> looked_up(np.array([1, 0], dtype=np.int8), np.array([1, -1, 0]), otherwise=1).tolist()
    [0, 1, 1]
    """
    found = np.full(len(places), otherwise, dtype=standing.dtype)
    known = places != NOWHERE
    found[known] = standing[places[known]]
    return found


def places_of_pairs(first: Places, second: Places, span: int, known: tuple[Places, Places]) -> Places:
    """Where pairs stood: `first` and `second` of the pairs before, in `span` of second; `known` the same pairs' places now, -1 where new."""
    keys = first * span + second
    order = np.argsort(keys, kind="stable")
    wanted = np.where((known[0] == NOWHERE) | (known[1] == NOWHERE), NOWHERE, known[0] * span + known[1])
    if not len(keys):
        return np.full(len(wanted), NOWHERE, dtype=np.int64)
    found = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    return np.where(keys[order][found] == wanted, order[found], NOWHERE).astype(np.int64)


@dataclass(frozen=True)
class Recognised:
    """What two questions have in common: for each class, live cell, group, arc and part now, its place before, -1 for a new one.

    `left` and `joined`: arcs before of classes that are no more, and the arcs now of the classes their money joined.
    """

    classes: Places
    cells: Places
    groups: Places
    arcs: Places
    parts: Places
    left: Places
    joined: Places


def recognise(before: Layout, now: Layout) -> Recognised:
    """What a question has in common with one already answered; told once for all its stages."""
    classes, cells = known_classes(before, now), known_cells(before, now)
    left, joined = what_joined(before, now, classes, cells)
    return Recognised(
        classes=classes, cells=cells, groups=known_groups(before, now), left=left, joined=joined,
        arcs=places_of_pairs(before.arc_class, before.arc_cell, len(before.live) or 1, (classes[now.arc_class], cells[now.arc_cell])),
        parts=places_of_pairs(before.part_cell, before.part_rank, RANKS, (cells[now.part_cell], now.part_rank)),
    )  # fmt: skip


def what_joined(before: Layout, now: Layout, classes: Places, cells: Places) -> tuple[Places, Places]:
    """Arcs before of the classes that are no more, and the arcs now of the class each one's money joined, on the same cells."""
    gone = sorted(set(range(len(before.classes))) - set(classes.tolist()))
    if not gone:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    of_source = {source.id: at for at, each in enumerate(now.classes) for source in each.sources}
    target = np.full(len(before.classes), NOWHERE, dtype=np.int64)
    target[gone] = [of_source.get(before.classes[each].sources[0].id, NOWHERE) for each in gone]
    held = np.full(len(before.live), NOWHERE, dtype=np.int64)
    held[cells[cells != NOWHERE]] = np.flatnonzero(cells != NOWHERE)
    left = np.flatnonzero(np.isin(before.arc_class, gone))
    found = places_of_pairs(now.arc_class, now.arc_cell, len(now.live) or 1, (target[before.arc_class[left]], held[before.arc_cell[left]]))
    return left[found != NOWHERE], found[found != NOWHERE]


def arcs_that_mattered(start: Start) -> Places:
    """The arcs of a question on which money could move in the answer it starts from, and those that answer did not know."""
    known, first = start.known, start.stands.layout.first_arc
    moving = np.zeros(len(known.arcs), dtype=np.bool_)
    for basis in (start.stands.most_good, start.stands.last):
        moving |= looked_up(basis.columns[first:], known.arcs, otherwise=BASIC) != AT_LOWER
        moving[known.joined[basis.columns[first:][known.left] == BASIC]] = True
    return np.flatnonzero(moving)


def main_basis(start: Start, basis: Basis, now: Layout, inside: Places) -> Basis:
    """A basis of the main programme of one question, as one of another's with some of its arcs; rows added by the stages are kept as they stood.

    A class that is no more left its place in the tree of flows to the class its money joined: what it freed to move is free there.
    """
    before, known = start.stands.layout, start.known
    parts, first = len(before.part_cell), before.first_arc
    flows = looked_up(basis.columns[first:], known.arcs, otherwise=AT_LOWER)
    flows[known.joined[basis.columns[first:][known.left] == BASIC]] = BASIC
    columns = np.concatenate([
        looked_up(basis.columns[:parts], known.parts, otherwise=AT_LOWER),
        looked_up(basis.columns[parts:first], known.cells if now.departing else known.cells[:0], otherwise=AT_LOWER),
        flows[inside],
    ])  # fmt: skip
    return Basis(columns, main_rows(before, basis, now, known))


def main_rows(before: Layout, basis: Basis, now: Layout, known: Recognised) -> Standing:
    """The rows of the main programme: money, balances, coverage, local shares, departures, and those the stages added."""
    classes, cells, groups = known.classes, known.cells, known.groups
    sharing = {place: at for at, place in enumerate(before.sharing)}
    shares = np.array([sharing.get(int(classes[place]), NOWHERE) for place in now.sharing], dtype=np.int64)
    end, departing = before.share_row(len(before.sharing)), len(before.departing)
    wanted = cells if now.departing else cells[:0]
    return np.concatenate([
        looked_up(basis.rows[: before.cell_row(0)], classes, otherwise=BASIC),
        looked_up(basis.rows[before.cell_row(0) : before.group_row(0)], cells, otherwise=BASIC),
        looked_up(basis.rows[before.group_row(0) : before.share_row(0)], groups, otherwise=BASIC),
        looked_up(basis.rows[before.share_row(0) : end], shares, otherwise=BASIC),
        looked_up(basis.rows[end : end + departing], wanted, otherwise=BASIC),
        looked_up(basis.rows[end + departing : end + 2 * departing], wanted, otherwise=BASIC),
        basis.rows[end + 2 * departing :],
    ])  # fmt: skip


def fitted(basis: Basis, *, rows: int) -> Basis:
    """A basis for a programme with so many rows: rows it lacks are free to move, rows beyond are left out."""
    missing = max(rows - len(basis.rows), 0)
    return Basis(basis.columns, np.concatenate([basis.rows[:rows], np.full(missing, BASIC, dtype=np.int8)]))
