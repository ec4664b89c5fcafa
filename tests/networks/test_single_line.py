"""The networks of single-line figures: pandapower's voltages, published facts, and no need of pandapower."""

from __future__ import annotations

import math
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sweep import sweep

from gridbench.networks import Feeder, case33bw, cigre_lv, cigre_mv, european_lv, network, radial
from gridbench.networks.catalog import place_m
from gridbench.networks.equivalent import Z_FLOOR_PU
from gridbench.networks.pandapower import from_pandapower, to_pandapower
from gridbench.networks.single_line import single_line

pp = pytest.importorskip("pandapower")
examples = pytest.importorskip("pandapower.networks")

# networks that pandapower keeps in files of older versions
pytestmark = pytest.mark.filterwarnings("ignore:tap_dependency_table is missing:DeprecationWarning")

ROOT = Path(__file__).parents[2]
NAMES = "cigre_lv", "cigre_mv", "case33bw", "european_lv"
FACTOR = math.tan(math.acos(0.95))


def european_net(p_kw=None):
    """pandapower's European feeder with each load spread over three phases: 1 kW each, or as it stands there."""
    net = examples.ieee_european_lv_asymmetric("on_peak_566")
    for _, load in net.asymmetric_load.iterrows():
        p_mw = load.p_a_mw + load.p_b_mw + load.p_c_mw if p_kw is None else p_kw / 1000
        q_mvar = load.q_a_mvar + load.q_b_mvar + load.q_c_mvar if p_kw is None else p_mw * FACTOR
        pp.create_load(net, load.bus, p_mw, q_mvar)
    net.asymmetric_load["in_service"] = False
    return net


def case33bw_net():
    net = examples.case33bw()
    net.bus["name"] = [str(index + 1) for index in net.bus.index]
    return net


NETS = {
    "cigre_lv": examples.create_cigre_network_lv,
    "cigre_mv": examples.create_cigre_network_mv,
    "case33bw": case33bw_net,
    "european_lv": lambda: european_net(1.0),
}


def ours(name: str) -> str:
    return str(name).removeprefix("Bus ").lower() if str(name) == "SOURCEBUS" else str(name).removeprefix("Bus ")


def worst(feeder: Feeder, net, v: np.ndarray) -> float:
    """The largest distance of voltages v (nb,) of a feeder from those of a net (pu), over all buses of the net."""
    pp.runpp(net, tolerance_mva=1e-10, numba=False)
    names = net.bus.name.map(ours)
    return max(abs(v[feeder.bus_index(name)] - there) for name, there in zip(names, net.res_bus.vm_pu, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_power_flow_is_that_of_pandapower_s_own_network(name):
    feeder, net = network(name), NETS[name]()
    flow = sweep(feeder)
    assert worst(feeder, net, flow.v) < 1e-6
    losses_kw = 1000 * (net.res_line.pl_mw.sum() + (net.res_trafo.pl_mw.sum() if len(net.trafo) else 0))
    assert flow.losses_kw == pytest.approx(losses_kw, rel=2e-5)


def test_the_european_feeder_agrees_at_the_peak_minute_too():
    net, feeder = european_net(), european_lv()
    p, q = np.zeros((2, len(feeder.buses)))
    for _, load in net.load.iterrows():
        p[feeder.bus_index(str(load.bus))] += load.p_mw
        q[feeder.bus_index(str(load.bus))] += load.q_mvar
    assert worst(feeder, net, sweep(feeder, p, q).v) < 1e-6


@pytest.mark.parametrize("name", [*NAMES[:3], pytest.param("european_lv", marks=pytest.mark.slow)])
def test_reading_pandapower_s_own_network_gives_the_same_voltages(name):
    feeder, net = network(name), NETS[name]()
    back = from_pandapower(net)
    v, own = sweep(back).v, sweep(feeder).v
    for index, bus in net.bus.name.items():
        read = back.bus_index(bus if isinstance(bus, str) else str(index))
        assert v[read] == pytest.approx(own[feeder.bus_index(ours(bus))], abs=1e-6)
    assert sweep(from_pandapower(to_pandapower(back))).v == pytest.approx(v, abs=1e-10)


@pytest.mark.slow
def test_no_table_is_stale():
    written = runpy.run_path(str(ROOT / "docs" / "network_figures.py"))
    assert written["main"](["--check"]) == 0, "run python docs/network_figures.py"


@pytest.mark.parametrize(
    ("feeder", "buses", "p_kw", "q_kvar"),
    [
        (cigre_lv, 41, 686.6, 284.31258),
        (cigre_mv, 15, 44742.15, 11039.9951),
        (case33bw, 33, 3715, 2300),
        (european_lv, 907, 55, 55 * FACTOR),
    ],
)
def test_sizes_and_demand(feeder, buses, p_kw, q_kvar):
    built = feeder()
    assert len(built.buses) == buses
    assert [1000 * sum(getattr(load, power) for load in built.loads) for power in ("p_mw", "q_mvar")] == pytest.approx(
        [p_kw, q_kvar], rel=1e-6
    )


def test_baran_and_wu_s_losses_and_lowest_voltage():
    """M. E. Baran, F. F. Wu, IEEE Transactions on Power Delivery 4(2), 1989: 202.677 kW, 0.91309 pu."""
    flow = sweep(case33bw())
    assert flow.losses_kw == pytest.approx(202.677, abs=5e-4)
    assert flow.v.min() == pytest.approx(0.91309, abs=5e-6)


def test_three_trees_hang_from_the_medium_voltage_bus_and_two_from_the_high_voltage_bus():
    assert [branch.name for branch in cigre_lv().branches if branch.from_bus == "0"] == ["R0-R1", "I0-I1", "C0-C1"]
    assert cigre_lv().bus_index("R0") == cigre_lv().bus_index("C0") == 0
    assert [branch.name for branch in cigre_mv().branches if branch.from_bus == "0"] == ["0-1", "0-12"]
    assert not {"6-7", "11-4", "14-8"} & {branch.name for branch in cigre_mv().branches}


@pytest.mark.parametrize("name", NAMES)
def test_no_branch_is_overloaded_by_more_than_two_percent_at_the_nominal_demand(name):
    feeder = network(name)
    assert (sweep(feeder).current / feeder.arrays.rating).max() < 1.02


@pytest.mark.parametrize("name", NAMES)
def test_the_floor_of_impedances_moves_little(name):
    figures = single_line(name)
    floored, plain = radial(figures.raw()), radial(figures.raw(floor=False))
    assert np.hypot(floored.arrays.r, floored.arrays.x).min() >= 0.999 * Z_FLOOR_PU
    assert np.abs(sweep(floored).v - sweep(plain).v).max() < 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_another_root_and_base(name):
    feeder = network(name)
    below = feeder.branches[0].to_bus
    cut = network(name, root=below, root_voltage_pu=0.99, base_mva=0.1, load_model="zip", neutral_regulators=True)
    assert (cut.root, cut.root_voltage_pu, cut.base_mva) == (below, 0.99, 0.1)
    assert sweep(cut).v == pytest.approx(sweep(feeder.below(below, 0.99)).v, abs=1e-9)


def test_places_are_told_where_they_are_published():
    assert place_m("european_lv").keys() == {bus.name for bus in european_lv().buses}
    assert place_m("cigre_mv") == place_m("ieee13") == {}


def test_pandapower_is_not_needed():
    code = (
        "import sys; sys.modules['pandapower'] = None; sys.modules['pandas'] = None\n"
        "from gridbench.networks import NETWORKS, network\n"
        "print(sum(len(network(name).buses) for name in NETWORKS))"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    assert int(found.stdout) == sum(len(network(name).buses) for name in ("ieee13", "ieee34", "ieee123", *NAMES))
