"""Exactness, diagnosed: where a relaxation's flow is no flow of the network, by how much, and why.

The cone's own slack is badly scaled where little flows. What a relaxed current loses on paper, and what the power flow of the
same injections says of voltages and losses, are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.affine import affine
from gridbench.oracle.certify import power_flow
from gridbench.oracle.modes import paid_usd_per_mwh
from gridbench.physics.branch_flow import behind_transformer, series_loss, squared_current
from gridbench.physics.terms import inputs
from gridbench.text import aligned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.networks.feeder import TreeArrays
    from gridbench.oracle.affine import Floats
    from gridbench.oracle.formulation import Formulation
    from gridbench.scenario.scenario import Scenario

VOLTAGE_PU = 1e-5
"""Voltages that differ by less are the same; the power flow itself is solved to about 1e-10."""
LOSS_SHARE = 1e-4
"""Losses of a day that differ by less than this share of them are the same."""
NEAR_PU2 = 1e-4
"""A squared voltage this close to an upper end is at it."""
FREE_USD = 1e-3
"""A loss on paper that is worth less than this in a step costs nothing to speak of."""


@dataclass(frozen=True, eq=False)
class Exactness:
    """A relaxed flow against the power flow of the same injections; arrays (steps, branches), of buses (steps, buses - 1).

    `slack` is (l s - P^2 - Q^2) / (l s), `burnt_mw` the loss of the current above (P^2 + Q^2) / s, `earns_usd` what that energy
    is paid for where its price is negative, and `fall_pu` how much that current lowers the voltage behind it. `voltage_pu` and
    `loss_mw` are those of the relaxation less those of the power flow, NaN where there is none. `reasons` says by reason where
    it holds.
    """

    scenario: Scenario
    slack: Floats
    burnt_mw: Floats
    earns_usd: Floats
    fall_pu: Floats
    voltage_pu: Floats
    loss_mw: Floats
    total_loss_mw: float
    reasons: dict[str, NDArray[np.bool_]]

    @cached_property
    def slack_at(self) -> NDArray[np.bool_]:
        """Where a branch carries more current than its flow needs, enough to matter."""
        return _matters(self.burnt_mw, self.fall_pu, self.scenario)

    @property
    def exact(self) -> bool:
        """Whether voltages and losses are those of the power flow."""
        lost = np.abs(self.loss_mw).sum()
        return bool(np.abs(self.voltage_pu).max() <= VOLTAGE_PU and lost <= LOSS_SHARE * self.total_loss_mw + VOLTAGE_PU)

    def why(self, step: int, branch: int) -> str:
        """Return the reasons for the slack of a branch in a step; none of those known is `unexplained`."""
        return ", ".join(reason for reason, holds in self.reasons.items() if holds[step, branch]) or "unexplained"

    def worst(self, count: int = 10) -> list[tuple[int, int]]:
        """Return step and branch of what is slack and loses the most voltage behind it, the worst first."""
        order = np.argsort(-np.where(self.slack_at, self.fall_pu, -1.0), axis=None)[: min(count, int(self.slack_at.sum()))]
        steps, branches = np.unravel_index(order, self.slack.shape)
        return list(zip(steps.tolist(), branches.tolist(), strict=True))

    def table(self, count: int = 10) -> str:
        """Return the verdict, and the worst of what is slack, as text."""
        head = "branch", "step", "slack", "burnt kW", "earns usd", "voltage pu", "loss kW", "why"
        lines = []
        for t, k in self.worst(count):
            numbers = f"{t}", f"{self.slack[t, k]:.4f}", f"{1e3 * self.burnt_mw[t, k]:.3f}", f"{self.earns_usd[t, k]:.2f}"
            replayed = f"{self.voltage_pu[t, k]:+.5f}", f"{1e3 * self.loss_mw[t, k]:+.3f}"
            lines.append((self.scenario.feeder.branches[k].name, *numbers, *replayed, self.why(t, k)))
        off, dark = np.nanmax(np.abs(self.voltage_pu), initial=0.0), int(np.isnan(self.voltage_pu).any(axis=1).sum())
        verdict = f"{'exact' if self.exact else 'not exact'}: voltages within {off:.1g} pu of the power flow"
        verdict += f", which {dark} steps do not have" if dark else ""
        text = f"{verdict}, {int(self.slack_at.sum())} of {self.slack.size} branches and steps slack\n"
        return text + aligned([head, *lines]) if lines else text


def exactness(formulation: Formulation, x: Floats) -> Exactness:
    """Return how far a solution x (n,) is from the power flow of its own injections, where, and why."""
    scenario, tree, columns = formulation.scenario, formulation.scenario.feeder.arrays, formulation.problem.columns
    u, l, P, Q = (x[columns[name]] for name in ("u", "l", "P", "Q"))  # noqa: E741
    ratio, bank = _positions(formulation, x)
    found_u, found_l = power_flow(scenario.feeder, ratio, bank, *_injections(formulation, x))
    sending = np.column_stack([np.full(scenario.steps, scenario.feeder.root_voltage_pu**2), u])[:, tree.parent]
    excess = l - squared_current(P, Q, behind_transformer(sending, ratio))
    base, paid = scenario.feeder.base_mva, paid_usd_per_mwh(scenario, formulation.series)
    burnt_mw = base * series_loss(tree.r, excess)
    return Exactness(
        scenario=scenario,
        slack=formulation.slack(x),
        burnt_mw=burnt_mw,
        earns_usd=paid[:, None] * scenario.step_h * burnt_mw,
        fall_pu=0.5 * (tree.r**2 + tree.x**2) * excess,
        voltage_pu=np.sqrt(u) - np.sqrt(found_u[:, 1:]),
        loss_mw=base * series_loss(tree.r, l - found_l),
        total_loss_mw=float(base * series_loss(tree.r, l).sum()),
        reasons=_reasons(formulation, u, P, burnt_mw),
    )


def _matters(burnt_mw: Floats, fall_pu: Floats, scenario: Scenario) -> NDArray[np.bool_]:
    """Whether a loss on paper shows in voltages, or in the losses of a network of this size."""
    return np.asarray((fall_pu > 0.1 * VOLTAGE_PU) | (burnt_mw > 0.1 * VOLTAGE_PU * scenario.feeder.base_mva), dtype=np.bool_)


def _reasons(formulation: Formulation, u: Floats, P: Floats, burnt_mw: Floats) -> dict[str, NDArray[np.bool_]]:
    """Return what lets a relaxed current be larger than its flow, (steps, branches) by reason."""
    scenario = formulation.scenario
    band, below = scenario.voltage, _below(scenario.feeder.arrays)
    high = (u >= min(band.v_max_pu, band.trip_max_pu) ** 2 - NEAR_PU2).astype(np.float64)
    price = scenario.tie.buy_usd_per_mwh(inputs(scenario.tie, formulation.series))
    worth = np.abs(price)[:, None] * burnt_mw * scenario.step_h
    burnt, behind = (price[:, None] < 0.0) & (burnt_mw > 0.0), high @ below.T > 0.0
    elsewhere = (high.max(axis=1, keepdims=True) > 0.0) & ~burnt & ~behind
    return {
        "energy of negative price is burnt": burnt,
        "voltage behind it at the upper limit": behind,
        "voltage elsewhere at the upper limit": elsewhere,
        "reverse flow": P < 0.0,
        "its loss costs nothing": (worth < FREE_USD) & ~burnt & ~behind & ~elsewhere,
    }


def _below(tree: TreeArrays) -> Floats:
    """Return which of the fed buses each branch leads to, (branches, branches) of 0 and 1."""
    leads = np.eye(tree.parent.size)
    for k in range(tree.parent.size - 1, -1, -1):
        above = tree.parent[k] - 1
        if above >= 0:
            leads[above] += leads[k]
    return leads


def _positions(formulation: Formulation, x: Floats) -> tuple[Floats, Floats]:
    """Return the ratios of transformers (steps, branches) and the susceptances of banks (steps, buses), fractions too."""
    scenario, feeder = formulation.scenario, formulation.scenario.feeder
    ratio, bank = np.tile(feeder.arrays.ratio, (scenario.steps, 1)), np.zeros((scenario.steps, len(feeder.buses)))
    factor = {name: tap.scaled.value(x) / tap.u.value(x) for name, tap in formulation.taps.items()}
    for regulator in scenario.regulators:
        ratio[:, feeder.branch_index(regulator.branch)] = np.sqrt(factor[regulator.name])
    for one in scenario.banks:
        bank[:, feeder.bus_index(one.bus)] += factor[one.name]
    return ratio, bank


def _injections(formulation: Formulation, x: Floats) -> tuple[Floats, Floats]:
    """Return what the devices inject into each bus but for the banks, (steps, buses) in pu."""
    scenario, feeder = formulation.scenario, formulation.scenario.feeder
    p, q = (np.zeros((scenario.steps, len(feeder.buses))) for _ in range(2))
    for day in formulation.days.values():
        bus = getattr(day.device, "bus", None)
        if bus is not None:
            k = feeder.bus_index(bus)
            p[:, k] += affine(day.p_mw).value(x) / feeder.base_mva
            q[:, k] += affine(day.q_mvar).value(x) / feeder.base_mva
    return p, q
