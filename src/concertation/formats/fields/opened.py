"""What an opened field offers, whatever its format: a grid with north above, layers by name, days, members."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from concertation.core.fields.grid import Grid, Numbers
from concertation.core.problems import Problem

Block = npt.NDArray[np.floating]
UNEVEN = 1e-3
TURN = 360.0


class Refused(Exception):
    """The file cannot be used; the problem says why. Never leaves this room."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Layer:
    """One variable: its unit as written, and its values for some steps, rows and columns: by step, member, row and column, NaN for missing."""

    unit: str
    read: Callable[[slice, slice, slice], Block]


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened field. `days` has one entry for each step, None where the file does not say."""

    grid: Grid
    layers: Mapping[str, Layer]
    days: tuple[date | None, ...]
    members: int = 1
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Axes:
    """The grid of a file and how its rows and columns are read: rows from the end where south comes first, columns in another order."""

    grid: Grid
    is_south_first: bool
    columns: npt.NDArray[np.int64]
    problems: tuple[Problem, ...]

    @property
    def is_turned(self) -> bool:
        """Whether columns stand in another order than in the file."""
        return bool((np.diff(self.columns) < 0).any())

    def as_written(self, rows: slice) -> slice:
        """Rows counted from north, as the file counts them.

        >>> axes = Axes(Grid(0.0, 4.0, 1.0, 1.0, 2, 4), True, np.arange(2), ())
        >>> axes.as_written(slice(0, 1))
        slice(3, 4, None)
        """
        return slice(self.grid.rows - rows.stop, self.grid.rows - rows.start) if self.is_south_first else rows

    def upright(self, block: Block) -> Block:
        """A block as read, its rows turned north up."""
        return block[..., ::-1, :] if self.is_south_first else block


def axes_of(longitudes: Sequence[float] | Numbers, latitudes: Sequence[float] | Numbers) -> Axes:
    """The grid of the centres of cells. Refuses uneven steps; a latitude that begins in the south, or a longitude that goes on to 360, is put right and told.

    >>> axes = axes_of([359.0, 1.0], [12.0, 14.0])
    >>> axes.grid.bounds, axes.columns.tolist(), [problem.code for problem in axes.problems]
    ((-2.0, 11.0, 2.0, 15.0), [0, 1], ['field-latitude-turned', 'field-longitude-turned'])
    """
    east, north = np.asarray(longitudes, dtype=np.float64), np.asarray(latitudes, dtype=np.float64)
    if min(len(east), len(north)) < 2 or not (np.isfinite(east).all() and np.isfinite(north).all()):
        raise Refused(Problem("field-no-georeference"))
    if np.abs(north).max() > 90 + np.abs(north[1] - north[0]) or np.abs(east).max() > TURN:
        raise Refused(Problem("field-projection-other", value=f"{east[0]:g} {north[0]:g}"))
    is_south_first, is_beyond = bool(north[0] < north[-1]), bool((east > TURN / 2).any())
    placed = np.where(east > TURN / 2, east - TURN, east)
    columns = np.argsort(placed, kind="stable")
    placed, north = placed[columns], np.sort(north)[::-1]
    width, height = even_step(placed), even_step(-north)
    grid = Grid(float(placed[0] - width / 2), float(north[0] + height / 2), width, height, len(placed), len(north))
    told = [("field-latitude-turned", is_south_first), ("field-longitude-turned", is_beyond)]
    return Axes(grid, is_south_first, columns, tuple(Problem(code) for code, holds in told if holds))


def even_step(places: Numbers) -> float:
    """The one step between places in order; refused where it is not one.

    >>> even_step(np.array([0.0, 0.25, 0.5]))
    0.25
    """
    steps = np.diff(places)
    step = float((places[-1] - places[0]) / (len(places) - 1))
    if step <= 0 or np.abs(steps - step).max() > UNEVEN * step + 1e-5:
        raise Refused(Problem("field-grid-uneven", value=f"{steps.min():g} – {steps.max():g}"))
    return step
