"""Inside: a policy taken apart, each agent asking its own copy at its own ticks, from what the proxy hands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.envs.observation import Observer, scaled
from gridbench.heron.policy import Policy as HeronPolicy
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gridbench.envs.field import Reading
    from gridbench.heron.action_spec import ActionSpec
    from gridbench.heron.observation import Observation
    from gridbench.heron.wiring import Wiring
    from gridbench.policies.policy import Policy
    from gridbench.scenario.scenario import Columns, Scenario


class Inside(HeronPolicy):
    """One grid agent's part of a policy whose agents each act on what they see themselves, as trained networks do."""

    def __init__(self, scenario: Scenario, policy: Policy, agent: str, columns: Columns, wiring: Wiring) -> None:
        """Take a policy that is no one else's, and begin a day with it. Raises UnknownName for an agent without asks."""
        observer = Observer(scenario, layout(scenario))
        fields = observer.fields(agent)
        self.agent, self._names = agent, names_of(wiring, agent, fields)
        self._offset, self._scale = np.array([field.offset for field in fields]), np.array([field.scale for field in fields])
        self._others = {other: np.zeros((1, size), dtype=np.float32) for other, size in observer.sizes.items()}
        self._policy = policy
        policy.reset(scenario, columns, 0)

    def act(self, observation: Observation, spec: ActionSpec) -> NDArray[np.float64]:
        """Return the asks (1, entries) of the agent; the others' observations are not its own, and are left blank."""
        numbers = np.array([[observation[name][0] for name in self._names]])
        seen = {**self._others, self.agent: scaled(numbers, self._offset, self._scale)}
        return spec.unbox(self._policy.act(seen)[self.agent])


def names_of(wiring: Wiring, agent: str, fields: Sequence[Reading]) -> list[str]:
    """Return what an agent's observation calls the fields that policies are made for."""
    seen = [slot for i, slot in enumerate(wiring.layout.slots) if wiring.proxy.may_see(agent, i)]
    names = {getattr(slot.field, "source", ""): slot.name if slot.agent == agent else slot.path for slot in reversed(seen)}
    return [names[field.source] for field in fields]
