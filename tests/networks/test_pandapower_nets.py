"""Agreement with pandapower's power flow, both ways, and refusal of what a feeder cannot hold."""

from __future__ import annotations

import numpy as np
import pytest
from sweep import sweep

from gridbench.errors import NetworkError
from gridbench.networks import NETWORKS, Branch, Bus, Feeder, NominalLoad, Shunt, ieee13, network
from gridbench.networks.pandapower import _names, from_pandapower, to_pandapower

pp = pytest.importorskip("pandapower")
examples = pytest.importorskip("pandapower.networks")


def solved(feeder: Feeder, **injections: np.ndarray) -> np.ndarray:
    """Voltages (nb,) of the feeder in pandapower, started at its voltages without load: Newton diverges from a flat start."""
    net = to_pandapower(feeder, **injections)
    start = np.full(len(feeder.buses), feeder.root_voltage_pu)
    for k, parent in enumerate(feeder.arrays.parent):
        start[k + 1] = start[parent] * feeder.arrays.ratio[k]
    pp.runpp(net, calculate_voltage_angles=False, init_vm_pu=start, init_va_degree=0, numba=False)
    return net.res_bus.vm_pu.to_numpy()


def agrees(net, names: list[str]) -> Feeder:
    """The feeder of a net, once its voltages are those of runpp."""
    pp.runpp(net, tolerance_mva=1e-9, numba=False)
    feeder = from_pandapower(net)
    flow = sweep(feeder)
    assert [flow.at(feeder, name) for name in names] == pytest.approx(net.res_bus.vm_pu.tolist(), abs=1e-7)
    losses_mw = net.res_line.pl_mw.sum() + (net.res_trafo.pl_mw.sum() if len(net.trafo) else 0)
    # shunts hold what transformers lose without load
    iron_mw = float(feeder.arrays.shunt_g @ flow.v**2) * feeder.base_mva - (net.res_shunt.p_mw.sum() if len(net.shunt) else 0)
    assert flow.losses_kw + 1000 * iron_mw == pytest.approx(1000 * losses_mw, abs=1e-4)
    return feeder


SIZES = [pytest.param(name, marks=pytest.mark.slow) if name == "european_lv" else name for name in NETWORKS]


@pytest.mark.parametrize("name", SIZES)
def test_built_in_feeders_agree_and_come_back(name):
    feeder = network(name)
    v = sweep(feeder).v
    assert solved(feeder) == pytest.approx(v, abs=1e-7)
    back = from_pandapower(to_pandapower(feeder))
    assert [bus.name for bus in back.buses] == [bus.name for bus in feeder.buses]
    assert sweep(back).v == pytest.approx(v, abs=1e-10)
    for column in ("r", "x", "b", "ratio", "rating", "shunt_g", "shunt_b", "load_p", "load_q"):
        assert getattr(back.arrays, column) == pytest.approx(getattr(feeder.arrays, column), rel=1e-9, abs=1e-12)


def test_injections_replace_the_nominal_loads():
    feeder = ieee13()
    rng = np.random.default_rng(1)
    p, q = rng.normal(-0.1, 0.1, (2, len(feeder.buses)))
    assert solved(feeder, p_mw=p, q_mvar=q) == pytest.approx(sweep(feeder, -p, -q).v, abs=1e-7)


def test_injections_of_a_wrong_length_are_refused():
    with pytest.raises(ValueError, match="zip"):
        to_pandapower(ieee13(), p_mw=np.zeros(3), q_mvar=np.zeros(3))


def test_a_transformer_with_charging_keeps_it_as_shunts():
    branch = Branch("t", "a", "b", 0.01, 0.05, 0.2, 1.05, 1.0)
    feeder = Feeder(
        "t", 10.0, "a", 1.0, (Bus("a", 20.0), Bus("b", 0.4)), (branch,), (Shunt("b", 0.01, 0.1),), (NominalLoad("b", 3, 1),)
    )
    assert solved(feeder) == pytest.approx(sweep(feeder).v, abs=1e-9)
    assert sweep(from_pandapower(to_pandapower(feeder))).v == pytest.approx(sweep(feeder).v, abs=1e-10)


@pytest.mark.parametrize("with_der", [False, "pv_wind"])
def test_cigre_medium_voltage_with_its_ring_open(with_der):
    net = examples.create_cigre_network_mv(with_der=with_der)
    feeder = agrees(net, list(net.bus.name))
    assert {branch.name for branch in feeder.branches} >= {"Trafo 0-1", "Trafo 0-12"}
    again = from_pandapower(to_pandapower(feeder))
    assert sweep(again).v == pytest.approx(sweep(feeder).v, abs=1e-10)


def test_a_closed_ring_is_refused_by_its_buses():
    net = examples.create_cigre_network_mv()
    net.switch["closed"] = True
    with pytest.raises(NetworkError, match=r"closes a loop of buses .*Bus 8"):
        from_pandapower(net)


REAL = {
    "oberrhein": lambda: examples.mv_oberrhein(separation_by_sub=True)[0],
    "oberrhein, the other substation": lambda: examples.mv_oberrhein(separation_by_sub=True)[1],
    "schutterwald": lambda: examples.lv_schutterwald(separation_by_sub=True)[0],
    "kerber": examples.create_kerber_vorstadtnetz_kabel_1,
    "suburb": lambda: examples.create_synthetic_voltage_control_lv_network("suburb_1"),
}


@pytest.mark.filterwarnings("ignore:tap_dependency_table is missing:DeprecationWarning")
@pytest.mark.slow
@pytest.mark.parametrize("build", REAL.values(), ids=REAL)
def test_networks_of_towns_and_regions_agree_and_come_back(build):
    net = build()
    pp.runpp(net, tolerance_mva=1e-9, numba=False)
    feeder = from_pandapower(net)
    v, names = sweep(feeder).v, _names(net.bus, "")
    served = net.res_bus.vm_pu.dropna()
    assert [v[feeder.bus_index(names[index])] for index in served.index] == pytest.approx(served.tolist(), abs=1e-7)
    assert sweep(from_pandapower(to_pandapower(feeder))).v == pytest.approx(v, abs=1e-10)


def small_net():
    """Every element that is read: tap and magnetising branch, parallel lines, fused buses, a shunt, a generator."""
    net = pp.create_empty_network(sn_mva=5.0)
    for name, kv in (("grid", 110.0), ("mv", 20.0), ("mv2", 20.0), ("end", 20.0), ("off", 20.0)):
        pp.create_bus(net, kv, name=name)
    pp.create_ext_grid(net, 0, vm_pu=1.03)
    pp.create_transformer(net, 0, 1, "25 MVA 110/20 kV", name="t", tap_pos=3)
    pp.create_switch(net, 1, 2, et="b")
    cable = {"length_km": 4.0, "std_type": "NA2XS2Y 1x150 RM/25 12/20 kV"}
    pp.create_line(net, 3, 2, parallel=2, name="pair", **cable)
    pp.create_line(net, 2, 3, name="third", **cable)
    pp.create_line(net, 3, 4, name="tail", **cable)
    pp.create_switch(net, 4, 2, et="l")
    net.switch.loc[1, ["element", "closed"]] = [2, False]
    net.switch.loc[1, "bus"] = 4
    pp.create_line(net, 2, 4, name="feed", **cable)
    pp.create_shunt(net, 3, q_mvar=-0.7, p_mw=0.02, vn_kv=21.0, step=2)
    pp.create_load(net, 3, 6.0, 2.0, scaling=0.8)
    pp.create_load(net, 4, 9.0, 9.0, in_service=False)
    pp.create_sgen(net, 4, 2.0, 0.3)
    return net


def test_taps_magnetising_parallels_shunts_and_open_ends_agree():
    net = small_net()
    feeder = agrees(net, ["grid", "mv", "mv2", "end", "off"])
    assert "pair+third" in {branch.name for branch in feeder.branches}
    assert feeder.bus_index("tail.open")
    assert feeder.bus_index("mv2") == feeder.bus_index("mv")
    third = net.line.max_i_ka[1] * 3 * 3**0.5 * 20 / 5
    assert feeder.branches[feeder.branch_index("pair+third")].rating_pu == pytest.approx(third)


def test_a_root_on_the_low_side_turns_the_transformer_round():
    net = small_net()
    net.ext_grid.loc[0, "bus"] = 1
    feeder = agrees(net, ["grid", "mv", "mv2", "end", "off"])
    turned = feeder.branches[feeder.branch_index("t")]
    assert (turned.from_bus, turned.to_bus) == ("mv", "grid")


def test_what_a_feeder_cannot_hold_is_refused_at_once():
    net = small_net()
    pp.create_gen(net, 3, p_mw=1.0)
    pp.create_ext_grid(net, 3)
    net.load.loc[0, "const_z_p_percent"] = 20.0
    net.switch.loc[0, "z_ohm"] = 0.1
    with pytest.raises(NetworkError) as caught:
        from_pandapower(net)
    assert len(caught.value.faults) == 4
    for part in ("gen: 1 not supported", "ext_grid: exactly one", "z_ohm", "constant impedance"):
        assert part in str(caught.value)
    assert all("; mend: " in fault for fault in caught.value.faults)


def test_loops_and_islands_are_told_beside_other_faults():
    net = small_net()
    pp.create_bus(net, 20.0, name="lost")
    pp.create_gen(net, 3, p_mw=1.0)
    net.line.loc[2, "max_i_ka"] = np.nan
    net.switch.loc[1, "closed"] = True
    with pytest.raises(NetworkError) as caught:
        from_pandapower(net)
    for part in ("gen: 1", "max_i_ka must be finite and > 0, and is not of 'tail'", "closes a loop", "buses 'lost'"):
        assert sum(part in fault for fault in caught.value.faults) == 1
    assert all("; mend: " in fault for fault in caught.value.faults)
    assert "gen" in net
    assert net.gen.in_service.all()


def test_an_island_behind_an_unread_branch_is_not_called_one():
    net = small_net()
    pp.create_bus(net, 20.0, name="behind")
    pp.create_impedance(net, 3, 5, 0.01, 0.01, 10.0)
    with pytest.raises(NetworkError) as caught:
        from_pandapower(net)
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["impedance"]


def test_an_island_is_named():
    net = small_net()
    pp.create_bus(net, 20.0, name="lost")
    with pytest.raises(NetworkError, match="island without a path to the root: buses 'lost'"):
        from_pandapower(net)


def test_a_line_without_a_rating_is_named():
    net = small_net()
    net.line.loc[2, "max_i_ka"] = np.nan
    with pytest.raises(NetworkError, match="max_i_ka must be finite and > 0, and is not of 'tail'; mend"):
        from_pandapower(net)


def test_negative_reactance_of_a_transformer_is_refused():
    branch = Branch("t", "a", "b", 0.01, -0.05, 0.0, 1.05, 1.0)
    with pytest.raises(NetworkError, match="negative x_pu"):
        to_pandapower(Feeder("t", 10.0, "a", 1.0, (Bus("a", 20.0), Bus("b", 0.4)), (branch,)))
