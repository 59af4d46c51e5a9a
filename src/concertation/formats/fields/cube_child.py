"""The child that counts a cube over areas: blocks of whole issues, read one at a time, counted two at a time, never all held."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import shapely

from concertation.core.anticipation.framework import Reduce
from concertation.core.anticipation.reducing import over_members
from concertation.core.fields.coverage import coverage
from concertation.core.fields.grid import Numbers
from concertation.core.fields.zonal import Statistic, Zones, held_shares, zonal, zones_on
from concertation.core.problems import Problem
from concertation.formats.bounding import plain, serve
from concertation.formats.fields.child import CELL_BYTES, ground_of, opened_field, without_sentinels
from concertation.formats.fields.opened import Block, Layer, Opened, Refused
from concertation.formats.limits import Limits

BLOCK_BYTES = 16_000_000
FIGURE_BYTES = 8
WORKERS = 2


class Cube:
    """A layer over some ground, as Dask asks for it: by issue, member, row and column."""

    dtype = np.dtype(np.float32)
    ndim = 4

    def __init__(self, layer: Layer, opened: Opened, rows: slice, columns: slice) -> None:
        self.layer, self.rows, self.columns = layer, rows, columns
        self.shape = (len(opened.days), opened.members, rows.stop - rows.start, columns.stop - columns.start)

    def __getitem__(self, wanted: tuple[slice, ...]) -> Block:
        """One block: whole issues, whole rows and columns."""
        return self.layer.read(wanted[0], self.rows, self.columns)


def count(path: Path, folder: Path, limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Count the first variable asked for over the areas."""
    try:
        opened = opened_field(path, asked)
        rows, columns = ground_of(opened.grid, tuple(asked["bounds"]))
        grid = opened.grid.part(rows, columns)
        shapes = shapely.from_wkb(Path(asked["areas"]).read_text(encoding="ascii").split("\n"))
        zones = zones_on(grid, coverage(grid, list(shapes)))
        members = Reduce(**asked["members"]) if asked["members"] else None
        refuse_figures(len(opened.days) * (1 if members else opened.members) * zones.weights.areas, limits)
        told = counted(Cube(opened.layers[asked["variables"][0]], opened, rows, columns), partial(one_block, zones=zones, asked=Statistic(**asked["statistic"]), members=members), zones, is_reduced=members is not None)
    except Refused as refused:
        return {"problems": [plain(refused.problem)]}
    areas = zones.weights.areas
    np.save(folder / "figures.npy", told[..., :areas])
    np.save(folder / "held.npy", told[..., areas : 2 * areas])
    undeclared = int(told[..., -1].sum())
    found = (*opened.problems, *((Problem("field-missing-undeclared", value="-9999 …", detail={"cells": str(undeclared)}),) if undeclared else ()))
    return {
        "problems": [plain(problem) for problem in found], "grid": asdict(grid), "days": [day.isoformat() for day in opened.days if day],
        "cells": zones.weights.touched().tolist(), "km2": zones.km2.tolist(), "on_grid": zones.weights.on_grid.tolist(),
    }  # fmt: skip


def refuse_figures(count: int, limits: Limits) -> None:
    """Refuse figures of more than a sixth of the memory: an ensemble of many members over many areas is as large as the cube itself."""
    size, most = count * 2 * FIGURE_BYTES // 1_000_000, limits.memory_mb // 6
    if size > most:
        raise Refused(Problem("field-too-many-figures", value=str(size), detail={"limit": str(most)}))


def counted(cube: Cube, one: Callable[[Block], Numbers], zones: Zones, *, is_reduced: bool) -> Numbers:
    """Figures, shares held and cells undeclared, side by side along the last axis, block by block."""
    issues, members, rows, columns = cube.shape
    many = max(1, BLOCK_BYTES // (members * rows * columns * CELL_BYTES))
    arrays: Any = da
    held = arrays.from_array(cube, chunks=(many, members, rows, columns), lock=True, asarray=False, meta=np.empty((0, 0, 0, 0), np.float32), name=False)
    width = 2 * zones.weights.areas + 1
    told = held.map_blocks(one, dtype=np.float64, drop_axis=[3], chunks=(held.chunks[0], (1 if is_reduced else members,), (width,)), meta=np.empty((0, 0, 0)))
    with dask.config.set(scheduler="threads", num_workers=WORKERS):
        return np.asarray(told.compute())


def one_block(block: Block, *, zones: Zones, asked: Statistic, members: Reduce | None) -> Numbers:
    """The figures of one block."""
    issues, each = block.shape[:2]
    cells, undeclared = without_sentinels(block.reshape(issues, each, -1))
    fields = over_members(members, cells) if members else cells.reshape(issues * each, -1)
    figures, held = zonal(fields, zones, asked), held_shares(fields, zones)
    marks = np.zeros((len(fields), 1))
    marks[0] = sum(undeclared.values())
    return np.concatenate((figures, held, marks), axis=1).reshape(issues, len(fields) // issues, -1)


if __name__ == "__main__":
    sys.exit(serve(count, sys.argv[1:]))
