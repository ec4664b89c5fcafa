"""An unbalanced network as data: nodes, series elements as windings, shunts, and its nodal admittance matrix.

A node is a phase of a bus. A winding is a row of the series elements: a phase conductor of a line, or one unit of a transformer
or regulator, with an ideal transformer of some ratio at its sending end (as `physics.branch_flow` has it). With the incidences
F and T of the sending and receiving ends, D = diag(ratio) F - T (`physics.unbalanced.drop`) and block-diagonal series
admittances Y and halves of the charging B,

    Ybus = D' Y D + (diag(ratio) F)' B (diag(ratio) F) + T' B T + shunts,

with ' the transpose. `gridbench.networks.phases.three_phase` builds one from a feeder.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy import sparse

from gridbench.errors import UnknownName
from gridbench.networks.equivalent import SHUNT_SHARE
from gridbench.physics.unbalanced import DELTA, drop, referred

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gridbench.physics.unbalanced import Complexes, Floats

Matrix: TypeAlias = Any
"""A SciPy sparse array."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where power enters or leaves: a phase of a bus to ground ("A"), or between two of its phases ("AB")."""

    bus: str
    phases: str


@dataclass(frozen=True, slots=True)
class PhaseLoad:
    """A published load of one terminal at nominal voltage (MW, Mvar of the terminal), of model P, I or Z."""

    terminal: Terminal
    model: str
    p_mw: float
    q_mvar: float
    nominal_pu: float
    """Its nominal voltage, per unit of the base voltage."""

    @property
    def shunt_mva(self) -> complex:
        """The part of it that the balanced equivalent states as a shunt."""
        return SHUNT_SHARE[self.model] * complex(self.p_mw, self.q_mvar)


@dataclass(frozen=True)
class Windings:
    """The rows of the series elements; all arrays are (windings,) or sparse (windings, nodes) and (windings, windings).

    `names` are (branch, phase); `ratio` that of the ideal transformers where no one moves them; `rating_pu` the largest series
    current; `own_impedance` marks units whose impedance is stated at the sending side of their tap.
    """

    names: tuple[tuple[str, str], ...]
    ratio: Floats
    rating_pu: Floats
    own_impedance: NDArray[np.bool_]
    sending: Matrix
    receiving: Matrix
    series: Matrix
    charging: Matrix

    def of(self, branch: str) -> list[int]:
        """Return the rows of a branch; raises UnknownName."""
        rows = [row for row, (name, _) in enumerate(self.names) if name == branch]
        if not rows:
            raise UnknownName("branch", branch, {name for name, _ in self.names})
        return rows

    def scale(self, ratio: Floats) -> Floats:
        """Return the factor (windings,) of each series admittance at the ratios."""
        return np.where(self.own_impedance, referred(ratio), 1.0)


@dataclass(frozen=True)
class ThreePhase:
    """An unbalanced network; per unit on a third of base_mva and the phase voltages of its buses.

    nodes (bus, phase), those of the slack first, held at slack_voltage (3,); `shunts` sparse (nodes, nodes); `loads` those
    published; `aliases` the names of buses that a closed switch fused into another, with that one.
    """

    name: str
    base_mva: float
    nodes: tuple[tuple[str, str], ...]
    slack_voltage: Complexes
    windings: Windings
    shunts: Matrix
    loads: tuple[PhaseLoad, ...]
    aliases: Mapping[str, str]

    @property
    def phase_mva(self) -> float:
        """The base power of a phase."""
        return self.base_mva / 3.0

    @cached_property
    def _indices(self) -> dict[tuple[str, str], int]:
        return {node: index for index, node in enumerate(self.nodes)}

    @cached_property
    def _phases(self) -> dict[str, str]:
        phases: dict[str, str] = {}
        for bus, phase in self.nodes:
            phases[bus] = phases.get(bus, "") + phase
        return phases

    def phases(self, bus: str) -> str:
        """Return the phases of a bus, or of the bus that a fused one became; raises UnknownName."""
        name = self.aliases.get(bus, bus)
        if name not in self._phases:
            raise UnknownName(f"bus of {self.name}", bus, {*self._phases, *self.aliases})
        return self._phases[name]

    def node(self, bus: str, phase: str) -> int:
        """Return the index of a phase of a bus; raises UnknownName."""
        if phase not in self.phases(bus):
            raise UnknownName(f"phase of bus {bus!r}", phase, self.phases(bus))
        return self._indices[self.aliases.get(bus, bus), phase]

    def incidence(self, terminals: Sequence[Terminal]) -> Matrix:
        """Return the sparse (terminals, nodes) matrix that makes the terminals' voltages of those of the nodes."""
        return incidence([[self.node(one.bus, phase) for phase in one.phases] for one in terminals], len(self.nodes))

    def admittance(self, ratio: Floats) -> Matrix:
        """Return the nodal admittance matrix (nodes, nodes), sparse, at ratios (windings,)."""
        rows = self.windings
        behind = sparse.diags_array(ratio) @ rows.sending
        across = drop(1.0, behind, rows.receiving)
        series = sparse.diags_array(rows.scale(ratio)) @ rows.series
        ends = behind.T @ rows.charging @ behind + rows.receiving.T @ rows.charging @ rows.receiving
        return (across.T @ series @ across + ends + self.shunts).tocsc()

    def across(self, v: Complexes, ratio: Floats) -> tuple[Complexes, Complexes]:
        """Return the voltages across the series impedances and the currents in them, at their receiving side (batch, windings).

        v (batch, nodes), ratio (windings,).
        """
        rows, columns = self.windings, np.ascontiguousarray(v.T)
        across: Complexes = drop(ratio[:, None], rows.sending @ columns, rows.receiving @ columns)
        return across.T, rows.scale(ratio) * (rows.series @ across).T


def incidence(terminals: Sequence[Sequence[int]], nodes: int) -> Matrix:
    """Return the sparse (terminals, nodes) matrix of terminals that are one node to ground, or two nodes in delta."""
    triples = [(row, ends[0], 1.0 if len(ends) == 1 else DELTA) for row, ends in enumerate(terminals)]
    triples += [(row, ends[1], -DELTA) for row, ends in enumerate(terminals) if len(ends) == 2]
    row, column, value = zip(*triples, strict=True) if triples else ((), (), ())
    return sparse.csr_array((np.array(value, dtype=np.float64), (row, column)), shape=(len(terminals), nodes))
