"""What an agent hands to its module: the numbers it reads, and those of the nodes of its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.policies.nets.net import Input
from gridbench.policies.nets.page import Graph
from gridbench.policies.nets.passing import feeder_edges, spread_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.networks.feeder import Feeder
    from gridbench.policies.nets.page import Agent, Module, Nodes

Weights = NDArray[np.float32]


class Reader:
    """Takes out of an agent's observation what its module is given."""

    def __init__(self, part: Agent, module: Module, known: Sequence[str], feeder: Feeder) -> None:
        """Find the fields by name among those the agent sees; all of them are read where none are named.

        Raises UnknownName, InvalidInput where the buses of a graph are not those of the feeder.
        """
        place = {name: i for i, name in enumerate(known)}
        self._reads = np.array([place[name] for name in (known if part.reads is None else part.reads)], dtype=np.intp)
        size = part.one_hot.size if part.one_hot else 0
        self._mark = np.zeros(size, dtype=np.float32)
        if part.one_hot is not None:
            self._mark[part.one_hot.index] = 1.0
        self._nodes: NDArray[np.intp] | None = None
        if part.nodes is not None and isinstance(module, Graph):
            self._nodes = _node_places(part.nodes, place)
            edges = part.nodes.edges
            pairs = feeder_edges(feeder, part.nodes.names or ()) if edges == "feeder" else edges
            self._spread = spread_of(module.nodes, pairs, module.aggregation)

    def read(self, observed: NDArray[np.float32]) -> Input:
        """Return the input of the module for observations (batch, fields)."""
        seen = np.asarray(observed, dtype=np.float32)
        batch, count = len(seen), len(self._reads)
        read = np.empty((batch, 1, count + self._mark.size), dtype=np.float32)
        read[:, 0, :count], read[:, 0, count:] = seen[:, self._reads], self._mark
        if self._nodes is None:
            return Input(read)
        padded = np.zeros((batch, seen.shape[1] + 1), dtype=np.float32)
        padded[:, :-1] = seen
        return Input(read, np.ascontiguousarray(padded[:, self._nodes]), self._spread)


def _node_places(nodes: Nodes, place: dict[str, int]) -> NDArray[np.intp]:
    """Return where the numbers of the nodes stand (nodes, width); one that is missing stands behind all fields."""
    behind = len(place)
    return np.array([[behind if name is None else place[name] for name in node] for node in nodes.fields], dtype=np.intp)
