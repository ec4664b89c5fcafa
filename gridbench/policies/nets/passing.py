"""Message passing: every node takes in what its neighbours hold."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gridbench.errors import InvalidInput
from gridbench.policies.nets.activation import ACTIVATIONS
from gridbench.policies.nets.perceptron import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.networks.feeder import Feeder
    from gridbench.policies.nets.activation import ActivationName

Weights = NDArray[np.float32]
Edges = tuple[tuple[int, int], ...]
Aggregation = Literal["mean", "gcn"]


class Passing:
    """Layers `<prefix><i>.weight`, `.bias`, of the mean also `.self_weight`, over the numbers of the nodes."""

    def __init__(
        self,
        arrays: Mapping[str, Weights],
        prefix: str,
        sizes: Sequence[int],
        activation: ActivationName,
        *,
        norm: bool,
    ) -> None:
        """Take the arrays of the layers."""
        self._activate = ACTIVATIONS[activation]
        names = [f"{prefix}{i}." for i in range(len(sizes) - 1)]
        self._layers = [(arrays[f"{one}weight"].T, arrays[f"{one}bias"]) for one in names]
        own = [arrays.get(f"{one}self_weight") for one in names]
        self._own = [None if one is None else one.T for one in own]
        self._norms = [(arrays[f"{one}norm.weight"], arrays[f"{one}norm.bias"]) if norm else None for one in names]

    def __call__(self, x: Weights, spread: Weights) -> Weights:
        """Return what the nodes hold (batch, nodes, last size) of their numbers (batch, nodes, first size).

        `spread` (nodes, nodes) weighs neighbours; the activation stands after every layer.
        """
        for (weight, bias), own, norm in zip(self._layers, self._own, self._norms, strict=True):
            passed = np.matmul(np.matmul(spread, x), weight) + bias
            held = passed if own is None else passed + np.matmul(x, own)
            x = self._activate(held if norm is None else normalised(held, *norm))
        return x


def spread_of(nodes: int, edges: Edges, aggregation: Aggregation) -> Weights:
    """Return the weights of neighbours (nodes, nodes): their mean, or the normalised adjacency of Kipf and Welling 2017."""
    joined = np.zeros((nodes, nodes))
    for a, b in edges:
        joined[a, b] = joined[b, a] = 1.0
    if aggregation == "gcn":
        joined += np.eye(nodes)
        root = np.sqrt(joined.sum(axis=1))
        return np.asarray(joined / root[:, None] / root, dtype=np.float32)
    return np.asarray(joined / np.maximum(joined.sum(axis=1, keepdims=True), 1.0), dtype=np.float32)


def feeder_edges(feeder: Feeder, buses: Sequence[str]) -> Edges:
    """Return the pairs of nodes, buses by name, where one is the nearest of them on the other's way to the root.

    Raises UnknownName for a bus that the feeder does not have, InvalidInput where two names are one bus.
    """
    at = [feeder.bus_index(name) for name in buses]
    place = {bus: node for node, bus in enumerate(at)}
    if len(place) < len(at):
        fault = "two of the names are one bus, which a closed switch made of them: name it once"
        raise InvalidInput(f"buses of {feeder.name}", [fault])
    above = {feeder.bus_index(branch.to_bus): feeder.bus_index(branch.from_bus) for branch in feeder.branches}
    edges = []
    for bus, node in place.items():
        higher = above.get(bus)
        while higher is not None and higher not in place:
            higher = above.get(higher)
        if higher is not None:
            edges.append((place[higher], node))
    return tuple(edges)


def shapes(prefix: str, sizes: Sequence[int], aggregation: Aggregation, *, norm: bool) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of the layers."""
    found: dict[str, tuple[int, ...]] = {}
    for i, (inputs, outputs) in enumerate(pairwise(sizes)):
        one = f"{prefix}{i}."
        found |= {f"{one}weight": (outputs, inputs), f"{one}bias": (outputs,)}
        if aggregation == "mean":
            found[f"{one}self_weight"] = (outputs, inputs)
        if norm:
            found[f"{one}norm.weight"] = found[f"{one}norm.bias"] = (outputs,)
    return found
