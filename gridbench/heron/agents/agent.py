"""Agent: observes, acts, is reset and rewarded; its policy may be swapped at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gridbench.heron.action_spec import ActionSpec, Part
from gridbench.heron.agents.hooks import ProtocolHooks
from gridbench.heron.errors import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridbench.heron.feature import Feature
    from gridbench.heron.fields import Fields
    from gridbench.heron.observation import Observation
    from gridbench.heron.policy import Policy
    from gridbench.heron.streams import Array, Mask


class Agent(ProtocolHooks):
    """A name with features, the parts of its own action, and a policy that may be missing."""

    level: ClassVar[int] = 0
    earns: tuple[str, float] | None = None
    """A field of its own (feature.field) whose growth, times a factor, is its reward; those below add theirs."""

    directed: str | None = None
    """Which protocol of which head decides for it in a run."""

    def __init__(
        self, name: str, features: Iterable[Feature] = (), action: Iterable[Part] = (), policy: Policy | None = None
    ) -> None:
        """Declare an agent; raise DeclarationError for bad names, features (tags that do not exist) and parts."""
        self.name = name
        self.features = tuple(features)
        self.action = ActionSpec(action, f"agent {name}")
        self._generators: Sequence[np.random.Generator] = ()
        self._policy = policy
        doubled = [feature.name for feature in self.features]
        faults = [f"feature {name}: declared twice" for name in sorted({n for n in doubled if doubled.count(n) > 1})]
        faults += [fault for feature in self.features for fault in feature.faults()]
        faults += [f"name {name!r}: give text without '/' and '>'" for _ in "x" if not name or set("/>") & set(name)]
        refuse(f"agent {name}", faults)

    @property
    def policy(self) -> Policy | None:
        """The policy; setting it in an episode begins the new one with the agent's own generators.

        Raise DeclarationError for an agent of a run whose protocol decides for it.
        """
        return self._policy

    @policy.setter
    def policy(self, policy: Policy | None) -> None:
        if policy is not None and self.directed is not None:
            refuse(f"agent {self.name}", [f"policy: {self.directed} decides for it; drop the policy or the protocol"])
        self._policy = policy
        if policy is not None and self._generators:
            policy.reset(self._generators)

    def reset(self, generators: Sequence[np.random.Generator]) -> None:
        """Begin an episode: one generator an environment, handed on to the policy."""
        self._generators = generators
        if self._policy is not None:
            self._policy.reset(self._generators)

    def observe(self, observation: Observation) -> Observation:
        """Return what the agent makes of what it may see; a hook, the same by default."""
        return observation

    def act(self, observation: Observation, spec: ActionSpec) -> Array | None:
        """Return asks (environments, parts), or None where there is no policy to say."""
        return None if self._policy is None else self._policy.act(observation, spec)

    def reward(self, before: Fields, after: Fields, below: Sequence[Array], elapsed_s: float) -> Array:  # noqa: ARG002
        """Return one number an environment from the own fields and the rewards below; by default what `earns` says and their sum.

        A class that does not write this hook is never asked: `Rewards` compiles the default.
        """
        total = np.zeros(after.batch)
        if self.earns is not None:
            field, factor = self.earns
            total = total + (after[field] - before[field]) * factor
        for reward in below:
            total = total + reward
        return total

    def done(self, after: Fields) -> Mask:
        """Return in which environments the agent says that its episode is over; never by default."""
        return np.zeros(after.batch, dtype=bool)
