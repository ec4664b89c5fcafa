"""The set of one step that the oracle chooses from, the integer controls held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.contracts.breach import TOLERANCE
from gridbench.physics.terms import Cone, Device, Eq, Row, Span, Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Affine


class Region:
    """The controls that the rows of one step allow, the integer ones held: linear rows and cones over the other columns."""

    def __init__(self, device: Device, x: Values, w: Values, step_h: float, integers: Mapping[str, float]) -> None:
        """Read the rows of a step as expressions of the controls that are left to choose."""
        from gridbench.oracle.affine import Affine, affine  # noqa: PLC0415 - the one contract that needs the oracle

        self._affine = affine
        spans = {name: span for name, span in device.controls().items() if name not in integers}
        self._names, self._integers = tuple(spans), dict(integers)
        columns = {
            name: Affine(np.array(0.0), np.zeros(1, np.int64), np.array([n]), np.ones(1)) for n, name in enumerate(self._names)
        }
        u = Values(**columns, **integers)
        self._below: list[Affine] = []
        self._equal: list[Affine] = []
        self._cones: list[tuple[Affine, ...]] = []
        self._box({name: (columns[name], span) for name, span in spans.items()})
        after = device.advance(x, u, w, step_h)
        self._box({name: (affine(after[name]), span) for name, span in device.states().items()})
        for row in device.limits(x, u, w, step_h):
            self._add(row)
        self._injection = tuple(affine(number) for number in device.inject(u, w))

    @property
    def possible(self) -> bool:
        """Whether the rows without any column hold."""
        below = all(gap.col.size or float(gap.constant) <= TOLERANCE for gap in self._below)
        return below and all(gap.col.size or abs(float(gap.constant)) <= TOLERANCE for gap in self._equal)

    @property
    def injects(self) -> bool:
        """Whether the injection depends on the columns."""
        return any(part.col.size for part in self._injection)

    def controls(self, point: NDArray[np.float64]) -> Values:
        """Return the controls at a point."""
        return Values(**dict(zip(self._names, map(float, point), strict=True)), **self._integers)

    def furthest(self, direction: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return the point whose injection lies furthest in a direction, None where there is no point."""
        import clarabel  # noqa: PLC0415 - the one contract that needs a solver
        import scipy.sparse as sp  # noqa: PLC0415

        n = len(self._names)
        if not n:
            return np.zeros(0)
        below = [gap for gap in self._below if gap.col.size]
        equal = [gap for gap in self._equal if gap.col.size]
        rows = [*equal, *below, *(-member for cone in self._cones for member in cone)]
        matrix = np.array([row.matrix(n).toarray()[0] for row in rows])
        right = np.array([-float(row.constant) for row in rows])
        cones = [clarabel.ZeroConeT(len(equal)), clarabel.NonnegativeConeT(len(below))]
        cones += [clarabel.SecondOrderConeT(len(cone)) for cone in self._cones]
        towards = sum(a * part.matrix(n).toarray()[0] for a, part in zip(direction, self._injection, strict=True))
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
        solver = clarabel.DefaultSolver(sp.csc_matrix((n, n)), -towards, sp.csc_matrix(matrix), right, cones, settings)
        result = solver.solve()
        return None if "Infeasible" in str(result.status) else np.array(result.x)

    def _box(self, named: Mapping[str, tuple[Affine, Span]]) -> None:
        for number, span in named.values():
            self._below += [number - span.hi] if np.isfinite(span.hi) else []
            self._below += [span.lo - number] if np.isfinite(span.lo) else []

    def _add(self, row: Row) -> None:
        if isinstance(row, Cone):
            members = tuple(self._affine(member) for member in (row.radius, *row.parts))
            if members[0].col.size == 0 and float(members[0].constant) == 0.0:  # a cone without inside stalls the solver
                self._equal += members[1:]
            else:
                self._cones.append(members)
        elif isinstance(row, Eq):
            self._equal.append(self._affine(row.lhs - row.rhs))
        else:
            self._below.append(self._affine(row.lhs - row.rhs))
