"""An episode of the balanced plant, judged on the unbalanced network: its trajectory with voltages and money of three phases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.physics.terms import MONEY

if TYPE_CHECKING:
    from gridbench.bench.trajectory import Floats, Trajectory
    from gridbench.plant.three_phase_plant import PhaseSteps, ThreePhasePlant
    from gridbench.scenario.scenario import Columns

CLOSING = ("missing_energy",)
"""The money of the end of the day, which a dark step pays too."""


def judged(plant: ThreePhasePlant, columns: Columns, run: Trajectory) -> Trajectory:
    """Return the trajectory as the unbalanced network answers to its controls.

    v_pu (steps, 1 + nodes but the root's), the root first, and loading (steps, windings); root powers, the tie's controls,
    blackouts and money follow. Asks and states are those of the balanced plant, and so is every step that was dark in it.
    """
    found = plant.steps(run.controls, columns, run.blackout)
    newly_dark = found.blackout & ~run.blackout
    controls = np.where(newly_dark[:, None], 0.0, run.controls)
    for name, number in found.tie.items():
        controls[:, plant.layout.controls.index(f"{plant.scenario.tie.name}.{name}")] = number
    money = _money(run, found)
    return replace(
        run,
        v_pu=found.v_pu[:, len(plant.network.slack_voltage) - 1 :],
        loading=found.loading,
        p_root_mw=found.p_root_mw,
        q_root_mvar=found.q_root_mvar,
        controls=controls,
        blackout=found.blackout,
        money=money,
        cost_usd=money.sum(axis=1),
    )


def _money(run: Trajectory, found: PhaseSteps) -> Floats:
    """Return the money by component: the devices' own as it was, the network's as found; a dark step pays for nothing else."""
    newly_dark, at_the_end = (found.blackout & ~run.blackout)[:, None], np.array([name in CLOSING for name in MONEY])
    money = np.where(newly_dark & ~at_the_end, 0.0, run.money)
    for component, usd in found.money.items():
        column = MONEY.index(component)
        money[:, column] = np.where(run.blackout, run.money[:, column], usd)
    return money
