"""The port to the optimiser: a linear programme as arrays in, values and duals out. The only module that imports it (HiGHS).

A kept programme is changed, not rebuilt: new costs, new bounds of a row, one more row, and the next answer starts from the last.
Duals are written for a maximum: the dual of a row is what one more unit of its right-hand side adds to the objective.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from highspy import Highs, HighsBasis, HighsBasisStatus, HighsModelStatus, HighsVarType, MatrixFormat, ObjSense

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
INFINITE = highspy.kHighsInf
FEASIBLE_WITHIN = 1e-9
DUAL, PRIMAL = 1, 4


class NotSolved(RuntimeError):
    """The optimiser gave no optimum; a well-made allocation always has one, so this is a fault to report, with the status."""


@dataclass(frozen=True, slots=True)
class Programme:
    """maximise gains · x, lower <= x <= upper, row_lower <= A x <= row_upper; A by columns (starts, rows, values)."""

    gains: Numbers
    lower: Numbers
    upper: Numbers
    row_lower: Numbers
    row_upper: Numbers
    starts: Places
    rows: Places
    values: Numbers


Standing = npt.NDArray[np.int8]
AT_LOWER, BASIC = int(HighsBasisStatus.kLower), int(HighsBasisStatus.kBasic)
STATUSES = np.array([HighsBasisStatus(code) for code in range(5)], dtype=np.object_)


@dataclass(frozen=True, slots=True)
class Basis:
    """Where an answer stands: for each column and each row, at which bound it is (AT_LOWER), or that it is free to move (BASIC)."""

    columns: Standing
    rows: Standing


@dataclass(frozen=True, slots=True)
class Optimum:
    """The value of the objective, the columns, the dual of each row, and the steps the optimiser took."""

    value: float
    columns: Numbers
    duals: Numbers
    iterations: int


class SilentHighs(Highs):
    """The optimiser without its banner: standard output belongs to the answer of a command."""

    def __init__(self) -> None:
        super(Highs, self).__init__()
        self.setOptionValue("output_flag", False)


class KeptProgramme:
    """A programme the optimiser keeps between answers."""

    def __init__(self, programme: Programme) -> None:
        self.highs, self.is_started = SilentHighs(), False
        self.highs.setOptionValue("primal_feasibility_tolerance", FEASIBLE_WITHIN)
        self.highs.setOptionValue("dual_feasibility_tolerance", FEASIBLE_WITHIN)
        self.highs.setOptionValue("threads", 1)
        self.highs.passModel(
            len(programme.gains), len(programme.row_lower), len(programme.values), int(MatrixFormat.kColwise), int(ObjSense.kMaximize), 0.0, programme.gains, programme.lower, programme.upper,
            programme.row_lower, programme.row_upper, programme.starts[:-1].astype(np.int32), programme.rows.astype(np.int32), programme.values, np.zeros(len(programme.gains), dtype=np.int32),
        )  # fmt: skip

    def change_gains(self, columns: Places, gains: Numbers) -> None:
        """Give columns other gains."""
        self.highs.changeColsCost(len(columns), columns.astype(np.int32), gains)

    def change_row(self, row: int, *, lower: float, upper: float = INFINITE) -> None:
        """Give a row other bounds."""
        self.highs.changeRowBounds(row, lower, upper)

    def change_coefficient(self, row: int, column: int, value: float) -> None:
        """Give a column another weight in a row."""
        self.highs.changeCoeff(row, column, value)

    def change_columns(self, lower: Numbers, upper: Numbers) -> None:
        """Give every column other bounds."""
        self.highs.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)

    def whole(self) -> None:
        """Ask for whole numbers in every column, to the exact best; duals mean nothing from here on."""
        count = int(self.highs.getNumCol())
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.array([HighsVarType.kInteger] * count))

    def add_row(self, columns: Places, values: Numbers, *, lower: float) -> int:
        """Add a row that must reach `lower`; gives back its place."""
        place = int(self.highs.getNumRow())
        self.highs.addRow(lower, INFINITE, len(columns), columns.astype(np.int32), values)
        return place

    def add_columns(self, gains: Numbers, upper: Numbers, starts: Places, rows: Places, values: Numbers) -> None:
        """Add columns from 0 to an upper bound, after all others."""
        self.highs.addCols(len(gains), gains, np.zeros(len(gains)), upper, len(values), starts[:-1].astype(np.int32), rows.astype(np.int32), values)

    def basis(self) -> Basis:
        """Where the last answer stands."""
        held = self.highs.getBasis()
        return Basis(np.fromiter(map(int, held.col_status), np.int8), np.fromiter(map(int, held.row_status), np.int8))

    def start_from(self, basis: Basis) -> None:
        """Look for the next answer from where another one stands, mended where the two programmes are not alike.

        From there the primal simplex goes on, on bounds as they are: mostly under 50 steps after one change, where the dual, on perturbed costs, took thousands.
        """
        self.search(PRIMAL, perturbed=0.0)
        start = HighsBasis()
        start.alien = True
        start.col_status = STATUSES[basis.columns].tolist()
        start.row_status = STATUSES[basis.rows].tolist()
        self.highs.setBasis(start)

    def search(self, strategy: int, *, perturbed: float) -> None:
        """By which simplex the next answers are looked for, and by how much it may move bounds on its way."""
        self.highs.setOptionValue("simplex_strategy", strategy)
        self.highs.setOptionValue("primal_simplex_bound_perturbation_multiplier", perturbed)
        self.is_started = strategy == PRIMAL

    def optimum(self) -> Optimum:
        """The best answer from where the last one stands; from nothing where a start leads nowhere. Raises NotSolved when the optimiser finds none."""
        self.highs.run()
        if self.is_started and self.highs.getModelStatus() != HighsModelStatus.kOptimal:
            self.highs.clearSolver()
            self.search(DUAL, perturbed=1.0)
            self.highs.run()
        status = self.highs.getModelStatus()
        if status != HighsModelStatus.kOptimal:
            raise NotSolved(self.highs.modelStatusToString(status))
        solution, told = self.highs.getSolution(), self.highs.getInfo()
        return Optimum(
            value=float(told.objective_function_value), columns=np.asarray(solution.col_value, dtype=np.float64),
            duals=np.asarray(solution.row_dual, dtype=np.float64), iterations=int(told.simplex_iteration_count),
        )
