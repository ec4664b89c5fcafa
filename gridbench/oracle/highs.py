"""HiGHS, told a linear program and run: whatever it cannot do is a SolverError."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from gridbench.errors import SolverError
from gridbench.oracle.failure import solver

if TYPE_CHECKING:
    from collections.abc import Mapping

    import scipy.sparse as sp
    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats

NAME = "HiGHS"
INFEASIBLE = highspy.HighsModelStatus.kInfeasible

TOLERANCES = "primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance"
"""What HiGHS may be off by in a row, a price or an integer."""
STDOUT = 1
"""The file descriptor that programs of C print to."""
LEAST = 1e-6
"""What is deducted at the least, however tight the tolerances are: its sums are rounded."""


def model(
    cost: Floats,
    columns: tuple[Floats, Floats],
    A: sp.csr_array,
    rows: tuple[Floats, Floats],
    *,
    integer: NDArray[np.bool_] | None = None,
    offset: float = 0.0,
    options: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 - highspy has no types
    """Return HiGHS with min cost'x + offset over lower and upper ends of `columns` (n,) and of `rows` A x (m,).

    `integer` (n,) marks the whole columns of a mixed program; None makes a linear one. Raises SolverError.
    """
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = A.shape[1], A.shape[0]
    lp.col_cost_, (lp.col_lower_, lp.col_upper_) = cost, columns
    (lp.row_lower_, lp.row_upper_), lp.offset_ = rows, offset
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = A.indptr, A.indices, A.data
    if integer is not None:
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        lp.integrality_ = [kinds[int(mark)] for mark in integer]
    with solver(NAME):
        _greeted()
        highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in ({"output_flag": False} | dict(options or {})).items():
            highs.setOptionValue(option, value)
        status = highs.passModel(lp)
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"{NAME}: refuses the model")
    return highs


@cache
def _greeted() -> None:
    """Let HiGHS greet where no one hears it: from 1.16 on the first model of a process prints a banner, whatever its options."""
    heard = os.dup(STDOUT)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), STDOUT)
            highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(heard, STDOUT)
        os.close(heard)


def run(highs: Any) -> highspy.HighsModelStatus:  # noqa: ANN401
    """Run HiGHS and return the model's status. Raises SolverError where HiGHS says that it cannot.

    One scheduler serves all models of a process and keeps the number of threads it began with: a model that asks for
    another one is refused until the scheduler is begun anew.
    """
    with solver(NAME):
        status = highs.run()
        if status == highspy.HighsStatus.kError:
            highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003 - wait; it has no name
            status = highs.run()
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"{NAME}: cannot run the model ({highs.modelStatusToString(highs.getModelStatus())})")
    found: highspy.HighsModelStatus = highs.getModelStatus()
    return found


def add_rows(highs: Any, rows: sp.csr_array, lower: Floats, upper: Floats) -> None:  # noqa: ANN401
    """Add rows (k, n) between lower and upper (k,); raises SolverError."""
    starts, places = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
    with solver(NAME):
        highs.addRows(rows.shape[0], lower, upper, rows.nnz, starts, places, rows.data)


def limit(highs: Any, time_limit_s: float, gap: float) -> None:  # noqa: ANN401
    """Let the next run end after so many seconds (HiGHS counts those of all runs) or at a relative gap."""
    highs.setOptionValue("time_limit", highs.getRunTime() + max(time_limit_s, 0.05))
    highs.setOptionValue("mip_rel_gap", gap)


def tolerance(highs: Any) -> float:  # noqa: ANN401
    """Return the largest tolerance that HiGHS may use up in a model, whoever set it."""
    return max(LEAST, *(float(highs.getOptionValue(name)[1]) for name in TOLERANCES))
