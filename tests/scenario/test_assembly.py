"""A scenario built in code holds what it was given, and is named by all of it."""

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from assembled import BATTERY, DIESEL, OPERATOR, OWNER, microgrid
from plug_in_heater import Heater

from gridbench.envs.batch import BatchEnv
from gridbench.networks import IEEE13Bus
from gridbench.oracle import solve
from gridbench.oracle.certify import Replay, idle_asks
from gridbench.physics.devices import GridTie, Load, VoltageBand
from gridbench.scenario.assembly import TIE_RESERVE, default_tie, with_device
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.check import summary
from gridbench.scenario.scenario import AgentGroup
from gridbench.scenario.series.years import seeded_years

TANK = Heater(name="tank", bus="671", power_mw=0.5, heat_mwh=2.0)


@pytest.fixture(scope="module")
def scenario():
    return microgrid()


def played(scenario, day):
    """What a day costs when every agent answers zeros (usd)."""
    env = BatchEnv(scenario)
    env.reset([scenario.window("test", day)])
    cost_usd = 0.0
    while not env.over:
        *_, result = env.step({agent: np.zeros((1, size)) for agent, size in env.codec.sizes.items()})
        assert not result.blackout.any()
        cost_usd += result.cost_usd[0]
    return cost_usd


@pytest.mark.parametrize("devices", [(DIESEL, BATTERY), (DIESEL, BATTERY, TANK)], ids=["built-in", "plug-in"])
def test_a_day_is_played_and_certified(devices):
    owner = AgentGroup("owner", tuple(device.name for device in devices), ())
    scenario = microgrid(devices=devices, agents=(OPERATOR, owner))
    found = solve(scenario, "test", 0, time_limit_s=60.0)
    idle_usd = Replay(scenario, scenario.window("test", 0)).cost_usd(idle_asks(scenario))
    assert found.bound_usd <= found.witness_usd <= idle_usd
    assert found.witness_usd - found.bound_usd <= 0.01 * abs(found.witness_usd)
    assert found.bound_usd <= played(scenario, 0)


def test_nominal_loads_become_devices_that_follow_the_profile(scenario):
    feeder = IEEE13Bus()
    loads = [device for device in scenario.devices if isinstance(device, Load)]
    assert scenario.feeder.loads == ()
    assert {load.name for load in loads} == {f"load.{load.bus}" for load in feeder.loads}
    assert sum(load.p_mw for load in loads) == pytest.approx(sum(load.p_mw for load in feeder.loads))
    assert {load.profile for load in loads} == {"load_residential_a"}
    assert not microgrid(IEEE13Bus().scaled(load=0.0), demand_profile=None, tie=scenario.tie).columns[1:]


def test_numbers_are_those_of_the_reference_scenario(scenario):
    reference = load_scenario("ieee34_ieee13-v1")
    for field in ("voltage", "loading", "blackout_usd", "step_h", "steps", "anchor", "violating_share_max", "reward_usd"):
        assert getattr(scenario, field) == getattr(reference, field), field
    for split in ("validation", "test"):
        assert scenario.split(split).days == reference.split(split).days
    own = replace(reference.tie, bus=scenario.tie.bus, rating_mva=scenario.tie.rating_mva)
    assert scenario.tie == own
    assert (scenario.id, scenario.title) == ("microgrid-v1", "microgrid")
    assert summary(scenario).integers == 3  # on, charging, importing


def test_tie_is_rated_by_the_demand_whatever_its_model():
    ratings = [default_tie(IEEE13Bus(load_model=model)).rating_mva for model in ("zip", "constant_power")]
    assert ratings == pytest.approx([TIE_RESERVE * np.hypot(3.466, 2.102)] * 2, rel=1e-3)
    assert default_tie(IEEE13Bus().scaled(load=0.0)) is None


def test_tie_goes_to_the_first_agent_unless_one_lists_it(scenario):
    assert [agent.devices for agent in scenario.agents] == [("tie",), ("diesel", "battery")]
    other = microgrid(agents=(OPERATOR, replace(OWNER, devices=(*OWNER.devices, "tie"))))
    assert [agent.devices for agent in other.agents] == [(), ("diesel", "battery", "tie")]
    mine = GridTie(name="mine", bus="650", rating_mva=3.0, price="price_usd_per_mwh", overload_usd_per_h=1.0)
    for given in (microgrid(tie=mine), microgrid(devices=(DIESEL, BATTERY, mine))):
        assert given.tie == mine
        assert given.agents[0].devices == ("mine",)


def test_no_two_splits_and_no_two_seeds_share_weather(scenario):
    years = [*seeded_years("caiso_like", 0).values(), *seeded_years("caiso_like", 1).values()]
    assert len({year.seed for year in years}) == 6
    assert len({year.columns["wind_a"].tobytes() for year in years}) == 6
    assert microgrid().split("train").series[0] is scenario.split("train").series[0]
    assert scenario.split("train").days == tuple(range(365))


def test_series_and_days_of_ones_own():
    train, _, test = seeded_years("caiso_like", 5).values()
    scenario = microgrid(series={"train": [train], "exam": test}, days={"exam": range(3)})
    assert {name: len(split.days) for name, split in scenario.splits.items()} == {"train": 365, "exam": 3}
    quarter = microgrid(step_h=0.25, steps=96, days={"train": (1, 2)})
    assert quarter.split("train").days == (1, 2)
    assert all(len(column) == 96 for column in quarter.window("test", 12).values())


def test_whole_numbers_are_as_good_as_others(scenario):
    assert microgrid(devices=(replace(DIESEL, p_max_mw=2), BATTERY), steps=24, step_h=1).digest == scenario.digest


def test_bus_that_a_switch_fused_is_known_by_both_names():
    assert microgrid(devices=(replace(DIESEL, bus="692"), BATTERY)).devices[0].bus == "671"


CHANGES = {
    "name of the feeder": {"feeder": IEEE13Bus("MG2")},
    "voltage of the root": {"feeder": IEEE13Bus("MG1", root_voltage_pu=1.01)},
    "number of a device": {"devices": (replace(DIESEL, cost_usd_per_mwh=60.5), BATTERY)},
    "order of devices": {"devices": (BATTERY, DIESEL)},
    "name of an agent": {"agents": (replace(OPERATOR, name="grid"), OWNER)},
    "buses of an agent": {"agents": (OPERATOR, replace(OWNER, buses=("633",)))},
    "version": {"version": 2},
    "steps": {"steps": 23},
    "voltage": {"voltage": VoltageBand(v_min_pu=0.94, v_max_pu=1.05, excess_usd_per_pu2_h=100.0)},
    "blackout": {"blackout_usd": 1.0},
    "profile": {"demand_profile": "load_commercial"},
    "lost load": {"lost_load_usd_per_mwh": 1.0},
    "seed": {"seed": 1},
    "days": {"days": {"test": (1, 2)}},
    "anchor": {"anchor": "rule"},
    "reward": {"reward_usd": 1.0},
}


def test_another_number_is_another_digest(scenario):
    digests = {name: microgrid(**change).digest for name, change in CHANGES.items()} | {"none": scenario.digest}
    assert len(set(digests.values())) == len(digests)


def test_one_cell_of_the_series_is_another_digest():
    years = dict(seeded_years("caiso_like", 0))
    columns = {name: values.copy() for name, values in years["test"].columns.items()}
    columns["temperature_c"][5000] += 1e-9  # less than a file would keep
    other = {**years, "test": replace(years["test"], columns=columns)}
    assert microgrid(series=years).digest != microgrid(series=other).digest


@pytest.mark.parametrize("hash_seed", ["1", pytest.param("0", marks=pytest.mark.slow)])
def test_same_parts_are_the_same_digest_in_every_process(hash_seed):
    code = (
        "from assembled import *; from plug_in_heater import Heater; from gridbench.scenario.assembly import with_device\n"
        "tank = Heater(name='tank', bus='671', power_mw=0.5, heat_mwh=2.0)\n"
        "print(with_device(microgrid(step_h=1, reward_usd=100), tank, 'owner').digest)"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=Path(__file__).parent, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == with_device(microgrid(), TANK, "owner").digest


def test_one_device_more(scenario):
    more = with_device(scenario, TANK, "owner")
    assert more.devices == (*scenario.devices, TANK)
    assert [agent.devices for agent in more.agents] == [("tie",), ("diesel", "battery", "tank")]
    assert (more.id, more.splits, more.feeder) == (scenario.id, scenario.splits, scenario.feeder)
    assert more.digest != scenario.digest
    assert more.digest != with_device(scenario, replace(TANK, leak_per_h=0.03), "owner").digest


def test_one_device_more_in_a_scenario_of_a_file():
    shipped = load_scenario("ieee34_ieee13-v1")
    more = with_device(shipped, replace(TANK, bus="MG1.671"), "mg_0")
    assert more.devices[:-1] == shipped.devices
    assert more.digest != shipped.digest


def test_a_class_of_the_same_fields_is_another_device(scenario):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Boiler(Heater):
        pass

    boiler = Boiler(name="tank", bus="671", power_mw=0.5, heat_mwh=2.0)
    assert with_device(scenario, boiler, "owner").digest != with_device(scenario, TANK, "owner").digest
