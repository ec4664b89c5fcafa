"""The unbalanced networks as data: what is kept of the figures, and which feeders have one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridbench.errors import InvalidInput, UnknownName
from gridbench.networks import IEEE13Bus, IEEE34Bus, Shunt, Transformer, ieee13, ieee123, join, network
from gridbench.networks.phases import simulated, spread, three_phase
from gridbench.networks.published import published
from gridbench.networks.three_phase import Terminal

LINK = Transformer(rating_mva=0.6, r_pu=0.01, x_pu=0.05)


def joined():
    return join(IEEE34Bus(), IEEE13Bus().scaled(load=0.2, capacitor=0.2), at="850", prefix="MG1", transformer=LINK)


@pytest.mark.parametrize("name", ["ieee13", "ieee34", "ieee123"])
def test_every_phase_of_every_bus_is_a_node_and_every_line_is_there(name):
    data, net = published(name), three_phase(network(name))
    kept = {(net.aliases.get(bus, bus), phase) for bus, phases in data.phases.items() for phase in phases}
    assert set(net.nodes) == kept
    rows = sum(len(one.phases) for one in (*data.lines, *data.transformers, *data.regulators))
    assert len(net.windings.names) == rows
    assert [net.nodes[k] for k in range(3)] == [(data.source_bus, phase) for phase in "ABC"]


@pytest.mark.parametrize("name", ["ieee13", "ieee34", "ieee123"])
def test_the_matrix_is_symmetric(name):
    """A reciprocal network, whose ratios are real."""
    net = three_phase(network(name, neutral_regulators=True))
    y = net.admittance(net.windings.ratio)
    assert abs(y - y.T).max() <= 1e-9 * abs(y).max()
    assert (net.windings.ratio == 1.0).all()


@pytest.mark.parametrize("name", ["ieee13", "ieee34", "ieee123"])
def test_loads_are_the_published_ones(name):
    totals, loads = published(name).totals, three_phase(network(name)).loads
    assert 1000 * sum(load.p_mw for load in loads) == pytest.approx(totals.p_kw, abs=0.5)
    assert 1000 * sum(load.q_mvar for load in loads) == pytest.approx(totals.q_kvar, abs=0.5)


def test_what_the_feeder_states_wins_over_the_figures():
    feeder = ieee13(root="650", root_voltage_pu=1.03, neutral_regulators=True, load_model="constant_power").scaled(capacitor=0.5)
    net = three_phase(replace(feeder, branches=tuple(replace(one, rating_pu=0.5 * one.rating_pu) for one in feeder.branches)))
    assert net.nodes[0] == ("650", "A")
    assert np.abs(net.slack_voltage) == pytest.approx(1.03)
    assert net.windings.ratio == pytest.approx(1.0)
    shunts = {bus: net.shunts.diagonal()[net.node(bus, "C")] for bus in ("675", "611")}
    assert {bus: y.imag / 3 for bus, y in shunts.items()} == pytest.approx({"675": 0.1, "611": 0.05})
    whole = three_phase(feeder).windings
    assert net.windings.rating_pu == pytest.approx(0.5 * whole.rating_pu)
    lateral = whole.of("684-611")
    assert whole.rating_pu[lateral] == pytest.approx(400 * 3**0.5 * 4.16 / 1000)


def test_published_taps_are_those_of_each_unit():
    net = three_phase(ieee13())
    rows = net.windings.of("650-rg60")
    assert net.windings.ratio[rows] == pytest.approx(1 + 0.00625 * np.array([10, 8, 11]))


def test_joined_feeders_keep_the_figures_of_each_part():
    net = three_phase(joined())
    assert net.phases("MG1.611") == "C"
    assert net.phases("MG1.692") == net.phases("MG1.671") == "ABC"
    assert len(net.windings.of("MG1.transformer")) == 3
    alone = three_phase(IEEE34Bus())
    assert len(net.nodes) == len(alone.nodes) + len(three_phase(IEEE13Bus()).nodes)


def test_feeders_made_of_something_else_are_refused_part_by_part():
    feeder = joined()
    branches = tuple(replace(one, r_pu=2 * one.r_pu) for one in feeder.branches)
    with pytest.raises(InvalidInput, match="none of the built-in networks") as caught:
        three_phase(replace(feeder, branches=branches))
    assert [fault.partition(" is")[0] for fault in caught.value.faults] == ["the root", "MG1"]


def test_a_root_with_fewer_phases_is_refused():
    with pytest.raises(InvalidInput, match="its root '684' has the phases AC only"):
        three_phase(ieee13(root="684"))


def test_shunts_go_where_the_published_loads_are():
    """ieee13 with load model zip: the constant-impedance load between B and C of bus 646 is a shunt there."""
    net = three_phase(ieee13())
    b, c = net.node("646", "B"), net.node("646", "C")
    assert net.shunts[b, c] == pytest.approx(-3 * complex(0.23, -0.132) / 3)
    assert net.shunts[b, b] == pytest.approx(3 * complex(0.23, -0.132) / 3)
    plain = three_phase(replace(ieee13(), shunts=(Shunt("632", 0.3, 0.0),)))
    assert plain.shunts.diagonal()[[plain.node("632", phase) for phase in "ABC"]] == pytest.approx(0.3)


def test_shares_are_in_proportion_or_even():
    a, b = Terminal("1", "A"), Terminal("1", "AB")
    assert spread([(a, 1 + 0j), (b, 3 + 2j), (a, 0 + 2j)], [a]) == {a: (0.25, 0.5), b: (0.75, 0.5)}
    assert spread([], [a, b]) == {a: (0.5, 0.5), b: (0.5, 0.5)}
    assert spread([(a, 1j)], [a, b]) == {a: (0.5, 1.0), b: (0.5, 0.0)}


def test_unknown_names_come_with_near_ones():
    net = three_phase(ieee123())
    with pytest.raises(UnknownName, match="bus of ieee123 '15O'"):
        net.phases("15O")
    with pytest.raises(UnknownName, match="branch '150-15r'"):
        net.windings.of("150-15r")
    with pytest.raises(UnknownName, match="network 'ieee12'"):
        simulated("ieee12")
