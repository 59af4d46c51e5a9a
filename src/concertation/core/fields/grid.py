"""A regular grid of degrees (WGS 84): where its cells lie, how large they are on the ground, and the part of it that is needed."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SPHERE_KM = 6371.0072
Numbers = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of one size in rows from north to south and columns from west to east; `west` and `north` are outer edges."""

    west: float
    north: float
    width: float
    height: float
    columns: int
    rows: int

    @property
    def bounds(self) -> Bounds:
        """West, south, east and north edges.

        >>> Grid(-2.0, 15.0, 0.5, 0.25, 8, 4).bounds
        (-2.0, 14.0, 2.0, 15.0)
        """
        return self.west, self.north - self.rows * self.height, self.west + self.columns * self.width, self.north

    @property
    def cells(self) -> int:
        """How many cells it has."""
        return self.columns * self.rows

    @property
    def digest(self) -> str:
        """A hash of the grid, alike for grids whose edges differ by less than a millionth of a cell."""
        steps = (self.west / self.width, self.north / self.height)
        told = ",".join(f"{value:.6f}" for value in steps) + f",{self.width:.9f},{self.height:.9f},{self.columns},{self.rows}"
        return hashlib.sha256(told.encode()).hexdigest()

    def row_km2(self) -> Numbers:
        """Square kilometres of one cell of each row, on the sphere of the Earth's surface: a cell shrinks towards the poles.

        >>> [round(float(area)) for area in Grid(0.0, 60.0, 1.0, 60.0, 1, 1).row_km2()]
        [613514]
        """
        edges = np.sin(np.radians(self.north - self.height * np.arange(self.rows + 1)))
        return np.asarray(SPHERE_KM**2 * np.radians(self.width) * (edges[:-1] - edges[1:]))

    def window(self, wanted: Bounds) -> tuple[slice, slice]:
        """The rows and columns that meet some bounds; empty where none does.

        >>> Grid(-2.0, 15.0, 0.5, 0.5, 8, 4).window((-0.6, 13.6, 0.4, 14.2))
        (slice(1, 3, None), slice(2, 5, None))
        """
        west, south, east, north = wanted
        top, bottom = (self.north - north) / self.height, (self.north - south) / self.height
        left, right = (west - self.west) / self.width, (east - self.west) / self.width
        return cut(top, bottom, self.rows), cut(left, right, self.columns)

    def part(self, rows: slice, columns: slice) -> "Grid":
        """The grid of some of its rows and columns.

        >>> Grid(-2.0, 15.0, 0.5, 0.5, 8, 4).part(slice(1, 3), slice(2, 5)).bounds
        (-1.0, 13.5, 0.5, 14.5)
        """
        return Grid(
            self.west + columns.start * self.width, self.north - rows.start * self.height, self.width, self.height,
            columns.stop - columns.start, rows.stop - rows.start,
        )  # fmt: skip


def cut(low: float, high: float, count: int) -> slice:
    """The whole cells between two places, within those there are.

    >>> cut(-3.2, 2.1, 10), cut(12.0, 14.0, 10)
    (slice(0, 3, None), slice(10, 10, None))
    """
    first = min(max(int(np.floor(low)), 0), count)
    return slice(first, max(min(int(np.ceil(high)), count), first))
