"""Model predictive control: the oracle's formulation of the rest of the day at a forecast, solved anew in every step."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gridbench.envs.observation import Observer
from gridbench.errors import InvalidInput, UnknownName
from gridbench.policies.outlook import OUTLOOKS, Analogs
from gridbench.policies.policy import Floats, Observations, Policy, batch_of
from gridbench.policies.seen import Seen

if TYPE_CHECKING:
    from gridbench.oracle.horizon import Horizon
    from gridbench.scenario.scenario import Columns, Scenario

WHOLE = 1e-5
"""How near a whole number an observed state is one: observations are rounded to float32."""


class Mpc(Policy):
    """Plans the rest of the day, does the first step, looks again; one day at a time.

    `forecast` is what it expects of loads, sun and wind: perfect (they are known), forecast (the day-ahead forecast of the
    scenario) or persistence (they stay as they are). Prices are known a day ahead. `horizon` counts steps.
    """

    name = "mpc"
    kind = "mpc"
    sources = (
        "mpc.py", "outlook.py", "seen.py",
        "../oracle/horizon.py", "../oracle/multipliers.py", "../oracle/near.py", "../oracle/schedule.py",
    )  # fmt: skip
    knows: ClassVar[dict[str, str]] = {"perfect": "foresight", "forecast": "forecast", "persistence": "full"}

    def __init__(self, scenario: Scenario, *, horizon: int = 24, forecast: str = "forecast") -> None:
        """Make the policy of a scenario. Raises UnknownName for another forecast, InvalidInput for a horizon below 1."""
        super().__init__(scenario)
        if forecast not in OUTLOOKS:
            raise UnknownName("forecast", forecast, OUTLOOKS)
        if horizon < 1:
            raise InvalidInput(f"policy {self.name!r}", [f"horizon must be at least 1 step, not {horizon}"])
        self.information = self.knows[forecast]
        self.name = type(self).name if forecast == "forecast" else f"{type(self).name}_{forecast}"
        self._outlook, self._steps_ahead = OUTLOOKS[forecast], horizon
        observer = Observer(scenario, self.layout)
        self._fields = {agent: observer.fields(agent) for agent in observer.agents}
        self._horizon: Horizon | None = None
        self._columns: Columns | None = None
        self._step = 0

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Begin a day. Raises InvalidInput for another scenario."""
        from gridbench.oracle.horizon import Horizon, Rolling  # noqa: PLC0415 - solvers load where they are used

        super().reset(scenario, columns, seed)
        self._horizon = self._horizon or Horizon(scenario, Rolling(steps=self._steps_ahead))
        self._horizon.begin()
        self._columns, self._step = columns, 0

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the actions of the next step (batch of one).

        Raises InvalidInput past the end of the day, or for a batch; SolverError where no solver brings a schedule.
        """
        if self._horizon is None or self._columns is None or self._step >= self.scenario.steps or batch_of(observations) != 1:
            fault = f"step {self._step} of a day of {self.scenario.steps}, one at a time: call reset at the start of each day"
            raise InvalidInput(f"policy {self.name!r}", [fault])
        asks = self._horizon.decide(self._step, self._states(observations), self._outlooks(self._columns, self._step))
        self._step += 1
        return self.codec.encode(asks[None].astype(np.float64))

    def _outlooks(self, columns: Columns, t: int) -> list[Columns]:
        """Return what may become of the day, as far as it is known in step t."""
        return [self._outlook(columns, t)]

    def _states(self, observations: Observations) -> dict[str, dict[str, float]]:
        """Return the states of all devices as their owners see them, inside their spans."""
        seen = {agent: Seen(fields, observations[agent]) for agent, fields in self._fields.items()}
        found: dict[str, dict[str, float]] = {}
        for device, owner in zip(self.scenario.devices, self.layout.device_agents, strict=True):
            own = found[device.name] = {}
            for name, span in device.states().items():
                number = float(seen[self.layout.agents[owner]][f"{device.name}.{name}"][0])
                number = float(np.rint(number)) if abs(number - np.rint(number)) < WHOLE else number
                own[name] = min(max(number, span.lo), span.hi)
        return found


class StochasticMpc(Mpc):
    """Model predictive control over samples of the day: the decision that is best on average over what each leads to.

    Samples are the scenario's forecast with the errors of the most similar days of `split` (analog ensemble). Commitment and
    positions are planned for the forecast itself; powers are decided over the forecast and the samples.
    """

    name = "stochastic_mpc"

    def __init__(self, scenario: Scenario, *, horizon: int = 24, samples: int = 5, split: str = "train") -> None:
        """Make the policy of a scenario. Raises UnknownName for another split, InvalidInput for no steps or samples."""
        super().__init__(scenario, horizon=horizon)
        if samples < 1:
            raise InvalidInput(f"policy {self.name!r}", [f"samples must be at least 1, not {samples}"])
        self._analogs = Analogs(scenario, split, samples)

    def _outlooks(self, columns: Columns, t: int) -> list[Columns]:
        """Return the forecast, and the samples."""
        return [*super()._outlooks(columns, t), *self._analogs.draw(columns, t)]
