"""Fields of any size counted over areas where they lie: a cube that memory cannot hold goes through in blocks, two at a time, by Dask.

The whole work is the bounded child's: two gigabytes of memory whatever the size of the file. Figures come back, cells do not.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from concertation.core.anticipation.framework import Reduce
from concertation.core.fields.grid import Grid, Numbers
from concertation.core.fields.zonal import MEAN, Statistic
from concertation.core.problems import Problem
from concertation.formats.bounding import read_in_child
from concertation.formats.fields.reading import Asked, asked_plainly, cannot_read, kind_of
from concertation.formats.limits import Limits

CHILD = "fields.cube_child"
CUBE_LIMITS = Limits(seconds=7_200.0, memory_mb=2_048, unpacked_mb=2_048)
NO_NUMBERS = np.empty((0, 0, 0))


@dataclass(frozen=True, slots=True, eq=False)
class CubeFigures:
    """Figures by issue, member and area, the share of each area that held a value, cells and ground of each; no grid where the file is refused."""

    problems: tuple[Problem, ...]
    grid: Grid | None = None
    days: tuple[date, ...] = ()
    figures: Numbers = field(default_factory=lambda: NO_NUMBERS)
    held: Numbers = field(default_factory=lambda: NO_NUMBERS)
    cells: tuple[int, ...] = ()
    km2: tuple[float, ...] = ()
    on_grid: tuple[float, ...] = ()


def count_cube(
    path: Path, asked: Asked, shapes: Sequence[BaseGeometry], statistic: Statistic = MEAN, *, members: Reduce | None = None, limits: Limits = CUBE_LIMITS
) -> CubeFigures:
    """The figures of a file of any size over some areas, of each member or of the ensemble reduced cell by cell. Never raises on a bad file."""
    kind = kind_of(path)
    stopped = cannot_read(kind, path) or (None if find_spec("dask") else Problem("field-reader-missing", value="dask"))
    if stopped is not None:
        return CubeFigures((stopped,))
    with TemporaryDirectory(prefix="concertation-areas-") as folder:
        areas = Path(folder) / "areas.wkb"
        areas.write_text("\n".join(shapely.to_wkb(shapes, hex=True).tolist()), encoding="ascii")
        return counted_in_child(path, asked_plainly(asked) | {"kind": kind, "areas": str(areas), "statistic": asdict(statistic), "members": asdict(members) if members else None}, limits)


def counted_in_child(path: Path, asked: dict[str, object], limits: Limits) -> CubeFigures:
    """What the child counted."""
    with read_in_child(CHILD, path, limits, **asked) as left:
        if left.stopped or "grid" not in left.report:
            return CubeFigures(left.problems)
        report = left.report
        figures, held = (np.load(left.folder / name, allow_pickle=False) for name in ("figures.npy", "held.npy"))
        days = tuple(date.fromisoformat(day) for day in report["days"])
        return CubeFigures(left.problems, Grid(**report["grid"]), days, figures, held, tuple(report["cells"]), tuple(report["km2"]), tuple(report["on_grid"]))
