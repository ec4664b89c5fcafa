"""Features: whose numbers they hold, in which units and bounds."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sample_devices import diesel

from gridbench.envs import PowerGridAgent
from gridbench.envs.agents.device_agent import DeviceAgent, GeneratorAgent, StorageAgent
from gridbench.envs.codec import unit_of
from gridbench.envs.declaration import declare
from gridbench.envs.from_agents import scenario_of
from gridbench.heron import Change, EventEnv, Schedule, Scheduled
from gridbench.networks import IEEE13Bus
from gridbench.physics.devices import Generator, Storage


def agents_of(*devices):
    grid = PowerGridAgent(IEEE13Bus("MG1"), devices)
    return declare(scenario_of("village", [grid]), grids=[grid]).hierarchy.agents


def test_a_device_has_no_numbers_of_one_whose_name_begins_alike():
    short, long = (diesel(name, bus="633", min_up_steps=3) for name in ("gen", "gen.a"))
    agents = agents_of(short, long)
    for name in ("gen", "gen.a"):
        status = next(feature for feature in agents[name].features if feature.name == "status")
        assert {field.name for field in status.fields} >= {"p_mw", "on", "started_1", "started_2", "since_start_h"}
        assert {field.source.partition(".")[2].rpartition(".")[0] for field in status.fields} == {name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turbine(Generator):
    """A generator of a kind of one's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flywheel(Storage):
    """A storage of a kind of one's own."""


def test_a_device_of_a_derived_kind_has_the_agent_of_that_kind():
    fields = {"p_min_mw": 0.1, "p_max_mw": 1.0, "s_max_mva": 1.0, "cost_usd_per_mwh": 60.0, "start_mw": 0.5, "ramp_mw_per_h": 1.0}
    turbine = Turbine(name="turbine", bus="633", **fields)
    wheel = Flywheel(name="wheel", bus="634", power_mw=0.2, s_max_mva=0.2, energy_mwh=0.1, missing_usd_per_mwh=1.0)
    agents = agents_of(turbine, wheel)
    assert type(agents["turbine"]) is GeneratorAgent
    assert type(agents["wheel"]) is StorageAgent
    assert {type(agents[name]) for name in agents if name.startswith("load.")} < {*DeviceAgent.__subclasses__()}


def test_series_of_powers_are_never_negative_and_prices_may_be(scenario):
    series = next(f for f in declare(scenario).hierarchy.agents["dso"].features if f.name == "series")
    bounds = {field.name: field.lo for field in series.fields}
    assert bounds.pop(scenario.tie.price) == -float("inf")
    assert set(bounds.values()) == {0.0}


def test_a_disturbance_takes_no_more_demand_than_there_is(scenario):
    column = next(device for device in scenario.devices if device.name == "load.mid806").profile
    change = Change(f"dso/series.{column}", -1.0)
    env = EventEnv(declare(scenario, agents="device", days=[3]), Schedule(disturbances=(Scheduled(change, (600.0,)),)))
    env.reset(0)
    env.step({name: env.wiring.specs[name].ask(env.wiring.specs[name].idle(1)) for name in env.wiring.deciders})
    assert env.state.get("load.mid806/electrical.p_mw")[0] == 0.0


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("p_min_mw", "MW"), ("step_mvar", "Mvar"), ("rating_mva", "MVA"), ("energy_mwh", "MWh"), ("v_kv", "kV"), ("v_pu", "pu"),
        ("since_start_h", "h"), ("start_usd", "usd"), ("price_usd_per_mwh", "usd/MWh"), ("ramp_mw_per_h", "MW/h"),
        ("position", ""), ("cost_usd_per_mw2h", ""),
    ],
)  # fmt: skip
def test_units_stand_in_names(name, unit):
    assert unit_of(name) == unit


def test_figures_of_devices_have_their_units(scenario):
    agents = declare(scenario).hierarchy.agents
    units = {f"{name}.{field.name}": field.unit for name in agents for f in agents[name].features for field in f.fields}
    assert units["MG1.diesel.s_max_mva"] == units["tie.rating_mva"] == "MVA"
    assert units["bank.844.step_mvar"] == units["MG1.diesel.q_mvar"] == "Mvar"
