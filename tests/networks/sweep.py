"""A plain ladder sweep on complex phasors: the tests' own reference, independent of the branch-flow laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridbench.networks import Feeder


@dataclass(frozen=True)
class Flow:
    """Voltage magnitudes (nb,), series currents (nl,) in pu, losses in kW, power drawn from the root in MVA."""

    v: np.ndarray
    current: np.ndarray
    losses_kw: float
    source_mva: complex

    def at(self, feeder: Feeder, bus: str) -> float:
        return float(self.v[feeder.bus_index(bus)])


def sweep(feeder: Feeder, p: np.ndarray | None = None, q: np.ndarray | None = None) -> Flow:
    """Solve with consumption p, q (nb,) in pu, nominal by default."""
    a = feeder.arrays
    s = (a.load_p if p is None else p) + 1j * (a.load_q if q is None else q)
    z, half = a.r + 1j * a.x, 0.5j * a.b
    v = np.full(len(feeder.buses), feeder.root_voltage_pu, dtype=complex)
    series = np.zeros(len(a.r), dtype=complex)
    for _ in range(500):
        before = v.copy()
        drawn = np.conj(s / v) + (a.shunt_g + 1j * a.shunt_b) * v
        for k in reversed(range(len(a.r))):
            series[k] = drawn[k + 1] + half[k] * v[k + 1]
            drawn[a.parent[k]] += a.ratio[k] * (series[k] + half[k] * a.ratio[k] * v[a.parent[k]])
        for k in range(len(a.r)):
            v[k + 1] = a.ratio[k] * v[a.parent[k]] - z[k] * series[k]
        if np.abs(v - before).max() < 1e-13:
            losses_kw = float(a.r @ np.abs(series) ** 2) * feeder.base_mva * 1000
            return Flow(np.abs(v), np.abs(series), losses_kw, complex(v[0] * np.conj(drawn[0])) * feeder.base_mva)
    raise AssertionError("the sweep does not converge")
