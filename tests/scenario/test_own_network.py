"""A scenario with a network of its own: part of its digest, inside its folder, its faults told with all others."""

from __future__ import annotations

import shutil

import pytest

from gridbench.errors import InvalidInput
from gridbench.networks import network
from gridbench.networks.folder_writer import write_network
from gridbench.scenario.catalogue import scenario_root
from gridbench.scenario.check import check
from gridbench.scenario.digest import digest
from gridbench.scenario.file import read

TEXT = """
name = "own"
version = 1
title = "A network of one's own"
anchor = "idle"
violating_share_max = 0.05
reward_usd = 100.0

[time]
step_h = 1.0
steps = 24

[[feeder]]
name = "top"
network = "network/"

[[feeder]]
name = "below"
network = "streets/north"
root = "R1"
at = "18"
transformer = { rating_mva = 1.0, r_pu = 0.01, x_pu = 0.05 }

[voltage]
v_min_pu = 0.9
v_max_pu = 1.1
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
bus = "1"
rating_mva = 60.0
price = "price_usd_per_mwh"
overload_usd_per_h = 500.0

[[agent]]
name = "dso"
devices = ["tie"]
feeders = ["top", "below"]

[[split]]
name = "test"
series = ["series/test.npz"]
days = [12]
"""


@pytest.fixture
def folder(shipped, tmp_path):
    """Return a function that writes the scenario with texts replaced."""
    home = tmp_path / "own-v1"
    shutil.copytree(shipped / "series", home / "series")
    write_network(network("case33bw"), home / "network")
    write_network(network("cigre_lv"), home / "streets" / "north")

    def write(*changes):
        text = TEXT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (home / "scenario.toml").write_text(text, encoding="utf-8")
        return home

    return write


def test_it_is_the_network_that_is_built_in(folder):
    scenario = read(folder())
    built = read(folder(('"network/"', '"case33bw"'), ('"streets/north"', '"cigre_lv"')))
    assert [bus.name for bus in scenario.feeder.buses] == [bus.name for bus in built.feeder.buses]
    for one, other in zip(scenario.feeder.branches, built.feeder.branches, strict=True):
        assert (one.r_pu, one.x_pu, one.rating_pu) == pytest.approx((other.r_pu, other.x_pu, other.rating_pu), rel=1e-9)


def test_every_table_of_it_is_in_the_digest_and_nothing_else_beside_it(folder):
    home = folder()
    before = digest(home)
    assert read(home).digest == before
    (home / "network" / "README.md").write_text("where it is from")
    assert digest(home) == before
    for path in [*sorted((home / "network").glob("*.csv")), home / "network" / "feeder.toml", home / "streets/north/lines.csv"]:
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert digest(home) != before, path
        path.write_bytes(content)
    assert digest(home) == before
    shutil.copy(home / "streets/north/switches.csv", home / "network" / "switches.csv")
    assert digest(home) != before


def test_digests_of_scenarios_without_one_are_what_they_were(folder):
    home = folder(('"network/"', '"case33bw"'), ('"streets/north"', '"cigre_lv"'))
    before = digest(home)
    shutil.rmtree(home / "network")
    assert digest(home) == before
    ledger = (scenario_root() / "DIGESTS").read_text()
    assert f"ieee34_ieee13-v1 {digest(scenario_root() / 'ieee34_ieee13-v1')}" in ledger


@pytest.mark.parametrize("path", ["../network/", "/tmp/network/", "network/../../other/", "..\\\\network/"])  # noqa: S108
def test_a_path_that_leaves_the_folder_is_refused(folder, path):
    home = folder(('"network/"', f'"{path}"'))
    assert any("leaves the folder of the scenario; mend" in fault and "feeder[0] (top).network" in fault for fault in check(home))
    with pytest.raises(InvalidInput):
        digest(home)


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ("network", "is no built-in network; mend: name a folder of the scenario with a slash, like network/"),
        ("netwrk/", "there is no such folder"),
        ("case33bv", "unknown network 'case33bv': did you mean 'case33bw'"),
    ],
)
def test_a_name_that_is_none_is_told_with_what_was_meant(folder, named, text):
    assert any(text in fault for fault in check(folder(('"network/"', f'"{named}"'))))


def test_faults_of_tables_and_of_the_file_are_told_together(folder):
    home = folder(
        ('"load_residential_a"', '"load_residentia"'), ('devices = ["tie"]', 'devices = ["tie", "tei"]'), ('"R1"', '"R99"')
    )
    lines = home / "network" / "lines.csv"
    lines.write_text(lines.read_text().replace("1,2,", "1,222,", 1))
    faults = check(home)
    for text in (
        "feeder[0] (top).network: network/: lines.csv: unknown bus '222'",
        "loads[0].profile: unknown column 'load_residentia'",
        "agent[0] (dso).devices[1]: unknown device 'tei'",
    ):
        assert any(fault.startswith(text) for fault in faults), faults
    folder(('"R1"', '"R99"'))
    lines.write_text(lines.read_text().replace("1,222,", "1,2,", 1))
    assert any(fault.startswith("feeder[1] (below).root: unknown bus of cigre_lv 'R99'") for fault in check(home))
