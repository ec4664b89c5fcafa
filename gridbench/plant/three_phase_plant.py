"""A scenario's grid phase by phase: what settled steps bring about on the unbalanced network.

Devices settle as in the balanced plant, whose injections and positions are taken as they are; here the network answers with the
published phases. So voltages, currents, losses, and with them the import, are those of `plant.three_phase_flow`:

- a nominal load `load.<bus>` draws the power that it draws in the balanced plant, spread over its bus as the published loads are,
  wye and delta; what the feeder states as shunts (load model "zip") is spread in the same way;
- every other device is spread evenly over the phases of its bus, each to ground; a bank is the susceptance that it is;
- a position of a regulator moves each single-phase unit of its branch by the same ratio;
- the root is a balanced source at the feeder's root voltage.

Prices are the scenario's: the tie's on the power drawn, and those of voltage and loading as the mean over the phases of a bus or
branch, which is the balanced price where the phases are alike. A step whose flow has no solution, or leaves a trip limit in any
phase, is dark and costs all demand and the fee. States are not rolled back after it: they stay those of the balanced plant.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.networks.phases import spread, three_phase
from gridbench.networks.three_phase import Terminal
from gridbench.physics.devices import CapacitorBank, Load, Regulator
from gridbench.physics.terms import Values, inputs
from gridbench.physics.unbalanced import Zip
from gridbench.plant.layout import layout
from gridbench.plant.three_phase_flow import ThreePhaseFlow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.physics.devices import LoadingLimit, VoltageBand
    from gridbench.physics.terms import Device, Number
    from gridbench.physics.unbalanced import Complexes, Floats
    from gridbench.plant.three_phase_flow import Flow
    from gridbench.scenario.scenario import Columns, Scenario


@dataclass(frozen=True, eq=False)
class PhaseSteps:
    """Steps on the unbalanced network; the first axis of every array is the step. Zero in dark steps, but for the money.

    v_pu (steps, nodes) and loading (steps, windings, as shares of the rating) in the order of the network; p_root_mw, q_root_mvar
    drawn at the tie and losses_mw of lines and transformers (steps,); blackout (steps,); money in usd (steps,) of the components
    that the network decides: import, export, tie_overload, voltage, loading, blackout; `tie` its controls by name (steps,).
    """

    flow: Flow
    v_pu: Floats
    loading: Floats
    p_root_mw: Floats
    q_root_mvar: Floats
    losses_mw: Floats
    blackout: NDArray[np.bool_]
    money: dict[str, Floats]
    tie: dict[str, Floats]


class ThreePhasePlant:
    """The unbalanced network of a scenario, with its devices at their terminals."""

    def __init__(self, scenario: Scenario) -> None:
        """Place the devices; raises InvalidInput where the feeder is not made of built-in networks."""
        self.scenario, self.network, self.layout = scenario, three_phase(scenario.feeder), layout(scenario)
        shares = {device.name: self._shares(device) for device in scenario.devices if device is not scenario.tie}
        banks = {bank.name for bank in scenario.banks}
        keys = list(dict.fromkeys((one, name in banks) for name, own in shares.items() for one in own))
        self._spread = np.zeros((2, len(scenario.devices), len(keys)))
        for name, own in shares.items():
            for terminal, share in own.items():
                self._spread[:, self.layout.devices.index(name), keys.index((terminal, name in banks))] = share
        impedance = np.array([float(bank) for _, bank in keys])
        model = Zip(1.0 - impedance, np.zeros_like(impedance), impedance)
        self._flow = ThreePhaseFlow(self.network, [terminal for terminal, _ in keys], model)

    def _shares(self, device: Device) -> dict[Terminal, tuple[float, float]]:
        """Return how the active and reactive power of a device is spread over the terminals of its bus."""
        if isinstance(device, Regulator):
            return {}
        feeder = self.scenario.feeder
        bus = feeder.buses[feeder.bus_index(getattr(device, "bus", ""))].name
        even = [Terminal(bus, phase) for phase in self.network.phases(bus)]
        weights: list[tuple[Terminal, complex]] = []
        if isinstance(device, Load) and device.name == f"load.{bus}":
            stated_apart = any(shunt.bus == bus and not shunt.is_capacitor for shunt in feeder.shunts)
            here = [load for load in self.network.loads if load.terminal.bus == bus]
            weights = [(one.terminal, complex(one.p_mw, one.q_mvar) - (one.shunt_mva if stated_apart else 0.0)) for one in here]
        return spread(weights, even)

    def steps(self, controls: Floats, columns: Columns, dark: NDArray[np.bool_]) -> PhaseSteps:
        """Return what steps bring about whose settled controls (steps, controls) are those of a plant.

        `columns` holds the series of the steps by name; steps that are dark already, `dark` (steps,), stay so. Raises
        InvalidInput for controls of a wrong shape.
        """
        count, shape = len(dark), (len(dark), len(self.layout.controls))
        if controls.shape != shape:
            fault = f"controls have shape {controls.shape}, not (steps, controls) = {shape}"
            raise InvalidInput("ThreePhasePlant.steps", [fault])
        power, ratio = np.zeros((2, count, len(self.scenario.devices))), np.tile(self.network.windings.ratio, (count, 1))
        for index, device in enumerate(self.scenario.devices):
            u, w = self._controls(device, controls), inputs(device, columns)
            if isinstance(device, Regulator):
                rows = self.network.windings.of(device.branch)
                ratio[:, rows] *= np.where(dark, 1.0, device.ratio(u.position))[:, None]
            elif isinstance(device, CapacitorBank):
                power[1, :, index] = device.susceptance_mvar(u.position)
            elif device is not self.scenario.tie:
                power[0, :, index], power[1, :, index] = device.inject(u, w)
        power[:, dark] = 0.0
        drawn: Complexes = -(power[0] @ self._spread[0] + 1j * (power[1] @ self._spread[1]))
        return self._settled(self._flow.solve(drawn, ratio), columns, dark)

    def _controls(self, device: Device, controls: Floats) -> Values:
        names = device.controls()
        return Values(**{name: controls[:, self.layout.controls.index(f"{device.name}.{name}")] for name in names})

    def _settled(self, flow: Flow, columns: Columns, dark: NDArray[np.bool_]) -> PhaseSteps:
        dark = dark | ~flow.solved | self._trips(flow)
        lit = ~dark
        p_mw, q_mvar = np.where(lit, flow.root_mva.real, 0.0), np.where(lit, flow.root_mva.imag, 0.0)
        v_pu, loading = np.where(lit[:, None], flow.v_pu, 0.0), np.where(lit[:, None], flow.loading, 0.0)
        tie, hours, nothing = self.scenario.tie, self.scenario.step_h, Values()
        carried = tie.settle(nothing, Values(p_mw=p_mw, q_mvar=q_mvar), nothing, hours)
        money = tie.cost(nothing, Values(**carried), inputs(tie, columns), hours)
        money["voltage"] = self._priced(self.scenario.voltage, "u_pu2", v_pu[:, self._held] ** 2, self._bus_of)
        money["loading"] = self._priced(self.scenario.loading, "l_pu2", loading**2, self._branch_of)
        money = {component: np.where(lit, usd, 0.0) for component, usd in money.items()}
        money["blackout"] = np.where(dark, self._blackout_usd(columns), 0.0)
        losses_mw = np.where(lit, flow.losses_mw, 0.0)
        carried = {name: np.where(lit, number, 0.0) for name, number in carried.items()}
        return PhaseSteps(flow, v_pu, loading, p_mw, q_mvar, losses_mw, dark, money, carried)

    def _trips(self, flow: Flow) -> NDArray[np.bool_]:
        """Return in which steps the protection opens: a phase of a voltage or a branch, or the tie, outside its trip limit."""
        scenario, v_pu = self.scenario, flow.v_pu
        band, most_mva = scenario.voltage, scenario.tie.trip_loading * scenario.tie.rating_mva
        inside = ((v_pu >= band.trip_min_pu) & (v_pu <= band.trip_max_pu)).all(axis=1)
        inside &= (flow.loading <= scenario.loading.trip_loading).all(axis=1)
        tripped: NDArray[np.bool_] = ~(inside & (np.abs(flow.root_mva) <= most_mva))
        return tripped

    @property
    def _held(self) -> slice:
        """The nodes whose voltages are priced: all but the root's."""
        return slice(len(self.network.slack_voltage), None)

    @property
    def _bus_of(self) -> list[str]:
        return [bus for bus, _ in self.network.nodes[self._held]]

    @property
    def _branch_of(self) -> list[str]:
        return [branch for branch, _ in self.network.windings.names]

    def _priced(self, limit: VoltageBand | LoadingLimit, reads: str, measured: Floats, places: list[str]) -> Floats:
        """Return the price of a limit over all places (steps,), the phases of one place sharing it evenly."""
        hours, nothing, w = self.scenario.step_h, Values(), Values(**{reads: measured})
        (usd,) = limit.cost(nothing, Values(**limit.settle(nothing, nothing, w, hours)), w, hours).values()
        phases = Counter(places)
        total: Floats = (usd / np.array([phases[place] for place in places])).sum(axis=1)
        return total

    def _blackout_usd(self, columns: Columns) -> Number:
        """Return what a dark step costs: the fee and all demand."""
        hours = self.scenario.step_h
        return self.scenario.blackout_usd + sum(d.blackout_cost(inputs(d, columns), hours) for d in self.scenario.devices)
