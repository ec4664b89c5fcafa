"""One module that acts for all agents: it reads their observations one after the other, and gives their actions likewise."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from gridbench.policies.nets.net import Input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gridbench.envs.acting import Acting
    from gridbench.envs.observation import Observer
    from gridbench.policies.nets.page import Central, Module
    from gridbench.policies.policy import Floats, Observations


class Whole:
    """What a central module takes of the observations of all agents, and whose actions it gives."""

    def __init__(self, part: Central, acting: Acting) -> None:
        """Keep the agents in the order of the page."""
        self._agents = part.agents
        self._ends = np.cumsum([len(acting.asks[agent]) for agent in self._agents])[:-1]

    def read(self, observations: Observations) -> Input:
        """Return the input of the module for observations by agent (batch, fields)."""
        parts = [np.asarray(observations[agent], dtype=np.float32) for agent in self._agents]
        return Input(np.concatenate(parts, axis=1)[:, None, :])

    def split(self, actions: NDArray[np.float32]) -> dict[str, Floats]:
        """Return the actions by agent of those of all (batch, entries)."""
        parts = np.split(np.asarray(actions, dtype=np.float64), self._ends, axis=1)
        return dict(zip(self._agents, parts, strict=True))


def misfits(part: Central, module: Module, acting: Acting, scenario: str) -> list[str]:
    """Return where a central module does not fit the agents of a scenario."""
    found = [f"central.agents: {one} is no agent of {scenario}" for one in part.agents if one not in acting.asks]
    lacking = [agent for agent in acting.agents if agent not in part.agents]
    found += [f"central.agents: {one} is missing, though {scenario} has this agent: train for this scenario" for one in lacking]
    if found:
        return found
    inputs = sum(len(acting.fields(agent)) for agent in part.agents)
    actions = sum(len(acting.asks[agent]) for agent in part.agents)
    if module.inputs != inputs:
        found.append(f"central: the module takes {module.inputs} numbers, the observations have {inputs}")
    if module.actions != actions:
        found.append(f"central: the module gives {module.actions:g} numbers, the actions have {actions}")
    if part.fields != central_digest(acting, part.agents):
        found.append("central.fields: was trained on other observation fields: train again")
    return found


def central_digest(observer: Observer | Acting, agents: Sequence[str]) -> str:
    """Return the sha256 over the names and units of the observation fields of agents, in this order."""
    text = "\n".join(f"{agent} {field.name} {field.unit}" for agent in agents for field in observer.fields(agent))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
