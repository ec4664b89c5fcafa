"""New scenarios: they read without a fault, explain every key, are the same bytes each time, and refuse all that is wrong."""

from __future__ import annotations

import json
import re
import sys
import tomllib

import pytest

from gridbench.cli import main
from gridbench.errors import InvalidInput, NetworkError
from gridbench.networks import NETWORKS, network
from gridbench.networks.folder_writer import write_network
from gridbench.physics.devices import DEVICES, CapacitorBank, Generator, GridTie, Regulator, Renewable, Storage
from gridbench.scenario.check import check
from gridbench.scenario.file import read
from gridbench.scenario.series.calendar import Calendar
from gridbench.scenario.skeleton import new_scenario
from gridbench.scenario.skeleton.folder import CARD
from gridbench.scenario.skeleton.ground import built_in
from gridbench.scenario.skeleton.page import page
from gridbench.scenario.skeleton.plan import UNITS, plan
from gridbench.scenario.skeleton.words import WORDS


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return new_scenario("mine", tmp_path_factory.mktemp("new"), network="case33bw", agents=("dso", "plants", "battery"))


def test_it_passes_the_check_and_holds_a_real_problem(written):
    assert check(written.folder) == []
    scenario = read(written.folder)
    assert scenario.id == "mine-v1"
    assert scenario.digest == written.summary.digest
    kinds = {type(device) for device in scenario.devices}
    assert {GridTie, Generator, Storage, Renewable} <= kinds
    assert kinds & {Regulator, CapacitorBank}
    assert {"train", "validation", "test", "n_minus_1", "shifted"} <= set(scenario.splits)
    assert [group.name for group in scenario.agents] == ["dso", "plants", "battery"]
    assert all(group.devices and group.buses for group in scenario.agents)
    watched = [bus for group in scenario.agents for bus in group.buses]
    assert sorted(watched) == sorted(bus.name for bus in scenario.feeder.buses)


def test_its_card_asks_for_what_its_author_knows(written):
    card = (written.folder / CARD).read_text()
    assert card.startswith("# mine-v1\n")
    assert card.count("> Fill in:") >= 5
    assert written.summary.digest in card


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("step_h", [1.0, 0.25])
def test_any_built_in_network_gets_devices_within_its_ratings(name, step_h):
    ground = built_in(name)
    found = plan(ground, step_h)
    feeder, tree = ground.feeder, ground.feeder.arrays
    assert found.tie.rating_mva > found.demand_mw
    assert found.stepped
    assert [unit.name for unit in found.units] == list(UNITS)
    for device in (found.tie, *found.stepped, *found.units):
        assert device.faults() == [] if hasattr(device, "faults") else True
    for unit in found.units:
        k, most_mw = feeder.bus_index(unit.bus), max(unit.asks()[ask].hi for ask in unit.asks() if "p_" in ask)
        assert k > 0
        while k > 0:
            assert most_mw <= 0.55 * tree.rating[k - 1] * feeder.base_mva
            k = tree.parent[k - 1]
    generator = found.units[0]
    assert (generator.min_up_steps * step_h, generator.min_down_steps * step_h) == (3.0, 2.0)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_key_of_every_table_is_explained(name):
    ground = built_in(name)
    planned = plan(ground, 1.0)
    text = page("mine", "A title", ground, planned, 1.0, planned.owners(["dso"]))
    raw = tomllib.loads(text)
    tables = [("", {key: value for key, value in raw.items() if not isinstance(value, list | dict)})]
    for key, value in raw.items():
        tables += [(key, one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
    for key, table in tables:
        words = WORDS[table["kind"]] if key == "device" else WORDS[key]
        assert set(table) - {"kind", "name", "network"} <= set(words), (key, table)


def test_words_are_of_keys_that_exist():
    for kind, cls in DEVICES.items():
        if kind in WORDS:
            assert set(WORDS[kind]) <= set(cls.__dataclass_fields__), kind


def test_it_is_the_same_bytes_each_time(written, tmp_path):
    again = new_scenario("mine", tmp_path, network="case33bw", agents=("dso", "plants", "battery"))
    files = {path.relative_to(again.folder) for path in again.folder.rglob("*")}
    assert files == {path.relative_to(written.folder) for path in written.folder.rglob("*")}
    for path in files:
        if (again.folder / path).is_file():
            assert (again.folder / path).read_bytes() == (written.folder / path).read_bytes(), path


@pytest.fixture
def quick(monkeypatch):
    """Spare the years of the series: a scenario of one day each."""
    monkeypatch.setattr("gridbench.scenario.skeleton.folder.Calendar", lambda *_, **named: Calendar(*_, **named, train_years=1))


@pytest.fixture
def kerber(tmp_path):
    """A low-voltage net with a plant, in pandapower's JSON."""
    pp = pytest.importorskip("pandapower")
    networks = pytest.importorskip("pandapower.networks")
    net = networks.create_kerber_landnetz_freileitung_1()
    pp.create_sgen(net, 5, p_mw=0.02)
    pp.to_json(net, str(tmp_path / "kerber.json"))
    return tmp_path / "kerber.json"


@pytest.mark.usefixtures("quick")
def test_a_net_of_pandapower_is_needed_once(kerber, tmp_path, monkeypatch, capsys):
    assert main(["new", "scenario", "street", "--into", str(tmp_path), "--pandapower", str(kerber), "--json"]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert "becomes renewable plants" in found["notes"][0]
    assert re.search(r"series \d of \d: train_0", told.err)
    monkeypatch.setitem(sys.modules, "pandapower", None)
    folder = tmp_path / "street-v1"
    assert check(folder) == []
    scenario = read(folder)
    assert scenario.digest == found["summary"]["digest"]
    plants = [device for device in scenario.devices if device.name.startswith("plant.")]
    assert [plant.p_rated_mw for plant in plants] == [0.02]
    with pytest.raises(InvalidInput, match=r"pip install 'gridbench\[pandapower\]'"):
        new_scenario("other", tmp_path, pandapower=kerber)


@pytest.mark.usefixtures("quick")
def test_a_folder_of_tables_will_do_as_well(tmp_path):
    write_network(network("cigre_lv"), tmp_path / "tables")
    found = new_scenario("street", tmp_path / "new", network=f"{tmp_path}/tables", step_h=0.25)
    assert check(found.folder) == []
    assert (read(found.folder).steps, read(found.folder).step_h) == (96, 0.25)


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(tmp_path):
    with pytest.raises(InvalidInput) as error:
        new_scenario("my-net", tmp_path / "new", network="case33bv", step_h=0.3, seed=-1, agents=("a", "a", "b c"))
    told = error.value.faults
    for text in (
        "NAME 'my-net'",
        "did you mean 'case33bw'",
        "--step-h 0.3: give one of",
        "--seed -1",
        "--agents 'b c'",
        "each once",
    ):
        assert any(text in fault for fault in told), told
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["", "1st", "a/b", "..", "a-v2", "ä", "a b"])
def test_bad_names_are_refused(name, tmp_path):
    with pytest.raises(InvalidInput, match="begin with a letter"):
        new_scenario(name, tmp_path)


def test_what_stands_there_is_left_alone(tmp_path):
    (tmp_path / "mine-v1").mkdir()
    (tmp_path / "file").write_text("words")
    with pytest.raises(InvalidInput, match="stands there already"):
        new_scenario("mine", tmp_path)
    with pytest.raises(InvalidInput, match="is no folder; choose one"):
        new_scenario("mine", tmp_path / "file")
    assert (tmp_path / "file").read_text() == "words"


def test_more_agents_than_units_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="4 beside 'dso' for 3 units"):
        new_scenario("mine", tmp_path, agents=("dso", "a", "b", "c", "d"))


def test_nets_that_are_no_feeders_are_refused_with_all_faults(tmp_path):
    pp = pytest.importorskip("pandapower")
    networks = pytest.importorskip("pandapower.networks")
    pp.to_json(networks.case9(), str(tmp_path / "mesh.json"))
    with pytest.raises(InvalidInput) as error:
        new_scenario("mine", tmp_path, pandapower=tmp_path / "mesh.json")
    assert any("gen: 2 not supported" in fault for fault in error.value.faults)
    assert any("closes a loop" in fault for fault in error.value.faults)
    assert all("mesh.json" in fault for fault in error.value.faults)


def test_a_network_without_demand_is_refused(tmp_path):
    write_network(network("case33bw").scaled(load=0.0), tmp_path / "tables")
    with pytest.raises(InvalidInput, match="has no load that draws power"):
        new_scenario("mine", tmp_path / "new", network=f"{tmp_path}/tables")


def test_nothing_is_left_of_a_scenario_that_was_not_finished(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Calendar, "write", fail)
    with pytest.raises(KeyboardInterrupt):
        new_scenario("mine", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_a_network_is_an_invalid_input():
    assert issubclass(NetworkError, InvalidInput)
