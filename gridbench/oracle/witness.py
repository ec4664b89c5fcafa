"""The witness: the cheapest schedule yet that the plant has replayed, and where its solution sat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import SolverError
from gridbench.oracle.certify import Replay, asks_of, idle_asks
from gridbench.oracle.failure import FAILURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats
    from gridbench.oracle.formulation import Formulation
    from gridbench.scenario.scenario import Columns, Scenario


class Witness:
    """`usd` is what the plant bills for `asks` (steps, asks); the first ones leave every device at rest.

    `formulation` and its columns `x` (n,) are what the asks were read off, None at rest; `slack` is the worst relative slack of
    a branch's cone there, `slack_at` its branch and step.
    """

    def __init__(self, scenario: Scenario, series: Columns) -> None:
        """Replay the devices at rest: a witness that needs no solver. Raises SolverError where the plant cannot."""
        self.replay = Replay(scenario, series)
        self.asks: NDArray[np.float32] = idle_asks(scenario)
        self.formulation: Formulation | None = None
        self.x: Floats = np.zeros(0)
        self.slack, self.slack_at = 0.0, ""
        try:
            self.usd = self.replay.cost_usd(self.asks)
        except FAILURES as error:
            raise SolverError(f"the plant cannot replay the devices at rest: {error}") from error
        if not np.isfinite(self.usd):
            raise SolverError(f"the plant bills {self.usd} usd for the devices at rest")

    @property
    def dark(self) -> bool:
        """Whether it passes through a blackout."""
        return bool(self.replay.day(self.asks)["blackout"].any())

    def offer(self, formulation: Formulation, x: Floats) -> bool:
        """Replay the schedule of a solution (n,), keep it if it is the cheapest yet, and say whether it is."""
        asks = asks_of(formulation, x)
        usd = self.replay.cost_usd(asks)
        if not usd < self.usd:
            return False
        self.usd, self.asks, self.formulation, self.x = usd, asks, formulation, x
        slack = formulation.slack(x)
        step, branch = np.unravel_index(int(np.argmax(slack)), slack.shape)
        self.slack = float(slack[step, branch])
        self.slack_at = f"{formulation.scenario.feeder.branches[int(branch)].name}, step {int(step)}"
        return True
