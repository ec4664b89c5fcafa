"""The networks: who shares which actor, what an actor and a critic are, and how actors leave for NumPy."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from gridbench.envs.observation import Observer
from gridbench.plant.layout import layout
from gridbench.policies.network import Network, fields_digest
from gridbench.policies.network_file import write_network

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from gridbench.envs.acting import Acting
    from gridbench.scenario.scenario import Scenario

class Actor(nn.Module, ABC):
    """An actor that is no plain perceptron: what the policy page says of it."""

    @abstractmethod
    def page(self) -> dict[str, Any]:
        """Return its module."""

    @abstractmethod
    def weights(self) -> dict[str, torch.Tensor]:
        """Return its weights under the names of the page, that of the module left out."""

    def read(self, index: int) -> dict[str, Any]:  # noqa: ARG002
        """Return what its agent of this index reads and the nodes of its graph, where that is not the whole observation."""
        return {}


Groups = dict[str, tuple[str, int, int]]
"""Agent -> (module, index, size): its place among the agents that share the module; size 0 where it is alone."""


def groups_of(acting: Acting) -> Groups:
    """Return which agents share a module: those with equally sized observations and the same kinds of asks."""
    kinds: dict[tuple[Any, ...], list[str]] = {}
    for agent in acting.agents:
        asks = tuple(name.split(".")[-2:] for name in acting.asks[agent])
        kinds.setdefault((acting.sizes[agent], tuple(map(tuple, _bare(asks)))), []).append(agent)
    found: Groups = {}
    for members in kinds.values():
        module = members[0].rsplit("_", 1)[0]
        for index, agent in enumerate(members):
            found[agent] = (module, index, len(members) if len(members) > 1 else 0)
    return {agent: found[agent] for agent in acting.agents}


def _bare(asks: tuple[list[str], ...]) -> list[tuple[str, ...]]:
    """Leave out what tells one microgrid's devices from another's: the last words of `MG1.diesel.on` and of a shed load."""
    return [("load", ask[-1]) if ask[-1] == "shed_mw" else tuple(ask) for ask in asks]


def perceptron(inputs: int, outputs: int, hidden: tuple[int, ...], gain: float) -> nn.Sequential:
    """Return a tanh network with orthogonal weights and zero biases."""
    layers: list[nn.Module] = []
    size = inputs
    for width in hidden:
        layers += [linear(size, width, 2.0**0.5), nn.Tanh()]
        size = width
    return nn.Sequential(*layers, linear(size, outputs, gain))


def linear(inputs: int, outputs: int, gain: float, *, bias: bool = True) -> nn.Linear:
    """Return a layer with orthogonal weights and zero biases."""
    layer = nn.Linear(inputs, outputs, bias=bias)
    nn.init.orthogonal_(layer.weight, gain)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def linears(network: nn.Module) -> list[nn.Linear]:
    """Return the linear layers, input first."""
    return [layer for layer in network.children() if isinstance(layer, nn.Linear)]


def exported(
    actors: Mapping[str, nn.Module], groups: Groups, acting: Acting, part: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return modules and agents of the policy page, and the arrays of the weights; agents in `part` name what they read."""
    modules, arrays = {}, {}
    for name, one in actors.items():
        modules[name], own = described(name, one)
        arrays |= own
    agents: dict[str, Any] = {}
    for agent, (module, index, size) in groups.items():
        actor, mark = actors[module], {"index": index, "size": size} if size else None
        reads = [field.name for field in acting.fields(agent)] if agent in part else None
        read = actor.read(index) if isinstance(actor, Actor) else {}
        told = {"module": module, "one_hot": mark, "reads": reads, **read}
        nodes = [name for node in read["nodes"]["fields"] for name in node if name is not None] if "nodes" in read else ()
        agents[agent] = {**told, "fields": fields_digest(acting, agent, told["reads"], nodes)}
    return {"modules": modules, "agents": agents}, arrays


def described(name: str, actor: nn.Module) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the module of a policy page, and its arrays by name."""
    if isinstance(actor, Actor):
        return actor.page(), {f"{name}.{what}": one.detach().cpu().numpy().copy() for what, one in actor.weights().items()}
    layers = linears(actor)
    weights = {f"{i}.{what}": one for i, layer in enumerate(layers) for what, one in layer.named_parameters()}
    arrays = {f"{name}.{what}": one.detach().cpu().numpy().copy() for what, one in weights.items()}
    return {"sizes": [layers[0].in_features, *(layer.out_features for layer in layers)]}, arrays


def export(
    folder: Path, told: dict[str, Any], actors: Mapping[str, nn.Module], groups: Groups, scenario: Scenario, acting: Acting
) -> Network:
    """Write the actors into a folder, `told` (name, training, facts) on their page; return them as NumPy runs them.

    A grid agent that sees less than policies are given names what it reads, so that `gridbench run` takes it as it is.
    """
    scored = Observer(scenario, layout(scenario))
    part = [one for one in groups if one in scored.agents and set(acting.fields(one)) < set(scored.fields(one))]
    page, arrays = exported(actors, groups, acting, part)
    write_network(folder, {"information": "shared", "version": "1", **told, **page}, arrays)
    return Network(scenario, folder, acting)


def swap(source: Path, target: Path) -> None:
    """Copy a folder to a place where another may stand, which is left at no moment with half of each."""
    fresh = target.with_name(f".{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def seed_torch(seed: int, threads: int = 1) -> None:
    """Make torch repeatable: one seed, and as many threads as are told, on which the last bits depend."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
