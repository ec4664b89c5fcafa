"""The page of a network: its modules by kind, which of them acts for an agent, and what the agent hands to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from gridbench.policies.nets.activation import ActivationName  # noqa: TC001 - pydantic reads it

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=1, le=4096)]
Place = Annotated[int, Field(ge=0)]
Sizes = Annotated[tuple[Size, ...], Field(min_length=1, max_length=16)]
Layers = Annotated[tuple[Size, ...], Field(min_length=2, max_length=16)]
MOST_NODES, MOST_EDGES = 1024, 16384


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Module(_Strict):
    """What modules of every kind state.

    `activation` stands after every layer but the last one; `layer_norm` normalises before it (Ba, Kiros and Hinton 2016);
    `normalise` subtracts a stored mean of the input and divides by a stored deviation. `output` makes actions of the last
    layer: clipped to [-1, 1], its tanh, or of the mean and log deviation of a Gaussian the mean, clipped.
    """

    activation: ActivationName = "tanh"
    layer_norm: bool = False
    normalise: bool = False
    output: Literal["clip", "tanh", "gaussian_mean"] = "clip"

    def actions_of(self, outputs: int) -> float:
        """Return how many numbers of an action the outputs of the last layer make; of an odd count no whole number."""
        return outputs / 2 if self.output == "gaussian_mean" else outputs


class Dense(_Module):
    """A multilayer perceptron by its layer sizes, input first."""

    kind: Literal["dense"] = "dense"
    sizes: Layers

    @property
    def inputs(self) -> int:
        """How many numbers it takes."""
        return self.sizes[0]

    @property
    def actions(self) -> float:
        """How many numbers of an action it gives."""
        return self.actions_of(self.sizes[-1])


class Recurrent(_Module):
    """A perceptron `sizes` (input first; one size alone is no layer), cells one upon the other, and a perceptron `readout`.

    `hidden` are the widths of the cells: gated recurrent units (Cho et al. 2014) or long short-term memory (Hochreiter and
    Schmidhuber 1997), with the gates in the order of torch.
    """

    kind: Literal["recurrent"]
    cell: Literal["gru", "lstm"]
    sizes: Sizes
    hidden: Annotated[tuple[Size, ...], Field(min_length=1, max_length=4)]
    readout: Layers

    @property
    def inputs(self) -> int:
        """How many numbers it takes."""
        return self.sizes[0]

    @property
    def actions(self) -> float:
        """How many numbers of an action it gives."""
        return self.actions_of(self.readout[-1])

    def faults(self) -> list[str]:
        """Return what is contradictory in the sizes."""
        last = self.hidden[-1]
        return [] if self.readout[0] == last else [f"readout: takes {self.readout[0]} numbers, the last cell gives {last}"]


class Graph(_Module):
    """Layers of message passing over `nodes`, `sizes` being the numbers of a node, and a perceptron `readout`.

    `aggregation` mean adds a node's own numbers and the mean of its neighbours', each with weights (GraphSAGE, Hamilton et
    al. 2017); gcn is the symmetric normalisation of Kipf and Welling 2017, the node itself among its neighbours. The readout
    takes the nodes (`pool` flat: one after the other; mean: their mean), then what the agent reads beside them.
    """

    kind: Literal["graph"]
    nodes: Annotated[int, Field(ge=1, le=MOST_NODES)]
    sizes: Layers
    aggregation: Literal["mean", "gcn"] = "mean"
    pool: Literal["flat", "mean"] = "flat"
    readout: Layers

    @property
    def pooled(self) -> int:
        """How many numbers of the nodes the readout takes."""
        return self.sizes[-1] * (self.nodes if self.pool == "flat" else 1)

    @property
    def inputs(self) -> int:
        """How many numbers it takes beside those of the nodes."""
        return self.readout[0] - self.pooled

    @property
    def actions(self) -> float:
        """How many numbers of an action it gives."""
        return self.actions_of(self.readout[-1])

    def faults(self) -> list[str]:
        """Return what is contradictory in the sizes."""
        if self.inputs >= 0:
            return []
        return [f"readout: takes {self.readout[0]} numbers, less than the {self.pooled} of the nodes"]


def _kind(module: Any) -> Any:  # noqa: ANN401 - whatever a page states
    return module.get("kind", "dense") if isinstance(module, dict) else getattr(module, "kind", None)


Module = Annotated[
    Annotated[Dense, Tag("dense")] | Annotated[Recurrent, Tag("recurrent")] | Annotated[Graph, Tag("graph")],
    Discriminator(_kind, custom_error_type="kind", custom_error_message="kind must be dense, recurrent or graph"),
]
"""A module of any kind; one that states no kind is dense."""


class OneHot(_Strict):
    """Which of the agents that share a module this one is."""

    index: Place
    size: Size


class Nodes(_Strict):
    """The graph of an agent: by node the observation fields that are its numbers, null for 0, and which nodes are joined.

    `edges` are pairs of indices, each once, or "feeder": the nodes are then buses by `names`, and each is joined to the
    nearest node on its way to the root.
    """

    fields: Annotated[tuple[tuple[str | None, ...], ...], Field(min_length=1, max_length=MOST_NODES)]
    edges: Annotated[tuple[tuple[Place, Place], ...], Field(max_length=MOST_EDGES)] | Literal["feeder"]
    names: tuple[str, ...] | None = None

    @property
    def read(self) -> tuple[str, ...]:
        """The names of the observation fields, node after node."""
        return tuple(name for node in self.fields for name in node if name is not None)

    def faults(self, module: Graph) -> list[str]:
        """Return what is contradictory, or does not fit the module."""
        count, width = len(self.fields), module.sizes[0]
        found = [] if count == module.nodes else [f"fields: {count} nodes, the module has {module.nodes}"]
        wrong = [(i, len(node)) for i, node in enumerate(self.fields) if len(node) != width]
        found += [f"fields.{i}: {size} numbers, the module takes {width}" for i, size in wrong]
        if self.edges == "feeder":
            named = 0 if self.names is None else len(set(self.names))
            return found if named == count else [*found, f"names: {named} buses for {count} nodes: name each, once"]
        seen: set[tuple[int, int]] = set()
        for i, (a, b) in enumerate(self.edges):
            pair = (min(a, b), max(a, b))
            if a == b or pair in seen or pair[1] >= count:
                found.append(f"edges.{i}: {a}, {b} must be two nodes below {count}, not joined before")
            seen.add(pair)
        return found


class Agent(_Strict):
    """Which module acts for an agent, and the digest of the observation fields it was trained on.

    `reads` names those fields where the module reads a part of the observation alone; beside `nodes` it may be empty.
    """

    module: str
    one_hot: OneHot | None = None
    fields: Digest
    reads: tuple[str, ...] | None = None
    nodes: Nodes | None = None

    def faults(self, module: Module) -> list[str]:
        """Return what is contradictory, or does not fit the module."""
        mark, found = self.one_hot, []
        if mark is not None and mark.index >= mark.size:
            found.append(f"one_hot: index {mark.index} is not below size {mark.size}")
        if self.reads == () and self.nodes is None:
            found.append("reads: names no field; name some, or leave it out for all")
        if isinstance(module, Graph) != (self.nodes is not None):
            need = "needs the nodes of a graph" if self.nodes is None else "is no graph: leave the nodes out"
            found.append(f"nodes: module {self.module!r} {need}")
        elif self.nodes is not None and isinstance(module, Graph):
            found += [f"nodes.{fault}" for fault in self.nodes.faults(module)]
        return found


class Central(_Strict):
    """The module that acts for all `agents`: it takes their observations, and gives their actions, in this order.

    `fields` is the digest of the observation fields it was trained on.
    """

    module: str
    agents: Annotated[tuple[str, ...], Field(min_length=1)]
    fields: Digest

    def faults(self, modules: dict[str, Module]) -> list[str]:
        """Return what is contradictory, or does not fit the module."""
        twice = sorted({one for one in self.agents if self.agents.count(one) > 1})
        found = [f"agents: {one} is named more than once" for one in twice]
        if self.module not in modules:
            return [*found, f"module: there is no module {self.module!r}"]
        if isinstance(modules[self.module], Graph):
            found.append(f"module: {self.module!r} is a graph, whose nodes are of one agent: give another kind")
        return found


class Training(_Strict):
    """What the network was trained on, and how long (seconds)."""

    environment_steps: Place
    seconds: Annotated[float, Field(ge=0)]
    device: str
    seeds: tuple[int, ...]
    scenarios: tuple[str, ...]


class Spec(_Strict):
    """The page: names, modules, agents or what acts for all, the digest of the weights, and how they were trained."""

    format: Literal["gridbench-policy/1"] = "gridbench-policy/1"
    name: Annotated[str, Field(min_length=1)]
    version: str
    information: Literal["local", "shared", "full", "forecast"]
    modules: dict[str, Module]
    agents: dict[str, Agent] = {}
    central: Central | None = None
    sha256: Digest
    training: Training | None = None
    facts: dict[str, str | int | float | bool] = {}

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        found = [
            f"modules.{name}.{fault}"
            for name, module in self.modules.items()
            if not isinstance(module, Dense)
            for fault in module.faults()
        ]
        if self.central is not None:
            found += [f"central.{fault}" for fault in self.central.faults(self.modules)]
            found += ["agents: central acts for all of them: leave them out"] if self.agents else []
            if self.information not in {"full", "forecast"}:
                found.append(f"information: central sees what all agents see, which is full, not {self.information}")
        elif not self.agents:
            found.append("agents: missing; name each with its module, or give central, which acts for all")
        for name, agent in self.agents.items():
            if agent.module not in self.modules:
                found.append(f"agents.{name}.module: there is no module {agent.module!r}")
            else:
                found += [f"agents.{name}.{fault}" for fault in agent.faults(self.modules[agent.module])]
        return found
