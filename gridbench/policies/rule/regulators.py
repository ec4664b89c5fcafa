"""Regulators and capacitor banks: line-drop compensation from what the operator measures, in one hour's advance of the load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gridbench.physics.devices import Regulator
    from gridbench.policies.seen import Seen
    from gridbench.scenario.scenario import Scenario

Floats = NDArray[np.float64]
COMPENSATION = 0.5
"""Share of the drop behind a regulator that its output is raised by: the middle of its zone is held at the target."""


class LineDrop:
    """What a regulator's control knows of the lines: how far the voltage falls per MW drawn at the root.

    The drop to a bus is the sum over its path of r times the share of nominal load that the branch carries (LinDistFlow).
    """

    def __init__(self, scenario: Scenario) -> None:
        """Work out the drops of a scenario, and the worst one within each regulator's zone."""
        arrays, feeder = scenario.feeder.arrays, scenario.feeder
        share = np.zeros(len(feeder.buses))
        for device in scenario.devices:
            if device.kind == "load":
                share[feeder.bus_index(device.bus)] += device.p_mw  # type: ignore[attr-defined]
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


def positions(regulators: tuple[Regulator, ...], lines: LineDrop, seen: Seen, growth_mw: Floats) -> list[Floats]:
    """Return the positions (batch,) of the regulators, in the order from the root outwards.

    `growth_mw` (batch,) is by how much the net load rises against the last step. A regulator moves to the position nearest
    to its compensated target when its expected output leaves the band around it.
    """
    found: list[Floats] = []
    lifted: Floats = np.zeros_like(growth_mw)
    root_mw = seen["root.p_mw"] + growth_mw
    for regulator, drop, behind in zip(regulators, lines.output, lines.behind, strict=True):
        before = seen[f"{regulator.name}.position"]
        ratio = 1.0 + regulator.step_pu * before
        inlet = seen.voltage(f"{regulator.name}.v_pu") / ratio + lifted - drop * growth_mw
        inlet = np.maximum(inlet, 0.5)
        target = regulator.target_pu + COMPENSATION * behind * root_mw
        target = np.clip(target, 0.95, 1.05)
        off = np.abs(inlet * ratio - target) > 0.5 * regulator.band_pu
        wanted = np.clip(np.rint((target / inlet - 1.0) / regulator.step_pu), regulator.position_min, regulator.position_max)
        position = np.where(off, wanted, before)
        lifted = lifted + inlet * regulator.step_pu * (position - before)
        found.append(position)
    return found


def bank_positions(scenario: Scenario, seen: Seen) -> list[Floats]:
    """Return the capacitors in service (batch,) of each bank: together they cover the reactive power drawn at the root.

    None is added above 1.04 pu, and one is taken out above 1.05 pu.
    """
    full = sum(bank.step_mvar * bank.steps for bank in scenario.banks) or 1.0
    served = sum((bank.step_mvar * seen[f"{bank.name}.position"] for bank in scenario.banks), np.zeros_like(seen["root.q_mvar"]))
    need = np.clip((seen["root.q_mvar"] + served) / full, 0.0, 1.0)
    found = []
    for bank in scenario.banks:
        before = seen[f"{bank.name}.position"]
        position = np.rint(need * bank.steps)
        position = np.where(seen.voltage("v_max_pu") > 1.04, np.minimum(position, before), position)
        found.append(np.maximum(np.where(seen.voltage("v_max_pu") > 1.05, np.minimum(position, before - 1.0), position), 0.0))
    return found
