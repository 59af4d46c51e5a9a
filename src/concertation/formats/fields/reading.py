"""Fields from a file nobody has vouched for: opened, judged and cut to the ground asked for by a bounded child; `Field` is what it left.

The readers are an extra (`requirements-climate.lock`): without it every field is answered with a problem that says what to install.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from concertation.core.fields.grid import Bounds, Grid
from concertation.core.problems import Problem
from concertation.formats.bounding import read_in_child
from concertation.formats.limits import LIMITS, Limits

CHILD = "fields.child"
READERS: Mapping[str, tuple[str, ...]] = MappingProxyType({"geotiff": ("tifffile", "imagecodecs"), "netcdf": ("netCDF4", "cftime")})
MAGICS: Mapping[bytes, str] = MappingProxyType({
    b"II*\0": "geotiff", b"MM\0*": "geotiff", b"II+\0": "geotiff", b"MM\0+": "geotiff", b"CDF\x01": "netcdf", b"CDF\x02": "netcdf", b"CDF\x05": "netcdf", b"\x89HDF": "netcdf",
})  # fmt: skip
NO_CELLS: Mapping[str, npt.NDArray[np.float32]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is read of a file: variables by name, the ground (degrees), and the day of a field that does not say its own."""

    variables: tuple[str, ...]
    bounds: Bounds
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field as read: cells by variable, standing by step, member and place on the grid; the day of each step, units as written."""

    problems: tuple[Problem, ...]
    grid: Grid | None = None
    days: tuple[date, ...] = ()
    cells: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=lambda: NO_CELLS)
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@contextmanager
def read_field(path: Path, asked: Asked, *, limits: Limits = LIMITS) -> Iterator[Field]:
    """The field of a GeoTIFF or NetCDF; its cells stand for as long as the block lasts. No grid where it is refused. Never raises."""
    kind = kind_of(path)
    stopped = cannot_read(kind, path)
    if stopped is not None:
        yield Field((stopped,))
        return
    with read_in_child(CHILD, path, limits, kind=kind, **asked_plainly(asked)) as left:
        if left.stopped or "grid" not in left.report:
            yield Field(left.problems)
            return
        report = left.report
        cells = {name: np.load(left.folder / file, mmap_mode="r", allow_pickle=False) for name, file in report["cells"].items()}
        yield Field(left.problems, Grid(**report["grid"]), tuple(date.fromisoformat(day) for day in report["days"]), cells, report["units"])


def asked_plainly(asked: Asked) -> dict[str, Any]:
    """What is asked, as JSON carries it."""
    return asdict(asked) | {"on": asked.on.isoformat() if asked.on else None}


def kind_of(path: Path) -> str:
    """`geotiff`, `netcdf`, or empty for anything else, by the first bytes."""
    with path.open("rb") as held:
        return MAGICS.get(held.read(4), "")


def cannot_read(kind: str, path: Path) -> Problem | None:
    """Why a file of this kind cannot be read at all on this node."""
    if not kind:
        return Problem("field-kind-unknown", value=path.name)
    lacking = [name for name in READERS[kind] if find_spec(name) is None]
    return Problem("field-reader-missing", value=", ".join(lacking)) if lacking else None
