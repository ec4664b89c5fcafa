"""The shipped scenario loads, and is what its file says."""

import tomllib
from datetime import date, timedelta

import pytest

from gridbench.physics.devices import Generator, Load, Renewable, Storage
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.check import check, summary
from gridbench.scenario.digest import FILE


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ieee34_ieee13-v1")


def test_no_fault(shipped):
    assert check(shipped) == []


def test_sizes(scenario):
    sizes = summary(scenario)
    assert (sizes.buses, sizes.branches, sizes.agents) == (97, 96, 4)
    assert sizes.devices["generator"] == sizes.devices["storage"] == 3
    stress = ("summer_peak", "winter_peak", "spring_valley", "n_minus_1", "shifted")
    assert sizes.days == {"train": 1095, "validation": 16, "test": 32, **dict.fromkeys(stress, 8)}
    # 3 diesels, 3 storages and the tie with a mode each, 2 regulators and 2 banks with a position
    assert sizes.integers == 11
    assert any(scenario.id in line for line in sizes.lines())


def test_demand_is_the_published_one_times_its_scale(scenario, shipped):
    feeders = tomllib.loads((shipped / FILE).read_text(encoding="utf-8"))["feeder"]
    scale = {feeder["name"]: feeder.get("load_scale", 1.0) for feeder in feeders}
    demand_mw = dict.fromkeys(("MG1", "MG2", "MG3", ""), 0.0)
    for load in (device for device in scenario.devices if isinstance(device, Load)):
        demand_mw[load.bus[:3] if load.bus.startswith("MG") else ""] += load.p_mw
    assert demand_mw[""] == pytest.approx(1.769 * scale["IEEE34"])
    for part in ("MG1", "MG2", "MG3"):
        assert demand_mw[part] == pytest.approx(3.466 * scale[part])


def test_feeder_holds_no_demand_and_no_operators_capacitor_beside_the_devices(scenario):
    assert scenario.feeder.loads == ()
    assert all(shunt.g_pu == 0 and shunt.bus.startswith("MG") for shunt in scenario.feeder.shunts)
    assert all(branch.ratio == 1.0 for branch in scenario.feeder.branches)


def test_each_agent_has_its_own_buses_and_devices(scenario):
    buses = [bus for agent in scenario.agents for bus in agent.buses]
    assert sorted(buses) == sorted(bus.name for bus in scenario.feeder.buses)
    mg_0, *_, dso = scenario.agents
    assert mg_0.name == "mg_0"
    assert set(mg_0.devices) == {"MG1.diesel", "MG1.storage", "MG1.solar", "MG1.wind", "load.MG1.671"}
    assert dso.devices[0] == scenario.tie.name


def test_devices_of_a_microgrid_stand_in_it(scenario):
    for kind in (Generator, Storage, Renewable):
        for device in (one for one in scenario.devices if isinstance(one, kind)):
            assert device.bus.startswith(device.name.split(".")[0])


@pytest.mark.parametrize("split", ["validation", "test"])
def test_days_cover_seasons_and_weekdays(scenario, split):
    first = date.fromisoformat(scenario.split(split).series[0].start[:10])
    dates = [first + timedelta(days=day) for day in scenario.split(split).days]
    assert {one.weekday() for one in dates} == set(range(7))
    seasons = [sum(one.month % 12 // 3 == season for one in dates) for season in range(4)]
    assert min(seasons) >= len(dates) // 4 - 2


def test_a_day_holds_every_column_of_the_devices(scenario):
    for split in scenario.splits.values():
        window = scenario.window(split.name, split.days[-1])
        assert set(scenario.columns) <= set(window)
        assert all(values.shape == (24,) for values in window.values())
