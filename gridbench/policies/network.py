"""A trained network: weights in safetensors, a JSON page that says what they are, and NumPy to run them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from gridbench.envs.acting import Acting
from gridbench.envs.observation import Observer
from gridbench.errors import GridbenchError, InvalidInput, UnknownName
from gridbench.policies.central import Whole, misfits
from gridbench.policies.nets.inputs import Reader
from gridbench.policies.nets.net import made
from gridbench.policies.network_file import WEIGHTS, Spec, network_digest, read_spec, read_weights
from gridbench.policies.policy import Floats, Observations, Policy, batch_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gridbench.policies.nets.cells import State
    from gridbench.scenario.scenario import Columns, Scenario

CENTRAL = "central"


class Network(Policy):
    """Runs one module per agent, dense, recurrent or graph (docs/policies.md), or one for all; actions in [-1, 1]; NumPy alone.

    Agents may share a module, which then sees a one-hot of the agent after the observation; each keeps a state of its own. An
    element of a batch gets the same bytes as alone. Raises InvalidInput with all faults: of the page, of the weights (digest,
    names, shapes, NaN), and where they do not fit the scenario.
    """

    kind = "learned"
    batched = True

    def __init__(self, scenario: Scenario, folder: Path, acting: Acting | None = None) -> None:
        """Read `policy.json` and `weights.safetensors` of a folder; `acting` are those of another environment of the scenario."""
        super().__init__(scenario)
        self.spec: Spec = read_spec(folder)
        weights = read_weights(folder, self.spec)
        self.acting = Acting.scored(Observer(scenario, self.layout), self.codec) if acting is None else acting
        self._readers: dict[str, Reader] = {}
        faults = self._misfits(self.acting)
        if faults:
            raise InvalidInput(str(folder), faults)
        self.name, self.version, self.information = self.spec.name, self.spec.version, self.spec.information
        self.training = {**self.spec.training.model_dump(), "facts": self.spec.facts} if self.spec.training else None
        self.digest = network_digest(folder)
        self.parameters = sum(one.size for one in weights.values())
        self._nets = {name: made(name, module, weights) for name, module in self.spec.modules.items()}
        central = self.spec.central
        self._whole = Whole(central, self.acting) if central else None
        self._acting = {CENTRAL: central.module} if central else {one: part.module for one, part in self.spec.agents.items()}
        self._remembers = not all(self._nets[module].stateless for module in self._acting.values())
        self._states: dict[str, State] | None = None
        self._batch = 0

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Begin a day: what recurrent modules remember is forgotten. Raises InvalidInput for another scenario."""
        super().reset(scenario, columns, seed)
        self._states = None

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the mean action of each agent. Raises InvalidInput where the batch of a day changes under a recurrent module."""
        states = self._remembered(batch_of(observations))
        actions = {}
        if self._whole is not None:
            action, states[CENTRAL] = self._nets[self._acting[CENTRAL]].act(self._whole.read(observations), states[CENTRAL])
            return self._whole.split(action)
        for agent in self.acting.agents:
            net = self._nets[self._acting[agent]]
            action, states[agent] = net.act(self._readers[agent].read(observations[agent]), states[agent])
            actions[agent] = np.asarray(action, dtype=np.float64)
        return actions

    def _remembered(self, batch: int) -> dict[str, State]:
        """Return the states of all agents, at the start of a day those that its modules begin with."""
        if self._remembers and self._states is not None and batch != self._batch:
            fault = f"sees {batch} days where it saw {self._batch} before: call reset first"
            raise InvalidInput(f"policy {self.name!r}", [fault])
        if self._states is None:
            self._states = {one: self._nets[module].begin(batch) for one, module in self._acting.items()}
            self._batch = batch
        return self._states

    def _misfits(self, acting: Acting) -> list[str]:
        """Return where the page does not fit the scenario; keep how each agent is read where it does."""
        if self.spec.central is not None:
            return misfits(self.spec.central, self.spec.modules[self.spec.central.module], acting, self.scenario.id)
        faults = [f"agents.{one}: is no agent of {self.scenario.id}" for one in self.spec.agents if one not in acting.asks]
        for agent, asks in acting.asks.items():
            if agent not in self.spec.agents:
                faults.append(f"agents.{agent}: missing, though {self.scenario.id} has this agent: train for this scenario")
            else:
                faults += [f"agents.{agent}{fault}" for fault in self._misfit(acting, agent, len(asks))]
        return faults

    def _misfit(self, acting: Acting, agent: str, size: int) -> list[str]:
        part = self.spec.agents[agent]
        module = self.spec.modules[part.module]
        known = [field.name for field in acting.fields(agent)]
        named = [("reads", part.reads or ()), ("nodes.fields", part.nodes.read if part.nodes else ())]
        lost = [(where, name) for where, names in named for name in names if name not in known]
        if lost:
            return [f".{where}: {UnknownName('observation field', name, known)}" for where, name in lost]
        faults = []
        extra, read = part.one_hot.size if part.one_hot else 0, len(known if part.reads is None else part.reads)
        if module.inputs != read + extra:
            faults.append(f": the module takes {module.inputs} numbers, the observation has {read} + {extra}")
        if module.actions != size:
            faults.append(f": the module gives {module.actions:g} numbers, the action has {size}")
        if part.fields != fields_digest(acting, agent, part.reads, part.nodes.read if part.nodes else ()):
            faults.append(".fields: was trained on other observation fields: train again")
        try:
            self._readers[agent] = Reader(part, module, known, self.scenario.feeder)
        except GridbenchError as error:
            faults.append(f".nodes.names: {error}")
        return faults


def fields_digest(observer: Observer | Acting, agent: str, reads: Sequence[str] | None = None, nodes: Sequence[str] = ()) -> str:
    """Return the sha256 over the names and units of an agent's observation fields, those it reads where they are named.

    `nodes` are the fields that the nodes of its graph read, node after node.
    """
    known = {field.name: field for field in observer.fields(agent)}
    names = [*(known if reads is None else reads), *nodes]
    text = "\n".join(f"{name} {known[name].unit}" for name in names)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


__all__ = ["WEIGHTS", "Network", "fields_digest"]
