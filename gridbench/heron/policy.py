"""Policy: what an agent does with an observation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridbench.heron.action_spec import ActionSpec
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array


class Policy(ABC):
    """Maps observations of a batch to asks of a batch."""

    def reset(self, generators: Sequence[np.random.Generator]) -> None:  # noqa: B027 - a hook, empty by default
        """Begin an episode; one generator an environment."""

    @abstractmethod
    def act(self, observation: Observation, spec: ActionSpec) -> Array:
        """Return the asks (environments, parts): -1 to 1, or an option."""

    @property
    def name(self) -> str:
        """What errors call it."""
        return type(self).__name__


class FunctionPolicy(Policy):
    """A plain function of the observation that returns values in units."""

    def __init__(self, rule: Callable[[Observation], Array]) -> None:
        """Hold the function; it returns (environments, parts)."""
        self.rule = rule

    def act(self, observation: Observation, spec: ActionSpec) -> Array:
        """Return what the function says, as asks."""
        return spec.ask(self.rule(observation))

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.rule, "__name__", type(self).__name__)


class RestPolicy(Policy):
    """Leaves every part at rest."""

    def act(self, observation: Observation, spec: ActionSpec) -> Array:
        """Return the asks for the values at rest."""
        return spec.ask(spec.idle(observation.batch))


class RandomPolicy(Policy):
    """Uniform asks; each environment draws from its own generator."""

    def __init__(self) -> None:
        """Begin without generators: `reset` gives them."""
        self.generators: tuple[np.random.Generator, ...] = ()

    def reset(self, generators: Sequence[np.random.Generator]) -> None:
        """Keep the generators, one an environment."""
        self.generators = tuple(generators)

    def act(self, observation: Observation, spec: ActionSpec) -> Array:  # noqa: ARG002 - it looks at nothing
        """Return uniform asks and options."""
        draws = np.stack([generator.random(len(spec)) for generator in self.generators])
        return spec.unbox(2.0 * draws - 1.0)
