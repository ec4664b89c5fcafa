"""A module of a page as something that runs: what an agent reads goes in, its actions come out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridbench.policies.nets import cells, passing, perceptron
from gridbench.policies.nets.cells import Cells, State
from gridbench.policies.nets.page import Dense, Graph, Module, Recurrent
from gridbench.policies.nets.passing import Passing
from gridbench.policies.nets.perceptron import Perceptron

if TYPE_CHECKING:
    from collections.abc import Mapping

Weights = NDArray[np.float32]


class Input(NamedTuple):
    """What an agent hands to its module: numbers (batch, 1, inputs) and, for a graph, those of its nodes (batch, nodes, width).

    `spread` (nodes, nodes) weighs the neighbours.
    """

    read: Weights
    nodes: Weights | None = None
    spread: Weights | None = None


class Net(ABC):
    """A module with its weights; `stateless` where a step knows nothing of the steps before it."""

    stateless = True

    def __init__(self, name: str, module: Module, arrays: Mapping[str, Weights]) -> None:
        """Take what modules of every kind have."""
        self._output = module.output
        self._moments = [(arrays[f"{name}.mean"], arrays[f"{name}.std"])] if module.normalise else []

    def begin(self, batch: int) -> State:  # noqa: ARG002
        """Return the state at the start of a day."""
        return ()

    @abstractmethod
    def __call__(self, seen: Input, state: State) -> tuple[Weights, State]:
        """Return the outputs of the last layer (batch, 1, outputs) and the state after the step."""

    def act(self, seen: Input, state: State) -> tuple[Weights, State]:
        """Return the actions (batch, entries) in [-1, 1] and the state after the step."""
        outputs, after = self(seen, state)
        last = outputs[:, 0, :]
        if self._output == "tanh":
            return np.tanh(last), after
        mean = last[:, : last.shape[1] // 2] if self._output == "gaussian_mean" else last
        return np.clip(mean, np.float32(-1.0), np.float32(1.0)), after

    def _scaled(self, x: Weights) -> Weights:
        for mean, std in self._moments:
            x = (x - mean) / std
        return x


class DenseNet(Net):
    """A perceptron."""

    def __init__(self, name: str, module: Dense, arrays: Mapping[str, Weights]) -> None:
        """Take the arrays `<name>.<i>.*`."""
        super().__init__(name, module, arrays)
        self._layers = Perceptron(arrays, f"{name}.", module.sizes, module.activation, norm=module.layer_norm)

    def __call__(self, seen: Input, state: State) -> tuple[Weights, State]:
        """Return the outputs."""
        return self._layers(self._scaled(seen.read)), state


class RecurrentNet(Net):
    """A perceptron, cells, and a perceptron."""

    stateless = False

    def __init__(self, name: str, module: Recurrent, arrays: Mapping[str, Weights]) -> None:
        """Take the arrays `<name>.<i>.*`, `<name>.cell.<k>.*` and `<name>.readout.<i>.*`."""
        super().__init__(name, module, arrays)
        activation, norm = module.activation, module.layer_norm
        self._before = Perceptron(arrays, f"{name}.", module.sizes, activation, norm=norm, open_end=False)
        self._cells = Cells(arrays, f"{name}.cell.", module.cell, module.hidden)
        self._readout = Perceptron(arrays, f"{name}.readout.", module.readout, activation, norm=norm)

    def begin(self, batch: int) -> State:
        """Return the state at the start of a day: zeros."""
        return self._cells.begin(batch)

    def __call__(self, seen: Input, state: State) -> tuple[Weights, State]:
        """Return the outputs, and the state of the cells."""
        held, after = self._cells(self._before(self._scaled(seen.read)), state)
        return self._readout(held), after


class GraphNet(Net):
    """Message passing over nodes, and a perceptron over all of them; `normalise` is of the numbers of a node."""

    def __init__(self, name: str, module: Graph, arrays: Mapping[str, Weights]) -> None:
        """Take the arrays `<name>.<i>.*` and `<name>.readout.<i>.*`."""
        super().__init__(name, module, arrays)
        activation, norm = module.activation, module.layer_norm
        self._passing = Passing(arrays, f"{name}.", module.sizes, activation, norm=norm)
        self._readout = Perceptron(arrays, f"{name}.readout.", module.readout, activation, norm=norm)
        self._flat = module.pool == "flat"

    def __call__(self, seen: Input, state: State) -> tuple[Weights, State]:
        """Return the outputs."""
        assert seen.nodes is not None and seen.spread is not None  # noqa: S101, PT018 - the page has been checked
        held = self._passing(self._scaled(seen.nodes), seen.spread)
        pooled = held.reshape(len(held), 1, -1) if self._flat else held.mean(axis=1, keepdims=True)
        return self._readout(np.concatenate([pooled, seen.read], axis=-1)), state


def made(name: str, module: Module, arrays: Mapping[str, Weights]) -> Net:
    """Return a module of a page with its arrays, checked before."""
    if isinstance(module, Dense):
        return DenseNet(name, module, arrays)
    if isinstance(module, Recurrent):
        return RecurrentNet(name, module, arrays)
    return GraphNet(name, module, arrays)


def shapes(name: str, module: Module) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array that a module needs, by name."""
    norm, moments = module.layer_norm, module.sizes[0]
    found: dict[str, tuple[int, ...]] = {f"{name}.mean": (moments,), f"{name}.std": (moments,)} if module.normalise else {}
    if isinstance(module, Dense):
        return found | perceptron.shapes(f"{name}.", module.sizes, norm=norm)
    readout = perceptron.shapes(f"{name}.readout.", module.readout, norm=norm)
    if isinstance(module, Recurrent):
        before = perceptron.shapes(f"{name}.", module.sizes, norm=norm, open_end=False)
        return found | before | cells.shapes(f"{name}.cell.", module.cell, module.sizes[-1], module.hidden) | readout
    return found | passing.shapes(f"{name}.", module.sizes, module.aggregation, norm=norm) | readout
