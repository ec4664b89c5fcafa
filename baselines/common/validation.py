"""How good actors are on days that they were not trained on: money, score against the oracle, violations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from common.arena import Arena, Arenas, BatchArena

from gridbench.bench import score as scoring
from gridbench.bench.intervals import cached, published
from gridbench.policies import make_policy
from gridbench.scenario.catalogue import scenario_path
from gridbench.scenario.scenario import day_count

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True)
class Validated:
    """Mean cost of a day (usd), mean score (NaN where no day has an interval), share of violating steps, and how safe that is.

    `admissible` is the leaderboard's rule on these days: the upper limit of the share is within the scenario's tolerance.
    """

    cost_usd: float
    score: float
    violating_share: float
    admissible: bool

    @property
    def rank(self) -> tuple[bool, float]:
        """What the best is least by: admissible ones first, then the cheapest."""
        return not self.admissible, self.cost_usd

    def row(self, best_usd: float) -> dict[str, float]:
        """Return what the log says of it, beside the cost of the best so far."""
        found = {"validation_usd": self.cost_usd, "score": self.score, "violating": self.violating_share}
        return {**found, "admissible": int(self.admissible), "best_usd": best_usd}


class Validation:
    """Plays policies on days of the validation year: those that the scenario lists, and some spread evenly over it.

    Days whose interval is published with the scenario, or solved before (`gridbench solve --split validation`), are scored.
    """

    def __init__(self, scenario: Scenario, days: int, name: str = "", arenas: Arenas = BatchArena) -> None:
        """Choose the days; `name` is what the scenario was loaded by. Raises UnknownName without a split `validation`."""
        split = scenario.split("validation")
        spread = np.linspace(0, sum(map(day_count, split.series)) - 1, days)
        self.days = sorted({*split.days, *map(int, spread)})
        self._arena = arenas(scenario, "validation", len(self.days))
        shipped = published(scenario, "validation", _folder(name))
        found = [shipped.get(day) or cached(scenario, "validation", day) for day in self.days]
        self._scored = np.flatnonzero([one is not None for one in found])
        self._bound_usd = np.array([one.bound_usd for one in found if one is not None])
        self._anchor_usd = np.zeros(0)
        if self._scored.size:
            anchor = make_policy(scenario.anchor, scenario)
            self._anchor_usd = self._play(anchor, BatchArena(scenario, "validation", len(self.days)))[0][self._scored]

    def __call__(self, policy: Policy) -> Validated:
        """Return how a policy does. Raises BoundError where it costs less than is possible."""
        cost_usd, violating = self._play(policy, self._arena)
        score = float("nan")
        if self._scored.size:
            own = cost_usd[self._scored]
            below = scoring.below_bound(own, self._bound_usd)
            if below.any():
                wrong = zip(self._scored[below], own[below], self._bound_usd[below], strict=True)
                raise scoring.BoundError([f"validation day {self.days[i]}: {c:.6f} below {b:.6f} usd" for i, c, b in wrong])
            score = float(scoring.score(own, self._bound_usd, self._anchor_usd).mean())
        share = float(violating.mean())
        upper = max(share, scoring.interval(violating[None, :], scoring.mean)[1])
        return Validated(float(cost_usd.mean()), score, share, upper <= self._arena.scenario.violating_share_max)

    def _play(self, policy: Policy, arena: Arena) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return cost (usd) and share of violating steps by day."""
        seen, cost_usd, count = arena.reset(self.days), np.zeros(arena.batch), np.zeros(arena.batch)
        policy.reset(arena.scenario, arena.scenario.window("validation", self.days[0]), 0)
        while not arena.over:
            seen, outcome = arena.step(policy.act(seen))
            cost_usd += outcome.cost_usd
            count += outcome.violating
        return cost_usd, count / arena.scenario.steps


def _folder(name: str) -> Path | None:
    """Return the folder of a scenario that was loaded by path, and None for one of the catalogue."""
    if not name:
        return None
    path = scenario_path(name)
    return path if path.is_dir() else path.parent
