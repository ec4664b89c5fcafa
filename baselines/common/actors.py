"""The actors by kind: how one is made, and how it takes a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.graph import GraphActor
from common.nets import perceptron
from common.recurrent import CELLS, RecurrentActor, State
from common.subjects import subjects_of

from gridbench.errors import InvalidInput, UnknownName

if TYPE_CHECKING:
    import torch
    from common.nets import Groups
    from torch import nn

    from gridbench.envs.acting import Acting
    from gridbench.scenario.scenario import Scenario

KINDS = ("dense", "recurrent", "graph")


def make_actor(
    kind: str, module: str, acting: Acting, groups: Groups, recipe: dict[str, Any], scenario: Scenario | None
) -> nn.Module:
    """Return the untrained actor of agents that share a module; a graph needs the scenario. Raises UnknownName, InvalidInput."""
    members = sorted((index, agent) for agent, (name, index, _) in groups.items() if name == module)
    (_, first), hidden = members[0], tuple(recipe["hidden"])
    inputs, outputs = acting.sizes[first] + groups[first][2], len(acting.asks[first])
    if kind not in KINDS:
        raise UnknownName("actor", kind, KINDS)
    if kind == "recurrent":
        if recipe["cell"] not in CELLS:
            raise UnknownName("cell", recipe["cell"], CELLS)
        return RecurrentActor(inputs, outputs, hidden, recipe["cell"])
    if kind == "graph":
        if scenario is None:
            raise InvalidInput("actor=graph", ["needs the scenario, whose feeder it follows"])
        graphs = [subjects_of(scenario, acting, agent) for _, agent in members]
        known = [[field.name for field in acting.fields(agent)] for _, agent in members]
        return GraphActor(graphs, known, outputs, hidden, tuple(recipe["passes"]))
    return perceptron(inputs, outputs, hidden, 0.01)


def remembers(actor: nn.Module) -> bool:
    """Return whether an actor's step depends on the steps before it: it then learns from whole days."""
    return isinstance(actor, RecurrentActor)


def stepped(actor: nn.Module, seen: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
    """Return the mean actions (..., entries) of one step (..., numbers), and what is carried to the next; None begins a day."""
    return actor.step(seen, state) if isinstance(actor, RecurrentActor) else (actor(seen), None)
