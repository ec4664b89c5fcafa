"""Modes: the binaries that keep a device from feeding and drawing at once, and where a relaxation would do both.

Energy of negative value is worth burning. On paper that is done by a tie that buys and sells at once, by a storage that
charges and discharges at once, or by a current larger than its flow; the plant does none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.affine import affine
from gridbench.physics.terms import Device, Values, inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.oracle.affine import Floats, Indices
    from gridbench.oracle.formulation import Formulation
    from gridbench.scenario.scenario import Columns, Scenario

LOSS_MARGIN = 1.1
"""How much more than the price of energy a loss is charged in schedules, so that burning never pays."""
BOTH_MW = 1e-4
"""Power in both directions at once that the fixed modes are worth another solution for."""


def paid_usd_per_mwh(scenario: Scenario, series: Columns) -> Floats:
    """Return what the tie pays for taking energy, where its price is negative, else 0 (steps,)."""
    price = scenario.tie.buy_usd_per_mwh(inputs(scenario.tie, series))
    return np.asarray(np.maximum(-np.broadcast_to(price, (scenario.steps,)), 0.0), dtype=np.float64)


def loss_usd_per_pu2(scenario: Scenario, series: Columns) -> Floats:
    """Return the price of squared currents under which no loss has negative value (steps, branches)."""
    per_pu = LOSS_MARGIN * scenario.step_h * scenario.feeder.base_mva * scenario.feeder.arrays.r
    return np.asarray(paid_usd_per_mwh(scenario, series)[:, None] * per_pu, dtype=np.float64)


def binaries(formulation: Formulation) -> Indices:
    """Return the columns to branch on: all gates, and the modes of steps in which energy has a negative price."""
    columns = formulation.problem.columns
    paid = paid_usd_per_mwh(formulation.scenario, formulation.series) > 0.0
    none: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    gates = [columns[name].ravel() for name in formulation.gates()]
    return np.concatenate([none, *gates, *(columns[f"{d.name}.{mode}"][paid] for d, mode in _modes(formulation))])


def nearest(formulation: Formulation, x: Floats) -> Floats:
    """Return numbers for `binaries` next to a point x: gates rounded, modes in their net direction."""
    whole = x.copy()
    modes, numbers, _ = one_way(formulation, x)
    whole[modes] = numbers
    return np.rint(whole[binaries(formulation)])


def one_way(formulation: Formulation, x: Floats) -> tuple[Indices, Floats, bool]:
    """Return the columns of all modes, the net direction of each at x, and whether x goes both ways anywhere."""
    cols: list[Indices] = [np.zeros(0, dtype=np.int64)]
    numbers: list[Floats] = [np.zeros(0)]
    both = False
    for device, mode in _modes(formulation):
        found = formulation.controls(x, device.name)
        settled = _settled(formulation, x, device)
        cols.append(formulation.problem.columns[f"{device.name}.{mode}"])
        numbers.append(settled[mode])
        power = (found[name] for name in found if name.endswith("_mw"))
        net = sum(abs(settled[name]) for name in found if name.endswith("_mw"))
        both = both or bool(np.any(sum(np.abs(part) for part in power) - net > BOTH_MW))
    return np.concatenate(cols), np.concatenate(numbers), both


def _modes(formulation: Formulation) -> list[tuple[Device, str]]:
    """Return the devices without gate or positions that have an integer, with its name."""
    return [
        (device, name)
        for device in formulation.scenario.devices
        for name, span in device.controls().items()
        if span.integer and device.gate is None and name != "position"
    ]


def _settled(formulation: Formulation, x: Floats, device: Device) -> dict[str, Floats]:
    """Return the controls by which the device brings about its net power at x, arrays (steps,)."""
    day, steps = formulation.days[device.name], formulation.scenario.steps
    states = Values(**{name: state.value(x) for name, state in day.states.items()})
    net = {"p_mw": affine(day.p_mw).value(x), "q_mvar": affine(day.q_mvar).value(x)}
    ask = Values(**net | device.ask_of(Values(**formulation.controls(x, device.name))))
    settled = device.settle(states, ask, inputs(device, formulation.series), formulation.scenario.step_h)
    return {name: np.broadcast_to(np.asarray(number, dtype=np.float64), (steps,)) for name, number in settled.items()}
