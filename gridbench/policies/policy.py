"""What a policy is: it sees observations and gives actions, day after day."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gridbench.envs.codec import ActionCodec
from gridbench.errors import InvalidInput
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.plant.layout import Layout
    from gridbench.scenario.scenario import Columns, Scenario

Floats = NDArray[np.float64]
Observations = dict[str, NDArray[np.float32]]
"""One array (batch, fields) by agent."""


class Policy(ABC):
    """Gives every agent its actions; deterministic given the seed of `reset`.

    `kind` is learned, rule, mpc or oracle; `information` what it may know (local, shared, full, forecast, foresight);
    `digest` names its code or its weights; `parameters` counts what was trained; `training` states how, if it was;
    `deterministic` is false where the seed makes a difference; `trained_seeds` are the only ones there are, where a seed is a
    training. `batched` is true where it acts for several days of a seed side
    by side, each row as if alone, whatever `reset` was given of the first of them. A `contained` policy runs isolated
    (`isolation` says how): whatever it does, it loses its episode, never the run. `authors` and `url` are those of a submission.
    """

    name: str
    version: str = "1"
    kind: str = "rule"
    information: str = "local"
    digest: str
    parameters: int = 0
    deterministic: bool = True
    batched: bool = False
    contained: bool = False
    isolation: str = "none"
    authors: tuple[str, ...] = ()
    url: str | None = None
    training: Mapping[str, Any] | None = None
    trained_seeds: tuple[int, ...] | None = None
    sources: ClassVar[tuple[str, ...]] = ()
    """The files of this folder that the policy is made of, for its digest."""

    def __init__(self, scenario: Scenario) -> None:
        """Make a policy for one scenario."""
        self.scenario = scenario
        self.layout: Layout = layout(scenario)
        self.codec = ActionCodec(self.layout)
        if self.sources:
            self.digest = code_digest(self.sources)

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:  # noqa: ARG002
        """Begin a day, whose series only a policy with foresight may read. Raises InvalidInput for another scenario."""
        if (scenario.id, scenario.digest) != (self.scenario.id, self.scenario.digest):
            fault = f"was made for {self.scenario.id}, not for {scenario.id} with other files: make it for this scenario"
            raise InvalidInput(f"policy {self.name!r}", [fault])

    @property
    def notes(self) -> Mapping[str, float]:
        """What the policy counts of the day since `reset`, by name: a record holds the means. Of most there is nothing to say."""
        return {}

    @abstractmethod
    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the actions of all agents, arrays (batch, entries) in [-1, 1], of observations (batch, fields)."""


def code_digest(sources: tuple[str, ...]) -> str:
    """Return the sha256 over files of this folder."""
    folder = Path(__file__).parent
    total = hashlib.sha256()
    for name in sources:
        total.update((folder / name).read_bytes())
    return f"sha256:{total.hexdigest()}"


def batch_of(observations: Observations) -> int:
    """Return how many days the observations are of."""
    return len(next(iter(observations.values())))
