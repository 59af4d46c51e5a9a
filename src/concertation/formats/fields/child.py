"""The child that reads fields: opens, judges, cuts to the ground asked for, and leaves the cells in files of NumPy."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from concertation.core.fields.grid import Bounds, Grid
from concertation.core.problems import Problem
from concertation.formats.bounding import plain, serve
from concertation.formats.fields.opened import Block, Layer, Opened, Refused
from concertation.formats.limits import Limits

OPENERS: Mapping[str, tuple[str, str]] = {"geotiff": ("geotiff", "open_geotiff"), "netcdf": ("netcdf", "open_netcdf")}
SENTINELS = (-999.0, -9999.0, -99999.0, -999999.0, float(np.float32(-3.4028235e38)), float(np.float32(9.96921e36)), float(np.float32(1e20)))
BLOCK_BYTES = 24_000_000
CELL_BYTES = 4


def read(path: Path, folder: Path, limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Read the variables asked for over the ground asked for."""
    try:
        opened = opened_field(path, asked)
        rows, columns = ground_of(opened.grid, tuple(asked["bounds"]))
        grid = opened.grid.part(rows, columns)
        refuse_large(opened, grid, limits)
        told = {name: left_cells(layer, opened, (rows, columns), folder / f"{place}.npy") for place, (name, layer) in enumerate(opened.layers.items())}
    except Refused as refused:
        return {"problems": [plain(refused.problem)]}
    found = (*opened.problems, *(problem for problems in told.values() for problem in problems))
    return {
        "problems": [plain(problem) for problem in found], "grid": asdict(grid), "days": [day.isoformat() for day in opened.days if day],
        "cells": {name: f"{place}.npy" for place, name in enumerate(opened.layers)}, "units": {name: layer.unit for name, layer in opened.layers.items()},
    }  # fmt: skip


def opened_field(path: Path, asked: Mapping[str, Any]) -> Opened:
    """The field of a file with a day for every step, each of them once."""
    room, opener = OPENERS[asked["kind"]]
    on = date.fromisoformat(asked["on"]) if asked["on"] else None
    opened: Opened = getattr(import_module(f"concertation.formats.fields.{room}"), opener)(path, tuple(asked["variables"]), on)
    if None in opened.days:
        raise Refused(Problem("field-time-missing"))
    if len(set(opened.days)) < len(opened.days):
        raise Refused(Problem("field-time-repeated", value=str(len(opened.days) - len(set(opened.days)))))
    if not opened.days:
        raise Refused(Problem("field-empty"))
    return opened


def ground_of(grid: Grid, wanted: Bounds) -> tuple[slice, slice]:
    """The rows and columns over the ground asked for; refused where the field lies elsewhere, or lies there with its axes swapped."""
    rows, columns = grid.window(wanted)
    if rows.stop > rows.start and columns.stop > columns.start:
        return rows, columns
    west, south, east, north = grid.bounds
    extent = f"{west:.4g} {south:.4g} {east:.4g} {north:.4g}"
    turned = south < wanted[2] and north > wanted[0] and west < wanted[3] and east > wanted[1]
    raise Refused(Problem("latitude-longitude-swapped" if turned else "field-outside-state", value=extent))


def refuse_large(opened: Opened, grid: Grid, limits: Limits) -> None:
    """Refuse what would leave more than the limits allow."""
    size = len(opened.layers) * len(opened.days) * opened.members * grid.cells * CELL_BYTES
    if size > limits.unpacked_mb * 1_000_000:
        raise Refused(Problem("field-too-large", value=str(size // 1_000_000), detail={"limit": str(limits.unpacked_mb)}))


def blocks(opened: Opened, grid_cells: int) -> Iterator[slice]:
    """Steps that are read together, so that memory stays bounded."""
    many = max(1, BLOCK_BYTES // max(1, grid_cells * opened.members * CELL_BYTES))
    return (slice(first, min(first + many, len(opened.days))) for first in range(0, len(opened.days), many))


def left_cells(layer: Layer, opened: Opened, ground: tuple[slice, slice], path: Path) -> Sequence[Problem]:
    """Write the cells of a layer; tells values that stand for missing without being declared, and a layer without any value."""
    rows, columns = ground
    cells = (rows.stop - rows.start) * (columns.stop - columns.start)
    shape = (len(opened.days), opened.members, cells)
    left: Block = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    held, undeclared = 0, dict[float, int]()
    for steps in blocks(opened, cells):
        block, found = without_sentinels(layer.read(steps, rows, columns))
        left[steps] = block.reshape(steps.stop - steps.start, opened.members, cells)
        held += int(np.isfinite(block).sum())
        undeclared |= {value: undeclared.get(value, 0) + count for value, count in found.items()}
    if not held:
        raise Refused(Problem("field-empty"))
    return [Problem("field-missing-undeclared", value=f"{value:g}", detail={"cells": str(count)}) for value, count in undeclared.items()]


def without_sentinels(block: Block) -> tuple[Block, Mapping[float, int]]:
    """A block without the values by which archives mean "missing", infinite ones with them, and how many of each were found."""
    finite = np.where(np.isfinite(block), block, np.nan)
    low, high = np.fmin.reduce(finite, axis=None), np.fmax.reduce(finite, axis=None)
    likely = [value for value in SENTINELS if low <= np.float32(value) <= high]
    found = {value: int((finite == np.float32(value)).sum()) for value in likely}
    for value in found:
        finite[finite == np.float32(value)] = np.nan
    return finite, {value: count for value, count in found.items() if count}


if __name__ == "__main__":
    sys.exit(serve(read, sys.argv[1:]))
