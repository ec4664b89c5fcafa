"""A session with one day: root relaxation, safe bounds, integers, positions, replay; the best interval whenever time runs out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gridbench.errors import SolverError
from gridbench.oracle.blackout import blackout_bound
from gridbench.oracle.certify import certified
from gridbench.oracle.conic import Solution, solve_conic
from gridbench.oracle.dispatch import Dispatch
from gridbench.oracle.failure import Failures
from gridbench.oracle.flow_ranges import narrowed_flows
from gridbench.oracle.formulation import NAME, Formulation, fixed_windows, formulate, in_scale
from gridbench.oracle.integer import Benders, Clock
from gridbench.oracle.lattice import Lattice
from gridbench.oracle.modes import binaries, nearest, paid_usd_per_mwh
from gridbench.oracle.narrowing import narrowed
from gridbench.oracle.recovery import cheapest, paths
from gridbench.oracle.redispatch import redispatch
from gridbench.oracle.safe_bound import proves_infeasible, safe_bound
from gridbench.oracle.schedule import one_way_solution, scheduled
from gridbench.oracle.taps import within
from gridbench.oracle.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats
    from gridbench.oracle.lattice import Found, Path
    from gridbench.oracle.problem import Problem
    from gridbench.oracle.taps import Windows
    from gridbench.scenario.scenario import Scenario

T = TypeVar("T")

REACH = (16, 8, 4, 2, 1)
"""How far positions are moved at once when 1, 2, .. devices have positions: the plant tries all of them together."""
TOLERANCES = (1e-8, 1e-6)
"""Tolerances that the root relaxation is tried with."""
LATE = 0.75
"""Share of the time that is left when a first schedule is made of whatever commitment there is."""
PATIENCE, PROGRESS = 0.1, 0.9
"""The commitment stands still when such a share of the time leaves more than such a share of its gap."""
PASSES = 8
"""How often positions are searched at new prices at most."""
COMMITTED = 0.1
"""Share of the wanted gap that the commitment, and the positions at given prices, may leave open."""
INEXACT = 1e-3
"""Relative slack of a cone above which a schedule is dispatched once more on the equations of the plant."""
DARK = "every schedule goes dark: gridbench.oracle.why_infeasible names the laws that conflict"
"""Status of a day that provably cannot be survived."""
SOLVER = "Clarabel (cones), HiGHS (integers), projected Benders"


def solve(
    scenario: Scenario, split: str, day: int, *, time_limit_s: float = 60.0, gap: float = 1e-3, threads: int = 2
) -> Dispatch:
    """Return a certified interval of the least cost of a day, as narrow as the time and the solvers allow.

    A solver that fails costs width, and the status says so. Raises UnknownName or InvalidInput for a day that is not there,
    SolverError where plant and oracle contradict each other or the plant cannot even replay the devices at rest.
    """
    return _Session(scenario, split, day, (time_limit_s, gap, threads)).run()


class _Session:
    """The interval of one day while it narrows."""

    def __init__(self, scenario: Scenario, split: str, day: int, wanted: tuple[float, float, int]) -> None:
        limit_s, self.gap, self.threads = wanted
        self.clock, self.failures = Clock(limit_s), Failures()
        self._means = self.clock, self.threads
        self.scenario, self.split, self.day = in_scale(scenario), split, day
        self.series = scenario.window(split, day)
        self.witness = Witness(scenario, self.series)
        self.survive, self.blackout, self._cap = -np.inf, -np.inf, np.inf
        self.dark = False
        self.paid = bool(paid_usd_per_mwh(self.scenario, self.series).any())
        self._allowed: list[NDArray[np.bool_]] | None = None
        self.rounds = 0

    @property
    def open_gap(self) -> float:
        """The relative gap left."""
        return (self.witness.usd - min(self.survive, self.blackout)) / max(abs(self.witness.usd), 1e-9)

    @property
    def done(self) -> bool:
        """Whether the interval is narrow enough or the time is up."""
        return self.open_gap <= self.gap or self.clock.left_s <= 0.0

    def run(self) -> Dispatch:
        """Narrow the interval stage by stage; where energy is paid for, again with the flows that the witness leaves."""
        formulation = formulate(self.scenario, self.series)
        self.failures.attempt(self._blackout, otherwise=None)
        root = self._root(formulation)
        while root is not None and not self.done:
            before = self.open_gap
            self._integers(formulation, root)
            if self.done or not self.paid or (formulation.known and self.open_gap > PROGRESS * before):
                break
            formulation, root = self._tightened(formulation, root)
        return self._dispatch()

    def _tightened(self, formulation: Formulation, root: Solution) -> tuple[Formulation, Solution | None]:
        """Return the day with the flows and positions that the witness leaves, and its root; None where no solver gets there."""
        flows = self._last(narrowed_flows(formulation, root, self.witness.usd, *self._means), formulation.known)
        windows = within(formulation.windows, self.scenario.stepped, self._allowed)
        tighter = formulate(self.scenario, self.series, windows, known=flows)
        solution = self._solved(tighter.problem)
        if solution is not None:
            self._raise(safe_bound(tighter.problem, solution.y, solution.w))
        return tighter, solution

    def _last(self, found: Iterator[T], first: T) -> T:
        """Return the last of what is found while witness and clock stand, `first` where the solver fails at once.

        What the witness excludes is left out from here on, so that bounds hold up to its money.
        """
        self._cap, kept = self.witness.usd, [first]

        def run() -> None:
            for one in found:
                kept[0] = one

        self.failures.attempt(run, otherwise=None)
        return kept[0]

    def _raise(self, bound_usd: float) -> None:
        """Take a bound of the days without a blackout; once windows are narrow it holds up to the witness that narrowed them."""
        self.survive = max(self.survive, min(bound_usd, self._cap))

    def _conic(self, formulation: Formulation, gates: Floats) -> Solution | None:
        """Solve with the gates fixed and no loss worth having; None where that gives nothing to use."""
        problem = scheduled(formulation).fixed(binaries(formulation), gates)
        return one_way_solution(formulation, problem, self._solved)

    def _solved(self, problem: Problem) -> Solution | None:
        """Return a feasible solution, or None where the solver finds or brings none."""
        solution = self.failures.attempt(lambda: solve_conic(problem, self.clock.left_s, self.threads), otherwise=None)
        return solution if solution is not None and solution.feasible else None

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
        for tolerance in TOLERANCES:
            solve_root = partial(solve_conic, problem, self.clock.left_s, self.threads, tolerance)
            solution = self.failures.attempt(solve_root, otherwise=None)
            if solution is not None and solution.usable:
                self._raise(safe_bound(problem, solution.y, solution.w))
            if solution is not None and solution.feasible:
                return solution if solution.usable else None
            if solution is not None and self._goes_dark(problem, solution):
                return None
            if self.clock.left_s <= 0.0:
                return None
        if solution is not None:
            doubt = ", which its ray does not prove: are the data out of scale?" if solution.infeasible else ""
            self.failures.note(f"Clarabel: ended with {solution.status}{doubt}")
        return None

    def _goes_dark(self, problem: Problem, ray: Solution) -> bool:
        """Say whether a ray of multipliers proves that no day passes without a blackout, and take the bound that follows.

        Raises SolverError where the plant survives all the same.
        """
        self.dark = ray.infeasible and proves_infeasible(problem, ray.y, ray.w)
        if self.dark and not self.witness.dark:
            raise SolverError("no schedule keeps the laws of this day, yet the plant survives it: plant and oracle disagree")
        if self.dark:
            self._raise(self.witness.usd)
        return self.dark

    def _integers(self, formulation: Formulation, root: Solution) -> None:
        """Search the commitment; recover positions for each new best one until the interval is narrow."""
        cols = binaries(formulation)
        first = nearest(formulation, root.x)
        start = partial(Benders, formulation.problem, cols, self.scenario.steps, root, self.threads)
        benders = self.failures.attempt(start, otherwise=None)
        gates = first
        if benders is not None:
            self.failures.attempt(partial(benders.try_point, first, self.clock), otherwise=False)
            self._commit(benders)
            gates = first if benders.search.x is None else np.rint(benders.search.x[cols])
        self.failures.attempt(partial(self._positions, formulation, root, gates, benders), otherwise=None)
        if not self.done:
            self.failures.attempt(partial(self._polish, gates), otherwise=None)
        if not self.done and self.witness.slack > INEXACT and (formulation.known or not self.paid):
            until_s = self.clock.spent_s + (PATIENCE if self.paid else 1.0) * self.clock.limit_s
            going = lambda: not self.done and self.clock.spent_s < until_s  # noqa: E731
            self.failures.attempt(partial(redispatch, self.witness, self._solved, going), otherwise=None)

    def _commit(self, benders: Benders) -> None:
        """Run rounds of Benders until the commitment is known, stands still, or the time for positions has come."""
        search, least, since_s = benders.search, np.inf, self.clock.spent_s
        while not self.done and search.gap > COMMITTED * self.gap and self.clock.left_s > (1.0 - LATE) * self.clock.limit_s:
            going = self.failures.attempt(partial(benders.round, COMMITTED * self.gap, self.clock), otherwise=False)
            self._raise(search.bound)
            self.rounds = search.rounds
            if search.gap < PROGRESS * least:
                least, since_s = search.gap, self.clock.spent_s
            if not going or self.clock.spent_s - since_s > PATIENCE * self.clock.limit_s:
                break

    def _positions(self, formulation: Formulation, root: Solution, gates: Floats, benders: Benders | None) -> None:
        """Offer schedules along whole positions, the cheapest at the prices of the last one, while that narrows the interval."""
        x = root.x if benders is None or benders.search.x is None else benders.search.x
        stepped = self.scenario.stepped
        path = paths(formulation, x, [d.name for d in stepped])[0]
        mean: Path | None = None
        windows: Windows | None = None
        for turn in range(PASSES if formulation.known or not self.paid else 1):  # flows first: burning spoils the prices
            before = self.open_gap
            tried = formulate(self.scenario, self.series, fixed_windows(self.scenario, path))
            solution = self._conic(tried, gates)
            if solution is None:
                return
            self.witness.offer(tried, solution.x)
            if not self.done and windows is None:
                true = self._solved(tried.problem.fixed(binaries(tried), gates))  # where violating pays, schedules should
                self.witness.offer(tried, solution.x if true is None else true.x)
            if self.done or not stepped or benders is None:
                return
            if windows is None:
                windows = self._last(narrowed(formulation, root, self.witness.usd, *self._means), formulation.windows)
            mean = path if mean is None else {name: 0.5 * (mean[name] + path[name]) for name in path}
            priced = formulate(self.scenario, self.series, fixed_windows(self.scenario, mean), known=formulation.known)
            held = priced.problem.fixed(binaries(priced), gates)  # at the prices of one commitment others may seem to pay
            plain = self._solved(held if turn % 2 else priced.problem)
            if plain is None:
                return
            room = max(COMMITTED * self.gap, COMMITTED * self.open_gap) * abs(self.witness.usd)
            found = Lattice(priced, plain.y, windows, self.threads, self._allowed).search(path, self.clock, room)
            if not np.isfinite(found.bound_usd):
                return
            self._lift(benders, found)
            if self.done or (self.paid and turn and self.open_gap > PROGRESS * before):
                return
            path = found.path

    def _lift(self, benders: Benders, found: Found) -> None:
        """Take the bounds that the network's money over whole positions gives, and the positions that the witness leaves."""
        moving, columns = np.zeros(benders.problem.n), benders.problem.columns
        for device in self.scenario.stepped:
            cols = np.concatenate([columns[f"{device.name}.{way}"] for way in ("raised", "lowered")])
            moving[cols] = benders.problem.cost[cols]
        for bound in benders.lifted(found, moving, COMMITTED * self.gap, self.clock):
            self._raise(bound)
            if self.done:
                return
        self._allowed = benders.allowed(found, moving, self.witness.usd, COMMITTED * self.gap, self.clock)

    def _polish(self, gates: Floats) -> None:
        """Move positions where the plant says that it pays, dispatch anew, and go on while that helps."""
        stepped = self.scenario.stepped
        first = np.array([float(d.initial_position()) for d in stepped])
        move_usd = np.array([d.move_usd() for d in stepped])
        before = np.inf
        while stepped and not self.done and self.witness.usd < before - 1e-5 * abs(self.witness.usd):
            before = self.witness.usd
            money, around = self.witness.replay.around(self.witness.asks, REACH[min(len(stepped), len(REACH)) - 1])
            path = cheapest(money, around, first, move_usd)
            windows = fixed_windows(self.scenario, {d.name: path[:, k] for k, d in enumerate(stepped)})
            formulation = formulate(self.scenario, self.series, windows)
            solution = self._conic(formulation, gates)
            if solution is not None:
                self.witness.offer(formulation, solution.x)

    def _dispatch(self) -> Dispatch:
        scenario = self.scenario
        bound = certified(self.survive, self.blackout, self.witness.usd)
        relative = (self.witness.usd - bound) / max(abs(self.witness.usd), 1e-9)
        status = "time limit" if self.clock.left_s <= 0.0 else "stalled"
        if self.failures.reasons:
            status = f"solver failed: {'; '.join(self.failures.reasons)}"
        if self.dark:
            status = DARK
        if relative <= self.gap:
            status = "gap reached"
        return Dispatch(
            scenario_id=scenario.id, scenario_digest=scenario.digest, split=self.split, day=self.day,
            bound_usd=bound, witness_usd=self.witness.usd, survive_usd=self.survive, blackout_usd=self.blackout,
            asks=self.witness.asks, status=status, seconds=self.clock.spent_s, rounds=self.rounds, cone_slack=self.witness.slack,
            cone_slack_at=self.witness.slack_at, solver=SOLVER, formulation=NAME,
        )  # fmt: skip
