"""The pipeline: root relaxation, safe bounds, integers, positions, replay; the best interval whenever time runs out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.blackout import blackout_bound
from gridbench.oracle.certify import Replay, asks_of, certified, idle_asks
from gridbench.oracle.conic import Solution, solve_conic
from gridbench.oracle.dispatch import Dispatch
from gridbench.oracle.formulation import NAME, Formulation, fixed_windows, formulate
from gridbench.oracle.integer import Benders, Clock
from gridbench.oracle.master import integers
from gridbench.oracle.narrowing import narrowed
from gridbench.oracle.recovery import cheapest, paths
from gridbench.oracle.safe_bound import safe_bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats
    from gridbench.scenario.scenario import Scenario

LEAK_USD = 0.01
"""Price of a squared current (per pu^2) in schedules: without it nothing keeps the cone of a branch without loss tight."""
REACH = (16, 8, 4, 2, 1)
"""How far positions are moved at once when 1, 2, .. devices have positions: the plant tries all of them together."""
RESERVE = 4.0
"""How many times the last root relaxation's seconds are kept for the next one while windows are narrowed."""
PASSES = 4
"""How often windows are narrowed at most."""
SOLVER = "Clarabel (cones), HiGHS (integers), projected Benders"


def solve(
    scenario: Scenario, split: str, day: int, *, time_limit_s: float = 60.0, gap: float = 1e-3, threads: int = 2
) -> Dispatch:
    """Return a certified interval of the least cost of a day, as narrow as the time allows.

    Raises UnknownName or InvalidInput for a day that is not there, SolverError where plant and oracle contradict each other.
    """
    return _Search(scenario, split, day, (time_limit_s, gap, threads)).run()


class _Search:
    """The interval of one day while it narrows."""

    def __init__(self, scenario: Scenario, split: str, day: int, wanted: tuple[float, float, int]) -> None:
        limit_s, self.gap, self.threads = wanted
        self.clock = Clock(limit_s)
        self.scenario, self.split, self.day = scenario, split, day
        self.series = scenario.window(split, day)
        self.replay = Replay(scenario, self.series)
        self.asks: NDArray[np.float32] = idle_asks(scenario)
        self.witness = self.replay.cost_usd(self.asks)
        self.survive, self.blackout, self._cap = -np.inf, -np.inf, np.inf
        self.root_s = 0.0
        self._recovered: set[bytes] = set()
        self.rounds, self.slack, self.slack_at = 0, 0.0, ""

    @property
    def open_gap(self) -> float:
        """The relative gap left."""
        return (self.witness - min(self.survive, self.blackout)) / max(abs(self.witness), 1e-9)

    @property
    def done(self) -> bool:
        """Whether the interval is narrow enough or the time is up."""
        return self.open_gap <= self.gap or self.clock.left_s <= 0.0

    def run(self) -> Dispatch:
        """Narrow the interval stage by stage, then the windows of taps by what the witness leaves, and so on."""
        formulation = formulate(self.scenario, self.series)
        self._blackout()
        for _ in range(PASSES):
            root = self._root(formulation)
            if root is None or self.done:
                break
            self._integers(formulation, root)
            gap_usd = self.witness - safe_bound(formulation.problem, root.y, root.w)
            if self.done or not formulation.taps:
                break
            self._cap = self.witness
            rest = Clock(self.clock.left_s - RESERVE * self.root_s)
            if rest.left_s <= 0.0:
                break
            windows = narrowed(formulation, root, gap_usd, rest, self.threads)
            formulation = formulate(self.scenario, self.series, windows)
        return self._dispatch()

    def _raise(self, bound_usd: float) -> None:
        """Take a bound of the days without a blackout; once windows are narrow it holds up to the witness that narrowed them."""
        self.survive = max(self.survive, min(bound_usd, self._cap))

    def _conic(self, formulation: Formulation, gates: Floats) -> Solution | None:
        """Solve with the gates fixed and currents lightly priced; None where that gives nothing to use."""
        problem = formulation.problem
        cost = problem.cost.copy()
        cost[problem.columns["l"]] += LEAK_USD
        problem = replace(problem, cost=cost).fixed(integers(problem.columns, formulation.gates()), gates)
        solution = solve_conic(problem, self.clock.left_s, self.threads)
        return solution if solution.feasible else None

    def _blackout(self) -> None:
        apart = formulate(self.scenario, self.series, apart=True)
        self.blackout = blackout_bound(apart, None)
        if self.clock.left_s > 0.0:
            solution = solve_conic(apart.problem, self.clock.left_s, self.threads, tolerance=1e-3)
            self.blackout = max(self.blackout, blackout_bound(apart, solution))

    def _root(self, formulation: Formulation) -> Solution | None:
        problem = formulation.problem
        self._raise(safe_bound(problem, np.zeros(problem.A.shape[0]), np.zeros(problem.G.shape[0])))
        if self.clock.left_s <= 0.0:
            return None
        began = self.clock.spent_s
        solution = solve_conic(problem, self.clock.left_s, self.threads)
        self.root_s = self.clock.spent_s - began
        if solution.usable:
            self._raise(safe_bound(problem, solution.y, solution.w))
        return solution if solution.feasible else None

    def _integers(self, formulation: Formulation, root: Solution) -> None:
        """Search the commitment; recover positions for each new best one until the interval is narrow."""
        cols = integers(formulation.problem.columns, formulation.gates())
        benders = Benders(formulation.problem, cols, self.scenario.steps, root, self.threads)
        benders.try_point(root.x[cols], self.clock)
        tried, rounds = np.inf, 0
        while not self.done:
            search = benders.search
            going = search.gap > 0.1 * self.gap and benders.round(0.1 * self.gap, self.clock)
            self._raise(search.bound)
            rounds, self.rounds = search.rounds, self.rounds + search.rounds - rounds
            if search.x is not None and search.best < tried and (search.gap <= 0.5 * self.gap or not going):
                tried, gates = search.best, np.rint(search.x[cols])
                if gates.tobytes() not in self._recovered:  # a narrower window seldom mends the schedule: leave it the time
                    self._recovered.add(gates.tobytes())
                    self._positions(formulation, search.x, gates)
            if not going:
                break

    def _positions(self, formulation: Formulation, x: Floats, gates: Floats) -> None:
        """Fix the banks, then the regulators, along the relaxation's wish; replay every schedule that comes out."""
        held: dict[str, Floats] = {}
        windows = dict(formulation.windows)
        for group in (self.scenario.banks, self.scenario.regulators):
            best: tuple[float, Formulation, Solution, dict[str, Floats]] | None = None
            for path in paths(formulation, x, [d.name for d in group]):
                if self.clock.left_s <= 0.0:
                    break
                tried = formulate(self.scenario, self.series, {**windows, **fixed_windows(self.scenario, {**held, **path})})
                solution = self._conic(tried, gates)
                if solution is not None and (best is None or solution.money < best[0]):
                    best = solution.money, tried, solution, path
            if best is None:
                return
            held.update(best[3])
            formulation, x = best[1], best[2].x
        self._offer(formulation, x)
        self._polish(gates)

    def _polish(self, gates: Floats) -> None:
        """Move positions where the plant says that it pays, dispatch anew, and go on while that helps."""
        stepped = (*self.scenario.regulators, *self.scenario.banks)
        first = np.array([float(d.initial_position()) for d in stepped])
        move_usd = np.array([d.move_usd() for d in stepped])
        before = np.inf
        while stepped and not self.done and self.witness < before - 1e-5 * abs(self.witness):
            before = self.witness
            money, around = self.replay.around(self.asks, REACH[min(len(stepped), len(REACH)) - 1])
            path = cheapest(money, around, first, move_usd)
            windows = fixed_windows(self.scenario, {d.name: path[:, k] for k, d in enumerate(stepped)})
            formulation = formulate(self.scenario, self.series, windows)
            solution = self._conic(formulation, gates)
            if solution is not None:
                self._offer(formulation, solution.x)

    def _offer(self, formulation: Formulation, x: Floats) -> None:
        """Replay the schedule of a solution and keep it if it is the cheapest yet."""
        asks = asks_of(formulation, x)
        cost = self.replay.cost_usd(asks)
        if cost < self.witness:
            slack = formulation.slack(x)
            step, branch = np.unravel_index(int(np.argmax(slack)), slack.shape)
            self.witness, self.asks, self.slack = cost, asks, float(slack[step, branch])
            self.slack_at = f"{self.scenario.feeder.branches[int(branch)].name}, step {int(step)}"

    def _dispatch(self) -> Dispatch:
        scenario = self.scenario
        bound = certified(self.survive, self.blackout, self.witness)
        relative = (self.witness - bound) / max(abs(self.witness), 1e-9)
        status = "gap reached" if relative <= self.gap else "time limit" if self.clock.left_s <= 0.0 else "stalled"
        return Dispatch(
            scenario_id=scenario.id, scenario_digest=scenario.digest, split=self.split, day=self.day,
            bound_usd=bound, witness_usd=self.witness, survive_usd=self.survive, blackout_usd=self.blackout,
            asks=self.asks, status=status, seconds=self.clock.spent_s, rounds=self.rounds, cone_slack=self.slack,
            cone_slack_at=self.slack_at, solver=SOLVER, formulation=NAME,
        )  # fmt: skip
