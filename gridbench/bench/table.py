"""The printed table: how a policy compares with the anchor and with the oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.bench.record import bound_is
from gridbench.text import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.bench.record import PlantName, Scores

HEADER = (
    "policy", "cost usd", "bound usd", "witness usd", "gap %", "score", "95 % interval", "violating %", "worst V pu",
    "worst load %", "unserved MWh", "ms/decision",
)  # fmt: skip


MARKED = ("bound usd", "witness usd", "gap %", "score", "95 % interval")
INDICATIVE = (
    "* plant three_phase: costs, voltages and loadings are those of the unbalanced network; bound, witness, gap and score are\n"
    "indicative, for the bound is certified for the balanced plant only, and a cost may lie below it."
)


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


def table(lines: Sequence[tuple[str, Scores]], plant: PlantName = "balanced") -> str:
    """Return the table as text, names to the left, numbers to the right; what is no certificate is marked and explained."""
    rows = [cells(name, scores) for name, scores in lines]
    if bound_is(plant) == "certified":
        return aligned([HEADER, *rows])
    header = [f"{name}*" if name in MARKED else name for name in HEADER]
    return f"{aligned([header, *rows])}{INDICATIVE}\n"
