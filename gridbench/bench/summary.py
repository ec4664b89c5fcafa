"""The numbers of a record, derived from its table of episodes: over all of them, never a subset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench import score as scoring
from gridbench.bench.metrics import VIOLATIONS
from gridbench.bench.record import Scores, Violation
from gridbench.bench.rows import Row, key
from gridbench.errors import InvalidInput
from gridbench.physics.terms import MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def table(rows: Sequence[Row], column: str) -> NDArray[np.float64]:
    """Return a column as (seeds, days); raises InvalidInput where an episode is missing."""
    ordered = sorted(rows, key=key)
    seeds, days = sorted({key(row)[0] for row in rows}), sorted({key(row)[1] for row in rows})
    if [key(row) for row in ordered] != [(seed, day) for seed in seeds for day in days]:
        raise InvalidInput("episodes", ["every seed must have run every day, once"])
    return np.array([row[column] for row in ordered]).reshape(len(seeds), len(days))


def summarise(rows: Sequence[Row]) -> Scores:
    """Return the scores of a table of episodes; raises InvalidInput where an episode is missing."""
    scores, cost, bound = (table(rows, name) for name in ("score", "cost_usd", "bound_usd"))
    witness, anchor = table(rows, "witness_usd"), table(rows, "anchor_usd")
    share = table(rows, "violating_steps_share")
    by_seed = scores.mean(axis=1)

    def mean(column: str) -> float:
        return float(table(rows, column).mean())

    return Scores(
        score_iqm=float(scoring.interquartile_mean(scores.ravel())),
        score_ci95=scoring.interval(scores),
        score_mean=float(scores.mean()),
        score_std_of_seeds=float(by_seed.std(ddof=1)) if len(by_seed) > 1 else 0.0,
        witness_score_mean=float(((anchor - witness) / (anchor - bound)).mean()),
        gap_to_bound_mean=_gap(cost, bound),
        gap_to_witness_mean=_gap(cost, witness),
        cost_usd_mean=float(cost.mean()),
        cost_usd_worst5=scoring.tail_mean(cost),
        bound_usd_mean=float(bound.mean()),
        witness_usd_mean=float(witness.mean()),
        anchor_usd_mean=float(anchor.mean()),
        violating_steps_share=float(share.mean()),
        violating_steps_share_upper=max(float(share.mean()), scoring.interval(share, scoring.mean)[1]),
        violating_steps_share_worst5=scoring.tail_mean(share),
        safe_days_share=float((share == 0.0).mean()),
        worst_voltage_pu=_worst_voltage(rows),
        worst_loading_pu=float(table(rows, "worst_loading_pu").max()),
        unserved_mwh_mean=mean("unserved_mwh"),
        blackout_steps=int(table(rows, "blackout_steps").sum()),
        clipped_actions_mean=mean("clipped_actions"),
        renewable_used_share_mean=mean("renewable_used_share"),
        lost_episodes=int((table(rows, "lost_steps") > 0).sum()),
        money_usd_mean={component: mean(f"{component}_usd") for component in MONEY},
        violations={kind: _violation(rows, kind) for kind in VIOLATIONS},
        seconds_per_decision=mean("seconds_per_decision"),
    )


def _violation(rows: Sequence[Row], kind: str) -> Violation:
    share, pu_h, worst = (table(rows, f"{kind}_{what}") for what in ("share", "pu_h", "worst_pu"))
    return Violation(share=float(share.mean()), pu_h=float(pu_h.mean()), worst_pu=float(worst.max()))


def _gap(cost: NDArray[np.float64], best: NDArray[np.float64]) -> float:
    """Return the mean distance of the cost to the best over the mean |best|, 0 where that is 0."""
    return float((cost - best).mean() / abs(best.mean())) if best.mean() else 0.0


def _worst_voltage(rows: Sequence[Row]) -> float:
    def badness(row: Row) -> tuple[float, float]:
        return max(row["undervoltage_worst_pu"], row["overvoltage_worst_pu"]), abs(row["worst_voltage_pu"] - 1.0)

    return float(max(rows, key=badness)["worst_voltage_pu"])
