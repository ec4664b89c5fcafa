"""Every violation of a limit: where, when, how long and how far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.networks.phases import three_phase
from gridbench.plant.device_violations import device_excesses
from gridbench.plant.layout import layout
from gridbench.plant.violations import excesses
from gridbench.report.ledger import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from gridbench.bench.record import PlantName
    from gridbench.bench.trajectory import Trajectory
    from gridbench.scenario.scenario import Columns, Scenario

    Floats = NDArray[np.float64]

BLACKOUT = "blackout"


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that is passed in steps one after the other; hours of the day, pu as in `plant.violations`, pu h over time."""

    seed: int
    day: int
    kind: str
    place: str
    begin_h: float
    end_h: float
    worst_pu: float
    pu_h: float


def breaches(
    scenario: Scenario, columns: Columns, run: Trajectory, judge: PlantName, episode: tuple[int, int]
) -> Iterator[Breach]:
    """Return the violations of an episode (seed, day); a dark step is a blackout everywhere, and nothing else."""
    dark = run.blackout.astype(bool)
    yield from _runs(scenario, episode, BLACKOUT, EVERYWHERE, dark.astype(np.float64))
    root = run.p_root_mw, run.q_root_mvar
    names = place_names(scenario, judge)
    for kind, past in excesses(scenario, run.v_pu, run.loading, root).items():
        lit = np.where(dark[:, None], 0.0, past)
        for i in np.flatnonzero(lit.any(axis=0)):
            yield from _runs(scenario, episode, kind, names[kind][int(i)], lit[:, i])
    for device, kind, past in _of_devices(scenario, columns, run):
        yield from _runs(scenario, episode, kind, device, np.where(dark, 0.0, past))


def place_names(scenario: Scenario, judge: PlantName) -> Mapping[str, Sequence[str]]:
    """Return the names of the places of each kind of violation of the network."""
    feeder = scenario.feeder
    buses = [f"bus {bus.name}" for bus in feeder.buses[1:]]
    branches = [f"branch {branch.name}" for branch in feeder.branches]
    if judge == "three_phase":
        network = three_phase(feeder)
        buses = [f"bus {bus}, phase {phase}" for bus, phase in network.nodes[len(network.slack_voltage) :]]
        branches = [f"branch {branch}, {phase}" for branch, phase in network.windings.names]
    return {"undervoltage": buses, "overvoltage": buses, "loading": branches, "tie_overload": [f"tie {scenario.tie.name}"]}


def _of_devices(scenario: Scenario, columns: Columns, run: Trajectory) -> Iterator[tuple[str, str, Floats]]:
    """Return (device, kind, excess by step) of devices that pass limits of their own: none, unless the physics is broken."""
    lay = layout(scenario)
    controls = dict(zip(lay.controls, run.controls.T, strict=True))
    states = dict(zip(lay.states, run.states.T, strict=True))
    if not any(past.any() for past in device_excesses(scenario, columns, controls, states).values()):
        return
    for device in scenario.devices:
        alone = replace(scenario, devices=(device,))
        for kind, past in device_excesses(alone, columns, controls, states).items():
            if past.any():
                yield device.name, kind, past.max(axis=1)


def _runs(scenario: Scenario, episode: tuple[int, int], kind: str, place: str, past: Floats) -> Iterator[Breach]:
    """Return one breach for each run of steps (steps,) above zero."""
    over = np.concatenate([[False], past > 0.0, [False]]).astype(np.int8)
    change = np.diff(over)
    for begin, end in zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True):
        part, step_h = past[begin:end], scenario.step_h
        hours = float(begin * step_h), float(end * step_h)
        yield Breach(*episode, kind, place, *hours, float(part.max()), float(part.sum() * step_h))
