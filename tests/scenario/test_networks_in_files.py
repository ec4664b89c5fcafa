"""Every built-in network can stand in a scenario file, alone and below another, without pandapower."""

import sys

import pytest

from gridbench.networks import NETWORKS, network
from gridbench.scenario.file import read

TEXT = """
name = "any"
version = 1
title = "Any network"
anchor = "idle"
violating_share_max = 0.05
reward_usd = 100.0

[time]
step_h = 1.0
steps = 24

[[feeder]]
name = "top"
network = "{top}"

[[feeder]]
name = "below"
network = "{below}"
at = "{at}"
transformer = {{ rating_mva = 1.0, r_pu = 0.01, x_pu = 0.05 }}

[voltage]
v_min_pu = 0.95
v_max_pu = 1.05
excess_usd_per_pu2_h = 100.0

[loading]
excess_usd_per_h = 200.0

[blackout]
blackout_usd = 25000.0

[[loads]]
profile = "load_residential_a"
lost_load_usd_per_mwh = 5000.0

[[device]]
kind = "grid_tie"
name = "tie"
bus = "{root}"
rating_mva = 60.0
price = "price_usd_per_mwh"
delivery_usd_per_mwh = 30.0
sell_factor = 0.9
overload_usd_per_h = 500.0

[[agent]]
name = "dso"
devices = ["tie"]
feeders = ["top", "below"]

[[split]]
name = "test"
series = ["series/test.npz"]
days = [12]

[[split]]
name = "train"
series = ["series/train_0.npz"]

[[split]]
name = "validation"
series = ["series/validation.npz"]
"""


@pytest.mark.parametrize("name", NETWORKS)
def test_any_network_can_be_named(name, shipped, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandapower", None)
    top = network(name)
    (tmp_path / "series").symlink_to(shipped / "series")
    text = TEXT.format(top=name, below="cigre_lv", at=top.buses[-1].name, root=top.root)
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    scenario = read(tmp_path)
    assert len(scenario.feeder.buses) == len(top.buses) + len(network("cigre_lv").buses)
    loaded = [{load.bus for load in network(one, load_model="constant_power").loads} for one in (name, "cigre_lv")]
    assert sum(device.kind == "load" for device in scenario.devices) == sum(map(len, loaded))
