"""A network of one's own as a folder: written and read back it is the same feeder, and all its faults are told at once."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import NetworkError
from gridbench.networks import NETWORKS, Bus, Feeder, NominalLoad, Shunt, network
from gridbench.networks.elements import Branch
from gridbench.networks.folder import FORMS, network_files, network_in
from gridbench.networks.folder_writer import write_network
from gridbench.networks.pandapower_file import pandapower_file
from gridbench.networks.synthetic import synthetic

# networks that pandapower keeps in files of older versions
pytestmark = pytest.mark.filterwarnings("ignore:tap_dependency_table is missing:DeprecationWarning")

FIGURES = "r_pu", "x_pu", "b_pu", "ratio", "rating_pu"


def back(feeder, folder, **options):
    write_network(feeder, folder)
    return network_in(folder, base_mva=feeder.base_mva, **{"floor": False, **options})


def assert_same(one, other):
    """Equal, where branches that share a sending end may have changed places."""
    assert (one.name, one.root, one.root_voltage_pu, one.base_mva) == (
        other.name,
        other.root,
        other.root_voltage_pu,
        other.base_mva,
    )
    assert {bus.name: bus.base_kv for bus in one.buses} == {bus.name: bus.base_kv for bus in other.buses}
    assert one.aliases == other.aliases
    branches = {branch.name: branch for branch in other.branches}
    assert len(branches) == len(one.branches)
    for branch in one.branches:
        twin = branches[branch.name]
        assert (branch.from_bus, branch.to_bus) == (twin.from_bus, twin.to_bus)
        assert [getattr(twin, name) for name in FIGURES] == pytest.approx([getattr(branch, name) for name in FIGURES], rel=1e-9)
    for kind, numbers in ("loads", ("p_mw", "q_mvar")), ("shunts", ("g_pu", "b_pu")):
        mine, theirs = getattr(one, kind), getattr(other, kind)
        assert [item.bus for item in mine] == [item.bus for item in theirs]
        for name in numbers:
            assert [getattr(item, name) for item in theirs] == pytest.approx([getattr(item, name) for item in mine], rel=1e-9)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_built_in_network_comes_back(name, tmp_path):
    feeder = network(name)
    found = back(feeder, tmp_path)
    assert_same(feeder, found)
    assert [branch.name for branch in found.branches] == [branch.name for branch in feeder.branches]


@given(size=st.integers(5, 60), seed=st.integers(0, 2**31), base_mva=st.sampled_from([0.1, 1.0, 100.0]))
def test_any_synthetic_feeder_comes_back(size, seed, base_mva, tmp_path_factory):
    feeder = synthetic(size, np.random.default_rng(seed)).rebased(base_mva)
    assert_same(feeder, back(feeder, tmp_path_factory.mktemp("network")))


odd_names = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=8), min_size=3,
                     max_size=8, unique=True)  # fmt: skip
sizes = st.floats(1e-6, 1e6)


@given(names=odd_names, data=st.data())
def test_any_tree_comes_back_with_ratios_shunts_charging_and_odd_names(names, data, tmp_path_factory):
    root, *others, alias = names
    kv = st.sampled_from([0.4, 10.0, 20.0])
    buses = [Bus(name, data.draw(kv)) for name in (root, *others)]
    branches = []
    for k, name in enumerate(others):
        sender = buses[data.draw(st.integers(0, k))]
        ratio = data.draw(st.sampled_from([1.0, 1.05, 0.9375]))
        numbers = (data.draw(sizes), data.draw(sizes), data.draw(sizes), ratio, data.draw(sizes))
        branches.append(Branch(f"b{k}", sender.name, name, *numbers))
    order = {root: 0}
    ranked: list[Branch] = []
    while len(ranked) < len(branches):  # breadth first, as a feeder has it
        reached = [b for b in branches if b.from_bus in order and b.to_bus not in order]
        reached.sort(key=lambda b: order[b.from_bus])
        order[reached[0].to_bus] = len(order)
        ranked.append(reached[0])
    by_name = {bus.name: bus for bus in buses}
    feeder = Feeder(
        name="odd",
        base_mva=1.0,
        root=root,
        root_voltage_pu=1.01,
        buses=tuple(by_name[name] for name in order),
        branches=tuple(ranked),
        shunts=(Shunt(others[0], data.draw(sizes), -data.draw(sizes)),),
        loads=(NominalLoad(others[-1], data.draw(sizes), -data.draw(sizes)), NominalLoad(root, -1.0, 0.5)),
        aliases=((alias, others[0]),),
    )
    assert_same(feeder, back(feeder, tmp_path_factory.mktemp("network")))


@pytest.mark.parametrize("name", ["case33bw", "create_kerber_landnetz_freileitung_1", "create_cigre_network_mv"])
def test_a_net_of_pandapower_comes_back_from_its_json(name, tmp_path):
    pp = pytest.importorskip("pandapower")
    networks = pytest.importorskip("pandapower.networks")
    net = getattr(networks, name)()
    pp.to_json(net, str(tmp_path / "net.json"))
    feeder = pandapower_file(tmp_path / "net.json")
    assert feeder.name == (net.name or "net")
    found = back(feeder, tmp_path / "network")
    assert_same(feeder, found)
    assert found.buses == feeder.buses


def test_the_same_feeder_gives_the_same_bytes_and_no_empty_table(tmp_path):
    for name in ("one", "other"):
        write_network(network("case33bw"), tmp_path / name)
    files = network_files(tmp_path / "one")
    assert [path.name for path in files] == ["feeder.toml", "buses.csv", "lines.csv", "loads.csv"]
    for path in files:
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_low_impedances_are_raised_as_in_built_in_networks_unless_told_otherwise(tmp_path):
    feeder = network("case33bw")
    low = replace(feeder.branches[3], r_pu=1e-7, x_pu=1e-6)
    feeder = replace(feeder, branches=(*feeder.branches[:3], low, *feeder.branches[4:]))
    assert back(feeder, tmp_path).branches[3].x_pu == pytest.approx(1e-6)
    raised = back(feeder, tmp_path, floor=True).branches[3]
    assert math.hypot(raised.r_pu, raised.x_pu) == pytest.approx(1e-4)


@pytest.fixture
def folder(tmp_path):
    """A network with a transformer, written by hand as its author would."""
    (tmp_path / "feeder.toml").write_text('source_bus = "hv"\nsource_voltage_pu = 1.02\n', encoding="utf-8")
    (tmp_path / "buses.csv").write_text("name,base_kv\nhv,20\nlv,0.4\nend,0.4\nfar,0.4\n", encoding="utf-8-sig")
    (tmp_path / "lines.csv").write_text(
        "from_bus,to_bus,rated_a,r_ohm,x_ohm\r\nlv,end,200,0.02,0.01\r\nend,far,200,0.02,0.01\r\n"
    )
    (tmp_path / "transformers.csv").write_text("from_bus,to_bus,rated_kva,r_percent,x_percent\nhv,lv,160,1.2,3.8\n")
    (tmp_path / "loads.csv").write_text("bus,p_kw,q_kvar\nend,12,4\nfar,8,2\n")
    return tmp_path


def test_tables_written_by_hand_need_the_least_columns_only(folder):
    feeder = network_in(folder)
    assert [branch.name for branch in feeder.branches] == ["hv-lv", "lv-end", "end-far"]
    assert sum(load.p_mw for load in feeder.loads) == pytest.approx(0.020)
    assert [branch.ratio for branch in feeder.branches] == [1.0] * 3


FAULTS = [
    ("buses.csv", "lv,0.4\n", "lv,0.4\nlv,0.4\n", "buses.csv: bus 'lv' stands 2 times; mend"),
    ("buses.csv", "far,0.4", "far,", "buses.csv, line 5: base_kv is ''; mend: it must be a number above 0"),
    ("buses.csv", "far,0.4", "far,0.2", "lines.csv: line 'end-far' joins 0.4 kV and 0.2 kV; mend: state it in transformers.csv"),
    ("buses.csv", "base_kv", "kv", "buses.csv, line 1: column 'base_kv' is missing; mend"),
    ("buses.csv", "base_kv", "kv", "buses.csv, line 1: unknown column 'kv': "),
    ("buses.csv", "far,0.4", "far,0.4\nlonely,0.4", "island without a path to the root: buses 'lonely'; mend"),
    ("lines.csv", "end,far", "end,fra", "lines.csv: unknown bus 'fra': did you mean 'far'"),
    ("lines.csv", "end,far,200", "end,far,0", "lines.csv, line 3: rated_a is '0'; mend: it must be a number above 0"),
    ("lines.csv", "end,far,200,0.02", "end,far,200,x", "lines.csv, line 3: r_ohm is 'x'; mend: it must be a number"),
    (
        "lines.csv",
        "end,far,200,0.02,0.01",
        "end,far,200,0,0",
        "lines.csv: branch 'end-far': r_ohm and x_ohm are 0; mend: state it as a",
    ),
    (
        "lines.csv",
        "end,far,200,0.02",
        "end,far,200,-0.02",
        "lines.csv: branch 'end-far': r_ohm is -0.02; mend: it must be 0 or more",
    ),
    ("lines.csv", "end,far,200,0.02,0.01", "end,far,200,0.02,0.01,9", "lines.csv, line 3: has another number of cells"),
    ("lines.csv", "end,far,200,0.02,0.01", "end,far,200,0.02", "lines.csv, line 3: has another number of cells"),
    ("lines.csv", "end,far", ",far", "lines.csv, line 3: from_bus is empty; mend: state it"),
    ("lines.csv", "lv,end,200,0.02,0.01", "lv,end,200,0.02,0.01\r\nlv,far,200,0.02,0.01", "closes a loop of buses"),
    (
        "lines.csv",
        "lv,end,200,0.02,0.01",
        "lv,end,200,0.02,0.01\r\nlv,end,200,0.02,0.01",
        "branch 'lv-end' stands 2 times; mend: name them",
    ),
    ("loads.csv", "far,8", "far,nan", "loads.csv, line 3: p_kw is 'nan'; mend: it must be a number"),
    (
        "loads.csv",
        "bus,p_kw,q_kvar",
        "bus;p_kw;q_kvar",
        "loads.csv, line 1: is 'bus;p_kw;q_kvar'; mend: part the columns bus, p_kw",
    ),
    ("transformers.csv", "160", "160 kVA", "transformers.csv, line 2: rated_kva is '160 kVA'; mend: it must be a number above 0"),
    ("feeder.toml", '"hv"', '"hw"', "feeder.toml: source_bus: unknown bus 'hw': did you mean 'hv'"),
    (
        "feeder.toml",
        "source_voltage_pu",
        "source_voltage",
        "feeder.toml: unknown key 'source_voltage': did you mean 'source_voltage_pu'",
    ),
    ("feeder.toml", "1.02", "20.4", "feeder.toml: source_voltage_pu is 20.4; mend: give it per unit, about 1"),
    ("feeder.toml", "= 1.02", "= ", "feeder.toml: is no TOML"),
]


@pytest.mark.parametrize(("file", "old", "new", "text"), FAULTS, ids=[text for *_, text in FAULTS])
def test_each_fault_names_its_place_and_the_mend(folder, file, old, new, text):
    path = folder / file
    before = path.read_text(encoding="utf-8-sig")
    assert old in before.replace("\n", "\r\n") or old in before
    path.write_text(before.replace(old, new.replace("\r\n", "\n")), encoding="utf-8")
    with pytest.raises(NetworkError) as error:
        network_in(folder)
    assert any(text in fault for fault in error.value.faults), error.value.faults


def test_all_faults_are_told_at_once(folder):
    for file, old, new in (
        ("buses.csv", "far,0.4", "far,0.4\nlonely,0.4"),
        ("loads.csv", "far,8", "far,eight"),
        ("feeder.toml", "1.02", "'x'"),
    ):
        (folder / file).write_text((folder / file).read_text(encoding="utf-8-sig").replace(old, new), encoding="utf-8")
    (folder / "laods.csv").write_text("")
    with pytest.raises(NetworkError) as error:
        network_in(folder)
    told = " ".join(error.value.faults)
    assert all(text in told for text in ("unknown table 'laods.csv'", "p_kw is 'eight'", "source_voltage_pu is 'x'"))
    (folder / "laods.csv").unlink()
    (folder / "feeder.toml").write_text('source_bus = "hv"\nsource_voltage_pu = 1.02\n', encoding="utf-8")
    with pytest.raises(NetworkError) as error:
        network_in(folder)
    told = " ".join(error.value.faults)
    assert all(text in told for text in ("p_kw is 'eight'", "buses 'lonely'")), (
        "the tree is looked at where loads alone are wrong"
    )


def test_what_is_missing_is_told(folder, tmp_path):
    (folder / "feeder.toml").unlink()
    (folder / "buses.csv").unlink()
    with pytest.raises(NetworkError) as error:
        network_in(folder)
    assert [fault.partition(":")[0] for fault in error.value.faults] == ["feeder.toml", "buses.csv"]
    with pytest.raises(NetworkError, match="there is no such folder"):
        network_in(tmp_path / "nowhere")


def test_a_table_that_is_no_text_is_told(folder):
    (folder / "loads.csv").write_bytes(b"bus,p_kw,q_kvar\n\xff,1,2\n")
    with pytest.raises(NetworkError, match="is no CSV in UTF-8"):
        network_in(folder)


def test_files_of_pandapower_that_are_none_are_told(tmp_path):
    pytest.importorskip("pandapower")
    for content, text in ((b"{}", "is no net"), (b"\xff", "is no text"), (json.dumps([1]).encode(), "net")):
        (tmp_path / "net.json").write_bytes(content)
        with pytest.raises(NetworkError, match=text):
            pandapower_file(tmp_path / "net.json")
    with pytest.raises(NetworkError, match="cannot be read"):
        pandapower_file(tmp_path / "none.json")


def test_every_table_is_read(folder):
    (folder / "shunts.csv").write_text("bus,p_kw,q_kvar\nfar,0,-5\n")
    (folder / "switches.csv").write_text("from_bus,to_bus,closed\nfar,pole,1\n")
    (folder / "buses.csv").write_text("name,base_kv\nhv,20\nlv,0.4\nend,0.4\nfar,0.4\npole,0.4\n")
    assert {path.stem for path in network_files(folder)} == {"feeder", *FORMS}
    feeder = network_in(folder)
    assert feeder.aliases == (("pole", "far"),)
    assert [(shunt.bus, shunt.g_pu, shunt.b_pu) for shunt in feeder.shunts] == [("far", 0.0, pytest.approx(0.005))]
