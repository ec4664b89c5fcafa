"""Replaying what the oracle found with the day known in advance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.policies.policy import Floats, Observations, Policy, batch_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.oracle.dispatch import Dispatch
    from gridbench.scenario.scenario import Columns, Scenario


class Foresight(Policy):
    """Plays the oracle's schedule of the day, one day at a time; what no policy without foresight can beat by much."""

    name = "foresight"
    kind = "oracle"
    information = "foresight"
    sources = ("foresight.py",)

    def __init__(self, scenario: Scenario, dispatch_of: Callable[[str, int], Dispatch] | None = None) -> None:
        """Take the function that returns the dispatch of (split, day); by default the oracle solves each day."""
        super().__init__(scenario)
        self._dispatch_of = self._solve if dispatch_of is None else dispatch_of
        self._asks: Floats = np.zeros((0, len(self.layout.asks)))
        self._step = 0

    def _solve(self, split: str, day: int) -> Dispatch:
        from gridbench.oracle import solve  # noqa: PLC0415

        found: Dispatch = solve(self.scenario, split, day)
        return found

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Find the day, and its schedule. Raises InvalidInput for another scenario, or a day of none of its splits."""
        super().reset(scenario, columns, seed)
        self._asks = np.asarray(self._dispatch_of(*day_of(scenario, columns)).asks, dtype=np.float64)
        self._step = 0

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the actions of the next step (batch of one). Raises InvalidInput past the end of the day, or for a batch."""
        if self._step >= len(self._asks) or batch_of(observations) != 1:
            fault = f"step {self._step} of a schedule of {len(self._asks)} for one day: call reset at the start of each day"
            raise InvalidInput("policy 'foresight'", [fault])
        actions = self.codec.encode(self._asks[self._step : self._step + 1])
        self._step += 1
        return actions


def day_of(scenario: Scenario, columns: Columns) -> tuple[str, int]:
    """Return split and day number of the series of a day. Raises InvalidInput if no split of the scenario has such a day."""
    wanted = [np.asarray(columns[name]) for name in scenario.columns]
    for name, split in scenario.splits.items():
        for day in split.days:
            found = scenario.window(name, day)
            if all(np.array_equal(found[c], one) for c, one in zip(scenario.columns, wanted, strict=True)):
                return name, day
    fault = f"these series are no day of a split of {scenario.id}: give columns of Scenario.window"
    raise InvalidInput("policy 'foresight'", [fault])
