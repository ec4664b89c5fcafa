"""The integers of the devices by projected Benders: a master of devices, cuts from the network's prices (Geoffrion 1972)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.conic import Solution, solve_conic
from gridbench.oracle.master import Master
from gridbench.oracle.projection import Projection
from gridbench.oracle.safe_bound import safe_bound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.lattice import Found
    from gridbench.oracle.problem import Problem


TANGENTS = 6
"""How often the devices' cones are cut where the master breaks them, at the prices of one lattice."""


@dataclass
class Clock:
    """How much of the time limit is left."""

    limit_s: float
    began: float = field(default_factory=time.perf_counter)

    @property
    def spent_s(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.began

    @property
    def left_s(self) -> float:
        """Seconds until the limit, never negative."""
        return max(self.limit_s - self.spent_s, 0.0)


@dataclass
class Search:
    """The interval of the relaxed problem with integers: proven bound, best value, its point x (n,) and the rounds it took."""

    bound: float
    best: float = np.inf
    x: Floats | None = None
    rounds: int = 0

    @property
    def gap(self) -> float:
        """The relative width of the interval."""
        return (self.best - self.bound) / max(abs(self.best), 1e-9) if np.isfinite(self.best) else np.inf


class Benders:
    """The search for the integer columns `integer` of a problem, resumable between its rounds."""

    def __init__(self, problem: Problem, integer: Indices, steps: int, root: Solution, threads: int) -> None:
        """Start from the solved relaxation `root`."""
        self.problem, self.integer, self.threads = problem, integer, threads
        self.projection = Projection(problem, steps)
        self.search = Search(safe_bound(problem, root.y, root.w))
        none = np.zeros(problem.A.shape[0]), np.zeros(problem.G.shape[0])
        self.master = Master(self.projection, integer, threads, self.projection.cuts(*none).constant)
        self._seen: set[bytes] = set()
        self._learn(root)
        self.master.tangents(root.x)

    def _learn(self, solution: Solution) -> bool:
        if solution.usable:
            self.master.cut(self.projection.cuts(solution.y, solution.w))
        return solution.usable

    def try_point(self, numbers: Floats, clock: Clock) -> bool:
        """Solve with the integers fixed at `numbers`, learn from it, and say whether it was new and feasible."""
        numbers = np.rint(numbers)
        if numbers.astype(np.int8).tobytes() in self._seen:
            return False
        self._seen.add(numbers.astype(np.int8).tobytes())
        solution = solve_conic(self.problem.fixed(self.integer, numbers), clock.left_s, self.threads)
        self._learn(solution)
        if not solution.feasible:
            return False
        self.master.tangents(solution.x)
        if solution.money < self.search.best:
            self.search.best, self.search.x = solution.money, solution.x
        return True

    def round(self, gap: float, clock: Clock) -> bool:
        """Do one round: master, its integers, its point halved towards the best; False where nothing more can be done.

        Raises SolverError; what was found before stays in `search`.
        """
        search = self.search
        asked = float(np.clip(0.25 * search.gap, 0.2 * gap, 3e-3))
        answer = self.master.solve(clock.left_s, asked, search.x)
        search.bound = max(search.bound, answer.bound)
        search.rounds += 1
        if answer.x is None or clock.left_s <= 0.0:
            return False
        new = self.try_point(answer.x[self.integer], clock)
        self.master.tangents(answer.x, least=1e-6)
        if search.gap <= gap or clock.left_s <= 0.0:
            return search.gap > gap
        between = 0.5 * (answer.x + search.x) if new and search.x is not None else answer.x  # where it fails, say so there
        return self._learn(solve_conic(self.projection.elastic(between), clock.left_s, self.threads)) or new

    def lifted(self, found: Found, moving: Floats, gap: float, clock: Clock) -> Iterator[float]:
        """Let the master have the network's money over whole positions, and yield its bounds while they rise by more than `gap`.

        `moving` (n,) is what the movements of positions cost.
        """
        self.master.whole_cut(found.steer, found.bound_usd, moving)
        before = -np.inf
        for _ in range(TANGENTS):
            answer = self.master.solve(clock.left_s, gap, None)
            yield answer.bound
            if answer.x is None or answer.bound - before <= gap * abs(answer.bound):
                return
            before = answer.bound
            self.master.tangents(answer.x, least=1e-6)

    def allowed(self, found: Found, moving: Floats, most_usd: float, gap: float, clock: Clock) -> list[NDArray[np.bool_]]:
        """Return the joint positions, an array a step, through which the bound of the days does not exceed `most_usd`."""
        devices = self.master.least(found.steer, moving, clock.left_s, gap)
        return [~(devices + money > most_usd) for money in found.through_usd]
