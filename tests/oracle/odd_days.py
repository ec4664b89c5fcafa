"""Days of the tiny grid that go wrong, each in its own way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import tiny_grid as tiny

from gridbench.physics.devices import Generator, Load
from gridbench.physics.terms import Device, Eq, Le, Span
from gridbench.scenario.scenario import Split


def changed(scenario, name, **fields):
    """The scenario with some fields of one device changed."""
    devices = tuple(replace(d, **fields) if d.name == name else d for d in scenario.devices)
    return replace(scenario, devices=devices)


def added(scenario, *devices, **columns):
    """The scenario with more devices, and more columns in its series."""
    series = scenario.splits["test"].series[0]
    longer = replace(series, columns={**series.columns, **columns})
    return replace(scenario, devices=(*scenario.devices, *devices), splits={"test": Split("test", (longer,), (0,))})


def with_demand(scenario, bus, step, p_mw=0.0, q_mvar=0.0):
    """One more demand at a bus, in one step alone."""
    profile = np.where(np.arange(scenario.steps) == step, 1.0, 0.0)
    probe = Load(name="probe", bus=bus, p_mw=p_mw, q_mvar=q_mvar, profile="load_probe", lost_load_usd_per_mwh=1000.0)
    return added(scenario, probe, load_probe=profile)


def overvoltage():
    """Cheap active power at unity power factor where the regulator cannot lower the voltage and branches have x > r."""
    tight = tiny.scenario(6, positions=1, min_up=1, capacitors=1)
    tight = changed(tight, "grid", rating_mva=6.0)
    cheap = {"cost_usd_per_mwh": 1.0, "cost_usd_per_mw2h": 0.0, "power_factor_min": 1.0}
    tight = changed(tight, "gen", p_max_mw=3.0, s_max_mva=3.0, start_mw=3.0, ramp_mw_per_h=9.0, **cheap)
    return replace(tight, voltage=replace(tight.voltage, v_max_pu=1.04, excess_usd_per_pu2_h=5e4))


@dataclass(frozen=True, slots=True, kw_only=True)
class JustStarted(Generator):
    """A unit that remembers a start although it is off: its minimum up time contradicts its initial state."""

    kind: str = "just started"

    def initial(self):
        return {**dict.fromkeys(self.states(), 0.0), "started_1": 1.0}


def contradictory_start():
    scenario = tiny.scenario(6)
    gen = next(d for d in scenario.devices if d.name == "gen")
    fields = {name: getattr(gen, name) for name in Generator.__dataclass_fields__ if name not in {"kind", "gate"}}
    return replace(scenario, devices=tuple(JustStarted(**fields) if d is gen else d for d in scenario.devices))


@dataclass(frozen=True, slots=True, kw_only=True)
class Car(Device):
    """A car that must hold some energy at the end of the day."""

    name: str = "car"
    bus: str = "b4"
    power_mw: float = 0.1
    need_mwh: float = 2.0
    kind: str = "car"

    def controls(self):
        return {"charge_mw": Span(0.0, self.power_mw)}

    def states(self):
        return {"energy_mwh": Span(0.0, 100.0)}

    def initial(self):
        return {"energy_mwh": 0.0}

    def inject(self, u, w):  # noqa: ARG002
        return -u.charge_mw, 0.0

    def advance(self, x, u, w, dt_h):  # noqa: ARG002
        return {"energy_mwh": x.energy_mwh + dt_h * u.charge_mw}

    def closing_limits(self, first, last, slack):  # noqa: ARG002
        return (Le("charged by the end", self.need_mwh, last.energy_mwh),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence(Device):
    """A permit that demand may not exceed: a law in which nothing is to be decided."""

    name: str = "licence"
    bus: str = "b4"
    most_pu: float = 1.0
    kind: str = "licence"

    def inputs(self):
        return {"demand_pu": "load_a"}

    def limits(self, x, u, w, dt_h):  # noqa: ARG002
        return (Le("permitted demand", w.demand_pu, self.most_pu),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Half(Device):
    """A machine whose switch must stand halfway."""

    name: str = "half"
    bus: str = "b4"
    kind: str = "half"

    def controls(self):
        return {"on": Span(0, 1, integer=True), "p_mw": Span(0.0, 1.0)}

    def inject(self, u, w):  # noqa: ARG002
        return -u.p_mw, 0.0

    def limits(self, x, u, w, dt_h):  # noqa: ARG002
        return (Eq("half on", 2.0 * u.on, 1.0 + 0.0 * u.p_mw), Le("output", u.p_mw, 0.1 * u.on))
