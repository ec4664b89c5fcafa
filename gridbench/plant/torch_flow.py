"""The power flow of a batch in torch, on the CPU or a GPU: the radial sweep, its walks along the tree as products of a matrix.

With D a 0/1 matrix, D[k, m] = 1 where branch k lies on the way from the root to the bus that branch m feeds, the two walks of
`plant.power_flow` are sums that need no order (the bus-injection to branch-current matrix of Teng, A direct approach for
distribution system load flow solutions, IEEE Trans. Power Delivery 18(3), 2003):

    P = D (p drawn + r l),    u / c^2 = u_root + D' (rise / c^2),

P as an example of both powers, rise the change of u over a series impedance, and c the product of the transformer ratios on the
way to a bus. The taps of an element are thus in its diagonals, and D is one for all. Laws of branches are those of
`physics.branch_flow`, start, tolerance and criterion of no solution those of the sweep. An element stays as it is once it has
converged; the products of a batch may still round otherwise beside other neighbours, in the last bits.

Single precision cannot reach the tolerance of the sweep: there an element has converged where the root of the mean square of
the changes of u is below `SINGLE_PU2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.physics.branch_flow import behind_transformer, charging, receiving_voltage, series_loss, squared_current
from gridbench.plant.flow import Flows
from gridbench.plant.power_flow import HOPELESS, MAX_SWEEPS, TOLERANCE, at_voltage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.networks.feeder import Feeder

    Floats = NDArray[np.float64]

Tensor = Any
SINGLE_PU2 = 5e-7
"""Four units in the last place of a squared voltage near 1 in single precision."""
PRECISIONS = ("float64", "float32")


class TorchFlow:
    """Solves a feeder on a device of torch; a `FlowSolver` for `Plant` and `BatchEnv`. Leave torch's TF32 off, as it is."""

    def __init__(self, feeder: Feeder, device: str = "cpu", precision: Literal["float64", "float32"] = "float64") -> None:
        """Move the feeder to the device.

        Raises InvalidInput where torch is missing, the device cannot be used or the precision is unknown.
        """
        faults = [] if precision in PRECISIONS else [f"precision {precision!r}: choose one of {', '.join(PRECISIONS)}"]
        try:
            import torch  # noqa: PLC0415 - heavy, and an extra
        except ImportError:
            faults.append("needs torch: pip install 'gridbench[torch]'")
        if faults:
            raise InvalidInput("TorchFlow", faults)
        self._torch, self.device, self._type = torch, device, getattr(torch, precision)
        tree, nb = feeder.arrays, len(feeder.buses)
        try:
            self._parent = torch.as_tensor(tree.parent.copy(), device=device)
            self._ways = self._tensor(ways(tree.parent))
        except (RuntimeError, AssertionError, TypeError) as error:  # what torch raises of devices that are not there
            fault = f"torch cannot use the device {device!r} with {precision}: {str(error).splitlines()[0]}"
            raise InvalidInput("TorchFlow", [fault]) from None
        self._r, self._x, self._b = (self._tensor(one) for one in (tree.r, tree.x, tree.b))
        self._shunt_g, self._shunt_b = self._tensor(tree.shunt_g), self._tensor(tree.shunt_b)
        self._u_root = feeder.root_voltage_pu**2
        self._tolerance = TOLERANCE if precision == "float64" else nb * SINGLE_PU2**2

    def solve(self, p: Floats, q: Floats, bank: Floats, ratio: Floats) -> Flows:
        """Return the flows in NumPy arrays of double precision; the arguments are those of `FlowSolver.solve`."""
        found = self.solve_tensors(*(self._tensor(one) for one in (p, q, bank, ratio)))
        u, l, flow, root = (one.cpu().numpy().astype(np.float64) for one in (found.u, found.l, found.flow, found.root))  # noqa: E741
        return Flows(u, l, flow, root, found.solved.cpu().numpy())

    def solve_tensors(self, p: Tensor, q: Tensor, bank: Tensor, ratio: Tensor) -> Flows:
        """Return the flows in tensors for tensors of this precision, all on the device."""
        torch = self._torch
        with torch.no_grad():
            c2 = behind_transformer(1.0, torch.exp(torch.log(ratio) @ self._ways))
            u, l = torch.full_like(p, self._u_root), torch.zeros_like(ratio)  # noqa: E741
            solved, at = torch.zeros(len(p), dtype=torch.bool, device=p.device), torch.arange(len(p), device=p.device)
            left = [p, q, bank, ratio, c2, u, l]
            for _ in range(MAX_SWEEPS):
                after = self._sweep(*left)
                change = ((after[0] - left[-2]) ** 2).sum(dim=1)
                done = (change < self._tolerance).nonzero()[:, 0]
                going = ((change >= self._tolerance) & (change < HOPELESS)).nonzero()[:, 0]  # a NaN is hopeless too
                solved[at[done]], u[at[done]], l[at[done]] = True, after[0][done], after[1][done]
                if not len(going):
                    break
                whole = len(going) == len(at)
                at, left = at[going], [*left[:-2], *after] if whole else [one[going] for one in (*left[:-2], *after)]
            flow, root = self._backward(p, q, bank, ratio, u, l)
            l = squared_current(flow[0], flow[1], behind_transformer(u[:, self._parent], ratio))  # noqa: E741
            return Flows(u, l, flow, root, solved)

    def _backward(
        self, p: Tensor, q: Tensor, bank: Tensor, ratio: Tensor, u: Tensor, l: Tensor  # noqa: E741
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Return P and Q of the branches (2, batch, branches) and of the root (batch, 2): what is drawn and lost behind them."""
        torch = self._torch
        need_p = at_voltage(self._shunt_g, u) - p
        need_q = -at_voltage(self._shunt_b + bank, u) - q
        sent = charging(self._b, behind_transformer(u[:, self._parent], ratio))  # into the sending bus: not into its own branch
        drawn_p = need_p[:, 1:] + series_loss(self._r, l)
        drawn_q = need_q[:, 1:] - charging(self._b, u[:, 1:]) + series_loss(self._x, l) - sent
        flow = torch.stack([drawn_p, drawn_q]) @ self._ways.T
        flow[1] += sent
        root = torch.stack([need_p[:, 0] + drawn_p.sum(dim=1), need_q[:, 0] + drawn_q.sum(dim=1)], dim=1)
        return flow, root

    def _sweep(
        self, p: Tensor, q: Tensor, bank: Tensor, ratio: Tensor, c2: Tensor, u: Tensor, l: Tensor  # noqa: E741
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Return the squared voltages after a sweep (batch, buses), and the squared currents (batch, branches) at them."""
        (P, Q), _ = self._backward(p, q, bank, ratio, u, l)
        seen = squared_current(P, Q, behind_transformer(u[:, self._parent], ratio))
        rise = receiving_voltage(0.0, self._r, self._x, P, Q, seen) / c2
        after = self._torch.cat([u[:, :1], c2 * (self._u_root + rise @ self._ways)], dim=1)
        return after, squared_current(P, Q, behind_transformer(after[:, self._parent], ratio))

    def _tensor(self, array: Floats) -> Tensor:
        return self._torch.as_tensor(np.array(array), dtype=self._type, device=self.device)


def ways(parent: NDArray[np.int64]) -> Floats:
    """Return D (branches, branches) of branches with these sending buses: entry (k, m) is 1 where k is on the way to m's end."""
    found = np.eye(len(parent))
    for m, bus in enumerate(parent):
        if bus > 0:
            found[:, m] += found[:, bus - 1]
    return found
