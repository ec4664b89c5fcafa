"""Beginning with the actors of a folder that a trainer wrote, instead of an imitation of `rule`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from common.nets import Groups, exported, linears

from gridbench.errors import InvalidInput
from gridbench.policies.network import Network
from gridbench.policies.network_file import network_digest, read_spec, read_weights

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from common.arena import Arena
    from torch import nn


def adopt(folder: Path, actors: Mapping[str, nn.Module], groups: Groups, env: Arena) -> int:
    """Give actors the weights of a folder, and return the environment steps that these took (0 where its page says nothing).

    Raises InvalidInput where the folder is damaged, or its actors are not of this scenario, these sizes and these agents.
    """
    Network(env.scenario, folder, env.acting)  # refuses what does not fit the scenario
    spec, wanted = read_spec(folder), exported(actors, groups, env.acting)[0]
    others = [agent for agent in wanted["agents"] if not _alike(spec, wanted, agent)]
    faults = [f"agents.{agent}: has another module there, or reads other fields" for agent in others]
    for name, module in wanted["modules"].items():
        found = list(getattr(spec.modules.get(name), "sizes", ()))
        if "sizes" not in module:
            faults.append(f"modules.{name}: only dense actors can be begun with")
        elif found != module["sizes"]:
            faults.append(f"modules.{name}: layers of {found}, to be trained are {module['sizes']}")
    if faults:
        raise InvalidInput(str(folder), faults)
    weights = read_weights(folder, spec)
    for name, actor in actors.items():
        for i, layer in enumerate(linears(actor)):
            layer.weight.data.copy_(torch.from_numpy(weights[f"{name}.{i}.weight"]))
            layer.bias.data.copy_(torch.from_numpy(weights[f"{name}.{i}.bias"]))
    return spec.training.environment_steps if spec.training else 0


def begun_with(folder: Path | None) -> dict[str, Any]:
    """Return the facts of weights that training begins with: those on the page of a folder, and which folder it was."""
    return {"teacher": "rule"} if folder is None else {**read_spec(folder).facts, "start": network_digest(folder)}


def name_of(folder: Path | None, algorithm: str) -> str:
    """Return what the trained policy is called: as the one that it begins with, or else by its algorithm."""
    return algorithm if folder is None else read_spec(folder).name


def _alike(spec: Any, wanted: dict[str, Any], agent: str) -> bool:  # noqa: ANN401 - a page as pydantic reads it
    own, other = spec.agents[agent], wanted["agents"][agent]
    mark = own.one_hot.model_dump() if own.one_hot else None
    return (own.module, mark, own.fields) == (other["module"], other["one_hot"], other["fields"])
