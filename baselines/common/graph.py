"""Graph actors: message passing over the devices and buses that an agent sees, as gridbench runs them in NumPy."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from common.nets import Actor, linear, linears, perceptron
from torch import nn

from gridbench.errors import InvalidInput
from gridbench.policies.nets.passing import spread_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.subjects import Subjects


class GraphActor(Actor):
    """Layers of the widths `passes` over the nodes of a graph, and a tanh network over all nodes and what is of no node.

    Agents that share it are told apart by the one-hot behind their observation, and each has its own places and neighbours.
    """

    def __init__(
        self, members: Sequence[Subjects], known: Sequence[Sequence[str]], outputs: int, hidden: tuple[int, ...],
        passes: tuple[int, ...],
    ) -> None:  # fmt: skip
        """Take the graphs of the agents and the names of their fields, in the order of the one-hot. Raises InvalidInput."""
        super().__init__()
        self.members = tuple(members)
        if len({one.shape for one in members}) > 1:
            raise InvalidInput("actor=graph", ["agents that share an actor see graphs of different sizes: give actor=dense"])
        (self.nodes, width, reads), self.mark = members[0].shape, len(members) if len(members) > 1 else 0
        self.sizes = (width, *passes)
        at = [{name: i for i, name in enumerate(names)} | {None: len(names)} for names in known]
        places = [[place[name] for node in one.fields for name in node] for one, place in zip(members, at, strict=True)]
        self.register_buffer("_places", torch.tensor(places), persistent=False)
        apart = [[place[name] for name in one.reads] for one, place in zip(members, at, strict=True)]
        self.register_buffer("_reads", torch.tensor(apart, dtype=torch.int64).reshape(len(members), reads), persistent=False)
        spreads = [torch.from_numpy(spread_of(self.nodes, one.edges, "mean")) for one in members]
        self.register_buffer("_spread", torch.stack(spreads), persistent=False)
        self.passed = nn.ModuleList(linear(*one, 1.0) for one in pairwise(self.sizes))
        self.own = nn.ModuleList(linear(*one, 1.0, bias=False) for one in pairwise(self.sizes))
        self.readout = perceptron(self.nodes * passes[-1] + reads + self.mark, outputs, hidden, 0.01)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return the mean actions (..., entries) of observations with their one-hot behind them (..., numbers)."""
        fields, mark = seen[..., : seen.shape[-1] - self.mark], seen[..., seen.shape[-1] - self.mark :]
        which = mark.argmax(-1) if self.mark else torch.zeros(seen.shape[:-1], dtype=torch.int64, device=seen.device)
        padded = torch.cat([fields, torch.zeros_like(fields[..., :1])], dim=-1)  # a number that a node lacks is 0
        x = padded.gather(-1, self._places[which]).unflatten(-1, (self.nodes, self.sizes[0]))
        spread = self._spread[which]
        for passed, own in zip(self.passed, self.own, strict=True):
            x = torch.tanh(passed(spread @ x) + own(x))
        return self.readout(torch.cat([x.flatten(-2), fields.gather(-1, self._reads[which]), mark], dim=-1))

    def page(self) -> dict[str, Any]:
        """Return the module of a policy page."""
        layers = linears(self.readout)
        readout = [layers[0].in_features, *(layer.out_features for layer in layers)]
        return {"kind": "graph", "nodes": self.nodes, "sizes": list(self.sizes), "readout": readout}

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the weights under the names of the page."""
        passed, layers = enumerate(self.passed), enumerate(linears(self.readout))
        found: dict[str, torch.Tensor] = {f"{i}.{what}": one for i, layer in passed for what, one in layer.named_parameters()}
        found |= {f"{i}.self_weight": layer.weight for i, layer in enumerate(self.own)}
        return found | {f"readout.{i}.{what}": one for i, layer in layers for what, one in layer.named_parameters()}

    def read(self, index: int) -> dict[str, Any]:
        """Return what an agent reads beside the nodes, and its graph."""
        return {"reads": list(self.members[index].reads), "nodes": self.members[index].page()}
