"""The unbalanced power flow of a batch of states: a fixed point on the nodal admittance matrix.

With the slack's voltages V_s held and Z the inverse of the rest of Ybus, the voltages at the terminals where loads and devices
stand (incidence C) obey

    v = C V_0 - K i(v),    V_0 = -Z Y_ls V_s (no load),    K = C Z C',

where i(v) are the currents of `physics.unbalanced.drawn`; all nodes follow from the currents found. The iteration
v <- C V_0 - K i(v) is the implicit Z-bus Gauss method of Chen, Chen, Hwang, Kotas and Chebli, Distribution system power flow
analysis: a rigid approach, IEEE Trans. Power Delivery 6(3), 1991; Bazrafshan and Gatsis, Convergence of the Z-bus method for
three-phase distribution load-flow with ZIP loads, IEEE Trans. Power Systems 33(1), 2018, say when it contracts to the one
solution near V_0.

Ybus is factorised once for each set of tap ratios in a batch, and the sets met last are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from gridbench.errors import InvalidInput
from gridbench.physics.unbalanced import EVERYWHERE, Zip, drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from gridbench.networks.three_phase import Matrix, Terminal, ThreePhase
    from gridbench.physics.unbalanced import Band, Complexes, Floats

TOLERANCE_PU = 1e-11
"""A state is solved where the last step moved no terminal's voltage by more than this."""
MAX_STEPS = 200
BLOCK = 256
"""States that are solved side by side: as many as stay in a processor's cache."""
KEPT = 64
"""Sets of tap ratios whose matrices are kept."""


@dataclass(frozen=True, eq=False)
class Flow:
    """The solutions of a batch; where `solved` (batch,) is false the other numbers mean nothing.

    v (batch, nodes) complex voltages in pu; loading (batch, windings) shares of the rating; root_mva (batch,) complex power drawn
    from the slack; losses_mw (batch,) of lines and transformers; steps (batch,) of the iteration, 0 where it found no solution.
    """

    network: ThreePhase
    v: Complexes
    loading: Floats
    root_mva: Complexes
    losses_mw: Floats
    steps: NDArray[np.int64]

    @property
    def solved(self) -> NDArray[np.bool_]:
        """Which states have a solution (batch,)."""
        return self.steps > 0

    @property
    def v_pu(self) -> Floats:
        """The magnitudes of the voltages (batch, nodes)."""
        magnitudes: Floats = np.abs(self.v)
        return magnitudes

    def at(self, bus: str, phase: str) -> Floats:
        """The voltages of a phase of a bus (batch,) in pu; raises UnknownName."""
        voltages: Floats = np.abs(self.v[:, self.network.node(bus, phase)])
        return voltages


@dataclass(frozen=True, eq=False)
class _Matrices:
    """Ybus at one set of ratios, reduced to what currents drawn at the terminals change.

    no_load (nodes,), response (terminals, nodes): the drop of the nodes' voltages by a current; terminal_no_load (terminals,) and
    terminal_response (terminals, terminals) the same of the terminals' voltages; slack_rows (slack, nodes) of Ybus.
    """

    no_load: Complexes
    response: Complexes
    terminal_no_load: Complexes
    terminal_response: Complexes
    slack_rows: Complexes


class ThreePhaseFlow:
    """A network with the terminals at which power is drawn, and the models of what draws it."""

    def __init__(
        self,
        network: ThreePhase,
        terminals: Sequence[Terminal],
        model: Zip,
        *,
        nominal_pu: Floats | None = None,
        band: Band = EVERYWHERE,
    ) -> None:
        """Name them, with their nominal voltages (terminals,), 1 by default; raises UnknownName for a terminal that is none."""
        self.network, self.model, self.band = network, model, band
        nominal = np.ones(len(terminals)) if nominal_pu is None else np.asarray(nominal_pu)
        self._incidence = sparse.diags_array(1.0 / nominal) @ network.incidence(terminals)
        self._kept: OrderedDict[bytes, _Matrices] = OrderedDict()

    def solve(self, power_mva: Complexes, ratio: Floats | None = None) -> Flow:
        """Return the flows of a batch: power_mva (batch, terminals) is the nominal power drawn, ratio (batch, windings).

        The network's own ratios hold where none are given. Raises InvalidInput for wrong shapes and numbers that are not finite.
        """
        power = np.asarray(power_mva, dtype=np.complex128) / self.network.phase_mva
        own = self.network.windings.ratio
        ratios = np.broadcast_to(own, (len(power), own.size)) if ratio is None else np.asarray(ratio, dtype=np.float64)
        self._refuse(power, ratios)
        sets, which = (own[None], np.zeros(len(power), int)) if ratio is None else np.unique(ratios, axis=0, return_inverse=True)
        found = Flow(
            network=self.network,
            v=np.empty((len(power), len(self.network.nodes)), complex),
            loading=np.empty(ratios.shape),
            root_mva=np.empty(len(power), complex),
            losses_mw=np.empty(len(power)),
            steps=np.zeros(len(power), np.int64),
        )
        for index, one in enumerate(sets):
            members, matrices = np.flatnonzero(which.ravel() == index), self._matrices(one)
            for start in range(0, len(members), BLOCK):
                block = members[start : start + BLOCK]
                self._solve_block(found, block, matrices, power[block], one)
        return found

    def _solve_block(self, found: Flow, block: NDArray[np.intp], matrices: _Matrices, power: Complexes, ratio: Floats) -> None:
        """Solve states with one set of ratios, and write them to their places."""
        network, held, rating = self.network, self.network.slack_voltage, self.network.windings.rating_pu
        v_terminal, found.steps[block] = self._iterate(matrices, power)
        drawn_at = self._current(power, v_terminal)
        found.v[block] = v = matrices.no_load - drawn_at @ matrices.response
        slack_current = v @ matrices.slack_rows.T + (self._incidence[:, : len(held)].T @ drawn_at.T).T
        found.root_mva[block] = network.phase_mva * (np.conj(slack_current) @ held)
        across, current = network.across(v, ratio)
        found.loading[block] = np.abs(current) / rating
        lost = (across * np.conj(current)).real[:, np.isfinite(rating)]  # a source's impedance is no branch
        found.losses_mw[block] = network.phase_mva * lost.sum(axis=1)

    @property
    def _slack(self) -> int:
        return len(self.network.slack_voltage)

    def _refuse(self, power: Complexes, ratios: Floats) -> None:
        shapes = (len(power), self._incidence.shape[0]), (len(power), self.network.windings.ratio.size)
        faults = []
        if power.shape != shapes[0]:
            faults.append(f"power_mva has shape {power.shape}, not (batch, terminals) = {shapes[0]}")
        if ratios.shape != shapes[1]:
            faults.append(f"ratio has shape {ratios.shape}, not (batch, windings) = {shapes[1]}")
        if not np.isfinite(power).all():
            faults.append("power_mva has a number that is not finite")
        if not (np.isfinite(ratios) & (ratios > 0.0)).all():
            faults.append("ratio has a number that is not finite and above 0")
        if faults:
            raise InvalidInput("ThreePhaseFlow.solve", faults)

    def _current(self, power: Complexes, v: Complexes) -> Complexes:
        return drawn(power, self.model, v, self.band)

    def _matrices(self, ratio: Floats) -> _Matrices:
        """Return the matrices at one set of ratios, factorised where they are not kept."""
        key = ratio.tobytes()
        if key not in self._kept:
            self._kept[key] = self._factorised(ratio)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _factorised(self, ratio: Floats) -> _Matrices:
        admittance, held, slack = self.network.admittance(ratio), self.network.slack_voltage, self._slack
        solve = _solver(admittance[slack:, slack:].tocsc())
        response = np.zeros((self._incidence.shape[0], len(self.network.nodes)), complex)
        response[:, slack:] = solve(self._incidence[:, slack:].T.toarray().astype(np.complex128)).T
        no_load = np.concatenate([held, -solve(admittance[slack:, :slack] @ held)])
        # response is (terminals, nodes) and the incidence real, so that currents multiply from the left
        return _Matrices(
            no_load=no_load,
            response=response,
            terminal_no_load=self._incidence @ no_load,
            terminal_response=np.ascontiguousarray((self._incidence @ response.T).T),
            slack_rows=admittance[:slack].toarray(),
        )

    def _iterate(self, matrices: _Matrices, power: Complexes) -> tuple[Complexes, NDArray[np.int64]]:
        """Return the terminals' voltages of states with one set of ratios and the steps they took.

        Where no number of steps was enough they are 0, and the voltages those without load.
        """
        found = np.tile(matrices.terminal_no_load, (len(power), 1))
        steps, left = np.zeros(len(power), np.int64), np.arange(len(power))
        v, drawing = found.copy(), power
        with np.errstate(all="ignore"):  # a state that diverges leaves with numbers that are not finite
            for step in range(1, MAX_STEPS + 1):
                after = matrices.terminal_no_load - self._current(drawing, v) @ matrices.terminal_response
                change = np.abs(after - v).max(axis=1, initial=0.0)
                done, going = change <= TOLERANCE_PU, (change > TOLERANCE_PU) & np.isfinite(change)
                steps[left[done]], found[left[done]] = step, after[done]
                left, v, drawing = left[going], after[going], drawing[going]
                if not left.size:
                    break
        return found, steps


def _solver(matrix: Matrix) -> Callable[[Complexes], Complexes]:
    """Return the solution of a sparse system by its factors, refined once by its residual.

    A part between deltas is held to ground by a millionth of its rating only: factors alone lose its voltage to ground.
    """
    factors = splu(matrix)

    def solve(right: Complexes) -> Complexes:
        first: Complexes = factors.solve(right)
        refined: Complexes = first + factors.solve(right - matrix @ first)
        return refined

    return solve


def published_flow(network: ThreePhase, band: Band = EVERYWHERE) -> tuple[ThreePhaseFlow, Complexes]:
    """Return the flow of a network's published loads under their models, and their nominal powers (terminals,) in MVA."""
    loads = network.loads
    shares = (np.array([float(load.model == model) for load in loads]) for model in "PIZ")
    nominal_pu = np.array([load.nominal_pu for load in loads])
    flow = ThreePhaseFlow(network, [load.terminal for load in loads], Zip(*shares), nominal_pu=nominal_pu, band=band)
    return flow, np.array([complex(load.p_mw, load.q_mvar) for load in loads])
