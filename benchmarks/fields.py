"""Figures of areas from fields on a grid: 1,584 dekads over the 1,691 real communes, beside exactextract and rasterstats; a cube of 10 GB in 2 GB of memory.

    PYTHONPATH=src:tests python benchmarks/fields.py [--rasters 1584] [--peer-rasters 3] [--gigabytes 10] [--shared ../shared/data]

Boundaries are real (`places/ibf`, level 3 of Burkina Faso, Mali, Niger and Togo); values are synthetic with a fixed seed and holes in them.
Peers are timed on a few rasters and scaled, which the line says. The cube stands in a temporary folder and is removed.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from rasterio.transform import from_origin
from rasterstats import zonal_stats
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from concertation.core.anticipation.framework import Reduce
from concertation.core.fields.coverage import coverage
from concertation.core.fields.grid import Grid
from concertation.core.fields.zonal import MEDIAN, Statistic, Zones, zonal, zones_on
from concertation.formats.boundaries import read_boundaries
from concertation.formats.fields.cube import CUBE_LIMITS, count_cube
from concertation.formats.fields.reading import Asked
from concertation.formats.limits import LARGE_LIMITS

STATES, SEED, STEP, DEKADS = ("BFA", "MLI", "NER", "TGO"), 20261129, 0.05, 36
MEMBERS, COARSE = 51, 0.25
EQUAL, TOGETHER = 1e-5, 12


def communes(shared: Path) -> list[BaseGeometry]:
    """The real communes, repaired as the product repairs them."""
    return [area.shape for state in STATES for area in read_boundaries(shared / "places" / "ibf" / f"{state}_adm3.json", limits=LARGE_LIMITS).areas]


def grid_over(shapes: list[BaseGeometry], step: float) -> Grid:
    """The cells of one size that cover every shape."""
    west, south, east, north = shapely.total_bounds(shapes)
    left, top = np.floor(west / step) * step, np.ceil(north / step) * step
    return Grid(float(left), float(top), step, step, int(np.ceil((east - left) / step)), int(np.ceil((top - south) / step)))


def dekads(grid: Grid, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """So many rasters: 36 drawn ones, each year a little higher; lakes always missing, clouds missing in a third of them."""
    generator = np.random.default_rng(SEED)
    drawn = generator.gamma(2.0, 20.0, (DEKADS, grid.cells)).astype(np.float32)
    drawn[:, generator.integers(0, grid.cells, grid.cells // 50)] = np.nan
    for place in range(0, DEKADS, 3):
        first = int(generator.integers(0, grid.cells - 5_000))
        drawn[place, first : first + 5_000] = np.nan
    cube = np.empty((count, grid.cells), np.float32)
    for place in range(count):
        np.add(drawn[place % DEKADS], np.float32(place // DEKADS), out=cube[place])
    return cube


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long something takes by the clock, and what it gives."""
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def worked(work: Callable[[], Any]) -> float:
    """Seconds of a processor that something takes, the better of two: other work on the machine shows less in it."""
    taken = []
    for _ in range(2):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def on_two_threads(cube: Any, zones: Zones) -> Any:
    """The means of half the rasters on each core."""
    with ThreadPoolExecutor(2) as pool:
        return np.concatenate(list(pool.map(lambda half: zonal(half, zones), np.array_split(cube, 2))))


def features(shapes: list[BaseGeometry]) -> list[dict[str, Any]]:
    """Shapes as the peers take them."""
    return [{"type": "Feature", "geometry": mapping(shape), "properties": {}} for shape in shapes]


def exact(rasters: Any, grid: Grid, every: list[dict[str, Any]], asked: list[str]) -> list[dict[str, Any]]:
    """What exactextract tells of rasters in memory, given together."""
    west, south, east, north = grid.bounds
    sources = [NumPyRasterSource(values.reshape(grid.rows, grid.columns), xmin=west, ymin=south, xmax=east, ymax=north, name=f"r{place}") for place, values in enumerate(rasters)]
    return [each["properties"] for each in exact_extract(sources if len(sources) > 1 else sources[0], every, asked)]


def beside(ours: Any, peer: list[dict[str, Any]], kind: str) -> float:
    """The largest relative difference from exactextract over all communes; stops where one is beyond 1e-5 or has a figure alone."""
    theirs = np.array([value if value is not None else np.nan for each in peer for name, value in each.items() if name.startswith(kind)], dtype=np.float64)
    alone = np.isfinite(ours) != np.isfinite(theirs)
    differ = np.nanmax(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-9))
    if alone.any() or differ > EQUAL:
        raise SystemExit(f"{kind}: {int(alone.sum())} figures alone, {differ:.1e} apart")
    return float(differ)


def against_peers(shapes: list[BaseGeometry], grid: Grid, cube: Any, zones: Zones, rasters: int) -> tuple[float, float]:
    """Seconds a raster of exactextract and rasterstats, after the figures were found equal."""
    every = features(shapes)
    asked = ["mean(coverage_weight=area_spherical_km2)", "sum", "count"]
    apart = dict.fromkeys(("mean", "sum", "count"), 0.0)
    for values in cube[:rasters]:
        peer = exact(values[None], grid, every, asked)
        for kind in apart:
            apart[kind] = max(apart[kind], beside(zonal(values[None], zones, Statistic(kind))[0], peer, kind))  # type: ignore[arg-type]
    print(f"equal to exactextract on {rasters} rasters x {len(shapes)} communes: " + ", ".join(f"{kind} {value:.1e}" for kind, value in apart.items()) + f" (limit {EQUAL:g})")
    theirs = seconds(lambda: exact(cube[:TOGETHER], grid, every, asked[:1]))[0] / TOGETHER
    transform = from_origin(grid.west, grid.north, grid.width, grid.height)
    took, told = seconds(lambda: zonal_stats(every, cube[0].reshape(grid.rows, grid.columns), affine=transform, stats=["mean"], nodata=np.nan))
    empty = sum(each["mean"] is None for each in told)
    print(f"without a figure: ours {int(np.isnan(zonal(cube[:1], zones)).sum())}, rasterstats {empty} of {len(shapes)} communes")
    return theirs, took


def line(what: str, ours: float, peer: str, theirs: float) -> None:
    """One line of the table."""
    print(f"{what:58} {ours:9.3f} s   {peer:34} {theirs:10.2f} s   {theirs / ours:8.1f}x")


def write_cube(path: Path, grid: Grid, gigabytes: float) -> int:
    """A hindcast of 51 members, written once; gives back its issues. One drawn block is written again and again, each time a little higher."""
    issue = MEMBERS * grid.cells * 4
    issues = int(gigabytes * 1e9 / issue)
    block = np.random.default_rng(SEED).normal(0, 1, (20, MEMBERS, grid.rows, grid.columns)).astype(np.float32)
    west, _south, _east, north = grid.bounds
    with netCDF4.Dataset(path, "w") as held:
        held.set_fill_off()
        for axis, size in (("time", issues), ("number", MEMBERS), ("lat", grid.rows), ("lon", grid.columns)):
            held.createDimension(axis, size)
        for axis, unit, values in (
            ("time", "days since 1981-01-01", np.arange(issues)), ("lat", "degrees_north", north - grid.height * (np.arange(grid.rows) + 0.5)),
            ("lon", "degrees_east", west + grid.width * (np.arange(grid.columns) + 0.5)),
        ):  # fmt: skip
            along = held.createVariable(axis, "f8", (axis,))
            along.units = unit
            along[:] = values
        variable = held.createVariable("spi", "f4", ("time", "number", "lat", "lon"), contiguous=True)
        for first in range(0, issues, len(block)):
            last = min(first + len(block), issues)
            variable[first:last] = block[: last - first] + np.float32(first / issues)
    return issues


def peak_of_children(ended: threading.Event) -> int:
    """The most memory, in kilobytes, that a child held at once while another thread worked."""
    most = 0
    while not ended.wait(0.05):
        for listed in Path("/proc/self/task").glob("*/children"):
            for pid in listed.read_text().split():
                try:
                    told = Path(f"/proc/{pid}/status").read_text()
                except OSError:
                    continue
                marks = [int(row.split()[1]) for row in told.splitlines() if row.startswith("VmHWM")]
                most = max(most, *marks, 0) if "python" in told.splitlines()[0] else most
    return most


def large(shapes: list[BaseGeometry], gigabytes: float) -> None:
    """A cube larger than memory, in a child that may have no more than two gigabytes; its first and last issues counted again in memory."""
    grid = grid_over(shapes, COARSE)
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hindcast.nc"
        wrote, issues = seconds(lambda: write_cube(path, grid, gigabytes))
        with ThreadPoolExecutor(1) as watcher:
            ended = threading.Event()
            watched = watcher.submit(peak_of_children, ended)
            took, found = seconds(lambda: count_cube(path, Asked(variables=("spi",), bounds=(west, south, east, north)), shapes, members=Reduce("ensemble-mean")))
            ended.set()
            peak = watched.result()
        size = path.stat().st_size
        with netCDF4.Dataset(path) as held:
            ends = np.stack([np.asarray(held["spi"][place]).mean(axis=0, dtype=np.float64).reshape(-1) for place in (0, issues - 1)])
    if found.grid is None:
        raise SystemExit(f"the cube was refused: {found.problems}")
    again = zonal(ends, zones_on(grid, coverage(grid, shapes)))
    apart = float(np.nanmax(np.abs(found.figures[[0, -1], 0] - again)))
    print(
        f"cube of {size / 1e9:.1f} GB ({issues} issues x {MEMBERS} members x {grid.cells} cells, {date(1981, 1, 1):%Y} on): {took:.0f} s, {size / took / 1e6:.0f} MB/s, peak {peak / 1024:.0f} MB"
        f" of {CUBE_LIMITS.memory_mb} allowed; first and last issue {apart:.1e} apart; writing it took {wrote:.0f} s"
    )  # fmt: skip
    if apart > EQUAL:
        raise SystemExit(1)


def small(shapes: list[BaseGeometry], rasters: int, peer_rasters: int) -> None:
    """Rasters that memory holds, beside both peers."""
    grid = grid_over(shapes, STEP)
    print(f"{len(shapes)} communes, {int(shapely.get_num_coordinates(shapes).sum())} points; grid of {STEP}°, {grid.columns} x {grid.rows}")
    made, weights = seconds(lambda: coverage(grid, shapes))
    zones = zones_on(grid, weights)
    apart = np.abs(weights.covered() * STEP**2 - shapely.area(shapes)) / shapely.area(shapes)
    print(f"weights, once: {made:.3f} s, {len(weights.cells)} pairs; they add up to the ground of each commune within {apart.max():.0e}")
    cube = dekads(grid, rasters)
    exact_one, rasterstats_one = against_peers(shapes, grid, cube, zones, peer_rasters)
    one, alone = min((seconds(lambda: zonal(cube, zones)) for _ in range(2)), key=lambda each: each[0])
    two, both = min((seconds(lambda: on_two_threads(cube, zones)) for _ in range(2)), key=lambda each: each[0])
    if not np.array_equal(alone, both, equal_nan=True):
        raise SystemExit("one thread and two disagree")
    what = f"means of {rasters} rasters"
    line(f"{what}, one thread", one, f"exactextract, {TOGETHER} rasters scaled", exact_one * rasters)
    line(f"{what}, two threads", two, "rasterstats, 1 raster scaled", rasterstats_one * rasters)
    every = features(shapes)
    ours, theirs = worked(lambda: zonal(cube, zones)), worked(lambda: exact(cube[:TOGETHER], grid, every, ["mean"])) / TOGETHER * rasters
    line(f"{what}, seconds of a processor", ours, f"exactextract, {TOGETHER} rasters scaled", theirs)
    medians = seconds(lambda: zonal(cube[:20], zones, MEDIAN))[0] / 20
    line("medians of one raster, one thread", medians, "exactextract", seconds(lambda: exact(cube[:1], grid, every, ["median"]))[0])
    print(f"aim: {rasters} rasters in 2 s; reached {two:.2f} s on two threads, {ours:.2f} s of one processor, weights {made:.2f} s besides")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rasters", type=int, default=44 * DEKADS)
    parser.add_argument("--peer-rasters", type=int, default=3)
    parser.add_argument("--gigabytes", type=float, default=10.0)
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    given = parser.parse_args()
    shapes = communes(given.shared)
    small(shapes, given.rasters, given.peer_rasters)
    if given.gigabytes:
        large(shapes, given.gigabytes)


if __name__ == "__main__":
    main()
