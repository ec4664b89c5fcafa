"""A trained network: weights in safetensors, a JSON page that says what they are, and NumPy to run them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.observation import Observer
from gridbench.errors import InvalidInput, UnknownName
from gridbench.policies.network_file import WEIGHTS, Spec, read_spec, read_weights
from gridbench.policies.policy import Floats, Observations, Policy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gridbench.scenario.scenario import Scenario

Weights = NDArray[np.float32]


class Network(Policy):
    """Runs one multilayer perceptron (tanh) per agent, its output clipped to [-1, 1]; NumPy alone.

    Agents may share a module, which then sees a one-hot of the agent after the observation. Raises InvalidInput with all
    faults: of the page, of the weights (digest, names, shapes, NaN), and where they do not fit the scenario.
    """

    kind = "learned"

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        """Read `policy.json` and `weights.safetensors` of a folder."""
        super().__init__(scenario)
        self.spec: Spec = read_spec(folder)
        weights = read_weights(folder, self.spec)
        observer = Observer(scenario, self.layout)
        faults = self._misfits(observer)
        if faults:
            raise InvalidInput(str(folder), faults)
        self._reads = {agent: _places(observer, agent, part.reads) for agent, part in self.spec.agents.items()}
        self.name, self.version, self.information = self.spec.name, self.spec.version, self.spec.information
        self.training = self.spec.training.model_dump() if self.spec.training else None
        self.digest = self.spec.sha256
        self.parameters = sum(one.size for one in weights.values())
        self._layers = {
            name: [(weights[f"{name}.{i}.weight"], weights[f"{name}.{i}.bias"]) for i in range(len(module.sizes) - 1)]
            for name, module in self.spec.modules.items()
        }

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the mean action of each agent."""
        return {agent: self._forward(agent, observations[agent]) for agent in self.codec.agents}

    def _forward(self, agent: str, observed: NDArray[np.float32]) -> Floats:
        part = self.spec.agents[agent]
        hidden = np.asarray(observed, dtype=np.float32)[:, self._reads[agent]]
        if part.one_hot is not None:
            mark = np.zeros((len(hidden), part.one_hot.size), dtype=np.float32)
            mark[:, part.one_hot.index] = 1.0
            hidden = np.concatenate([hidden, mark], axis=1)
        *inner, (last, offset) = self._layers[part.module]
        for weight, bias in inner:
            hidden = np.tanh(hidden @ weight.T + bias)
        return np.asarray(np.clip(hidden @ last.T + offset, -1.0, 1.0), dtype=np.float64)

    def _misfits(self, observer: Observer) -> list[str]:
        faults = [f"agents.{one}: is no agent of {self.scenario.id}" for one in self.spec.agents if one not in self.codec.sizes]
        for agent, size in self.codec.sizes.items():
            if agent not in self.spec.agents:
                faults.append(f"agents.{agent}: missing, though {self.scenario.id} has this agent: train for this scenario")
                continue
            part = self.spec.agents[agent]
            sizes = self.spec.modules[part.module].sizes
            known = [field.name for field in observer.fields(agent)]
            lost = [name for name in part.reads or () if name not in known]
            if lost:
                faults += [f"agents.{agent}.reads: {UnknownName('observation field', name, known)}" for name in lost]
                continue
            extra, read = part.one_hot.size if part.one_hot else 0, len(part.reads or known)
            if sizes[0] != read + extra:
                seen = f"{read} + {extra}"
                faults.append(f"agents.{agent}: the module takes {sizes[0]} numbers, the observation has {seen}")
            if sizes[-1] != size:
                faults.append(f"agents.{agent}: the module gives {sizes[-1]} numbers, the action has {size}")
            if part.fields != fields_digest(observer, agent, part.reads):
                faults.append(f"agents.{agent}.fields: was trained on other observation fields: train again")
        return faults


def _places(observer: Observer, agent: str, reads: Sequence[str] | None) -> NDArray[np.intp]:
    """Return where the fields that are read stand in an agent's observation, all of them where none are named."""
    place = {field.name: k for k, field in enumerate(observer.fields(agent))}
    return np.array([place[name] for name in reads or place], dtype=np.intp)


def fields_digest(observer: Observer, agent: str, reads: Sequence[str] | None = None) -> str:
    """Return the sha256 over the names and units of an agent's observation fields, those it reads where they are named."""
    fields = [observer.fields(agent)[k] for k in _places(observer, agent, reads)]
    text = "\n".join(f"{field.name} {field.unit}" for field in fields)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


__all__ = ["WEIGHTS", "Network", "fields_digest"]
