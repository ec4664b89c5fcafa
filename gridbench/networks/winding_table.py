"""Collects the windings and the shunts of an unbalanced network, element by element, into its matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from gridbench.networks.three_phase import Terminal, Windings, incidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.networks.published import Connection
    from gridbench.networks.three_phase import Matrix
    from gridbench.physics.unbalanced import Complexes


class WindingTable:
    """The rows of the windings and the shunts so far, over the nodes (bus, phase) of a network."""

    def __init__(self, nodes: tuple[tuple[str, str], ...]) -> None:
        """Begin with no element."""
        self._index = {node: index for index, node in enumerate(nodes)}
        self._names: list[tuple[str, str]] = []
        self._numbers: list[tuple[float, float, float]] = []
        self._ends: tuple[list[list[int]], list[list[int]]] = [], []
        self._series: list[Complexes] = []
        self._charging: list[Complexes] = []
        self._grounded: list[tuple[list[int], complex]] = []

    def add(
        self,
        name: str,
        buses: tuple[str, str],
        phases: str,
        series: NDArray[Any],
        *,
        rating_pu: float,
        ratio: float = 1.0,
        charging: NDArray[Any] | None = None,
        connections: tuple[Connection, Connection] | None = None,
    ) -> None:
        """Add an element between two buses: series and half the charging (n, n), in the order of its phases.

        A unit of a transformer or regulator states its connections; its impedance stands at the sending side of its tap.
        """
        self._names += [(name, phase) for phase in phases]
        self._numbers += [(ratio, rating_pu, connections is not None)] * len(phases)
        for ends, bus, connection in zip(self._ends, buses, connections or ("wye", "wye"), strict=True):
            ends += [self._nodes(bus, terminal) for terminal in _windings(phases, connection)]
        self._series.append(series.astype(np.complex128))
        self._charging.append(np.zeros_like(self._series[-1]) if charging is None else charging.astype(np.complex128))

    def ground(self, terminal: Terminal, admittance: complex) -> None:
        """Put an admittance (pu) across a terminal."""
        self._grounded.append((self._nodes(terminal.bus, terminal.phases), admittance))

    def _nodes(self, bus: str, phases: str) -> list[int]:
        return [self._index[bus, phase] for phase in phases]

    def windings(self) -> Windings:
        """Return the windings."""
        ratio, rating_pu, unit = np.array(self._numbers).T
        sending, receiving = (incidence(ends, len(self._index)) for ends in self._ends)
        series, charging = (sparse.block_diag(blocks, format="csr") for blocks in (self._series, self._charging))
        return Windings(tuple(self._names), ratio, rating_pu, unit > 0.0, sending, receiving, series, charging)

    def shunts(self) -> Matrix:
        """Return the nodal admittance matrix of all that stands between terminals and ground."""
        rows = incidence([nodes for nodes, _ in self._grounded], len(self._index))
        return rows.T @ sparse.diags_array(np.array([y for _, y in self._grounded], dtype=np.complex128)) @ rows


def _windings(phases: str, connection: Connection) -> list[str]:
    """The terminals of the windings; a delta winding ends at the phase before, so that a wye behind it lags 30 degrees."""
    return list(phases) if connection == "wye" else [phases[k] + phases[k - 1] for k in range(len(phases))]
