"""Regulators and capacitor banks: line-drop compensation from what the operator measures, in one hour's advance of the load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.physics.devices import FlexibleLoad, Load

if TYPE_CHECKING:
    from gridbench.policies.seen import Seen
    from gridbench.scenario.scenario import Scenario

Floats = NDArray[np.float64]
BANK_SHARE = 0.7
"""Share of the loads' reactive power that fixed and switched capacitors cover together."""
COMPENSATION = 0.8
"""Share of the drop behind a regulator that its output is raised by, so that the far part of its zone is held near the target."""


class LineDrop:
    """What a regulator's control knows of the lines: how far the voltage falls per MW drawn at the root.

    The drop to a bus is the sum over its path of r times the share of nominal load that the branch carries (LinDistFlow).
    """

    def __init__(self, scenario: Scenario) -> None:
        """Work out the drops of a scenario, and the worst one within each regulator's zone."""
        arrays, feeder = scenario.feeder.arrays, scenario.feeder
        share = np.zeros(len(feeder.buses))
        for device in scenario.devices:
            if isinstance(device, Load | FlexibleLoad):
                share[feeder.bus_index(device.bus)] += device.p_mw
        for k in range(len(feeder.branches) - 1, -1, -1):
            share[arrays.parent[k]] += share[k + 1]
        share /= max(share[0], 1e-9)
        self.drop = np.zeros(len(feeder.buses))
        zone = np.full(len(feeder.buses), -1)
        outputs = {feeder.branch_index(r.branch): i for i, r in enumerate(scenario.regulators)}
        for k, parent in enumerate(arrays.parent):
            self.drop[k + 1] = self.drop[parent] + arrays.r[k] * share[k + 1] / feeder.base_mva
            zone[k + 1] = outputs.get(k, zone[parent])
        self.output = [self.drop[k + 1] for k in outputs]
        self.behind = [float(self.drop[zone == i].max(initial=drop) - drop) for i, drop in enumerate(self.output)]


def positions(scenario: Scenario, lines: LineDrop, seen: Seen, net_mw: Floats, before_mw: Floats | None) -> list[Floats]:
    """Return the positions (batch,) of the regulators, in the order from the root outwards.

    `net_mw` (batch,) is the net load expected now, `before_mw` that of the last step, None in the first step, where nothing is
    measured. A regulator moves to the position nearest to its compensated target when its expected output leaves its band.
    """
    found: list[Floats] = []
    lifted: Floats = np.zeros_like(net_mw)
    growth = np.zeros_like(net_mw) if before_mw is None else net_mw - before_mw
    root_mw = net_mw if before_mw is None else seen["root.p_mw"] + growth
    for regulator, drop, behind in zip(scenario.regulators, lines.output, lines.behind, strict=True):
        before = seen[f"{regulator.name}.position"]
        ratio = regulator.ratio(before)
        measured = seen.voltage(f"{regulator.name}.v_pu") / ratio - drop * growth
        inlet = measured + lifted if before_mw is not None else scenario.feeder.root_voltage_pu - drop * root_mw + lifted
        target = np.clip(regulator.target_pu + COMPENSATION * behind * root_mw, 0.95, 1.05)
        off = np.abs(inlet * ratio - target) > 0.5 * regulator.band_pu
        wanted = np.clip(np.rint((target / inlet - 1.0) / regulator.step_pu), regulator.position_min, regulator.position_max)
        position = np.where(off, wanted, before)
        lifted = lifted + inlet * regulator.step_pu * (position - (before if before_mw is not None else 0.0))
        found.append(position)
    return found


def bank_positions(scenario: Scenario, seen: Seen) -> list[Floats]:
    """Return the capacitors in service (batch,) of each bank: as many as the load now needs of its reactive power at nominal.

    Driven by the demand, not by the voltage, so that banks and regulators do not hunt each other.
    """
    nominal = [(d.p_mw, d.q_mvar) for d in scenario.devices if isinstance(d, Load | FlexibleLoad)]
    active, reactive = (sum(one) for one in zip(*nominal, strict=True))
    need = BANK_SHARE * seen["total_load_mw"] * (reactive / max(active, 1e-9)) - fixed_mvar(scenario)
    full = sum(bank.step_mvar * bank.steps for bank in scenario.banks)
    share = np.clip(need / max(full, 1e-9), 0.0, 1.0)
    return [np.rint(share * bank.steps) for bank in scenario.banks]


def fixed_mvar(scenario: Scenario) -> float:
    """Return the reactive power at 1 pu of the capacitors that are never switched."""
    return float(np.sum(scenario.feeder.arrays.shunt_b) * scenario.feeder.base_mva)
