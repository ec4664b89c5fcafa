"""ConsensusProtocol: members average a number over a graph until they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.agents.hooks import writes
from gridbench.heron.errors import refuse
from gridbench.heron.messaging.kind import AGREEMENT, ESTIMATE, Kind
from gridbench.heron.protocols.protocol import Group, Protocol, Reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array, Mask


class ConsensusProtocol(Protocol):
    """Horizontal: Metropolis averaging of the members' `estimate`; without edges, everyone is everyone's neighbour."""

    def __init__(
        self, edges: Sequence[tuple[str, str]] | None = None, tolerance: float = 1e-6, iterations: int = 1000
    ) -> None:
        """Hold the graph (pairs of members), the spread that ends it (in the number's unit) and the most iterations."""
        faults = [] if tolerance > 0 else [f"tolerance: {tolerance} is not above 0"]
        refuse(self.name, faults + ([] if iterations >= 1 else [f"iterations: {iterations} is below 1"]))
        self.edges = None if edges is None else tuple(edges)
        self.tolerance, self.iterations = tolerance, iterations

    def pairs(self, names: Sequence[str]) -> list[tuple[int, int]]:
        """Return the edges as positions among the names."""
        if self.edges is None:
            return [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
        return [(names.index(a), names.index(b)) for a, b in self.edges]

    def speakers(self, group: Group) -> list[str]:
        """Return the members that bring an estimate."""
        return [name for name, member in group.members.items() if writes(member, "estimate")]

    def faults(self, group: Group) -> list[str]:
        """Return a fault for edges to strangers or to oneself, a graph in pieces, too few speakers, policies never asked."""
        names, head = self.speakers(group), group.head.name
        if len(names) < 2:
            who = ", ".join(group.members)
            return [f"agent {head}: protocol: {self.name} needs two members that write estimate, among {who}"]
        edges = self.edges or ()
        strangers = sorted({name for edge in edges for name in edge} - set(names))
        faults = [f"agent {name}: estimate: an edge of {self.name} of {head}, but no member that writes it" for name in strangers]
        faults += [f"agent {a}: protocol: an edge of {self.name} from {a} to itself" for a, b in edges if a == b]
        if not faults and not _joined(len(names), self.pairs(names)):
            faults = [f"agent {head}: protocol: the graph of {self.name} is in pieces"]
        return faults + self.deaf(group)

    def up(self, group: Group, member: str) -> Kind | None:
        """Return the kind of an estimate."""
        return ESTIMATE if writes(group.members[member], "estimate") else None

    def down(self, group: Group, member: str) -> Kind | None:
        """Return the kind of an agreement."""
        return AGREEMENT if writes(group.members[member], "estimate") else None

    def report(self, group: Group, member: str, observation: Observation) -> Array:
        """Return the member's estimate."""
        return group.members[member].estimate(observation)[:, None]

    def announce(self, group: Group, head: Array, reports: Reports) -> dict[str, Array]:  # noqa: ARG002
        """Return each speaker's value, the spread that is left and the iterations; the unheard are left out."""
        names = self.speakers(group)
        values = np.stack([reports[name][0][:, 0] for name in names], axis=1)
        heard = np.stack([reports[name][1] for name in names], axis=1)
        agreed, spread, count = average(values, heard, self.pairs(names), self.tolerance, self.iterations)
        return {name: np.stack([agreed[:, i], spread, count], axis=1) for i, name in enumerate(names)}

    def directs(self, group: Group, member: str) -> bool:
        """Return whether the member speaks and answers the agreement by a rule."""
        agent = group.members[member]
        return len(group.specs[member]) > 0 and writes(agent, "estimate") and writes(agent, "answer_agreement")

    def answer(self, group: Group, member: str, payload: Array, observation: Observation) -> Array:
        """Return the member's answer to the agreement."""
        return group.members[member].answer_agreement(payload[:, 0], observation)


def average(
    values: Array, heard: Mask, pairs: Sequence[tuple[int, int]], tolerance: float, iterations: int
) -> tuple[Array, Array, Array]:
    """Return values averaged over a graph, the spread left and the iterations taken, each environment for itself."""
    degree = np.zeros(values.shape)
    for i, j in pairs:
        both = heard[:, i] & heard[:, j]
        degree[:, i] += both
        degree[:, j] += both
    x, count, spread = values.copy(), np.zeros(len(values)), _spread(values, heard)
    for _ in range(iterations):
        going = spread > tolerance
        if not going.any():
            break
        flow = np.zeros_like(x)
        for i, j in pairs:
            weight = (heard[:, i] & heard[:, j]) / (1.0 + np.maximum(degree[:, i], degree[:, j]))
            step = weight * (x[:, j] - x[:, i])
            flow[:, i] += step
            flow[:, j] -= step
        x = np.where(going[:, None], x + flow, x)
        count, spread = count + going, _spread(x, heard)
    return x, spread, count


def _spread(values: Array, heard: Mask) -> Array:
    high = np.where(heard, values, -np.inf).max(axis=1)
    low = np.where(heard, values, np.inf).min(axis=1)
    return np.where(heard.any(axis=1), high - low, 0.0)


def _joined(count: int, pairs: Sequence[tuple[int, int]]) -> bool:
    reached, before = {0}, 0
    while len(reached) != before:
        before = len(reached)
        reached |= {b for a, b in pairs if a in reached} | {a for a, b in pairs if b in reached}
    return len(reached) == count
