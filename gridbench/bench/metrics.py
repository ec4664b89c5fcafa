"""What an episode was like, measured from its raw states: money, safety, energy. Every step counts, a dark one as 0 pu."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.physics.devices import EvCharger, FlexibleLoad, Load, Renewable
from gridbench.physics.terms import MONEY, Values, inputs
from gridbench.plant.device_violations import DEVICE_KINDS, device_excesses
from gridbench.plant.violations import KINDS, excesses

if TYPE_CHECKING:
    from gridbench.bench.trajectory import Trajectory
    from gridbench.scenario.scenario import Columns, Scenario

Floats = NDArray[np.float64]

VIOLATIONS = (*KINDS, *DEVICE_KINDS)
"""The kinds of violation, in order."""
SAFETY = (
    "violating_steps_share",
    *(f"{kind}_{what}" for kind in VIOLATIONS for what in ("share", "pu_h", "worst_pu")),  # of steps, over places and time, worst
    "worst_voltage_pu",
    "worst_loading_pu",
)
ENERGY = ("unserved_mwh", "blackout_steps", "clipped_actions", "renewable_used_share")
METRICS = ("cost_usd", *(f"{component}_usd" for component in MONEY), *SAFETY, *ENERGY)
"""The measured columns of episodes.csv, in order."""


def measure(scenario: Scenario, columns: Columns, run: Trajectory) -> dict[str, float]:
    """Return the metrics of an episode by name, in the order of METRICS."""
    money = {f"{component}_usd": float(run.money[:, i].sum()) for i, component in enumerate(MONEY)}
    found = {"cost_usd": float(run.cost_usd.sum()), **money, **_safety(scenario, columns, run), **_energy(scenario, columns, run)}
    return {name: found[name] for name in METRICS}


def _safety(scenario: Scenario, columns: Columns, run: Trajectory) -> dict[str, float]:
    dark = run.blackout.astype(bool)
    voltage, loading = (np.where(dark[:, None], 0.0, one) for one in (run.v_pu, run.loading))
    root = np.where(dark, 0.0, run.p_root_mw), np.where(dark, 0.0, run.q_root_mvar)
    devices = device_excesses(scenario, columns, _controls(scenario, run), _states(scenario, run))
    violating, found = dark.copy(), {}
    for kind, passed in {**excesses(scenario, voltage, loading, root), **devices}.items():
        over = np.where(dark[:, None], 0.0, passed) if kind in devices else passed
        steps = over.any(axis=1)
        violating |= steps
        found[f"{kind}_share"] = float(steps.mean())
        found[f"{kind}_pu_h"] = float(over.sum() * scenario.step_h)
        found[f"{kind}_worst_pu"] = float(over.max(initial=0.0))
    found["violating_steps_share"] = float(violating.mean())
    found["worst_voltage_pu"] = _worst_voltage(scenario, voltage[:, 1:])
    found["worst_loading_pu"] = float(loading.max(initial=0.0))
    return found


def _worst_voltage(scenario: Scenario, voltage: Floats) -> float:
    """Return the voltage that lies furthest outside the band, or nearest to its edge."""
    band = scenario.voltage
    return float(voltage.flat[int(np.argmax(np.maximum(band.v_min_pu - voltage, voltage - band.v_max_pu)))])


def _energy(scenario: Scenario, columns: Columns, run: Trajectory) -> dict[str, float]:
    dark, lit = run.blackout.astype(bool), ~run.blackout.astype(bool)
    controls = _controls(scenario, run)
    unserved, used, available = 0.0, 0.0, 0.0
    for device in scenario.devices:
        w = inputs(device, columns)
        if isinstance(device, Load):
            shed = controls.get(f"{device.name}.shed_mw", np.zeros(dark.size))
            unserved += float(np.where(dark, device.demand(w), shed).sum())
        if isinstance(device, FlexibleLoad):
            unserved += float(np.where(dark, device.demand(w), 0.0).sum())
        if isinstance(device, EvCharger):
            unmet_mw = controls[f"{device.name}.unmet_mwh"] / scenario.step_h
            unserved += float(np.where(dark, device.demand(w), unmet_mw).sum())
        if isinstance(device, Renewable):
            used += float(controls[f"{device.name}.p_mw"][lit].sum())
            available += float(np.sum(_available(device, w, scenario.step_h)))
    return {
        "unserved_mwh": unserved * scenario.step_h,
        "blackout_steps": float(dark.sum()),
        "clipped_actions": float(run.clipped.sum()),
        "renewable_used_share": used / available if available > 0.0 else 1.0,
    }


def _controls(scenario: Scenario, run: Trajectory) -> dict[str, Floats]:
    names = [f"{device.name}.{control}" for device in scenario.devices for control in device.controls()]
    return dict(zip(names, run.controls.T, strict=True))


def _states(scenario: Scenario, run: Trajectory) -> dict[str, Floats]:
    names = [f"{device.name}.{state}" for device in scenario.devices for state in device.states()]
    return dict(zip(names, run.states.T, strict=True))


def _available(device: Renewable, w: Values, step_h: float) -> Floats:
    open_ask = Values(p_ceiling_mw=device.p_rated_mw, q_mvar=0.0)
    return np.asarray(device.settle(Values(), open_ask, w, step_h)["p_mw"])
