"""The networks: who shares which actor, what an actor and a critic are, and how actors leave for NumPy."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from gridbench.envs.observation import Observer
from gridbench.plant.layout import layout
from gridbench.policies.network import Network, fields_digest
from gridbench.policies.network_file import write_network

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from gridbench.envs.acting import Acting
    from gridbench.scenario.scenario import Scenario

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
        layers += [_linear(size, width, 2.0**0.5), nn.Tanh()]
        size = width
    return nn.Sequential(*layers, _linear(size, outputs, gain))


def _linear(inputs: int, outputs: int, gain: float) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


def linears(network: nn.Sequential) -> list[nn.Linear]:
    """Return the linear layers, input first."""
    return [layer for layer in network if isinstance(layer, nn.Linear)]


def exported(
    actors: dict[str, nn.Sequential], groups: Groups, acting: Acting, part: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return modules and agents of the policy page, and the arrays of the weights; agents in `part` name what they read."""
    modules, arrays = {}, {}
    for name, actor in actors.items():
        layers = linears(actor)
        modules[name] = {"sizes": [layers[0].in_features, *(layer.out_features for layer in layers)]}
        for i, layer in enumerate(layers):
            arrays[f"{name}.{i}.weight"] = layer.weight.detach().cpu().numpy().copy()
            arrays[f"{name}.{i}.bias"] = layer.bias.detach().cpu().numpy().copy()
    agents = {
        agent: {
            "module": module,
            "one_hot": {"index": index, "size": size} if size else None,
            "fields": fields_digest(acting, agent),
            "reads": [field.name for field in acting.fields(agent)] if agent in part else None,
        }
        for agent, (module, index, size) in groups.items()
    }
    return {"modules": modules, "agents": agents}, arrays


def export(
    folder: Path, told: dict[str, Any], actors: dict[str, nn.Sequential], groups: Groups, scenario: Scenario, acting: Acting
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
