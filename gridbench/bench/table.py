"""The printed table: how a policy compares with the anchor and with the oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.text import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.bench.record import Scores

HEADER = (
    "policy", "cost usd", "bound usd", "witness usd", "gap %", "score", "95 % interval", "violating %", "worst V pu",
    "worst load %", "unserved MWh", "ms/decision",
)  # fmt: skip


def cells(name: str, scores: Scores) -> tuple[str, ...]:
    """Return one line of the table; money and energy are means per episode, gap is that of the cost to the bound."""
    low, high = scores.score_ci95
    return (
        name,
        f"{scores.cost_usd_mean:.2f}",
        f"{scores.bound_usd_mean:.2f}",
        f"{scores.witness_usd_mean:.2f}",
        f"{100 * scores.gap_to_bound_mean:.2f}",
        f"{scores.score_iqm:.4f}",
        f"{low:.3f} to {high:.3f}",
        f"{100 * scores.violating_steps_share:.2f}",
        f"{scores.worst_voltage_pu:.4f}",
        f"{100 * scores.worst_loading_pu:.1f}",
        f"{scores.unserved_mwh_mean:.4f}",
        f"{1000 * scores.seconds_per_decision:.3f}",
    )


def table(lines: Sequence[tuple[str, Scores]]) -> str:
    """Return the table as text, names to the left, numbers to the right."""
    return aligned([HEADER, *(cells(name, scores) for name, scores in lines)])
