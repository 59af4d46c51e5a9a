"""Which share of each cell of a grid lies in each area: exact, whatever the size of the area, for all areas at once.

Every edge of a boundary is cut where it meets the lines of the grid, so that each piece lies in one cell. A piece that climbs by
so much takes that much of the ground on its right: part of it in its own cell, the whole of it in every cell further right. Summed
along the rows, pieces of the left side of an area add ground and those of its right side take it away again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from concertation.core.fields.grid import Grid, Numbers

Places = npt.NDArray[np.int64]
NOTHING = 1e-9
MOST_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Of each area the cells it touches and the share of each inside it: those of area i stand from `starts[i]` to `starts[i + 1]`.

    `cells` counts along the rows of the grid; `on_grid` is the share of each area that lies on the grid at all.
    """

    starts: Places
    cells: Places
    shares: Numbers
    on_grid: Numbers

    @property
    def areas(self) -> int:
        """How many areas there are."""
        return len(self.starts) - 1

    def touched(self) -> Places:
        """How many cells each area touches."""
        return np.diff(self.starts)

    def covered(self) -> Numbers:
        """The sum of shares of each area, in cells."""
        sums = np.concatenate(([0.0], np.cumsum(self.shares)))
        return np.asarray(sums[self.starts[1:]] - sums[self.starts[:-1]])


def coverage(grid: Grid, shapes: Sequence[BaseGeometry]) -> Weights:
    """The share of every cell inside every area; areas may overlap, be smaller than a cell, or lie partly beside the grid.

    >>> weights = coverage(Grid(0.0, 2.0, 1.0, 1.0, 2, 2), [shapely.box(0.5, 0.0, 1.0, 1.5)])
    >>> weights.cells.tolist(), weights.shares.tolist(), weights.on_grid.tolist()
    ([0, 2], [0.25, 0.5], [1.0])
    """
    whole = np.asarray(shapely.area(shapes), dtype=np.float64)
    inside = on_the_grid(grid, shapes)
    kept = np.divide(shapely.area(inside), whole, out=np.zeros_like(whole), where=whole > 0)
    boxes = boxes_of(grid, inside)
    found = [covered_cells(grid, inside, boxes, part) for part in batches(boxes)]
    areas, cells, shares = (np.concatenate([each[index] for each in found]) if found else np.empty(0) for index in range(3))
    starts = np.searchsorted(areas, np.arange(len(whole) + 1))
    return Weights(np.asarray(starts, dtype=np.int64), cells.astype(np.int64), shares.astype(np.float64), kept)


def on_the_grid(grid: Grid, shapes: Sequence[BaseGeometry]) -> npt.NDArray[np.object_]:
    """The parts of areas that lie on the grid, rings turned one way round."""
    every = np.asarray(shapes, dtype=object)
    edge = shapely.box(*grid.bounds)
    bounds = shapely.bounds(every)
    west, south, east, north = grid.bounds
    beyond = ~((bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north))
    kept = every.copy()
    kept[beyond] = shapely.intersection(every[beyond], edge)
    return np.asarray(shapely.orient_polygons(kept), dtype=object)


def boxes_of(grid: Grid, shapes: npt.NDArray[np.object_]) -> Places:
    """First row, first column, rows and columns of the cells around each area; one column more takes what spills over. 0 for none."""
    bounds = shapely.bounds(shapes)
    empty = np.isnan(bounds[:, 0])
    bounds = np.where(empty[:, None], 0.0, bounds)
    left, right = (bounds[:, 0] - grid.west) / grid.width, (bounds[:, 2] - grid.west) / grid.width
    top, bottom = (grid.north - bounds[:, 3]) / grid.height, (grid.north - bounds[:, 1]) / grid.height
    first_row, first_column = (np.clip(np.floor(low), 0, most - 1) for low, most in ((top, grid.rows), (left, grid.columns)))
    last_row, last_column = (np.clip(np.floor(high), 0, most - 1) for high, most in ((bottom, grid.rows), (right, grid.columns)))
    rows, columns = last_row - first_row + 1, last_column - first_column + 2
    boxes = np.column_stack((first_row, first_column, np.where(empty, 0, rows), np.where(empty, 0, columns)))
    return np.asarray(boxes, dtype=np.int64)


def batches(boxes: Places) -> list[slice]:
    """Areas that follow each other and are worked on together, so that memory stays bounded."""
    sizes = np.cumsum(boxes[:, 2] * boxes[:, 3])
    marks = np.unique(np.searchsorted(sizes, np.arange(0, sizes[-1] + MOST_CELLS_AT_ONCE, MOST_CELLS_AT_ONCE))) if len(sizes) else np.array([0])
    ends = sorted({0, *marks.tolist(), len(boxes)})
    return [slice(first, last) for first, last in zip(ends, ends[1:], strict=False)]


def covered_cells(grid: Grid, shapes: npt.NDArray[np.object_], boxes: Places, part: slice) -> tuple[Places, Places, Numbers]:
    """Area, cell and share of all that is covered by some of the areas, in the order of areas and cells."""
    some = boxes[part]
    sizes = some[:, 2] * some[:, 3]
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    taken = ground_taken(grid, shapes[part], some, offsets)
    area_of_row = np.repeat(np.arange(len(some)), some[:, 2])
    row_starts = np.concatenate(([0], np.cumsum(some[area_of_row, 3])))
    summed = np.concatenate(([0.0], np.cumsum(taken)))
    shares = summed[1:] - np.repeat(summed[row_starts[:-1]], np.diff(row_starts))
    held = np.flatnonzero(shares > NOTHING)
    area = np.searchsorted(offsets, held, side="right") - 1
    row, column = np.divmod(held - offsets[area], some[area, 3])
    cells = (some[area, 0] + row) * grid.columns + some[area, 1] + column
    on_it = some[area, 1] + column < grid.columns
    kept = np.where(shares[held] > 1.0 - NOTHING, 1.0, shares[held])
    return area[on_it] + part.start, cells[on_it], kept[on_it]


def ground_taken(grid: Grid, shapes: npt.NDArray[np.object_], boxes: Places, offsets: Places) -> Numbers:
    """What the pieces of edges take or give back in the cells of every area's box, laid one after another."""
    area, start, end = pieces(grid, shapes)
    climbed = start[:, 1] - end[:, 1]
    middle = (start + end) / 2
    row = np.clip(np.floor(middle[:, 1]).astype(np.int64) - boxes[area, 0], 0, boxes[area, 2] - 1)
    column = np.clip(np.floor(middle[:, 0]).astype(np.int64) - boxes[area, 1], 0, boxes[area, 3] - 2)
    into = middle[:, 0] - (column + boxes[area, 1])
    at = offsets[area] + row * boxes[area, 3] + column
    size = int(offsets[-1])
    here = np.bincount(at, weights=climbed * (1.0 - into), minlength=size)
    beside = np.bincount(at + 1, weights=climbed * into, minlength=size)
    return np.asarray(beside[:size] + here[:size]) * -1.0


def pieces(grid: Grid, shapes: npt.NDArray[np.object_]) -> tuple[Places, Numbers, Numbers]:
    """The edges of all areas cut at the lines of the grid: area, start and end of each piece, counted in cells."""
    polygons, area_of = shapely.get_parts(shapes, return_index=True)
    rings, polygon_of = shapely.get_rings(polygons, return_index=True)
    degrees, ring_of = shapely.get_coordinates(rings, return_index=True)
    points = np.column_stack(((degrees[:, 0] - grid.west) / grid.width, (grid.north - degrees[:, 1]) / grid.height))
    points = np.clip(points, 0.0, (grid.columns, grid.rows))
    linked = np.flatnonzero(ring_of[1:] == ring_of[:-1])
    start, end = points[linked], points[linked + 1]
    edge, along = cuts(start, end)
    placed = start[edge] + along[:, None] * (end - start)[edge]
    joined = np.flatnonzero(edge[1:] == edge[:-1])
    area = area_of[polygon_of[ring_of[linked]]]
    return np.asarray(area[edge[joined]], dtype=np.int64), placed[joined], placed[joined + 1]


def cuts(start: Numbers, end: Numbers) -> tuple[Places, Numbers]:
    """Where each edge is cut, its own ends with it: the edge, and how far along it (0 to 1), in order.

    >>> edge, along = cuts(np.array([[0.5, 0.5]]), np.array([[2.5, 0.5]]))
    >>> along.tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    count = len(start)
    edges, alongs = [np.arange(count), np.arange(count)], [np.zeros(count), np.ones(count)]
    for axis in (0, 1):
        low, high = np.minimum(start[:, axis], end[:, axis]), np.maximum(start[:, axis], end[:, axis])
        first = np.floor(low) + 1
        many = np.maximum(np.ceil(high) - first, 0).astype(np.int64)
        edge = np.repeat(np.arange(count), many)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(many) - many, many)
        line = first[edge] + step
        edges.append(edge)
        alongs.append((line - start[edge, axis]) / (end - start)[edge, axis])
    edge, along = np.concatenate(edges), np.concatenate(alongs)
    order = np.lexsort((along, edge))
    return edge[order], along[order]
